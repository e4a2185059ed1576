"""A small web server that misbehaves on request and counts who knocks."""

import contextlib
import gzip
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

STORY = b"<html><h1>Minister resigns</h1><p>The minister resigned on Monday.</p></html>" * 40
ZIPPED = gzip.compress(STORY, mtime=0)


@dataclass
class Visit:
    """One request as it came, with the connection to answer on and a way to wait that teardown ends."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: socket.socket = field(repr=False)
    closing: threading.Event = field(repr=False)

    def send(self, *pieces: bytes) -> None:
        """Send bytes as they are."""
        for piece in pieces:
            self.connection.sendall(piece)

    def answer(self, body: bytes = STORY, status: str = "200 OK", *headers: str) -> None:
        """Send a whole, well-framed answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        self.send("\r\n".join(lines).encode(), body)


Behaviour = Callable[[Visit], None]


class Server:
    """Listens on ``host``; ``behaviours`` maps a path (without query) to what happens there."""

    def __init__(
        self, behaviours: dict[str, Behaviour], host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self.behaviours = behaviours
        self.visits: list[Visit] = []
        self.accepted = 0
        self._closing = threading.Event()
        self._tls = tls
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, 0))
        self._socket.listen(256)
        self.host = f"[{host}]" if ":" in host else host
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    @property
    def place(self) -> str:
        """The host:port as FETCH_ALLOW_PRIVATE takes it."""
        return f"{self.host}:{self.port}"

    def url(self, path: str) -> str:
        """Return the full address of ``path``."""
        return f"http://{self.place}{path}"

    def close(self) -> None:
        """Stop listening and wait for every conversation to end."""
        self._closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()
        self._socket.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return  # shut down
            self.accepted += 1
            thread = threading.Thread(target=self._talk, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        try:
            # Whoever talks to this server may hang up at any time; that is what many tests are about.
            with contextlib.suppress(OSError), self._wrapped(connection) as stream:
                visit = self._read(stream)
                if visit is not None:
                    self.visits.append(visit)
                    self.behaviours[visit.path.partition("?")[0]](visit)
        finally:
            connection.close()

    def _wrapped(self, connection: socket.socket) -> socket.socket:
        return connection if self._tls is None else self._tls.wrap_socket(connection, server_side=True)

    def _read(self, stream: socket.socket) -> Visit | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = stream.recv(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += stream.recv(65536)
        method, path, _ = first.split(" ")
        return Visit(method, path, headers, body, stream, self._closing)


@contextlib.contextmanager
def serving(
    behaviours: dict[str, Behaviour], host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Run a server for the length of a ``with`` block."""
    server = Server(behaviours, host, tls)
    try:
        yield server
    finally:
        server.close()


def raw(*pieces: bytes) -> Behaviour:
    """Send these very bytes, then hang up."""
    return lambda visit: visit.send(*pieces)


def dripping(start: bytes, piece: bytes, pause: float = 0.02) -> Behaviour:
    """Send ``start``, then ``piece`` over and over until the other side or the test has had enough."""

    def behave(visit: Visit) -> None:
        visit.send(start)
        while not visit.closing.wait(pause):
            visit.send(piece)

    return behave


def pouring(start: bytes, piece: bytes, times: int) -> Behaviour:
    """Send ``start``, then ``piece`` without a pause, so many ``times`` or until the other side hangs up."""

    def behave(visit: Visit) -> None:
        visit.send(start)
        for _ in range(times):
            visit.send(piece)

    return behave


def head(*headers: str, status: str = "200 OK") -> bytes:
    """Return the head of an answer without any framing of its own."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1")


def chunked(body: bytes, *, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return ``body`` in chunks of 100 bytes."""
    pieces = re.findall(b"(?s).{1,100}", body)
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def redirect(location: str, status: str = "302 Found") -> Behaviour:
    """Send the visitor to ``location``."""
    return lambda visit: visit.answer(b"", status, f"Location: {location}")

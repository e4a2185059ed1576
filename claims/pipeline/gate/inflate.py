"""Reads one HTTP answer within caps, undoing gzip itself, so that a cut body never passes for a whole one."""

import zlib
from enum import StrEnum

MAX_HEADER_BYTES = 64 * 1024
MAX_HEADER_LINES = 200

_EMPTY_LINE = 2  # bytes

_GZIP_MAGIC = b"\x1f\x8b"
_MOST_COUNTED = 2**63 - 1
_ACROSS_GZIP = 31  # zlib's window for a gzip wrapper: 16 + 15


class FailureCode(StrEnum):
    """Why a fetch that the gate allowed brought nothing."""

    OFFLINE = "offline"  # our own network gives no way out: no resolver, or no route
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    CUT = "cut"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    PROTOCOL = "protocol"


class UnusableAnswer(Exception):  # noqa: N818 - it names what was received
    """The answer breaks a cap or a rule; ``reason`` is a sentence for a person."""

    def __init__(self, code: FailureCode, reason: str) -> None:
        """Take the failure's ``code`` and ``reason``."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gunzip:
    """Undoes gzip piece by piece, never making more than ``max_bytes`` bytes, several members included.

    libcurl's and most clients' own decoding takes a stream that ends early for a normal short page; this one
    keeps ``finished`` false until the last member's checksum has been read and found right.
    """

    def __init__(self, max_bytes: int, *, stops: bool = False) -> None:
        """Start before the first byte; with ``stops`` what is beyond the room is left out, not refused."""
        self.finished = False
        self._room = max_bytes
        self._stops = stops
        self._stream = zlib.decompressobj(_ACROSS_GZIP)
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """Return what ``chunk`` adds to the text. Raises UnusableAnswer (too_large, protocol)."""
        pieces: list[bytes] = []
        data = self._held + chunk
        self._held = b""
        while data:
            if self.finished and not self._next_member(data):
                break
            pieces.append(self._inflate(data))
            data = self._stream.unused_data
            self.finished = self._stream.eof
        return b"".join(pieces)

    def _next_member(self, data: bytes) -> bool:
        """Whether ``data``, which follows a finished member, starts another; anything else is padding."""
        if data == _GZIP_MAGIC[:1]:
            self._held = data  # half a signature: the next piece will tell
            return False
        if not data.startswith(_GZIP_MAGIC):
            return False
        self._stream = zlib.decompressobj(_ACROSS_GZIP)
        return True

    def _inflate(self, data: bytes) -> bytes:
        try:
            piece = self._stream.decompress(data, self._room + 1)
        except zlib.error as error:
            raise UnusableAnswer(
                FailureCode.PROTOCOL, "The page says it is gzip but its bytes are not."
            ) from error
        if len(piece) > self._room:
            if not self._stops:
                raise too_large()
            piece = piece[: self._room]
        self._room -= len(piece)
        return piece


class Answer:
    """One HTTP answer as it comes in: header lines, then body chunks, then ``finish``.

    Every ``take_`` and ``finish`` raises UnusableAnswer once the answer breaks a cap or a rule. Once it
    ``has_enough`` the rest of the body need not come. ``status`` and ``headers`` are known once the head is
    whole; of one that breaks off, after ``read_head``.
    """

    __slots__ = (
        *("has_enough", "status", "headers", "length_known", "_enough", "_max_bytes", "_bodyless", "_lines"),
        *("_header_room", "_in_body", "_raw_bytes", "_decoded", "_gunzip"),
    )

    def __init__(self, max_bytes: int, *, bodyless: bool = False, enough: int | None = None) -> None:
        """Cap the body at ``max_bytes``, as sent and as decoded; ``bodyless`` for the answer to a HEAD.

        ``enough`` bytes of a body will do: the rest is left out, not refused.
        """
        self.has_enough = False
        self._enough = enough
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.length_known = False
        self._max_bytes = max(max_bytes, enough or 0)
        self._bodyless = bodyless
        self._in_body = False
        self._lines: list[bytes] = []
        self._header_room = MAX_HEADER_BYTES
        self._raw_bytes = 0
        self._decoded = bytearray()  # not the pieces: a server may send one byte at a time
        self._gunzip: Gunzip | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of header ``name`` (any case)."""
        return first_header(self.headers, name)

    @property
    def body(self) -> bytes:
        """The decoded body so far."""
        return bytes(self._decoded)

    def take_header(self, line: bytes) -> None:
        """Take one header line, status lines and the empty last one included; trailers only count."""
        self._lines.append(line)
        self._header_room -= len(line)
        if self._header_room < 0 or len(self._lines) > MAX_HEADER_LINES:
            raise UnusableAnswer(FailureCode.TOO_LARGE, "The server sent too many headers.")
        if len(line) <= _EMPTY_LINE:
            self.read_head()

    def read_head(self) -> None:
        """Read the header lines that came in so far; raises UnusableAnswer for a head that breaks a rule."""
        if self._in_body:
            return
        self.status, self.headers = 0, []
        for line in self._lines:
            text = line.decode("latin-1").rstrip("\r\n")
            if self.status < 200 and text.startswith("HTTP/"):
                self._begin(text)
            elif text:
                name, _, value = text.partition(":")
                self.headers.append((name.strip(), value.strip()))
            elif self.status >= 200:
                self._in_body = True
                self._check_framing()
                return

    def take_body(self, chunk: bytes) -> None:
        """Take the next piece of the body, without its transfer coding."""
        self._raw_bytes += len(chunk)
        if self._raw_bytes > self._max_bytes:
            raise too_large()
        self._decoded += self._gunzip.feed(chunk) if self._gunzip else chunk
        if self._enough is not None and len(self._decoded) >= self._enough:
            del self._decoded[self._enough :]
            self.has_enough = True

    def finish(self) -> None:
        """Say that the connection ended the answer in good order, as far as its framing tells."""
        if not self._in_body:
            raise cut()
        if self.has_enough:
            self.length_known = False
            return
        if self._gunzip is None or (self._raw_bytes == 0 and self.length_known):
            return
        if not self._gunzip.finished:
            raise cut()
        self.length_known = True

    def _begin(self, status_line: str) -> None:
        """Start over at a status line: what came before belonged to an interim answer (1xx)."""
        word = status_line.split(" ")[1:2]
        self.status = int(word[0]) if word and word[0].isdecimal() else 0
        self.headers = []

    def _check_framing(self) -> None:
        """Decide from the headers how the body ends and how it is coded."""
        if self._bodyless or self.status in (204, 304):
            self.length_known = True
            return
        if self.status == 206:
            raise UnusableAnswer(FailureCode.PROTOCOL, "The server sent a part, unasked.")
        codings = self._listed("transfer-encoding")
        if codings not in ([], ["chunked"]):
            raise UnusableAnswer(FailureCode.PROTOCOL, "The server uses an unknown coding.")
        lengths = set(self._listed("content-length"))
        if len(lengths) > 1 or not all(length.isascii() and length.isdecimal() for length in lengths):
            raise UnusableAnswer(FailureCode.PROTOCOL, "The server announced no clear length.")
        # A length that libcurl cannot count is none to it, so that it would not notice a cut.
        longest = self._max_bytes if self._enough is None else _MOST_COUNTED
        if not codings and any(int(length[:20]) > longest for length in lengths):
            raise too_large()
        self.length_known = bool(codings or lengths)
        self._check_encoding()

    def _check_encoding(self) -> None:
        encodings = [coding for coding in self._listed("content-encoding") if coding != "identity"]
        if encodings in (["gzip"], ["x-gzip"]):
            self._gunzip = Gunzip(self._enough or self._max_bytes, stops=self._enough is not None)
        elif encodings:
            shown = ", ".join(encodings)[:60]
            raise UnusableAnswer(
                FailureCode.PROTOCOL,
                f"The page is coded as “{shown}”, which was not asked for.",
            )

    def _listed(self, name: str) -> list[str]:
        values = ",".join(value for key, value in self.headers if key.lower() == name).lower().split(",")
        return [value.strip() for value in values if value.strip()]


def first_header(headers: list[tuple[str, str]] | tuple[tuple[str, str], ...], name: str) -> str | None:
    """Return the first value of header ``name`` (any case), or None."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def too_large() -> UnusableAnswer:
    """Say that the body is over the cap."""
    return UnusableAnswer(
        FailureCode.TOO_LARGE,
        "The page is larger than we read; save the article alone, or as text, and upload that.",
    )


def cut() -> UnusableAnswer:
    """Say that the answer ended before it was whole."""
    return UnusableAnswer(FailureCode.CUT, "The page broke off in the middle.")

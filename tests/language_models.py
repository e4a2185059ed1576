"""A language model's endpoint on this machine that speaks OpenAI's protocol, honestly or in any bad way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Asked:
    """A request as it came: path, headers (lower case), the parsed body."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def page(self) -> dict[str, Any]:
        """What stands between the fences."""
        given: dict[str, Any] = json.loads(self.body["messages"][1]["content"].split("\n")[1])
        return given


Answerer = Callable[[Asked, BaseHTTPRequestHandler], None]


@dataclass(slots=True)
class LanguageModel:
    """The endpoint's base address, what it was asked, and how it answers from now on."""

    address: str
    answerer: Answerer
    asked: list[Asked] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def says(self, claim: Any, *quotes: Any, claimant: Any = None, tokens: Any = 420) -> None:
        """Let it answer in the right shape."""
        self.writes(json.dumps({"claim": claim, "claimant": claimant, "quotes": list(quotes)}), tokens=tokens)

    def writes(self, content: Any, *, tokens: Any = 420) -> None:
        """Let its message hold these words, whatever they are."""
        envelope = {
            "id": "1",
            "object": "chat.completion",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content}}],
            "usage": {"total_tokens": tokens},
        }
        self.sends(json.dumps(envelope).encode())

    def sends(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Let it send these bytes."""

        def answer(_: Asked, handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.answerer = answer

    def hangs(self) -> None:
        """Let it take a request and never answer."""

        def answer(_: Asked, __: BaseHTTPRequestHandler) -> None:
            self.stopped.wait(60)

        self.answerer = answer

    def drips(self) -> None:
        """Let it send one byte at a time, for ever."""

        def answer(_: Asked, handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while not self.stopped.wait(0.05):
                handler.wfile.write(b" ")

        self.answerer = answer

    def floods(self, size: int) -> None:
        """Let it send an answer of ``size`` bytes, without saying so beforehand."""
        piece = b'{"choices": ' + b" " * 65_524

        def answer(_: Asked, handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            for _piece in range(size // len(piece)):
                handler.wfile.write(piece)

        self.answerer = answer


@contextmanager
def language_model() -> Iterator[LanguageModel]:
    """Serve a `LanguageModel` on a free port of 127.0.0.1 while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            model.asked.append(asked)
            with suppress(BrokenPipeError, ConnectionResetError):
                model.answerer(asked, self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model = LanguageModel(f"http://127.0.0.1:{server.server_address[1]}/v1", lambda _, __: None)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""A news site on this machine whose pages a test writes, edits, breaks and removes."""

import hashlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Answer:
    """What one address answers.

    ``cut`` bytes are promised and not sent, ``framed`` off promises no length and hangs up at the end,
    ``validators`` off sends no ETag, ``etag`` this one whatever the body. ``midway`` is called once, with
    half of a body sent.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    framed: bool = True
    validators: bool = True
    etag: str = ""
    midway: Callable[[], None] | None = None

    @property
    def of_the_body(self) -> dict[str, str]:
        """The headers that go with a body."""
        length = {"Content-Length": str(len(self.body) + self.cut)} if self.framed else {}
        return {"Content-Type": self.content_type} | length


@dataclass(slots=True)
class NewsSite:
    """The site's address, what its pages answer, and what it was asked."""

    address: str
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the full address of ``/path``."""
        return f"{self.address}{path}"

    def says(
        self,
        path: str,
        headline: str,
        *paragraphs: str,
        published: str = "2026-03-01T09:00:00Z",
        aside: str = "",
    ) -> str:
        """Let the page tell this from now on; returns its address."""
        self.pages[path] = Answer(page(headline, *paragraphs, published=published, aside=aside).encode())
        return self.url(path)

    def answers(self, path: str, **answer: Any) -> str:
        """Let the address give this raw answer from now on; returns it."""
        self.pages[path] = Answer(**answer)
        return self.url(path)

    def statuses(self, path: str) -> list[int]:
        """Return the statuses that ``/path`` was answered with, in order."""
        return [status for asked, status in self.asked if asked == path]


def page(headline: str, *paragraphs: str, published: str = "2026-03-01T09:00:00Z", aside: str = "") -> str:
    """Return a small news page; ``aside`` is furniture around the article."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{headline}</title>'
        f'<meta property="article:published_time" content="{published}"></head><body>'
        f'<nav><a href="/">Front page</a> <a href="/politics">Politics</a></nav>'
        f"<article><h1>{headline}</h1>{body}</article><aside>{aside}</aside>"
        f"<footer>All rights reserved.</footer></body></html>"
    )


@contextmanager
def news_site() -> Iterator[NewsSite]:
    """Serve a `NewsSite` on a free port of 127.0.0.1 while the block runs."""
    site = NewsSite("")
    server = _Server(("127.0.0.1", 0), _handler_of(site))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take it that a reader may hang up at any time; what else goes wrong is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler_of(site: NewsSite) -> type[BaseHTTPRequestHandler]:
    """Return what answers requests as ``site`` says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            answer = site.pages.get(path, Answer(b"<h1>Not found</h1>", 404))
            etag = answer.etag or f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            midway, answer.midway = answer.midway, None
            fresh = answer.validators and self.headers.get("If-None-Match") == etag and answer.status == 200
            fresh = fresh and midway is None
            status = 304 if fresh else answer.status
            site.asked.append((path, status))
            self.send_response(status)
            if answer.validators:
                self.send_header("ETag", etag)
            for name, value in (answer.headers | ({} if fresh else answer.of_the_body)).items():
                self.send_header(name, value)
            self.end_headers()
            half = len(answer.body) // 2 if midway else 0
            if midway:
                self.wfile.write(answer.body[:half])
                midway()
            if not fresh:
                self.wfile.write(answer.body[half:])
            if answer.cut or not answer.framed:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            pass

    return Handler

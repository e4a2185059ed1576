"""The demo's small web site: serves the story's pages on this machine, as they stand at the moment."""

import hashlib
import itertools
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from claims.management.demo.clock import StoryClock
from claims.management.demo.render import article_page, contents_page, feed, front_page, small_page
from claims.management.demo.shapes import DemoArticle, DemoPublisher, PageVersion
from claims.management.demo.story import ARTICLES, PAGES, PUBLISHERS, articles_of, page_at

logger = logging.getLogger(__name__)

HTML = "text/html; charset=utf-8"
ROBOTS = "User-agent: *\nAllow: /\n"

_ARTICLES = {article.path: article for article in ARTICLES}
_FRONT_PAGES = {f"/{publisher.slug}/": publisher for publisher in PUBLISHERS}
_FEEDS = {f"/{publisher.slug}/feed.atom": publisher for publisher in PUBLISHERS}


class DemoSite(ThreadingHTTPServer):
    """Serves the story at ``http://host:port/<publisher>/<slug>``; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, host: str, port: int, clock: StoryClock) -> None:
        """Open the port at once; raises ``OSError`` when it is taken."""
        super().__init__((host, port), DemoPageHandler)
        self.clock = clock
        self.views: Iterator[int] = itertools.count()
        self.base = f"http://{host}:{self.server_address[1]}"


class DemoPageHandler(BaseHTTPRequestHandler):
    """Answers one request for a page of the story."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoSite/1"
    sys_version = ""
    timeout = 20  # seconds that an idle connection may keep a thread
    server: DemoSite

    def do_GET(self) -> None:
        """Answer with a page, feed or list; 304 where the visitor has it already, 410 where it is gone."""
        path = urlsplit(self.path).path
        elapsed = self.server.clock.elapsed()
        if path in _ARTICLES:
            self._send_article(_ARTICLES[path], page_at(_ARTICLES[path], elapsed))
        elif path in _FRONT_PAGES:
            publisher = _FRONT_PAGES[path]
            self._send(HTTPStatus.OK, front_page(publisher, _listed(publisher, elapsed)))
        elif path in _FEEDS:
            publisher = _FEEDS[path]
            self._send_feed(publisher, _listed(publisher, elapsed))
        elif path == "/":
            self._send(HTTPStatus.OK, contents_page())
        elif path == "/robots.txt":
            self._send(HTTPStatus.OK, ROBOTS, "text/plain; charset=utf-8")
        elif path == "/style.css":
            self._send(
                HTTPStatus.OK, (PAGES / "style.css").read_text(encoding="utf-8"), "text/css; charset=utf-8"
            )
        else:
            self._send(HTTPStatus.NOT_FOUND, small_page("Not found", "<p>There is no such page here.</p>"))

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Write to the log in place of standard error."""
        logger.debug(format, *args)

    def _send_article(self, article: DemoArticle, page: PageVersion) -> None:
        if page.removed:
            self._send(HTTPStatus.GONE, small_page("Gone", "<p>This page is no longer available.</p>"))
            return
        # The tag is weak and made without the advertisement, which differs between two views of one version.
        steady = article_page(article, page, self.server.base, view=0)
        validators = _validators(steady, page.modified_at)
        if self._has_it(validators, page.modified_at):
            self._send(HTTPStatus.NOT_MODIFIED, None, headers=validators)
            return
        shown = article_page(article, page, self.server.base, view=next(self.server.views))
        self._send(HTTPStatus.OK, shown, headers=validators)

    def _send_feed(self, publisher: DemoPublisher, listed: list[tuple[DemoArticle, PageVersion]]) -> None:
        if not listed:
            self._send(HTTPStatus.GONE, small_page("Gone", "<p>This feed has nothing left to list.</p>"))
            return
        text = feed(publisher, listed, self.server.base)
        modified_at = max(page.modified_at for _, page in listed)
        validators = _validators(text, modified_at)
        if self._has_it(validators, modified_at):
            self._send(HTTPStatus.NOT_MODIFIED, None, headers=validators)
            return
        self._send(HTTPStatus.OK, text, "application/atom+xml; charset=utf-8", validators)

    def _has_it(self, validators: dict[str, str], modified_at: datetime) -> bool:
        """Say whether the visitor's copy is this one: by its tags, else by its date (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or validators["ETag"] in [tag.strip() for tag in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return modified_at <= parsedate_to_datetime(since).astimezone(UTC)
        except ValueError:
            return False

    def _send(
        self,
        status: HTTPStatus,
        text: str | None,
        content_type: str = HTML,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        body = b"" if text is None else text.encode()
        if text is not None:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _listed(publisher: DemoPublisher, elapsed: float) -> list[tuple[DemoArticle, PageVersion]]:
    """Return a publisher's articles that are still there, newest first, as they now stand."""
    pages = [(article, page_at(article, elapsed)) for article in articles_of(publisher)]
    return [(article, page) for article, page in pages if not page.removed]


def _validators(steady: str, modified_at: datetime) -> dict[str, str]:
    """Return the headers by which a visitor asks whether anything but the advertisement has changed."""
    digest = hashlib.sha256(steady.encode()).hexdigest()
    return {"ETag": f'W/"{digest[:24]}"', "Last-Modified": format_datetime(modified_at, usegmt=True)}

"""Pages and feeds that are built to break whoever reads them, each as a server's behaviour."""

from itertools import count

from tests.pipeline.hostile import Behaviour
from tests.sites import page

_SAID = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."


def _html(body: bytes, charset: str = "utf-8") -> Behaviour:
    return lambda visit: visit.answer(body, "200 OK", f"Content-Type: text/html; charset={charset}")


def _xml(body: bytes) -> Behaviour:
    return lambda visit: visit.answer(body, "200 OK", "Content-Type: application/rss+xml")


def _told(words: str) -> bytes:
    return page("Minister gone", words, _SAID).encode("utf-8", "surrogatepass")


PAGES: dict[str, Behaviour] = {
    "NUL": _html(_told("The port is\0 shut.")),
    "lone surrogate": _html(_told("The port is \ud800 shut.")),
    "surrogate reference": _html(_told("The port is &#xD800; &#0; shut.")),
    "right to left": _html(_told("The port is \u202e.tuhs\u202c now.")),
    "wrong charset": _html(page("Ministér gone", "Ünïted.", _SAID).encode("utf-16"), "ascii"),
    "no such charset": _html(_told("The port is shut."), "klingon-8"),
    "200k nested divs": _html(b"<html><body>" + b"<div>" * 200_000 + _SAID.encode()),
    "60k paragraphs": _html(page("Minister gone", *[_SAID] * 60_000).encode()),
    "nothing": _html(b""),
    "soft 404": _html(page("Page not found", "Sorry, the page you requested could not be found.").encode()),
    "paywall": _html(page("Minister gone", "Subscribe to continue reading this article.").encode()),
    "PDF as HTML": _html(b"%PDF-1.7\n" + bytes(range(256)) * 400),
    "mutation XSS": _html(
        _told(
            "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=x()&gt;'>"
        )
    ),
    "javascript links": _html(_told("<a href='javascript:x()'>the port</a> <base href='javascript:x()'>")),
    "year 1970": _html(page("Minister gone", _SAID, published="1970-01-01T00:00:00Z").encode()),
    "year 2099": _html(page("Minister gone", _SAID, published="2099-12-31T00:00:00Z").encode()),
    "one word of 2 MB": _html(_told("a" * 2_000_000)),
}


def _rss(items: str, before: str = "") -> Behaviour:
    start = f"<?xml version='1.0'?>{before}<rss version='2.0'><channel><title>L</title>"
    return _xml(f"{start}{items}</channel></rss>".encode())


def _item(number: int, link: str = "", more: str = "", guid: str = "") -> str:
    where = link or f"http://news.example/{number}"
    return f"<item><title>T</title><link>{where}</link><guid>{guid or where}</guid>{more}</item>"


_LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))

FEEDS: dict[str, Behaviour] = {
    "XXE": _rss(
        _item(1, more="<description>&x;</description>"),
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    ),
    "billion laughs": _rss(
        _item(2, more="<description>&l9;</description>"), f"<!DOCTYPE r [<!ENTITY l0 'ha'>{_LAUGHS}]>"
    ),
    "100k entries": _rss("".join(_item(n) for n in range(100_000))[:4_500_000]),
    "duplicate GUIDs": _rss("".join(_item(n, guid="same") for n in range(200))),
    "year 1970": _rss(_item(4, more="<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>")),
    "year 2099": _rss(_item(5, more="<pubDate>Thu, 31 Dec 2099 00:00:00 GMT</pubDate>")),
    "javascript links": _rss(_item(6, link="javascript:x()")),
    "NUL": _xml(
        b"<rss version='2.0'><channel><item><link>http://news.example/\0</link></item></channel></rss>"
    ),
    "nothing": _xml(b""),
}

_visits = count()


def TWO_VERSIONS(visit: object) -> None:  # noqa: N802 - one of the cases
    """Say one thing and the other in turn."""
    words = ("The port is shut.", "The port is open.")[next(_visits) % 2]
    _html(page("Port", words, _SAID).encode())(visit)  # type: ignore[arg-type]

"""RSS and Atom: the bytes of a feed to its entries."""

import calendar
import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

MOST_ENTRIES = 1_000
LONGEST_URL = 2_000
LONGEST_TITLE = 500
EARLIEST_YEAR, LATEST_YEAR = 1990, 2090
"""Dates outside are a clock at zero or a joke (1970, 2099); such an entry counts as undated."""

_SNIFF = 4_096
_ROOT = re.compile(
    r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!doctype[^>]*>\s*)*<(?:rss|feed|(?:\w+:)?rdf)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[^<>]*>")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class UnreadableFeedError(ValueError):
    """The body is no RSS or Atom feed that we read; the sentence is fit to show."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry: an absolute http(s) address, its title and moment where given, its id, its ``<source>``."""

    url: str
    title: str | None
    published_at: datetime | None
    entry_id: str
    source_name: str | None


@dataclass(frozen=True, slots=True)
class FeedContent:
    """A feed's title, home page and entries in feed order; ``skipped`` counts entries without a usable link,
    and those beyond ``MOST_ENTRIES``."""

    title: str | None
    home_url: str | None
    entries: tuple[FeedEntry, ...]
    skipped: int


def looks_like_feed(body: bytes, *, content_type: str | None) -> bool:
    """Whether the root element is RSS, RDF or Atom; the content type only helps to decode it."""
    return _ROOT.match(_opening(body, content_type)) is not None


def parse_feed(body: bytes, *, content_type: str | None, url: str) -> FeedContent:
    """Read a feed fetched from ``url``. Fetches nothing; resolves no entity of the feed's own.

    Raises UnreadableFeedError when the body is no feed, or declares entities (bombs, XXE).
    """
    if b"<!entity" in body.replace(b"\0", b"").lower():
        raise UnreadableFeedError("The feed declares XML entities of its own; we do not read such feeds.")
    if not looks_like_feed(body, content_type=content_type):
        raise UnreadableFeedError("This is not an RSS or Atom feed.")
    headers = {"content-location": url, "content-type": content_type or "application/xml"}
    # BytesIO, never the bytes themselves: feedparser would take those for an address or a file name
    parsed = feedparser.parse(BytesIO(body), response_headers=headers)
    if not parsed.version and not parsed.entries:
        raise UnreadableFeedError("The feed could not be read.")
    entries: dict[str, FeedEntry] = {}
    urls: set[str] = set()
    skipped = max(0, len(parsed.entries) - MOST_ENTRIES)
    for raw in parsed.entries[:MOST_ENTRIES]:
        entry = _entry(raw, url)
        if entry is None:
            skipped += 1
        elif entry.entry_id not in entries and entry.url not in urls:
            entries[entry.entry_id] = entry
            urls.add(entry.url)
    return FeedContent(
        title=_plain(dict.get(parsed.feed, "title")),
        home_url=_address(dict.get(parsed.feed, "link"), url),
        entries=tuple(entries.values()),
        skipped=skipped,
    )


def _opening(body: bytes, content_type: str | None) -> str:
    """The first few thousand characters, as far as they can be decoded."""
    start = body[:_SNIFF]
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if start.startswith(mark):
            return start.decode(encoding, "replace")
    if b"\0" in start[:4]:
        return start.replace(b"\0", b"").decode("ascii", "replace")
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type or "", re.IGNORECASE)
    try:
        return start.decode(charset.group(1) if charset else "utf-8", "replace")
    except LookupError:  # a charset nobody knows
        return start.decode("utf-8", "replace")


def _entry(raw: dict[str, Any], base: str) -> FeedEntry | None:
    """One entry, or None when it has no link we may follow.

    ``dict.get``, because FeedParserDict's own warns and guesses.
    """
    url = _address(dict.get(raw, "link"), base)
    if url is None:
        return None
    source = dict.get(raw, "source") or {}
    return FeedEntry(
        url=url,
        title=_plain(dict.get(raw, "title")),
        published_at=_moment(raw),
        entry_id=_plain(dict.get(raw, "id")) or url,
        source_name=_plain(dict.get(source, "title")),
    )


def _moment(raw: dict[str, Any]) -> datetime | None:
    """When it was published, else updated; nonsense years count as no date."""
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = dict.get(raw, key)
        if parsed is not None and EARLIEST_YEAR <= parsed.tm_year <= LATEST_YEAR:
            return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    return None


def _address(value: object, base: str) -> str | None:
    """An absolute http(s) address, or None."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        url = urljoin(base, value.strip())
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= LONGEST_URL
    except ValueError:  # "http://[::bad"
        return None
    return url if usable and not _UNPRINTABLE.search(url) else None


def _plain(value: object) -> str | None:
    """Text without markup, control characters and runs of white space; None when nothing is left."""
    if not isinstance(value, str):
        return None
    text = html.unescape(_TAG.sub("", _UNPRINTABLE.sub("", value)))
    return " ".join(text.split())[:LONGEST_TITLE] or None

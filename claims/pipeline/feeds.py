"""RSS and Atom: the bytes of a feed to its entries."""

import calendar
import html
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import feedparser

MOST_ENTRIES = 1_000
LONGEST_URL = 2_000
LONGEST_TITLE = 500
EARLIEST_YEAR, LATEST_YEAR = 1990, 2090
"""Dates outside are a clock at zero or a joke (1970, 2099); such an entry counts as undated."""

_SNIFF = 4_096
_ROOT = re.compile(
    r"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<\?[^>]*\?>\s*|(?><!--.*?-->)\s*|<!doctype[^>]*>\s*)*<(?:rss|feed|(?:\w+:)?rdf)\b",
    re.IGNORECASE | re.DOTALL,
)
_ENTRY = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?(?:item|entry)[\s>]")
# feedparser breaks off at half of a surrogate pair, and at a number that no character has.
_CHARACTER = re.compile(rb"&#(x[0-9a-fA-F]+|[0-9]+)", re.IGNORECASE)
_MOST_DIGITS = 10
_NO_CHARACTER = b"&#65533"
_ENDS = ((b"<rss", b"</channel></rss>"), (b"<feed", b"</feed>"), (b"<rdf:RDF", b"</rdf:RDF>"))
# Marks that newsletters, networks and advertisers hang on to a link, and that no publisher serves pages by.
# Only names that mean this everywhere: "source", "ref" or "cid" are an article's own name at some sites.
_TRACKERS = frozenset(
    {
        *("fbclid", "gclid", "dclid", "yclid", "ttclid", "twclid", "msclkid", "gbraid", "wbraid", "gclsrc"),
        *("igsh", "igshid", "mc_cid", "mc_eid", "mkt_tok", "oly_enc_id", "oly_anon_id", "ns_mchannel"),
        *("ns_source", "ns_campaign", "ns_linkname", "ns_fee", "cmpid", "cmp", "ito", "ocid", "smid"),
        *("smtyp", "xtor", "wt.mc_id", "s_cid", "ftag", "ncid", "feedtype", "feedname", "at_medium"),
        *("at_campaign", "at_format", "at_link_id", "at_link_type", "at_link_origin", "at_ptr_name"),
    }
)
_TRACKER_FAMILIES = ("utm_", "at_custom", "mtm_", "hsa_", "_hs", "vero_", "guce_")
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
    """A feed's title, home page and entries in feed order; each id and each address comes once.

    ``skipped`` counts the entries left out: ``unlinked``, which have no link that we may follow, and
    ``beyond``, which stand after the first ``MOST_ENTRIES``.
    """

    title: str | None
    home_url: str | None
    entries: tuple[FeedEntry, ...]
    unlinked: int
    beyond: int

    @property
    def skipped(self) -> int:
        """How many entries were left out."""
        return self.unlinked + self.beyond

    @property
    def note(self) -> str:
        """What was left out in words, empty when nothing was."""
        left = []
        if self.unlinked:
            left.append(f"{self.unlinked} without a link that we may follow")
        if self.beyond:
            left.append(f"{self.beyond} beyond the first {MOST_ENTRIES}")
        return f"Entries left out: {' and '.join(left)}." if left else ""


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
    body, beyond = _head(_CHARACTER.sub(_possible, body))
    # BytesIO, never the bytes themselves: feedparser would take those for an address or a file name
    try:
        parsed = feedparser.parse(BytesIO(body), response_headers=headers)
    except (ArithmeticError, LookupError, ValueError) as error:  # such a character in UTF-16, say
        raise UnreadableFeedError("The feed could not be read.") from error
    if not parsed.version and not parsed.entries:
        raise UnreadableFeedError("The feed could not be read.")
    entries: dict[str, FeedEntry] = {}
    urls: set[str] = set()
    unlinked = 0
    for raw in parsed.entries[:MOST_ENTRIES]:
        entry = _entry(raw, url)
        if entry is None:
            unlinked += 1
        elif entry.entry_id not in entries and entry.url not in urls:
            entries[entry.entry_id] = entry
            urls.add(entry.url)
    return FeedContent(
        title=_plain(dict.get(parsed.feed, "title")),
        home_url=_address(dict.get(parsed.feed, "link"), url),
        entries=tuple(entries.values()),
        unlinked=unlinked,
        beyond=max(beyond, len(parsed.entries) - MOST_ENTRIES, 0),
    )


def without_trackers(url: str) -> str:
    """Return the address without its fragment and the query's known tracking marks; the rest as it was."""
    parts = urlsplit(url)
    if not parts.query:
        return urlunsplit(parts._replace(fragment=""))
    kept = [pair for pair in parts.query.split("&") if not _is_tracker(pair.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept), fragment=""))


def _is_tracker(name: str) -> bool:
    name = unquote(name).strip().lower()
    return name in _TRACKERS or name.startswith(_TRACKER_FAMILIES)


def _possible(reference: re.Match[bytes]) -> bytes:
    """Return a reference to a character as it is, or, where there is no such character, one that says so."""
    digits = reference[1].lower()
    if len(digits) > _MOST_DIGITS:
        return _NO_CHARACTER
    number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    return reference[0] if number < 0xD800 or 0xDFFF < number <= sys.maxunicode else _NO_CHARACTER


def _head(body: bytes) -> tuple[bytes, int]:
    """Cut a feed after ``MOST_ENTRIES`` entries; returns it, closed again, and how many were cut off.

    feedparser takes a quarter of a millisecond per entry, which on a feed of 100,000 is half a minute.
    """
    starts = [found.start() for found in _ENTRY.finditer(body)]
    if len(starts) <= MOST_ENTRIES:
        return body, 0
    opening = body[: starts[0]]
    end = next((end for mark, end in _ENDS if mark in opening), b"")
    return body[: starts[MOST_ENTRIES]] + end, len(starts) - MOST_ENTRIES


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
    except (LookupError, UnicodeError):  # a charset nobody knows, or none for a text
        return start.decode("utf-8", "replace")


def _entry(raw: dict[str, Any], base: str) -> FeedEntry | None:
    """One entry, or None when it has no link we may follow.

    ``dict.get``, because FeedParserDict's own warns and guesses.
    """
    # A burner's own link only counts who clicks; it says which link it stands for.
    url = _address(dict.get(raw, "feedburner_origlink"), base) or _address(dict.get(raw, "link"), base)
    if url is None:
        return None
    url = without_trackers(url)
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

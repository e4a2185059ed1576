"""Reads what a page says about itself: headline, byline, date, canonical address, site name."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement
from rapidfuzz import fuzz

from claims.pipeline.page.moments import parse_moment

_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Posting|Report|Review|WebPage", re.IGNORECASE)
_DATE_METAS = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publication_date",
    "article.published", "dc.date.issued", "dcterms.created", "dc.date", "date",
    "cxenseparse:recs:publishtime",
)  # fmt: skip
_AUTHOR_METAS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_DATE_BOX = re.compile(r"date|publish|posted|timestamp|byline|dateline|entry-meta|post-meta", re.IGNORECASE)
_NAME_BOX = re.compile(r"\bbyline\b|\bauthor(?:-name|_name)?\b|by-author|post-author", re.IGNORECASE)
_ELSEWHERE = frozenset({"footer", "aside", "nav"})
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-])")
_BY = re.compile(r"^\s*(?:written\s+|posted\s+|story\s+)?by[:\s]\s*", re.IGNORECASE)
_AFTER_NAME = re.compile(
    r"\s*(?:\b(?:published|updated|posted)\b|\d{1,2}[/:.]\d\d"
    r"|\b(?:\d{1,2} \w{3,9}|\w{3,9} \d{1,2}),? (?:19|20)\d\d).*",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_BYLINE = 80
_ALIKE = 70  # of 100: two wordings of one headline
_FEWEST_WORDS = 4  # of a top heading that is taken for the headline though nothing else says the same
_LONGEST_DATE_BOX = 160
_MOST_NODES = 2000
_MOST_BOXES = 40  # a page with more boxes that call themselves dates or bylines is a list of other articles


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What the page states; None where it states nothing. ``published_at`` is aware, UTC."""

    headline: str | None
    byline: str | None
    published_at: datetime | None
    canonical_url: str | None
    site_name: str | None
    declared_language: str | None


def read_metadata(tree: HtmlElement, url: str | None) -> PageMetadata:
    """Read the page's metadata: JSON-LD, then OpenGraph and other meta tags, then visible marks."""
    metas = _meta_tags(tree)
    linked = _linked_data(tree)
    site_name = metas.get("og:site_name") or _name(linked.get("publisher"))
    return PageMetadata(
        headline=_headline(tree, metas, linked, site_name),
        byline=_byline(tree, metas, linked),
        published_at=_published_at(tree, metas, linked, url),
        canonical_url=_canonical(tree, metas, url),
        site_name=site_name,
        declared_language=tree.get("lang") or metas.get("og:locale") or metas.get("content-language"),
    )


def _meta_tags(tree: HtmlElement) -> dict[str, str]:
    """Return the first content of every meta tag, by its lower-case property, name or itemprop."""
    metas: dict[str, str] = {}
    for tag in tree.iter("meta"):
        key = tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv")
        content = _tidy(tag.get("content"))
        if key and content:
            metas.setdefault(key.strip().lower(), content)
    return metas


def _linked_data(tree: HtmlElement) -> dict[str, Any]:
    """Return the JSON-LD object that describes the article itself, {} if there is none."""
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue  # broken JSON-LD is common; the page has other marks
        found += [node for node in _nodes(data) if _ARTICLE_TYPES.search(str(node.get("@type", "")))]
    # An article's own object names a headline; a WebPage around it is second best.
    found.sort(key=lambda node: (not node.get("headline"), "WebPage" in str(node.get("@type", ""))))
    return found[0] if found else {}


def _nodes(data: object) -> Iterator[dict[str, Any]]:
    """Walk the objects on the top levels of a JSON-LD document (lists, ``@graph``, ``mainEntity``)."""
    todo = [data]
    for _ in range(_MOST_NODES):
        if not todo:
            return
        node = todo.pop(0)
        if isinstance(node, list):
            todo[:0] = node[:_MOST_NODES]
        elif isinstance(node, dict):
            yield node
            todo += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]


def _name(value: object) -> str | None:
    """Return the name or names in a JSON-LD value (string, object, or list of them)."""
    if isinstance(value, str):
        return None if value.startswith("http") else _tidy(value)
    if isinstance(value, dict):
        return _name(value.get("name"))
    if isinstance(value, list):
        return ", ".join(name for name in map(_name, value[:10]) if name) or None
    return None


def _headline(
    tree: HtmlElement, metas: dict[str, str], linked: dict[str, Any], site_name: str | None
) -> str | None:
    named = linked.get("headline")
    stated = _tidy(named) if isinstance(named, str) else None
    tagged = [_without_site(metas[key], site_name) for key in ("og:title", "twitter:title") if key in metas]
    title = next(tree.iter("title"), None)
    window = _tidy(title.text_content()) if title is not None else None
    headings = ((_tidy(heading.text_content()), heading) for heading in tree.iter("h1"))
    tops = {words: heading for words, heading in headings if words}
    # What stands above the text is what readers see; what is stated for machines is often older.
    told = [words for words in (stated, *tagged, window) if words]
    for top in tops:
        if _is_headline(top, told, site_name, window or "", alone=len(tops) == 1):
            return top
    if stated or tagged:
        return stated or tagged[0]
    inside = [heading for heading in tops.values() if _is_within(heading, {"article", "main"})]
    if inside or len(tops) == 1:
        return _tidy((inside or list(tops.values()))[0].text_content())
    return _without_site(window, site_name)


def _is_headline(top: str, told: Sequence[str], site_name: str | None, window: str, *, alone: bool) -> bool:
    """Whether a top heading is the page's headline, rather than the site's name or a part's heading."""
    if site_name and top.casefold() == site_name.casefold():
        return False
    if window.endswith(top) and window != top:
        return False
    if alone and len(top.split()) >= _FEWEST_WORDS:
        return True
    # "Opinion" above an opinion piece names its section.
    longer = [words for words in told if 2 * len(top) >= len(words)]
    return any(top in words or fuzz.token_set_ratio(top, words) >= _ALIKE for words in longer)


def _without_site(title: str | None, site_name: str | None) -> str | None:
    """Drop the site's name from the end of a title: ``Bridge closed | The Daily Post``."""
    if title and site_name:
        for sign in (" | ", " - ", " – ", " — ", " :: "):
            if title.lower().endswith((sign + site_name).lower()):
                return title[: -len(sign + site_name)].strip() or title
    head, bar, _ = (title or "").rpartition(" | ")
    return head.strip() if bar and len(head) >= 15 else title


def _byline(tree: HtmlElement, metas: dict[str, str], linked: dict[str, Any]) -> str | None:
    stated = _name(linked.get("author"))
    if stated:
        return _as_byline(stated)
    for key in _AUTHOR_METAS:
        if key in metas and not metas[key].startswith("http"):
            return _as_byline(metas[key])
    for node in _boxes(tree, _NAME_BOX):
        name = _as_byline(_tidy(node.text_content()))
        if name:
            return name
    return None


def _boxes(tree: HtmlElement, marks: re.Pattern[str]) -> Iterator[HtmlElement]:
    """Yield the first elements outside footers and side boxes whose class, id, rel or itemprop fits."""
    found = 0
    for node in tree.iter("a", "abbr", "address", "cite", "div", "li", "p", "span"):
        values = " ".join(node.get(key) or "" for key in ("class", "id", "rel", "itemprop"))
        if len(values) > 3 and marks.search(values) and not _is_within(node, _ELSEWHERE):
            yield node
            found += 1
            if found >= _MOST_BOXES:
                return


def _as_byline(text: str | None) -> str | None:
    name = _AFTER_NAME.sub("", _BY.sub("", (text or "")[:400])).strip(" ,|·–—-")
    return name if 0 < len(name) <= _LONGEST_BYLINE else None


def _published_at(
    tree: HtmlElement, metas: dict[str, str], linked: dict[str, Any], url: str | None
) -> datetime | None:
    """Stated moments first; then ``<time>``, date boxes, the address; never a footer's date."""
    stated = [
        linked.get("datePublished"),
        linked.get("dateCreated"),
        *(metas.get(key) for key in _DATE_METAS),
    ]
    for value in stated:
        moment = parse_moment(value) if isinstance(value, str) else None
        if moment:
            return moment
    return _visible_moment(tree) or _moment_in_address(url)


def _visible_moment(tree: HtmlElement) -> datetime | None:
    times = [node for node in tree.iter("time") if not _is_within(node, _ELSEWHERE)]
    times.sort(
        key=lambda node: not (node.get("pubdate") is not None or node.get("itemprop") == "datePublished")
    )
    for node in times[:3]:
        moment = parse_moment(node.get("datetime") or _tidy(node.text_content()) or "")
        if moment:
            return moment
    for node in _boxes(tree, _DATE_BOX):
        text = node.get("content") or _tidy(node.text_content()) or ""
        moment = parse_moment(text) if len(text) <= _LONGEST_DATE_BOX else None
        if moment:
            return moment
    return None


def _moment_in_address(url: str | None) -> datetime | None:
    found = _URL_DATE.search(urlsplit(url).path) if url else None
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _canonical(tree: HtmlElement, metas: dict[str, str], url: str | None) -> str | None:
    links = (link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower())
    for href in (next(links, None), metas.get("og:url")):
        try:
            address = urljoin(url or "", (href or "").strip()) if href else ""
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.hostname:
            return address
    return None


def _is_within(node: HtmlElement, names: frozenset[str] | set[str]) -> bool:
    return any(
        parent.tag in names or "footer" in (parent.get("class") or "").lower()
        for parent in node.iterancestors()
    )


def _tidy(text: str | None) -> str | None:
    """Level white space and resolve the entities that JSON-LD and meta tags often carry twice escaped."""
    return " ".join(html.unescape(text).split()) or None if text else None

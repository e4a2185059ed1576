"""Reduces a page to a fingerprint of its visible article text, cheap enough for every re-check."""

import hashlib
import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from claims.pipeline.page.notices_on_page import may_hold_notice, opens_a_notice
from claims.pipeline.page.page_bytes import PageSource, read_bytes
from claims.pipeline.page.passing import is_box, is_passing

# Times are left out because pages write "3 hours ago"; menus, side boxes and footers move all day.
_NOISE = ["script", "style", "noscript", "template", "iframe", "svg", "button", "select", "time"]
# Small ones only: there are sites that put the whole page into a form.
_AROUND = ["nav", "aside", "footer", "form", "dialog"]
_LARGEST_BOX = 0.25
"""Share of the page's text from which an element is no box, whatever its class says."""
_MOSTLY_LINKS = 0.8
_MOST_BOXES = 400  # looked at for each reason; no page written by people has more
_MOST_ELEMENTS = 30_000  # a larger page is taken as it is
_MARK = "x-box"
_WORDS = re.compile(r"\w+|[^\w\s]")
_STATED_HEADLINE = re.compile(r'"headline"\s*:\s*"((?:[^"\\]|\\.){0,500})"')
_STATED_CORRECTION = re.compile(r'"correction"|CorrectionComment')


def fingerprint(body: bytes, *, content_type: str | None = None) -> str:
    """Return the SHA-256 (hex) of what a reader sees of the article: headlines, text and notices.

    Equal fingerprints mean equal article text; unequal ones mean no more than "extract again".
    Raises UnreadableError like ``extract_text``.
    """
    return fingerprint_of(read_bytes(body, content_type))


def fingerprint_of(source: PageSource) -> str:
    """Return the fingerprint of an already decoded body."""
    text = "\n".join(_visible_lines(source.text)) if source.is_html else source.text
    return hashlib.sha256(" ".join(_WORDS.findall(text)).encode("utf-8")).hexdigest()


def _visible_lines(html: str) -> Iterator[str]:
    """The headline wherever it stands, corrections in schema.org's words, and the lines of the article."""
    tree = LexborHTMLParser(html)
    title = tree.css_first("meta[property='og:title']")
    yield (title.attributes.get("content") or "") if title else ""
    title = tree.css_first("title")
    yield title.text() if title else ""
    for script in tree.css("script[type*='ld+json']"):
        stated = script.text()
        yield from _STATED_HEADLINE.findall(stated)[:1]
        if _STATED_CORRECTION.search(stated):
            yield stated
    for node in tree.css("aside, footer"):
        if _holds_notice(node):
            yield node.text()
    tree.strip_tags(_NOISE, recursive=True)
    if tree.body is None:
        return
    for struck in tree.css("h1 s, h1 del, h1 strike"):
        yield f"struck: {struck.text()}"
    _drop_boxes(tree.body)
    for line in tree.body.text(separator="\n").splitlines():
        if not is_passing(line):
            yield line


def _drop_boxes(body: LexborNode) -> None:
    """Take out what stands around: lists of links, linked headings of other stories, and boxes."""
    if len(body.css("*")) > _MOST_ELEMENTS:
        body.strip_tags(_AROUND, recursive=True)
        return
    for node in _boxes(body, most=_LARGEST_BOX * len(body.text())):
        node.attrs[_MARK] = ""
    # One by one from the outside, for what stands in a box goes with it.
    while (marked := body.css_first(f"[{_MARK}]")) is not None:
        marked.decompose()


def _boxes(body: LexborNode, *, most: float) -> Iterator[LexborNode]:
    """What stands around the article, as long as it has at most ``most`` characters."""
    yield from (node for node in body.css(", ".join(_AROUND))[:_MOST_BOXES] if _is_small(node, most))
    named = (node for node in body.css("[class], [id]") if is_box(_names(node)))
    for node in islice(named, _MOST_BOXES):
        if _is_small(node, most) and not _holds_notice(node):
            yield node
    for node in body.css("ul, ol, h2, h3, h4, h5, h6")[:_MOST_BOXES]:
        if _is_small(node, most) and _link_share(node) >= _MOSTLY_LINKS:
            yield node
    yield from body.css("a h2, a h3, a h4, a h5, a h6")[:_MOST_BOXES]


def _names(node: LexborNode) -> str:
    return f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"


def _is_small(node: LexborNode, most: float) -> bool:
    return node.css_first("h1, article, [itemprop='articleBody']") is None and len(node.text()) <= most


def _holds_notice(node: LexborNode) -> bool:
    text = node.text(separator="\n")
    return may_hold_notice(text) and any(opens_a_notice(line) for line in text.splitlines())


def _link_share(node: LexborNode) -> float:
    """Share of the element's text that is links, 0..1."""
    whole = len("".join(node.text().split()))
    linked = sum(len("".join(link.text().split())) for link in node.css("a"))
    return linked / whole if whole else 0.0

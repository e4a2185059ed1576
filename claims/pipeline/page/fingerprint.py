"""Reduces a page to a fingerprint of its visible article text, cheap enough for every re-check."""

import hashlib
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from claims.pipeline.page.around import drop_boxes
from claims.pipeline.page.notices_on_page import holds_notice
from claims.pipeline.page.page_bytes import PageSource, read_bytes
from claims.pipeline.page.passing import is_passing

# Times are left out because pages write "3 hours ago"; menus, side boxes and footers move all day.
_NOISE = ["script", "style", "noscript", "template", "iframe", "svg", "button", "select", "time"]
_BESIDE = frozenset({"aside", "footer"})
_STRUCK = frozenset({"s", "del", "strike"})
_TELLING = frozenset({"meta", "title", "script"}) | _BESIDE | _STRUCK
_SIGN = re.compile(r"([^a-zA-Z0-9 \n\w\s])")  # the commonest are named first: they are told by a bit each
# Which spelling of a sign a page prints is its typesetter's business, and no news; a long dash is no minus.
_SPELLINGS = dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‚‛`´", "'") | dict.fromkeys("–−", "-")
_STATED_HEADLINE = re.compile(r'"headline"\s*:\s*"((?:[^"\\]|\\.){0,500})"')
_STATED_CORRECTIONS = ('"correction"', "CorrectionComment")


def fingerprint(body: bytes, *, content_type: str | None = None) -> str:
    """Return the SHA-256 (hex) of what a reader sees of the article: headlines, text and notices.

    Equal fingerprints mean equal article text, but for how quotation marks and dashes are spelt; unequal ones
    mean no more than "extract again".
    Raises UnreadableError like ``extract_text``.
    """
    return fingerprint_of(read_bytes(body, content_type))


def fingerprint_of(source: PageSource) -> str:
    """Return the fingerprint of an already decoded body."""
    text = "\n".join(_visible_lines(source.text)) if source.is_html else source.text
    pieces = _SIGN.split(text)  # runs of letters and figures, and between them each sign alone
    pieces[1::2] = [_SPELLINGS.get(sign, sign) for sign in pieces[1::2]]
    words = " ".join(pieces).split()
    return hashlib.sha256(" ".join(words).encode("utf-8")).hexdigest()


def _visible_lines(html: str) -> Iterator[str]:
    """The headline wherever it stands, corrections in schema.org's words, and the lines of the article."""
    tree = LexborHTMLParser(html)
    telling = _telling(tree)
    yield from _told_beside(telling)
    tree.strip_tags(_NOISE, recursive=True)
    if tree.body is None:
        return
    if any(tag in _STRUCK for tag, _ in telling):
        yield from (f"struck: {struck.text()}" for struck in tree.css("h1 s, h1 del, h1 strike"))
    drop_boxes(tree.body)
    yield from (line for line in tree.body.text(separator="\n").splitlines() if not is_passing(line))


def _telling(tree: LexborHTMLParser) -> list[tuple[str, LexborNode]]:
    """The elements that tell something beside the text, by tag, found in one pass: a query is one each."""
    nodes = tree.root.traverse() if tree.root is not None else ()
    return [(tag, node) for node in nodes if (tag := node.tag) in _TELLING and _tells(tag, node)]


def _tells(tag: str, node: LexborNode) -> bool:
    if tag == "meta":
        return node.attributes.get("property") == "og:title"
    return tag != "script" or "ld+json" in (node.attributes.get("type") or "").lower()


def _told_beside(telling: list[tuple[str, LexborNode]]) -> Iterator[str]:
    """The titles, the headline and corrections in schema.org's words, and notices beside the text."""
    yield next((node.attributes.get("content") or "" for tag, node in telling if tag == "meta"), "")
    yield next((node.text() for tag, node in telling if tag == "title"), "")
    for stated in (node.text() for tag, node in telling if tag == "script"):
        yield from _STATED_HEADLINE.findall(stated)[:1]
        if any(mark in stated for mark in _STATED_CORRECTIONS):
            yield stated
    for tag, node in telling:
        if tag in _BESIDE and holds_notice(node.text(separator="\n")):
            yield node.text()

"""Reduces a page to a fingerprint of its visible article text, cheap enough for every re-check."""

import hashlib

from selectolax.lexbor import LexborHTMLParser

from claims.pipeline.page.page_bytes import PageSource, read_bytes

# Times are left out because pages write "3 hours ago"; menus, side boxes and footers move all day.
_NOISE = [
    "script", "style", "noscript", "template", "nav", "aside", "footer", "form", "iframe", "svg", "button",
    "select", "time", "dialog",
]  # fmt: skip


def fingerprint(body: bytes, *, content_type: str | None = None) -> str:
    """Return the SHA-256 (hex) of what a reader sees of the article: title and text, white space levelled.

    Equal fingerprints mean equal article text; unequal ones mean no more than "extract again".
    Raises UnreadableError like ``extract_text``.
    """
    return fingerprint_of(read_bytes(body, content_type))


def fingerprint_of(source: PageSource) -> str:
    """Return the fingerprint of an already decoded body."""
    text = _visible_text(source.text) if source.is_html else source.text
    return hashlib.sha256(" ".join(text.split()).encode("utf-8")).hexdigest()


def _visible_text(html: str) -> str:
    tree = LexborHTMLParser(html)
    title = tree.css_first("meta[property='og:title']")
    parts = [(title.attributes.get("content") or "") if title else "", tree.css_first("title")]
    words = [part if isinstance(part, str) else part.text() if part else "" for part in parts]
    tree.strip_tags(_NOISE)
    if tree.body is not None:
        words.append(tree.body.text(separator=" "))
    return "\n".join(words)

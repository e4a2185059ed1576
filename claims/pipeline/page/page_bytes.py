"""Turns the bytes of a response into text, HTML or plain, or says in one sentence why that cannot be done."""

import codecs
import re
from typing import NamedTuple

_SNIFF_BYTES = 4096
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"\xd0\xcf\x11\xe0", "an Office file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an audio, video or image file"),
    (b"ID3", "an audio file"),
    (b"\x1f\x8b", "a compressed file"),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_FOREIGN_TYPES = (
    ("application/pdf", "a PDF file"),
    ("image/", "an image"),
    ("audio/", "an audio file"),
    ("video/", "a video"),
    ("font/", "a font"),
    ("application/zip", "a ZIP file"),
    ("application/json", "data in JSON"),
)
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|article|main|section|div|p|h[1-6]|span|br|ul|ol|table)\b",
    re.IGNORECASE,
)
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.+-]{1,40})", re.IGNORECASE)
_TYPE_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w:.+-]{1,40})", re.IGNORECASE)
_PAGE_CODECS = (
    "utf-8", "utf-16", "utf-32", "ascii", "latin", "iso8859", "cp", "koi8", "gb", "big5", "euc", "shift",
    "mac", "tis", "johab", "hz", "ptcp", "iso2022",
)  # fmt: skip
# Blocks that nest without an end: a parser looks through all that are open for each that opens.
_NESTING = re.compile(
    r"<(/?)(?:div|section|article|main|aside|header|footer|nav|blockquote|ul|ol|center|figure|details|fieldset)\b",
    re.IGNORECASE,
)
_MANY_TAGS = 10_000
_DEEPEST = 5_000
# What may not stand in a stored text: NUL breaks PostgreSQL, lone surrogates break UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CONTROL_BYTES = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_CONTROL_LEADS = (b"\xef\xbf", b"\xed")  # with which the others begin in UTF-8


class UnreadableError(ValueError):
    """A body without readable text; the message is a sentence for an editor: what is wrong and what to do."""


class PageSource(NamedTuple):
    """The decoded body: ``text`` (str, no control characters) and whether it ``is_html`` (bool)."""

    text: str
    is_html: bool


def read_bytes(body: bytes, content_type: str | None) -> PageSource:
    """Decode ``body``; ``content_type`` is the Content-Type header, None to sniff.

    Raises UnreadableError for an empty body, for what is not text, for an unknown encoding, and for a page
    that nests its elements absurdly deep.
    """
    if not body.strip(b" \t\r\n\x00"):
        raise UnreadableError("The page is empty. Check the address, or add the text by hand.")
    declared = (content_type or "").split(";")[0].strip().lower()
    _refuse_foreign(body, declared)
    head = body[:_SNIFF_BYTES]
    is_html = _TAG.search(head) is not None or (declared in _HTML_TYPES and b"</" in body)
    if declared == "text/plain":
        is_html = False
    text = _decode(body, head if is_html else b"", content_type or "")
    if is_html and _is_too_deep(text):
        raise UnreadableError(
            "This page nests its elements deeper than any article does. Add the passage by hand instead."
        )
    return PageSource(_CONTROL.sub(" ", text) if _may_hold_controls(text) else text, is_html)


def _may_hold_controls(text: str) -> bool:
    """Whether a text may hold any; told from its bytes, of which a search by an expression looks at each."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw.translate(None, _CONTROL_BYTES)) != len(raw) or any(lead in raw for lead in _CONTROL_LEADS)


def _is_too_deep(html: str) -> bool:
    if html.count("<") < _MANY_TAGS:
        return False
    depth = 0
    for tag in _NESTING.finditer(html):
        depth = max(0, depth - 1) if tag.group(1) else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def as_text(body: bytes, content_type: str | None) -> str:
    """Return bytes of any kind as text to look at, in the page's own encoding where it names one we know."""
    try:
        return _decode(body, body[:_SNIFF_BYTES], content_type or "")
    except UnreadableError:
        return body.decode("utf-8", "replace")


def _refuse_foreign(body: bytes, declared: str) -> None:
    """Raise UnreadableError for files that hold no article text; the bytes count for more than the header."""
    what = next((name for magic, name in _MAGIC if body.startswith(magic)), None)
    if what is None and not _TAG.search(body[:_SNIFF_BYTES]):
        what = next((name for prefix, name in _FOREIGN_TYPES if declared.startswith(prefix)), None)
        is_wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if what is None and b"\x00" in body[:_SNIFF_BYTES] and not is_wide:
            what = "a binary file"
    if what:
        raise UnreadableError(f"This is {what}, not a page with text. Add the passage by hand instead.")
    if _FEED.search(body[:512]) and b"<html" not in body[:512].lower():
        raise UnreadableError("This is a feed, not an article. Register it as a feed of its publisher.")


def _decode(body: bytes, head: bytes, content_type: str) -> str:
    """Decode by byte order mark, header, ``<meta charset>``, UTF-8, then Windows-1252 (as browsers do)."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    in_type, in_meta = _TYPE_CHARSET.search(content_type), _CHARSET.search(head)
    names = [in_type.group(1)] if in_type else []
    names += [in_meta.group(1).decode("ascii", "replace")] if in_meta else []
    known = [name for name in names if _is_text_codec(name)]
    for name in [*known, "utf-8"]:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    if known:
        # A few broken bytes in an otherwise right encoding are common; many mean that the name is wrong.
        text = body.decode(known[0], "replace")
        if text.count("\ufffd") <= max(3, len(text) // 200):
            return text
    if names and not known:
        raise UnreadableError(
            f"The page names an encoding that we do not know ({names[0]}). Add the passage by hand instead."
        )
    return body.decode("windows-1252", "replace")


def _is_text_codec(name: str) -> bool:
    """Whether ``name`` is an encoding that pages are written in (``base64`` or ``punycode`` are none)."""
    try:
        return codecs.lookup(name).name.startswith(_PAGE_CODECS)
    except LookupError:
        return False

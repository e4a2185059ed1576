"""Turns a page into its article: headline, paragraphs, byline, moment of publication, language."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import trafilatura
from lxml import etree
from lxml.html import HtmlElement, HTMLParser
from trafilatura.settings import Document, Extractor

from claims.pipeline.page.expressions import hasten
from claims.pipeline.page.fingerprint import fingerprint, fingerprint_of
from claims.pipeline.page.language import detect_language
from claims.pipeline.page.linked_lines import drop_linked_lines
from claims.pipeline.page.metadata import PageMetadata, read_metadata
from claims.pipeline.page.notices_on_page import with_notices
from claims.pipeline.page.page_bytes import PageSource, UnreadableError, read_bytes
from claims.pipeline.page.pieces import join_pieces
from claims.pipeline.text.letters import composed

__all__ = [
    "EXTRACTOR_VERSION",
    "ArticleText",
    "UnreadableError",
    "extract_text",
    "fingerprint",
    "text_of_source",
]

# Moves whenever the same bytes may give another text, so that such a difference is never taken for an edit.
EXTRACTOR_VERSION = "7"

_SHORT = 250  # characters; below that trafilatura's result is doubted
_LITTLE = 0.25  # of the page's text; trafilatura says 0.2, but our text has marks of lists
_LONG = 4_000  # characters; above trafilatura's 3000
_CLEARLY_MORE = 1.5  # times the text that another opinion must find; a little more is only furniture
_MOST_ELEMENTS = 50_000  # trafilatura's time grows faster than the page
_MOST_SIBLINGS = 4_000  # in one element; the same
# lxml.html looks in Python for a class for each element, though nobody here asks forms for their fields.
_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
_COUNT: Callable[[HtmlElement], Any] = etree.XPath("count(//*)")
_IS_CROWDED: Callable[[HtmlElement], Any] = etree.XPath(f"boolean(//*[count(*) > {_MOST_SIBLINGS}])")
_TEXTS: Callable[[HtmlElement], Any] = etree.XPath(
    "//text()[not(parent::script or parent::style)]", smart_strings=False
)
_STATED_TITLES: Callable[[HtmlElement], Any] = etree.XPath(
    "//meta[@property='og:title' or @name='twitter:title']/@content | //title/text()"
)
_LONGEST_HEADLINE = 160
_TOP = 3  # paragraphs: a kicker may stand above the headline
_CONTAINERS = ("article", "main", "body")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_NO_TEXT = (
    "There is no readable article text on this page. It may need a browser, a log-in or a subscription; "
    "add the passage by hand instead."
)

hasten()  # for all that this process reads by trafilatura


@dataclass(frozen=True, slots=True)
class ArticleText:
    """The article as read: ``text`` is its paragraphs joined by blank lines, ``published_at`` aware, in UTC,
    ``language`` ISO 639-1, ``fingerprint`` the SHA-256 of the visible text (see ``fingerprint``)."""

    headline: str | None
    text: str
    byline: str | None
    published_at: datetime | None
    language: str | None
    canonical_url: str | None
    site_name: str | None
    fingerprint: str
    extractor_version: str


def extract_text(
    body: bytes, *, content_type: str | None = None, url: str | None = None, mark: str | None = None
) -> ArticleText:
    """Extract the article in ``body`` (HTML or plain text; ``content_type`` is the header, None to sniff).

    ``url`` resolves a relative canonical address and may carry the date. ``mark`` is the fingerprint where it
    is known already, "" where nobody asks for it: that saves a second parse of the page.

    Raises UnreadableError for what is not text, an unknown encoding, and a page without article text.
    """
    return text_of_source(read_bytes(body, content_type), url=url, mark=mark)


def text_of_source(source: PageSource, *, url: str | None = None, mark: str | None = None) -> ArticleText:
    """Extract the article as ``extract_text`` does, from an already decoded body."""
    if source.is_html:
        metadata, text = _from_html(source.text, url)
    else:
        metadata, text = _from_plain(source.text)
    if not any(character.isalnum() for character in text):
        raise UnreadableError(_NO_TEXT)
    text = composed(text)  # "é" in two characters is no other letter
    return ArticleText(
        headline=metadata.headline and composed(metadata.headline),
        text=text,
        byline=metadata.byline,
        published_at=metadata.published_at,
        language=detect_language(text, metadata.declared_language),
        canonical_url=metadata.canonical_url,
        site_name=metadata.site_name,
        fingerprint=fingerprint_of(source) if mark is None else mark,
        extractor_version=EXTRACTOR_VERSION,
    )


def _from_html(html: str, url: str | None) -> tuple[PageMetadata, str]:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENTS)
    tree = etree.fromstring(html.encode("utf-8"), parser=parser)
    if tree is None:
        raise UnreadableError(_NO_TEXT)
    metadata = read_metadata(tree, url)
    join_pieces(tree)
    drop_linked_lines(tree)
    headlines = _headlines(tree, metadata)
    text = _without_headline(_parted(_article_paragraphs(tree), tree, headlines), headlines)
    # What the publisher owns up to is part of what the article says, wherever on the page it stands.
    return metadata, with_notices(text, tree) if text else text


def _article_paragraphs(tree: HtmlElement) -> list[str]:
    """Take trafilatura's own result; where that is short, three others compete, the most precise first.

    Without its second and third extractor it is a third faster, and on the pages of
    scrapinghub/article-extraction-benchmark better as well (F1 .964, against .951 with ``favor_precision``).
    """
    if _is_monstrous(tree):
        return _plain_paragraphs(tree)
    best = _trafilatura(tree, fast=True, once=True)
    if _may_be_little(tree, best):
        best = _trafilatura(tree, fast=True)
    if sum(map(len, best)) >= _SHORT:
        return best
    best = _trafilatura(tree, favor_precision=True)
    for other in (_plain_paragraphs(tree), _trafilatura(tree, favor_recall=True)):
        if sum(map(len, other)) > _CLEARLY_MORE * sum(map(len, best)):
            best = other
    return best


def _parted(found: list[str], tree: HtmlElement, headlines: set[str]) -> list[str]:
    """Part the one line in which trafilatura's last resort runs a short page together, at its paragraphs.

    Only where nothing is lost but the headline.
    """
    if len(found) != 1:
        return found
    rest, paragraphs = found[0], _plain_paragraphs(tree)
    for paragraph in paragraphs:
        if paragraph not in rest:
            return found
        rest = rest.replace(paragraph, " ", 1)
    return paragraphs if paragraphs and _is_headline_or_nothing(rest, headlines) else found


def _is_headline_or_nothing(words: str, headlines: set[str]) -> bool:
    line = " ".join(words.split()).casefold()
    return not line or line in headlines


def _is_monstrous(tree: HtmlElement) -> bool:
    """Whether a page has more elements, or more of them in one place, than any article has."""
    count = _COUNT(tree)
    return count > _MOST_ELEMENTS or (count > _MOST_SIBLINGS and bool(_IS_CROWDED(tree)))


def _may_be_little(tree: HtmlElement, found: list[str]) -> bool:
    """Whether trafilatura may find so little of the page in this that it would look a second time.

    It measures the page each time, as a copy that it cleans first; it is enough to know how long it is at
    most. Each text counts for one character more than it has, since a space may come to stand behind it.
    """
    length = sum(map(len, found))
    if length >= _LONG or length > _LITTLE * _most_text(tree):
        return False
    return length <= _LITTLE * sum(len(text) + 1 for text in _TEXTS(tree) if not text.isspace())


def _most_text(tree: HtmlElement) -> int:
    """How long the page's text is at most: with all its white space, and one more character for each text."""
    unseen = sum(len(node.text or "") for node in tree.iter("script", "style"))
    return len(tree.text_content()) - unseen + 2 * int(_COUNT(tree))


def _trafilatura(
    tree: HtmlElement,
    *,
    fast: bool = False,
    once: bool = False,
    favor_precision: bool = False,
    favor_recall: bool = False,
) -> list[str]:
    """Return the lines that trafilatura finds; ``once``: it does not look again where they are few."""
    document = trafilatura.bare_extraction(tree, options=_options(fast, once, favor_precision, favor_recall))
    text = document.text if isinstance(document, Document) else None
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


@cache
def _options(fast: bool, once: bool, precision: bool, recall: bool) -> Extractor:
    """Trafilatura's options, which it only reads; made anew for each page, they read its settings file."""
    options = Extractor(
        output_format="python", fast=fast, precision=precision, recall=recall, comments=False, tables=False
    )
    if once:
        options.focus = "once"  # it looks again where this is "balanced", and asks for the two others by name
    return options


def _plain_paragraphs(tree: HtmlElement) -> list[str]:
    """Return the text of the ``<p>`` and ``<li>`` of the innermost usual container: the last resort."""
    for name in _CONTAINERS:
        container = next(tree.iter(name), None)
        if container is None:
            continue
        texts = (
            " ".join(node.text_content().split())
            for node in container.iter("p", "blockquote", "h2", "h3")
            if not any(
                parent.tag in ("nav", "aside", "footer", "blockquote") for parent in node.iterancestors()
            )
        )
        found = [text for text in texts if text]
        if found:
            return found
    return []


def _headlines(tree: HtmlElement, metadata: PageMetadata) -> set[str]:
    """All that the page calls its headline, in small letters: shown, stated, and in the window's title."""
    shown = [heading.text_content() for heading in tree.iter("h1")]
    stated = _STATED_TITLES(tree)
    return {" ".join(words.split()).casefold() for words in (*shown, *stated, metadata.headline or "")}


def _without_headline(paragraphs: list[str], headlines: set[str]) -> str:
    """Join the paragraphs, leaving out those at the top that only repeat a headline."""
    top = [words for words in paragraphs[:_TOP] if not _is_headline_or_nothing(words, headlines)]
    return "\n\n".join(top + paragraphs[_TOP:])


def _from_plain(text: str) -> tuple[PageMetadata, str]:
    """Take a short first line without a full stop, followed by a blank line, for the headline."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    blocks = [block for block in _BLANK_LINES.split(text) if block.strip()]
    headline = None
    if len(blocks) > 1 and _is_headline(blocks[0]):
        headline = " ".join(blocks.pop(0).split())
    wrapped = _is_hard_wrapped(blocks)
    paragraphs = [line for block in blocks for line in _lines(block, wrapped=wrapped)]
    return PageMetadata(headline, None, None, None, None, None), "\n\n".join(paragraphs)


def _is_headline(block: str) -> bool:
    line = block.strip()
    return "\n" not in line and len(line) <= _LONGEST_HEADLINE and not line.endswith((".", ":", ";", ","))


def _is_hard_wrapped(blocks: list[str]) -> bool:
    """Whether lines were broken at a fixed width, so that a line's end says nothing."""
    inner = [len(line) for block in blocks for line in block.split("\n")[:-1]]
    return len(inner) >= 3 and max(inner) <= 100 and sorted(inner)[len(inner) // 2] >= 50


def _lines(block: str, *, wrapped: bool) -> list[str]:
    lines = [" ".join(line.split()) for line in block.split("\n")]
    lines = [line for line in lines if line]
    return [" ".join(lines)] if wrapped and lines else lines

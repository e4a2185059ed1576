"""Tells an article from the pages that stand in its place: not found, bot wall, consent page, paywall."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from claims.pipeline.text.tokens import keys

SHORT = 1_500
"""Characters of visible text, without links, up to which a marked page is too short to be an article."""
SHORTER = 0.6
"""Share of its old text below which an article with a paywall's marks has become a teaser."""
STILL_THERE = 0.5
"""Share of its old paragraphs from which a page still is the article, whatever else it says."""
OTHER_WORDS = 0.2
"""Share of its old words below which it is another page altogether."""
LEAST_PARAGRAPH = 40
_SURELY = max(SHORTER, STILL_THERE)
_LEAST_WORD = 5
_LONGEST_TITLE = 160
_NOT_FREE = re.compile(r'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)
_NO_TEXT = ["script", "style", "noscript", "template", "svg", "head"]
_APOSTROPHES = "’‘´`"


class PageKind(StrEnum):
    """What a whole answer shows."""

    ARTICLE = "article"
    NOT_FOUND = "not_found"
    BOT_WALL = "bot_wall"
    CONSENT = "consent"
    PAYWALL = "paywall"
    SECTION = "section"  # a redirect led to a page above the article's own
    OTHER = "other"  # hardly a word of the article is left
    SHARED = "shared"  # the same, and other addresses of the host show it, too: only who knows those can tell


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's own words in lower case: titles, all visible text, how much of it is no link."""

    titles: tuple[str, ...]
    text: str
    length: int
    source: str


def is_bot_wall(head: str, headers: Mapping[str, str]) -> bool:
    """Whether an answer that refuses us, ``head`` its beginning, asks for proof that we are no robot."""
    text = _plain(head)
    return headers.get("cf-mitigated") == "challenge" or any(
        mark in text for mark in (*_words().bot_wall_marks, *_words().bot_wall)
    )


def kind_of_page(
    html: str,
    *,
    text_before: str | None,
    led_above: bool = False,
    headers: Mapping[str, str] | None = None,
) -> PageKind:
    """Return what the page is; ``text_before`` is the article's text as last read, None if it never was.

    ``led_above``: redirects led from the article's address to a page above it.

    ``headers`` have lower-case names. A page that still holds half of the paragraphs it held is the article,
    whatever its boxes say, unless the rest broke off at a paywall; one that was never read must be short as
    well as marked to be anything else. Marks are words that such pages use (words/en/page_kinds.json),
    schema.org's `isAccessibleForFree`, and the traces of the usual bot walls.
    """
    if (headers or {}).get("cf-mitigated") == "challenge":
        return PageKind.BOT_WALL
    if text_before and _is_surely_held(text_before, html):
        return PageKind.ARTICLE
    page = _read(html)
    held = _share_held(text_before, page.text) if text_before else None
    if held is not None and held > 0 and _is_teaser(page, held):
        return PageKind.PAYWALL
    if held is not None and held >= STILL_THERE:
        return PageKind.ARTICLE
    kind = _stand_in(page, held)
    if kind is not PageKind.ARTICLE:
        return kind
    if led_above:
        return PageKind.SECTION
    return PageKind.OTHER if text_before and _share_of_words(text_before, page.text) < OTHER_WORDS else kind


def _stand_in(page: _Page, held: float | None) -> PageKind:
    """What stands in the article's place, by title first, then by the words of a short page."""
    words = _words()
    if any(words.not_found_title.fullmatch(title) for title in page.titles) and (
        held == 0 or page.length <= SHORT
    ):
        return PageKind.NOT_FOUND
    if page.length > SHORT:
        return PageKind.ARTICLE
    if any(mark in page.source for mark in words.bot_wall_marks) or _says(page, words.bot_wall):
        return PageKind.BOT_WALL
    if _says(page, words.not_found):
        return PageKind.NOT_FOUND
    if _says(page, words.paywall) or (_NOT_FREE.search(page.source) and held == 0):
        return PageKind.PAYWALL
    return PageKind.CONSENT if _says(page, words.consent) and not held else PageKind.ARTICLE


def _is_teaser(page: _Page, held: float) -> bool:
    """Whether only the beginning of the article is left, on a page that asks for a subscription."""
    marked = _NOT_FREE.search(page.source) is not None or _says(page, _words().paywall)
    return marked and held < SHORTER


def _says(page: _Page, phrases: tuple[str, ...]) -> bool:
    return any(phrase in page.text or any(phrase in title for title in page.titles) for phrase in phrases)


def _is_surely_held(before: str, html: str) -> bool:
    """Whether so much of the article stands on the page, letter by letter, that it is no other page."""
    paragraphs = _paragraphs(before)
    total = sum(map(len, paragraphs))
    long = [line for line in paragraphs if len(line) >= LEAST_PARAGRAPH]
    if not long:
        return False
    text = _text_of(LexborHTMLParser(html))
    # What stands there as it was needs no other spelling; only a sigma's depends on what is around it.
    others = [line for line in long if "Σ" in line or line not in text]
    held = sum(map(len, long)) - sum(map(len, others))
    if others and held / total < _SURELY:
        plain = _plain(text)
        held += sum(len(line) for line in others if _plain(line) in plain)
    return held / total >= _SURELY


def _paragraphs(before: str) -> list[str]:
    lines = before.splitlines()
    return [line for line in lines if len(line) >= LEAST_PARAGRAPH] or lines


def _share_held(before: str, text: str) -> float:
    """Share (0..1, by length) of the article's old paragraphs that the page still holds word by word."""
    paragraphs = _paragraphs(before)
    total = sum(map(len, paragraphs))
    others = [line for line in paragraphs if len(line) < LEAST_PARAGRAPH or _plain(line) not in text]
    held = total - sum(map(len, others))
    if others:  # word by word, for what is written otherwise
        now = f" {' '.join(keys(text))} "
        held += sum(len(line) for line in others if f" {' '.join(keys(line))} " in now)
    return held / total if total else 0.0


def _share_of_words(before: str, text: str) -> float:
    """Share (0..1) of the article's longer words that the page still has anywhere."""
    old = {word for word in keys(before) if len(word) >= _LEAST_WORD}
    return len(old & set(keys(text))) / len(old) if old else 1.0


def _read(html: str) -> _Page:
    tree = LexborHTMLParser(html)
    titles = [node.text() for node in tree.css("title, h1")[:5]]
    titles += [part for title in titles for part in re.split(r"\s+[|–—-]\s+", title)]
    text = _text_of(tree)
    linked = sum(len(link.text()) for link in tree.body.css("a")) if tree.body is not None else 0
    return _Page(
        tuple(_plain(title) for title in titles if len(title) <= _LONGEST_TITLE),
        _plain(text),
        len(" ".join(text.split())) - linked,
        html.lower(),
    )


def _text_of(tree: LexborHTMLParser) -> str:
    """The visible text; the tree is left without what is none."""
    tree.strip_tags(_NO_TEXT, recursive=True)
    return tree.body.text(separator=" ") if tree.body is not None else ""


def _plain(text: str) -> str:
    text = text.lower()
    for mark in _APOSTROPHES:
        text = text.replace(mark, "'")
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class _Words:
    not_found_title: re.Pattern[str]
    not_found: tuple[str, ...]
    bot_wall: tuple[str, ...]
    bot_wall_marks: tuple[str, ...]
    consent: tuple[str, ...]
    paywall: tuple[str, ...]


@lru_cache(maxsize=1)
def _words() -> _Words:
    path = Path(__file__).parent.parent / "words" / "en" / "page_kinds.json"
    lists: dict[str, list[str]] = json.loads(path.read_text("utf-8"))
    return _Words(
        not_found_title=re.compile(rf"(?:{'|'.join(lists['not_found_titles'])})\W*"),
        **{name: tuple(lists[name]) for name in _Words.__slots__[1:]},
    )

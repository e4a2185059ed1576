"""The bytes of a page to what is new in it: nothing, or its text, its claims and what changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from claims.pipeline.attribution.attributions import Attribution
from claims.pipeline.diff import Difference, compare
from claims.pipeline.extract_claims import ClaimCandidate, can_extract, extract_claims
from claims.pipeline.extract_text import ArticleText, UnreadableError, extract_text, fingerprint

LONGEST_HEADLINE = 500
"""Characters of a headline that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBefore:
    """What the page said when it was last read; ``fingerprints`` are those that stand for the same text."""

    headline: str
    text: str
    fingerprints: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToRead:
    """An answer with a body; ``before`` is None for a page that was never read."""

    body: bytes
    content_type: str | None
    final_url: str
    published_at: datetime | None
    before: PageBefore | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What reading brought: ``unreadable`` says in a sentence why there is nothing else.

    ``article`` is None where the page says what it said; its ``fingerprint`` then stands for that, too.
    """

    fingerprint: str
    article: ArticleText | None = None
    candidates: tuple[ClaimCandidate, ...] = ()
    difference: Difference | None = None
    unreadable: str = ""


def read_again(
    page: PageToRead, *, parse: Callable[[str], tuple[Attribution, ...]] | None = None
) -> PageRead:
    """Read a page only as far as it is new: visible text, then the article, then its claims.

    ``parse`` adds attributions (tier B).
    """
    before, mark = page.before, ""
    try:
        mark = fingerprint(page.body, content_type=page.content_type)
        if before is not None and mark in before.fingerprints:
            return PageRead(fingerprint=mark)
        article = extract_text(page.body, content_type=page.content_type, url=page.final_url, mark=mark)
    except UnreadableError as error:
        return PageRead(fingerprint=mark, unreadable=str(error))
    difference = None
    if before is not None:
        difference = compare(
            headline_before=before.headline,
            text_before=before.text,
            headline_after=(article.headline or "")[:LONGEST_HEADLINE],
            text_after=article.text,
        )
        if difference.kind is None:
            return PageRead(fingerprint=mark)
    candidates: tuple[ClaimCandidate, ...] = ()
    if can_extract(article.language):
        candidates = extract_claims(
            headline=article.headline,
            text=article.text,
            published_at=page.published_at or article.published_at,
            parse=parse,
        )
    return PageRead(fingerprint=mark, article=article, candidates=candidates, difference=difference)


@cache
def warm_up() -> None:
    """Load what reading needs, once in a process, so that children forked from it share it."""
    article = "<article><h1>Minister resigns</h1><p>The minister resigned, a spokesman said.</p></article>"
    page = f'<html lang="en"><title>Minister resigns</title><body>{article}</body></html>'.encode()
    read_again(
        PageToRead(body=page, content_type="text/html", final_url="", published_at=None, before=None),
    )

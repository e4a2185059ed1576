"""A quote and a new state of its page to the place where it still stands, stands changed, or is gone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile
from typing import NamedTuple

from rapidfuzz.distance import Indel

from claims.pipeline.diff import Piece, pieces
from claims.pipeline.text.tokens import Token, tokenize
from claims.vocabulary import QuoteState

CONTEXT = 8
"""Words of context on either side that are looked for."""

SURE_CONTEXT = 3
"""Words of context (both sides together) that prove a place; fewer leave it to the wording."""

ALIKE_BETWEEN = 0.35
"""Similarity (0..1 over words, in order) that is enough where the words before and after both still stand."""

ALIKE_BESIDE = 0.6
"""The same where only one side still stands."""

ALIKE_ALONE = 0.8
"""The same where neither stands: then it must also lie where the quote lay."""

MOST_PLACES = 200
"""Places of one run of words that are looked at; no page written by people has more."""

MOST_GROWN = 60
"""Words that are looked at for the new beginning, or end, of a sentence that has grown."""

NEAR = 120
"""Characters from its old offset within which a quote without context counts as being in its place."""


Keys = tuple[str, ...]
Place = tuple[int, int]
_STOP = re.compile(r"[.!?…\n]")
_BEFORE_SENTENCE = re.compile(r"[.!?…\n][\s\"'“”‘’)]*$")
_SETS_APART = re.compile(r"[:\-–—|•*(\[]")
_TYPOGRAPHY = str.maketrans("“”„«»‘’‚–—−\u00a0", '"""""\'\'\'--- ')


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where a quote stands now; all None and empty when it is gone.

    ``start`` and ``end`` (exclusive) are offsets into the new text, ``found`` is what stands there, ``diff``
    how it differs from the quote where it changed.
    """

    state: QuoteState
    start: int | None
    end: int | None
    found: str | None
    diff: tuple[Piece, ...]


GONE = Anchored(QuoteState.GONE, None, None, None, ())


def find_again(quote: str, *, prefix: str, suffix: str, text: str, was_at: int | None) -> Anchored:
    """Find ``quote`` in ``text``, a later state of the page it was taken from.

    ``prefix`` and ``suffix`` are the characters that stood around it, ``was_at`` its old offset. The same
    words (whatever their spacing and typography) are PRESENT, nearest to context when they stand there more
    than once; a sentence that now goes on, or is part of another one, is CHANGED. Other words are CHANGED
    only in the same place: between the old context, beside half of it, or, nearly the same, at the old
    offset. A look-alike that is the neighbouring sentence, or stands elsewhere, is not it.
    """
    target = _keys(tokenize(quote))
    if not target:
        return _bare(quote, text, was_at)
    page = Page(text, quote, prefix, suffix, opens=was_at == 0 and not prefix)
    places = page.find(target)
    if places:
        best = min(places, key=lambda at: (-page.context_at(at, len(target)), page.distance(at, was_at), at))
        words = best, best + len(target)
        grown = page.grown(*words)
        start, end = page.span(*grown, quote)
        state = QuoteState.PRESENT if grown == words else QuoteState.CHANGED
        diff = pieces(quote, text[start:end]) if state is QuoteState.CHANGED else ()
        return Anchored(state, start, end, text[start:end], diff)
    decided, place = _between(page, target, was_at)
    if not decided:
        place = _beside(page, target) or _alone(page, target, was_at)
    if place is None:
        return GONE
    start, end = page.span(*place, quote)
    return Anchored(QuoteState.CHANGED, start, end, text[start:end], pieces(quote, text[start:end]))


def _keys(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.key for token in tokens)


def _bare(quote: str, text: str, was_at: int | None) -> Anchored:
    """A quote without a single word (a dash, an emoji) is there literally or not at all."""
    near = max(0, (was_at or 0) - NEAR)
    start = text.find(quote, near) if quote else -1
    if start < 0:
        start = text.find(quote) if quote else -1
    if start < 0:
        return GONE
    return Anchored(QuoteState.PRESENT, start, start + len(quote), quote, ())


def _between(page: "Page", target: Keys, was_at: int | None) -> tuple[bool, Place | None]:
    """Whether the old context was found around one gap, and the gap if it still holds the quote."""
    pairs = [
        (abs(after.at - before.at - len(target)), page.distance(before.at, was_at), before.at, after.at)
        for before in page.before
        for after in page.after
        if 0 <= after.at - before.at <= 3 * len(target) + CONTEXT
        and before.strength + after.strength >= SURE_CONTEXT
    ]
    if not pairs:
        return False, None
    _, _, start, end = min(pairs)
    return True, (start, end) if _alike(page.keys[start:end], target) >= ALIKE_BETWEEN else None


def _beside(page: "Page", target: Keys) -> Place | None:
    """The changed quote right after its old prefix, or right before its old suffix."""
    count = len(page.keys)
    found = [(b.at, b.at + n) for b in page.before for n in _lengths(target) if b.sure and b.at + n <= count]
    found += [(a.at - n, a.at) for a in page.after for n in _lengths(target) if a.sure and a.at - n >= 0]
    return page.best(found, target, ALIKE_BESIDE)


def _alone(page: "Page", target: Keys, was_at: int | None) -> Place | None:
    """The changed quote at its old offset, where none of its context stands anywhere on the page."""
    if was_at is None or any(side.sure for side in (*page.before, *page.after)):
        return None
    starts = [n for n, token in enumerate(page.tokens) if abs(token.start - was_at) <= NEAR]
    count = len(page.keys)
    found = [(at, at + n) for at in starts for n in _lengths(target) if at + n <= count]
    return page.best(found, target, ALIKE_ALONE)


def _lengths(target: Keys) -> range:
    """How many words the changed quote may have, about twenty sizes around its old one."""
    return range(max(1, len(target) // 2), len(target) * 3 // 2 + 3, max(1, len(target) // 20))


def _alike(a: Sequence[str], b: Sequence[str]) -> float:
    """Share of words that two runs have in common in the same order (normalised indel similarity), 0..1."""
    return Indel.normalized_similarity(a, b) if a and b else 0.0


class Anchor(NamedTuple):
    """Old context found at a word number, told by so many of its words."""

    at: int
    strength: int

    @property
    def sure(self) -> bool:
        """Whether it proves the place by itself."""
        return self.strength >= SURE_CONTEXT


class Page:
    """The new text as words, with the places where the old context still stands."""

    def __init__(self, text: str, quote: str, prefix: str, suffix: str, *, opens: bool) -> None:
        """Index ``text``; ``prefix`` and ``suffix`` may begin or end inside a word.

        ``opens``: the old text began with the quote; nothing else was in it where ``suffix`` is empty, too.
        """
        self.text = text
        self.tokens = tokens = tokenize(text)
        self.keys = _keys(tokens)
        self._index: dict[str, list[int]] = {}
        for number, key in enumerate(self.keys):
            self._index.setdefault(key, []).append(number)
        gaps = pairwise(tokens)
        self._sentence_ends = {
            n
            for n, (one, other) in enumerate(gaps, 1)
            if one.key == "?" or _STOP.search(text, one.end, other.start)
        } | {len(tokens)}
        ends = bool(_STOP.match((quote + suffix.lstrip()[:1])[-2:].lstrip("”’\"'")))
        self._whole_sentence = ends or (opens and not suffix)
        self._begins_sentence = _BEFORE_SENTENCE.search(prefix) is not None or opens
        before, after = tokenize(prefix), tokenize(suffix)
        if len(before) > SURE_CONTEXT and before[0].start == 0:
            before = before[1:]
        if len(after) > SURE_CONTEXT and after[-1].end == len(suffix):
            after = after[:-1]
        self._prefix, self._suffix = _keys(before)[-CONTEXT:], _keys(after)[:CONTEXT]
        self.before = self._anchors(self._prefix, at_end=True) or self._edge(self._prefix, 0)
        self.after = self._anchors(self._suffix, at_end=False) or self._edge(self._suffix, len(self.keys))

    def grown(self, first: int, last: int) -> Place:
        """The words ``first`` to ``last`` (exclusive), with what a sentence that they were has grown by.

        What stands before a colon or dash, such as the place of a report, is none of it.
        """
        start, end = first, last
        if self._whole_sentence and last not in self._sentence_ends:
            end = next((n for n in range(last, last + MOST_GROWN) if n in self._sentence_ends), last)
        if self._begins_sentence and not self._is_set_apart(first):
            after = max(0, first - MOST_GROWN)
            start = next(
                (n for n in range(first, after, -1) if n in self._sentence_ends), first if after else 0
            )
        return start, end

    def _is_set_apart(self, n: int) -> bool:
        between = self.text[self.tokens[n - 1].end if n else 0 : self.tokens[n].start]
        return n == 0 or n in self._sentence_ends or _SETS_APART.search(between) is not None

    def find(self, target: Keys) -> list[int]:
        """Numbers of the words at which ``target`` begins, in order, at most ``MOST_PLACES``."""
        rare = min(range(len(target)), key=lambda n: len(self._index.get(target[n], ())))
        starts = (at - rare for at in self._index.get(target[rare], ()) if at >= rare)
        return list(islice((s for s in starts if self.keys[s : s + len(target)] == target), MOST_PLACES))

    def context_at(self, start: int, count: int) -> int:
        """How many words of the old context stand directly around the ``count`` words from ``start`` on."""
        end = start + count
        before = zip(
            reversed(self.keys[max(0, start - CONTEXT) : start]), reversed(self._prefix), strict=False
        )
        after = zip(self.keys[end : end + CONTEXT], self._suffix, strict=False)
        return sum(
            sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], side)) for side in (before, after)
        )

    def distance(self, at: int, was_at: int | None) -> int:
        """Characters between word number ``at`` and the old offset; 0 when that is not known."""
        if was_at is None:
            return 0
        return abs((self.tokens[at].start if at < len(self.tokens) else len(self.text)) - was_at)

    def best(self, places: Sequence[Place], target: Keys, bar: float) -> Place | None:
        """The place most like ``target``, at least ``bar``, unless it is rather the sentence beside it."""
        whole = [(i, j) for i, j in places if j in self._sentence_ends] if self._whole_sentence else places
        if not whole:
            return None
        start, end = max(whole, key=lambda p: (_alike(self.keys[slice(*p)], target), p[0] - p[1], -p[0]))
        likeness = _alike(self.keys[start:end], target)
        neighbour = max(
            _alike(self.keys[start : start + len(self._suffix)], self._suffix),
            _alike(self.keys[max(0, end - len(self._prefix)) : end], self._prefix),
        )
        return (start, end) if likeness >= bar and likeness > neighbour else None

    def span(self, first: int, last: int, quote: str) -> tuple[int, int]:
        """Offsets of the words ``first`` to ``last`` (exclusive), with the quote's own punctuation."""
        inner = tokenize(quote)
        lead, tail = quote[: inner[0].start], quote[inner[-1].end :]
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        if lead and _plain(self.text[max(0, start - len(lead)) : start]) == _plain(lead):
            start -= len(lead)
        if tail and _plain(self.text[end : end + len(tail)]) == _plain(tail):
            end += len(tail)
        return start, end

    def _anchors(self, context: Keys, *, at_end: bool) -> list[Anchor]:
        """Where the context stands, told by as many of its words next to the quote as can be found."""
        for count in (len(context), 5, SURE_CONTEXT):
            if 0 < count <= len(context):
                part = context[-count:] if at_end else context[:count]
                places = self.find(part)
                if places:
                    return [Anchor(at + count if at_end else at, count) for at in places]
        return []

    def _edge(self, context: Keys, at: int) -> list[Anchor]:
        """The page's own edge, where nothing stood before or after the quote."""
        return [] if context else [Anchor(at, SURE_CONTEXT - 1)]


def _plain(text: str) -> str:
    """Quotation marks and dashes in their plain form."""
    return text.translate(_TYPOGRAPHY)

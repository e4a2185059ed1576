"""A text to its sentences, each with its words, terms, and the phrases in it that doubt, deny or confirm."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.pipeline.text.hedges import Hedges
from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.sentences import read
from claims.pipeline.text.terms import stem, terms
from claims.pipeline.text.tokens import keys
from claims.pipeline.words import load_words

MOST_SENTENCES = 400
"""Sentences of a text that are read; what comes later is seldom about the news."""

LONGEST = 4_000
"""Characters of a sentence that are read: what has no full stop for longer is no prose."""

KIN = 5
"""Letters that two terms share when one is derived from the other (Argentina, Argentinian): half a hit."""

KINDS = ("unconfirming", "refuting", "undenied", "confirming", "reporting", "headline_hedges")
_BEFORE = 3
"""Words before a denial in which a negation takes it back: "did not deny", "is not a hoax"."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence (or headline): its words as tokens' keys, their stems, its terms and their beginnings.

    ``phrases`` are the phrases of each of ``KINDS`` that stand in it, in order; ``hedges`` as in the text.
    """

    text: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    terms: frozenset[str]
    kin: frozenset[str]
    phrases: dict[str, tuple[str, ...]]
    hedges: tuple[str, ...]

    @property
    def is_quoting(self) -> bool:
        """Whether somebody else's words stand in quotation marks."""
        return '"' in self.text or "“" in self.text or "''" in self.text

    def has(self, *words: str) -> bool:
        """Whether any of ``words`` stands in it."""
        return any(word in self.words for word in words)


@lru_cache(maxsize=32)
def lines_of(text: str) -> tuple[Line, ...]:
    """Return the first sentences of ``text``; kept for the next claim that the same text is asked about."""
    reading = read(text)
    hedges = Hedges(reading)
    found = []
    for first, last in reading.sentences[:MOST_SENTENCES]:
        start, end = reading.span(first, last)
        if line := _line(text[start : min(end, start + LONGEST)], hedges.within(first, last)):
            found.append(line)
    return tuple(found)


def headline_of(text: str) -> Line | None:
    """Return a headline as one line; None for an empty one."""
    reading = read(text[:LONGEST])
    return _line(reading.text, Hedges(reading).within(0, len(reading.words)))


@lru_cache(maxsize=128)
def held_in(text: str) -> frozenset[str]:
    """Return all terms of ``text``: whether it is worth being read sentence by sentence."""
    return frozenset(terms(text))


def kin_of(held: frozenset[str]) -> frozenset[str]:
    """Return the beginnings of the terms that are long enough to have kin."""
    return frozenset(term[:KIN] for term in held if len(term) >= KIN)


def _line(text: str, hedges: tuple[str, ...]) -> Line | None:
    words = tuple(keys(text))
    if not words:
        return None
    held = frozenset(terms(text))
    return Line(text, words, tuple(map(stem, words)), held, kin_of(held), _phrases_in(words), hedges)


def _phrases_in(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    table = _phrases()
    for n, word in enumerate(words):
        for kind, phrase, size in table.get(word, ()):
            if size == 1 or " ".join(words[n : n + size]) == phrase:
                taken_back = kind == "refuting" and not lexicon().negations.isdisjoint(
                    words[max(0, n - _BEFORE) : n]
                )
                found["undenied" if taken_back else kind].append(phrase)
    return {kind: tuple(dict.fromkeys(phrases)) for kind, phrases in found.items()}


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[tuple[str, str, int], ...]]:
    """The phrases of all kinds by their first word: kind, phrase, number of words."""
    lists = lexicon()
    disclaimers = (" ".join(keys(phrase)) for phrase in sorted(load_words("en").sets["disclaimers"]))
    kinds = {
        "unconfirming": (*lists.unconfirming, *disclaimers),
        "refuting": lists.refuting,
        "confirming": lists.confirming,
        "reporting": tuple(sorted(lists.reporting)),
        "headline_hedges": lists.headline_hedges,
    }
    table: dict[str, list[tuple[str, str, int]]] = {}
    for kind, phrases in kinds.items():
        for phrase in dict.fromkeys(phrases):
            first, *rest = phrase.split()
            table.setdefault(first, []).append((kind, phrase, 1 + len(rest)))
    return {first: tuple(entries) for first, entries in table.items()}

"""A text as what claims are compared by: weighted terms, pairs of terms, character trigrams, facts."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from sys import intern

from claims.pipeline.matching.guards import Facts
from claims.pipeline.text.aliases import Aliases, plainly
from claims.pipeline.text.terms import term_weight, terms, terms_and_words

BM25_K1, BM25_B = 1.2, 0.4
USUAL_LENGTH = 8
"""Robertson's BM25 with little weight on length, since claims are all short (about eight terms)."""

FORM = "="
"""Marks a word's own form where forms stand among terms: "=resigned" beside "resign"."""

FORM_SHARE = 0.5
"""Weight of a shared form beside that of the shared term."""

_STOP = re.compile(r"(?<=[.?!])[\"”’']*[.\s]*\s")


@dataclass(frozen=True, slots=True, eq=False)
class MatchText:
    """``plain`` is what `plainly` gave; ``grams`` is a vector of length 1; the weights are the bands'."""

    plain: str
    counts: Mapping[str, int]
    weights: Mapping[str, float]
    forms: frozenset[tuple[str, str]]
    pairs: frozenset[tuple[str, str]]
    grams: Mapping[str, float]
    length: int

    @classmethod
    def of(cls, text: str, aliases: Aliases | None = None) -> "MatchText":
        """Read ``text`` with the names of ``aliases`` put for each other."""
        plain = plainly(text, aliases)
        found = [(intern(term), intern(word)) for term, word in terms_and_words(plain)]
        in_order = [term for term, _ in found]
        weights = {term: term_weight(term) for term in in_order}
        return cls(
            plain,
            Counter(in_order),
            weights,
            frozenset(found),
            frozenset(pairwise(in_order)),
            _grams(weights),
            len(in_order),
        )

    def index_terms(self) -> Counter[str]:
        """The terms with their counts, and the marked forms, which stand for what the terms smooth away."""
        found = Counter(self.counts)
        for term, word in self.forms:
            found[f"{FORM}{word}"] += self.counts[term]
        return found

    @property
    def whole(self) -> float:
        """The weight of all terms."""
        return sum(self.weights.values())

    def bm25(self, document: "MatchText") -> float:
        """Robertson's BM25 of this query against ``document``."""
        damp = BM25_K1 * (1 - BM25_B + BM25_B * document.length / USUAL_LENGTH)
        shared = self.counts.keys() & document.counts.keys()
        counted = ((self.weights[term], document.counts[term]) for term in shared)
        return sum(weight * n * (BM25_K1 + 1) / (n + damp) for weight, n in counted)

    def cosine(self, other: "MatchText") -> float:
        """The cosine of the two trigram vectors, 0 to 1."""
        return cosine(self.grams, other.grams)

    def grams_by_sentence(self) -> tuple[Mapping[str, float], ...]:
        """The vector of each sentence that has a term, "U.S. Senate" taken for two."""
        vectors = []
        for sentence in _STOP.split(self.plain):
            own = {term: self.weights.get(term, 0.0) for term, _ in terms_and_words(sentence)}
            if own:
                vectors.append(self.grams if len(own) == len(self.weights) else _grams(own))
        return tuple(vectors)


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The cosine of two vectors of length 1, 0 to 1."""
    small, large = (one, other) if len(one) < len(other) else (other, one)
    return sum([value * large[gram] for gram, value in small.items() if gram in large])


def _grams(weights: Mapping[str, float]) -> dict[str, float]:
    vector: dict[str, float] = {}
    for term, weight in weights.items():
        grams = _trigrams(term)
        share = weight / math.sqrt(len(grams))
        for gram in grams:
            vector[gram] = vector.get(gram, 0.0) + share
    norm = math.sqrt(sum(value * value for value in vector.values()))
    return {gram: value / norm for gram, value in vector.items()} if norm else {}


@lru_cache(maxsize=100_000)
def _trigrams(term: str) -> tuple[str, ...]:
    padded = f" {term} "
    return tuple(intern(padded[n : n + 3]) for n in range(len(padded) - 2))


@lru_cache(maxsize=5_000)
def facts_of(plain: str) -> Facts:
    """The facts of a text that `plainly` gave; known claims are asked for again and again."""
    return Facts.of(plain)


def shortlist_terms(text: str, aliases: Aliases | None = None) -> frozenset[str]:
    """The terms by which claims that are alike are looked up: with the names as they stand and as aliases."""
    found = set(terms(plainly(text)))
    joined = aliases is not None and aliases.by_first_word
    return frozenset(found | set(terms(plainly(text, aliases))) if joined else found)

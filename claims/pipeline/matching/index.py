"""Many claims indexed once in memory, so that a text is compared with the likely ones only."""

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.pipeline.match import KnownClaim, Likely, Match, Nearness, judge
from claims.pipeline.matching.match_text import (
    BM25_B,
    BM25_K1,
    FORM,
    FORM_SHARE,
    MatchText,
    cosine,
)
from claims.pipeline.matching.traits import Noise
from claims.pipeline.text.aliases import Aliases
from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.terms import WEIGHT_RARE, figure
from claims.pipeline.text.tokens import fold, keys, tokenize

SHORTLIST = 50
"""Claims that are compared by letters, too; the database hands over as many (claims/queries/matching.py)."""

OWN_FREQUENCIES_FROM = 1_000
"""Claims from which their own word counts say more than the bands of words/en/common.json."""

MANY = 0.03
"""Share of the claims from which a word is too common to bring a claim into the shortlist."""

LETTERS_SHARE = 0.15
"""Weight of the trigram cosine's z-score beside BM25's in the order, with own frequencies."""

FEW_TERMS = 12
"""Terms up to which a text's wording orders claims, too, with own frequencies: the fewer terms the more."""

SENTENCE_SHARE, FUNCTION_SHARE, RUN_SHARE = 10.0, 5.0, 1.2
"""Weights, for a text of one term, of the cosine with a claim's likest sentence, of each function word that
both have (by its idf) and of each run of three words."""

SHORTEST_COMPOUND = 6


class ClaimIndex:
    """An inverted index, built once: by term, and by a word's own form, the claims that have it.

    ``match`` takes some milliseconds over tens of thousands of claims. Beyond a thousand, claims are ranked
    with weights from their own word counts; what is judged to be the same does not depend on their number.
    """

    def __init__(self, claims: Iterable[KnownClaim], *, aliases: Aliases | None = None) -> None:
        """Index ``claims``; ids must differ."""
        self._claims = list(claims)
        self._aliases = aliases
        self._texts = [MatchText.of(claim.text, aliases) for claim in self._claims]
        self._has_own = len(self._claims) >= OWN_FREQUENCIES_FROM
        self._holders: dict[str, list[tuple[int, float]]] = {}
        usual = sum(text.length for text in self._texts) / max(1, len(self._texts)) or 1.0
        for number, text in enumerate(self._texts):
            damp = BM25_K1 * (1 - BM25_B + BM25_B * text.length / usual)
            for term, n in text.index_terms().items():
                share = n * (BM25_K1 + 1) / (n + damp)
                self._holders.setdefault(term, []).append((number, share))
        many = MANY * len(self._claims)
        self._common = {term: dict(held) for term, held in self._holders.items() if len(held) > many}
        self._weights = {term: self._weight(term, len(held)) for term, held in self._holders.items()}
        self._lines = [_line(text.plain) for text in self._texts] if self._has_own else []
        self._sentences = [text.grams_by_sentence() for text in self._texts] if self._has_own else []
        common = Counter(word for line in self._lines for word in set(line.split()) & _function_words())
        self._function_weights = {word: self._weight(word, n) for word, n in common.items()}
        self._usual_words = sum(line.count(" ") for line in self._lines) / max(1, len(self._lines))

    def _weight(self, term: str, holders: int) -> float:
        idf = math.log((len(self._claims) + 1) / (holders + 0.5))
        return FORM_SHARE * idf if term.startswith(FORM) else idf

    def match(self, text: str, *, nearness: Nearness | None = None) -> tuple[Match, ...]:
        """Return the claims that ``text`` may repeat, best first; see ``match.match``."""
        query = MatchText.of(self._apart(text) if self._has_own else text, self._aliases)
        noise = Noise.of(query)
        scores = self._scores(query)
        best = heapq.nlargest(SHORTLIST, scores, key=scores.__getitem__)
        likely = self._ranked(query, noise, best, scores)
        among = len(self._claims)
        return judge(query, likely, noise=noise, among=among, nearness=nearness, acts_first=not self._has_own)

    def _scores(self, query: MatchText) -> dict[int, float]:
        """BM25 by claim, with their own frequencies, of all claims that can be among the best.

        Words that many have only add to what others found, where those are enough.
        """
        scores: dict[int, float] = {}
        so_far = scores.get
        terms = [term for term in query.index_terms() if term in self._holders]
        terms.sort(key=lambda term: (len(self._holders[term]), term))
        for done, term in enumerate(terms):
            if term in self._common and len(scores) >= SHORTLIST:
                return self._with_common(scores, terms[done:])
            weight = self._weights[term]
            for number, share in self._holders[term]:
                scores[number] = so_far(number, 0.0) + weight * share
        return scores

    def _with_common(self, scores: dict[int, float], terms: Sequence[str]) -> dict[int, float]:
        """Add what common words say of claims found by others, less those that they cannot bring forward."""
        most = sum(self._weights[term] for term in terms) * (BM25_K1 + 1)
        floor = heapq.nlargest(SHORTLIST, scores.values())[-1] - most
        kept = {number: score for number, score in scores.items() if score >= floor}
        for term in terms:
            weight, shares = self._weights[term], self._common[term]
            for number in kept.keys() & shares.keys():
                kept[number] += weight * shares[number]
        return kept

    def _ranked(
        self, query: MatchText, noise: Noise, numbers: Iterable[int], scores: dict[int, float]
    ) -> list[Likely]:
        ranked = []
        wording = _Wording.of(query) if self._has_own and len(query.counts) <= FEW_TERMS else None
        for number in numbers:
            known = self._texts[number]
            alike = query.cosine(known)
            if self._has_own:
                rank = scores[number] / WEIGHT_RARE + LETTERS_SHARE * noise.z_cosine(alike)
                rank += self._worded_alike(wording, query, number) if wording else 0.0
            else:
                rank = noise.likeness(query.bm25(known), alike)
            ranked.append(Likely(self._claims[number], known, rank))
        return ranked

    def _worded_alike(self, wording: "_Wording", query: MatchText, number: int) -> float:
        """What a claim gains in the order by its wording, in standard deviations."""
        line, weights = self._lines[number], self._function_weights
        damp = 1 - BM25_B + BM25_B * line.count(" ") / self._usual_words
        functions = sum(weights.get(word, 0.0) for word in wording.function_words if f" {word} " in line)
        runs = sum(run in line for run in wording.runs)
        sentence = max((cosine(query.grams, grams) for grams in self._sentences[number]), default=0.0)
        found = FUNCTION_SHARE * functions / damp / WEIGHT_RARE + RUN_SHARE * runs + SENTENCE_SHARE * sentence
        return found / len(query.counts)

    def _apart(self, text: str) -> str:
        """Take words apart that no claim has but as two ("alqaida", "@barackobama")."""
        parts, done = [], 0
        for token in tokenize(text):
            pair = self._two_words(token.key)
            if pair is not None:
                parts += [text[done : token.start], pair]
                done = token.end
        return "".join([*parts, text[done:]])

    def _two_words(self, word: str) -> str | None:
        """The two words, with a blank, that claims write for ``word``, most of them; None where none do."""
        is_known = word in lexicon().band or f"{FORM}{word}" in self._holders
        if len(word) < SHORTEST_COMPOUND or is_known or figure(word) is not None:
            return None
        found: dict[str, int] = {}
        for at in range(2, len(word) - 1):
            first, second = (self._holders.get(f"{FORM}{part}", ()) for part in (word[:at], word[at:]))
            both = {number for number, _ in first} & {number for number, _ in second} if second else ()
            pair = f"{word[:at]} {word[at:]}"
            count = sum(f" {pair} " in self._lines[number] for number in both)
            if count:
                found[pair] = count
        return max(found, key=found.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class _Wording:
    """How a text says what it says: its function words, and its runs of three words with blanks around."""

    function_words: frozenset[str]
    runs: frozenset[str]

    @classmethod
    def of(cls, query: MatchText) -> "_Wording":
        words = _line(query.plain).split()
        runs = (f" {' '.join(run)} " for run in zip(words, words[1:], words[2:], strict=False))
        return cls(_function_words() & set(words), frozenset(runs))


def _line(plain: str) -> str:
    """The words of a text, each with a blank before and after."""
    return f" {' '.join(fold(key) for key in keys(plain))} "


@lru_cache(maxsize=1)
def _function_words() -> frozenset[str]:
    return frozenset(word for word, band in lexicon().band.items() if band == 0)

"""Many claims indexed once in memory, so that a text is compared with the likely ones only."""

import heapq
import math
from collections.abc import Iterable

from claims.pipeline.match import KnownClaim, Likely, Match, Nearness, judge
from claims.pipeline.matching.match_text import BM25_B, BM25_K1, FORM, FORM_SHARE, MatchText
from claims.pipeline.matching.traits import Noise
from claims.pipeline.text.aliases import Aliases
from claims.pipeline.text.terms import WEIGHT_RARE

SHORTLIST = 50
"""Claims that are compared by letters, too; the database hands over as many (claims/queries/matching.py)."""

OWN_FREQUENCIES_FROM = 1_000
"""Claims from which their own word counts say more than the bands of words/en/common.json."""

MANY = 0.03
"""Share of the claims from which a word is too common to bring a claim into the shortlist."""

LETTERS_SHARE = 0.15
"""Weight of the trigram cosine's z-score beside BM25's in the order, with own frequencies."""


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
        self._many = MANY * len(self._claims)
        self._weights = {term: self._weight(term, len(held)) for term, held in self._holders.items()}

    def _weight(self, term: str, holders: int) -> float:
        idf = math.log((len(self._claims) + 1) / (holders + 0.5))
        return FORM_SHARE * idf if term.startswith(FORM) else idf

    def match(self, text: str, *, nearness: Nearness | None = None) -> tuple[Match, ...]:
        """Return the claims that ``text`` may repeat, best first; see ``match.match``."""
        query = MatchText.of(text, self._aliases)
        noise = Noise.of(query)
        scores = self._scores(query)
        best = heapq.nlargest(SHORTLIST, scores, key=scores.__getitem__)
        likely = self._ranked(query, noise, best, scores)
        return judge(query, likely, noise=noise, nearness=nearness, acts_first=not self._has_own)

    def _scores(self, query: MatchText) -> dict[int, float]:
        """BM25 by claim, with their own frequencies; words that many have only add to what others found."""
        scores: dict[int, float] = {}
        terms = [term for term in query.index_terms() if term in self._holders]
        terms.sort(key=lambda term: (len(self._holders[term]), term))
        for term in terms:
            weight, holders = self._weights[term], self._holders[term]
            if len(holders) > self._many and len(scores) >= SHORTLIST:
                for number, share in holders:
                    if number in scores:
                        scores[number] += weight * share
            else:
                for number, share in holders:
                    scores[number] = scores.get(number, 0.0) + weight * share
        return scores

    def _ranked(
        self, query: MatchText, noise: Noise, numbers: Iterable[int], scores: dict[int, float]
    ) -> list[Likely]:
        ranked = []
        for number in numbers:
            known = self._texts[number]
            cosine = query.cosine(known)
            if self._has_own:
                rank = scores[number] / WEIGHT_RARE + LETTERS_SHARE * noise.z_cosine(cosine)
            else:
                rank = noise.likeness(query.bm25(known), cosine)
            ranked.append(Likely(self._claims[number], known, rank))
        return ranked

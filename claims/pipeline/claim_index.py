"""Many claims indexed once in memory, so that a text is compared with the likely ones only."""

import heapq
import math
from collections import Counter
from collections.abc import Iterable

from claims.pipeline.match import Frequencies, KnownClaim, Match, Nearness, match
from claims.pipeline.terms import terms

SHORTLIST = 50
"""Claims that are compared in full; the database hands over as many (claims/queries/matching.py)."""

OWN_FREQUENCIES_FROM = 1_000
"""Claims from which their own word counts say more than the bands of words/en/common.json."""


class ClaimIndex:
    """An inverted index: by term the claims that have it."""

    def __init__(self, claims: Iterable[KnownClaim]) -> None:
        """Index ``claims``; ids must differ."""
        self._claims = list(claims)
        self._holders: dict[str, list[int]] = {}
        for number, claim in enumerate(self._claims):
            for term in set(terms(claim.text)):
                self._holders.setdefault(term, []).append(number)
        total = len(self._claims)
        self._weights = {term: math.log(1 + total / len(h)) for term, h in self._holders.items()}
        self._frequencies = (
            Frequencies(total, {term: len(h) for term, h in self._holders.items()})
            if total >= OWN_FREQUENCIES_FROM
            else None
        )

    def shortlist(self, text: str) -> list[KnownClaim]:
        """Return the at most ``SHORTLIST`` claims that share most weight with ``text``, best first."""
        scores: Counter[int] = Counter()
        for term in set(terms(text)) & self._holders.keys():
            weight = self._weights[term]
            for number in self._holders[term]:
                scores[number] += weight  # type: ignore[assignment]
        best = heapq.nsmallest(SHORTLIST, scores, key=lambda number: (-scores[number], number))
        return [self._claims[number] for number in best]

    def match(self, text: str, *, nearness: Nearness | None = None) -> tuple[Match, ...]:
        """Return the claims that ``text`` may repeat, best first; see ``match.match``."""
        known = self.shortlist(text)
        return match(text, known, frequencies=self._frequencies, nearness=nearness) if known else ()

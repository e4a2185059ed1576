"""A text and a claim to the traits of the two together from which one judges whether they say the same."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from claims.pipeline.matching.guards import Compared
from claims.pipeline.matching.match_text import MatchText
from claims.pipeline.text.lexicon import sample_claims
from claims.pipeline.text.terms import WEIGHT_RARE, term_weight

LEAST_SPREAD_BM25, LEAST_SPREAD_COSINE = 1.0, 0.03
"""Added to the spread of a query's noise, so that a query that is unlike everything else has one, too."""

COSINE_SHARE = 0.6
"""Weight of the trigram cosine's z-score in ``likeness``; BM25's has the rest."""

NO_RIVAL = -1.0
"""Likeness of the next best claim where there is none."""

_KINDS_OF_CONFLICT = {
    "numbers differ": "Numbers",
    "years differ": "Years",
    "dates differ": "Dates",
    "names differ": "They name",
    "subjects differ": "They speak of different people",
    "offices differ": "They speak of different offices",
}


@dataclass(frozen=True, slots=True)
class Noise:
    """What the fixed sample of unrelated claims scores against one text: mean and spread of both measures."""

    bm25: float
    bm25_spread: float
    cosine: float
    cosine_spread: float

    @classmethod
    def of(cls, query: MatchText) -> "Noise":
        """Measure ``query`` against words/en/sample_claims.json."""
        size = len(sample_claims())
        found: dict[int, list[float]] = {}
        _gather(query, found)
        bm25, cosine = ([pair[n] for pair in found.values()] for n in (0, 1))
        return cls(
            *_mean_and_spread(bm25, size, LEAST_SPREAD_BM25),
            *_mean_and_spread(cosine, size, LEAST_SPREAD_COSINE),
        )

    def likeness(self, bm25: float, cosine: float) -> float:
        """How many standard deviations above unrelated claims, of both measures together."""
        return (1 - COSINE_SHARE) * self.z_bm25(bm25) + COSINE_SHARE * self.z_cosine(cosine)

    def z_bm25(self, value: float) -> float:
        """BM25 as a z-score."""
        return (value - self.bm25) / self.bm25_spread

    def z_cosine(self, value: float) -> float:
        """The cosine as a z-score."""
        return (value - self.cosine) / self.cosine_spread


def _mean_and_spread(values: list[float], size: int, least: float) -> tuple[float, float]:
    """Mean and standard deviation of ``values`` and as many zeros as make them ``size``."""
    mean = sum(values) / size
    variance = sum(value * value for value in values) / size - mean * mean
    return mean, math.sqrt(max(0.0, variance) + least**2)


def _gather(query: MatchText, found: dict[int, list[float]]) -> None:
    """Both measures of ``query`` against the claims of the sample that share anything with it."""
    terms, grams = _sample_postings()
    for place, held, own in ((0, terms, query.weights), (1, grams, query.grams)):
        for key, value in own.items():
            for number, share in held.get(key, ()):
                found.setdefault(number, [0.0, 0.0])[place] += value * share


@lru_cache(maxsize=1)
def _sample_postings() -> tuple[dict[str, list[tuple[int, float]]], dict[str, list[tuple[int, float]]]]:
    """The sample by term (share of BM25 per unit of weight) and by trigram (value in the vector)."""
    terms: dict[str, list[tuple[int, float]]] = {}
    grams: dict[str, list[tuple[int, float]]] = {}
    for number, sentence in enumerate(sample_claims()):
        known = MatchText.of(sentence)
        for term, weight in known.weights.items():
            single = MatchText("", {term: 1}, {term: weight}, frozenset(), frozenset(), {}, 1)
            terms.setdefault(term, []).append((number, single.bm25(known) / weight))
        for gram, value in known.grams.items():
            grams.setdefault(gram, []).append((number, value))
    return terms, grams


def traits(
    query: MatchText, claim: MatchText, facts: Compared, *, noise: Noise, rival: float
) -> dict[str, float]:
    """The traits of a pair by name, most of them 0 to 1; ``rival`` is the likeness of the next best claim.

    What of the claim stands in the text, what of the text in the claim, of all words and of those that tell
    what happened; how far both stand out from noise and from the rival; names, numbers, denials.
    """
    bm25, cosine = query.bm25(claim), query.cosine(claim)
    shared = query.weights.keys() & claim.weights.keys()
    common = sum(claim.weights[term] for term in shared)
    likeness = noise.likeness(bm25, cosine)
    found = {
        "z of words": noise.z_bm25(bm25) / 5,
        "z of letters": noise.z_cosine(cosine) / 5,
        "cosine": cosine,
        "pairs": len(query.pairs & claim.pairs) / max(1, len(claim.pairs)),
        "same forms": _share(sum(claim.weights[term] for term, _ in query.forms & claim.forms), claim.whole),
        "weight of claim": math.log1p(claim.whole) / 3,
        "weight of text": math.log1p(query.whole) / 3,
        "missing of claim": math.log1p(claim.whole - common) / 3,
        "missing of text": math.log1p(query.whole - common) / 3,
        "shared words": math.log1p(len(shared)) / 2,
        "shared rare words": min(4, sum(claim.weights[term] >= WEIGHT_RARE for term in shared)) / 4,
        "likeness": likeness / 5,
        "rival": rival / 5,
        "ahead": min(6.0, likeness - rival) / 5,
        "shouts": float(facts.text.shouts),
    }
    told = {
        "claim told": _share(common, claim.whole),
        "text told": _share(common, query.whole),
        "act told": _told(facts.claim.predicate, query.weights),
        "act of text": _told(facts.text.predicate, claim.weights),
    }
    found |= told | _bends(told)
    for step in (0.0, 0.5, 1.0, 2.0, 3.0):
        found[f"ahead by {step:g}"] = max(0.0, min(6.0, likeness - rival) - step) / 5
    return found | _of_facts(facts, query) | _of_acts(query, claim, facts, found)


def _of_facts(facts: Compared, query: MatchText) -> dict[str, float]:
    found = {
        name: float(any(sentence.startswith(opening) for sentence in facts.conflicts))
        for name, opening in _KINDS_OF_CONFLICT.items()
    }
    text, claim = facts.text, facts.claim
    here = {key for name in text.names for key in name.keys} | query.weights.keys()
    there = {key for name in claim.names for key in name.keys}
    found["names told"] = len(there & here) / len(there) if there else 0.5
    found["has names"] = float(bool(there))
    found["names missing"] = min(3, len(there - here)) / 3
    found["numbers shared"] = min(2, len(text.figures & claim.figures)) / 2
    found["numbers missing"] = min(2, len(claim.figures - text.figures)) / 2
    found["opposite"] = float(facts.opposite is not None)
    found["denied"] = float(bool(facts.denial))
    return found


def _of_acts(
    query: MatchText, claim: MatchText, facts: Compared, found: Mapping[str, float]
) -> dict[str, float]:
    """How much of what happened is in both, beside the names, which many claims of one story share.

    ``found`` are the traits so far: together with them a likeness that is all names can be told.
    """
    acts, acts_of_text = facts.claim.predicate, facts.text.predicate
    shared = _weight(term for term in acts if term in query.weights)
    shared_of_text = _weight(term for term in acts_of_text if term in claim.weights)
    common = sum(weight for term, weight in claim.weights.items() if term in query.weights)
    names = {key for name in facts.claim.names for key in name.keys}
    names_of_text = {key for name in facts.text.names for key in name.keys}
    share = _share(shared, _weight(acts)) if acts else 0.5
    told = any(term in query.weights for term in acts)
    return {
        "act shared": math.log1p(shared) / 3,
        "act missing": math.log1p(_weight(acts) - shared) / 3,
        "words of act": min(3, sum(term in query.weights for term in acts)) / 3,
        "act of text shared": math.log1p(shared_of_text) / 3,
        "act of text missing": math.log1p(_weight(acts_of_text) - shared_of_text) / 3,
        "acts in both": math.log1p(_weight(acts & acts_of_text)) / 3,
        "no acts in both": float(not acts & acts_of_text),
        "share of names": 1 - _share(shared, common) if common else 0.0,
        "names of text missing": min(3, len(names_of_text - names - claim.weights.keys())) / 3,
        "names of claim": min(4, len(names)) / 4,
        "least told": min(found["claim told"], share),
        "claim and act told": found["claim told"] * share,
        "text and act told": found["text told"] * share,
        "likeness with act": found["likeness"] * share,
        "likeness without act": found["likeness"] * (not told),
        "ahead without act": found["ahead"] * (not told),
    }


def _bends(told: Mapping[str, float]) -> dict[str, float]:
    """The shares bent at steps and as logarithms, so that a sum of traits can say "at least half"."""
    bent: dict[str, float] = {}
    for name, share in told.items():
        bent[f"no {name}"] = float(share < 0.01)
        bent[f"log {name}"] = math.log(share + 0.1)
        for step in (0.2, 0.4, 0.6, 0.8):
            bent[f"{name} over {step:g}"] = max(0.0, share - step)
    floor = [max(0.01, share) for share in told.values()]
    bent["all told"] = math.prod(floor) ** (1 / len(floor))
    return bent


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _told(terms: frozenset[str], held: Mapping[str, float]) -> float:
    """The share of the weight of ``terms`` that stands in ``held``."""
    return _share(_weight(term for term in terms if term in held), _weight(terms))


def _weight(terms: Iterable[str]) -> float:
    return sum(map(term_weight, terms))

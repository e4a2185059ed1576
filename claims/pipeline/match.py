"""A text and a shortlist of known claims to which it repeats, contradicts or only touches, and why."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.pipeline.guards import Facts, conflicts, contradiction, refuting_words, shared_names
from claims.pipeline.lexicon import sample_claims
from claims.pipeline.terms import term_weight, terms_and_words
from claims.vocabulary import Relation, Zone

MOST_MATCHES = 20
BM25_K1, BM25_B = 1.2, 0.4
USUAL_LENGTH = 8
"""Robertson's BM25 with little weight on length, since claims are all short (about eight terms)."""

TRIGRAM_SHARE = 0.6
"""Weight of the trigram cosine's z-score; BM25's has the rest."""

LEAST_SPREAD_BM25, LEAST_SPREAD_COSINE = 1.0, 0.03
"""Added to the spread of a query's noise, so that a query that is unlike everything else has one, too."""

LINK_AT, SUGGEST_AT = 4.1, 2.0
"""Scores from which a match is a link or a suggestion: a precision of .955 on the train part of Emergent."""

SAME_ACT = 0.2
"""Share of what the claim tells of its subject that a text must tell, too, to link or contradict."""


Nearness = Callable[[str, Sequence[str]], Sequence[float]]
"""How near a text is to each of others in meaning, -1 to 1; asked only where that tier is switched on."""

LEAST_SPREAD_NEARNESS = 0.05
WORDS_BESIDE_MEANING = 0.5
MEANING_SCALE = 0.79
"""Weight of the words' score beside meaning's z-score, and the factor after which ``LINK_AT`` is as sure as
it is for words alone (a precision of .955 on the train part of Emergent)."""

OTHER_ACT = 0.8
"""What is left of the score of a claim on the same subject that tells something else."""


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A tracked claim: its id and its sentence."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A known claim that the text touches.

    ``score`` counts standard deviations above unrelated claims; ``reasons`` are sentences for people. A link
    whose relation is *contradicts* is surely about the claim, and denies it.
    """

    claim: str
    score: float
    zone: Zone
    relation: Relation
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Frequencies:
    """In how many of ``total`` claims each term stands, where the caller knows it.

    Compared by identity, so that what is weighed by it can be remembered: keep one, don't change it.
    """

    total: int
    of: Mapping[str, int]


def keywords(text: str) -> tuple[str, ...]:
    """The most telling words of ``text``, lower case, and the keys of its names, best first, each once."""
    weighed: dict[str, float] = {}
    for term, word in terms_and_words(text):
        weight = _idf(term, None)
        for key in {word, term.removeprefix("#")}:
            weighed[key] = max(weight, weighed.get(key, 0.0))
    order = {key: n for n, key in enumerate(weighed)}
    return tuple(sorted(weighed, key=lambda key: (-weighed[key], order[key])))


def match(
    text: str,
    shortlist: Sequence[KnownClaim],
    *,
    frequencies: Frequencies | None = None,
    nearness: Nearness | None = None,
) -> tuple[Match, ...]:
    """Score ``text`` against the claims of ``shortlist``; the best first, at most ``MOST_MATCHES``.

    The score mixes BM25 and the cosine of idf-weighted character trigrams, each as a z-score: how far the
    claim stands out from the fixed sample of claims in words/en/sample_claims.json and the rest of the
    shortlist. It is damped by the square root of the share of the claim that the text covers. ``frequencies``
    sharpens the weights of words; without them they come from the bands of words/en/common.json.
    ``nearness`` (tiers/embeddings.py) adds how far each claim stands out in meaning.
    """
    query = _Vector.of(text, frequencies)
    if not query.counts:
        return ()
    vectors = [_known(claim.text, frequencies) for claim in shortlist]
    noise = _noise(frequencies)
    everything = [*noise, *vectors]
    bm25 = _z_scores([query.bm25(vector) for vector in everything], LEAST_SPREAD_BM25)[len(noise) :]
    cosine = _z_scores([query.cosine(vector) for vector in everything], LEAST_SPREAD_COSINE)[len(noise) :]
    scored = [
        (((1 - TRIGRAM_SHARE) * b + TRIGRAM_SHARE * c) * math.sqrt(coverage), claim)
        for b, c, claim, vector in zip(bm25, cosine, shortlist, vectors, strict=True)
        if (coverage := query.covers(vector)) > 0
    ]
    if nearness is not None:
        scored = _with_meaning(text, scored, nearness)
    scored.sort(key=lambda entry: (-entry[0], entry[1].id))
    facts = Facts.of(text)
    found = [_judged(facts, query, *entry, nearness is not None) for entry in scored[: 2 * MOST_MATCHES]]
    return tuple(sorted(found, key=lambda m: (-m.score, m.claim))[:MOST_MATCHES])


def _with_meaning(
    text: str, scored: Sequence[tuple[float, KnownClaim]], nearness: Nearness
) -> list[tuple[float, KnownClaim]]:
    """The scores of words and of meaning as one, on the scale on which ``LINK_AT`` is sure."""
    sample = sample_claims()
    near = nearness(text, [*sample, *(claim.text for _, claim in scored)])
    meaning = _z_scores(near, LEAST_SPREAD_NEARNESS)[len(sample) :]
    return [
        (MEANING_SCALE * (WORDS_BESIDE_MEANING * score + z), claim)
        for (score, claim), z in zip(scored, meaning, strict=True)
    ]


def _judged(facts: Facts, query: "_Vector", score: float, claim: KnownClaim, is_near: bool) -> Match:
    """The zone by score, less what the guards forbid; the relation; the reasons.

    ``is_near``: the score knows of meanings, so that other words on one subject alone forbid no link.
    """
    other = _facts(claim.text)
    against = list(conflicts(facts, other))
    missing = query.missing(other.predicate)
    opposite = contradiction(facts, other) if missing < 1 - SAME_ACT and not against else None
    if missing > 1 - SAME_ACT:
        score *= OTHER_ACT
        if not is_near:
            against.append("Same subject, but the text tells something else of it.")
    zone = Zone.LINK if score >= LINK_AT else Zone.SUGGEST if score >= SUGGEST_AT else Zone.NEW
    relation = {Zone.LINK: Relation.SAME, Zone.SUGGEST: Relation.RELATED, Zone.NEW: Relation.NEW}[zone]
    denial = refuting_words(facts, other)
    if zone is not Zone.NEW and (opposite or denial):
        relation = Relation.CONTRADICTS
        against += [opposite] if opposite else []
    if zone is Zone.LINK and against:
        zone = Zone.SUGGEST
        relation = Relation.RELATED if relation is Relation.SAME else relation
    reasons = [*_likeness(facts, other, query, claim), *against]
    if denial:
        reasons.append(f"The text denies it: {_quoted(denial)}.")
    return Match(claim.id, round(score, 3), zone, relation, tuple(reasons))


def _likeness(facts: Facts, other: Facts, query: "_Vector", claim: KnownClaim) -> list[str]:
    """What speaks for the match, in sentences: names in both, other words in both."""
    reasons, told = [], set()
    for one, twin in shared_names(facts, other)[:3]:
        reasons.append(f"Both name {one}." if one == twin else f"Both name {one} (there: {twin}).")
        told |= {term for term, _ in terms_and_words(one)}
    words = {
        term: word for term, word in terms_and_words(claim.text) if term in query.counts and term not in told
    }
    best = sorted(words, key=lambda term: (-query.weights[term], term))[:6]
    if best:
        reasons.append(f"Shared words: {', '.join(words[term] for term in best)}.")
    return reasons


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _z_scores(values: Sequence[float], least_spread: float) -> list[float]:
    """How many standard deviations each value stands above the mean of all."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    spread = math.sqrt(variance + least_spread**2)
    return [(value - mean) / spread for value in values]


def _idf(term: str, frequencies: Frequencies | None) -> float:
    """The weight of a term: by how many claims have it, or by the band of its word."""
    if frequencies is not None:
        return math.log((frequencies.total + 1) / (frequencies.of.get(term, 0) + 0.5))
    return term_weight(term)


@dataclass(frozen=True, slots=True)
class _Vector:
    """A text as weighted terms and weighted character trigrams."""

    counts: Mapping[str, int]
    weights: Mapping[str, float]
    length: int
    trigrams: Mapping[str, float]
    norm: float

    @classmethod
    def of(cls, text: str, frequencies: Frequencies | None) -> "_Vector":
        found = [term for term, _ in terms_and_words(text)]
        counts = Counter(found)
        weights = {term: _idf(term, frequencies) for term in counts}
        trigrams: dict[str, float] = {}
        for term, weight in weights.items():
            grams = _trigrams(term)
            for gram in grams:
                trigrams[gram] = trigrams.get(gram, 0.0) + weight / math.sqrt(len(grams))
        norm = math.sqrt(sum(value * value for value in trigrams.values()))
        return cls(counts, weights, len(found), trigrams, norm)

    def bm25(self, document: "_Vector") -> float:
        """Robertson's BM25 of this query against ``document``."""
        damp = BM25_K1 * (1 - BM25_B + BM25_B * document.length / USUAL_LENGTH)
        shared = ((term, document.counts[term]) for term in self.counts if term in document.counts)
        return sum(self.weights[term] * n * (BM25_K1 + 1) / (n + damp) for term, n in shared)

    def cosine(self, other: "_Vector") -> float:
        """The cosine of the two trigram vectors, 0..1."""
        small, large = sorted((self.trigrams, other.trigrams), key=len)
        dot = sum(value * large[gram] for gram, value in small.items() if gram in large)
        return dot / (self.norm * other.norm) if dot else 0.0

    def missing(self, terms: frozenset[str]) -> float:
        """The share of the weight of ``terms`` that this text lacks, 0..1; 0 when there are none."""
        weights = {term: _idf(term, None) for term in terms}
        whole = sum(weights.values())
        return sum(w for term, w in weights.items() if term not in self.counts) / whole if whole else 0.0

    def covers(self, document: "_Vector") -> float:
        """The share of ``document``'s weight whose terms stand in this text, 0..1."""
        whole = sum(document.weights.values())
        return sum(w for term, w in document.weights.items() if term in self.counts) / whole if whole else 0.0


@lru_cache(maxsize=100_000)
def _trigrams(term: str) -> tuple[str, ...]:
    padded = f" {term} "
    return tuple(padded[n : n + 3] for n in range(len(padded) - 2))


@lru_cache(maxsize=4)
def _noise(frequencies: Frequencies | None) -> tuple[_Vector, ...]:
    """The sample of claims, weighed."""
    return tuple(_Vector.of(sentence, frequencies) for sentence in sample_claims())


@lru_cache(maxsize=1_000)
def _known(text: str, frequencies: Frequencies | None) -> _Vector:
    """A known claim, weighed; the same few are asked for again and again while a story runs."""
    return _Vector.of(text, frequencies)


@lru_cache(maxsize=1_000)
def _facts(text: str) -> Facts:
    """The facts of a known claim."""
    return Facts.of(text)

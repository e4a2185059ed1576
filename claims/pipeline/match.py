"""A text and a shortlist of known claims to which it repeats, contradicts or only touches, and why."""

import heapq
import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from pathlib import Path

from claims.pipeline.matching.guards import Compared, Facts
from claims.pipeline.matching.match_text import MatchText, facts_of
from claims.pipeline.matching.traits import NO_RIVAL, Noise, traits
from claims.pipeline.text.aliases import Aliases
from claims.pipeline.text.lexicon import sample_claims
from claims.pipeline.text.terms import term_weight, terms_and_words
from claims.pipeline.text.tokens import keys, tokenize
from claims.vocabulary import Relation, Zone

MOST_MATCHES = 20
MOST_JUDGED = 6
"""Matches, the most alike, that are judged by all their traits; a claim that far down is never the same."""

LEAST_TOLD = 0.2
"""Share of the weight of a claim's words that a text must have for the pair to be worth judging."""

LEAST_LIKENESS = 1.0
"""Standard deviations above unrelated claims from which a match is worth judging."""

UNJUDGED = -8.0
"""Log odds of a match that is not; what follows is ranked below it by likeness."""

SAME_ACT = 0.2
"""Share of what the claim tells of its subject that a text must tell, too, to link or contradict."""

ACT_TOLD = 0.3
"""Share of what a claim tells from which a text tells its act, not that of a claim on the same subject."""

OTHER_ACT = 3.0
"""Standard deviations that a likely claim falls behind in the order when the text tells something else."""

Nearness = Callable[[str, Sequence[str]], Sequence[float]]
"""How near a text is to each of others in meaning, -1 to 1; asked only where that tier is switched on."""

LEAST_SPREAD_NEARNESS = 0.05
MEANING_IN_ORDER = 1.0
"""Weight of a claim's nearness in meaning, in standard deviations, beside its rank by words."""

MEANING_USUAL = 0.6
"""Taken off the log odds, to which meaning adds by how many standard deviations a claim is nearer than the
nearest other one; with it ``link_at`` is as sure as without meanings (fitted on the train part of Emergent;
where benchmarks/train_match.py moves ``link_at``, fit this again)."""

MEASURED_AMONG = 150
"""Claims among which ``link_at`` was measured."""

CROWD = 0.1
"""By how much surer, in log odds, a link must be among e times as many claims: the more there are, the
likelier one is like a text by chance (benchmarks/match_scale.py shows how often)."""

_WEIGHTS = Path(__file__).parent / "weights" / "match.json"


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A tracked claim: its id and its sentence."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A known claim that the text touches.

    ``score`` is the log odds that both say the same, but never more than that of a match before it;
    ``reasons`` are sentences for people. A link whose relation is *contradicts* is surely about the claim,
    and denies it.
    """

    claim: str
    score: float
    zone: Zone
    relation: Relation
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likely:
    """A claim that may be meant; ``rank`` orders: likeness in standard deviations above unrelated claims."""

    claim: KnownClaim
    text: MatchText
    rank: float


@dataclass(frozen=True, slots=True)
class _Judged:
    """The log odds that a text says what a claim says, and their facts side by side."""

    odds: float
    facts: Compared


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of `traits`, made by benchmarks/train_match.py, and the log odds where zones begin."""

    weights: Mapping[str, float]
    intercept: float
    link_at: float
    suggest_at: float

    def log_odds(self, found: Mapping[str, float]) -> float:
        """The log odds that a text with these traits says what the claim says."""
        return self.intercept + sum(self.weights.get(name, 0.0) * value for name, value in found.items())

    def zone(self, score: float, *, among: int) -> Zone:
        """The zone of a match with this score, found among so many claims."""
        if score >= self.link_at + CROWD * log(max(1.0, among / MEASURED_AMONG)):
            return Zone.LINK
        return Zone.SUGGEST if score >= self.suggest_at else Zone.NEW


@lru_cache(maxsize=1)
def model() -> Model:
    """Return the weights in use, read from their file at the first call."""
    read = json.loads(_WEIGHTS.read_text("utf-8"))
    return Model(read["weights"], read["intercept"], read["link_at"], read["suggest_at"])


def keywords(text: str) -> tuple[str, ...]:
    """The most telling words of ``text``, lower case, and the keys of its names, best first, each once."""
    weighed: dict[str, float] = {}
    for term, word in terms_and_words(text):
        weight = term_weight(term)
        for key in {word, term.removeprefix("#")}:
            weighed[key] = max(weight, weighed.get(key, 0.0))
    order = {key: n for n, key in enumerate(weighed)}
    return tuple(sorted(weighed, key=lambda key: (-weighed[key], order[key])))


def match(
    text: str,
    shortlist: Sequence[KnownClaim],
    *,
    among: int = 0,
    aliases: Aliases | None = None,
    nearness: Nearness | None = None,
) -> tuple[Match, ...]:
    """Score ``text`` against the claims of ``shortlist``; the best first, at most ``MOST_MATCHES``.

    ``among``: how many claims the shortlist was taken from; the more, the surer must be what links.

    Claims are ranked by BM25 and the cosine of weighted character trigrams, both as z-scores against the
    fixed sample of claims in words/en/sample_claims.json; the likeliest are judged by their traits.
    ``aliases`` are names that stand for each other; ``nearness`` (tiers/embeddings.py) adds how far each
    claim stands out in meaning.
    """
    query = MatchText.of(text, aliases)
    noise = Noise.of(query)
    likely = []
    for claim in shortlist:
        known = known_text(claim.text, aliases)
        if query.weights.keys() & known.weights.keys():
            likely.append(Likely(claim, known, noise.likeness(query.bm25(known), query.cosine(known))))
    return judge(query, likely, noise=noise, among=among, nearness=nearness)


@lru_cache(maxsize=2_000)
def known_text(text: str, aliases: Aliases | None) -> MatchText:
    """A known claim as it is compared; the same few are asked for again and again while a story runs."""
    return MatchText.of(text, aliases)


def judge(
    query: MatchText,
    likely: Sequence[Likely],
    *,
    noise: Noise,
    among: int,
    nearness: Nearness | None = None,
    acts_first: bool = True,
) -> tuple[Match, ...]:
    """Return the matches among ``likely``, best first, at most ``MOST_MATCHES``; none for a text of no words.

    ``acts_first``: a likely claim whose act is told stands before those on the same subject whose act is not,
    which helps sentences and hurts long posts that tell a claim in other words.
    """
    if not query.counts:
        return ()
    ranked = heapq.nsmallest(MOST_MATCHES, likely, key=lambda entry: (-entry.rank, entry.claim.id))
    facts = facts_of(query.plain)
    ahead: Mapping[str, float] = {}
    if nearness is not None:
        ranked, ahead = _with_meaning(query, ranked, nearness)
    found = _odds(query, facts, ranked[:MOST_JUDGED], noise, ahead)
    matches: list[Match] = []
    ceiling = float("inf")
    for entry in _in_order(query, ranked, found) if acts_first else ranked:
        pair = found.get(entry.claim.id)
        ceiling = min(ceiling, UNJUDGED + min(0.0, entry.rank / 100 - 1) if pair is None else pair.odds)
        if pair is None:
            shared = tuple(_words_in_both(query, entry, frozenset()))
            matches.append(Match(entry.claim.id, round(ceiling, 3), Zone.NEW, Relation.NEW, shared))
        else:
            zone = model().zone(ceiling, among=among)
            matches.append(_judged(query, entry, pair.facts, ceiling, zone))
    return tuple(matches)


def _in_order(query: MatchText, ranked: Sequence[Likely], found: Mapping[str, _Judged]) -> list[Likely]:
    """The most alike first, but likely claims whose act is told before those whose act is not."""
    likely = {claim: pair for claim, pair in found.items() if pair.odds >= model().suggest_at}
    told = {claim: _tells(query, pair.facts.claim) for claim, pair in likely.items()}
    behind = OTHER_ACT if any(share >= ACT_TOLD for share in told.values()) else 0.0

    def place(entry: Likely) -> float:
        return entry.rank - (behind if told.get(entry.claim.id, 1.0) < SAME_ACT else 0.0)

    return sorted(ranked, key=lambda entry: (-place(entry), entry.claim.id))


def _odds(
    query: MatchText, facts: Facts, ranked: Sequence[Likely], noise: Noise, ahead: Mapping[str, float]
) -> dict[str, _Judged]:
    """The log odds of those alike enough, by claim; two claims of one wording are no rivals.

    ``ahead``: by how much each is nearer in meaning than any other, where that is known.
    """
    likeness = [noise.likeness(query.bm25(entry.text), query.cosine(entry.text)) for entry in ranked]
    wordings = [" ".join(keys(entry.claim.text)) for entry in ranked]
    found = {}
    for entry, own, wording in zip(ranked, likeness, wordings, strict=True):
        if not ahead and (own < LEAST_LIKENESS or _told(query, entry.text) < LEAST_TOLD):
            continue
        others = (value for value, other in zip(likeness, wordings, strict=True) if other != wording)
        pair = Compared.of(facts, facts_of(entry.text.plain))
        told = traits(query, entry.text, pair, noise=noise, rival=max(others, default=NO_RIVAL))
        meant = ahead[entry.claim.id] - MEANING_USUAL if ahead else 0.0
        found[entry.claim.id] = _Judged(model().log_odds(told) + meant, pair)
    return found


def _told(query: MatchText, claim: MatchText) -> float:
    """The share of the weight of the claim's words that stand in the text."""
    shared = query.weights.keys() & claim.weights.keys()
    return sum(claim.weights[term] for term in shared) / claim.whole


def _with_meaning(
    query: MatchText, ranked: Sequence[Likely], nearness: Nearness
) -> tuple[list[Likely], dict[str, float]]:
    """The claims by words and meaning, and by how much each is nearer than any other, sample included.

    Both in standard deviations above the sample; two claims of one wording are no rivals.
    """
    sample = sample_claims()
    near = nearness(query.plain, [*sample, *(entry.text.plain for entry in ranked)])
    noise = near[: len(sample)]
    mean = sum(noise) / len(noise)
    spread = (sum((value - mean) ** 2 for value in noise) / len(noise) + LEAST_SPREAD_NEARNESS**2) ** 0.5
    scores = [(value - mean) / spread for value in near[len(sample) :]]
    usual = (max(noise) - mean) / spread
    wordings = [" ".join(keys(entry.claim.text)) for entry in ranked]
    ahead = {}
    for entry, own, wording in zip(ranked, scores, wordings, strict=True):
        others = (value for value, other in zip(scores, wordings, strict=True) if other != wording)
        ahead[entry.claim.id] = own - max((usual, *others))
    meant = [
        replace(entry, rank=entry.rank + MEANING_IN_ORDER * score)
        for entry, score in zip(ranked, scores, strict=True)
    ]
    return sorted(meant, key=lambda entry: (-entry.rank, entry.claim.id)), ahead


def _judged(query: MatchText, entry: Likely, facts: Compared, score: float, zone: Zone) -> Match:
    """The zone, less what the guards forbid; the relation; the reasons."""
    against = list(facts.conflicts)
    tells = _tells(query, facts.claim) >= SAME_ACT
    opposite = facts.opposite if tells and not against else None
    relation = {Zone.LINK: Relation.SAME, Zone.SUGGEST: Relation.RELATED, Zone.NEW: Relation.NEW}[zone]
    if zone is not Zone.NEW and (opposite or facts.denial):
        relation = Relation.CONTRADICTS
        against += [opposite] if opposite else []
    if zone is Zone.LINK and not may_link(query, entry.text, facts):
        zone = Zone.SUGGEST
        relation = Relation.RELATED if relation is Relation.SAME else relation
    if not tells and zone is not Zone.LINK:
        against.append("Same subject, but the text tells something else of it.")
    reasons = [*_names_in_both(query, facts, entry), *against]
    if facts.denial:
        reasons.append(f"The text denies it: {_quoted(facts.denial)}.")
    return Match(entry.claim.id, round(score, 3), zone, relation, tuple(reasons))


def may_link(query: MatchText, claim: MatchText, facts: Compared) -> bool:
    """Whether nothing forbids a link, however alike.

    That is: no conflict, no opposite, more than names in both, and something of what the claim tells of its
    subject: "The minister opened a pier" does not say that he resigned, whatever both say of him.
    """
    tells = _tells(query, facts.claim)
    if tells >= SAME_ACT:
        return not facts.conflicts and facts.opposite is None
    return tells > 0 and not facts.conflicts and not _share_names_only(query, claim, facts)


def _tells(query: MatchText, other: Facts) -> float:
    """The share of the weight of what the claim tells that the text tells, too; 1 where it tells nothing."""
    whole = sum(map(term_weight, other.predicate))
    told = sum(term_weight(term) for term in other.predicate if term in query.counts)
    return told / whole if whole else 1.0


def _share_names_only(query: MatchText, claim: MatchText, facts: Compared) -> bool:
    """Whether names are all that the two have in common: "He [Dorda] is in Libya"."""
    named = {term for pair in facts.names for name in pair for term, _ in terms_and_words(name)}
    return not any(term in query.counts and term not in named for term in claim.counts)


def _names_in_both(query: MatchText, facts: Compared, entry: Likely) -> list[str]:
    """What speaks for the match, in sentences: names in both, other words in both."""
    reasons, told = [], set()
    for one, twin in facts.names[:3]:
        reasons.append(f"Both name {one}." if one == twin else f"Both name {one} (there: {twin}).")
        told |= {term for term, _ in terms_and_words(one)}
    return reasons + _words_in_both(query, entry, told)


def _words_in_both(query: MatchText, entry: Likely, told: Set[str]) -> list[str]:
    words = {
        term: word for term, word in sorted(entry.text.forms) if term in query.counts and term not in told
    }
    best = sorted(words, key=lambda term: (-query.weights[term], term))[:6]
    if not best:
        return []
    told_by = ", ".join(_as_written(words[term], entry.text.plain) for term in best)
    return [f"Shared words: {told_by}."]


def _as_written(word: str, plain: str) -> str:
    """A key of the tokens of a text that `plainly` gave, as it stands there: "Libya's" for libyas."""
    if word in plain:
        return word
    lower = plain.lower()
    at = lower.find(word) if len(lower) == len(plain) else -1
    if at >= 0:
        return plain[at : at + len(word)]
    return next((plain[token.start : token.end] for token in tokenize(plain) if token.key == word), word)


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)

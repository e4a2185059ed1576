"""A claim, a headline and a body to what each does with the claim: supports, refutes or merely reports it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from claims.pipeline.guards import REACH, Facts, differing_offices
from claims.pipeline.hedges import find_hedges
from claims.pipeline.lexicon import lexicon
from claims.pipeline.sentences import read
from claims.pipeline.terms import stem, term_of, term_weight, terms
from claims.pipeline.tokens import keys, squash
from claims.pipeline.words import load_words
from claims.vocabulary import Stance

HEADLINE_TOUCHES = 0.05
"""Share of the claim's weight that a headline must hold to be about it; headlines are short and punning."""

BODY_TOUCHES = 0.3
"""Share that the best sentence of a body must hold (accuracy .96 on related or not, train part of FNC-1)."""

NEARLY_BEST = 0.75
"""Sentences that cover the claim at least this well, as a share of the best, are heard."""

MOST_SENTENCES = 400
"""Sentences of a body that are read; what comes later is seldom about the news."""

LONGEST_SHOWN = 120

KIN = 5
"""Letters that two terms share when one is derived from the other (Argentina, Argentinian): half a hit."""

_TELLING = frozenset({"say", "tell", "claim", "speak", "announc", "argu"})


@dataclass(frozen=True, slots=True)
class StanceJudgement:
    """The stance of headline and body, None where that part is empty or does not touch the claim.

    ``score`` is the share of the claim's weight in the best sentence, 0..1; ``reasons`` are sentences.
    """

    headline: Stance | None
    body: Stance | None
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one sentence does with the claim, why, how much of it it holds, and if it tells its act."""

    stance: Stance
    reason: str
    coverage: float
    tells: bool


def judge_stance(claim: str, *, headline: str | None, body: str | None) -> StanceJudgement:
    """Judge what ``headline`` and ``body`` do with ``claim``.

    Words of denial or doubt that the claim itself holds do not count. A hedge, a question and a statement
    that is only somebody's report it; an on-record confirmation and a flat statement support it. A sentence
    that shares the claim's names but nothing of what happened takes no side; such a headline over a text, and
    one on the holder of another office, does not touch the claim (without a text the headline is all there
    is, and often a paraphrase).
    """
    subject = _Subject(claim)
    said_above = subject.hear(headline or "", is_headline=True)
    if said_above is not None and said_above.coverage < HEADLINE_TOUCHES:
        said_above = None
    if said_above is not None and (body or "").strip():
        elsewhere = differing_offices(Facts.of(headline or ""), subject.facts) is not None
        said_above = said_above if said_above.tells and not elsewhere else None
    said_below = _hear_body(subject, body or "")
    reasons = []
    if said_above is not None:
        reasons.append(f"Headline: {said_above.reason}")
    if said_below is not None:
        reasons.append(f"Text: {said_below.reason}")
    heard = [part for part in (said_above, said_below) if part is not None]
    return StanceJudgement(
        headline=said_above.stance if said_above else None,
        body=said_below.stance if said_below else None,
        score=round(max((part.coverage for part in heard), default=0.0), 3),
        reasons=tuple(reasons) or ("Neither headline nor text touches the claim.",),
    )


def _hear_body(subject: "_Subject", body: str) -> _Heard | None:
    """The stance of the sentences that cover the claim best; a refutation of what stands before it counts."""
    reading = read(body)
    sentences = [body[slice(*reading.span(a, b))] for a, b in reading.sentences[:MOST_SENTENCES]]
    coverages = [subject.coverage(sentence) for sentence in sentences]
    best = max(coverages, default=0.0)
    if best < BODY_TOUCHES:
        return None
    heard = []
    for n, coverage in enumerate(coverages):
        if coverage < NEARLY_BEST * best:
            continue
        found = subject.hear(sentences[n])
        if found is not None and not found.tells and found.stance is not Stance.REPORTS:
            found = replace(found, stance=Stance.REPORTS, reason=f"Speaks of it: “{_shown(sentences[n])}”")
        if found is not None:
            heard.append(subject.answered(found, sentences[n + 1 : n + 2]))
    return _verdict(heard)


def _verdict(heard: Sequence[_Heard]) -> _Heard | None:
    """What the sentences say together: refuted when half of them refute; reported when a third doubt or when
    some refute what others say; else supported."""
    if not heard:
        return None
    count = Counter(one.stance for one in heard)
    if 2 * count[Stance.REFUTES] >= len(heard):
        stance = Stance.REFUTES
    elif 3 * (count[Stance.REPORTS] + count[Stance.REFUTES]) >= len(heard):
        stance = Stance.REPORTS
    else:
        stance = Stance.SUPPORTS
    mine = [one for one in heard if one.stance is stance] or [replace(one, stance=stance) for one in heard]
    return max(mine, key=lambda one: one.coverage)


class _Subject:
    """A claim, ready to be looked for in sentences."""

    def __init__(self, claim: str) -> None:
        self.words = frozenset(keys(claim))
        self.stems = frozenset(stem(word) for word in self.words)
        self.weights = {term: term_weight(term) for term in terms(claim)}
        self.whole = sum(self.weights.values())
        self.facts = facts = Facts.of(claim)
        self.predicate = facts.predicate or frozenset(self.weights)
        lists = lexicon()
        self.denies = any(word in lists.negations for word in facts.words)
        self.headline_hedges = self._foreign(lists.headline_hedges)
        tells = any(stem(word) in _TELLING for word in facts.words)
        self.reporting = () if tells else tuple(sorted(lists.reporting))
        self.refuting = self._foreign(lists.refuting)
        self.confirming = self._foreign(lists.confirming)

    def coverage(self, sentence: str) -> float:
        """The share of the claim's weight whose terms stand in ``sentence``, 0..1."""
        held, kin = _held(sentence)
        found = 0.0
        for term, weight in self.weights.items():
            found += weight if term in held else weight / 2 if term[:KIN] in kin else 0.0
        return found / self.whole if self.whole else 0.0

    def _tells(self, sentence: str) -> bool:
        """Whether a term of what happened, not only a name, stands in ``sentence``."""
        held, kin = _held(sentence)
        return any(term in held or term[:KIN] in kin for term in self.predicate)

    def hear(self, sentence: str, *, is_headline: bool = False) -> _Heard | None:
        """What ``sentence`` does with the claim; None for an empty one."""
        words = keys(sentence)
        if not words:
            return None
        stance, why = self._told(sentence, words, is_headline=is_headline)
        reason = f"{why}: “{_shown(sentence)}”"
        return _Heard(stance, reason, self.coverage(sentence), self._tells(sentence))

    def answered(self, found: _Heard, following: Sequence[str]) -> _Heard:
        """``found``, unless the next sentence calls it a lie or finds no confirmation of it."""
        sets = load_words("en").sets
        for sentence in following:
            line = f" {' '.join(keys(sentence))} "
            pointing = any(f" {word} " in line[:40] for word in sets["backward_subjects"])
            if pointing and (said := _first(line, _plain(sets["refutations"]))):
                return replace(found, stance=Stance.REFUTES, reason=f"Then “{said}”: “{_shown(sentence)}”")
        return found

    def _told(self, sentence: str, words: Sequence[str], *, is_headline: bool) -> tuple[Stance, str]:
        """The stance of one sentence and the words that tell it."""
        lists = lexicon()
        line = f" {' '.join(words)} "
        if said := _first(line, lists.unconfirming):
            return Stance.REPORTS, f"Unconfirmed (“{said}”)"
        asks = self._asks(words)
        if not asks and (said := _first(line, self.refuting) or self._negation(words)):
            return Stance.REFUTES, f"Denied (“{said}”)"
        if not asks and self.denies and self._asserts(sentence, words):
            return Stance.REFUTES, "Says what the claim denies"
        if asks:
            return Stance.REPORTS, "A question"
        if doubt := self._doubt(sentence, words, line, is_headline=is_headline):
            return Stance.REPORTS, f"Hedged (“{doubt}”)"
        if said := _first(line, self.confirming):
            return Stance.SUPPORTS, f"Confirmed (“{said}”)"
        if said := _first(line, self.reporting):
            return Stance.REPORTS, f"Somebody's report (“{said}”)"
        return Stance.SUPPORTS, "Stated flatly"

    def _asks(self, words: Sequence[str]) -> bool:
        """Whether the sentence asks yes or no; "why" and "how" take the claim for granted."""
        if words[-1] != "?" or "?" in self.words:
            return False
        start = max((n for n, word in enumerate(words[:-1]) if word == "?"), default=-1) + 1
        return words[start] not in ("how", "why", "when", "where", "who", "what", "which")

    def _negation(self, words: Sequence[str]) -> str | None:
        """The negation that a term of the claim follows closely, where the claim has none itself."""
        if self.denies:
            return None
        if words[0] in ("no", "nope", "sorry") and len(words) > 3:
            return words[0]
        for n, word in enumerate(words):
            if word in lexicon().negations and any(
                term_of(near) in self.predicate for near in words[n + 1 : n + 1 + REACH]
            ):
                return word
        return None

    def _asserts(self, sentence: str, words: Sequence[str]) -> bool:
        """Whether the sentence tells all that the claim tells, without any negation."""
        return self.predicate <= set(terms(sentence)) and not any(w in lexicon().negations for w in words)

    def _doubt(self, sentence: str, words: Sequence[str], line: str, *, is_headline: bool) -> str | None:
        """The first hedge or doubting verb of the sentence that the claim does not hold itself."""
        for hedge in find_hedges(sentence):
            if not set(keys(hedge)) <= self.words:
                return hedge
        if is_headline and (said := _first(line, self.headline_hedges)):
            return said
        doubting = {stem(verb) for verb in load_words("en").sets["hedging_verbs"]}
        return next((w for w in words if stem(w) in doubting and stem(w) not in self.stems), None)

    def _foreign(self, phrases: Sequence[str]) -> tuple[str, ...]:
        """The phrases that are not made of the claim's own words."""
        return tuple(p for p in phrases if not {stem(word) for word in p.split()} <= self.stems)


def _held(sentence: str) -> tuple[set[str], set[str]]:
    """The terms of a sentence, and the beginnings of those that are long enough to have kin."""
    held = set(terms(sentence))
    return held, {term[:KIN] for term in held if len(term) >= KIN}


def _shown(sentence: str) -> str:
    line = squash(sentence)
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"


def _first(line: str, phrases: Sequence[str]) -> str | None:
    """The first of ``phrases`` that stands in ``line``, a sentence's words between spaces."""
    return next((phrase for phrase in phrases if f" {phrase} " in line), None)


def _plain(phrases: frozenset[str]) -> tuple[str, ...]:
    """Phrases as tokens are keyed: without apostrophes."""
    return tuple(" ".join(keys(phrase)) for phrase in sorted(phrases))

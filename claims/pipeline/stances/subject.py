"""A claim, ready to be looked for in sentences: how much of it each holds, and what each does with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from claims.pipeline.matching.guards import REACH, Facts
from claims.pipeline.stances.lines import KIN, Line
from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.offices import Office
from claims.pipeline.text.terms import stem, term_of, term_weight, terms
from claims.pipeline.text.tokens import keys, squash
from claims.pipeline.words import load_words
from claims.vocabulary import Stance

LONGEST_SHOWN = 120

_TELLING = frozenset({"say", "tell", "claim", "speak", "announc", "argu"})
_DENYING = frozenset({"deny", "denial", "dismiss", "reject", "rubbish", "quash", "refut", "disput"})
_YET = frozenset({"yet", "ever", "actually"})
_TAKES_FOR_GRANTED = frozenset({"how", "why", "when", "where", "who", "what", "which"})


@dataclass(frozen=True, slots=True)
class Heard:
    """What one sentence does with the claim, why, how much of it it holds, and if it tells its act.

    ``cue`` is the kind of the words that decided ("refuting"), empty for a flat statement; ``sentence``
    is the one that holds those words, or makes that statement.
    """

    stance: Stance
    reason: str
    coverage: float
    tells: bool
    cue: str
    sentence: str


class Subject:
    """A claim with the weights of its terms, and its own words of doubt and denial, which do not count."""

    def __init__(self, claim: str, offices: Iterable[Office] = ()) -> None:
        """Take the claim, and the offices that the article gives to people (for "the foreign minister")."""
        self.claim = claim
        self.list = tuple(keys(claim))
        self.words = frozenset(self.list)
        self.stems_in_order = tuple(map(stem, self.list))
        self.stems = frozenset(self.stems_in_order)
        self.weights = {term: term_weight(term) for term in terms(claim)}
        self.whole = sum(self.weights.values())
        self.facts = Facts.of(claim)
        self.predicate = self.facts.predicate or frozenset(self.weights)
        lists = lexicon()
        self.denies = any(word in lists.negations for word in self.facts.words)
        self.is_telling = any(stem(word) in _TELLING for word in self.facts.words)
        self.offices = tuple(o for o in offices if o.name & self.weights.keys())
        self._doubting = {stem(verb) for verb in load_words("en").sets["hedging_verbs"]} - self.stems

    def coverage(self, held: frozenset[str], kin: frozenset[str]) -> float:
        """The share of the claim's weight whose terms (or whose kin) are among those held, 0..1."""
        if not self.whole:
            return 0.0
        for office in self.offices:
            if office.words <= held:
                held |= office.name
        found = 0.0
        for term, weight in self.weights.items():
            found += weight if term in held else weight / 2 if term[:KIN] in kin else 0.0
        return found / self.whole

    def tells(self, line: Line) -> bool:
        """Whether a term of what happened, not only a name, stands in the sentence."""
        return any(term in line.terms or term[:KIN] in line.kin for term in self.predicate)

    def tells_of_an_act(self, line: Line) -> bool:
        """Whether such a term is more than an office or its house, for "minister" stands in news of any."""
        acts = {term for term in self.predicate if term[:KIN] not in _kin_of_offices()}
        return any(term in line.terms or term[:KIN] in line.kin for term in acts or self.predicate)

    def cues(self, line: Line, *, is_headline: bool = False) -> dict[str, str]:
        """The words of the sentence that doubt, deny, ask, confirm or report, by kind.

        Words that the claim has itself do not count.
        """
        found = {kind: self._foreign(line.phrases[kind]) for kind in ("refuting", "undenied", "confirming")}
        found["unconfirming"] = next(iter(line.phrases["unconfirming"]), None)
        found["negated"] = self._negation(line.words)
        found["asks"] = "?" if self._asks(line.words) else None
        found["hedged"] = next((h for h in line.hedges if not set(keys(h)) <= self.words), None)
        if is_headline:
            found["hedged"] = found["hedged"] or self._may(line)
            found["headline_hedges"] = self._foreign(line.phrases["headline_hedges"])
        pairs = zip(line.words, line.stems, strict=True)
        found["doubting"] = next((word for word, root in pairs if root in self._doubting), None)
        if not self.is_telling:
            found["reporting"] = next(iter(line.phrases["reporting"]), None)
        if self.denies and self._asserts(line):
            found["asserted"] = "no negation"
        return {kind: words for kind, words in found.items() if words}

    def hear(self, line: Line, *, is_headline: bool = False) -> Heard:
        """What the sentence does with the claim, by its first cue in the order of their strength."""
        cues = self.cues(line, is_headline=is_headline)
        for kind in _ORDER["asks" in cues]:
            if kind in cues:
                stance, words = _MEANING[kind]
                if kind == "refuting" and self._is_denial(line, cues):
                    words = "Denied by a source"
                reason = f"{words} (“{cues[kind]}”)" if kind not in ("asks", "asserted") else words
                return self._heard(stance, reason, line, kind)
        return self._heard(Stance.SUPPORTS, "Stated flatly", line, "")

    def _heard(self, stance: Stance, why: str, line: Line, cue: str) -> Heard:
        coverage = self.coverage(line.terms, line.kin)
        return Heard(stance, f"{why}: “{shown(line.text)}”", coverage, self.tells(line), cue, line.text)

    def _is_denial(self, line: Line, cues: dict[str, str]) -> bool:
        """Whether somebody in the text denies it, rather than the text itself."""
        return stem(cues["refuting"]) in _DENYING or line.is_quoting or "reporting" in cues

    def _asks(self, words: Sequence[str]) -> bool:
        """Whether the sentence asks yes or no; "why" and "how" take the claim for granted."""
        if words[-1] != "?" or "?" in self.words:
            return False
        start = max((n for n, word in enumerate(words[:-1]) if word == "?"), default=-1) + 1
        return words[start] not in _TAKES_FOR_GRANTED

    def _negation(self, words: Sequence[str]) -> str | None:
        """The negation that a term of the claim follows closely, where the claim has none itself."""
        if self.denies:
            return None
        if words[0] in ("no", "nope", "sorry") and len(words) > 3:
            return words[0]
        negations = lexicon().negations
        for n, word in enumerate(words):
            if word in negations and any(
                term_of(near) in self.predicate for near in words[n + 1 : n + 1 + REACH]
            ):
                return word
        return None

    def is_contradicted(self, line: Line) -> bool:
        """Whether "not" stands right before what the claim tells: "has not (yet) been | offered a visa"."""
        between = load_words("en").sets["forms_of_be"] | load_words("en").sets["forms_of_have"] | _YET
        for n, word in enumerate(line.words):
            if word in lexicon().negations:
                rest = (near for near in line.words[n + 1 : n + 1 + REACH] if near not in between)
                if term_of(next(rest, "")) in self.predicate:
                    return True
        return False

    def _asserts(self, line: Line) -> bool:
        """Whether the sentence tells all that the claim tells, without any negation."""
        return self.predicate <= line.terms and not any(w in lexicon().negations for w in line.words)

    def _may(self, line: Line) -> str | None:
        """The modal of a headline in capitalised words, where "May" is seldom the month."""
        if "may" in self.words:
            return None
        for before, word, after in zip(("", *line.words), line.words, line.words[1:], strict=False):
            if word == "may" and not after[0].isdigit() and before not in _OF_MONTHS:
                return word
        return None

    def _foreign(self, phrases: Sequence[str]) -> str | None:
        """The first phrase that is not made of the claim's own words."""
        return next((p for p in phrases if not {stem(word) for word in p.split()} <= self.stems), None)


@cache
def _kin_of_offices() -> frozenset[str]:
    """How the terms of titles and offices begin: "minis" is of the minister and of the ministry."""
    return frozenset(term_of(word)[:KIN] for word in lexicon().titles)


_OF_MONTHS = frozenset({"in", "of", "on", "since", "until", "by", "last", "next", "late", "early", "this"})

_ANSWERS = ("unconfirming", "refuting", "undenied", "negated")
_DOUBTS = ("hedged", "headline_hedges", "doubting", "confirming", "reporting", "asserted")
_ORDER = {False: (*_ANSWERS, *_DOUBTS), True: ("unconfirming", "asks")}
_MEANING = {
    "unconfirming": (Stance.REPORTS, "Unconfirmed"),
    "refuting": (Stance.REFUTES, "Refuted"),
    "undenied": (Stance.REPORTS, "Not denied"),
    "negated": (Stance.REFUTES, "Denied"),
    "asserted": (Stance.REFUTES, "Says what the claim denies"),
    "asks": (Stance.REPORTS, "A question"),
    "hedged": (Stance.REPORTS, "Hedged"),
    "headline_hedges": (Stance.REPORTS, "Hedged"),
    "doubting": (Stance.REPORTS, "Hedged"),
    "confirming": (Stance.SUPPORTS, "Confirmed"),
    "reporting": (Stance.REPORTS, "Somebody's report"),
}


HEDGING = frozenset(kind for kind, (stance, _) in _MEANING.items() if stance is Stance.REPORTS)
"""Cues of a sentence that only reports: what holds no others supports nothing."""


def shown(sentence: str) -> str:
    """The sentence on one line, cut to what a reason can hold."""
    line = squash(sentence)
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"

"""A claim, a headline and a body to what each does with the claim: supports, refutes or merely reports it."""

from dataclasses import dataclass

from claims.pipeline.matching.guards import Facts, differing_offices
from claims.pipeline.stances.features import (
    ABOUT,
    Traits,
    cover,
    headline_traits,
    headline_words,
    relatedness_traits,
    text_traits,
)
from claims.pipeline.stances.lines import headline_of, held_in, kin_of, lines_of
from claims.pipeline.stances.model import Model, choose, models
from claims.pipeline.stances.reasons import in_words
from claims.pipeline.stances.subject import HEDGING, Heard, Subject
from claims.pipeline.stances.verdict import hear_text, verdict_of
from claims.pipeline.text.offices import offices_in
from claims.vocabulary import Stance

HEADLINE_TOUCHES = 0.05
"""Share of the claim's weight that a headline must hold to be about it; headlines are short and punning."""

TOUCHES_OVER_A_TEXT = 0.2
"""The same where a text tells what happened: a headline that shares less is on something else in it."""

PASSING = 0.25
"""Share of the claim that a whole text must hold to be read by sentences (98 % of related ones do)."""

RELATED = 0.4
"""Probability from which a text is about the claim (accuracy .97 on train, cross-validated by topic)."""

LONGEST_LINE = 1_000
"""Characters of a claim and of a headline that are read; no real one is as long."""

WHOLE = 6
"""Sentences from which a text is weighed as a whole; the model has learned from articles, not from notes."""

WHOLE_CLAIM = 0.9
"""Share of the claim in a sentence that tells it whole: where all such say "not", nothing outweighs them."""

SURELY_RELATED = 0.5
"""Share of the claim in one sentence from which the text touches it, wherever that sentence stands."""


WEIGHED = "weighed"


@dataclass(frozen=True, slots=True)
class StanceJudgement:
    """The stance of headline and body, None where that part is empty or does not touch the claim.

    ``score`` is the share of the claim's weight in the best sentence, 0..1; ``reasons`` are sentences.
    ``body_is_weighed``: no sentence that holds the claim says so; the words of the whole text lean that way.
    Else ``body_says`` is the sentence that decided ("" where the body does not touch the claim).
    """

    headline: Stance | None
    body: Stance | None
    score: float
    reasons: tuple[str, ...]
    body_is_weighed: bool
    body_says: str


def judge_stance(claim: str, *, headline: str | None, body: str | None) -> StanceJudgement:
    """Judge what ``headline`` and ``body`` do with ``claim``.

    Words of denial or doubt that the claim itself holds do not count. A hedge, a question and a statement
    that is only somebody's report it; an on-record confirmation and a flat statement support it. What speaks
    for several stances is weighed by softmax models (stance_model.py), which cannot undo these rules: a text
    or headline that only hedges never supports. A sentence that shares the claim's names but nothing of what
    happened takes no side; such a headline over a text, one that shares little or an office alone
    ("minister"), and one on the holder of another office, does not touch the claim (without a text the
    headline is all there is, and often a paraphrase).
    """
    headline, body = (headline or "")[:LONGEST_LINE], body or ""
    subject = Subject(claim[:LONGEST_LINE])
    if subject.facts.names and headline.strip() and body.strip():
        subject.offices = offices_in(f"{headline}\n{body}")
    above = _of_headline(subject, headline, over_text=bool(body.strip()))
    below = _of_text(subject, body)
    parts = {"Headline": above, "Text": below}
    reasons = [f"{part}: {found.reason}" for part, found in parts.items() if found is not None]
    heard = [found for found in parts.values() if found is not None]
    return StanceJudgement(
        headline=above.stance if above else None,
        body=below.stance if below else None,
        score=round(max((found.coverage for found in heard), default=0.0), 3),
        reasons=tuple(reasons) or ("Neither headline nor text touches the claim.",),
        body_is_weighed=below is not None and below.cue == WEIGHED,
        body_says=below.sentence if below is not None and below.cue != WEIGHED else "",
    )


def _of_headline(subject: Subject, text: str, *, over_text: bool) -> Heard | None:
    """The stance of a headline; None where it does not touch the claim."""
    line = headline_of(text)
    if line is None:
        return None
    heard = subject.hear(line, is_headline=True)
    if heard.coverage < (TOUCHES_OVER_A_TEXT if over_text else HEADLINE_TOUCHES):
        return None
    if over_text and (
        not subject.tells_of_an_act(line) or differing_offices(Facts.of(line.text), subject.facts) is not None
    ):
        return None
    cues = subject.cues(line, is_headline=True)
    traits = headline_traits(subject, line, heard, cues)
    barred = set()
    if heard.stance is not Stance.SUPPORTS:
        barred.add(Stance.SUPPORTS)
    denies = heard.stance is Stance.REFUTES or traits.keys() & _HEADLINE_DENIALS
    if not denies or heard.cue == "unconfirming":
        barred.add(Stance.REFUTES)
    words = {f"w:{word}": 1.0 for word in headline_words(subject, line)}
    return _weighed(models().headline, traits | words, barred, [heard], heard)


_HEADLINE_DENIALS = frozenset({"cue negation", "cue refuting", "cue story", "opposite"})


def _of_text(subject: Subject, text: str) -> Heard | None:
    """The stance of a text; None where it does not touch the claim.

    An article that opens with the claim is weighed as a whole; of a note, and where the claim is told further
    down, in passing, the nearest sentences decide by rule.
    """
    held = held_in(text)
    if subject.coverage(held, kin_of(held)) < PASSING:
        return None
    lines = lines_of(text)
    coverage = cover(subject, lines)
    if not coverage.top:
        return None
    related = models().related.shares(relatedness_traits(subject, lines, coverage))["related"]
    if related < RELATED and coverage.best < SURELY_RELATED:
        return None
    heard = hear_text(subject, lines, coverage)
    verdict = verdict_of(heard)
    if coverage.lead < ABOUT or len(lines) < WHOLE:
        return verdict
    told = zip(heard, coverage.top, strict=True)
    whole = [(one, lines[n]) for one, n in told if one.coverage >= WHOLE_CLAIM]
    if whole and all(one.cue == "negated" and subject.is_contradicted(line) for one, line in whole):
        return max((one for one, _ in whole), key=lambda one: one.coverage)
    traits = text_traits(subject, lines, coverage, heard, verdict)
    barred = set()
    if all(one.cue in HEDGING for one in heard):
        barred.add(Stance.SUPPORTS)
    if all(one.stance is not Stance.REFUTES for one in heard) and not traits.keys() & _TEXT_DENIALS:
        barred.add(Stance.REFUTES)
    return _weighed(models().text, traits, barred, heard, verdict)


_TEXT_DENIALS = frozenset({"all: refuting", "all: negated", "all: asserted"})


def _weighed(model: Model, traits: Traits, barred: set[Stance], heard: list[Heard], by_rule: Heard) -> Heard:
    """What the model makes of the traits, told by the sentence that says so, else by what weighs."""
    shares = model.shares(traits)
    stance = choose(shares, barred)
    saying = [one for one in heard if one.stance is stance]
    if stance is by_rule.stance:
        return by_rule
    if saying:
        return max(saying, key=lambda one: one.coverage)
    over = by_rule.stance
    why = in_words(model.telling(traits, stance, over))
    sentence = by_rule.reason.partition("“")[2]
    reason = f"Weighed ({why}): “{sentence}" if why else f"Weighed: “{sentence}"
    return Heard(stance, reason, by_rule.coverage, by_rule.tells, WEIGHED, by_rule.sentence)

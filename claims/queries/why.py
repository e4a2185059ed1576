"""Why the machine says what it says of a candidate or of a place, one question and its answers at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from claims.models import Appearance, Candidate
from claims.queries.shapes_of_speech import example_of, is_parsed, right_of_ten
from claims.vocabulary import Relation, Stance, Voice, Zone

_WORTH = ((0.75, "well worth checking"), (0.5, "worth checking"), (0.25, "perhaps worth checking"))
_OF_STANCE = ("Headline: ", "Text: ")
_TOLD_ELSEWHERE = ("It is passed on: ",)
_STANCE_QUESTIONS = {
    Stance.SUPPORTS: "Why does it count as support?",
    Stance.REFUTES: "Why does it count as a denial?",
    Stance.REPORTS: "Why does it count as a mere report?",
    None: "Why does it take no side?",
}


@dataclass(frozen=True, slots=True)
class Why:
    """A question that a person may ask, and the answers, each a sentence."""

    question: str
    answers: tuple[str, ...]


def worth(score: float) -> str:
    """Return how check-worthy a score of 0 to 1 is, in words that go on a sentence."""
    return next((words for least, words in _WORTH if score >= least), "hardly worth checking")


def why_proposed(candidate: Candidate) -> tuple[Why, ...]:
    """Return why a candidate was proposed, ranked and matched as it was."""
    return tuple(why for why in _proposed(candidate) if why.answers)


def _proposed(candidate: Candidate) -> Iterator[Why]:
    if candidate.proposed_by_id is not None:
        yield Why("Who found it?", tuple(candidate.reasons))
    else:
        yield Why("How was it found?", tuple(_found(candidate)))
        yield Why("Who has it from whom?", tuple(_passed_on(candidate.chain)))
        yield Why(
            f"Why is it {worth(candidate.score)}?",
            tuple(reason for reason in candidate.reasons if not reason.startswith(_TOLD_ELSEWHERE)),
        )
    if candidate.suggested_id is not None:
        yield Why("Why this claim?", (*_matched(candidate), *candidate.suggestion_reasons))


def _found(candidate: Candidate) -> Iterator[str]:
    """How: the kind of sentence, how far such finds can be trusted, and what was added to the words."""
    if candidate.voice == Voice.HEADLINE:
        yield "It stands in the headline."
    elif candidate.pattern == "author":
        yield "The author says so without naming anybody."
    elif example_of(candidate.pattern):
        by = "The parser found a" if is_parsed(candidate.pattern) else "A"
        yield f"{by} sentence of this kind: {example_of(candidate.pattern)}."
    right = right_of_ten(candidate.pattern)
    if right is not None:
        yield f"About {right} in 10 such finds were right in the texts that it was measured on."
    if "[" in candidate.text and "[" not in candidate.quote:
        yield "What stands in [brackets] was worked out from the text around it or its date of publication."


def _passed_on(chain: list[str]) -> Iterator[str]:
    """The chain of sources, the nearest first: A has it from B, B from C."""
    for number, (nearer, farther) in enumerate(pairwise(chain)):
        yield (
            f"{_opening(nearer)} has it from {farther}."
            if not number
            else f"{_opening(nearer)} from {farther}."
        )


def _opening(name: str) -> str:
    return name[:1].upper() + name[1:]


def _matched(candidate: Candidate) -> Iterator[str]:
    """How sure the machine is that it is that claim."""
    if candidate.relation == Relation.CONTRADICTS:
        yield "It speaks of the same thing and says the opposite, so it stays with an editor."
    elif candidate.zone == Zone.LINK:
        yield "It is sure enough to be linked without asking."
    elif candidate.relation == Relation.SAME:
        yield "It is very alike, but not sure enough to be linked without asking."
    else:
        yield "It is alike in part; an editor should look."


def why_there(place: Appearance) -> tuple[Why, ...]:
    """Return why a place was added to its claim and takes the stance that it takes.

    Both are of the snapshot that the place was first seen in.
    """
    told = tuple(place.reasons)
    of_stance = reasons_of_stance(place)
    others = tuple(reason for reason in told if reason not in of_stance)
    found = (Why(_STANCE_QUESTIONS[place.stance], of_stance), Why("What else did the machine note?", others))
    return tuple(why for why in found if why.answers)


def reasons_of_stance(place: Appearance) -> tuple[str, ...]:
    """Return the sentences on what headline and text do with the claim."""
    return tuple(reason for reason in place.reasons if reason.startswith(_OF_STANCE))

"""Ranks claim candidates by how much an editor would want to check them, with the reasons in words."""

import re

from claims.pipeline.words import load_words

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?|billions?)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[^.!?:“\"'\s]\s)[A-Z]\w+")
_PAST = re.compile(r"\b(?:was|were|has|have|had|did|been|\w{3,}ed)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|me|my|I['’]m|I['’]ve|I['’]d)\b")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def rate(
    quote: str, *, claimant: str | None, anonymous: bool, hedged: bool, is_headline: bool
) -> tuple[float, tuple[str, ...]]:
    """Return a rank from 0 to 1 and its reasons.

    A heuristic, not a probability: the traits are those that ClaimBuster's authors (Hassan et al., KDD 2017)
    found to tell check-worthy sentences (numbers, names, past events) from opinions and questions.
    """
    sets = load_words("en").sets
    words = [word.lower().replace("’", "'") for word in _WORD.findall(quote)]
    has_event = _PAST.search(quote) is not None or not sets["irregular_past"].isdisjoint(words)
    traits = (
        (is_headline, 0.2, "It stands in the headline."),
        (claimant is not None, 0.15, f"It is attributed to {claimant}."),
        (anonymous, 0.05, "Its source is not named."),
        (hedged, 0.05, "It is told with reservations."),
        (_NAME.search(quote) is not None, 0.15, "It names a person, place or body."),
        (_NUMBER.search(quote) is not None, 0.15, "It gives a number."),
        (has_event, 0.15, "It tells what happened or is the case."),
        (_FIRST_PERSON.search(quote) is not None, -0.2, "It speaks of the speaker's own mind."),
        (not sets["opinion"].isdisjoint(words), -0.15, "It judges rather than reports."),
        (len(words) < 5, -0.15, "It is very short."),
    )
    score = 0.3 + sum(weight for holds, weight, _ in traits if holds)
    return round(min(1.0, max(0.0, score)), 3), tuple(reason for holds, _, reason in traits if holds)

"""Ranks claim candidates by how much an editor would want to check them, with the reasons in words."""

import math

from claims.pipeline.candidate.claimants import in_sentence
from claims.pipeline.checkworthiness.model import score_sentence

_POINTS_BACK = -1.5  # log-odds
Rating = tuple[float, tuple[str, ...]]  # a rank and its reasons


def rate(quote: str, *, claimant: str | None, anonymous: bool, hedged: bool, is_headline: bool) -> Rating:
    """Return a rank from 0 to 1 and its reasons: who tells it, and what the sentence holds.

    A rank, not a probability: the log-odds of ``score_sentence``, plus weights set by hand for who tells it.
    Reservations weigh much, since the model counts "may" and "might" against a sentence.
    """
    judged = score_sentence(quote)
    traits = (
        (is_headline, 1.0, "It stands in the headline."),
        (claimant is not None, 0.75, f"It is attributed to {in_sentence(claimant or '')}."),
        (anonymous, 0.25, "Its source is not named."),
        (hedged, 0.6, "It is told with reservations."),
    )
    told = tuple(reason for holds, _, reason in traits if holds)
    weight = sum(weight for holds, weight, _ in traits if holds)
    return _shifted(judged.score, weight), (*told, *judged.reasons)


def lowered(rating: Rating) -> Rating:
    """Return the rating of a sentence that cannot be read by itself: "They had known it"."""
    score, reasons = rating
    return _shifted(score, _POINTS_BACK), (
        "It begins with a word that points to something before it.",
        *reasons,
    )


def _shifted(score: float, weight: float) -> float:
    """Return the rank with ``weight`` added to its log-odds."""
    certain = min(0.999, max(0.001, score))
    odds = math.log(certain / (1 - certain)) + weight
    return round(1 / (1 + math.exp(-odds)), 3)

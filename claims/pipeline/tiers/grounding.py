"""Tier C: whether a model's wording says what the page says, word for word where it quotes."""

from claims.pipeline.matching.guards import Facts, contradiction, refuting_words
from claims.pipeline.text.hedges import find_hedges
from claims.pipeline.text.terms import terms, terms_and_words
from claims.pipeline.tiers.endpoint import Passage, Reply

LEAST_SHARED = 0.4
"""Share of the terms of the span, or of the claim, that must stand in the other (our own choice)."""

MOST_NEW = 6
"""Terms of a claim that may come from around the span: who "he" is, what "that" was."""


class UngroundedReplyError(Exception):
    """The wording says something that the page does not; the message is a sentence for a person."""


def verify(reply: Reply, passage: Passage) -> Reply:
    """Return ``reply`` if the passage bears it out. Raises `UngroundedReplyError`.

    Every quote must stand in the passage word for word (white space aside), one of them in the span; the
    claimant must, too. The claim must tell what the span tells, use no term or figure that the passage does
    not have, keep a hedge where it has one, and not turn it into its opposite. So whatever else a page talks
    the model into is dropped.
    """
    whole, span = _plain(passage.text), _plain(passage.span)
    surroundings = f"{whole}\n{_plain(passage.headline)}"
    for quote in reply.quotes:
        if quote not in whole:
            raise UngroundedReplyError(f"Dropped: “{_short(quote)}” does not stand on the page.")
    if not any(quote in span or span in quote for quote in reply.quotes):
        raise UngroundedReplyError(
            "Dropped: it rests on other words of the page than those of this candidate."
        )
    if reply.claimant and reply.claimant not in surroundings:
        raise UngroundedReplyError(f"Dropped: “{_short(reply.claimant)}” is not named on the page.")
    _check_terms(reply.claim, span, f"{surroundings}\n{passage.published_on.replace('-', ' ')}")
    _check_sense(Facts.of(reply.claim), Facts.of(span))
    hedges = find_hedges(span)
    if hedges and not find_hedges(reply.claim):
        raise UngroundedReplyError(
            f"Dropped: it leaves out “{hedges[0]}”, so it says more than the page does."
        )
    return reply


def _check_terms(claim: str, span: str, page: str) -> None:
    said, told, known = set(terms(claim)), set(terms(span)), set(terms(page))
    shared = len(said & told)
    if shared < LEAST_SHARED * min(len(said), len(told)) or not shared:
        raise UngroundedReplyError("Dropped: it tells something else than this candidate's quote.")
    foreign = [word for term, word in terms_and_words(claim) if term not in known]
    if foreign:
        raise UngroundedReplyError(f"Dropped: “{foreign[0]}” is not told on the page.")
    if len(said - told) > MOST_NEW:
        raise UngroundedReplyError("Dropped: it tells much more than this candidate's quote.")


def _check_sense(claim: Facts, span: Facts) -> None:
    opposite = contradiction(claim, span) or contradiction(span, claim)
    if opposite or refuting_words(claim, span):
        raise UngroundedReplyError("Dropped: it says the opposite of this candidate's quote.")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"

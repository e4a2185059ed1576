"""What the policy of verdicts still asks for, told before an editor decides, by the rule that decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.models import Article, Claim, Evidence
from claims.operations.catalogue import publisher_at
from claims.operations.evidence import (
    Cited,
    NoEvidenceError,
    Ruling,
    gather,
    is_primary,
    rule_on,
    supporting_origins,
)
from claims.vocabulary import ClaimStatus


@dataclass(frozen=True, slots=True)
class PolicyHint:
    """What the policy says to "confirmed" on some evidence; ``ruling`` None when nothing is cited."""

    ruling: Ruling | None
    words: str


_WHAT_IT_TAKES = (
    "two independent origins that support the claim without a hedge, or one primary document (an official "
    "record, or the named party itself on the record)"
)


def hint_for(pieces: Sequence[Evidence]) -> PolicyHint:
    """Return what `rule_on` says to "confirmed" on ``pieces`` (saved or not), and what is missing."""
    try:
        ruling = rule_on(ClaimStatus.CONFIRMED, pieces)
    except NoEvidenceError:
        return PolicyHint(None, f"Nothing is cited. “Confirmed” takes {_WHAT_IT_TAKES}.")
    if ruling is Ruling.ENOUGH:
        return PolicyHint(ruling, f"Enough for “confirmed”: {_what_carries(pieces)}.")
    if ruling is Ruling.NEEDS_SIGN_OFF:
        return PolicyHint(
            ruling,
            "Every source cited is unnamed: “confirmed” counts once a second editor has signed it off.",
        )
    if supporting_origins(pieces):
        return PolicyHint(
            ruling,
            "Not enough for “confirmed” yet: one independent origin supports it. Missing: a second one, or a "
            "primary document.",
        )
    return PolicyHint(
        ruling,
        "Not enough for “confirmed” yet: nothing cited supports it without a hedge. "
        f"Missing: {_WHAT_IT_TAKES}.",
    )


def _what_carries(pieces: Sequence[Evidence]) -> str:
    primary = next((piece for piece in pieces if is_primary(piece)), None)
    if primary is None:
        return f"{len(supporting_origins(pieces))} independent origins support it"
    publisher = primary.article.publisher if primary.article else None
    return f"{publisher or 'one document'} counts as a primary document"


def policy_hint(claim: Claim, cited: Sequence[Cited]) -> PolicyHint:
    """Return what the policy says to "confirmed" on what an editor has ticked and typed so far.

    Addresses are taken as they are typed; whether the gate would fetch them is asked when deciding.
    Raises `NoEvidenceError` for an appearance of another claim.
    """
    named = [piece for piece in cited if piece.appearance or piece.url or piece.note.strip()]
    documents = {piece.url: _document(piece.url) for piece in named if piece.url}
    return hint_for(gather(claim, named, documents))


def _document(url: str) -> Article:
    known = Article.objects.select_related("publisher", "newest").filter(url=url).first()
    return known or Article(url=url, publisher=publisher_at(url))

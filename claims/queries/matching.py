"""Which tracked claims a text may repeat, found by the database and scored by the pipeline."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from claims.models import Candidate, Claim
from claims.pipeline.match import KnownClaim, Match, keywords, match
from claims.queries.tiers import nearness
from claims.vocabulary import CandidateState

SHORTLIST = 50
_TELLING_WORDS = 8


def _shares_a_word(text: str) -> Q | None:
    words = [word for word in keywords(text) if len(word) > 2][:_TELLING_WORDS]
    return reduce(or_, (Q(text__icontains=word) for word in words)) if words else None


def shortlist(text: str) -> list[KnownClaim]:
    """Return the at most 50 newest tracked claims that share a telling word with ``text``."""
    shares = _shares_a_word(text)
    if shares is None:
        return []
    rows = Claim.objects.filter(shares, merged_into=None, withdrawn=False).order_by("-updated_at", "id")
    return [
        KnownClaim(id=claim_id, text=words) for claim_id, words in rows.values_list("id", "text")[:SHORTLIST]
    ]


def best_matches(text: str) -> tuple[Match, ...]:
    """Return the tracked claims that ``text`` may repeat, best first."""
    known = shortlist(text)
    return match(text, known, nearness=nearness()) if known else ()


def open_candidates_like(claim: Claim) -> Sequence[Candidate]:
    """Return the open candidates that share a telling word with the claim, oldest first, at most 200."""
    shares = _shares_a_word(claim.text)
    if shares is None:
        return []
    rows = Candidate.objects.filter(shares, state=CandidateState.OPEN).select_related(
        "snapshot__article__publisher"
    )
    return list(rows.order_by("proposed_at", "id")[:200])

"""Keeps the terms by which a claim is looked up in step with its sentence and with the aliases."""

from collections.abc import Iterable
from functools import reduce
from operator import and_

from django.db.models import Exists, OuterRef, Q

from claims.models import Claim, ClaimTerm
from claims.models.matching import LONGEST_TERM
from claims.pipeline.matching.match_text import shortlist_terms
from claims.pipeline.text.aliases import Aliases
from claims.queries.aliases import known_aliases

_AT_ONCE = 500


def keep_terms(*claims: Claim) -> None:
    """Store the terms of the sentences of ``claims``; call it in the transaction that words them."""
    _keep(claims, known_aliases())


def keep_terms_of_claims_naming(name: str) -> int:
    """Store the terms of all claims with every word of ``name`` anew; returns how many claims that were.

    For when an alias is added or removed; call it in that transaction.
    """
    terms = shortlist_terms(name)
    if not terms:
        return 0
    held = (
        Q(Exists(ClaimTerm.objects.filter(claim=OuterRef("pk"), term=term[:LONGEST_TERM]))) for term in terms
    )
    aliases, done = known_aliases(), 0
    batch: list[Claim] = []
    for claim in Claim.objects.filter(reduce(and_, held)).order_by("id").only("id", "text"):
        batch.append(claim)
        if len(batch) == _AT_ONCE:
            done += _keep(batch, aliases)
            batch = []
    return done + _keep(batch, aliases)


def _keep(claims: Iterable[Claim], aliases: Aliases) -> int:
    claims = list(claims)
    ClaimTerm.objects.filter(claim__in=claims).delete()
    ClaimTerm.objects.bulk_create(
        ClaimTerm(claim=claim, term=term)
        for claim in claims
        for term in sorted({term[:LONGEST_TERM] for term in shortlist_terms(claim.text, aliases)})
    )
    return len(claims)

"""Rewording a claim, naming its claimant, filing it under topics."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from claims.models import Claim, Claimant, User
from claims.operations.candidates import worded
from claims.operations.catalogue import find_claimant, topics_called
from claims.operations.claim_terms import keep_terms
from claims.operations.ledger import writing
from claims.operations.refusals import require
from claims.operations.review import check_version
from claims.queries.shapes import named
from claims.vocabulary import EventKind, Role


def edit_claim(
    *,
    claim_id: str,
    by: User,
    seen_version: int,
    now: datetime,
    text: str | None = None,
    claimant: str | None = None,
    topics: Sequence[str] | None = None,
) -> Claim:
    """Change what is given, on the version of the claim that ``by`` saw; None leaves a part as it is.

    ``claimant`` is an id, a slug or a name, empty for nobody; ``topics`` are ids or slugs. What changes
    nothing leaves no event. An editor. Raises `Claim.DoesNotExist`, `NotAllowedError`, `StaleVersionError`,
    `MergedClaimError`, `RuleRefusedError` (no or overlong text, unknown topic).
    """
    require(by, Role.EDITOR)
    with writing() as book:
        claim = book.claim(claim_id)
        check_version(claim, seen_version)
        before = _wordings(claim)
        if text is not None:
            claim.text = worded(text)
        if claimant is not None:
            claim.claimant = _claimant_called(claimant, now)
        claim.save(update_fields=["text", "claimant"])
        if text is not None:
            keep_terms(claim)
        if topics is not None:
            claim.topics.set(topics_called(topics))
        after = _wordings(claim)
        changed = [part for part in after if after[part] != before[part]]
        if changed:
            book.write(
                EventKind.REWORDED,
                claim=claim,
                actor=by,
                occurred_at=now,
                text=_told(before, after, changed),
                data={
                    "before": {part: before[part] for part in changed},
                    "after": {part: after[part] for part in changed},
                },
            )
    return claim


def _wordings(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "claimant": named(claim.claimant),
        "topics": sorted(claim.topics.values_list("slug", flat=True)),
    }


def _claimant_called(word: str, now: datetime) -> Claimant | None:
    known = Claimant.objects.filter(Q(id=word) | Q(slug=word)).order_by("id").first()
    return known or find_claimant(name=word, now=now)


def _told(before: dict[str, Any], after: dict[str, Any], changed: Sequence[str]) -> str:
    sentences = []
    if "text" in changed:
        sentences.append(f"Reworded: “{before['text']}” is now “{after['text']}”.")
    if "claimant" in changed:
        sentences.append(
            f"Claimed by {after['claimant']['name'] if after['claimant'] else 'nobody we name'}."
        )
    if "topics" in changed:
        sentences.append(f"Filed under {', '.join(after['topics']) or 'no topic'}.")
    return " ".join(sentences)

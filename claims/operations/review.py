"""An editor's decision on a claim: verdict, reason, evidence, made on a version, kept for ever."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from claims.models import Claim, Event, Evidence, ReReview, Review, User
from claims.operations.candidates import MergedClaimError
from claims.operations.custody import ask_for_copies
from claims.operations.evidence import Cited, PolicyError, Ruling, bring_in_documents, gather, rule_on
from claims.operations.ledger import PUBLIC_KINDS, Book, writing
from claims.operations.refusals import ConflictError, RefusalError, RuleRefusedError, require
from claims.vocabulary import ClaimStatus, EventKind, ReviewState, Role


class StaleVersionError(RefusalError):
    """The claim has moved on since the editor looked (409 on a page, 412 in the API).

    ``missed`` are the events since then, oldest first.
    """

    def __init__(self, claim: Claim, seen_version: int) -> None:
        """Take the claim as it is now and the version that the editor saw."""
        super().__init__(
            f"You saw version {seen_version} of this claim; it is at {claim.version} now. "
            "Look at what changed, then decide again."
        )
        self.claim = claim
        self.seen_version = seen_version
        self.missed = list(
            Event.objects.filter(claim_id=claim.id, claim_version__gt=seen_version, kind__in=PUBLIC_KINDS)
            .select_related("payload")
            .order_by("seq")
        )


class NoReasonError(RuleRefusedError):
    """A review without a reason."""

    rule = "reason"


class AlreadySignedOffError(ConflictError):
    """There is nothing to sign off."""


class AlreadyWaitingError(ConflictError):
    """The same verdict already waits for a second editor on this claim."""


def decide(
    *,
    claim_id: str,
    by: User,
    seen_version: int,
    verdict: ClaimStatus,
    reason: str,
    evidence: Sequence[Cited],
    now: datetime,
    override: str = "",
) -> Review:
    """Record ``by``'s verdict on the version of the claim that they saw.

    An editor; ``override`` (a reason for breaking the policy) is a chief editor's. The review is in force, or
    awaits a second editor where the policy asks for one. One in force closes an open re-review and overtakes
    every review that still awaits a sign-off: nobody can put that in force any more.
    Raises `Claim.DoesNotExist`, `NotAllowedError`, `StaleVersionError`, `NoReasonError`, `NoEvidenceError`,
    `PolicyError`, `AlreadyWaitingError`, `AddressRefusedError`, `MergedClaimError`; then nothing was written.
    """
    require(by, Role.EDITOR)
    if override.strip():
        require(by, Role.CHIEF_EDITOR)
    if not reason.strip():
        raise NoReasonError("Give the reason for this verdict; readers see it.", field="reason")
    check_version(Claim.objects.get(pk=claim_id), seen_version)
    with writing() as book:
        documents = bring_in_documents(book, evidence, by=by, now=now)
        claim = book.claim(claim_id)
        check_version(claim, seen_version)
        pieces = gather(claim, evidence, documents)
        ruling = rule_on(verdict, pieces)
        if ruling is not Ruling.ENOUGH and override.strip():
            ruling = Ruling.ENOUGH
        elif ruling is Ruling.NOT_ENOUGH:
            raise PolicyError(
                "Confirming takes two independent origins that support the claim, or one primary document "
                "(an official record, or the named party itself). Add evidence, or ask a chief editor to "
                "override.",
                field="evidence",
            )
        return _store(book, claim, verdict, reason.strip(), pieces, ruling, override.strip(), by, now)


def check_version(claim: Claim, seen_version: int) -> None:
    """Refuse with `MergedClaimError` or `StaleVersionError` unless the claim still is what the editor saw."""
    if claim.merged_into_id is not None:
        raise MergedClaimError("This claim was merged into another one; go on with the survivor.")
    if claim.version != seen_version:
        raise StaleVersionError(claim, seen_version)


def _store(
    book: Book,
    claim: Claim,
    verdict: ClaimStatus,
    reason: str,
    pieces: list[Evidence],
    ruling: Ruling,
    override: str,
    by: User,
    now: datetime,
) -> Review:
    last: int = Review.objects.filter(claim=claim).aggregate(last=Max("number"))["last"] or 0
    waits = ruling is Ruling.NEEDS_SIGN_OFF
    if waits:
        _refuse_a_second_wait(claim, verdict, by)
    review = Review.objects.create(
        claim=claim,
        number=last + 1,
        verdict=verdict,
        reason=reason,
        state=ReviewState.AWAITING_SIGN_OFF if waits else ReviewState.IN_FORCE,
        override=override,
        decided_by=by,
        decided_at=now,
    )
    for piece in pieces:
        piece.review = review
    Evidence.objects.bulk_create(pieces)
    ask_for_copies(review, pieces, now=now)
    if waits:
        book.write(
            EventKind.REVIEW_PROPOSED,
            claim=claim,
            actor=by,
            occurred_at=now,
            text=f"{verdict.label}, awaiting a second editor: {reason}",
            data=_told(review, pieces),
        )
    else:
        _put_in_force(book, claim, review, pieces, by, now)
    return review


def _refuse_a_second_wait(claim: Claim, verdict: ClaimStatus, by: User) -> None:
    """Refuse with `AlreadyWaitingError` if the verdict waits already; the claim is locked."""
    first = Review.objects.filter(claim=claim, verdict=verdict, state=ReviewState.AWAITING_SIGN_OFF).first()
    if first is None:
        return
    if first.decided_by_id == by.pk:
        who, then = "you", "another editor has to sign it off."
    else:
        who, then = first.decided_by.display_name, "sign that review off instead of proposing it again."
    raise AlreadyWaitingError(
        f"“{verdict.label}” already waits for a sign-off: {who} proposed it (review {first.number}); {then}"
    )


def _told(review: Review, pieces: Sequence[Evidence]) -> dict[str, Any]:
    return {
        "review": review.id,
        "number": review.number,
        "verdict": str(review.verdict),
        "reason": review.reason,
        "evidence": [
            {
                "appearance": piece.appearance_id,
                "article": piece.article_id,
                "snapshot": piece.snapshot_id,
                "note": piece.note or None,
                "primary": piece.primary,
            }
            for piece in pieces
        ],
    }


def _put_in_force(
    book: Book, claim: Claim, review: Review, pieces: Sequence[Evidence], by: User, now: datetime
) -> None:
    verdict, before = ClaimStatus(review.verdict), ClaimStatus(claim.status)
    if verdict != before:
        claim.status, claim.status_changed_at = verdict, now
    claim.reason = review.reason
    Review.objects.filter(claim=claim, state=ReviewState.AWAITING_SIGN_OFF).update(
        state=ReviewState.OVERTAKEN
    )
    closed = ReReview.objects.filter(claim=claim, closed_at=None).update(closed_at=now, closed_by=by)
    claim.under_review = False
    claim.save(update_fields=["status", "status_changed_at", "reason", "under_review"])
    if review.override:
        book.write(
            EventKind.OVERRIDE,
            claim=claim,
            actor=by,
            occurred_at=now,
            text=f"Policy overridden: {review.override}",
            data={"review": review.id, "override": review.override},
        )
    book.write(
        EventKind.REVIEW,
        claim=claim,
        actor=by,
        occurred_at=now,
        text=f"{verdict.label}: {review.reason}",
        data={**_told(review, pieces), "before": str(before)},
    )
    if closed:
        book.write(
            EventKind.RE_REVIEW_CLOSED,
            claim=claim,
            actor=by,
            occurred_at=now,
            text="Looked at again after its evidence changed.",
            data={"review": review.id},
        )


def sign_off(*, claim_id: str, number: int, by: User, seen_version: int, now: datetime) -> Review:
    """Put a review in force that awaits a second editor: any editor but the one who decided.

    Raises `Claim.DoesNotExist`, `Review.DoesNotExist`, `NotAllowedError`, `StaleVersionError`,
    `AlreadySignedOffError`, `RuleRefusedError` (one's own review).
    """
    require(by, Role.EDITOR)
    with writing() as book:
        claim = book.claim(claim_id)
        check_version(claim, seen_version)
        review = Review.objects.select_related("decided_by").get(claim=claim, number=number)
        if review.state == ReviewState.OVERTAKEN:
            raise AlreadySignedOffError("Another review has settled this meanwhile.")
        if review.state != ReviewState.AWAITING_SIGN_OFF:
            raise AlreadySignedOffError("This review is in force already.")
        if review.decided_by_id == by.pk:
            raise RuleRefusedError("A second editor signs off, not the one who decided.")
        review.state, review.signed_off_by, review.signed_off_at = ReviewState.IN_FORCE, by, now
        review.save()
        _put_in_force(book, claim, review, list(review.evidence.all()), by, now)
    return review

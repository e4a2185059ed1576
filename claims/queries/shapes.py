"""The REST shapes of the records, as plain dictionaries; API, export and ledger all say it this way."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from claims.models import (
    Appearance,
    Article,
    Change,
    Claim,
    Claimant,
    Evidence,
    Origin,
    Publisher,
    Review,
    Snapshot,
)


def moment(at: datetime | None) -> str | None:
    """Return an aware moment as ISO 8601 UTC with microseconds and ``Z``, None for None."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


def named(record: Claimant | Publisher | None) -> dict[str, str] | None:
    """Return ``{id, slug, name}`` of a claimant or publisher, None for None."""
    return {"id": record.id, "slug": record.slug, "name": record.name} if record else None


def claim_state(claim: Claim) -> dict[str, Any]:
    """Return what readers are told of the claim, without its addresses and its freshness.

    This is what each public event of the claim records, so that a page can be shown as of then.
    """
    return {
        "id": claim.id,
        "text": claim.text,
        "status": claim.status,
        "status_changed_at": moment(claim.status_changed_at),
        "under_review": claim.under_review,
        "reason": claim.reason,
        "claimant": named(claim.claimant),
        "topics": sorted(topic.slug for topic in claim.topics.all()),
        "first_seen_at": moment(claim.first_seen_at),
        "article_count": claim.article_count,
        "origin_count": claim.origin_count,
        "version": claim.version,
        "updated_at": moment(claim.updated_at),
        "withdrawn": claim.withdrawn,
    }


def claim_shape(
    claim: Claim, *, last_checked_at: datetime | None, next_check_at: datetime | None
) -> dict[str, Any]:
    """Return the REST claim."""
    return {
        **claim_state(claim),
        "url": settings.PUBLIC_URL + claim.get_absolute_url(),
        "last_checked_at": moment(last_checked_at),
        "next_check_at": moment(next_check_at),
    }


def origin_shape(origin: Origin | None, reason: str) -> dict[str, Any] | None:
    """Return the origin of an appearance, with the reason why the appearance counts to it."""
    if origin is None:
        return None
    return {
        "id": origin.id,
        "root_article": origin.root_article_id,
        "root_name": origin.root_name,
        "reason": reason or origin.reason,
    }


def article_in_brief(article: Article | None) -> dict[str, Any] | None:
    """Return the article as an appearance shows it."""
    if article is None:
        return None
    return {
        "id": article.id,
        "url": article.url,
        "headline": article.headline,
        "publisher": named(article.publisher),
        "state": article.state,
    }


def appearance_shape(appearance: Appearance) -> dict[str, Any]:
    """Return the REST appearance."""
    return {
        "id": appearance.id,
        "article": article_in_brief(appearance.article),
        "medium": appearance.medium,
        "quote": appearance.quote,
        "prefix": appearance.prefix,
        "suffix": appearance.suffix,
        "claimant": appearance.claimant_name or None,
        "attribution": appearance.attribution or None,
        "hedged": appearance.hedged,
        "hedges": appearance.hedges,
        "headline_stance": appearance.headline_stance or None,
        "body_stance": appearance.body_stance or None,
        "origin": origin_shape(appearance.origin, appearance.origin_reason),
        "state": appearance.state,
        "snapshot": appearance.snapshot_id,
        "captured_at": moment(appearance.captured_at),
        "reasons": appearance.reasons,
    }


def article_shape(article: Article) -> dict[str, Any]:
    """Return the REST article."""
    return {
        "id": article.id,
        "url": article.url,
        "publisher": named(article.publisher),
        "headline": article.headline,
        "published_at": moment(article.published_at),
        "state": article.state,
        "state_reason": article.state_reason,
        "last_checked_at": moment(article.last_checked_at),
        "next_check_at": moment(article.due_at),
        "snapshot_count": article.snapshot_count,
        "updated_at": moment(article.updated_at),
        "extraction_note": article.extraction_note,
    }


def snapshot_shape(snapshot: Snapshot) -> dict[str, Any]:
    """Return the REST snapshot, without its bytes."""
    return {
        "id": snapshot.id,
        "article": snapshot.article_id,
        "number": snapshot.number,
        "captured_at": moment(snapshot.captured_at),
        "final_url": snapshot.final_url,
        "http_status": snapshot.http_status,
        "sha256": snapshot.content_id,
        "headline": snapshot.headline,
        "byline": snapshot.byline,
        "text": snapshot.text,
        "extractor_version": snapshot.extractor_version,
    }


def change_shape(change: Change) -> dict[str, Any]:
    """Return the REST change of an article."""
    return {
        "id": change.id,
        "kind": change.kind,
        "before": change.before_id,
        "after": change.after_id,
        "not_before": moment(change.not_before),
        "not_after": moment(change.not_after),
        "notice": change.notice or None,
        "hedge_shift": change.hedge_shift or None,
        "summary": change.summary,
        "diff": change.diff,
    }


def evidence_shape(evidence: Evidence) -> dict[str, Any]:
    """Return one piece of evidence, pinned to its snapshot."""
    return {
        "id": evidence.id,
        "appearance": evidence.appearance_id,
        "article": article_in_brief(evidence.article),
        "snapshot": evidence.snapshot_id,
        "note": evidence.note or None,
        "primary": evidence.primary,
    }


def review_shape(review: Review) -> dict[str, Any]:
    """Return the REST review."""
    return {
        "id": review.id,
        "number": review.number,
        "verdict": review.verdict,
        "reason": review.reason,
        "state": review.state,
        "override": review.override or None,
        "decided_by": review.decided_by.display_name,
        "decided_at": moment(review.decided_at),
        "signed_off_by": review.signed_off_by.display_name if review.signed_off_by else None,
        "signed_off_at": moment(review.signed_off_at),
        "evidence": [evidence_shape(piece) for piece in review.evidence.all()],
    }

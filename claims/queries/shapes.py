"""The REST shapes of the records, as plain dictionaries; API, export and ledger all say it this way."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from claims.models import (
    Appearance,
    Article,
    Candidate,
    Change,
    Claim,
    Claimant,
    Event,
    Evidence,
    Feed,
    Publisher,
    Review,
    Snapshot,
    Topic,
)
from claims.vocabulary import EventKind, FeedState


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


def origin_shape(appearance: Appearance) -> dict[str, Any] | None:
    """Return the origin of an appearance, with the reason why the appearance counts to it.

    ``override`` is an editor's word that it does, which outweighs what the machine finds.
    """
    origin = appearance.origin
    if origin is None:
        return None
    override = None
    if appearance.ruling:
        override = {
            "by": appearance.ruled_by.display_name if appearance.ruled_by else None,
            "at": moment(appearance.ruled_at),
            "reason": appearance.ruling,
        }
    return {
        "id": origin.id,
        "root_article": origin.root_article_id,
        "root_name": origin.root_name,
        "reason": appearance.origin_reason or origin.reason,
        "circular": origin.is_circular,
        "retracted": origin.is_retracted,
        "override": override,
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
        "origin": origin_shape(appearance),
        "told_from": appearance.told_from,
        "state": appearance.state,
        "snapshot": appearance.snapshot_id,
        "captured_at": moment(appearance.captured_at),
        "reasons": appearance.reasons,
    }


def article_shape(article: Article) -> dict[str, Any]:
    """Return the REST article of a row of `listing`, which knows its ``next_check_at``."""
    return {
        "id": article.id,
        "url": article.url,
        "publisher": named(article.publisher),
        "headline": article.headline,
        "published_at": moment(article.published_at),
        "state": article.state,
        "state_reason": article.state_reason,
        "failing_since": moment(article.failing_since),
        "last_checked_at": moment(article.last_checked_at),
        "next_check_at": moment(article.next_check_at),  # type: ignore[attr-defined] # annotated
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


def candidate_shape(candidate: Candidate) -> dict[str, Any]:
    """Return the REST candidate; ``suggested`` is the tracked claim that it may repeat, with the reasons."""
    snapshot = candidate.snapshot
    suggested = None
    if candidate.suggested_id is not None:
        suggested = {
            "claim": candidate.suggested_id,
            "score": candidate.suggestion_score,
            "relation": candidate.relation,
            "reasons": candidate.suggestion_reasons,
        }
    return {
        "id": candidate.id,
        "text": candidate.text,
        "quote": candidate.quote,
        "prefix": candidate.prefix,
        "suffix": candidate.suffix,
        "claimant": candidate.claimant_name or None,
        "attribution": candidate.attribution or None,
        "chain": candidate.chain,
        "voice": candidate.voice,
        "hedged": candidate.hedged,
        "hedges": candidate.hedges,
        "article": snapshot.article_id if snapshot else None,
        "snapshot": candidate.snapshot_id,
        "score": candidate.score,
        "reasons": candidate.reasons,
        "zone": candidate.zone,
        "suggested": suggested,
        "state": candidate.state,
        "claim": candidate.claim_id,
        "dismissal": candidate.dismissal or None,
        "proposed_by": candidate.proposed_by.display_name if candidate.proposed_by else None,
        "proposed_at": moment(candidate.proposed_at),
        "updated_at": moment(candidate.updated_at),
    }


def publisher_shape(publisher: Publisher) -> dict[str, Any]:
    """Return the REST publisher; ``sites`` are where its pages lie, without scheme."""
    return {
        "id": publisher.id,
        "slug": publisher.slug,
        "url": f"{settings.PUBLIC_URL}/publishers/{publisher.slug}/",
        "name": publisher.name,
        "kind": publisher.kind,
        "owner": publisher.owner or None,
        "sites": [site.prefix for site in publisher.sites.all()],
        "updated_at": moment(publisher.updated_at),
    }


def claimant_shape(claimant: Claimant) -> dict[str, Any]:
    """Return the REST claimant."""
    return {
        "id": claimant.id,
        "slug": claimant.slug,
        "url": f"{settings.PUBLIC_URL}/claimants/{claimant.slug}/",
        "name": claimant.name,
        "anonymous": claimant.anonymous,
        "updated_at": moment(claimant.updated_at),
    }


def topic_shape(topic: Topic) -> dict[str, Any]:
    """Return the REST topic."""
    return {
        "id": topic.id,
        "slug": topic.slug,
        "url": f"{settings.PUBLIC_URL}/topics/{topic.slug}/",
        "name": topic.name,
        "summary": topic.summary,
        "updated_at": moment(topic.updated_at),
    }


def feed_shape(feed: Feed) -> dict[str, Any]:
    """Return the REST feed; ``failures`` counts the readings that failed since the last good one.

    ``moved_to`` is where a redirect leads that is not confirmed yet, ``moved_from`` the address before.
    """
    return {
        "id": feed.id,
        "url": feed.url,
        "publisher": named(feed.publisher),
        "title": feed.title,
        "state": feed.state,
        "state_reason": feed.state_reason,
        "followed": feed.state != FeedState.STOPPED,
        "moved_to": feed.moved_to or None,
        "moved_from": feed.moved_from or None,
        "last_read_at": moment(feed.last_read_at),
        "last_good_at": moment(feed.last_good_at),
        "last_new_at": moment(feed.last_new_at),
        "next_read_at": moment(feed.due_at),
        "failures": feed.failures,
        "brought": feed.brought,
        "note": feed.note,
        "updated_at": moment(feed.updated_at),
    }


EVENT_DATA = {
    EventKind.FIRST_SEEN: ("candidate", "quote", "claimant"),
    EventKind.APPEARANCE: (
        *("appearance", "publisher", "snapshot", "quote"),
        *("headline_stance", "body_stance", "hedged", "origin"),
    ),
    EventKind.ARTICLE_CHANGE: (
        *("change", "change_kind", "before", "after"),
        *("notice", "hedge_shift", "quotes", "stance_flips", "repeats"),
    ),
    EventKind.SOURCE_STATE: ("before", "after", "reason"),
    EventKind.RE_REVIEW_OPENED: ("re_review", "review", "change"),
    EventKind.RE_REVIEW_CLOSED: ("review",),
    EventKind.REVIEW: ("review", "number", "verdict", "before", "reason", "evidence"),
    EventKind.OVERRIDE: ("review", "override", "appearance", "before", "after", "reason"),
    EventKind.REWORDED: ("before", "after"),
    EventKind.MERGE: ("into",),
}
"""What an event's ``data`` tells programs, by its kind; what else the ledger keeps of it is our own."""


def event_shape(event: Event) -> dict[str, Any]:
    """Return the line of a timeline; one whose payload was taken down says nothing but that it happened."""
    payload = getattr(event, "payload", None)
    told = EVENT_DATA.get(EventKind(event.kind), ())
    return {
        "id": event.id,
        "kind": event.kind,
        "occurred_at": moment(event.occurred_at),
        "occurred_not_after": moment(event.occurred_not_after),
        "recorded_at": moment(event.recorded_at),
        "claim": event.claim_id,
        "article": event.article_id,
        "actor": payload.actor if payload else None,
        "text": payload.text if payload else "",
        "data": {name: payload.data[name] for name in told if name in payload.data} if payload else {},
        "version": event.claim_version,
    }


def change_row(event: Event, *, cursor: str) -> dict[str, Any]:
    """Return the row of the change feed: the event, how the claim stands after it, and where to go on.

    A tombstone means that the claim is no more: taken down, or merged ``into`` another one.
    """
    payload = getattr(event, "payload", None)
    state = (payload.claim_state if payload else None) or {}
    into = payload.data.get("into") if payload and event.kind == EventKind.MERGE else None
    return {
        **event_shape(event),
        "cursor": cursor,
        "tombstone": event.kind == EventKind.TAKEDOWN or into is not None,
        "into": into,
        "status": state.get("status"),
        "withdrawn": state.get("withdrawn", False),
    }

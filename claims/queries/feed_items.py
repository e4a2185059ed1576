"""The read behind Atom and JSON feeds: ledger events as items, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from claims.models import Article, Claim, Event
from claims.queries.reader_rows import visible_claims
from claims.queries.timeline import title_of
from claims.vocabulary import ClaimStatus, EventKind

MOST_ITEMS = 50
NEWS = (
    EventKind.FIRST_SEEN,
    EventKind.REVIEW,
    EventKind.RE_REVIEW_OPENED,
    EventKind.CORRECTION,
    EventKind.WITHDRAWAL,
)
"""What a feed over many claims tells; the feed of one claim tells everything."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One event as a feed tells it; ``path`` is the claim's page."""

    event_id: str
    claim_id: str
    path: str
    title: str
    text: str
    actor: str
    recorded_at: datetime


def latest_items() -> tuple[FeedItem, ...]:
    """Return the news of all claims (two queries)."""
    return _items(Event.objects.filter(kind__in=NEWS), visible_claims())


def claim_items(claim: Claim) -> tuple[FeedItem, ...]:
    """Return everything that happened to one claim (two queries)."""
    return _items(Event.objects.filter(claim_id=claim.id), visible_claims().filter(pk=claim.pk))


def topic_items(slug: str) -> tuple[FeedItem, ...]:
    """Return the news of a topic's claims (two queries)."""
    claims = visible_claims().filter(topics__slug=slug)
    ids = claims.order_by().values("id")
    return _items(Event.objects.filter(kind__in=NEWS, claim_id__in=ids), claims)


def publisher_items(slug: str) -> tuple[FeedItem, ...]:
    """Return what happened to a publisher's articles that carry claims (two queries)."""
    articles = Article.objects.filter(publisher__slug=slug).order_by().values("id")
    return _items(Event.objects.filter(article_id__in=articles), visible_claims())


def _items(events: QuerySet[Event], claims: QuerySet[Claim]) -> tuple[FeedItem, ...]:
    rows = list(
        events.filter(public=True, payload__isnull=False)
        .select_related("payload")
        .order_by("-seq")[:MOST_ITEMS]
    )
    shown = {
        claim.id: claim
        for claim in claims.filter(id__in={row.claim_id for row in rows}).prefetch_related(None)
    }
    return tuple(_item(row, shown[row.claim_id]) for row in rows if row.claim_id in shown)


def _item(event: Event, claim: Claim) -> FeedItem:
    kind, data = EventKind(event.kind), event.payload.data
    verdict = kind == EventKind.REVIEW
    head = ClaimStatus(data["verdict"]).label if verdict else title_of(kind)
    return FeedItem(
        event_id=event.id,
        claim_id=claim.id,
        path=claim.get_absolute_url(),
        title=f"{head}: {claim.text}",
        text=data["reason"] if verdict else event.payload.text,
        actor=event.payload.actor or "",
        recorded_at=event.recorded_at,
    )

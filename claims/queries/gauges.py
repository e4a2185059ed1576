"""How the work stands, in numbers for whoever watches the machines."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from claims.models import ArchiveCopy, Article, Delivery, Feed, Tally, Webhook
from claims.operations.tallies import FAILED_HINTS
from claims.queries.webhooks import LISTENING
from claims.vocabulary import ArchiveState, ArticleState, FeedState, WebhookState


@dataclass(frozen=True, slots=True)
class Gauges:
    """Lags are in seconds, 0 where nothing is overdue; the rest are counts."""

    check_lag: float
    overdue_checks: int
    stuck_articles: int
    feed_lag: float
    feeds: dict[str, int]
    expired_leases: int
    failing_copies: int
    delivery_lag: float
    webhooks: dict[str, int]
    failed_hints: int


def gauges(*, now: datetime) -> Gauges:
    """Return the present numbers (seven queries); a webhook that waits for its receiver has no lag."""
    expired = Q(lease_until__lte=now)
    articles = Article.objects.aggregate(
        oldest=Min("due_at"),
        overdue=Count("pk", filter=Q(due_at__lte=now)),
        stuck=Count("pk", filter=Q(state=ArticleState.STUCK)),
        expired=Count("pk", filter=expired),
    )
    feeds = Feed.objects.aggregate(oldest=Min("due_at"), expired=Count("pk", filter=expired))
    states = dict(Feed.objects.order_by().values_list("state").annotate(Count("pk")))
    copies = ArchiveCopy.objects.aggregate(
        failing=Count("pk", filter=Q(state=ArchiveState.FAILING)), expired=Count("pk", filter=expired)
    )
    sendable = Q(webhook__in=Webhook.objects.filter(LISTENING, free_at__lte=now))
    deliveries = Delivery.objects.filter(due_at__isnull=False).aggregate(
        oldest=Min("due_at", filter=sendable), expired=Count("pk", filter=expired)
    )
    hooks = dict(Webhook.objects.order_by().values_list("state").annotate(Count("pk")))
    hints = Tally.objects.filter(name=FAILED_HINTS).values_list("number", flat=True).first()
    return Gauges(
        check_lag=_lag(articles["oldest"], now),
        overdue_checks=articles["overdue"],
        stuck_articles=articles["stuck"],
        feed_lag=_lag(feeds["oldest"], now),
        feeds={str(state): states.get(state, 0) for state in FeedState},
        expired_leases=sum(rows["expired"] for rows in (articles, feeds, copies, deliveries)),
        failing_copies=copies["failing"],
        delivery_lag=_lag(deliveries["oldest"], now),
        webhooks={str(state): hooks.get(state, 0) for state in WebhookState if state != WebhookState.REMOVED},
        failed_hints=hints or 0,
    )


def _lag(oldest: datetime | None, now: datetime) -> float:
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0

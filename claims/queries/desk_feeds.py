"""The feeds as the desk watches them: how each stands, what it brought, when it is read next."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, IntegerField, Value, When, Window
from django.db.models.functions import RowNumber

from claims.models import Feed, FeedItem
from claims.operations.policies import host_of
from claims.queries.freshness import after_wait, judge, waits
from claims.queries.reader_shapes import Freshness
from claims.vocabulary import FeedState

NEWEST_SHOWN = 3
_TROUBLED = (FeedState.DEAD, FeedState.STUCK, FeedState.DISALLOWED, FeedState.FAILING)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed with when it was read and is read next, and the newest entries that it brought.

    ``waits_until``: its host asked us to leave it alone so long.
    """

    feed: Feed
    freshness: Freshness
    items: tuple[FeedItem, ...]
    waits_until: datetime | None = None

    @property
    def is_followed(self) -> bool:
        """Whether it is read at all."""
        return self.feed.state != FeedState.STOPPED

    @property
    def is_troubled(self) -> bool:
        """Whether its readings do not get through."""
        return self.feed.state in _TROUBLED


def feeds_followed(*, now: datetime) -> list[FeedRow]:
    """Return all feeds, those in trouble first and those no longer followed last (three queries)."""
    rank = Case(
        *(When(state=state, then=Value(rank)) for rank, state in enumerate(_TROUBLED)),
        When(state=FeedState.STOPPED, then=Value(99)),
        default=Value(50),
        output_field=IntegerField(),
    )
    feeds = list(Feed.objects.select_related("publisher").order_by(rank, "title", "url", "id"))
    items: dict[str, list[FeedItem]] = {}
    nth = Window(RowNumber(), partition_by=F("feed"), order_by=["-first_seen_at", "-id"])
    newest = FeedItem.objects.annotate(nth=nth).filter(nth__lte=NEWEST_SHOWN).select_related("article")
    for item in newest.order_by("feed", "nth"):
        items.setdefault(item.feed_id, []).append(item)
    hosts = {feed.pk: host_of(feed.url) for feed in feeds}
    waiting = waits(hosts.values(), now=now)
    rows = []
    for feed in feeds:
        until = waiting.get(hosts[feed.pk])
        freshness = judge(feed.last_read_at, after_wait(feed.due_at, until), now=now)
        rows.append(FeedRow(feed, freshness, tuple(items.get(feed.pk, ())), until if feed.due_at else None))
    return rows

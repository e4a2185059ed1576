"""What waits for a worker: hosts with due pages and their pages, feeds, copies, messages to webhooks."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateTimeField, F, IntegerField, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from claims.models import ArchiveCopy, Article, Delivery, Feed, Host, ReadingAnew, Webhook
from claims.operations.policies import host_of
from claims.pipeline.extract_text import EXTRACTOR_VERSION
from claims.queries.among import AmongGiven
from claims.queries.clock import database_now
from claims.queries.heat import HOT_FOR, is_of_claims_since
from claims.queries.prepared import Given, Prepared
from claims.queries.webhooks import LISTENING

HOSTS_IN_A_BATCH = 50
"""Hosts that one worker takes on at a time: as many as `fetch_many` asks side by side by itself."""

FEEDS_AT_A_TIME = 20
"""Feeds that one worker reads before it looks for pages again: a hundred slow ones take minutes."""

_MOST_HOSTS = 500
_FEEDS_OF_A_HOST = 10
_FEEDS_PATIENCE = timedelta(seconds=20)
_COPIES_PATIENCE = timedelta(seconds=5)
_SUSPECT = 2  # broken attempts


def due_hosts(*, patience: timedelta, due_by: datetime | None = None) -> list[str]:
    """Return the hosts of due pages that nobody holds and that are free within ``patience``.

    By their longest overdue page: a host of ten thousand due pages is one host here. Pages of hot claims have
    a head start. At most 500, so that a long downtime makes no flood of hints.
    """
    now = database_now()
    due = {"now": now, "due_by": _latest(now, due_by), "free_by": now + patience}
    oldest: dict[str, datetime] = {}
    for host, moment in _HOT_HOSTS.rows(**due, since=now - HOT_FOR):
        oldest[host] = moment - _head_start()
    for host, moment in _HOSTS.rows(**due):
        oldest[host] = min(moment, oldest.get(host, moment))
    return sorted(oldest, key=lambda host: (oldest[host], host))[:_MOST_HOSTS]


def due_pages(most: Mapping[str, int], *, due_by: datetime | None = None) -> list[str]:
    """Return the ids of due pages, of each host at most as many as ``most`` says, in the order to ask in.

    That is the order in which they fell due; those of hot claims have a head start. Those that may break
    their batch are left to `due_suspect`.
    """
    if not most:
        return []
    now = database_now()
    due = {"now": now, "due_by": _latest(now, due_by), "hosts": list(most), "most": max(most.values())}
    waiting: dict[str, dict[str, datetime]] = {host: {} for host in most}
    ahead = _head_start()
    for article_id, host, moment in _NEXT_HOT_PAGES.rows(**due, since=now - HOT_FOR):
        waiting[host][article_id] = moment - ahead
    for article_id, host, moment in _NEXT_PAGES.rows(**due):
        waiting[host].setdefault(article_id, moment)
    return [
        article_id
        for host, pages_of_host in waiting.items()
        for article_id in sorted(pages_of_host, key=lambda key: (pages_of_host[key], key))[: most[host]]
    ]


def due_suspect(hosts: Collection[str], *, due_by: datetime | None = None) -> tuple[str, str] | None:
    """Return the longest overdue page of these hosts (host and id) whose check broke off twice, if any.

    It might be what broke it, and take the rest of its batch along each time: it goes alone.
    """
    now = database_now()
    return next(iter(_SUSPECTS.rows(now=now, due_by=_latest(now, due_by), hosts=list(hosts))), None)


def due_feeds(*, most: int = 100) -> list[str]:
    """Return the ids of due feeds, of each host the longest overdue, of all hosts in turn.

    Those of a host that nobody may ask now are left out: a hundred of them would leave no place for others.
    """
    now = database_now()
    taken = (name for (name,) in _TAKEN.rows(now=now, free_by=now + _FEEDS_PATIENCE))
    turns: Counter[str] = Counter(dict.fromkeys(taken, _FEEDS_OF_A_HOST))
    found = []
    for place, (feed_id, url) in enumerate(_FEEDS.rows(now=now)):
        host = host_of(url)
        if turns[host] < _FEEDS_OF_A_HOST:
            found.append((turns[host], place, feed_id))
            turns[host] += 1
    return [feed_id for _, _, feed_id in sorted(found)[:most]]


def due_copies(*, most: int = 20) -> list[str]:
    """Return the ids of archive copies that are due.

    None while archiving is off, or while nobody may ask the archive now.
    """
    if not settings.WAYBACK_SAVE:
        return []
    now = database_now()
    taken = _taken_hosts(now, now + _COPIES_PATIENCE)
    if taken.filter(name=host_of(settings.WAYBACK_URL)).exists():
        return []
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = ArchiveCopy.objects.filter(free, due_at__lte=now).order_by("due_at", "id")
    return list(rows.values_list("id", flat=True)[:most])


def kept_bytes_wait() -> bool:
    """Whether pages may lie here that another version of the extractor read, and nobody reads them anew."""
    now = database_now()
    job = next(iter(_READING_ANEW.rows(version=EXTRACTOR_VERSION)), None)
    if job is None:
        return True
    due_at, lease_until = job
    return due_at is not None and due_at <= now and (lease_until is None or lease_until <= now)


def due_webhooks(*, most: int = 50) -> list[str]:
    """Return the ids of webhooks that a message is due to, the longest overdue first.

    Not those at a host that a worker is sending something to: one that hangs must not hold up every worker.
    """
    told = hosts_being_told()
    rows = _WEBHOOKS.rows(now=database_now())
    return [webhook_id for webhook_id, url, _ in rows if host_of(url) not in told][:most]


def hosts_being_told() -> set[str]:
    """Return the hosts that a worker is sending a webhook's message to."""
    return {host_of(url) for (url,) in _TOLD.rows(now=database_now())}


def due_delivery(webhook_id: str) -> str | None:
    """Return the id of the message to send to the webhook next: of those due, the first event's.

    None while another one is on the way to it: a hint that came twice must not turn the order round.
    """
    now = database_now()
    heard = Webhook.objects.filter(LISTENING, pk=webhook_id, free_at__lte=now)
    heard = heard.exclude(pk__in=_on_the_way(now).filter(webhook=webhook_id).values("webhook"))
    rows = Delivery.objects.filter(webhook__in=heard, due_at__lte=now)
    return rows.order_by("event").values_list("id", flat=True).first()


def _on_the_way(now: datetime | Given) -> QuerySet[Delivery]:
    """Return the messages that are being sent; those alone that are due, so that an index holds them all."""
    return Delivery.objects.filter(due_at__isnull=False, lease_until__gt=now)


def _head_start() -> timedelta:
    """By how much earlier than others pages of hot claims count as due: nobody waits for ever behind them."""
    return timedelta(seconds=settings.CHECK_MAX_SECONDS)


def _taken_hosts(now: datetime | Given, free_by: datetime | Given) -> QuerySet[Host]:
    return Host.objects.filter(Q(held_until__gt=now) | Q(free_at__gt=free_by))


def _latest(now: datetime, due_by: datetime | None) -> datetime:
    return min(now, due_by or now)


def _due(now: datetime | Given, due_by: datetime | Given) -> QuerySet[Article]:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return Article.objects.filter(free, due_at__lte=due_by).exclude(host="")


def _due_on_hosts(*conditions: Q, **more: object) -> QuerySet[Article]:
    return _due(_NOW, _DUE_BY).filter(AmongGiven("host", "hosts"), *conditions, **more)


def _next_pages(*conditions: Q) -> QuerySet[Any, Any]:
    """The first due pages of each host, so many as are given, but for those that may break their batch."""
    place = Window(RowNumber(), partition_by=F("host"), order_by=[F("due_at"), F("id")])
    pages = _due_on_hosts(*conditions, attempts__lt=_SUSPECT).annotate(place=place)
    return pages.filter(place__lte=Given("most", IntegerField())).values_list("id", "host", "due_at")


def _free_hosts(*conditions: Q) -> QuerySet[Any, Any]:
    """The hosts of due pages that may be asked, with the moment since which a page of each is due."""
    due = _due(_NOW, _DUE_BY).filter(*conditions)
    rows = due.exclude(host__in=_taken_hosts(_NOW, _FREE_BY).values("name")).values("host")
    oldest = rows.annotate(oldest=Min("due_at")).order_by("oldest", "host")
    return oldest.values_list("host", "oldest")[:_MOST_HOSTS]


def _due_feeds() -> QuerySet[Feed, tuple[str, str]]:
    free = Q(lease_until=None) | Q(lease_until__lte=_NOW)
    rows = Feed.objects.filter(free, due_at__lte=_NOW).order_by("due_at", "id")
    return rows.values_list("id", "url")


def _due_webhooks() -> QuerySet[Any, Any]:
    rows = Webhook.objects.filter(LISTENING, free_at__lte=_NOW, deliveries__due_at__lte=_NOW)
    rows = rows.annotate(oldest=Min("deliveries__due_at")).order_by("oldest", "id")
    return rows.values_list("id", "url", "oldest")


_NOW, _DUE_BY, _FREE_BY, _SINCE = (
    Given(name, DateTimeField()) for name in ("now", "due_by", "free_by", "since")
)
_HOSTS = Prepared(_free_hosts)
_HOT_HOSTS = Prepared(lambda: _free_hosts(is_of_claims_since(_SINCE)))
_NEXT_PAGES = Prepared(_next_pages)
_NEXT_HOT_PAGES = Prepared(lambda: _next_pages(is_of_claims_since(_SINCE)))
_SUSPECTS = Prepared(
    lambda: _due_on_hosts(attempts__gte=_SUSPECT).order_by("due_at", "id").values_list("host", "id")[:1]
)
_TAKEN = Prepared(lambda: _taken_hosts(_NOW, _FREE_BY).values_list("name"))
_FEEDS = Prepared(_due_feeds)
_WEBHOOKS = Prepared(_due_webhooks)
_TOLD = Prepared(lambda: _on_the_way(_NOW).values_list("webhook__url"))
_READING_ANEW = Prepared(
    lambda: ReadingAnew.objects.filter(pk=Given("version", CharField())).values_list("due_at", "lease_until")
)

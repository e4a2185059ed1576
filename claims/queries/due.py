"""What waits for a worker: hosts with due pages and their pages, feeds, copies, messages to webhooks."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from claims.models import ArchiveCopy, Article, Delivery, Feed, Host, Webhook
from claims.queries.clock import database_now
from claims.queries.heat import is_hot
from claims.queries.webhooks import LISTENING

HOSTS_IN_A_BATCH = 50
"""Hosts that one worker takes on at a time: as many as `fetch_many` asks side by side by itself."""

_MOST_HOSTS = 500
_SUSPECT = 2  # broken attempts


def due_hosts(*, patience: timedelta, due_by: datetime | None = None) -> list[str]:
    """Return the hosts of due pages that nobody holds and that are free within ``patience``.

    Hosts with a page of a hot claim come first, then by their longest overdue page: a host of ten thousand
    due pages is one host here. At most 500, so that a long downtime makes no flood of hints.
    """
    now = database_now()
    taken = Host.objects.filter(Q(held_until__gt=now) | Q(free_at__gt=now + patience))
    due = _due(now, due_by).exclude(host__in=taken.values("name"))
    hosts: dict[str, None] = {}
    for pages in (due.filter(is_hot(now)), due):
        rows = pages.values("host").annotate(oldest=Min("due_at")).order_by("oldest", "host")
        hosts |= dict.fromkeys(rows.values_list("host", flat=True)[:_MOST_HOSTS])
    return list(hosts)[:_MOST_HOSTS]


def due_pages(most: Mapping[str, int], *, due_by: datetime | None = None) -> list[str]:
    """Return the ids of due pages, of each host at most as many as ``most`` says, in the order to ask in.

    A page whose check broke off twice might be what broke it, and take the rest of its batch along each time:
    it waits until nothing else is due there, and then goes alone.
    """
    if not most:
        return []
    now = database_now()
    everything = _due(now, due_by).filter(host__in=most)
    due = everything.filter(attempts__lt=_SUSPECT)
    place = Window(RowNumber(), partition_by=F("host"), order_by=[F("due_at"), F("id")])
    ids: dict[str, dict[str, None]] = {host: {} for host in most}
    for pages in (due.filter(is_hot(now)), due):
        rows = pages.annotate(place=place).filter(place__lte=max(most.values())).order_by("due_at", "id")
        for article_id, host in rows.values_list("id", "host"):
            if len(ids[host]) < most[host]:
                ids[host][article_id] = None
    unsuspected = [article_id for of_host in ids.values() for article_id in of_host]
    return unsuspected or list(everything.order_by("due_at", "id").values_list("id", flat=True)[:1])


def due_feeds(*, most: int = 100) -> list[str]:
    """Return the ids of due feeds."""
    now = database_now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = Feed.objects.filter(free, due_at__lte=now).order_by("due_at", "id")
    return list(rows.values_list("id", flat=True)[:most])


def due_copies(*, most: int = 20) -> list[str]:
    """Return the ids of archive copies that are due; none while archiving is off."""
    if not settings.WAYBACK_SAVE:
        return []
    now = database_now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = ArchiveCopy.objects.filter(free, due_at__lte=now).order_by("due_at", "id")
    return list(rows.values_list("id", flat=True)[:most])


def due_webhooks(*, most: int = 50) -> list[str]:
    """Return the ids of webhooks that a message is due to, the longest overdue first.

    Not those that another worker is sending one to.
    """
    now = database_now()
    rows = Webhook.objects.filter(LISTENING, free_at__lte=now, deliveries__due_at__lte=now)
    rows = rows.exclude(deliveries__lease_until__gt=now).annotate(oldest=Min("deliveries__due_at"))
    return list(rows.order_by("oldest", "id").values_list("id", flat=True)[:most])


def due_delivery(webhook_id: str) -> str | None:
    """Return the id of the message to send to the webhook next: of those due, the first event's."""
    now = database_now()
    rows = Delivery.objects.filter(
        Q(lease_until=None) | Q(lease_until__lte=now), webhook_id=webhook_id, due_at__lte=now
    )
    heard = Webhook.objects.filter(LISTENING, pk=webhook_id, free_at__lte=now)
    return rows.filter(webhook__in=heard).order_by("event").values_list("id", flat=True).first()


def _due(now: datetime, due_by: datetime | None) -> QuerySet[Article]:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return Article.objects.filter(free, due_at__lte=min(now, due_by or now)).exclude(host="")

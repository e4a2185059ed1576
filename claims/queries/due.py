"""What waits for a worker: due articles and feeds, oldest first."""

from django.db.models import Q

from claims.models import Article, Feed
from claims.operations.policies import host_of
from claims.queries.clock import database_now

_LOOK_AT = 2000


def due_articles(*, per_host: int = 25, most: int = 500) -> list[list[str]]:
    """Return the ids of due articles, one list per host, at most ``per_host`` of each, ``most`` in all."""
    now = database_now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = Article.objects.filter(free, due_at__lte=now).order_by("due_at", "id").values_list("id", "url")
    hosts: dict[str, list[str]] = {}
    taken = 0
    for article_id, url in rows[:_LOOK_AT]:
        host = hosts.setdefault(host_of(url), [])
        if taken < most and len(host) < per_host:
            host.append(article_id)
            taken += 1
    return [ids for ids in hosts.values() if ids]


def due_feeds(*, most: int = 100) -> list[str]:
    """Return the ids of due feeds."""
    now = database_now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = Feed.objects.filter(free, due_at__lte=now).order_by("due_at", "id")
    return list(rows.values_list("id", flat=True)[:most])

"""Reserving due rows and hosts for one worker, and finishing many rows under their fences."""

import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, F, Q, QuerySet

from claims.models import ArchiveCopy, Article, Delivery, Feed, Host, ReadingAnew
from claims.operations.ledger import hold_articles_called
from claims.operations.policies import lease_time
from claims.operations.sightings import LEASED_COLUMNS, Leased
from claims.queries.among import Among, AmongGiven
from claims.queries.clock import database_now
from claims.queries.prepared import Given, Prepared
from claims.queries.rows import table_of

_BETWEEN_TRIES = 0.2  # seconds


def lease(
    rows: type[Article | Feed | ArchiveCopy | Delivery | ReadingAnew],
    row_id: str,
    *,
    seconds: timedelta,
    only_due: bool,
) -> int | None:
    """Reserve one row by compare-and-set; returns its new fence, or None when it is taken or not due.

    Counts the attempt at once, so that a page which kills its worker is counted, too. All moments are the
    database's; a lease that ran out is anybody's.
    """
    fence = rows.objects.filter(pk=row_id).values_list("fence", flat=True).first()
    if fence is None:
        return None
    now = database_now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    row = rows.objects.filter(free, pk=row_id, fence=fence)
    if only_due:
        row = row.filter(due_at__lte=now)
    won = row.update(fence=F("fence") + 1, attempts=F("attempts") + 1, lease_until=now + seconds)
    return fence + 1 if won else None


def lease_articles(article_ids: Collection[str], *, only_due: bool) -> list[Leased]:
    """Reserve what is free of these articles; returns those won, in the order given.

    The rows stay locked to the end (SQLite: its transactions exclude each other), so no other worker can win
    one of them; what another is about to lease is passed over rather than waited for. They are read only
    then, for a statement that locks may see what a row points to as it was before. The fences are those of
    this lease: whoever stands still past it must not take the next one's for its own.
    """
    now = database_now()
    free = _FREE_AND_DUE if only_due else _FREE
    with transaction.atomic():
        ours = [article_id for (article_id,) in free.rows(articles=list(article_ids), now=now)]
        Article.objects.filter(Among("id", ours)).update(
            fence=F("fence") + 1, attempts=F("attempts") + 1, lease_until=now + lease_time()
        )
        won = {held.id: held for held in map(Leased._make, _LEASED.rows(articles=ours))}
    return [won[article_id] for article_id in article_ids if article_id in won]


_NOW = Given("now", DateTimeField())
_OF_ARTICLES = AmongGiven("id", "articles")


def _free_articles(**due: object) -> QuerySet[Article, tuple[str]]:
    rows = Article.objects.filter(_OF_ARTICLES, Q(lease_until=None) | Q(lease_until__lte=_NOW), **due)
    free = rows.order_by("id").select_for_update(skip_locked=True, of=("self",), no_key=True)
    return free.values_list("id")


_FREE = Prepared(_free_articles)
_FREE_AND_DUE = Prepared(lambda: _free_articles(due_at__lte=_NOW))
_LEASED = Prepared(lambda: Article.objects.filter(_OF_ARTICLES).values_list(*LEASED_COLUMNS))


def finish_in_bulk(columns: Mapping[str, type], rows: Sequence[Sequence[Any]], *, changes: str) -> set[str]:
    """Write many leased, locked articles in one statement; returns the ids of those whose fence still held.

    Each row is ``(id, fence, …)`` with a value for each of ``columns`` (names and types) after the two;
    ``changes`` is the SQL behind SET, in which ``seen.<column>`` is a row's value. Django's own `bulk_update`
    cannot ask for the fence of each row.
    """
    if not rows:
        return set()
    seen, values = table_of({"id": str, "fence": int, **columns}, rows)
    statement = (
        f"WITH seen AS ({seen}) UPDATE claims_article SET {changes} FROM seen "  # noqa: S608 - all ours
        "WHERE claims_article.id = seen.id AND claims_article.fence = seen.fence "
        "RETURNING claims_article.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [values])
        return {article_id for (article_id,) in cursor.fetchall()}


def give_back(leased: Iterable[tuple[str, int]]) -> None:
    """Let go of leased articles, ``(id, fence)`` each, that there was no time for; no attempt is counted."""
    rows = list(leased)
    if rows:
        with transaction.atomic():
            hold_articles_called([article_id for article_id, _ in rows])
            finish_in_bulk({}, rows, changes="lease_until = NULL, attempts = claims_article.attempts - 1")


@dataclass(frozen=True, slots=True)
class HeldHosts:
    """Hosts that one worker alone may ask until the lease runs out, each with the moment it is free from."""

    word: str
    free_at: Mapping[str, datetime]

    def release(self, free_at: Mapping[str, datetime] | None = None) -> None:
        """Let others ask the hosts, each from its moment in ``free_at`` on; a later one in force stays."""
        if free_at:
            seen, values = table_of({"name": str, "free_at": datetime}, list(free_at.items()))
            statement = (
                f"WITH seen AS ({seen}) UPDATE claims_host SET free_at = seen.free_at FROM seen "  # noqa: S608 - all ours
                "WHERE claims_host.name = seen.name AND claims_host.held_by = %s "
                "AND claims_host.free_at < seen.free_at"
            )
            with connection.cursor() as cursor:
                cursor.execute(statement, [values, self.word])
        Host.objects.filter(held_by=self.word).update(held_by="", held_until=None)


def hold_hosts(names: Collection[str], *, patience: timedelta, word: str = "") -> HeldHosts:
    """Reserve what can be had of these hosts: not held by another, and free within ``patience``.

    At most one connection to a host over all workers follows from it, for who holds it opens no second one.
    With the ``word`` of hosts that are held they are let go together.
    """
    word = word or uuid.uuid4().hex
    now = database_now()
    known = {name for (name,) in _KNOWN_HOSTS.rows(hosts=list(names))}
    strangers = [Host(name=name, free_at=now) for name in sorted(set(names) - known)]
    Host.objects.bulk_create(strangers, ignore_conflicts=True)
    with transaction.atomic():
        free_at = dict(_FREE_HOSTS.rows(hosts=list(names), now=now, free_by=now + patience))
        Host.objects.filter(name__in=free_at).update(held_by=word, held_until=now + lease_time())
    return HeldHosts(word, free_at)


_OF_HOSTS = AmongGiven("name", "hosts")


def _free_hosts() -> QuerySet[Host, tuple[str, datetime]]:
    free_by = Given("free_by", DateTimeField())
    hosts = Host.objects.filter(Q(held_until=None) | Q(held_until__lte=_NOW), _OF_HOSTS, free_at__lte=free_by)
    return hosts.order_by("name").select_for_update(skip_locked=True).values_list("name", "free_at")


_KNOWN_HOSTS = Prepared(lambda: Host.objects.filter(_OF_HOSTS).values_list("name"))
_FREE_HOSTS = Prepared(_free_hosts)


def wait_for_hosts(names: Collection[str], *, patience: timedelta) -> HeldHosts:
    """Reserve what can be had of these hosts, as soon as there is one; none beyond ``patience``."""
    give_up = database_now() + patience
    while True:
        left = give_up - database_now()
        # Held only when its turn is near: a hold must not run out before it is used.
        held = hold_hosts(names, patience=min(left, lease_time() / 4))
        hopeful = Host.objects.filter(name__in=names, free_at__lte=give_up)
        if held.free_at or left <= timedelta(0) or not hopeful.exists():
            return held
        time.sleep(_BETWEEN_TRIES)  # another worker holds them


def hold_host(name: str, *, until: datetime) -> None:
    """Ask nothing of the host before ``until`` (Retry-After, 429, 503)."""
    with transaction.atomic():
        host, _ = Host.objects.get_or_create(name=name, defaults={"free_at": until})
        Host.objects.filter(pk=host.pk, free_at__lt=until).update(free_at=until)

"""Putting the queue in order: what should be due becomes due, however long its wait was set."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, F, IntegerField, QuerySet, Value

from claims.models import ArchiveCopy, Article, Delivery, Feed, Host, Webhook
from claims.pipeline.schedule import HOT_AIM
from claims.queries.among import Among
from claims.queries.clock import database_now
from claims.queries.heat import HOT_FOR, is_of_claims_since
from claims.queries.prepared import Given, Prepared
from claims.vocabulary import ArticleState

_BEYOND_A_DOUBT = timedelta(days=1)  # however short the settings' longest wait


def put_in_order() -> None:
    """Let be due what should be: before every sweep, and every round of a worker that sweeps by itself."""
    bring_back()
    shelve_stuck()
    heat_up()


def heat_up() -> int:
    """Bring forward the next check of what hot claims rest on; returns how many pages were brought forward.

    A claim that turns hot must not wait for a check that was set while it was cold. Pages that fail, or are
    going missing, keep the waits that they have earned, and so do those that could not be asked for just now;
    what is being written down is passed over, for its next check is being set.
    """
    now = database_now()
    longest = max(HOT_AIM, timedelta(seconds=settings.CHECK_MIN_SECONDS))
    with transaction.atomic():
        late = [page for (page,) in _LATE.rows(now=now, since=now - HOT_FOR, longest=longest)]
        if not late:
            return 0
        ours = Article.objects.filter(Among("id", late))
        return ours.update(due_at=F("last_checked_at") + longest)


_NOW, _LATEST = (Given(name, DateTimeField()) for name in ("now", "latest"))


def _late() -> QuerySet[Article, tuple[str]]:
    """The calm pages of hot claims whose next check is further off than it should be, locked."""
    calm = Article.objects.filter(failures=0, missing_checks=0, put_offs=0, last_checked_at__isnull=False)
    waits = calm.filter(due_at__gt=_NOW).exclude(state=ArticleState.STUCK)
    soon = F("last_checked_at") + Given("longest", DurationField())
    late = waits.filter(is_of_claims_since(Given("since", DateTimeField())), due_at__gt=soon)
    free = late.order_by("id").select_for_update(skip_locked=True, of=("self",), no_key=True)
    return free.values_list("id")


_LATE = Prepared(_late)


def shelve_stuck() -> int:
    """Put aside what broke its worker too often: marked for the desk, and tried again at the longest wait.

    Returns how many articles were shelved. A lease that still runs is left alone.
    """
    now, after = database_now(), settings.STUCK_AFTER
    if not any(_BROKEN.rows(now=now, after=after)):
        return 0
    return _broken(now, after).update(
        state=ArticleState.STUCK,
        state_reason=f"The check broke off {after} times in a row; it is tried again after a long pause.",
        due_at=now + timedelta(seconds=settings.CHECK_MAX_SECONDS),
        lease_until=None,
        updated_at=now,
    )


def _broken(now: datetime | Given, after: int | Given) -> QuerySet[Article]:
    broken = Article.objects.filter(attempts__gte=after, lease_until__lte=now)
    return broken.exclude(state=ArticleState.STUCK, due_at__gt=now)


_BROKEN = Prepared(lambda: _broken(_NOW, Given("after", IntegerField())).order_by().values_list("id")[:1])


def bring_back() -> int:
    """Make due again what lies beyond every wait: a clock that ran ahead put it there, or longer settings.

    Returns how many rows came back. Leases, holds and pauses that the same clock made end, too. Mostly there
    is nothing, which one query tells.
    """
    now = database_now()
    latest = now + max(_BEYOND_A_DOUBT, timedelta(seconds=settings.CHECK_MAX_SECONDS))
    if not any(_BEYOND.rows(now=now, latest=latest)):
        return 0
    for rows, of_now in _kept_from_us(now, latest):
        rows.update(**of_now)
    return sum(rows.update(due_at=now) for rows in _never_due(latest))


def _kept_from_us(
    now: datetime | Given, latest: datetime | Given
) -> Iterator[tuple[QuerySet[Any], dict[str, Any]]]:
    """Rows that are held, left alone or leased beyond every wait, and what becomes of them."""
    yield Host.objects.filter(held_until__gt=latest), {"held_by": "", "held_until": None}
    yield Host.objects.filter(free_at__gt=latest), {"free_at": now}
    yield Host.objects.filter(robots_until__gt=latest), {"robots_until": None}
    yield Webhook.objects.filter(free_at__gt=latest), {"free_at": now}
    for rows in _QUEUES:
        yield rows.objects.filter(due_at__lte=now, lease_until__gt=latest), {"lease_until": None}


def _never_due(latest: datetime | Given) -> Iterator[QuerySet[Any]]:
    return (rows.objects.filter(due_at__gt=latest) for rows in _QUEUES)


_QUEUES = (Article, Feed, ArchiveCopy, Delivery)


def _beyond() -> QuerySet[Any, tuple[int]]:
    """One row where anything lies beyond every wait."""
    kept = (rows for rows, _ in _kept_from_us(_NOW, _LATEST))
    first, *others = (rows.order_by().values_list(Value(1)) for rows in (*kept, *_never_due(_LATEST)))
    return first.union(*others)


_BEYOND = Prepared(_beyond)

"""How fresh what we show is: when pages were last checked, are checked next, or whether checking stopped."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Max, OuterRef, Subquery, When
from django.db.models.functions import Coalesce, Greatest, Now

from claims.models import Article, Claim, Host
from claims.queries.reader_shapes import Freshness

LONG_WAIT = timedelta(minutes=1)
"""From here on a host's wait is told to people; shorter ones are the ordinary pause between two requests."""

UNKNOWN = Freshness(last_checked_at=None, next_check_at=None, late=False)


def patience() -> timedelta:
    """Return how long a check may be overdue before pages say so: a dead worker's lease and two turns."""
    turn = max(settings.SWEEP_SECONDS, settings.CHECK_MIN_SECONDS)
    return timedelta(seconds=settings.LEASE_SECONDS + 2 * turn)


def judge(last_checked_at: datetime | None, next_check_at: datetime | None, *, now: datetime) -> Freshness:
    """Return the freshness of something last checked then and due next then; late when long overdue."""
    due = next_check_at is not None and next_check_at <= now
    late = next_check_at is not None and next_check_at + patience() < now
    return Freshness(last_checked_at, next_check_at, late, due)


def freshness_of_article(
    article: Article, *, now: datetime, waits_until: datetime | None = None
) -> Freshness:
    """Return the freshness of one page, whose host is left alone until ``waits_until``."""
    return judge(article.last_checked_at, after_wait(article.due_at, waits_until), now=now)


def freshness_of_claim(claim: Claim, *, now: datetime) -> Freshness:
    """Return the freshness of a claim's sources together, unknown unless `with_freshness` read the claim."""
    return judge(getattr(claim, "last_checked_at", None), getattr(claim, "next_check_at", None), now=now)


def waits(hosts: Collection[str], *, now: datetime) -> Mapping[str, datetime]:
    """Return until when we leave those of the hosts alone that asked us to wait, by their names."""
    waiting = Host.objects.filter(name__in=set(hosts), free_at__gt=now + LONG_WAIT)
    return dict(waiting.values_list("name", "free_at"))


def after_wait(due_at: datetime | None, waits_until: datetime | None) -> datetime | None:
    """Return when something due is really asked for, if its host is left alone until ``waits_until``."""
    return max(due_at, waits_until) if due_at and waits_until else due_at


def asked_at() -> Case:
    """Return, as part of a query on articles, when each is really asked for: `after_wait` in the database.

    Null for a page that is never checked.
    """
    soon = ExpressionWrapper(Now() + LONG_WAIT, output_field=DateTimeField())
    waiting = Host.objects.filter(name=OuterRef("host"), free_at__gt=soon)
    until = Coalesce(Subquery(waiting.values("free_at")), F("due_at"))
    return Case(When(due_at__isnull=False, then=Greatest("due_at", until)), output_field=DateTimeField())


@dataclass(frozen=True, slots=True)
class Standstill:
    """That nothing is checked any more: since when (None: nothing ever was), and how many articles wait."""

    last_checked_at: datetime | None
    overdue: int


def standstill(*, now: datetime) -> Standstill | None:
    """Return how long nothing has been checked although it was due; None while checks are made.

    One query while nothing is long overdue, else three. One article that lags behind is no standstill.
    """
    due = Article.objects.filter(due_at__lt=now - patience()).annotate(asked_at=asked_at())
    overdue = due.filter(asked_at__lt=now - patience()).order_by()
    if not overdue.exists():
        return None
    last: datetime | None = Article.objects.aggregate(at=Max("last_checked_at"))["at"]
    if last is not None and last > now - patience():
        return None
    return Standstill(last, overdue.count())

"""How fresh what we show is: when pages were last checked, are checked next, or whether checking stopped."""

from datetime import datetime, timedelta

from django.conf import settings

from claims.models import Article
from claims.queries.reader_shapes import Freshness

UNKNOWN = Freshness(last_checked_at=None, next_check_at=None, late=False)


def patience() -> timedelta:
    """Return how long a check may be overdue before pages say so: a dead worker's lease and two turns."""
    turn = max(settings.SWEEP_SECONDS, settings.CHECK_MIN_SECONDS)
    return timedelta(seconds=settings.LEASE_SECONDS + 2 * turn)


def judge(last_checked_at: datetime | None, next_check_at: datetime | None, *, now: datetime) -> Freshness:
    """Return the freshness of something last checked then and due next then; late when long overdue."""
    late = next_check_at is not None and next_check_at + patience() < now
    return Freshness(last_checked_at, next_check_at, late)


def freshness_of_article(article: Article, *, now: datetime) -> Freshness:
    """Return the freshness of one page."""
    return judge(article.last_checked_at, article.due_at, now=now)

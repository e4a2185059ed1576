"""When an article is fetched again: from age, changes, heat of its claims, failures and Retry-After."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

FRESHNESS = 0.1
"""Share of the time since the last change that may pass unchecked: as in RFC 9111, section 4.2.2."""

HOT = timedelta(minutes=10)
"""How old the evidence of a hot claim may get (issue 4 of the product)."""

HOT_AIM = timedelta(minutes=9)
"""When the sources of a hot claim are due again: the rest of `HOT` is for the queue and their hosts' gaps."""

SPREAD = 0.2
"""Jitter shortens a wait by up to this share, so that a thousand pages never fall due at once."""

IN_FULL_EVERY = 10
"""Of so many checks one asks for the whole page: some servers say "not modified" whatever they hold."""

LONGEST_DOUBLING = 30
"""Exponent at which doubling stops; twice the minimum thirty times over is beyond any maximum."""


class ScheduleInput(NamedTuple):
    """What is known of an article when its next check is set; moments are aware, in UTC.

    ``failures`` counts failed checks in a row; ``jitter`` lies in 0..1 and is drawn by the caller;
    ``settle_within`` is given while a removal is being confirmed: the longest wait until the next look.
    """

    now: datetime
    published_at: datetime | None
    first_captured_at: datetime | None
    last_changed_at: datetime | None
    checks: int
    changes: int
    failures: int
    hot: bool
    retry_after_seconds: float | None
    minimum: timedelta
    maximum: timedelta
    jitter: float
    settle_within: timedelta | None = None


def next_check_at(i: ScheduleInput) -> datetime:
    """Return the moment of the next check: never under ``minimum``, never beyond ``maximum`` from now.

    The wait is a tenth of the time since the article last changed, and no more than half of the usual
    distance between its changes (a source that changes often is looked at twice per change). Failures
    double it each; Retry-After stretches it. ``maximum`` wins over everything, also over ``minimum``.
    """
    shortest, longest = i.minimum.total_seconds(), i.maximum.total_seconds()
    wait = _usual_wait(i)
    if i.hot:
        wait = min(wait, HOT_AIM.total_seconds())
    if i.settle_within is not None:
        wait = min(wait, i.settle_within.total_seconds())
    wait = max(wait, shortest) * 2.0 ** min(max(i.failures, 0), LONGEST_DOUBLING)
    spread = 1 - SPREAD * min(1.0, max(0.0, i.jitter))
    wait = max(min(wait, longest) * spread, _retry_after(i), shortest)
    return i.now + timedelta(seconds=min(wait, longest))


def is_in_full(checks: int) -> bool:
    """Whether the next check after so many ``checks`` is one that asks for the whole page."""
    return checks % IN_FULL_EVERY == IN_FULL_EVERY - 1


def _usual_wait(i: ScheduleInput) -> float:
    """The seconds that age and change rate ask for."""
    last_news = i.last_changed_at or i.published_at or i.first_captured_at
    if last_news is None:
        return 0.0
    wait = FRESHNESS * (i.now - last_news).total_seconds()
    if i.changes > 0 and i.checks > 0 and i.first_captured_at is not None:
        wait = min(wait, (i.now - i.first_captured_at).total_seconds() / (2 * i.changes))
    return wait


def _retry_after(i: ScheduleInput) -> float:
    """The seconds that the host asked for; nonsense (negative, not a number) is nothing."""
    seconds = i.retry_after_seconds
    return 0.0 if seconds is None or math.isnan(seconds) else seconds

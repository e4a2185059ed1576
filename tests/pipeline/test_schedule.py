"""The next check comes when the article's age, changes, heat and failures say, within the two limits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.pipeline.schedule import ScheduleInput, next_check_at

NOW = datetime(2011, 4, 2, 12, tzinfo=UTC)
MINIMUM, MAXIMUM = timedelta(minutes=5), timedelta(days=7)


def wait(**changed: Any) -> timedelta:
    """The wait of a day-old article, without jitter, except for what is ``changed``."""
    usual: dict[str, Any] = {
        "now": NOW,
        "published_at": NOW - timedelta(days=1),
        "first_captured_at": NOW - timedelta(days=1),
        "last_changed_at": None,
        "checks": 4,
        "changes": 0,
        "failures": 0,
        "hot": False,
        "retry_after_seconds": None,
        "minimum": MINIMUM,
        "maximum": MAXIMUM,
        "jitter": 0.0,
    }
    return next_check_at(ScheduleInput(**usual | changed)) - NOW


def test_a_day_old_article_waits_a_tenth_of_its_age() -> None:
    assert wait() == timedelta(hours=2, minutes=24)


def test_an_old_article_is_never_given_up() -> None:
    assert wait(published_at=NOW - timedelta(days=5000)) == MAXIMUM


def test_a_fresh_article_waits_the_minimum() -> None:
    assert wait(published_at=NOW - timedelta(minutes=3)) == MINIMUM


def test_a_date_in_the_future_counts_as_fresh() -> None:
    assert wait(published_at=NOW + timedelta(days=400)) == MINIMUM


def test_an_article_of_unknown_age_waits_the_minimum() -> None:
    assert wait(published_at=None, first_captured_at=None) == MINIMUM


def test_a_recent_change_makes_an_old_article_fresh_again() -> None:
    old = {"published_at": NOW - timedelta(days=300), "first_captured_at": NOW - timedelta(days=300)}
    assert wait(**old, last_changed_at=NOW - timedelta(hours=5)) == timedelta(minutes=30)


def test_a_page_that_changes_often_is_looked_at_twice_per_change() -> None:
    assert wait(checks=50, changes=24) == timedelta(minutes=30)


def test_hot_evidence_is_at_most_ten_minutes_old() -> None:
    assert wait(hot=True, jitter=1.0) <= timedelta(minutes=10)
    assert wait(hot=True, minimum=timedelta(minutes=30)) == timedelta(minutes=30)


@pytest.mark.parametrize("hot", [False, True])
def test_failures_double_the_wait_up_to_the_maximum(hot: bool) -> None:
    waits = [wait(hot=hot, failures=n) for n in range(12)]
    assert waits[1] == 2 * waits[0]
    assert waits[3] == 8 * waits[0]
    assert waits[-1] == MAXIMUM


def test_retry_after_is_honoured_up_to_the_maximum() -> None:
    assert wait(hot=True, retry_after_seconds=3600.0) == timedelta(hours=1)
    assert wait(retry_after_seconds=1e12) == MAXIMUM
    assert wait(retry_after_seconds=float("inf")) == MAXIMUM
    assert wait(retry_after_seconds=float("nan")) == wait()
    assert wait(retry_after_seconds=-5.0) == wait()


def test_a_removal_in_doubt_is_looked_at_sooner() -> None:
    old = NOW - timedelta(days=900)
    assert wait(published_at=old, settle_within=timedelta(hours=6)) == timedelta(hours=6)


def test_jitter_spreads_articles_that_fall_due_together() -> None:
    assert len({wait(jitter=n / 10) for n in range(11)}) == 11


@given(
    age=st.integers(-(10**6), 10**9),
    failures=st.integers(0, 10**9),
    changes=st.integers(0, 10**6),
    hot=st.booleans(),
    jitter=st.floats(0, 1),
    retry=st.none() | st.floats(),
)
def test_whatever_happens_the_wait_lies_within_the_limits(
    age: int, failures: int, changes: int, hot: bool, jitter: float, retry: float | None
) -> None:
    found = wait(
        published_at=NOW - timedelta(seconds=age),
        first_captured_at=NOW - timedelta(seconds=age),
        failures=failures,
        changes=changes,
        hot=hot,
        jitter=jitter,
        retry_after_seconds=retry,
    )
    assert MINIMUM <= found <= MAXIMUM

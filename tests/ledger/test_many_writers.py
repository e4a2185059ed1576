"""Many writers at once: the ledger stays one chain, and somebody who follows it misses nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection

from claims.models import Event
from claims.operations import ledger
from claims.operations.catalogue import add_topic

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITERS, EACH = 8, 6


def _write_some(writer: int) -> int:
    """Write a few events; returns how many the database refused."""
    refused = 0
    try:
        for number in range(EACH):
            try:
                add_topic(name=f"Topic {writer} {number}", by=None, now=NOW)
            except DatabaseError:
                refused += 1
    finally:
        connection.close()
    return refused


def _follow(stop: threading.Event, seen: list[int]) -> None:
    """Read on from the last event seen, as a client of the change feed does."""
    try:
        while True:
            last_round = stop.is_set()
            seen.extend(
                Event.objects.filter(seq__gt=seen[-1] if seen else 0)
                .order_by("seq")
                .values_list("seq", flat=True)
            )
            if last_round:
                return
            stop.wait(0.01)  # one that never rests keeps the writers' threads from theirs
    finally:
        connection.close()


def _race() -> tuple[int, list[int]]:
    """Let eight writers and a follower loose; returns the refused writes and what the follower saw."""
    stop = threading.Event()
    seen: list[int] = []
    follower = threading.Thread(target=_follow, args=(stop, seen))
    follower.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        refused = sum(pool.map(_write_some, range(WRITERS)))
    stop.set()
    follower.join()
    return refused, seen


def test_eight_writers_make_one_chain_and_a_follower_misses_nothing() -> None:
    refused, seen = _race()
    assert refused == 0
    assert seen == list(range(1, WRITERS * EACH + 1))
    assert ledger.verify().events == WRITERS * EACH


@pytest.mark.only_postgres
def test_without_the_ledgers_lock_writers_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_read = threading.Barrier(2)
    move_version = ledger._move_version

    def meet(*about: Any) -> int | None:
        both_have_read.wait(timeout=10)
        return move_version(*about)

    monkeypatch.setattr(ledger, "_lock_ledger", lambda: None)
    monkeypatch.setattr(ledger, "_move_version", meet)
    with ThreadPoolExecutor(2) as pool:
        writes: list[Callable[[], object]] = [
            lambda: add_topic(name="Libya", by=None, now=NOW),
            lambda: add_topic(name="Malta", by=None, now=NOW),
        ]
        outcomes = [future.exception() for future in [pool.submit(_closing, write) for write in writes]]
    # Both read the same last event and chain to it; the second to commit finds its number taken.
    assert len([error for error in outcomes if isinstance(error, DatabaseError)]) == 1


def _closing(write: Callable[[], object]) -> object:
    try:
        return write()
    finally:
        connection.close()

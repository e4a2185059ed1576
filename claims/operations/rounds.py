"""Everything that is due, worked off in one process, in rounds that let nothing wait for all of the rest."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from claims.operations.custody import save_copies
from claims.operations.deliveries import deliver
from claims.operations.feed_reading import read_feeds
from claims.operations.findings import CheckReport
from claims.operations.kept_bytes import read_kept_bytes
from claims.operations.recheck import check_due
from claims.operations.upkeep import put_in_order
from claims.queries.clock import database_now
from claims.queries.due import (
    FEEDS_AT_A_TIME,
    HOSTS_IN_A_BATCH,
    due_copies,
    due_feeds,
    due_hosts,
    due_webhooks,
    kept_bytes_wait,
)

# A host that stays shut for longer is left to a later round.
_PATIENCE = timedelta(seconds=20)
_COPIES_OF_A_ROUND = 1  # an archive takes its time


@dataclass(slots=True)
class _Waiting:
    """What waits for its turn: hosts with due pages, feeds and copies, the latter two by their ids."""

    hosts: deque[str] = field(default_factory=deque)
    feeds: deque[str] = field(default_factory=deque)
    copies: deque[str] = field(default_factory=deque)

    def look_around(self) -> None:
        """Take in what is due, once all that was is done."""
        self.feeds = self.feeds or deque(due_feeds())
        self.copies = self.copies or deque(due_copies())

    def __bool__(self) -> bool:
        return bool(self.feeds or self.copies)

    def hosts_in_turn(self, due: list[str]) -> list[str]:
        """Return the hosts of a batch: one half the most urgent of those due, the other all others in turn.

        Hosts that it takes hours to catch up with are asked all the time, and no other waits for that.
        """
        urgent = due[: HOSTS_IN_A_BATCH // 2]
        others = set(due) - set(urgent)
        self.hosts = deque(host for host in self.hosts if host in others) or deque(due[len(urgent) :])
        return urgent + _some(self.hosts, HOSTS_IN_A_BATCH - len(urgent))


def work_off() -> Iterator[CheckReport]:
    """Do all that is due by now, and check what its feeds bring; yields a report for each page."""
    put_in_order()
    waiting = _Waiting()
    waiting.look_around()
    due_by = database_now()
    is_done = False
    while not is_done:
        hosts = due_hosts(patience=_PATIENCE, due_by=due_by)
        brings_news = bool(waiting.feeds)
        is_done = not (hosts or waiting)
        yield from _round(hosts, waiting, due_by=due_by)
        if not is_done:
            put_in_order()
        if brings_news:
            due_by = database_now()
    _tell_who_listens()


def keep_working() -> Iterator[CheckReport]:
    """Do what is due as it falls due, for ever; rests for `SWEEP_SECONDS` where a round had nothing to do.

    What falls due during a round has its place in the next one: the evidence of a hot claim does not wait
    until everything else is done.
    """
    waiting = _Waiting()
    while True:
        put_in_order()
        waiting.look_around()
        is_idle = not waiting
        for report in _round(due_hosts(patience=_PATIENCE), waiting, due_by=None):
            is_idle = False
            yield report
        _tell_who_listens()
        if is_idle:
            time.sleep(settings.SWEEP_SECONDS)


def _round(hosts: list[str], waiting: _Waiting, *, due_by: datetime | None) -> Iterator[CheckReport]:
    """Check a batch of pages, those of hot claims among the first; then read a few feeds and kept pages."""
    if hosts:
        yield from check_due(waiting.hosts_in_turn(hosts), due_by=due_by)
    for _ in read_feeds(_some(waiting.feeds, FEEDS_AT_A_TIME), only_due=True):
        pass  # what a feed brings is an article that is due, and told of in a later round
    for _ in save_copies(_some(waiting.copies, _COPIES_OF_A_ROUND), only_due=True):
        pass  # told of beside the evidence
    if kept_bytes_wait():
        read_kept_bytes()


def _some(waiting: deque[str], most: int) -> list[str]:
    return [waiting.popleft() for _ in range(min(most, len(waiting)))]


def _tell_who_listens() -> None:
    for _ in deliver(due_webhooks()):
        pass  # told of to the webhook's owner

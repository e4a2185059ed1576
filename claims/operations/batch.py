"""One batch of checks: held hosts, leased pages, fetched side by side, read in a child, finished in bulk."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from functools import cache, partial
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, OperationalError

from claims.operations.capture import matched, matched_together
from claims.operations.findings import CheckReport, finish, finish_together, heed_host
from claims.operations.lanes import Lanes
from claims.operations.leases import HeldHosts, give_back
from claims.operations.outages import is_ours
from claims.operations.policies import fetch_policy, host_of, lease_time
from claims.operations.reader import Reader, readers_turn
from claims.operations.sightings import (
    Leased,
    Sighting,
    broke_reader,
    disallowed,
    failure_of,
    look_at,
    needs_reading,
    own_outage,
    put_off,
    said_before,
)
from claims.operations.unchanged import SeenAgain, finish_unchanged, nothing_new, seen_again
from claims.pipeline.extract_claims import ClaimCandidate
from claims.pipeline.fetch import Fetched, FetchResult
from claims.pipeline.read_again import PageRead, PageToRead, read_again, warm_up
from claims.pipeline.source_state import OUR_SIDE
from claims.queries.aliases import known_aliases
from claims.queries.clock import database_clock
from claims.queries.heat import hot_articles
from claims.queries.tiers import FindAttributions, attribution_parser
from claims.vocabulary import CheckOutcome

log = structlog.get_logger(__name__)

_MOST_SECONDS = 20.0
_AT_ONCE = 400  # unchanged pages in one statement
_NEWS_AT_ONCE = 32  # pages with news in one transaction: editors wait no longer for a claim of one of them
MOST_PAGES_OF_A_HOST = 50
"""Pages of one host in one batch; fewer where its gap allows fewer in the time of a batch."""

# What one page can do to its own transaction; a lost connection concerns all, and is none of these.
_NOT_WRITABLE = (DataError, IntegrityError, LookupError, TypeError, ValueError)
# Several pages may add publishers, or claimants, that another worker adds the other way round: the database
# ends one of the two. Alone a page waits with less in hand; a lost connection shows there once more.
_NOT_TOGETHER = (*_NOT_WRITABLE, OperationalError)


def batch_seconds() -> float:
    """Return for how long a batch starts requests: well within its leases."""
    return min(_MOST_SECONDS, lease_time().total_seconds() / 4)


def pages_in_a_batch(gap: timedelta) -> int:
    """Return how many pages of a host a batch can ask for, ``gap`` apart."""
    if not gap:
        return MOST_PAGES_OF_A_HOST
    return max(1, min(MOST_PAGES_OF_A_HOST, int(batch_seconds() / gap.total_seconds())))


@cache
def _read_with(parse: FindAttributions | None) -> Callable[[PageToRead], PageRead]:
    return partial(read_again, parse=parse)


def batch_reader() -> AbstractContextManager[Reader]:
    """Return the reader of this process's batches, as the settings are, for one of them."""
    read = _read_with(attribution_parser())
    return readers_turn(read, seconds=settings.READ_SECONDS, megabytes=settings.READ_MEGABYTES)


class _News(NamedTuple):
    """A page with news, what makes a sighting of it, and the claims to look up for that."""

    page: Leased
    look: Callable[..., Sighting]
    candidates: Sequence[ClaimCandidate] = ()


class Batch:
    """Checks leased pages on held hosts; gives back the hosts, and what there was no time for."""

    def __init__(self, hosts: HeldHosts, pages: Sequence[Leased]) -> None:
        """Take pages that are leased, all on hosts that are held."""
        self._now = database_clock()
        self._hot = hot_articles([page.id for page in pages], now=self._now())
        self._lanes = Lanes(hosts, pages, policy=fetch_policy(), seconds=batch_seconds())
        self._aliases = cache(known_aliases)  # read once, with the first news
        self._reading: dict[str, tuple[Leased, Fetched, datetime]] = {}
        self._changed: dict[str, str] = {}  # being read, and not as before, with their fingerprints
        self._compared: set[str] = set()  # read anew beside what they said before
        self._unchanged: list[SeenAgain] = []
        self._news: list[_News] = []
        self._unconnected: list[tuple[Leased, FetchResult, datetime]] = []

    def run(self) -> Iterator[CheckReport]:
        """Yield a report for each page that was checked."""
        try:
            yield from self._fetch()
        finally:
            self._let_go()
        yield from self._finish_unchanged()
        yield from self._tell_news(at_least=1)

    def _fetch(self) -> Iterator[CheckReport]:
        with batch_reader() as reader, closing(self._lanes.answers()) as answers:
            for page, result in answers:
                self._take(page, result, reader)
                if self._reading and (reader.is_full or reader.stirs()):
                    self._take_readings(reader, wait=reader.is_full)
                if len(self._unchanged) >= _AT_ONCE:
                    yield from self._finish_unchanged()
                yield from self._tell_news(at_least=_NEWS_AT_ONCE)
            self._take_readings(reader, wait=True)
        self._judge_unconnected()

    def _judge_unconnected(self) -> None:
        """Take in what got no connection or was not asked for; nothing counts if we were cut off."""
        ours = bool(self._unconnected or self._lanes.refused) and is_ours(self._lanes.heard)
        for page, result, now in self._unconnected:
            self._note(page, own_outage(now=now) if ours else look_at(result, now=now))
        for page, reason in self._lanes.refused:
            now = self._now()
            self._note(page, own_outage(now=now) if ours else disallowed(reason, now=now))
        for page, onward in self._lanes.put_off:
            self._note(page, put_off(host_of(onward.place), now=self._now()))

    def _take(self, page: Leased, result: FetchResult, reader: Reader) -> None:
        """Take in an answer: judged at once, or read first."""
        now = self._now()
        if isinstance(result, Fetched) and needs_reading(page, result):
            warm_up()
            self._reading[page.id] = page, result, now
            reader.ask(page.id, page.page_to_read(result))
        elif isinstance(result, Fetched) and (again := seen_again(page, result, now=now)) is not None:
            self._unchanged.append(again)
        elif failure_of(result) in OUR_SIDE:
            self._unconnected.append((page, result, now))
        else:
            heed_host(result, now=now)
            self._note(page, look_at(result, now=now))

    def _take_readings(self, reader: Reader, *, wait: bool) -> None:
        """Take in what was read; with ``wait`` until nothing is left to read.

        What is not as before is read again as soon as the reader has nothing else to do: left to the end, all
        of it would be waited for.
        """
        self._take_read(reader, wait=wait)
        while self._changed and (wait or not reader.is_at_work):
            before = said_before(self._reading[page_id][0] for page_id in self._changed)
            for page_id, mark in self._changed.items():
                page, result, _ = self._reading[page_id]
                reader.ask(page_id, page.page_to_read(result, before=before.get(page_id), mark=mark))
            self._compared.update(self._changed)
            self._changed = {}
            self._take_read(reader, wait=wait)

    def _take_read(self, reader: Reader, *, wait: bool) -> None:
        for page_id, read in reader.answers(wait=wait):
            if read is not None and read.wants_before and page_id not in self._compared:
                self._changed[page_id] = read.fingerprint
                continue
            page, result, now = self._reading.pop(page_id)
            if read is None or read.wants_before:  # a page that took its reader over may let it ask for ever
                log.warning("a page broke its reader", article=page.id, url=page.url)
                self._note(page, broke_reader(result, now=now))
            elif (again := seen_again(page, result, now=now, read=read)) is not None:
                self._unchanged.append(again)
            elif read.article is None:
                self._note(page, look_at(result, now=now, read=read))
            else:
                self._news.append(_News(page, partial(look_at, result, now=now, read=read), read.candidates))

    def _note(self, page: Leased, seen: Sighting) -> None:
        again = nothing_new(page, seen)
        if again is not None:
            self._unchanged.append(again)
        else:
            self._news.append(_News(page, lambda **_: seen))

    def _finish_unchanged(self) -> list[CheckReport]:
        checks, self._unchanged = self._unchanged, []
        return finish_unchanged(checks, hot=self._hot) if checks else []

    def _tell_news(self, *, at_least: int) -> Iterator[CheckReport]:
        """Finish what brought news, where so much of it waits, a few pages at once."""
        while len(self._news) >= at_least:
            news, self._news = self._news[:_NEWS_AT_ONCE], self._news[_NEWS_AT_ONCE:]
            try:
                matches = matched_together([one.candidates for one in news], aliases=self._aliases)
                looks = zip(news, matches, strict=True)
                yield from finish_together([(one.page, one.look(proposals=found)) for one, found in looks])
            except _NOT_TOGETHER:
                yield from map(_finish_alone, news)

    def _let_go(self) -> None:
        """Give back the pages that were never asked for, and each host from when it is free again."""
        give_back((page.id, page.fence) for page in self._lanes.unasked)
        self._lanes.let_go()


def _finish_alone(news: _News) -> CheckReport:
    """Finish a page by itself; one that cannot be written down keeps its lease, and the attempt counts."""
    page = news.page
    try:
        return finish(page, news.look(proposals=matched(news.candidates)))
    except _NOT_WRITABLE:
        log.exception("what a page says could not be written down", article=page.id, url=page.url)
        return CheckReport(page.id, CheckOutcome.FAILED)

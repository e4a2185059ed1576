"""Feeds, read on their own schedule; what an entry brings in is `feed_entries`."""

import random
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from claims.models import Feed
from claims.operations.feed_entries import Brought, bring_in
from claims.operations.feeds import settle_at, tell_feed
from claims.operations.findings import heed_host
from claims.operations.lanes import Lanes
from claims.operations.leases import HeldHosts, lease, wait_for_hosts
from claims.operations.ledger import Book, writing
from claims.operations.outages import is_ours
from claims.operations.policies import (
    cadence,
    feed_interval,
    fetch_policy,
    host_of,
    lease_time,
    source_policy,
)
from claims.operations.reader import TOO_MUCH, Reader
from claims.operations.refusals import RuleRefusedError
from claims.operations.sightings import asked_to_wait
from claims.pipeline.feed_state import FeedHistory, FeedReading, FeedVerdict, judge_feed
from claims.pipeline.feeds import FeedContent
from claims.pipeline.fetch import Fetched, FetchRequest, FetchResult
from claims.pipeline.read_again import PageRead, PageToRead, read_feed
from claims.pipeline.schedule import ScheduleInput, is_in_full, next_check_at
from claims.pipeline.source_state import may_wait, status_in_words
from claims.queries.clock import database_now
from claims.vocabulary import FeedState

_PATIENCE = timedelta(seconds=20)
# However long nothing came, a feed that answers is read this often.
_QUIETEST = timedelta(days=1)


class UnreadableFeedRefusedError(RuleRefusedError):
    """What stands at the address is no feed."""

    rule = "feed"


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What one reading of a feed brought: ids of new articles, how many were known, what went wrong."""

    feed: str
    new_articles: tuple[str, ...] = ()
    known: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Due:
    """A feed that is leased; the first reading of one is a person's wish."""

    id: str
    fence: int
    url: str
    request: FetchRequest
    is_asked_for_by_hand: bool

    @property
    def host(self) -> str:
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a worker brings back: the answer (None where none could be asked for) and what stands in it."""

    result: FetchResult | None
    reading: FeedReading
    content: FeedContent | None
    is_put_off: bool = False


# ---------------------------------------------------------------- reading
def read_feeds(
    feed_ids: Iterable[str], *, only_due: bool, patience: timedelta = _PATIENCE
) -> Iterator[FeedReport]:
    """Read the feeds, hosts side by side, one connection and a gap per host; yields a report for each.

    A feed that another worker has, or whose host is booked for longer than ``patience``, is left to a later
    sweep, and so is one that is no longer followed. The first reading is a person's wish and is made whatever
    robots.txt says; the later ones heed it.
    """
    _shelve_stuck()
    rows = Feed.objects.exclude(state=FeedState.STOPPED).in_bulk(list(dict.fromkeys(feed_ids)))
    waiting: dict[str, deque[Feed]] = {}
    for feed in rows.values():
        waiting.setdefault(host_of(feed.url), deque()).append(feed)
    while waiting:
        hosts = wait_for_hosts(waiting, patience=patience)
        if not hosts.free_at:
            return
        feeds = [waiting[host].popleft() for host in hosts.free_at]
        waiting = {host: queue for host, queue in waiting.items() if queue}
        yield from _read_together(hosts, [feed.pk for feed in feeds], only_due=only_due)


def finish_reading(*, feed_id: str, result: Fetched, read: PageRead) -> FeedReport:
    """Write down what a fetch of the feed, made and read just now, brought; raises `Feed.DoesNotExist`."""
    fence = lease(Feed, feed_id, seconds=lease_time(), only_due=False)
    if fence is None:
        return FeedReport(feed_id, problem="Another worker is reading it.")
    return _finish(feed_id, fence, _look_at(result, read))


def _read_together(hosts: HeldHosts, feed_ids: Iterable[str], *, only_due: bool) -> Iterator[FeedReport]:
    """Read feeds of different hosts side by side, and let the hosts go."""
    lanes: Lanes[_Due] | None = None
    try:
        due = [each for feed_id in feed_ids if (each := _leased(feed_id, only_due=only_due))]
        lanes = Lanes(hosts, due, policy=fetch_policy(), seconds=_PATIENCE.total_seconds())
        # Deadlines run on while a feed is read: first fetch all, then look at each.
        answers = list(lanes.answers())
        _give_back(lanes.unasked, wait=timedelta(0))
    finally:
        hosts.release() if lanes is None else lanes.let_go()
    refused = lanes.refused
    if any(failure for _, failure in lanes.heard) and is_ours(lanes.heard):
        cut_off = [feed for feed, result in answers if not isinstance(result, Fetched)]
        _give_back(cut_off + [feed for feed, _ in refused], wait=cadence("").shortest)
        answers = [answer for answer in answers if isinstance(answer[1], Fetched)]
        refused = []
    for feed, reason in refused:
        yield _finish(feed.id, feed.fence, _disallowed(reason))
    for feed, onward in lanes.put_off:
        if not _waits_on(feed):
            yield _finish(feed.id, feed.fence, _put_off(host_of(onward.place)))
    for feed, result, read in _read(answers):
        yield _finish(feed.id, feed.fence, _look_at(result, read))


def _leased(feed_id: str, *, only_due: bool) -> _Due | None:
    """Reserve a feed; None where another worker has it, or it is not due."""
    fence = lease(Feed, feed_id, seconds=lease_time(), only_due=only_due)
    if fence is None:
        return None
    feed = Feed.objects.get(pk=feed_id)
    return _Due(feed_id, fence, feed.url, _request(feed), feed.last_read_at is None)


def _give_back(feeds: Iterable[_Due], *, wait: timedelta) -> None:
    """Let go of feeds that could not be asked for; no attempt is counted."""
    due_at = database_now() + wait
    for feed in feeds:
        Feed.objects.filter(pk=feed.id, fence=feed.fence).exclude(state=FeedState.STOPPED).update(
            lease_until=None, attempts=F("attempts") - 1, due_at=due_at
        )


def _waits_on(feed: _Due) -> bool:
    """Count how often in a row the feed is put off; let go of it if it may go on waiting for the host."""
    mine = Feed.objects.filter(pk=feed.id, fence=feed.fence)
    mine.update(put_offs=F("put_offs") + 1)
    put_offs = mine.values_list("put_offs", flat=True).first()
    waits = put_offs is None or may_wait(put_offs, source_policy(feed.url))
    if waits:
        _give_back([feed], wait=feed_interval())
    return waits


def _request(feed: Feed) -> FetchRequest:
    if is_in_full(feed.read_count):
        return FetchRequest(url=feed.url)
    return FetchRequest(
        url=feed.url,
        etag=feed.etag or None,
        last_modified=feed.last_modified or None,
        validated_url=feed.validated_url or None,
    )


def _disallowed(reason: str) -> _Seen:
    reading = FeedReading(at=database_now(), status=None, problem=reason, disallowed=True)
    return _Seen(None, reading, None)


def _put_off(host: str) -> _Seen:
    reason = f"The feed leads to {host}, which was not free to be asked, at this reading and those before it."
    return _Seen(None, FeedReading(at=database_now(), status=None, problem=reason), None, is_put_off=True)


def _read(
    answers: Iterable[tuple[_Due, FetchResult]],
) -> Iterator[tuple[_Due, FetchResult, PageRead | None]]:
    """Yield each feed with its answer and what stands in that, read in a child that a feed may break."""
    waiting = {}
    with closing(
        Reader(read_feed, seconds=settings.READ_SECONDS, megabytes=settings.READ_MEGABYTES)
    ) as reader:
        for feed, result in answers:
            if isinstance(result, Fetched) and _has_news(result):
                waiting[feed.id] = feed, result
                reader.ask(feed.id, feed_to_read(result))
            else:
                yield feed, result, None
        for feed_id, read in reader.answers(wait=True):
            yield *waiting[feed_id], read


def feed_to_read(result: Fetched) -> PageToRead:
    """Return what `read_feed` needs of an answer."""
    return PageToRead(
        body=result.body,
        content_type=result.header("content-type"),
        url=result.url,
        final_url=result.final_url,
        published_at=None,
        before=None,
    )


def _has_news(result: Fetched) -> bool:
    return 200 <= result.status < 300


def _look_at(result: FetchResult, read: PageRead | None) -> _Seen:
    """Turn an answer into what it means; ``read`` is None where it was not read, or broke its reader."""
    content, problem = _content_of(result, read)
    fetched = result if isinstance(result, Fetched) else None
    reading = FeedReading(
        at=database_now(),
        status=fetched.status if fetched else None,
        problem=problem,
        moved_to=fetched.permanent_url if fetched and fetched.permanent_url != fetched.url else None,
    )
    return _Seen(result, reading, content)


def _content_of(result: FetchResult, read: PageRead | None) -> tuple[FeedContent | None, str]:
    """Return the feed's content (None when unchanged or unreadable), and what went wrong in words."""
    if not isinstance(result, Fetched):
        return None, result.reason
    if result.not_modified:
        return None, ""
    if not _has_news(result):
        return None, status_in_words(result.status, "feed")
    return (read.feed, read.unreadable) if read is not None else (None, TOO_MUCH)


# ---------------------------------------------------------------- writing down
def _finish(feed_id: str, fence: int, seen: _Seen) -> FeedReport:
    """Write down what was seen, unless another worker has taken over meanwhile."""
    now = seen.reading.at
    with writing() as book:
        feed = (
            Feed.objects.select_for_update(of=("self",), no_key=True)
            .select_related("publisher")
            .get(pk=feed_id)
        )
        if feed.fence != fence:
            return FeedReport(feed_id, problem="Another worker took over.")
        brought = bring_in(book, feed, seen.content.entries, now=now) if seen.content else Brought()
        verdict = judge_feed(seen.reading, _history(feed), source_policy(feed.url))
        _note_content(feed, seen, brought)
        _note_verdict(book, feed, verdict, now=now)
        feed.last_read_at = feed.updated_at = now
        feed.read_count += 1
        feed.put_offs = feed.put_offs if seen.is_put_off else 0
        feed.lease_until, feed.attempts = None, 0
        feed.due_at = _next_reading(feed, seen) if feed.state != FeedState.STOPPED else None
        feed.save()
    if seen.result is not None:
        heed_host(seen.result, now=now)
    return FeedReport(feed_id, brought.new, brought.known, seen.reading.problem)


def _history(feed: Feed) -> FeedHistory:
    return FeedHistory(
        failures=feed.failures,
        failing_since=feed.failing_since,
        missing_reads=feed.missing_reads,
        missing_since=feed.missing_since,
        moved_to=feed.moved_to,
    )


def _note_content(feed: Feed, seen: _Seen, brought: Brought) -> None:
    if isinstance(seen.result, Fetched) and not seen.reading.problem:
        feed.last_good_at = seen.reading.at
        if not seen.result.not_modified:
            feed.etag = (seen.result.header("etag") or "")[:500]
            feed.last_modified = (seen.result.header("last-modified") or "")[:200]
            feed.validated_url = seen.result.final_url[:2000]
    if seen.content is not None:
        feed.title = (seen.content.title or feed.title)[:500]
        feed.note = seen.content.note
        if brought.refused:
            feed.note = f"{feed.note} {brought.refused} with an address that we do not ask.".strip()
    if brought.new:
        feed.last_new_at = seen.reading.at
        feed.reads_with_news += 1
        feed.brought += len(brought.new)


def _note_verdict(book: Book, feed: Feed, verdict: FeedVerdict, *, now: datetime) -> None:
    if feed.state == FeedState.STOPPED:
        return
    died = verdict.state == FeedState.DEAD != feed.state
    feed.state, feed.state_reason = verdict.state, verdict.reason[:500]
    feed.failures, feed.failing_since = verdict.failures, verdict.failing_since
    feed.missing_reads, feed.missing_since = verdict.missing_reads, verdict.missing_since
    feed.moved_to = verdict.moved_to[:2000]
    if verdict.adopt:
        _move(book, feed, verdict.adopt, now=now)
    elif died:
        tell_feed(book, feed, f"Feed dead: {feed.url}. {verdict.reason}", by=None, now=now)


def _move(book: Book, feed: Feed, address: str, *, now: datetime) -> None:
    """Go on at the address that a lasting redirect led to twice; where another feed lies, this one ends."""
    etag, last_modified = feed.etag, feed.last_modified
    try:
        settle_at(feed, address)
    except RuleRefusedError:
        feed.state, feed.moved_to = FeedState.STOPPED, address
        feed.state_reason = "It moved to an address that we follow already, so it is read there."
        words = f"Feed no longer followed: {feed.url} moved to {address}, which we follow already."
    else:
        # The validators came from there.
        feed.etag, feed.last_modified, feed.validated_url = etag, last_modified, address
        words = f"Feed moved: {feed.moved_from} is now at {address}."
    tell_feed(book, feed, words, by=None, now=now)


def _next_reading(feed: Feed, seen: _Seen) -> datetime:
    """Return when it is read again: by how often it brings something new; failures stretch it without end."""
    longest = cadence(feed.url).longest
    return next_check_at(
        ScheduleInput(
            now=seen.reading.at,
            published_at=None,
            first_captured_at=feed.added_at,
            last_changed_at=feed.last_new_at,
            checks=feed.read_count,
            changes=feed.reads_with_news,
            failures=feed.failures,
            hot=False,
            retry_after_seconds=asked_to_wait(seen.result, seen.reading.at),
            minimum=min(feed_interval(), longest),
            maximum=longest if feed.failures else min(longest, _QUIETEST),
            jitter=random.random(),  # noqa: S311 - spreads the load, guards nothing
        )
    )


def _shelve_stuck() -> None:
    """Put aside feeds that broke their worker too often: shown on the desk, tried at the longest wait."""
    now, after = database_now(), settings.STUCK_AFTER
    broken = Feed.objects.filter(attempts__gte=after, lease_until__lte=now)
    broken.exclude(state=FeedState.STOPPED).exclude(state=FeedState.STUCK, due_at__gt=now).update(
        state=FeedState.STUCK,
        state_reason=f"Reading it broke off {after} times in a row; it is tried again after a long pause.",
        due_at=now + timedelta(seconds=settings.CHECK_MAX_SECONDS),
        lease_until=None,
        updated_at=now,
    )

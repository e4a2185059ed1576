"""Feeds: taken on, read on their own schedule, each new entry brought in once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from claims.models import Feed, User
from claims.operations.catalogue import find_publisher, publisher_at
from claims.operations.ingest import clean_address, find_or_make
from claims.operations.leases import book_host, lease
from claims.operations.ledger import Book, writing
from claims.operations.policies import cadence, feed_interval, fetch_policy, host_of, lease_time
from claims.operations.refusals import RefusalError, RuleRefusedError, require
from claims.pipeline.feeds import FeedContent, UnreadableFeedError, parse_feed
from claims.pipeline.fetch import Fetched, FetchRequest, FetchResult, fetch
from claims.queries.clock import database_now
from claims.vocabulary import EventKind, Role


class UnreadableFeedRefusedError(RuleRefusedError):
    """What stands at the address is no feed."""

    rule = "feed"


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What one reading of a feed brought: ids of new articles, how many were known, what went wrong."""

    feed: str
    new_articles: list[str] = field(default_factory=list)
    known: int = 0
    problem: str = ""


def add_feed(*, url: str, by: User | None, now: datetime, publisher: str | None = None) -> Feed:
    """Take a feed on; the next sweep reads it. An editor, or the operator (``by`` None).

    ``publisher`` is a name. A known address is answered with its feed. Raises `NotAllowedError`,
    `AddressRefusedError`.
    """
    if by is not None:
        require(by, Role.EDITOR)
    address = clean_address(url)
    with writing() as book:
        owner = (
            find_publisher(book, url=address, site_name=None, name=publisher, by=by, now=now)
            if publisher
            else publisher_at(address)
        )
        feed, made = Feed.objects.get_or_create(
            url=address, defaults={"publisher": owner, "due_at": now, "updated_at": now}
        )
        if made:
            book.write(
                EventKind.FEED_ADDED,
                actor=by,
                occurred_at=now,
                text=f"Feed added: {address}",
                data={"feed": feed.id},
            )
    return feed


def read_feeds(feed_ids: Iterable[str], *, only_due: bool) -> Iterator[FeedReport]:
    """Read the feeds one after another; yields a report for each that this worker got hold of."""
    for feed_id in feed_ids:
        fence = lease(Feed, feed_id, seconds=lease_time(), only_due=only_due)
        if fence is None:
            continue
        feed = Feed.objects.get(pk=feed_id)
        # Booked without waiting: a feed is one request, and the gap it leaves behind counts for the pages.
        book_host(host_of(feed.url), gap=cadence(feed.url).host_gap, patience=timedelta(days=1))
        request = FetchRequest(url=feed.url, etag=feed.etag or None, last_modified=feed.last_modified or None)
        yield _finish(feed_id, fence, fetch(request, policy=fetch_policy()))


def _finish(feed_id: str, fence: int, result: FetchResult) -> FeedReport:
    content, problem = _content_of(result)
    now = database_now()
    with writing() as book:
        feed = Feed.objects.select_for_update().get(pk=feed_id)
        if feed.fence != fence:
            return FeedReport(feed_id, problem="Another worker took over.")
        new, known = _bring_in(book, feed, content, now) if content else ([], 0)
        if isinstance(result, Fetched) and not problem:
            feed.etag = (result.header("etag") or feed.etag)[:500]
            feed.last_modified = (result.header("last-modified") or feed.last_modified)[:200]
        if content is not None and content.title:
            feed.title = content.title[:500]
        feed.failures = feed.failures + 1 if problem else 0
        feed.state_reason = problem[:500]
        feed.last_read_at = feed.updated_at = now
        feed.lease_until, feed.attempts = None, 0
        feed.due_at = now + min(feed_interval() * 2 ** min(feed.failures, 10), cadence(feed.url).longest)
        feed.save()
    return FeedReport(feed_id, new_articles=new, known=known, problem=problem)


def _content_of(result: FetchResult) -> tuple[FeedContent | None, str]:
    """Return the feed's content (None when unchanged or unreadable), and what went wrong in words."""
    if not isinstance(result, Fetched):
        return None, result.reason
    if result.not_modified:
        return None, ""
    if not 200 <= result.status < 300:
        return None, f"The server answered with status {result.status}."
    try:
        return parse_feed(result.body, content_type=result.header("content-type"), url=result.final_url), ""
    except UnreadableFeedError as error:
        return None, str(error)


def _bring_in(book: Book, feed: Feed, content: FeedContent, now: datetime) -> tuple[list[str], int]:
    """Take the entries on as articles; returns the ids of the new ones and how many were known."""
    new, known = [], 0
    publisher = feed.publisher.name if feed.publisher else None
    for entry in sorted(content.entries, key=lambda entry: entry.url):
        try:
            address = clean_address(entry.url)
        except RefusalError:
            continue  # an address that the gate would never ask is no article
        article, made = find_or_make(
            book,
            url=address,
            by=None,
            now=now,
            published_at=entry.published_at if entry.published_at and entry.published_at <= now else None,
            publisher=publisher,
            due_at=now,
        )
        if made:
            new.append(article.id)
        else:
            known += 1
    return new, known

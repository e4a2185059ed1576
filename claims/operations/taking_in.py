"""Taking an address in at once, whatever stands there: an article, or a feed of them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from claims.models import Article, Feed
from claims.operations.feed_entries import address_of
from claims.operations.feed_reading import UnreadableFeedRefusedError, feed_to_read, finish_reading
from claims.operations.feeds import add_feed
from claims.operations.findings import CheckReport
from claims.operations.ingest import AddressRefusedError, UnreadablePageError, add_article, clean_address
from claims.operations.policies import fetch_policy, host_of
from claims.operations.reader import TOO_MUCH
from claims.operations.reading_apart import read_apart
from claims.operations.recheck import check_articles, finish_check
from claims.operations.refusals import RefusalError, RuleRefusedError
from claims.operations.turns import turn_at_host
from claims.pipeline.feeds import looks_like_feed
from claims.pipeline.fetch import Fetched, FetchRefused, FetchRequest
from claims.pipeline.read_again import PageRead, PageToRead, read_again, read_feed
from claims.pipeline.source_state import status_in_words
from claims.queries.tiers import attribution_parser
from claims.vocabulary import CheckOutcome

_TRIES = 20
_BETWEEN_TRIES = 0.5  # seconds


class NotFetchedError(RuleRefusedError):
    """The address did not answer with a page."""

    rule = "fetch"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One address and what became of it: its article (id), or the words why not."""

    target: str
    article: str = ""
    error: str = ""


def take_in(
    *, url: str, now: datetime, published_at: datetime | None = None, publisher: str | None = None
) -> Iterator[TakenIn]:
    """Take an address in now, as the operator; yields one line for an article, one per entry for a feed.

    A known address is checked again. What cannot be fetched or read is refused, and leaves nothing behind.
    Raises `AddressRefusedError`, `ImpossibleDateError`, `NotFetchedError`, `UnreadablePageError`,
    `UnreadableFeedRefusedError`.
    """
    address = clean_address(url)
    known = Article.objects.filter(url=address).first()
    if known is not None:
        yield _checked(url, known.id)
        return
    answer = _fetch(address)
    content_type = answer.header("content-type")
    is_feed = looks_like_feed(answer.body, content_type=content_type)
    if is_feed or Feed.objects.filter(url=address).exists():
        yield from _take_feed_in(address, answer, publisher=publisher, now=now)
        return
    read = _read(answer, published_at=published_at)
    made = add_article(url=address, by=None, now=now, published_at=published_at, publisher=publisher)
    report = finish_check(article_id=made.article.id, result=answer, read=read)
    if report.outcome == CheckOutcome.BUSY:  # a sweep was quicker; what it finds is as good
        yield _checked(url, report.article)
    else:
        yield _outcome(url, report)


def _read(answer: Fetched, *, published_at: datetime | None) -> PageRead:
    """Read a page that was never seen; raises `UnreadablePageError`."""
    page = PageToRead(
        body=answer.body,
        content_type=answer.header("content-type"),
        url=answer.url,
        final_url=answer.final_url,
        headers={name.lower(): value for name, value in answer.headers},
        published_at=published_at,
        before=None,
    )
    read = read_apart(partial(read_again, parse=attribution_parser(apart=True)), page)
    if read is None or read.unreadable:
        raise UnreadablePageError(read.unreadable if read else TOO_MUCH, field="url")
    return read


def _fetch(address: str) -> Fetched:
    """Return the answer of an address, asked when its host is free."""
    with turn_at_host(host_of(address), patience=timedelta(minutes=5)) as turn:
        if turn is None:
            raise NotFetchedError(
                "This server has asked us to leave it alone for a while; try later.", field="url"
            )
        result = turn.fetch(FetchRequest(url=address), policy=fetch_policy())
    if isinstance(result, FetchRefused):
        raise AddressRefusedError(result.reason, field="url")
    if not isinstance(result, Fetched):
        raise NotFetchedError(result.reason, field="url")
    if not 200 <= result.status < 300:
        raise NotFetchedError(status_in_words(result.status, "page"), field="url")
    return result


def _take_feed_in(
    address: str, answer: Fetched, *, publisher: str | None, now: datetime
) -> Iterator[TakenIn]:
    """Register the feed and take in each entry; an entry that cannot be had does not hold up the others."""
    read = read_apart(read_feed, feed_to_read(answer))
    if read is None or read.feed is None:
        raise UnreadableFeedRefusedError(read.unreadable if read else TOO_MUCH, field="url")
    feed = add_feed(url=address, by=None, now=now, publisher=publisher)
    finish_reading(feed_id=feed.id, result=answer, read=read)
    for entry in read.feed.entries:
        try:
            article = Article.objects.filter(url=address_of(entry)).first()
        except RefusalError as refusal:
            yield TakenIn(entry.url, error=refusal.message)
            continue
        if article is not None:  # none where another worker is reading it: its sweep checks what it brings
            yield _checked(entry.url, article.id)


def _checked(target: str, article_id: str) -> TakenIn:
    """Check an article now; waits a while for another worker that has it."""
    report = CheckReport(article_id, CheckOutcome.BUSY)
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_BETWEEN_TRIES)
        report = next(iter(check_articles([article_id], only_due=False)), report)
        if report.outcome != CheckOutcome.BUSY:
            break
    return _outcome(target, report)


def _outcome(target: str, report: CheckReport) -> TakenIn:
    article = Article.objects.get(pk=report.article)
    if report.outcome in (CheckOutcome.FAILED, CheckOutcome.REMOVED):
        return TakenIn(target, article.id, article.state_reason)
    if article.newest_id is None:
        return TakenIn(target, article.id, "Another worker is checking it; ask again in a minute.")
    return TakenIn(target, article.id)

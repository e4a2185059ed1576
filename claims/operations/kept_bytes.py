"""Reads the kept bytes of pages anew where an older extractor read them; nothing is fetched."""

import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from claims.models import Appearance, Article, ReadingAnew, Snapshot
from claims.operations.anchors import anchor_in, quote_in
from claims.operations.batch import batch_reader
from claims.operations.capture import (
    Reading,
    draft_snapshot,
    extraction_note,
    linked_claims,
    matched,
    show_newest,
    store_proposals,
    tell_of_snapshot,
)
from claims.operations.consequences import claims_of
from claims.operations.leases import give_back, lease, lease_articles
from claims.operations.ledger import Book, writing
from claims.operations.policies import lease_time
from claims.operations.sightings import Leased
from claims.pipeline.extract_text import EXTRACTOR_VERSION
from claims.pipeline.read_again import PageBefore, PageRead, PageToRead
from claims.queries.clock import database_now
from claims.vocabulary import QuoteState

log = structlog.get_logger(__name__)

PAGES_AT_A_TIME = 50
_LOOKED_AT = 1_000  # articles, of which only some were read by an older extractor
_MOST_BYTES = 8 * 1024 * 1024
_MOST_SECONDS = 5.0  # then no further page is waited for
_CAREFUL = 3  # attempts: whatever broke the last two readings may be a page
_STANDING = (QuoteState.GONE, QuoteState.CHANGED, QuoteState.PRESENT)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Articles to read, oldest first, and the one up to which there is nothing else to read."""

    article_ids: tuple[str, ...]
    up_to: str
    is_last: bool


def read_kept_bytes() -> int:
    """Read some pages anew that an older extractor read; returns how many. One worker at a time does.

    Articles are gone through once, in the order of their ids: what cannot be read, or takes more than reading
    may, is passed over for good. One that another worker has is waited for. A worker that dies leaves its
    stretch to the next one; after the second time each page is passed by before it is read.
    """
    ReadingAnew.objects.get_or_create(
        extractor_version=EXTRACTOR_VERSION, defaults={"due_at": database_now()}
    )
    fence = lease(ReadingAnew, EXTRACTOR_VERSION, seconds=lease_time(), only_due=True)
    if fence is None:
        return 0
    job = ReadingAnew.objects.get(pk=EXTRACTOR_VERSION)
    is_careful = job.attempts >= _CAREFUL
    stretch = _next_stretch(job.up_to, most=1 if is_careful else PAGES_AT_A_TIME)
    if is_careful:
        ReadingAnew.objects.filter(pk=job.pk, fence=fence).update(up_to=stretch.up_to)
    pages = lease_articles(stretch.article_ids, only_due=False)
    read: list[str] = []
    try:
        for page_id in _read(pages):
            read.append(page_id)
    finally:
        give_back((page.id, page.fence) for page in pages)
    _move_on(job, fence, stretch, read)
    return len(read)


def _next_stretch(up_to: str, *, most: int) -> _Stretch:
    """Return what comes next after the article ``up_to``."""
    rows = Article.objects.filter(pk__gt=up_to).order_by("pk")
    columns = ("pk", "newest__extractor_version", "newest__content__size")
    found: list[str] = []
    size, last = 0, up_to
    looked_at = list(rows.values_list(*columns)[:_LOOKED_AT])
    for article_id, version, length in looked_at:
        if version not in (None, EXTRACTOR_VERSION):
            if len(found) == most or (found and size + length > _MOST_BYTES):
                return _Stretch(tuple(found), last, is_last=False)
            found.append(article_id)
            size += length
        last = article_id
    return _Stretch(tuple(found), last, is_last=len(looked_at) < _LOOKED_AT)


def _move_on(job: ReadingAnew, fence: int, stretch: _Stretch, read: Sequence[str]) -> None:
    """Note how far it came: up to the first page that another worker has, or for which there was no time."""
    left = [article_id for article_id in stretch.article_ids if article_id not in read]
    is_through = not left and stretch.is_last
    up_to = stretch.up_to
    if left:
        before = stretch.article_ids.index(left[0])
        up_to = stretch.article_ids[before - 1] if before else job.up_to
    ReadingAnew.objects.filter(pk=job.pk, fence=fence).update(
        up_to=up_to, due_at=None if is_through else database_now(), lease_until=None, attempts=0
    )


def _read(pages: Sequence[Leased]) -> Iterable[str]:
    """Read the pages in this process's child, and take over what is new; yields the ids of those read."""
    by_id = {page.id: page for page in pages}
    kept = {page.newest_id: page for page in pages}
    give_up = time.monotonic() + _MOST_SECONDS
    with batch_reader() as reader:
        snapshots = {}
        for snapshot in Snapshot.objects.filter(pk__in=kept).select_related("content").order_by("article"):
            page = kept[snapshot.pk]
            try:
                asked = _page_to_read(page, snapshot)
            except zlib.error:
                log.warning("kept bytes are damaged", article=page.id, snapshot=snapshot.pk)
                yield page.id
                continue
            snapshots[page.id] = snapshot
            reader.ask(page.id, asked)
        for page_id, read in reader.answers(wait=True):
            if read is None:
                log.warning("kept bytes broke their reader", article=page_id)
            elif read.article is not None:
                _take_over(by_id[page_id], snapshots[page_id], read)
            yield page_id
            if time.monotonic() > give_up:
                return


def _page_to_read(page: Leased, snapshot: Snapshot) -> PageToRead:
    types = (value for name, value in snapshot.headers if name.lower() == "content-type")
    return PageToRead(
        body=zlib.decompress(snapshot.content.body),
        content_type=next(types, None),
        url=page.url,
        final_url=snapshot.final_url,
        published_at=page.published_at,
        before=PageBefore(headline=snapshot.headline, text=snapshot.text),
        is_kept=True,
    )


def _take_over(held: Leased, before: Snapshot, read: PageRead) -> None:
    """Let what the same bytes say to this extractor be the newest snapshot, unless a quote would be lost.

    No change, no event on a timeline: the page is what it was. New candidates wait like any others.
    """
    if read.article is None:
        return
    reading = Reading(
        body=b"",
        final_url=before.final_url,
        http_status=before.http_status,
        headers=(),
        article=read.article,
        proposals=matched(read.candidates),
        note=extraction_note(read.article),
    )
    with writing() as book:
        articles = Article.objects.select_for_update(of=("self",), no_key=True)
        article = articles.select_related("publisher").get(pk=held.id)
        if article.fence != held.fence or article.newest_id != before.pk:
            return
        book.claims(claims_of(book, article) | linked_claims(reading))
        snapshot = draft_snapshot(article, reading, now=_seen_at(article, before))
        snapshot.content_id, snapshot.headers = before.content_id, before.headers
        quoted = list(Appearance.objects.filter(article=article).select_related("claim").order_by("id"))
        if not any(_loses(appearance, snapshot) for appearance in quoted):
            _store(book, article, snapshot, reading, quoted)


def _seen_at(article: Article, before: Snapshot) -> datetime:
    """When the page was last seen to say this; one that goes to and fro says something else just now."""
    if article.turned_at or article.last_seen_at is None:
        return before.captured_at
    return max(before.captured_at, article.last_seen_at)


def _loses(appearance: Appearance, snapshot: Snapshot) -> bool:
    """Whether the quote stands in the newest snapshot, and would not in this reading of the same bytes."""
    now = quote_in(appearance, snapshot).state
    return _STANDING.index(now) < _STANDING.index(QuoteState(appearance.state))


def _store(
    book: Book, article: Article, snapshot: Snapshot, reading: Reading, quoted: Sequence[Appearance]
) -> None:
    snapshot.save(force_insert=True)
    show_newest(snapshot, note=reading.note)
    article.save(
        update_fields=["newest", "snapshot_count", "headline", "byline", "language", "extraction_note"]
    )
    for appearance in quoted:
        anchor_in(appearance, snapshot)
    now = database_now()
    store_proposals(book, snapshot=snapshot, reading=reading, now=now)
    tell_of_snapshot(book, snapshot, by=None, now=now, how="the same bytes, read by another extractor")

"""What a feed announces, brought in as articles: each entry once, whatever its link does."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from claims.models import Article, Feed, FeedItem
from claims.operations.ingest import clean_address, find_or_make
from claims.operations.ledger import Book, hold_articles
from claims.operations.refusals import RefusalError
from claims.pipeline.feeds import FeedEntry


@dataclass(frozen=True, slots=True)
class Brought:
    """What one reading brought: ids of the new articles, how many entries were known, how many refused."""

    new: tuple[str, ...] = ()
    known: int = 0
    refused: int = 0


def address_of(entry: FeedEntry) -> str:
    """Return the address by which an entry's article is known; raises `AddressRefusedError`."""
    return clean_address(entry.url)


def bring_in(book: Book, feed: Feed, entries: Iterable[FeedEntry], *, now: datetime) -> Brought:
    """Take the entries on as articles that are due at once.

    An entry is known by its id: one whose link changed brings nothing new. Where an id comes back with
    another link, another title and another date, the feed has used it for another article.
    """
    fresh, known, refused = [], 0, 0
    keyed = {_key(entry): entry for entry in entries}
    items = {item.key: item for item in FeedItem.objects.filter(feed=feed, key__in=list(keyed))}
    for key, entry in keyed.items():
        try:
            address = address_of(entry)
        except RefusalError:
            refused += 1  # an address that the gate would never ask is no article
            continue
        item = items.get(key)
        if item is None or (item.url != address and _is_another(item, entry)):
            fresh.append((address, key, entry))
            continue
        known += 1
        if item.url != address or item.title != (entry.title or ""):
            _tell_anew(item, address, entry)
    new = list(_take_on(book, feed, fresh, now=now))
    return Brought(tuple(new), known + len(fresh) - len(new), refused)


def _take_on(
    book: Book, feed: Feed, fresh: list[tuple[str, str, FeedEntry]], *, now: datetime
) -> Iterator[str]:
    """Make the articles that are not there yet; yields the ids of those made."""
    publisher = feed.publisher.name if feed.publisher else None
    hold_articles(Article.objects.filter(url__in=[address for address, _, _ in fresh]))
    for address, key, entry in sorted(fresh, key=lambda each: each[0]):
        article, made = find_or_make(
            book,
            url=address,
            by=None,
            now=now,
            published_at=entry.published_at if entry.published_at and entry.published_at <= now else None,
            publisher=publisher,
            due_at=now,
        )
        if entry.source_name and not article.wire_source:
            article.wire_source = entry.source_name[:300]
            Article.objects.filter(pk=article.pk).update(wire_source=article.wire_source)
        FeedItem.objects.update_or_create(
            feed=feed,
            key=key,
            defaults={
                "url": address,
                "title": entry.title or "",
                "published_at": entry.published_at,
                "article": article,
                "first_seen_at": now,
            },
        )
        if made:
            yield article.id


def _key(entry: FeedEntry) -> str:
    return hashlib.sha256(entry.entry_id.encode()).hexdigest()


def _is_another(item: FeedItem, entry: FeedEntry) -> bool:
    """Whether the id was used anew: other words, and another date or none that could tell."""
    other_words = (entry.title or "") != item.title
    return other_words and (entry.published_at != item.published_at or entry.published_at is None)


def _tell_anew(item: FeedItem, address: str, entry: FeedEntry) -> None:
    item.url, item.title, item.published_at = address, entry.title or "", entry.published_at
    item.save(update_fields=["url", "title", "published_at"])

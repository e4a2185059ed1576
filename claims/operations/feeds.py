"""Feeds: taken on, changed and made due by editors; `feed_reading` reads them."""

from datetime import datetime

from claims.models import Feed, User
from claims.operations.catalogue import find_publisher, publisher_at
from claims.operations.ingest import clean_address
from claims.operations.ledger import Book, writing
from claims.operations.refusals import RuleRefusedError, require
from claims.vocabulary import EventKind, FeedState, Role


def add_feed(*, url: str, by: User | None, now: datetime, publisher: str | None = None) -> Feed:
    """Take a feed on; the next sweep reads it. An editor, or the operator (``by`` None).

    ``publisher`` is a name. A known address, also one that a feed has moved away from, is answered with its
    feed. Raises `NotAllowedError`, `AddressRefusedError`.
    """
    if by is not None:
        require(by, Role.EDITOR)
    address = clean_address(url)
    with writing() as book:
        moved = Feed.objects.filter(moved_from=address).first()
        if moved is not None:
            return moved
        owner = (
            find_publisher(book, url=address, site_name=None, name=publisher, by=by, now=now)
            if publisher
            else publisher_at(address)
        )
        feed, made = Feed.objects.get_or_create(
            url=address, defaults={"publisher": owner, "due_at": now, "added_at": now, "updated_at": now}
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


def change_feed(
    *,
    feed_id: str,
    by: User,
    now: datetime,
    publisher: str | None = None,
    url: str | None = None,
    followed: bool | None = None,
) -> Feed:
    """Change whose feed it is (a name), where it lies, or whether we follow it; None leaves a thing alone.

    An editor. A new address, and following again, make it due at once, and a reading of the old address that
    is under way is too late; one that is no longer followed is never read. Raises `Feed.DoesNotExist`,
    `NotAllowedError`, `AddressRefusedError`, `RuleRefusedError` (the address is another feed's).
    """
    require(by, Role.EDITOR)
    address = clean_address(url) if url is not None else None
    with writing() as book:
        feed = (
            Feed.objects.select_for_update(of=("self",), no_key=True)
            .select_related("publisher")
            .get(pk=feed_id)
        )
        told = []
        if publisher is not None and publisher.strip() and publisher.strip() != str(feed.publisher or ""):
            feed.publisher = find_publisher(
                book, url=feed.url, site_name=None, name=publisher, by=by, now=now
            )
            told.append(f"published by {feed.publisher}")
        if address is not None and address != feed.url:
            settle_at(feed, address)
            told.append(f"now at {address}")
            feed.fence, feed.lease_until = feed.fence + 1, None
            _make_due(feed, now)
        if followed is not None and followed != (feed.state != FeedState.STOPPED):
            told.append("followed again" if followed else "no longer followed")
            feed.state, feed.state_reason = (FeedState.PENDING, "") if followed else (FeedState.STOPPED, "")
            feed.due_at = now if followed else None
        if told:
            feed.updated_at = now
            feed.save()
            tell_feed(book, feed, f"Feed changed: {', '.join(told)}.", by=by, now=now)
    return feed


def read_now(*, feed_id: str, by: User, now: datetime) -> Feed:
    """Make the feed due at once; the next sweep reads it.

    An editor. Raises `Feed.DoesNotExist`, `NotAllowedError`, `RuleRefusedError` (it is not followed).
    """
    require(by, Role.EDITOR)
    with writing():
        feed = Feed.objects.select_for_update(no_key=True).get(pk=feed_id)
        if feed.state == FeedState.STOPPED:
            raise RuleRefusedError("This feed is no longer followed; follow it again first.")
        _make_due(feed, now)
        feed.save(update_fields=["due_at"])
    return feed


def _make_due(feed: Feed, now: datetime) -> None:
    if feed.state != FeedState.STOPPED:
        feed.due_at = now


def tell_feed(book: Book, feed: Feed, words: str, *, by: User | None, now: datetime) -> None:
    """Put on record what became of the feed."""
    book.write(EventKind.FEED_CHANGED, actor=by, occurred_at=now, text=words, data={"feed": feed.id})


def settle_at(feed: Feed, address: str) -> None:
    """Let the feed lie at another address; what validated the old one means nothing there."""
    if Feed.objects.filter(url=address).exclude(pk=feed.pk).exists():
        raise RuleRefusedError("We follow a feed at that address already.", field="url")
    feed.moved_from, feed.url, feed.moved_to = feed.url, address, ""
    feed.etag = feed.last_modified = feed.validated_url = ""

"""What the database keeps: how much was taken in, and whether anything of it is half-written."""

import hashlib
import zlib

from django.db import connection, transaction
from django.db.models import F, Q

from claims.models import (
    Appearance,
    ArchiveCopy,
    Article,
    Candidate,
    Change,
    Delivery,
    EndpointAnswer,
    Event,
    Feed,
    FeedItem,
    Host,
    RawContent,
    Snapshot,
)
from claims.operations.capture import keep_bodies
from claims.vocabulary import EventKind

_TAKEN = (RawContent, Snapshot, Candidate, Appearance, Change, FeedItem, EndpointAnswer)


def taken_in() -> tuple[int, ...]:
    """Return how much was ever taken in, of each kind; what is refused leaves it as it was."""
    told = Event.objects.filter(kind__in=[EventKind.SNAPSHOT_TAKEN, EventKind.EVIDENCE_ARCHIVED])
    return (*(kind.objects.count() for kind in _TAKEN), told.count())


def half_written() -> list[str]:
    """Return what a case that ended left in no whole state, in words."""
    found = ["a transaction is still open"] if connection.in_atomic_block else []
    loose = RawContent.objects.filter(~Q(pk__in=Snapshot.objects.values("content")))
    found += [f"bytes without a snapshot: {row.pk}" for row in loose]
    for snapshot in Snapshot.objects.select_related("content").order_by("-captured_at", "-id")[:3]:
        body = zlib.decompress(bytes(snapshot.content.body))
        if hashlib.sha256(body).hexdigest() != snapshot.content_id or len(body) != snapshot.content.size:
            found.append(f"bytes that are not what their hash says: {snapshot.pk}")
    counted = Article.objects.filter(newest__isnull=False).exclude(newest__number=F("snapshot_count"))
    missed = Article.objects.filter(newest=None, snapshots__isnull=False)
    found += [f"an article that misses its newest snapshot: {row.url}" for row in counted | missed]
    for kind in (Article, Feed, ArchiveCopy, Delivery):
        found += [f"a lease that nobody gave back: {row}" for row in kind.objects.exclude(lease_until=None)]
    found += [f"a host that nobody let go: {row}" for row in Host.objects.exclude(held_until=None)]
    return found


def seen_when_broken() -> int:
    """Return how many faults are seen where bytes lie about without a snapshot and a host is never let go."""
    with transaction.atomic():
        keep_bodies({"0" * 64: b"Bytes that no snapshot holds."})
        Host.objects.update(held_until=F("free_at"))
        found = [words for words in half_written() if "transaction" not in words]
        transaction.set_rollback(True)
    return len(found)

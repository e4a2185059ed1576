"""Writing the append-only ledger: events gathered in a transaction, chained and counted as it ends."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import rfc8785
from django.db import connection, transaction
from django.db.models import QuerySet

from claims.models import Article, Claim, Event, EventPayload, User
from claims.operations.outbox import note_deliveries
from claims.operations.saving import insert
from claims.queries.among import AmongGiven
from claims.queries.clock import database_now
from claims.queries.prepared import Prepared
from claims.queries.shapes import claim_state, moment
from claims.vocabulary import EventKind

GENESIS = "0" * 64
# Any number will do, as long as nothing else in the database locks by it ("claims" in hexadecimal).
_LEDGER_LOCK = 0x636C61696D73

PUBLIC_KINDS = frozenset(
    {
        EventKind.FIRST_SEEN,
        EventKind.APPEARANCE,
        EventKind.ARTICLE_CHANGE,
        EventKind.SOURCE_STATE,
        EventKind.RE_REVIEW_OPENED,
        EventKind.RE_REVIEW_CLOSED,
        EventKind.REVIEW,
        EventKind.OVERRIDE,
        EventKind.CORRECTION,
        EventKind.WITHDRAWAL,
        EventKind.REWORDED,
        EventKind.MERGE,
        EventKind.SPLIT,
        EventKind.TAKEDOWN,
    }
)


@dataclass(slots=True)
class _Entry:
    kind: EventKind
    claim: Claim | None
    article: Article | None
    actor: User | None
    text: str
    data: dict[str, Any]
    occurred_at: datetime
    occurred_not_after: datetime | None


@dataclass(slots=True)
class Book:
    """One transaction: the claims it holds, and its events in the order in which they were written down.

    ``carried`` is kept for `claims_of`: the claims of each article as the transaction found them.
    """

    entries: list[_Entry] = field(default_factory=list)
    held: dict[str, Claim] = field(default_factory=dict)
    carried: dict[str, frozenset[str]] = field(default_factory=dict)

    def claim(self, claim_id: str) -> Claim:
        """Return the claim, locked until the transaction ends, one object however often it is asked for.

        Whoever needs several asks for them in the order of their ids (`claims`), so that no two wait for each
        other. The lock is one that spares the key: a row that names the claim, an appearance say, can be
        committed beside it without waiting, with the ledger's lock in hand. Raises `Claim.DoesNotExist`.
        """
        if claim_id not in self.held:
            self.held[claim_id] = Claim.objects.select_for_update(no_key=True).get(pk=claim_id)
        return self.held[claim_id]

    def claims(self, claim_ids: Iterable[str]) -> list[Claim]:
        """Return the claims, locked, in the order of their ids; raises `Claim.DoesNotExist`."""
        wanted = sorted(set(claim_ids))
        missing = [claim_id for claim_id in wanted if claim_id not in self.held]
        if missing:
            rows = Claim.objects.select_for_update(no_key=True).filter(pk__in=missing).order_by("pk")
            self.held |= {claim.id: claim for claim in rows}
        return [self.claim(claim_id) for claim_id in wanted]

    def hold(self, claim: Claim) -> Claim:
        """Take in a claim that this transaction made."""
        self.held[claim.id] = claim
        return claim

    def write(
        self,
        kind: EventKind,
        *,
        text: str,
        occurred_at: datetime,
        claim: Claim | None = None,
        article: Article | None = None,
        actor: User | None = None,
        data: dict[str, Any] | None = None,
        occurred_not_after: datetime | None = None,
    ) -> None:
        """Note one event: ``text`` is a sentence for the timeline, ``actor`` None means the machine.

        ``claim`` is one that this book holds: its version moves as the transaction ends.
        """
        if claim is not None and self.held.get(claim.id) is not claim:
            raise ValueError("Get the claim from the book: a second object of it would lose versions.")
        self.entries.append(
            _Entry(kind, claim, article, actor, text, data or {}, occurred_at, occurred_not_after)
        )


def hold_articles(articles: QuerySet[Article]) -> None:
    """Lock these articles until the transaction ends, by their ids: the one order for whoever locks several.

    Before any claim is locked, and before an article is made, so that nobody waits in a circle.
    """
    list(_in_order(articles))


def hold_articles_called(article_ids: Sequence[str]) -> None:
    """Lock the articles of these ids as `hold_articles` does: the same, for every batch."""
    _IN_ORDER.rows(articles=article_ids)


def _in_order(articles: QuerySet[Article]) -> QuerySet[Article, tuple[str]]:
    return articles.order_by("id").select_for_update(no_key=True).values_list("id")


_IN_ORDER = Prepared(lambda: _in_order(Article.objects.filter(AmongGiven("id", "articles"))))
_LAST = Prepared(lambda: Event.objects.order_by("-seq").values_list("seq", "hash", "recorded_at")[:1])


@contextmanager
def writing() -> Iterator[Book]:
    """Open a transaction and the book of its events; they are chained into the ledger as it ends.

    Operations take all their row locks inside the block; the ledger's own lock comes last and is held only
    until the commit, so that ``seq`` is in the order of commits and two writers cannot wait for each other.
    """
    with transaction.atomic():
        book = Book()
        yield book
        if book.entries:
            _append(book.entries)


def payload_digest(payload: EventPayload) -> str:
    """Return the SHA-256 (hex) over the RFC 8785 form of what an event says."""
    body = {
        "actor": payload.actor,
        "text": payload.text,
        "data": payload.data,
        "claim_state": payload.claim_state,
    }
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def event_digest(event: Event) -> str:
    """Return the SHA-256 (hex) over the RFC 8785 form of the ledger row without its ``hash``."""
    row: dict[str, str | int | bool | None] = {
        "seq": event.seq,
        "id": event.id,
        "kind": str(event.kind),
        "public": event.public,
        "claim_id": event.claim_id,
        "article_id": event.article_id,
        "claim_version": event.claim_version,
        "occurred_at": moment(event.occurred_at),
        "occurred_not_after": moment(event.occurred_not_after),
        "recorded_at": moment(event.recorded_at),
        "payload_sha256": event.payload_sha256,
        "prev_hash": event.prev_hash,
    }
    return hashlib.sha256(rfc8785.dumps(row)).hexdigest()


def _lock_ledger() -> None:
    """Let one transaction append at a time; SQLite's IMMEDIATE transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LEDGER_LOCK])


def _append(entries: list[_Entry]) -> None:
    _lock_ledger()
    now = database_now()
    seq, head, before = next(iter(_LAST.rows()), (0, GENESIS, now))
    recorded_at = max(now, before)  # a clock set back must not turn the order of record round

    versions = [_move_version(entry, recorded_at) for entry in entries]
    for claim in {entry.claim.id: entry.claim for entry in entries if entry.claim}.values():
        Claim.objects.filter(pk=claim.pk).update(version=claim.version, updated_at=claim.updated_at)

    events, payloads = [], []
    for entry, version in zip(entries, versions, strict=True):
        seq += 1
        event = Event(
            seq=seq,
            kind=entry.kind,
            public=bool(version and entry.claim and entry.claim.is_public),
            claim_id=entry.claim.id if entry.claim else None,
            article_id=entry.article.id if entry.article else None,
            claim_version=version,
            occurred_at=entry.occurred_at,
            occurred_not_after=entry.occurred_not_after,
            recorded_at=recorded_at,
            prev_hash=head,
        )
        payload = EventPayload(
            event=event,
            actor=entry.actor.display_name if entry.actor else None,
            text=entry.text,
            data=entry.data,
            claim_state=claim_state(entry.claim) if version and entry.claim else None,
        )
        event.payload_sha256 = payload_digest(payload)
        event.hash = head = event_digest(event)
        events.append(event)
        payloads.append(payload)
    insert(events)
    insert(payloads)
    note_deliveries(events, now=now)


def _move_version(entry: _Entry, recorded_at: datetime) -> int | None:
    """Count the event in its claim's version; returns the version after it, None for an event of the desk."""
    if entry.claim is None or entry.kind not in PUBLIC_KINDS:
        return None
    entry.claim.version += 1
    entry.claim.updated_at = recorded_at
    return entry.claim.version


class BrokenLedgerError(Exception):
    """The chain does not hold. ``seq`` is the first bad event."""

    def __init__(self, seq: int, reason: str) -> None:
        """Take the number of the event and what is wrong with it."""
        super().__init__(f"Event {seq}: {reason}")
        self.seq = seq


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What a verification found: events, how many of them with the payload withheld, the last hash."""

    events: int
    withheld: int
    head: str


def verify(*, checkpoint: tuple[int, str] | None = None) -> LedgerReport:
    """Walk the whole chain; raises `BrokenLedgerError` at the first event edited, moved, put in or lost.

    ``checkpoint`` is ``(seq, hash)`` as once published; with it a tail that was cut off shows, too.
    """
    seq, head, withheld = 0, GENESIS, 0
    heads_seen = {0: GENESIS}
    for event in Event.objects.order_by("seq").select_related("payload").iterator(chunk_size=2000):
        seq += 1
        payload = getattr(event, "payload", None)
        _verify_link(event, payload, seq=seq, head=head)
        withheld += payload is None
        head = event.hash
        if checkpoint and seq == checkpoint[0]:
            heads_seen[seq] = head
    if checkpoint and checkpoint[0] not in heads_seen:
        raise BrokenLedgerError(seq + 1, f"missing; the checkpoint knew {checkpoint[0]} events.")
    if checkpoint and heads_seen[checkpoint[0]] != checkpoint[1]:
        raise BrokenLedgerError(checkpoint[0], "it is not the event that the checkpoint knew.")
    return LedgerReport(events=seq, withheld=withheld, head=head)


def _verify_link(event: Event, payload: EventPayload | None, *, seq: int, head: str) -> None:
    if event.seq != seq:
        raise BrokenLedgerError(seq, f"missing; the next one there is is {event.seq}.")
    if event.prev_hash != head:
        raise BrokenLedgerError(seq, "it does not continue the event before it.")
    if event_digest(event) != event.hash:
        raise BrokenLedgerError(seq, "the row was edited: its hash does not fit what it says.")
    if payload is not None and payload_digest(payload) != event.payload_sha256:
        raise BrokenLedgerError(seq, "what it says was edited: the payload does not fit its hash.")

"""What happened, in the order of the ledger: to one claim, or to all of them as the change feed tells it."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Max, QuerySet

from claims.models import Event

_GENESIS = "0" * 64
_SHORT_HASH = 16


class LostCursorError(Exception):
    """The cursor is none of ours, or too old to go on from (410)."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two events of the ledger: right after ``seq``, whose hash is ``hash``.

    The hash tells a ledger that was restored to an earlier state, where the number means another event.
    """

    seq: int
    hash: str

    def cursor(self, issued_at: datetime) -> str:
        """Return it as the opaque word that clients hand back; its age counts from ``issued_at`` (aware)."""
        plain = f"{self.seq}.{self.hash[:_SHORT_HASH]}.{int(issued_at.timestamp())}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive public events, and the place after the last of them."""

    events: tuple[Event, ...]
    end: Position


def timeline_of(claim_id: str, *, desk: bool = False, at: datetime | None = None) -> QuerySet[Event]:
    """Return the events of a claim with what they say, oldest first, as recorded by ``at``.

    With ``desk`` those of a claim that is internal, too.
    """
    events = Event.objects.filter(claim_id=claim_id, claim_version__isnull=False).select_related("payload")
    if not desk:
        events = events.filter(public=True)
    if at is not None:
        events = events.filter(recorded_at__lte=at)
    return events.order_by("seq")


def read_cursor(cursor: str, *, now: datetime, longest: timedelta) -> Position:
    """Return the place a cursor stands for; raises `LostCursorError` when not ours or older than longest."""
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        seq, short_hash, issued = plain.split(".")
        position = Position(_small_number(seq), short_hash)
        issued_at = datetime.fromtimestamp(_small_number(issued), UTC)
    except (ValueError, binascii.Error, OverflowError) as error:
        raise LostCursorError("This cursor is none of ours. Begin again without one.") from error
    if issued_at < now - longest:
        raise LostCursorError(
            f"This cursor is older than {longest.days} days. Read the claims anew, then begin without one."
        )
    if _hash_of(position.seq)[:_SHORT_HASH] != position.hash:
        raise LostCursorError(
            "This cursor belongs to another ledger. Read the claims anew, then begin again."
        )
    return position


def _small_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise ValueError(text)
    return int(text)


def _hash_of(seq: int) -> str:
    if seq == 0:
        return _GENESIS
    return Event.objects.filter(seq=seq).values_list("hash", flat=True).first() or ""


def beginning(*, now: datetime, longest: timedelta) -> Position:
    """Return the place before the first event that is not older than ``longest``.

    Found by halves (two queries for a young ledger, about 25 at 30 million events): numbers have no gaps,
    and no event was recorded before the one in front of it.
    """
    oldest = now - longest
    too_old, young_enough = 0, (Event.objects.aggregate(last=Max("seq"))["last"] or 0) + 1
    middle = 1
    while too_old + 1 < young_enough:
        if Event.objects.filter(seq=middle, recorded_at__lt=oldest).exists():
            too_old = middle
        else:
            young_enough = middle
        middle = (too_old + young_enough) // 2
    return Position(too_old, _hash_of(too_old))


def changes_after(position: Position, *, limit: int) -> Stretch:
    """Return at most ``limit`` public events after the place, in the order of commits; one indexed range.

    ``seq`` is given under a lock that is held until the commit, so no smaller one can turn up later.
    """
    events = Event.objects.filter(public=True, seq__gt=position.seq).select_related("payload").order_by("seq")
    found: Sequence[Event] = list(events[:limit])
    end = Position(found[-1].seq, found[-1].hash) if found else position
    return Stretch(tuple(found), end)


def anything_after(position: Position) -> bool:
    """Whether there is a public event after the place."""
    return Event.objects.filter(public=True, seq__gt=position.seq).exists()

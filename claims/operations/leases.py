"""Reserving due rows for one worker, and a host's next free moment."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from claims.models import Article, Feed, Host
from claims.queries.clock import database_now


def lease(rows: type[Article] | type[Feed], row_id: str, *, seconds: timedelta, only_due: bool) -> int | None:
    """Reserve one row by compare-and-set; returns its new fence, or None when it is taken or not due.

    Counts the attempt at once, so that a page which kills its worker is counted, too. All moments are the
    database's; a lease that ran out is anybody's.
    """
    fence = rows.objects.filter(pk=row_id).values_list("fence", flat=True).first()
    if fence is None:
        return None
    now = database_now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    row = rows.objects.filter(free, pk=row_id, fence=fence)
    if only_due:
        row = row.filter(due_at__lte=now)
    won = row.update(fence=F("fence") + 1, attempts=F("attempts") + 1, lease_until=now + seconds)
    return fence + 1 if won else None


def book_host(name: str, *, gap: timedelta, patience: timedelta) -> datetime | None:
    """Book the host's next free moment; None when that is further away than ``patience``.

    The gap between two requests to one host holds over all workers, for the bookings lie in the database.
    """
    with transaction.atomic():
        host, _ = Host.objects.get_or_create(name=name, defaults={"free_at": database_now()})
        host = Host.objects.select_for_update().get(pk=host.pk)
        now = database_now()
        start = max(host.free_at, now)
        if start - now > patience:
            return None
        host.free_at = start + gap
        host.save(update_fields=["free_at"])
    return start


def hold_host(name: str, *, until: datetime) -> None:
    """Ask nothing of the host before ``until`` (Retry-After, 429, 503)."""
    with transaction.atomic():
        host, _ = Host.objects.get_or_create(name=name, defaults={"free_at": until})
        Host.objects.filter(pk=host.pk, free_at__lt=until).update(free_at=until)

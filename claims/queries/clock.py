"""What time it is by the database's clock, which all workers share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import connection


def database_now() -> datetime:
    """Return the present moment (aware, UTC): PostgreSQL's clock, else this machine's.

    Leases and the ledger go by it, so that a worker whose clock is an hour off neither steals nor keeps rows.
    SQLite lives in our own process and has no clock of its own.
    """
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def database_clock() -> Callable[[], datetime]:
    """Return a clock set once by `database_now`, for many readings within seconds without a query each."""
    start, started = database_now(), monotonic()
    return lambda: start + timedelta(seconds=monotonic() - started)

"""A Retry-After header to seconds."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_seconds(header: str | None, *, now: datetime) -> float | None:
    """Return how long a host asks us to stay away, in seconds from ``now`` (RFC 9110, section 10.2.3).

    A number of seconds or an HTTP date; None without a header, or for one that says neither.
    """
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year of ten digits
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())

"""The settings that operations go by, as the pipeline's plain values."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from claims.pipeline.fetch import FetchPolicy
from claims.pipeline.source_state import SourcePolicy


def fetch_policy() -> FetchPolicy:
    """Return what the fetch gate lets through."""
    return FetchPolicy(
        ports=frozenset(settings.FETCH_PORTS),
        allow_private=tuple(settings.FETCH_ALLOW_PRIVATE),
        deadline_seconds=settings.FETCH_DEADLINE_SECONDS,
        max_bytes=settings.FETCH_MAX_BYTES,
        user_agent=settings.USER_AGENT,
    )


def source_policy() -> SourcePolicy:
    """Return when a page that is not seen counts as removed, and when work on it counts as stuck."""
    return SourcePolicy(
        removed_after_checks=settings.REMOVED_AFTER_CHECKS,
        removed_after=timedelta(seconds=settings.REMOVED_AFTER_SECONDS),
        stuck_after=settings.STUCK_AFTER,
    )


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often sources are looked at."""

    shortest: timedelta
    longest: timedelta
    feed: timedelta
    host_gap: timedelta
    lease: timedelta


def cadence() -> Cadence:
    """Return the cadences of the environment."""
    return Cadence(
        shortest=timedelta(seconds=settings.CHECK_MIN_SECONDS),
        longest=timedelta(seconds=settings.CHECK_MAX_SECONDS),
        feed=timedelta(seconds=settings.FEED_MIN_SECONDS),
        host_gap=timedelta(seconds=settings.HOST_GAP_SECONDS),
        lease=timedelta(seconds=settings.LEASE_SECONDS),
    )

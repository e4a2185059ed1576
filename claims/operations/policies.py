"""The settings that operations go by, as the pipeline's plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from claims.pipeline.fetch import FetchPolicy
from claims.pipeline.source_state import SourcePolicy


def fetch_policy() -> FetchPolicy:
    """Return what the fetch gate lets through: one and the same while the settings are."""
    return _fetch_policy(
        ports=frozenset(settings.FETCH_PORTS),
        allow_private=tuple(settings.FETCH_ALLOW_PRIVATE),
        deadline_seconds=settings.FETCH_DEADLINE_SECONDS,
        max_bytes=settings.FETCH_MAX_BYTES,
        user_agent=settings.USER_AGENT,
    )


_fetch_policy = lru_cache(maxsize=8)(FetchPolicy)


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often the pages of a host are looked at, and how long a worker may hold one."""

    shortest: timedelta
    longest: timedelta
    host_gap: timedelta
    removed_after_checks: int
    removed_after: timedelta


# The demo's changes must show while a visitor watches; its pages lie on this very machine, and bear it.
_DEMO = Cadence(
    shortest=timedelta(seconds=5),
    longest=timedelta(seconds=15),
    host_gap=timedelta(0),
    removed_after_checks=3,
    removed_after=timedelta(seconds=15),
)


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """Return the ``host[:port]`` of an address, by which hosts are held and paced, or ""."""
    return urlsplit(url).netloc.lower()


def cadence(url: str) -> Cadence:
    """Return the cadences of the environment for this address; the demo's own site has shorter ones."""
    return cadences()(host_of(url))


def cadences() -> Callable[[str], Cadence]:
    """Return the cadences by host, for many hosts at once: the environment is asked now."""
    usual = _cadence(
        settings.CHECK_MIN_SECONDS,
        settings.CHECK_MAX_SECONDS,
        settings.HOST_GAP_SECONDS,
        settings.REMOVED_AFTER_CHECKS,
        settings.REMOVED_AFTER_SECONDS,
    )
    demo = settings.DEMO_HOST
    if not demo:
        return lambda _: usual
    shorter = {word: min(getattr(usual, word), getattr(_DEMO, word)) for word in Cadence.__slots__}
    demos_own = Cadence(**shorter)
    return lambda host: demos_own if host == demo else usual


@lru_cache(maxsize=8)
def _cadence(shortest: float, longest: float, gap: float, checks: int, removed_after: float) -> Cadence:
    return Cadence(
        shortest=timedelta(seconds=shortest),
        longest=timedelta(seconds=longest),
        host_gap=timedelta(seconds=gap),
        removed_after_checks=checks,
        removed_after=timedelta(seconds=removed_after),
    )


def source_policy(url: str) -> SourcePolicy:
    """Return when a page that is not seen counts as removed, and when work on it counts as stuck."""
    pace = cadence(url)
    return SourcePolicy(
        removed_after_checks=pace.removed_after_checks,
        removed_after=pace.removed_after,
        stuck_after=settings.STUCK_AFTER,
    )


def lease_time() -> timedelta:
    """Return how long a worker may hold a row."""
    return timedelta(seconds=settings.LEASE_SECONDS)


def feed_interval() -> timedelta:
    """Return the shortest time between two readings of a feed."""
    return timedelta(seconds=settings.FEED_MIN_SECONDS)

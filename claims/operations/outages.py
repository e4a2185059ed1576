"""Whether it is our own network that is down, rather than the hosts that did not answer."""

from collections.abc import Collection

import structlog

from claims.models import Article
from claims.operations.policies import cadence
from claims.operations.robots import forget_failed_robots
from claims.pipeline.source_state import finds_no_way_out, is_own_outage
from claims.queries.clock import database_now

log = structlog.get_logger(__name__)


def is_ours(heard: Collection[tuple[str, str | None]]) -> bool:
    """Whether we were cut off, by what was ``heard`` of hosts that were just asked: each with its failure.

    Where no more than one or two were asked, that takes errors that a host can hardly cause, and that no page
    of another host was seen within two of the shortest waits. What the hosts' rules failed with is forgotten.
    """
    ours = is_own_outage(heard) or (finds_no_way_out(heard) and not _was_seen_lately(heard))
    if ours:
        log.warning("our own network seems to be down", requests=len(heard))
        forget_failed_robots({host for host, _ in heard})
    return ours


def _was_seen_lately(heard: Collection[tuple[str, str | None]]) -> bool:
    """Whether a page of a host that is not among these answered lately."""
    lately = database_now() - 2 * cadence("").shortest
    seen = Article.objects.filter(last_seen_at__gt=lately)
    return seen.exclude(host__in={host for host, _ in heard}).exists()

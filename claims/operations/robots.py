"""Each host's robots.txt, kept for a day."""

from collections.abc import Collection
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from claims.models import Host
from claims.operations.policies import fetch_policy, host_of
from claims.pipeline.fetch import Fetched, FetchRequest, FetchResult
from claims.pipeline.robots import LONGEST, RobotsAnswer
from claims.queries.clock import database_now

# RFC 9309, section 2.4: no longer than a day.
_KEPT_FOR = timedelta(hours=24)
# A host that failed is asked again sooner: until then its pages are left alone.
_FAILED_FOR = timedelta(hours=1)


def kept_robots(hosts: Collection[str]) -> dict[str, RobotsAnswer]:
    """Return the answers that are kept and not too old, by host; one that is missing must be asked for."""
    rows = Host.objects.filter(name__in=hosts, robots_until__gt=database_now())
    kept = rows.values_list("name", "robots_status", "robots_body")
    return {name: RobotsAnswer(status, bytes(body)) for name, status, body in kept}


def robots_request(url: str) -> FetchRequest:
    """Return what to ask the page's host for its rules."""
    return FetchRequest(url=f"{urlsplit(url).scheme}://{host_of(url)}/robots.txt", enough=_longest())


def _longest() -> int:
    """Return how many bytes of rules are read."""
    return min(LONGEST, fetch_policy().max_bytes)


def keep_robots(host_name: str, result: FetchResult) -> RobotsAnswer:
    """Keep an answer; returns what is in force now: where none came, what was known before."""
    now = database_now()
    host, _ = Host.objects.get_or_create(name=host_name, defaults={"free_at": now})
    if isinstance(result, Fetched) and _holds_rules(result):
        host.robots_status, host.robots_body = result.status, result.body[:LONGEST]
        host.robots_until = now + _KEPT_FOR
    else:
        host.robots_until = now + _FAILED_FOR
    host.save(update_fields=["robots_status", "robots_body", "robots_until"])
    return RobotsAnswer(host.robots_status, bytes(host.robots_body))


def _holds_rules(result: Fetched) -> bool:
    """Whether the answer says what the rules are, or that there are none.

    RFC 9309 reads every 4xx as "no rules"; a host that asks us to slow down (429) does not say that, nor does
    one whose answer goes on and on without a rule.
    """
    is_noise = len(result.body) >= _longest() and b"user-agent" not in result.body.lower()
    return result.status < 500 and result.status != HTTPStatus.TOO_MANY_REQUESTS and not is_noise


def forget_failed_robots(hosts: Collection[str]) -> None:
    """Let the rules of these hosts be asked for anew where they could not be had."""
    Host.objects.filter(name__in=hosts, robots_status=None).update(robots_until=None)

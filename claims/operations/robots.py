"""Each host's robots.txt, kept for a day, and what it says about a page."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings

from claims.models import Host
from claims.operations.policies import fetch_policy, host_of
from claims.pipeline.fetch import Fetched, FetchRequest, FetchResult, fetch_many
from claims.pipeline.robots import LONGEST, Permission, RobotsAnswer, may_read
from claims.queries.clock import database_now

# RFC 9309, section 2.4: no longer than a day.
_KEPT_FOR = timedelta(hours=24)
# A host that failed is asked again sooner: until then its pages are left alone.
_FAILED_FOR = timedelta(hours=1)


class RobotsRules:
    """The robots.txt of some hosts, as the database keeps them."""

    def __init__(self, hosts: dict[str, RobotsAnswer]) -> None:
        """Take the answers by ``host[:port]``."""
        self._hosts = hosts

    def may_read(self, url: str) -> Permission:
        """Return what the page's host says about it to us."""
        answer = self._hosts.get(host_of(url), RobotsAnswer(None))
        return may_read(url, answer, agent=settings.USER_AGENT)


def robots_for(urls: Iterable[str]) -> RobotsRules:
    """Return the rules of the hosts of ``urls``; those kept too long, or not at all, are fetched together."""
    roots = {host_of(url): f"{urlsplit(url).scheme}://{host_of(url)}/robots.txt" for url in urls}
    now = database_now()
    kept = {host.name: host for host in Host.objects.filter(name__in=roots, robots_until__gt=now)}
    requests = [FetchRequest(url=address) for name, address in roots.items() if name not in kept]
    for request, result in list(fetch_many(requests, policy=fetch_policy())):
        host = _keep(host_of(request.url), result)
        kept[host.name] = host
    return RobotsRules(
        {name: RobotsAnswer(host.robots_status, bytes(host.robots_body)) for name, host in kept.items()}
    )


def _keep(name: str, result: FetchResult) -> Host:
    """Keep an answer. Where there is none, what was known before stays in force."""
    now = database_now()
    host, _ = Host.objects.get_or_create(name=name, defaults={"free_at": now})
    if isinstance(result, Fetched) and result.status < 500:
        host.robots_status, host.robots_body = result.status, result.body[:LONGEST]
        host.robots_until = now + _KEPT_FOR
    else:
        host.robots_until = now + _FAILED_FOR
    host.save(update_fields=["robots_status", "robots_body", "robots_until"])
    return host

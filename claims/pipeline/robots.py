"""A host's robots.txt to what it lets us read, and how fast."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from protego import Protego

LONGEST = 512 * 1024
"""Bytes of a robots.txt that are read: RFC 9309 asks for at least 500 kibibytes."""

SLOWEST = timedelta(minutes=10)
"""The longest crawl delay that we follow; beyond it a page would never be looked at."""


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """The answer to ``/robots.txt``: the status, None where the host could not be reached, and the body."""

    status: int | None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a page may be read, how long to wait between two requests, and why not, in a sentence."""

    allowed: bool
    delay: timedelta
    reason: str


_NO_RULES = Permission(allowed=True, delay=timedelta(0), reason="")


def may_read(url: str, robots: RobotsAnswer, *, agent: str) -> Permission:
    """Return what ``robots`` says about ``url`` to the product token of ``agent`` ("Name/1.0 (…)").

    RFC 9309, section 2.3.1: a 4xx allows everything; a server that fails or cannot be reached disallows
    everything. ``Crawl-delay`` is no part of the RFC, but widely meant; it is followed up to `SLOWEST`.
    """
    none = timedelta(0)
    if robots.status is None or robots.status >= 500 or 300 <= robots.status < 400:
        return Permission(
            False, none, "The site's robots.txt cannot be reached, so its pages are left alone."
        )
    if robots.status >= 400:
        return _NO_RULES
    rules = _rules(robots.body[:LONGEST])
    token = agent.partition("/")[0].strip()
    asked = rules.crawl_delay(token)
    delay = min(timedelta(seconds=max(0.0, float(asked))), SLOWEST) if asked else none
    if rules.can_fetch(url, token):
        return Permission(True, delay, "")
    return Permission(False, delay, "The site's robots.txt asks us not to read this page.")


@lru_cache(maxsize=64)  # a host's pages are asked about one after another
def _rules(body: bytes) -> Protego:
    return Protego.parse(body.decode("utf-8", "replace"))

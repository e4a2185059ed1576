"""A host's robots.txt to what it lets us read, and how fast."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from protego import Protego

LONGEST = 512 * 1024
"""Bytes of a robots.txt that are read: RFC 9309 asks for at least 500 kibibytes."""

SLOWEST = timedelta(minutes=10)
"""The longest crawl delay that we follow; beyond it a page would never be looked at."""


_AGENT = re.compile(r"\s*(?:user[ -]?agent\s*:|user(?:-|\s*)agent\s)([^#]*)", re.IGNORECASE)
_NOBODY = "User-agent: nobody else"


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
    token = agent.partition("/")[0].strip()
    rules = _rules(_beginning(robots.body), token.lower())
    asked = rules.crawl_delay(token)
    delay = timedelta(seconds=min(float(asked), SLOWEST.total_seconds())) if asked else none
    if rules.can_fetch(url, token):
        return Permission(True, delay, "")
    return Permission(False, delay, "The site's robots.txt asks us not to read this page.")


def _beginning(body: bytes) -> bytes:
    """Return what is read of a robots.txt, up to the end of a line where it is longer."""
    return body if len(body) < LONGEST else body[: body[:LONGEST].rfind(b"\n") + 1]


@lru_cache(maxsize=64)  # a host's pages are asked about one after another
def _rules(body: bytes, token: str) -> Protego:
    lines = body.decode("utf-8-sig", "replace").splitlines()
    return Protego.parse("\n".join(_for_us(line, token) for line in lines))


def _for_us(line: str, token: str) -> str:
    """Return a line, one that names another robot without its name: who reads keeps all rules of each."""
    named = _AGENT.match(line)
    name = named[1].strip().lower() if named else "*"
    if name in ("", "*"):
        return line
    bare = name.replace("*", "")
    is_ours = bare and re.search(rf"(?<![\w-]){re.escape(bare)}", token)
    return f"User-agent: {bare}" if is_ours else _NOBODY

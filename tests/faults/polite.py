"""Lets three workers read many sources on few hosts and measures at the servers how polite they are.

Every host has a robots.txt; one asks for a slower pace, and some answers are 429 with Retry-After. Some pages
redirect: within their host, to the next host, and to a page that is closed to us. Then the same with pacing,
host leases and robots.txt off. Prints both counts as JSON.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock

from tests.faults.processes import wait_until
from tests.pipeline.hostile import Behaviour, Server, Visit, serving
from tests.running import ROOT
from tests.servers import end_with_test_run
from tests.sites import page

WORKERS = 3
RETRY_AFTER = 2
_ANSWERS_AFTER_SECONDS = 0.1
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass
class Counts:
    """What the servers saw: requests, and how many of them came against the rules."""

    requests: int = 0
    at_once: int = 0
    too_soon: int = 0
    too_soon_after_429: int = 0
    disallowed: int = 0
    redirects: int = 0
    unchecked: int = 0
    seconds: float = 0.0


@dataclass
class Host:
    """One host: its pace in seconds, and what it has seen."""

    gap: float
    counts: Counts
    next_host: str = ""
    busy: int = 0
    free_at: float = 0.0
    told_until: float = 0.0
    visited: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def answer(self, visit: Visit) -> None:
        """Answer a request and count what is wrong with it."""
        path = visit.path
        with self.lock:
            now = time.monotonic()
            self.counts.requests += 1
            self.counts.at_once += self.busy > 0
            self.counts.too_soon += now < self.free_at
            self.counts.too_soon_after_429 += now < self.told_until
            self.counts.disallowed += path.startswith("/closed/")
            self.visited[path] = self.visited.get(path, 0) + 1
            first_visit = self.visited[path] == 1
            self.busy += 1
        # One in four, so that every host has some, and at once, so that much is still to be asked for.
        busy = first_visit and path[1:].isdigit() and int(path[1:]) % 4 == 1
        if not busy:
            time.sleep(_ANSWERS_AFTER_SECONDS)
        onward = self._onward(path)
        with self.lock:
            self.busy -= 1
            self.free_at = time.monotonic() + self.gap
            if busy:
                self.told_until = time.monotonic() + RETRY_AFTER
            self.counts.redirects += bool(onward) and not busy
        if path == "/robots.txt":
            rules = f"User-agent: *\nDisallow: /closed/\nCrawl-delay: {self.gap}\n"
            visit.answer(rules.encode(), "200 OK", "Content-Type: text/plain")
        elif busy:
            visit.answer(b"busy", "429 Too Many Requests", f"Retry-After: {RETRY_AFTER}")
        elif onward:
            visit.answer(b"", "302 Found", f"Location: {onward}")
        else:
            words = page(f"Story {path}", f"The mayor opened school number {path[1:]}, her office said.")
            visit.answer(words.encode(), "200 OK", "Content-Type: text/html")

    def _onward(self, path: str) -> str:
        """Return where the page redirects, or ""."""
        number = path.removeprefix("/")
        if not number.isdecimal():
            return ""
        here, there, closed = f"/moved/{number}", f"{self.next_host}/moved/{number}", f"/closed/{number}"
        return {"1": here, "2": there, "5": closed, "6": f"{self.next_host}{closed}"}.get(number[-1], "")


class _AnyPath(dict[str, Behaviour]):
    def __init__(self, behave: Behaviour) -> None:
        super().__init__()
        self._behave = behave

    def __missing__(self, path: str) -> Behaviour:
        return self._behave


def main() -> None:
    """Measure the workers as they are, then with their manners off."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.polite", description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--hosts", type=int, default=5)
    parser.add_argument("--gap", type=float, default=0.3, help="seconds; one host asks for twice that")
    given = parser.parse_args()
    given.scratch.mkdir(parents=True, exist_ok=True)
    counts = [Counts() for _ in range(given.hosts)]
    hosts = [Host(given.gap * (2 if n == 0 else 1), each) for n, each in enumerate(counts)]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving(_AnyPath(host.answer))) for host in hosts]
        for host, after in zip(hosts, [*servers[1:], servers[0]], strict=True):
            host.next_host = after.url("")
        environment = _set_up(given.scratch, servers, given.gap)
        ids = _take_on(servers, given.sources)
        polite = _measure(environment, hosts, ids, ["manage.py", "recheck", "--loop"], given.gap)
        for host in hosts:
            host.counts, host.visited = Counts(), {}
        rude = _measure(environment, hosts, ids, ["-m", "tests.faults.rude"], given.gap)
    sys.stdout.write(json.dumps({"polite": asdict(polite), "rude": asdict(rude)}) + "\n")


def _set_up(scratch: Path, servers: list[Server], gap: float) -> dict[str, str]:
    database = scratch / "polite.sqlite3"
    for file in scratch.glob("polite.sqlite3*"):
        file.unlink()
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "VAR_DIR": str(scratch),
        "SECRET_KEY": f"tests only: {'polite':x<40} 1234567890",
        "LOG_LEVEL": "ERROR",
        "FETCH_ALLOW_PRIVATE": ",".join(server.place for server in servers),
        "HOST_GAP_SECONDS": str(gap),
        "SWEEP_SECONDS": "0.2",
        "CHECK_MAX_SECONDS": "86400",
        "LEASE_SECONDS": "60",
        "CHECK_MIN_SECONDS": "5",
    }
    os.environ.clear()
    os.environ.update(environment)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return environment


def _take_on(servers: list[Server], sources: int) -> list[str]:
    from claims.operations.ingest import add_article
    from claims.queries.clock import database_now

    addresses = [
        servers[number % len(servers)].url(f"/closed/{number}" if number % 10 == 3 else f"/{number}")
        for number in range(sources)
    ]
    return [add_article(url=url, by=None, now=database_now()).article.id for url in addresses]


def _measure(
    environment: dict[str, str], hosts: list[Host], ids: list[str], words: list[str], gap: float
) -> Counts:
    """Let the workers read every source once; returns the sum over the hosts."""
    from claims.models import Article
    from claims.models import Host as KnownHost
    from claims.queries.clock import database_now

    now = database_now()
    KnownHost.objects.update(robots_until=None, free_at=now, held_until=None, held_by="")
    Article.objects.filter(pk__in=ids).update(due_at=now, lease_until=None, check_count=0, failures=0)
    started = time.monotonic()
    with _workers(environment, words):
        waiting = Article.objects.filter(pk__in=ids, check_count=0)
        wait_until(lambda: not waiting.exists(), 60 + 6 * gap * len(ids), every=0.5)
    total = Counts(unchecked=waiting.count(), seconds=round(time.monotonic() - started, 1))
    for host in hosts:
        for word in ("requests", "at_once", "too_soon", "too_soon_after_429", "disallowed", "redirects"):
            setattr(total, word, getattr(total, word) + getattr(host.counts, word))
    return total


@contextlib.contextmanager
def _workers(environment: dict[str, str], words: list[str]) -> Iterator[None]:
    running = [
        subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            preexec_fn=end_with_test_run,
        )
        for _ in range(WORKERS)
    ]
    try:
        yield
    finally:
        for each in running:
            each.send_signal(signal.SIGKILL)
            each.wait()


if __name__ == "__main__":
    main()

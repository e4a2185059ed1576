"""Sends every hostile address, answer and page down every way out of the product, and measures the worker.

Prints as JSON: connections to a private server (with the gate shut, and open), how long the slowest path took
beside its deadline, how much memory the worker gained, what crashed or was left without words, and the
children it left behind.
"""

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.faults.hostile_pages import FEEDS, PAGES, TWO_VERSIONS
from tests.pipeline.asking import names
from tests.pipeline.hostile import Behaviour, Server, Visit, redirect, serving
from tests.sites import page as news_page

DEADLINE = 1.0  # seconds
_NOTABLE = 5.0  # megabytes
_TRUST = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."


@dataclass
class Measured:
    """What the run came to; ``crashed`` and ``wordless`` name the case and the path."""

    cases: int = 0
    shut: dict[str, int] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    slowest_over_deadline: float = -DEADLINE
    late: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    wordless: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    megabytes_loaded_once: float = 0.0
    megabytes_gained: float = 0.0
    grew_at: list[str] = field(default_factory=list)
    children_left: int = 0


class Memory:
    """This process's share of memory (PSS), in megabytes, beyond what it was at the start."""

    def __init__(self) -> None:
        gc.collect()
        self._before = self._last = self._now()
        self.most = 0.0
        self.grew_at: list[str] = []

    @staticmethod
    def _now() -> float:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def look(self, case: str) -> None:
        """Note how much there is now, after ``case``."""
        now = self._now()
        self.most = max(self.most, now - self._before)
        if now - self._last > _NOTABLE:
            self.grew_at.append(f"{case}: {now - self._last:+.1f} MB")
        self._last = now


def main() -> None:
    """Run all cases in a database of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.hostile", description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take one transport case in so many")
    given = parser.parse_args()
    given.scratch.mkdir(parents=True, exist_ok=True)
    _set_up(given.scratch)
    with pytest.MonkeyPatch.context() as patch:
        measured = _run(patch, given.every)
    sys.stdout.write(json.dumps(asdict(measured)) + "\n")


def _set_up(scratch: Path) -> None:
    for file in scratch.glob("hostile.sqlite3*"):
        file.unlink()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{scratch / 'hostile.sqlite3'}",
        "VAR_DIR": str(scratch),
        "SECRET_KEY": f"tests only: {'hostile':x<40} 1234567890",
        "LOG_LEVEL": "CRITICAL",
        "HOST_GAP_SECONDS": "0",
        "FETCH_DEADLINE_SECONDS": str(DEADLINE),
        "RATE_LIMIT_ANON": "off",
        "RATE_LIMIT_KEY": "off",
    }
    os.environ.pop("REDIS_URL", None)
    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    call_command("migrate", verbosity=0)


def _run(patch: pytest.MonkeyPatch, every: int) -> Measured:
    from claims.vocabulary import Role
    from tests.faults.bad_addresses import BOOK
    from tests.faults.paths import no_rules
    from tests.stories import person

    names(patch, BOOK)
    measured = Measured()
    cora, edith = person("cora", Role.CONTRIBUTOR), person("edith", Role.EDITOR)
    with serving({"/robots.txt": no_rules}, host="127.0.0.2") as door:
        _warm_up(door, measured)
        _addresses(door, cora, measured)
        _transport(door, edith, measured, every)
        _content(door, measured)
    gc.collect()
    measured.children_left = sum(
        len(task.joinpath("children").read_text().split()) for task in Path("/proc/self/task").iterdir()
    )
    return measured


def _warm_up(door: Server, measured: Measured) -> None:
    """Let everything load that loads once; it is told apart, for it is no growth.

    Most of it is what guesses a page's charset where the one it names is wrong.
    """
    from django.conf import settings

    from tests.faults.paths import by_command

    settings.FETCH_ALLOW_PRIVATE = [door.place]
    memory = Memory()
    for case in ("year 1970", "wrong charset"):
        place = f"/warm-up-{case.replace(' ', '-')}"
        door.behaviours[place] = PAGES[case]
        by_command(door.url(place))
        memory.look(place)
    measured.megabytes_loaded_once = round(memory.most, 1)


# ---------------------------------------------------------------- addresses
def _addresses(door: Server, cora: Any, measured: Measured) -> None:
    """Count the connections to a private server, by path, with the gate shut and open."""
    from django.conf import settings

    from tests.faults.bad_addresses import TO_THE_TRAP, Anything, knocked_at

    with serving(Anything()) as trap:
        settings.FETCH_PORTS = [80, 443, trap.port]
        settings.FETCH_ALLOW_PRIVATE = [door.place, "127.0.0.3"]
        measured.shut = knocked_at(trap, door, cora, TO_THE_TRAP, "shut")
        settings.FETCH_ALLOW_PRIVATE = [door.place, "127.0.0.0/8"]
        measured.opened = knocked_at(trap, door, cora, ["127.0.0.1", "trap.example"], "open")
    settings.FETCH_ALLOW_PRIVATE = [door.place]


# ---------------------------------------------------------------- transport
def _transport(door: Server, edith: Any, measured: Measured, every: int) -> None:
    """Time every broken, huge and slow answer on every path."""
    from claims.models import Host
    from tests.pipeline.test_fetch_broken_answers import CUT, NOT_HTTP, SLOW, TOO_LARGE, slow_step
    from tests.stories import right_now

    cases = CUT | NOT_HTTP | TOO_LARGE | SLOW
    loop: dict[str, Behaviour] = {"/loop": redirect("/loop"), "/retry": _absurd_retry}
    chosen = dict(list(cases.items())[::every]) | {"/silent": SLOW["/silent"]} | loop
    memory: Memory | None = None
    for name, path in _ways_out(door, edith).items():
        for case, behave in chosen.items():
            place = f"/{name.replace(' ', '-')}{case}"
            bases = (place, "/robots.txt") if case in SLOW else ()
            steps: dict[str, Behaviour] = {
                f"{base}{'x' * count}": slow_step for base in bases for count in range(1, 20)
            }
            door.behaviours |= steps | {place: behave if case != "/loop" else redirect(place)}
            Host.objects.update(free_at=right_now(), held_until=None, robots_until=None, robots_status=None)
            deadline = DEADLINE * (2 if name == "archive" else 1)
            started = time.monotonic()
            words = _told(path, place, f"{name} {case}", measured)
            over = time.monotonic() - started - deadline
            measured.slowest_over_deadline = max(measured.slowest_over_deadline, over)
            if over > 1:
                measured.late.append(f"{name} {case}: {over:.1f} s")
            if not words.strip() and case not in _MAY_PASS:
                measured.wordless.append(f"{name} {case}")
            memory = memory or Memory()
            memory.look(f"{name} {case}")
            measured.cases += 1
    measured.megabytes_gained = round(memory.most if memory else 0.0, 1)
    measured.grew_at += memory.grew_at if memory else []


_MAY_PASS = {"/retry"}


def _absurd_retry(visit: Visit) -> None:
    visit.answer(b"busy", "503 Service Unavailable", f"Retry-After: {'9' * 40}")


def _told(path: Callable[[str], str], place: str, case: str, measured: Measured) -> str:
    try:
        return path(place)
    except Exception as error:  # noqa: BLE001 - whatever gets out is what is counted
        measured.crashed.append(f"{case}: {type(error).__name__} {error}"[:200])
        return "crashed"


def _ways_out(door: Server, edith: Any) -> dict[str, Callable[[str], str]]:
    """Return every outgoing request of the product as a function of the place on ``door`` that it asks."""
    from django.conf import settings

    from claims.models import ArchiveCopy, Article, Host
    from claims.operations.custody import save_copies
    from claims.vocabulary import ClaimStatus
    from tests.faults.paths import as_feed, by_command, by_schedule, no_rules
    from tests.stories import decided, taken_on, tracked

    story = news_page("Minister gone", _TRUST).encode()
    door.behaviours["/story"] = lambda visit: visit.answer(story, "200 OK", "Content-Type: text/html")
    settings.WAYBACK_SAVE = True
    decided(tracked(taken_on(door.url("/story")), "has resigned", edith), edith, ClaimStatus.CONFIRMED)

    def by_robots(place: str) -> str:
        door.behaviours["/robots.txt"] = lambda visit: door.behaviours[place](visit)
        fresh = f"{place}-page"
        door.behaviours[fresh] = door.behaviours["/story"]
        words = by_schedule(door.url(fresh))
        door.behaviours["/robots.txt"] = no_rules
        held = Host.objects.filter(robots_until__isnull=False).exists()
        return words or (
            "left for later" if held or not Article.objects.get(url=door.url(fresh)).newest else ""
        )

    def by_archive(place: str) -> str:
        settings.WAYBACK_URL = door.url(f"{place}?")
        ArchiveCopy.objects.update(lease_until=None, state="waiting", failures=0)
        reports = list(save_copies([ArchiveCopy.objects.values_list("pk", flat=True)[0]], only_due=False))
        return " ".join(report.problem or report.address for report in reports)

    return {
        "ingest": lambda place: by_command(door.url(place)),
        "scheduled check": lambda place: by_schedule(door.url(place)),
        "feed": lambda place: as_feed(door.url(place)),
        "robots": by_robots,
        "archive": by_archive,
    }


# ---------------------------------------------------------------- content
def _content(door: Server, measured: Measured) -> None:
    """Take in every hostile page, by hand and by schedule, and feed: stored, or refused in words."""
    from django.conf import settings

    from claims.models import Article, Host
    from claims.operations.recheck import check_articles
    from tests.faults.paths import as_feed, by_command, by_schedule
    from tests.stories import right_now

    settings.FETCH_DEADLINE_SECONDS = 10.0
    memory = Memory()
    for kind, cases in (("page", PAGES), ("feed", FEEDS)):
        for case, behave in cases.items():
            paths = (
                {"by hand": by_command, "by schedule": by_schedule} if kind == "page" else {"feed": as_feed}
            )
            for name, path in paths.items():
                place = f"/{kind}/{case}/{name}".replace(" ", "-")
                door.behaviours[place] = behave
                Host.objects.update(free_at=right_now(), held_until=None)
                words = _told(lambda each, path=path: path(door.url(each)), place, place, measured)  # type: ignore[misc]
                stored = Article.objects.filter(url=door.url(place)).exclude(newest=None).exists()
                if kind == "page" and not words.strip() and not stored:
                    measured.lost.append(place)
                memory.look(place)
                measured.cases += 1
    place = "/two-versions"
    door.behaviours[place] = TWO_VERSIONS
    by_schedule(door.url(place))
    article = Article.objects.get(url=door.url(place))
    for _ in range(8):
        Host.objects.update(free_at=right_now())
        list(check_articles([article.pk], only_due=False))
    if article.snapshots.count() > 3:
        measured.lost.append(f"{place}: {article.snapshots.count()} snapshots of two versions")
    measured.megabytes_gained = max(measured.megabytes_gained, round(memory.most, 1))
    measured.grew_at += memory.grew_at


if __name__ == "__main__":
    main()

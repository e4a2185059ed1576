"""Sends every hostile address, answer and page down every way out of the product, and measures the worker.

Prints as JSON: connections to a private server (with the gate shut, and open), how long the slowest path took
beside its deadline, how much memory the worker gained, what crashed or was left without words, the children
it left behind, and what the database kept of what was refused, of answers that were cut and of servers with a
bad certificate, each beside the same with the defence off.
"""

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.faults.hostile_pages import FEEDS, PAGES, TWO_VERSIONS
from tests.faults.measuring import DEADLINE, Measured, Memory, refused, start_afresh, told
from tests.pipeline.asking import names
from tests.pipeline.hostile import Behaviour, Server, Visit, redirect, serving


def main() -> None:
    """Run all cases in a database of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.hostile", description=__doc__)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take one transport case in so many")
    given = parser.parse_args()
    given.scratch.mkdir(parents=True, exist_ok=True)
    _set_up(given.scratch)
    with pytest.MonkeyPatch.context() as patch:
        measured = _run(patch, given.every, given.scratch)
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


def _run(patch: pytest.MonkeyPatch, every: int, scratch: Path) -> Measured:
    from claims.operations.ledger import verify
    from claims.operations.reader import end_readers
    from claims.vocabulary import Role
    from tests.faults.archives import measure_copies, measure_records
    from tests.faults.bad_addresses import BOOK
    from tests.faults.cuts import measure_cuts
    from tests.faults.kept import seen_when_broken
    from tests.faults.paths import no_rules
    from tests.faults.sealed import measure_seals
    from tests.faults.ways_out import cited_story, ways_out
    from tests.stories import person

    names(patch, BOOK)
    measured = Measured()
    cora, edith = person("cora", Role.CONTRIBUTOR), person("edith", Role.EDITOR)
    with serving({"/robots.txt": no_rules}, host="127.0.0.2") as door:
        _warm_up(door, measured)
        waiting = cited_story(door, edith)
        ways = ways_out(door, waiting, edith)
        _addresses(door, cora, waiting, edith, measured)
        _transport(door, ways, measured, every)
        measure_cuts(door, ways, measured, every, patch)
        measure_seals(door, waiting, edith, scratch, measured, patch)
        measure_copies(door, measured, patch)
        _content(door, measured)
        measure_records(measured)
    verify()
    measured.faults_seen_when_broken = seen_when_broken()
    gc.collect()
    end_readers()  # one waits for the next batch
    measured.children_left = len(_children_left(os.getpid()))
    return measured


def _children_left(process: int) -> list[str]:
    """Return the command lines of all descendants, but for what stands by to fork readers."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    found = []
    for child in [int(word) for task in tasks for word in (task / "children").read_text().split()]:
        command = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
        stands_by = process == os.getpid() and "from multiprocessing." in command
        found += [*([] if stands_by else [command]), *_children_left(child)]
    return found


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
def _addresses(door: Server, cora: Any, waiting: Any, edith: Any, measured: Measured) -> None:
    """Count the connections to a private server, by path, with the gate shut and open."""
    from django.conf import settings

    from tests.faults.bad_addresses import TO_THE_TRAP, Anything, knocked_at
    from tests.faults.paths import paths_of, told_at
    from tests.faults.ways_out import saved, suggested, the_copy

    def from_the_archive(address: str) -> str:
        door.behaviours["/save"] = redirect(address)
        settings.WAYBACK_URL = door.url("/save?")
        return saved(the_copy())

    def from_the_endpoint(address: str) -> str:
        door.behaviours["/model/chat/completions"] = redirect(address, "307 Temporary Redirect")
        settings.LLM_URL = door.url("/model")
        return suggested(waiting, edith)

    def at_the_endpoint(address: str) -> str:
        settings.LLM_URL = address
        return suggested(waiting, edith)

    def from_a_webhook(address: str) -> str:
        door.behaviours["/hook"] = redirect(address, "307 Temporary Redirect")
        return told_at(door.url("/hook"))

    with serving(Anything()) as trap:
        settings.FETCH_PORTS = [80, 443, trap.port]
        settings.FETCH_ALLOW_PRIVATE = [door.place, "127.0.0.3"]
        more = {
            "redirect from the archive": from_the_archive,
            _ENDPOINT: from_the_endpoint,
            _WEBHOOK: from_a_webhook,
        }
        measured.shut = knocked_at(trap, paths_of(door, cora) | more, TO_THE_TRAP, "shut")
        settings.FETCH_ALLOW_PRIVATE = [door.place, "127.0.0.0/8"]
        # No redirect that answers a POST is ever followed; the control is that its own address leads there.
        more |= {_ENDPOINT: at_the_endpoint, _WEBHOOK: told_at}
        measured.opened = knocked_at(trap, paths_of(door, cora) | more, ["127.0.0.1", "trap.example"], "open")
    settings.FETCH_ALLOW_PRIVATE = [door.place]
    start_afresh()


_ENDPOINT, _WEBHOOK = "redirect from the endpoint", "redirect from a webhook"


# ---------------------------------------------------------------- transport
def _transport(door: Server, ways: dict[str, Callable[[str], str]], measured: Measured, every: int) -> None:
    """Time every broken, huge and slow answer on every path, and look at what was kept of it."""
    from django.conf import settings

    from tests.pipeline.asking import CAP
    from tests.pipeline.test_fetch_broken_answers import CUT, NOT_HTTP, SLOW, TOO_LARGE, slow_step

    settings.LLM_DEADLINE_SECONDS, settings.FETCH_MAX_BYTES = DEADLINE, CAP
    cases = CUT | NOT_HTTP | TOO_LARGE | SLOW
    loop: dict[str, Behaviour] = {"/loop": redirect("/loop"), "/retry": _absurd_retry}
    chosen = dict(list(cases.items())[::every]) | {"/silent": SLOW["/silent"]} | loop
    memory: Memory | None = None
    for name, path in ways.items():
        for case, behave in chosen.items():
            place = f"/{name.replace(' ', '-')}{case}"
            bases = (place, "/robots.txt") if case in SLOW else ()
            steps: dict[str, Behaviour] = {
                f"{base}{'x' * count}": slow_step for base in bases for count in range(1, 20)
            }
            door.behaviours |= steps | {place: behave if case != "/loop" else redirect(place)}
            start_afresh()
            deadline = DEADLINE * (2 if name == "archive" else 1)
            started = time.monotonic()
            words = refused(path, place, f"{name} {case}", measured)
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


# ---------------------------------------------------------------- content
def _content(door: Server, measured: Measured) -> None:
    """Take in every hostile page, by hand and by schedule, and feed: stored, or refused in words."""
    from django.conf import settings

    from claims.models import Article, Host
    from claims.operations.recheck import check_articles
    from tests.faults.kept import taken_in
    from tests.faults.paths import as_feed, by_command, by_schedule
    from tests.stories import right_now

    settings.FETCH_DEADLINE_SECONDS, settings.FETCH_MAX_BYTES = 10.0, 5 * 1024 * 1024
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
                before = taken_in()
                words = told(lambda each, path=path: path(door.url(each)), place, place, measured)  # type: ignore[misc]
                stored = Article.objects.filter(url=door.url(place)).exclude(newest=None).exists()
                if kind == "page" and not words.strip() and not stored:
                    measured.lost.append(place)
                if kind == "page" and not stored and taken_in() != before:
                    measured.kept.append(place)
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

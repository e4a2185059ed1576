"""Runs rounds of checks under faults over servers of its own, as one process; prints the result as JSON.

Each round lets some pages fall due, some of them edited, while its faults strike, and counts what is lost and
doubled once everything is whole again. Rounds that an earlier run has finished are not run again.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.receivers import Receiver, receiving
from tests.servers import OwnServer, start_own_postgres, start_own_redis
from tests.sites import news_site

if TYPE_CHECKING:
    from tests.faults.world import World

HOSTS = 40  # more than go into one hint, so that both workers have work
LEASE_SECONDS = "3"
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """How much is run on which engine; ``without`` names the defence that is off in a control."""

    engine: str
    scratch: Path
    rounds: int
    checks: int
    together: int
    seed: int
    without: str
    only: list[str]


def main(arguments: Sequence[str]) -> None:
    """Run the rounds that are left and print the sum of all."""
    plan = _plan(arguments)
    kept = plan.scratch / f"rounds-{plan.engine}-{plan.without or 'whole'}-{plan.seed}.jsonl"
    plan.scratch.mkdir(parents=True, exist_ok=True)
    known = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    if len(known) < plan.rounds:
        folder = plan.scratch / f"{plan.engine}-{plan.without or 'whole'}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with contextlib.ExitStack() as stack, kept.open("a") as file:
            for row in _run(stack, plan, folder, first=len(known)):
                known.append(row)
                file.write(json.dumps(row) + "\n")
                file.flush()
    sys.stdout.write(json.dumps(_sum(known[: plan.rounds])) + "\n")


def _plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgres"], required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--checks", type=int, default=50, help="pages that fall due in each round")
    parser.add_argument("--together", type=int, default=1, help="faults that strike in each round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", choices=["", "fence", "sweep"], default="")
    parser.add_argument("--only", nargs="+", default=[], metavar="FAULT", help="these faults, by name")
    return Plan(**vars(parser.parse_args(arguments)))


def _run(stack: contextlib.ExitStack, plan: Plan, folder: Path, *, first: int) -> Iterator[dict[str, Any]]:
    """Build the world and yield a row for each round that is left."""
    receiver = stack.enter_context(receiving())
    world = _world(stack, plan, folder, receiver)
    from tests.faults.kinds import faults_of
    from tests.faults.world import say

    faults = faults_of(plan.engine)
    chosen = plan.only or sorted(faults)
    started = time.monotonic()
    world.take_in(min(1200, 2 * plan.checks // plan.together))
    say(f"{plan.engine}: {len(world.pages)} pages taken in within {time.monotonic() - started:.1f} s")
    stack.enter_context(world.running())
    order = random.Random(plan.seed)
    deck: list[str] = []
    while len(deck) < plan.rounds * plan.together:
        deck += order.sample(chosen, len(chosen))
    for number in range(first, plan.rounds):
        names = deck[number * plan.together : (number + 1) * plan.together]
        row = _round(world, [(name, faults[name]) for name in names], plan)
        say(f"{plan.engine} {number + 1}/{plan.rounds}: {json.dumps(row)}")
        yield row
    from claims.operations.ledger import verify

    verify()


def _round(world: "World", faults: list[tuple[str, Any]], plan: Plan) -> dict[str, Any]:
    started = time.monotonic()
    share = plan.checks // len(faults)
    row: dict[str, Any] = {"faults": {}, "checked": 0, "lost": 0, "doubled": 0, "untold": 0, "saves": []}
    for name, strike in faults:
        world.choose(share, share if plan.without == "fence" else max(1, share // 5))
        row["faults"][name] = strike(world)
        world.recovered(*([10.0] if plan.without else []))
        for word, count in dataclasses.asdict(world.audit()).items():
            row[word] += count
    row["saves"], world.saves = world.saves, []
    row["seconds"] = round(time.monotonic() - started, 2)
    return row


def _sum(rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = sorted({name for row in rows for name in row["faults"]})
    return {
        "checks": sum(row["checked"] for row in rows),
        "faults": sum(hit for row in rows for hit in row["faults"].values()),
        "missed": sum(not hit for row in rows for hit in row["faults"].values()),
        "kinds": names,
        "lost": sum(row["lost"] for row in rows),
        "doubled": sum(row["doubled"] for row in rows),
        "untold": sum(row["untold"] for row in rows),
        "slowest_save": max((save for row in rows for save in row["saves"]), default=None),
        "slowest_recovery": max(row["seconds"] for row in rows),
        "seconds": round(sum(row["seconds"] for row in rows), 1),
    }


def _world(stack: contextlib.ExitStack, plan: Plan, folder: Path, receiver: Receiver) -> "World":
    """Start servers and sites, set the environment up for Django, and migrate."""
    sites = [stack.enter_context(news_site()) for _ in range(HOSTS)]
    redis, postgres = _servers(stack, plan.engine)
    opened = [*(site.address.removeprefix("http://") for site in sites), receiver.server.place]
    environment = _environment(plan, folder, opened, redis, postgres)
    os.environ.clear()
    os.environ.update(environment)
    import django
    from django.conf import settings
    from django.core.management import call_command

    # Styles from where they lie: a save that came too late is answered with a page, here in this process.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from tests.faults.brokers import FolderBroker, RedisBroker
    from tests.faults.world import World

    return World(
        engine=plan.engine,
        environment=environment,
        scratch=folder,
        sites=sites,
        broker=RedisBroker(f"{redis.url}/1") if redis else FolderBroker(folder / "broker"),
        receiver=receiver,
        rng=random.Random(plan.seed),
        redis=redis,
        postgres=postgres,
        app="tests.faults.fenceless" if plan.without == "fence" else "tracker",
        sweeps=plan.without != "sweep",
    )


def _servers(stack: contextlib.ExitStack, engine: str) -> tuple[OwnServer, OwnServer] | tuple[None, None]:
    if engine == "sqlite":
        return None, None
    redis, postgres = start_own_redis(), start_own_postgres(keeps_commits=True)
    for server in (redis, postgres):
        stack.callback(server.stop)
    return redis, postgres


def _environment(
    plan: Plan, folder: Path, opened: list[str], redis: OwnServer | None, postgres: OwnServer | None
) -> dict[str, str]:
    for name in ("failpoints", "broker/messages", "broker/control"):
        (folder / name).mkdir(parents=True)
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "DATABASE_URL": f"{postgres.url}/postgres" if postgres else f"sqlite:///{folder / 'claims.sqlite3'}",
        "REDIS_URL": f"{redis.url}/1" if redis else "",
        "VAR_DIR": str(folder),
        "SECRET_KEY": f"tests only: {'faults':x<40} {plan.seed}",
        "ALLOWED_HOSTS": "testserver",
        "RATE_LIMIT_KEY": "6000/min",
        "LOG_LEVEL": "WARNING",
        "FAILPOINTS": str(folder / "failpoints"),
        "FETCH_ALLOW_PRIVATE": ",".join(opened),
        "FETCH_DEADLINE_SECONDS": "10",
        "HOST_GAP_SECONDS": "0",
        "SWEEP_SECONDS": "1",
        "CHECK_MIN_SECONDS": "3600",
        "CHECK_MAX_SECONDS": "86400",
        "LEASE_SECONDS": LEASE_SECONDS,
    }


if __name__ == "__main__":
    main(sys.argv[1:])

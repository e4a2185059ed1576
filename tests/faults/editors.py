"""Lets two editors decide on one claim at the same moment, again and again, and counts who wins.

One works at the desk, the other at the desk or by the API, each on the version that both saw. The same with
the check of that version off is the control. Prints the counts as JSON.
"""

import argparse
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers import start_own_postgres, start_own_redis

if TYPE_CHECKING:
    from claims.models import User

MEETS_WITHIN_SECONDS = 60.0
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_WON, _REFUSED = frozenset({201, 302}), frozenset({409, 412})


def main(arguments: Sequence[str]) -> None:
    """Run the races on one engine and print how many were won by one, by both and by nobody."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.editors", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgres"], required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--races", type=int, default=1000)
    parser.add_argument("--without", choices=["", "version"], default="")
    given = parser.parse_args(arguments)
    with ExitStack() as stack:
        _set_up(stack, given.engine, given.scratch)
        if given.without == "version":
            _forget_versions()
        outcomes = Counter(_races(given.races))
    told = {word: outcomes.pop(word, 0) for word in ("one", "both", "nobody")}
    sys.stdout.write(json.dumps({"races": given.races, **told, "other": dict(outcomes)}) + "\n")


def _set_up(stack: ExitStack, engine: str, scratch: Path) -> None:
    """Make an empty database, on servers of our own where the engine has some."""
    scratch.mkdir(parents=True, exist_ok=True)
    database, redis_url = f"sqlite:///{scratch / 'claims.sqlite3'}", ""
    if engine == "postgres":
        postgres, redis = start_own_postgres(), start_own_redis()
        for server in (postgres, redis):
            stack.callback(server.stop)
        database, redis_url = f"{postgres.url}/postgres", f"{redis.url}/1"
    else:
        for old in scratch.glob("claims.sqlite3*"):
            old.unlink()
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "DATABASE_URL": database,
        "REDIS_URL": redis_url,
        "VAR_DIR": str(scratch),
        "SECRET_KEY": f"tests only: {'editors':x<50}",
        "ALLOWED_HOSTS": "testserver",
        "DEBUG": "on",  # styles from where they lie
        "RATE_LIMIT_KEY": "off",
        "RATE_LIMIT_ANON": "off",
        "LOG_LEVEL": "ERROR",
    }
    os.environ.clear()
    os.environ.update(environment)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def _forget_versions() -> None:
    """Take every decision, whichever version of the claim it was made on."""
    from claims.operations import review

    review.check_version = lambda *_: None


def _races(count: int) -> list[str]:
    """Let Edith and Emil meet on one claim ``count`` times; return who won each: "one", "both", "nobody"."""
    from claims.models import Review
    from claims.operations.people import add_person, issue_token
    from claims.queries.clock import database_now
    from claims.vocabulary import Role, Scope
    from tests.stories import a_claim

    edith, emil = (
        add_person(username=name, role=Role.EDITOR, by=None, now=database_now()) for name in ("edith", "emil")
    )
    token = issue_token(person=emil, scopes=[Scope.DECIDE], by=None, now=database_now())
    claim = a_claim(edith)
    at_her_desk, at_his_desk = _at_the_desk(edith, claim.id), _at_the_desk(emil, claim.id)
    by_program = _by_program(token, claim.id)
    outcomes = []
    with ThreadPoolExecutor(2) as pool:
        for number in range(count):
            claim.refresh_from_db()
            kept_before = Review.objects.filter(claim=claim).count()
            together = threading.Barrier(2)
            saves = [at_her_desk, at_his_desk if number % 2 else by_program]
            racing = [pool.submit(_meet, together, save, claim.version) for save in saves]
            answers = sorted(each.result() for each in racing)
            kept = Review.objects.filter(claim=claim).count() - kept_before
            outcomes.append(_outcome(answers, kept))
    return outcomes


def _meet(together: threading.Barrier, save: Callable[[int], int], seen_version: int) -> int:
    together.wait(MEETS_WITHIN_SECONDS)
    return save(seen_version)


def _outcome(answers: list[int], kept: int) -> str:
    """What a race came to; the answers in figures where they are others, or are not what was kept."""
    won = sum(answer in _WON for answer in answers)
    if kept != won or not set(answers) <= _WON | _REFUSED:
        return f"{answers}, {kept} kept"
    return ("nobody", "one", "both")[won]


def _at_the_desk(person: "User", claim: str) -> Callable[[int], int]:
    """Return how somebody saves the workbench's form; it gives the answer's status."""
    from django.test import Client

    browser = Client()
    browser.force_login(person)

    def save(seen_version: int) -> int:
        form = {"version": seen_version, "verdict": "unverified", "reason": "Nobody has proof yet."}
        return browser.post(f"/desk/claims/{claim}/", form).status_code

    return save


def _by_program(token: str, claim: str) -> Callable[[int], int]:
    """Return how a program of somebody's posts a review; it gives the answer's status."""
    from django.test import Client

    def save(seen_version: int) -> int:
        program = Client(headers={"Authorization": f"Token {token}", "If-Match": f'"{seen_version}"'})
        body = {"verdict": "unverified", "reason": "Nobody has proof so far."}
        return program.post(f"/api/v1/claims/{claim}/reviews/", body, "application/json").status_code

    return save


if __name__ == "__main__":
    main(sys.argv[1:])

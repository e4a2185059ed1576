"""`make run` on a new folder: the site, the demo story, the log-ins; a second run goes on from there."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from claims.management.demo.story import ACCOUNTS
from tests import servers
from tests.running import LAST_LINE, STOPS_WITHIN_SECONDS, Running, running


@dataclass(frozen=True)
class FirstStart:
    """What a start over a folder that did not exist has left behind, once it was stopped by Ctrl-C."""

    folder: Path
    address: str
    said: str
    front_page: tuple[int, str]
    exit_status: int
    left_running: list[int]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    folder = tmp_path_factory.mktemp("run") / "var"
    with running(folder) as run:
        run.wait_for(LAST_LINE)
        page = run.get("/")
        status = run.stop(signal.SIGINT)
        return FirstStart(folder, run.address, run.said, page, status, still_running(run))


@pytest.fixture(scope="module")
def second(first: FirstStart) -> Iterator[Running]:
    """A later start over the same folder."""
    with running(first.folder) as run:
        run.wait_for(LAST_LINE)
        yield run


@pytest.fixture
def fresh_postgres_url() -> Iterator[str]:
    """A PostgreSQL database of this test's own, without tables."""
    server, name = servers.postgres().url, f"claims_test_run_{os.getpid()}"
    with closing(psycopg2.connect(f"{server}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
            yield f"{server}/{name}"
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def people_in(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder}/claims.sqlite3?mode=ro", uri=True)) as connection:
        count: int = connection.execute("SELECT count(*) FROM claims_user").fetchone()[0]
    return count


def still_running(run: Running) -> list[int]:
    deadline = time.monotonic() + STOPS_WITHIN_SECONDS
    while (left := run.members()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def test_a_first_start_says_where_it_is_and_who_may_log_in(first: FirstStart) -> None:
    assert f"{first.address}/" in first.said
    for word in ("cora", "edith", "clara", "adam", "claims-demo"):
        assert word in first.said


def test_the_front_page_shows_the_demo_story(first: FirstStart) -> None:
    status, page = first.front_page

    assert status == 200
    assert "Tunisia" in page


def test_ctrl_c_stops_all_of_it(first: FirstStart) -> None:
    assert first.exit_status == 0
    assert first.left_running == []


def test_what_is_kept_is_for_its_owner_alone(first: FirstStart) -> None:
    assert first.folder.stat().st_mode & 0o077 == 0
    assert (first.folder / "secret_key").stat().st_mode & 0o077 == 0


def test_a_second_start_goes_on_without_loading_again(second: Running) -> None:
    assert "Loading the demo" not in second.said
    assert "claims-demo" in second.said
    assert people_in(second.var) == len(ACCOUNTS)


def test_a_start_beside_it_is_refused_with_what_to_do(second: Running, tmp_path: Path) -> None:
    with running(tmp_path / "var", port=second.port) as third:
        assert third.wait() == 1
        assert f"Port {second.port}, for the site, is in use" in third.said
        assert "make run PORT=" in third.said


def test_on_postgresql_and_redis_the_same_processes_run_and_end_together(
    tmp_path: Path, fresh_postgres_url: str, redis_url: str
) -> None:
    with running(tmp_path / "var", DATABASE_URL=fresh_postgres_url, REDIS_URL=redis_url) as run:
        run.wait_for(LAST_LINE)
        assert run.get("/")[0] == 200
        assert "claims-demo" not in run.said, "log-ins are printed only where the demo was loaded"
        assert not (tmp_path / "var" / "claims.sqlite3").exists()

        run.kill(run.member("celery", "worker"))

        assert run.wait() == 1
        assert "The worker process ended by itself" in run.said
        assert still_running(run) == []

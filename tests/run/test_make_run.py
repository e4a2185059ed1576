"""`make run` on a new folder: the site, the demo story, the log-ins; a second run goes on from there."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from tests import servers
from tests.running import LAST_LINE, STOPS_WITHIN_SECONDS, Running, running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture(scope="module")
def first_run(folder: Path) -> Iterator[Running]:
    """The first start over a folder that did not exist; it loads the demo story."""
    with running(folder) as started:
        started.wait_for(LAST_LINE)
        yield started


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


def events_in(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{folder}/claims.sqlite3?mode=ro", uri=True)) as connection:
        count: int = connection.execute("SELECT count(*) FROM claims_event").fetchone()[0]
    return count


def gone(run: Running) -> bool:
    deadline = time.monotonic() + STOPS_WITHIN_SECONDS
    while run.members() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not run.members()


def test_a_first_start_says_where_it_is_and_who_may_log_in(first_run: Running) -> None:
    assert f"{first_run.address}/" in first_run.said
    for word in ("cora", "edith", "clara", "adam", "claims-demo"):
        assert word in first_run.said


def test_the_front_page_shows_the_demo_story(first_run: Running) -> None:
    status, page = first_run.get("/")

    assert status == 200
    assert "Tunisia" in page


def test_what_is_kept_is_for_its_owner_alone(first_run: Running) -> None:
    assert first_run.var.stat().st_mode & 0o077 == 0
    assert (first_run.var / "secret_key").stat().st_mode & 0o077 == 0


def test_a_second_start_beside_it_is_refused_with_what_to_do(first_run: Running, tmp_path: Path) -> None:
    with running(tmp_path / "var", port=first_run.port) as second:
        assert second.wait() == 1
        assert f"Port {first_run.port}, for the site, is in use" in second.said
        assert "make run PORT=" in second.said


def test_it_stops_as_one_and_goes_on_later_without_loading_again(folder: Path, tmp_path: Path) -> None:
    """Ctrl-C ends all; the next start finds its records; a worker that dies takes everything with it."""
    with running(tmp_path / "var") as run:
        run.wait_for(LAST_LINE)
        assert run.stop(signal.SIGINT) == 0
        assert gone(run)
    before = events_in(tmp_path / "var")
    assert before > 0

    with running(tmp_path / "var", SWEEP_SECONDS="3600") as run:
        run.wait_for(LAST_LINE)
        assert "Loading the demo" not in run.said
        assert events_in(tmp_path / "var") == before

        run.kill(run.member("celery", "worker"))

        assert run.wait() == 1
        assert "The worker process ended by itself" in run.said
        assert gone(run)


def test_the_same_processes_run_on_postgresql_and_redis(
    tmp_path: Path, fresh_postgres_url: str, redis_url: str
) -> None:
    with running(tmp_path / "var", DATABASE_URL=fresh_postgres_url, REDIS_URL=redis_url) as run:
        run.wait_for(LAST_LINE)
        status, _ = run.get("/")

        assert status == 200
        assert "claims-demo" not in run.said, "log-ins are printed only where the demo was loaded"
        assert not (tmp_path / "var" / "claims.sqlite3").exists()
        assert run.stop() == 0
        assert gone(run)

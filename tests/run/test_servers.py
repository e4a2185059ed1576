"""Tests find or start the servers they need in each of the ways they promise, and fail with words else."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
import redis

from tests import chromium, servers


@pytest.mark.parametrize("find", [servers.system_postgres, servers.wheel_postgres])
def test_postgresql_starts_from_system_binaries_and_from_the_wheel(find: Callable[[], Path | None]) -> None:
    binaries = find()
    if binaries is None:
        assert find is servers.system_postgres, "the wheel is in requirements-dev.txt"
        binaries = servers.wheel_postgres()
        assert binaries is not None
    server = servers.start_postgres(binaries)
    try:
        connection = psycopg2.connect(f"{server.url}/postgres")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 6 * 7")
            assert cursor.fetchone() == (42,)
        connection.close()
    finally:
        server.stop()
    assert not servers.postgres_answers(server.url)
    assert not server.folder.exists()


@pytest.mark.parametrize("find", [servers.system_redis, servers.wheel_redis])
def test_redis_starts_from_the_system_binary_and_from_the_wheel(find: Callable[[], str | None]) -> None:
    binary = find()
    if binary is None:
        assert find is servers.system_redis, "the wheel is in requirements-dev.txt"
        binary = servers.wheel_redis()
        assert binary is not None
    server = servers.start_redis(binary)
    try:
        client = redis.Redis.from_url(f"{server.url}/3")
        client.set("said", "so")
        assert client.get("said") == b"so"
        client.close()
    finally:
        server.stop()
    assert not servers.redis_answers(server.url)


def test_a_frozen_redis_does_not_answer_until_it_thaws(own_redis: servers.OwnServer) -> None:
    own_redis.freeze()
    assert not servers.redis_answers(own_redis.url)

    own_redis.thaw()
    assert servers.redis_answers(own_redis.url)


def test_a_test_run_never_uses_redis_number_0(redis_url: str) -> None:
    assert int(redis_url.rpartition("/")[2]) > 0


@pytest.mark.parametrize(
    ("find", "name"),
    [(servers.postgres.__wrapped__, "PostgreSQL"), (servers.redis_server.__wrapped__, "Redis")],
)
def test_without_any_way_the_refusal_names_the_server_and_the_packages(
    find: Callable[[], servers.Found], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SERVERS", "none")

    with pytest.raises(servers.NoServerError, match=f"need {name}.*Debian.*PyPI"):
        find()


def test_a_server_that_does_not_start_is_refused_with_its_own_words(tmp_path: Path) -> None:
    fake = tmp_path / "redis-server"
    fake.write_text("#!/bin/sh\necho out of memory today >&2\nexit 1\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)

    with pytest.raises(servers.NoServerError, match="out of memory today"):
        servers.start_redis(str(fake))


def test_chromium_is_sought_in_order_and_its_absence_is_told() -> None:
    asked = []

    def absent() -> str | None:
        asked.append("absent")
        return None

    def present() -> str:
        asked.append("present")
        return "/opt/chromium"

    assert chromium.chromium.__wrapped__((absent, present, absent)) == "/opt/chromium"
    assert asked == ["absent", "present"]
    with pytest.raises(servers.NoServerError, match=r"apt-get install chromium.*playwright install chromium"):
        chromium.chromium.__wrapped__((absent, absent))


def test_debian_packages_are_only_installed_where_there_is_apt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("apt-get") is None

    assert chromium.apt_chromium() is None

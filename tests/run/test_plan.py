"""What `make run` decides before it starts anything: ports, whether there is a demo, what it opens."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import free_port
from tracker.run import CannotRunError, DemoRecord, environment_for, make_plan, welcome


@pytest.fixture(autouse=True)
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    for name in (
        "DATABASE_URL",
        "DEBUG",
        "DEMO_PORT",
        "FETCH_ALLOW_PRIVATE",
        "FETCH_PORTS",
        "CHECK_MIN_SECONDS",
        "CHECK_MAX_SECONDS",
        "HOST_GAP_SECONDS",
        "DEMO_HOST",
    ):
        monkeypatch.delenv(name, raising=False)
    while True:
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        monkeypatch.setenv("PORT", str(port))
        return port


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_new_folder_gets_the_demo_one_port_up(tmp_path: Path, port: int) -> None:
    plan = make_plan(tmp_path)

    assert plan.demo == DemoRecord(port=port + 1, loaded=False)


def test_a_busy_port_is_refused_with_what_to_do(
    tmp_path: Path, busy_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", str(busy_port))

    with pytest.raises(
        CannotRunError, match=rf"Port {busy_port}, for the site, is in use .* make run PORT=\d+"
    ):
        make_plan(tmp_path)


def test_a_busy_demo_port_is_refused_with_what_to_do(
    tmp_path: Path, busy_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_PORT", str(busy_port))

    with pytest.raises(
        CannotRunError, match=rf"Port {busy_port}, for the demo's pages, .* make run DEMO_PORT=\d+"
    ):
        make_plan(tmp_path)


@pytest.mark.parametrize("wrong", ["web", "-1", "0", "65536", "80.0", "²"])
def test_a_port_that_is_no_port_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("PORT", wrong)

    with pytest.raises(CannotRunError, match="must be a number from 1 to 65535"):
        make_plan(tmp_path)


def test_the_site_and_the_demo_need_two_ports(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_PORT", str(port))

    with pytest.raises(CannotRunError, match="cannot serve both"):
        make_plan(tmp_path)


def test_a_database_that_somebody_else_made_gets_no_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "claims.sqlite3").touch()
    assert make_plan(tmp_path).demo is None

    monkeypatch.setenv("DATABASE_URL", "postgres://claims@db.example/claims")
    assert make_plan(tmp_path / "new").demo is None


def test_production_settings_get_no_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "off")

    assert make_plan(tmp_path).demo is None


def test_the_demo_stays_at_the_port_where_it_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded_at = free_port()
    DemoRecord(port=loaded_at, loaded=True).write(tmp_path)
    (tmp_path / "claims.sqlite3").touch()
    monkeypatch.setenv("DEMO_PORT", str(loaded_at + 7))

    plan = make_plan(tmp_path)

    assert plan.demo == DemoRecord(port=loaded_at, loaded=True)
    assert f"stay at port {loaded_at}" in capsys.readouterr().out


def test_an_interrupted_load_begins_again_and_keeps_the_old_file(tmp_path: Path, port: int) -> None:
    DemoRecord(port=port + 1, loaded=False).write(tmp_path)
    (tmp_path / "claims.sqlite3").write_text("half a story")

    plan = make_plan(tmp_path)

    assert plan.demo == DemoRecord(port=port + 1, loaded=False)
    assert not (tmp_path / "claims.sqlite3").exists()
    assert (tmp_path / "interrupted.claims.sqlite3").read_text() == "half a story"


def test_only_the_demo_page_host_is_opened_beside_what_the_person_opened(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FETCH_ALLOW_PRIVATE", "10.1.0.0/16")

    environment = environment_for(make_plan(tmp_path))

    assert environment["FETCH_ALLOW_PRIVATE"] == f"10.1.0.0/16,127.0.0.1:{port + 1}"
    assert "FETCH_PORTS" not in environment


def test_only_the_demo_page_host_is_hurried(tmp_path: Path, port: int) -> None:
    environment = environment_for(make_plan(tmp_path))

    assert environment["DEMO_HOST"] == f"127.0.0.1:{port + 1}"
    assert not {"CHECK_MIN_SECONDS", "CHECK_MAX_SECONDS", "HOST_GAP_SECONDS"} & environment.keys()


def test_without_a_demo_nothing_is_opened_or_hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://claims@db.example/claims")

    environment = environment_for(make_plan(tmp_path))

    assert not {"FETCH_ALLOW_PRIVATE", "DEMO_HOST", "SWEEP_SECONDS"} & environment.keys()
    assert environment["DEBUG"] == "on"


def test_log_ins_are_printed_only_with_the_demo(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_demo = welcome(make_plan(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://claims@db.example/claims")
    without = welcome(make_plan(tmp_path))

    assert f"http://127.0.0.1:{port}/" in with_demo
    assert f"http://127.0.0.1:{port}/" in without
    for word in ("cora", "edith", "clara", "adam", "claims-demo"):
        assert word in with_demo
        assert word not in without

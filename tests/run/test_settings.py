"""A setting that cannot be meant stops the start, by its name and with what it can be."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))


def settings_with(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    """Return the product's settings, read anew."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "tracker" / "settings.py"))


WRONG = {
    "PORT": ("web", "0", "65536", "80.5"),
    "DEMO_PORT": ("x",),
    "DATABASE_URL": ("nonsense", "mysql://here/claims", "postgres://user:secret-word@here:port/claims"),
    "REDIS_URL": ("nonsense", "http://here"),
    "DEBUG": ("perhaps",),
    "PUBLIC_URL": ("claims.example", "ftp://claims.example", "https://claims.example/desk", "https://a:port"),
    "EMAIL_URL": ("nonsense", "pigeon://user:secret-word@here"),
    "LEDGER_KEY": ("secret-word",),
    "RATE_LIMIT_ANON": ("many", "600", "0/min", "-1/min", "600/fortnight"),
    "RATE_LIMIT_KEY": ("600 per minute",),
    "STREAM_MAX": ("-1", "1.5"),
    "CHANGES_DAYS": ("-1", "nan", "1e30"),
    "FETCH_ALLOW_PRIVATE": ("10.0.0.0/99", "one:two:three"),
    "FETCH_PORTS": ("http", "80,70000"),
    "FETCH_DEADLINE_SECONDS": ("0", "30s"),
    "FETCH_MAX_BYTES": ("0", "5MB"),
    "HOST_GAP_SECONDS": ("-1", "2min", "1,5"),
    "SWEEP_SECONDS": ("0", "inf"),
    "CHECK_MIN_SECONDS": ("-1", "1e30"),
    "CHECK_MAX_SECONDS": ("-1", "never"),
    "FEED_MIN_SECONDS": ("soon",),
    "REMOVED_AFTER_CHECKS": ("0", "1.5"),
    "REMOVED_AFTER_SECONDS": ("-1",),
    "STUCK_AFTER": ("0",),
    "LEASE_SECONDS": ("0",),
    "READ_SECONDS": ("0",),
    "READ_MEGABYTES": ("0",),
    "WEB_THREADS": ("0",),
    "WORKER_CONCURRENCY": ("0",),
    "NUM_PROXIES": ("-1",),
    "BEHIND_TLS_PROXY": ("perhaps",),
    "WAYBACK_SAVE": ("perhaps",),
    "LOG_LEVEL": ("loud",),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured, match=name) as refusal:
        settings_with(monkeypatch, **{name: value})
    assert "secret-word" not in str(refusal.value)


@pytest.mark.parametrize("name", sorted(WRONG))
def test_an_empty_value_is_the_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = settings_with(monkeypatch)
    monkeypatch.setenv(name, "")
    again = settings_with(monkeypatch)
    assert {key for key in usual if key.isupper()} == {key for key in again if key.isupper()}
    assert again.get(name) == usual.get(name)


def test_numbers_are_read_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings_with(monkeypatch, SWEEP_SECONDS="1e1", CHECK_MIN_SECONDS="900000", FETCH_PORTS="80, 8080")
    assert made["SWEEP_SECONDS"] == 10
    assert made["CHECK_MAX_SECONDS"] == 900_000, "what is usual never undercuts the shortest"
    assert made["FETCH_PORTS"] == [80, 8080]


def test_limits_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings_with(monkeypatch, RATE_LIMIT_ANON="off", RATE_LIMIT_KEY="10/hour")
    assert made["REST_FRAMEWORK"]["DEFAULT_THROTTLE_RATES"] == {"anon": None, "key": "10/hour"}


def test_a_file_of_a_secret_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"METRICS_TOKEN_FILE .*/nowhere"):
        settings_with(monkeypatch, METRICS_TOKEN_FILE="/nowhere")


def test_commands_tell_it_without_a_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "token", "edith"],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tracker.settings", "RATE_LIMIT_ANON": "many"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("RATE_LIMIT_ANON is ")
    assert done.stderr.count("\n") == 1

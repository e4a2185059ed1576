"""Machines that watch us learn whether we are alive and ready, and where the ledger stands."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from claims.models import Event, User
from tests.stories import a_claim


def test_a_process_that_answers_is_alive(reader: APIClient) -> None:
    answer = reader.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.django_db
def test_who_asks_for_the_head_alone_gets_no_body_and_its_length() -> None:
    """As the web server hears it: Django's test client takes the body away by itself."""

    def ask(method: str) -> tuple[dict[str, str], bytes]:
        told: dict[str, str] = {}

        def start(_status: str, headers: list[tuple[str, str]], _fault: Any = None, /) -> Any:
            told.update(headers)

        answer = WSGIHandler()(RequestFactory().generic(method, "/method/").environ, start)
        return told, b"".join(answer)

    (head, nothing), (headers, body) = ask("HEAD"), ask("GET")
    assert nothing == b""
    assert head["Content-Length"] == headers["Content-Length"] == str(len(body))


def test_ready_is_who_has_a_migrated_database(reader: APIClient) -> None:
    answer = reader.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}


def test_without_a_database_nobody_is_ready(reader: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: Any) -> None:
        raise DatabaseError("connection to server at 10.1.2.3 failed for user claims")

    monkeypatch.setattr("claims.views.health.MigrationExecutor", fails)
    answer = reader.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] != "ok"
    assert "10.1.2.3" not in answer.content.decode()
    assert reader.get("/healthz").status_code == 200


def test_before_it_is_migrated_nobody_is_ready(reader: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda _self, _targets: ["one"])
    answer = reader.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "1 not applied")


def test_the_checkpoint_tells_where_the_ledger_stands_and_is_signed(
    reader: APIClient, edith: User, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    a_claim(edith)
    checkpoint = reader.get("/.well-known/claim-ledger.json").json()
    last = Event.objects.order_by("-seq")[0]
    assert set(checkpoint) == {"seq", "hash", "at", "key_id", "signature"}
    assert (checkpoint["seq"], checkpoint["hash"]) == (last.seq, last.hash)
    signature = base64.b64decode(checkpoint.pop("signature"))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(checkpoint["key_id"]))
    key.verify(signature, rfc8785.dumps(checkpoint))


def test_the_key_is_made_once_and_kept_to_itself(reader: APIClient, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    ids = {reader.get("/.well-known/claim-ledger.json").json()["key_id"] for _ in range(3)}
    assert len(ids) == 1
    assert [file.name for file in settings.VAR_DIR.iterdir()] == ["ledger_key"]
    assert (settings.VAR_DIR / "ledger_key").stat().st_mode & 0o777 == 0o600
    settings.LEDGER_KEY = "11" * 32
    assert reader.get("/.well-known/claim-ledger.json").json()["key_id"] not in ids


def test_what_was_published_verifies_later(
    reader: APIClient, edith: User, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    file = tmp_path / "checkpoint.json"
    file.write_text(json.dumps(reader.get("/.well-known/claim-ledger.json").json()))
    a_claim(edith)
    call_command("verify_ledger", checkpoint=file)
    assert f"{Event.objects.count()} events verified" in capsys.readouterr().out


def test_a_stranger_at_the_door_costs_the_log_one_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400
    [record] = [record for record in caplog.records if record.name.startswith("django.security")]
    assert "elsewhere.example" in record.getMessage()
    assert record.exc_info is None

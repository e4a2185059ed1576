"""`manage.py verify_ledger` finds whatever was done to the ledger, and to a published checkpoint."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.models import Event
from claims.operations.checkpoint import sign_checkpoint
from claims.operations.ledger import verify
from claims.vocabulary import Role
from tests.commands.conftest import Run
from tests.stories import a_claim, a_topic, person, right_now


@pytest.fixture
def checkpoint(db: None, tmp_path: Path, settings: Any) -> Path:
    """A checkpoint published when a claim had been tracked."""
    settings.VAR_DIR = tmp_path / "var"
    a_claim(person("edith", Role.EDITOR))
    file = tmp_path / "checkpoint.json"
    file.write_text(json.dumps(sign_checkpoint(now=right_now())))
    return file


def rewritten(file: Path, **members: Any) -> Path:
    file.write_text(json.dumps({**json.loads(file.read_text()), **members}))
    return file


def test_a_ledger_nobody_touched_verifies(run: Run, checkpoint: Path) -> None:
    ran = run("verify_ledger")
    assert ran.code == 0
    assert ran.out.startswith(f"{Event.objects.count()} events verified")


def test_an_empty_ledger_verifies(run: Run) -> None:
    ran = run("verify_ledger")
    assert (ran.code, ran.out[:17]) == (0, "0 events verified")


def test_a_ledger_that_grew_continues_its_checkpoint(run: Run, checkpoint: Path) -> None:
    known = Event.objects.count()
    a_topic()
    ran = run("verify_ledger", "--checkpoint", checkpoint)
    assert ran.code == 0, ran.err
    assert f"they continue the checkpoint at {known}" in ran.out


def test_the_first_bad_event_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, checkpoint: Path) -> None:
    # The triggers let nobody edit a row; so the reading of one is bent.
    monkeypatch.setattr(Event, "from_db", classmethod(_bent(Event.from_db.__func__)))  # type: ignore[attr-defined]
    ran = run("verify_ledger")
    assert ran.code == 1
    assert "Event 2" in ran.err
    assert ran.out == ""


def _bent(read: Any) -> Any:
    def from_db(kind: Any, *given: Any) -> Event:
        event: Event = read(kind, *given)
        if event.seq == 2:
            event.kind = "takedown"
        return event

    return from_db


def test_a_tail_that_was_cut_off_shows_against_the_checkpoint(
    run: Run, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = Event.objects.count()
    sound = verify()
    manager = Event.objects
    monkeypatch.setattr("claims.operations.ledger.Event.objects", manager.filter(seq__lt=count), raising=True)
    assert run("verify_ledger").code == 0, "without a checkpoint a cut tail does not show"
    ran = run("verify_ledger", "--checkpoint", checkpoint)
    assert ran.code == 1
    assert f"Event {count}" in ran.err
    assert sound.events == count


def test_a_checkpoint_of_another_ledger_is_not_continued(
    run: Run, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Ed25519PrivateKey.generate()
    monkeypatch.setattr("claims.operations.checkpoint._kept_key", lambda: key)
    monkeypatch.setattr("claims.operations.checkpoint.GENESIS", "ab" * 32)
    monkeypatch.setattr("claims.operations.checkpoint.Event.objects", Event.objects.none())
    foreign = sign_checkpoint(now=right_now())
    monkeypatch.undo()
    ran = run("verify_ledger", "--checkpoint", rewritten(checkpoint, **foreign))
    assert ran.code == 1
    assert "not the event that the checkpoint knew" in ran.err


def test_another_machines_key_is_noted_and_no_failure(run: Run, checkpoint: Path, settings: Any) -> None:
    settings.LEDGER_KEY = "11" * 32
    ran = run("verify_ledger", "--checkpoint", checkpoint)
    assert ran.code == 0
    assert "Note: the checkpoint is signed by" in ran.err


@pytest.mark.parametrize(
    "members",
    [
        {"seq": 1},
        {"hash": "0" * 64},
        {"at": "2011-03-30T22:00:00Z"},
        {"signature": "bm90aGluZw=="},
        {"signature": "§"},
        {"signature": None},
        {"key_id": "zz"},
        {"key_id": "11" * 32},
        {"seq": "1"},
        {"seq": -1},
        {"seq": 2**70},
        {"more": "words"},
    ],
)
def test_a_checkpoint_that_was_edited_is_refused(run: Run, checkpoint: Path, members: Any) -> None:
    ran = run("verify_ledger", "--checkpoint", rewritten(checkpoint, **members))
    assert ran.code == 1
    assert "checkpoint" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"seq": 1}', "[" * 100_000])
def test_a_file_that_is_no_checkpoint_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "checkpoint.json"
    file.write_text(text)
    ran = run("verify_ledger", "--checkpoint", file)
    assert (ran.code, ran.out) == (1, "")
    assert str(file) in ran.err


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    ran = run("verify_ledger", "--checkpoint", tmp_path / "nosuch.json")
    assert (ran.code, "cannot be read" in ran.err) == (1, True)


def test_a_key_that_is_none_is_refused_in_words(run: Run, checkpoint: Path, settings: Any) -> None:
    settings.LEDGER_KEY = "not a key"
    ran = run("verify_ledger", "--checkpoint", checkpoint)
    assert (ran.code, "64 digits" in ran.err) == (1, True)

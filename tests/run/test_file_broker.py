"""The embedded broker: who looks while a message is being written sees none, never half of one."""

import json
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem

from tracker import file_broker

MESSAGE = {"body": "a hint", "headers": {}}


def channel(transport: type, folder: Path) -> Any:
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
    return Connection(transport=transport, transport_options=options).channel()


def test_a_message_comes_out_as_it_went_in(tmp_path: Path) -> None:
    ours = channel(file_broker.Transport, tmp_path)
    ours._put("celery", MESSAGE)
    assert ours._get("celery") == MESSAGE
    with pytest.raises(Empty):
        ours._get("celery")


def test_who_polls_while_a_message_is_written_finds_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = channel(file_broker.Transport, tmp_path)
    rename, found = Path.replace, []

    def poll_first(draft: Path, target: Path) -> Path:
        with pytest.raises(Empty):
            ours._get("celery")
        found.append(target)
        return rename(draft, target)

    monkeypatch.setattr(Path, "replace", poll_first)
    ours._put("celery", MESSAGE)
    assert len(found) == 1
    assert ours._get("celery") == MESSAGE


def test_kombus_own_broker_hands_out_half_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kombus = channel(filesystem.Transport, tmp_path)
    broken = []

    def poll_first(file: Any, flags: int) -> None:
        try:
            kombus._get("celery")
        except json.JSONDecodeError as error:
            broken.append(error)

    monkeypatch.setattr(filesystem, "lock", poll_first)
    kombus._put("celery", MESSAGE)
    assert len(broken) == 1


def test_two_processes_that_declare_a_queue_at_once_lose_neither(tmp_path: Path) -> None:
    first, second = (channel(file_broker.Transport, tmp_path) for _ in range(2))
    first._queue_bind("hints", "checks", None, "checks")
    second._queue_bind("hints", "feeds", None, "feeds")
    first._queue_bind("hints", "checks", None, "checks")
    assert sorted(row.queue for row in second.get_table("hints")) == ["checks", "feeds"]

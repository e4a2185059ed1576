"""The embedded broker: kombu's, in folders, but a message or a table is there whole or not at all.

Kombu 5.7 opens a message under its final name and then writes it; a worker that polls in between reads half
of it, fails and ends. Here it is written beside and renamed, which a file system does in one step.
"""

import fcntl
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{uuid.uuid4().hex}")
    draft.write_text(text)
    draft.replace(path)


class Channel(filesystem.Channel):
    """Puts messages and tables of queues in place by renaming."""

    def _put(  # type: ignore[override]  # as kombu calls it, whatever the stubs say
        self, queue: str, payload: dict[str, Any], **_options: Any
    ) -> None:
        # The name is kombu's: its reader takes what ends in the queue's name, in the order of the names.
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        table = Path(self._exchange_file(exchange))  # type: ignore[attr-defined]  # missing in the stubs
        table.parent.mkdir(exist_ok=True)
        with (table.parent / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = [list(row) for row in self.get_table(exchange)]
            row = [routing_key or "", pattern or "", queue or ""]
            if row not in known:
                _write(table, dumps([row, *known]))


class Transport(filesystem.Transport):
    """Kombu's file transport with the channel above."""

    Channel = Channel

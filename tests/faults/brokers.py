"""The two brokers as a fault sees them: what waits in them, and how it is lost, doubled and shuffled."""

import contextlib
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import redis

_QUEUE = "celery"


class Broker(Protocol):
    """Where hints wait."""

    def waiting(self) -> int:
        """Return how many hints wait."""
        ...

    def drop(self) -> None:
        """Lose every hint that waits."""
        ...

    def triple(self, rng: random.Random) -> None:
        """Let every hint wait three times, in any order."""
        ...

    def wipe(self) -> None:
        """Lose all that the broker holds, its tables included."""
        ...


class RedisBroker:
    """Hints in a list of Redis."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextlib.contextmanager
    def _client(self) -> Iterator[redis.Redis]:
        client = redis.Redis.from_url(self._url, socket_timeout=5)
        try:
            yield client
        finally:
            client.close()

    def waiting(self) -> int:
        """Return how many hints wait."""
        with self._client() as client:
            return int(client.llen(_QUEUE))

    def drop(self) -> None:
        """Lose every hint that waits."""
        with self._client() as client:
            client.delete(_QUEUE)

    def triple(self, rng: random.Random) -> None:
        """Let every hint wait three times, in any order."""
        with self._client() as client:
            hints = list(client.lrange(_QUEUE, 0, -1)) * 3
            rng.shuffle(hints)
            client.delete(_QUEUE)
            if hints:
                client.rpush(_QUEUE, *hints)

    def wipe(self) -> None:
        """Lose all that the broker holds, its tables included."""
        with self._client() as client:
            client.flushall()


class FolderBroker:
    """Hints as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _hints(self) -> list[Path]:
        return sorted((self._folder / "messages").glob("*.msg"))

    def waiting(self) -> int:
        """Return how many hints wait."""
        return len(self._hints())

    def drop(self) -> None:
        """Lose every hint that waits."""
        for hint in self._hints():
            hint.unlink(missing_ok=True)

    def triple(self, rng: random.Random) -> None:
        """Let every hint wait three times, in any order: files are taken by the order of their names."""
        for hint in self._hints():
            words = hint.read_bytes()
            suffix = hint.name.partition(".")[2]
            hint.unlink()
            for _ in range(3):
                moment = round(time.monotonic() * 1000) - rng.randrange(10_000)
                draft = hint.with_name(f".{uuid4().hex}")
                draft.write_bytes(words)
                draft.replace(hint.with_name(f"{moment}_{uuid4()}.{suffix}"))

    def wipe(self) -> None:
        """Lose all that the broker holds, its tables included."""
        for folder in ("messages", "control"):
            for entry in (self._folder / folder).iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
                else:
                    entry.unlink(missing_ok=True)

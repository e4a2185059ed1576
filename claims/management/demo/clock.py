"""The clock of the demo story: seconds since the first load, kept in a file, never running backwards."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger(__name__)

CLOCK_FILE = "demo-story.json"
"""The name of the file under ``var/`` that says when the story began."""

SAVE_EVERY = 1.0  # seconds of story time that a killed site may forget, before its clock has been set back


def begin(path: Path, at: float) -> None:
    """Let the story at ``path`` begin at ``at`` (seconds since 1970), as if there had been none before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, {"started_at": at})


def forget(path: Path) -> None:
    """Hold the story at ``path`` at its first moment until it begins; without a story, nothing happens."""
    path.unlink(missing_ok=True)


class StoryClock:
    """Tells how far the story is; before ``begin`` has been called for its file, it stands at zero.

    The file at ``path`` is written by whoever loads the story and only read here; the furthest moment reached
    is kept beside it: neither a restart nor a machine whose clock steps back makes the story run backwards.
    """

    def __init__(
        self,
        path: Path,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the file and two clocks in seconds: ``wall`` since 1970, ``monotonic`` since whenever."""
        self._path = path
        self._reached_path = path.with_suffix(".reached")
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._started_at: float | None = None
        self._reached = self._saved = 0.0
        self._looked_at = monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the story began, never fewer than at any call before."""
        with self._lock:
            started_at = _number(self._path, "started_at")
            if started_at is None:
                self._started_at = None
                return 0.0
            if started_at != self._started_at:
                self._take_up(started_at)
            now = self._monotonic()
            self._reached = max(self._wall() - started_at, self._reached + now - self._looked_at)
            self._looked_at = now
            self._save()
            return self._reached

    def _take_up(self, started_at: float) -> None:
        self._started_at = started_at
        same_story = _number(self._reached_path, "started_at") == started_at
        reached = _number(self._reached_path, "elapsed") if same_story else None
        self._reached = self._saved = reached or 0.0
        self._looked_at = self._monotonic()

    def _save(self) -> None:
        if self._reached - self._saved < SAVE_EVERY:
            return
        try:
            _write(self._reached_path, {"started_at": self._started_at, "elapsed": self._reached})
        except OSError as error:
            logger.warning("The demo's clock could not be kept: %s", error)
        self._saved = self._reached


def _number(path: Path, name: str) -> float | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return float(content[name])


def _write(path: Path, content: dict[str, float | None]) -> None:
    """Replace the file in one step, so that nobody ever reads half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)

"""A running demo site whose story time the test sets."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from claims.management.demo.clock import StoryClock, begin
from claims.management.demo.site import DemoSite


class RunningSite:
    """The site on a free port; ``at(seconds)`` moves its story."""

    def __init__(self, folder: Path) -> None:
        self._now = 1_000_000.0
        self.clock_file = folder / "story.json"
        self._clock = StoryClock(self.clock_file, wall=lambda: self._now, monotonic=lambda: 0.0)
        self.server = DemoSite("127.0.0.1", 0, self._clock)
        self.base = self.server.base
        self.address = ("127.0.0.1", self.server.server_address[1])
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def at(self, seconds: float) -> None:
        """Let the story be ``seconds`` old."""
        if not self.clock_file.exists():
            begin(self.clock_file, at=self._now)
        self._now = json.loads(self.clock_file.read_text())["started_at"] + seconds

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    running = RunningSite(tmp_path)
    yield running
    running.stop()

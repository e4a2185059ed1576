"""What a process and its children use: CPU seconds and memory, as Linux counts them."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Tree:
    """A process and all that descend from it."""

    root: int

    def cpu_seconds(self) -> float:
        """Return user and system time of all of them, those that ended and were waited for among them."""
        return sum(sum(int(word) for word in _stat(pid)[11:15]) for pid in self._pids()) / _TICKS

    def megabytes(self) -> float:
        """Return their memory, what they share counted once (PSS)."""
        return sum(_pss(pid) for pid in self._pids()) / 1024

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Let them run for the length of a ``with`` block, and stand still after it."""
        self._signal(signal.SIGCONT)
        try:
            yield
        finally:
            self._signal(signal.SIGSTOP)

    def _signal(self, sent: signal.Signals) -> None:
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)

    def _pids(self) -> list[int]:
        parents = {int(entry.name): _parent(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")}
        found = [self.root]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found


def wait_for_quiet(*, share: float = 0.05, patience: float = 60.0) -> None:
    """Wait until the processors are busy for less than ``share`` of a second, at most so many seconds."""
    give_up = time.monotonic() + patience
    busy, whole = _processors()
    while time.monotonic() < give_up:
        time.sleep(1.0)
        now_busy, now_whole = _processors()
        if now_busy - busy < share * (now_whole - whole):
            return
        busy, whole = now_busy, now_whole


def _processors() -> tuple[int, int]:
    """Return the ticks that all processors were busy, and all their ticks, since the start."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state (field 3) on; zeros for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)

"""Starts the product as a person does, as processes of its own, and watches what becomes of them."""

import http.client
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
# A start takes about eight seconds on two idle cores; tests run beside others.
STARTS_WITHIN_SECONDS = 240.0
# What has not ended ten seconds after the first process did is killed.
STOPS_WITHIN_SECONDS = 30.0
LAST_LINE = "Ctrl-C stops everything."


def processes_with(marker: str) -> list[int]:
    """Return the ids of the living processes in whose environment ``marker`` stands (Linux: /proc)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if marker.encode() in environment and state != "Z":
            found.append(int(folder.name))
    return found


def command_line(pid: int) -> str:
    """Return a process's command, its words joined by spaces."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


@dataclass
class Running:
    """A `make run` of tests: its processes are known by the folder ``var`` in their environment."""

    process: "subprocess.Popen[str]"
    var: Path
    port: int
    lines: list[str] = field(default_factory=list)
    _incoming: "queue.Queue[str | None]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        """Read along, so that a full pipe never stops it."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self._incoming.put(line.rstrip("\n"))
        self._incoming.put(None)

    @property
    def address(self) -> str:
        """Where the site is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """All that it has printed so far."""
        while not self._incoming.empty():
            if (line := self._incoming.get()) is not None:
                self.lines.append(line)
        return "\n".join(self.lines)

    def wait_for(self, words: str, within: float = STARTS_WITHIN_SECONDS) -> None:
        """Wait until a line holds ``words``; fail with all that was printed when it ends or time is up."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                line = self._incoming.get(timeout=0.5)
            except queue.Empty:
                continue
            if line is None:
                break
            self.lines.append(line)
            if words in line:
                return
        raise AssertionError(f"never said {words!r}; it said:\n{self.said}")

    def get(self, path: str) -> tuple[int, str]:
        """Ask the site for a page; return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def members(self) -> list[int]:
        """Return the ids of all of its living processes."""
        return processes_with(f"VAR_DIR={self.var}\0")

    def member(self, *words: str) -> int:
        """Return the id of the first of its processes whose command holds all the words."""
        return next(pid for pid in self.members() if all(word in command_line(pid) for word in words))

    def kill(self, pid: int) -> None:
        """End one of its processes at once."""
        os.kill(pid, signal.SIGKILL)

    def clear_away(self) -> None:
        """Kill whatever is left of it."""
        for pid in self.members():
            kill_if_alive(pid)
        self.process.wait()
        self._reader.join()

    def wait(self) -> int:
        """Wait for the end and return the exit status; AssertionError when it does not end in time."""
        try:
            return self.process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"still running after {STOPS_WITHIN_SECONDS:.0f} s; it said:\n{self.said}"
            ) from None

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, as Ctrl-C or a service manager does, and return the exit status."""
        self.process.send_signal(how)
        return self.wait()


@contextmanager
def running(
    var: Path,
    *,
    command: Sequence[str] = (sys.executable, "-m", "tracker.run"),
    port: int | None = None,
    **environment: str,
) -> Iterator[Running]:
    """Start the product over the folder ``var``; whatever is left of it at the end is killed."""
    port = port or free_port()
    names = {"PATH", "HOME", "LANG", "TMPDIR"}
    clean = {name: value for name, value in os.environ.items() if name in names}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=clean | {"VAR_DIR": str(var), "PORT": str(port)} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = Running(process, var, port)
    try:
        yield started
    finally:
        started.clear_away()


def kill_if_alive(pid: int) -> None:
    """Kill a process that may just have ended by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return

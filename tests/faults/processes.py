"""Workers and the scheduler as processes of their own, to be killed, stopped and set to a wrong clock."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import engine
from tests.running import ROOT
from tests.servers import end_with_test_run

_NO_SIDE_TALK = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def told_by(module: str, scratch: Path, *arguments: str) -> dict[str, Any]:
    """Run a module of ours on the engine that is under test; return the JSON of its last line."""
    command = [sys.executable, "-m", module, "--engine", engine(), "--scratch", str(scratch), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def faketime_library() -> Path | None:
    """Return libfaketime (Debian: faketime), by which a process sees a wrong clock, if it is installed."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


@dataclass
class Service:
    """One process of the product, with its children."""

    words: Sequence[str]
    environment: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self, **also: str) -> None:
        """Start it, with ``also`` on top of its environment."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.words],
                cwd=ROOT,
                env=self.environment | also,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_test_run,
            )

    def start_an_hour_off(self, hours: int) -> None:
        """Start it with a clock that is ``hours`` wrong; its timers run as usual."""
        library = faketime_library()
        if library is None:
            raise FileNotFoundError("libfaketime is not installed (Debian: faketime).")
        self.start(
            LD_PRELOAD=str(library),
            FAKETIME=f"{hours * 3600:+d}",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            DONT_FAKE_MONOTONIC="1",
        )

    @property
    def group(self) -> int:
        """Its process id, which is the id of its group, too."""
        assert self.process is not None
        return self.process.pid

    def kill_children(self) -> None:
        """End those that do the work at once; a Celery worker starts others."""
        for child in children_of(self.group):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def signal(self, order: signal.Signals) -> None:
        """Send it and all its children a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, order)

    def kill(self) -> None:
        """End all of it at once."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def ask_to_stop(self, within: float) -> bool:
        """Send it SIGTERM and wait; whether it ended in time (else it is killed)."""
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self.signal(signal.SIGKILL)
        return True


def children_of(process: int) -> list[int]:
    """Return the ids of the processes that a process has started and that live (Linux)."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        found = Path(f"/proc/{process}/task/{process}/children").read_text()
        return [int(word) for word in found.split()]
    return []


def limit_files(processes: Iterable[int], largest: int | None) -> None:
    """Let no file grow beyond ``largest`` bytes for these processes, as on a full disk; None lifts it."""
    for process in processes:
        limit = f"--fsize={'unlimited' if largest is None else largest}:unlimited"
        with contextlib.suppress(FileNotFoundError):  # ended meanwhile
            # As its owner: even root may not, in a container without that right.
            owner = Path(f"/proc/{process}").stat().st_uid
            subprocess.run(["prlimit", "--pid", str(process), limit], user=owner, stderr=subprocess.DEVNULL)


def worker(name: str, app: str, environment: dict[str, str], logs: Path) -> Service:
    """Return a Celery worker, as `make run` starts it."""
    words = ["-W", "ignore", "-m", "celery", "--quiet", "--app", app, "worker", "--loglevel", "WARNING"]
    words += [*_NO_SIDE_TALK, "--concurrency", "1", "--hostname", f"{name}@%h"]
    return Service(words, environment, logs / f"{name}.log")


def scheduler(environment: dict[str, str], logs: Path) -> Service:
    """Return the scheduler, as `make run` starts it."""
    words = ["-m", "celery", "--quiet", "--app", "tracker", "beat", "--loglevel", "WARNING", "--pidfile="]
    return Service(words, environment, logs / "scheduler.log")


def wait_until(true: Callable[[], object], within: float, *, every: float = 0.05) -> bool:
    """Wait until ``true()`` is; whether that came in time."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True

"""Runs several processes as one: they start together, and when one ends or a stop is asked for, all end."""

import contextlib
import ctypes
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import honcho.manager
from honcho.compat import ProcessManager
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer
from honcho.process import Popen, Process

LOOKS_EVERY_SECONDS = 0.5
# An idle Celery worker takes five seconds to end in order, which is all that honcho would give it. What is
# still at work then is killed: its lease runs out, and the work is done again.
honcho.manager.KILL_WAIT = 10
ASKED_TO_STOP = (128 + signal.SIGINT, 128 + signal.SIGTERM)
_STOPPED = re.compile(r"^(\S+) stopped \(rc=(-?\d+)\)")
_PR_SET_PDEATHSIG = 1


def _end_with(parent: int, how: signal.Signals) -> None:
    """Ask Linux to end this process with ``parent``, so that even ``kill -9`` of that leaves no orphan."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:  # it died before we could ask
        os.kill(os.getpid(), signal.SIGKILL)


class _Child(Popen):  # type: ignore[misc] # honcho ships no types
    def __init__(self, command: str, **options: Any) -> None:
        parent = os.getpid()
        super().__init__(command, preexec_fn=lambda: _end_with(parent, signal.SIGTERM), **options)


class _Watched(Process):  # type: ignore[misc] # as above
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._child_ctor = _Child
        self._parent = os.getpid()

    def run(self, *args: Any, **options: Any) -> None:
        _end_with(self._parent, signal.SIGKILL)
        super().run(*args, **options)


class _Lines(Printer):  # type: ignore[misc] # as above
    """Prints the processes' lines; honcho's own it only reads: who was the first to end, and how."""

    def __init__(self) -> None:
        super().__init__(sys.stdout, time_format="%H:%M:%S")
        self.first_to_end: tuple[str, int] | None = None

    def write(self, message: Message) -> None:
        if message.name != SYSTEM_PRINTER_NAME:
            super().write(message)
        elif self.first_to_end is None and (stopped := _STOPPED.match(message.data)):
            self.first_to_end = (stopped[1], int(stopped[2]))


class _InOrder(ProcessManager):  # type: ignore[misc] # as above
    """Tells only the process itself to end, not its children: it lets them finish, and ends them in order."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class Together(Manager):  # type: ignore[misc] # as above
    """Honcho's manager, made quiet, and safe to stop at any moment.

    ``once_started`` runs in a thread of its own when every process has been started. The process named
    ``ends_last`` is asked to end when it alone is left: the others may need it until they end.
    """

    def __init__(self, once_started: Callable[[], None], *, ends_last: str = "") -> None:
        self._lines = _Lines()
        super().__init__(self._lines)
        self._process_ctor = _Watched
        self._procmgr = _InOrder()
        self._once_started = once_started
        self._stop_asked = False
        self._ends_last = ends_last
        self._asked: set[str] = set()

    def _start(self) -> None:
        super()._start()
        # Not before: a fork copies only the thread that forks, along with every lock the others hold.
        threading.Thread(target=self._once_started, daemon=True).start()

    def terminate(self) -> None:
        # Honcho fails on a process whose number it has not heard yet.
        self._stop_asked = True
        if self._all_started():
            super().terminate()

    def _killall(self, force: bool = False) -> None:
        if force:
            super()._killall(force)
        else:
            self._ask_to_end()

    def _ask_to_end(self) -> None:
        """Ask once whoever runs: the last to end only when it alone is left."""
        running = {name for name, process in self._processes.items() if "returncode" not in process}
        for name in (running - {self._ends_last} or running) - self._asked:
            self._asked.add(name)
            self._procmgr.terminate(self._processes[name]["pid"])

    def _system_print(self, data: str) -> None:
        super()._system_print(data)
        if self._terminating:
            self._ask_to_end()
        elif self._stop_asked:
            self.terminate()

    def run(self, commands: Mapping[str, str], environment: Mapping[str, str]) -> tuple[str, int] | None:
        """Run shell ``commands`` by name until one ends or we are asked to stop, then stop all.

        Returns None when asked to stop (SIGINT, SIGTERM), else the name of the first to end by itself and
        its exit status.
        """
        for name, command in commands.items():
            self.add_process(name, f"exec {command}", env=dict(environment))
        self.loop()
        return None if self.returncode in ASKED_TO_STOP else self._lines.first_to_end


def _caught_signals(pid: int) -> int:
    """Return the mask of signals that a process handles itself, 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^SigCgt:\s*([0-9a-f]+)", status, re.MULTILINE)
    return int(found[1], 16) if found else 0


def stop_with_caller(look_every: float = LOOKS_EVERY_SECONDS) -> None:
    """Under make, stop when make has gone, or has itself been sent a SIGINT; returns at once elsewhere.

    make hands a SIGTERM on to us. A SIGINT it only waits out, since Ctrl-C reaches everybody in a terminal;
    one sent to make alone shows as its handler for SIGINT being gone.
    """
    if "MAKELEVEL" not in os.environ:
        return
    caller = os.getppid()
    interrupt = 1 << (signal.SIGINT - 1)
    handled_before = _caught_signals(caller) & interrupt
    pause = threading.Event()
    while os.getppid() == caller and _caught_signals(caller) & interrupt == handled_before:
        pause.wait(look_every)
    os.kill(os.getpid(), signal.SIGTERM)

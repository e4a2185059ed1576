"""Runs the tests on both engines side by side: what PostgreSQL says first, then what SQLite, all tests, says.

Each run has databases, a Redis number, ports and folders of its own, and waits more than it works, so that
two cores carry both. Words after `python -m tests` go to both runs of pytest.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import IO

from tests.running import ROOT
from tests.servers import end_with_test_run

_LOOKS_AGAIN_AFTER_SECONDS = 0.2
_NONE_CHOSEN = 5  # pytest's status


def main(arguments: Sequence[str]) -> int:
    """Run both to their ends; returns 0 when both passed: none may be for PostgreSQL, but some must be."""
    runs: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryFile() as said_on_sqlite:
        try:
            runs.append(_start("sqlite", arguments, said_on_sqlite))
            _say("== the tests that touch the database, on PostgreSQL and Redis")
            runs.append(_start("postgres", arguments, None))
            on_postgres = runs[1].wait()
            _say("== all tests, on SQLite, begun at the same time")
            on_sqlite = _follow(runs[0], said_on_sqlite)
        finally:
            for run in runs:
                if run.poll() is None:
                    run.send_signal(signal.SIGINT)
                    run.wait()
    if on_postgres == _NONE_CHOSEN != on_sqlite:
        _say("== none of the chosen tests touches the database")
        return on_sqlite
    if on_postgres:
        _say("== FAILED on PostgreSQL and Redis, see above")
    return on_postgres or on_sqlite


def _start(engine: str, arguments: Sequence[str], output: "IO[bytes] | None") -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env=os.environ | {"TEST_ENGINE": engine},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        preexec_fn=_ready_to_be_stopped,
    )


def _ready_to_be_stopped() -> None:
    """Heed SIGINT even where a script's `&` lets it be ignored, and get one when this process dies."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_test_run()


def _follow(run: "subprocess.Popen[bytes]", output: IO[bytes]) -> int:
    """Print what a run has said and goes on to say; returns its exit status."""
    read = 0
    while True:
        status = run.poll()
        piece = os.pread(output.fileno(), 1 << 20, read)
        read += len(piece)
        sys.stdout.buffer.write(piece)
        sys.stdout.flush()
        if not piece:
            if status is not None:
                return status
            time.sleep(_LOOKS_AGAIN_AFTER_SECONDS)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Several processes run as one: they stop together, in order, and leave no orphan behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import ROOT, STOPS_WITHIN_SECONDS, kill_if_alive, processes_with

SUPERVISOR = """
import sys
from tracker.together import Together
until_asked = "sh -c 'trap \\"echo second ends; exit\\" TERM; while :; do sleep 0.05; done'"
ended = Together(once_started=lambda: print("started", flush=True), ends_last="second").run(
    {"first": "sleep 600", "second": until_asked, "third": sys.argv[1]},
    {"PATH": sys.argv[2], "VAR_DIR": sys.argv[3]},
)
print("asked to stop" if ended is None else f"{ended[0]} ended with {ended[1]}")
"""


class Supervised:
    def __init__(self, folder: Path, third: str) -> None:
        self.marker = f"VAR_DIR={folder}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, third, os.environ["PATH"], str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"VAR_DIR": str(folder)},
        )

    def wait_for(self, word: str) -> None:
        assert self.process.stdout is not None
        assert any(word in line for line in self.process.stdout), f"never said {word!r}"

    def rest(self) -> str:
        return self.process.communicate(timeout=STOPS_WITHIN_SECONDS)[0]

    def all_gone(self) -> bool:
        deadline = time.monotonic() + STOPS_WITHIN_SECONDS
        while processes_with(self.marker):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


Start = Callable[[str], Supervised]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Start]:
    """Start two processes that do nothing, the second to end last, and a third one of the test's choice."""
    started: list[Supervised] = []

    def start(third: str) -> Supervised:
        started.append(Supervised(tmp_path, third))
        return started[-1]

    yield start
    for supervised in started:
        for pid in processes_with(supervised.marker):
            kill_if_alive(pid)
        supervised.process.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_all_stop_when_a_stop_is_asked_for(supervise: Start, how: signal.Signals) -> None:
    supervised = supervise("sleep 600")
    supervised.wait_for("started")
    assert len(processes_with(supervised.marker)) >= 4

    supervised.process.send_signal(how)

    assert "asked to stop" in supervised.rest()
    assert supervised.all_gone()


def test_all_stop_when_one_ends_by_itself_and_its_status_is_told(supervise: Start) -> None:
    supervised = supervise("sh -c 'exit 3'")

    assert "third ended with 3" in supervised.rest()
    assert supervised.all_gone()


def test_a_process_that_will_not_stop_is_killed(supervise: Start) -> None:
    supervised = supervise("sh -c 'trap \"\" TERM; echo deaf; while :; do sleep 1; done'")
    supervised.wait_for("deaf")

    supervised.process.send_signal(signal.SIGTERM)

    assert "asked to stop" in supervised.rest()
    assert supervised.all_gone()


def test_even_a_killed_supervisor_leaves_no_orphan(supervise: Start) -> None:
    supervised = supervise("sleep 600")
    supervised.wait_for("started")

    supervised.process.kill()
    supervised.rest()

    assert supervised.all_gone()


def test_a_process_may_let_its_children_finish(supervise: Start) -> None:
    """A worker ends its pool itself, after the work in hand; so the stop goes to the worker alone."""
    parent = "sh -c 'trap \"wait; echo in order\" TERM; (sleep 1; echo child done) & echo ready; wait'"
    supervised = supervise(parent)
    supervised.wait_for("ready")

    supervised.process.send_signal(signal.SIGTERM)

    said = supervised.rest()
    assert "child done" in said
    assert "in order" in said


def test_one_may_be_needed_until_the_others_have_ended(supervise: Start) -> None:
    """The demo's pages are served until the worker has fetched what it has begun with."""
    supervised = supervise(
        "sh -c 'trap \"sleep 1; echo third ends; exit\" TERM; echo ready; while :; do sleep 0.05; done'"
    )
    supervised.wait_for("ready")

    supervised.process.send_signal(signal.SIGTERM)

    said = supervised.rest()
    assert 0 < said.index("third ends") < said.index("second ends")
    assert supervised.all_gone()

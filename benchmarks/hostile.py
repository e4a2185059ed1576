"""Proves that nothing hostile gets through any way out, whether address, answer or page; with a control."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Row

ROOT = Path(__file__).resolve().parent.parent
_FAULTS = {
    "late": "longer than deadline + 1 s",
    "crashed": "crashed",
    "wordless": "failed without words",
    "lost": "neither stored nor refused",
}


def prove(scratch: Path) -> Iterator[Row]:
    """Return connections by path, and what the hostile answers and pages did to the worker."""
    command = [sys.executable, "-m", "tests.faults.hostile", "--scratch", str(scratch)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own
    told = json.loads(done.stdout.splitlines()[-1])
    for path, knocks in told["shut"].items():
        yield Row(path, "connections to a private server", knocks, "connections", "0", knocks == 0)
    for path, knocks in told["opened"].items():
        yield Row(path, "control: with the gate open", knocks, "connections", "> 0", knocks > 0)
    cases = f"{told['cases']} answers and pages"
    slowest = told["slowest_over_deadline"]
    yield Row(cases, "slowest, beyond the deadline", slowest, "s", "≤ 1", slowest <= 1)
    for word, words in _FAULTS.items():
        yield Row(cases, words, len(told[word]), "cases", "0", not told[word])
    gained = told["megabytes_gained"]
    once = told["megabytes_loaded_once"]
    yield Row("first two pages", "memory loaded once (PSS)", once, "MB", "none, told apart", True)
    yield Row(cases, "memory gained (PSS)", gained, "MB", "≤ 64", gained <= 64)
    yield Row(cases, "children left", told["children_left"], "processes", "0", told["children_left"] == 0)

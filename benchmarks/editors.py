"""Proves that of two editors who decide on one claim at once exactly one wins; with a control.

1,000 races on SQLite and as many on PostgreSQL with Redis, side by side; EDITORS_RACES makes them fewer.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import Row

ROOT = Path(__file__).resolve().parent.parent
PATHS = {"sqlite": "SQLite", "postgres": "PostgreSQL, Redis"}
RACES = 1_000


def prove(scratch: Path) -> Iterator[Row]:
    """Return who won the races of each engine, with the check of the version on and off."""
    races = int(os.environ.get("EDITORS_RACES", RACES))
    with ThreadPoolExecutor(len(PATHS)) as pool:
        results = pool.map(lambda engine: _of(engine, scratch / engine, races), PATHS)
        for engine, (whole, control) in zip(PATHS, results, strict=True):
            path = PATHS[engine]
            yield Row(path, "races", whole["races"], "races", "≥ 1000", whole["races"] >= RACES)
            yield Row(path, "exactly one won", whole["one"], "races", "all", whole["one"] == whole["races"])
            yield Row(path, "both won", whole["both"], "races", "0", whole["both"] == 0)
            both = control["both"]
            yield Row(path, "control, no version: both won", both, "races", "> 0", both > 0)


def _of(engine: str, scratch: Path, races: int) -> tuple[dict[str, Any], dict[str, Any]]:
    return _run(engine, scratch, races), _run(engine, scratch, races, "--without", "version")


def _run(engine: str, scratch: Path, races: int, *arguments: str) -> dict[str, Any]:
    """Run the races in a process of their own; raises CalledProcessError when it breaks down."""
    command = [sys.executable, "-m", "tests.faults.editors", "--engine", engine, "--scratch", str(scratch)]
    done = subprocess.run(  # noqa: S603 - our own
        [*command, "--races", str(races), *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result

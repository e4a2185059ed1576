"""Proves that no check is lost or doubled: 10,000 checks under 200 faults, on each engine, with controls.

On SQLite with the file broker, and on PostgreSQL with Redis; the servers are our own and are killed, and the
faults are those of `tests.faults.kinds`. FAULTS_ROUNDS, FAULTS_CHECKS (in each round) and FAULTS_TOGETHER
(faults in each round) make a run smaller. A run that was broken off goes on where it was, as long as the
code is the same; rounds of other code, and those of a run that came to its end, are thrown away.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import Row

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, CHECKS, TOGETHER = 100, 100, 2
CONTROLS = {
    # Two hold one row only where one stood still past its lease.
    "fence": ("--rounds", "3", "--checks", "20", "--only", "stopped past its lease after-parse"),
    "sweep": ("--rounds", "3", "--checks", "20", "--only", "every hint dropped", "kill -9 mid-delivery"),
}
PATHS = {"sqlite": "SQLite, file broker", "postgres": "PostgreSQL, Redis"}
CODE = ("claims", "tracker", "tests", "templates")
CODE_IS = frozenset({".py", ".json", ".html"})


def prove(scratch: Path) -> Iterator[Row]:
    """Return the figures of both engines, run side by side, and of their controls."""
    rounds = scratch / _code()
    for left in set(scratch.iterdir()) - {rounds}:
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    with ThreadPoolExecutor(len(PATHS)) as pool:
        results = pool.map(lambda engine: _of(engine, rounds), PATHS)
        for engine, (whole, controls) in zip(PATHS, results, strict=True):
            yield from _rows(PATHS[engine], whole, controls)
    shutil.rmtree(rounds)


def _code() -> str:
    """Return what tells the code and the size of one run from those of another."""
    code = hashlib.sha256(json.dumps(_sizes()).encode())
    files = (file for folder in CODE for file in (ROOT / folder).rglob("*.*") if file.suffix in CODE_IS)
    for file in sorted(files):
        code.update(file.read_bytes())
    return code.hexdigest()[:16]


def _sizes() -> dict[str, str]:
    return {
        f"--{word.lower()}": os.environ.get(f"FAULTS_{word}", str(usual))
        for word, usual in (("ROUNDS", ROUNDS), ("CHECKS", CHECKS), ("TOGETHER", TOGETHER))
    }


def _of(engine: str, scratch: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    controls = {
        defence: _run(engine, scratch, "--without", defence, *how) for defence, how in CONTROLS.items()
    }
    whole = _run(engine, scratch, *(word for pair in _sizes().items() for word in pair))
    return whole, controls


def _run(engine: str, scratch: Path, *arguments: str) -> dict[str, Any]:
    """Run the rounds in a process of their own; raises CalledProcessError when it breaks down."""
    command = [sys.executable, "-m", "tests.faults", "--engine", engine, "--scratch", str(scratch)]
    done = subprocess.run([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _rows(path: str, whole: dict[str, Any], controls: dict[str, dict[str, Any]]) -> Iterator[Row]:
    checks, faults = whole["checks"], whole["faults"]
    yield Row(path, "checks made", checks, "checks", "≥ 10000", checks >= 10_000)
    yield Row(path, "faults that hit", faults, "faults", "≥ 200", faults >= 200)
    yield Row(path, "kinds of fault", len(whole["kinds"]), "kinds", "≥ 12", len(whole["kinds"]) >= 12)
    for word in ("lost", "doubled"):
        yield Row(path, word, whole[word], "results", "0", whole[word] == 0)
    yield Row(path, "not told to a webhook", whole["untold"], "events", "0", whole["untold"] == 0)
    if whole["slowest_save"] is not None:
        slowest = whole["slowest_save"]
        yield Row(path, "slowest save, Redis frozen", slowest, "s", "≤ 2", slowest <= 2)
    doubled, lost = controls["fence"]["doubled"], controls["sweep"]["lost"]
    yield Row(path, "control, fence off: doubled", doubled, "results", "> 0", doubled > 0)
    yield Row(path, "control, no sweep: lost", lost, "results", "> 0", lost > 0)
    untold = controls["sweep"]["untold"]
    yield Row(path, "control, no sweep: not told to a webhook", untold, "events", "> 0", untold > 0)

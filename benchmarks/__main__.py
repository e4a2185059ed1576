"""`make prove [NAME]`: runs the proofs at full size, prints a table of each and keeps its results as JSON."""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import benchmarks
from benchmarks import DATA, Row

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
SCRATCH = ROOT / "var" / "proofs"


def names() -> list[str]:
    """Return the names of all proofs, in order; what learns weights or makes data is none."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in modules if not name.startswith(("_", "train_", "generate")))


def run(name: str, file: Path) -> list[Row]:
    """Run one proof in a scratch folder that a later run may resume from; write its results to ``file``."""
    scratch = SCRATCH / name
    scratch.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = list(importlib.import_module(f"benchmarks.{name}").prove(scratch))
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - whichever git made this checkout
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.strip()
    machine = f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} CPUs"
    results = {"name": name, "commit": commit, "machine": machine, "rows": [asdict(row) for row in rows]}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n")
    return rows


def table(rows: Iterable[Row]) -> str:
    """Return the rows as lines for a person."""
    return "\n".join(
        f"{'ok  ' if row.reached else 'MISS'}  {row.path:<40} {row.measure:<30} "
        f"{row.value:>12.4g} {row.unit:<12} bar {row.bar}"
        for row in rows
    )


def main(arguments: list[str]) -> int:
    """Run what was named, or everything; exit status 1 when a bar was missed, 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one of: {', '.join(names()) or '(none yet)'}"
    )
    parser.add_argument("--json", type=Path, help="where the results go, with one NAME")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data for the proofs that take some: reading"
    )
    given = parser.parse_args(arguments)
    if given.data:
        os.environ[DATA] = str(given.data)
    if unknown := [name for name in given.names if name not in names()]:
        parser.error(f"there is no proof named {unknown[0]}; there are: {', '.join(names()) or 'none yet'}")
    if given.json and len(given.names) != 1:
        parser.error("--json goes with exactly one NAME")
    if not names():
        sys.stdout.write("There are no proofs at full size yet.\n")
    missed = False
    for name in given.names or names():
        rows = run(name, given.json or RESULTS / f"{name}.json")
        sys.stdout.write(f"{name}\n{table(rows)}\n")
        missed = missed or not all(row.reached for row in rows)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Proves tiers A and B with their real packages: installed by hash into a venv of their own.

How good they are is measured with `manage.py analyze match --tier embeddings` and `… attributions --tier
parsing` on data that are not part of the project; here they have to work, in bounds, on our own sentences.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks import Row

ROOT = Path(__file__).resolve().parent.parent
INSIDE = Path(__file__).with_name("_inside_tier.py")
_TIERS = {"a": "embeddings", "b": "parsing"}


def prove(scratch: Path) -> Iterable[Row]:
    """Return the figures of both tiers; their venvs stay in ``scratch`` (400 MB each)."""
    return [row for letter in _TIERS for row in _rows(letter, _venv(scratch, letter))]


def _venv(scratch: Path, letter: str) -> Path:
    """Make the venv of a tier, with what the product needs beside it; returns its Python."""
    wanted = ROOT / f"requirements-tier-{letter}.txt"
    python, stamp = scratch / letter / "bin" / "python", scratch / letter / "installed"
    if stamp.exists() and stamp.read_text() == wanted.read_text():
        return python
    _run(sys.executable, "-m", "venv", "--clear", str(scratch / letter))
    needs = ("--requirement", str(ROOT / "requirements.txt"), "--requirement", str(wanted))
    _run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", *needs)
    stamp.write_text(wanted.read_text())
    return python


def _rows(letter: str, python: Path) -> list[Row]:
    figures = json.loads(_run(str(python), str(INSIDE), _TIERS[letter]))
    return [
        Row(
            path=f"tier {letter.upper()}: {_TIERS[letter]}",
            measure=measure,
            value=value,
            unit=unit,
            bar=f"{'≥' if at_least else '≤'} {bar:g}",
            reached=value >= bar if at_least else value <= bar,
        )
        for measure, value, unit, bar, at_least in figures
    ]


def _run(*command: str) -> str:
    """Run a command in the project's folder; returns what it printed. Raises CalledProcessError."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own
    return done.stdout

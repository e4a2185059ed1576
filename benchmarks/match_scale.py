"""Times how one text is looked up among very many claims, beside the usual way, and counts what is found.

The claims come from `generate`: a million on PostgreSQL, a tenth of that on SQLite; ``MATCH_SCALE_CLAIMS``
asks for another number. The databases are removed when the proof has ended.
"""

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks import Row
from benchmarks.generate import drop_database
from tests.servers import postgres

ROOT = Path(__file__).resolve().parent.parent
INSIDE = Path(__file__).with_name("_inside_match.py")
CLAIMS = 1_000_000
SQLITE_SHARE = 10
MEDIAN_MS = 50.0
FOUND_FIRST = 0.95
FALSE_LINKS = 0.05


def prove(scratch: Path) -> Iterable[Row]:
    """Return the figures for both engines; a run that was broken off goes on with the claims it had made."""
    claims = int(os.environ.get("MATCH_SCALE_CLAIMS", CLAIMS))
    on_sqlite = max(1, claims // SQLITE_SHARE)
    place = zlib.crc32(str(scratch.resolve()).encode())  # so that no other checkout uses the same one
    return [
        *_rows("PostgreSQL", claims, f"{postgres().url}/claims_scale_{claims}_{place}"),
        *_rows("SQLite", on_sqlite, f"sqlite:///{scratch.resolve()}/claims_{on_sqlite}.sqlite3"),
    ]


def _rows(engine: str, claims: int, database: str) -> list[Row]:
    _run(sys.executable, "-m", "benchmarks.generate", "--claims", str(claims), "--database", database)
    answer = _run(sys.executable, str(INSIDE), str(claims), environment={"DATABASE_URL": database})
    drop_database(database)
    figures = json.loads(answer)
    path = f"match one text, {claims:,} claims, {engine}"
    usual = figures["usual"]["way"]
    return [
        _row(path, "median", figures["ours"]["median"], "ms", most=MEDIAN_MS),
        _row(path, "p95", figures["ours"]["p95"], "ms"),
        _row(path, "repeated claim found first", figures["ours"]["first"], "share", least=FOUND_FIRST),
        _row(path, "new texts linked to a claim", figures["false links"], "share", most=FALSE_LINKS),
        _row(path, f"usual way, {usual}: median", figures["usual"]["median"], "ms"),
        _row(path, f"usual way, {usual}: p95", figures["usual"]["p95"], "ms"),
        _row(path, f"usual way, {usual}: found first", figures["usual"]["first"], "share"),
        _row(path, "reference loop, median", figures["reference"], "ms"),
    ]


def _row(
    path: str, measure: str, value: float, unit: str, *, most: float | None = None, least: float | None = None
) -> Row:
    bar = f"≤ {most:g}" if most is not None else f"≥ {least:g}" if least is not None else "none"
    reached = (most is None or value <= most) and (least is None or value >= least)
    return Row(path, measure, value, unit, bar, reached)


def _run(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in the project's folder; returns what it printed. Raises CalledProcessError."""
    ours = {"DJANGO_SETTINGS_MODULE": "tracker.settings", "DEBUG": "on"}
    done = subprocess.run(  # noqa: S603 - our own
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **ours, **(environment or {})},
    )
    return done.stdout

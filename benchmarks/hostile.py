"""Proves that nothing hostile gets through any way out, whether address, answer or page; with a control."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import Row

ROOT = Path(__file__).resolve().parent.parent
_FAULTS = {
    "late": "longer than deadline + 1 s",
    "crashed": "crashed",
    "wordless": "failed without words",
    "lost": "neither stored nor refused",
    "kept": "refused, yet something was kept",
    "half_written": "left something half-written",
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
    broken = told["faults_seen_when_broken"]
    yield Row("control: loose bytes, hosts never let go", "faults seen", broken, "faults", "> 0", broken > 0)
    yield from _cuts(told)
    yield from _seals(told)
    yield from _archives(told)
    yield Row(cases, "children left", told["children_left"], "processes", "0", told["children_left"] == 0)


def _cuts(told: dict[str, Any]) -> Iterator[Row]:
    """Answers cut at each kilobyte, by way out; whole ones must pass."""
    for way, cuts in told["cuts"].items():
        taken, unguarded = told["cuts_taken"][way], told["cuts_taken_unguarded"][way]
        yield Row(way, f"taken in of {cuts} cut answers", taken, "answers", "0", not taken)
        yield Row(way, "control: with no look at the end", unguarded, "answers", "> 0", unguarded > 0)
    missed = told["whole_missed"]
    yield Row("control: whole answers", "not taken in", len(missed), "answers", "0", not missed)


def _seals(told: dict[str, Any]) -> Iterator[Row]:
    """Requests to servers with bad certificates, over all ways out."""
    for case, asked in told["asked_behind_bad_certificates"].items():
        unverified = told["asked_unverified"][case]
        path = f"certificate {case}"
        yield Row(path, "requests that reached the server", asked, "requests", "0", not asked)
        yield Row(path, "control: with no look at it", unverified, "requests", "> 0", unverified > 0)
    good = told["asked_behind_a_good_one"]
    yield Row("control: a good certificate", "requests", good, "requests", "> 0", good > 0)


def _archives(told: dict[str, Any]) -> Iterator[Row]:
    """Addresses of copies that nobody should follow, and what was kept, as WARC."""
    misplaced, unguarded = len(told["copies_misplaced"]), told["copies_misplaced_unguarded"]
    path = f"{told['copies']} bad addresses of copies"
    yield Row(path, "taken for a copy", misplaced, "addresses", "0", not misplaced)
    yield Row(path, "control: taken as named", unguarded, "addresses", "> 0", unguarded > 0)
    unread, touched = len(told["records_unreadable"]), told["records_unreadable_when_touched"]
    path = f"{told['records']} kept pages as WARC"
    yield Row(path, "that do not read back", unread, "records", "0", not unread)
    yield Row(path, "control: one byte changed", touched, "records", "> 0", touched > 0)

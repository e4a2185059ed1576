"""Three workers at once ask each host one thing at a time, at its pace, and leave alone what it closes."""

import json
import subprocess
import sys
from pathlib import Path

from tests.running import ROOT

BROKEN_RULES = ("at_once", "too_soon", "too_soon_after_429", "disallowed")


def test_three_workers_keep_every_hosts_rules_and_without_manners_break_them_all(tmp_path: Path) -> None:
    size = ("--sources", "24", "--hosts", "3", "--gap", "0.1")
    command = [sys.executable, "-m", "tests.faults.polite", "--scratch", str(tmp_path), *size]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    counts = json.loads(done.stdout)
    assert counts["polite"]["unchecked"] == 0
    assert counts["polite"]["redirects"] > 0
    assert {word: counts["polite"][word] for word in BROKEN_RULES} == dict.fromkeys(BROKEN_RULES, 0)
    assert all(counts["rude"][word] > 0 for word in BROKEN_RULES), counts["rude"]

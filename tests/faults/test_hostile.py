"""No hostile address, answer or page holds, breaks or misleads a worker, whichever way it is asked for."""

import json
import subprocess
import sys
from pathlib import Path

from tests.running import ROOT


def test_hostile_answers_and_pages_are_stored_or_refused_in_words_in_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.hostile", "--scratch", str(tmp_path), "--every", "16"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told["shut"].values()) == {0}, told["shut"]
    assert all(told["opened"].values()), told["opened"]
    for word in ("late", "crashed", "wordless", "lost", "kept", "half_written", "whole_missed"):
        assert told[word] == [], word
    assert told["megabytes_gained"] <= 64
    assert told["children_left"] == 0
    assert told["faults_seen_when_broken"] > 0
    assert set(told["cuts_taken"].values()) == {0}, told["cuts_taken"]
    assert all(told["cuts_taken_unguarded"].values()), told["cuts_taken_unguarded"]
    assert set(told["asked_behind_bad_certificates"].values()) == {0}, told["asked_behind_bad_certificates"]
    assert all(told["asked_unverified"].values()), told["asked_unverified"]
    assert told["asked_behind_a_good_one"] > 0
    assert told["copies_misplaced"] == []
    assert told["copies_misplaced_unguarded"] > 0
    assert told["records_unreadable"] == []
    assert told["records_unreadable_when_touched"] == told["records"] > 0

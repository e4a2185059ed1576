"""Proves manners: 500 sources on 5 hosts, three workers at once, measured at the servers, with a control.

POLITENESS_SOURCES makes a run smaller.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Row

ROOT = Path(__file__).resolve().parent.parent
_WORDS = {
    "at_once": "requests beside another",
    "too_soon": "requests within the gap",
    "too_soon_after_429": "requests within Retry-After",
    "disallowed": "disallowed pages asked for",
}


def prove(scratch: Path) -> Iterator[Row]:
    """Return the counts with the manners on, and off."""
    sources = os.environ.get("POLITENESS_SOURCES", "500")
    command = [sys.executable, "-m", "tests.faults.polite", "--scratch", str(scratch), "--sources", sources]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own
    counts = json.loads(done.stdout)
    polite, rude = counts["polite"], counts["rude"]
    path = f"{sources} sources, 5 hosts, 3 workers"
    yield Row(path, "sources not checked", polite["unchecked"], "sources", "0", polite["unchecked"] == 0)
    yield Row(path, "requests", polite["requests"], "requests", "> 0", polite["requests"] > 0)
    yield Row(path, "redirects among them", polite["redirects"], "requests", "> 0", polite["redirects"] > 0)
    for word, words in _WORDS.items():
        yield Row(path, words, polite[word], "requests", "0", polite[word] == 0)
        yield Row(path, f"control: {words}", rude[word], "requests", "> 0", rude[word] > 0)

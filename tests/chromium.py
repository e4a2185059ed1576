"""Finds or installs the Chromium that browser tests drive: the system's, else Debian's, else Playwright's."""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.servers import NoServerError

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def system_chromium() -> str | None:
    """Return the path of a Chromium or Chrome on this machine, if there is one."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def apt_chromium() -> str | None:
    """Install Debian's Chromium, as root on Debian only, and return its path, else None."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "chromium"]):
        subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True)
    return system_chromium()


def playwright_chromium() -> str | None:
    """Let Playwright install its Chromium; return its path, else None."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True)
    said = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "--dry-run", "chromium"],
        capture_output=True,
        text=True,
    ).stdout
    places = [Path(line.split(":", 1)[1].strip()) for line in said.splitlines() if "Install location" in line]
    found = [binary for place in places for binary in place.glob("chrome-*/chrome") if binary.exists()]
    return str(found[0]) if found else None


CHROMIUM_WAYS: tuple[Callable[[], str | None], ...] = (system_chromium, apt_chromium, playwright_chromium)


@functools.cache
def chromium(ways: tuple[Callable[[], str | None], ...] = CHROMIUM_WAYS) -> str:
    """Return the path of a Chromium, installed if need be. Raises `NoServerError`, never skips."""
    for way in ways:
        if path := way():
            return path
    raise NoServerError(
        "Browser tests need Chromium, and none was found. Install it: `apt-get install chromium` as root on "
        "Debian, else `.venv/bin/python -m playwright install chromium`."
    )

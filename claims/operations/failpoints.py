"""Named places where the proof of faults stops or kills this process; they do nothing without FAILPOINTS."""

import os
import signal
from functools import cache
from pathlib import Path

from django.conf import settings

AFTER_LEASE = "after-lease"
AFTER_PARSE = "after-parse"
BEFORE_FINISH = "before-finish"
INSIDE_FINISH = "inside-finish"
AFTER_FINISH = "after-finish"
MID_DELIVERY = "mid-delivery"
NAMES = (AFTER_LEASE, AFTER_PARSE, BEFORE_FINISH, INSIDE_FINISH, AFTER_FINISH, MID_DELIVERY)


def reach(name: str) -> None:
    """Send this process the signal that the file ``name`` in the folder FAILPOINTS holds (``SIGKILL``).

    The file is taken away first, so that of all processes one is hit, once.
    """
    folder = _folder()
    if not folder:
        return
    armed = Path(folder) / name
    try:
        order = armed.read_text()
        armed.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.Signals[order])


@cache  # asked for every page; Django's settings take their time
def _folder() -> str:
    return settings.FAILPOINTS

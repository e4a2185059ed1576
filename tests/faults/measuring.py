"""What a run of hostile cases comes to, and going down one way with a look at what it leaves behind."""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

DEADLINE = 1.0  # seconds
_NOTABLE = 5.0  # megabytes


@dataclass
class Measured:
    """What the run came to; ``crashed`` and ``wordless`` name the case and the path."""

    cases: int = 0
    shut: dict[str, int] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    slowest_over_deadline: float = -DEADLINE
    late: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)
    wordless: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    megabytes_loaded_once: float = 0.0
    megabytes_gained: float = 0.0
    grew_at: list[str] = field(default_factory=list)
    children_left: int = 0
    kept: list[str] = field(default_factory=list)
    half_written: list[str] = field(default_factory=list)
    faults_seen_when_broken: int = 0
    cuts: dict[str, int] = field(default_factory=dict)
    cuts_taken: dict[str, int] = field(default_factory=dict)
    cuts_taken_unguarded: dict[str, int] = field(default_factory=dict)
    whole_missed: list[str] = field(default_factory=list)
    asked_behind_bad_certificates: dict[str, int] = field(default_factory=dict)
    asked_unverified: dict[str, int] = field(default_factory=dict)
    asked_behind_a_good_one: int = 0
    copies: int = 0
    copies_misplaced: list[str] = field(default_factory=list)
    copies_misplaced_unguarded: int = 0
    records: int = 0
    records_unreadable: list[str] = field(default_factory=list)
    records_unreadable_when_touched: int = 0


class Memory:
    """This process's share of memory (PSS), in megabytes, beyond what it was at the start."""

    def __init__(self) -> None:
        gc.collect()
        self._before = self._last = self._now()
        self.most = 0.0
        self.grew_at: list[str] = []

    @staticmethod
    def _now() -> float:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def look(self, case: str) -> None:
        """Note how much there is now, after ``case``."""
        now = self._now()
        self.most = max(self.most, now - self._before)
        if now - self._last > _NOTABLE:
            self.grew_at.append(f"{case}: {now - self._last:+.1f} MB")
        self._last = now


def told(path: Callable[[str], str], place: str, case: str, measured: Measured) -> str:
    """Go down the path; whatever is wrong with what it leaves behind is noted."""
    from tests.faults.kept import half_written

    try:
        words = path(place)
    except Exception as error:  # noqa: BLE001 - whatever gets out is what is counted
        measured.crashed.append(f"{case}: {type(error).__name__} {error}"[:200])
        words = "crashed"
    measured.half_written += [f"{case}: {fault}" for fault in half_written()]
    return words


def refused(path: Callable[[str], str], place: str, case: str, measured: Measured) -> str:
    """Go down a path that must end in a refusal, and note what was kept all the same."""
    from tests.faults.kept import taken_in

    before = taken_in()
    words = told(path, place, case, measured)
    if taken_in() != before:
        measured.kept.append(case)
    return words


def start_afresh() -> None:
    """Let every host be asked at once, its robots.txt first; forget what a language model said."""
    from claims.models import EndpointAnswer, Host
    from tests.stories import right_now

    Host.objects.update(free_at=right_now(), held_until=None, robots_until=None, robots_status=None)
    EndpointAnswer.objects.all().delete()

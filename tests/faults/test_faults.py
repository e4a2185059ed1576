"""Whatever dies while sources are checked, no check is lost and none counts twice; controls show both."""

from functools import partial
from pathlib import Path

import pytest

from tests.faults.processes import told_by

# The servers are its own: the marker only says that it runs on both engines.
pytestmark = pytest.mark.both_engines


rounds = partial(told_by, "tests.faults")


def test_checks_under_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    result = rounds(tmp_path, "--rounds", "1", "--checks", "96", "--together", "8")
    assert (result["lost"], result["doubled"], result["untold"]) == (0, 0, 0), result
    assert (result["checks"], result["faults"]) == (96, 8), result


def test_who_listens_is_told_all_though_a_worker_dies_while_it_tells(tmp_path: Path) -> None:
    killed = ("--only", "kill -9 mid-delivery")
    result = rounds(tmp_path, "--rounds", "1", "--checks", "8", *killed)
    assert (result["faults"], result["untold"], result["doubled"]) == (1, 0, 0), result
    control = rounds(tmp_path / "control", "--without", "sweep", "--rounds", "1", "--checks", "8", *killed)
    assert control["untold"] > 0, "with the queue only in the broker"


def test_without_the_fence_results_are_doubled(tmp_path: Path) -> None:
    stopped = ("--only", "stopped past its lease after-parse")
    assert rounds(tmp_path, "--without", "fence", "--rounds", "1", "--checks", "8", *stopped)["doubled"] > 0


def test_with_the_queue_only_in_the_broker_checks_are_lost(tmp_path: Path) -> None:
    dropped = ("--only", "every hint dropped")
    assert rounds(tmp_path, "--without", "sweep", "--rounds", "1", "--checks", "8", *dropped)["lost"] > 0

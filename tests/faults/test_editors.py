"""Of two editors who decide on one claim at once, one wins; and no editor waits for a frozen Redis."""

from pathlib import Path

import pytest

from tests.faults.processes import told_by

# The servers are its own: the marker only says that it runs on both engines.
pytestmark = pytest.mark.both_engines

RACES = 20
SAVES_WITHIN_SECONDS = 6.0  # three times the bar, which `make prove faults` holds: this machine may be busy


def test_of_two_editors_on_one_claim_exactly_one_wins(tmp_path: Path) -> None:
    told = told_by("tests.faults.editors", tmp_path, "--races", str(RACES))
    assert told == {"races": RACES, "one": RACES, "both": 0, "nobody": 0, "other": {}}


def test_without_the_version_both_editors_win(tmp_path: Path) -> None:
    told = told_by("tests.faults.editors", tmp_path, "--races", str(RACES), "--without", "version")
    assert told["both"] > 0, told


@pytest.mark.only_postgres
def test_an_editor_saves_while_redis_is_frozen(tmp_path: Path) -> None:
    frozen = ("--rounds", "1", "--checks", "8", "--only", "Redis frozen")
    assert told_by("tests.faults", tmp_path, *frozen)["slowest_save"] <= SAVES_WITHIN_SECONDS

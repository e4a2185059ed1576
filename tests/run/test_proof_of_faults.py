"""The proof of faults goes on where it was broken off, and takes no round of other code for one of this."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import faults

NOTHING = {"checks": 0, "faults": 0, "kinds": [], "lost": 0, "doubled": 0, "untold": 0, "slowest_save": None}


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What each run of the rounds found in its folder, in which it leaves one more round."""
    found: list[list[str]] = []

    def run(_engine: str, scratch: Path, *_arguments: str) -> dict[str, Any]:
        scratch.mkdir(parents=True, exist_ok=True)
        kept = scratch / "rounds"
        found.append(kept.read_text().splitlines() if kept.exists() else [])
        if not found[-1]:
            kept.write_text(json.dumps(NOTHING))
            raise KeyboardInterrupt
        return NOTHING

    monkeypatch.setattr(faults, "PATHS", {"sqlite": "SQLite"})
    monkeypatch.setattr(faults, "CONTROLS", {"fence": (), "sweep": ()})
    monkeypatch.setattr(faults, "_run", run)
    return found


def broken_off(scratch: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        list(faults.prove(scratch))


def test_rounds_of_a_run_that_was_broken_off_count_until_it_has_come_to_its_end(
    tmp_path: Path, found: list[list[str]]
) -> None:
    broken_off(tmp_path)
    assert [row.value for row in faults.prove(tmp_path)]
    assert found[0] == []
    assert all(found[1:]), "the rounds before the break were found"
    assert not list(tmp_path.iterdir())
    broken_off(tmp_path)
    assert found[-1] == [], "a run that ended leaves nothing to the next one"


@pytest.mark.parametrize("other", ["code", "size"])
def test_rounds_of_other_code_or_of_another_size_are_thrown_away(
    other: str, tmp_path: Path, found: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_off(tmp_path)
    if other == "code":
        monkeypatch.setattr(faults, "CODE", ("claims",))
    else:
        monkeypatch.setenv("FAULTS_ROUNDS", "7")
    broken_off(tmp_path)
    assert found == [[], []]
    assert len(list(tmp_path.iterdir())) == 1

"""Story time counts from the first load, outlives a restart and never runs backwards."""

from pathlib import Path

import pytest

from claims.management.demo.clock import StoryClock, begin


class Machine:
    """A machine whose two clocks the test turns: the wall's may jump, the other only goes on."""

    def __init__(self) -> None:
        self.wall = 1_000_000.0
        self.monotonic = 50.0

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    def clock(self, path: Path) -> StoryClock:
        return StoryClock(path, wall=lambda: self.wall, monotonic=lambda: self.monotonic)


def test_the_story_stands_still_until_it_is_loaded(tmp_path: Path) -> None:
    machine = Machine()
    clock = machine.clock(tmp_path / "story")
    machine.wait(500)

    assert clock.elapsed() == 0

    begin(tmp_path / "story", at=machine.wall)
    assert clock.elapsed() == 0
    machine.wait(61)
    assert clock.elapsed() == 61


def test_after_a_restart_the_story_goes_on_where_the_time_is(tmp_path: Path) -> None:
    machine = Machine()
    begin(tmp_path / "story", at=machine.wall)
    machine.wait(30)
    assert machine.clock(tmp_path / "story").elapsed() == 30

    machine.wait(40)

    assert machine.clock(tmp_path / "story").elapsed() == 70


def test_a_clock_that_steps_back_neither_turns_nor_stops_the_story(tmp_path: Path) -> None:
    machine = Machine()
    begin(tmp_path / "story", at=machine.wall)
    clock = machine.clock(tmp_path / "story")
    machine.wait(80)
    assert clock.elapsed() == 80

    machine.wall -= 3600

    assert clock.elapsed() == 80
    machine.wait(10)
    assert clock.elapsed() == 90


def test_a_clock_set_back_while_the_site_was_down_does_not_turn_the_story(tmp_path: Path) -> None:
    machine = Machine()
    begin(tmp_path / "story", at=machine.wall)
    clock = machine.clock(tmp_path / "story")
    machine.wait(80)
    clock.elapsed()

    machine.wall -= 3600
    again = machine.clock(tmp_path / "story")

    assert again.elapsed() == 80
    machine.wait(10)
    assert again.elapsed() == 90


def test_a_new_load_begins_a_new_story(tmp_path: Path) -> None:
    machine = Machine()
    begin(tmp_path / "story", at=machine.wall)
    clock = machine.clock(tmp_path / "story")
    machine.wait(100)
    assert clock.elapsed() == 100

    begin(tmp_path / "story", at=machine.wall)

    assert clock.elapsed() == 0
    assert machine.clock(tmp_path / "story").elapsed() == 0


def test_a_folder_that_cannot_be_written_does_not_stop_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    begin(tmp_path / "story", at=machine.wall)
    clock = machine.clock(tmp_path / "story")
    machine.wait(5)

    def refuse(*args: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr("claims.management.demo.clock._write", refuse)

    assert clock.elapsed() == 5

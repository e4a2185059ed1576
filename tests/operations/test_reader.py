"""The reader: a child that a page may break, and nothing else with it."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claims.operations import reader as readers
from claims.operations.reader import Reader, readers_turn
from claims.pipeline.page.page_kind import PageKind
from claims.pipeline.read_again import PageRead, PageToRead


def read(page: PageToRead) -> PageRead:
    """Read as a page asks for it: plainly, for ever, or greedily."""
    if page.body == b"for ever":
        while True:
            pass
    if page.body == b"asleep":
        time.sleep(60)
    if page.body == b"greedy":
        return PageRead(fingerprint=str(len(bytearray(1 << 30))))
    if page.body == b"mistaken":
        raise RecursionError("Too deep.")
    return PageRead(fingerprint=page.body.decode())


def saying(words: str) -> PageToRead:
    return PageToRead(
        body=words.encode(),
        content_type=None,
        url="https://paper.example/a",
        final_url="",
        published_at=None,
        before=None,
    )


def which_child(page: PageToRead) -> PageRead:
    """Read nothing, slowly if asked to: tell what was asked, and who reads."""
    if page.body == b"slow":
        time.sleep(0.1)
    return PageRead(fingerprint=f"{page.body.decode()} {os.getpid()}")


def told(reader: Reader, words: str) -> int:
    """Ask for one page; returns the number of the child that read it."""
    reader.ask(words, saying(words))
    [(key, answer)] = reader.answers(wait=True)
    assert answer is not None
    said, child = answer.fingerprint.rsplit(" ", 1)
    assert (key, said) == (words, words)
    return int(child)


def printed(script: str) -> list[str]:
    """Run a script in a fresh process; returns the words that it prints."""
    command = [sys.executable, "-W", "ignore", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(read, seconds=0.3, megabytes=200)
    yield made
    made.close()


def test_each_page_gets_its_answer_and_a_page_that_breaks_the_reader_gets_none(reader: Reader) -> None:
    for words in ("one", "for ever", "asleep", "two", "greedy", "three", "mistaken", "four"):
        reader.ask(words, saying(words))
    answers = {key: answer and answer.fingerprint for key, answer in reader.answers(wait=True)}
    plain = {words: words for words in ("one", "two", "three", "four")}
    assert answers == plain | dict.fromkeys(("for ever", "asleep", "greedy", "mistaken"))


def test_a_page_that_breaks_the_reader_does_so_alone_however_many_were_handed_over(reader: Reader) -> None:
    words = [*(str(number) for number in range(70)), "mistaken", *(str(number) for number in range(70, 140))]
    for word in words:
        reader.ask(word, saying(word))
    answers = [(key, answer and answer.fingerprint) for key, answer in reader.answers(wait=True)]
    assert answers == [(word, None if word == "mistaken" else word) for word in words]


def test_one_child_reads_for_one_batch_after_the_other_and_nothing_of_one_reaches_the_next() -> None:
    children = []
    for batch in ("first", "second"):
        with readers_turn(which_child, seconds=5, megabytes=200) as reader:
            children.append(told(reader, batch))
            reader.ask("left over", saying("left over"))
    assert children[0] == children[1] != os.getpid()
    with readers_turn(which_child, seconds=5, megabytes=200) as reader:
        for _ in range(readers._HANDFUL):  # so many are handed over
            reader.ask("broken off", saying("slow"))
    with readers_turn(which_child, seconds=5, megabytes=200) as reader:
        assert told(reader, "third") != children[0]


def test_a_child_that_ended_while_it_waited_is_no_fault_of_the_next_page() -> None:
    with readers_turn(which_child, seconds=5, megabytes=200) as reader:
        child = told(reader, "before")
    os.kill(child, signal.SIGKILL)
    time.sleep(0.2)
    with readers_turn(which_child, seconds=5, megabytes=200) as reader:
        assert told(reader, "after") != child


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_that_reaches_the_whole_group_is_no_fault_of_the_page_that_is_being_read(stop: int) -> None:
    with readers_turn(which_child, seconds=5, megabytes=200) as reader:
        child = told(reader, "before")
        asked = ["slow"] * 5 + ["quick"] * (readers._HANDFUL - 5)  # so many are handed over
        for number, words in enumerate(asked):
            reader.ask(str(number), saying(words))
        os.kill(child, stop)
        answers = [answer for _, answer in reader.answers(wait=True)]
        assert answers == [PageRead(fingerprint=f"{words} {child}") for words in asked]


def test_a_child_that_does_not_listen_holds_nobody_up(reader: Reader) -> None:
    long = "word " * 20_000
    reader.ask("first", saying("first"))
    [(_, answer)] = reader.answers(wait=True)
    assert answer is not None
    assert reader._child is not None
    os.kill(reader._child[0], signal.SIGSTOP)
    for number in range(20):
        reader.ask(str(number), saying(long))
    answers = [answer and answer.fingerprint for _, answer in reader.answers(wait=True)]
    assert answers == [None] + [long] * 19


def test_a_few_pages_wait_no_longer_than_a_second_for_others(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_LONGEST_WAIT", 0.1)
    reader.ask("lonely", saying("lonely"))
    assert list(reader.answers(wait=False)) == []
    answered: list[str] = []
    give_up = time.monotonic() + 20
    while not answered and time.monotonic() < give_up:
        time.sleep(0.02)
        answered = [key for key, _ in reader.answers(wait=False)]
    assert answered == ["lonely"]


def test_a_child_is_relieved_after_its_share_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_MOST_BY_ONE_CHILD", 3)
    children = []
    for _ in range(4):
        with readers_turn(which_child, seconds=5, megabytes=200) as reader:
            children += [told(reader, "one"), told(reader, "two")]
    assert children[0] == children[1] == children[2] == children[3] != children[4]
    assert children[4] == children[7]


def test_two_batches_at_once_have_a_reader_each() -> None:
    with readers_turn(which_child, seconds=5, megabytes=200) as one:
        with readers_turn(which_child, seconds=5, megabytes=200) as other:
            one.ask("of one", saying("of one"))
            assert told(other, "of the other")
        assert [key for key, _ in one.answers(wait=True)] == ["of one"]


def test_a_workers_process_has_its_reader_ready_before_the_first_batch() -> None:
    script = (
        "from tracker import celery\n"
        "import django, pathlib, os\n"
        "django.setup()\n"
        "celery.load_what_reading_needs()\n"
        "celery.start_reader()\n"
        "from claims.operations.batch import batch_reader\n"
        "print(len(pathlib.Path(f'/proc/{os.getpid()}/task/{os.getpid()}/children').read_text().split()))\n"
        "with batch_reader() as reader:\n"
        "    print(reader._read_by_child)\n"
    )
    assert printed(script) == ["1", "1"]


class Order:
    """An answer that makes whoever takes it in do something."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def test_a_child_that_a_page_took_over_cannot_make_its_parent_do_anything(tmp_path: Path) -> None:
    order: Any = Order(tmp_path / "done")
    reader = Reader(lambda page: replace(read(page), article=order), seconds=2, megabytes=200)
    reader.ask("one", saying("one"))
    assert list(reader.answers(wait=True)) == [("one", None)]
    assert not order.file.exists()
    reader.close()
    pickle.loads(pickle.dumps(order))  # noqa: S301 - the control: taken in as it comes, it is done
    assert order.file.exists()


class Misnamed:
    """An answer of a class of ours that cannot be made: its enumeration has no such member."""

    def __reduce__(self) -> tuple[object, ...]:
        return PageKind, ("nothing of the kind",)


def test_an_answer_that_cannot_be_made_is_none_and_stops_nobody() -> None:
    misnamed: Any = Misnamed()
    taken_over = Reader(lambda page: replace(read(page), kind=misnamed), seconds=2, megabytes=200)
    taken_over.ask("one", saying("one"))
    assert list(taken_over.answers(wait=True)) == [("one", None)]
    taken_over.close()


class Looked:
    """An answer that is looked up in a class: as Python before 3.11.3 sends the members of enumerations."""

    def __init__(self, place: type, name: str) -> None:
        self.place, self.name = place, name

    def __reduce__(self) -> tuple[object, ...]:
        return getattr, (self.place, self.name)


@pytest.mark.parametrize(
    ("place", "name", "found"),
    [(PageKind, "CONSENT", PageKind.CONSENT), (PageKind, "mro", None), (PageRead, "__init__", None)],
)
def test_of_what_is_looked_up_in_a_class_only_members_of_enumerations_are_taken_in(
    place: type, name: str, found: PageKind | None
) -> None:
    looked: Any = Looked(place, name)
    reader = Reader(lambda page: replace(read(page), kind=looked), seconds=2, megabytes=200)
    reader.ask("one", saying("one"))
    [(_, answer)] = reader.answers(wait=True)
    reader.close()
    assert (answer and answer.kind) is found


def test_what_is_loaded_ahead_of_the_fork_leaves_out_the_model_that_few_pages_need() -> None:
    script = (
        "from claims.pipeline.page import language\n"
        "from claims.pipeline.read_again import warm_up\n"
        "warm_up()\n"
        "print(language._identifier.cache_info().currsize)\n"
        "language.detect_language('Lorem ipsum dolor sit amet, consectetur adipiscing.', None)\n"
        "print(language._identifier.cache_info().currsize)\n"
    )
    assert printed(script) == ["0", "1"]

"""The reader: a child that a page may break, and nothing else with it."""

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claims.operations.reader import Reader
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


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(read, seconds=0.3, megabytes=200)
    yield made
    made.close()


def test_each_page_gets_its_answer_and_a_page_that_breaks_the_reader_gets_none(reader: Reader) -> None:
    for words in ("one", "for ever", "asleep", "two", "greedy", "three", "mistaken", "four"):
        page = PageToRead(
            body=words.encode(),
            content_type=None,
            url="https://paper.example/a",
            final_url="",
            published_at=None,
            before=None,
        )
        reader.ask(words, page)
    answers = {key: answer and answer.fingerprint for key, answer in reader.answers(wait=True)}
    plain = {words: words for words in ("one", "two", "three", "four")}
    assert answers == plain | dict.fromkeys(("for ever", "asleep", "greedy", "mistaken"))


class Order:
    """An answer that makes whoever takes it in do something."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def test_a_child_that_a_page_took_over_cannot_make_its_parent_do_anything(tmp_path: Path) -> None:
    order: Any = Order(tmp_path / "done")
    reader = Reader(lambda page: replace(read(page), article=order), seconds=2, megabytes=200)
    page = PageToRead(
        body=b"one",
        content_type=None,
        url="https://paper.example/a",
        final_url="",
        published_at=None,
        before=None,
    )
    reader.ask("one", page)
    assert list(reader.answers(wait=True)) == [("one", None)]
    assert not order.file.exists()
    reader.close()
    pickle.loads(pickle.dumps(order))  # noqa: S301 - the control: taken in as it comes, it is done
    assert order.file.exists()


def test_what_is_loaded_ahead_of_the_fork_leaves_out_the_model_that_few_pages_need() -> None:
    script = (
        "from claims.pipeline.page import language\n"
        "from claims.pipeline.read_again import warm_up\n"
        "warm_up()\n"
        "print(language._identifier.cache_info().currsize)\n"
        "language.detect_language('Lorem ipsum dolor sit amet, consectetur adipiscing.', None)\n"
        "print(language._identifier.cache_info().currsize)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "1"]

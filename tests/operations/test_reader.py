"""The reader: a child that a page may break, and nothing else with it."""

import subprocess
import sys
import time
from collections.abc import Iterator

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

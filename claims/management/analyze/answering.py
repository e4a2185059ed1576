"""Answers one line after another, as soon as each has come in."""

from typing import BinaryIO, Protocol

from claims.management.analyze.kinds import Answerer
from claims.management.analyze.lines import (
    Fields,
    Id,
    UnreadableLineError,
    as_line,
    numbered_lines,
    read_line,
)


class Progress(Protocol):
    """Is told how far the work has come."""

    def __call__(self, answered: int, unreadable: int, /) -> None:
        """Take how many lines were answered so far, and how many of them were unreadable."""


def answer_lines(
    source: BinaryIO, sink: BinaryIO, *, fields: Fields, answerer: Answerer, progress: Progress
) -> int:
    """Write an answer for every line of ``source`` that is not blank; return how many were unreadable.

    Every answer is flushed, so that one who waits for it before sending the next line gets it.
    """
    unreadable = 0
    for answered, (number, line) in enumerate(numbered_lines(source), 1):
        own_id: Id | None = None
        try:
            own_id, given = read_line(line, fields)
            answer = {"id": own_id, **answerer(given)}
        except UnreadableLineError as error:
            answer = {"id": own_id if error.id is None else error.id, "error": f"line {number}: {error}"}
            unreadable += 1
        sink.write(as_line(answer))
        sink.flush()
        progress(answered, unreadable)
    return unreadable

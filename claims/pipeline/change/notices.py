"""Finds the notice in which a publisher owns up to a correction, an update or a retraction."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from claims.pipeline.page.passing import is_passing
from claims.pipeline.text.tokens import keys, squash
from claims.vocabulary import ChangeKind

LONGEST_NOTICE = 600
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?”\"')\]])\s+)(?=\S)")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it stands on the page, and the kind of change that it admits."""

    kind: ChangeKind
    text: str


def new_notice(before: str, after: str) -> Notice | None:
    """Return the gravest notice of ``after`` that did not stand in ``before``; None if there is none.

    A retraction is graver than a correction, that graver than an update; of two as grave the longer one tells
    more than a headline's first word. A bare time stamp ("Updated 10:30 GMT") is no notice.
    """
    known_lines = frozenset(before.splitlines())
    fresh = _notices(line for line in after.splitlines() if line not in known_lines)
    if fresh:
        known = {tuple(keys(notice.text)) for notice in _notices(before.splitlines())}
        fresh = [notice for notice in fresh if tuple(keys(notice.text)) not in known]
    return min(fresh, key=lambda notice: (_GRAVEST.index(notice.kind), -len(notice.text)), default=None)


def retraction_in(text: str) -> str | None:
    """Return the notice by which a publisher takes the article back, the longest if there are several."""
    found = (n.text for n in _notices(text.splitlines()) if n.kind is ChangeKind.RETRACTION)
    return max(found, key=len, default=None)


_GRAVEST = (ChangeKind.RETRACTION, ChangeKind.CORRECTION, ChangeKind.UPDATE)


def _notices(lines: Iterable[str]) -> list[Notice]:
    """All notices in the lines of a text; one per paragraph, from its first word on."""
    found = []
    for line in lines:
        if not line.strip() or is_passing(line):
            continue
        notice = _notice_in(line)
        if notice is not None:
            found.append(notice)
    return found


def _notice_in(line: str) -> Notice | None:
    """The notice that a paragraph is, or that one of its sentences begins."""
    starts = (start.end() for start in _SENTENCE_START.finditer(line[:100_000]))
    opened = (notice_that_opens(line[start : start + LONGEST_NOTICE]) for start in starts)
    return next((notice for notice in opened if notice), None)


def notice_that_opens(line: str) -> Notice | None:
    """The notice that begins with the first word of ``line``, at most `LONGEST_NOTICE` characters of it."""
    line = line[:LONGEST_NOTICE]
    patterns = _patterns()
    for name, pattern in patterns.starts:
        if pattern.match(line):
            return Notice(_kind(name, line, patterns), squash(line))
    return None


def _kind(name: str, text: str, patterns: "_Patterns") -> ChangeKind:
    """An update that says "wrongly" is a correction, an editor's note is what it speaks of."""
    if name == "retraction" or (name == "editors_note" and patterns.retracting.search(text)):
        return ChangeKind.RETRACTION
    if name == "update" and not patterns.correcting.search(text):
        return ChangeKind.UPDATE
    return ChangeKind.CORRECTION


@dataclass(frozen=True, slots=True)
class _Patterns:
    starts: tuple[tuple[str, re.Pattern[str]], ...]
    retracting: re.Pattern[str]
    correcting: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    """The lists of words/en/notices.json as one expression each."""
    path = Path(__file__).parent.parent / "words" / "en" / "notices.json"
    lists: dict[str, list[str]] = json.loads(path.read_text("utf-8"))

    def either(name: str, bound: str = "") -> re.Pattern[str]:
        return re.compile(f"{bound}(?:{'|'.join(lists[name])}){bound}", re.IGNORECASE)

    starts = ("retraction", "correction", "editors_note", "update")
    return _Patterns(
        starts=tuple((name, either(name)) for name in starts),
        retracting=either("retracting_words", r"\b"),
        correcting=either("correcting_words", r"\b"),
    )

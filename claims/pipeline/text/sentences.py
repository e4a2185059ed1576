"""Splits a text into tokens, quotations, sentences, each with its offsets into the text as it was given."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import compress

from claims.pipeline.words import load_words

_TOKEN = re.compile(r"\w++(?:['’.\-]\w++|,\d{3}(?!\d)|:(?<=\d:)\d\d(?!\d))*|''|``|\n++|[^\w\s]")
_BREAK = "\n"
_APOSTROPHE = re.compile(r"’(?<=\w’)(?=\w)")  # the mark first, for that is quickly looked for
_OPENING = frozenset({"“", "``", "„", "«"})
_CLOSING = frozenset({"”", "»"})
_STRAIGHT = frozenset({'"', "''"})
OPENING_MARKS = _OPENING | _STRAIGHT
"""The tokens with which a quotation may begin."""
_MARKS = OPENING_MARKS | _CLOSING | {_BREAK}
_STOPS = frozenset({".", "!", "?", "…"})
_MAY_END = _STOPS | {_BREAK}
_AFTER_STOP = frozenset({"”", '"', "''", "’", "'", ")", "]", "»", ".", "!", "?"})
_ENDS_SPACE = " \t\n\xa0\u2009\u202f"


@dataclass(slots=True)
class Reading:
    """A text as tokens.

    ``words[i]`` is the lower-case token (straight apostrophes; a run of line breaks is one newline) at
    ``text[starts[i]:ends[i]]``; ``quotes`` and ``sentences`` are token ranges, end exclusive; ``quote_of``
    and ``sentence_of`` give their index per token, -1 outside. Where only some paragraphs of the text were
    read, ``above`` and ``below`` tell how many were left out before them and behind them.
    """

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    quotes: list[tuple[int, int]]
    quote_of: list[int]
    sentences: list[tuple[int, int]]
    sentence_of: list[int]
    above: int = 0
    below: int = 0

    @property
    def is_part(self) -> bool:
        """Whether some of the text was left out."""
        return bool(self.above or self.below)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets of the tokens ``start`` (inclusive) to ``end`` (exclusive, greater)."""
        return self.starts[start], self.ends[end - 1]

    def is_capital(self, token: int) -> bool:
        """Whether the token begins with a capital letter."""
        return self.text[self.starts[token]].isupper()

    def places_of(self, words: Container[str], within: Sequence[range] | None = None) -> list[int]:
        """Return the tokens that are one of ``words``, in order; only ``within`` some ranges, if given."""
        return [
            token
            for span in ((range(len(self.words)),) if within is None else within)
            for token in compress(span, map(words.__contains__, self.words[span.start : span.stop]))
        ]


def read(text: str, start: int = 0, stop: int | None = None) -> Reading:
    """Read ``text`` once, or its paragraphs from ``start`` to ``stop``; linear in its length."""
    part = text[start:stop]
    plain = part.lower()
    if len(plain) != len(part):  # İ becomes two characters: lower each character by itself
        plain = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in part)
    # One character for one, so that offsets stay.
    plain = plain.replace("―", "—")
    if "’" in plain:
        plain = _APOSTROPHE.sub("'", plain)
    matches = list(_TOKEN.finditer(text[:start] + plain, start))
    words = [_BREAK if word[0] == _BREAK else word for word in map(re.Match.group, matches)]
    starts, ends = list(map(re.Match.start, matches)), list(map(re.Match.end, matches))
    quotes = _quotes(text, words, starts, ends)
    sentences = _sentences(text, words, starts, ends)
    return Reading(
        text, words, starts, ends,
        quotes, _index(quotes, len(words)), sentences, _index(sentences, len(words)),
    )  # fmt: skip


def _index(ranges: list[tuple[int, int]], size: int) -> list[int]:
    index = [-1] * size
    for number, (start, end) in enumerate(ranges):
        index[start:end] = [number] * (end - start)
    return index


def _quotes(text: str, words: list[str], starts: list[int], ends: list[int]) -> list[tuple[int, int]]:
    """Pair quotation marks within each paragraph; an unclosed quotation runs to the paragraph's end."""
    quotes: list[tuple[int, int]] = []
    opened = -1
    marks = [i for i, word in enumerate(words) if word in _MARKS]
    inner = False  # whether a quotation within the open one is open
    for place, i in enumerate((*marks, len(words))):
        word = words[i] if i < len(words) else _BREAK
        if opened >= 0 and word in _OPENING and _closes_twice(words, marks, place):
            inner = True
            continue
        if inner and word in _CLOSING:
            inner = False
            continue
        if opened >= 0 and (word == _BREAK or _closes(text, word, starts[i], ends[i])):
            quotes.append((opened, i if word == _BREAK else i + 1))
            opened = -1
        elif word in _OPENING or (opened < 0 and word in _STRAIGHT and _may_open(text, ends[i])):
            opened = i  # inside a quotation: its closing mark was forgotten, the new one counts
    return [
        (start, end)
        for start, end in quotes
        if end - start > 2 and not _is_nickname(text, starts, start, end)
    ]


def _is_nickname(text: str, starts: list[int], start: int, end: int) -> bool:
    """Whether a single word in marks stands within a name: John “Tig” Hale."""
    around = (start - 1, start + 1, end)
    return (
        end - start == 3
        and start > 0
        and end < len(starts)
        and all(text[starts[t]].isupper() for t in around)
    )


def _closes_twice(words: list[str], marks: list[int], place: int) -> bool:
    """Whether two closing marks follow the opening one at ``place``: a quotation within a quotation."""
    return [words[mark] in _CLOSING for mark in marks[place + 1 : place + 3]] == [True, True]


def _may_open(text: str, end: int) -> bool:
    return end < len(text) and text[end] not in _ENDS_SPACE


def _closes(text: str, word: str, start: int, end: int) -> bool:
    """Whether a mark closes: a closing one, or a straight one without a space before and a letter after.

    An opening one closes where it stands behind a word and before a space: a slip of the hand.
    """
    before_is_space = text[start - 1 : start] in (" ", "\xa0", "(")
    if word in _OPENING:
        return not (before_is_space or _may_open(text, end))
    return word in _CLOSING or not (before_is_space and end < len(text) and text[end].isalnum())


def _sentences(text: str, words: list[str], starts: list[int], ends: list[int]) -> list[tuple[int, int]]:
    """End a sentence at a stop (closing marks included) before a new start, and at every paragraph."""
    abbreviations = load_words("en").sets["abbreviations"]
    sentences: list[tuple[int, int]] = []
    first, after, size = 0, 0, len(words)
    for place in [token for token, word in enumerate(words) if word in _MAY_END]:
        if place < after:
            continue  # a stop among the closing marks of the one before
        if words[place] == _BREAK:
            if place > first:
                sentences.append((first, place))
            first = place + 1
            continue
        last = place
        while last + 1 < size and words[last + 1] in _AFTER_STOP and starts[last + 1] == ends[last]:
            last += 1
        after = last + 1
        if after < size and _ends_here(text, words, starts, place, last, abbreviations):
            sentences.append((first, after))
            first = after
    if first < size:
        sentences.append((first, size))
    return sentences


def _ends_here(
    text: str, words: list[str], starts: list[int], stop: int, last: int, abbreviations: frozenset[str]
) -> bool:
    """Whether the stop at token ``stop`` (closing marks up to ``last``) ends its sentence."""
    follower = text[starts[last + 1]]
    if follower.islower() or text[starts[last + 1] - 1] not in _ENDS_SPACE:
        return False
    if words[stop] != "." or stop == 0:
        return True
    before = words[stop - 1]
    # A single letter is an initial ("J. Smith"), unless it is the word "I".
    is_initial = len(before) == 1 and before.isalpha() and before != "i"
    return not (last == stop and (before in abbreviations or is_initial))

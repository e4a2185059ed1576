"""The cheap look before an expression is tried never hides what the expression would find."""

import random
import re
from collections.abc import Iterable
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from claims.pipeline.change.notices import _patterns
from claims.pipeline.text.hints import may_match
from claims.pipeline.words import load_words


def test_whatever_counts_as_a_letter_where_case_is_ignored_is_seen() -> None:
    taken = re.compile("[a-z]", re.IGNORECASE)
    letters = [letter for letter in map(chr, range(0x110000)) if taken.fullmatch(letter)]
    assert len(letters) > 2 * 26, "some are of no alphabet that lower case would make ours"
    for letter in letters:
        for small in "abcdefghijklmnopqrstuvwxyz":
            is_taken = re.fullmatch(small, letter, re.IGNORECASE)
            assert not is_taken or may_match(f"x{letter}x", [f"x{small}x"]), (
                f"U+{ord(letter):04X} for {small}"
            )


@pytest.mark.parametrize(
    "sentence",
    [
        "We have withdrawn THIS REPORT from our site.",
        "The headline of this article was changed.",
        "An earlier version gave another date.",
        "In the previous dispatch he was called a captain.",
        "The original story named the wrong port.",
        "A prior post said so, too.",
        "Correction: he is a captain.",
        "(Corrected) He is a captain.",
        "Clarifications and corrections follow.",
        "Retraction.",
        "Retracted on Monday.",
        "Editor’s word: he is a captain.",
        "Publisher's word: he is a captain.",
        "Note to readers: he is a captain.",
    ],
)
def test_each_mark_of_a_notice_has_a_hint_in_it(sentence: str) -> None:
    sets = load_words("en").sets
    assert re.search("|".join(sets["notice_marks"]), sentence, re.IGNORECASE)
    assert may_match(sentence, sets["notice_hints"])


def test_a_text_without_a_hint_is_told_from_one_that_has_it() -> None:
    assert not may_match("The port is shut.", load_words("en").sets["notice_hints"])


def test_whatever_begins_a_notice_has_a_hint_in_it() -> None:
    chance = random.Random(1)
    patterns = _patterns()
    for name, pattern in (*patterns.starts, ("retracting", patterns.retracting)):
        tree = parser.parse(pattern.pattern, re.IGNORECASE)
        told = [line for line in (_any_match(tree, chance) for _ in range(2_000)) if pattern.match(line)]
        assert len(told) > 1_000
        if name != "retracting":  # one of these stands in a notice that something else began
            assert [line for line in told if not may_match(line, patterns.hints)] == []
        if name in ("retraction", "retracting"):
            assert [line for line in told if not may_match(line, patterns.hints_of_retraction)] == []


def _any_match(tree: Iterable[tuple[Any, Any]], chance: random.Random) -> str:
    """A text that a parsed expression matches, as far as it does not look around."""
    text = ""
    for code, given in tree:
        if code is codes.LITERAL:
            text += chance.choice([chr(given).lower(), chr(given).upper()])
        elif code in (codes.IN, codes.NOT_LITERAL, codes.ANY):
            text += chance.choice(_letters_of(code, tuple(given) if code is codes.IN else given))
        elif code is codes.BRANCH:
            text += _any_match(chance.choice(given[1]), chance)
        elif code is codes.SUBPATTERN:
            text += _any_match(given[3], chance)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            least, most, inner = given
            times = chance.randint(least, min(most, least + 2))
            text += "".join(_any_match(inner, chance) for _ in range(times))
    return text


_LETTERS = [*map(chr, range(ord(" "), ord("~") + 1)), "é", "’", "–", "—"]
_CLASSES = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_SPACE: r"\s"}


@cache
def _letters_of(code: Any, given: Any) -> list[str]:
    return [letter for letter in _LETTERS if _is_one(code, given, letter)]


def _is_one(code: Any, given: Any, letter: str) -> bool:
    if code is codes.ANY:
        return True
    if code is codes.NOT_LITERAL:
        return bool(ord(letter) != given)
    is_denied, is_among = False, False
    for kind, what in given:
        is_denied |= kind is codes.NEGATE
        is_among |= kind is codes.LITERAL and ord(letter) == what
        is_among |= kind is codes.RANGE and what[0] <= ord(letter) <= what[1]
        is_among |= kind is codes.CATEGORY and re.match(_CLASSES[what], letter) is not None
    return is_among is not is_denied

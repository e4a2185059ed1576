"""The cheap look before an expression is tried never hides what the expression would find."""

import re

import pytest

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

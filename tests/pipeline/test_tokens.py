"""Text to words: figures stay whole, with their units."""

import pytest

from claims.pipeline.text.terms import terms
from claims.pipeline.text.tokens import keys, starts, tokenize


@pytest.mark.parametrize(
    ("text", "words", "figures"),
    [
        ("512MB", ["512mb"], ["#512"]),
        ("19m or 4.5bn", ["19m", "or", "4.5bn"], ["#1.9e+07", "#4.5e+09"]),
        ("the 1970s", ["the", "1970s"], ["#1970"]),
        ("a 50-foot wall, 50ft", ["a", "50", "foot", "wall", "50ft"], ["#50", "#50"]),
        ("2,084kg at 10pm", ["2084kg", "at", "10pm"], ["#2084", "#10"]),
        ("-5 and 7-5", ["-5", "and", "7", "5"], ["#-5", "#7", "#5"]),
    ],
)
def test_a_figure_and_its_unit_are_one_word(text: str, words: list[str], figures: list[str]) -> None:
    assert keys(text) == [token.key for token in tokenize(text)] == words
    assert [term for term in terms(text) if term.startswith("#")] == figures


def test_the_words_behind_a_space_start_where_they_do_in_the_whole_text() -> None:
    text = "It was –5 at 10:30, not -7: “3,000 can’t be (right) -2”, the mayor’s office said."
    whole = [token.start for token in tokenize(text)]
    assert starts(text) == whole
    assert starts(text, most=3) == whole[:3]
    for space in [place for place, letter in enumerate(text) if letter == " "]:
        assert starts(text, space) == [start for start in whole if start >= space]

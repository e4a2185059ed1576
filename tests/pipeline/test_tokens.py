"""Text to words: figures stay whole, with their units."""

import pytest

from claims.pipeline.text.terms import terms
from claims.pipeline.text.tokens import keys, tokenize


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

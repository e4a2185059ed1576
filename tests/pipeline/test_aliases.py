"""Shortened names, hashtags and an editor's aliases are read as the names that they stand for."""

import pytest

from claims.pipeline.text.aliases import Aliases, plainly

EDITORS = Aliases.of([("Brother Leader", "Muammar Gaddafi"), ("IS", "ISIS"), ("Musa", "Moussa Koussa")])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The United Nations met.", "The UN met."),
        ("The U.S. envoy left", "The America. envoy left"),
        ("They told us of it", "They told us of it"),
        ("The islamic state's flag", "The ISIS's flag"),
        ("#FreeTheReporters now", "#FreeTheReporters Free The Reporters now"),
        ("McDonald and YouTube", "McDonald and YouTube"),
    ],
)
def test_common_names_and_hashtags_are_read_alike(text: str, plain: str) -> None:
    assert plainly(text) == plain


def test_an_editors_names_are_found_in_any_case_but_capitals_in_capitals_only() -> None:
    assert EDITORS.respelt("the brother leader's son") == "the Muammar Gaddafi's son"
    assert EDITORS.respelt("This is IS, it is") == "This is ISIS, it is"


def test_a_name_across_a_sentence_is_none() -> None:
    assert EDITORS.respelt("He is my brother. -- Leader of none") == "He is my brother. -- Leader of none"


def test_no_alias_changes_nothing() -> None:
    assert Aliases.of([]).respelt("Musa Kusa") == "Musa Kusa"
    assert Aliases.of([("…", "dots")]).respelt("wait … Musa") == "wait … Musa"


@pytest.mark.parametrize("text", ["\x00\ud800", "ﷺ" * 50, "A" * 100_000, "aB" * 50_000, "U.S." * 10_000])
def test_any_text_is_survived(text: str) -> None:
    plainly(text, EDITORS)

"""What a demanding editor would strike out of the queue: rests of sentences, wrong speakers, wishes."""

from datetime import UTC, datetime

import pytest

from claims.pipeline.extract_claims import ClaimCandidate, extract_claims
from claims.vocabulary import Voice

EVENING = datetime(2011, 3, 30, 22, tzinfo=UTC)  # a Wednesday


def claims(text: str, headline: str | None = None) -> tuple[ClaimCandidate, ...]:
    return extract_claims(headline=headline, text=text, published_at=EVENING)


def texts(text: str, headline: str | None = None) -> list[str]:
    return [claim.text for claim in claims(text, headline)]


# ---------------------------------------------------------------------- rests of sentences
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("In Bergen 40 people are not sure that the port knows it was flooded.", ["It was flooded."]),
        ("“The dam has failed,” said Ann Keller, who left the council in May 2009.", ["The dam has failed."]),
        ("“The dam has failed,” Ann Keller told us, when 40 barns were lost.", ["The dam has failed."]),
        ("The city announced a new levy of 40 crowns imposed on ferries from Bergen.", []),
    ],
)  # fmt: skip
def test_what_is_left_when_others_words_are_cut_out_is_no_claim(text: str, told: list[str]) -> None:
    assert [claim.text for claim in claims(text) if claim.voice is not Voice.AUTHOR] == told
    assert [claim.text for claim in claims(text) if claim.voice is Voice.AUTHOR] == []


def test_an_authors_clause_before_anothers_words_is_kept_without_its_joining_word() -> None:
    text = "Otto Brandt sold 40 ferries in Bergen in 2009, but his office said that the money was lost."
    assert texts(text)[0] == "Otto Brandt sold 40 ferries in Bergen in 2009."


def test_an_authors_clause_behind_anothers_words_is_kept() -> None:
    text = "Ann Keller said that the money was lost; Otto Brandt sold 40 ferries in Bergen in 2009."
    assert texts(text)[-1] == "Otto Brandt sold 40 ferries in Bergen in 2009."


# ---------------------------------------------------------------------- nothing that could be true or false
@pytest.mark.parametrize(
    "text",
    [
        "“We must open the dam,” said Ann Keller.",
        "“The council should sell the ferry,” said Ann Keller.",
        "“He needs to leave Bergen,” said Ann Keller.",
        "“What is the mayor to do if the dam has failed in Bergen,” asked Ann Keller.",
    ],
)
def test_a_duty_or_a_question_is_no_claim(text: str) -> None:
    assert claims(text) == ()


@pytest.mark.parametrize("said", ["The dam must have failed in May", "The town needs forty boats"])
def test_a_conclusion_or_a_need_of_things_is_one(said: str) -> None:
    assert texts(f"“{said},” said Ann Keller.") == [f"{said}."]


@pytest.mark.parametrize("headline", ["Mayor to sell forty ferries", "15 Ways to Keep a Ferry Dry"])
def test_a_plan_or_a_list_of_advice_is_no_headline_claim(headline: str) -> None:
    assert claims("", headline) == ()


# ---------------------------------------------------------------------- who says it
@pytest.mark.parametrize(
    ("told", "claimant"),
    [
        ("The port office, too, said that the ferry had sunk.", "The port office"),
        ("Ann Keller (R-Bergen) said that the ferry had sunk.", "Ann Keller"),
        ("The port office on Tuesday said that the ferry had sunk.", "The port office"),
        ("And he said that the ferry had sunk.", None),
    ],
)
def test_a_claimant_is_shown_by_name_without_what_stands_around_it(told: str, claimant: str | None) -> None:
    assert claims(told)[0].claimant == claimant


def test_a_word_that_can_tell_nothing_is_no_claimant() -> None:
    text = "The council has twice denied that 40 ferries sank. “Not one ferry sank in Bergen,” it said."
    assert "twice" not in {claim.claimant for claim in claims(text)}


def test_the_name_between_a_dash_and_a_colon_speaks_the_quotation_behind_it() -> None:
    text = "HIGH TIDE FAILED TO BREAK THE DAM – Ann Keller: “At last the dam of Bergen has held in a storm.”"
    assert claims(text)[-1].claimant == "Ann Keller"


def test_the_reason_names_the_claimant_as_inside_a_sentence() -> None:
    claim = claims("A Norwegian clerk said that the ferry had sunk.")[0]
    assert "It is attributed to a Norwegian clerk." in claim.reasons


# ---------------------------------------------------------------------- whom "he" means
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ann Keller said that she had sold the ferry.", "She [Ann Keller] had sold the ferry."),
        ("Otto Brandt left Bergen. Brandt said his ferry had sunk.", "His [Otto Brandt’s] ferry had sunk."),
        ("Ann Keller said that he had sold the ferry.", "He had sold the ferry."),
        ("His army had left the port, a general said.", "His army had left the port."),
        ("A general said his army had left the port.", "His [a general’s] army had left the port."),
        ("Rune Holm said that he had told her of the ferry.", "He had told her of the ferry."),
        ("Ann Keller’s office said that she had sold the ferry.", "She had sold the ferry."),
        (
            "Otto Brandt left in May. He sold 40 ferries in 2009. A clerk said he had a key.",
            "He [Otto Brandt] had a key.",
        ),
        ("Otto Brandt left. Later Brandt was in Oslo. She sold 40 ferries.", "She sold 40 ferries."),
    ],
)
def test_he_and_she_get_a_name_only_where_nothing_speaks_against_it(text: str, told: str) -> None:
    assert texts(text)[-1] == told


# ---------------------------------------------------------------------- times and stops
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Ann Keller said that 40 people left Monday’s fair early.",
            "40 people left Monday’s [28 March 2011] fair early.",
        ),
        ("Ann Keller said that no boat sailed at 10:30 p.m. in May.", "No boat sailed at 10:30 p.m. in May."),
        ("(Otto Brandt sold 40 ferries in 2009.)", "(Otto Brandt sold 40 ferries in 2009.)"),
        ("“He told me: ‘I have 40 keys.’” said Ann Keller.", "He told me: ‘I have 40 keys.’"),
    ],
)  # fmt: skip
def test_times_and_stops_are_written_as_an_editor_would(text: str, told: str) -> None:
    assert texts(text) == [told]


def test_what_is_planned_for_a_day_to_come_gets_no_date_of_the_past() -> None:
    text = "Otto Brandt is planning to end Saturday ferries of 40 towns, said Ann Keller."
    assert "[" not in texts(text)[0]

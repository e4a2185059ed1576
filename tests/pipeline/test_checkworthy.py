"""Check-worthiness: what tells facts ranks above what asks, wishes or greets, and says why."""

import json
import math
from pathlib import Path

import pytest

from claims.pipeline.checkworthiness import model as checkworthy
from claims.pipeline.checkworthiness.model import score_sentence
from claims.pipeline.checkworthiness.reasons import in_words
from claims.pipeline.checkworthiness.traits import (
    NAME,
    classed_words,
    known_words,
    traits,
    with_opening_name,
    words_and_pairs,
)

WEIGHTS = Path(checkworthy.__file__).parent.parent / "weights" / "checkworthy.json"

FACTS = (
    "The council cut the school budget by 12 percent last year.",
    "Unemployment is the highest it has been in thirty years.",
    "The minister voted against the bill in 2009 and for it in 2011.",
    "Moussa Koussa arrived in Britain on Wednesday and resigned from the government.",
    "They spent 40 million dollars on a bridge that was never opened.",
)
NO_FACTS = (
    "I think we should all work together.",
    "What will you do about it?",
    "Thank you very much, and good evening.",
    "I hope that we can get to that in a moment.",
    "We need to have a conversation about this.",
    "Let me finish.",
)


@pytest.mark.parametrize("text", FACTS)
def test_what_tells_facts_is_checkworthy(text: str) -> None:
    judged = score_sentence(text)
    assert judged.checkworthy
    assert 0.5 <= judged.score <= 1


@pytest.mark.parametrize("text", NO_FACTS)
def test_questions_wishes_and_greetings_are_not(text: str) -> None:
    judged = score_sentence(text)
    assert not judged.checkworthy
    assert 0 <= judged.score < 0.5


def test_a_number_or_a_name_raises_the_rank() -> None:
    vague = score_sentence("The company dismissed some workers.").score
    assert vague < score_sentence("The company dismissed 3,000 workers.").score
    assert vague < score_sentence("The company dismissed some workers in Malta.").score


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The council cut the school budget by 12 percent.", "It gives a number."),
        ("They spent $40 on it.", "It gives a sum of money."),
        ("Ali Treki met Kofi Annan in New York.", "It names a person, place or body."),
        ("He resigned and left the country in 2009.", "It says when."),
        (
            "She voted against the treaty.",
            "It tells how somebody voted, or what they said, promised or proposed.",
        ),
        ("The bridge was closed and then reopened.", "It tells what happened."),
        ("Prices are higher than in any other country.", "It compares, or tells how much something changed."),
        ("What will you do about it?", "It asks."),
        ("I think I would like my own answer to that.", "It speaks of the speaker's own mind or doing."),
        ("The plan would and could and should work.", "It tells what will, should or could be."),
        ("It is a ridiculous and absurd idea.", "It judges rather than reports."),
        ("They did.", "It is short of details."),
    ],
)
def test_reasons_are_sentences_about_the_sentence(text: str, reason: str) -> None:
    assert reason in score_sentence(text).reasons


def test_reasons_come_weightiest_first_at_most_five_and_small_ones_not_at_all() -> None:
    weights = {"figures": 0.5, "names": 2.0, "question": -1.0, "when": 0.1, "money": 0.4, "acts": 0.3}
    assert in_words(weights | {"past": 0.35, "words": 3.0, "other": 9.0}, []) == (
        "It names a person, place or body.",
        "It asks.",
        "It gives a number.",
        "It gives a sum of money.",
        "It tells what happened.",
    )


def test_words_speak_for_the_side_that_they_are_on() -> None:
    telling = [(0.4, "tax"), (0.2, "per"), (-0.5, "hope"), (0.01, "of")]
    assert in_words({"words": 0.6}, telling) == (
        "Its words often stand in checkable statements: “tax”, “per”.",
    )
    assert in_words({"words": -0.6}, telling) == ("Its words seldom stand in checkable statements: “hope”.",)
    assert in_words({"words": 0.6}, []) == ("Nothing in it speaks strongly for checking or against.",)


# ---------------------------------------------------------------- what is weighed
def test_names_figures_and_dates_are_weighed_as_such_and_not_by_their_letters() -> None:
    here = "In May 2011 Ann Keller paid $3,500 and 2.5 percent to the Harbour Post."
    there = "In June 1998 Moussa Koussa paid $9 and 77 percent to the Meridian."
    assert classed_words(here) == classed_words(there)
    assert score_sentence(here) == score_sentence(there)


def test_an_unknown_opening_word_with_a_capital_is_a_name() -> None:
    vocabulary = {"the", "said", "unemployment"}

    def opened(text: str) -> list[str]:
        return with_opening_name(classed_words(text), text, vocabulary)

    assert opened("Zwai said") == [NAME, "said"]
    assert opened("Zwai Dorda said") == [NAME, "said"]
    assert opened("“Zwai said") == [NAME, "said"]
    assert opened("Unemployment rose") == ["unemployment", "rose"]
    assert opened("zwai said") == ["zwai", "said"]
    assert opened("Leaving Malta") == ["leaving", NAME]
    assert opened("12 Maltese said") == ["#figure", NAME, "said"]
    assert opened("") == []


def test_shouted_text_is_no_row_of_names() -> None:
    assert NAME not in classed_words("MAYOR RESIGNS AFTER VOTE")


def test_a_stop_ends_a_sentence_but_not_a_title() -> None:
    assert classed_words("It closed again. Engineers met Mr. Keller") == [
        "it", "closed", "again", "engineers", "met", NAME,
    ]  # fmt: skip


def test_words_that_the_model_does_not_know_count_by_their_ending() -> None:
    assert known_words(["the", "defenestrated", "flibbet", "?", "#year"], {"the"}) == [
        "the", "#-ed", "#rare", "?", "#year",
    ]  # fmt: skip


def test_no_run_longer_than_a_pair_is_weighed() -> None:
    assert words_and_pairs(["we", "cut", "it"]) == {"^", "we", "cut", "it", "^ we", "we cut", "cut it"}


def test_traits_tell_an_act_of_the_past_from_a_plan() -> None:
    past = traits(classed_words("He was elected in 2009"), "He was elected in 2009")
    plan = traits(classed_words("I'm going to win, if I can"), "I'm going to win, if I can")
    assert {"past", "was", "year", "number", "others", "opens with others"} <= past
    assert {"going to", "modal", "if", "first person", "opens with I"} <= plan
    assert past.isdisjoint({"modal", "going to", "first person"})
    assert plan.isdisjoint({"past", "year", "number"})


# ---------------------------------------------------------------- whatever comes in
@pytest.mark.parametrize("text", ["", " \n", "…", "\x00", "\ud800", "“”", "$", "---"])
def test_a_text_without_words_scores_nothing(text: str) -> None:
    judged = score_sentence(text)
    assert (judged.score, judged.checkworthy, judged.reasons) == (0.0, False, ("It has no words.",))


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "$1" + "," * 500_000, "A. " * 300_000, "x-" * 500_000, "9" * 10**6]
)
def test_a_megabyte_of_nonsense_is_scored_as_well(text: str) -> None:
    assert 0 <= score_sentence(text).score <= 1


def test_other_scripts_are_no_error() -> None:
    for text in ("استقال رئيس البلدية يوم الاثنين", "市长星期一辞职。", "Le maire a démissionné lundi."):
        assert 0 <= score_sentence(text).score <= 1


# ---------------------------------------------------------------- the file of weights
def test_the_weights_are_numbers_of_traits_words_and_pairs_in_half_a_megabyte() -> None:
    assert WEIGHTS.stat().st_size <= 500_000
    content = json.loads(WEIGHTS.read_text("utf-8"))
    assert "ClaimBuster" in content["about"]
    assert "not verified" in content["about"]
    assert all(len(feature.split()) <= 2 for feature in content["words"])
    assert all(math.isfinite(weight) for part in ("traits", "words") for weight in content[part].values())


def test_no_word_of_the_weights_is_a_name_or_a_figure() -> None:
    content = json.loads(WEIGHTS.read_text("utf-8"))
    words = {word for feature in content["words"] for word in feature.split()}
    assert not any(character.isdigit() or character.isupper() for word in words for character in word)
    assert words.isdisjoint(
        {"obama", "clinton", "reagan", "carter", "nixon", "iraq", "vietnam", "china", "soviet"}
    )


def test_the_weights_hold_no_run_of_words_longer_than_a_pair() -> None:
    content = json.loads(WEIGHTS.read_text("utf-8"))
    texts = {name: value for name, value in content.items() if isinstance(value, str)}
    assert texts.keys() == {"about", "vocabulary"}
    # The vocabulary is one string, yet no text: every word once, by the alphabet.
    words = texts["vocabulary"].split()
    assert words == sorted(set(words))
    assert max(len(feature.split()) for feature in content["words"]) == 2


@pytest.mark.parametrize(
    "text", [*FACTS, *NO_FACTS, "Yes.", "And so it was, of course.", "Somebody should.", "A quiet day there."]
)
def test_every_sentence_is_told_why(text: str) -> None:
    assert score_sentence(text).reasons


def test_reasons_of_one_weight_keep_their_order_however_they_were_summed() -> None:
    for noise in (0.0, 1e-12, -1e-12):
        told = in_words({"figures": 0.7, "past": 0.7 + noise}, [])
        assert told == ("It gives a number.", "It tells what happened.")

"""What headline and body do with a claim: a hedged report supports nothing, a denial refutes."""

import pytest

from claims.pipeline.stance import StanceJudgement, judge_stance
from claims.vocabulary import Stance

ARRIVED = "Moussa Koussa has arrived in Britain."
FLED = "Libya's intelligence chief has fled to Tunisia."


def body(text: str, claim: str = FLED) -> Stance | None:
    """The stance of a body without a headline."""
    return judge_stance(claim, headline=None, body=text).body


def headline(text: str, claim: str = FLED) -> Stance | None:
    """The stance of a headline without a body."""
    return judge_stance(claim, headline=text, body=None).headline


def test_a_flat_statement_supports() -> None:
    assert headline("Libyan intelligence chief flees to Tunisia") is Stance.SUPPORTS
    assert (
        body("It was a quiet night. The head of intelligence fled to Tunisia on Tuesday.") is Stance.SUPPORTS
    )


def test_a_confirmation_on_the_record_supports() -> None:
    text = (
        "“We can confirm that Moussa Koussa arrived at Farnborough Airport,” a Foreign Office spokesman said."
    )
    assert body(text, ARRIVED) is Stance.SUPPORTS


@pytest.mark.parametrize(
    "text",
    [
        "Libyan intelligence chief reportedly flees to Tunisia",
        "Libyan intelligence chief may have fled to Tunisia",
        "Rumours that intelligence chief fled to Tunisia",
        "Has Libya's intelligence chief fled to Tunisia?",
        "Journalist claims intelligence chief fled to Tunisia",
        "Intelligence chief fled to Tunisia, sources say",
    ],
)
def test_a_hedged_or_asking_headline_only_reports(text: str) -> None:
    assert headline(text) is Stance.REPORTS


@pytest.mark.parametrize(
    "text",
    [
        "A Maltese journalist claims that the intelligence chief has fled to Tunisia.",
        "The intelligence chief has fled to Tunisia, according to a blog in Malta.",
        "Two people said that the intelligence chief had fled to Tunisia.",
        "It could not be confirmed that the intelligence chief had fled to Tunisia.",
        "The intelligence chief is said to have fled to Tunisia.",
    ],
)
def test_what_is_only_somebodys_word_is_reported(text: str) -> None:
    assert body(text) is Stance.REPORTS


@pytest.mark.parametrize(
    "text",
    [
        "The intelligence chief denied on Thursday that he had fled to Tunisia.",
        "The intelligence chief has not fled to Tunisia.",
        "The report that the intelligence chief fled to Tunisia is false.",
        "The intelligence chief has fled to Tunisia, a friend told us. That is a lie.",
        "An earlier version of this article said that the intelligence chief had fled to Tunisia.",
    ],
)
def test_a_denial_refutes(text: str) -> None:
    assert body(text) is Stance.REFUTES


def test_a_debunking_headline_refutes() -> None:
    assert headline("No, Libya's intelligence chief did not flee to Tunisia") is Stance.REFUTES
    assert headline("Fled to Tunisia? Intelligence chief debunks the story") is Stance.REFUTES


def test_the_claims_own_words_of_denial_do_not_count() -> None:
    claim = "The minister denied that troops fired on protesters."
    assert headline("Minister denied troops fired on protesters", claim) is Stance.SUPPORTS
    negative = "Barack Obama was not born in the United States."
    assert headline("Obama was not born in United States", negative) is Stance.SUPPORTS
    assert body("Barack Obama was born in Hawaii in the United States.", negative) is Stance.REFUTES


def test_a_part_that_does_not_touch_the_claim_has_no_stance() -> None:
    found = judge_stance(FLED, headline="Rain in Malta", body="It will rain until noon.")
    assert (found.headline, found.body, found.score) == (None, None, 0.0)
    assert found.reasons == ("Neither headline nor text touches the claim.",)


@pytest.mark.parametrize("empty", [None, "", "  \n"])
def test_an_empty_part_has_no_stance(empty: str | None) -> None:
    found = judge_stance(FLED, headline=empty, body=empty)
    assert (found.headline, found.body) == (None, None)


def test_a_headline_on_the_same_man_but_another_matter_does_not_touch_the_claim() -> None:
    text = "Moussa Koussa has arrived in Britain. He has also resigned, the spokesman said."
    assert (
        judge_stance(ARRIVED, headline="Moussa Koussa wrote letters to newspapers", body=text).headline
        is None
    )


def test_a_headline_on_the_holder_of_another_office_does_not_touch_the_claim() -> None:
    claim = "Libyan parliament head Mohamed Zwai has fled to Tunisia."
    text = "Gaddafi's intelligence chief has fled. Mohamed Zwai has fled to Tunisia as well."
    found = judge_stance(claim, headline="Intelligence chief flees to Tunisia", body=text)
    assert (found.headline, found.body) == (None, Stance.SUPPORTS)


def test_a_body_on_the_same_man_but_another_matter_supports_nothing() -> None:
    assert body("Moussa Koussa met reporters in Britain last year.", ARRIVED) is not Stance.SUPPORTS


def test_headline_and_body_are_judged_apart() -> None:
    found: StanceJudgement = judge_stance(
        FLED,
        headline="Intelligence chief flees to Tunisia",
        body="The intelligence chief has reportedly fled to Tunisia. I can't find confirmation of that.",
    )
    assert (found.headline, found.body) == (Stance.SUPPORTS, Stance.REPORTS)
    assert [reason.split(":")[0] for reason in found.reasons] == ["Headline", "Text"]


def test_a_text_that_tells_both_sides_reports() -> None:
    text = (
        "The intelligence chief has fled to Tunisia, the paper wrote. "
        "The ministry denied that the intelligence chief had fled to Tunisia. "
        "Witnesses say that the intelligence chief fled to Tunisia by car."
    )
    assert body(text) is Stance.REPORTS


@pytest.mark.parametrize("text", ["\x00\ud800", "?" * 5000, "a. " * 20_000, "“" * 3000, "no " * 5000])
def test_any_text_is_survived(text: str) -> None:
    judge_stance(FLED, headline=text, body=text)
    judge_stance(text, headline="x", body="The intelligence chief fled.")

"""What headline and body do with a claim: a hedged report supports nothing, a denial refutes."""

import json
from pathlib import Path

import pytest

from claims.pipeline.stance import StanceJudgement, judge_stance
from claims.pipeline.stances import model as stance_model
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


@pytest.mark.parametrize(
    ("claim", "headline"),
    [
        (
            "The ministry paid 7 million euros to a firm of the minister’s brother.",
            "Transport minister Brandt resigns over cost of pier",
        ),
        ("The ministry paid the minister’s brother.", "Minister resigns over cost of pier"),
    ],
)
def test_a_headline_on_another_matter_that_names_the_same_office_does_not_touch_the_claim(
    claim: str, headline: str
) -> None:
    above_it = judge_stance(claim, headline=headline, body=f"{claim} So the auditors say.")
    assert above_it.headline is None
    assert judge_stance(claim, headline=claim, body=claim).headline == Stance.SUPPORTS


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


def article(*near: str, claim: str = FLED) -> StanceJudgement:
    """An article of more than a few sentences, about ``near``."""
    filler = [
        "The border post at Ras Ajdir has been busy all week.",
        "Trucks queued on both sides of the road.",
        "Shops nearby were open as usual.",
        "The weather was fair and the sea calm.",
        "Ferries from Malta ran on time.",
        "The harbour was quiet by evening.",
    ]
    return judge_stance(claim, headline=None, body=" ".join([*near, *filler]))


def test_an_article_that_only_hedges_never_supports_however_its_words_weigh() -> None:
    for hedge in ("reportedly", "allegedly", "apparently"):
        told = f"Libya's intelligence chief has {hedge} fled to Tunisia."
        assert article(told).body is not Stance.SUPPORTS
    sourced = "Libya's intelligence chief has fled to Tunisia, sources say."
    assert article(sourced, sourced).body is not Stance.SUPPORTS


def test_an_article_without_any_word_of_denial_never_refutes() -> None:
    found = article("Libya's intelligence chief has fled to Tunisia.", "He crossed at noon in a white car.")
    assert found.body is not Stance.REFUTES


def test_an_article_that_debunks_refutes() -> None:
    found = article(
        "Claims that Libya's intelligence chief has fled to Tunisia are a hoax.",
        "The story of his flight to Tunisia is false, and the picture was photoshopped.",
        "The intelligence chief never fled to Tunisia.",
        "It was a hoax.",
    )
    assert found.body is Stance.REFUTES


def test_a_claim_told_in_passing_is_judged_by_its_own_sentence() -> None:
    start = ["The ferry from Malta was late again.", "Passengers waited for two hours.", "Rain fell at noon."]
    rest = ["The harbour café ran out of bread.", "No boats left after six.", "Winds were strong."]
    for told, stance in (
        ("Meanwhile the Libyan intelligence chief has fled to Tunisia.", Stance.SUPPORTS),
        ("Meanwhile the Libyan intelligence chief has reportedly fled to Tunisia.", Stance.REPORTS),
        ("Meanwhile the intelligence chief denied that he had fled to Tunisia.", Stance.REFUTES),
    ):
        assert judge_stance(FLED, headline=None, body=" ".join([*start, told, *rest])).body is stance


def test_a_sources_denial_is_told_from_the_texts_own() -> None:
    by_source = judge_stance(
        FLED, headline=None, body="The intelligence chief denied that he fled to Tunisia."
    )
    by_text = judge_stance(
        FLED, headline=None, body="The tale that the intelligence chief fled to Tunisia is a hoax."
    )
    assert by_source.reasons[0].startswith("Text: Denied by a source (“denied”)")
    assert by_text.reasons[0].startswith("Text: Refuted (“hoax”)")


AROUND = (
    "The minister spoke in Oslo on Monday. Rain fell all day in the harbour. Forty people came to the hall. "
    "The hall was cold and dark. Nobody asked about the ferry. The meeting ended at nine."
)


@pytest.mark.parametrize(
    "said",
    [
        "Tom Hale has not been offered a visa, the minister said.",
        "The minister said that Tom Hale had not yet been offered a visa.",
        "Tom Hale was never offered a visa.",
    ],
)
def test_an_article_whose_only_sentence_on_the_claim_says_not_refutes_it(said: str) -> None:
    assert body(f"{said} {AROUND}", "Tom Hale has been offered a visa.") is Stance.REFUTES
    assert body(f"{said} {AROUND}", "Tom Hale has not been offered a visa.") is not Stance.REFUTES
    told = f"Tom Hale has been offered a visa. {said} {AROUND}"
    assert body(told, "Tom Hale has been offered a visa.") is not Stance.REFUTES


def test_not_before_something_else_does_not_contradict() -> None:
    text = f"Tom Hale, who had not shaved, has been offered a visa. {AROUND}"
    assert body(text, "Tom Hale has been offered a visa.") is Stance.SUPPORTS


def test_an_office_stands_for_the_one_who_holds_it_in_the_same_article() -> None:
    office = "Libya's foreign minister arrives for talks"
    text = "He landed at noon. Moussa Koussa, Libya's foreign minister, has quit."
    assert judge_stance(ARRIVED, headline=office, body=text).headline is Stance.SUPPORTS
    with_name = judge_stance(ARRIVED, headline=office, body=text).score
    without = judge_stance(ARRIVED, headline=office, body="He landed at noon. Koussa has quit.").score
    assert with_name > without


def test_may_in_a_capitalised_headline_is_no_month() -> None:
    assert headline("Libyan Intelligence Chief May Flee To Tunisia") is Stance.REPORTS
    assert headline("Libyan Intelligence Chief Fled To Tunisia In May") is Stance.SUPPORTS


def test_a_stance_that_the_words_weigh_tells_what_weighed() -> None:
    found = article(
        "The Libyan intelligence chief has fled to Tunisia, a blogger in Malta says.",
        "Sources told him of the story, and it was reported by others.",
        "The rumours about the flight of the intelligence chief to Tunisia could not be verified.",
    )
    assert found.body is Stance.REPORTS
    assert "“" in found.reasons[0]


def test_the_weights_are_small_and_hold_single_words_and_pairs_only() -> None:
    file = Path(stance_model.__file__).parent.parent / "weights" / "stance.json"
    assert file.stat().st_size <= 500_000
    words = [name for name in stance_model.models().headline.weights if name.startswith("w:")]
    assert max(len(name.split()) for name in words) == 2
    content = json.loads(file.read_text("utf-8"))
    assert {name for name, value in content.items() if isinstance(value, str)} == {"about"}
    assert "Emergent" in content["about"]
    assert "licence" in content["about"]
    for part in ("related", "text"):
        assert not [name for name in content[part]["weights"] if name.startswith("w:")]


@pytest.mark.parametrize(
    "text",
    [
        "\x00\ud800",
        "Moussa Koussa arrived Britain " * 30_000,
        "?" * 5000,
        "a. " * 20_000,
        "“" * 3000,
        "no " * 5000,
    ],
)
def test_any_text_is_survived(text: str) -> None:
    judge_stance(FLED, headline=text, body=text)
    judge_stance(text, headline="x", body="The intelligence chief fled.")

"""An article proposes its claims: quote, claimant, hedges, and reasons that Edith understands."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.pipeline.extract_claims import MOST_CANDIDATES, ClaimCandidate, can_extract, extract_claims
from claims.vocabulary import Stance, Voice

MOMENT = datetime(2011, 3, 30, tzinfo=UTC)


def claims(text: str, headline: str | None = None) -> tuple[ClaimCandidate, ...]:
    return extract_claims(headline=headline, text=text, published_at=MOMENT)


def texts(text: str, headline: str | None = None) -> list[str]:
    return [claim.text for claim in claims(text, headline)]


def only(text: str, headline: str | None = None) -> ClaimCandidate:
    found = claims(text, headline)
    assert len(found) == 1, [claim.text for claim in found]
    return found[0]


# ---------------------------------------------------------------------- quote and claimant
def test_a_candidate_keeps_its_exact_quote_with_what_stands_around_it() -> None:
    text = "It rained. The mayor told the Gazette that the old dam had failed on Monday. More follows soon."
    claim = only(text)
    assert claim.quote == text[claim.start : claim.end] == "the old dam had failed on Monday"
    assert claim.prefix == "It rained. The mayor told the Gazette that "
    assert claim.suffix == ". More follows soon."
    assert claim.text == "The old dam had failed on Monday [28 March 2011]."
    assert (claim.claimant, claim.attribution, claim.voice) == ("The mayor", "told", Voice.INDIRECT)
    assert "It is attributed to the mayor." in claim.reasons


def test_context_is_at_most_sixty_four_characters_either_side() -> None:
    rain = "So much rain. " * 20
    claim = only(f"{rain}The mayor said that the dam had failed in May. {rain}")
    assert len(claim.prefix) == len(claim.suffix) == 64


def test_a_quotation_gives_one_candidate_a_sentence_and_keeps_its_speaker() -> None:
    text = "“The dam failed in May. Nobody was warned,” said Otto Brandt, a farmer. “Two barns are gone.”"
    found = claims(text)
    assert [claim.text for claim in found] == [
        "The dam failed in May.",
        "Nobody was warned.",
        "Two barns are gone.",
    ]
    assert {claim.voice for claim in found} == {Voice.DIRECT}
    assert all(claim.claimant and claim.claimant.startswith("Otto Brandt") for claim in found)


def test_two_statements_in_one_sentence_become_two_candidates() -> None:
    text = "The dam is unsafe, and its keepers are asking for help, a senior city engineer told the Gazette."
    assert texts(text) == ["The dam is unsafe.", "Its keepers are asking for help."]


def test_a_pronoun_means_who_was_named_last() -> None:
    text = "Ann Keller said that the dam had failed. She added that two barns were lost."
    assert [claim.claimant for claim in claims(text)] == ["Ann Keller", "Ann Keller"]


def test_he_gets_a_name_in_brackets_where_the_sentence_before_tells_it() -> None:
    text = "Mayor Otto Brandt left the city on Monday.\n\n“He has handed us his keys,” a clerk said."
    claim = claims(text)[-1]
    assert claim.text == "He [Mayor Otto Brandt] has handed us his keys."
    assert claim.quote == "He has handed us his keys"


def test_a_speaker_is_not_the_he_of_his_own_quotation() -> None:
    text = "Mayor Otto Brandt spoke on Monday. “He was robbed in May,” Mayor Otto Brandt said."
    assert claims(text)[-1].text == "He was robbed in May."


def test_he_stays_he_where_no_name_is_told() -> None:
    assert only("It rained. “He has handed us his keys,” a clerk said.").text == (
        "He has handed us his keys."
    )


def test_a_dateline_is_no_part_of_the_claim() -> None:
    text = "OSLO, March 3 (North Wire) – The ferry sank on Monday, the port office said."
    assert only(text).quote == "The ferry sank on Monday"


def test_a_denial_is_kept_whole_and_belongs_to_the_one_who_denies() -> None:
    claim = only("The port office denied on Monday that the ferry had been sold.")
    assert claim.text == "The port office denied on Monday [28 March 2011] that the ferry had been sold."
    assert claim.claimant == "The port office"
    text = "Ann Keller said the ferry was old. She denied that it had been sold."
    assert claims(text)[1].text == "Ann Keller denied that it had been sold."


@pytest.mark.parametrize(
    ("source", "anonymous"),
    [
        ("a senior customs official", True),
        ("sources close to the talks", True),
        ("two people who had met him", True),
        ("a minister", True),
        ("the minister", False),
        ("a Foreign Office spokeswoman", False),
        ("Ann Keller, a neighbour and former analyst of the Tide Institute,", False),
        ("the official Ann Keller", False),
        ("an official spokesman of the port", False),
        ("the same journalist, Ann Keller,", False),
        ("the Gazette", False),
    ],
)
def test_an_unnamed_source_is_kept_as_described_and_marked(source: str, anonymous: bool) -> None:
    claim = only(f"The ferry was sold in May, {source} said.")
    assert claim.claimant == source.rstrip(",")
    assert claim.anonymous is anonymous


# ---------------------------------------------------------------------- sources that only point back
@pytest.mark.parametrize(
    ("before", "source", "meant"),
    [
        (
            "The harbour has closed, the Morning programme said.",
            "the same programme",
            "the Morning programme",
        ),
        (
            "Karl Lind, a Maltese journalist, said that the harbour had closed.",
            "the same journalist",
            "Karl Lind, a Maltese journalist",
        ),
        ("A senior official said the harbour had closed.", "that same official", "A senior official"),
        ("The official Ann Keller said it was late.", "the same official", "The official Ann Keller"),
        ("Captain Tom Hale, a harbour pilot, went home.", "the same pilot", "Captain Tom Hale"),
        ("A report by the port says that it was late.", "that report", "A report by the port"),
    ],
)
def test_the_same_source_is_whom_the_text_called_so_before(before: str, source: str, meant: str) -> None:
    assert claims(f"{before} According to {source}, the ferry sank in May.")[-1].claimant == meant


@pytest.mark.parametrize(
    "source",
    [
        *(
            "the same programme",
            "the very same report",
            "that same official",
            "that statement",
            "this report",
        ),
        *("those figures", "the latter", "the same BBC programme"),
    ],
)
def test_words_that_only_point_back_are_no_claimant(source: str) -> None:
    found = claims(f"It rained. According to {source}, the ferry sank in May.")
    assert [(claim.text, claim.claimant) for claim in found] == [("The ferry sank in May.", None)]
    assert f"Its source is named only by “{source}”." in found[0].reasons


@pytest.mark.parametrize("source", ["those who voted", "those surveyed", "the Same Day Institute"])
def test_words_that_say_who_it_is_are_a_claimant(source: str) -> None:
    assert only(f"According to {source}, the ferry sank in May.").claimant == source


def test_nobody_is_guessed_where_several_may_be_meant() -> None:
    text = (
        "An official said the harbour had closed. Another official said the ferry sank in May. "
        "The same official said that the dam had failed. He added that two barns were lost."
    )
    told = [(claim.claimant, claim.anonymous) for claim in claims(text)]
    assert told == [("An official", True), ("Another official", True), (None, True), (None, False)]


def test_who_is_pointed_back_to_passes_nothing_on_to_himself() -> None:
    text = "Officials said the harbour had closed, and the same officials denied that the ferry was sold."
    assert [claim.chain for claim in claims(text)] == [(), ()]


# ---------------------------------------------------------------------- hedges
def test_a_plain_report_is_not_hedged() -> None:
    assert only("The mayor said that the dam had failed.").hedged is False


@pytest.mark.parametrize(
    ("text", "hedges"),
    [
        ("The mayor claims that the money was stolen.", ("claims",)),
        ("A blogger is claiming that the money was stolen.", ("is claiming",)),
        ("The mayor said that the money was reportedly stolen.", ("reportedly",)),
        ("Aides must have been selling the money in Bergen since May.", ("must have",)),
        ("The governor may have left for Bergen on Monday.", ("may",)),
    ],
)
def test_doubting_words_hedge_their_own_clause(text: str, hedges: tuple[str, ...]) -> None:
    claim = only(text)
    assert (claim.hedged, claim.hedges) == (True, hedges)


def test_may_is_a_month_as_well() -> None:
    assert only("The mayor said that in May 2010 the dam had failed.").hedged is False


def test_a_disclaimer_reaches_back_over_the_claims_of_one_claimant_and_no_further() -> None:
    text = (
        "The port office said that the ferry had sunk. A blogger wrote that the captain had fled to Bergen. "
        "Supposedly he was seen in a bank there. The Gazette could not confirm any of this."
    )
    ferry, captain, bank = claims(text)
    assert ferry.hedged is False
    assert captain.hedges == ("could not confirm",)
    assert bank.hedges == ("Supposedly", "could not confirm")


def test_a_doubted_sentence_without_a_cue_goes_on_with_the_claimant_before_it() -> None:
    text = "A blogger is claiming that the captain fled. Supposedly he was seen in a bank in Bergen."
    claim = claims(text)[1]
    assert (claim.claimant, claim.anonymous, claim.voice) == ("A blogger", True, Voice.INDIRECT)
    assert "Its source is carried over from the sentence before." in claim.reasons


# ---------------------------------------------------------------------- the author's own words
def test_what_the_author_asserts_with_names_and_facts_is_proposed_without_a_claimant() -> None:
    claim = only("The Bergen ferry sank on Monday with forty people on board.")
    assert (claim.claimant, claim.voice) == (None, Voice.AUTHOR)
    assert "It gives a number." in claim.reasons


def test_that_is_a_lie_refutes_the_claim_before_it() -> None:
    quoted, verdict = claims(
        "The mayor sold the ferry in May, a clerk told the Gazette. That last part is a lie."
    )
    assert quoted.author_stance is Stance.REFUTES
    assert verdict.quote == "That last part is a lie."
    assert verdict.text == "That last part is a lie: The mayor sold the ferry in May."


def test_another_thing_that_was_wrong_refutes_nothing() -> None:
    text = (
        "The mayor sold the ferry in May, a clerk told the Gazette. The map of Bergen on his wall was wrong."
    )
    assert {claim.author_stance for claim in claims(text)} == {None}


def test_a_source_that_calls_something_a_lie_is_not_the_author() -> None:
    (claim,) = [
        c for c in claims("The mayor fled, a clerk said. “That is a lie,” he added.") if "fled" in c.quote
    ]
    assert claim.author_stance is None


@pytest.mark.parametrize(
    "text",
    [
        "Why did Mayor Brandt leave Bergen on Monday?",
        "Forty people in Bergen were robbed by Mayor Brandt?",
        "If Mayor Brandt left Bergen in May, 40 people saw it.",
        "Bridge was closed, port office said",
        "Read more: Mayor Brandt fled to Bergen, the port office said",
        "The mayor will leave Bergen for Oslo on Monday.",
        "“We will open the bridge on Friday,” the mayor said.",
        "I would not mind it had Mayor Brandt left Bergen in May.",
        "Look for stories on Mayor Brandt in the Gazette of Monday.",
        "From Tuesday:",
        "Trending on the Harbour Post",
        "Marta Lind 9:12 PM on June 3, 2014",
        "By Tom Hale, Bergen",
        "The mayor wants to open the bridge.",
        "The mayor asked whether the bridge was closed.",
    ],
)
def test_questions_predictions_wishes_and_furniture_are_no_claims(text: str) -> None:
    assert texts(text) == []


# ---------------------------------------------------------------------- the headline
def test_the_statements_of_a_headline_stand_apart_each_with_its_hedge() -> None:
    headline = "Mayor flees to Bergen, more aides may be on the way"
    first, second = claims("", headline)
    assert [claim.quote for claim in (first, second)] == [
        "Mayor flees to Bergen",
        "more aides may be on the way",
    ]
    assert {claim.voice for claim in (first, second)} == {Voice.HEADLINE}
    assert (first.hedged, second.hedges) == (False, ("may",))
    assert headline[second.start : second.end] == second.quote
    assert "It stands in the headline." in first.reasons


def test_a_headline_names_its_source_at_the_end() -> None:
    claim = only("", "Mayor fled to Bergen, blogger claims")
    assert (claim.quote, claim.claimant, claim.attribution) == ("Mayor fled to Bergen", "blogger", "claims")
    assert claim.hedged is True


@pytest.mark.parametrize("headline", ["Has the mayor fled to Bergen?", "", "“““““", "Bridge news", None])
def test_a_question_or_nothing_is_no_headline_claim(headline: str | None) -> None:
    assert claims("", headline) == ()


# ---------------------------------------------------------------------- the whole
def test_claims_come_in_the_order_of_the_text_and_every_one_has_a_rank_and_reasons() -> None:
    text = (
        "The ferry sank, the port office said. “Forty people were lost,” said Ann Keller. Oslo fell silent."
    )
    found = claims(text, "Ferry sinks off Bergen")
    starts = [claim.start for claim in found if claim.voice is not Voice.HEADLINE]
    assert found[0].voice is Voice.HEADLINE
    assert starts == sorted(starts)
    assert all(0 <= claim.score <= 1 for claim in found)


def test_we_can_read_english_and_say_so_of_what_we_cannot_read() -> None:
    assert can_extract("en")
    assert can_extract(None)
    assert not can_extract("ar")
    assert not can_extract("fr")


def test_a_page_of_endless_claims_gives_the_best_three_hundred() -> None:
    weak = "“It was so,” he said. " * 400
    found = claims(weak + "The port office told the Gazette that 40 people drowned off Bergen in May.")
    assert len(found) == MOST_CANDIDATES
    assert any("40 people" in claim.quote for claim in found)


PARTS = st.sampled_from(
    [
        "The mayor said that ", "“The dam failed,” ", " he told reporters. ", "\n\n",
        "Supposedly they fled. ",
        "That is a lie. ", "I can't confirm that. ",
        ", and ", " will go ", " was ", "?", " denied ",
        '"', "''",
        "OSLO (Wire) – ", " according to ", " She ",
    ]
)  # fmt: skip
NEIGHBOURS = st.sampled_from(
    [
        "Ann Lee, an official at the port, said that the dam fell. ",
        "The same official said that it had killed 40 people. ",
        "“It fell on Monday, and 40 people drowned in it.” ",
        "“It fell on Monday, and 40 people drowned in it. ",
        "“That is a lie,” she said. ", "She told reporters:",
        "None of this could be confirmed. ", "The claim is false. ", "Lee was there. ",
        "The harbour was closed on Friday after two ships sank. ",
        "Tom Hale is a reporter for the Gazette. ",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=25).map("".join), st.text(max_size=40))
def test_every_quote_stands_exactly_where_its_offsets_say(text: str, headline: str) -> None:
    for claim in claims(text, headline):
        whole = headline if claim.voice is Voice.HEADLINE else text
        assert whole[claim.start : claim.end] == claim.quote
        assert claim.quote.strip() == claim.quote != ""
        assert whole.startswith(claim.prefix + claim.quote, claim.start - len(claim.prefix))
        assert whole[claim.end :].startswith(claim.suffix)
        assert claim.hedged == bool(claim.hedges)
        assert claim.text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(PARTS, max_size=8).map("".join), max_size=8), st.data())
def test_of_an_edited_text_the_new_claims_are_those_of_the_whole_text_that_are_new(
    paragraphs: list[str], data: st.DataObject
) -> None:
    dropped = data.draw(st.sets(st.integers(0, 7), max_size=3))
    assert_new_claims_are_those_of_the_whole(paragraphs, dropped)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(NEIGHBOURS, min_size=1, max_size=3).map("".join), max_size=12), st.integers(0, 11))
def test_who_speaks_in_a_new_paragraph_is_found_however_far_above_he_was_named(
    paragraphs: list[str], dropped: int
) -> None:
    assert_new_claims_are_those_of_the_whole(paragraphs, {dropped})


def assert_new_claims_are_those_of_the_whole(paragraphs: list[str], dropped: set[int]) -> None:
    """Assert that a text of which the ``dropped`` paragraphs were not known has the claims new in it."""
    text = "\n\n".join(paragraphs)
    known = "\n\n".join(words for place, words in enumerate(paragraphs) if place not in dropped)
    new = extract_claims(headline=None, text=text, published_at=MOMENT, known=known)
    assert list(new) == [claim for claim in claims(text) if not known or claim.quote not in known]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_borne(text: str) -> None:
    for claim in claims(text, text):
        assert text[claim.start : claim.end] == claim.quote


@pytest.mark.parametrize(
    "unit", ["That is a lie. ", "I can't confirm this. He left town. ", "it was, and ", "may "]
)
def test_a_hundred_thousand_characters_of_anything_take_linear_time(unit: str) -> None:
    # Quadratic work on these would take hours, not seconds: coming back at all is the proof.
    assert len(claims(unit * (100_000 // len(unit)))) <= MOST_CANDIDATES

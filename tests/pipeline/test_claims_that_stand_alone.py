"""A candidate can be read by itself: its chain of sources, its dates, the author's word on it, its labels."""

from datetime import UTC, datetime

import pytest

from claims.pipeline.candidate.dates import with_dates
from claims.pipeline.extract_claims import ClaimCandidate, extract_claims
from claims.vocabulary import Stance, Voice

EVENING = datetime(2011, 3, 30, 22, tzinfo=UTC)  # a Wednesday


def claims(text: str, headline: str | None = None) -> tuple[ClaimCandidate, ...]:
    return extract_claims(headline=headline, text=text, published_at=EVENING)


def only(text: str, headline: str | None = None) -> ClaimCandidate:
    found = claims(text, headline)
    assert len(found) == 1, [claim.text for claim in found]
    return found[0]


# ---------------------------------------------------------------------- who has it from whom
def test_the_claimant_is_the_last_in_the_chain_and_the_chain_is_kept() -> None:
    claim = only("Ann Keller said that Otto Brandt had told her that the ferry had sunk.")
    assert (claim.claimant, claim.chain) == ("Otto Brandt", ("Ann Keller", "Otto Brandt"))
    assert claim.quote == "the ferry had sunk"
    assert "It is passed on: Otto Brandt ← Ann Keller." in claim.reasons


def test_who_passes_a_quotation_on_stands_first_in_its_chain() -> None:
    claim = only("“The ferry has sunk,” the mayor told Tom Hale, according to the Gazette.")
    assert (claim.claimant, claim.chain) == ("the mayor", ("the Gazette", "the mayor"))


def test_a_speaker_who_speaks_of_himself_makes_no_chain() -> None:
    claim = only("Ann Keller said she knew that the ferry had sunk.")
    assert (claim.claimant, claim.chain) == ("Ann Keller", ())


def test_a_sentence_between_two_of_one_source_is_that_sources_by_inference() -> None:
    text = (
        "The port office said that the ferry had sunk off Bergen. Forty people were on board at nine. "
        "The port office added that the captain was drunk."
    )
    middle = claims(text)[1]
    assert (middle.quote, middle.claimant) == ("Forty people were on board at nine.", "The port office")
    assert "Its source is inferred from the sentences before and after." in middle.reasons


def test_a_sentence_between_two_sources_stays_the_authors() -> None:
    text = (
        "The port office said that the ferry had sunk off Bergen. Forty people were on board at nine. "
        "Tom Hale said that the captain was drunk."
    )
    assert claims(text)[1].claimant is None


# ---------------------------------------------------------------------- when
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It sank on Monday.", "It sank on Monday [28 March 2011]."),
        ("It sank on Wednesday.", "It sank on Wednesday [30 March 2011]."),
        ("It sank Thursday.", "It sank Thursday [24 March 2011]."),
        ("It sank last Wednesday.", "It sank last Wednesday [23 March 2011]."),
        ("It sank yesterday.", "It sank yesterday [29 March 2011]."),
        ("It sank last month.", "It sank last month [February 2011]."),
        ("It sank last year.", "It sank last year [2010]."),
        ("It sank on Monday, 28 March.", "It sank on Monday, 28 March."),
        ("It sank on Monday, March 28.", "It sank on Monday, March 28."),
        ("It is shut until Monday.", "It is shut until Monday."),
        ("He says he will quit on Friday.", "He says he will quit on Friday."),
        ("It sails next Friday.", "It sails next Friday."),
        ("They were never seen again.", "They were never seen again."),
    ],
)
def test_dates_are_told_by_the_calendar_or_left_open(text: str, told: str) -> None:
    assert with_dates(text, EVENING) == told


def test_without_a_publication_date_every_date_stays_open() -> None:
    assert with_dates("It sank yesterday.", None) == "It sank yesterday."


def test_in_the_small_hours_yesterday_may_be_another_day_and_stays_open() -> None:
    night = datetime(2011, 3, 31, 2, tzinfo=UTC)
    assert with_dates("It sank yesterday, not on Monday.", night) == (
        "It sank yesterday, not on Monday [28 March 2011]."
    )
    midnight = datetime(2011, 3, 31, tzinfo=UTC)  # a page that gives a day only
    assert with_dates("It sank yesterday.", midnight) == "It sank yesterday [30 March 2011]."


def test_what_a_speaker_calls_yesterday_is_left_as_he_said_it() -> None:
    claim = only("“The ferry sank yesterday off Bergen,” said Ann Keller.")
    assert claim.text == "The ferry sank yesterday off Bergen."


def test_the_quote_never_gets_a_date() -> None:
    claim = only("Ann Keller said the ferry had sunk on Monday.")
    assert claim.quote == "the ferry had sunk on Monday"
    assert claim.text == "The ferry had sunk on Monday [28 March 2011]."


# ---------------------------------------------------------------------- what the author makes of it
@pytest.mark.parametrize(
    "text",
    [
        "Ann Keller said the mayor had sold the ferry, which is false.",
        "Ann Keller said the mayor had sold the ferry. The claim is untrue.",
        "Ann Keller said the mayor had sold the ferry. This was made up.",
    ],
)
def test_the_author_refutes_in_the_same_sentence_or_the_next(text: str) -> None:
    assert claims(text)[0].author_stance is Stance.REFUTES


def test_a_doubt_of_the_author_reaches_back_as_a_hedge() -> None:
    claim = claims("Ann Keller said the mayor had sold the ferry. There is no evidence of that.")[0]
    assert (claim.hedged, claim.author_stance) == (True, None)


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("Otto Brandt is said to have left Bergen in May.", "is said to"),
        ("The mayor was accused of stealing forty keys in Bergen.", "accused of"),
        ("Apparently the mayor said that the dam had failed.", "Apparently"),
        ("It began after reports that the mayor had fled to Bergen.", "reports"),
    ],
)
def test_passives_and_hearsay_hedge(text: str, hedge: str) -> None:
    assert hedge in claims(text)[0].hedges


def test_a_dismissed_claim_is_kept_as_the_denial_it_is() -> None:
    claim = only("Ann Keller dismissed the claim that the mayor had fled to Oslo.")
    assert (claim.claimant, claim.quote) == (
        "Ann Keller",
        "Ann Keller dismissed the claim that the mayor had fled to Oslo",
    )


# ---------------------------------------------------------------------- headlines
@pytest.mark.parametrize("label", ["Breaking:", "BREAKING –", "Exclusive:", "Live updates:", "WATCH:"])
def test_a_label_is_no_part_of_a_headlines_claim(label: str) -> None:
    headline = f"{label} Mayor flees to Bergen"
    claim = only("", headline)
    assert claim.quote == "Mayor flees to Bergen" == headline[claim.start : claim.end]
    assert claim.voice is Voice.HEADLINE


def test_a_name_before_a_colon_is_no_label() -> None:
    assert only("", "Bergen: Mayor flees to Oslo").quote == "Bergen: Mayor flees to Oslo"


@pytest.mark.parametrize(
    "headline", ["Mayor will quit on Friday", "Why the mayor fled to Bergen", "How to sell a ferry in May"]
)
def test_a_prediction_or_an_explainer_is_no_headline_claim(headline: str) -> None:
    assert claims("", headline) == ()


def test_what_a_headline_says_that_somebody_says_is_a_claim() -> None:
    assert only("", "Mayor says he will quit").quote == "Mayor says he will quit"


# ---------------------------------------------------------------------- what is no text of the article
@pytest.mark.parametrize(
    "line",
    [
        "Tom Hale and Marta Lind contributed to this report from Bergen.",
        "(Reporting by Tom Hale; editing by Marta Lind)",
        "Sign up for our newsletter and get the Gazette in your inbox.",
        "Editor's note: the name of the ferry was added.",
    ],
)
def test_the_pages_own_words_are_no_claims(line: str) -> None:
    assert claims(line) == ()


def test_a_sentence_that_only_begins_like_a_link_is_read() -> None:
    assert only("For more than ten years Mayor Otto Brandt was hiding 40 keys in Bergen.").claimant is None


def test_his_is_told_by_the_name_before_it() -> None:
    claim = claims("Mayor Otto Brandt left in May. His brother fled to Bergen with 40 keys in June.")[-1]
    assert claim.text == "His [Mayor Otto Brandt’s] brother fled to Bergen with 40 keys in June."

"""No candidate speaks of the page itself, and what points to something untold is told or ranks lower."""

import pytest

from claims.pipeline.candidate.asides import asides
from claims.pipeline.candidate.claimants import may_claim
from claims.pipeline.extract_claims import ClaimCandidate, extract_claims
from claims.pipeline.text.sentences import read
from claims.vocabulary import Voice

NEWS = "The dam at Bergen fell on Monday, killing 300 people in two villages."


def claims(text: str) -> tuple[ClaimCandidate, ...]:
    return extract_claims(headline=None, text=text, published_at=None)


def texts(text: str) -> list[str]:
    return [claim.text for claim in claims(text)]


# ---------------------------------------------------------------------- notices
@pytest.mark.parametrize(
    "notice",
    [
        "Correction: An earlier version of this article said that 14 people died there. Four people died.",
        "This article was amended on 4 May 2019 to remove a claim that the mayor took 300 crowns.",
        "Editor’s note: This article has been retracted because the minister never said that the dam fell.",
        "(An earlier version of this story misstated that 400 people died in 2019.)",
    ],
)
def test_what_a_notice_says_of_the_page_is_no_claim(notice: str) -> None:
    assert texts(f"{NEWS}\n\n{notice}") == [NEWS]


def test_a_notice_at_the_end_of_a_paragraph_leaves_what_stands_before_it() -> None:
    assert texts(f"{NEWS} Correction: This article said that 400 people died in 2019.") == [NEWS]


@pytest.mark.parametrize(
    "news",
    [
        "The ministry has withdrawn the 300 soldiers that it sent to Bergen in 2019.",
        "Update: The mayor of Bergen resigned on Monday after 300 people died in 2019.",
    ],
)
def test_news_that_only_sounds_like_a_notice_is_kept(news: str) -> None:
    assert len(texts(f"{NEWS}\n\n{news}")) == 2


# ---------------------------------------------------------------------- who wrote it
@pytest.mark.parametrize(
    "line",
    [
        "Ann Lee is a senior fellow at the Port Institute and the author of “Long Tides.”",
        "Tom Brandt covers shipping for the Gazette. He won two prizes in 2014.",
        "Gazette writer Ann Lee contributed from Oslo, where 300 people met in 2019.",
        "Brandt reported from Bergen. Olga Petrov reported from Oslo in May 2019.",
        "Ann Lee and Tom Brandt are reporters for the Gazette, founded in 1912.",
        "Tom Hale is a historian in Bergen. He lost 300 crowns in 2019.",
    ],
)
def test_a_line_about_the_author_is_no_claim(line: str) -> None:
    assert texts(f"{NEWS}\n\n{line}") == [NEWS]


@pytest.mark.parametrize(
    "line",
    [
        "Tom Brandt is an editor who stole 300 crowns in 2014.",  # whom the news is about
        "The Harbour Act covers 40 ports and 3 million people since 2014.",
    ],
)
def test_a_line_about_somebody_in_the_news_is_one(line: str) -> None:
    assert len(texts(f"{NEWS} It was built by Tom Brandt.\n\n{line}")) == 3


def test_somebody_who_speaks_is_no_author() -> None:
    line = "Tom Hale is a historian in Bergen. He said that the city lost 300 crowns in 2019."
    assert texts(f"{NEWS}\n\n{line}") != [NEWS]


def test_a_line_about_somebody_is_one_where_the_text_goes_on() -> None:
    line = "Ann Lee is a reporter who stole 300 crowns in 2014."
    assert line in texts(
        "\n\n".join([line, NEWS, *(f"Forty people died in {n} villages." for n in (2, 3, 4))])
    )


# ---------------------------------------------------------------------- what is shown again
def test_a_quotation_shown_again_in_a_paragraph_of_its_own_is_one_claim() -> None:
    said = "The dam is a danger to every village in the valley"
    text = f"“{said},” said Ann Keller, the mayor. “It leaked twice in 2019.”\n\n“{said}” — Ann Keller"
    assert [claim.text for claim in claims(text) if said in claim.text] == [f"{said}."]
    other = text.replace(f"“{said}” —", "“The dam is a danger to every village in the world” —")
    assert len([claim for claim in claims(other) if "danger" in claim.text]) == 2


def test_of_two_equal_paragraphs_the_first_is_kept() -> None:
    assert asides(read(f"{NEWS}\n\nIt rained.\n\n{NEWS}")) == {2}
    assert asides(read(f"{NEWS}\n\nIt rained.\n\n{NEWS.replace('300', '400')}")) == set()


# ---------------------------------------------------------------------- orders and the reader
@pytest.mark.parametrize(
    "order",
    [
        "To learn more about the 300 deaths, visit our archive of 2019.",
        "Meet Ann Lee, who saved 300 people in 2019.",
        "But consider that 300 people died in 2019.",
        "You can see the 300 ships that sank in 2019.",
        "Here is what we know about the 300 ships that sank in 2019.",
        "Tom Hughes 2 goals.",
    ],
)
def test_an_order_and_a_word_to_the_reader_are_no_claims(order: str) -> None:
    assert texts(order) == []


@pytest.mark.parametrize(
    "rest",
    [
        "A friend of the mayor, who lost 300 crowns in 2019.",
        "Pointing to the 300 deaths while the mayor had lost 40 crowns.",
        "No plan to lose 300 crowns in 2019.",
        "In the town of Bergen, where Lee lost 300 crowns in 2019.",
        "Him, in part because he lost 300 crowns in 2019.",
        "With 300 crowns lost and the city nearly broke.",
        "31, of Bergen, but he was shocked in 2019.",
        "TEN THINGS THAT WERE LOST IN 2019.",
    ],
)
def test_a_fragment_is_no_claim(rest: str) -> None:
    assert texts(rest) == []


@pytest.mark.parametrize(
    "whole",
    [
        "With 300 crowns lost, the city nearly broke in 2019.",
        "So far, only two ministers resigned in 2019.",
        "Ann Lee, who lost 300 crowns, resigned in 2019.",
        "The bill, which costs 300 crowns, passed in 2019.",
        "Linking him to the 300 deaths was unfair in 2019.",
        "Running 300 trains, the city lost 40 million crowns.",
        "In Bergen, where it rained, Lee lost 300 crowns in 2019.",
    ],
)
def test_what_only_begins_like_a_fragment_is_a_claim(whole: str) -> None:
    assert texts(whole) == [whole]


def test_a_dateline_is_no_part_of_a_claim() -> None:
    lost = "The mayor of Oslo lost 300 crowns in 2019."
    assert texts(f"New York (Wire) – {lost}") == [lost]
    kept = "The mayor (Liberal) – a man of 40 – lost 300 crowns in 2019."
    assert texts(kept) == [kept]


def test_a_noun_behind_a_lead_is_no_order() -> None:
    assert texts("In 2019, visit numbers fell by 300 in Oslo.") != []


# ---------------------------------------------------------------------- whom "they" and "it" mean
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The port authority said it had shut the dam.", "It [the port authority] had shut the dam."),
        ("The port authority said its dam had cracked.", "Its [the port authority’s] dam had cracked."),
        ("The drivers said that they were never warned.", "They [the drivers] were never warned."),
        ("Police said they shut the road.", "They [police] shut the road."),
        (
            "Three ministers resigned on Monday. They had opposed the plan for 40 million crowns.",
            "They [three ministers] had opposed the plan for 40 million crowns.",
        ),
        # where it is not sure
        ("The port authority said it was too late for that.", "It was too late for that."),
        ("The port authority said it would take 40 years.", "It would take 40 years."),
        ("The mayor said it had shut the dam.", "It had shut the dam."),
        ("The port authority said they had shut the dam.", "They had shut the dam."),
        ("Two witnesses told the Gazette that they saw the dam crack.", "They saw the dam crack."),
        (
            "Three ministers met two lawyers on Monday. They had opposed the plan for 40 million crowns.",
            "They had opposed the plan for 40 million crowns.",
        ),
        (
            "Three ministers resigned on Monday.\n\nThey had opposed the plan for 40 million crowns.",
            "They had opposed the plan for 40 million crowns.",
        ),
    ],
)
def test_they_and_it_get_a_name_only_where_nothing_speaks_against_it(text: str, told: str) -> None:
    assert texts(text)[-1] == told


@pytest.mark.parametrize(
    "opening", ["They", "It", "That figure", "Instead, he", "This", "Later she", "These ferries"]
)
def test_what_points_back_to_something_untold_ranks_lower(opening: str) -> None:
    pointing = claims(f"“{opening} had cost 40 million crowns in 2019,” Ann Keller said.")[0]
    plain = claims("“The ferries had cost 40 million crowns in 2019,” Ann Keller said.")[0]
    assert pointing.score < plain.score
    assert "It begins with a word that points to something before it." in pointing.reasons


@pytest.mark.parametrize("opening", ["It is clear that the ferry", "This year the ferry", "Those who sailed"])
def test_what_only_begins_like_that_does_not(opening: str) -> None:
    claim = claims(f"“{opening} lost 40 million crowns,” Ann Keller said.")[0]
    assert "It begins with a word that points to something before it." not in claim.reasons


# ---------------------------------------------------------------------- who cannot be somebody
@pytest.mark.parametrize("source", ["hearing him", "on mutual funds", "it means", "class sizes and"])
def test_a_rest_of_a_sentence_is_no_claimant(source: str) -> None:
    assert not may_claim(source)


@pytest.mark.parametrize("source", ["leading bankers", "their aides", "that office"])
def test_people_of_whom_something_is_told_are_one(source: str) -> None:
    assert may_claim(source)


def test_who_speaks_behind_a_calling_is_found_before_an_apposition() -> None:
    (claim,) = claims("Rainfall rose 40 percent in Oslo, said study author Ann Lee, a fellow of the port.")
    assert (claim.text, claim.claimant) == ("Rainfall rose 40 percent in Oslo.", "study author Ann Lee")


# ---------------------------------------------------------------------- what nouns tell
def test_an_answer_is_told_plainly_and_a_claim_with_reserve() -> None:
    (answer,) = claims("Tom Hale’s answer was that the ferry had sunk.")
    (claimed,) = claims("Tom Hale’s claim was that the ferry had sunk.")
    assert (answer.claimant, answer.hedges) == ("Tom Hale", ())
    assert (claimed.claimant, claimed.hedges) == ("Tom Hale", ("claim",))


@pytest.mark.parametrize(
    "text", ["Tom Hale’s fear is that the ferry had sunk.", "He left to chants of “The ferry has sunk!”"]
)
def test_a_fear_or_a_chant_claims_nothing(text: str) -> None:
    assert {claim.voice for claim in claims(text)} <= {Voice.AUTHOR}

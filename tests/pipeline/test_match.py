"""A text is linked to the claim it repeats, kept from the look-alike, and told apart from its opposite."""

import random

import pytest

from claims.pipeline.match import MEASURED_AMONG, MOST_MATCHES, KnownClaim, Match, keywords, match, model
from claims.pipeline.text.aliases import Aliases
from claims.vocabulary import Relation, Zone

ARRIVED = KnownClaim("arrived", "Libya's foreign minister Moussa Koussa has arrived in Britain.")
RESIGNED = KnownClaim("resigned", "Moussa Koussa has resigned as Libya's foreign minister.")
FLED = KnownClaim("fled", "Libya's intelligence chief has fled to Tunisia.")
KILLED = KnownClaim("killed", "12 people were killed in Benghazi.")
VOTED = KnownClaim("voted", "Parliament approved the budget in 2011.")
CLAIMS = [ARRIVED, RESIGNED, FLED, KILLED, VOTED]


def first(text: str) -> Match:
    """The best match of ``text`` among the claims."""
    return match(text, CLAIMS)[0]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Musa Kusa, Libya's foreign minister, lands in Britain", "arrived"),
        ("Libyan foreign minister Kusa quits", "resigned"),
        (
            "Regime figures including the intelligence chief have defected to Tunisia, a journalist says.",
            "fled",
        ),
        ("A dozen — 12 people — were killed in Bengasi on Monday", "killed"),
    ],
)
def test_a_text_that_repeats_a_claim_is_linked_to_it(text: str, claim: str) -> None:
    found = first(text)
    assert (found.claim, found.zone, found.relation) == (claim, Zone.LINK, Relation.SAME)


def test_the_same_subject_doing_something_else_is_no_link() -> None:
    found = {m.claim: m for m in match("Libyan foreign minister Musa Kusa resigns", CLAIMS)}
    assert found["resigned"].zone is Zone.LINK
    assert found["arrived"].zone is not Zone.LINK
    assert "Same subject, but the text tells something else of it." in found["arrived"].reasons


def test_the_better_told_act_comes_before_the_better_told_subject() -> None:
    arrived = KnownClaim("arrived", "Moussa Koussa arrived in Britain on 30 March 2011.")
    text = (
        "Libya's foreign minister, Moussa Koussa, arrived in Britain on Wednesday on a flight from Tunisia."
    )
    assert match(text, [RESIGNED, arrived])[0].claim == "arrived"


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("He is in Libya.", "Libya’s intelligence chief has defected to Tunisia."),
        (
            "He [Bouzaid Dorda] is in Libya.",
            "Libyan intelligence chief Bouzaid Dorda has defected to Tunisia.",
        ),
    ],
)
def test_names_and_nothing_else_in_both_are_no_link(text: str, claim: str) -> None:
    zwai = KnownClaim("zwai", "Mohamed Zwai has defected to Tunisia.")
    arrived = KnownClaim("arrived", "Koussa has arrived in Britain.")
    [found, *_] = match(text, [KnownClaim("chief", claim), zwai, arrived])
    assert (found.claim, found.zone) == ("chief", Zone.SUGGEST)
    assert "Same subject, but the text tells something else of it." in found.reasons


def test_another_office_forbids_a_link() -> None:
    head = KnownClaim("head", "Libya's parliament head has fled to Tunisia.")
    found = match("Libya's intelligence chief has fled to Tunisia.", [head])[0]
    assert found.zone is not Zone.LINK
    assert "They speak of different offices: intelligence chief / parliament head." in found.reasons


def test_other_figures_forbid_a_link() -> None:
    found = first("20 people were killed in Benghazi.")
    assert (found.claim, found.zone, found.relation) == ("killed", Zone.SUGGEST, Relation.RELATED)
    assert "Numbers differ: 20 / 12." in found.reasons


def test_another_place_forbids_a_link() -> None:
    found = first("The 12 people were killed in Misrata.")
    assert found.zone is not Zone.LINK
    assert "They name different people or places: Misrata / Benghazi." in found.reasons


def test_another_year_forbids_a_link() -> None:
    found = first("Parliament approved the budget in 2014.")
    assert found.zone is not Zone.LINK
    assert "Years differ: 2014 / 2011." in found.reasons


def test_a_negation_contradicts_and_is_no_link() -> None:
    found = first("Moussa Koussa has not resigned as Libya's foreign minister.")
    assert (found.claim, found.zone, found.relation) == ("resigned", Zone.SUGGEST, Relation.CONTRADICTS)
    assert (
        match("He has never not resigned as foreign minister, Koussa.", [RESIGNED])[0].relation
        is not Relation.CONTRADICTS
    )


def test_an_opposite_contradicts() -> None:
    found = first("Parliament rejected the budget in 2011.")
    assert (found.claim, found.relation) == ("voted", Relation.CONTRADICTS)
    assert "Opposites: “rejected” / “approved”." in found.reasons


def test_a_denial_contradicts() -> None:
    found = first("Intelligence chief denies he fled to Tunisia")
    assert (found.claim, found.relation) == ("fled", Relation.CONTRADICTS)


def test_a_text_on_something_else_matches_nothing() -> None:
    assert all(m.zone is Zone.NEW for m in match("The weather in Malta will be fine all week.", CLAIMS))
    assert match("", CLAIMS) == ()
    assert match("the of and", CLAIMS) == ()
    assert match("Koussa", []) == ()


def test_reasons_say_what_is_shared() -> None:
    reasons = first("Musa Kusa lands in Britain").reasons
    assert "Both name Musa Kusa (there: Moussa Koussa)." in reasons
    assert "Both name Britain." in reasons


def test_reasons_name_words_as_they_stand_in_the_claim() -> None:
    (found,) = match("libya: minister resigns", [KnownClaim("one", "Libya's minister hasn't resigned.")])
    assert "Shared words: Libya's, resigned, minister." in found.reasons


def test_the_best_comes_first_and_no_more_than_twenty() -> None:
    many = [KnownClaim(f"c{n}", f"The minister of district {n} has resigned.") for n in range(40)]
    found = match("The minister of district 7 has resigned.", many)
    assert len(found) == MOST_MATCHES
    assert found[0].claim == "c7"
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)


def test_the_order_of_the_shortlist_does_not_matter() -> None:
    shuffled = list(CLAIMS)
    random.Random(4).shuffle(shuffled)
    text = "Foreign minister Koussa has fled Libya for Britain."
    assert match(text, shuffled) == match(text, CLAIMS)


def test_keywords_put_names_and_rare_words_first() -> None:
    found = keywords("The foreign minister of Libya, Moussa Koussa, has been seen at Farnborough")
    assert {"koussa", "kusa", "moussa", "musa", "farnborough"} <= set(found[:8])
    assert "the" not in found
    assert len(found) == len(set(found))
    assert keywords("") == ()


@pytest.mark.parametrize(
    "text", ["\x00\ud800", "ﷺ" * 50, "1" * 5000, "1.2.3 10:30 ²", "a" * 100_000, "?" * 1000]
)
def test_any_text_is_survived(text: str) -> None:
    match(text, CLAIMS)
    match("Koussa has resigned", [KnownClaim("odd", text)])


DORDA_LEFT = KnownClaim("dorda", "Libyan intelligence chief Bouzaid Dorda has defected to Tunisia")


@pytest.mark.parametrize(
    "text",
    [
        "The head of Libya's parliament, Mohamed Zwai, has fled to Tunisia as well.",
        "Mohamed Zwai has defected to Tunisia.",
        "Zwai defects to Tunisia",
        "Libyan parliament leader Mohamed Zwai has defected to Tunisia",
        "Libya's parliament head has defected to Tunisia.",
        "Another Libyan, Abdel Rahman Shalgam, has defected to Tunisia.",
    ],
)
def test_another_person_as_the_subject_forbids_a_link(text: str) -> None:
    [found] = match(text, [DORDA_LEFT])
    assert found.zone is not Zone.LINK
    assert found.relation is not Relation.SAME


@pytest.mark.parametrize(
    "text",
    [
        "Libya's intelligence chief has defected to Tunisia.",
        "Bouzaid Dorda has defected to Tunisia.",
        "Mr. Dorda, Libya's intelligence chief, has defected to Tunisia",
    ],
)
def test_one_person_told_by_office_or_by_name_is_linked(text: str) -> None:
    [found] = match(text, [DORDA_LEFT])
    assert (found.zone, found.relation) == (Zone.LINK, Relation.SAME)


def test_a_shared_family_name_is_not_one_person() -> None:
    [found] = match("Saif Gadhafi has left Tripoli.", [KnownClaim("m", "Moammar Gadhafi has left Tripoli.")])
    assert found.zone is not Zone.LINK
    assert "They speak of different people: Saif Gadhafi / Moammar Gadhafi." in found.reasons


def test_another_day_forbids_a_link() -> None:
    claim = KnownClaim("day", "Moussa Koussa arrived in Britain on 30 March.")
    [found] = match("Moussa Koussa arrived in Britain on 2 April.", [claim])
    assert found.zone is not Zone.LINK
    assert "Dates differ: 2 April / 30 March." in found.reasons


def test_an_editors_alias_makes_two_names_one() -> None:
    claim = KnownClaim("speech", "Muammar Gaddafi has spoken to a crowd in Tripoli.")
    text = "The Brother Leader has spoken to a crowd in Tripoli."
    aliases = Aliases.of([("the Brother Leader", "Muammar Gaddafi")])
    assert match(text, [claim])[0].score < match(text, [claim], aliases=aliases)[0].score
    assert match(text, [claim], aliases=aliases)[0].zone is Zone.LINK


def test_the_score_does_not_depend_on_how_many_claims_are_compared() -> None:
    others = [
        KnownClaim(f"o{n}", f"The harbour of town number {n} was closed by a storm.") for n in range(60)
    ]
    text = "Musa Kusa, Libya's foreign minister, lands in Britain"
    [alone] = match(text, [ARRIVED])
    among = next(m for m in match(text, [ARRIVED, *others]) if m.claim == "arrived")
    assert (among.score, among.zone) == (alone.score, alone.zone)


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The harbour minister has resigned", "The harbour minister opened a new pier."),
        ("The harbour minister has resigned", "Harbour minister Olga Petrov"),
        (ARRIVED.text, "Libya's foreign minister Moussa Koussa was born in 1949"),
        (KILLED.text, "Reporters in Benghazi saw 12 people"),
    ],
)
def test_who_it_is_about_alone_links_nothing(claim: str, text: str) -> None:
    (found,) = match(text, [KnownClaim("one", claim)])
    assert found.score >= model().link_at, "alike enough, were it not for what is told"
    assert (found.zone, found.relation) == (Zone.SUGGEST, Relation.RELATED)
    assert "Same subject, but the text tells something else of it." in found.reasons


def test_the_more_claims_are_tracked_the_surer_a_link_must_be() -> None:
    barely = model().link_at + 0.01
    assert model().zone(barely, among=MEASURED_AMONG) is Zone.LINK
    assert model().zone(barely, among=100_000) is Zone.SUGGEST
    assert model().zone(barely + 2, among=1_000_000) is Zone.LINK, "what is sure is linked however many"
    text = "Musa Kusa, Libya's foreign minister, lands in Britain"
    scores = {match(text, [ARRIVED], among=n)[0].score for n in (0, 150, 1_000_000)}
    assert len(scores) == 1, "only where links begin moves"


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Pizza courier gets a tip of 2,084 dollars", "A Lindal pizza courier got a tip of $2,084."),
        (
            "Phone maker promises 512MB of memory and 4GB of storage",
            "The phone has 512 MB of memory, 4 GB storage.",
        ),
        ("Man who SLAPS cows in public is hunted", "A man in Lindal is hunted for slapping cows in public."),
        ("DW is splitting its shipyard in two", "Dorn-Werft is splitting its shipyard in two."),
        ("Harbour bridge costs $1.1m", "The bridge at the harbour costs 1.1 million dollars."),
        ("Two million people saw the harbour bridge", "2,000,000 people saw the harbour bridge."),
        (
            "NOT one cow survived the barn blaze near the old mill",
            "Not a single cow of Farmer Holm survived the barn fire near the old mill.",
        ),
        (
            "Pope tells a boy that all dogs enter paradise",
            "Pope Francis told a boy that all dogs enter paradise.",
        ),
    ],
)
def test_ordinary_words_in_capitals_and_units_at_figures_are_no_conflict(text: str, claim: str) -> None:
    (found,) = match(text, [KnownClaim("one", claim)])
    assert not [reason for reason in found.reasons if "differ" in reason or "different" in reason]


@pytest.mark.parametrize(
    ("text", "claim", "reason"),
    [
        (
            "The mayor of Lindal spent 5 million on the bridge",
            "The mayor of Lindal spent 5 billion on the bridge.",
            "Numbers differ: 5,000,000 / 5,000,000,000.",
        ),
        (
            "Two mayors resigned after 40 fishermen drowned in Lindal",
            "Two mayors resigned after 14 fishermen drowned in Lindal.",
            "Numbers differ: 40 / 14.",
        ),
        (
            "Lindal's bridge was closed from 2011 to 2013",
            "The bridge of Lindal was closed from 2011 to 2014.",
            "Years differ: 2013 / 2014.",
        ),
        (
            "The bridge of Lindal is closed from 3 March to 9 April",
            "The bridge of Lindal is closed from 3 March to 12 April.",
            "Dates differ: 9 April / 12 April.",
        ),
    ],
)
def test_one_figure_in_both_does_not_hide_that_another_differs(text: str, claim: str, reason: str) -> None:
    (found,) = match(text, [KnownClaim("one", claim)])
    assert reason in found.reasons
    assert found.zone is not Zone.LINK


def test_names_and_sums_still_conflict() -> None:
    courier = KnownClaim("one", "A Lindal courier got a tip of $2,084.")
    (other_sum,) = match("A Lindal courier got a tip of $2,000", [courier])
    (other_place,) = match("A Berg courier got a tip of $2,084", [courier])
    assert "Numbers differ: 2,000 / 2,084." in other_sum.reasons
    assert any(reason.startswith("They name different people or places") for reason in other_place.reasons)
    assert Zone.LINK not in {other_sum.zone, other_place.zone}

"""Many claims in an index are found as in a shortlist, by names in any spelling and by words."""

import pytest

from claims.pipeline.match import MOST_MATCHES, KnownClaim, match
from claims.pipeline.matching.index import OWN_FREQUENCIES_FROM, ClaimIndex
from claims.pipeline.matching.match_text import MatchText
from claims.pipeline.text.aliases import Aliases
from claims.vocabulary import Zone

ARRIVED = KnownClaim("arrived", "Libya's foreign minister Moussa Koussa has arrived in Britain.")
TOWNS = [
    KnownClaim(f"t{n}", f"The bridge in district {n} was closed after a flood in week {n % 50}.")
    for n in range(OWN_FREQUENCIES_FROM)
]


@pytest.fixture(scope="module")
def many() -> ClaimIndex:
    return ClaimIndex([*TOWNS, ARRIVED])


def test_a_few_claims_are_matched_as_in_a_shortlist() -> None:
    text = "Musa Kusa, Libya's foreign minister, lands in Britain"
    assert ClaimIndex([ARRIVED, *TOWNS[:20]]).match(text) == match(text, [ARRIVED, *TOWNS[:20]])


def test_among_many_a_name_in_another_spelling_is_found(many: ClaimIndex) -> None:
    found = many.match("Musa Kusa, Libya's foreign minister, lands in Britain")
    assert (found[0].claim, found[0].zone) == ("arrived", Zone.LINK)


def test_among_many_alike_the_number_decides(many: ClaimIndex) -> None:
    found = many.match("The bridge in district 417 was closed after a flood.")
    assert found[0].claim == "t417"
    assert len(found) == MOST_MATCHES
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)


@pytest.mark.parametrize("written", ["@peterwalrus", "#PETERWALRUS", "peterwalrus"])
def test_among_many_words_run_together_are_found_apart(written: str) -> None:
    index = ClaimIndex([*TOWNS, KnownClaim("walrus", "Senator Peter Walrus has resigned.")])
    assert index.match(f"{written} gives up his seat")[0].claim == "walrus"


def test_of_words_run_together_the_split_counts_that_most_claims_have() -> None:
    rare, usual = KnownClaim("rare", "A pet erwalrus sang."), KnownClaim("usual", "Peter Walrus sang.")
    again = KnownClaim("again", "Peter Walrus danced.")
    found = ClaimIndex([*TOWNS, rare, usual, again]).match("peterwalrus")
    assert [match.claim for match in found] == ["again", "usual"]


@pytest.mark.parametrize(
    ("text", "right", "other"),
    [
        (
            "The penguin keeper resigned",
            "The penguin keeper resigned. Visitors of the aquarium complained about mouldy herring.",
            "The penguin keeper resigned after visitors of the aquarium complained about mouldy herring.",
        ),
        (
            "I would not have penguins",
            "He said: I would not have the penguins.",
            "She will be at some penguins.",
        ),
        ("Penguins can do that", "All penguins can do that.", "Can all do that? Penguins!"),
    ],
)
def test_among_many_a_short_text_goes_to_the_claim_that_words_it_so(
    text: str, right: str, other: str
) -> None:
    index = ClaimIndex([*TOWNS, KnownClaim("b", right), KnownClaim("a", other)])
    assert index.match(text)[0].claim == "b"


def test_aliases_hold_for_texts_and_claims() -> None:
    aliases = Aliases.of([("the Brother Leader", "Muammar Gaddafi")])
    index = ClaimIndex([KnownClaim("a", "The Brother Leader has left Tripoli.")], aliases=aliases)
    assert index.match("Moammar Gadhafi has left Tripoli")[0].zone is Zone.LINK


def test_a_word_counts_as_often_as_it_stands_whichever_figures_it_scales() -> None:
    text = MatchText.of("2 million saw it, 5 million heard of it, 5 million did not")
    assert text.index_terms()["=million"] == 3


def test_common_words_still_order_what_rare_words_found() -> None:
    claims = [KnownClaim(f"c{n:02}", f"A walrus swam under jetty {n}.") for n in range(60)]
    flooded = KnownClaim("flooded", "A walrus swam over the bridge in the flood.")
    found = ClaimIndex([*TOWNS, *claims, flooded]).match("walrus near a bridge in a flood")
    assert found[0].claim == "flooded"


def test_nothing_is_found_where_nothing_is_shared(many: ClaimIndex) -> None:
    assert many.match("") == ()
    assert many.match("the of and") == ()
    assert many.match("Penguins") == ()
    assert ClaimIndex([]).match("Penguins") == ()

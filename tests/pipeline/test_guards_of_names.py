"""Capitals that are no names, and names of another kind, keep no headline from its claim."""

import pytest

from claims.pipeline.matching.guards import Compared, Facts


def conflicts(text: str, claim: str) -> tuple[str, ...]:
    return Compared.of(Facts.of(text), Facts.of(claim)).conflicts


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "Goat Rescued With Lantern Tied To Its Horns",
            "A goat with a lantern on its horns was rescued in Oslo",
        ),
        ("Baker Hides Ring In His Bread", "A Norwegian baker hid a ring in a loaf"),
        ("Goat rescued at Tromso harbour", "A Norwegian goat was rescued at the harbour"),
    ],
)
def test_title_case_and_a_country_beside_a_place_are_no_conflict(text: str, claim: str) -> None:
    assert conflicts(text, claim) == ()


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Goat rescued at Tromso harbour", "A goat was rescued at Bergen harbour"),
        ("A Swedish goat was rescued at the harbour", "A Norwegian goat was rescued at the harbour"),
        ("Ann Keller opened the bridge", "Tom Solberg opened the bridge"),
    ],
)
def test_two_places_two_countries_and_two_people_still_are(text: str, claim: str) -> None:
    assert conflicts(text, claim)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The interior minister has resigned", "The finance minister has resigned"),
        ("Police chief flees to Oslo", "The intelligence chief has fled to Oslo"),
    ],
)
def test_two_who_share_a_title_hold_different_offices(text: str, claim: str) -> None:
    assert "They speak of different offices" in "".join(conflicts(text, claim))


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The former minister has resigned", "The finance minister has resigned"),
        ("The minister has resigned", "The finance minister has resigned"),
        ("Deputy finance minister resigns", "The finance minister has resigned"),
        ("The minister, in charge of finance, has resigned", "The finance minister has resigned"),
        ("Spy chief flees to Oslo", "The intelligence chief has fled to Oslo"),
    ],
)
def test_a_rank_or_another_way_of_telling_it_is_no_other_office(text: str, claim: str) -> None:
    assert conflicts(text, claim) == ()

"""One name in its usual transliterations is one name, and two people with one family name are two."""

import pytest

from claims.pipeline.text.names import name_key, names_in, same_name


@pytest.mark.parametrize(
    "spellings",
    [
        ("Qaddafi", "Gadhafi", "Kadafi", "Gaddafi", "Qadhafi", "Khadafy", "al-Gaddafi", "Gadhafi's"),
        ("Koussa", "Kusa", "Kousa"),
        ("Moussa", "Musa", "Mousa"),
        ("Muammar", "Moammar", "Muamar"),
        ("Zelensky", "Zelenskyy", "Zelenskiy"),
        ("Mohammed", "Muhammad", "Mohamed"),
        ("Hussein", "Husayn", "Hossein"),
        ("Benghazi", "Bengasi"),
        ("Éva", "Eva"),
    ],
)
def test_transliterations_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(word) for word in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Cameron", "Clegg"), ("Hague", "Haig"), ("Tunis", "Tripoli"), ("BBC", "ABC")]
)
def test_other_names_do_not(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_titles_and_first_names_do_not_part_one_person() -> None:
    assert same_name("Libyan Foreign Minister Moussa Koussa", "Musa Kusa")
    assert same_name("Kusa", "Mr. Moussa Koussa")


def test_a_shared_family_or_first_name_is_not_enough() -> None:
    assert not same_name("Saif Gadhafi", "Moammar Gadhafi")
    assert not same_name("Moussa", "Moussa Koussa")
    assert not same_name("", "Moussa Koussa")


def test_names_are_found_by_their_capitals() -> None:
    found = names_in(
        "Talks failed. On Wednesday the minister, Moussa Koussa, flew from Tunis to Farnborough Airport."
    )
    assert [name.text for name in found if name.text != "Wednesday"] == [
        "Moussa Koussa",
        "Tunis",
        "Farnborough Airport",
    ]


def test_a_headline_of_capitals_gives_away_only_what_is_no_ordinary_word() -> None:
    found = names_in("Foreign Minister Koussa Leaves Government In Protest")
    assert [name.text for name in found] == ["Koussa"]

"""A quote is found again exactly, found changed in its own place, or gone: never re-attached by guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.pipeline.anchor import Anchored, find_again
from claims.vocabulary import QuoteState

PAGE = (
    "The talks in London went on all day. Moussa Koussa has resigned as foreign minister. "
    "Nobody at the ministry would say more. 12 people were killed in Tripoli. "
    "12 people were killed in Benghazi on Monday. The airport stayed closed."
)
RESIGNED = "Moussa Koussa has resigned as foreign minister."
TRIPOLI = "12 people were killed in Tripoli."


def find(quote: str, text: str, page: str = PAGE, context: int = 40) -> Anchored:
    """Look in ``text`` for a quote that was taken from ``page``."""
    at = page.index(quote)
    end = at + len(quote)
    return find_again(
        quote, prefix=page[max(0, at - context) : at], suffix=page[end : end + context], text=text, was_at=at
    )


def test_a_quote_on_an_unchanged_page_is_present() -> None:
    found = find(RESIGNED, PAGE)
    assert (found.state, found.start, found.found) == (QuoteState.PRESENT, PAGE.index(RESIGNED), RESIGNED)
    assert found.diff == ()


def test_a_quote_that_moved_is_present() -> None:
    found = find(RESIGNED, f"A new first paragraph.\n\n{PAGE}")
    assert (found.state, found.found) == (QuoteState.PRESENT, RESIGNED)


def test_typography_does_not_change_a_quote() -> None:
    page = "He said: “I won't go back.” Then he left the room."
    found = find("“I won't go back.”", page.replace("“", '"').replace("”", '"').replace("'", "’"), page)
    assert (found.state, found.found) == (QuoteState.PRESENT, '"I won’t go back."')


def test_of_several_the_one_in_its_old_context_is_taken() -> None:
    page = "He fled. Officials confirmed it. Later: He fled. The palace denied it."
    second = page.rindex("He fled.")
    found = find_again("He fled.", prefix="Later: ", suffix=" The palace denied it.", text=page, was_at=0)
    assert found.start == second


def test_without_context_the_nearest_is_taken() -> None:
    page = "He fled. A. B. C. He fled. D. E. F. He fled."
    assert find_again("He fled.", prefix="", suffix="", text=page, was_at=20).start == 18


@pytest.mark.parametrize(
    "after",
    [
        "Moussa Koussa has not resigned as foreign minister.",
        "Moussa Koussa has reportedly resigned as foreign minister.",
        "Koussa resigned his post.",
        "Moussa Koussa was dismissed as foreign minister on Wednesday, an aide said.",
    ],
)
def test_a_sentence_rewritten_in_its_place_is_changed(after: str) -> None:
    found = find(RESIGNED, PAGE.replace(RESIGNED, after))
    assert (found.state, found.found) == (QuoteState.CHANGED, after)
    assert "".join(piece.text for piece in found.diff if piece.op != "delete") == after


def test_a_changed_figure_is_changed_though_its_twin_stands_beside() -> None:
    found = find(TRIPOLI, PAGE.replace(TRIPOLI, "20 people were killed in Tripoli."))
    assert (found.state, found.found) == (QuoteState.CHANGED, "20 people were killed in Tripoli.")


def test_a_removed_sentence_is_gone_though_its_twin_stands_beside() -> None:
    assert find(TRIPOLI, PAGE.replace(f"{TRIPOLI} ", "")).state is QuoteState.GONE


def test_a_removed_sentence_is_gone_though_its_twin_was_edited() -> None:
    rest = PAGE.replace(f"{TRIPOLI} ", "")
    for edited in (
        rest.replace("12", "14"),
        rest.replace("Monday", "Sunday"),
        rest.replace("12 people", "14 men"),
    ):
        assert find(TRIPOLI, edited).state is QuoteState.GONE, edited


def test_a_look_alike_elsewhere_is_not_the_quote() -> None:
    rest = PAGE.replace(f"{RESIGNED} ", "")
    assert find(RESIGNED, f"{rest} Moussa Koussa has resigned as party leader.").state is QuoteState.GONE


def test_another_sentence_in_its_place_is_not_the_quote() -> None:
    assert find(RESIGNED, PAGE.replace(RESIGNED, "It rained in Malta until noon.")).state is QuoteState.GONE


def test_part_of_a_longer_word_is_not_the_quote() -> None:
    assert (
        find_again("he fled", prefix="", suffix="", text="And she fled.", was_at=4).state
        is not QuoteState.PRESENT
    )


@pytest.mark.parametrize(
    "now",
    [
        "It is not true that Moussa Koussa has resigned as foreign minister.",
        "Moussa Koussa has resigned as foreign minister, a hoax claimed on Monday.",
        "Nobody confirmed that Moussa Koussa has resigned as foreign minister, an aide said.",
    ],
)
def test_a_sentence_that_grew_is_changed_though_all_its_words_stand(now: str) -> None:
    found = find(RESIGNED, PAGE.replace(RESIGNED, now))
    assert (found.state, found.found) == (QuoteState.CHANGED, now)
    assert any(piece.op == "insert" for piece in found.diff)


@pytest.mark.parametrize(
    "now",
    [
        "LONDON (Meridian) — Moussa Koussa has resigned as foreign minister.",
        "Update: Moussa Koussa has resigned as foreign minister.",
        "“Moussa Koussa has resigned as foreign minister”.",
        "Moussa Koussa has resigned as foreign minister!\n\n",
        "Who is next? Moussa Koussa has resigned as foreign minister.",
    ],
)
def test_a_sentence_that_only_stands_otherwise_is_present(now: str) -> None:
    assert find(RESIGNED, PAGE.replace(RESIGNED, now)).state is QuoteState.PRESENT


@pytest.mark.parametrize(
    "now",
    ["Koussa resigns, blog claims", "Nobody says that Koussa resigns", "Friends deny that Koussa resigns"],
)
def test_a_headline_that_grew_is_changed(now: str) -> None:
    found = find("Koussa resigns", now, page="Koussa resigns")
    assert (found.state, found.found) == (QuoteState.CHANGED, now)
    assert find("Koussa resigns", "Live: Koussa resigns", page="Koussa resigns").state == "present"


def test_a_quote_that_was_part_of_a_sentence_may_be_part_of_a_longer_one() -> None:
    part, now = "Koussa has resigned", "He said that Koussa has resigned for good."
    assert find(part, PAGE.replace(RESIGNED, now)).state is QuoteState.PRESENT


def test_half_of_the_context_is_enough_for_a_small_change() -> None:
    after = PAGE.replace(RESIGNED, "Moussa Koussa has now resigned as foreign minister.")
    after = after.replace("Nobody at the ministry would say more. ", "Reporters waited outside in the rain. ")
    assert find(RESIGNED, after).found == "Moussa Koussa has now resigned as foreign minister."


def test_without_any_context_only_nearly_the_same_words_in_the_same_place_count() -> None:
    old = "A B. The minister has left the country for good. C D."
    near = "X Y. The minister has left his country for good. Z W."
    quote = "The minister has left the country for good."
    assert find(quote, near, old).state is QuoteState.CHANGED
    assert find(quote, "filler words here now " * 20 + near, old).state is QuoteState.GONE


@pytest.mark.parametrize(
    "text", ["", "   \n", "Access denied", "Subscribe to read on. Already a member? Log in."]
)
def test_an_empty_or_blocked_page_holds_nothing(text: str) -> None:
    assert find(RESIGNED, text).state is QuoteState.GONE


def test_an_empty_quote_is_gone_and_a_mark_is_found_literally() -> None:
    assert find_again("", prefix="", suffix="", text=PAGE, was_at=0).state is QuoteState.GONE
    assert find_again("—", prefix="", suffix="", text="a — b", was_at=0).start == 2


def test_hostile_repetition_ends() -> None:
    words = "yes no " * 30_000
    found = find_again("yes no " * 50 + "maybe", prefix="no yes", suffix="no", text=words, was_at=10)
    assert found.state in (QuoteState.CHANGED, QuoteState.GONE)


@given(st.text(max_size=60), st.text(min_size=1, max_size=40), st.text(max_size=60))
def test_a_quote_that_stands_there_is_found_whatever_it_is(before: str, quote: str, after: str) -> None:
    text = f"{before} {quote} {after}"
    found = find_again(quote, prefix=f"{before} ", suffix=f" {after}", text=text, was_at=len(before) + 1)
    if found.state is not QuoteState.GONE:
        assert found.start is not None
        assert found.end is not None
        assert text[found.start : found.end] == found.found
    if any(character.isalnum() for character in quote):
        assert found.state is QuoteState.PRESENT


@given(
    st.text(max_size=200),
    st.text(max_size=50),
    st.text(max_size=20),
    st.text(max_size=20),
    st.integers(-5, 500),
)
def test_offsets_always_point_at_what_was_found(
    text: str, quote: str, prefix: str, suffix: str, was_at: int
) -> None:
    found = find_again(quote, prefix=prefix, suffix=suffix, text=text, was_at=was_at)
    if found.state is not QuoteState.GONE:
        assert text[found.start : found.end] == found.found

"""Whatever becomes of its page, a quote is never re-attached to a sentence that only looks like it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from claims.pipeline.anchor import GONE, Anchored, find_again
from claims.vocabulary import QuoteState

CONTEXT = 40
MINISTERS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper")
OFFICES = ("harbour", "railway", "housing", "fishery", "postal", "forestry")
VERBS = ("resigned", "fled", "apologised", "returned")
ANSWERS = ("Nobody would say more.", "It rained until noon.", "The office stayed shut.", "A crowd gathered.")
Find = Callable[..., Anchored]


@dataclass(frozen=True)
class Story:
    """Paragraphs of sentences, one of which, at ``place`` (paragraph, sentence), is quoted."""

    paragraphs: tuple[tuple[str, ...], ...]
    place: tuple[int, int]
    quote: str

    @property
    def text(self) -> str:
        return text_of(self.paragraphs)

    def instead(self, *sentences: str) -> tuple[tuple[str, ...], ...]:
        """The paragraphs with other sentences, or none, in the quote's place."""
        paragraph, sentence = self.place
        rows = [list(row) for row in self.paragraphs]
        rows[paragraph][sentence : sentence + 1] = sentences
        return tuple(tuple(row) for row in rows if row)

    def found_in(self, text: str, find: Find = find_again) -> Anchored:
        at = self.text.index(self.quote)
        end = at + len(self.quote)
        prefix, suffix = self.text[max(0, at - CONTEXT) : at], self.text[end : end + CONTEXT]
        return find(self.quote, prefix=prefix, suffix=suffix, text=text, was_at=at)


def text_of(paragraphs: tuple[tuple[str, ...], ...]) -> str:
    return "\n\n".join(" ".join(row) for row in paragraphs)


def best_guess(quote: str, *, prefix: str, suffix: str, text: str, was_at: int | None) -> Anchored:
    """The control: the first sentence of the page that is much like the quote."""
    sentences = text.replace("\n\n", " ").replace(". ", ".\n").split("\n")
    found = process.extractOne(quote, sentences, scorer=fuzz.ratio, score_cutoff=70)
    if found is None:
        return GONE
    start = text.find(found[0])
    state = QuoteState.PRESENT if found[0] == quote else QuoteState.CHANGED
    return Anchored(state, start, start + len(found[0]), found[0], ())


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A page of two to four paragraphs on as many ministers as sentences, one of whom is quoted of."""
    names = draw(st.permutations(MINISTERS))
    paragraphs, used = [], 0
    for _ in range(draw(st.integers(2, 4))):
        row = []
        for _ in range(draw(st.integers(1, 2))):
            office, verb, figure = draw(st.sampled_from(OFFICES)), draw(st.sampled_from(VERBS)), 12 + used
            row.append(f"{names[used]} has {verb} over {figure} lost {office} contracts.")
            row.append(f"{names[used]} spoke at {used + 1} o'clock. {draw(st.sampled_from(ANSWERS))}")
            used += 1
        paragraphs.append(tuple(row))
    paragraph = draw(st.integers(0, len(paragraphs) - 1))
    sentence = 2 * draw(st.integers(0, len(paragraphs[paragraph]) // 2 - 1))
    return Story(tuple(paragraphs), (paragraph, sentence), paragraphs[paragraph][sentence])


def look_alikes(quote: str) -> list[str]:
    """Sentences that say something else in nearly the quote's words."""
    name = quote.split()[0]
    figure = quote.split(" over ")[1].split()[0]
    return [
        quote.replace(" has ", " has not "),
        quote.replace(" has ", " has never "),
        quote.replace(figure, str(int(figure) + 40)),
        quote.replace(name, "Quince"),
        quote.replace("lost", "won"),
    ]


@given(stories(), st.integers(0, 4), st.booleans())
def test_a_look_alike_elsewhere_is_never_taken_for_a_quote_that_is_gone(
    story: Story, which: int, at_the_top: bool
) -> None:
    alike = look_alikes(story.quote)[which]
    filler = tuple(f"Paragraph {n} tells of something else altogether, at some length." for n in range(4))
    rest = story.instead()
    paragraphs = ((alike,), filler, *rest) if at_the_top else (*rest, filler, (alike,))
    assert story.found_in(text_of(paragraphs)).state is QuoteState.GONE


@given(stories(), st.integers(0, 4))
def test_a_look_alike_in_its_place_is_the_quote_changed_and_never_the_quote(story: Story, which: int) -> None:
    alike = look_alikes(story.quote)[which]
    found = story.found_in(text_of(story.instead(alike)))
    assert (found.state, found.found) == (QuoteState.CHANGED, alike)
    assert "".join(piece.text for piece in found.diff if piece.op != "insert") == story.quote


@given(stories(), st.integers(0, 4))
def test_beside_its_look_alike_the_quote_itself_is_found(story: Story, which: int) -> None:
    alike = look_alikes(story.quote)[which]
    for pair in ((alike, story.quote), (story.quote, alike)):
        found = story.found_in(text_of(story.instead(*pair)))
        assert (found.state, found.found) == (QuoteState.PRESENT, story.quote)


@given(stories(), st.data())
def test_a_quote_that_moved_to_another_paragraph_is_found_there(story: Story, data: st.DataObject) -> None:
    order = data.draw(st.permutations(story.paragraphs))
    found = story.found_in(text_of(tuple(order)))
    assert (found.state, found.found) == (QuoteState.PRESENT, story.quote)
    rest = [list(row) for row in story.instead()]
    row = data.draw(st.sampled_from(rest))
    row.insert(data.draw(st.integers(0, len(row))), story.quote)
    found = story.found_in(text_of(tuple(tuple(each) for each in rest)))
    assert (found.state, found.found) == (QuoteState.PRESENT, story.quote)


@given(stories(), st.booleans(), st.integers(0, 3))
def test_of_two_that_say_the_same_the_one_in_its_old_context_is_taken(
    story: Story, twin_first: bool, pushed_down: int
) -> None:
    twin = ("A caption reads:", story.quote, "The picture is from last year.")
    new = tuple((f"New paragraph {n} came on top, and it is not short.",) for n in range(pushed_down))
    paragraphs = (*new, twin, *story.paragraphs) if twin_first else (*new, *story.paragraphs, twin)
    text = text_of(paragraphs)
    found = story.found_in(text)
    assert found.start is not None
    caption = text.index("A caption reads:") + len("A caption reads: ")
    assert (found.state, found.found) == (QuoteState.PRESENT, story.quote)
    assert found.start != caption


@given(stories(), st.data())
def test_a_quote_split_over_two_paragraphs_still_stands(story: Story, data: st.DataObject) -> None:
    words = story.quote.split(" ")
    cut = data.draw(st.integers(1, len(words) - 1))
    split = f"{' '.join(words[:cut])}\n\n{' '.join(words[cut:])}"
    found = story.found_in(text_of(story.instead(split)))
    assert (found.state, found.found) == (QuoteState.PRESENT, split)


@given(stories(), st.data())
def test_half_a_quote_is_not_the_quote(story: Story, data: st.DataObject) -> None:
    words = story.quote.split(" ")
    half = " ".join(words[: data.draw(st.integers(2, len(words) - 2))]) + "."
    assert story.found_in(text_of(story.instead(half))).state is not QuoteState.PRESENT


STORY = Story(
    (
        ("Alder has resigned over 12 lost harbour contracts.", "Nobody would say more."),
        ("Birch has fled over 13 lost railway contracts.", "It rained until noon."),
    ),
    (1, 0),
    "Birch has fled over 13 lost railway contracts.",
)


@pytest.mark.parametrize("which", range(5))
def test_a_finder_that_guesses_would_take_the_look_alike(which: int) -> None:
    text = text_of((*STORY.instead(), (look_alikes(STORY.quote)[which],)))
    assert STORY.found_in(text, best_guess).state is QuoteState.CHANGED
    assert STORY.found_in(text).state is QuoteState.GONE


def test_a_finder_that_guesses_would_take_the_first_of_two() -> None:
    text = text_of((("A caption reads:", STORY.quote, "The picture is old."), *STORY.paragraphs))
    assert STORY.found_in(text, best_guess).start == text.index(STORY.quote)
    assert STORY.found_in(text).start == text.rindex(STORY.quote)

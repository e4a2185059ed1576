"""Of an edited text only the news is read, with what tells who speaks there; else all of it."""

import random
from itertools import pairwise

import pytest

from claims.pipeline.candidate.asides import asides
from claims.pipeline.candidate.news import Part, parts_to_read, readings
from claims.pipeline.extract_claims import extract_claims
from claims.pipeline.text.sentences import read

PLAIN = [f"The harbour of town {number} was closed on Monday." for number in range(30)]


def parts(paragraphs: list[str], new: int) -> list[Part]:
    known = "\n\n".join(words for place, words in enumerate(paragraphs) if place != new)
    return list(parts_to_read(read("\n\n".join(paragraphs)), known))


def changed(place: int, words: str) -> list[str]:
    return [*PLAIN[:place], words, *PLAIN[place + 1 :]]


def test_a_new_paragraph_is_read_with_the_one_above_it_and_then_all_of_the_text() -> None:
    first, whole = parts(changed(9, "The mayor said it was open."), 9)
    assert first == Part(frozenset({9}), frozenset({8, 9}), first.tokens)
    assert whole == Part(frozenset({8, 9, 10}), frozenset(range(30)))
    assert not first.is_whole
    assert whole.is_whole


def test_a_text_of_which_nothing_was_known_is_read_as_a_whole() -> None:
    [whole] = parts_to_read(read("\n\n".join(PLAIN)), "")
    assert whole.is_whole
    assert whole.weighed == set(range(30))


def test_speech_that_goes_on_over_paragraphs_is_read_from_its_beginning_to_its_end() -> None:
    text = changed(9, "The mayor said:")
    text[10:13] = ["“It is open on Monday.", "“It was never closed before.", "“It will never be closed.”"]
    assert parts(text, 11)[0].read == {8, 9, 10, 11, 12}


def test_a_denial_that_lost_what_stood_in_its_middle_is_weighed_with_the_new_paragraph_below_it() -> None:
    text = changed(9, "The mayor denied:")
    text[10:12] = ["“It is open on Monday.”", "The bridge is closed."]
    known = "\n\n".join([*text[:10], "A gull flew by.", text[10], *text[12:]])
    assert next(parts_to_read(read("\n\n".join(text)), known)).weighed == {10, 11}


def test_paragraphs_with_quotations_below_are_read_where_the_new_one_may_name_who_speaks() -> None:
    text = changed(9, "The mayor was there, too.")
    text[14] = "In the port nobody knew. “It was never closed on any Monday.”"
    text[25] = "In the port nobody knew. “It was never closed on any Friday.”"
    assert parts(text, 9)[0].read == {8, 9, 14}


@pytest.mark.parametrize(
    "below", ["It cannot be confirmed.", "Those words are false."], ids=["disclaimed", "refuted"]
)
def test_all_is_read_where_a_sentence_beside_the_new_one_judges_it(below: str) -> None:
    text = changed(9, "The mayor said it was open.")
    text[10] = below
    [whole] = parts(text, 9)
    assert whole.is_whole


def test_all_is_read_of_a_text_that_opens_with_a_quotation() -> None:
    text = changed(0, "“It is open,” the mayor said.")
    text[9] = "The bridge is closed."
    [whole] = parts(text, 9)
    assert whole.is_whole


def test_a_text_that_lost_words_or_changed_places_has_no_news() -> None:
    known = "\n\n".join(PLAIN)
    assert not list(readings("\n\n".join([*PLAIN[15:], " ", *PLAIN[:12]]), known))
    assert list(readings("\n\n".join([*PLAIN, "It is open."]), known))


def test_nothing_of_an_edited_text_without_news_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr("claims.pipeline.candidate.news.read", never)
    known = "\n\n".join(PLAIN)
    assert extract_claims(headline=None, text="\n\n".join(PLAIN[1:]), published_at=None, known=known) == ()


@pytest.mark.parametrize(
    ("named", "told", "claimant"),
    [
        (
            "Ann Lee, an official at the port, said that the bridge fell.",
            "The same official said that it had killed 40 people.",
            "Ann Lee, an official at the port",
        ),
        (
            "Ann Lee told reporters that the bridge fell.",
            "The crowd was quiet. “It fell on Monday, and 40 people drowned in the harbour.”",
            "Ann Lee",
        ),
    ],
    ids=["pointed back to", "spoke last"],
)
def test_who_speaks_in_a_new_paragraph_may_be_named_far_above(named: str, told: str, claimant: str) -> None:
    text = [named, *(f"It was cold {number}." for number in range(4)), told]
    known = "\n\n".join(text[:-1])
    found = extract_claims(headline=None, text="\n\n".join(text), published_at=None, known=known)
    assert [claim.claimant for claim in found if "40 people" in claim.quote or "killed" in claim.quote] == [
        claimant
    ]


@pytest.mark.parametrize(
    "passed_on",
    [
        "“The bridge fell on Monday,” Ann Lee said, according to Karl Lind.",
        "The bridge fell on Monday, Ann Lee said, according to the Gazette.",
    ],
    ids=["by a person", "by a paper"],
)
def test_who_passes_words_on_above_a_new_paragraph_is_whom_all_of_the_text_names(passed_on: str) -> None:
    told = "He said that 40 people had drowned in the harbour."
    text = changed(9, passed_on)
    text[10] = told
    known = "\n\n".join([*text[:10], *text[11:]])
    of_the_news, of_all = (
        [
            (claim.quote, claim.claimant)
            for claim in extract_claims(headline=None, text="\n\n".join(text), published_at=None, known=words)
            if claim.quote in told
        ]
        for words in (known, "")
    )
    assert of_the_news == of_all
    assert len(of_all) == 1


def test_only_the_paragraphs_asked_for_are_told_to_be_asides() -> None:
    notice = "Correction: An earlier version of this article misstated the minister’s office."
    reading = read("\n\n".join([notice, *PLAIN[:5], notice.replace("minister", "mayor"), *PLAIN[5:]]))
    assert asides(reading) == {0, 6}
    assert asides(reading, {5, 6}) == {6}


def test_some_paragraphs_are_read_as_they_are_in_all_of_the_text() -> None:
    text = "\n\n".join(
        ["“It is open.", "“It’s shut,” said Ann “Tig” Lee. İt was 10:30.", "", "The end! “No”", "He"]
    )
    whole = read(text)
    breaks = [place for place, word in enumerate(whole.words) if word == "\n"]
    for first, last in pairwise(breaks):
        part = read(text, whole.starts[first], whole.starts[last])
        assert part.words == whole.words[first:last]
        assert (part.starts, part.ends) == (whole.starts[first:last], whole.ends[first:last])
        inside = [(start - first, end - first) for start, end in whole.sentences if first <= start < last]
        assert part.sentences == inside
        assert part.quotes == [(s - first, e - first) for s, e in whole.quotes if first <= s < last]


LINES = (
    "Ann Keller came.",
    "Ann Lee is a reporter for the Gazette and was given 40 prizes in 2011.",
    "Keller left the town on Monday with 40 people. She said that the bridge had fallen.",
    "Keller said that 40 people had drowned. He told reporters that he was 31.",
    "She was at home. She said the bridge fell on Monday.",
    "He said that it had killed 40 people.",
    "He slept. He ate. He had 12 cats.",
    "Tom Hale said he had drowned 12 cats on Monday.",
    "Her house fell on Monday, and 40 people were killed in it.",
    "They said that the mayor had resigned on Monday.",
    "“The bridge fell down on Monday, and 40 people drowned.”",
    "“The bridge fell down on Monday, and 40 people drowned.",
    "“It fell on Monday,” Karl Lind said, “and 40 people drowned.”",
    "“It fell on Monday,” she said.",
    "— Karl Lind, Bergen",
    "The mayor said: “It fell on Monday.",
    "Karl Lind denied:",
    "Claims that the bridge fell on Monday were denied by Karl Lind.",
    "Said Karl Lind: 40 people drowned on Monday.",
    "That is a lie.",
    "None of this could be confirmed.",
    "According to the same official, 40 people drowned.",
    "Correction: An earlier version of this article gave another figure.",
)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_read_around_the_news_says_what_all_of_the_text_says(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    paragraphs = [chance.choice([words, chance.choice(LINES)]) for words in PLAIN]
    text = "\n\n".join(paragraphs)
    for new in range(len(paragraphs)):
        known = "\n\n".join(words for words in paragraphs if words != paragraphs[new])
        monkeypatch.setattr("claims.pipeline.candidate.news._LONGEST_EXCERPT", 40)
        around = extract_claims(headline=None, text=text, published_at=None, known=known)
        monkeypatch.setattr("claims.pipeline.candidate.news._LONGEST_EXCERPT", 0)
        assert around == extract_claims(headline=None, text=text, published_at=None, known=known)


@pytest.mark.parametrize(
    ("far", "new", "told"),
    [
        (
            {1: "Ann Keller came."},
            "Keller left on Monday. She had buried 40 people in 2011.",
            "She [Ann Keller] had buried 40 people in 2011.",
        ),
        (
            {12: "Ann Lee left on Monday.", 13: "She was 31.", 14: "She was late."},
            "She had buried 40 people in 2011.",
            "She [Ann Lee] had buried 40 people in 2011.",
        ),
        ({28: "Her house fell."}, "Pat Hale said he had drowned 40 cats.", "He had drowned 40 cats."),
        ({}, "Pat Hale said he had drowned 40 cats.", "He [Pat Hale] had drowned 40 cats."),
    ],
    ids=["a full name", "whom they speak of", "a woman as well", "nobody else"],
)
def test_what_is_told_far_from_the_news_is_known_of_it(far: dict[int, str], new: str, told: str) -> None:
    paragraphs = [{**far, 15: new}.get(place, words) for place, words in enumerate(PLAIN)]
    text, known = "\n\n".join(paragraphs), "\n\n".join([*paragraphs[:15], *paragraphs[16:]])
    found = extract_claims(headline=None, text=text, published_at=None, known=known)
    assert told in [claim.text for claim in found]


def test_who_is_described_where_an_article_does_not_end_is_no_author_of_it() -> None:
    text = changed(26, "Ann Lee is a reporter for the Gazette and was given 40 prizes in 2011.")
    found = extract_claims(headline=None, text="\n\n".join(text), published_at=None, known="\n\n".join(PLAIN))
    assert [claim.quote for claim in found] == [text[26]]


def test_far_from_the_news_no_paragraph_is_read() -> None:
    text = "\n\n".join(changed(15, "The bridge fell on Monday."))
    around, whole = readings(text, "\n\n".join(PLAIN))
    assert [*readings(text, "\n\n".join(PLAIN), only_whole=True)] == [whole], "as a parser reads it"
    assert (around.above, around.below) == (13, 12)
    assert len(around.sentences) == 5
    assert around.text == whole.text == text
    assert not whole.is_part

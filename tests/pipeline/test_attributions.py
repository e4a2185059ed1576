"""Who says what: the words said, the words that say so, and the one who says them, each where it stands."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.pipeline.attribution.attributions import CONFIDENCE, Attribution, find_attributions
from claims.vocabulary import Voice


@dataclass(frozen=True)
class Said:
    """An attribution in words."""

    content: tuple[str, ...]
    cue: str | None
    source: str | None


def in_words(text: str, found: Attribution) -> Said:
    return Said(
        tuple(text[start:end] for start, end in found.content),
        text[slice(*found.cue)] if found.cue else None,
        text[slice(*found.source)] if found.source else None,
    )


def said(text: str) -> list[Said]:
    return [in_words(text, found) for found in find_attributions(text)]


def only(text: str) -> Said:
    found = said(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "content", "cue", "source"),
    [
        # names that look like verbs
        ("“The dam failed,” Zaheed said. It rained.", ("“The dam failed,”",), "said", "Zaheed"),
        # infinitives and participles whose words are quoted
        ("He rose to say, “The dam failed.”", ("“The dam failed.”",), "say", "He"),
        ("He shut the meeting by saying, “The dam failed.”", ("“The dam failed.”",), "saying", "He"),
        # where the reporter goes on
        ("While Hale denies that the dam failed, he left town.", ("that the dam failed",), "denies", "Hale"),
        ("Hale said it was “old” — a word he never used.", ("it was “old”",), "said", "Hale"),
        ("Hale said the dam failed, a step that hurt us.", ("the dam failed",), "said", "Hale"),
        ("As the crowd grew, Hale said, “The dam failed.”", ("“The dam failed.”",), "said", "Hale"),
        ("Hale said the dam failed while adding nothing.", ("the dam failed",), "said", "Hale"),
        # what leads into a clause, before the cue
        ("In May, Hale said, the dam failed.", ("In May", "the dam failed"), "said", "Hale"),
        # a few, some of them, people with brackets and callings
        ("Asked again, most said they were late.", ("they were late",), "said", "most"),
        ("Critics, however, argue that the dam failed.", ("that the dam failed",), "argue", "Critics"),
        (
            "Ann Hale (Free List), head of the port, said the dam failed.",
            ("the dam failed",),
            "said",
            "Ann Hale (Free List), head of the port",
        ),
        # who is told, when it is told
        ("Hale told the Dover Post he was “not ready” yet.", ("he was “not ready” yet",), "told", "Hale"),
        ("Hale told his audience they were late.", ("they were late",), "told", "Hale"),
        ("Hale told the crowd, he was late.", ("he was late",), "told", "Hale"),
        ("Two papers reported on Monday the dam failed.", ("the dam failed",), "reported", "Two papers"),
        # a comma inside the closing mark ends no clause that goes on
        ("Hale said it was “old,” but also costly.", ("it was “old,” but also costly",), "said", "Hale"),
        ("Hale said it was “old,” and had leaked.", ("it was “old,” and had leaked",), "said", "Hale"),
        # names with a verb's form, or with a nickname
        (
            "Hale said it “changed” the United States.",
            ("it “changed” the United States",),
            "said",
            "Hale",
        ),
        ("As the Gazette said, Tom “Tig” Hale left.", ("Tom “Tig” Hale left",), "said", "the Gazette"),
        # things judged
        ("Later Hale cast the plan as a “farce.”", ("the plan as a “farce.”",), "cast", "Hale"),
        ("Hale went on air to call the plan “a farce.”", ("the plan “a farce.”",), "call", "Hale"),
        ("Hale called it “a farce,” which it was.", ("it “a farce,”",), "called", "Hale"),
        ("Hale slammed the port for its “old ways.”", ("the port for its “old ways.”",), "slammed", "Hale"),
        ("Hale made it clear that the dam failed.", ("that the dam failed",), "made it clear", "Hale"),
        # the title of a show is where, not what
        ("On Sunday’s “Dover Talks,” Hale said the dam failed.", ("the dam failed",), "said", "Hale"),
        # a slip of the hand, and a quotation within a quotation
        ("“The dam failed,“ Hale said on Monday.", ("“The dam failed,“",), "said", "Hale"),
        ("Hale said, “Then “old” dams fell too.”", ("“Then “old” dams fell too.”",), "said", "Hale"),
        # words in marks further on in what is named, pledged or spoken of
        ("Hale spoke, declaring the dam “open for all.”", ("the dam “open for all.”",), "declaring", "Hale"),
        ("Hale pledged to end the “old ways.”", ("to end the “old ways.”",), "pledged", "Hale"),
        ("Hale pledged to the crowd, “The dam will hold.”", ("“The dam will hold.”",), "pledged", "Hale"),
        ("Hale complained about the “old ways.”", ("the “old ways.”",), "complained about", "Hale"),
        # quotations, with the cue behind, before and between
        ("“The dam has failed,” the mayor said.", ("“The dam has failed,”",), "said", "the mayor"),
        ("“The dam has failed,” said Ann Keller.", ("“The dam has failed,”",), "said", "Ann Keller"),
        ('"The dam has failed," he told the Gazette.', ('"The dam has failed,"',), "told", "he"),
        ("''The dam has failed,'' she said.", ("''The dam has failed,''",), "said", "she"),
        ("Ann Keller said, “The dam has failed.”", ("“The dam has failed.”",), "said", "Ann Keller"),
        ("Ann Keller added: “It was old.”", ("“It was old.”",), "added", "Ann Keller"),
        ("“The dam,” she said, “has failed.”", ("“The dam,”", "“has failed.”"), "said", "she"),
        ("“Really?” the mayor asked.", ("“Really?”",), "asked", "the mayor"),
        # clauses
        ("The mayor said that the dam had failed.", ("that the dam had failed",), "said", "The mayor"),
        ("The mayor said the dam had failed.", ("the dam had failed",), "said", "The mayor"),
        ("The dam had failed, the mayor said.", ("The dam had failed",), "said", "the mayor"),
        ("The dam, she said, had failed.", ("The dam", "had failed"), "said", "she"),
        ("The mayor is claiming that he was robbed.", ("that he was robbed",), "is claiming", "The mayor"),
        (
            "The mayor has repeatedly denied that he lied.",
            ("that he lied",),
            "has repeatedly denied",
            "The mayor",
        ),
        ("The port confirmed that it sank.", ("that it sank",), "confirmed", "The port"),
        ("She told reporters that it sank.", ("that it sank",), "told", "She"),
        ("She told reporters it sank.", ("it sank",), "told", "She"),
        # marks
        ("According to the port office, it sank.", ("it sank",), "According to", "the port office"),
        (
            "The ferry sank, according to the port office.",
            ("The ferry sank",),
            "according to",
            "the port office",
        ),
        ("As noted in the Gazette, it sank in May.", ("it sank in May",), "As noted in", "the Gazette"),
        ("As the Gazette noted, it sank in May.", ("it sank in May",), "noted", "the Gazette"),
    ],
)
def test_each_way_of_reporting_is_understood(
    text: str, content: tuple[str, ...], cue: str, source: str
) -> None:
    assert only(text) == Said(content, cue, source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            "Ann Keller, a former pilot and adviser to the harbour board, said the tower “had no radar.”",
            "Ann Keller, a former pilot and adviser to the harbour board",
        ),
        ("A person who asked not to be named said two envoys left.", "A person who asked not to be named"),
        ("The tower was dark, two pilots who had seen it told the Gazette.", "two pilots who had seen it"),
        ("On Monday the mayor said the dam had failed.", "the mayor"),
        ("OSLO, March 3 (Wire) – The mayor said the dam had failed.", "The mayor"),
        (
            "Ann Lee, whose son drowned in Bergen, Norway, in July 2012, said that the dam failed.",
            "Ann Lee, whose son drowned in Bergen, Norway, in July 2012",
        ),
        ("In Oslo, Norway, Lee, a fellow of the port, said it failed.", "Lee, a fellow of the port"),
        (
            "Tom Hale, a clerk of the port in Bergen, Norway, and head of a club, said it failed.",
            "Tom Hale, a clerk of the port in Bergen, Norway, and head of a club",
        ),
    ],
)
def test_a_source_is_taken_whole_and_without_what_stands_around_it(text: str, source: str) -> None:
    assert only(text).source == source


def test_a_quotation_of_several_sentences_is_one_content() -> None:
    text = "“The dam failed. Nobody was warned. Two villages are gone,” the mayor said."
    assert only(text).content == ("“The dam failed. Nobody was warned. Two villages are gone,”",)


def test_a_quotation_that_begins_inside_a_sentence_is_followed_to_its_end() -> None:
    text = "Ann Keller said the tower “had no radar. It was dark.” It rained."
    assert only(text).content == ("the tower “had no radar. It was dark.”",)


def test_the_same_speaker_goes_on_after_the_full_stop() -> None:
    text = "“The dam failed,” the mayor said on Monday. “Nobody was warned.”"
    assert only(text).content == ("“The dam failed,”", "“Nobody was warned.”")


def test_the_next_speaker_does_not_get_the_words_of_the_last() -> None:
    text = "“The dam failed,” the mayor said. “Nobody was warned,” a farmer said."
    assert [(item.content, item.source) for item in said(text)] == [
        (("“The dam failed,”",), "the mayor"),
        (("“Nobody was warned,”",), "a farmer"),
    ]


def test_a_participle_has_the_subject_of_its_sentence() -> None:
    text = "The mayor said that the dam was old, adding that “nobody was warned.”"
    assert [(item.cue, item.source) for item in said(text)] == [
        ("said", "The mayor"),
        ("adding", "The mayor"),
    ]


def test_quoted_paragraphs_below_a_colon_belong_to_the_speaker() -> None:
    text = "The mayor wrote:\n\n“The dam has failed.”\n\nIt rained."
    assert only(text) == Said(("“The dam has failed.”",), "wrote", "The mayor")


def test_what_a_speaker_quotes_is_left_to_the_speaker() -> None:
    text = "“My brother said that the dam had failed and I ran,” Tom Hale said."
    assert only(text).source == "Tom Hale"


@pytest.mark.parametrize(
    "text",
    [
        "The claims were paid in full.",
        "Ann Keller, who is 28, left town.",
        "The report was long. The plan failed.",
        "It takes courage to say that the dam is old.",
        "In April, the ferry sank.",
        "A note lay there, marked “closed.”",
        "On the shelf stood “The Wind and the Tall Barley.”",
        "",
    ],
)
def test_where_nobody_says_anything_nothing_is_found(text: str) -> None:
    assert said(text) == []


def test_direct_indirect_and_mixed_are_told_apart() -> None:
    kinds = {
        "“The dam has failed,” she said.": (Voice.DIRECT, False),
        "She said that the dam had failed.": (Voice.INDIRECT, False),
        "She said that the dam “was a ruin.”": (Voice.INDIRECT, True),
    }
    for text, (kind, is_mixed) in kinds.items():
        (found,) = find_attributions(text)
        assert (found.kind, found.is_mixed) == (kind, is_mixed), text


def test_confidence_is_that_of_the_pattern() -> None:
    (found,) = find_attributions("“The dam has failed,” she said.")
    assert found.pattern == "final-quote"
    assert found.confidence == CONFIDENCE["final-quote"]
    assert all(0 < confidence < 1 for confidence in CONFIDENCE.values())


def test_letters_that_grow_when_lowered_do_not_shift_offsets() -> None:
    assert only("İİİ İlker said that the dam had failed.").source == "İİİ İlker"


WORDS = st.sampled_from(
    [
                "said", "“", "”", '"', "''", ",", ".", "?", ":", ";", "–", "\n\n", "and", "but",
        "that", "he", "the", "mayor",         "told", "reporters", "according", "to", "as",
        "denied", "will", "who", "closed", "dam", "Ann", "Keller", "İ",         "12", "U.S.", "‘",
        "’",
    ]
)  # fmt: skip


def assert_sound(text: str) -> None:
    for found in find_attributions(text):
        assert found.content
        edges = [edge for part in found.content for edge in part]
        assert edges == sorted(edges)
        for span in (*found.content, found.cue, found.source):
            assert span is None or 0 <= span[0] < span[1] <= len(text)
            assert span is None or text[slice(*span)].strip() == text[slice(*span)]


@pytest.mark.parametrize("end", ["and", "but", "in", ",", "“", "said", "that", "as"])
def test_a_text_may_break_off_anywhere(end: str) -> None:
    for words in ("The mayor asked about the photo", "The mayor called the plan", "She said", "The claim"):
        assert_sound(f"{words} {end}")


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=60).map(" ".join))
def test_offsets_are_sound_in_any_muddle_of_reporting_words(text: str) -> None:
    assert_sound(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_borne(text: str) -> None:
    assert_sound(text)


@pytest.mark.parametrize(
    "unit",
    ["“", "He said no. ", "said ", "“a b c,” he said. ", "he left, she said, ", "a", "it was, and ", "\n\n"],
)
def test_a_hundred_thousand_characters_of_anything_take_linear_time(unit: str) -> None:
    # Quadratic work on these would take hours, not seconds: coming back at all is the proof.
    text = unit * (100_000 // len(unit))
    assert len(find_attributions(text)) <= len(text)


def test_a_clause_ends_where_its_subject_goes_on_to_call_or_argue_something() -> None:
    assert said("Hale says the dam is old but argues that it holds.") == [
        Said(("the dam is old",), "says", "Hale"),
        Said(("that it holds",), "argues", "Hale"),
    ]
    assert said("Hale said the dam was old, called it “a farce” and left.") == [
        Said(("the dam was old",), "said", "Hale"),
        Said(("it “a farce”",), "called", "Hale"),
    ]


def test_a_full_stop_ends_a_quotation_and_what_follows_is_no_cue_of_it() -> None:
    assert said("Hale called it “a farce.” He pledged to go.") == [
        Said(("it “a farce.”",), "called", "Hale"),
        Said(("to go",), "pledged", "He"),
    ]
    assert only("“It is a farce.” Hale said.") == Said(("“It is a farce.”",), "said", "Hale")


def test_a_vote_that_is_cast_judges_nothing() -> None:
    assert said("Later Hale cast a vote for the plan.") == []


def test_that_behind_a_preposition_points_and_announces_nothing() -> None:
    assert find_attributions("In Bergen they dug up accusations from that year to hurt the mayor.") == ()

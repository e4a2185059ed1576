"""Speech that no verb of saying announces is found as well: turns, colons, quotations that go on."""

import pytest

from claims.pipeline.attribution.attributions import find_attributions

Said = tuple[tuple[str, ...], str | None]


def said(text: str) -> list[Said]:
    """Return content and source of every attribution, in words."""
    return [
        (
            tuple(text[start:end] for start, end in found.content),
            text[slice(*found.source)] if found.source else None,
        )
        for found in find_attributions(text)
    ]


def test_each_turn_of_a_transcript_belongs_to_its_speaker() -> None:
    text = "MR. HALE: The dam is old and cracked.\n\nANN KELLER: I saw it. It was dry."
    assert said(text) == [
        (("The dam is old and cracked",), "MR. HALE"),
        (("I saw it. It was dry",), "ANN KELLER"),
    ]


@pytest.mark.parametrize("line", ["Update: The dam is old and cracked.", "It is so: the dam is cracked."])
def test_a_label_or_a_sentence_before_a_colon_is_no_speaker(line: str) -> None:
    assert said(line) == []


def test_a_quotation_behind_a_colon_belongs_to_the_subject_before_it() -> None:
    text = "Otto Brandt had one answer for the guests: “Nobody knew of the crack.”"
    assert said(text) == [(("“Nobody knew of the crack.”",), "Otto Brandt")]


def test_a_statement_below_the_line_that_announces_it_is_found() -> None:
    text = "The port office put out the following statement:\n\n“The ferry was sold in May.”\n\nIt rained."
    assert said(text) == [(("“The ferry was sold in May.”",), "The port office")]


def test_a_quotation_goes_on_in_the_paragraph_below() -> None:
    text = "“The dam failed,” Ann Keller said.\n\n“Nobody was warned. I ran.”\n\nIt rained."
    assert said(text) == [(("“The dam failed,”", "“Nobody was warned. I ran.”"), "Ann Keller")]


def test_a_paragraph_left_open_leads_into_the_one_that_tells_who_speaks() -> None:
    text = "It rained.\n\n“The ferry is old.\n\n“It has leaked for years,” said Ann Keller."
    parts = ("“The ferry is old.", "“It has leaked for years,”")
    assert said(text) == [(parts, "Ann Keller")]
    closed = text.replace("old.", "very, very old.”")
    assert [content for content, _ in said(closed)] == [("“The ferry is very, very old.”",), (parts[1],)]


def test_quotations_side_by_side_belong_to_who_is_named_behind_the_last() -> None:
    assert said("It rained. “It leaks.” “It has leaked for years,” said Ann Keller.") == [
        (("“It leaks.”", "“It has leaked for years,”"), "Ann Keller")
    ]


def test_a_paragraph_with_a_cue_of_its_own_does_not_go_on_with_the_one_above() -> None:
    text = "“The dam failed,” Ann Keller said.\n\n“Nobody was warned,” Tom Hale said."
    assert [source for _, source in said(text)] == ["Ann Keller", "Tom Hale"]


def test_a_quotation_left_open_at_the_end_of_a_paragraph_goes_on_below() -> None:
    text = "Ann Keller wrote:\n\n“The dam failed.\n\n“Nobody was warned.”\n\nIt rained."
    assert said(text) == [(("“The dam failed.", "“Nobody was warned.”"), "Ann Keller")]


def test_a_quotation_that_stands_alone_belongs_to_whom_the_sentence_before_speaks_of() -> None:
    text = "Ann Keller looked at the dam for a while. “Nobody has been here since May.”"
    assert said(text) == [(("“Nobody has been here since May.”",), "Ann Keller")]


def test_the_interrupted_quotation_is_taken_up_again_behind_a_circumstance() -> None:
    text = "“The dam is old,” Ann Keller said in May, “and nobody looks at it.”"
    assert said(text) == [(("“The dam is old,”", "“and nobody looks at it.”"), "Ann Keller")]


@pytest.mark.parametrize(
    "text",
    [
        "On the shelf stood “The Wind and the Tall Barley.”",
        "The so-called “harbour tax” was paid in May.",
        "They sang “la la la” all night.",
    ],
)
def test_titles_and_scare_quotes_are_no_speech(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "content", "source"),
    [
        ("It left the mayor's claim that the dam was safe.", "that the dam was safe", "the mayor's"),
        (
            "It began with accusations by two clerks that keys had been sold.",
            "that keys had been sold",
            "two clerks",
        ),
        ("Otto Brandt floated the suggestion that it was sold.", "that it was sold", "Otto Brandt"),
        ("It grew after reports that the ferry had sunk.", "that the ferry had sunk", None),
    ],
)
def test_nouns_announce_a_content_and_tell_whose_it_is(text: str, content: str, source: str | None) -> None:
    assert said(text) == [((content,), source)]


@pytest.mark.parametrize(
    ("text", "content", "source"),
    [
        ("He left to chants of “Save the ferry!” from below.", "“Save the ferry!”", None),
        ("Her slogan, “Boats for all,” won few votes.", "“Boats for all,”", "Her"),
        ("Tom Hale’s answer was that the ferry had sunk.", "that the ferry had sunk", "Tom Hale’s"),
        ("But Keller’s fear is that nobody came.", "that nobody came", "Keller’s"),
    ],
)
def test_nouns_announce_words_and_answers(text: str, content: str, source: str | None) -> None:
    assert said(text) == [((content,), source)]


def test_an_answer_that_is_nobodys_is_the_authors() -> None:
    assert said("The answer is that nobody came.") == []


def test_a_noun_that_opens_its_sentence_leaves_open_where_its_content_ends() -> None:
    assert said("Rumours that the mayor had fled spread in Bergen.") == []


@pytest.mark.parametrize(
    ("text", "content", "source"),
    [
        ("Two polls show him well ahead of Otto Brandt.", "him well ahead of Otto Brandt", "Two polls"),
        ("As the mayor put it, the dam is a ruin.", "the dam is a ruin", "the mayor"),
        ("As Tom Hale told the Gazette, the dam is a ruin.", "the dam is a ruin", "Tom Hale"),
        ("The dam failed, said harbour clerk Ann Keller.", "The dam failed", "harbour clerk Ann Keller"),
        ("The dam leaks, two divers said.", "The dam leaks", "two divers"),
        ("A report published Monday said the dam leaks.", "the dam leaks", "A report"),
        ("Ann Keller, who is 28, said the dam leaks.", "the dam leaks", "Ann Keller, who is 28"),
    ],
)
def test_sources_and_contents_of_other_shapes(text: str, content: str, source: str) -> None:
    assert said(text) == [((content,), source)]


def test_a_new_sentence_with_a_cue_is_not_the_end_of_the_one_before() -> None:
    text = "The mayor warned that the plan was “wrong and unfair.” He said sailors “know what may come.”"
    assert said(text) == [
        (("that the plan was “wrong and unfair.”",), "The mayor"),
        (("sailors “know what may come.”",), "He"),
    ]


def test_what_the_reporter_adds_in_a_relative_clause_is_not_said_by_the_source() -> None:
    text = "Ann Keller said the ferry had sunk, which the port office denies."
    assert said(text)[0] == (("the ferry had sunk",), "Ann Keller")
    text = "Ann Keller said the ferry, which was old, had sunk."
    assert said(text)[0] == (("the ferry, which was old, had sunk",), "Ann Keller")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We were never asked about the bridge.” ― Ann Keller, 34, Dover", "Ann Keller"),
        ("“We were never asked about the bridge.”\n\n― Tom Hale", "Tom Hale"),
    ],
)
def test_a_quotation_that_is_signed_belongs_to_who_signed_it(text: str, speaker: str) -> None:
    assert said(text) == [(("“We were never asked about the bridge.”",), speaker)]


def test_a_long_quotation_inside_a_sentence_is_speech_a_short_one_may_be_a_title() -> None:
    long = "“nobody in this town was ever told that the old dam had cracked”"
    assert said(f"Olga Petrov came out against the plan because {long} in spring.") == [
        ((long,), "Olga Petrov")
    ]
    assert said("Olga Petrov sang “the old dam” in the hall.") == []


def test_a_quotation_alone_in_its_paragraph_belongs_to_who_spoke_last() -> None:
    alone = "“Nobody of the office ever came to look at it.”"
    text = f"“The dam failed,” Ann Keller said. The hall was cold.\n\n{alone}"
    assert said(text)[-1] == ((alone,), "Ann Keller")


def test_a_statement_that_reads_is_its_own_speaker() -> None:
    text = "“The ferry was sold in May and nobody was told,” read the statement."
    assert said(text) == [(("“The ferry was sold in May and nobody was told,”",), "the statement")]


def test_a_quotation_that_opens_the_text_goes_on_with_nothing_below() -> None:
    quotation = "“The harbour will close for good by the end of the year, and nobody will pay for it.”"
    text = f"{quotation}\n\nThe port lies in the north. According to the mayor, ships will go elsewhere."
    assert said(text) == [((quotation,), None), (("ships will go elsewhere",), "the mayor")]

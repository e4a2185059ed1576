"""Hostile text of a megabyte is read in bounded time, and offsets hold whatever the letters are."""

import time
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from claims.pipeline.attribution.attributions import find_attributions
from claims.pipeline.extract_claims import MOST_CANDIDATES, extract_claims
from claims.pipeline.extract_text import UnreadableError, extract_text, fingerprint
from claims.pipeline.page import page_bytes
from claims.pipeline.page.linked_lines import drop_linked_lines
from claims.pipeline.page.notices_on_page import with_notices
from claims.vocabulary import Voice

MEGABYTE = 1_000_000
DEADLINE = 60  # seconds of CPU time: at least three times what the slowest page takes on a busy machine
READING_DEADLINE = 12  # of a text alone: well below READ_SECONDS, five times what the slowest takes
SECONDS_OF_A_PART = 2  # of CPU time: ten times what it takes
MOMENT = datetime(2011, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "unit",
    ["“He said “she said ", "He said it was so.\n\n", "It sank in 2011.\n\n", "a", ", adding ", "市"],
    ids=["nested quotes", "paragraphs", "statements", "no spaces", "participles", "chinese"],
)
def test_a_megabyte_of_hostile_text_is_read_in_bounded_time(unit: str) -> None:
    text = (unit * (MEGABYTE // len(unit) + 1))[:MEGABYTE]
    start = time.process_time()
    found = extract_claims(headline=text[:2000], text=text, published_at=MOMENT)
    assert time.process_time() - start < READING_DEADLINE
    assert len(found) <= MOST_CANDIDATES


@pytest.mark.parametrize(
    "body",
    [
        "<p>It was so.</p>" * 60_000,
        "<p>" + "<b>x</b>" * 45_000,
        "<p>" + "a" * MEGABYTE,
        "<time>x</time><span class='date byline'>12 March 2011 x</span>" * 15_000,
        "<blockquote>" * 3_000 + "<p>He left.</p>" * 20_000,
    ],
    ids=["paragraphs", "marks", "no spaces", "dates", "nested quotes"],
)
def test_a_hostile_page_is_read_or_refused_in_bounded_time(body: str) -> None:
    start = time.process_time()
    try:
        assert extract_text(f"<html lang='en'><body><article>{body}".encode()).text
    except UnreadableError as refusal:
        assert "no readable article text" in str(refusal)  # noqa: PT017 - either way is right
    assert time.process_time() - start < DEADLINE


@pytest.mark.parametrize(
    "body",
    [
        "<p><a>four words link here</a></p>what stands behind it, forty letters long" * 12_000,
        "<ul><li><a>x</a> " * 200 + "<b>the dam </b>" * 60_000,
    ],
    ids=["words between", "nested lists"],
)
def test_lines_of_links_are_dropped_in_time_that_grows_with_the_page(body: str) -> None:
    tree = document_fromstring(f"<html><body>{body}")
    start = time.process_time()
    drop_linked_lines(tree)
    assert time.process_time() - start < SECONDS_OF_A_PART


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0f73"], ids=["accents", "marks of two"])
def test_marks_without_end_on_one_letter_are_read_in_bounded_time(marks: str) -> None:
    said = "The port is shut, the harbour master of Cafe\u0301 said on Sunday, and nobody knows until when."
    start = time.process_time()
    article = extract_text(f"<html lang='en'><body><article><p>{said} a{marks * 100_000}".encode())
    assert time.process_time() - start < SECONDS_OF_A_PART
    assert said.replace("e\u0301", "\u00e9") in article.text


MANY_NOTICES = [f"the name of minister {n} was wrong here" for n in range(3_000)]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("".join(f"<p>Correction: {said}</p>" for said in MANY_NOTICES), "\n\n".join(MANY_NOTICES)),
        (f"<div class=related>{''.join(f'<p>Correction: {said}</p>' for said in MANY_NOTICES)}", "It sank."),
        ("".join(f"<footer><p>Correction: {said}</footer>" for said in MANY_NOTICES), "It sank."),
        ("<div>" * 200 + "<b>Correction</b>" + "<b>the dam </b>" * 10_000, "It sank."),
    ],
    ids=["in the text", "in one box", "in footers", "nested"],
)
def test_notices_are_looked_for_in_time_that_grows_with_the_page(body: str, text: str) -> None:
    tree = document_fromstring(f"<html><body>{body}")
    start = time.process_time()
    with_notices(text, tree)
    assert time.process_time() - start < SECONDS_OF_A_PART


@pytest.mark.parametrize("tag", ["div", "BLOCKQUOTE"])
def test_a_page_nested_absurdly_deep_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    said = "<p>The port is shut, the harbour master said on Sunday.</p>"
    deep = f"<html lang='en'><body><article>{f'<{tag}>' * 200_000}{said}".encode()
    start = time.process_time()
    with pytest.raises(UnreadableError, match="nests its elements deeper"):
        fingerprint(deep)
    assert time.process_time() - start < 1
    wide = f"<html lang='en'><body><article>{f'<{tag}>x</{tag}>' * 20_000}{said}".encode()
    fingerprint(wide)
    monkeypatch.setattr(page_bytes, "_DEEPEST", 10**9)
    start = time.process_time()
    fingerprint(deep[: 25_000 * (len(tag) + 2)])
    assert time.process_time() - start > 0.4, "the control: parsed, an eighth of it takes longer"


LETTERS = st.sampled_from(
    ["said ", "told ", "“", "”", '"', "İ", "ß", "ﬁ", "👍🏽", "\u202e", "قال ", "市长", "e\u0301", "\u2028",
     "\n\n", "Ann: ", "NAME: ", ", which is false. ", "claims that ", "on Monday ", "yesterday ", ", ", ". ",
     "\x00", "\ud800", "he ", "the mayor ", "according to ",
     "accusations ", "from ", "by ", "that ", "as he put it ", "who ", "(", ") ", "calling ", "and ", "to ",
     "the dam failed ", "– ", ": ", "''", "``", "Ann Keller ", "10:30 ", "?", "his "]
)  # fmt: skip


def assert_spans_hold(text: str) -> None:
    for found in find_attributions(text):
        for span in (*found.content, found.cue, found.source):
            assert span is None or (0 <= span[0] < span[1] <= len(text) and text[slice(*span)].strip()), text
        for left, right in zip(found.content, found.content[1:], strict=False):
            assert left[1] <= right[0], text


# Words that the rules look for, side by side as no writer would put them: every three of them in a row.
JOINTS = ("accusations", "said", "saying", "told", "as", "that", "who", "from", "by", "to", "according",
          "had", "it", "he", "the", "mayor's", "Ann", ",", ":", "“", "”", "–", "and", "?")  # fmt: skip


@pytest.mark.parametrize("first", JOINTS)
def test_any_three_joints_of_speech_in_a_row_keep_their_offsets(first: str) -> None:
    for second, third in product(JOINTS, repeat=2):
        assert_spans_hold(f"In Bergen they dug up {first} {second} {third} year to hurt us")
        assert_spans_hold(f"{first} {second} {third}")


@settings(max_examples=400, deadline=None)
@example("“said said said said said said said as he put it \n\n👍🏽calling said ")
@example("as he put it , : told . he said")
@example("according to the mayor , : , NAME: the dam failed to he made clear that , which is false. ")
@given(st.lists(LETTERS, max_size=40).map("".join))
def test_any_mix_of_scripts_and_marks_keeps_its_offsets(text: str) -> None:
    assert_spans_hold(text)
    for claim in extract_claims(headline=text, text=text, published_at=MOMENT):
        assert text[claim.start : claim.end] == claim.quote
        assert claim.text.strip()
        assert not claim.chain or (len(claim.chain) > 1 and claim.chain[-1] == claim.claimant)
        assert claim.voice is not Voice.HEADLINE or claim.chain == ()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([None, "text/html", "text/plain", "text/html; charset=big5"]))
def test_any_bytes_are_read_or_refused_in_words(body: bytes, content_type: str | None) -> None:
    try:
        article = extract_text(body, content_type=content_type)
    except UnreadableError as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - either way is right
    else:
        assert any(character.isalnum() for character in article.text)

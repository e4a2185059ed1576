"""Two states of an article: what changed, its kind, the publisher's notice, and hedges that came or went."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.pipeline.diff import MOST_PAIRS, Difference, compare, pieces
from claims.pipeline.page.passing import is_passing
from claims.vocabulary import ChangeKind, HedgeShift

HEADLINE = "Two more of the inner circle said to be in Tunisia"
TEXT = (
    "The minister arrived at Farnborough at 20:40 on Wednesday.\n\n"
    "He has reportedly resigned, an aide said. “I will not go back,” he told friends.\n\n"
    "At least 12 officials have left the country since February."
)


def edited(before: str, after: str, text: str = TEXT) -> Difference:
    """The difference when ``before`` in the text becomes ``after``."""
    assert before in text
    return with_text(text.replace(before, after), text)


def with_text(after: str, before: str = TEXT) -> Difference:
    """The difference when only the text changes."""
    return compare(headline_before=HEADLINE, text_before=before, headline_after=HEADLINE, text_after=after)


def with_headline(after: str, before: str = HEADLINE) -> Difference:
    """The difference when only the headline changes."""
    return compare(headline_before=before, text_before=TEXT, headline_after=after, text_after=TEXT)


def test_the_same_article_is_no_change() -> None:
    assert with_text(TEXT).kind is None


def test_spacing_quotes_dashes_and_commas_are_trivial() -> None:
    assert edited("\n\n", "\n").kind is ChangeKind.TRIVIAL
    assert edited("“I will not go back,”", '"I will not go back"').kind is ChangeKind.TRIVIAL
    assert edited("resigned, an aide", "resigned — an aide").kind is ChangeKind.TRIVIAL
    assert edited("At least", "At\u00a0least").kind is ChangeKind.TRIVIAL
    assert with_headline(f"{HEADLINE}.").kind is ChangeKind.TRIVIAL


def test_a_time_stamp_is_trivial() -> None:
    assert with_text(f"{TEXT}\n\nUpdated: 31 March 2011, 10:15 GMT").kind is ChangeKind.TRIVIAL
    assert (
        with_text(f"{TEXT}\nLast updated 3 hours ago", f"{TEXT}\nLast updated 2 hours ago").kind
        is ChangeKind.TRIVIAL
    )


@pytest.mark.parametrize(
    "line",
    [
        "Updated March 31, 2011 at 11:12 a.m. EST",
        "This article was last updated on 31 March 2011 at 10:15.",
        "This is a breaking story, check back for updates.",
        "This is a developing story and will be updated.",
        "More details soon…",
        "This article is more than 2 years old",
        "Read more: Ferry talks stall in the north as crews walk out",
        "ALSO READ | Ferry talks stall in the north",
        "Sign up to our politics newsletter for the stories that matter",
        "Get the Harbour Briefing in your inbox every weekday",
        "See all updates",
        "This article was last updated at 14:10 on March 5, 2026.",
        "Wednesday, 4 March 2026, 11:40 GMT",
        "2026-03-04T11:40:00Z",
        "Article continues after advertisement",
        "skip past newsletter promotion",
        "Support independent journalism. Become a member today.",
        "Follow us on X and Facebook for more news.",
        "Listen to this article · 4:12 min",
        "© 2026 Meridian. All rights reserved.",
        "Comments are closed.",
        "Do you have a tip? Contact our reporters.",
    ],
)
def test_a_line_that_says_nothing_of_the_story_may_come_and_go(line: str) -> None:
    with_it = TEXT.replace("\n\n", f"\n\n{line}\n\n", 1)
    assert with_it != TEXT
    assert with_text(with_it).kind is ChangeKind.TRIVIAL
    assert with_text(TEXT, with_it).kind is ChangeKind.TRIVIAL


@pytest.mark.parametrize(
    "line",
    [
        "This is a breaking point, the minister said.",
        "Read his letter in full before the vote, the mayor said.",
        "Sign up for the army, the minister told students.",
        "More followed in the evening.",
        "Get the vaccine, the minister told students.",
        "4 March 2026",
        "Copyright law comes next, the minister said.",
        "The ferry: 2011 at 10:15.",
    ],
)
def test_a_line_of_the_story_that_begins_alike_is_an_edit(line: str) -> None:
    assert with_text(f"{TEXT}\n\n{line}").kind is ChangeKind.SILENT_EDIT


@pytest.mark.parametrize("line", ["Updated at " + "1" * 60 + "x", "Updated " + "mon" * 35 + "!"])
def test_a_stamp_that_goes_on_for_ever_is_read_once(line: str) -> None:
    """A line of sixty figures once had a reader try a million million ways through it."""
    assert not is_passing(line)


def test_one_word_of_negation_is_a_silent_edit() -> None:
    change = edited("has reportedly resigned", "has reportedly not resigned")
    assert change.kind is ChangeKind.SILENT_EDIT
    assert [piece.text.strip() for piece in change.body if piece.op == "insert"] == ["not"]
    assert edited("will not go", "will go").kind is ChangeKind.SILENT_EDIT
    assert edited("“I will not go back,”", "“I won't go back,”").kind is ChangeKind.SILENT_EDIT


def test_a_figure_is_a_silent_edit_down_to_its_decimal_point_and_sign() -> None:
    assert edited("12 officials", "20 officials").kind is ChangeKind.SILENT_EDIT
    for before, after in [
        ("1.2 million", "12 million"),
        ("-5 degrees", "5 degrees"),
        ("5%", "5"),
        ("$5", "€5"),
    ]:
        text = f"It was {before} in all."
        assert edited(before, after, text).kind is ChangeKind.SILENT_EDIT, (before, after)
    assert edited("1000 people", "1,000 people", "There were 1000 people.").kind is ChangeKind.TRIVIAL


def test_a_question_mark_in_the_headline_is_a_headline_edit_that_adds_doubt() -> None:
    change = with_headline("Minister flees?", "Minister flees")
    assert (change.kind, change.hedge_shift) == (ChangeKind.HEADLINE_EDIT, HedgeShift.ADDED)


def test_a_changed_headline_alone_is_a_headline_edit() -> None:
    change = with_headline("Two more of the inner circle are in Tunisia")
    assert change.kind is ChangeKind.HEADLINE_EDIT
    assert (change.hedge_shift, change.hedge_words) == (HedgeShift.DROPPED, ("said to be",))
    assert change.body == ()


def test_a_hedge_that_a_doubt_or_denial_replaced_was_not_dropped() -> None:
    hedged = "Speaker of parliament said to be in Tunisia"
    for after in (
        "Doubts about report that speaker of parliament is in Tunisia",
        "Speaker of parliament not in Tunisia",
    ):
        assert with_headline(after, hedged).hedge_shift is None
    assert with_headline("Speaker of parliament is in Tunisia", hedged).hedge_shift is HedgeShift.DROPPED
    assert edited("has reportedly resigned", "has denied that he resigned").hedge_shift is None


def test_a_dropped_hedge_is_a_silent_edit_that_says_so() -> None:
    change = edited("has reportedly resigned", "has resigned")
    assert (change.kind, change.hedge_shift, change.hedge_words) == (
        ChangeKind.SILENT_EDIT,
        HedgeShift.DROPPED,
        ("reportedly",),
    )
    assert "reportedly" in change.summary


def test_an_added_hedge_is_told_apart() -> None:
    change = edited("have left", "may have left")
    assert (change.hedge_shift, change.hedge_words) == (HedgeShift.ADDED, ("may",))


def test_a_paragraph_that_goes_takes_its_hedges_with_it() -> None:
    change = edited(
        "He has reportedly resigned, an aide said. “I will not go back,” he told friends.\n\n", ""
    )
    assert (change.kind, change.hedge_shift) == (ChangeKind.SILENT_EDIT, None)


def test_a_correction_is_told_by_its_notice() -> None:
    for notice in (
        "Correction: An earlier version said that the minister had fled.",
        "CORRECTED — the number of officials.",
        "Correction, 31 March 2011: The airport was named wrongly.",
        "Correction, Thursday, Mar. 31, 2011, 10:15 a.m.: The airport was named wrongly.",
        "CLARIFICATION 2011-03-31 – The airport was named wrongly.",
        "An earlier version of this article misstated the airport.",
        "Editor's note: The name of the airport was wrong.",
        "This story has been corrected to give the right airport.",
        "Update: We wrongly named the airport at first.",
        "(This article was amended on 31 March 2011 to correct the airport.)",
    ):
        change = with_text(f"{TEXT}\n\n{notice}")
        assert (change.kind, change.notice) == (ChangeKind.CORRECTION, notice), notice


@pytest.mark.parametrize(
    "notice",
    [
        "• This article was amended on 31 March 2011 because the airport was wrong.",
        "31 March 2011: This article has been corrected. The airport is Farnborough.",
        "March 31, 2011 – Correction: the airport is Farnborough.",
        "Note: A prior version of this story named the wrong airport.",
        "For the record: The flight landed at Farnborough.",
        "For the record 10:15 a.m. March 31, 2011: The flight landed at Farnborough.",
        "(Refiles to fix airport in first paragraph)",
        "(This March 31 story has been corrected to fix the airport)",
        "(This version of the March 31 story corrects the airport)",
        "This story was first published on March 31. It was updated on April 1 to correct the airport.",
        "This article has been edited since publication to correct the airport.",
        "This piece originally stated that the flight landed at Heathrow.",
        "A previous headline on this article wrongly named Heathrow.",
        "Due to an editing error, an earlier version of this article named the wrong airport.",
        "An error in an earlier version of this report has been corrected.",
        "We have corrected the airport in the first paragraph of this article.",
        "We originally reported that it was Heathrow. We apologise for the error.",
        "We have removed a reference to Heathrow that we could not confirm.",
        "A paragraph that named Heathrow has been removed from this article.",
        "EDS NOTE: Corrects airport in first paragraph.",
        "A correction was made on March 31, 2011: The flight landed at Farnborough.",
    ],
)
def test_a_correction_is_told_in_many_words(notice: str) -> None:
    change = with_text(f"{TEXT}\n\n{notice}")
    assert (change.kind, change.notice) == (ChangeKind.CORRECTION, notice.lstrip("• "))


@pytest.mark.parametrize(
    "headline",
    ["CORRECTED (OFFICIAL)-Minister lands", "REFILE-Minister lands"],
)
def test_an_agency_corrects_in_its_headline(headline: str) -> None:
    assert with_headline(headline, "Minister lands").kind is ChangeKind.CORRECTION


def test_an_update_is_told_by_its_notice() -> None:
    for notice in (
        "Update: The minister has spoken.",
        "UPDATE 2: He spoke.",
        "Updated at 10:15 – He has spoken.",
        "Update, 31 March 2011, 10:15 GMT: He has spoken.",
        "Updated on 31 March to add a statement by the airport.",
        "An update was added to this article with a statement by the airport.",
        "(Recasts, adds quotes)",
        "(Adds comment by the airport, background)",
        "(Updates with details of the flight)",
    ):
        change = with_text(f"{notice}\n\n{TEXT}")
        assert (change.kind, change.notice) == (ChangeKind.UPDATE, notice), notice


def test_a_retraction_outranks_what_else_is_noted() -> None:
    notice = "This article has been retracted."
    change = with_text(f"{notice}\n\nCorrection: It named the wrong man.\n\n{TEXT}")
    assert (change.kind, change.notice) == (ChangeKind.RETRACTION, notice)
    assert with_text("We have withdrawn this report.").kind is ChangeKind.RETRACTION


@pytest.mark.parametrize(
    "notice",
    [
        "KILL NOTICE: We have withdrawn the story on the minister. Do not use.",
        "ADVISORY: Please disregard the story headlined “Minister lands”.",
        "EDITORS: This story has been withdrawn.",
        "ATTENTION EDITORS: Story withdrawn. Please delete it.",
        "We have removed this article because its source could not be verified.",
        "This story has been removed because its source could not be verified.",
        "The Harbour Post retracts this story.",
        "Editor’s note: We have withdrawn this report, for the papers were forged.",
        "WITHDRAWN: Minister lands",
    ],
)
def test_a_retraction_is_told_in_many_words(notice: str) -> None:
    change = with_text(f"{notice}\n\n{TEXT}")
    assert (change.kind, change.notice) == (ChangeKind.RETRACTION, notice)


@pytest.mark.parametrize(
    "words",
    [
        "The government has withdrawn the bill, and the committee has retracted its report.",
        "The ministry withdraws this offer on Friday.",
        "“It was a bad week. We have corrected the list in this report,” said the mayor.",
        '"We are late. We apologise for the error," said the mayor.',
        "An error in an earlier version of the bill has been corrected, the ministry said.",
        "For the record, the minister has never been charged, his lawyer said.",
        "(Adds up to 12 million in all, the ministry said.)",
        "Updated figures show that the port handled 12 million tonnes.",
        "Withdrawn: three candidates.",
        "Editors were asked to disregard the story, three newspapers said.",
        "The report has been corrected, the ministry said.",
        "Editor's note: This article contains descriptions of violence.",
    ],
)
def test_what_the_story_tells_of_others_is_no_notice(words: str) -> None:
    change = with_text(f"{TEXT}\n\n{words}")
    assert (change.kind, change.notice) == (ChangeKind.SILENT_EDIT, None)


@pytest.mark.parametrize("head", ["Correction", "CORRECTIONS & UPDATES:", "Corrections and clarifications"])
def test_a_heading_makes_a_notice_of_the_line_below_it(head: str) -> None:
    change = with_text(f"{TEXT}\n\n{head}\n\nThe flight landed at Farnborough.")
    told = f"{head.rstrip(':')}: The flight landed at Farnborough."
    assert (change.kind, change.notice) == (ChangeKind.CORRECTION, told)
    alone = with_text(f"{TEXT}\n\nThe flight landed at Farnborough.")
    assert (alone.kind, alone.notice) == (ChangeKind.SILENT_EDIT, None)


def test_an_editors_note_is_what_it_speaks_of() -> None:
    for note, kind in (
        ("Editor’s note: This story was updated with a statement by the airport.", ChangeKind.UPDATE),
        ("Editor’s note: This story was updated to correct the airport.", ChangeKind.CORRECTION),
        ("Editor’s note: The minister withdrew his statement after our story; it was wrong.", None),
    ):
        assert with_text(f"{TEXT}\n\n{note}").kind is (kind or ChangeKind.CORRECTION), note


def test_a_named_speaker_in_place_of_sources_is_a_dropped_hedge() -> None:
    before = "The minister has left the country, sources at the airport told reporters on Wednesday."
    after = before.replace("sources at the airport", "airport director Lena Ros")
    assert with_text(after, before).hedge_words == ("sources",)
    assert with_text(before, after).hedge_shift is HedgeShift.ADDED
    assert with_text(after.replace("director", "chief"), after).hedge_shift is None
    income = "He lives on two sources of income, his office said on Wednesday."
    assert with_text(income.replace("two sources", "three kinds"), income).hedge_shift is None


def test_a_notice_that_stood_there_before_is_no_news() -> None:
    noted = f"{TEXT}\n\nCorrection: An earlier version named the wrong airport."
    change = with_text(noted.replace("12 officials", "20 officials"), noted)
    assert (change.kind, change.notice) == (ChangeKind.SILENT_EDIT, None)


def test_a_correction_spoken_of_in_the_story_is_no_notice() -> None:
    for words in (
        "The palace demanded a correction: it had not been asked.",
        "Corrections 12 may be needed, he said: nobody had counted.",
        "Correction of 3 May was late, the mayor said: he had asked for it.",
    ):
        change = with_text(f"{TEXT}\n\n{words}")
        assert (change.kind, change.notice) == (ChangeKind.SILENT_EDIT, None), words


def test_long_stretches_without_change_are_cut() -> None:
    words = " ".join(f"word{n}" for n in range(200))
    change = with_text(f"{words} end", f"{words} stop")
    assert [(piece.op, piece.text) for piece in change.body] == [
        ("equal", "…word192 word193 word194 word195 word196 word197 word198 word199 "),
        ("delete", "stop"),
        ("insert", "end"),
    ]


def drawn(before: str, after: str) -> str:
    """The diff on one line, as [-gone-] and {+new+}."""
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(marks[piece.op].format(piece.text.strip()) for piece in pieces(before, after))


def test_words_that_two_sentences_share_by_chance_do_not_join_them() -> None:
    before = "Police said the driver was not hurt. The road is closed until Monday."
    after = (
        "Two men were hurt as a bus hit a wall on the airport road, and police ask the driver to call them."
    )
    assert drawn(before, after) == f"[-{before}-]{{+{after}+}}"
    assert drawn(
        "The bridge was shut on Friday after a lorry had hit it at night.",
        "The bridge was opened again on Saturday, though two of its three lanes stay closed.",
    ) == (
        "The bridge was[-shut on Friday after a lorry had hit it at night.-]"
        "{+opened again on Saturday, though two of its three lanes stay closed.+}"
    )


def test_what_a_small_edit_leaves_stays_and_a_rewritten_paragraph_takes_no_words_of_the_next() -> None:
    assert drawn(
        "At least 12 officials have left, it said.", "At least 14 officials have gone, it said."
    ) == ("At least[-12-]{+14+}officials have[-left,-]{+gone,+}it said.")
    moved = "Ferries run late. The minister landed on Monday."
    new = "Ferries run late.\n\nTwo ships were loading at Brega.\n\nThe minister landed on Friday."
    assert drawn(moved, new) == (
        "Ferries run late.{+Two ships were loading at Brega.+}The minister landed on[-Monday.-]{+Friday.+}"
    )
    told = "Prices rose by 3% after the attack.\n\nTraders in Vienna fear for supplies from the south."
    anew = "Prices fell by 1% on Monday.\n\nThe port of Brega is open, and two tankers were loading, it said."
    assert drawn(told, anew) == (
        f"Prices[-{told.removeprefix('Prices ')}-]{{+{anew.removeprefix('Prices ')}+}}"
    ), "no “the” of one paragraph holds two others together"


def test_a_summary_names_the_first_change() -> None:
    assert (
        edited("12 officials", "20 officials").summary == "Edited the text without notice: “12” became “20”."
    )


def test_marks_go_with_the_words_that_they_stood_at() -> None:
    before = "Minister ‘to resign’ over cost of pier, officials say"
    change = with_headline("Minister resigns over cost of pier", before)
    assert "".join(piece.text for piece in change.headline if piece.op != "insert") == before
    assert change.summary == "Edited the headline without notice: “‘to resign’” became “resigns”, and 1 more."


def test_huge_texts_are_compared_by_paragraph_in_bounded_work() -> None:
    one = "\n".join(["the same words again and again " * 40] * 150)
    other = one.replace("again and", "never and")
    assert len(one.split()) ** 2 // 6 > MOST_PAIRS
    assert with_text(other, one).kind is ChangeKind.SILENT_EDIT


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_diff_holds_both_texts_whatever_they_are(before: str, after: str) -> None:
    diff = pieces(before, after)
    assert "".join(piece.text for piece in diff if piece.op != "delete") == after


@given(
    st.lists(
        st.sampled_from(["the", "minister", "has", "not", "fled", ".", ",", "Tunisia", "12", "?"]),
        max_size=30,
    ),
    st.data(),
)
def test_every_changed_word_is_in_the_diff(words: list[str], data: st.DataObject) -> None:
    before = " ".join(words)
    changed = list(words)
    for _ in range(data.draw(st.integers(0, 3))):
        changed.insert(data.draw(st.integers(0, len(changed))), data.draw(st.sampled_from(["now", "13"])))
    inserted = [p.text for p in pieces(before, " ".join(changed)) if p.op == "insert"]
    assert sum(len(text.split()) for text in inserted) >= len(changed) - len(words)

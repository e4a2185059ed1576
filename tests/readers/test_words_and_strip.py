"""How pages put things: counts, moments, quotes, diffs, and where marks stand on the strip."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from claims.queries.reader_shapes import AppearanceView, Said
from claims.queries.timeline import silence_in_words
from claims.templatetags import claims_words as words
from claims.views.strip import draw
from claims.vocabulary import ClaimStatus, Medium, QuoteState, Stance

EVENING = datetime(2011, 3, 30, 19, 40, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_articles_never_stand_without_their_origins() -> None:
    assert plain(words.tally(12, 1)) == "12 articles, 1 independent origin"
    assert plain(words.tally(1, 1)) == "1 article, 1 independent origin"
    assert plain(words.tally(0, 0)) == "no articles, no independent origins"


def test_a_short_notice_ends_with_a_sentence_where_it_can() -> None:
    notice = (
        "“We named the wrong harbour …” The quote is gone. The headline now speaks of the town of Mr. Brandt."
    )
    assert words.opening(notice, 99) == notice
    assert words.opening(notice, 13) == "“We named the wrong harbour …” The quote is gone."
    assert words.opening(notice, 8) == "“We named the wrong harbour …”"
    assert words.opening(notice, 3) == "“We named the …"


def test_a_reason_loses_in_a_sentence_the_capital_of_its_first_word() -> None:
    assert words.mid_sentence("Cites Harbour Post (“told”).") == "cites Harbour Post (“told”)."
    assert words.mid_sentence("Harbour Post says so.") == "Harbour Post says so."


def test_moments_are_absolute_and_in_utc() -> None:
    east = EVENING.astimezone(tz=None)
    assert words.moment(east) == '<time datetime="2011-03-30T19:40:00Z">30 March 2011, 19:40 UTC</time>'
    assert words.moment(None) == ""


def test_where_only_two_checks_are_known_both_are_told() -> None:
    same_day = words.when(EVENING, EVENING + timedelta(hours=2))
    assert "between" in same_day
    assert "19:40" in same_day
    assert "21:40" in same_day
    assert words.when(EVENING, EVENING) == words.when(EVENING, None)
    assert words.when(EVENING, EVENING + timedelta(seconds=14)) == words.when(EVENING, None), "one minute"
    overnight = words.when(EVENING, EVENING + timedelta(hours=9))
    assert "31 March 2011, 04:40 UTC" in overnight


def test_a_quote_keeps_its_words_and_trims_its_context_to_whole_ones() -> None:
    shown = words.quotation("rly in the evening ", "the chief <fled>", ", two people who saw the conv")
    assert shown == (
        '…in the evening <span class="quote__words">the chief &lt;fled&gt;</span>, two people who saw the…'
    )
    assert words.quotation("", "He fled", ".") == '<span class="quote__words">He fled</span>.'


def test_a_status_is_never_told_by_colour_alone() -> None:
    for status in ClaimStatus:
        badge = words.status_badge(status)
        assert f"icons.svg#{status}" in badge
        assert status.label in badge


def test_what_went_and_what_came_is_marked_and_escaped() -> None:
    shown = words.word_diff([("equal", "He "), ("delete", "<fled>"), ("insert", "stayed"), ("equal", ".")])
    assert shown == "He <del>&lt;fled&gt;</del> <ins>stayed</ins>."


def test_json_ld_cannot_be_left_from_inside() -> None:
    assert "</script><" not in words.json_ld({"a": "</script><script>"})[:-9]


@pytest.mark.parametrize(
    ("pause", "said"),
    [
        (timedelta(days=3), "3 days"),
        (timedelta(days=31), "1 month"),
        (timedelta(days=366), "1 year"),
        (timedelta(days=5716), "15 years"),
    ],
)
def test_a_silence_is_told_in_one_unit(pause: timedelta, said: str) -> None:
    assert silence_in_words(pause) == said


SEEN = AppearanceView(
    id="a0",
    article=None,
    medium=Medium.WEB,
    place="",
    quote="He fled",
    prefix="",
    suffix="",
    in_headline=False,
    attribution="",
    claimant_name="",
    anonymous=False,
    hedges=(),
    headline_stance=None,
    body_stance=Stance.REPORTS,
    state=QuoteState.PRESENT,
    seen_at=EVENING,
    captured_at=EVENING,
    origin_reason="",
)


def seen(number: int, after: timedelta, stance: Stance = Stance.REPORTS) -> AppearanceView:
    return replace(SEEN, id=f"a{number}", seen_at=EVENING + after, stance_at_first=stance)


def test_one_place_makes_no_strip() -> None:
    assert draw([SEEN]) is None


def test_the_axis_breaks_at_a_long_silence_and_says_how_long() -> None:
    strip = draw([seen(0, timedelta(0)), seen(1, timedelta(hours=1)), seen(2, timedelta(days=5716))])
    assert strip is not None
    assert len(strip.stretches) == 2
    assert len(strip.breaks) == 1
    words_below = [label.words for label in strip.labels]
    assert words_below == ["30 Mar 2011", "22 Nov 2026", "15 years later"], "both ends and the break"


def test_an_unbroken_evening_has_an_unbroken_axis() -> None:
    strip = draw([seen(number, timedelta(hours=number)) for number in range(6)])
    assert strip is not None
    assert (len(strip.stretches), strip.breaks) == (1, ())
    assert [label.words for label in strip.labels] == ["30 Mar 2011, 19:40", "31 Mar 2011, 00:40"]


def test_many_breaks_keep_their_words_apart() -> None:
    strip = draw([seen(number, timedelta(days=40 * number)) for number in range(5)])
    assert strip is not None
    rows = [(float(label.x.rstrip("%")), label.y) for label in strip.labels if label.is_break]
    assert len(rows) == 4
    for (x, y), (next_x, next_y) in pairwise(rows):
        assert y != next_y or next_x - x >= 25
    assert max(y for _, y in rows) < strip.height


def test_each_article_is_a_dot_and_each_origin_a_full_one() -> None:
    assert words.dots(7, 1).count("dots__copy") == 6
    assert words.dots(7, 1).count("dots__origin") == 1
    assert words.dots(0, 0) == ""
    assert words.dots(400, 2).count("<circle") == words.MOST_DOTS


def test_a_change_between_two_checks_of_one_minute_was_seen_then() -> None:
    assert words.between_checks(EVENING, EVENING + timedelta(seconds=20)).startswith("Seen <time")
    assert words.between_checks(None, EVENING).startswith("Seen <time")
    assert "between our checks of" in words.between_checks(EVENING, EVENING + timedelta(minutes=20))


def test_a_blank_at_the_end_of_an_edit_is_not_marked() -> None:
    shown = words.word_diff([("delete", "has "), ("insert", "had\n"), ("equal", "gone")])
    assert shown == "<del>has</del> <ins>had</ins>\ngone"


def test_marks_stand_in_order_of_time_inside_the_drawing() -> None:
    strip = draw([seen(number, timedelta(minutes=37 * number)) for number in range(12)])
    assert strip is not None
    places = [float(mark.x.rstrip("%")) for mark in strip.marks]
    assert places == sorted(places)
    assert (min(places), max(places)) == (3, 97), "the first and the last stand on the ends of the axis"
    assert sum(mark.number for mark in strip.marks) == 12


def test_each_stance_has_a_lane_of_its_own() -> None:
    strip = draw([seen(0, timedelta(0), Stance.SUPPORTS), seen(1, timedelta(hours=1), Stance.REFUTES)])
    assert strip is not None
    assert [lane.stance for lane in strip.lanes] == [Stance.SUPPORTS, Stance.REFUTES]
    assert strip.summary == "1 says it is so; 1 says it is not so"
    assert strip.turnings == ()


def test_a_place_that_turned_is_drawn_with_what_it_said_at_first_and_when_it_turned() -> None:
    three = [seen(number, timedelta(0), Stance.SUPPORTS) for number in range(3)]
    three[0] = replace(three[0], turns=(Said(EVENING + timedelta(hours=4), Stance.REFUTES),))
    strip = draw(three)
    assert strip is not None
    at_first, since = strip.marks
    assert (at_first.stance, at_first.number, at_first.is_past) == (Stance.SUPPORTS, 3, False)
    assert (since.stance, since.number, since.is_past) == (Stance.REFUTES, 1, False)
    [line] = strip.turnings
    assert (line.x1, line.y1, line.x2, line.y2) == (at_first.x, at_first.y, since.x, since.y)
    assert float(line.x1.rstrip("%")) < float(line.x2.rstrip("%"))
    assert strip.summary == (
        "2 say it is so, and 1 more did before; 1 says it is not so; 1 of them turned from one to another"
    )


def test_what_no_place_says_any_more_is_told_as_past() -> None:
    strip = draw([replace(seen(0, timedelta(0)), turns=(Said(EVENING + timedelta(days=1), Stance.REFUTES),))])
    assert strip is not None
    assert [lane.words for lane in strip.lanes] == [
        "1 repeated it before, taking no side",
        "1 says it is not so",
    ]
    assert [mark.is_past for mark in strip.marks] == [True, False]


def test_a_place_that_fell_silent_stays_where_it_was_seen() -> None:
    silent = replace(
        seen(0, timedelta(0), Stance.SUPPORTS), turns=(Said(EVENING + timedelta(hours=1), None),)
    )
    strip = draw([silent, seen(1, timedelta(hours=2))])
    assert strip is not None
    assert [(mark.stance, mark.is_past) for mark in strip.marks] == [
        (Stance.SUPPORTS, True),
        (Stance.REPORTS, False),
    ]
    assert strip.turnings == ()


def test_a_place_that_turned_back_is_drawn_each_time() -> None:
    there_and_back = (
        Said(EVENING + timedelta(hours=1), Stance.REFUTES),
        Said(EVENING + timedelta(hours=2), Stance.SUPPORTS),
    )
    strip = draw([replace(seen(0, timedelta(0), Stance.SUPPORTS), turns=there_and_back)])
    assert strip is not None
    assert [mark.stance for mark in strip.marks] == [Stance.SUPPORTS, Stance.REFUTES, Stance.SUPPORTS]
    assert [lane.words for lane in strip.lanes] == ["1 says it is so", "1 said it was not so before"]
    assert len(strip.turnings) == 2

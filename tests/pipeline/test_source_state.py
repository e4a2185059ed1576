"""Not seen is not gone: what a check says about an address, and when a page counts as removed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from claims.pipeline.page.page_kind import PageKind
from claims.pipeline.source_state import (
    OWN_OUTAGE,
    Observation,
    SourceHistory,
    SourcePolicy,
    SourceVerdict,
    finds_no_way_out,
    is_own_outage,
    is_stuck,
    judge_source,
)
from claims.vocabulary import ArticleState, ChangeKind

START = datetime(2011, 3, 31, 8, tzinfo=UTC)
POLICY = SourcePolicy(removed_after_checks=4, removed_after=timedelta(days=1), stuck_after=5)
LIVE = SourceHistory(
    state=ArticleState.LIVE, missing_since=None, missing_checks=0, failures=0, attempts=1, ever_captured=True
)


def seen(hours: float = 0, **changed: Any) -> Observation:
    """A whole page, ``hours`` after the start, except for what is ``changed``."""
    usual: dict[str, Any] = {
        "at": START + timedelta(hours=hours),
        "status": 200,
        "failure": None,
        "complete": True,
        "length_known": True,
        "redirected_to_root": False,
        "text_length": 900,
    }
    return Observation(**usual | changed)


def failed(hours: float, code: str) -> Observation:
    """A check that got no answer."""
    return seen(hours, status=None, failure=code, complete=False, length_known=False, text_length=None)


def after(*observations: Observation, history: SourceHistory = LIVE) -> SourceVerdict:
    """The verdict after a row of checks."""
    verdict = None
    for observation in observations:
        verdict = judge_source(observation, history, POLICY)
        history = SourceHistory(
            state=verdict.state,
            missing_since=verdict.missing_since,
            missing_checks=verdict.missing_checks,
            failures=verdict.failures,
            attempts=1,
            ever_captured=history.ever_captured,
            doubted_state=verdict.doubted_state,
            doubted_checks=verdict.doubted_checks,
        )
    assert verdict is not None
    return verdict


def missing(*hours: float) -> list[Observation]:
    """Checks answered with 404."""
    return [seen(hour, status=404, text_length=None) for hour in hours]


def test_a_page_that_answers_is_live() -> None:
    assert after(seen()).state is ArticleState.LIVE
    assert after(seen(status=304, text_length=None)).state is ArticleState.LIVE


def test_one_404_removes_nothing() -> None:
    verdict = after(*missing(0))
    assert verdict.state is ArticleState.UNREACHABLE
    assert verdict.became is None
    assert "404" in verdict.reason


def test_a_page_is_removed_after_enough_checks_over_enough_time() -> None:
    verdict = after(*missing(0, 8, 16, 25))
    assert verdict.state is ArticleState.REMOVED
    assert verdict.became is ChangeKind.REMOVED
    assert verdict.missing_since == START


def test_many_checks_in_a_short_time_remove_nothing() -> None:
    verdict = after(*missing(*range(20)))
    assert verdict.state is ArticleState.UNREACHABLE
    assert "at 20 checks since" in verdict.reason
    assert verdict.reason.endswith("too short a time to count as removed.")


def test_few_checks_over_a_long_time_remove_nothing() -> None:
    verdict = after(*missing(0, 100, 200))
    assert verdict.state is ArticleState.UNREACHABLE
    assert "check 3 of the 4 that it takes" in verdict.reason


@pytest.mark.parametrize(
    "code", ["offline", "dns", "connect", "tls", "timeout", "too_large", "cut", "protocol", "unreadable"]
)
def test_failures_never_remove_a_page_however_many(code: str) -> None:
    verdict = after(*(failed(hour, code) for hour in range(0, 400, 10)))
    assert verdict.state is ArticleState.UNREACHABLE
    assert verdict.failures == 40
    assert verdict.missing_checks == 0


def test_a_failed_check_in_between_neither_counts_nor_resets() -> None:
    first, second, third, fourth = missing(0, 8, 16, 25)
    outage = [failed(1, "timeout"), failed(9, "dns"), failed(17, "cut")]
    verdict = after(first, outage[0], second, outage[1], third, outage[2])
    assert verdict.missing_checks == 3
    assert after(first, outage[0], second, outage[1], third, outage[2], fourth).state is ArticleState.REMOVED


def test_a_page_that_comes_back_starts_the_count_anew() -> None:
    verdict = after(*missing(0, 8, 16), seen(20), *missing(25))
    assert (verdict.missing_checks, verdict.state) == (1, ArticleState.UNREACHABLE)


def test_a_cut_or_empty_page_is_not_the_page_coming_back() -> None:
    assert after(*missing(0, 8), seen(9, complete=False)).missing_checks == 2
    assert after(*missing(0, 8), seen(9, text_length=0)).missing_checks == 2


def test_an_answer_of_unknown_length_alone_removes_nothing() -> None:
    unknown = [seen(hour, status=404, length_known=False) for hour in (0, 8, 16, 25)]
    assert after(*unknown).state is ArticleState.UNREACHABLE
    assert "no stated length" in after(*unknown).reason
    assert after(*unknown, *missing(26)).state is ArticleState.REMOVED


NEVER_SEEN = SourceHistory(
    state=ArticleState.PENDING,
    missing_since=None,
    missing_checks=0,
    failures=0,
    attempts=1,
    ever_captured=False,
)


def test_a_page_that_was_never_read_is_never_on_its_way_to_removed() -> None:
    verdict = after(*missing(*range(90)), history=NEVER_SEEN)
    assert verdict.state is ArticleState.UNREACHABLE
    assert verdict.reason.endswith("The article was never read.")
    assert "it takes" not in verdict.reason


def test_a_redirect_to_the_front_page_counts_as_missing() -> None:
    home = [seen(hour, redirected_to_root=True) for hour in (0, 8, 16, 25)]
    assert after(home[0]).state is ArticleState.UNREACHABLE
    assert after(*home).became is ChangeKind.REMOVED


def test_a_page_we_never_saw_cannot_be_removed() -> None:
    assert after(*missing(0, 8, 16, 25, 40), history=NEVER_SEEN).state is ArticleState.UNREACHABLE


def test_a_removed_page_that_answers_again_is_restored_once() -> None:
    assert after(*missing(0, 8, 16, 25), seen(30)).became is ChangeKind.RESTORED
    again = after(*missing(0, 8, 16, 25), seen(30), seen(31))
    assert (again.state, again.became) == (ArticleState.LIVE, None)


def test_a_removed_page_stays_removed_through_an_outage() -> None:
    verdict = after(*missing(0, 8, 16, 25), failed(30, "dns"), seen(31, status=403))
    assert (verdict.state, verdict.became) == (ArticleState.REMOVED, None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, ArticleState.PAYWALLED),
        (402, ArticleState.PAYWALLED),
        (403, ArticleState.BLOCKED),
        (451, ArticleState.BLOCKED),
        (429, ArticleState.UNREACHABLE),
        (500, ArticleState.UNREACHABLE),
        (503, ArticleState.UNREACHABLE),
        (418, ArticleState.UNREACHABLE),
    ],
)
def test_a_refusal_is_told_apart_from_removal(status: int, state: ArticleState) -> None:
    verdict = after(*(seen(hour, status=status) for hour in range(0, 200, 9)))
    assert verdict.state is state
    assert str(status) in verdict.reason


WALL, PAYWALL = seen(status=403), seen(kind=PageKind.PAYWALL)
TIMEOUT = failed(0, "timeout")


@pytest.mark.parametrize(
    ("checks", "state"),
    [
        ([WALL], ArticleState.UNREACHABLE),
        ([WALL, WALL], ArticleState.UNREACHABLE),
        ([WALL, WALL, WALL], ArticleState.BLOCKED),
        ([WALL, TIMEOUT, WALL, TIMEOUT, WALL], ArticleState.BLOCKED),
        ([TIMEOUT] * 9 + [WALL], ArticleState.UNREACHABLE),
        ([WALL, WALL, seen()] * 9 + [WALL], ArticleState.UNREACHABLE),
        ([WALL, PAYWALL] * 9, ArticleState.UNREACHABLE),
        ([WALL] * 3 + [PAYWALL] * 2, ArticleState.BLOCKED),
        ([WALL] * 3 + [PAYWALL] * 3, ArticleState.PAYWALLED),
        ([WALL] * 3 + [PAYWALL, WALL] * 9, ArticleState.BLOCKED),
        ([WALL] * 3 + [TIMEOUT] * 9, ArticleState.BLOCKED),
        ([WALL] * 3 + missing(1, 2), ArticleState.BLOCKED),
        ([WALL] * 3 + missing(0, 8, 16, 25), ArticleState.REMOVED),
        ([WALL] * 3 + [seen()], ArticleState.LIVE),
    ],
)
def test_blocked_and_paywalled_are_believed_once_three_checks_say_so(
    checks: list[Observation], state: ArticleState
) -> None:
    assert after(*checks).state is state


def test_a_page_that_was_never_read_counts_as_blocked_at_once() -> None:
    assert after(WALL, history=NEVER_SEEN).state is ArticleState.BLOCKED


def test_a_doubt_says_how_often_it_must_be_seen() -> None:
    assert "Check 2 of 3 that it takes to count as blocked." in after(WALL, WALL).reason
    assert after(WALL, WALL, WALL, TIMEOUT).reason.startswith(
        "Blocks us; at the last check: The host did not"
    )


def test_robots_txt_makes_a_page_disallowed() -> None:
    assert after(failed(0, "robots")).state is ArticleState.DISALLOWED


def test_a_page_that_kills_its_worker_is_stuck() -> None:
    killer = SourceHistory(
        state=ArticleState.LIVE, missing_since=None, missing_checks=0, failures=4, attempts=5
    )
    assert judge_source(failed(0, "timeout"), killer, POLICY).state is ArticleState.STUCK
    assert judge_source(seen(), killer, POLICY).state is ArticleState.LIVE
    assert is_stuck(5, POLICY)
    assert not is_stuck(4, POLICY)


def test_a_page_that_moved_says_so_once() -> None:
    assert after(seen(moved=True)).became is ChangeKind.MOVED
    again = after(seen(moved=True), seen(1, moved=True))
    assert (again.state, again.became) == (ArticleState.MOVED, None)


def test_a_retracted_page_stays_retracted_while_it_answers() -> None:
    retracted = SourceHistory(
        state=ArticleState.RETRACTED, missing_since=None, missing_checks=0, failures=0, attempts=1
    )
    assert after(seen(), history=retracted).state is ArticleState.RETRACTED
    for lapse in (TIMEOUT, WALL, PAYWALL, *missing(0)):
        assert after(lapse, history=retracted).state is ArticleState.RETRACTED
        assert after(lapse, seen(), history=retracted).state is ArticleState.RETRACTED
    assert after(*[WALL] * 9, seen(), history=retracted).state is ArticleState.RETRACTED
    assert after(*missing(0, 8, 16, 25), history=retracted).state is ArticleState.REMOVED


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (PageKind.BOT_WALL, ArticleState.BLOCKED, "robot"),
        (PageKind.CONSENT, ArticleState.BLOCKED, "consent"),
        (PageKind.PAYWALL, ArticleState.PAYWALLED, "subscription"),
        (PageKind.SHARED, ArticleState.UNREACHABLE, "same page as other"),
    ],
)
def test_what_stands_in_an_articles_place_is_told_apart_and_never_removes_it(
    kind: PageKind, state: ArticleState, words: str
) -> None:
    for status in (200, 403, 503):
        assert after(seen(kind=kind, status=status)).state is ArticleState.UNREACHABLE
        verdict = after(*(seen(hour, kind=kind, status=status) for hour in range(0, 400, 10)))
        assert (verdict.state, verdict.became, verdict.missing_checks) == (state, None, 0)
        assert words in verdict.reason


def test_a_page_that_says_not_found_counts_as_missing_and_needs_as_many_checks() -> None:
    soft = [seen(hour, kind=PageKind.NOT_FOUND) for hour in (0, 8, 16, 25)]
    assert after(*soft[:3]).state is ArticleState.UNREACHABLE
    verdict = after(*soft)
    assert (verdict.state, verdict.became) == (ArticleState.REMOVED, ChangeKind.REMOVED)
    assert "page not found" in verdict.reason


def test_a_redirect_to_a_section_counts_as_missing_and_says_so() -> None:
    verdict = after(*(seen(hour, kind=PageKind.SECTION) for hour in (0, 8, 16, 25)))
    assert verdict.state is ArticleState.REMOVED
    assert "section" in verdict.reason


def test_our_own_outage_leaves_everything_as_it_was() -> None:
    verdict = after(*missing(0, 8), *(failed(hour, OWN_OUTAGE) for hour in range(9, 40)))
    assert (verdict.state, verdict.missing_checks, verdict.failures) == (ArticleState.UNREACHABLE, 2, 0)
    assert after(failed(1, OWN_OUTAGE)).state is ArticleState.LIVE


def test_an_outage_is_ours_only_when_nearly_all_hosts_fail_to_connect_together() -> None:
    assert is_own_outage([(f"host{n}", "dns") for n in range(5)])
    assert is_own_outage([("a", "dns"), ("b", "connect"), ("c", "connect"), ("a", "dns")])
    assert not is_own_outage([("a", "dns")] * 20), "one host may fail by itself"
    assert not is_own_outage([("a", "dns"), ("b", "connect")]), "two hosts may, too"
    assert not is_own_outage([("a", "dns"), ("b", "dns"), ("c", "dns"), ("d", None), ("e", None)])
    assert not is_own_outage([(f"host{n}", "tls") for n in range(5)]), "a connection was made"
    assert not is_own_outage([])


def test_without_any_way_out_no_host_answers_and_none_is_known_to_be_at_fault() -> None:
    assert finds_no_way_out([("a", "offline")])
    assert finds_no_way_out([("a", "offline"), ("b", "offline"), ("a", "offline")])
    for answer in (None, "dns", "connect", "timeout"):
        assert not finds_no_way_out([("a", "offline"), ("b", answer)])
    assert not finds_no_way_out([])


def test_a_removed_page_that_answers_again_is_restored_from_whatever_stood_there() -> None:
    gone = [*missing(0, 8, 16, 25), seen(26, kind=PageKind.BOT_WALL, status=403)]
    assert after(*gone).state is ArticleState.REMOVED
    assert after(*gone, seen(27)).became is ChangeKind.RESTORED

"""What a robots.txt lets us read."""

import time
from datetime import timedelta

import pytest

from claims.pipeline.robots import LONGEST, SLOWEST, RobotsAnswer, may_read

AGENT = "ClaimLedger/0.1 (+https://claims.example/method/)"
RULES = b"""
User-agent: *
Disallow: /private/
Allow: /private/open$
Disallow: /*.pdf$

User-agent: ClaimLedger
Crawl-delay: 7
Disallow: /drafts/
"""


def allowed(path: str, body: bytes = RULES, status: int | None = 200) -> bool:
    return may_read(f"https://paper.example{path}", RobotsAnswer(status, body), agent=AGENT).allowed


def test_the_group_that_names_us_counts_and_no_other() -> None:
    assert not allowed("/drafts/budget")
    assert allowed("/private/minutes"), "the group for everybody else is not ours"


def test_the_group_for_everybody_counts_where_none_names_us() -> None:
    rules = RULES.replace(b"ClaimLedger", b"OtherBot")
    assert not allowed("/private/minutes", rules)
    assert allowed("/private/open", rules), "the longer rule wins"
    assert not allowed("/report.pdf", rules)
    assert allowed("/report.pdf.html", rules)


@pytest.mark.parametrize(
    ("status", "expected"), [(404, True), (403, True), (500, False), (503, False), (None, False)]
)
def test_no_file_allows_all_and_no_answer_allows_nothing(status: int | None, expected: bool) -> None:
    assert allowed("/drafts/budget", b"", status) is expected


def test_the_delay_that_a_host_asks_for_is_kept_within_reason() -> None:
    answer = RobotsAnswer(200, RULES)
    assert may_read("https://paper.example/a", answer, agent=AGENT).delay == timedelta(seconds=7)
    for absurd in (b"999999999", b"1e20"):
        answer = RobotsAnswer(200, RULES.replace(b"7", absurd))
        assert may_read("https://paper.example/a", answer, agent=AGENT).delay == SLOWEST


def test_a_file_that_is_none_allows_everything() -> None:
    assert allowed("/drafts/budget", b"\x00\xff<html>Not found</html>")


def test_a_byte_order_mark_hides_no_rule() -> None:
    assert not allowed("/private/minutes", b"\xef\xbb\xbfUser-agent: *\nDisallow: /private/")


@pytest.mark.parametrize(
    "named",
    ["user-agent:claimledger", "User agent ClaimLedger", "USERAGENT: claimledger # us", "User-agent: Claim*"],
)
def test_our_name_is_known_in_every_spelling(named: str) -> None:
    others = b"User-agent: OtherBot\nDisallow: /\n\n"
    assert not allowed("/drafts/budget", others + named.encode() + b"\nDisallow: /drafts/")
    assert allowed("/private/minutes", others + named.encode() + b"\nDisallow: /drafts/")


def test_rules_for_thousands_of_other_robots_are_not_kept_for_each() -> None:
    names = b"".join(b"User-agent: bot%d\n" % number for number in range(3_000))
    rules = b"".join(b"Disallow: /%d\n" % number for number in range(3_000))
    begun = time.process_time()
    assert not allowed("/7", names + b"User-agent: *\n" + rules)
    assert time.process_time() - begun < 3


def test_half_a_line_where_reading_ends_is_no_rule() -> None:
    rules = b"User-agent: *\nDisallow: /private/\n"
    last = b"Allow: /private/minutes-of-1911\n"
    padding = b"#" * (LONGEST - len(rules) - len(b"\nAllow: /private/minutes")) + b"\n"
    assert not allowed("/private/minutes", rules + padding + last)
    assert allowed("/private/minutes-of-1911", rules + last), "a whole one is"

"""Editors see what the machine is good at: its record by rule and by publisher."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.models import Candidate, User
from claims.operations.candidates import dismiss, propose, track
from claims.queries.machine import machine_record
from tests.desk.conftest import words
from tests.stories import an_article, right_now

pytestmark = pytest.mark.django_db
PAGE = "/desk/machine/"
NEWS = (
    "Budget talks\n\nThe harbour minister has resigned, a spokesman said on Sunday. The budget grew by 4 "
    "percent in May, the treasury said. Ferries to the islands stopped at noon, according to the port.\n"
)


def proposed() -> list[Candidate]:
    an_article(NEWS)
    return list(Candidate.objects.exclude(voice="headline").order_by("start"))


def test_before_the_first_answer_it_says_so(desk: Client) -> None:
    assert "No proposal has been answered yet" in words(desk.get(PAGE))


def test_taken_and_dismissed_proposals_are_counted_by_rule_and_publisher(desk: Client, edith: User) -> None:
    first, second, third = proposed()[:3]
    assert all(candidate.pattern for candidate in (first, second, third))
    track(candidate_id=first.id, by=edith, now=right_now())
    dismiss(candidate_id=second.id, reason="Old news.", by=edith, now=right_now())
    record = machine_record()
    assert (record.total.taken, record.total.dismissed, record.total.percent) == (1, 1, 50)
    assert [row.name for row in record.publishers] == ["Harbour Post"]
    by_rule = {row.name: row for row in record.rules}
    assert by_rule[first.pattern].taken == 1
    assert by_rule[second.pattern].dismissed == 1
    page = words(desk.get(PAGE))
    assert "50 % of the 2 proposals" in page
    assert first.pattern in page


def test_what_people_propose_is_no_record_of_the_machine(edith: User) -> None:
    hand = propose(text="The ferry was late.", by=edith, now=right_now())
    track(candidate_id=hand.id, by=edith, now=right_now())
    assert machine_record().total.judged == 0


def test_the_page_costs_three_reads_however_much_was_proposed(
    edith: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    for candidate in proposed():
        dismiss(candidate_id=candidate.id, reason="Old news.", by=edith, now=right_now())
    with django_assert_num_queries(3):
        machine_record()

"""Editors see what the machine is good at: its record by rule and by publisher."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.models import Candidate, User
from claims.operations.candidates import dismiss, propose, track
from claims.pipeline.attribution.attributions import CONFIDENCE as OF_RULES
from claims.pipeline.tiers.syntax import CONFIDENCE as OF_PARSER
from claims.queries.machine import FEWEST, machine_record
from claims.queries.shapes_of_speech import example_of
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
    assert "Editors took 1 of the 2 proposals they answered." in page
    assert example_of(first.pattern) in page
    assert "too few to tell" in page
    assert "%" not in page


def test_a_share_is_shown_from_ten_answers_on_and_each_row_leads_to_an_example(
    desk: Client, edith: User
) -> None:
    for number in range(FEWEST):
        told = f"Budget\n\nThe budget grew by {number + 2} percent in May, the treasury said.\n"
        article = an_article(told, url=f"https://harbour-post.example/{number}")
        found = Candidate.objects.filter(snapshot__article=article, voice="indirect", state="open").first()
        assert found is not None
        if number < 4:
            track(candidate_id=found.id, by=edith, now=right_now())
        else:
            dismiss(candidate_id=found.id, reason="Old news.", by=edith, now=right_now())
        answer = words(desk.get(PAGE))
        assert ("40%" in answer) == (number == FEWEST - 1)
    [row] = [row for row in machine_record().rules if row.judged]
    assert f"/desk/candidates/{row.example_id}/" in desk.get(PAGE).content.decode()
    assert desk.get(f"/desk/candidates/{row.example_id}/").status_code == 200


def test_every_rule_is_shown_as_a_sentence_never_by_its_own_word() -> None:
    silent = [pattern for pattern in (*OF_RULES, *OF_PARSER, "author", "headline") if not example_of(pattern)]
    assert silent == []


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

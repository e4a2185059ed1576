"""Rita opens the front page: what changed latest, what is open, what is settled."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from claims.vocabulary import ClaimStatus
from tests.readers.conftest import RESIGNED, Newsroom

pytestmark = pytest.mark.django_db


def front(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def part(page: str, heading: str) -> str:
    """The page from a heading to the end of its section."""
    return page[page.index(f"{heading}</h2>") :].partition("</section>")[0]


def another(newsroom: Newsroom, number: int) -> Claim:
    text = f"The ferry to island {number} was cancelled"
    return newsroom.tracks(text, newsroom.brings_in(f"Paper {number}", f"{text}, a clerk said."), text)


def test_an_empty_newsroom_says_so(client: Client, db: None) -> None:
    assert "No claims yet" in front(client)


def test_the_latest_verdict_leads(client: Client, newsroom: Newsroom, resignation: Claim) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    another(newsroom, 1)
    page = front(client)
    lead = page[page.index('class="lead ') :].partition("</article>")[0]
    assert RESIGNED in lead
    assert "He opened the new pier this morning." in lead
    assert "Refuted" in lead


def test_the_lead_is_told_once(client: Client, newsroom: Newsroom, resignation: Claim) -> None:
    newsroom.decides(resignation, ClaimStatus.CONFIRMED, "The ministry says so on the record.")
    assert front(client).count(f'href="{resignation.get_absolute_url()}"') == 1


def test_open_and_settled_claims_stand_apart(client: Client, newsroom: Newsroom, resignation: Claim) -> None:
    settled, lead = another(newsroom, 1), another(newsroom, 2)
    newsroom.decides(settled, ClaimStatus.REFUTED, "It sailed.")
    newsroom.decides(lead, ClaimStatus.CONFIRMED, "The line says so.")
    page = front(client)
    assert RESIGNED in part(page, "Still open")
    assert settled.text not in part(page, "Still open")
    assert settled.text in part(page, "Settled")
    assert RESIGNED not in part(page, "Settled")


def test_a_running_story_says_how_its_claims_stand(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.DISPUTED, "Two ministries contradict each other.")
    page = part(front(client), "Running stories")
    assert "Harbour affair" in page
    assert "1 disputed" in page


@pytest.mark.parametrize("claims", [1, 6])
def test_the_page_costs_the_same_however_many_claims_there_are(
    client: Client, newsroom: Newsroom, claims: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(claims):
        another(newsroom, number)
    with django_assert_max_num_queries(12):
        client.get("/")

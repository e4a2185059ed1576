"""Rita opens the front page: what is new, what is open, what is settled."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from claims.vocabulary import ClaimStatus
from tests.readers.conftest import RESIGNED, Newsroom, look_again, seen
from tests.sites import NewsSite

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


def test_a_settled_lead_is_among_the_settled_and_nowhere_else(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.CONFIRMED, "The ministry says so on the record.")
    another(newsroom, 1)
    page = front(client)
    assert RESIGNED in part(page, "Settled")
    assert RESIGNED not in part(page, "Still open")
    assert RESIGNED not in part(page, "What happened"), "the lead has told it"


def test_one_claim_makes_a_front_page(client: Client, resignation: Claim) -> None:
    page = front(client)
    assert page.count(RESIGNED) >= 1
    for heading in ("What happened", "Still open", "Settled"):
        assert f"{heading}</h2>" not in page, "an empty part is left out"


def test_the_rail_tells_one_edit_once_however_many_claims_it_touches(
    client: Client, newsroom: Newsroom, site: NewsSite
) -> None:
    """One page carries two claims and is edited; a third claim leads."""
    says = "The ferry was cancelled and the lock was shut, harbour master Olga Petrov said."
    article = seen(site.says("/ferry", "Ferry cancelled", says), "The Lantern")
    assert article.newest is not None
    for quote in ("The ferry was cancelled", "the lock was shut"):
        newsroom.tracks(quote.capitalize(), article.newest, quote)
    newsroom.decides(another(newsroom, 3), ClaimStatus.CONFIRMED, "The line says so.")
    site.says("/ferry", "Ferry cancelled", "The ferry was late and the lock was shut, Olga Petrov said.")
    look_again(article)
    rail = part(front(client), "What happened")
    assert rail.count("The Lantern edited the text without notice") == 1
    assert "and 1 more claim" in rail


def test_a_denial_is_news_and_one_more_copy_is_not(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(another(newsroom, 1), ClaimStatus.CONFIRMED, "The line says so.")
    rail = part(front(client), "What happened")
    assert "Port Radio says it is not so" in rail
    assert "First seen in The Lantern" in rail
    assert "Harbour Post" not in rail


def test_the_lead_says_what_happened_to_its_evidence(
    client: Client, newsroom: Newsroom, site: NewsSite
) -> None:
    url = site.says("/resigns", "Minister resigns", f"{RESIGNED}, his spokesman Karl Brandt said.")
    article = seen(url, "The Lantern")
    assert article.newest is not None
    claim = newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    newsroom.decides(claim, ClaimStatus.CONFIRMED, "His spokesman says so.")
    site.says("/resigns", "Minister resigns", "He stays until the budget is through, Karl Brandt said.")
    look_again(article)
    page = front(client)
    lead = page[page.index('class="lead ') :].partition("</article>")[0]
    assert "something it rests on has changed" in lead
    assert "The Lantern edited the text without notice" in lead
    assert "The verdict rests on a page of The Lantern, and that page has changed." in lead
    assert lead.index("Under review</span>") > lead.index("Latest on this claim")


def test_a_verdict_that_was_another_before_says_so_under_it(client: Client, newsroom: Newsroom) -> None:
    claim = another(newsroom, 1)
    newsroom.decides(claim, ClaimStatus.REFUTED, "The clerk took it back.")
    newsroom.decides(claim, ClaimStatus.DISPUTED, "The clerk says both.")
    page = front(client)
    lead = page[page.index('class="lead ') :].partition("</article>")[0]
    latest = lead.partition("Latest on this claim")[2]
    assert "The clerk took it back." in latest
    assert "The clerk says both." not in latest, "it stands above"


def test_what_many_repeat_on_the_word_of_one_comes_first(client: Client, newsroom: Newsroom) -> None:
    newsroom.decides(another(newsroom, 9), ClaimStatus.CONFIRMED, "The line says so.")
    repeated, alone = another(newsroom, 1), another(newsroom, 2)
    for number in range(3, 6):
        copy = newsroom.brings_in(f"Paper {number}", f"{repeated.text}, Paper 1 reported.")
        newsroom.adds_to(repeated, copy, repeated.text)
    still_open = part(front(client), "Still open")
    assert still_open.index(repeated.text) < still_open.index(alone.text)
    assert still_open.count("All go back to one report") == 1
    assert still_open.count('class="dots__copy"') == 3


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


def test_a_claim_that_we_withdrew_is_not_among_the_open_ones(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    page = newsroom.brings_in("Quay News", "The ferry was late on Friday, the harbour master said.")
    ferry = newsroom.tracks("The ferry was late on Friday", page, "The ferry was late on Friday")

    def still_open() -> str:
        return client.get("/").content.decode().partition('id="open-title"')[2].split("</section>")[0]

    assert ferry.text in still_open(), "the control"
    Claim.objects.filter(pk=ferry.pk).update(withdrawn=True)
    assert ferry.text not in still_open()


@pytest.mark.parametrize("claims", [1, 6])
def test_the_page_costs_the_same_however_many_claims_there_are(
    client: Client, newsroom: Newsroom, claims: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(claims):
        another(newsroom, number)
    with django_assert_max_num_queries(18):
        client.get("/")

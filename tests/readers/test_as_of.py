"""Rita asks what the page said at an earlier moment: what we showed then, and nothing that came later."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from claims.models import Claim, Event
from claims.vocabulary import ClaimStatus, EventKind
from tests.readers.conftest import RESIGNED, Newsroom, look_again, seen
from tests.sites import NewsSite

pytestmark = pytest.mark.django_db


def read_at(client: Client, claim: Claim, at: datetime) -> str:
    answer = client.get(claim.get_absolute_url(), {"at": at.astimezone(UTC).isoformat()})
    assert answer.status_code == 200, answer.content.decode()
    return " ".join(answer.content.decode().split())


def recorded(claim: Claim, kind: EventKind) -> datetime:
    event = Event.objects.filter(claim_id=claim.id, kind=kind).order_by("-seq").first()
    assert event is not None
    return event.recorded_at


def test_before_the_verdict_the_page_shows_none(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    decided = recorded(resignation, EventKind.REVIEW)
    before = read_at(client, resignation, decided - timedelta(microseconds=1))
    assert "As shown on" in before
    assert "new pier" not in before
    assert "status--unverified status--large" in before
    after = read_at(client, resignation, decided)
    assert "new pier" in after
    assert "status--refuted status--large" in after


def test_an_article_that_came_later_is_not_among_the_sources(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    earlier = recorded(resignation, EventKind.APPEARANCE)
    late = newsroom.brings_in("Quay News", f"{RESIGNED}, The Lantern reported.")
    newsroom.adds_to(resignation, late, RESIGNED)
    assert "Quay News" not in read_at(client, resignation, earlier)
    assert "Quay News" in read_at(client, resignation, recorded(resignation, EventKind.APPEARANCE))


def test_a_page_removed_later_stood_then(client: Client, newsroom: Newsroom, site: NewsSite) -> None:
    url = site.says("/resigns", "Minister resigns", f"{RESIGNED}, his spokesman Karl Brandt said.", RESIGNED)
    article = seen(url, "The Lantern")
    assert article.newest is not None
    claim = newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    site.answers("/resigns", status=410)
    for _ in range(4):
        look_again(article)
    assert article.is_gone
    gone = recorded(claim, EventKind.ARTICLE_CHANGE)
    assert "Removed" in read_at(client, claim, gone)
    assert "Removed" not in read_at(client, claim, gone - timedelta(microseconds=1))


def test_a_headline_changed_later_reads_as_it_did_then(
    client: Client, newsroom: Newsroom, site: NewsSite
) -> None:
    text = f"{RESIGNED}, his spokesman Karl Brandt said."
    article = seen(site.says("/resigns", "Minister resigns", text), "The Lantern")
    assert article.newest is not None
    claim = newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    site.says("/resigns", "Harbour quarrel grows", text)
    look_again(article)
    edited = recorded(claim, EventKind.ARTICLE_CHANGE)
    before = read_at(client, claim, edited - timedelta(microseconds=1))
    assert "Minister resigns" in before
    assert "Harbour quarrel grows" not in before
    assert "Harbour quarrel grows" in read_at(client, claim, edited)


def test_an_earlier_page_is_not_for_search_machines_and_has_no_claim_review(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    page = read_at(client, resignation, recorded(resignation, EventKind.REVIEW))
    assert '<meta name="robots" content="noindex">' in page
    assert "application/ld+json" not in page


def test_before_the_first_entry_there_was_no_page_and_the_answer_says_since_when(
    client: Client, resignation: Claim
) -> None:
    answer = client.get(resignation.get_absolute_url(), {"at": "2011-03-31T00:00"})
    assert answer.status_code == 404
    first = Event.objects.filter(claim_id=resignation.id, public=True).order_by("seq")[0]
    assert first.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ") in answer.content.decode()


@pytest.mark.parametrize("at", ["yesterday", "2011-13-40", "9999-12-31T23:59:59-23:59", "\x00"])
def test_a_moment_that_cannot_be_read_is_refused_with_an_example(
    client: Client, resignation: Claim, at: str
) -> None:
    answer = client.get(resignation.get_absolute_url(), {"at": at})
    assert answer.status_code == 400
    assert "2011-03-31T18:04" in answer.content.decode()

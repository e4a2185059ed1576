"""Feed readers follow claims: what they are told, and that they need not fetch what they know."""

import json

import feedparser
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from claims.vocabulary import ClaimStatus, Visibility
from tests.readers.conftest import RESIGNED, Newsroom

pytestmark = pytest.mark.django_db

REASON = "He opened the <new> pier & left."


@pytest.fixture
def refuted(newsroom: Newsroom, resignation: Claim) -> Claim:
    newsroom.decides(resignation, ClaimStatus.REFUTED, REASON)
    return resignation


def addresses(claim: Claim) -> list[str]:
    return [
        "/feeds/latest",
        f"/claims/{claim.id}/feed",
        "/topics/harbour-affair/feed",
    ]


def test_a_verdict_is_in_every_feed_of_the_claim(client: Client, refuted: Claim) -> None:
    for address in addresses(refuted):
        atom = feedparser.parse(client.get(f"{address}.atom").content)
        assert not atom.bozo
        newest = atom.entries[0]
        assert newest.title == f"Refuted: {RESIGNED}"
        assert refuted.get_absolute_url() in newest.link
        assert newest.author == "Edith Example"
        told = json.loads(client.get(f"{address}.json").content)
        assert told["version"] == "https://jsonfeed.org/version/1.1"
        assert told["items"][0]["title"] == newest.title
        assert told["items"][0]["content_text"] == REASON


def test_atom_readers_show_the_reason_as_it_was_written(client: Client, refuted: Claim) -> None:
    """Atom's summary is HTML: unescaped, a reader would swallow the word in angle brackets."""
    raw = client.get("/feeds/latest.atom").content.decode()
    assert "the &amp;lt;new&amp;gt; pier &amp;amp; left" in raw


def test_the_feed_of_a_publisher_tells_of_its_articles(client: Client, refuted: Claim) -> None:
    told = json.loads(client.get("/publishers/harbour-post/feed.json").content)
    assert [item["title"] for item in told["items"]] == [f"Appeared: {RESIGNED}"]


def test_ids_outlive_a_new_wording(client: Client, refuted: Claim) -> None:
    before = {item["id"] for item in json.loads(client.get("/feeds/latest.json").content)["items"]}
    Claim.objects.filter(pk=refuted.pk).update(text="The minister for harbours has resigned")
    after = {item["id"] for item in json.loads(client.get("/feeds/latest.json").content)["items"]}
    assert before == after


def test_what_has_not_changed_is_not_sent_again(client: Client, refuted: Claim) -> None:
    first = client.get("/feeds/latest.atom")
    again = client.get("/feeds/latest.atom", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_a_merged_claims_feed_leads_to_the_survivors(
    client: Client, newsroom: Newsroom, refuted: Claim
) -> None:
    snapshot = newsroom.brings_in("Quay News", "The minister for harbours steps down, a clerk said.")
    other = newsroom.tracks("The minister for harbours steps down", snapshot, "The minister for harbours")
    Claim.objects.filter(pk=other.pk).update(merged_into=refuted)
    answer = client.get(f"/claims/{other.id}/feed.atom")
    assert (answer.status_code, answer["Location"]) == (301, f"/claims/{refuted.id}/feed.atom")


# ---------------------------------------------------------------- ClaimReview
def test_every_settled_claim_is_reviewed_as_its_own_page_says(
    client: Client, refuted: Claim, newsroom: Newsroom
) -> None:
    ferry = newsroom.brings_in("Quay News", "The ferry has sunk off Lindal, a clerk said.")
    still_open = newsroom.tracks("The ferry has sunk", ferry, "The ferry has sunk")
    answer = client.get("/claimreview.json")
    feed = answer.json()
    assert (feed["@context"], feed["@type"]) == ("https://schema.org", "DataFeed")
    [element] = feed["dataFeedElement"]
    [review] = element["item"]
    page = client.get(refuted.get_absolute_url()).content.decode()
    on_page = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert on_page == {"@context": "https://schema.org", **review}
    assert (review["reviewBody"], review["reviewRating"]["ratingValue"]) == (REASON, 1)
    assert feed["dateModified"] == element["dateCreated"] == review["datePublished"]
    assert still_open.id not in answer.content.decode()
    assert client.get("/claimreview.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_what_is_withdrawn_internal_or_merged_is_not_reviewed(client: Client, refuted: Claim) -> None:
    for hidden in ({"withdrawn": True}, {"visibility": Visibility.INTERNAL}):
        before = {name: getattr(refuted, name) for name in hidden}
        Claim.objects.update(**hidden)
        assert client.get("/claimreview.json").json()["dataFeedElement"] == []
        Claim.objects.update(**before)
    assert len(client.get("/claimreview.json").json()["dataFeedElement"]) == 1


@pytest.mark.parametrize("number", [0, 3])
def test_all_reviews_cost_two_queries(
    client: Client, newsroom: Newsroom, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(number):
        text = f"Ferry number {n} has sunk off Lindal"
        page = newsroom.brings_in(f"Paper {n}", f"{text}, a clerk said.")
        newsroom.decides(newsroom.tracks(text, page, text), ClaimStatus.REFUTED, "It lies at the pier.")
    with django_assert_num_queries(2 if number else 1):
        assert len(client.get("/claimreview.json").json()["dataFeedElement"]) == number

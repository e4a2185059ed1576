"""Feed readers follow claims: what they are told, and that they need not fetch what they know."""

import json

import feedparser
import pytest
from django.test import Client

from claims.models import Claim
from claims.vocabulary import ClaimStatus
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

"""What lies under a claim: its timeline and the places where it was seen."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.models import Candidate, Claim, Event, User
from claims.operations.candidates import merge_candidate, propose
from claims.operations.editing import edit_claim
from claims.operations.origins import place_origin
from claims.queries.shapes import EVENT_DATA
from claims.vocabulary import ClaimStatus, EventKind
from tests.api.conftest import ids
from tests.sites import NewsSite
from tests.stories import (
    MINISTER_LANDS,
    a_claim,
    an_article,
    check,
    decided,
    right_now,
    taken_on,
    tracked,
)

RESIGNED = "The harbour minister has resigned, the prime minister's spokesman Karl Brandt said on Sunday."
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."


def seen_again(claim: Claim, by: User, count: int) -> None:
    """Let the claim be carried by ``count`` more papers."""
    for number in range(count):
        article = an_article(
            f"Copy {number}\n\n" + MINISTER_LANDS,
            url=f"https://paper-{number}.example/story",
            publisher=f"Paper {number}",
        )
        # The matcher may have linked the copy by itself; then there is nothing left to do.
        candidate = propose(
            text=f"In other words, version {number}.",
            by=by,
            now=right_now(),
            snapshot=article.newest,
            quote="The harbour was closed for the night.",
        )
        if Candidate.objects.get(pk=candidate.pk).is_open:
            merge_candidate(candidate_id=candidate.id, into=claim.id, by=by, now=right_now())


def test_the_timeline_tells_in_order_what_happened(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    decided(claim, edith, ClaimStatus.CONFIRMED, reason="The record says so.")
    events = reader.get(f"/api/v1/claims/{claim.id}/timeline/").json()["results"]
    assert [event["kind"] for event in events] == ["first_seen", "appearance", "review"]
    assert set(events[0]) >= {
        *("id", "kind", "occurred_at", "occurred_not_after", "recorded_at", "claim", "article", "actor"),
        *("text", "data"),
    }
    review = events[2]
    assert (review["claim"], review["actor"], review["version"]) == (claim.id, "Edith", 3)
    assert review["data"]["verdict"] == "confirmed"
    assert "The record says so." in review["text"]
    assert [event["recorded_at"] for event in events] == sorted(event["recorded_at"] for event in events)


@pytest.mark.parametrize("path", ["claims/{}/timeline/", "changes/"])
def test_the_data_of_an_event_are_what_the_description_names(
    reader: APIClient, edith: User, site: NewsSite, path: str
) -> None:
    article = taken_on(site.says("/resigns", "Minister steps down", RESIGNED, MORE))
    claim = decided(tracked(article, "has resigned", edith), edith, ClaimStatus.CONFIRMED)
    edit_claim(
        claim_id=claim.id, by=edith, seen_version=claim.version, now=right_now(), text="The minister went."
    )
    claim.refresh_from_db()
    place_origin(
        claim_id=claim.id,
        appearance_id=claim.appearances.earliest("id").id,
        beside=None,
        reason="It has its own man there.",
        by=edith,
        seen_version=claim.version,
        now=right_now(),
    )
    site.says("/resigns", "Minister stays", RESIGNED.replace("has resigned", "has not resigned"), MORE)
    check(article)
    decided(claim, edith, ClaimStatus.REFUTED)
    site.answers("/resigns", status=401)
    for _ in range(4):
        check(article)

    told = {row["id"]: row for row in reader.get(f"/api/v1/{path.format(claim.id)}").json()["results"]}
    kept = Event.objects.filter(claim_id=claim.id, public=True).select_related("payload")
    assert {EventKind(event.kind) for event in kept} == EVENT_DATA.keys() - {EventKind.MERGE}
    for event in kept:
        assert told[event.id]["data"].keys() == event.payload.data.keys() - {"grouping"}, event.kind
        for name in told[event.id]["data"]:
            assert told[event.id]["data"][name] == event.payload.data[name]


def test_the_timeline_ends_where_it_ended_at_that_moment(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    then = Event.objects.order_by("-seq")[0].recorded_at.isoformat()
    decided(claim, edith, ClaimStatus.CONFIRMED)
    page = reader.get(f"/api/v1/claims/{claim.id}/timeline/", {"as_of": then}).json()
    assert [event["kind"] for event in page["results"]] == ["first_seen", "appearance"]


@pytest.mark.parametrize("below", ["timeline", "appearances"])
def test_pages_go_on_where_the_last_one_ended(reader: APIClient, edith: User, below: str) -> None:
    claim = a_claim(edith)
    seen_again(claim, edith, 3)
    address = f"/api/v1/claims/{claim.id}/{below}/"
    everything = ids(reader.get(address))
    assert len(everything) >= 4
    page: dict[str, Any] = reader.get(f"{address}?page_size=2").json()
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = reader.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert seen == everything


def test_an_appearance_says_where_how_and_from_whom(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith, claimant="The spokesman")
    [row] = reader.get(f"/api/v1/claims/{claim.id}/appearances/").json()["results"]
    assert row["quote"] == "The foreign minister landed at Farnborough airport on Wednesday evening."
    assert row["suffix"].startswith(" A spokesman said")
    assert row["article"]["publisher"]["slug"] == "harbour-post"
    assert row["article"]["state"] == "live"
    assert (row["medium"], row["state"], row["claimant"]) == ("web", "present", "The spokesman")
    assert row["origin"]["root_name"]
    assert row["headline_stance"] or row["body_stance"]


@pytest.mark.parametrize("below", ["timeline", "appearances", "reviews"])
def test_a_list_costs_the_same_however_long_it_is(reader: APIClient, edith: User, below: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            assert reader.get(f"/api/v1/claims/{claim.id}/{below}/").status_code == 200
        return len([query for query in spent if "claims_" in query["sql"]])

    claim = a_claim(edith)
    decided(claim, edith, ClaimStatus.CONFIRMED)
    short = cost()
    seen_again(claim, edith, 6)
    for _ in range(3):
        decided(claim, edith, ClaimStatus.CONFIRMED)
    assert cost() == short <= 5

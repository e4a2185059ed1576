"""Programs list the tracked claims, narrowed and in pages, now or as of a moment."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.models import Claim, Event, User
from claims.vocabulary import ClaimStatus
from tests.api.conftest import ids, problem
from tests.stories import a_claim, a_topic, an_article, decided, right_now

LIST = "/api/v1/claims/"


def several(by: User, count: int) -> list[Claim]:
    article = an_article("Many things\n\n" + "\n\n".join(f"Thing number {n} happened." for n in range(count)))
    return [
        a_claim(by, article=article, text=f"Item {n} is so.", quote=f"Thing number {n} happened.")
        for n in range(count)
    ]


def test_the_claim_that_changed_last_comes_first(reader: APIClient, edith: User) -> None:
    first, second, third = several(edith, 3)
    assert ids(reader.get(LIST)) == [third.id, second.id, first.id]
    decided(first, edith, ClaimStatus.REFUTED)
    assert ids(reader.get(LIST)) == [first.id, third.id, second.id]


def test_pages_follow_one_another_forth_and_back_even_when_all_changed_at_once(
    reader: APIClient, edith: User
) -> None:
    several(edith, 7)
    Claim.objects.update(updated_at=right_now())
    everything = ids(reader.get(LIST))
    assert everything == sorted(everything)
    page = reader.get(f"{LIST}?page_size=3").json()
    assert page["previous"] is None
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = reader.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert seen == everything
    back = reader.get(page["previous"]).json()
    assert [row["id"] for row in back["results"]] == everything[3:6]
    front = reader.get(back["previous"]).json()
    assert [row["id"] for row in front["results"]] == everything[:3]
    assert front["previous"] is None


def test_a_claim_tracked_while_a_program_pages_hides_no_other(reader: APIClient, edith: User) -> None:
    first, _, _ = several(edith, 3)
    page = reader.get(f"{LIST}?page_size=2").json()
    a_claim(
        edith, article=an_article("Later\n\nA ship sank.", url="https://x.example/"), quote="A ship sank."
    )
    assert ids(reader.get(page["next"])) == [first.id]


def test_the_word_of_the_cursor_alone_serves_as_well(reader: APIClient, edith: User) -> None:
    first, *_ = several(edith, 3)
    address = reader.get(f"{LIST}?page_size=2").json()["next"]
    word = address.partition("cursor=")[2].partition("&")[0]
    assert ids(reader.get(LIST, {"page_size": 2, "cursor": word})) == [first.id]
    assert ids(reader.get(LIST, {"page_size": 2, "cursor": address})) == [first.id]


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_costs_two_queries_whatever_its_length(reader: APIClient, edith: User, count: int) -> None:
    topic = a_topic()
    for claim in several(edith, count):
        claim.topics.add(topic)
    with CaptureQueriesContext(
        connection,
    ) as spent:
        assert len(ids(reader.get(f"{LIST}?page_size=50"))) == count
    tables = [query["sql"] for query in spent if "django_cache" not in query["sql"]]
    assert len([sql for sql in tables if "claims_" in sql]) == 2


def test_filters_narrow_and_repeated_ones_widen(reader: APIClient, edith: User) -> None:
    libya = a_topic("Libya")
    a_topic("Harbours")
    lantern = an_article(
        "At sea\n\nA ship sank off Malta.", url="https://lantern.example/1", publisher="Lantern"
    )
    minister = a_claim(edith, claimant="The spokesman", topics=[libya.slug])
    ship = a_claim(edith, article=lantern, text="A ship sank.", quote="A ship sank off Malta.")
    decided(ship, edith, ClaimStatus.CONFIRMED)

    assert ids(reader.get(f"{LIST}?status=confirmed")) == [ship.id]
    assert ids(reader.get(f"{LIST}?status=unverified&status=confirmed")) == [ship.id, minister.id]
    assert ids(reader.get(f"{LIST}?topic=libya")) == [minister.id]
    assert ids(reader.get(f"{LIST}?topic={libya.id}")) == [minister.id]
    assert ids(reader.get(f"{LIST}?topic=harbours")) == []
    assert ids(reader.get(f"{LIST}?topic=harbours&topic=libya")) == [minister.id]
    assert ids(reader.get(f"{LIST}?claimant=the-spokesman")) == [minister.id]
    assert ids(reader.get(f"{LIST}?publisher=lantern")) == [ship.id]
    assert ids(reader.get(f"{LIST}?q=foreign minister")) == [minister.id]
    assert ids(reader.get(f"{LIST}?q=minister&q=ship")) == [ship.id, minister.id]
    assert ids(reader.get(f"{LIST}?id={ship.id}")) == [ship.id]
    assert ids(reader.get(f"{LIST}?under_review=true")) == []
    assert ids(reader.get(f"{LIST}?under_review=false&status=confirmed")) == [ship.id]


def test_since_is_inclusive(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    claim.refresh_from_db()
    shown = reader.get(f"{LIST}{claim.id}/").json()
    assert ids(reader.get(LIST, {"updated_since": shown["updated_at"]})) == [claim.id]
    later = claim.updated_at + timedelta(microseconds=1)
    assert ids(reader.get(LIST, {"updated_since": later.isoformat()})) == []
    assert ids(reader.get(LIST, {"first_seen_since": shown["first_seen_at"]})) == [claim.id]
    assert ids(reader.get(LIST, {"first_seen_since": "2999-01-01T00:00:00Z"})) == []


def test_a_word_that_is_no_status_is_answered_with_those_there_are(reader: APIClient) -> None:
    [error] = problem(reader.get(LIST, {"status": "foo"}), 400)["errors"]
    assert error["message"] == (
        "There is no “foo” here; there are: unverified, confirmed, refuted, disputed."
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("ordering=user__password", "ordering"),
        ("status=true", "status"),
        ("topic=no-such-topic", "topic"),
        ("publisher=nobody", "publisher"),
        ("claimant=a%20b", "claimant"),
        ("id=NOT-AN-ID", "id"),
        ("q=%00", "q"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=999999999999", "updated_since"),
        ("under_review=perhaps", "under_review"),
        ("as_of=2011-13-01T00:00Z", "as_of"),
        ("as_of=2011-01-01T00:00Z&as_of=2012-01-01T00:00Z", "as_of"),
        ("page_size=0", "page_size"),
        ("page_size=many", "page_size"),
        ("cursor=none-of-ours", "cursor"),
        ("cursor=http://[", "cursor"),
        ("cursor=http://testserver/api/v1/claims/", "cursor"),
        ("cursor=WzAsIngiLCJ5Il0", "cursor"),
        ("cursor=WzAsIjIwMjYtMDEtMDFUMDA6MDA6MDBaIiwiYVx1MDAwMCJd", "cursor"),
    ],
)
def test_what_the_list_does_not_know_is_refused_by_name(reader: APIClient, query: str, field: str) -> None:
    errors = problem(reader.get(f"{LIST}?{query}"), 400)["errors"]
    assert [error["field"].partition(".")[0] for error in errors] == [field]


def test_a_page_has_no_more_rows_than_the_largest_allowed(
    reader: APIClient, edith: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    several(edith, 3)
    monkeypatch.setattr("claims.api.queries.LARGEST_PAGE", 2)
    assert len(ids(reader.get(f"{LIST}?page_size=100000"))) == 2


def test_what_is_internal_or_merged_is_on_no_list(reader: APIClient, edith: User) -> None:
    first, second = several(edith, 2)
    a_claim(
        edith,
        article=an_article("At night\n\nThe king is ill.", url="https://x.example/1"),
        text="The king is ill.",
        quote="The king is ill.",
        internal=True,
    )
    Claim.objects.filter(pk=second.pk).update(merged_into=first)
    assert ids(reader.get(LIST)) == [first.id]


def test_as_of_a_moment_the_list_shows_what_it_showed_then(reader: APIClient, edith: User) -> None:
    libya = a_topic("Libya")
    claim = a_claim(edith, topics=[libya.slug], claimant="The spokesman")
    before = Event.objects.order_by("-seq")[0].recorded_at
    decided(claim, edith, ClaimStatus.REFUTED, reason="He never left.")
    a_claim(edith, article=an_article("Sea\n\nA ship sank.", url="https://x.example/2"), quote="A ship sank.")
    then = before.isoformat()

    [row] = reader.get(LIST, {"as_of": then}).json()["results"]
    assert (row["id"], row["status"], row["reason"]) == (claim.id, "unverified", "")
    assert row["last_checked_at"] is None
    fitting: tuple[dict[str, str], ...] = (
        {"status": "unverified"},
        {"topic": "libya"},
        {"claimant": "the-spokesman"},
        {"publisher": "harbour-post"},
        {"q": "Minister landed"},
        {"updated_since": "2020-01-01T00:00:00Z"},
        {"first_seen_since": "2020-01-01T00:00:00Z"},
        {"under_review": "false"},
        {"id": claim.id},
    )
    for query in fitting:
        assert ids(reader.get(LIST, {"as_of": then, **query})) == [claim.id], query
    missing: tuple[dict[str, str], ...] = (
        {"status": "refuted"},
        {"q": "never left"},
        {"first_seen_since": "2999-01-01T00:00:00Z"},
        {"updated_since": "2999-01-01T00:00:00Z"},
        {"under_review": "true"},
    )
    for query in missing:
        assert ids(reader.get(LIST, {"as_of": then, **query})) == [], query
    assert ids(reader.get(LIST, {"as_of": "2011-03-30T22:00:00Z"})) == []
    assert len(ids(reader.get(LIST, {"as_of": right_now().isoformat()}))) == 2


def test_pages_of_a_moment_follow_one_another(reader: APIClient, edith: User) -> None:
    several(edith, 5)
    then = right_now().isoformat()
    page = reader.get(LIST, {"as_of": then, "page_size": "2"}).json()
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = reader.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert len(seen) == len(set(seen)) == 5

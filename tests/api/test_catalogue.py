"""Topics, claimants, publishers and feeds: listed, read by id or slug, added by editors."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.models import Claim, Event, Feed, Publisher, Topic, User
from claims.operations.catalogue import add_publisher
from claims.operations.feeds import add_feed
from claims.operations.ledger import verify
from claims.vocabulary import EventKind, Visibility
from tests.api.conftest import Program, ids, problem
from tests.stories import a_claim, a_topic, right_now


def test_a_topic_is_added_listed_and_read(reader: APIClient, program_of: Program, edith: User) -> None:
    body = {"name": "Libyan defections", "summary": "Who left, and who did not."}
    answer = program_of(edith).post("/api/v1/topics/", body, format="json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["slug"], made["summary"]) == ("libyan-defections", body["summary"])
    assert made["url"].endswith("/topics/libyan-defections/")
    for word in (made["id"], made["slug"]):
        assert reader.get(f"/api/v1/topics/{word}/").json() == made
    assert reader.get(answer.headers["Location"]).json() == made
    assert ids(reader.get("/api/v1/topics/?q=defect")) == [made["id"]]
    assert ids(reader.get("/api/v1/topics/?q=harbour")) == []


def test_a_publisher_is_added_with_its_sites(reader: APIClient, program_of: Program, edith: User) -> None:
    body = {"name": "Foreign Office", "kind": "official", "sites": ["https://fo.example/news"]}
    answer = program_of(edith).post("/api/v1/publishers/", body, format="json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["kind"], made["sites"], made["owner"]) == ("official", ["fo.example/news/"], None)
    assert reader.get("/api/v1/publishers/foreign-office/").json() == made
    assert ids(reader.get("/api/v1/publishers/?kind=official&q=office")) == [made["id"]]
    clash = {"name": "Another", "sites": ["https://fo.example/news/"]}
    problem(program_of(edith).post("/api/v1/publishers/", clash, format="json"), 409)
    assert Publisher.objects.count() == 1


@pytest.mark.parametrize(
    "site",
    [
        "",
        "not a site",
        "http://[bad",
        "ftp://fo.example/",
        "javascript:alert(1)",
        "10.0.0.1",
        "fo.example/\x01",
    ],
)
def test_a_site_that_is_none_is_refused(site: str, program_of: Program, edith: User) -> None:
    body = {"name": "Foreign Office", "sites": ["fo.example", site]}
    [told] = problem(program_of(edith).post("/api/v1/publishers/", body, format="json"), 422)["errors"]
    assert told["field"] == "sites.1"
    long = {"name": "Foreign Office", "sites": [f"fo.example/{'ü' * 300}"]}
    problem(program_of(edith).post("/api/v1/publishers/", long, format="json"), 422)
    assert not Publisher.objects.exists()


def test_sites_are_kept_once_and_as_addresses_are_kept(program_of: Program, edith: User) -> None:
    body = {"name": "Zürcher", "sites": ["https://ZÜRCHER.example:443/a?b#c", "zürcher.example/a/"]}
    made = program_of(edith).post("/api/v1/publishers/", body, format="json")
    assert made.status_code == 201, made.content
    assert made.json()["sites"] == ["xn--zrcher-3ya.example/a/"]


def test_a_feed_is_taken_on_once(reader: APIClient, program_of: Program, edith: User) -> None:
    body = {"url": "https://lantern.example/feed.xml", "publisher": "The Lantern"}
    made = program_of(edith).post("/api/v1/feeds/", body, format="json")
    assert made.status_code == 201, made.content
    assert made.json()["publisher"]["name"] == "The Lantern"
    assert program_of(edith).post("/api/v1/feeds/", body, format="json").json() == made.json()
    assert reader.get(f"/api/v1/feeds/{made.json()['id']}/").json() == made.json()
    assert ids(reader.get("/api/v1/feeds/?publisher=the-lantern")) == [made.json()["id"]]
    assert Feed.objects.count() == 1
    refused = program_of(edith).post("/api/v1/feeds/", {"url": "http://10.0.0.1/"}, format="json")
    problem(refused, 422, rule="address")


def test_a_feed_is_changed_by_an_editor(
    reader: APIClient, program_of: Program, edith: User, cora: User
) -> None:
    feed = add_feed(url="https://lantern.example/feed.xml", by=None, now=right_now())
    where = f"/api/v1/feeds/{feed.id}/"
    stopped = program_of(edith).patch(where, {"followed": False, "publisher": "The Lantern"}, format="json")
    assert stopped.status_code == 200, stopped.content
    assert (stopped.json()["state"], stopped.json()["followed"]) == ("stopped", False)
    assert (stopped.json()["publisher"]["name"], stopped.json()["next_read_at"]) == ("The Lantern", None)
    moved = (
        program_of(edith)
        .patch(where, {"followed": True, "url": "https://lantern.example/rss"}, format="json")
        .json()
    )
    assert (moved["url"], moved["moved_from"]) == ("https://lantern.example/rss", feed.url)
    assert moved["next_read_at"] is not None
    assert reader.get(where).json() == moved
    problem(program_of(edith).patch(where, {"url": "http://10.0.0.1/"}, format="json"), 422, rule="address")
    problem(program_of(edith).patch(where, {"followed": "no"}, format="json"), 400)
    problem(program_of(cora).patch(where, {"followed": False}, format="json"), 403)
    problem(reader.patch(where, {"followed": False}, format="json"), 401)
    problem(program_of(edith).patch("/api/v1/feeds/zzzzzzzz/", {}, format="json"), 404)


def test_a_claimant_is_added_once(reader: APIClient, program_of: Program, edith: User, cora: User) -> None:
    made = program_of(edith).post("/api/v1/claimants/", {"name": " Moussa  Koussa "}, format="json")
    assert made.status_code == 201, made.content
    assert (made.json()["slug"], made.json()["name"]) == ("moussa-koussa", "Moussa Koussa")
    assert program_of(cora).get(made.headers["Location"]).json() == made.json()
    assert ids(program_of(cora).get("/api/v1/claimants/")) == [made.json()["id"]]
    problem(reader.get(made.headers["Location"]), 404)
    a_claim(edith, claimant="Moussa Koussa")
    assert reader.get(made.headers["Location"]).json() == made.json()
    again = program_of(edith).post("/api/v1/claimants/", {"name": "MOUSSA KOUSSA"}, format="json")
    assert again.json() == made.json()
    event = Event.objects.select_related("payload").get(kind=EventKind.CLAIMANT_ADDED)
    assert (event.public, event.payload.data) == (False, {"claimant": made.json()["id"]})
    for nobody in ("", "the same programme"):
        problem(program_of(edith).post("/api/v1/claimants/", {"name": nobody}, format="json"), 422)
    problem(program_of(cora).post("/api/v1/claimants/", {"name": "Me"}, format="json"), 403)
    assert verify().events == Event.objects.count()


def test_a_claim_that_names_somebody_adds_a_claimant(reader: APIClient, edith: User) -> None:
    a_claim(edith, claimant="The spokesman")
    [row] = reader.get("/api/v1/claimants/").json()["results"]
    assert (row["slug"], row["name"], row["anonymous"]) == ("the-spokesman", "The spokesman", False)
    assert reader.get("/api/v1/claimants/the-spokesman/").json() == row
    problem(reader.post("/api/v1/claimants/", {"name": "Me"}, format="json"), 401)


def test_nobody_reads_who_claims_what_the_desk_keeps_to_itself(
    reader: APIClient, client: Client, edith: User
) -> None:
    claim = a_claim(edith, claimant="The spokesman")
    [row] = reader.get("/api/v1/claimants/").json()["results"]
    assert client.get(urlsplit(row["url"]).path).status_code == 200
    Claim.objects.filter(pk=claim.pk).update(visibility=Visibility.INTERNAL)
    assert client.get(urlsplit(row["url"]).path).status_code == 404
    assert reader.get("/api/v1/claimants/").json()["results"] == []
    problem(reader.get("/api/v1/claimants/the-spokesman/"), 404)


@pytest.mark.parametrize(
    ("room", "body", "status"),
    [
        ("topics", {"name": " "}, 422),
        ("topics", {}, 400),
        ("topics", {"name": "x" * 201}, 400),
        ("publishers", {"name": ""}, 422),
        ("publishers", {"name": "A", "kind": "gazette"}, 400),
        ("publishers", {"name": "A", "sites": "a.example"}, 400),
        ("feeds", {}, 400),
        ("feeds", {"url": "nonsense"}, 422),
    ],
)
def test_a_bad_body_is_refused_in_words(
    program_of: Program, edith: User, room: str, body: Any, status: int
) -> None:
    assert problem(program_of(edith).post(f"/api/v1/{room}/", body, format="json"), status)["errors"]
    assert [kind.objects.count() for kind in (Topic, Publisher, Feed)] == [0, 0, 0]


@pytest.mark.parametrize("room", ["topics", "publishers", "feeds"])
def test_only_editors_add(reader: APIClient, program_of: Program, cora: User, room: str) -> None:
    body = {"url": "https://x.example/"} if room == "feeds" else {"name": "A"}
    problem(reader.post(f"/api/v1/{room}/", body, format="json"), 401)
    problem(program_of(cora).post(f"/api/v1/{room}/", body, format="json"), 403)


@pytest.mark.parametrize("room", ["topics", "claimants", "publishers", "feeds"])
def test_who_is_not_there_is_not_found(reader: APIClient, room: str) -> None:
    problem(reader.get(f"/api/v1/{room}/nosuchone/"), 404)
    problem(reader.get(f"/api/v1/{room}/?colour=red"), 400)


@pytest.mark.parametrize("count", [1, 8])
def test_lists_cost_the_same_however_long_they_are(reader: APIClient, count: int) -> None:
    for number in range(count):
        a_topic(f"Topic {number}")
        publisher = add_publisher(
            name=f"Paper {number}", by=None, now=right_now(), sites=[f"https://p{number}.example/"]
        )
        add_feed(url=f"https://p{number}.example/feed", by=None, now=right_now(), publisher=publisher.name)
    for room, price in (("topics", 1), ("publishers", 2), ("feeds", 1)):
        with CaptureQueriesContext(connection) as spent:
            assert len(ids(reader.get(f"/api/v1/{room}/"))) == count
        assert len([query for query in spent if "claims_" in query["sql"]]) == price, room

"""Programs add articles and read what became of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.models import Article, Change, Host, User
from claims.queries.shapes import moment
from claims.vocabulary import ChangeKind, Scope
from tests.api.conftest import Program, ids, problem
from tests.stories import an_article, right_now

LIST = "/api/v1/articles/"
SECOND = "Pier opens\n\nThe new pier opened on Friday, the mayor said. Two ferries called on the first day.\n"


def test_a_new_address_waits_for_its_first_check(reader: APIClient, program_of: Program, cora: User) -> None:
    body = {"url": "https://Lantern.example/story#top", "published_at": "2011-03-30T22:00Z"}
    answer = program_of(cora).post(LIST, body, format="json")
    assert answer.status_code == 202, answer.content
    made = answer.json()
    assert (made["state"], made["url"]) == ("pending", "https://lantern.example/story")
    assert made["published_at"] == "2011-03-30T22:00:00.000000Z"
    assert made["next_check_at"] is not None
    assert answer.headers["Location"].endswith(f"{LIST}{made['id']}/")
    assert reader.get(answer.headers["Location"]).json() == made


def test_a_known_address_is_answered_with_its_article(program_of: Program, cora: User) -> None:
    known = an_article(url="https://lantern.example/story")
    answer = program_of(cora).post(LIST, {"url": "https://lantern.example/story"}, format="json")
    assert (answer.status_code, answer.json()["id"]) == (200, known.id)
    assert answer.headers["Location"].endswith(f"{LIST}{known.id}/")


def test_while_its_host_wants_to_be_left_alone_the_next_check_is_when_that_ends(
    reader: APIClient, program_of: Program, cora: User
) -> None:
    waiting = an_article(url="https://lantern.example/story")
    other = an_article(SECOND, url="https://harbour.example/story")
    until = right_now() + timedelta(hours=3)
    Host.objects.update_or_create(name=waiting.host, defaults={"free_at": until})
    told = {row["id"]: row["next_check_at"] for row in reader.get(LIST).json()["results"]}
    assert told == {waiting.id: moment(until), other.id: moment(other.due_at)}
    assert reader.get(f"{LIST}{waiting.id}/").json()["next_check_at"] == moment(until)
    added = program_of(cora).post(LIST, {"url": waiting.url}, format="json").json()
    assert added["next_check_at"] == moment(until)
    # The ordinary pause between two requests.
    Host.objects.update(free_at=right_now() + timedelta(seconds=20))
    assert reader.get(f"{LIST}{waiting.id}/").json()["next_check_at"] == moment(waiting.due_at)


def test_a_file_without_an_address_is_never_checked_whatever_waits(reader: APIClient) -> None:
    article = an_article()
    Article.objects.update(due_at=None)
    Host.objects.update_or_create(name=article.host, defaults={"free_at": right_now() + timedelta(hours=3)})
    assert reader.get(f"{LIST}{article.id}/").json()["next_check_at"] is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not an address",
        "ftp://lantern.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://lantern.example:8443/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:7f00:1]/",
        "http://user:secret@lantern.example/",
        "http://lantern.example\\@127.0.0.1/",
        "http://lantern.example/\r\nX: y",
        "https://lantern.example/" + "a" * 65536,
    ],
)
def test_an_address_we_never_ask_is_refused_at_once(program_of: Program, cora: User, url: str) -> None:
    refused = problem(program_of(cora).post(LIST, {"url": url}, format="json"), 422, rule="address")
    assert [error["field"] for error in refused["errors"]] == ["url"]
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"url": 5}, 400),
        ({"url": None}, 400),
        ({"url": "https://lantern.example/", "published_at": "yesterday"}, 400),
        ({"url": "https://lantern.example/", "published_at": 1301522400}, 400),
        ({"url": "https://lantern.example/", "published_at": "2999-01-01T00:00:00Z"}, 422),
        ({"url": "https://lantern.example/", "published_at": "0001-01-01T00:00:00Z"}, 422),
        ({"url": "https://lantern.example/", "publisher": "Me"}, 400),
    ],
)
def test_a_bad_body_is_refused_by_field(program_of: Program, cora: User, body: Any, status: int) -> None:
    assert problem(program_of(cora).post(LIST, body, format="json"), status)["errors"]
    assert not Article.objects.exists()


def test_adding_takes_a_token_for_it(reader: APIClient, program_of: Program, cora: User) -> None:
    body = {"url": "https://lantern.example/"}
    problem(reader.post(LIST, body, format="json"), 401)
    problem(program_of(cora, [Scope.READ]).post(LIST, body, format="json"), 403)


def test_the_list_is_narrowed(reader: APIClient) -> None:
    one = an_article(url="https://lantern.example/1", publisher="Lantern")
    two = an_article("Sea\n\nA ship sank.", url="https://harbour.example/2", publisher="Harbour Post")
    Article.objects.filter(pk=two.pk).update(state="removed")
    assert ids(reader.get(LIST)) == [two.id, one.id]
    assert ids(reader.get(f"{LIST}?publisher=lantern")) == [one.id]
    assert ids(reader.get(f"{LIST}?state=removed")) == [two.id]
    assert ids(reader.get(f"{LIST}?state=removed&state=live")) == [two.id, one.id]
    assert ids(reader.get(LIST, {"url": "https://lantern.example/1"})) == [one.id]
    assert ids(reader.get(f"{LIST}?id={one.id}")) == [one.id]
    assert ids(reader.get(LIST, {"updated_since": (right_now() + timedelta(1)).isoformat()})) == []
    problem(reader.get(f"{LIST}?state=lost"), 400)
    problem(reader.get(f"{LIST}?publisher=nobody"), 400)


@pytest.mark.parametrize("count", [1, 8])
def test_the_list_costs_one_query(reader: APIClient, count: int) -> None:
    for number in range(count):
        an_article(url=f"https://p{number}.example/", publisher=f"Paper {number}")
    with CaptureQueriesContext(connection) as spent:
        assert len(ids(reader.get(LIST))) == count
    assert len([query for query in spent if "claims_" in query["sql"]]) == 1


def test_an_article_tells_what_it_said_and_what_changed(reader: APIClient) -> None:
    article = an_article()
    [snapshot] = reader.get(f"{LIST}{article.id}/snapshots/").json()["results"]
    assert (snapshot["id"], snapshot["number"]) == (article.newest_id, 1)
    assert "Farnborough" in snapshot["text"]
    assert len(snapshot["sha256"]) == 64
    Change.objects.create(
        article=article,
        kind=ChangeKind.REMOVED,
        before=article.newest,
        not_after=right_now(),
        summary="Gone.",
    )
    [change] = reader.get(f"{LIST}{article.id}/changes/").json()["results"]
    assert (change["kind"], change["before"], change["after"]) == ("removed", article.newest_id, None)
    assert change["notice"] is change["hedge_shift"] is None


@pytest.mark.parametrize("below", ["", "snapshots/", "changes/"])
def test_an_article_that_never_was_is_not_found(reader: APIClient, below: str) -> None:
    problem(reader.get(f"{LIST}nosuchone/{below}"), 404)


def test_a_contributor_has_it_checked_now(program_of: Program, cora: User, reader: APIClient) -> None:
    article = an_article()
    Article.objects.update(due_at=right_now() + timedelta(days=7))
    before = right_now()
    answer = program_of(cora).post(f"{LIST}{article.id}/check/")
    assert answer.status_code == 202, answer.content
    article.refresh_from_db()
    assert article.due_at is not None
    assert before <= article.due_at <= right_now()
    problem(reader.post(f"{LIST}{article.id}/check/"), 401)
    problem(program_of(cora).post(f"{LIST}nosuchone/check/"), 404)

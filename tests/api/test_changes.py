"""A program keeps a copy of everything public by following the change feed; it never misses a row."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.api.changes import waiting_room
from claims.models import Claim, Event, User
from claims.operations.ledger import writing
from claims.queries.history import Position, beginning
from claims.vocabulary import ClaimStatus, EventKind
from tests.api.conftest import problem
from tests.stories import a_claim, an_article, decided, right_now

FEED = "/api/v1/changes/"


def two_claims(by: User) -> tuple[Claim, Claim]:
    ship = an_article("Sea\n\nA ship sank.", url="https://x.example/", publisher="X")
    return a_claim(by), a_claim(by, article=ship, text="A ship sank.", quote="A ship sank.")


def test_the_feed_tells_every_public_change_in_the_order_of_record(reader: APIClient, edith: User) -> None:
    first, second = two_claims(edith)
    decided(first, edith, ClaimStatus.REFUTED)
    rows = reader.get(FEED).json()["results"]
    public = Event.objects.filter(public=True).order_by("seq")
    assert [row["id"] for row in rows] == [event.id for event in public]
    assert {row["claim"] for row in rows} == {first.id, second.id}
    last = rows[-1]
    assert (last["kind"], last["status"], last["tombstone"], last["withdrawn"]) == (
        *("review", "refuted"),
        *(False, False),
    )
    assert last["version"] == first.version
    assert set(last) >= {"cursor", "occurred_at", "recorded_at", "article", "actor", "text", "data", "into"}


def test_a_program_goes_on_from_where_it_stopped(reader: APIClient, edith: User) -> None:
    first, _ = two_claims(edith)
    page = reader.get(f"{FEED}?page_size=3").json()
    seen = page["results"]
    while page["results"]:
        page = reader.get(FEED, {"cursor": page["next"], "page_size": 3}).json()
        seen += page["results"]
    assert len(seen) == Event.objects.filter(public=True).count()
    assert page["next"], "there is a cursor to go on from even where nothing is left"
    decided(first, edith, ClaimStatus.REFUTED)
    [row] = reader.get(FEED, {"cursor": page["next"]}).json()["results"]
    assert row["kind"] == "review"
    after = reader.get(FEED, {"cursor": seen[1]["cursor"]}).json()["results"]
    assert after[0]["id"] == seen[2]["id"], "each row's own cursor goes on right after it"


def test_what_is_internal_never_appears(reader: APIClient, edith: User) -> None:
    a_claim(edith, internal=True)
    answer = reader.get(FEED).json()
    assert answer["results"] == []
    assert answer["next"]


def test_merged_and_taken_down_are_tombstones_and_withdrawn_is_not(reader: APIClient, edith: User) -> None:
    claim, other = two_claims(edith)
    with writing() as book:
        claim = book.claim(claim.id)
        claim.withdrawn = True
        claim.save()
        book.write(EventKind.WITHDRAWAL, claim=claim, text="Withdrawn.", occurred_at=right_now())
        book.write(
            EventKind.MERGE, claim=claim, text="Merged.", occurred_at=right_now(), data={"into": other.id}
        )
        book.write(EventKind.TAKEDOWN, claim=claim, text="Taken down.", occurred_at=right_now())
    rows = reader.get(FEED).json()["results"][-3:]
    assert [(row["kind"], row["tombstone"], row["into"], row["withdrawn"]) for row in rows] == [
        ("withdrawal", False, None, True),
        ("merge", True, other.id, True),
        ("takedown", True, None, True),
    ]


@pytest.mark.parametrize(
    "cursor",
    [
        "none-of-ours",
        "§",
        "MS4uMQ",
        "eA",
        "http://[",
        "http://testserver/api/v1/changes/",
        Position(10**9, "ab" * 32).cursor(right_now()),
        Position(1, "ab" * 32).cursor(right_now()),
        Position(0, "0" * 64).cursor(right_now() - timedelta(days=91)),
        "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OS5hLjE",
    ],
)
def test_a_cursor_that_is_unknown_or_too_old_is_gone(reader: APIClient, edith: User, cursor: str) -> None:
    a_claim(edith)
    told = problem(reader.get(FEED, {"cursor": cursor}), 410)
    assert "begin" in told["detail"].lower()


def test_a_cursor_lives_as_long_as_the_setting_says(reader: APIClient, edith: User, settings: Any) -> None:
    a_claim(edith)
    cursor = Position(0, "0" * 64).cursor(right_now() - timedelta(days=2))
    assert reader.get(FEED, {"cursor": cursor}).status_code == 200
    settings.CHANGES_DAYS = 1
    problem(reader.get(FEED, {"cursor": cursor}), 410)


def test_without_a_cursor_the_feed_begins_with_the_oldest_that_is_not_too_old(edith: User) -> None:
    two_claims(edith)
    events = list(Event.objects.order_by("seq"))
    for known in (events[0], events[3], events[-1]):
        # An event recorded at that very moment is young enough; those before may share its moment.
        expected = Event.objects.filter(recorded_at__lt=known.recorded_at).count()
        start = beginning(now=known.recorded_at + timedelta(days=1), longest=timedelta(days=1))
        assert start.seq == expected
    everything_too_old = beginning(now=right_now() + timedelta(days=2), longest=timedelta(days=1))
    assert everything_too_old == Position(events[-1].seq, events[-1].hash)


@pytest.mark.parametrize("query", ["wait=soon", "wait=-1", "wait=nan", "kind=review", "page_size=0"])
def test_a_bad_query_is_refused(reader: APIClient, query: str) -> None:
    problem(reader.get(f"{FEED}?{query}"), 400)


def test_the_tail_costs_the_same_however_long_the_ledger(reader: APIClient, edith: User) -> None:
    def cost() -> int:
        end = reader.get(f"{FEED}?page_size=200").json()["next"]
        with CaptureQueriesContext(connection) as spent:
            reader.get(FEED, {"cursor": end})
        return len([query for query in spent if "claims_" in query["sql"]])

    first, _ = two_claims(edith)
    short = cost()
    for verdict in (ClaimStatus.CONFIRMED, ClaimStatus.REFUTED) * 5:
        decided(first, edith, verdict)
    assert cost() == short == 2


# ---------------------------------------------------------------- waiting
def test_a_program_that_waits_is_answered_when_something_happens(
    reader: APIClient, edith: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = a_claim(edith)
    end = reader.get(FEED).json()["next"]
    monkeypatch.setattr(time, "sleep", lambda _seconds: decided(claim, edith, ClaimStatus.REFUTED))
    [row] = reader.get(FEED, {"cursor": end, "wait": 20}).json()["results"]
    assert row["kind"] == "review"


def test_a_program_that_waits_in_vain_is_answered_in_time(reader: APIClient, edith: User) -> None:
    a_claim(edith)
    end = reader.get(FEED).json()["next"]
    began = time.monotonic()
    answer = reader.get(FEED, {"cursor": end, "wait": 0.3})
    assert answer.json()["results"] == []
    assert time.monotonic() - began >= 0.3


def test_when_all_seats_are_taken_the_answer_comes_at_once(
    reader: APIClient, edith: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def must_not_wait(_seconds: float) -> None:
        raise AssertionError("it waits though no seat is free")

    a_claim(edith)
    end = reader.get(FEED).json()["next"]
    settings.STREAM_MAX = 1
    monkeypatch.setattr("claims.api.changes.time.sleep", must_not_wait)
    with waiting_room.seat() as mine:
        assert mine
        assert reader.get(FEED, {"cursor": end, "wait": 5}).json()["results"] == []
    with waiting_room.seat() as free_again:
        assert free_again


def test_seats_are_counted_across_threads(settings: Any) -> None:
    settings.STREAM_MAX = 3
    together = threading.Barrier(8)
    seated: list[bool] = []

    def sit() -> None:
        with waiting_room.seat() as mine:
            seated.append(mine)
            together.wait(timeout=30)

    threads = [threading.Thread(target=sit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seated) == [False] * 5 + [True] * 3

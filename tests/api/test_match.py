"""Programs ask which tracked claims a text repeats or contradicts."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from claims.api.bodies import LONGEST_OF_MANY, LONGEST_TEXT, MOST_TEXTS
from claims.models import Claim, Event, User
from claims.operations.candidates import propose, track
from claims.operations.ingest import add_article
from claims.queries.repeated import LONGEST_PASSAGE
from tests.api.conftest import Program, problem
from tests.stories import a_claim, an_article, right_now

MATCH = "/api/v1/match/"
LANDED = "Libya's foreign minister Moussa Koussa has arrived in Britain."
LANDS = "Libyan foreign minister Musa Kusa arrives in Britain"


@pytest.fixture
def landed(edith: User) -> Claim:
    """A claim that Edith tracks, among others."""
    for other in ("Parliament has approved the budget.", "A ferry has sunk off Zuwara."):
        tracked(other, edith)
    return tracked(LANDED, edith)


def tracked(text: str, by: User, *, internal: bool = False) -> Claim:
    candidate = propose(text=text, by=by, now=right_now())
    return track(candidate_id=candidate.id, by=by, now=right_now(), internal=internal)


def asked(program: APIClient, **body: Any) -> dict[str, Any]:
    answer = program.post(MATCH, body, format="json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_reader_finds_the_claim_that_a_headline_repeats(reader: APIClient, landed: Claim) -> None:
    found = asked(reader, text=LANDS)
    assert set(found) == {"matches"}
    [best] = found["matches"]
    assert set(best) == {"claim", "score", "zone", "relation", "reasons"}
    assert (best["claim"], best["zone"], best["relation"]) == (landed.id, "link", "same")
    assert best["score"] > 0
    assert "Both name Musa Kusa (there: Moussa Koussa)." in best["reasons"]


@pytest.mark.parametrize(
    "denial",
    [
        "Libya's foreign minister Moussa Koussa has not arrived in Britain.",
        "Hoax: Libya's foreign minister Moussa Koussa has arrived in Britain.",
    ],
)
def test_a_denial_is_told_apart_from_how_alike_it_is(reader: APIClient, landed: Claim, denial: str) -> None:
    [same] = asked(reader, text=LANDS)["matches"]
    [best] = asked(reader, text=denial)["matches"]
    assert (best["claim"], best["relation"]) == (landed.id, "contradicts")
    assert best["zone"] in ("link", "suggest")
    assert same["relation"] == "same"


def test_several_texts_are_answered_in_order(reader: APIClient, landed: Claim) -> None:
    found = asked(reader, texts=["Penguins like herring.", LANDS, "the of and"])
    assert set(found) == {"results"}
    assert [[match["claim"] for match in row["matches"]] for row in found["results"]] == [[], [landed.id], []]


def test_a_long_text_is_read_as_an_article(reader: APIClient, landed: Claim) -> None:
    text = (
        "The council of Lindal met on Tuesday to speak about the repair of the old bridge over the river, "
        "which has been closed to traffic since the flood of last winter.\n\n"
        "The mayor said that the work would begin in summer and last for about two years in all.\n\n"
        "Libya's foreign minister Moussa Koussa has arrived in Britain, the Foreign Office said.\n\n"
        "A spokesman for the port denied that a ferry has sunk off Zuwara."
    )
    assert len(text) > LONGEST_PASSAGE
    found = {match["claim"]: match for match in asked(reader, text=text)["matches"]}
    assert (found[landed.id]["zone"], found[landed.id]["relation"]) == ("link", "same")
    assert any(reason.startswith("In the text: “Libya") for reason in found[landed.id]["reasons"])
    ferry = Claim.objects.get(text="A ferry has sunk off Zuwara.")
    assert found[ferry.id]["relation"] == "contradicts"


@pytest.mark.parametrize("limit", [{"READ_SECONDS": 0.05}, {"READ_MEGABYTES": 1}], ids=["time", "memory"])
def test_a_text_that_takes_more_than_reading_may_is_refused_in_words(
    reader: APIClient, landed: Claim, settings: Settings, limit: dict[str, float]
) -> None:
    text = f"{LANDED} " * (LONGEST_TEXT // (len(LANDED) + 1))
    [best] = asked(reader, text=text)["matches"]  # the control: with the usual limits it is read
    assert best["claim"] == landed.id
    for name, value in limit.items():
        setattr(settings, name, value)
    refused = problem(reader.post(MATCH, {"text": text}, format="json"), 422)
    assert "takes more time or memory than reading one may" in refused["detail"]
    assert refused["type"].endswith("/problems/unreadable")
    assert asked(reader, text=LANDS)["matches"], "a short one is looked up as it stands"


def test_a_kept_article_is_looked_up_by_its_address(reader: APIClient, landed: Claim) -> None:
    article = an_article(f"{LANDS}\n\nThe Foreign Office said so on Wednesday. Nobody else was named.")
    events = Event.objects.count()
    found = asked(reader, url=article.url)
    assert found["matches"][0]["claim"] == landed.id
    assert found["matches"][0]["zone"] == "link"
    assert Event.objects.count() == events


def test_an_article_that_is_not_kept_or_not_read_is_refused(reader: APIClient, landed: Claim) -> None:
    unknown = problem(
        reader.post(MATCH, {"url": "https://paper.example/never"}, format="json"), 422, rule="article"
    )
    assert "POST articles/" in unknown["detail"]
    pending = add_article(url="https://paper.example/later", by=None, now=right_now()).article
    problem(reader.post(MATCH, {"url": pending.url}, format="json"), 422, rule="article")
    problem(reader.post(MATCH, {"url": "file:///etc/passwd"}, format="json"), 422)
    problem(reader.post(MATCH, {"url": "http://127.0.0.1/"}, format="json"), 422)


def test_internal_claims_are_found_by_the_desk_alone(
    reader: APIClient, program_of: Program, cora: User, edith: User
) -> None:
    hidden = tracked(LANDED, edith, internal=True)
    assert asked(reader, text=LANDS) == {"matches": []}
    assert asked(program_of(cora), text=LANDS)["matches"][0]["claim"] == hidden.id
    article = an_article(f"{LANDS}\n\nNothing else is known.")
    assert asked(reader, url=article.url) == {"matches": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": 12}, "text"),
        ({"text": None}, "text"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "text"),
        ({"text": "A", "url": "https://paper.example/"}, "url"),
        ({"texts": []}, "texts"),
        ({"texts": "A ferry has sunk."}, "texts"),
        ({"texts": ["A ferry has sunk.", 7]}, "texts.1"),
        ({"texts": ["A ferry has sunk."] * (MOST_TEXTS + 1)}, "texts"),
        ({"texts": ["x" * (LONGEST_OF_MANY + 1)]}, "texts.0"),
        ({"claim": "A ferry has sunk."}, "claim"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_by_name(
    reader: APIClient, body: dict[str, Any], field: str
) -> None:
    refused = problem(reader.post(MATCH, body, format="json"), 400)
    assert field in [error["field"] for error in refused["errors"]]


def test_other_methods_tokens_and_bodies_are_refused(reader: APIClient) -> None:
    problem(reader.get(MATCH), 405)
    problem(reader.post(MATCH, "text=A", content_type="text/plain"), 415)
    problem(reader.post(MATCH, "{", content_type="application/json"), 400)
    stranger = APIClient(HTTP_AUTHORIZATION="Token nonsense")
    problem(stranger.post(MATCH, {"text": "A ferry has sunk."}, format="json"), 401)
    far_too_long = {"text": "x" * (1024 * 1024 + 1)}
    problem(reader.post(MATCH, far_too_long, format="json"), 413)


def test_looking_up_is_throttled_like_reading(reader: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.api.throttling.AnonThrottle.rate", "2/min", raising=False)
    assert [
        reader.post(MATCH, {"text": "A"}, format="json", REMOTE_ADDR="192.0.2.77").status_code
        for _ in range(3)
    ] == [200, 200, 429]


@pytest.mark.parametrize("texts", [1, 20])
def test_each_text_costs_two_queries(reader: APIClient, landed: Claim, texts: int) -> None:
    with CaptureQueriesContext(connection) as spent:
        asked(reader, texts=[LANDS] * texts)
    assert len([query for query in spent if "claims_" in query["sql"]]) == 1 + 2 * texts, "and the aliases"


def test_what_has_no_words_finds_nothing(reader: APIClient, edith: User) -> None:
    a_claim(edith)
    for text in ("…", "的", "'; DROP TABLE claims_claim; --", "%s %(a)s", "\u202e\u0660"):
        assert asked(reader, text=text) == {"matches": []}
    hostile = problem(reader.post(MATCH, {"text": "A\x00B"}, format="json"), 400)
    assert hostile["errors"][0]["field"] == "text"

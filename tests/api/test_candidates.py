"""Candidates are proposed, tracked, merged and dismissed; readers never see them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from claims.models import Appearance, Article, Candidate, Claim, User
from claims.operations.ingest import add_article
from claims.vocabulary import Scope
from tests.api.conftest import Program, ids, problem
from tests.stories import a_claim, an_article, right_now

LIST = "/api/v1/candidates/"
QUOTE = "The harbour was closed for the night."


def proposed(program: APIClient, **body: Any) -> dict[str, Any]:
    answer = program.post(LIST, body, format="json")
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_a_contributor_proposes_a_passage_of_an_article(program_of: Program, cora: User) -> None:
    article = an_article()
    made = proposed(
        program_of(cora), text="The harbour was shut.", article=article.id, quote=QUOTE, claimant="The port"
    )
    assert (made["text"], made["quote"], made["claimant"]) == ("The harbour was shut.", QUOTE, "The port")
    assert (made["article"], made["snapshot"]) == (article.id, article.newest_id)
    assert (made["state"], made["proposed_by"]) == ("open", "Cora")
    assert made["suffix"].startswith(" Nobody at the port")


def test_a_passage_alone_is_enough_and_so_is_a_sentence(program_of: Program, cora: User) -> None:
    article = an_article()
    assert proposed(program_of(cora), article=article.id, quote=QUOTE)["text"] == QUOTE
    assert proposed(program_of(cora), text="The king is ill.")["article"] is None


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        ({}, 422, "rule"),
        ({"text": "x" * 301}, 422, "rule"),
        ({"quote": "No article given."}, 422, "rule"),
        ({"article": "ARTICLE", "quote": "This does not stand there."}, 422, "quote"),
        ({"article": "PENDING", "quote": QUOTE}, 400, ""),
        ({"article": "nosuchone", "quote": QUOTE}, 400, ""),
        ({"article": 12345678, "quote": QUOTE}, 400, ""),
        ({"text": ["The king is ill."]}, 400, ""),
    ],
)
def test_a_bad_proposal_is_refused_in_words(
    program_of: Program, cora: User, body: dict[str, Any], status: int, rule: str
) -> None:
    pending = add_article(url="https://paper.example/later", by=None, now=right_now()).article
    known = {"ARTICLE": an_article().id, "PENDING": pending.id}
    count = Candidate.objects.count()
    sent = {name: known.get(value, value) if name == "article" else value for name, value in body.items()}
    refused = problem(program_of(cora).post(LIST, sent, format="json"), status, rule=rule)
    assert refused["errors"]
    assert Candidate.objects.count() == count


def test_an_editor_tracks_a_candidate(reader: APIClient, program_of: Program, edith: User) -> None:
    article = an_article()
    made = proposed(program_of(edith), text="The harbour was shut.", article=article.id, quote=QUOTE)
    answer = program_of(edith).post(f"{LIST}{made['id']}/track/", {}, format="json")
    assert answer.status_code == 201
    claim = answer.json()
    assert claim["text"] == "The harbour was shut."
    assert claim == reader.get(f"/api/v1/claims/{claim['id']}/").json()
    told = problem(program_of(edith).post(f"{LIST}{made['id']}/track/", format="json"), 409)
    assert "tracked by Edith" in told["detail"]


def test_an_editor_tracks_a_candidate_for_the_desk_alone(
    reader: APIClient, program_of: Program, edith: User
) -> None:
    made = proposed(program_of(edith), text="The king is ill.")
    answer = program_of(edith).post(f"{LIST}{made['id']}/track/", {"internal": True}, format="json")
    assert answer.status_code == 201
    problem(reader.get(f"/api/v1/claims/{answer.json()['id']}/"), 404)


def test_an_editor_merges_a_candidate_into_a_claim(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    article = an_article(f"Copy\n\n{QUOTE}", url="https://lantern.example/", publisher="The Lantern")
    made = proposed(program_of(edith), text="Something like it.", article=article.id, quote=QUOTE)
    answer = program_of(edith).post(f"{LIST}{made['id']}/merge/", {"into": claim.id}, format="json")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["id"], answer.json()["article_count"]) == (claim.id, 2)
    assert Appearance.objects.filter(claim=claim, article=article).exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"into": "NOT AN ID"}, 400), ({"into": 5}, 400), ({"into": "nosuchclaim1"}, 404)],
)
def test_a_merge_needs_a_claim_to_merge_into(
    program_of: Program, edith: User, body: dict[str, Any], status: int
) -> None:
    made = proposed(program_of(edith), text="The king is ill.")
    problem(program_of(edith).post(f"{LIST}{made['id']}/merge/", body, format="json"), status)
    assert Candidate.objects.get(pk=made["id"]).is_open


def test_an_editor_dismisses_a_candidate_with_a_reason(program_of: Program, edith: User) -> None:
    made = proposed(program_of(edith), text="The king is ill.")
    dismiss = f"{LIST}{made['id']}/dismiss/"
    problem(program_of(edith).post(dismiss, {"reason": " "}, format="json"), 422)
    answer = program_of(edith).post(dismiss, {"reason": "Not checkable."}, format="json")
    assert (answer.json()["state"], answer.json()["dismissal"]) == ("dismissed", "Not checkable.")


def test_the_list_is_narrowed_by_article_zone_and_state(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    one, two = an_article(), an_article("Sea\n\nA ship sank.", url="https://x.example/", publisher="X")
    first = proposed(program, text="The harbour was shut.", article=one.id, quote=QUOTE)
    second = proposed(program, text="A vessel went down.", article=two.id, quote="A ship sank.")
    third = proposed(program, text="The king is ill.")
    program.post(f"{LIST}{third['id']}/dismiss/", {"reason": "Not checkable."}, format="json")

    def mine(query: str) -> list[str]:
        return [i for i in ids(program.get(f"{LIST}?{query}")) if i in made]

    made = [first["id"], second["id"], third["id"]]
    assert mine("") == [third["id"], second["id"], first["id"]]
    assert mine(f"article={one.id}") == [first["id"]]
    assert mine(f"article={one.id}&article={two.id}") == [second["id"], first["id"]]
    assert mine("state=dismissed") == [third["id"]]
    assert mine("zone=new") == made[::-1]
    assert mine("zone=link") == []
    problem(program.get(f"{LIST}?zone=none"), 400)
    problem(program.get(f"{LIST}?status=open"), 400)


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_costs_one_query(program_of: Program, edith: User, count: int) -> None:
    article = an_article("Quiet\n\nNothing.")
    for number in range(count):
        proposed(program_of(edith), text=f"Item {number}.", article=article.id, quote="Nothing.")
    program = program_of(edith)
    with CaptureQueriesContext(connection) as spent:
        program.get(LIST)
    assert len([query for query in spent if 'FROM "claims_candidate"' in query["sql"]]) == 1
    assert len([query for query in spent if "claims_" in query["sql"]]) == 3, "and the token, and whose it is"


def test_candidates_are_the_desks_alone(
    reader: APIClient, program_of: Program, edith: User, cora: User
) -> None:
    made = proposed(program_of(edith), text="The king is ill.")
    problem(reader.get(LIST), 401)
    problem(reader.post(LIST, {"text": "The king is ill."}, format="json"), 401)
    problem(program_of(cora, [Scope.READ]).post(LIST, {"text": "The king is ill."}, format="json"), 403)
    assert program_of(cora, [Scope.READ]).get(LIST).status_code == 200
    for act, body in (("track", {}), ("merge", {"into": "nosuchclaim1"}), ("dismiss", {"reason": "No."})):
        address = f"{LIST}{made['id']}/{act}/"
        problem(reader.post(address, body, format="json"), 401)
        problem(program_of(cora).post(address, body, format="json"), 403)
        problem(program_of(edith).post(f"{LIST}nosuchone/{act}/", body, format="json"), 404)
    assert not Claim.objects.exists()
    assert Article.objects.count() == 0

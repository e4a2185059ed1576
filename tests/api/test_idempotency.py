"""A request that a program sends twice under one Idempotency-Key is done once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from claims.models import Article, Candidate, IdempotentAnswer, Review, User
from claims.operations.idempotency import reserve
from tests.api.conftest import Program, problem
from tests.stories import a_claim, right_now

CANDIDATES = "/api/v1/candidates/"
BODY = {"text": "The king is ill."}


def post(program: APIClient, key: str, body: Any = None, path: str = CANDIDATES) -> Any:
    return program.post(path, BODY if body is None else body, format="json", headers={"Idempotency-Key": key})


def test_the_second_answer_is_the_first_one_again(program_of: Program, cora: User) -> None:
    program = program_of(cora)
    first, second = post(program, "one"), post(program, "one")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Candidate.objects.count() == 1


def test_the_place_of_what_was_made_is_told_again(program_of: Program, cora: User) -> None:
    program = program_of(cora)
    body = {"url": "https://lantern.example/"}
    first, second = (post(program, "one", body, "/api/v1/articles/") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202), "not 200, as for a known address"
    assert first.headers["Location"] == second.headers["Location"]
    assert Article.objects.count() == 1


def test_a_decision_sent_twice_is_made_once(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    claim.refresh_from_db()
    program = program_of(edith)
    answers = [
        program.post(
            f"/api/v1/claims/{claim.id}/reviews/",
            {"verdict": "disputed", "reason": "Both say so.", "evidence": [{"note": "Two reporters."}]},
            format="json",
            headers={"Idempotency-Key": "one", "If-Match": f'"{claim.version}"'},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201], "the second is no stale version"
    assert Review.objects.count() == 1


def test_a_key_stands_for_one_request(program_of: Program, cora: User) -> None:
    program = program_of(cora)
    post(program, "one")
    problem(post(program, "one", {"text": "The king is well."}), 422, rule="idempotency_key")
    problem(post(program, "one", {"url": "https://x.example/"}, "/api/v1/articles/"), 422)
    assert post(program, "two", {"text": "The king is well."}).status_code == 201


def test_two_programs_may_hit_on_the_same_key(program_of: Program, cora: User) -> None:
    assert post(program_of(cora), "one").json() != post(program_of(cora), "one").json()


def test_while_it_is_worked_on_the_same_request_waits(program_of: Program, cora: User) -> None:
    program = program_of(cora)
    post(program, "one")
    kept = IdempotentAnswer.objects.get()
    IdempotentAnswer.objects.update(status=None, reserved_at=right_now())
    problem(post(program, "one"), 409)
    # Two minutes on its worker must have died, and the key is free.
    IdempotentAnswer.objects.update(reserved_at=right_now() - timedelta(minutes=3))
    assert post(program, "one").status_code == 201
    kept.refresh_from_db()
    assert kept.status == 201
    assert Candidate.objects.count() == 2


def test_a_refusal_is_not_kept(program_of: Program, cora: User) -> None:
    program = program_of(cora)
    problem(post(program, "one", {"text": ""}), 422)
    problem(post(program, "one", {"text": 5}), 400)
    assert post(program, "one").status_code == 201


def test_an_error_of_ours_gives_the_key_back(
    program_of: Program, cora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of(cora)
    program.raise_request_exception = False

    def breaks(**_given: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("claims.api.candidates.propose", breaks)
        assert post(program, "one").status_code == 500
    assert post(program, "one").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "ü", "x" * 256])
def test_a_key_is_visible_ascii(program_of: Program, cora: User, key: str) -> None:
    problem(post(program_of(cora), key), 400)
    assert not Candidate.objects.exists()


def test_answers_are_kept_for_a_day(program_of: Program, cora: User) -> None:
    program = program_of(cora)
    post(program, "old")
    post(program, "young")
    row = IdempotentAnswer.objects.get(key="old")
    IdempotentAnswer.objects.filter(pk=row.pk).update(
        reserved_at=right_now() - timedelta(hours=24, seconds=1)
    )
    IdempotentAnswer.objects.filter(key="young").update(reserved_at=right_now() - timedelta(hours=23))
    reserve(token=row.token, key="other", request_sha256="0" * 64, now=right_now())
    assert set(IdempotentAnswer.objects.values_list("key", flat=True)) == {"young", "other"}
    assert post(program, "young").headers["Idempotent-Replayed"] == "true"


def test_of_two_at_the_same_moment_one_is_done(
    transactional_db: None, program_of: Program, cora: User
) -> None:
    credentials = program_of(cora).defaults["HTTP_AUTHORIZATION"]
    together = threading.Barrier(6)
    statuses: list[int] = []

    def send() -> None:
        mine = APIClient(HTTP_AUTHORIZATION=credentials)
        together.wait(timeout=30)
        statuses.append(post(mine, "one").status_code)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert Candidate.objects.count() == 1

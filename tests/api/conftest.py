"""Programs that speak to the API: one without a token, and one for each person of the newsroom."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rest_framework.test import APIClient

from claims.models import User
from claims.operations.people import highest_scopes, issue_token
from claims.vocabulary import Role, Scope
from tests.stories import right_now

Program = Callable[..., APIClient]


@pytest.fixture
def reader(db: None) -> APIClient:
    """A program without a token."""
    return APIClient()


@pytest.fixture
def program_of() -> Program:
    """A maker of programs that come in with a person's token, for all their role allows unless told."""

    def make(owner: User, scopes: Iterable[Scope] | None = None) -> APIClient:
        allowed = highest_scopes(Role(owner.role)) if scopes is None else scopes
        token = issue_token(person=owner, scopes=allowed, by=None, now=right_now())
        return APIClient(HTTP_AUTHORIZATION=f"Token {token}")

    return make


def ids(answer: Any) -> list[str]:
    """Return the ids of a list's rows, in order."""
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def problem(answer: Any, status: int, *, rule: str = "") -> dict[str, Any]:
    """Return the problem of an answer, having looked at its form."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    if rule:
        assert body["type"].endswith(f"/problems/{rule}")
    return body

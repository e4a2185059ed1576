"""Asks the fetch gate for a page of a test server, and insists on the kind of its result."""

import socket
from typing import Any

import pytest

from claims.pipeline.fetch import (
    FailureCode,
    Fetched,
    FetchFailed,
    FetchPolicy,
    FetchRefused,
    FetchRequest,
    FetchResult,
    RefusalCode,
    fetch,
)
from tests.pipeline.hostile import (
    STORY,
    Server,
    Visit,
)

CAP = 200_000  # bytes that the tests keep of a page


def opened(*servers: Server, **changes: Any) -> FetchPolicy:
    """Return a policy that opens exactly these servers."""
    settings: dict[str, Any] = {"deadline_seconds": 10, "max_bytes": CAP, "user_agent": "claim-tests/1"}
    places = tuple(server.place for server in servers)
    return FetchPolicy(allow_private=places + changes.pop("also", ()), **(settings | changes))


def get(server: Server, path: str = "/", **changes: Any) -> FetchResult:
    """Fetch one page of an opened server."""
    return fetch(FetchRequest(server.url(path)), policy=opened(server, **changes))


def fetched(result: FetchResult) -> Fetched:
    """Insist on a whole answer."""
    assert isinstance(result, Fetched), result
    return result


def failed(result: FetchResult, code: FailureCode) -> FetchFailed:
    """Insist on a failure of this kind, with a sentence for a person."""
    assert isinstance(result, FetchFailed), result
    assert result.code is code, result
    assert result.reason.endswith(".")
    return result


def refused(result: FetchResult, code: RefusalCode) -> FetchRefused:
    """Insist on a refusal of this kind."""
    assert isinstance(result, FetchRefused), result
    assert result.code is code, result
    return result


def story(visit: Visit) -> None:
    """Answer with the story, in good order."""
    visit.answer(STORY, "200 OK", 'ETag: "1"', "Content-Type: text/html")


def names(monkeypatch: pytest.MonkeyPatch, book: dict[str, list[list[str]]]) -> list[str]:
    """Answer look-ups from ``book``, one list of addresses after another; return the log of names asked."""
    asked: list[str] = []

    def look_up(
        host: str, *_args: object, **_more: object
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        answers = book[host]
        addresses = answers[min(asked.count(host), len(answers) - 1)]
        asked.append(host)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked

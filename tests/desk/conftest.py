"""People at the desk, each with a browser of their own, and a story for them to work on."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from claims.models import Article, Candidate, Claim, User
from claims.operations.candidates import propose
from tests.stories import a_claim, an_article, an_official_article, right_now

DeskOf = Callable[[User], Client]

WIRE = (
    "Minister lands in Britain\n\n"
    "The foreign minister landed at Farnborough airport on Wednesday evening, the Foreign Office said. "
    "The harbour was closed for the night.\n\n"
    "Nobody at the port would say why the gates were shut.\n"
)
LANDED = "The foreign minister landed at Farnborough airport on Wednesday evening"


@pytest.fixture
def desk_of() -> DeskOf:
    """A maker of browsers in which a person is signed in."""

    def make(someone: User) -> Client:
        client = Client()
        client.force_login(someone)
        return client

    return make


@pytest.fixture
def desk(edith: User, desk_of: DeskOf) -> Client:
    """Edith's browser."""
    return desk_of(edith)


@pytest.fixture
def article(db: None) -> Article:
    """A page of a paper that carries what may become a claim."""
    return an_article(WIRE)


@pytest.fixture
def claim(edith: User, article: Article) -> Claim:
    """A tracked claim with one appearance, of a named source."""
    return a_claim(edith, article=article, quote=LANDED, claimant="the Foreign Office")


@pytest.fixture
def on_record(edith: User) -> Claim:
    """A tracked claim that an official page carries."""
    page = an_official_article(WIRE)
    return a_claim(edith, article=page, quote=LANDED, claimant="the Foreign Office")


def a_candidate(
    by: User, text: str = "The ferry was late.", article: Article | None = None, quote: str = ""
) -> Candidate:
    """Propose a claim by hand."""
    snapshot = article.newest if article else None
    return propose(text=text, by=by, now=right_now(), snapshot=snapshot, quote=quote)


def words(answer: HttpResponse | Any) -> str:
    """Return what a person reads on the page, white space as single spaces."""
    return " ".join(unescape(strip_tags(answer.content.decode())).split())


def decision(claim: Claim, **changes: Any) -> dict[str, Any]:
    """Return what the decide form sends: refuted, with a reason, on every appearance, as of now."""
    claim.refresh_from_db()
    return {
        "version": str(claim.version),
        "verdict": "refuted",
        "reason": "He was seen elsewhere.",
        "evidence": [row.id for row in claim.appearances.all()],
        **changes,
    }

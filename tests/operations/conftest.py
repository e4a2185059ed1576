"""People, a news site that tests write, and articles taken on from it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from claims.models import Article, Candidate, Claim, User
from claims.operations.candidates import track
from claims.operations.ingest import add_article
from claims.operations.people import add_person
from claims.operations.recheck import CheckReport, check_articles
from claims.vocabulary import Role
from tests.sites import NewsSite, news_site

Check = Callable[[Article], CheckReport]


def right_now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def edith(db: None) -> User:
    return add_person(username="edith", role=Role.EDITOR, by=None, now=right_now())


@pytest.fixture
def emil(db: None) -> User:
    return add_person(username="emil", role=Role.EDITOR, by=None, now=right_now())


@pytest.fixture
def cora(db: None) -> User:
    return add_person(username="cora", role=Role.CONTRIBUTOR, by=None, now=right_now())


@pytest.fixture
def clara(db: None) -> User:
    return add_person(username="clara", role=Role.CHIEF_EDITOR, by=None, now=right_now())


@pytest.fixture
def site(settings: Settings) -> Iterator[NewsSite]:
    """A news site that the fetch gate is open to, looked at without pauses."""
    with news_site() as served:
        settings.FETCH_ALLOW_PRIVATE = [served.address.removeprefix("http://")]
        settings.FETCH_DEADLINE_SECONDS = 5.0
        settings.HOST_GAP_SECONDS = 0.0
        settings.CHECK_MIN_SECONDS = 1.0
        settings.CHECK_MAX_SECONDS = 60.0
        settings.REMOVED_AFTER_CHECKS = 3
        settings.REMOVED_AFTER_SECONDS = 0.0
        yield served


def check(article: Article) -> CheckReport:
    """Check one article now; returns the report."""
    [report] = check_articles([article.id], only_due=False)
    return report


def taken_on(url: str, publisher: str = "The Lantern") -> Article:
    """Take an address on and look at it for the first time."""
    article = add_article(url=url, by=None, now=right_now(), publisher=publisher).article
    check(article)
    article.refresh_from_db()
    return article


def tracked(article: Article, words: str, by: User) -> Claim:
    """Track the candidate of the article whose quote contains ``words``."""
    candidate = Candidate.objects.get(
        snapshot__article=article, quote__contains=words, voice__in=["direct", "indirect", "author"]
    )
    return track(candidate_id=candidate.id, by=by, now=right_now())

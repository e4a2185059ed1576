"""A site's robots.txt is heeded by the schedule; a page that a person adds is looked at once all the same."""

import gzip
from typing import Any

import pytest

from claims.models import Article, Host, User
from claims.operations.ingest import add_article
from claims.operations.recheck import check_articles
from claims.operations.sightings import Leased
from claims.vocabulary import ArticleState, CheckOutcome
from tests.sites import NewsSite
from tests.stories import check, right_now, taken_on

pytestmark = pytest.mark.django_db

SAID = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."
FORBIDDEN = b"User-agent: *\nDisallow: /closed/\n"


def forbid(site: NewsSite) -> None:
    site.answers("/robots.txt", body=FORBIDDEN, content_type="text/plain")


def test_a_disallowed_page_is_not_asked_for_and_says_why(site: NewsSite) -> None:
    forbid(site)
    article = taken_on(site.says("/closed/a", "Minister gone", SAID))
    assert article.state == ArticleState.DISALLOWED
    assert "robots.txt" in article.state_reason
    assert article.due_at is not None, "asked about again"
    assert site.statuses("/closed/a") == []


def test_with_the_rules_off_the_same_page_is_asked_for(
    site: NewsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(site)
    monkeypatch.setattr(Leased, "is_asked_for_by_hand", True)
    taken_on(site.says("/closed/a", "Minister gone", SAID))
    assert site.statuses("/closed/a") == [200]


def test_a_page_added_by_hand_is_fetched_once_and_then_left_alone(site: NewsSite, cora: User) -> None:
    forbid(site)
    url = site.says("/closed/a", "Minister gone", SAID)
    article = add_article(url=url, by=cora, now=right_now()).article
    assert check(article).outcome == CheckOutcome.CAPTURED
    assert check(article).outcome == CheckOutcome.FAILED
    assert site.statuses("/closed/a") == [200]
    assert Article.objects.get(pk=article.pk).state == ArticleState.DISALLOWED


def test_the_file_is_asked_for_once_a_day_however_many_pages(site: NewsSite) -> None:
    forbid(site)
    articles = [
        add_article(
            url=site.says(f"/{number}", "Minister gone", f"{number}. {SAID}"), by=None, now=right_now()
        ).article
        for number in range(5)
    ]
    for _ in range(2):
        list(check_articles([article.id for article in articles], only_due=False))
    assert len(site.statuses("/robots.txt")) == 1
    Host.objects.update(robots_until=right_now())
    check(articles[0])
    assert len(site.statuses("/robots.txt")) == 2


def test_a_site_whose_rules_cannot_be_had_is_left_alone_until_they_can(site: NewsSite) -> None:
    site.answers("/robots.txt", status=503, body=b"busy")
    article = taken_on(site.says("/a", "Minister gone", SAID))
    assert article.state == ArticleState.DISALLOWED
    site.answers("/robots.txt", body=FORBIDDEN, content_type="text/plain")
    Host.objects.update(robots_until=right_now())
    assert check(article).outcome == CheckOutcome.CAPTURED
    site.answers("/robots.txt", status=503, body=b"busy")
    Host.objects.update(robots_until=right_now())
    assert check(article).outcome == CheckOutcome.UNCHANGED, "what was known before stays in force"


def test_a_site_too_busy_for_its_rules_is_not_taken_to_have_none(site: NewsSite) -> None:
    site.answers("/robots.txt", status=429, body=b"busy", headers={"Retry-After": "30"})
    article = add_article(url=site.says("/a", "Minister gone", SAID), by=None, now=right_now()).article
    assert [report.outcome for report in check_articles([article.id], only_due=False)] == [CheckOutcome.BUSY]
    assert site.statuses("/a") == []
    assert Host.objects.get().free_at > right_now(), "the whole host is left alone"
    site.answers("/robots.txt", status=404)
    Host.objects.update(robots_until=None, free_at=right_now())
    assert check(article).outcome == CheckOutcome.CAPTURED


LONG = FORBIDDEN + b"# a rule of the past that nobody struck out\n" * 150_000


@pytest.mark.parametrize(
    "answer",
    [
        {"body": LONG},
        {"body": LONG, "framed": False},
        {"body": gzip.compress(LONG), "headers": {"Content-Encoding": "gzip"}},
    ],
    ids=["announced", "without a length", "packed"],
)
def test_of_endless_rules_the_beginning_is_heeded(site: NewsSite, answer: dict[str, Any]) -> None:
    site.answers("/robots.txt", content_type="text/plain", **answer)
    assert taken_on(site.says("/open/a", "Minister gone", SAID)).state == ArticleState.LIVE
    assert taken_on(site.says("/closed/a", "Minister gone", SAID)).state == ArticleState.DISALLOWED
    assert len(site.statuses("/robots.txt")) == 1, "and kept like any other"


def test_an_answer_without_end_and_without_a_rule_is_no_leave_to_read(site: NewsSite) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    site.answers("/robots.txt", content_type="text/plain", body=bomb, headers={"Content-Encoding": "gzip"})
    assert taken_on(site.says("/open/a", "Minister gone", SAID)).state == ArticleState.DISALLOWED
    site.answers("/robots.txt", content_type="text/plain", body=b"no rule\n")
    Host.objects.update(robots_until=None, free_at=right_now())
    assert check(Article.objects.get()).outcome == CheckOutcome.CAPTURED

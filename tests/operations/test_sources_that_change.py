"""What stands in a page's place is never its text; what changed reaches each claim, once."""

import threading

import pytest
from django.db import connections
from pytest_django import Settings

from claims.models import (
    Anchor,
    Article,
    Candidate,
    Change,
    Claim,
    Event,
    RawContent,
    ReReview,
    Snapshot,
    User,
)
from claims.operations.candidates import track
from claims.operations.ingest import add_article
from claims.operations.recheck import check_articles
from claims.vocabulary import (
    ArticleState,
    ChangeKind,
    CheckOutcome,
    ClaimStatus,
    EventKind,
    QuoteState,
    Voice,
)
from tests.sites import NewsSite, page
from tests.stories import check, decided, right_now, taken_on, tracked

pytestmark = pytest.mark.django_db

HEADLINE = "Harbour minister steps down"
LEAD = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."
EXTRA = "Dock workers held a rally at the eastern gate in the afternoon, and traffic was slow until evening."


@pytest.fixture
def article(site: NewsSite) -> Article:
    return taken_on(site.says("/resigns", HEADLINE, LEAD, MORE, EXTRA))


@pytest.fixture
def claim(article: Article, edith: User) -> Claim:
    return tracked(article, "harbour minister has resigned", edith)


STAND_INS = {
    "bot wall": (403, page("Just a moment...", "Verify you are human."), ArticleState.BLOCKED),
    "polite bot wall": (200, page("Just a moment...", "Verify you are human."), ArticleState.BLOCKED),
    "consent": (200, page("Before you continue", "We use cookies."), ArticleState.BLOCKED),
    "paywall": (200, page(HEADLINE, LEAD, "Subscribe to continue reading."), ArticleState.PAYWALLED),
    "soft 404": (200, page("Page not found", "Try our front page."), ArticleState.UNREACHABLE),
    "another page": (200, page("Gales ahead", *["Gales hit Valletta."] * 90), ArticleState.UNREACHABLE),
}


@pytest.mark.parametrize("name", STAND_INS)
def test_what_stands_in_its_place_is_told_apart_and_takes_no_quote_away(
    site: NewsSite, article: Article, claim: Claim, name: str
) -> None:
    status, body, state = STAND_INS[name]
    story = site.pages["/resigns"]
    site.answers("/resigns", status=status, body=body.encode())
    assert check(article).outcome == CheckOutcome.FAILED
    article.refresh_from_db()
    assert (article.state, article.snapshot_count) == (state, 1)
    assert article.state_reason
    assert not Change.objects.exists()
    assert claim.appearances.get().state == QuoteState.PRESENT
    site.pages["/resigns"] = story
    assert check(article).change is None
    article.refresh_from_db()
    assert (article.state, article.state_reason) == (ArticleState.LIVE, "")


def test_another_page_is_the_articles_new_text_once_it_stays(site: NewsSite, article: Article) -> None:
    site.says("/resigns", "Gales ahead", *["Gales hit Valletta."] * 90)
    outcomes = [check(article).outcome for _ in range(3)]
    assert outcomes == [CheckOutcome.FAILED, CheckOutcome.FAILED, CheckOutcome.CHANGED]


def test_our_own_outage_counts_for_nothing(settings: Settings, site: NewsSite) -> None:
    hosts = [f"127.0.0.{n}:9" for n in range(2, 7)]  # nobody listens there
    settings.FETCH_ALLOW_PRIVATE = [*settings.FETCH_ALLOW_PRIVATE, *hosts]
    articles = [
        add_article(url=f"http://{host}/a", by=None, now=right_now(), publisher="The Lantern").article
        for host in hosts
    ]
    reports = list(check_articles([article.id for article in articles], only_due=False))
    assert [report.outcome for report in reports] == [CheckOutcome.FAILED] * 5
    down = Article.objects.filter(host__in=hosts)
    assert set(down.values_list("state", "failures", "attempts", "last_checked_at")) == {
        (ArticleState.PENDING, 0, 0, None)
    }
    list(check_articles([articles[0].id], only_due=False))
    assert Article.objects.get(pk=articles[0].pk).failures == 1, "one host may fail by itself"


def test_a_page_that_alternates_is_told_once_and_piles_nothing_up(
    site: NewsSite, article: Article, claim: Claim, edith: User
) -> None:
    decided(claim, edith, ClaimStatus.CONFIRMED)
    other = LEAD.replace("has resigned", "has not resigned")
    for turn in range(8):
        site.says("/resigns", HEADLINE, other if turn % 2 == 0 else LEAD, MORE, EXTRA)
        check(article)
    assert Snapshot.objects.filter(article=article).count() == 3
    assert RawContent.objects.filter(snapshots__article=article).distinct().count() == 2
    told = [change for change in Change.objects.filter(article=article) if "alternates" in change.summary]
    assert len(told) == 1
    assert Event.objects.filter(claim_id=claim.id, kind=EventKind.ARTICLE_CHANGE).count() == 3
    assert ReReview.objects.get(claim=claim).changes.count() == 2


def test_a_stance_that_turns_round_is_kept_with_the_change_and_told(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    denied = "It is not true that the harbour minister has resigned, his spokesman said: false."
    site.says("/resigns", "Harbour minister has not resigned, spokesman says", denied, MORE, EXTRA)
    check(article)
    change = Change.objects.get(article=article)
    [flip] = change.stance_flips
    assert flip["claim"] == claim.id
    assert "refutes" in (flip["body"][1], flip["headline"][1])
    event = Event.objects.select_related("payload").get(claim_id=claim.id, kind=EventKind.ARTICLE_CHANGE)
    assert "now refutes the claim" in event.payload.text


def test_a_retraction_marks_the_article_until_the_notice_goes(site: NewsSite, article: Article) -> None:
    site.says("/resigns", HEADLINE, "This article has been retracted.", LEAD, MORE, EXTRA)
    assert check(article).change == ChangeKind.RETRACTION
    article.refresh_from_db()
    assert article.state == ArticleState.RETRACTED
    site.says("/resigns", HEADLINE, LEAD, MORE, EXTRA)
    check(article)
    article.refresh_from_db()
    assert article.state == ArticleState.LIVE


@pytest.mark.django_db(transaction=True)
def test_a_quote_tracked_in_the_second_its_page_changes_is_looked_for_at_once(
    site: NewsSite, article: Article, edith: User
) -> None:
    candidate = Candidate.objects.exclude(voice=Voice.HEADLINE).get(quote__contains="minister has resigned")
    site.says("/resigns", HEADLINE, LEAD.replace("has resigned", "has not resigned"), MORE, EXTRA)
    start = threading.Barrier(2)

    def check_at_once() -> None:
        start.wait()
        while check(article).outcome == CheckOutcome.BUSY:
            pass  # Edith has the page at this moment
        connections.close_all()

    checking = threading.Thread(target=check_at_once)
    checking.start()
    start.wait()
    claim = track(candidate_id=candidate.id, by=edith, now=right_now())
    checking.join()
    assert Anchor.objects.get(appearance__claim=claim).state == QuoteState.CHANGED

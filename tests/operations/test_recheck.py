"""Sources looked at again: what changed is told, what did not costs nothing, not seen is not gone."""

import pytest
from pytest_django import Settings

from claims.models import Anchor, Article, Change, Claim, Event, ReReview, Snapshot, User
from claims.operations.evidence import Cited
from claims.operations.findings import finish
from claims.operations.leases import lease_articles
from claims.operations.policies import cadence, fetch_policy
from claims.operations.review import decide
from claims.operations.sightings import Leased, Sighting, look_at, said_before
from claims.operations.upkeep import shelve_stuck
from claims.pipeline.fetch import Fetched, fetch
from claims.pipeline.read_again import read_again
from claims.pipeline.schedule import IN_FULL_EVERY
from claims.vocabulary import (
    ArticleState,
    ChangeKind,
    CheckOutcome,
    ClaimStatus,
    EventKind,
    HedgeShift,
    QuoteState,
)
from tests.sites import NewsSite
from tests.stories import check, right_now, taken_on, tracked

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


def confirmed(claim: Claim, by: User) -> Claim:
    """Confirm the claim on its one appearance, marked as a primary document."""
    claim.refresh_from_db()
    appearance = claim.appearances.get()
    decide(
        claim_id=claim.id,
        by=by,
        seen_version=claim.version,
        verdict=ClaimStatus.CONFIRMED,
        reason="The spokesman said so on the record.",
        evidence=[Cited(appearance=appearance.id, primary=True)],
        now=right_now(),
    )
    claim.refresh_from_db()
    return claim


def kinds_on_the_timeline(claim: Claim) -> list[str]:
    return list(
        Event.objects.filter(claim_id=claim.id, public=True).order_by("seq").values_list("kind", flat=True)
    )


def test_the_first_check_takes_the_page_in(site: NewsSite, article: Article) -> None:
    assert article.state == ArticleState.LIVE
    assert article.headline == HEADLINE
    assert article.publisher is not None
    snapshot = Snapshot.objects.get(article=article)
    assert LEAD in snapshot.text
    assert snapshot.content.size == len(site.pages["/resigns"].body)
    assert article.due_at is not None
    assert article.due_at > right_now()


def test_an_unchanged_page_is_asked_for_by_its_validators_and_leaves_the_claim_alone(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    claim.refresh_from_db()
    before = (claim.version, claim.updated_at, Event.objects.count())
    assert check(article).outcome == CheckOutcome.UNCHANGED
    assert site.statuses("/resigns") == [200, 304]
    claim.refresh_from_db()
    assert (claim.version, claim.updated_at, Event.objects.count()) == before
    checked = Article.objects.get(pk=article.pk)
    assert checked.last_checked_at is not None
    assert article.last_checked_at is not None
    assert checked.last_checked_at > article.last_checked_at


def test_an_edit_that_a_server_never_tells_of_is_seen_by_the_check_that_asks_for_the_whole_page(
    site: NewsSite, article: Article
) -> None:
    site.pages["/resigns"].etag = '"1"'
    assert check(article).outcome == CheckOutcome.UNCHANGED
    site.says("/resigns", HEADLINE, LEAD.replace("has resigned", "stays"), MORE, EXTRA)
    site.pages["/resigns"].etag = '"1"'
    outcomes = [check(article).outcome for _ in range(IN_FULL_EVERY - 2)]
    assert outcomes == [CheckOutcome.UNCHANGED] * (IN_FULL_EVERY - 3) + [CheckOutcome.CHANGED]
    assert site.statuses("/resigns")[2:] == [304] * (IN_FULL_EVERY - 3) + [200]


def test_furniture_around_the_article_is_no_change(site: NewsSite, article: Article) -> None:
    site.says(
        "/resigns",
        HEADLINE,
        LEAD,
        MORE,
        EXTRA,
        aside="<a href='/x'>Read next: a storm nears</a> 4,511 readers",
    )
    assert check(article).outcome == CheckOutcome.UNCHANGED
    assert site.statuses("/resigns") == [200, 200]
    assert Snapshot.objects.filter(article=article).count() == 1


def test_a_silent_edit_is_told_with_its_window_and_the_quote_as_it_reads_now(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    seen_before = Article.objects.get(pk=article.pk).last_checked_at
    site.says("/resigns", HEADLINE, LEAD.replace("has resigned", "has not resigned"), MORE, EXTRA)
    report = check(article)
    assert (report.outcome, report.change) == (CheckOutcome.CHANGED, ChangeKind.SILENT_EDIT)
    change = Change.objects.get(article=article)
    assert change.not_before == seen_before
    assert change.before is not None
    assert change.after is not None
    assert {"op": "insert", "text": "not"} in [
        {**piece, "text": piece["text"].strip()} for piece in change.diff["body"]
    ]
    anchor = Anchor.objects.get(appearance__claim=claim)
    assert anchor.state == QuoteState.CHANGED
    assert "has not resigned" in anchor.found
    event = Event.objects.get(claim_id=claim.id, kind=EventKind.ARTICLE_CHANGE)
    assert event.occurred_at == change.not_before
    assert event.occurred_not_after == change.not_after


def test_a_correction_is_told_with_the_publishers_own_notice(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    notice = "Correction: An earlier version of this article said that the minister had resigned. He has not."
    site.says(
        "/resigns", "Harbour minister stays", "The harbour minister stays in office.", MORE, EXTRA, notice
    )
    assert check(article).change == ChangeKind.CORRECTION
    assert Change.objects.get(article=article).notice.startswith("Correction:")
    assert Anchor.objects.get(appearance__claim=claim).state in (QuoteState.GONE, QuoteState.CHANGED)


def test_a_hedge_that_disappears_is_flagged(site: NewsSite, edith: User) -> None:
    hedged = "The harbour minister has reportedly resigned, two people in his office said."
    article = taken_on(site.says("/hedged", HEADLINE, hedged, MORE, EXTRA))
    site.says("/hedged", HEADLINE, hedged.replace("reportedly ", ""), MORE, EXTRA)
    check(article)
    assert Change.objects.get(article=article).hedge_shift == HedgeShift.DROPPED


def test_removed_takes_several_missing_checks_and_a_failed_one_does_not_count(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    page = site.pages["/resigns"]
    site.answers("/resigns", status=410, body=b"gone")
    outcomes = [check(article).outcome]
    site.answers("/resigns", status=503, body=b"busy")
    outcomes.append(check(article).outcome)
    site.answers("/resigns", status=200, body=page.body[:200], cut=400)
    outcomes.append(check(article).outcome)
    assert Article.objects.get(pk=article.pk).state != ArticleState.REMOVED
    site.answers("/resigns", status=410, body=b"gone")
    outcomes += [check(article).outcome, check(article).outcome]
    assert outcomes == [CheckOutcome.FAILED] * 4 + [CheckOutcome.REMOVED]
    assert Article.objects.get(pk=article.pk).state == ArticleState.REMOVED
    change = Change.objects.get(article=article, kind=ChangeKind.REMOVED)
    assert change.after is None
    assert kinds_on_the_timeline(claim)[-1] == EventKind.ARTICLE_CHANGE

    site.pages["/resigns"] = page
    assert check(article).change == ChangeKind.RESTORED
    assert Article.objects.get(pk=article.pk).state == ArticleState.LIVE
    assert Change.objects.get(kind=ChangeKind.RESTORED).summary == "The page is back at its address."
    assert Snapshot.objects.filter(article=article).count() == 1


def test_changed_evidence_opens_one_re_review_and_the_next_decision_closes_it(
    site: NewsSite, article: Article, claim: Claim, edith: User
) -> None:
    confirmed(claim, edith)
    site.says("/resigns", HEADLINE, LEAD.replace("has resigned", "has not resigned"), MORE, EXTRA)
    check(article)
    site.says("/resigns", "Minister stays", "The harbour minister stays, his office said.", MORE, EXTRA)
    check(article)
    task = ReReview.objects.get(claim=claim)
    assert task.changes.count() == 2
    claim.refresh_from_db()
    assert claim.under_review
    assert claim.status == ClaimStatus.CONFIRMED, "a machine never decides"
    decide(
        claim_id=claim.id,
        by=edith,
        seen_version=claim.version,
        verdict=ClaimStatus.REFUTED,
        reason="The paper took it back.",
        evidence=[Cited(appearance=claim.appearances.earliest("captured_at").id)],
        now=right_now(),
    )
    assert not Claim.objects.get(pk=claim.pk).under_review
    assert ReReview.objects.get(claim=claim).closed_by == edith


def test_a_change_elsewhere_opens_no_re_review_of_an_unverified_claim(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    site.says("/resigns", HEADLINE, LEAD.replace("has resigned", "has not resigned"), MORE, EXTRA)
    check(article)
    assert not ReReview.objects.exists()


def test_a_worker_that_lost_its_lease_writes_nothing(site: NewsSite, article: Article) -> None:
    slow, other = _leased(article), _leased_after_the_first_ran_out(article)
    site.says("/resigns", HEADLINE, LEAD.replace("has resigned", "was dismissed"), MORE, EXTRA)
    reports = [finish(held, _seen(held)) for held in (other, slow)]
    assert [report.outcome for report in reports] == [CheckOutcome.CHANGED, CheckOutcome.LATE]
    assert Snapshot.objects.filter(article=article).count() == 2


def test_without_the_fence_the_late_worker_would_write_a_second_time(
    site: NewsSite, article: Article
) -> None:
    slow, other = _leased(article), _leased_after_the_first_ran_out(article)
    site.says("/resigns", HEADLINE, LEAD.replace("has resigned", "was dismissed"), MORE, EXTRA)
    late = _seen(slow)
    finish(other, _seen(other))
    current = Article.objects.get(pk=article.pk).fence
    finish(slow._replace(fence=current), late)
    assert Snapshot.objects.filter(article=article).count() == 3


def _leased(article: Article) -> Leased:
    [held] = lease_articles([article.id], only_due=False)
    return held


def _leased_after_the_first_ran_out(article: Article) -> Leased:
    assert not lease_articles([article.id], only_due=False)
    Article.objects.filter(pk=article.pk).update(lease_until=right_now())
    return _leased(article)


def _seen(held: Leased) -> Sighting:
    result = fetch(held.request, policy=fetch_policy())
    assert isinstance(result, Fetched)
    read = read_again(held.page_to_read(result, before=said_before([held])[held.id]))
    return look_at(result, now=right_now(), read=read)


def test_a_page_that_keeps_killing_its_worker_is_shelved_visibly_and_not_for_ever(article: Article) -> None:
    for _ in range(5):
        _leased(article)
        Article.objects.filter(pk=article.pk).update(lease_until=right_now())
    assert shelve_stuck() == 1
    stuck = Article.objects.get(pk=article.pk)
    assert stuck.state == ArticleState.STUCK
    assert stuck.state_reason
    assert stuck.due_at is not None
    assert shelve_stuck() == 0
    assert check(article).outcome == CheckOutcome.UNCHANGED
    assert Article.objects.get(pk=article.pk).state == ArticleState.LIVE


def test_only_the_demos_own_site_is_looked_at_in_a_hurry(settings: Settings) -> None:
    settings.DEMO_HOST = "127.0.0.1:8001"
    usual, hurried = cadence("https://paper.example/a"), cadence("http://127.0.0.1:8001/harbour-post/a")
    assert (usual.shortest.total_seconds(), usual.host_gap.total_seconds()) == (300, 2)
    assert hurried.longest.total_seconds() <= 15
    settings.CHECK_MIN_SECONDS = 1.0
    assert cadence("http://127.0.0.1:8001/harbour-post/a").shortest.total_seconds() == 1

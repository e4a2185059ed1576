"""What stands in a page's place is never its text; what changed reaches each claim, once."""

import threading
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from django.db.models import F
from pytest_django import Settings

from claims.models import (
    Anchor,
    Appearance,
    Article,
    Candidate,
    Change,
    Claim,
    Event,
    Evidence,
    RawContent,
    ReReview,
    Snapshot,
    User,
)
from claims.operations import flapping, stand_ins
from claims.operations.candidates import track
from claims.operations.evidence import supporting_origins
from claims.operations.ingest import add_article
from claims.operations.recheck import check_articles
from claims.pipeline.stance import judge_stance
from claims.queries.desk_workbench import workbench
from claims.vocabulary import (
    ArticleState,
    ChangeKind,
    CheckOutcome,
    ClaimStatus,
    EventKind,
    QuoteState,
    Stance,
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
    doubts = 0 if state == ArticleState.UNREACHABLE else 2
    for believed in [ArticleState.UNREACHABLE] * doubts + [state]:
        assert check(article).outcome == CheckOutcome.FAILED
        article.refresh_from_db()
        assert (article.state, article.snapshot_count) == (believed, 1)
    assert article.state_reason
    assert article.failing_since is not None
    assert not Change.objects.exists()
    assert claim.appearances.get().state == QuoteState.PRESENT
    site.pages["/resigns"] = story
    assert check(article).change is None
    article.refresh_from_db()
    assert (article.state, article.state_reason) == (ArticleState.LIVE, "")
    assert Article.objects.get(pk=article.pk).failing_since is None
    told = Event.objects.filter(claim_id=claim.id, kind=EventKind.SOURCE_STATE).order_by("seq")
    states = [event.payload.data["after"] for event in told.select_related("payload")]
    assert states == ([] if state == ArticleState.UNREACHABLE else [state, ArticleState.LIVE])


def test_failing_since_is_the_first_of_the_checks_that_failed_in_a_row(
    site: NewsSite, article: Article
) -> None:
    site.answers("/resigns", status=500)
    check(article)
    article.refresh_from_db()
    first = article.failing_since
    assert first == article.last_checked_at
    site.answers("/resigns", status=404)
    check(article)
    article.refresh_from_db()
    assert article.failing_since == first
    assert article.last_checked_at != first


def four_with_one_page_in_their_place(site: NewsSite, article: Article, checks: int) -> list[Article]:
    """Four articles of a host which all come to show one and the same page."""
    towns = ("Alton", "Bexley", "Corby")
    others = [
        taken_on(site.says(f"/{town}", f"{town} votes", f"The council of {town} chose its mayor.", MORE))
        for town in towns
    ]
    for path in ("/resigns", *(f"/{town}" for town in towns)):
        site.says(path, "Gales ahead", *["Gales hit Valletta."] * 90)
    four = [*others, article]
    for _ in range(checks):
        for each in four:
            check(each)
    for each in four:
        each.refresh_from_db()
    return four


def test_a_page_that_a_host_shows_in_place_of_four_articles_is_the_new_text_of_none(
    site: NewsSite, article: Article
) -> None:
    four = four_with_one_page_in_their_place(site, article, checks=5)
    assert {(each.state, each.snapshot_count) for each in four} == {(ArticleState.UNREACHABLE, 1)}
    assert all("same page as other addresses" in each.state_reason for each in four)
    assert not Change.objects.exists()
    site.says("/resigns", HEADLINE, LEAD, MORE, EXTRA)
    check(article)
    article.refresh_from_db()
    assert (article.state, article.stand_in_fingerprint) == (ArticleState.LIVE, "")


def test_of_pages_whose_news_is_written_together_the_fourth_is_told_of_the_three_before_it(
    site: NewsSite, article: Article
) -> None:
    four = four_with_one_page_in_their_place(site, article, checks=0)
    list(check_articles([each.id for each in four], only_due=False))
    reasons = list(Article.objects.values_list("state_reason", flat=True))
    assert sum("same page as other addresses" in reason for reason in reasons) == 1


def test_without_a_look_at_the_others_each_would_count_as_rewritten(
    site: NewsSite, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand_ins, "SHARED_BY", 1_000)
    four_with_one_page_in_their_place(site, article, checks=5)
    assert Change.objects.count() == 4


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


NOWHERE = "224.0.0.1:80"  # a group of hosts: the system has no route for a connection to it


def test_a_network_without_a_way_out_is_our_own_outage_for_a_single_source_too(
    settings: Settings, site: NewsSite, article: Article
) -> None:
    settings.FETCH_ALLOW_PRIVATE, settings.CHECK_MIN_SECONDS = [NOWHERE], 600
    Article.objects.update(url=f"http://{NOWHERE}/resigns", host=NOWHERE)
    before = Article.objects.get(pk=article.pk)
    for _ in range(3):
        assert check(article).outcome == CheckOutcome.FAILED
    after = Article.objects.get(pk=article.pk)
    assert (after.state, after.failures, after.attempts) == (ArticleState.LIVE, 0, 0)
    assert after.last_checked_at == before.last_checked_at, "nobody looked"
    assert after.due_at is not None
    assert timedelta(minutes=5) < after.due_at - right_now() <= timedelta(minutes=10)


def test_a_host_that_alone_cannot_be_reached_is_at_fault_itself(
    settings: Settings, site: NewsSite, article: Article
) -> None:
    settings.FETCH_ALLOW_PRIVATE, settings.CHECK_MIN_SECONDS = [*settings.FETCH_ALLOW_PRIVATE, NOWHERE], 600
    lost = add_article(url=f"http://{NOWHERE}/a", by=None, now=right_now(), publisher="The Lantern").article
    assert check(lost).outcome == CheckOutcome.FAILED
    lost.refresh_from_db()
    assert (lost.failures, lost.last_checked_at is None) == (1, False)


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


def versions_of(lead: str) -> list[str]:
    """Three versions of a sentence, as a site that tries its headlines out shows them in turn."""
    return [lead, lead.replace("has resigned", "resigned"), lead.replace("has resigned", "has stepped down")]


def test_a_page_that_shows_three_versions_in_turn_is_told_once(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    for turn in range(1, 12):
        site.says("/resigns", HEADLINE, versions_of(LEAD)[turn % 3], MORE, EXTRA)
        check(article)
    told = ["alternates" in change.summary for change in Change.objects.filter(article=article)]
    assert told == [False, False, False, True], "B, C, back to A, and then that it goes round"
    assert Snapshot.objects.filter(article=article).count() == 4
    assert Event.objects.filter(claim_id=claim.id, kind=EventKind.ARTICLE_CHANGE).count() == 4


def test_an_editors_return_to_what_stood_for_days_is_told_each_time(site: NewsSite, article: Article) -> None:
    for version in (1, 0, 1, 0):
        site.says("/resigns", HEADLINE, versions_of(LEAD)[version], MORE, EXTRA)
        assert check(article).change == ChangeKind.SILENT_EDIT
        Snapshot.objects.update(captured_at=F("captured_at") - timedelta(days=3))


def test_a_page_that_settles_on_a_version_after_its_turns_says_that_from_then_on(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    other = LEAD.replace("has resigned", "has not resigned")
    for turn in range(1, 6):
        site.says("/resigns", HEADLINE, other if turn % 2 else LEAD, MORE, EXTRA)
        check(article)
    assert [check(article).change for _ in range(3)] == [None] * 3, "one of its turns, as far as anyone knows"
    turned = Article.objects.get(pk=article.pk).turned_at
    assert turned is not None
    Article.objects.update(turned_at=turned - flapping.SETTLES_AFTER)
    Snapshot.objects.update(captured_at=F("captured_at") - 2 * flapping.SETTLES_AFTER)
    assert check(article).change == ChangeKind.SILENT_EDIT
    article.refresh_from_db()
    assert article.newest is not None
    assert other in article.newest.text
    assert article.turned_at is None
    change = Change.objects.get(after=article.newest)
    assert change.not_before is not None
    assert change.not_before < change.not_after == turned - flapping.SETTLES_AFTER
    assert claim.appearances.get().state == QuoteState.CHANGED
    assert check(article).outcome == CheckOutcome.UNCHANGED
    assert site.statuses("/resigns")[-1] == 304, "and costs no more than any other page"


def test_a_turn_back_to_its_newest_version_starts_the_time_anew(site: NewsSite, article: Article) -> None:
    other = LEAD.replace("has resigned", "has not resigned")
    for turn in range(1, 6):
        site.says("/resigns", HEADLINE, other if turn % 2 else LEAD, MORE, EXTRA)
        check(article)
    Article.objects.update(turned_at=right_now() - 2 * flapping.SETTLES_AFTER)
    for words in (LEAD, other):
        site.says("/resigns", HEADLINE, words, MORE, EXTRA)
        assert check(article).outcome == CheckOutcome.UNCHANGED
    assert Snapshot.objects.filter(article=article).count() == 3


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


WEIGHED = (
    "The harbour minister has resigned.",
    "The harbour minister may take another post, it is claimed.",
    "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January.",
    "The harbour minister denied any wrongdoing on Friday.",
    "The reports could not be independently verified.",
    "The minister, who ran the harbours for six years, is said to be abroad.",
    "It was unclear whether the deputy would follow.",
    "Opposition leaders alleged that the minister had misled parliament.",
    "The ministry did not answer questions.",
)


def test_paragraphs_that_move_or_go_turn_no_stance_while_the_claims_sentence_stands(
    site: NewsSite, edith: User
) -> None:
    article = taken_on(site.says("/weighed", HEADLINE, *WEIGHED))
    appearance = tracked(article, "harbour minister has resigned", edith).appearances.get()
    assert appearance.body_stance == Stance.REPORTS
    moved = [WEIGHED[n] for n in (0, 3, 5, 2, 4, 8, 6, 7, 1)]
    fewer = [line for line in WEIGHED if "another post" not in line]
    for lines in (moved, fewer, [*fewer, EXTRA]):
        text = "\n\n".join(lines)
        alone = judge_stance(appearance.claim.text, headline=HEADLINE, body=text)
        assert alone.body is Stance.SUPPORTS, "read by itself it leans the other way"
        site.says("/weighed", HEADLINE, *lines)
        check(article)
        assert appearance.anchors.order_by("-snapshot__number")[0].body_stance == Stance.REPORTS
    site.says("/weighed", HEADLINE, LEAD.replace("has resigned", "has not resigned"), *fewer[1:])
    check(article)
    assert appearance.anchors.order_by("-snapshot__number")[0].body_stance == Stance.REFUTES


def test_a_report_that_turned_round_is_weighed_as_what_it_says_today_and_counted_as_what_it_said(
    site: NewsSite, article: Article, claim: Claim
) -> None:
    place = claim.appearances.get()
    cited = [Evidence(appearance=place, article=article)]
    assert len(supporting_origins(cited)) == 1
    denied = "It is not true that the harbour minister has resigned, his spokesman said: false."
    site.says("/resigns", "Harbour minister has not resigned, spokesman says", denied, MORE, EXTRA)
    check(article)
    claim.refresh_from_db()
    assert (claim.article_count, claim.origin_count) == (1, 1), "who carried it does not shrink"
    place.refresh_from_db()
    assert place.stance != Stance.REFUTES, "what was seen first stays on record"
    assert not supporting_origins([Evidence(appearance=place, article=article)])
    [cluster] = workbench(claim).clusters
    assert all(piece.denies for piece in cluster.places)
    Appearance.objects.update(stance_now="")
    import_module("claims.migrations.0017_stances_as_they_stand_today").take_over(apps, None)
    place.refresh_from_db()
    assert place.stance_now == Stance.REFUTES, "so does a database from before the column"
    site.says("/resigns", HEADLINE, LEAD, MORE, EXTRA)
    check(article)
    place.refresh_from_db()
    assert len(supporting_origins([Evidence(appearance=place, article=article)])) == 1


def test_a_retraction_marks_the_article_until_the_notice_goes(site: NewsSite, article: Article) -> None:
    site.says("/resigns", HEADLINE, "This article has been retracted.", LEAD, MORE, EXTRA)
    assert check(article).change == ChangeKind.RETRACTION
    article.refresh_from_db()
    assert article.state == ArticleState.RETRACTED
    assert article.state_reason == "Its publisher took it back: “This article has been retracted.”"
    site.says("/resigns", HEADLINE, LEAD, MORE, EXTRA)
    check(article)
    article.refresh_from_db()
    assert article.state == ArticleState.LIVE


def test_a_bill_that_was_withdrawn_retracts_no_article(site: NewsSite, article: Article) -> None:
    news = "The government has withdrawn the ports bill, and the committee has retracted its report."
    site.says("/resigns", HEADLINE, LEAD, news, MORE, EXTRA)
    assert check(article).change == ChangeKind.SILENT_EDIT
    article.refresh_from_db()
    assert article.state == ArticleState.LIVE


def test_a_sentence_that_now_denies_itself_is_a_changed_quote_and_goes_back_to_the_desk(
    site: NewsSite, article: Article, claim: Claim, edith: User
) -> None:
    decided(claim, edith, ClaimStatus.CONFIRMED)
    denied = f"It is not true that the {LEAD.removeprefix('The ')}"
    site.says("/resigns", HEADLINE, denied, MORE, EXTRA)
    check(article)
    place = claim.appearances.get()
    assert place.state == QuoteState.CHANGED
    assert place.anchors.get().found.startswith("It is not true that the harbour minister has resigned")
    task = ReReview.objects.get(claim=claim)
    assert [change.kind for change in task.changes.all()] == [ChangeKind.SILENT_EDIT]
    event = Event.objects.select_related("payload").get(claim_id=claim.id, kind=EventKind.ARTICLE_CHANGE)
    assert "The quote was changed." in event.payload.text


def test_of_two_notices_of_a_retraction_the_longer_one_is_told(site: NewsSite, article: Article) -> None:
    notice = "This article has been retracted, since nobody could confirm it."
    site.says("/resigns", f"Retraction: {HEADLINE}", notice, LEAD, MORE, EXTRA)
    check(article)
    article.refresh_from_db()
    assert article.state_reason == f"Its publisher took it back: “{notice}”"


@pytest.mark.parametrize(
    "lapse",
    [{"cut": 100}, {"body": b"%PDF-1.4", "content_type": "application/pdf"}, {"status": 500}],
    ids=["cut off", "a PDF file", "an error of the host"],
)
def test_a_removed_page_that_fails_afterwards_still_says_that_it_was_removed(
    settings: Settings, site: NewsSite, article: Article, lapse: dict[str, Any]
) -> None:
    settings.REMOVED_AFTER_CHECKS, settings.REMOVED_AFTER_SECONDS = 1, 0
    site.answers("/resigns", status=404, body=b"<h1>Not found</h1>")
    check(article)
    site.answers("/resigns", **{"body": b"<p>Half a"} | lapse)
    check(article)
    article.refresh_from_db()
    assert article.state == ArticleState.REMOVED
    assert article.state_reason.startswith("Removed; at the last check: ")


def test_a_retraction_outlives_a_lapse_and_even_a_removal(
    settings: Settings, site: NewsSite, article: Article
) -> None:
    settings.REMOVED_AFTER_CHECKS = 2
    site.says("/resigns", HEADLINE, "This article has been retracted.", LEAD, MORE, EXTRA)
    story = site.pages["/resigns"]
    check(article)
    for lapse, state in ((500, "retracted"), (404, "retracted"), (404, "removed")):
        site.answers("/resigns", status=lapse)
        check(article)
        article.refresh_from_db()
        assert article.state == state
    site.pages["/resigns"] = story
    assert check(article).change == ChangeKind.RESTORED
    article.refresh_from_db()
    assert article.state == ArticleState.RETRACTED


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


def test_words_that_an_edit_brought_in_were_not_out_at_the_publication(site: NewsSite, edith: User) -> None:
    published_at = right_now() - timedelta(days=30)
    url = site.says("/resigns", HEADLINE, LEAD, MORE, EXTRA)
    article = add_article(url=url, by=None, now=right_now(), published_at=published_at).article
    check(article)
    at_first = tracked(article, "harbour minister has resigned", edith)
    site.says("/resigns", HEADLINE, LEAD, MORE, EXTRA, "The port director was arrested, a spokesman said.")
    check(article)
    later = tracked(article, "port director was arrested", edith)
    article.refresh_from_db()
    assert article.newest is not None
    assert at_first.appearances.get().seen_at == at_first.first_seen_at == published_at
    assert later.appearances.get().seen_at == later.first_seen_at == article.newest.captured_at


# ---------------------------------------------------------------- answers that do not say how long they are
def test_half_an_answer_without_a_length_is_no_edit(site: NewsSite, article: Article, claim: Claim) -> None:
    whole = page(HEADLINE, MORE, LEAD, EXTRA).encode()
    site.answers("/resigns", body=whole, framed=False)
    assert check(article).outcome == CheckOutcome.CHANGED, "whole, it says that its paragraphs changed places"
    middle = whole.index(b"has resigned")
    site.answers("/resigns", body=whole[:middle], framed=False)
    assert check(article).outcome == CheckOutcome.FAILED
    article.refresh_from_db()
    assert "broke off" in article.state_reason
    assert set(Appearance.objects.filter(claim=claim).values_list("state", flat=True)) == {QuoteState.PRESENT}


def test_with_a_length_or_an_end_the_same_words_are_an_edit(site: NewsSite, article: Article) -> None:
    shorter = page(HEADLINE, LEAD).encode()
    site.answers("/resigns", body=shorter[: shorter.index(b"</article>")])
    assert check(article).outcome == CheckOutcome.CHANGED, "all of it was sent"
    site.answers("/resigns", body=page(HEADLINE, LEAD, MORE).encode())
    check(article)
    site.answers("/resigns", body=shorter, framed=False)
    assert check(article).outcome == CheckOutcome.CHANGED, "it closes"

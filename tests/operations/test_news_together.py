"""News of several pages in one transaction: all is written, no page spoils another, no two workers wait."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.text import slugify
from pytest_django import Settings

from claims.models import Article, Candidate, Change, Claim, Event, Feed, Host, Publisher, User
from claims.operations import batch, capture, findings, ledger
from claims.operations.candidates import track
from claims.operations.capture import keep_bodies
from claims.operations.evidence import Cited, bring_in_documents
from claims.operations.feed_entries import bring_in
from claims.operations.feeds import add_feed
from claims.operations.findings import CheckReport, finish_together
from claims.operations.ingest import add_article, ingest_file
from claims.operations.leases import lease_articles
from claims.operations.policies import fetch_policy
from claims.operations.reader import TOO_MUCH
from claims.operations.recheck import check_articles, check_due
from claims.operations.review import decide
from claims.operations.sightings import Leased, Sighting, look_at, said_before
from claims.pipeline.feeds import FeedEntry
from claims.pipeline.fetch import Fetched, fetch
from claims.pipeline.read_again import PageRead, PageToRead, read_again
from claims.queries.due import due_hosts
from claims.vocabulary import CheckOutcome, ClaimStatus, EventKind, Voice
from tests.sites import NewsSite, news_site, page
from tests.stories import right_now, until_somebody_waits

SAID = "The {} minister has resigned, the prime minister's spokesman said on Sunday."
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."
MINISTERS = ("harbour", "railway", "finance", "interior", "justice")


@pytest.fixture
def stories(site: NewsSite) -> list[Article]:
    """Five pages of one site, taken in, each with a claim of its own, and due again."""
    articles = [
        add_article(
            url=site.says(f"/{n}", f"Story {n}", SAID.format(MINISTERS[n]), MORE), by=None, now=right_now()
        ).article
        for n in range(len(MINISTERS))
    ]
    list(check_articles([article.id for article in articles], only_due=False))
    Article.objects.update(due_at=right_now() - timedelta(seconds=1))
    Host.objects.update(free_at=right_now() - timedelta(seconds=1))
    return articles


def edit(site: NewsSite, *places: int) -> None:
    for n in places:
        site.says(f"/{n}", f"Story {n}", SAID.format(MINISTERS[n]).replace("has resigned", "stays"), MORE)


def seen(articles: list[Article]) -> list[tuple[Leased, Sighting]]:
    """Lease the pages and look at them anew, as a batch does."""
    checks = []
    for held in lease_articles([article.id for article in articles], only_due=True):
        result = fetch(held.request, policy=fetch_policy())
        assert isinstance(result, Fetched)
        read = read_again(held.page_to_read(result, before=said_before([held])[held.id]))
        checks.append((held, look_at(result, now=right_now(), read=read)))
    return checks


@pytest.mark.django_db
def test_the_news_of_a_batch_is_written_together_and_the_ledger_holds(
    site: NewsSite, stories: list[Article]
) -> None:
    edit(site, 0, 1, 3, 4)
    reports = list(check_due(due_hosts(patience=timedelta(0))))
    assert sorted(report.outcome for report in reports) == [CheckOutcome.CHANGED] * 4 + [
        CheckOutcome.UNCHANGED
    ]
    assert set(Change.objects.values_list("article_id", flat=True)) == {stories[n].id for n in (0, 1, 3, 4)}
    moments = (
        Event.objects.filter(kind=EventKind.SNAPSHOT_TAKEN)
        .order_by("-seq")
        .values_list("recorded_at", flat=True)
    )
    assert len(set(moments[:4])) == 1, "one transaction wrote all four"
    ledger.verify()


def statements_for(site: NewsSite, stories: list[Article], count: int) -> int:
    """Edit so many pages; returns how many statements it takes to write that down."""
    edit(site, *range(count))
    checks = seen(stories[:count])
    with CaptureQueriesContext(connection) as counter, transaction.atomic():
        assert {report.outcome for report in finish_together(checks)} == {CheckOutcome.CHANGED}
        transaction.set_rollback(True)
    Article.objects.update(due_at=right_now() - timedelta(seconds=1), lease_until=None)
    return len(counter)


@pytest.mark.django_db
def test_more_pages_with_news_take_no_more_statements(site: NewsSite, stories: list[Article]) -> None:
    assert statements_for(site, stories, 2) == statements_for(site, stories, 5) <= 16


@pytest.mark.django_db
def test_much_news_is_written_a_few_pages_at_once(site: NewsSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.answers("/robots.txt", body=b"User-agent: *\nDisallow: /\n", content_type="text/plain")
    pages = [
        add_article(url=site.says(f"/{n}", f"Story {n}", SAID, MORE), by=None, now=right_now()).article.id
        for n in range(40)
    ]
    sizes = []

    def counted(checks: list[tuple[Leased, Sighting]]) -> list[CheckReport]:
        sizes.append(len(checks))
        return finish_together(checks)

    monkeypatch.setattr(batch, "finish_together", counted)
    reports = list(check_articles(pages, only_due=False))  # refused at once, and all told at the end
    assert [report.outcome for report in reports] == [CheckOutcome.FAILED] * 40
    assert sizes == [32, 8]


@pytest.mark.django_db
def test_a_page_that_cannot_be_written_down_spoils_none_of_the_others(
    site: NewsSite, stories: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(site, *range(5))
    spoilt = stories[2]

    def spoil(*args: Any, **more: Any) -> Sighting:
        sighting = look_at(*args, **more)
        if sighting.reading is None or not sighting.reading.final_url.endswith("/2"):
            return sighting
        unwritable: Any = (("x-odd", object()),)
        return replace(sighting, reading=replace(sighting.reading, headers=unwritable))

    monkeypatch.setattr(batch, "look_at", spoil)
    outcomes = {report.article: report.outcome for report in check_due(due_hosts(patience=timedelta(0)))}
    assert outcomes.pop(spoilt.id) == CheckOutcome.FAILED
    assert list(outcomes.values()) == [CheckOutcome.CHANGED] * 4
    assert Change.objects.count() == 4
    spoilt.refresh_from_db()
    assert spoilt.lease_until is not None, "its lease runs out, and the attempt counts"
    assert spoilt.attempts == 1


@pytest.mark.django_db
def test_a_check_is_too_late_where_somebody_hands_the_page_in_meanwhile(
    site: NewsSite, stories: list[Article], edith: User
) -> None:
    edit(site, 0, 1)
    checks = seen(stories[:2])
    in_hand = page("Story 0", "The harbour minister is ill, his doctor said on Monday.", MORE).encode()
    ingest_file(body=in_hand, content_type="text/html", url=stories[0].url, by=edith, now=right_now())
    reports = finish_together(checks)
    assert [report.outcome for report in reports] == [CheckOutcome.LATE, CheckOutcome.CHANGED]
    assert not Change.objects.filter(article=stories[0]).exists(), "it compared with what was known before"
    [again] = check_articles([stories[0].id], only_due=True)
    assert again.outcome == CheckOutcome.CHANGED
    assert "ill" in str(Change.objects.get(article=stories[0]).diff)


def _asks_for_ever(page: PageToRead) -> PageRead:
    return PageRead(fingerprint="", wants_before=True)


@pytest.mark.django_db
def test_a_reader_that_asks_for_what_it_was_given_or_cannot_have_is_broken(
    site: NewsSite, stories: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(site, 0, 1)
    never_seen = add_article(url=site.says("/new", "News", SAID, MORE), by=None, now=right_now()).article
    monkeypatch.setattr(batch, "_read_with", lambda _parse: _asks_for_ever)  # as a child that was taken over
    pages = [never_seen.id, stories[0].id, stories[1].id]
    reports = list(check_articles(pages, only_due=False))
    assert [report.outcome for report in reports] == [CheckOutcome.FAILED] * 3
    never_seen.refresh_from_db()
    assert never_seen.state_reason == TOO_MUCH


def _with_its_mark(page: PageToRead, *, parse: object = None) -> PageRead:
    """Read a page that was read before as a batch must ask for it: with the fingerprint told then."""
    assert page.before is None or page.mark == read_again(replace(page, before=None, mark="")).fingerprint
    return read_again(page)


@pytest.mark.django_db
def test_what_the_first_reading_told_is_handed_on_to_the_second(
    site: NewsSite, stories: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(site, 0)
    monkeypatch.setattr(batch, "read_again", _with_its_mark)
    [report] = check_articles([stories[0].id], only_due=False)
    assert report.outcome == CheckOutcome.CHANGED


# ---------------------------------------------------------------- who waits for whom
@pytest.fixture
def claims(stories: list[Article], edith: User) -> list[tuple[Claim, Article]]:
    """Two claims in the order of their ids, each with the page that carries it."""
    found = Candidate.objects.exclude(voice=Voice.HEADLINE).filter(quote__contains="has resigned")
    tracked = [
        (track(candidate_id=found.get(snapshot__article=article).id, by=edith, now=right_now()), article)
        for article in stories[:2]
    ]
    return sorted(tracked, key=lambda pair: pair[0].id)


def _is_free_beside_a_worker(claims: list[tuple[Claim, Article]]) -> bool:
    """Let a worker tell of both claims' pages, the later claim's first, while somebody holds the first claim.

    Returns whether the later claim can still be had: a worker that held it would wait for the first with it.
    """
    (first, carries_first), (later, carries_later) = claims
    checks = seen([carries_later, carries_first])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Claim.objects.select_for_update().get(pk=first.pk)
            work = pool.submit(_closing, checks)
            until_somebody_waits()
            try:
                with transaction.atomic():
                    Claim.objects.select_for_update(nowait=True).get(pk=later.pk)
                is_free = True
            except OperationalError:
                is_free = False
        reports = work.result(timeout=20)
    assert [report.outcome for report in reports] == [CheckOutcome.CHANGED] * 2
    return is_free


def _closing(checks: list[tuple[Leased, Sighting]]) -> list[CheckReport]:
    try:
        return finish_together(checks)
    finally:
        connection.close()


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_the_claims_of_all_its_pages_in_one_order(
    site: NewsSite, claims: list[tuple[Claim, Article]]
) -> None:
    edit(site, 0, 1)
    assert _is_free_beside_a_worker(claims)


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_page_by_page_a_worker_would_wait_with_a_claim_in_hand(
    site: NewsSite, claims: list[tuple[Claim, Article]], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(site, 0, 1)
    monkeypatch.setattr(findings, "_hold_claims", lambda _book, _checks: None)
    assert not _is_free_beside_a_worker(claims)


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_order", [True, False])
def test_a_worker_takes_bodies_that_another_brings_too_in_one_order(
    site: NewsSite, stories: list[Article], monkeypatch: pytest.MonkeyPatch, in_order: bool
) -> None:
    edit(site, 0, 1)
    checks = {news.reading.sha256: (held, news) for held, news in seen(stories[:2]) if news.reading}
    bodies = {sha256: news.reading.body for sha256, (_, news) in checks.items() if news.reading}
    first, later = sorted(checks)
    if not in_order:
        monkeypatch.setattr(capture, "sorted", lambda rows, **_: list(rows), raising=False)
    with ThreadPoolExecutor(1) as pool, _none_or_a_deadlock(in_order):
        with transaction.atomic():
            keep_bodies({first: bodies[first]})
            work = pool.submit(_closing, [checks[later], checks[first]])
            until_somebody_waits()
            keep_bodies({later: bodies[later]})  # where the worker has it, each waits for the other
        reports = work.result(timeout=20)
        assert [report.outcome for report in reports] == [CheckOutcome.CHANGED] * 2


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_whoever_hands_a_page_in_waits_for_its_claim_before_it_has_its_body(
    site: NewsSite, claims: list[tuple[Claim, Article]], edith: User
) -> None:
    claim, carries = claims[0]
    body = page("Minister goes", SAID.format(MINISTERS[int(carries.url[-1])]), MORE).encode()

    def hand_in() -> list[Candidate]:
        try:
            return ingest_file(body=body, content_type="text/html", by=edith, now=right_now()).candidates
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Claim.objects.select_for_update(no_key=True).get(pk=claim.pk)
            work = pool.submit(hand_in)
            until_somebody_waits()
            keep_bodies({hashlib.sha256(body).hexdigest(): body})  # as a worker that has the claim does
        assert claim.id in {candidate.claim_id for candidate in work.result(timeout=20)}


def _names(site: NewsSite, path: str, publisher: str) -> str:
    """Let a page tell whose it is; returns its address."""
    body = page("Story", SAID.format("harbour"), MORE)
    named = body.replace("<title>", f'<meta property="og:site_name" content="{publisher}"><title>')
    return site.answers(path, body=named.encode())


def _check_each(article_ids: list[str]) -> list[CheckReport]:
    try:
        return list(check_articles(article_ids, only_due=False))
    finally:
        connection.close()


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_add_publishers_crosswise_both_get_through(site: NewsSite, settings: Settings) -> None:
    """The database ends one of two that wait for each other; the worker then goes page by page."""
    with news_site() as other, ThreadPoolExecutor(1) as pool:
        settings.FETCH_ALLOW_PRIVATE = [one.address.removeprefix("http://") for one in (site, other)]
        addresses = [_names(site, "/a", "Harbour Post"), _names(other, "/b", "Railway Post")]
        articles = [add_article(url=url, by=None, now=right_now()).article.id for url in addresses]
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '20s'")  # so that the other one is ended
            names = ["Harbour Post", "Railway Post"]
            last = _add_publisher(names[1])
            work = pool.submit(_check_each, articles)
            until_somebody_waits()
            first = _add_publisher(names[0])
        reports = work.result(timeout=20)
    assert [report.outcome for report in reports] == [CheckOutcome.CAPTURED] * 2
    assert {first.slug, last.slug} == {"harbour-post", "railway-post"}


def _add_publisher(name: str) -> Publisher:
    return Publisher.objects.create(name=name, slug=slugify(name), updated_at=right_now())


def _none_or_a_deadlock(in_order: bool) -> AbstractContextManager[object]:
    return nullcontext() if in_order else pytest.raises(OperationalError, match="deadlock")


def _cites(addresses: list[str], by: User) -> None:
    with ledger.writing() as book:
        bring_in_documents(book, [Cited(url=address) for address in addresses], by=by, now=right_now())


def _announces(addresses: list[str], by: User) -> None:
    entries = [FeedEntry(address, "Story", None, entry_id=address, source_name=None) for address in addresses]
    with ledger.writing() as book:
        bring_in(book, Feed.objects.get(), entries, now=right_now())


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("names", [_cites, _announces])
def test_whoever_names_several_pages_takes_them_in_the_order_in_which_a_worker_does(
    edith: User, names: Callable[[list[str], User], None]
) -> None:
    add_feed(url="https://lantern.example/feed", by=edith, now=right_now())
    addresses = ["https://lantern.example/a", "https://lantern.example/b"]
    first, later = sorted(
        add_article(url=address, by=edith, now=right_now()).article.id for address in addresses
    )
    Article.objects.filter(pk=first).update(url="https://lantern.example/z")
    Article.objects.filter(pk=later).update(url=addresses[0])

    def name_both() -> None:
        try:
            names([addresses[0], "https://lantern.example/z"], edith)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Article.objects.select_for_update().get(pk=first)
            work = pool.submit(name_both)
            until_somebody_waits()
            Article.objects.select_for_update(nowait=True).get(pk=later)  # raises where it is taken
        work.result(timeout=20)


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_a_verdict_on_a_page_that_is_being_checked_waits_for_no_worker_that_waits_for_it(
    site: NewsSite, claims: list[tuple[Claim, Article]], edith: User
) -> None:
    edit(site, 0, 1)
    claim, carries = claims[0]
    checks = seen([carries])
    cited = [Cited(appearance=claim.appearances.get().id)]
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            seen_version = Claim.objects.select_for_update(no_key=True).get(pk=claim.pk).version
            work = pool.submit(_closing, checks)  # it holds the page and waits for the claim
            until_somebody_waits()
            decide(
                claim_id=claim.id,
                by=edith,
                seen_version=seen_version,
                verdict=ClaimStatus.REFUTED,
                reason="The ministry's own record says that he stays.",
                evidence=cited,  # which names the page: looked up as the transaction ends
                now=right_now(),
            )
        reports = work.result(timeout=20)
    assert [report.outcome for report in reports] == [CheckOutcome.CHANGED]
    assert claim.re_reviews.filter(closed_at=None).exists()

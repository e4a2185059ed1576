"""Batches of checks: fair to all hosts, cheap where nothing changed, safe from one page that explodes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from claims.models import Article, Claim, Event, Feed, Host, Snapshot, User
from claims.operations.feeds import add_feed
from claims.operations.findings import finish
from claims.operations.ingest import add_article
from claims.operations.leases import give_back, hold_hosts, lease_articles, wait_for_hosts
from claims.operations.policies import fetch_policy
from claims.operations.recheck import check_articles, check_due
from claims.operations.sightings import LEASED_COLUMNS, Leased, look_at, said_before
from claims.operations.unchanged import SeenAgain, finish_unchanged, nothing_new, seen_again
from claims.operations.upkeep import bring_back, heat_up
from claims.pipeline.fetch import Fetched, fetch
from claims.pipeline.page.page_kind import PageKind
from claims.pipeline.read_again import PageRead, read_again
from claims.queries.due import due_feeds, due_hosts, due_pages
from claims.vocabulary import ArticleState, CheckOutcome
from tests.sites import NewsSite, news_site
from tests.stories import right_now, taken_on, tracked, until_somebody_waits

pytestmark = pytest.mark.django_db

SAID = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."
NO_PATIENCE = timedelta(0)


@pytest.fixture
def stories(site: NewsSite) -> list[Article]:
    """Five pages of one site, taken in and due again."""
    articles = [
        add_article(url=site.says(f"/{n}", f"Story {n}", SAID, MORE), by=None, now=right_now()).article
        for n in range(5)
    ]
    assert {report.outcome for report in check_articles(ids(articles), only_due=False)} == {
        CheckOutcome.CAPTURED
    }
    due_now()
    return articles


def ids(articles: Sequence[Article | Leased]) -> list[str]:
    return [article.id for article in articles]


def due_now() -> None:
    Article.objects.update(due_at=right_now() - timedelta(seconds=1))
    Host.objects.update(free_at=right_now() - timedelta(seconds=1))


def leased(articles: list[Article]) -> list[Leased]:
    return lease_articles(ids(articles), only_due=True)


def seen(pages: list[Leased]) -> list[SeenAgain]:
    """Check pages that say what they said."""
    found = []
    for page in pages:
        result = fetch(page.request, policy=fetch_policy())
        assert isinstance(result, Fetched)
        again = seen_again(page, result, now=right_now())
        assert again is not None
        found.append(again)
    return found


def waiting(count: int, host: str, *, overdue: timedelta) -> list[str]:
    """Take on pages of a host that nobody asks here; returns their ids."""
    return [
        add_article(url=f"https://{host}/{n}", by=None, now=right_now() - overdue).article.id
        for n in range(count)
    ]


# ---------------------------------------------------------------- leases and fences
def test_of_two_workers_one_gets_a_page_until_its_lease_runs_out(stories: list[Article]) -> None:
    assert sorted(ids(lease_articles(ids(stories[:3]), only_due=True))) == sorted(ids(stories[:3]))
    assert sorted(ids(lease_articles(ids(stories), only_due=True))) == sorted(ids(stories[3:]))
    Article.objects.update(lease_until=right_now())
    assert len(lease_articles(ids(stories), only_due=True)) == 5
    assert set(Article.objects.values_list("attempts", flat=True)) == {2}


def test_a_stolen_page_is_left_out_of_the_bulk_finish(stories: list[Article]) -> None:
    checks = seen(leased(stories))
    Article.objects.filter(pk=stories[2].pk).update(lease_until=right_now())
    [stolen] = leased([stories[2]])
    outcomes = {report.article: report.outcome for report in finish_unchanged(checks, hot=())}
    assert outcomes.pop(stolen.id) == CheckOutcome.LATE
    assert set(outcomes.values()) == {CheckOutcome.UNCHANGED}
    row = Article.objects.get(pk=stolen.id)
    assert (row.check_count, row.attempts, row.lease_until is None) == (1, 2, False)
    others = Article.objects.exclude(pk=stolen.id)
    assert set(others.values_list("check_count", "attempts", "lease_until")) == {(2, 0, None)}


def test_without_the_fence_the_late_worker_would_finish_the_stolen_page(stories: list[Article]) -> None:
    [check] = seen(leased(stories[:1]))
    page = check.held
    Article.objects.filter(pk=page.id).update(lease_until=right_now())
    [stolen] = leased(stories[:1])
    [report] = finish_unchanged([replace(check, held=page._replace(fence=stolen.fence))], hot=())
    assert report.outcome == CheckOutcome.UNCHANGED
    assert Article.objects.get(pk=page.id).lease_until is None, "another worker's lease is gone"


def test_what_there_was_no_time_for_is_given_back_uncounted(stories: list[Article]) -> None:
    pages = leased(stories)
    give_back((page.id, page.fence) for page in pages[:2])
    give_back([(pages[2].id, pages[2].fence - 1)])
    rows = Article.objects.filter(lease_until=None, attempts=0)
    assert sorted(rows.values_list("id", flat=True)) == sorted(page.id for page in pages[:2])


def _finishes(pages: list[Leased]) -> None:
    now = right_now()
    marks = ("etag", "modified", "sha256", "fingerprint")
    finish_unchanged(
        [SeenAgain(page, now, marks if number % 2 else None) for number, page in enumerate(pages)], hot=()
    )


def _gives_back(pages: list[Leased]) -> None:
    give_back((page.id, page.fence) for page in pages)


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lets_go", [_finishes, _gives_back])
def test_a_worker_lets_go_of_pages_in_the_order_in_which_everybody_locks_them(
    stories: list[Article], lets_go: Callable[[list[Leased]], None]
) -> None:
    pages = sorted(leased(stories), key=lambda page: page.id, reverse=True)

    def let_go() -> None:
        try:
            lets_go(pages)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Article.objects.select_for_update().get(pk=pages[-1].id)
            work = pool.submit(let_go)
            until_somebody_waits()
            for page in pages[:-1]:  # raises where one is taken
                Article.objects.select_for_update(nowait=True).get(pk=page.id)
        work.result(timeout=20)
    assert not Article.objects.exclude(lease_until=None).exists()


# A statement's view of the rows is as old as its beginning. This lets it stand still between that and its
# locks: its "<=" waits for whoever holds the advisory lock.
SLOWLY = """
CREATE SCHEMA slowly;
CREATE FUNCTION slowly.compare(one timestamptz, other timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1);
    RETURN timestamptz_le(one, other);
END $$;
CREATE OPERATOR slowly.<= (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = slowly.compare);
"""


def _leases_by_hand(article: Article) -> list[Leased]:
    return lease_articles([article.id], only_due=False)


def _reads_what_it_locks(article: Article) -> list[Leased]:
    """Lease as one statement would that both locks and reads."""
    free = Article.objects.filter(Q(lease_until=None) | Q(lease_until__lte=right_now()), pk=article.pk)
    with transaction.atomic():
        rows = free.select_for_update(skip_locked=True, of=("self",), no_key=True)
        return [Leased(*row) for row in rows.values_list(*LEASED_COLUMNS)]


def newest_known_to_who_leases_while_an_edit_is_written_down(
    site: NewsSite, story: Article, lease_it: Callable[[Article], list[Leased]]
) -> tuple[str | None, str | None]:
    """Let one worker begin to lease, another, whose lease ran out, finish an edit, and the first go on.

    Returns which snapshot the first takes for the newest, and the hash of its bytes.
    """
    site.says("/0", "Story 0", SAID.replace("has resigned", "stays"), MORE)
    [page] = leased([story])
    result = fetch(page.request, policy=fetch_policy())
    assert isinstance(result, Fetched)
    read = read_again(page.page_to_read(result, before=said_before([page])[page.id]))
    Article.objects.filter(pk=story.pk).update(lease_until=right_now())

    def lease_slowly() -> list[Leased]:
        try:
            with connection.cursor() as own:
                own.execute("SET search_path = slowly, pg_catalog, public")
            return lease_it(story)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
        cursor.execute(SLOWLY)
        cursor.execute("SELECT pg_advisory_lock(1)")
        try:
            work = pool.submit(lease_slowly)
            until_somebody_waits()
            assert finish(page, look_at(result, now=right_now(), read=read)).outcome == CheckOutcome.CHANGED
        finally:
            cursor.execute("SELECT pg_advisory_unlock(1)")
        [won] = work.result(timeout=20)
    return won.newest_id, won.newest_sha256


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_who_leases_a_page_knows_the_edit_that_was_written_down_while_it_did(
    site: NewsSite, stories: list[Article]
) -> None:
    known = newest_known_to_who_leases_while_an_edit_is_written_down(site, stories[0], _leases_by_hand)
    newest = Snapshot.objects.get(article=stories[0], number=2)
    assert known == (newest.id, newest.content_id)


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_who_reads_in_the_statement_that_locks_does_not_know_the_bytes_of_that_edit(
    site: NewsSite, stories: list[Article]
) -> None:
    known = newest_known_to_who_leases_while_an_edit_is_written_down(site, stories[0], _reads_what_it_locks)
    newest = Snapshot.objects.get(article=stories[0], number=2)
    assert known != (newest.id, newest.content_id)


# ---------------------------------------------------------------- what an unchanged page costs
def queries_of_a_batch(articles: list[Article]) -> int:
    due_now()
    with CaptureQueriesContext(connection) as counter:
        reports = list(check_articles(ids(articles), only_due=True))
    assert [report.outcome for report in reports] == [CheckOutcome.UNCHANGED] * len(articles)
    return len(counter.captured_queries)


def test_unchanged_pages_cost_the_same_queries_however_many(site: NewsSite, stories: list[Article]) -> None:
    assert queries_of_a_batch(stories[:1]) == queries_of_a_batch(stories)
    assert site.statuses("/0")[-1] == 304


def test_an_unchanged_page_is_no_news(stories: list[Article]) -> None:
    before = dict(Article.objects.values_list("id", "updated_at"))
    events = Event.objects.count()
    assert len(list(check_due(due_hosts(patience=NO_PATIENCE)))) == 5
    assert dict(Article.objects.values_list("id", "updated_at")) == before
    assert Event.objects.count() == events
    assert not Article.objects.filter(due_at__lte=right_now()).exists()


def test_a_page_in_other_bytes_is_read_once_and_then_known(site: NewsSite, stories: list[Article]) -> None:
    story = stories[0]
    site.says("/0", "Story 0", SAID, MORE, aside="4,511 readers")
    [report] = check_articles([story.id], only_due=False)
    assert report.outcome == CheckOutcome.UNCHANGED
    known = Article.objects.get(pk=story.pk)
    assert known.seen_sha256
    assert known.newest is not None
    assert known.seen_sha256 != known.newest.content_id
    assert Snapshot.objects.filter(article=story).count() == 1


def test_the_short_cut_for_calm_pages_says_what_the_whole_judgement_says(stories: list[Article]) -> None:
    [page] = leased(stories[:1])
    here, elsewhere, root = page.url, f"{page.url}/b", page.url.removesuffix("/0") + "/"
    ways = [(here, ()), (elsewhere, (elsewhere,)), (root, (root,))]
    statuses = [200, 203, 204, 206, 301, 304, 401, 403, 404, 410, 429, 451, 500, 503]
    changes: list[dict[str, Any]] = [
        {},
        {"failures": 1},
        {"missing_checks": 1},
        {"newest_id": None},
        *({"state": state} for state in ArticleState),
    ]
    reads = [
        None,
        *(PageRead(fingerprint="f", kind=kind) for kind in PageKind),
        *(PageRead(fingerprint="f", broke_off=True), PageRead(fingerprint="f", unreadable="No text.")),
    ]
    taken = 0
    for status, (landed, hops), permanent, length_known, change, read in product(
        statuses, ways, (True, False), (True, False), changes, reads
    ):
        result = Fetched(
            url=here,
            final_url=landed,
            permanent_url=landed if hops and permanent else None,
            status=status,
            headers=(("ETag", '"2"'),),
            body=b"",
            complete=length_known,
            length_known=length_known,
            redirects=hops,
            peer="192.0.2.1",
            elapsed_seconds=0.1,
        )
        held, now = page._replace(**change), right_now()
        again = seen_again(held, result, now=now, read=read)
        if again is not None:
            assert again == nothing_new(held, look_at(result, now=now, read=read))
            taken += 1
    assert taken == 2 * 4 * 2 * 2, (
        "two statuses, four ways to answer, of two calm pages, not read or the same"
    )


# ---------------------------------------------------------------- hosts
def test_a_host_is_one_workers_until_it_lets_go(stories: list[Article]) -> None:
    [host] = due_hosts(patience=NO_PATIENCE)
    first = hold_hosts([host], patience=NO_PATIENCE)
    assert list(first.free_at) == [host]
    assert not wait_for_hosts([host], patience=NO_PATIENCE).free_at
    assert due_hosts(patience=NO_PATIENCE) == []
    assert list(check_due([host])) == []
    first.release({host: right_now() + timedelta(seconds=30)})
    assert not hold_hosts([host], patience=timedelta(seconds=20)).free_at, "its gap holds over all workers"
    assert hold_hosts([host], patience=timedelta(seconds=40)).free_at


def test_a_worker_that_comes_back_late_lets_nobody_elses_host_go(stories: list[Article]) -> None:
    [host] = due_hosts(patience=NO_PATIENCE)
    late = hold_hosts([host], patience=NO_PATIENCE)
    Host.objects.update(held_until=right_now())
    second = hold_hosts([host], patience=NO_PATIENCE)
    late.release()
    assert Host.objects.get(pk=host).held_by == second.word


def test_an_overloaded_host_is_left_alone_with_all_its_pages(site: NewsSite, stories: list[Article]) -> None:
    for n in range(5):
        site.answers(f"/{n}", status=503, headers={"Retry-After": "40"})
    site.asked.clear()
    hosts = due_hosts(patience=NO_PATIENCE)
    assert [report.outcome for report in check_due(hosts)] == [CheckOutcome.FAILED]
    assert len(site.asked) == 1
    assert Article.objects.filter(lease_until=None, attempts=0).count() == 5
    assert Article.objects.filter(failures=0, due_at__lte=right_now()).count() == 4
    assert due_hosts(patience=timedelta(seconds=30)) == []
    assert due_hosts(patience=timedelta(seconds=50)) == hosts


# ---------------------------------------------------------------- fairness, catching up, heat
def test_a_host_of_many_pages_starves_no_small_one(settings: Settings) -> None:
    settings.HOST_GAP_SECONDS = 0.0
    big = set(waiting(120, "big.example", overdue=timedelta(days=9)))
    small = {key for n in range(8) for key in waiting(2, f"small-{n}.example", overdue=timedelta(minutes=1))}
    hosts = due_hosts(patience=NO_PATIENCE)
    assert hosts[0] == "big.example", "the longest overdue first"
    assert len(hosts) == 9
    taken = set(due_pages(dict.fromkeys(hosts, 50)))
    assert small <= taken
    assert len(taken & big) == 50


def test_after_a_long_downtime_the_hints_are_bounded_and_nothing_is_forgotten() -> None:
    Article.objects.bulk_create(
        Article(
            url=f"https://paper-{n}.example/a",
            host=f"paper-{n}.example",
            added_at=right_now(),
            updated_at=right_now(),
            due_at=right_now() - timedelta(days=40, seconds=n),
        )
        for n in range(620)
    )
    first = due_hosts(patience=NO_PATIENCE)
    assert len(first) == 500
    assert first[0] == "paper-619.example"
    Article.objects.filter(host__in=first).update(due_at=right_now() + timedelta(hours=1))
    assert len(due_hosts(patience=NO_PATIENCE)) == 120


def test_a_page_that_may_have_broken_its_batch_goes_alone_however_much_else_is_due(
    site: NewsSite, stories: list[Article], settings: Settings
) -> None:
    suspects, calm = ids(stories[:2]), ids(stories[2:])
    Article.objects.filter(pk__in=suspects).update(attempts=2)
    assert sorted(due_pages({stories[0].host: 50})) == sorted(calm)
    settings.HOST_GAP_SECONDS = 60.0
    alone = []
    for _ in suspects:
        Host.objects.update(free_at=right_now())
        alone.append([report.article for report in check_due([stories[0].host])])
    assert sorted(alone) == sorted([suspect] for suspect in suspects)
    settings.HOST_GAP_SECONDS = 0.0
    due_now()
    assert len(list(check_due([stories[0].host]))) == len(stories)


def test_a_page_that_may_have_broken_its_batch_goes_after_those_of_other_hosts(
    site: NewsSite, stories: list[Article], settings: Settings
) -> None:
    with news_site() as other:
        settings.FETCH_ALLOW_PRIVATE += [other.address.removeprefix("http://")]
        suspect = taken_on(other.says("/odd", "Odd", SAID, MORE))
        due_now()
        Article.objects.filter(pk=suspect.pk).update(attempts=2, due_at=right_now() - timedelta(days=1))
        reports = list(check_due([suspect.host, stories[0].host]))
    assert sorted(report.article for report in reports[:-1]) == sorted(ids(stories))
    assert reports[-1].article == suspect.id


def test_a_page_of_a_host_whose_every_turn_goes_to_hot_claims_gets_one_in_the_end(
    hot: tuple[Article, Claim], settings: Settings
) -> None:
    article, _ = hot
    heat_up()
    [cold] = waiting(1, article.host, overdue=timedelta(days=6))
    assert due_pages({article.host: 1}) == [article.id]
    Article.objects.filter(pk=cold).update(due_at=right_now() - timedelta(days=8))
    assert due_pages({article.host: 1}) == [cold]
    waiting(1, "other.example", overdue=timedelta(days=9))
    assert due_hosts(patience=NO_PATIENCE) == ["other.example", article.host]


@pytest.fixture
def hot(site: NewsSite, settings: Settings, edith: User) -> tuple[Article, Claim]:
    """A page that a claim of today appears in, checked two hours ago, not due for a week."""
    settings.CHECK_MIN_SECONDS, settings.CHECK_MAX_SECONDS = 60.0, 604_800.0
    article = taken_on(site.says("/hot", "Minister resigns", SAID, MORE))
    claim = tracked(article, "harbour minister has resigned", edith)
    now = right_now()
    Article.objects.update(last_checked_at=now - timedelta(hours=2), due_at=now + timedelta(days=7))
    return article, claim


def test_a_claim_that_turns_hot_brings_its_evidence_forward(hot: tuple[Article, Claim]) -> None:
    article, _ = hot
    assert heat_up() == 1
    assert heat_up() == 0, "done is done"
    assert due_hosts(patience=NO_PATIENCE) == [article.host]
    assert [report.article for report in check_due([article.host])] == [article.id]
    checked = Article.objects.get(pk=article.pk)
    assert checked.due_at is not None
    assert checked.last_checked_at is not None
    assert checked.due_at - checked.last_checked_at < timedelta(minutes=10)


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_a_sweep_waits_for_no_page_that_is_being_written_down(hot: tuple[Article, Claim]) -> None:
    article, _ = hot

    def heat_up_beside() -> int:
        try:
            return heat_up()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Article.objects.select_for_update().get(pk=article.pk)
        assert pool.submit(heat_up_beside).result(timeout=20) == 0
    assert heat_up() == 1


def test_a_claim_that_has_cooled_down_leaves_its_evidence_be(hot: tuple[Article, Claim]) -> None:
    _, claim = hot
    Claim.objects.filter(pk=claim.pk).update(updated_at=right_now() - timedelta(days=30))
    assert heat_up() == 0


def test_evidence_that_could_not_be_asked_for_just_now_is_not_asked_for_at_every_sweep(
    hot: tuple[Article, Claim], settings: Settings
) -> None:
    article, _ = hot
    nowhere = "224.0.0.1:80"  # a group of hosts: the system has no route for a connection to it
    settings.FETCH_ALLOW_PRIVATE = [nowhere]
    Article.objects.update(url=f"http://{nowhere}/hot", host=nowhere, due_at=right_now())
    Article.objects.update(last_seen_at=right_now() - timedelta(hours=2))
    assert [report.outcome for report in check_due([nowhere])] == [CheckOutcome.FAILED]
    assert Article.objects.get(pk=article.pk).failures == 0, "our own outage"
    assert heat_up() == 0
    assert due_hosts(patience=NO_PATIENCE) == []


def test_the_pages_of_hot_claims_come_first(hot: tuple[Article, Claim]) -> None:
    article, _ = hot
    waiting(3, "older.example", overdue=timedelta(days=6))
    add_article(url=f"http://{article.host}/older", by=None, now=right_now() - timedelta(days=6))
    heat_up()
    hosts = due_hosts(patience=NO_PATIENCE)
    assert hosts == [article.host, "older.example"]
    assert due_pages({article.host: 50})[0] == article.id


def test_a_clock_that_ran_years_ahead_for_a_while_puts_nothing_off_for_years(stories: list[Article]) -> None:
    ahead = right_now() + timedelta(days=3_000)
    Article.objects.filter(pk__in=ids(stories[:2])).update(due_at=ahead, last_checked_at=ahead)
    Article.objects.filter(pk=stories[2].pk).update(lease_until=ahead)
    Host.objects.update(held_by="somebody", held_until=ahead, free_at=ahead, robots_until=ahead)
    assert due_hosts(patience=NO_PATIENCE) == []
    assert bring_back() == 2
    assert bring_back() == 0, "done is done"
    reports = list(check_due(due_hosts(patience=NO_PATIENCE)))
    assert sorted(report.article for report in reports) == sorted(ids(stories))
    assert not Article.objects.filter(due_at__gt=right_now() + timedelta(hours=1)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["held_until", "free_at", "robots_until"])
def test_one_moment_of_one_host_beyond_every_wait_is_enough(moment: str) -> None:
    ahead = right_now() + timedelta(days=3_000)
    moments = {"held_until": right_now(), "free_at": right_now(), "robots_until": right_now()}
    host = Host.objects.create(name="ahead.example", held_by="somebody", **moments | {moment: ahead})
    bring_back()
    host.refresh_from_db()
    assert getattr(host, moment) is None or getattr(host, moment) < ahead


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "leased"), [(timedelta(days=3_000), None), (timedelta(hours=-1), timedelta(days=9_000))]
)
def test_one_feed_beyond_every_wait_is_enough(edith: User, due: timedelta, leased: timedelta | None) -> None:
    feed = add_feed(url="https://lantern.example/feed", by=edith, now=right_now())
    until = right_now() + leased if leased else None
    Feed.objects.filter(pk=feed.pk).update(due_at=right_now() + due, lease_until=until)
    assert due_feeds() == []
    bring_back()
    assert due_feeds() == [feed.pk]


def test_the_longest_wait_is_nobodys_mistake(stories: list[Article], settings: Settings) -> None:
    settings.CHECK_MAX_SECONDS = 604_800.0
    later = right_now() + timedelta(days=7)
    Article.objects.update(due_at=later)
    Host.objects.update(free_at=later)
    assert bring_back() == 0
    assert due_hosts(patience=timedelta(days=7)) == []


# ---------------------------------------------------------------- a page that explodes
def test_a_page_too_big_to_read_harms_only_itself(
    site: NewsSite, stories: list[Article], settings: Settings
) -> None:
    settings.READ_MEGABYTES, settings.READ_SECONDS = 60, 2.0
    site.says("/1", "Story 1", SAID.replace("has resigned", "stays"), MORE)
    site.answers("/2", body=b"<html><body>" + b"<p>a word" * 400_000 + b"</body></html>")
    site.says("/3", "Story 3", SAID.replace("has resigned", "was dismissed"), MORE)
    outcomes = {report.article: report.outcome for report in check_due(due_hosts(patience=NO_PATIENCE))}
    assert [outcomes[story.id] for story in stories] == [
        CheckOutcome.UNCHANGED,
        CheckOutcome.CHANGED,
        CheckOutcome.FAILED,
        CheckOutcome.CHANGED,
        CheckOutcome.UNCHANGED,
    ]
    bomb = Article.objects.get(pk=stories[2].pk)
    assert (bomb.attempts, bomb.failures, bomb.state) == (1, 1, ArticleState.UNREACHABLE)
    assert "could not be read" in bomb.state_reason


def test_a_page_that_always_explodes_ends_up_stuck_and_is_tried_again_at_the_longest_wait(
    site: NewsSite, stories: list[Article], settings: Settings
) -> None:
    settings.READ_MEGABYTES, settings.READ_SECONDS, settings.STUCK_AFTER = 60, 2.0, 2
    site.answers("/2", body=b"<html><body>" + b"<p>a word" * 400_000 + b"</body></html>")
    for _ in range(2):
        list(check_articles([stories[2].id], only_due=False))
    stuck = Article.objects.get(pk=stories[2].pk)
    assert stuck.state == ArticleState.STUCK
    assert stuck.due_at is not None
    assert stuck.due_at > right_now() + timedelta(seconds=settings.CHECK_MAX_SECONDS / 2)
    site.says("/2", "Story 2", SAID, MORE)
    [report] = check_articles([stories[2].id], only_due=False)
    assert report.outcome == CheckOutcome.UNCHANGED
    assert Article.objects.get(pk=stories[2].pk).state == ArticleState.LIVE

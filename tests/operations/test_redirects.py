"""A redirect is one more request: it keeps the gap, the rules and the hold of the host that it leads to."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from time import monotonic, sleep

import pytest
from django.test import Client
from pytest_django import Settings

from claims.models import Article, Feed, Host, User
from claims.operations import lanes
from claims.operations.feed_reading import read_feeds
from claims.operations.feeds import add_feed
from claims.operations.ingest import add_article
from claims.operations.leases import HeldHosts, hold_hosts
from claims.operations.recheck import check_articles
from claims.operations.taking_in import take_in
from claims.pipeline.robots import Permission
from claims.queries import clock as database_time
from claims.queries.clock import database_now
from claims.vocabulary import ArticleState, CheckOutcome, FeedState
from tests.desk.conftest import words
from tests.pipeline.hostile import Behaviour, Server, Visit, serving
from tests.sites import page
from tests.stories import check, right_now

pytestmark = pytest.mark.django_db

GAP = 0.3
STORY = page("Minister gone", "The harbour minister has resigned, the spokesman said on Sunday.").encode()
FEED = b"<rss version='2.0'><channel><title>Lantern</title></channel></rss>"


class Clock:
    """Two servers that note when they were asked for what."""

    def __init__(self, here: Server, there: Server) -> None:
        self.here, self.there = here, there
        self.asked: list[tuple[str, float]] = []
        for server in (here, there):
            self.answers(server, "/robots.txt", b"", "404 Not Found")

    def answers(self, server: Server, path: str, body: bytes = STORY, *how: str) -> str:
        """Let the server give this answer; returns the address."""

        def behave(visit: Visit) -> None:
            self.asked.append((server.url(path), monotonic()))
            visit.answer(body, *(how or ("200 OK", "Content-Type: text/html")))

        server.behaviours[path] = behave
        return server.url(path)

    def moves(self, server: Server, path: str, to: str) -> str:
        """Let the address redirect; returns it."""
        return self.answers(server, path, b"", "302 Found", f"Location: {to}")

    def pauses(self, server: Server) -> list[float]:
        """Return the seconds between one request to the server and the next."""
        times = [time for url, time in self.asked if url.startswith(server.url("/"))]
        return [after - before for before, after in pairwise(times)]

    def count(self, url: str) -> int:
        """Return how often the address was asked for."""
        return [asked for asked, _ in self.asked].count(url)


@pytest.fixture
def clock(settings: Settings) -> Iterator[Clock]:
    """Two hosts that are open to the gate, each with a gap."""
    nothing: dict[str, Behaviour] = {}
    with serving(nothing) as here, serving(dict(nothing)) as there:
        settings.FETCH_ALLOW_PRIVATE = [here.place, there.place]
        settings.HOST_GAP_SECONDS = GAP
        yield Clock(here, there)


def added(url: str, by: User | None = None) -> Article:
    return add_article(url=url, by=by, now=right_now()).article


def test_between_two_hops_on_one_host_lies_its_gap(clock: Clock) -> None:
    clock.answers(clock.here, "/c")
    second = clock.moves(clock.here, "/b", "/c")
    article = added(clock.moves(clock.here, "/a", second))
    assert check(article).outcome == CheckOutcome.CAPTURED
    assert len(clock.pauses(clock.here)) == 3, "robots.txt and three hops"
    assert min(clock.pauses(clock.here)) >= GAP
    newest = Article.objects.get().newest
    assert newest is not None
    assert newest.final_url == clock.here.url("/c")


def test_where_it_leads_elsewhere_that_hosts_rules_come_first_and_its_gap_stays(clock: Clock) -> None:
    started = right_now()
    article = added(clock.moves(clock.here, "/a", clock.answers(clock.there, "/b")))
    assert check(article).outcome == CheckOutcome.CAPTURED
    assert clock.count(clock.there.url("/robots.txt")) == 1
    assert min(clock.pauses(clock.there)) >= GAP
    left_alone = Host.objects.get(name=clock.there.place).free_at - started
    assert left_alone >= timedelta(seconds=2 * GAP), "one more gap behind the second request"
    assert not Host.objects.exclude(held_by="").exists(), "both hosts are let go"


def closing_doors(clock: Clock) -> list[str]:
    """Pages that lead to what robots.txt closes, here and elsewhere; returns what is closed."""
    for server in (clock.here, clock.there):
        clock.answers(server, "/robots.txt", b"User-agent: *\nDisallow: /closed", "200 OK")
    closed = [clock.answers(server, "/closed") for server in (clock.here, clock.there)]
    for number, url in enumerate(closed):
        clock.moves(clock.here, f"/{number}", url)
    return closed


def test_a_closed_page_is_not_asked_for_by_way_of_a_redirect(clock: Clock) -> None:
    closed = closing_doors(clock)
    articles = [added(clock.here.url(f"/{number}")) for number in range(2)]
    list(check_articles([article.id for article in articles], only_due=True))
    assert [clock.count(url) for url in closed] == [0, 0]
    assert {article.state for article in Article.objects.all()} == {ArticleState.DISALLOWED}


def test_deaf_to_the_rules_it_would_be(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "may_read", lambda *_about, **_more: Permission(True, timedelta(0), ""))
    closed = closing_doors(clock)
    articles = [added(clock.here.url(f"/{number}")) for number in range(2)]
    list(check_articles([article.id for article in articles], only_due=True))
    assert [clock.count(url) for url in closed] == [1, 1]


def test_what_a_person_adds_is_followed_whatever_the_rules_say_with_the_gap(clock: Clock, cora: User) -> None:
    closed = closing_doors(clock)
    assert check(added(clock.here.url("/0"), by=cora)).outcome == CheckOutcome.CAPTURED
    [taken] = take_in(url=clock.here.url("/1"), now=right_now())
    assert not taken.error
    assert [clock.count(url) for url in closed] == [1, 1]
    assert min(clock.pauses(clock.here)) >= GAP


def test_a_database_that_is_now_and_then_slow_to_tell_the_time_shortens_no_gap(
    clock: Clock, cora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = 0.0

    def tell() -> datetime:
        told = database_now()
        sleep(late)
        return told

    for asked in (lanes, database_time):
        monkeypatch.setattr(asked, "database_now", tell)
    for number, late in enumerate((GAP / 2, 0.0, GAP / 2, 0.0)):  # noqa: B007 - `tell` reads it
        page = clock.answers(clock.here, f"/{number}")
        assert check(added(page, by=cora)).outcome == CheckOutcome.CAPTURED
    assert min(clock.pauses(clock.here)) >= GAP


def test_a_host_that_another_worker_has_puts_the_page_off_and_it_is_no_failure(
    clock: Clock, settings: Settings
) -> None:
    settings.LEASE_SECONDS = 2
    article = added(clock.moves(clock.here, "/a", clock.answers(clock.there, "/b")))
    settings.LEASE_SECONDS = 60
    others = hold_hosts([clock.there.place], patience=timedelta(0))
    settings.LEASE_SECONDS = 2
    check(article)
    assert clock.pauses(clock.there) == []
    assert clock.there.accepted == 0
    article.refresh_from_db()
    assert (article.failures, article.attempts, article.check_count) == (0, 0, 0)
    assert (article.state, article.lease_until) == (ArticleState.PENDING, None)
    assert article.due_at is not None
    assert article.due_at > right_now()
    others.release()
    settings.LEASE_SECONDS = 60
    assert check(article).outcome == CheckOutcome.CAPTURED


def test_a_page_that_leads_to_a_host_that_is_never_free_shows_among_the_failing(
    clock: Clock, settings: Settings, edith: User
) -> None:
    settings.LEASE_SECONDS, settings.STUCK_AFTER = 2, 3
    article = added(clock.moves(clock.here, "/a", clock.answers(clock.there, "/b")))
    desk = Client()
    desk.force_login(edith)

    def put_off() -> Article:
        settings.LEASE_SECONDS = 60
        Host.objects.update(free_at=right_now())
        others = hold_hosts([clock.there.place], patience=timedelta(0))
        settings.LEASE_SECONDS = 2
        check(article)
        others.release()
        article.refresh_from_db()
        return article

    for count in (1, 2):
        assert (put_off().put_offs, article.failures, article.failing_since) == (count, 0, None)
    assert "Failing or stuck 0" in words(desk.get("/desk/articles/"))
    assert (put_off().state, article.failures) == (ArticleState.UNREACHABLE, 1)
    assert article.failing_since is not None
    shown = words(desk.get("/desk/articles/", {"show": "trouble"}))
    assert f"leads to {clock.there.place}, which was not free to be asked" in shown
    assert "Failing since" in shown
    assert put_off().failures == 2, "and so is each further one"

    settings.LEASE_SECONDS = 60
    assert check(article).outcome == CheckOutcome.CAPTURED
    assert (Article.objects.get().put_offs, Article.objects.get().failing_since) == (0, None)
    assert (put_off().put_offs, article.state) == (1, ArticleState.LIVE), "counted anew"
    settings.LEASE_SECONDS = 60
    assert check(article).outcome == CheckOutcome.UNCHANGED
    for count in (1, 2):
        assert (put_off().put_offs, article.state) == (count, ArticleState.LIVE), "in a row"


def test_a_feed_that_leads_to_a_host_that_is_never_free_shows_as_failing(
    clock: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch, edith: User
) -> None:
    settings.STUCK_AFTER = 3
    monkeypatch.setattr("claims.operations.feed_reading._PATIENCE", timedelta(seconds=1))
    clock.answers(clock.there, "/feed", FEED, "200 OK", "Content-Type: application/rss+xml")
    feed = add_feed(url=clock.moves(clock.here, "/feed", clock.there.url("/feed")), by=None, now=right_now())
    desk = Client()
    desk.force_login(edith)

    def put_off() -> Feed:
        Host.objects.update(free_at=right_now())
        others = hold_hosts([clock.there.place], patience=timedelta(0))
        list(read_feeds([feed.id], only_due=False))
        others.release()
        feed.refresh_from_db()
        return feed

    for count in (1, 2):
        assert (put_off().put_offs, feed.state, feed.failures) == (count, FeedState.PENDING, 0)
    assert "not free to be asked" not in words(desk.get("/desk/feeds/"))
    assert (put_off().state, feed.failures, feed.lease_until) == (FeedState.FAILING, 1, None)
    shown = words(desk.get("/desk/feeds/"))
    assert f"The feed leads to {clock.there.place}, which was not free to be asked" in shown
    assert "1 failed reading since" in shown.replace("\u00a0", " ")
    assert put_off().failures == 2, "and so is each further one"

    Host.objects.update(free_at=right_now())
    list(read_feeds([feed.id], only_due=False))
    feed.refresh_from_db()
    assert (feed.state, feed.put_offs, feed.failing_since) == (FeedState.LIVE, 0, None)
    assert (put_off().put_offs, feed.state) == (1, FeedState.LIVE), "counted anew"


def test_without_the_hold_it_would_be_asked_beside_the_other_worker(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = added(clock.moves(clock.here, "/a", clock.answers(clock.there, "/b")))
    hold_hosts([clock.there.place], patience=timedelta(0))

    def hold_nothing(names: list[str], *, word: str, **_more: object) -> HeldHosts:
        return HeldHosts(word, dict.fromkeys(names, right_now()))

    monkeypatch.setattr(lanes, "hold_hosts", hold_nothing)
    check(article)
    assert clock.there.accepted > 0


def test_the_host_that_is_overloaded_is_left_alone_not_the_one_that_led_there(clock: Clock) -> None:
    busy = clock.answers(clock.there, "/b", b"busy", "429 Too Many Requests", "Retry-After: 60")
    check(added(clock.moves(clock.here, "/a", busy)))
    soon = right_now() + timedelta(seconds=30)
    assert Host.objects.get(name=clock.there.place).free_at > soon
    assert Host.objects.get(name=clock.here.place).free_at < soon


def test_a_host_too_slow_for_redirects_says_what_to_do(clock: Clock, settings: Settings) -> None:
    clock.answers(clock.here, "/b")
    article = added(clock.moves(clock.here, "/a", clock.here.url("/b")))
    clock.answers(clock.here, "/robots.txt", b"User-agent: *\nCrawl-delay: 60\n", "200 OK")
    check(article)
    Host.objects.update(free_at=right_now())
    check(article)
    article.refresh_from_db()
    assert "give the page's final address" in article.state_reason
    assert clock.count(clock.here.url("/b")) == 0


def test_rules_that_lie_on_a_busy_host_leave_the_page_unasked_and_uncounted(
    clock: Clock, settings: Settings
) -> None:
    clock.moves(clock.here, "/robots.txt", clock.answers(clock.there, "/rules", b"", "404 Not Found"))
    article = added(clock.answers(clock.here, "/a"))
    others = hold_hosts([clock.there.place], patience=timedelta(0))
    settings.LEASE_SECONDS = 2
    assert check(article).outcome == CheckOutcome.BUSY
    article.refresh_from_db()
    assert (article.attempts, article.check_count, clock.there.accepted) == (0, 0, 0)
    others.release()
    settings.LEASE_SECONDS = 60
    Host.objects.update(free_at=right_now())
    assert check(article).outcome == CheckOutcome.CAPTURED
    assert min(clock.pauses(clock.here)) >= GAP


def test_a_feed_keeps_the_gap_after_the_rules_and_along_its_redirects(clock: Clock) -> None:
    clock.answers(clock.there, "/feed", FEED, "200 OK", "Content-Type: application/rss+xml")
    second = clock.moves(clock.here, "/second", clock.there.url("/feed"))
    feed = add_feed(url=clock.moves(clock.here, "/feed", second), by=None, now=right_now())
    [report] = read_feeds([feed.id], only_due=True)
    assert not report.problem
    assert [len(clock.pauses(server)) for server in (clock.here, clock.there)] == [2, 1]
    assert min(*clock.pauses(clock.here), *clock.pauses(clock.there)) >= GAP


def test_a_feed_led_to_a_closed_place_says_so_and_one_led_to_a_busy_host_waits_uncounted(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, closed = closing_doors(clock)
    feed = add_feed(url=clock.here.url("/1"), by=None, now=right_now())
    list(read_feeds([feed.id], only_due=True))
    assert clock.count(closed) == 1, "the first reading is a person's wish"
    list(read_feeds([feed.id], only_due=False))
    feed.refresh_from_db()
    assert clock.count(closed) == 1
    assert "robots.txt" in feed.state_reason
    read_before = feed.read_count
    monkeypatch.setattr("claims.operations.feed_reading._PATIENCE", timedelta(seconds=1))
    hold_hosts([clock.there.place], patience=timedelta(seconds=9))
    assert list(read_feeds([feed.id], only_due=False)) == []
    feed.refresh_from_db()
    assert (feed.read_count, feed.attempts, feed.lease_until) == (read_before, 0, None)
    assert feed.state != FeedState.STUCK

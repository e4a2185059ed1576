"""Feeds bring each entry in once, on a schedule of their own; moved and dead ones show."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from claims.models import Article, Event, Feed, FeedItem, Host, Publisher, User
from claims.operations import feed_entries, feed_reading
from claims.operations.feed_reading import FeedReport, feed_to_read, read_feeds
from claims.operations.feeds import add_feed, change_feed, read_now
from claims.operations.leases import lease
from claims.operations.refusals import NotAllowedError, RuleRefusedError
from claims.pipeline.fetch import Fetched
from claims.pipeline.read_again import PageToRead
from claims.pipeline.schedule import IN_FULL_EVERY
from claims.queries.due import due_feeds
from claims.vocabulary import EventKind, FeedState
from tests.sites import NewsSite, news_site
from tests.stories import check, right_now

pytestmark = pytest.mark.django_db

SENTENCE = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."
PADDING = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."
HOUR = timedelta(hours=1)


def entry(link: str, guid: str = "", *, title: str = "Minister gone", date: str = "", more: str = "") -> str:
    """One entry of an RSS feed."""
    when = f"<pubDate>{date}</pubDate>" if date else ""
    told = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return f"<item><title>{title}</title><link>{link}</link>{told}{when}{more}</item>"


def announce(site: NewsSite, *entries: str, path: str = "/feed") -> str:
    """Let the site's feed hold these entries from now on; returns its address."""
    body = f"<rss version='2.0'><channel><title>Lantern</title>{''.join(entries)}</channel></rss>"
    return site.answers(path, body=body.encode(), content_type="application/rss+xml")


def followed(url: str, publisher: str = "The Lantern") -> Feed:
    """Take the feed on."""
    return add_feed(url=url, by=None, now=right_now(), publisher=publisher)


def read(feed: Feed) -> FeedReport:
    """Read the feed now; the row is fresh afterwards."""
    [report] = read_feeds([feed.id], only_due=False)
    feed.refresh_from_db()
    return report


def told(kind: EventKind) -> list[str]:
    """What the ledger says of this kind, oldest first."""
    return [event.payload.text for event in Event.objects.filter(kind=kind).select_related("payload")]


# ---------------------------------------------------------------- entries
def test_a_feed_brings_each_entry_in_once(site: NewsSite) -> None:
    site.says("/one", "Minister gone", SENTENCE, PADDING)
    feed = followed(
        announce(
            site,
            entry("/one", "/one"),
            entry("/one", "/one"),
            entry("/two", "/two"),
            "<item><link>javascript:alert(1)</link></item>",
        )
    )
    assert len(read(feed).new_articles) == 2
    assert read(feed).new_articles == ()
    assert site.statuses("/feed") == [200, 304]
    assert (feed.brought, feed.read_count, feed.reads_with_news) == (2, 2, 1)
    assert feed.note == "Entries left out: 1 without a link that we may follow."
    assert check(Article.objects.get(url=site.url("/one"))).outcome == "captured"


def test_an_entry_that_a_server_never_tells_of_comes_with_the_reading_that_asks_for_the_whole_feed(
    site: NewsSite,
) -> None:
    feed = followed(announce(site))
    site.pages["/feed"].etag = '"1"'
    read(feed)
    announce(site, entry("/one"))
    site.pages["/feed"].etag = '"1"'
    brought = [len(read(feed).new_articles) for _ in range(1, IN_FULL_EVERY)]
    assert brought == [0] * (IN_FULL_EVERY - 2) + [1]


def test_a_link_too_long_to_keep_as_it_is_sent_takes_no_other_entry_along(site: NewsSite) -> None:
    feed = followed(announce(site, entry("/" + "é" * 1_500), entry("/one")))
    report = read(feed)
    assert list(Article.objects.values_list("id", "url")) == [(report.new_articles[0], site.url("/one"))]
    assert feed.note == "1 with an address that we do not ask."


CHANGED_LINKS = [
    pytest.param(entry("/new", "7", date="Wed, 30 Mar 2011 20:00:00 GMT"), id="another link"),
    pytest.param(
        entry("/new", "7", title="Minister has gone", date="Wed, 30 Mar 2011 20:00:00 GMT"),
        id="another link and headline",
    ),
    pytest.param(entry("/old?utm_source=rss&amp;fbclid=1", "8"), id="another id, and tracking marks"),
]


@pytest.mark.parametrize("again", CHANGED_LINKS)
def test_a_changed_link_is_no_new_article(site: NewsSite, again: str) -> None:
    feed = followed(announce(site, entry("/old", "7", date="Wed, 30 Mar 2011 20:00:00 GMT")))
    assert len(read(feed).new_articles) == 1
    announce(site, again)
    assert read(feed).new_articles == ()
    assert Article.objects.count() == 1


@pytest.mark.parametrize("again", CHANGED_LINKS)
def test_with_identity_off_the_same_entries_come_twice(
    site: NewsSite, again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_entries, "_key", lambda entry: entry.url[-64:])
    monkeypatch.setattr("claims.pipeline.feeds.without_trackers", lambda url: url)
    feed = followed(announce(site, entry("/old", "7", date="Wed, 30 Mar 2011 20:00:00 GMT")))
    read(feed)
    announce(site, again)
    read(feed)
    assert Article.objects.count() > 1


def test_an_id_that_is_used_again_for_another_story_is_a_new_article(site: NewsSite) -> None:
    feed = followed(announce(site, entry("/a", "same", date="Wed, 30 Mar 2011 20:00:00 GMT")))
    read(feed)
    announce(site, entry("/b", "same", title="Port reopens", date="Thu, 31 Mar 2011 20:00:00 GMT"))
    assert len(read(feed).new_articles) == 1
    assert set(Article.objects.values_list("url", flat=True)) == {site.url("/a"), site.url("/b")}


def test_dates_and_the_wires_name_are_kept_where_they_can_be_believed(site: NewsSite) -> None:
    dates = {"/good": "2011", "/early": "1970", "/late": "2099", "/tomorrow": str(right_now().year + 1)}
    source = "<source url='https://wire.example/'>Northern Wire</source>"
    feed = followed(
        announce(
            site,
            *(
                entry(path, path, date=f"Thu, 31 Mar {year} 20:00:00 GMT", more=source)
                for path, year in dates.items()
            ),
        )
    )
    read(feed)
    known = {row.url.removeprefix(site.address): row for row in Article.objects.all()}
    assert known["/good"].published_at is not None
    assert [known[path].published_at for path in ("/early", "/late", "/tomorrow")] == [None] * 3
    assert {row.wire_source for row in known.values()} == {"Northern Wire"}


# ---------------------------------------------------------------- schedule
def test_a_feed_is_read_as_often_as_it_brings_something_and_failures_stretch_the_wait(
    site: NewsSite, settings: Settings
) -> None:
    settings.FEED_MIN_SECONDS, settings.CHECK_MAX_SECONDS = 900.0, 604_800.0
    feed = followed(announce(site, entry("/a", "a")))
    Feed.objects.update(added_at=right_now() - timedelta(days=30))
    read(feed)
    assert feed.due_at is not None
    assert feed.due_at - right_now() <= timedelta(seconds=901), "it has just brought something"
    Feed.objects.update(last_new_at=right_now() - timedelta(days=4))
    read(feed)
    assert 4 * HOUR < feed.due_at - right_now() < 12 * HOUR, "nothing came for days"
    Feed.objects.update(last_new_at=right_now() - timedelta(days=900), reads_with_news=0)
    read(feed)
    assert 18 * HOUR < feed.due_at - right_now() <= 24 * HOUR, "never more than a day while it answers"
    site.answers("/feed", status=500)
    Feed.objects.update(last_new_at=right_now() - timedelta(days=1))  # far enough from the longest wait
    waits = []
    for _ in range(4):
        read(feed)
        waits.append(feed.due_at - right_now())
    assert waits[-1] > waits[0]
    Feed.objects.update(failures=1000)
    read(feed)
    assert timedelta(days=5) < feed.due_at - right_now() <= timedelta(days=7), "and yet it is tried again"
    announce(site, entry("/b", "b"))
    assert len(read(feed).new_articles) == 1
    assert (feed.state, feed.failures, feed.failing_since, feed.state_reason) == (FeedState.LIVE, 0, None, "")


def test_an_overloaded_host_is_left_alone_for_as_long_as_it_asks(site: NewsSite) -> None:
    feed = followed(site.answers("/feed", status=429, headers={"Retry-After": "40"}))
    read(feed)
    feed.refresh_from_db()
    assert feed.state_reason == "The host asks us to come back later (429)."
    host = Host.objects.get(name=site.address.removeprefix("http://"))
    assert host.free_at - right_now() > timedelta(seconds=30)
    assert list(read_feeds([feed.id], only_due=False)) == [], "left to a later sweep"
    assert site.statuses("/feed") == [429]


def test_a_forbidden_feed_is_read_once_at_a_persons_wish_and_then_left_alone(site: NewsSite) -> None:
    site.answers("/robots.txt", body=b"User-agent: *\nDisallow: /feed\n", content_type="text/plain")
    feed = followed(announce(site, entry("/a", "a")))
    assert len(read(feed).new_articles) == 1
    read(feed)
    assert (feed.state, site.statuses("/feed")) == (FeedState.DISALLOWED, [200])
    assert "robots.txt" in feed.state_reason
    site.answers("/robots.txt", body=b"", content_type="text/plain")
    Host.objects.update(robots_until=right_now())
    read(feed)
    assert feed.state == FeedState.LIVE


def test_feeds_of_one_host_keep_its_gap_and_many_hosts_are_asked_side_by_side(
    site: NewsSite, settings: Settings
) -> None:
    settings.HOST_GAP_SECONDS = 0.3
    with news_site() as other:
        settings.FETCH_ALLOW_PRIVATE = [one.address.removeprefix("http://") for one in (site, other)]
        both = [
            followed(announce(one, entry(f"/{n}", str(n)), path=f"/feed-{n}"), publisher=f"P{id(one)}")
            for one in (site, other)
            for n in range(3)
        ]
        started = right_now()
        reports = list(read_feeds([feed.id for feed in both], only_due=True))
        took = right_now() - started
    assert sum(len(report.new_articles) for report in reports) == 6
    for host in Host.objects.all():
        assert host.free_at - started >= timedelta(seconds=3 * 0.3), "three requests, a gap after each"
    order = [report.feed for report in reports]
    firsts, lasts = set(order[:2]), set(order[-2:])
    assert len({Feed.objects.get(pk=key).url.split("/")[2] for key in firsts}) == 2, "one of each host"
    assert len({Feed.objects.get(pk=key).url.split("/")[2] for key in lasts}) == 2
    assert took < timedelta(seconds=3 * 6 * 0.3), "not one after another"


def test_a_host_of_many_feeds_takes_no_place_from_another() -> None:
    busy = sorted(followed(f"https://busy.example/{number}").id for number in range(120))
    Feed.objects.update(due_at=right_now() - HOUR)
    small = followed("https://small.example/feed").id
    assert due_feeds(most=2) == [busy[0], small]
    assert len(due_feeds()) == 11
    Host.objects.create(name="busy.example", free_at=right_now() + HOUR)
    assert due_feeds() == [small], "a host that asked to be left alone takes none at all"


# ---------------------------------------------------------------- moved, dead, stuck
def move(site: NewsSite, target: str, status: int = 301) -> None:
    site.answers("/feed", status=status, headers={"Location": target}, validators=False)


def test_a_reading_is_too_late_where_an_editor_tells_another_address_meanwhile(
    site: NewsSite, edith: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = followed(announce(site, entry(site.says("/old", "Old", SENTENCE, PADDING))))
    new = announce(site, entry(site.says("/new", "New", SENTENCE, PADDING)), path="/other-feed")

    def look_late(*seen: Any) -> Any:
        monkeypatch.undo()
        change_feed(feed_id=feed.id, by=edith, now=right_now(), url=new)
        return look_at(*seen)

    look_at = feed_reading._look_at
    monkeypatch.setattr(feed_reading, "_look_at", look_late)
    assert read(feed).problem == "Another worker took over."
    assert (feed.lease_until, feed.last_read_at) == (None, None)
    assert len(list(read_feeds([feed.id], only_due=True))) == 1, "it is due at once"
    assert list(Article.objects.values_list("url", flat=True)) == [site.url("/new")]


def test_a_lasting_redirect_is_followed_into_the_address_once_it_is_confirmed(site: NewsSite) -> None:
    feed = followed(announce(site, entry("/a", "a")))
    read(feed)
    announce(site, entry("/a", "a"), path="/rss")
    move(site, "/rss")
    read(feed)
    assert (feed.url, feed.moved_to) == (site.url("/feed"), site.url("/rss")), "seen once"
    read(feed)
    assert (feed.url, feed.moved_to, feed.moved_from) == (site.url("/rss"), "", site.url("/feed"))
    assert told(EventKind.FEED_CHANGED) == [f"Feed moved: {site.url('/feed')} is now at {site.url('/rss')}."]
    asked = len(site.statuses("/feed"))
    read(feed)
    assert site.statuses("/rss")[-1] == 304, "the validators came along"
    assert len(site.statuses("/feed")) == asked
    assert followed(site.url("/feed")).pk == feed.pk, "who adds the old address finds the feed"


def test_a_passing_redirect_moves_nothing(site: NewsSite) -> None:
    announce(site, entry("/a", "a"), path="/rss")
    move(site, "/rss", status=302)
    feed = followed(site.url("/feed"))
    for _ in range(3):
        read(feed)
    assert (feed.url, feed.moved_to, feed.state) == (site.url("/feed"), "", FeedState.LIVE)


def test_a_redirect_to_what_is_no_feed_moves_nothing(site: NewsSite) -> None:
    site.says("/parked", "Buy this domain", SENTENCE)
    move(site, "/parked")
    feed = followed(site.url("/feed"))
    for _ in range(3):
        read(feed)
    assert (feed.url, feed.moved_to, feed.moved_from) == (site.url("/feed"), "", "")


def test_a_feed_that_moves_to_one_that_we_follow_ends_there(site: NewsSite) -> None:
    feed = followed(announce(site, entry("/a", "a")))
    followed(announce(site, entry("/a", "a"), path="/rss"))
    move(site, "/rss")
    read(feed)
    read(feed)
    assert (feed.state, feed.due_at) == (FeedState.STOPPED, None)
    assert "which we follow already" in told(EventKind.FEED_CHANGED)[0]


def gone(site: NewsSite) -> None:
    site.answers("/feed", status=410)


def missing(site: NewsSite) -> None:
    site.answers("/feed", status=404)


def a_page(site: NewsSite) -> None:
    site.says("/feed", "Our feeds have ended", SENTENCE, PADDING)


def broken(site: NewsSite) -> None:
    site.answers("/feed", status=500)


@pytest.mark.parametrize(
    ("fails", "readings"), [(gone, 1), (missing, 3), (a_page, 3), (broken, None)], ids=lambda it: str(it)
)
def test_a_dead_feed_says_so_and_comes_back_when_it_does(
    site: NewsSite, fails: Callable[[NewsSite], None], readings: int | None
) -> None:
    feed = followed(announce(site, entry("/a", "a")))
    read(feed)
    good = feed.last_good_at
    fails(site)
    states = []
    for _ in range(6):
        read(feed)
        states.append(feed.state)
    died = states.index(FeedState.DEAD) + 1 if FeedState.DEAD in states else None
    assert died == readings
    assert feed.state_reason
    assert feed.failing_since is not None
    assert (feed.last_good_at, feed.due_at is not None) == (good, True)
    assert len(told(EventKind.FEED_CHANGED)) == (readings is not None)
    announce(site, entry("/a", "a"), entry("/b", "b"))
    assert len(read(feed).new_articles) == 1
    assert feed.state == FeedState.LIVE


def test_a_feed_that_breaks_its_worker_is_put_aside_and_tried_again(
    site: NewsSite, settings: Settings
) -> None:
    settings.LEASE_SECONDS = 0.0
    feed = followed(announce(site, entry("/a", "a")))
    for _ in range(settings.STUCK_AFTER):
        lease(Feed, feed.id, seconds=timedelta(0), only_due=False)
    assert list(read_feeds(due_feeds(), only_due=True)) == []
    feed.refresh_from_db()
    assert feed.state == FeedState.STUCK
    assert "broke off 5 times" in feed.state_reason
    assert feed.due_at is not None
    Feed.objects.update(due_at=right_now())
    assert len(list(read_feeds(due_feeds(), only_due=True))) == 1
    feed.refresh_from_db()
    assert (feed.state, feed.attempts) == (FeedState.LIVE, 0)


def test_a_late_workers_reading_is_dropped(site: NewsSite, settings: Settings) -> None:
    settings.LEASE_SECONDS = 0.0
    feed = followed(announce(site, entry("/a", "a")))

    def read_while_another_takes_over(result: Fetched) -> PageToRead:
        lease(Feed, feed.id, seconds=timedelta(minutes=5), only_due=False)
        return feed_to_read(result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("claims.operations.feed_reading.feed_to_read", read_while_another_takes_over)
        [late] = list(read_feeds([feed.id], only_due=False))
    assert late.problem == "Another worker took over."
    assert (Article.objects.count(), FeedItem.objects.count()) == (0, 0)
    feed.refresh_from_db()
    assert feed.last_read_at is None
    Feed.objects.update(lease_until=right_now())
    assert len(read(feed).new_articles) == 1


def test_a_feed_that_takes_for_ever_to_read_holds_up_nobody(site: NewsSite, settings: Settings) -> None:
    settings.READ_SECONDS = 1.0
    bomb = b"<rss><channel><item><link>/a</link><a " + b"".join(b"b%d='' " % n for n in range(60_000)) + b"/>"
    endless = followed(site.answers("/bomb", body=bomb, content_type="application/rss+xml"))
    plain = followed(announce(site, entry("/a", "a")))
    reports = {report.feed: report for report in read_feeds([endless.id, plain.id], only_due=False)}
    assert "more time or memory" in reports[endless.id].problem
    assert len(reports[plain.id].new_articles) == 1
    endless.refresh_from_db()
    assert (endless.state, endless.failures, endless.lease_until) == (FeedState.FAILING, 1, None)


# ---------------------------------------------------------------- what editors do
def test_edith_changes_a_feed_and_the_ledger_says_so(site: NewsSite, edith: User, cora: User) -> None:
    feed = followed(announce(site, entry("/a", "a")))
    with pytest.raises(NotAllowedError):
        change_feed(feed_id=feed.id, by=cora, now=right_now(), followed=False)
    change_feed(feed_id=feed.id, by=edith, now=right_now(), publisher="The Beacon", followed=False)
    feed.refresh_from_db()
    assert (feed.publisher, feed.state) == (Publisher.objects.get(name="The Beacon"), FeedState.STOPPED)
    assert due_feeds() == []
    with pytest.raises(RuleRefusedError, match="no longer followed"):
        read_now(feed_id=feed.id, by=edith, now=right_now())
    change_feed(feed_id=feed.id, by=edith, now=right_now(), followed=True)
    assert due_feeds() == [feed.id]
    other = followed(announce(site, path="/rss"))
    with pytest.raises(RuleRefusedError, match="already"):
        change_feed(feed_id=feed.id, by=edith, now=right_now(), url=other.url)
    change_feed(feed_id=feed.id, by=edith, now=right_now(), followed=True)
    assert told(EventKind.FEED_CHANGED) == [
        "Feed changed: published by The Beacon, no longer followed.",
        "Feed changed: followed again.",
    ]


def test_a_feed_of_known_entries_costs_few_queries(site: NewsSite) -> None:
    feed = followed(announce(site, *(entry(f"/{n}", str(n)) for n in range(60))))
    read(feed)
    announce(site, *(entry(f"/{n}", str(n)) for n in range(60)), entry("/new", "new"))
    with CaptureQueriesContext(connection) as asked:
        assert len(read(feed).new_articles) == 1
    assert len(asked) < 60


def test_our_own_outage_is_no_failure_of_a_feed(settings: Settings) -> None:
    nowhere = "224.0.0.1:80"  # a group of hosts: the system has no route for a connection to it
    settings.FETCH_ALLOW_PRIVATE = [nowhere]
    feed = followed(f"http://{nowhere}/feed")
    Feed.objects.update(last_read_at=right_now())
    assert list(read_feeds([feed.id], only_due=False)) == []
    feed.refresh_from_db()
    assert (feed.failures, feed.attempts, feed.state) == (0, 0, FeedState.PENDING)
    assert feed.due_at is not None
    assert feed.due_at < right_now() + HOUR

"""`manage.py recheck` looks at sources again without a broker."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from claims.models import Article, Feed, Snapshot, User
from claims.operations.feeds import add_feed
from claims.operations.ingest import add_article, ingest_file
from claims.operations.recheck import check_articles
from claims.operations.rounds import _Waiting, keep_working
from claims.operations.webhooks import add_webhook
from claims.queries.due import HOSTS_IN_A_BATCH
from tests.commands.conftest import Run
from tests.receivers import receiving
from tests.sites import NewsSite
from tests.stories import a_claim, right_now

ROOT = Path(__file__).resolve().parents[2]
SAYS = "The minister resigned on Tuesday, a government spokesman said."
NOW_SAYS = "The minister stays in office, a government spokesman said on Wednesday."


def taken_on(url: str) -> Article:
    return add_article(url=url, by=None, now=right_now(), publisher="The Lantern").article


def test_what_is_due_is_checked_and_what_is_not_is_left(run: Run, site: NewsSite) -> None:
    due = taken_on(site.says("/due", "Minister resigns", SAYS))
    later = taken_on(site.says("/later", "Minister resigns", SAYS))
    Article.objects.filter(pk=later.pk).update(due_at=right_now() + timedelta(days=1))
    for arguments in ((), ("--due",)):
        Article.objects.filter(pk=due.pk).update(due_at=right_now())
        ran = run("recheck", *arguments)
        assert ran.code == 0, ran.err
        assert [line["article"] for line in ran.lines] == [due.id]
    assert site.statuses("/later") == []


def test_hot_evidence_whose_check_was_set_while_it_was_cold_is_due(
    run: Run, site: NewsSite, edith: User
) -> None:
    hot = taken_on(site.says("/hot", "Minister resigns", SAYS))
    run("recheck", "--article", hot.id)
    hot.refresh_from_db()
    now = right_now()
    Article.objects.update(last_checked_at=now - timedelta(hours=2), due_at=now + timedelta(days=7))
    assert run("recheck").lines == []
    a_claim(edith, text=SAYS, quote=SAYS, article=hot)
    assert [line["article"] for line in run("recheck").lines] == [hot.id]


def test_kept_bytes_are_read_anew_though_nothing_is_due(run: Run, site: NewsSite) -> None:
    article = taken_on(site.says("/page", "Minister resigns", SAYS))
    run("recheck", "--article", article.id)
    Snapshot.objects.update(extractor_version="1", text="What an older one made of it.")
    assert run("recheck").lines == []
    article.refresh_from_db()
    assert article.newest is not None
    assert SAYS in article.newest.text


def test_each_check_says_what_it_found(run: Run, site: NewsSite) -> None:
    article = taken_on(site.says("/page", "Minister resigns", SAYS))
    line = {"article": article.id, "outcome": "captured", "change": None}
    assert run("recheck", "--article", article.id).lines == [line]
    assert run("recheck", "--article", article.id).lines == [{**line, "outcome": "unchanged"}]
    site.says("/page", "Minister resigns", NOW_SAYS)
    changed = {**line, "outcome": "changed", "change": "silent_edit"}
    assert run("recheck", "--article", article.id).lines == [changed]
    del site.pages["/page"]
    assert run("recheck", "--article", article.id).lines == [{**line, "outcome": "failed"}]


def test_all_are_all_that_have_an_address(run: Run, site: NewsSite) -> None:
    articles = [taken_on(site.says(f"/{n}", f"Story {n}", SAYS)) for n in range(3)]
    Article.objects.update(due_at=right_now() + timedelta(days=1))
    ingest_file(body=SAYS.encode() * 3, content_type="text/plain", by=None, now=right_now())
    ran = run("recheck", "--all")
    assert sorted(line["article"] for line in ran.lines) == sorted(article.id for article in articles)


def test_due_feeds_bring_in_articles_that_are_checked_at_once(run: Run, site: NewsSite) -> None:
    story = site.says("/story", "Minister resigns", SAYS)
    body = f"<rss version='2.0'><channel><title>L</title><item><link>{story}</link></item></channel></rss>"
    url = site.answers("/feed", body=body.encode(), content_type="application/rss+xml")
    add_feed(url=url, by=None, now=right_now())
    [line] = run("recheck").lines
    assert line["outcome"] == "captured"
    assert not Feed.objects.filter(due_at__lte=right_now()).exists()


def test_slow_feeds_hold_up_no_page_that_is_due(run: Run, site: NewsSite) -> None:
    pages = {taken_on(site.says(f"/{n}", f"Story {n}", SAYS)).id for n in range(3)}
    Article.objects.update(due_at=right_now() - timedelta(minutes=1))
    story = site.says("/late", "Late story", SAYS)
    body = f"<rss version='2.0'><channel><title>L</title><item><link>{story}</link></item></channel></rss>"
    for number in range(3):
        url = site.answers(f"/feed{number}", body=body.encode(), content_type="application/rss+xml")
        add_feed(url=url, by=None, now=right_now() - timedelta(hours=1))
    lines = run("recheck", "--due").lines
    assert {line["article"] for line in lines[:3]} == pages
    asked = [path for path, _ in site.asked if path != "/robots.txt"]
    assert not [path for path in asked[:3] if path.startswith("/feed")]
    assert (asked.count("/late"), lines[3]["outcome"]) == (1, "captured")
    assert not Feed.objects.filter(last_read_at=None).exists(), "all were read"


def test_what_falls_due_while_much_is_left_to_do_has_its_turn_before_all_is_done(
    site: NewsSite, settings: Settings, edith: User
) -> None:
    settings.LEASE_SECONDS, settings.HOST_GAP_SECONDS = 8.0, 0.4  # five pages in a batch
    hot = taken_on(site.says("/hot", "Minister resigns", SAYS))
    list(check_articles([hot.id], only_due=False))
    hot.refresh_from_db()
    a_claim(edith, text=SAYS, quote=SAYS, article=hot)
    backlog = {taken_on(site.says(f"/{n}", f"Story {n}", SAYS)).id for n in range(15)}
    Article.objects.update(due_at=right_now() - timedelta(hours=1))
    order = []
    for report in keep_working():
        order.append(report.article)
        if order.count(hot.id) == 2 or backlog <= set(order):
            break
        Article.objects.filter(pk=hot.id).update(due_at=right_now())
    assert order.count(hot.id) == 2, "while some of it still waits"


def test_hosts_that_are_always_behind_do_not_keep_the_others_from_their_turn() -> None:
    behind, others = [f"large{n}" for n in range(60)], [f"small{n}" for n in range(40)]
    waiting = _Waiting()
    asked = [waiting.hosts_in_turn([*behind, *others]) for _ in range(4)]
    assert all(len(hosts) == len(set(hosts)) == HOSTS_IN_A_BATCH for hosts in asked[:3])
    assert set().union(*asked) == {*behind, *others}
    assert all(hosts[0] == "large0" for hosts in asked), "the most urgent is in each"


def test_who_listens_is_told_of_what_the_checks_bring(
    run: Run, site: NewsSite, edith: User, settings: Settings
) -> None:
    article = taken_on(site.says("/page", "Minister resigns", SAYS))
    run("recheck")
    article.refresh_from_db()
    a_claim(edith, text=SAYS, quote=SAYS, article=article)
    with receiving() as receiver:
        settings.FETCH_ALLOW_PRIVATE = [*settings.FETCH_ALLOW_PRIVATE, receiver.server.place]
        add_webhook(url=receiver.url, kinds=[], by=edith, now=right_now())
        site.says("/page", "Minister resigns", NOW_SAYS)
        Article.objects.update(due_at=right_now())
        assert [line["outcome"] for line in run("recheck").lines] == ["changed"]
    assert "article_change" in receiver.kinds


def test_nothing_due_is_nothing_said(run: Run) -> None:
    ran = run("recheck", "--due")
    assert (ran.code, ran.out) == (0, "")


def test_an_article_that_is_none_stops_everything(run: Run, site: NewsSite) -> None:
    article = taken_on(site.says("/page", "Minister resigns", SAYS))
    ran = run("recheck", "--article", article.id, "nosuchone")
    assert ran.code == 1
    assert "'nosuchone'" in ran.err
    assert site.statuses("/page") == []


def test_a_file_in_hand_has_no_address_to_check(run: Run) -> None:
    made = ingest_file(body=SAYS.encode() * 3, content_type="text/plain", by=None, now=right_now())
    ran = run("recheck", "--article", made.article.id)
    assert (ran.code, "no address" in ran.err) == (1, True)


@pytest.mark.parametrize("arguments", [("--due", "--all"), ("--all", "--article", "abcdefgh"), ("--soon",)])
def test_options_that_contradict_each_other_are_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("recheck", *arguments).code != 0


def test_the_loop_goes_on_until_it_is_told_to_stop(database_url: str, site: NewsSite) -> None:
    article = taken_on(site.says("/page", "Minister resigns", SAYS))
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "FETCH_ALLOW_PRIVATE": site.address.removeprefix("http://"),
        "SWEEP_SECONDS": "0.1",
        "HOST_GAP_SECONDS": "0",
        "CHECK_MIN_SECONDS": "0.1",
        "CHECK_MAX_SECONDS": "0.1",
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "recheck", "--loop"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = [json.loads(process.stdout.readline()) for _ in range(3)]
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert [line["outcome"] for line in told] == ["captured", "unchanged", "unchanged"]
    assert {line["article"] for line in told} == {article.id}
    assert (process.returncode, said.strip()) == (0, "Stopped.")

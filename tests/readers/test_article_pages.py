"""An article's page stays small and readable however long its history, and says when nobody looks at it."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from playwright.sync_api import Page
from pytest_django import Settings

from claims.models import Article, Candidate, Change, Claim, Feed, Host, User
from claims.operations.feed_reading import read_feeds
from claims.operations.feeds import add_feed
from claims.operations.ingest import add_article
from claims.queries.reader_rows import MOST_SHOWN
from claims.vocabulary import Visibility
from tests.conftest import ColorScheme
from tests.readers.conftest import look_again
from tests.sites import NewsSite
from tests.stories import right_now, taken_on, tracked

pytestmark = pytest.mark.django_db

NINE = "A berth costs nine crowns from May, the port reportedly said."
SEVEN = "A berth costs seven crowns from May, the port said."
PADDING = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."


def edited(site: NewsSite, *texts: str) -> Article:
    """An article that said one text after the other."""
    article = taken_on(site.says("/fee", "Harbour fee rises", texts[0], PADDING))
    for text in texts[1:]:
        site.says("/fee", "Harbour fee to rise", text, PADDING)
        look_again(article)
    return article


def read(path: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.content.decode())


def words(path: str, client: Client | None = None) -> str:
    """What a person reads there."""
    return " ".join(strip_tags(read(path, client)).split())


def test_changes_stand_in_one_text_or_side_by_side_with_a_plain_link(site: NewsSite, edith: User) -> None:
    article = edited(site, NINE, SEVEN)
    desk = Client()
    desk.force_login(edith)
    for path, client in ((f"/articles/{article.id}/", Client()), (f"/desk/articles/{article.id}/", desk)):
        inline = read(path, client)
        assert re.search(r"costs <del>nine</del> <ins>seven</ins>", inline)
        assert "Headline before" not in inline
        assert "A hedge was dropped" in inline
        [link] = re.findall(r'href="(\?[^"]*diff=side[^"]*)"', inline)
        side = read(path + link.partition("#")[0], client)
        before, after = side.split("Text before")[1].split("Text after")
        assert "<del>nine</del>" in before
        assert "<ins>" not in before
        assert "<ins>seven</ins>" in after.split("</div>")[0]
        assert "<del>" not in after.split("</div>")[0]
        assert "Headline before" in side


def test_a_stance_that_turned_round_is_told_with_the_change(site: NewsSite, edith: User) -> None:
    article = edited(site, SEVEN)
    claim = tracked(article, "seven crowns", edith)
    denied = "It is not true that a berth costs seven crowns from May, the port said: the report is false."
    site.says("/fee", "Harbour fee to rise", denied, PADDING)
    look_again(article)
    desk = Client()
    desk.force_login(edith)
    for path, reader, address in (
        (f"/articles/{article.id}/", Client(), claim.get_absolute_url()),
        (f"/desk/articles/{article.id}/", desk, f"/desk/claims/{claim.id}/"),
    ):
        told = read(path, reader).split("now refutes what it")[1][:400]
        assert f'<a href="{address}">{claim.text}</a>' in told
    for path in ("/", claim.get_absolute_url()):
        drawn = read(path).partition("Who said it when")[2].partition("</figure>")[0]
        assert "1 of them turned from one to another" in drawn
        assert "strip__mark--refutes" in drawn
        assert "strip__mark--past" in drawn
        meanings, _, picture = drawn.partition('<svg class="strip"')
        assert "says it is not so" in meanings
        assert "says it is not so</text>" not in picture, "lines of what turned would run through the words"
        assert "A broken outline is what an article said before" in picture.partition("<figcaption")[2]
    Claim.objects.update(visibility=Visibility.INTERNAL)
    assert "now refutes" not in read(f"/articles/{article.id}/"), "readers hear of no internal claim"


def test_headline_and_text_that_turn_round_together_are_told_in_one(site: NewsSite, edith: User) -> None:
    article = taken_on(
        site.says("/pier", "The minister opened the pier", "The minister opened the pier.", PADDING)
    )
    claim = tracked(article, "opened the pier", edith)
    Change.objects.all().delete()
    site.says("/pier", "The minister did not open the pier", "The minister did not open the pier.", PADDING)
    look_again(article)
    shown = words(f"/articles/{article.id}/")
    assert "Headline and text now refute what they supported before:" in shown
    assert shown.count("now refute") == 1, claim.text


def test_a_text_that_comes_back_is_told_as_the_same(site: NewsSite) -> None:
    article = edited(site, NINE, SEVEN, NINE, SEVEN)
    shown = read(f"/articles/{article.id}/")
    assert re.findall(r"the same text as No. (\d+) again", shown) == ["2"]


def test_a_page_that_goes_to_and_fro_says_so_while_it_shows_an_earlier_text(site: NewsSite) -> None:
    article = edited(site, NINE, SEVEN, NINE, SEVEN)
    assert "to and fro" not in words(f"/articles/{article.id}/")
    site.says("/fee", "Harbour fee to rise", NINE, PADDING)
    look_again(article)
    assert "to and fro" in words(f"/articles/{article.id}/")


def test_a_page_that_was_only_taken_down_offers_no_diff(
    site: NewsSite, edith: User, settings: Settings
) -> None:
    settings.REMOVED_AFTER_CHECKS, settings.REMOVED_AFTER_SECONDS = 1, 0
    article = edited(site, NINE)
    site.answers("/fee", status=410)
    look_again(article)
    desk = Client()
    desk.force_login(edith)
    for path, client in ((f"/articles/{article.id}/", Client()), (f"/desk/articles/{article.id}/", desk)):
        shown = words(path, client)
        assert "is gone (410)" in shown
        assert "Side by side" not in shown


def test_a_long_history_is_shown_in_pages_of_bounded_size_and_price(site: NewsSite, edith: User) -> None:
    article = edited(site, NINE, SEVEN)
    [change] = Change.objects.all()
    change.diff["body"] = [
        {"op": "delete", "text": "gone " * 3_000},
        {"op": "insert", "text": "come " * 3_000},
    ]
    change.save()
    now = right_now()
    Change.objects.bulk_create(
        Change(
            article=article,
            kind=change.kind,
            before=change.before,
            after=change.after,
            not_before=now,
            not_after=now + timedelta(seconds=number),
            diff=change.diff,
        )
        for number in range(60)
    )
    desk = Client()
    desk.force_login(edith)
    for path, client in ((f"/articles/{article.id}/", Client()), (f"/desk/articles/{article.id}/", desk)):
        with CaptureQueriesContext(connection) as asked:
            shown = client.get(path).content
        assert len(asked) <= 12 + 2 * path.startswith("/desk/"), "session and account come on top at the desk"
        assert len(shown) < 50 * 2 * MOST_SHOWN
        assert b"More changed than fits here" in shown
    assert "Page 2 of 4" in read(f"/articles/{article.id}/?page=2")
    for odd in ("0", "999999999999", "x", "-1"):
        read(f"/articles/{article.id}/?page={odd}")


def test_when_nobody_checks_any_more_every_page_says_so(
    site: NewsSite, settings: Settings, edith: User
) -> None:
    article = taken_on(site.says("/fee", "Harbour fee rises", SEVEN, PADDING))
    claim = tracked(article, "seven crowns", edith)
    feed = add_feed(url=site.answers("/feed", body=b"<rss><channel/></rss>"), by=None, now=right_now())
    list(read_feeds([feed.id], only_due=True))
    settings.SWEEP_SECONDS = settings.CHECK_MIN_SECONDS = settings.LEASE_SECONDS = 0.05
    for rows in (Article, Feed):
        rows.objects.update(due_at=right_now())
    desk = Client()
    desk.force_login(edith)
    pages = [
        (f"/articles/{article.id}/", Client()),
        (claim.get_absolute_url(), Client()),
        (f"/desk/articles/{article.id}/", desk),
        (f"/desk/claims/{claim.id}/", desk),
    ]
    time.sleep(0.4)  # no scheduler runs
    for path, client in pages:
        assert "Not checked since" in read(path, client), path
    article.refresh_from_db()
    assert article.last_checked_at is not None
    nothing = f"Nothing has been checked since {article.last_checked_at:%-d %B %Y, %H:%M} UTC"
    assert nothing in words("/desk/", desk)
    assert "overdue" in read("/desk/articles/", desk)
    assert "not since" in read("/desk/feeds/", desk)
    settings.SWEEP_SECONDS = settings.CHECK_MIN_SECONDS = settings.LEASE_SECONDS = 60.0
    settings.FEED_MIN_SECONDS = 60.0
    call_command("recheck")
    for path, client in pages:
        assert "Not checked since" not in read(path, client), path
        assert "Next check" in read(path, client), path
    assert "Nothing has been checked" not in read("/desk/", desk)
    assert "not since" not in read("/desk/feeds/", desk)


def test_the_desk_is_told_when_no_check_was_ever_made(site: NewsSite, edith: User) -> None:
    add_article(url=site.says("/fee", "Harbour fee rises", SEVEN), by=None, now=right_now())
    desk = Client()
    desk.force_login(edith)
    assert "has been checked" not in words("/desk/", desk), "it was only just added"
    Article.objects.update(due_at=right_now() - timedelta(days=1))
    assert "Nothing has been checked yet, though 1 article is due" in words("/desk/", desk)


def test_a_page_never_checked_says_that_and_not_since_when(site: NewsSite, edith: User) -> None:
    article = taken_on(site.says("/fee", "Harbour fee rises", SEVEN, PADDING))
    claim = tracked(article, "seven crowns", edith)
    add_feed(url=site.answers("/feed", body=b"<rss><channel/></rss>"), by=None, now=right_now())
    Article.objects.update(last_checked_at=None, due_at=right_now() - timedelta(days=1))
    Feed.objects.update(last_read_at=None, due_at=right_now() - timedelta(days=1))
    for path in (f"/articles/{article.id}/", claim.get_absolute_url(), "/claims/", "/"):
        page = words(path)
        assert "Not checked yet" in page, path
        assert "Not checked since" not in page, path
    desk = Client()
    desk.force_login(edith)
    assert "Last read not yet" in words("/desk/feeds/", desk)


def test_no_page_announces_a_check_for_a_moment_that_has_passed(site: NewsSite, edith: User) -> None:
    article = taken_on(site.says("/fee", "Harbour fee rises", SEVEN, PADDING))
    claim = tracked(article, "seven crowns", edith)
    add_feed(url=site.answers("/feed", body=b"<rss><channel/></rss>"), by=None, now=right_now())
    desk = Client()
    desk.force_login(edith)
    soon = right_now() + timedelta(hours=1)
    for due_at, said in (
        (soon, f"{soon:%-d %B %Y, %H:%M} UTC"),
        (right_now() - timedelta(seconds=20), "due now"),
    ):
        for rows in (Article, Feed):
            rows.objects.update(due_at=due_at)
        assert f"Next check {said}" in words(f"/articles/{article.id}/")
        assert f"Next check {said}" in words(claim.get_absolute_url())
        assert f"Next check {said}" in words(f"/desk/articles/{article.id}/", desk)
        assert said in words("/desk/articles/", desk)
        assert f"Next reading {said}" in words("/desk/feeds/", desk)


def test_one_article_that_lags_behind_does_not_mean_that_nothing_is_checked(
    site: NewsSite, edith: User
) -> None:
    for name in ("fee", "pier"):
        taken_on(site.says(f"/{name}", f"Harbour {name} rises", SEVEN, PADDING))
    Article.objects.filter(url__endswith="/fee").update(due_at=right_now() - timedelta(days=1))
    desk = Client()
    desk.force_login(edith)
    assert "has been checked" not in words("/desk/", desk)


@pytest.mark.parametrize("path", ["article", "claim", "list"])
def test_while_its_host_wants_to_be_left_alone_the_next_check_is_when_that_ends(
    site: NewsSite, edith: User, path: str
) -> None:
    article = taken_on(site.says("/fee", "Harbour fee rises", SEVEN, PADDING))
    claim = tracked(article, "seven crowns", edith)
    address = {
        "article": f"/articles/{article.id}/",
        "claim": claim.get_absolute_url(),
        "list": "/claims/",
    }[path]
    Article.objects.update(due_at=right_now() - timedelta(days=1))
    assert "Not checked since" in words(address), "the control"
    until = right_now() + timedelta(hours=3)
    Host.objects.update_or_create(name=article.host, defaults={"free_at": until})
    shown = words(address)
    assert "Not checked since" not in shown
    if path != "list":
        assert f"Next check {until:%-d %B %Y, %H:%M} UTC" in shown
    if path == "article":
        assert "asked us to wait" in shown
    Host.objects.update(free_at=right_now())
    assert "asked us to wait" not in words(address)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_pages_of_sources_break_no_rule_of_accessibility(
    live_site: str,
    browser_page: Callable[..., Page],
    site: NewsSite,
    edith: User,
    width: int,
    scheme: ColorScheme,
) -> None:
    article = edited(site, NINE, SEVEN, NINE)
    broken = taken_on(site.says("/gone", "Pier closes", PADDING, NINE))
    site.answers("/gone", status=500)
    look_again(broken)
    feed = add_feed(
        url=site.answers(
            "/feed",
            body=f"<rss><channel><title>Lantern</title><item><title>Pier closes</title>"
            f"<link>{broken.url}</link></item></channel></rss>".encode(),
            content_type="application/rss+xml",
        ),
        by=None,
        now=right_now(),
        publisher="The Lantern",
    )
    list(read_feeds([feed.id], only_due=True))
    dead = add_feed(url=site.answers("/dead", status=410), by=None, now=right_now())
    list(read_feeds([dead.id], only_due=True))
    client = Client()
    client.force_login(edith)
    page = browser_page(width=width, color_scheme=scheme)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_site}])
    page.emulate_media(reduced_motion="reduce")
    for path in (
        f"/articles/{article.id}/",
        f"/articles/{article.id}/?diff=side",
        f"/desk/articles/{article.id}/?diff=side",
        "/desk/articles/?show=trouble",
        "/desk/feeds/",
    ):
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert not found, [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found]
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, path


# ---------------------------------------------------------------- pages in other languages
ELSEWHERE = {
    "ar": (
        "استقالة وزير الموانئ",
        "قال مكتب الميناء يوم الاثنين إن وزير الموانئ استقال بعد أن غرقت العبارة القديمة قرب الساحل.",
        "rtl",
    ),
    "fr": (
        "Le ministre des ports démissionne",
        "Le ministre des ports a démissionné lundi, a déclaré la capitainerie dans un communiqué.",
        "ltr",
    ),
    "zh": (
        "港口部长辞职",
        "港口办公室星期一说，旧渡轮在海岸附近沉没之后，港口部长已经辞去了他的职务。" * 2,
        "ltr",
    ),
}


@pytest.mark.parametrize("language", ELSEWHERE)
def test_a_page_in_another_language_is_kept_and_everybody_is_told_why_it_has_no_claims(
    language: str, site: NewsSite, edith: User
) -> None:
    headline, text, direction = ELSEWHERE[language]
    article = taken_on(site.says(f"/{language}", headline, text, text))
    assert (article.language, article.snapshot_count, Candidate.objects.count()) == (language, 1, 0)
    told = f"Claims were not extracted: the page is in another language ({language})"
    desk = Client()
    desk.force_login(edith)
    for shown in (read(f"/articles/{article.id}/"), read(f"/desk/articles/{article.id}/", desk)):
        assert told in shown
        assert re.search(rf'<h1[^>]* lang="{language}" dir="{direction}">\s*{headline}', shown)
    assert f'lang="{language}" dir="{direction}">{text}' in read(f"/desk/articles/{article.id}/", desk)
    answer = Client().get(f"/api/v1/articles/{article.id}/").json()
    assert answer["extraction_note"].startswith(told)


def test_an_english_page_says_nothing_of_its_language(site: NewsSite) -> None:
    article = edited(site, NINE)
    shown = read(f"/articles/{article.id}/")
    assert "not extracted" not in shown
    assert "dir=" not in shown

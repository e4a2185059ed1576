"""Articles come in at the desk by address or as a file, and show exactly where they claim what."""

import os
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from claims.models import Article, Candidate, Claim, Event, Feed, Host, Snapshot, User
from claims.operations import reading_apart
from claims.operations.feeds import add_feed
from claims.operations.recheck import check_articles
from claims.queries.desk_articles import Span, place_of, segments
from claims.views.desk.uploads import CappedUpload
from claims.vocabulary import ArticleState, QuoteState
from tests.desk.conftest import LANDED, WIRE, DeskOf, a_candidate, words
from tests.sites import news_site, page
from tests.stories import a_claim, an_article, right_now

pytestmark = pytest.mark.django_db
LIST, UPLOAD, FEEDS = "/desk/articles/", "/desk/articles/upload/", "/desk/feeds/"
PAGE = page("Port", f"{LANDED}.")
KLINGON = PAGE.replace("utf-8", "x-klingon").encode("latin-1") + b"\xff"


def uploaded(name: str, body: bytes, content_type: str, **more: Any) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, body, content_type), **more}


def seen(article: Article) -> str:
    return reverse("desk_article", args=[article.id])


# ---------------------------------------------------------------- by address
def test_edith_adds_an_address(desk: Client) -> None:
    sent = {"url": "https://herald.example/a", "published_at": "2011-03-30T21:10", "publisher": "The Herald"}
    shown = desk.post(LIST, sent, follow=True)
    article = Article.objects.get()
    assert article.due_at is not None
    assert (article.url, article.state) == (sent["url"], ArticleState.PENDING)
    assert str(article.published_at) == "2011-03-30 21:10:00+00:00"
    assert str(article.publisher) == "The Herald"
    assert "It is fetched with the next sweep" in words(shown)
    assert "Not fetched yet" in words(shown)
    again = desk.post(LIST, {"url": "https://HERALD.example:443/a"}, follow=True)
    assert "We hold this article already" in words(again)
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "", "harbour", "http://", "ftp://herald.example/x", "javascript:alert(1)", "file:///etc/passwd",
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://[::]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/",
        "http://[fe80::1%25eth0]/", "http://169.254.169.254/", "http://100.100.100.200/", "http://①②⑦.⓪.⓪.①/",
        "http://127.0.0.1\\@1.1.1.1/", "http://1.1.1.1@127.0.0.1/", "http://herald.example:8080/",
        "http://herald.example/\r\nX: y", "http://herald.example/" + "a" * 65536,
    ],
)  # fmt: skip
def test_an_address_that_is_never_fetched_is_refused_at_its_field(desk: Client, address: str) -> None:
    answer = desk.post(LIST, {"url": address, "publisher": "Kept Gazette"})
    assert answer.status_code == 422
    assert 'id="add_url_error"' in answer.content.decode() or 'id="id_url_error"' in answer.content.decode()
    assert "Kept Gazette" in answer.content.decode()
    assert unescape(answer.content.decode()).count(address.splitlines()[0] if address else "") > 0
    assert not Article.objects.exists()
    assert not Event.objects.filter(kind="article_added").exists()


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2099-01-01T00:00", "lies in the future"),
        ("0001-01-01T00:00", "lies before the first newspaper"),
        ("yesterday", "Give day and time"),
        ("9999999-01-01", "Give day"),
    ],
)
def test_a_publication_date_that_cannot_be_is_refused(desk: Client, moment: str, told: str) -> None:
    answer = desk.post(LIST, {"url": "https://herald.example/a", "published_at": moment})
    assert answer.status_code == 422
    assert told in words(answer)
    assert moment in answer.content.decode()
    assert "https://herald.example/a" in answer.content.decode()
    assert not Article.objects.exists()


def test_nul_bytes_are_refused_with_words(desk: Client) -> None:
    answer = desk.post(LIST, {"url": "https://herald.example/\x00", "publisher": "Ga\x00zette"})
    assert answer.status_code == 422
    assert "Null characters are not allowed" in words(answer)


# ---------------------------------------------------------------- as a file
@pytest.mark.parametrize(
    ("name", "body", "content_type"),
    [("port.html", PAGE.encode(), "text/html"), ("port.txt", WIRE.encode(), "text/plain"),
     ("port.html", PAGE.encode("utf-16"), "text/html")],
)  # fmt: skip
def test_a_page_in_hand_comes_in_at_once(desk: Client, name: str, body: bytes, content_type: str) -> None:
    shown = desk.post(UPLOAD, uploaded(name, body, content_type), follow=True)
    assert "candidate" in words(shown)
    assert LANDED in words(shown)
    article = Article.objects.get()
    assert article.due_at is None
    assert Candidate.objects.filter(snapshot__article=article).exists()
    again = desk.post(UPLOAD, uploaded(name, body, content_type), follow=True)
    assert "We hold this article already" in words(again)
    assert Snapshot.objects.count() == 1
    assert "nothing to check" in words(desk.post(reverse("desk_check", args=[article.id]), follow=True))


@pytest.mark.parametrize(
    ("name", "body", "content_type", "told"),
    [
        ("a.pdf", b"%PDF-1.7 \n%\xe2\xe3\xcf\xd3", "application/pdf", "This is a PDF file"),
        ("a.html", b"%PDF-1.7 \n%\xe2\xe3\xcf\xd3", "text/html", "This is a PDF file"),
        ("a.txt", b"\x00\x01\x02\x03" * 100, "text/plain", "binary file"),
        ("a.html", b"", "text/html", "is empty"),
        ("a.html", b"   \n ", "text/html", "is empty"),
        ("a.html", b"<html><body></body></html>", "text/html", "no readable article text"),
        ("a.html", KLINGON, "text/html", "an encoding that we do not know (x-klingon)"),
        ("a.xml", b"<?xml version='1.0'?><rss><channel></channel></rss>", "text/xml", "This is a feed"),
    ],
)  # fmt: skip
def test_a_file_without_a_readable_page_is_refused_at_its_field(
    desk: Client, name: str, body: bytes, content_type: str, told: str
) -> None:
    answer = desk.post(UPLOAD, uploaded(name, body, content_type, publisher="Kept Gazette"))
    assert answer.status_code == 422
    assert told in words(answer)
    assert "Kept Gazette" in answer.content.decode()
    assert not Article.objects.exists()


def test_a_file_over_the_limit_is_refused_and_never_kept_whole(desk: Client, settings: Settings) -> None:
    settings.FETCH_MAX_BYTES = 200_000
    answer = desk.post(UPLOAD, uploaded("a.txt", b"word " * 60_000, "text/plain", publisher="Kept Gazette"))
    assert answer.status_code == 422
    assert "This file has 293.0" in words(answer)
    assert "the largest page we read has 195.3" in words(answer)
    assert "Kept Gazette" in answer.content.decode()
    assert not Article.objects.exists()
    fits = desk.post(UPLOAD, uploaded("a.txt", (WIRE * 400).encode(), "text/plain"))
    assert fits.status_code == 302
    content = Article.objects.get().newest
    assert content is not None
    assert content.content.size == len((WIRE * 400).encode())


@pytest.mark.parametrize("limit", [{"READ_SECONDS": 0.2}, {"READ_MEGABYTES": 5}], ids=["time", "memory"])
def test_a_file_that_takes_more_than_reading_may_is_refused_in_words_and_the_next_is_read(
    desk: Client, settings: Settings, limit: dict[str, float]
) -> None:
    body = page("Port", *[f"{LANDED}."] * 6_000).encode()
    usual = {name: getattr(settings, name) for name in limit}
    for name, value in limit.items():
        setattr(settings, name, value)
    answer = desk.post(UPLOAD, uploaded("a.html", body, "text/html", publisher="Kept Gazette"))
    assert answer.status_code == 422
    assert "uses more time or memory than reading one may take" in words(answer)
    assert "Kept Gazette" in answer.content.decode()
    assert not Article.objects.exists()
    assert not Event.objects.filter(kind="article_added").exists()
    assert desk.post(UPLOAD, uploaded("b.html", PAGE.encode(), "text/html")).status_code == 302
    for name, value in usual.items():
        setattr(settings, name, value)
    taken = desk.post(UPLOAD, uploaded("a.html", body, "text/html"))
    assert taken.status_code == 302, "the control: with the usual limits it is read"


def test_while_others_files_are_read_one_more_is_refused_in_words(
    desk: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats = BoundedSemaphore(1)
    monkeypatch.setattr(reading_apart, "_AT_ONCE", seats)
    settings.READ_SECONDS = 0.5
    with seats:
        answer = desk.post(UPLOAD, uploaded("a.html", PAGE.encode(), "text/html", publisher="Kept Gazette"))
    assert answer.status_code == 422
    assert "Other pages are being read just now" in words(answer)
    assert "Kept Gazette" in answer.content.decode()
    assert desk.post(UPLOAD, uploaded("a.html", PAGE.encode(), "text/html")).status_code == 302


def test_what_lies_beyond_the_limit_is_counted_and_not_written(
    settings: Settings, rf: RequestFactory
) -> None:
    settings.FETCH_MAX_BYTES = 200_000
    handler, chunk, number = CappedUpload(rf.post("/")), b"x" * 65_536, 20
    handler.new_file("file", "a.txt", "text/plain", len(chunk) * number)
    for count in range(number):
        handler.receive_data_chunk(chunk, count * len(chunk))
    file = handler.file_complete(len(chunk) * number)
    assert file is not None
    assert file.size == len(chunk) * number
    assert file.seek(0, os.SEEK_END) <= settings.FETCH_MAX_BYTES + len(chunk)
    file.close()


def test_no_file_at_all_and_a_private_address_beside_one(desk: Client) -> None:
    assert "Choose a file" in words(desk.post(UPLOAD, {"publisher": "x"}))
    answer = desk.post(UPLOAD, uploaded("a.txt", WIRE.encode(), "text/plain", url="http://10.0.0.1/"))
    assert answer.status_code == 422
    assert "http://10.0.0.1/" in answer.content.decode()
    assert not Article.objects.exists()


# ---------------------------------------------------------------- the list
def test_failing_articles_are_marked_with_the_reason(desk: Client, article: Article) -> None:
    an_article(WIRE + "\nMore.", url="https://calm.example/", publisher="The Calm")
    Article.objects.filter(pk=article.pk).update(
        failures=7,
        state=ArticleState.STUCK,
        state_reason="The server closes the connection.",
        failing_since=datetime(2026, 1, 2, 9, tzinfo=UTC),
    )
    shown = words(desk.get(LIST))
    assert "Failing or stuck 1" in shown
    assert "The server closes the connection." in shown
    assert "Failing since 2 January 2026, 09:00" in shown
    failing = words(desk.get(LIST, {"show": "trouble"}))
    assert "Harbour Post" in failing
    assert "The Calm" not in failing
    assert "The Calm" in words(desk.get(LIST, {"q": "calm.example"}))
    assert "No such article" in words(desk.get(LIST, {"q": "zeppelin", "page": "10" * 8}))


def test_an_empty_list_says_what_to_do(desk: Client) -> None:
    assert "Add the address of a page, or upload one." in words(desk.get(LIST))


def test_a_part_of_the_list_that_is_empty_is_good_news(desk: Client, article: Article) -> None:
    for part, news in (("trouble", "Nothing fails"), ("gone", "Nothing is gone")):
        assert news in words(desk.get(LIST, {"show": part}))
        assert "No such article" in words(desk.get(LIST, {"show": part, "q": "zeppelin"}))
    Article.objects.filter(pk=article.pk).update(state=ArticleState.REMOVED)
    assert "Nothing is gone" not in words(desk.get(LIST, {"show": "gone"}))


# ---------------------------------------------------------------- feeds
def test_editors_follow_feeds_and_see_which_fail(desk: Client, cora: User, desk_of: DeskOf) -> None:
    assert "No feed yet" in words(desk.get(FEEDS))
    shown = desk.post(FEEDS, {"url": "https://herald.example/rss", "publisher": "The Herald"}, follow=True)
    assert "Its articles come in with the next sweep" in words(shown)
    feed = Feed.objects.get()
    assert (str(feed.publisher), feed.due_at is not None) == ("The Herald", True)
    Feed.objects.update(failures=2, state="failing", state_reason="It answers with a log-in page.")
    assert "It answers with a log-in page." in words(desk.get(FEEDS))
    for address in ("http://10.0.0.1/rss", "rss", ""):
        answer = desk.post(FEEDS, {"url": address, "publisher": "Kept Gazette"})
        assert answer.status_code == 422
        assert "Kept Gazette" in answer.content.decode()
    assert desk_of(cora).post(FEEDS, {"url": "https://other.example/rss"}).status_code == 403
    assert Feed.objects.count() == 1


def test_editors_stop_a_feed_and_follow_it_again(desk: Client, cora: User, desk_of: DeskOf) -> None:
    desk.post(FEEDS, {"url": "https://herald.example/rss", "publisher": "The Herald"})
    feed = Feed.objects.get()

    def act(word: str, person: Client = desk) -> str:
        return words(person.post(f"{FEEDS}{feed.id}/{word}/", follow=True))

    assert "is no longer read" in act("stop")
    assert "no longer followed; follow it again first" in act("read")
    assert "is followed again" in act("follow")
    Feed.objects.update(due_at=None)
    assert "is next in line" in act("read")
    feed.refresh_from_db()
    assert feed.due_at is not None
    assert desk_of(cora).post(f"{FEEDS}{feed.id}/stop/").status_code == 403
    assert desk.post(f"{FEEDS}zzzzzzzz/stop/").status_code == 404


def test_a_feed_shows_where_it_moved_what_it_left_out_and_when_it_last_answered(desk: Client) -> None:
    desk.post(FEEDS, {"url": "https://herald.example/rss", "publisher": "The Herald"})
    then = datetime(2026, 1, 1, 9, tzinfo=UTC)
    Feed.objects.update(
        state="dead",
        state_reason="The server answered with status 410.",
        failing_since=then,
        failures=3,
        last_good_at=then,
        last_read_at=then,
        moved_from="https://old.example/rss",
        note="Entries left out: 3 without a link that we may follow.",
        due_at=then,
    )
    shown = words(desk.get(FEEDS))
    for said in (
        "Dead",
        "status 410. 3 failed readings since",
        "Moved here from https://old.example/rss",
        "Last success",
        "not since",
        "3 without a link",
    ):
        assert said in shown


def test_what_waits_because_its_host_asked_for_it_says_so_and_is_not_called_late(
    desk: Client, article: Article
) -> None:
    desk.post(FEEDS, {"url": f"https://{article.host}/rss", "publisher": "The Herald"})
    past, until = right_now() - timedelta(hours=1), right_now() + timedelta(hours=2)
    then, later = (f"{at:%-d %B %Y, %H:%M} UTC" for at in (past, until))
    Feed.objects.update(due_at=past, last_read_at=past, brought=2, last_new_at=past)
    Article.objects.update(due_at=past)
    assert "not since" in words(desk.get(FEEDS))
    Host.objects.update_or_create(name=article.host, defaults={"free_at": until})
    told = f"asked us to wait until {later}"
    shown = words(desk.get(FEEDS))
    assert told in shown
    assert f"Next reading {later}" in shown
    assert f"2 articles, the last {then}" in shown
    assert "not since" not in shown
    listed = words(desk.get(LIST))
    assert f"{later} Its host asked us to wait." in listed
    assert "overdue" not in listed
    assert told in words(desk.get(seen(article)))
    Host.objects.update(free_at=past)
    assert "asked us to wait" not in words(desk.get(FEEDS))


# ---------------------------------------------------------------- one article
def test_claims_and_candidates_are_marked_where_they_stand(
    desk: Client, edith: User, claim: Claim, article: Article
) -> None:
    a_candidate(edith, "The gates were shut.", article, "the gates were shut")
    a_candidate(edith, "He came on Wednesday.", article, "Wednesday evening, the Foreign Office said")
    shown = desk.get(seen(article)).content.decode()
    text = shown.split('class="desk-text"')[1]
    assert re.findall(r'<mark class="desk-mark[^>]*>([^<]*)</mark>', text)[:3] == [
        LANDED.removesuffix("Wednesday evening"),
        "Wednesday evening",
        ", the Foreign Office said",
    ]
    assert claim.text in words(desk.get(seen(article)))
    assert "The gates were shut." in words(desk.get(seen(article)))
    paragraphs = re.findall(r'<p data-start="(\d+)">(.*?)</p>', text, re.DOTALL)
    assert article.newest is not None
    for start, html in paragraphs:
        plain = unescape(re.sub(r"<[^>]+>", "", html))
        assert article.newest.text[int(start) : int(start) + len(plain)] == plain


def test_an_edited_page_shows_each_snapshot_and_what_became_of_the_quote(
    desk: Client, edith: User, settings: Settings
) -> None:
    with news_site() as site:
        settings.FETCH_ALLOW_PRIVATE = [site.address.removeprefix("http://")]
        settings.HOST_GAP_SECONDS = 0.0
        article = an_article(WIRE, url=site.says("/a", "Minister lands in Britain", *WIRE.split("\n\n")[1:]))
        list(check_articles([article.id], only_due=False))
        claim = a_claim(edith, article=Article.objects.get(pk=article.pk), quote=LANDED)
        site.says(
            "/a", "Minister lands in Britain", "The minister did not come at all.", WIRE.split("\n\n")[2]
        )
        list(check_articles([article.id], only_due=False))
    assert claim.appearances.get().state != QuoteState.PRESENT
    shown = desk.get(seen(article)).content.decode()
    described = {name for names in re.findall(r'aria-describedby="([^"]+)"', shown) for name in names.split()}
    assert described <= set(re.findall(r'\bid="([^"]+)"', shown)), "hints that nobody finds"
    assert "Otherwise it waits in the queue" in shown, "what happens with a new claim is no topic"
    newest = words(desk.get(seen(article)))
    assert "The minister did not come at all." in newest
    assert "What changed" in newest
    first = desk.get(seen(article), {"snapshot": 1}).content.decode()
    assert f"{LANDED}</mark>" in first
    assert "An older snapshot" in first
    assert "New claim from selection" not in first
    assert "quote gone" in words(desk.get(reverse("desk_claim", args=[claim.id]))).lower() or (
        "quote changed" in words(desk.get(reverse("desk_claim", args=[claim.id]))).lower()
    )


@pytest.mark.parametrize("number", ["2", "0", str(2**63), "-1x"])
def test_a_snapshot_that_never_was_is_not_found(desk: Client, article: Article, number: str) -> None:
    assert desk.get(seen(article), {"snapshot": number}).status_code == (200 if number == "-1x" else 404)


def test_check_now_makes_the_article_due(desk: Client, article: Article) -> None:
    later = right_now().replace(year=2090)
    Article.objects.filter(pk=article.pk).update(due_at=later)
    shown = desk.post(reverse("desk_check", args=[article.id]), follow=True)
    assert "It is next in line" in words(shown)
    article.refresh_from_db()
    assert article.due_at is not None
    assert article.due_at < later
    assert desk.post(reverse("desk_check", args=["0000000000zz"])).status_code == 404


# ---------------------------------------------------------------- the parts
@given(
    text=st.text(max_size=40),
    ends=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6),
)
def test_marking_never_changes_a_text(text: str, ends: list[tuple[int, int]]) -> None:
    spans = [Span(min(pair), max(pair), label) for label, pair in enumerate(ends)]
    cut = list(segments(text, 0, len(text), spans))
    assert "".join(segment.text for segment in cut) == text
    for span in spans:
        marked = "".join(segment.text for segment in cut if span.label in segment.labels)
        assert marked == text[span.start : span.end]
    assert all(left.labels != right.labels for left, right in pairwise(cut) if not spans)


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("the gates were shut", "the gates were shut"),
        ("night.\n\n  Nobody at", "night.\n\nNobody at"),
        ("on   Wednesday\nevening", "on Wednesday evening"),
        ("the gates were opened", None),
        ("", ""),
    ],
)
def test_a_pasted_passage_is_found_whatever_its_spacing(pasted: str, found: str | None) -> None:
    text = (
        "He landed on Wednesday evening. It was closed for the night.\n\n"
        "Nobody at the port says why the gates were shut."
    )
    place = place_of(pasted, text=text)
    assert (place[0] if place else None) == found
    if place and found:
        assert text.startswith(found, place[1])


def test_every_button_of_a_feed_leads_somewhere(desk: Client, edith: User) -> None:
    feed = add_feed(url="https://lantern.example/feed", by=edith, now=right_now())
    shown = desk.get(FEEDS).content.decode()
    desk.post(reverse("desk_feed_stop", args=[feed.id]))
    shown += desk.get(FEEDS).content.decode()
    for name in ("read", "stop", "follow"):
        assert f'action="{reverse(f"desk_feed_{name}", args=[feed.id])}"' in shown
    assert 'action=""' not in shown

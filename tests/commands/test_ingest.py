"""`manage.py ingest` takes in addresses, files and feeds at once, and says what came of each."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from claims.models import Article, Event, Feed, Snapshot
from claims.operations.ledger import verify
from tests.commands.conftest import Run
from tests.sites import NewsSite, page

TELLS = (
    "The minister resigned on Tuesday, a government spokesman said.",
    "The port of Marsa was closed, according to the harbour master.",
)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>The Lantern</title>
{items}</channel></rss>"""


def feed_of(*urls: str) -> bytes:
    items = "".join(f"<item><title>Story</title><link>{url}</link></item>" for url in urls)
    return FEED.format(items=items).encode()


def counts() -> tuple[int, ...]:
    return tuple(kind.objects.count() for kind in (Article, Snapshot, Feed, Event))


def test_an_address_is_fetched_read_and_kept_at_once(run: Run, site: NewsSite) -> None:
    url = site.says("/resigns", "Minister resigns", *TELLS)
    ran = run("ingest", url, "--publisher", "The Lantern")
    assert (ran.code, ran.err) == (0, "")
    [line] = ran.lines
    article = Article.objects.get()
    assert (line["article"], line["url"], line["snapshot"]) == (article.id, url, article.newest_id)
    assert set(line) == {"article", "url", "snapshot", "candidates"}
    quotes = {candidate["quote"] for candidate in line["candidates"]}
    assert any("minister resigned" in quote for quote in quotes)
    for candidate in line["candidates"]:
        assert set(candidate) == {"id", "text", "quote", "claimant", "hedged"}
        assert candidate["claimant"] is None or candidate["claimant"]
    assert article.publisher is not None
    assert article.publisher.name == "The Lantern"
    assert (article.state, article.due_at is not None) == ("live", True)
    assert site.statuses("/resigns") == [200], "the page was asked for once"


def test_taken_in_again_it_is_the_same_article_and_nothing_more(run: Run, site: NewsSite) -> None:
    url = site.says("/resigns", "Minister resigns", *TELLS)
    first = run("ingest", url)
    before = counts()
    assert run("ingest", url).lines == first.lines
    assert counts() == before
    site.says("/resigns", "Minister stays", "The minister stays in office, a government spokesman said.")
    [again] = run("ingest", url).lines
    assert again["article"] == first.lines[0]["article"]
    assert again["snapshot"] != first.lines[0]["snapshot"]


def test_a_file_with_its_address_and_date(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("Minister resigns", *TELLS))
    ran = run(
        *("ingest", file, "--url", "https://lantern.example/2011/03/30/"),
        *("--published-at", "2011-03-30T22:00Z", "--publisher", "The Lantern"),
    )
    assert ran.code == 0, ran.err
    article = Article.objects.get()
    assert (article.url, article.published_at) == (
        "https://lantern.example/2011/03/30/",
        datetime(2011, 3, 30, 22, tzinfo=UTC),
    )
    assert article.due_at is not None
    assert ran.lines[0]["candidates"]


@pytest.mark.parametrize("limit", [{"READ_SECONDS": 0.2}, {"READ_MEGABYTES": 5}], ids=["time", "memory"])
def test_what_takes_more_than_reading_may_is_refused_in_words_and_leaves_nothing(
    run: Run, site: NewsSite, tmp_path: Path, settings: Settings, limit: dict[str, float]
) -> None:
    usual = {name: getattr(settings, name) for name in limit}
    file = tmp_path / "page.html"
    file.write_text(page("Minister resigns", *TELLS * 3_000))
    url = site.says("/resigns", "Minister resigns", *TELLS * 3_000)
    for name, value in limit.items():
        setattr(settings, name, value)
    before = counts()
    ran = run("ingest", file, url)
    assert ran.code == 1
    assert len(ran.lines) == 2
    assert all("more time or memory than reading one may take" in line["error"] for line in ran.lines)
    assert counts() == before
    for name, value in usual.items():
        setattr(settings, name, value)
    assert run("ingest", file, url).code == 0, "the control: with the usual limits both are read"


def test_a_file_without_an_address_is_never_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "statement.txt"
    file.write_text("Minister resigns\n\n" + "\n\n".join(TELLS))
    ran = run("ingest", file)
    assert ran.code == 0, ran.err
    assert ran.lines[0]["url"].startswith("urn:sha256:")
    assert Article.objects.get().due_at is None


def test_what_fails_does_not_hold_up_the_rest(run: Run, site: NewsSite, tmp_path: Path) -> None:
    good, missing = site.says("/good", "Minister resigns", *TELLS), site.url("/missing")
    file = tmp_path / "page.html"
    file.write_text(page("Port closed", *TELLS))
    ran = run("ingest", missing, good, tmp_path / "nosuch.html", file)
    assert ran.code == 1
    assert [set(line) == {"target", "error"} for line in ran.lines] == [True, False, True, False]
    assert ran.lines[0]["target"] == missing
    assert "404" in ran.lines[0]["error"]
    assert "2 could not be taken in" in ran.err
    assert Article.objects.count() == 2


BINARY = bytes(range(256)) * 40


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"status": 404, "body": b"<h1>Not found</h1>"}, "404"),
        ({"status": 500, "body": b"<h1>Oh no</h1>"}, "500"),
        ({"body": b"%PDF-1.7\n" + BINARY, "content_type": "application/pdf"}, ""),
        ({"body": b"%PDF-1.7\n" + BINARY}, ""),
        ({"body": BINARY, "content_type": "application/octet-stream"}, ""),
        ({"body": b""}, ""),
        ({"body": b"<html><body></body></html>"}, ""),
        ({"body": b"<p>" + bytes(range(128, 256)) * 9, "content_type": "text/html; charset=klingon"}, ""),
        ({"body": b"<p>" + b"x" * 200_000 + b"</p>"}, "larger than we read"),
        ({"body": b"<p>Cut off", "cut": 5000}, ""),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    run: Run, site: NewsSite, settings: Any, answer: dict[str, Any], says: str
) -> None:
    settings.FETCH_MAX_BYTES = 100_000
    url = site.answers("/bad", **answer)
    ran = run("ingest", url)
    assert ran.code == 1
    [line] = ran.lines
    assert line["target"] == url
    assert len(line["error"].split()) >= 4, "a sentence, not a code"
    assert says in line["error"]
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:1/", "http://169.254.169.254/", "ftp://lantern.example/", "http://", "javascript://x"],
)
def test_an_address_we_never_ask_is_refused_in_words(run: Run, target: str) -> None:
    ran = run("ingest", target)
    assert ran.code == 1
    assert ran.lines[0]["target"] == target
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("page.pdf", b"%PDF-1.7\n" + BINARY),
        ("page.bin", BINARY),
        ("empty.txt", b""),
        ("empty.html", b"<html></html>"),
        ("big.txt", b"A long story. " * 10_000),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    run: Run, tmp_path: Path, settings: Any, name: str, body: bytes
) -> None:
    settings.FETCH_MAX_BYTES = 100_000
    file = tmp_path / name
    file.write_bytes(body)
    ran = run("ingest", file)
    assert ran.code == 1
    assert ran.lines[0]["target"] == str(file)
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["nosuch.html", "."])
def test_what_is_no_file_is_said_to_be_none(run: Run, tmp_path: Path, name: str) -> None:
    ran = run("ingest", tmp_path / name)
    assert ran.code == 1
    assert "cannot be read" in ran.lines[0]["error"]


def test_options_that_make_no_sense_stop_everything(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("Minister resigns", *TELLS))
    for arguments in (
        (file, file, "--url", "https://lantern.example/"),
        ("https://lantern.example/", "--url", "https://lantern.example/"),
        (file, "--published-at", "yesterday"),
        (file, "--published-at", "30.03.2011"),
    ):
        ran = run("ingest", *arguments)
        assert ran.code == 2
        assert ran.err
        assert ran.out == ""
    ran = run("ingest", file, "--url", "http://10.0.0.1/")
    assert (ran.code, "error" in ran.lines[0]) == (1, True)
    ran = run("ingest", file, "--published-at", "2999-01-01T00:00Z")
    assert (ran.code, "error" in ran.lines[0]) == (1, True)
    assert counts() == (0, 0, 0, 0)


def test_a_feed_is_registered_and_each_entry_taken_in(run: Run, site: NewsSite) -> None:
    one = site.says("/one", "Minister resigns", *TELLS)
    two = site.says("/two", "Port closed", *TELLS[::-1])
    missing = site.url("/missing")
    feed = site.answers(
        "/feed.xml", body=feed_of(one, missing, two), content_type="application/rss+xml; charset=utf-8"
    )
    ran = run("ingest", feed, "--publisher", "The Lantern")
    assert ran.code == 1, "one entry is not there"
    assert [line.get("url") or line["target"] for line in ran.lines] == [one, missing, two]
    assert Feed.objects.get().url == feed
    assert not Article.objects.filter(url=feed).exists()
    assert Article.objects.get(url=one).publisher == Feed.objects.get().publisher
    again = run("ingest", feed)
    assert [line.get("article") for line in again.lines if "article" in line] == [
        line["article"] for line in ran.lines if "article" in line
    ]
    assert Feed.objects.count() == 1


def test_a_broken_feed_is_refused_and_not_registered(run: Run, site: NewsSite) -> None:
    feed = site.answers(
        "/feed.xml", body=b"<?xml version='1.0'?><rss><channel>", content_type="application/rss+xml"
    )
    ran = run("ingest", feed)
    if ran.code == 0:
        # A feed without entries is a feed all the same, however it ends.
        assert ran.lines == []
    else:
        assert counts() == (0, 0, 0, 0)


def test_the_ledger_verifies_after_all_of_it(run: Run, site: NewsSite) -> None:
    run("ingest", site.says("/one", "Minister resigns", *TELLS), site.url("/missing"))
    assert verify().events == Event.objects.count() > 0

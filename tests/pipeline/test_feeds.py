"""A feed's bytes become entries, and nothing in a feed can hurt us."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import pytest

from claims.pipeline.feeds import MOST_ENTRIES, FeedContent, UnreadableFeedError, looks_like_feed, parse_feed

URL = "https://notebook.example/feed.xml"


def rss(*items: str, title: str = "The Notebook") -> bytes:
    """An RSS feed of the given items."""
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>'
    body = "".join(f"<item>{item}</item>" for item in items)
    return f"{head}<link>/</link>{body}</channel></rss>".encode()


def parsed(body: bytes) -> FeedContent:
    """The feed as read from its address."""
    return parse_feed(body, content_type="application/rss+xml", url=URL)


def test_rss_becomes_entries_in_order() -> None:
    feed = parsed(
        rss(
            "<title>Minister lands &amp;amp; &lt;b&gt;talks&lt;/b&gt;</title><link>/koussa</link>"
            "<guid isPermaLink='false'>7</guid>"
            "<pubDate>Wed, 30 Mar 2011 21:30:00 +0100</pubDate><source url='https://r.example/'>Reuters</source>",
            "<title>Second</title><link>https://notebook.example/second</link>",
        )
    )
    assert (feed.title, feed.home_url, feed.skipped) == ("The Notebook", "https://notebook.example/", 0)
    first, second = feed.entries
    assert first.url == "https://notebook.example/koussa"
    assert first.title == "Minister lands & talks"
    assert first.published_at == datetime(2011, 3, 30, 20, 30, tzinfo=UTC)
    assert (first.entry_id, first.source_name) == ("7", "Reuters")
    assert (second.entry_id, second.published_at, second.source_name) == (second.url, None, None)


def test_atom_becomes_entries() -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><id>urn:1</id><title>One</title>'
        b'<link href="https://wire.example/1"/><updated>2011-03-30T20:00:00Z</updated></entry></feed>'
    )
    (entry,) = parse_feed(body, content_type=None, url="https://wire.example/atom").entries
    assert (entry.url, entry.entry_id) == ("https://wire.example/1", "urn:1")
    assert entry.published_at == datetime(2011, 3, 30, 20, tzinfo=UTC)


def test_the_same_guid_or_address_comes_once() -> None:
    feed = parsed(
        rss(
            "<guid isPermaLink='false'>a</guid><link>/one</link>",
            "<guid isPermaLink='false'>a</guid><link>/two</link>",
            "<guid isPermaLink='false'>b</guid><link>/one</link>",
        )
    )
    assert [entry.url for entry in feed.entries] == ["https://notebook.example/one"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[::bad", ""]
)
def test_a_link_we_may_not_follow_is_skipped(link: str) -> None:
    feed = parsed(rss(f"<title>x</title><link>{link}</link>", "<link>/good</link>"))
    assert [entry.url for entry in feed.entries] == ["https://notebook.example/good"]
    assert feed.skipped == 1


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_date_that_no_clock_means_counts_as_none(year: int) -> None:
    (entry,) = parsed(rss(f"<link>/a</link><pubDate>Thu, 01 Jan {year} 00:00:00 GMT</pubDate>")).entries
    assert entry.published_at is None


def test_a_long_feed_is_cut() -> None:
    feed = parsed(rss(*(f"<link>/{n}</link>" for n in range(MOST_ENTRIES + 25))))
    assert (len(feed.entries), feed.skipped) == (MOST_ENTRIES, 25)
    assert feed.note == f"Entries left out: 25 beyond the first {MOST_ENTRIES}."


def test_a_hundred_thousand_entries_are_cut_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    handed_on: list[int] = []
    read = feedparser.parse

    def parse(file: BytesIO, **more: Any) -> Any:
        handed_on.append(len(file.getvalue()))
        return read(file, **more)

    monkeypatch.setattr(feedparser, "parse", parse)
    body = rss(*(f"<title>{n}</title><link>/{n}</link>" for n in range(100_000)))
    feed = parsed(body)
    assert (len(feed.entries), feed.beyond) == (MOST_ENTRIES, 100_000 - MOST_ENTRIES)
    assert feed.entries[-1].title == str(MOST_ENTRIES - 1)
    assert handed_on[0] < len(body) / 50
    atom = b"".join(b"<entry><id>%d</id><link href='/%d'/></entry>" % (n, n) for n in range(MOST_ENTRIES + 2))
    whole = b"<feed xmlns='http://www.w3.org/2005/Atom'><title>Wire</title>" + atom + b"</feed>"
    assert len(parsed(whole).entries) == MOST_ENTRIES


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("/a?utm_source=rss&amp;id=7&amp;UTM_Medium=feed#top", "/a?id=7"),
        ("/a?at_medium=RSS&amp;at_campaign=x", "/a"),
        ("/a?fbclid=abc&amp;mc_cid=1", "/a"),
        ("/story?id=7&amp;source=wire&amp;ref=front&amp;page=2", "/story?id=7&source=wire&ref=front&page=2"),
        ("/a?q=a%20b&amp;empty=&amp;c", "/a?q=a%20b&empty=&c"),
    ],
)
def test_tracking_marks_go_and_everything_else_stays(link: str, kept: str) -> None:
    (entry,) = parsed(rss(f"<link>{link}</link>")).entries
    assert entry.url == f"https://notebook.example{kept}"


def test_an_entry_is_found_by_its_id_where_that_is_its_address() -> None:
    (entry,) = parsed(rss("<guid>https://notebook.example/7</guid>")).entries
    assert entry.url == "https://notebook.example/7"
    nothing = parsed(rss("<title>No link at all</title><guid isPermaLink='false'>7</guid>"))
    assert (nothing.entries, nothing.unlinked) == ((), 1)
    assert nothing.note == "Entries left out: 1 without a link that we may follow."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">',
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!eNtItY % p "x">',
    ],
)
def test_a_feed_that_declares_entities_is_refused(entity: str, encoding: str) -> None:
    body = f"<?xml version='1.0'?><!DOCTYPE rss [{entity}]><rss version='2.0'><channel/></rss>".encode(
        encoding
    )
    with pytest.raises(UnreadableFeedError, match="entities"):
        parsed(body)


def test_bytes_that_are_a_file_name_or_address_open_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "feed.xml"
    kept.write_bytes(rss("<link>/secret</link>"))
    for body in (str(kept).encode(), b"http://127.0.0.1:9/feed"):
        with pytest.raises(UnreadableFeedError):
            parsed(body)


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Feed</body></html>", b"\x00\xff\xfe", b"%PDF-1.4", b"<rss"]
)
def test_what_is_no_feed_is_refused_with_words(body: bytes) -> None:
    with pytest.raises(UnreadableFeedError):
        parsed(body)


@pytest.mark.parametrize("number", ["xD800", "56320", "x110000", "99999999999999999999"])
def test_a_character_that_does_not_exist_takes_no_entry_along(number: str) -> None:
    feed = parsed(rss(f"<title>One &#{number}; &#233;</title><link>/1</link>", "<link>/2</link>"))
    assert [entry.url.rpartition("/")[2] for entry in feed.entries] == ["1", "2"]
    assert feed.entries[0].title == "One \ufffd é"
    with pytest.raises(UnreadableFeedError):
        parsed(rss(f"<title>&#{number};</title><link>/1</link>").decode().encode("utf-16"))


def test_a_feed_that_its_parser_trips_over_is_refused_in_words() -> None:
    body = rss("<title>One</title><link>/1</link>")
    with pytest.raises(UnreadableFeedError, match="could not be read"):
        parse_feed(body, content_type="application/rss+xml; charset=undefined", url=URL)


@pytest.mark.parametrize("charset", ["klingon", "idna", "base64"])
def test_a_charset_that_is_none_hides_no_feed(charset: str) -> None:
    body = rss("<title>One</title><link>/1</link>")
    feed = parse_feed(body, content_type=f"application/rss+xml; charset={charset}", url=URL)
    assert [entry.title for entry in feed.entries] == ["One"]


def test_a_feed_cut_in_the_middle_still_gives_its_whole_entries() -> None:
    whole = rss("<title>One</title><link>/1</link>", "<title>Two</title><link>/2</link>")
    feed = parsed(whole[: whole.index(b"Two")])
    assert feed.entries[0].url == "https://notebook.example/1"


def test_a_feed_is_told_by_its_root_not_by_its_type() -> None:
    comment = b"<!-- <html> --><?xml-stylesheet href='x'?>"
    assert looks_like_feed(b"<?xml version='1.0'?>" + comment + b"<rss>", content_type="text/html")
    assert looks_like_feed(b"\xef\xbb\xbf<feed xmlns='x'>", content_type=None)
    assert looks_like_feed("<rss/>".encode("utf-16"), content_type=None)
    assert looks_like_feed(b"<rdf:RDF xmlns:rdf='x'>", content_type="text/xml; charset=nonsense")
    assert not looks_like_feed(b"<html><rss>", content_type="application/rss+xml")
    assert not looks_like_feed(b"", content_type="application/atom+xml")
    assert not looks_like_feed(b"<!---->" * 500 + b"<html>", content_type=None), "and told at once"

"""The demo site answers as a good web server does: pages, validators, 304, 410, feeds, robots.txt."""

from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

import pytest

from claims.management.demo.articles import ARTICLES
from claims.management.demo.story import PUBLISHERS
from claims.pipeline.feeds import parse_feed
from tests.demo.conftest import RunningSite

CHANGING = "/capital-ledger/spy-chief-follows-koussa"
REMOVED = "/east-dock-news/intelligence-chief-flees"


def ask(site: RunningSite, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, str]:
    """Ask for a page; return the answer and its body."""
    with closing(HTTPConnection(*site.address, timeout=10)) as connection:
        connection.request(
            method, path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        return answer, answer.read().decode()


def test_every_page_of_the_story_is_served_with_validators(site: RunningSite) -> None:
    for article in ARTICLES:
        answer, body = ask(site, article.path)
        assert answer.status == 200
        assert article.headline in body
        assert answer.headers["ETag"].startswith('W/"')
        assert answer.headers["Last-Modified"].endswith("2011 " + f"{article.published_at:%H:%M:%S} GMT")
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_who_has_the_page_already_gets_304_although_the_advertisement_differs(site: RunningSite) -> None:
    first, body = ask(site, CHANGING)
    second, other_body = ask(site, CHANGING)
    assert body != other_body
    assert first.headers["ETag"] == second.headers["ETag"]

    by_tag, nothing = ask(site, CHANGING, If_None_Match=f'"old", {first.headers["ETag"]}')
    by_date, _ = ask(site, CHANGING, If_Modified_Since=first.headers["Last-Modified"])

    assert (by_tag.status, nothing) == (304, "")
    assert by_tag.headers["ETag"] == first.headers["ETag"]
    assert by_date.status == 304


def test_an_edited_page_is_sent_again_whole(site: RunningSite) -> None:
    site.at(69)
    before, body = ask(site, CHANGING)
    assert "has reportedly defected" in body

    site.at(70)
    by_tag, new_body = ask(site, CHANGING, If_None_Match=before.headers["ETag"])
    by_date, _ = ask(site, CHANGING, If_Modified_Since=before.headers["Last-Modified"])

    assert by_tag.status == by_date.status == 200
    assert "has reportedly defected" not in new_body
    assert by_tag.headers["ETag"] != before.headers["ETag"]


def test_a_tag_that_does_not_fit_outweighs_a_date_that_does(site: RunningSite) -> None:
    answer, _ = ask(site, CHANGING, If_None_Match='"old"', If_Modified_Since="Fri, 01 Apr 2050 00:00:00 GMT")

    assert answer.status == 200


@pytest.mark.parametrize("since", ["yesterday", "Fri, 99 Apr 2011", ""])
def test_a_date_that_is_none_is_overlooked(site: RunningSite, since: str) -> None:
    answer, _ = ask(site, CHANGING, If_Modified_Since=since)

    assert answer.status == 200


def test_a_removed_page_is_gone_from_its_moment_on_and_no_list_names_it(site: RunningSite) -> None:
    site.at(59)
    assert ask(site, REMOVED)[0].status == 200
    assert REMOVED in ask(site, "/east-dock-news/")[1]

    site.at(60)

    assert ask(site, REMOVED)[0].status == 410
    assert REMOVED not in ask(site, "/east-dock-news/")[1]
    assert ask(site, "/east-dock-news/feed.atom")[0].status == 410


def test_a_publishers_feed_lists_its_articles_newest_first(site: RunningSite) -> None:
    answer, body = ask(site, "/northern-wire/feed.atom")

    entries = parse_feed(body.encode(), content_type=None, url=f"{site.base}/northern-wire/feed.atom").entries

    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert [entry.url for entry in entries] == [
        f"{site.base}/northern-wire/intelligence-chief-denies",
        f"{site.base}/northern-wire/treki-declines-un-post",
        f"{site.base}/northern-wire/koussa-lands-in-britain",
    ]
    assert ask(site, "/northern-wire/feed.atom", If_None_Match=answer.headers["ETag"])[0].status == 304


def test_front_pages_lead_to_the_articles(site: RunningSite) -> None:
    _, contents = ask(site, "/")
    for publisher in PUBLISHERS:
        assert f"/{publisher.slug}/" in contents
        answer, body = ask(site, f"/{publisher.slug}/")
        assert answer.status == 200
        assert f'<a href="/{publisher.slug}/' in body


def test_robots_may_read_all_and_the_page_has_a_style(site: RunningSite) -> None:
    assert ask(site, "/robots.txt")[1] == "User-agent: *\nAllow: /\n"
    assert ask(site, "/style.css")[0].headers["Content-Type"] == "text/css; charset=utf-8"


def test_head_tells_the_same_without_the_page(site: RunningSite) -> None:
    answer, body = ask(site, CHANGING, method="HEAD")

    assert (answer.status, body) == (200, "")
    assert int(answer.headers["Content-Length"]) > 1000


@pytest.mark.parametrize("path", ["/nobody/", "/capital-ledger/nothing", "/../story.py", "/pages/style.css"])
def test_what_is_not_there_is_not_found(site: RunningSite, path: str) -> None:
    assert ask(site, path)[0].status == 404


def test_an_address_with_a_question_is_the_same_page(site: RunningSite) -> None:
    assert ask(site, CHANGING + "?utm_source=feed")[0].status == 200

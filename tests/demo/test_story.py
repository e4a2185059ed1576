"""The demo story is whole: every page can be read, every claim found on it, and every edit is of its kind."""

from collections import Counter

import pytest

from claims.management.demo.render import article_page
from claims.management.demo.shapes import DemoArticle
from claims.management.demo.story import (
    ACCOUNTS,
    ARTICLES,
    CLAIMS,
    LAST_CHANGE_AFTER,
    PUBLISHERS,
    page_at,
    publisher_of,
)
from claims.pipeline.diff import compare
from claims.pipeline.extract_text import ArticleText, extract_text
from claims.vocabulary import ChangeKind, HedgeShift, PublisherKind, Role

END = LAST_CHANGE_AFTER
BASE = "http://127.0.0.1:8001"


def by_path(path: str) -> DemoArticle:
    return next(article for article in ARTICLES if article.path == path)


def read(article: DemoArticle, elapsed: float, view: int = 0) -> ArticleText:
    """Read a page as the product does."""
    html = article_page(article, page_at(article, elapsed), BASE, view)
    return extract_text(html.encode(), content_type="text/html; charset=utf-8", url=BASE + article.path)


def test_many_publishers_of_every_kind_of_press_tell_the_story() -> None:
    assert len(ARTICLES) >= 12
    assert len({article.publisher for article in ARTICLES}) >= 7
    assert {publisher.kind for publisher in PUBLISHERS} >= {
        PublisherKind.OFFICIAL,
        PublisherKind.AGENCY,
        PublisherKind.NEWSPAPER,
        PublisherKind.BROADCASTER,
        PublisherKind.BLOG,
    }
    assert {account.role for account in ACCOUNTS} == set(Role)
    assert len({article.path for article in ARTICLES}) == len(ARTICLES)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.path)
def test_a_page_is_read_without_its_furniture(article: DemoArticle) -> None:
    text = read(article, 0)

    assert text.headline == article.headline
    assert text.published_at == article.published_at
    assert text.byline == article.byline
    assert text.site_name == publisher_of(article).name
    assert text.canonical_url == BASE + article.path
    for furniture in ("Most read", "Newsletters", "Older posts", "comments", "made up", "Now also in blue"):
        assert furniture not in text.text
    assert 120 <= len(text.text.split()) <= 300


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.path)
def test_the_claims_of_a_page_stand_where_the_story_says(article: DemoArticle) -> None:
    text = read(article, 0).text

    assert {sighting.claim for sighting in article.sightings} <= {claim.key for claim in CLAIMS}
    for sighting in article.sightings:
        assert text.count(sighting.words) == 1, sighting


def test_seven_publishers_repeat_one_man_and_each_names_his_notebook() -> None:
    told = [
        article
        for article in ARTICLES
        if any(
            sighting.claim == "spy-chief" and "denied" not in sighting.words for sighting in article.sightings
        )
        and article.publisher != "tripoli-state-tv"
    ]

    assert len({article.publisher for article in told}) == 7
    assert min(told, key=lambda article: article.published_at).publisher == "valletta-notebook"
    for article in told[1:]:
        assert "Valletta Notebook" in read(article, 0).text


def test_the_wire_copies_are_nearly_the_wire_and_give_it_credit() -> None:
    wire = set(read(by_path("/northern-wire/koussa-lands-in-britain"), 0).text.split("\n\n"))
    for path in ("/harbour-post/libyan-minister-lands", "/river-gazette/gaddafi-minister-in-britain"):
        copy = read(by_path(path), 0).text
        assert copy.startswith("LONDON (Northern Wire)")
        assert len(wire & set(copy.split("\n\n"))) >= 4


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/valletta-notebook/two-more-in-tunisia", ChangeKind.UPDATE),
        ("/harbour-post/libyan-minister-lands", ChangeKind.SILENT_EDIT),
        ("/capital-ledger/spy-chief-follows-koussa", ChangeKind.SILENT_EDIT),
        ("/meridian-tv/more-of-gaddafis-circle", ChangeKind.CORRECTION),
        ("/sahel-observer/speaker-said-to-have-left", ChangeKind.HEADLINE_EDIT),
        ("/thames-bulletin/koussa-offered-immunity", ChangeKind.RETRACTION),
        ("/the-gable/what-we-know-so-far", None),
    ],
)
def test_each_edit_is_of_its_kind(path: str, kind: ChangeKind | None) -> None:
    before, after = read(by_path(path), 0), read(by_path(path), END, view=1)

    found = compare(
        headline_before=before.headline or "",
        text_before=before.text,
        headline_after=after.headline or "",
        text_after=after.text,
    )

    assert (before.fingerprint == after.fingerprint) == (kind is None)
    assert found.kind == kind
    if path.startswith("/capital-ledger/"):
        assert found.hedge_shift == HedgeShift.DROPPED


def test_all_changes_lie_between_one_minute_and_two() -> None:
    moments = [edit.after for article in ARTICLES for edit in article.edits]

    assert min(moments) >= 60
    assert max(moments) <= 110
    assert Counter(edit.removes for article in ARTICLES for edit in article.edits)[True] == 2


def test_one_removed_page_stays_away_and_one_comes_back() -> None:
    assert page_at(by_path("/east-dock-news/intelligence-chief-flees"), END).removed
    assert page_at(by_path("/cairo-courier/treki-says-no"), END - 1).removed
    assert not page_at(by_path("/cairo-courier/treki-says-no"), END).removed


def test_a_page_says_the_same_at_the_same_moment_but_for_its_advertisement() -> None:
    article = by_path("/the-gable/what-we-know-so-far")
    page = page_at(article, 0)

    assert article_page(article, page, BASE, 2) == article_page(article, page, BASE, 2)
    assert article_page(article, page, BASE, 2) != article_page(article, page, BASE, 3)
    assert read(article, 0, view=2).text == read(article, 0, view=3).text


def test_silent_edits_give_no_new_date_and_announced_ones_do() -> None:
    silent = by_path("/capital-ledger/spy-chief-follows-koussa")
    corrected = by_path("/meridian-tv/more-of-gaddafis-circle")

    assert '"dateModified": "2011-03-30T23:05:00Z"' in article_page(silent, page_at(silent, END), BASE, 0)
    assert '"dateModified": "2011-04-01T07:10:00Z"' in article_page(
        corrected, page_at(corrected, END), BASE, 0
    )

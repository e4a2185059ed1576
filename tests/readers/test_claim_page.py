"""Rita opens a claim: the answer first, then what it rests on, how it unfolded and who says so."""

import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Article, Claim
from claims.vocabulary import ArticleState, ClaimStatus
from tests.readers.conftest import RESIGNED, Newsroom, look_again, seen
from tests.sites import NewsSite

pytestmark = pytest.mark.django_db


def read(client: Client, claim: Claim) -> str:
    """The page's text, white space squeezed, so that a test may look for a sentence."""
    answer = client.get(claim.get_absolute_url())
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def json_ld(page: str) -> dict[str, object] | None:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    return json.loads(found[1]) if found else None


def test_the_answer_comes_first_then_the_proof(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    page = read(client, resignation).partition("<main")[2]
    order = [
        'class="status status--refuted status--large"',
        f'<h1 class="answer__claim">{RESIGNED}</h1>',
        "He opened the new pier this morning.",
        "Decided by Edith Example",
        "What it rests on",
        "How it unfolded",
        "Who says so",
        "Who says it is not so",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_copies_and_origins_are_counted_apart(client: Client, resignation: Claim) -> None:
    page = read(client, resignation).replace("\xa0", " ")
    assert "2 articles, 1 independent origin" in page
    assert "Carried by The Lantern and Harbour Post." in page


def test_each_source_shows_its_exact_words_in_context(client: Client, resignation: Claim) -> None:
    page = read(client, resignation)
    assert f'<span class="quote__words">{RESIGNED}</span>, his spokesman' in page


def test_a_denial_stands_under_its_own_heading_and_counts_for_nobody(
    client: Client, resignation: Claim
) -> None:
    page = read(client, resignation)
    against = page[page.index('id="denials-title"') :]
    assert "Port Radio" in against
    assert "The Lantern" not in against[: against.index("</section>")]


def test_a_claim_that_is_only_denied_is_not_called_unseen(
    client: Client, newsroom: Newsroom, site: NewsSite
) -> None:
    denied = "Minister Odile Berg denied on Monday that she had resigned over the port"
    url = site.says("/denies", "Harbour notes", f"{denied}.")
    article = seen(url, "The Lantern")
    assert article.newest is not None
    page = read(
        client, newsroom.tracks("Minister Odile Berg has resigned over the port", article.newest, denied)
    )
    assert "no article that says so" in page
    assert "No article that we watch says so." in page
    assert "no articles, no independent origins" not in page
    assert 'id="denials-title"' in page


def test_a_page_that_takes_the_claim_back_says_that_it_did_not_always_deny_it(
    client: Client, newsroom: Newsroom, site: NewsSite
) -> None:
    url = site.says("/resigns", "Harbour notes", f"{RESIGNED}, his spokesman Karl Brandt said.")
    article = seen(url, "The Lantern")
    assert article.newest is not None
    claim = newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    assert "carried it" not in read(client, claim)
    site.says("/resigns", "Harbour notes", f"It is not true that {RESIGNED}: the report is false.")
    look_again(article)
    page = read(client, claim)
    denials = page[page.index('id="denials"') :]
    assert "Text now says it is not so" in denials
    assert '<a href="#denials">1 article that carried it</a> now says it is not so.' in page


def test_the_timeline_tells_both_times(client: Client, resignation: Claim) -> None:
    """The story is of 2011; Edith tracked it now, and both moments show."""
    page = read(client, resignation)
    assert "Recorded here" in page
    assert 'datetime="2011-03-30T20:00:00Z"' in page


def test_the_first_sight_and_the_appearance_it_was_are_one_entry(client: Client, resignation: Claim) -> None:
    page = read(client, resignation)
    unfolded = page[page.index('id="timeline-title"') : page.index('id="sources-title"')]
    assert unfolded.count(f"“{RESIGNED}”") == 2, "the first report and its copy, each once"
    assert "First seen in The Lantern" in unfolded
    assert re.search("Harbour Post (repeats it|says it is so)<", unfolded)
    assert "Port Radio says it is not so" in unfolded


def test_what_was_recorded_together_says_so_once(client: Client, resignation: Claim) -> None:
    page = read(client, resignation)
    assert page.count("Recorded here") == 1
    assert ", by Edith Example, like the 2 entries after it" in page


def test_evidence_that_no_longer_stands_is_marked(client: Client, newsroom: Newsroom, site: NewsSite) -> None:
    url = site.says("/resigns", "Minister resigns", f"{RESIGNED}, his spokesman Karl Brandt said.", RESIGNED)
    article = seen(url, "The Lantern")
    assert article.newest is not None
    claim = newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    newsroom.decides(claim, ClaimStatus.CONFIRMED, "His spokesman says so.")
    evidence = read(client, claim).partition('id="evidence"')[2].partition("</section>")[0]
    assert "Quote gone" not in evidence
    site.says("/resigns", "Minister stays", "Nothing has been decided yet, the ministry said on Tuesday.")
    look_again(article)
    page = read(client, claim)
    assert "Quote gone" in page.partition('id="evidence"')[2].partition("</section>")[0]
    assert "The Lantern edited the text without notice" in page


def test_a_removal_is_told_without_saying_it_twice(
    client: Client, newsroom: Newsroom, site: NewsSite
) -> None:
    url = site.says("/resigns", "Minister resigns", f"{RESIGNED}, his spokesman Karl Brandt said.", RESIGNED)
    article = seen(url, "The Lantern")
    assert article.newest is not None
    claim = newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    site.answers("/resigns", status=410)
    for _ in range(4):
        look_again(article)
    page = read(client, claim)
    assert "The Lantern took its page down" in page
    assert "The address says that the page is gone (410)" in page
    assert "Removed: the address" not in page


def test_a_verdict_of_today_on_a_story_of_2011_stands_years_later(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.UNVERIFIED, "We wait for the ministry.")
    assert re.search(r'<p class="gap__words">\d+ years later</p>', read(client, resignation))


def test_an_open_claim_says_that_nobody_has_settled_it(client: Client, resignation: Claim) -> None:
    assert "No editor has yet found evidence enough" in read(client, resignation)


def test_only_a_settled_claim_carries_claim_review(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    assert json_ld(read(client, resignation)) is None
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    review = json_ld(read(client, resignation))
    assert review is not None
    assert review["@type"] == "ClaimReview"
    assert review["claimReviewed"] == RESIGNED
    assert review["reviewRating"] == {
        "@type": "Rating",
        "ratingValue": 1,
        "worstRating": 1,
        "bestRating": 5,
        "alternateName": "Refuted",
    }


def test_no_reason_can_break_out_of_the_page(client: Client, newsroom: Newsroom, resignation: Claim) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "</script><script>alert(1)</script> & <b>bold</b>")
    page = read(client, resignation)
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    review = json_ld(page)
    assert review is not None
    assert review["reviewBody"] == "</script><script>alert(1)</script> & <b>bold</b>", "and it says the same"


def test_the_id_alone_leads_to_the_one_address(client: Client, resignation: Claim) -> None:
    for path in (f"/claims/{resignation.id}/", f"/claims/{resignation.id}-an-older-wording/?at=2030-01-01"):
        answer = client.get(path)
        assert answer.status_code == 301
        assert answer["Location"].startswith(resignation.get_absolute_url())
    assert answer["Location"].endswith("?at=2030-01-01")


def test_a_merged_claim_leads_to_its_survivor(client: Client, newsroom: Newsroom, resignation: Claim) -> None:
    snapshot = newsroom.brings_in("Quay News", "The minister for harbours steps down, a clerk said.")
    other = newsroom.tracks("The minister for harbours steps down", snapshot, "The minister for harbours")
    Claim.objects.filter(pk=other.pk).update(merged_into=resignation)
    answer = client.get(other.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (301, resignation.get_absolute_url())


def test_an_internal_claim_is_nowhere(client: Client, newsroom: Newsroom) -> None:
    snapshot = newsroom.brings_in("Quay News", "The pier will be sold, a clerk said.")
    hidden = newsroom.tracks(
        "The pier is to be sold in secret", snapshot, "The pier will be sold", internal=True
    )
    assert not hidden.is_public
    assert client.get(hidden.get_absolute_url()).status_code == 404
    for path in (
        "/",
        "/claims/",
        "/search/?q=pier",
        f"/articles/{snapshot.article_id}/",
        "/feeds/latest.atom",
    ):
        assert "sold in secret" not in client.get(path).content.decode(), path


@pytest.mark.parametrize("copies", [1, 12])
def test_the_page_costs_the_same_however_many_articles_carry_the_claim(
    client: Client,
    newsroom: Newsroom,
    resignation: Claim,
    copies: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(copies):
        snapshot = newsroom.brings_in(f"Paper {number}", f"{RESIGNED}, The Lantern reported.")
        newsroom.adds_to(resignation, snapshot, RESIGNED)
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    with django_assert_num_queries(9):
        client.get(resignation.get_absolute_url())


def test_of_much_evidence_the_first_and_the_shaken_pieces_stand_open(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    for number in range(6):
        page = newsroom.brings_in(f"Paper {number}", f"{RESIGNED}, The Lantern reported.")
        newsroom.adds_to(resignation, page, RESIGNED)
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")

    def evidence() -> tuple[str, str]:
        part = read(client, resignation).split('id="evidence"')[1].split("</section>")[0]
        shown, _, folded = part.partition("<details")
        return shown, folded

    shown, folded = evidence()
    assert (shown.count("as we saw it"), folded.count("as we saw it")) == (5, 4)
    assert "4 more pieces" in folded
    last = re.findall(r"/articles/(\w+)/", folded)[-1]
    Article.objects.filter(pk=last).update(state=ArticleState.REMOVED)
    shown, folded = evidence()
    assert f"/articles/{last}/" in shown
    assert "3 more pieces" in folded

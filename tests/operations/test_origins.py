"""Whence a report comes, as the newsroom keeps it: originals, wires, circles, retractions, rulings."""

import pytest

from claims.models import Appearance, Article, Claim, Snapshot, User
from claims.operations.candidates import merge_candidate, propose
from claims.operations.catalogue import add_publisher
from claims.operations.ingest import ingest_file
from tests.stories import a_claim, right_now

pytestmark = pytest.mark.django_db

CROSSED = "Two officials have crossed into Tunisia."

BESIDES = {
    "Valletta Notebook": "The ferry to Sliema was late, so most of this was written on a bench by the quay.",
    "Mirror of News": "Our map shows the road from Tripoli to Djerba and how long a car takes at night.",
    "Northern Wire": "Customs staff counted forty lorries before noon; no driver wished to be named.",
    "Quay News": "Hotels near the frontier are full, say porters, because of a wedding and a football match.",
}
"""What each publisher tells on its own beside the claim."""


def page(publisher: str, told: str = CROSSED, *, slug: str = "crossed", head: str = "") -> Article:
    """Take in a web page of ``publisher`` that says ``told``; ``head`` is put into its HTML head."""
    host = publisher.lower().replace(" ", "-")
    html = (
        f"<html lang=en><head><title>Officials cross | {publisher}</title>{head}</head><body><article>"
        f"<h1>{publisher} on the crossing</h1><p>{told}</p>"
        f"<p>{BESIDES.get(publisher, publisher)}</p>"
        "</article></body></html>"
    )
    return ingest_file(
        body=html.encode(),
        content_type="text/html",
        by=None,
        now=right_now(),
        url=f"https://{host}.example/{slug}",
        publisher=publisher,
    ).article


def told_again(claim: Claim, article: Article, by: User, quote: str = CROSSED) -> Appearance:
    """Let an editor add the article's sentence to the claim."""
    candidate = propose(text=claim.text, by=by, now=right_now(), snapshot=article.newest, quote=quote)
    merge_candidate(candidate_id=candidate.id, into=claim.id, by=by, now=right_now())
    return Appearance.objects.get(claim=claim, article=article)


def first_told(article: Article, by: User, quote: str = CROSSED) -> Claim:
    """Let an editor track the article's sentence."""
    return a_claim(by, text="Two officials crossed into Tunisia.", quote=quote, article=article)


def test_a_page_joins_the_page_that_it_names_as_its_original(edith: User) -> None:
    original = page("Valletta Notebook")
    claim = first_told(original, edith)
    link = f'<link rel="canonical" href="{original.url}">'
    copy = told_again(claim, page("Mirror of News", head=link), edith)
    claim.refresh_from_db()
    assert Snapshot.objects.get(article=copy.article_id).canonical_url == original.url
    assert (claim.article_count, claim.origin_count) == (2, 1)
    assert copy.origin_reason == "Names a page at valletta-notebook.example as its original."


def test_a_page_that_names_nobody_stays_an_origin_of_its_own(edith: User) -> None:
    claim = first_told(page("Valletta Notebook"), edith)
    told_again(claim, page("Mirror of News"), edith)
    claim.refresh_from_db()
    assert (claim.article_count, claim.origin_count) == (2, 2)


def test_a_page_whose_original_lies_at_another_site_of_its_publisher_is_its_own(edith: User) -> None:
    sites = ["https://mirror-of-news.example/", "https://mirror.example/"]
    add_publisher(name="Mirror of News", by=None, now=right_now(), sites=sites)
    claim = first_told(page("Valletta Notebook"), edith)
    link = '<link rel="canonical" href="https://mirror.example/crossed">'
    place = told_again(claim, page("Mirror of News", head=link), edith)
    assert place.origin is not None
    assert place.origin.root_article == place.article


def test_an_entry_joins_the_wire_that_its_feed_names(edith: User) -> None:
    wire, article = page("Northern Wire"), page("Mirror of News")
    Article.objects.filter(pk=article.pk).update(wire_source="Northern Wire")
    claim = first_told(wire, edith)
    place = told_again(claim, article, edith)
    claim.refresh_from_db()
    assert (claim.article_count, claim.origin_count) == (2, 1)
    assert place.origin_reason == "The feed that brought it names Northern Wire as its source."

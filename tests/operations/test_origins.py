"""Whence a report comes, as the newsroom keeps it: originals, wires, circles, retractions, rulings."""

from datetime import datetime
from typing import Any

import pytest

from claims.models import Appearance, Article, Claim, Event, Origin, ReReview, Snapshot, User
from claims.operations.candidates import merge_candidate, propose
from claims.operations.catalogue import add_publisher
from claims.operations.evidence import Cited
from claims.operations.ingest import ingest_file
from claims.operations.origins import OriginRefusedError, place_origin, release_origin
from claims.operations.refusals import NotAllowedError, RefusalError
from claims.operations.review import StaleVersionError, decide
from claims.queries.claim_page import claim_page
from claims.queries.origins import retracted_sources
from claims.vocabulary import ClaimStatus, EventKind
from tests.sites import NewsSite
from tests.stories import a_claim, check, right_now, taken_on

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


def a_story(by: User) -> Claim:
    """A claim that the Valletta Notebook had first and the Mirror has from it."""
    told = f"{CROSSED[:-1]}, the Valletta Notebook reported."
    claim = first_told(page("Valletta Notebook"), by)
    told_again(claim, page("Mirror of News", told), by, quote=told)
    claim.refresh_from_db()
    return claim


def place_of(claim: Claim, publisher: str) -> Appearance:
    """Where that publisher carries the claim."""
    return Appearance.objects.select_related("origin").get(claim=claim, article__publisher__name=publisher)


def ruled_apart(claim: Claim, publisher: str, by: User, reason: str = "It has its own man there.") -> None:
    """Let an editor count the publisher's report on its own."""
    claim.refresh_from_db()
    place_origin(
        claim_id=claim.id,
        appearance_id=place_of(claim, publisher).id,
        beside=None,
        reason=reason,
        by=by,
        seen_version=claim.version,
        now=right_now(),
    )
    claim.refresh_from_db()


def test_papers_that_name_each_other_are_kept_as_circular(edith: User) -> None:
    one = f"{CROSSED[:-1]}, according to the Quay News."
    other = f"{CROSSED[:-1]}, the Mirror of News reported."
    claim = first_told(page("Mirror of News", one), edith, quote=one)
    straight = first_told(page("Northern Wire"), edith)
    told_again(claim, page("Quay News", other), edith, quote=other)
    origin = place_of(claim, "Quay News").origin
    assert origin is not None
    assert origin.is_circular
    assert origin.circle == [place_of(claim, name).id for name in ("Mirror of News", "Quay News")]
    assert "name each other as their source" in origin.reason
    assert not any(origin.is_circular for origin in Origin.objects.filter(claim=straight))


def test_edith_counts_a_report_on_its_own_and_no_later_report_undoes_it(edith: User) -> None:
    claim = a_story(edith)
    assert claim.origin_count == 1
    ruled_apart(claim, "Mirror of News", edith)
    assert claim.origin_count == 2
    told_again(claim, page("Quay News"), edith)
    claim.refresh_from_db()
    place = place_of(claim, "Mirror of News")
    assert claim.origin_count == 3
    assert place.origin_reason == "Edith counts it on its own: “It has its own man there.”"
    assert (place.ruled_by, place.origin and place.origin.reason) == (edith, place.origin_reason)


def test_without_edith_s_word_the_same_later_report_leaves_them_together(edith: User) -> None:
    claim = a_story(edith)
    told_again(claim, page("Quay News"), edith)
    claim.refresh_from_db()
    assert claim.origin_count == 2


def test_the_ledger_tells_the_override_with_its_reason(edith: User) -> None:
    claim = a_story(edith)
    seen = claim.version
    ruled_apart(claim, "Mirror of News", edith)
    told = Event.objects.select_related("payload").get(claim_id=claim.id, kind=EventKind.OVERRIDE)
    assert (told.public, claim.version, told.payload.actor) == (True, seen + 1, "Edith")
    assert told.payload.text == "Mirror of News: counted as an origin of its own. It has its own man there."
    data = told.payload.data
    assert (data["before"], data["after"]) == ("Valletta Notebook", "Mirror of News")
    assert data["grouping"]["places"].keys() == {place_of(claim, "Mirror of News").id}


def test_edith_puts_a_report_beside_another_one_and_takes_it_back(edith: User) -> None:
    claim = first_told(page("Valletta Notebook"), edith)
    told_again(claim, page("Mirror of News"), edith)
    claim.refresh_from_db()
    first, other = place_of(claim, "Valletta Notebook"), place_of(claim, "Mirror of News")
    place_origin(
        claim_id=claim.id, appearance_id=other.id, beside=first.id, reason="Same author under another name.",
        by=edith, seen_version=claim.version, now=right_now(),
    )  # fmt: skip
    claim.refresh_from_db()
    assert claim.origin_count == 1
    assert place_of(claim, "Mirror of News").origin_reason == (
        "Edith put it here: “Same author under another name.”"
    )
    release_origin(
        claim_id=claim.id, appearance_id=other.id, by=edith, seen_version=claim.version, now=right_now()
    )
    claim.refresh_from_db()
    assert (claim.origin_count, place_of(claim, "Mirror of News").ruling) == (2, "")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": "  "}, OriginRefusedError),
        ({"reason": "x" * 301}, OriginRefusedError),
        ({"beside": "nosuchplace"}, OriginRefusedError),
        ({"beside": "itself"}, OriginRefusedError),
        ({"seen_version": 0}, StaleVersionError),
        ({"by": "cora"}, NotAllowedError),
    ],
)
def test_a_ruling_is_refused(
    edith: User, cora: User, changes: dict[str, Any], refusal: type[RefusalError]
) -> None:
    claim = a_story(edith)
    place = place_of(claim, "Mirror of News")
    if changes.get("beside") == "itself":
        changes = {"beside": place.id}
    if changes.get("by") == "cora":
        changes = {"by": cora}
    asked: dict[str, Any] = {
        "claim_id": claim.id, "appearance_id": place.id, "beside": None, "reason": "Own man there.",
        "by": edith, "seen_version": claim.version, "now": right_now(),
    }  # fmt: skip
    with pytest.raises(refusal):
        place_origin(**asked | changes)
    claim.refresh_from_db()
    assert (claim.origin_count, claim.version) == (1, asked["seen_version"])


def test_a_first_report_is_not_counted_on_its_own_while_others_go_back_to_it(edith: User) -> None:
    claim = a_story(edith)
    with pytest.raises(OriginRefusedError, match="first report of its origin already"):
        ruled_apart(claim, "Valletta Notebook", edith)


def test_nobody_takes_back_what_nobody_ruled(edith: User) -> None:
    claim = a_story(edith)
    place = place_of(claim, "Mirror of News")
    with pytest.raises(OriginRefusedError):
        release_origin(
            claim_id=claim.id, appearance_id=place.id, by=edith, seen_version=claim.version, now=right_now()
        )


def groups(claim: Claim, at: datetime | None = None) -> list[tuple[str, int]]:
    """The origins on the readers' page and how many articles each has, as of a moment."""
    shown = claim_page(claim, now=right_now(), at=at)
    return sorted((group.root_name, group.article_count) for group in shown.for_it)


def test_the_page_of_a_moment_groups_as_it_did_then(edith: User) -> None:
    claim = a_story(edith)
    together = [("Valletta Notebook", 2)]
    before = Event.objects.order_by("-seq")[0].recorded_at
    ruled_apart(claim, "Mirror of News", edith)
    ruled = Event.objects.order_by("-seq")[0].recorded_at
    repeated = f"{CROSSED[:-1]}, the Mirror of News reported."
    told_again(claim, page("Quay News", repeated), edith, quote=repeated)
    apart = [("Mirror of News", 1), ("Valletta Notebook", 1)]
    assert groups(claim, before) == together
    assert groups(claim, ruled) == apart
    assert groups(claim) == [("Mirror of News", 2), ("Valletta Notebook", 1)]


def test_the_page_of_a_moment_knows_the_retraction_only_afterwards(site: NewsSite, edith: User) -> None:
    first, claim = a_story_on_the_site(site, edith)
    before = Event.objects.order_by("-seq")[0].recorded_at
    taken_back(site, first)

    def fallen(at: datetime | None) -> list[str]:
        [group] = claim_page(claim, now=right_now(), at=at).for_it
        return [place.carrier for place in group.appearances if place.fallen]

    assert fallen(before) == []
    assert fallen(right_now()) == fallen(None) == ["Mirror of News"]


def says(site: NewsSite, path: str, publisher: str, *told: str) -> str:
    """Let the publisher's page on the news site tell this."""
    return site.says(path, f"{publisher} on the crossing", *told, BESIDES[publisher])


def a_story_on_the_site(site: NewsSite, by: User) -> tuple[Article, Claim]:
    """The Valletta Notebook's report on a live page, and the Mirror's that has it from there."""
    first = taken_on(says(site, "/first", "Valletta Notebook", CROSSED), "Valletta Notebook")
    repeated = f"{CROSSED[:-1]}, the Valletta Notebook reported."
    other = taken_on(says(site, "/other", "Mirror of News", repeated), "Mirror of News")
    claim = first_told(first, by)
    told_again(claim, other, by, quote=repeated)
    return first, claim


def decided_on(claim: Claim, publisher: str, by: User) -> None:
    """Let an editor refute the claim on that publisher's page alone."""
    claim.refresh_from_db()
    decide(
        claim_id=claim.id,
        by=by,
        seen_version=claim.version,
        verdict=ClaimStatus.REFUTED,
        reason="The paper's own words do not hold.",
        evidence=[Cited(appearance=place_of(claim, publisher).id)],
        now=right_now(),
    )


def taken_back(site: NewsSite, article: Article) -> None:
    """Let the page tell that its report is retracted, and look at it."""
    notice = "This article has been retracted. Nobody crossed, and we should not have said so."
    says(site, "/first", "Valletta Notebook", notice, CROSSED)
    check(article)


def test_a_retracted_first_report_reaches_the_verdict_that_rests_on_its_repeat(
    site: NewsSite, edith: User
) -> None:
    first, claim = a_story_on_the_site(site, edith)
    decided_on(claim, "Mirror of News", edith)
    taken_back(site, first)
    claim.refresh_from_db()
    task = ReReview.objects.get(claim=claim)
    assert claim.under_review
    assert task.reason.endswith("What Mirror of News told goes back to it.")
    rows = list(Appearance.objects.select_related("article", "origin__root_article").filter(claim=claim))
    assert retracted_sources(rows) == {place_of(claim, "Mirror of News").id: first}
    assert all(row.origin is not None and row.origin.is_retracted for row in rows)


def test_a_report_that_edith_counts_on_its_own_outlives_the_retraction(site: NewsSite, edith: User) -> None:
    first, claim = a_story_on_the_site(site, edith)
    ruled_apart(claim, "Mirror of News", edith)
    decided_on(claim, "Mirror of News", edith)
    taken_back(site, first)
    claim.refresh_from_db()
    rows = list(Appearance.objects.select_related("article", "origin__root_article").filter(claim=claim))
    assert not claim.under_review
    assert retracted_sources(rows) == {}

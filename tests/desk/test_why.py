"""Editors ask why: every candidate, place and origin answers in words, and an origin can be overruled."""

import re

import pytest
from django.test import Client

from claims.models import Appearance, Candidate, Claim, Event, User
from claims.operations.origins import place_origin
from claims.queries.why import why_proposed
from claims.vocabulary import EventKind
from tests.desk.conftest import DeskOf, words
from tests.stories import a_claim, an_article, right_now

pytestmark = pytest.mark.django_db

PASSED_ON = (
    "Losses on the coast road\n\n"
    "The convoy lost 40 trucks on Tuesday, a senior officer told the Harbour Post, "
    "according to Meridian TV.\n\n"
    "The road to Brega was closed at noon, the transport ministry said.\n"
)
JARGON = re.compile(
    r"z-score|log.odds|idf|regex|[a-z]+-(clause|quote|say|forward)\b|\bNone\b|\b0\.\d", re.IGNORECASE
)
LANDED = "The foreign minister landed at Farnborough airport on Wednesday evening"


@pytest.fixture
def claim(edith: User) -> Claim:
    """A claim of two origins: the Lantern has it from the Harbour Post, Quay News on its own."""
    first = an_article(f"Lands\n\n{LANDED}. The harbour was closed for the night.\n")
    an_article(
        f"Minister here\n\n{LANDED}, the Harbour Post reported. Crowds gathered at the gate.\n",
        url="https://lantern.example/minister",
        publisher="The Lantern",
    )
    an_article(
        f"A flight from Djerba\n\n{LANDED}. Two porters saw him walk to a car that had no number plate.\n",
        url="https://quay-news.example/flight",
        publisher="Quay News",
    )
    return a_claim(edith, article=first, text=f"{LANDED}.", quote=LANDED)


def place_of(claim: Claim, publisher: str) -> Appearance:
    """Where that publisher carries the claim."""
    return Appearance.objects.select_related("origin").get(claim=claim, article__publisher__name=publisher)


def moving(claim: Claim, publisher: str, **changes: str) -> tuple[str, dict[str, str]]:
    """The address and the form with which a report is moved, as of now."""
    claim.refresh_from_db()
    form = {"version": str(claim.version), "beside": "", "reason": "Its own man saw the plane.", **changes}
    return f"/desk/claims/{claim.id}/appearances/{place_of(claim, publisher).id}/origin/", form


def test_a_candidate_says_how_it_was_found_and_who_has_it_from_whom(desk: Client) -> None:
    an_article(PASSED_ON)
    passed_on = next(one for one in Candidate.objects.all() if one.chain)
    page = words(desk.get(f"/desk/candidates/{passed_on.id}/"))
    assert "How was it found?" in page
    assert " of 10" not in page
    assert "in 10 such finds were right" in page
    nearer, farther = passed_on.chain[:2]
    assert f"has it from {farther}." in page
    assert nearer.lower() in page.lower()
    assert passed_on.reasons[-1] in page


def test_no_candidate_speaks_in_jargon(desk: Client) -> None:
    an_article(PASSED_ON)
    told = [
        answer
        for candidate in Candidate.objects.all()
        for why in why_proposed(candidate)
        for answer in (why.question, *why.answers)
    ]
    assert len(told) > 10
    assert [sentence for sentence in told if JARGON.search(sentence)] == []
    assert JARGON.search("It was found by final-quote with a z-score of 0.7.")


def test_a_suggestion_says_why_it_may_be_that_claim(desk: Client, edith: User, claim: Claim) -> None:
    told = "Denied\n\nThe foreign minister did not land at Farnborough airport on Wednesday evening.\n"
    article = an_article(told, url="https://x.example/denied", publisher="X")
    candidate = (
        Candidate.objects.filter(snapshot__article=article, suggested=claim).exclude(state="linked").get()
    )
    page = words(desk.get(f"/desk/candidates/{candidate.id}/"))
    assert "Why this claim?" in page
    assert "says the opposite, so it stays with an editor" in page
    assert all(reason in page for reason in candidate.suggestion_reasons)


def test_a_place_says_why_it_takes_its_stance_and_why_it_counts_where_it_does(
    desk: Client, claim: Claim
) -> None:
    page = words(desk.get(f"/desk/claims/{claim.id}/"))
    assert "Why does it count as" in page
    place = place_of(claim, "The Lantern")
    assert place.origin_reason
    assert place.origin_reason in page
    assert all(" ".join(reason.split()) in page for reason in place.reasons)


def test_readers_see_why_a_source_is_read_as_it_is(client: Client, claim: Claim) -> None:
    page = words(client.get(claim.get_absolute_url()))
    reasons = [reason for reason in place_of(claim, "The Lantern").reasons if reason.startswith("Text: ")]
    assert reasons
    assert all(" ".join(reason.split()) in page for reason in reasons)


def test_edith_moves_a_report_on_the_workbench_and_readers_see_why(
    desk: Client, client: Client, claim: Claim
) -> None:
    address, form = moving(claim, "The Lantern")
    page = words(desk.post(address, form, follow=True))
    assert "Edith counts it on its own: “Its own man saw the plane.”" in page
    assert "Moved by hand" in page
    assert "Its own man saw the plane." in words(client.get(claim.get_absolute_url()))
    address, form = moving(claim, "The Lantern", release="1")
    back = words(desk.post(address, form, follow=True))
    assert "Moved by hand" not in back


def test_edith_moves_a_report_to_another_origin(desk: Client, claim: Claim) -> None:
    other = place_of(claim, "Quay News")
    address, form = moving(claim, "The Lantern", beside=other.id)
    desk.post(address, form)
    assert place_of(claim, "The Lantern").origin == place_of(claim, "Quay News").origin


def test_a_move_without_a_reason_or_on_an_old_version_is_told_and_the_words_are_kept(
    desk: Client, edith: User, claim: Claim
) -> None:
    address, form = moving(claim, "The Lantern", reason=" ")
    answer = desk.post(address, form)
    assert answer.status_code == 422
    assert "Say why it is counted there" in words(answer)
    address, form = moving(claim, "The Lantern")
    place_origin(
        claim_id=claim.id, appearance_id=place_of(claim, "Quay News").id,
        beside=place_of(claim, "Harbour Post").id, reason="Same author.", by=edith,
        seen_version=claim.version, now=right_now(),
    )  # fmt: skip
    stale = desk.post(address, form)
    assert stale.status_code == 409
    assert "This claim has changed" in words(stale)
    assert 'value="Its own man saw the plane."' in stale.content.decode()
    assert Event.objects.filter(kind=EventKind.OVERRIDE).count() == 1


def test_a_contributor_sees_the_reasons_and_no_form(cora: User, desk_of: DeskOf, claim: Claim) -> None:
    page = words(desk_of(cora).get(f"/desk/claims/{claim.id}/"))
    assert "Why does it count as" in page
    assert "Wrong origin?" not in page
    address, form = moving(claim, "The Lantern")
    assert desk_of(cora).post(address, form).status_code == 403

"""Editors decide at the workbench: on evidence, with a reason, on the version they saw, and lose no word."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Claimant, Review, User
from claims.operations.candidates import merge_candidate
from claims.operations.editing import edit_claim
from claims.vocabulary import ClaimStatus, ReviewState
from tests.desk.conftest import LANDED, WIRE, DeskOf, a_candidate, decision, words
from tests.stories import a_claim, a_topic, an_article, decided, right_now

pytestmark = pytest.mark.django_db


def bench(claim: Claim) -> str:
    return reverse("desk_claim", args=[claim.id])


def standing(claim: Claim) -> str:
    claim.refresh_from_db()
    return claim.status


def test_edith_refutes_a_claim_and_readers_see_it(desk: Client, claim: Claim) -> None:
    answer = desk.post(bench(claim), decision(claim), follow=True)
    assert "Decided: refuted" in words(answer)
    assert standing(claim) == ClaimStatus.REFUTED
    assert "He was seen elsewhere." in words(Client().get(claim.get_absolute_url()))


def test_an_official_record_confirms(desk: Client, on_record: Claim) -> None:
    page = words(desk.get(bench(on_record)))
    assert "Official record" in page
    assert "Foreign Office counts as a primary document" in page
    desk.post(bench(on_record), decision(on_record, verdict="confirmed"))
    assert standing(on_record) == ClaimStatus.CONFIRMED


def test_one_report_does_not_confirm_and_the_page_says_what_is_missing(desk: Client, claim: Claim) -> None:
    assert "Missing: a second one, or a primary document" in words(desk.get(bench(claim)))
    answer = desk.post(bench(claim), decision(claim, verdict="confirmed", reason="Kept through it all."))
    assert answer.status_code == 422
    assert "two independent origins" in words(answer)
    assert "Kept through it all." in answer.content.decode()
    assert re.search(r'<input[^>]*name="evidence"[^>]*\schecked', answer.content.decode())
    assert standing(claim) == ClaimStatus.UNVERIFIED


def test_a_report_marked_as_primary_document_confirms(desk: Client, claim: Claim) -> None:
    appearance = claim.appearances.get()
    marked = {f"counts-{appearance.id}": "primary"}
    desk.post(bench(claim), decision(claim, verdict="confirmed", **marked))
    assert standing(claim) == ClaimStatus.CONFIRMED
    assert Review.objects.get().evidence.get().primary


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ({"reason": "   "}, "Give the reason"),
        ({"evidence": []}, "A verdict needs at least one piece of evidence"),
        ({"verdict": ""}, "Choose a verdict"),
        ({"verdict": "proven"}, "proven is not one of the available choices"),
        ({"evidence": ["0000000000zz"]}, "is no appearance of this claim"),
        ({"evidence": ["\x00'; --"]}, "is no appearance of this claim"),
        ({"reason": "word " * 2500}, "at most 10000 characters"),
    ],
)
def test_what_a_decision_lacks_is_told_and_the_rest_is_kept(
    desk: Client, claim: Claim, missing: dict[str, Any], told: str
) -> None:
    sent = {**decision(claim), "document_note": "Told to us by phone", **missing}
    if sent["evidence"] != decision(claim)["evidence"]:
        sent["document_note"] = ""
    answer = desk.post(bench(claim), sent)
    assert answer.status_code == 422
    assert told in words(answer)
    assert sent["reason"].strip()[:40] in answer.content.decode()
    assert sent["document_note"] in answer.content.decode()
    assert not Review.objects.exists()


def test_unverified_needs_a_reason_only(desk: Client, claim: Claim) -> None:
    desk.post(bench(claim), decision(claim, verdict="unverified", evidence=[]))
    assert Review.objects.get().verdict == ClaimStatus.UNVERIFIED


def test_a_note_and_an_address_are_evidence(desk: Client, claim: Claim) -> None:
    desk.post(
        bench(claim),
        decision(
            claim,
            evidence=[],
            document_url=["https://ministry.example/record", ""],
            document_note=["The landing card", "Seen on the six o'clock news"],
            document_counts=["primary", "report"],
        ),
    )
    first, second = Review.objects.get().evidence.order_by("-primary")
    assert first.article is not None
    assert (first.article.url, first.note, first.primary) == (
        "https://ministry.example/record",
        "The landing card",
        True,
    )
    assert (second.article, second.note, second.primary) == (None, "Seen on the six o'clock news", False)


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/", "http://127.1/", "file:///etc/passwd", "not an address", "[::1]"]
)
def test_a_document_at_a_forbidden_address_is_refused_at_its_field(
    desk: Client, claim: Claim, address: str
) -> None:
    answer = desk.post(bench(claim), decision(claim, document_url=address, document_note="", reason="Kept."))
    assert answer.status_code == 422
    assert answer.context["refusal"].place == "documents"
    assert address in answer.content.decode()
    assert "Kept." in answer.content.decode()
    assert not Review.objects.exists()


# ---------------------------------------------------------------- two editors
def test_a_stale_decision_is_refused_with_what_changed_and_every_word_kept(
    desk: Client, claim: Claim, emil: User, edith: User
) -> None:
    sent = decision(
        claim, reason="I typed this for ten minutes.", document_note="A call to the port", verdict="disputed"
    )
    edit_claim(
        claim_id=claim.id,
        by=emil,
        seen_version=claim.version,
        now=right_now(),
        text="The minister landed in Kent.",
    )
    answer = desk.post(bench(claim), sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This claim has changed</h2>" in page
    assert "What you typed is kept." in words(answer)
    assert "is now “The minister landed in Kent.”" in words(answer)
    assert "Emil" in words(answer)
    assert "I typed this for ten minutes.</textarea>" in page
    assert "A call to the port" in page
    assert len(re.findall(r"<input[^>]*\schecked", page)) == 2, (
        "the verdict and the one appearance are ticked as they were"
    )
    assert not Review.objects.exists()
    claim.refresh_from_db()
    assert f'name="version" value="{claim.version}"' in page
    desk.post(bench(claim), {**sent, "version": claim.version})
    assert standing(claim) == ClaimStatus.DISPUTED


def test_a_check_that_found_nothing_makes_no_decision_stale(desk: Client, claim: Claim) -> None:
    sent = decision(claim)
    claim.save()
    assert desk.post(bench(claim), sent).status_code == 302


@pytest.mark.parametrize("version", ["", "seven", "-1", str(2**63)])
def test_a_form_without_a_version_is_no_decision(desk: Client, claim: Claim, version: str) -> None:
    answer = desk.post(bench(claim), decision(claim, version=version))
    assert answer.status_code == 422
    assert "He was seen elsewhere." in answer.content.decode()
    assert not Review.objects.exists()


def test_another_editor_signs_off_what_rests_on_one_unnamed_source(
    desk: Client, edith: User, emil: User, desk_of: DeskOf
) -> None:
    page = an_article(
        "Ships turn back\n\nThe pilots have walked out, a source who would not be named said on Monday.\n\n"
        "The port authority did not answer its telephone on Monday afternoon."
    )
    claim = a_claim(
        edith, article=page, text="The pilots have walked out", quote="The pilots have walked out"
    )
    claim.appearances.update(anonymous=True)
    answer = desk.post(bench(claim), decision(claim, verdict="confirmed"), follow=True)
    review = Review.objects.get()
    assert review.state == ReviewState.AWAITING_SIGN_OFF
    assert "once a second editor has signed it off" in words(answer)
    assert "You proposed it, so somebody else signs it off." in words(answer)
    sign_off = reverse("desk_sign_off", args=[claim.id, review.number])

    twice = desk.post(bench(claim), decision(claim, verdict="confirmed", reason="Told me once more."))
    assert twice.status_code == 409
    assert "already waits for a sign-off" in words(twice)
    assert "Told me once more.</textarea>" in twice.content.decode()
    assert Review.objects.count() == 1

    own = desk.post(sign_off, {"version": claim.version})
    assert own.status_code == 422
    assert "A second editor signs off" in words(own)
    assert standing(claim) == ClaimStatus.UNVERIFIED

    emils = desk_of(emil)
    assert "Waiting for a second editor" in words(emils.get(reverse("desk_queue")))
    assert emils.post(sign_off, {"version": "0"}).status_code == 409
    emils.post(sign_off, {"version": claim.version})
    assert standing(claim) == ClaimStatus.CONFIRMED
    assert "signed off by Emil" in words(emils.get(bench(claim)))


def test_what_another_decision_overtook_waits_no_more(
    desk: Client, claim: Claim, emil: User, desk_of: DeskOf
) -> None:
    claim.appearances.update(anonymous=True)
    desk.post(bench(claim), decision(claim, verdict="confirmed"))
    emils = desk_of(emil)
    emils.post(bench(claim), decision(claim, verdict="refuted"))
    page = emils.get(bench(claim))
    assert "Overtaken by another decision" in words(page)
    assert reverse("desk_sign_off", args=[claim.id, 1]) not in page.content.decode()
    assert "Waiting for a second editor" not in words(emils.get(reverse("desk_queue")))
    late = emils.post(reverse("desk_sign_off", args=[claim.id, 1]), {"version": claim.version})
    assert late.status_code == 409
    assert "What you typed" not in words(late), "whoever signs off types nothing"
    assert standing(claim) == ClaimStatus.REFUTED


def test_a_contributor_sees_the_workbench_and_cannot_decide(
    claim: Claim, cora: User, desk_of: DeskOf
) -> None:
    coras = desk_of(cora)
    page = coras.get(bench(claim))
    assert ">Decide</button>" not in page.content.decode()
    assert "Deciding takes an editor" in words(page)
    answer = coras.post(bench(claim), decision(claim, reason="I would have said so."))
    assert answer.status_code == 403
    assert "This needs an editor" in words(answer)
    assert "I would have said so." in answer.content.decode()
    assert not Review.objects.exists()


def test_only_a_chief_sets_the_policy_aside_and_it_is_shown(
    desk: Client, claim: Claim, clara: User, desk_of: DeskOf
) -> None:
    sent = decision(claim, verdict="confirmed", override="I spoke to him myself.")
    assert "Set the policy aside" not in words(desk.get(bench(claim)))
    answer = desk.post(bench(claim), sent)
    assert answer.status_code == 403
    assert "I spoke to him myself." in answer.content.decode()
    page = desk_of(clara).post(bench(claim), sent, follow=True)
    assert standing(claim) == ClaimStatus.CONFIRMED
    assert "Policy set aside: I spoke to him myself." in words(page)


# ---------------------------------------------------------------- the rest of the workbench
def test_wording_claimant_and_topics_are_edited_and_told(desk: Client, claim: Claim) -> None:
    topic = a_topic("Harbour affair")
    claim.refresh_from_db()
    edited = {
        "version": claim.version,
        "text": "The minister is in Kent",
        "claimant": "Karl Brandt",
        "topics": topic.slug,
    }
    page = desk.post(reverse("desk_edit", args=[claim.id]), edited, follow=True)
    claim.refresh_from_db()
    assert (claim.text, claim.claimant and claim.claimant.name) == ("The minister is in Kent", "Karl Brandt")
    assert "Harbour affair" in words(page)
    assert "Reworded" in words(page)


def test_words_that_only_point_back_make_no_claimant_with_a_page(edith: User) -> None:
    told = an_article(f"Minister lands\n\nIt rained. {LANDED}, the same programme said.")
    claim = a_claim(edith, article=told, quote=LANDED, claimant="the same programme")
    assert claim.claimant is None
    assert not Claimant.objects.exists()


def test_a_stale_or_empty_rewording_keeps_what_was_typed(desk: Client, claim: Claim, emil: User) -> None:
    address = reverse("desk_edit", args=[claim.id])
    stale = desk.post(address, {"version": "0", "text": "A better wording", "claimant": ""})
    assert stale.status_code == 409
    assert "This claim has changed</h2>" in stale.content.decode()
    assert "A better wording" in stale.content.decode()
    claim.refresh_from_db()
    empty = desk.post(address, {"version": claim.version, "text": "  ", "claimant": "Karl Brandt"})
    assert empty.status_code == 422
    assert "Say what is claimed" in words(empty)
    assert "Karl Brandt" in empty.content.decode()


def test_the_policy_is_told_while_evidence_is_ticked(desk: Client, claim: Claim) -> None:
    address = reverse("desk_policy", args=[claim.id])
    one = claim.appearances.get()
    assert desk.get(address).json()["ruling"] is None
    assert desk.get(address, {"evidence": one.id}).json()["ruling"] == "not_enough"
    primary = desk.get(address, {"evidence": one.id, f"counts-{one.id}": "primary"}).json()
    assert primary["ruling"] == "enough"
    second = {"evidence": one.id, "document_url": "https://herald.example/x", "document_counts": "report"}
    assert desk.get(address, second).json()["ruling"] == "enough"
    assert "no appearance" in desk.get(address, {"evidence": "0000000000zz"}).json()["words"]


def test_the_workbench_costs_the_same_whatever_the_claim_carries(
    desk: Client, edith: User, claim: Claim, django_assert_num_queries: Callable[..., Any]
) -> None:
    decided(claim, edith, ClaimStatus.REFUTED)
    with django_assert_num_queries(14):
        desk.get(bench(claim))
    for number in range(3):
        a_topic(f"Topic {number}")
        text = f"{WIRE}\nParagraph number {number} of the port's own chronicle.\n"
        more = an_article(text, url=f"https://more.example/{number}", publisher=f"Paper {number}")
        candidate = a_candidate(edith, LANDED, more, quote=LANDED)
        merge_candidate(candidate_id=candidate.id, into=claim.id, by=edith, now=right_now())
        decided(claim, edith, ClaimStatus.DISPUTED)
    assert claim.appearances.count() > 3
    with django_assert_num_queries(14):
        desk.get(bench(claim))


def test_candidates_merged_one_after_the_other_are_one_line_of_the_timeline(
    desk: Client, edith: User, claim: Claim
) -> None:
    yesterday = right_now() - timedelta(days=1)
    for number in range(3):
        text = f"{WIRE}\nParagraph number {number} of the port's own chronicle.\n"
        address, paper = f"https://more.example/{number}", f"Paper {number}"
        more = an_article(text, url=address, publisher=paper, published_at=yesterday)
        candidate = a_candidate(edith, LANDED, more, quote=LANDED)
        merge_candidate(candidate_id=candidate.id, into=claim.id, by=edith, now=right_now())
    page = words(desk.get(bench(claim)))
    timeline = page.partition(" Timeline ")[2]
    assert "3 candidates merged by" in timeline
    assert "From Paper 0, Paper 1, Paper 2." in timeline
    assert "Candidate merged" not in timeline
    assert re.search(r"Where it is said 4 articles, \d independent origins?", page.replace("\u00a0", " "))


@pytest.mark.parametrize("claim_id", ["0000000000zz", "new2", "x" * 60])
def test_an_unknown_claim_is_not_found(desk: Client, claim_id: str) -> None:
    assert desk.get(f"/desk/claims/{claim_id}/").status_code == 404
    assert desk.post(f"/desk/claims/{claim_id}/", {"reason": "x"}).status_code == 404

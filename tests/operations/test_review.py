"""Editors decide: with a reason, on evidence that carries the verdict, on the version they saw."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from claims.models import Article, Candidate, Claim, Claimant, Event, Review, User
from claims.operations.candidates import merge_candidate, track
from claims.operations.catalogue import add_publisher
from claims.operations.evidence import Cited, NoEvidenceError, PolicyError
from claims.operations.ingest import AddressRefusedError, ingest_file
from claims.operations.ledger import verify
from claims.operations.refusals import NotAllowedError, RuleRefusedError
from claims.operations.review import (
    AlreadySignedOffError,
    AlreadyWaitingError,
    NoReasonError,
    StaleVersionError,
    decide,
    sign_off,
)
from claims.vocabulary import ClaimStatus, EventKind, PublisherKind, ReviewState
from tests.sites import page
from tests.stories import a_claim, an_article, right_now

pytestmark = pytest.mark.django_db

RESIGNED = "The harbour minister resigned on Sunday"
PADDING = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."


def reported(publisher: str, sentence: str, claim: Claim | None, by: User) -> Claim:
    """Bring in a page of ``publisher`` that says ``sentence``; track it, or add it to ``claim``."""
    slug = publisher.lower().replace(" ", "-")
    ingested = ingest_file(
        body=page(f"News from {publisher}", sentence, f"{publisher} writes: {PADDING}").encode(),
        content_type="text/html",
        url=f"https://{slug}.example/resigns",
        publisher=publisher,
        by=None,
        now=right_now(),
    )
    candidate = Candidate.objects.filter(snapshot=ingested.snapshot, quote__contains="resigned").exclude(
        voice="headline"
    )[0]
    if candidate.claim is not None and claim is not None:
        assert candidate.claim == claim
    elif claim is None:
        claim = track(candidate_id=candidate.id, by=by, now=right_now())
    else:
        merge_candidate(candidate_id=candidate.id, into=claim.id, by=by, now=right_now())
    claim.refresh_from_db()
    return claim


@pytest.fixture
def claim(edith: User) -> Claim:
    return reported(
        "The Lantern", f"{RESIGNED}, the prime minister's spokesman Karl Brandt said.", None, edith
    )


def citing_all(claim: Claim) -> list[Cited]:
    return [Cited(appearance=appearance.id) for appearance in claim.appearances.all()]


def confirm(
    claim: Claim, by: User, evidence: list[Cited], *, override: str = "", reason: str = "On the record."
) -> Review:
    claim.refresh_from_db()
    return decide(
        claim_id=claim.id,
        by=by,
        seen_version=claim.version,
        verdict=ClaimStatus.CONFIRMED,
        reason=reason,
        evidence=evidence,
        override=override,
        now=right_now(),
    )


def untouched(claim: Claim) -> bool:
    """Whether nothing of a refused decision was written."""
    before = claim.version
    claim.refresh_from_db()
    return claim.version == before and not Review.objects.exists() and claim.status == ClaimStatus.UNVERIFIED


def test_two_independent_origins_confirm(claim: Claim, edith: User) -> None:
    reported(
        "Harbour Post",
        "Harbour minister Ana Reyes resigned on Sunday, said union leader Olga Petrov.",
        claim,
        edith,
    )
    claim.refresh_from_db()
    assert (claim.article_count, claim.origin_count) == (2, 2)
    review = confirm(claim, edith, citing_all(claim))
    claim.refresh_from_db()
    assert review.state == ReviewState.IN_FORCE
    assert (claim.status, claim.reason) == (ClaimStatus.CONFIRMED, "On the record.")
    assert all(piece.snapshot is not None for piece in review.evidence.all()), "pinned to what was seen"


def test_two_copies_of_one_report_do_not_confirm(claim: Claim, edith: User) -> None:
    reported("Harbour Post", f"{RESIGNED}, The Lantern reported.", claim, edith)
    claim.refresh_from_db()
    assert (claim.article_count, claim.origin_count) == (2, 1)
    with pytest.raises(PolicyError):
        confirm(claim, edith, citing_all(claim))
    assert untouched(claim)


def test_one_named_source_is_not_enough_unless_it_is_the_primary_document(claim: Claim, edith: User) -> None:
    with pytest.raises(PolicyError) as refused:
        confirm(claim, edith, citing_all(claim))
    assert refused.value.rule == "policy"
    assert untouched(claim)
    primary = [Cited(appearance=piece.appearance, primary=True) for piece in citing_all(claim)]
    assert confirm(claim, edith, primary).state == ReviewState.IN_FORCE


def test_an_official_bodys_own_page_confirms(edith: User) -> None:
    add_publisher(
        name="Port Ministry",
        kind=PublisherKind.OFFICIAL,
        sites=["https://port-ministry.example/"],
        by=None,
        now=right_now(),
    )
    claim = reported("Port Ministry", f"{RESIGNED}.", None, edith)
    assert confirm(claim, edith, citing_all(claim)).state == ReviewState.IN_FORCE


def test_one_anonymous_source_needs_a_second_editor(edith: User, emil: User) -> None:
    claim = reported("The Lantern", f"{RESIGNED}, a senior government official said.", None, edith)
    review = confirm(claim, edith, citing_all(claim))
    claim.refresh_from_db()
    assert review.state == ReviewState.AWAITING_SIGN_OFF
    assert claim.status == ClaimStatus.UNVERIFIED
    with pytest.raises(RuleRefusedError, match="second editor"):
        sign_off(claim_id=claim.id, number=1, by=edith, seen_version=claim.version, now=right_now())
    sign_off(claim_id=claim.id, number=1, by=emil, seen_version=claim.version, now=right_now())
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.CONFIRMED
    with pytest.raises(AlreadySignedOffError):
        sign_off(claim_id=claim.id, number=1, by=emil, seen_version=claim.version, now=right_now())


@pytest.fixture
def unnamed(edith: User) -> Claim:
    """A claim that rests on one source who would not be named."""
    return reported("The Lantern", f"{RESIGNED}, a senior government official said.", None, edith)


def test_whom_an_editor_names_instead_of_an_unnamed_source_is_not_anonymous(edith: User) -> None:
    article = an_article(f"{RESIGNED}, a senior government official said. {PADDING}")
    [candidate] = Candidate.objects.filter(snapshot__article=article, anonymous=True)
    track(candidate_id=candidate.id, by=edith, now=right_now(), claimant_name="Karl Brandt")
    assert not Claimant.objects.get(name="Karl Brandt").anonymous


def test_a_verdict_that_waits_for_a_sign_off_is_not_proposed_again(
    unnamed: Claim, edith: User, emil: User
) -> None:
    confirm(unnamed, edith, citing_all(unnamed))
    for by, advice in ((edith, "another editor has to"), (emil, "Edith proposed it.*sign that review off")):
        with pytest.raises(AlreadyWaitingError, match=f"already waits for a sign-off.*{advice}"):
            confirm(unnamed, by, [*citing_all(unnamed), Cited(note="A second call.")])
    assert Review.objects.count() == 1
    sign_off(claim_id=unnamed.id, number=1, by=emil, seen_version=unnamed.version, now=right_now())
    again = confirm(unnamed, edith, citing_all(unnamed), reason="Heard once more.")
    assert again.state == ReviewState.AWAITING_SIGN_OFF, "after the first is settled, one may wait anew"


@pytest.mark.parametrize("verdict", [ClaimStatus.REFUTED, ClaimStatus.UNVERIFIED])
def test_another_decision_overtakes_what_waits_and_it_cannot_be_signed_off_any_more(
    unnamed: Claim, edith: User, emil: User, verdict: ClaimStatus
) -> None:
    waiting = confirm(unnamed, edith, citing_all(unnamed))
    decide(
        claim_id=unnamed.id,
        by=emil,
        seen_version=unnamed.version,
        verdict=verdict,
        reason="The ministry denies it.",
        evidence=[Cited(note="A call to the ministry.")],
        now=right_now(),
    )
    waiting.refresh_from_db()
    unnamed.refresh_from_db()
    assert waiting.state == ReviewState.OVERTAKEN
    with pytest.raises(AlreadySignedOffError, match="settled this meanwhile"):
        sign_off(claim_id=unnamed.id, number=1, by=emil, seen_version=unnamed.version, now=right_now())
    unnamed.refresh_from_db()
    assert unnamed.status == verdict
    anew = confirm(unnamed, edith, citing_all(unnamed))
    assert (anew.number, anew.state) == (3, ReviewState.AWAITING_SIGN_OFF)


def test_the_migration_lets_wait_what_nothing_settled_and_each_verdict_once(edith: User, emil: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX a_verdict_waits_once_on_a_claim")  # it came after
    waits, in_force = ReviewState.AWAITING_SIGN_OFF, ReviewState.IN_FORCE
    start = right_now()

    def reviewed(*reviews: tuple[ClaimStatus, ReviewState, int | None]) -> list[Review]:
        """Reviews of a new claim, a minute after each other, signed off after so many."""
        claim = a_claim(edith)
        return [
            Review.objects.create(
                claim=claim,
                number=n,
                verdict=verdict,
                state=state,
                reason="So.",
                decided_by=edith,
                decided_at=start + timedelta(minutes=n),
                signed_off_by=emil if signed_off else None,
                signed_off_at=start + timedelta(minutes=signed_off) if signed_off else None,
            )
            for n, (verdict, state, signed_off) in enumerate(reviews, start=1)
        ]

    confirmed, refuted = ClaimStatus.CONFIRMED, ClaimStatus.REFUTED
    open_still = reviewed((confirmed, waits, None), (confirmed, waits, None), (refuted, waits, None))
    decided = reviewed((confirmed, waits, None), (refuted, in_force, None), (confirmed, waits, None))
    signed = reviewed((confirmed, in_force, 4), (refuted, waits, None))
    migration = import_module("claims.migrations.0020_proposals_wait_once")
    migration.overtake(apps, None)
    states = [[Review.objects.get(pk=one.pk).state for one in many] for many in (open_still, decided, signed)]
    gone = ReviewState.OVERTAKEN
    assert states == [[waits, gone, waits], [gone, in_force, waits], [in_force, gone]]
    migration.wait_again(apps, None)
    assert not Review.objects.filter(state=gone).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_exactly_one_waits(unnamed: Claim, edith: User) -> None:
    evidence, start = citing_all(unnamed), threading.Barrier(2)

    def propose(reason: str) -> bool:
        try:
            start.wait(timeout=10)
            confirm(Claim.objects.get(pk=unnamed.pk), edith, evidence, reason=reason)
        except AlreadyWaitingError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(propose, ("A source says so.", "The source says so again."))) == 1
    assert Review.objects.get().state == ReviewState.AWAITING_SIGN_OFF


def test_only_a_chief_editor_overrides_the_policy_and_it_shows(
    claim: Claim, edith: User, clara: User
) -> None:
    with pytest.raises(NotAllowedError):
        confirm(claim, edith, citing_all(claim), override="I was there.")
    assert untouched(claim)
    review = confirm(claim, clara, citing_all(claim), override="Heard it live on the radio.")
    assert review.state == ReviewState.IN_FORCE
    shown = Event.objects.get(claim_id=claim.id, kind=EventKind.OVERRIDE)
    assert shown.public
    assert "Heard it live" in shown.payload.text


@pytest.mark.parametrize("verdict", [ClaimStatus.CONFIRMED, ClaimStatus.REFUTED, ClaimStatus.DISPUTED])
def test_no_verdict_without_evidence(claim: Claim, edith: User, verdict: ClaimStatus) -> None:
    with pytest.raises(NoEvidenceError):
        decide(
            claim_id=claim.id,
            by=edith,
            seen_version=claim.version,
            verdict=verdict,
            reason="Because.",
            evidence=[],
            now=right_now(),
        )
    assert untouched(claim)


def test_no_verdict_without_a_reason_and_none_from_a_contributor(
    claim: Claim, edith: User, cora: User
) -> None:
    with pytest.raises(NoReasonError):
        confirm(claim, edith, citing_all(claim), reason="  ")
    with pytest.raises(NotAllowedError):
        confirm(claim, cora, citing_all(claim))
    assert untouched(claim)


def test_evidence_of_another_claim_is_refused(claim: Claim, edith: User) -> None:
    with pytest.raises(NoEvidenceError, match="no appearance of this claim"):
        confirm(claim, edith, [Cited(appearance="000000000000")])
    assert untouched(claim)


def test_a_cited_address_is_taken_on_and_a_forbidden_one_leaves_nothing_behind(
    claim: Claim, edith: User
) -> None:
    articles = Article.objects.count()
    with pytest.raises(AddressRefusedError):
        confirm(
            claim,
            edith,
            [Cited(url="https://archive.example/record"), Cited(url="http://169.254.169.254/latest/")],
        )
    assert Article.objects.count() == articles
    assert untouched(claim)
    review = confirm(claim, edith, [Cited(url="https://archive.example/record", primary=True)])
    document = review.evidence.get().article
    assert document is not None
    assert document.due_at is not None, "watched from now on"


def test_a_decision_on_an_old_version_is_refused_and_says_what_was_missed(
    claim: Claim, edith: User, emil: User
) -> None:
    seen = claim.version
    evidence = [Cited(note="Seen on paper.")]
    for by in (edith, emil):
        if by is edith:
            decide(
                claim_id=claim.id,
                by=by,
                seen_version=seen,
                verdict=ClaimStatus.REFUTED,
                reason="Denied.",
                evidence=evidence,
                now=right_now(),
            )
            continue
        with pytest.raises(StaleVersionError) as stale:
            decide(
                claim_id=claim.id,
                by=by,
                seen_version=seen,
                verdict=ClaimStatus.DISPUTED,
                reason="Unclear.",
                evidence=evidence,
                now=right_now(),
            )
        assert [event.kind for event in stale.value.missed] == [EventKind.REVIEW]
    assert Review.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_who_decide_at_once_exactly_one_wins_each_time(
    claim: Claim, edith: User, emil: User
) -> None:
    rounds = 12
    for _ in range(rounds):
        claim.refresh_from_db()
        seen, start = claim.version, threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            won = sum(pool.map(partial(_wins, claim.id, seen, start), (edith, emil)))
        assert won == 1
    assert Review.objects.count() == rounds
    verify()


def _wins(claim_id: str, seen: int, start: threading.Barrier, by: User) -> bool:
    try:
        start.wait(timeout=10)
        decide(
            claim_id=claim_id,
            by=by,
            seen_version=seen,
            verdict=ClaimStatus.DISPUTED,
            reason=f"{by} says so.",
            evidence=[Cited(note="A call.")],
            now=right_now(),
        )
    except StaleVersionError:
        return False
    finally:
        connection.close()
    return True

"""The queue ranks what waits, and each candidate is tracked, merged or dismissed without leaving it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Article, Candidate, Claim, ReReview, Review, User
from claims.operations.candidates import dismiss
from claims.vocabulary import CandidateState, ClaimStatus, ReviewState, Visibility
from tests.desk.conftest import LANDED, WIRE, DeskOf, a_candidate, words
from tests.stories import a_claim, a_topic, an_article, decided, right_now

pytestmark = pytest.mark.django_db
QUEUE = "/desk/"


def on(candidate: Candidate, action: str) -> str:
    return reverse(f"desk_{action}", args=[candidate.id])


def fate(candidate: Candidate) -> tuple[str, str | None]:
    candidate.refresh_from_db()
    return candidate.state, candidate.claim_id


def test_an_empty_queue_says_what_to_do_next(desk: Client) -> None:
    page = desk.get(QUEUE)
    assert "Nothing waits for you" in words(page)
    assert reverse("desk_articles") in page.content.decode()


def test_what_was_decided_and_changed_comes_before_what_is_new(
    desk: Client, edith: User, claim: Claim
) -> None:
    decided(claim, edith, ClaimStatus.REFUTED)
    review = Review.objects.get()
    ReReview.objects.create(
        claim=claim, review=review, opened_at=right_now(), reason="The page was corrected."
    )
    waiting = a_claim(
        edith,
        text="The pilots walked out",
        quote=LANDED,
        article=an_article(WIRE + "\nPilots.", url="https://p.example/"),
    )
    Review.objects.create(
        claim=waiting,
        number=1,
        verdict=ClaimStatus.CONFIRMED,
        reason="A source told us.",
        state=ReviewState.AWAITING_SIGN_OFF,
        decided_by=edith,
        decided_at=right_now(),
    )
    a_candidate(edith, "The ferry was late.")
    page = words(desk.get(QUEUE))
    places = [
        page.index(part)
        for part in (
            "Look at these again",
            "The page was corrected.",
            "Waiting for a second editor",
            "A source told us.",
            "the most check-worthy first",
            "The ferry was late.",
        )
    ]
    assert places == sorted(places)
    assert "1 to look at again" in page
    assert "1 to sign off" in page


def test_candidates_stand_by_rank_with_where_they_come_from(
    desk: Client, edith: User, article: Article
) -> None:
    low, high = a_candidate(edith, "The sea was calm."), a_candidate(edith, "The gates were shut.", article)
    Candidate.objects.filter(pk=low.pk).update(score=0.1)
    Candidate.objects.filter(pk=high.pk).update(
        score=0.9,
        hedged=True,
        hedges=["reportedly"],
        claimant_name="a porter",
        prefix="It is said: ",
        quote="gates",
    )
    page = words(desk.get(QUEUE + "?show=candidates"))
    assert page.index("The gates were shut.") < page.index("The sea was calm.")
    for told in (
        "Harbour Post",
        "Minister lands in Britain",
        "Claimed by a porter",
        "Hedged",
        "“reportedly”",
    ):
        assert told in page


def test_copies_of_one_statement_stand_in_one_row_that_links_the_others(desk: Client, edith: User) -> None:
    a_candidate(edith, "The gates were shut.")
    other = a_candidate(edith, "The gates were shut")
    a_candidate(edith, "The gates were not shut.")
    page = desk.get(QUEUE)
    assert page.content.decode().count("data-row") == 2
    assert "One more candidate says so in the same words" in words(page)
    assert f'href="{reverse("desk_candidate", args=[other.id])}"' in page.content.decode()
    assert "3 new candidates" in words(page)


def test_edith_tracks_a_candidate_in_her_own_words_and_stays_where_she_was(desk: Client, edith: User) -> None:
    candidate, following = a_candidate(edith, "It was late, the ferry."), a_candidate(edith, "Rain fell.")
    answer = desk.post(
        on(candidate, "track"),
        {
            "back": "/desk/?show=candidates",
            "next": following.id,
            "text": "The ferry was late",
            "internal": "on",
        },
    )
    assert answer.headers["Location"] == f"/desk/?show=candidates#candidate-{following.id}"
    claim = Claim.objects.get()
    assert (claim.text, claim.visibility) == ("The ferry was late", Visibility.INTERNAL)
    assert fate(candidate) == (CandidateState.TRACKED, claim.id)
    assert "Tracked: The ferry was late" in words(desk.get(QUEUE))


def test_a_candidate_is_merged_into_a_claim_found_by_its_words(
    desk: Client, edith: User, claim: Claim, article: Article
) -> None:
    candidate = a_candidate(edith, "The harbour was closed.", article, "The harbour was closed for the night")
    page = desk.get(QUEUE, {"find": candidate.id, "q": "minister Britain"})
    assert f'name="into" value="{claim.id}"' in " ".join(page.content.decode().split())
    desk.post(on(candidate, "merge"), {"into": claim.id, "back": QUEUE})
    assert fate(candidate) == (CandidateState.MERGED, claim.id)
    assert claim.appearances.count() == 2


def test_a_claim_is_found_by_its_address_or_by_like_words(desk: Client, edith: User, claim: Claim) -> None:
    candidate = a_candidate(edith, "Nothing like it.")
    for asked in (claim.id, f"https://claims.example{claim.get_absolute_url()}"):
        assert claim.text in words(desk.get(QUEUE, {"find": candidate.id, "q": asked, "show": "candidates"}))
    none = desk.get(QUEUE, {"find": candidate.id, "q": "zeppelin", "show": "candidates"})
    assert "No tracked claim has these words" in words(none)


def test_a_candidate_is_dismissed_with_a_reason(desk: Client, edith: User) -> None:
    candidate = a_candidate(edith)
    desk.post(on(candidate, "dismiss"), {"reason": "An opinion.", "back": QUEUE})
    assert fate(candidate)[0] == CandidateState.DISMISSED
    assert candidate.dismissal == "An opinion."
    assert "“An opinion.”" in words(desk.get(reverse("desk_candidate", args=[candidate.id])))


@pytest.mark.parametrize(
    ("action", "typed", "told"),
    [
        ("dismiss", {"reason": " "}, "Say why it is dismissed"),
        ("track", {"text": "A very long claim. " * 20}, "at most 300 characters"),
        ("merge", {"into": ""}, "Choose the claim to merge into"),
        ("merge", {"into": "0000000000zz"}, "Choose the claim to merge into"),
        ("merge", {"into": "\x00'; --"}, "Choose the claim to merge into"),
    ],
)
def test_a_refusal_is_told_at_the_row_with_what_was_typed(
    desk: Client, edith: User, action: str, typed: dict[str, str], told: str
) -> None:
    candidate = a_candidate(edith)
    answer = desk.post(on(candidate, action), {**typed, "back": "/desk/?show=candidates"})
    assert answer.status_code == 422
    assert told in words(answer)
    assert typed.get("text", "") in answer.content.decode()
    assert fate(candidate) == (CandidateState.OPEN, None)


def test_a_candidate_that_somebody_else_resolved_meanwhile(
    desk: Client, edith: User, emil: User, claim: Claim
) -> None:
    candidate = a_candidate(edith)
    dismiss(candidate_id=candidate.id, reason="Not checkable.", by=emil, now=right_now())
    for action, typed in (
        ("track", {"text": "The ferry was late"}),
        ("merge", {"into": claim.id}),
        ("dismiss", {"reason": "I looked twice."}),
    ):
        answer = desk.post(on(candidate, action), {**typed, "back": QUEUE})
        assert answer.status_code == 409
        assert "dismissed by Emil meanwhile" in words(answer)
    assert "You had typed: “I looked twice.”" in words(answer)
    assert fate(candidate) == (CandidateState.DISMISSED, None)
    assert Claim.objects.count() == 1


def test_a_claim_that_was_merged_itself_takes_no_candidate(desk: Client, edith: User, claim: Claim) -> None:
    gone = a_claim(
        edith,
        text="He came by sea",
        quote=LANDED,
        article=an_article(WIRE + "\nSea.", url="https://s.example/"),
    )
    Claim.objects.filter(pk=gone.pk).update(merged_into=claim)
    candidate = a_candidate(edith)
    answer = desk.post(on(candidate, "merge"), {"into": gone.id, "back": QUEUE})
    assert answer.status_code == 409
    assert "choose the survivor" in words(answer)


@pytest.mark.parametrize("action", ["track", "merge", "dismiss"])
def test_a_contributor_resolves_nothing_and_is_told_why(
    edith: User, cora: User, desk_of: DeskOf, action: str
) -> None:
    candidate = a_candidate(edith)
    coras = desk_of(cora)
    page = coras.get(QUEUE)
    assert candidate.text in words(page)
    assert "<button" in page.content.decode()
    assert ">Dismiss" not in page.content.decode()
    answer = coras.post(on(candidate, action), {"reason": "My own reason", "into": "x", "text": "Mine"})
    assert answer.status_code == 403
    assert "This needs an editor; you are signed in as a contributor." in words(answer)
    assert "My own reason" in answer.content.decode()
    assert fate(candidate) == (CandidateState.OPEN, None)


def test_what_is_asked_of_the_queue_narrows_it(
    desk: Client, edith: User, claim: Claim, article: Article
) -> None:
    topic = a_topic("Harbour affair")
    claim.topics.add(topic)
    suggested, other = a_candidate(edith, "The sea was calm."), a_candidate(edith, "Rain fell.", article)
    Candidate.objects.filter(pk=suggested.pk).update(suggested=claim)
    by_topic = words(desk.get(QUEUE, {"topic": topic.slug}))
    assert "The sea was calm." in by_topic
    assert "Rain fell." not in by_topic
    by_article = words(desk.get(QUEUE, {"article": article.id}))
    assert "Rain fell." in by_article
    assert "The sea was calm." not in by_article
    assert "Nothing here with this filter" in words(desk.get(QUEUE, {"show": "re-reviews"}))
    assert other.is_open


@pytest.mark.parametrize(
    "query",
    [
        "page=1000000000000",
        "page=-1",
        "page=%F0%9F%98%80",
        "page=0",
        "show=nonsense",
        "topic=%00",
        "article=%00x",
        "q=%00&find=%00",
    ],
)
def test_an_odd_address_still_shows_the_queue(desk: Client, edith: User, query: str) -> None:
    a_candidate(edith)
    assert desk.get(f"{QUEUE}?{query}").status_code == 200


def test_pages_of_candidates_do_not_overlap(desk: Client, edith: User) -> None:
    names = {a_candidate(edith, f"Vessel {number:02} sank off Gozo.").text for number in range(25)}
    first, second = (words(desk.get(QUEUE, {"page": page})) for page in (1, 2))
    on_first, on_second = ({name for name in names if name in page} for page in (first, second))
    assert len(on_first) == 20
    assert on_second == names - on_first
    assert words(desk.get(QUEUE, {"page": 99})) == second


def test_the_queue_costs_the_same_however_long_it_is(
    desk: Client, edith: User, article: Article, claim: Claim, django_assert_num_queries: Callable[..., Any]
) -> None:
    decided(claim, edith, ClaimStatus.REFUTED)
    ReReview.objects.create(claim=claim, review=Review.objects.get(), opened_at=right_now(), reason="Edited.")
    a_candidate(edith, "Rain fell.", article, "The harbour was closed")
    with django_assert_num_queries(13):
        desk.get(QUEUE)
    for number in range(5):
        text = f"{WIRE}\nParagraph number {number} of the port's own chronicle.\n"
        more = an_article(text, url=f"https://more.example/{number}", publisher=f"Paper {number}")
        a_candidate(edith, f"Vessel {number} sank.", more, LANDED)
        a_claim(edith, text=f"Ship {number} was late", article=more, quote="Nobody at the port")
    with django_assert_num_queries(13):
        desk.get(QUEUE)


def test_the_list_of_claims_shows_the_internal_ones_too(desk: Client, edith: User, claim: Claim) -> None:
    hidden = a_claim(
        edith,
        text="He came by sea",
        internal=True,
        quote=LANDED,
        article=an_article(WIRE + "\nSea.", url="https://s.example/"),
    )
    page = words(desk.get("/desk/claims/"))
    assert claim.text in page
    assert hidden.text in page
    assert "Internal" in page
    assert claim.text not in words(desk.get("/desk/claims/", {"q": "by sea"}))
    assert "No such claim" in words(desk.get("/desk/claims/", {"status": "refuted", "page": "7"}))

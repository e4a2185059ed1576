"""New claims by hand or from a passage: anybody at the desk proposes, editors track at once; topics."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Article, Candidate, Claim, Topic, User
from claims.operations.candidates import propose_and_track
from claims.operations.refusals import RefusalError
from claims.vocabulary import CandidateState, Visibility
from tests.desk.conftest import LANDED, DeskOf, words
from tests.stories import a_topic, right_now

pytestmark = pytest.mark.django_db
NEW, TOPICS = "/desk/claims/new/", "/desk/topics/"


def test_a_claim_by_hand_waits_in_the_queue(cora: User, desk_of: DeskOf) -> None:
    coras = desk_of(cora)
    assert "Track at once" not in words(coras.get(NEW))
    page = coras.post(NEW, {"text": "The  ferry was late", "claimant": "a porter"}, follow=True)
    assert "It waits in the queue for an editor" in words(page)
    candidate = Candidate.objects.get()
    assert (candidate.text, candidate.claimant_name, candidate.proposed_by) == (
        "The ferry was late",
        "a porter",
        cora,
    )
    assert "proposed by Cora" in words(page)


def test_a_contributor_who_tracks_anyway_is_told_and_nothing_is_half_done(
    cora: User, desk_of: DeskOf
) -> None:
    answer = desk_of(cora).post(NEW, {"text": "The ferry was late", "track": "on"})
    assert answer.status_code == 403
    assert "The ferry was late" in answer.content.decode()
    assert not Candidate.objects.exists()


def test_what_cannot_be_tracked_at_once_is_not_proposed_either(edith: User) -> None:
    asked: dict[str, Any] = {"text": "The ferry was late", "by": edith, "now": right_now()}
    with pytest.raises(RefusalError):
        propose_and_track(**asked, topics=["no-such-topic"])
    assert not Candidate.objects.exists()
    tracked = propose_and_track(**asked)
    assert tracked.claim == Claim.objects.get()


def test_edith_tracks_a_passage_at_once_under_a_topic(desk: Client, article: Article) -> None:
    topic = a_topic("Harbour affair")
    sent = {
        "text": "The minister is in Britain",
        "article": article.id,
        "quote": LANDED,
        "topics": topic.slug,
        "track": "on",
        "internal": "on",
    }
    page = desk.post(NEW, sent, follow=True)
    claim = Claim.objects.get()
    appearance = claim.appearances.get()
    assert article.newest is not None
    assert article.newest.text[appearance.start : appearance.end] == LANDED
    assert (claim.visibility, [*claim.topics.all()]) == (Visibility.INTERNAL, [topic])
    assert "Internal to the desk" in words(page)
    assert LANDED in words(page)


def test_the_second_of_two_like_passages_is_taken_when_it_was_selected(
    desk: Client, article: Article
) -> None:
    assert article.newest is not None
    second = article.newest.text.index("the", 60)
    sent = {"text": "A word", "article": article.url, "quote": "the", "start": str(second)}
    desk.post(NEW, sent)
    assert Candidate.objects.get(text="A word").start == second
    desk.post(NEW, {**sent, "text": "Another word", "start": "minus one"})
    assert Candidate.objects.get(text="Another word").start == article.newest.text.index("the")


def test_a_passage_of_the_headline_is_found_there(desk: Client, article: Article) -> None:
    desk.post(NEW, {"text": "He is here", "article": article.id, "quote": "Minister lands in Britain"})
    assert Candidate.objects.get(text="He is here").in_headline


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": "", "quote": "", "article": ""}, "Say what is claimed"),
        ({"text": "Too long a claim. " * 20}, "at most 300 characters"),
        ({"quote": "The ferry sank with all hands"}, "does not stand in the article"),
        ({"article": "", "quote": LANDED}, "A quote needs the article"),
        ({"article": "https://unknown.example/page"}, "We do not hold this article yet"),
        ({"article": "http://127.0.0.1/"}, "not an address on the public internet"),
        ({"topics": "no-such-topic"}, "not one of the available choices"),
        ({"quote": "\x00" + LANDED}, "Null characters"),
    ],
)
def test_what_is_wrong_with_a_new_claim_is_told_and_every_word_kept(
    desk: Client, article: Article, changes: dict[str, Any], told: str
) -> None:
    known = Candidate.objects.count()
    sent = {
        "text": "The minister is in Britain",
        "article": article.id,
        "quote": LANDED,
        "claimant": "Kept name",
    }
    answer = desk.post(NEW, {**sent, **changes})
    assert answer.status_code == 422
    assert told in words(answer)
    assert "Kept name" in answer.content.decode()
    assert Candidate.objects.count() == known


def test_an_article_that_was_not_fetched_yet_has_no_passages(desk: Client) -> None:
    desk.post("/desk/articles/", {"url": "https://herald.example/a"})
    answer = desk.post(NEW, {"text": "It rains", "article": "https://herald.example/a", "quote": "rain"})
    assert answer.status_code == 422
    assert "has not been fetched yet" in words(answer)


def test_a_claim_like_one_that_is_tracked_is_pointed_out(desk: Client, claim: Claim) -> None:
    page = desk.post(NEW, {"text": claim.text, "track": "on"}, follow=True)
    assert "It may say the same as" in words(page)
    assert reverse("desk_claim", args=[claim.id]) in page.content.decode()


def test_the_form_can_be_opened_with_words_in_it(desk: Client, article: Article) -> None:
    page = desk.get(NEW, {"article": article.id, "quote": LANDED, "start": "0"}).content.decode()
    assert LANDED in page
    assert article.id in page


def test_topics_are_listed_and_added_by_editors(desk: Client, cora: User, desk_of: DeskOf) -> None:
    assert "No topic yet" in words(desk.get(TOPICS))
    page = desk.post(TOPICS, {"name": "Harbour affair", "summary": "Who leaves the port."}, follow=True)
    assert Topic.objects.get().slug == "harbour-affair"
    assert "0 claims" in words(page).replace("no claims", "0 claims")
    assert "Give the topic a name." in words(desk.post(TOPICS, {"name": " ", "summary": "Kept."}))
    answer = desk_of(cora).post(TOPICS, {"name": "Mine"})
    assert answer.status_code == 403
    assert Topic.objects.count() == 1


def test_a_proposal_taken_from_an_article_is_open_until_an_editor_acts(
    desk: Client, article: Article
) -> None:
    desk.post(NEW, {"text": "The gates were shut", "article": article.id, "quote": "the gates were shut"})
    assert Candidate.objects.get(text="The gates were shut").state == CandidateState.OPEN

"""Who comes in at the desk, where the log-in leads, and typed words that survive a lost session."""

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Review, User
from claims.operations.people import add_person
from claims.urls import DESK
from claims.vocabulary import Role
from tests.desk.conftest import DeskOf, decision, words
from tests.stories import right_now

pytestmark = pytest.mark.django_db


def test_every_page_of_the_desk_asks_readers_to_log_in() -> None:
    for pattern in DESK:
        address = "/" + str(pattern.pattern).replace("<int:number>", "1")
        for word in ("candidate_id", "claim_id", "article_id", "feed_id", "webhook_id", "appearance_id"):
            address = address.replace(f"<slug:{word}>", "0000000000zz")
        answer = Client().get(address)
        assert answer.status_code == 302, address
        assert answer.headers["Location"] == f"/accounts/login/?next={address}"


def test_the_log_in_leads_back_and_never_elsewhere() -> None:
    add_person(username="edith", role=Role.EDITOR, by=None, now=right_now(), password="a long passphrase")
    typed = {"login": "edith", "password": "a long passphrase"}
    back = Client().post("/accounts/login/", {**typed, "next": "/desk/articles/"})
    assert back.headers["Location"] == "/desk/articles/"
    for evil in ("//evil.example/", "https://evil.example/", "/\\evil.example/", "javascript:alert(1)"):
        assert Client().post("/accounts/login/", {**typed, "next": evil}).headers["Location"] == "/desk/"


@pytest.mark.parametrize(
    "back", ["//evil.example/desk/", "https://evil.example/desk/", "/claims/", "/desk/../x", ""]
)
def test_a_form_leads_back_to_the_desk_only(desk: Client, claim: Claim, back: str) -> None:
    answer = desk.post(reverse("desk_merge", args=["0000000000zz"]), {"back": back, "into": claim.id})
    assert answer.status_code == 404
    answer = Client().post(reverse("desk_merge", args=["0000000000zz"]), {"back": back})
    assert answer.headers["Location"].startswith("/accounts/login/?next=/desk/")


def test_a_decision_sent_after_the_session_ended_is_shown_and_can_be_sent_again(claim: Claim) -> None:
    answer = Client().post(
        reverse("desk_claim", args=[claim.id]), decision(claim, reason="Ten minutes of typing."), follow=True
    )
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You are signed out" in words(answer)
    assert "Ten minutes of typing.</textarea>" in page
    assert 'name="reason" value="Ten minutes of typing."' in page
    assert f'name="evidence" value="{claim.appearances.get().id}"' in page
    assert "Send again" in page
    assert not Review.objects.exists()


@pytest.fixture
def strict_desk(edith: User) -> Client:
    """Edith's browser on a site that looks at the forms' tokens, as in production."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(edith)
    return client


def test_a_stale_page_of_our_own_is_sent_again_with_one_click(strict_desk: Client, claim: Claim) -> None:
    answer = strict_desk.post(
        reverse("desk_claim", args=[claim.id]),
        decision(claim, reason="Kept."),
        headers={"Origin": "http://testserver"},
    )
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This page had gone stale" in page
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    again = strict_desk.post(
        reverse("desk_claim", args=[claim.id]),
        {**decision(claim, reason="Kept."), "csrfmiddlewaretoken": token},
        headers={"Origin": "http://testserver"},
    )
    assert again.status_code == 302
    assert Review.objects.get().reason == "Kept."


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_a_foreign_page_cannot_put_its_words_under_our_button(
    strict_desk: Client, claim: Claim, origin: str | None
) -> None:
    answer = strict_desk.post(
        reverse("desk_claim", args=[claim.id]),
        decision(claim, reason="Planted."),
        headers={"Origin": origin} if origin else {},
    )
    assert answer.status_code == 403
    assert "Send again" not in answer.content.decode()
    assert not Review.objects.exists()


def test_no_password_is_ever_shown_again(strict_desk: Client) -> None:
    answer = strict_desk.post("/accounts/login/", {"login": "edith", "password": "hunter2-secret"})
    assert answer.status_code == 403
    assert "hunter2" not in answer.content.decode()


def test_a_wrong_password_is_told_in_the_words_of_the_form(edith: User) -> None:
    answer = Client().post("/accounts/login/", {"login": "edith", "password": "not this one"})
    assert "User name and password do not belong together." in answer.content.decode()


def test_a_closed_account_does_not_come_in(edith: User, desk_of: DeskOf) -> None:
    client = desk_of(edith)
    assert client.get("/desk/").status_code == 200
    edith.is_active = False
    edith.save()
    assert client.get("/desk/").status_code == 302


def test_pages_of_the_desk_are_kept_by_no_cache(desk: Client) -> None:
    assert "no-store" in desk.get("/desk/").headers["Cache-Control"]


def test_the_admin_shows_and_changes_nothing(edith: User, desk_of: DeskOf) -> None:
    adam = desk_of(add_person(username="adam", role=Role.ADMIN, by=None, now=right_now()))
    assert adam.get("/admin/claims/user/").status_code == 200
    assert adam.get(f"/admin/claims/user/{edith.pk}/change/").status_code == 200
    assert "pbkdf2" not in adam.get(f"/admin/claims/user/{edith.pk}/change/").content.decode()
    changed = adam.post(f"/admin/claims/user/{edith.pk}/change/", {"username": "edith", "role": "admin"})
    assert changed.status_code == 403
    assert adam.get("/admin/claims/publisher/add/").status_code == 403
    assert adam.post(f"/admin/claims/user/{edith.pk}/delete/", {"post": "yes"}).status_code == 403
    for other in (
        "knox/authtoken/",
        "claims/apitoken/",
        "auth/group/",
        "claims/event/",
        "account/emailaddress/",
    ):
        assert adam.get(f"/admin/{other}").status_code == 404, other
    edith.refresh_from_db()
    assert edith.role == Role.EDITOR
    assert desk_of(edith).get("/admin/").status_code == 302

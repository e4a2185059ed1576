"""`manage.py adduser` and `manage.py token`: accounts and programs' keys, from the command line."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from rest_framework.test import APIClient

from claims.models import ApiToken, Event, User
from claims.operations.people import add_person
from claims.vocabulary import Role
from tests.commands.conftest import Run
from tests.stories import right_now


def role_of(username: str) -> Role:
    return Role(User.objects.get(username=username).role)


@pytest.fixture
def edith(db: None) -> User:
    return add_person(username="edith", role=Role.EDITOR, by=None, now=right_now())


# ---------------------------------------------------------------- accounts
def test_a_new_account_is_opened_by_a_link_that_works_once(run: Run) -> None:
    ran = run("adduser", "edith", "--role", "editor", "--email", "edith@newsroom.example")
    assert ran.code == 0, ran.err
    link = ran.out.strip()
    browser = Client()
    form = browser.get(urlsplit(link).path, follow=True)
    assert form.status_code == 200
    [(place, _)] = form.redirect_chain
    password = "nine-gulls-on-a-mast"
    done = browser.post(place, {"password1": password, "password2": password}, follow=True)
    assert b'href="/accounts/login/"' in done.content.partition(b"<main")[2], "the next step"
    edith = User.objects.get(username="edith")
    assert edith.check_password(password)
    second = Client().get(urlsplit(link).path, follow=True)
    assert b"password1" not in second.content, "the link works once"


def test_a_forgotten_password_is_answered_by_mail_and_strangers_get_none(
    run: Run, mailoutbox: list[EmailMessage]
) -> None:
    run("adduser", "edith", "--role", "editor", "--email", "edith@newsroom.example")
    pages = [
        Client()
        .post("/accounts/password/reset/", {"email": email}, follow=True)
        .content.partition(b"<main")[2]
        for email in ("stranger@newsroom.example", "edith@newsroom.example")
    ]
    assert pages[0] == pages[1], "nobody learns who has an account"
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (
        ["edith@newsroom.example"],
        "[Claim Ledger] A new password for edith",
    )
    assert mail.from_email == "Claim Ledger <no-reply@127.0.0.1>"
    assert "/accounts/password/reset/key/" in mail.body


def test_who_asks_too_often_gets_our_page(edith: User) -> None:
    browser = Client()
    for _ in range(6):
        last = browser.post("/accounts/password/reset/", {"email": "edith@newsroom.example"})
    assert last.status_code == 429
    assert b"Too many attempts" in last.content
    assert b"masthead" in last.content


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("contributor", Role.CONTRIBUTOR),
        ("chief_editor", Role.CHIEF_EDITOR),
        ("chief-editor", Role.CHIEF_EDITOR),
        ("Chief Editor", Role.CHIEF_EDITOR),
        ("admin", Role.ADMIN),
    ],
)
def test_each_role_can_be_given(run: Run, word: str, role: Role) -> None:
    assert run("adduser", "somebody", "--role", word).code == 0
    assert role_of("somebody") == role


def test_an_e_mail_address_never_enters_the_ledger(run: Run) -> None:
    run("adduser", "edith", "--role", "editor", "--email", "edith@newsroom.example")
    event = Event.objects.select_related("payload").get()
    assert "@" not in f"{event.payload.text} {event.payload.data}"


def test_who_is_there_already_is_told_how_to_get_in(run: Run, edith: User) -> None:
    assert "manage.py changepassword edith" in run("adduser", "edith", "--role", "editor").err


@pytest.mark.parametrize(
    "arguments",
    [
        ("edith", "--role", "editor"),
        ("EDITH", "--role", "editor"),
        ("two words", "--role", "editor"),
        ("", "--role", "editor"),
        ("emil", "--role", "owner"),
        ("emil",),
        ("emil", "--role", "editor", "--email", "not an address"),
    ],
)
def test_a_bad_account_is_refused_in_words(run: Run, edith: User, arguments: tuple[str, ...]) -> None:
    ran = run("adduser", *arguments)
    assert ran.code != 0
    assert ran.err
    assert User.objects.count() == 1
    assert Event.objects.count() == 1


# ---------------------------------------------------------------- tokens
def opens(token: str, path: str, **body: Any) -> int:
    program = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    status: int = program.post(path, body, format="json").status_code
    return status


def test_a_token_is_printed_once_and_works(run: Run, edith: User) -> None:
    ran = run("token", "edith")
    token = ran.out.strip()
    assert "\n" not in token
    assert opens(token, "/api/v1/candidates/", text="The king is ill.") == 201
    assert opens(token, "/api/v1/topics/", name="Libya") == 201
    kept = ApiToken.objects.get()
    assert token not in (kept.digest, kept.token_key)
    assert kept.expiry is None


def test_a_token_is_good_for_its_scopes_alone(run: Run, edith: User) -> None:
    token = run("token", "edith", "--scope", "read,propose").out.strip()
    assert opens(token, "/api/v1/candidates/", text="The king is ill.") == 201
    assert opens(token, "/api/v1/topics/", name="Libya") == 403


def test_a_token_ends_after_its_days(run: Run, edith: User) -> None:
    run("token", "edith", "--days", "7")
    days = (ApiToken.objects.get().expiry - right_now()).total_seconds() / 86_400
    assert 6.9 < days <= 7


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody",),
        ("edith", "--scope", "admin"),
        ("edith", "--scope", "write"),
        ("edith", "--scope", ""),
        ("edith", "--days", "0"),
        ("edith", "--days", "-3"),
        ("edith", "--days", "soon"),
        ("edith", "--days", "99999999999"),
        (),
    ],
)
def test_a_bad_token_is_refused_in_words(run: Run, edith: User, arguments: tuple[str, ...]) -> None:
    ran = run("token", *arguments)
    assert ran.code != 0
    assert ran.err
    assert not ApiToken.objects.exists()


def test_a_closed_account_gets_no_token(run: Run, edith: User) -> None:
    User.objects.update(is_active=False)
    assert run("token", "edith").code == 1

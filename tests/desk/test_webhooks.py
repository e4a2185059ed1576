"""Edith gives the address of a program at the desk, and sees whether it takes what it is told."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Delivery, User, Webhook
from claims.operations.webhooks import add_webhook
from claims.vocabulary import EventKind, WebhookState
from tests.desk.conftest import words
from tests.stories import a_claim, right_now

pytestmark = pytest.mark.django_db

PAGE = "/desk/webhooks/"
URL = "https://program.example/inbox"


def act(desk: Client, name: str, webhook: Webhook) -> str:
    """Press one of the webhook's buttons; returns the words of the page that follows."""
    return words(desk.post(reverse(f"desk_webhook_{name}", args=[webhook.id]), follow=True))


def test_a_program_is_added_and_its_secret_is_shown_this_once(desk: Client, edith: User) -> None:
    assert "No webhook yet" in words(desk.get(PAGE))
    answer = desk.post(PAGE, {"url": URL})
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    [secret] = re.findall("whsec_[^<]+", html.unescape(answer.content.decode()))
    assert secret.removeprefix("whsec_")
    assert "Told of everything public" in words(answer)
    again = desk.get(PAGE)
    assert "whsec_" not in again.content.decode()
    assert URL in words(again)


@pytest.mark.parametrize(
    ("address", "said"),
    [("", "address"), ("http://127.0.0.1/", "never fetched"), ("http://[fe80::1%25eth0]/", "address")],
)
def test_a_bad_address_is_refused_in_words_and_kept_in_the_form(
    desk: Client, address: str, said: str
) -> None:
    answer = desk.post(PAGE, {"url": address})
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'value="{address}"' in answer.content.decode() or not address
    assert not Webhook.objects.exists()


def test_what_goes_wrong_is_seen_and_sent_again(desk: Client, edith: User) -> None:
    webhook = add_webhook(url=URL, kinds=[EventKind.FIRST_SEEN], by=edith, now=right_now()).webhook
    a_claim(edith)
    Webhook.objects.update(state="failing", state_reason="program.example answered 500.", failures=7)
    Delivery.objects.update(due_at="2100-01-01T00:00:00Z")
    said = words(desk.get(PAGE))
    assert "Failing" in said
    assert "program.example answered 500. 7 tries in a row failed." in said
    assert "Told of: First seen" in said
    assert "1 message" in said
    assert "What waits is sent with the next sweep" in act(desk, "again", webhook)
    assert Delivery.objects.get().due_at <= right_now()  # type: ignore[operator]


def test_what_is_asked_of_a_page_gone_stale_is_refused_in_words(desk: Client, edith: User) -> None:
    webhook = add_webhook(url=URL, kinds=[], by=edith, now=right_now()).webhook
    a_claim(edith)
    Webhook.objects.update(state=WebhookState.GONE)
    assert "make it active first" in act(desk, "again", webhook)


def test_a_webhook_is_stopped_started_and_removed(desk: Client, edith: User) -> None:
    webhook = add_webhook(url=URL, kinds=[], by=edith, now=right_now()).webhook
    assert "told nothing more" in act(desk, "stop", webhook)
    assert "Stopped" in words(desk.get(PAGE))
    assert "told of changes again" in act(desk, "start", webhook)
    assert "whsec_" in act(desk, "rotate", webhook)
    act(desk, "stop", webhook)
    assert "removed" in act(desk, "remove", webhook)
    assert Webhook.objects.get().state == WebhookState.REMOVED
    assert desk.post(reverse("desk_webhook_start", args=[webhook.id])).status_code == 404


def test_every_button_leads_somewhere(desk: Client, edith: User) -> None:
    webhook = add_webhook(url=URL, kinds=[], by=edith, now=right_now()).webhook
    a_claim(edith)
    shown = desk.get(PAGE).content.decode()
    act(desk, "stop", webhook)
    shown += desk.get(PAGE).content.decode()
    for name in ("again", "stop", "start", "rotate", "remove"):
        assert f'action="{reverse(f"desk_webhook_{name}", args=[webhook.id])}"' in shown
    assert 'action=""' not in shown


def test_others_neither_see_nor_touch_it(desk: Client, clara: User, cora: User) -> None:
    webhook = add_webhook(url=URL, kinds=[], by=clara, now=right_now()).webhook
    assert URL not in words(desk.get(PAGE))
    for name in ("again", "stop", "start", "rotate", "remove"):
        assert desk.post(reverse(f"desk_webhook_{name}", args=[webhook.id])).status_code == 404
    hers = Client()
    hers.force_login(cora)
    assert "An editor decides" in words(hers.get(PAGE))
    assert hers.post(PAGE, {"url": URL}).status_code == 403

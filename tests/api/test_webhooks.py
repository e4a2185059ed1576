"""A program manages its owner's webhooks, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from claims.api import webhook_answers
from claims.models import Delivery, Event, User, Webhook
from claims.operations.webhooks import MOST_OF_A_PERSON
from claims.queries.shapes import moment
from claims.vocabulary import ClaimStatus, EventKind, Role, Scope, WebhookState
from tests.api.conftest import Program, ids, problem
from tests.api.test_description import same_members
from tests.stories import a_claim, decided, person, right_now

HOOKS = "/api/v1/webhooks/"
URL = "https://program.example/inbox?key=Q9"


def made(program: APIClient, url: str = URL, **more: Any) -> dict[str, Any]:
    answer = program.post(HOOKS, {"url": url, **more}, format="json")
    assert answer.status_code == 201, answer.content
    shape: dict[str, Any] = answer.json()
    return shape


def test_a_webhook_is_added_with_a_secret_that_is_shown_once(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    answer = program.post(HOOKS, {"url": URL, "kinds": ["review", "correction"]}, format="json")
    shape = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"{HOOKS}{shape['id']}/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert shape["secret"].startswith("whsec_")
    assert (shape["url"], shape["kinds"]) == (URL, ["review", "correction"])
    assert (shape["state"], shape["active"], shape["waiting"]) == ("active", True, 0)
    one = program.get(f"{HOOKS}{shape['id']}/").json()
    assert one == {name: value for name, value in shape.items() if name != "secret"}
    assert program.get(HOOKS).json()["results"] == [one]
    added = Event.objects.get(kind=EventKind.WEBHOOK_ADDED)
    assert added.payload.actor == edith.display_name
    assert "Q9" not in str(added.payload.text), "an address may hold a password"
    assert not added.public


def test_answers_have_the_members_that_are_described(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    shape = made(program)
    same_members(shape, webhook_answers.NewWebhookAnswer(), "webhooks/")
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    here = f"{HOOKS}{shape['id']}/"
    same_members(program.get(here).json(), webhook_answers.WebhookAnswer(), here)
    rows = program.get(f"{here}deliveries/").json()["results"]
    assert rows[0]["kind"] == "review", "the latest first"
    same_members(rows, webhook_answers.DeliveryAnswer(), "deliveries/")
    assert program.get(here).json()["waiting"] == len(rows)


def test_each_person_sees_their_own_and_an_admin_all(program_of: Program, edith: User, clara: User) -> None:
    adam = person("adam", Role.ADMIN)
    ours, theirs = made(program_of(edith)), made(program_of(clara))
    assert ids(program_of(edith).get(HOOKS)) == [ours["id"]]
    assert set(ids(program_of(adam).get(HOOKS))) == {ours["id"], theirs["id"]}
    program = program_of(edith)
    for method, path in (
        ("get", ""),
        ("patch", ""),
        ("delete", ""),
        ("post", "rotate/"),
        ("get", "deliveries/"),
        ("post", "replay/"),
    ):
        problem(getattr(program, method)(f"{HOOKS}{theirs['id']}/{path}", format="json"), 404)
    assert program_of(adam).delete(f"{HOOKS}{theirs['id']}/").status_code == 204


@pytest.mark.parametrize("path", ["", "abcdef123456/", "abcdef123456/deliveries/"])
def test_reading_needs_a_token_for_hooks(
    program_of: Program, reader: APIClient, edith: User, cora: User, path: str
) -> None:
    problem(reader.get(HOOKS + path), 401)
    problem(program_of(edith, [Scope.READ, Scope.PROPOSE, Scope.DECIDE]).get(HOOKS + path), 403)
    problem(program_of(cora).get(HOOKS + path), 403)
    assert program_of(edith, [Scope.HOOKS]).get(HOOKS + path).status_code in (200, 404)
    assert reader.options(HOOKS + path).status_code == 200


def test_bad_input_is_told_what_to_do(program_of: Program, edith: User) -> None:
    program = program_of(edith)

    def sent(**body: Any) -> Any:
        return program.post(HOOKS, body, format="json")

    for address in (
        "http://127.0.0.1/",
        "http://169.254.169.254/",
        "ftp://a.example/",
        "http://a@b.example/",
    ):
        told = problem(sent(url=address), 422, rule="address")
        assert told["errors"][0]["field"] == "url"
    assert "review" in problem(sent(url=URL, kinds=["reviewed"]), 400)["errors"][0]["message"]
    told = problem(sent(url=URL, kinds=["token_issued"]), 422)
    assert "never public" in told["detail"]
    problem(sent(), 400)
    problem(sent(url=URL, secret="whsec_AAAA"), 400)
    made(program)
    assert "at that address already" in problem(sent(url=URL), 409)["detail"]


def test_there_is_a_limit_to_how_many_one_person_has(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    shapes = [made(program, f"https://program.example/{number}") for number in range(MOST_OF_A_PERSON)]
    refused = program.post(HOOKS, {"url": URL}, format="json")
    assert "remove one first" in problem(refused, 422)["detail"]
    program.delete(f"{HOOKS}{shapes[0]['id']}/")
    made(program)


def test_a_webhook_is_moved_stopped_and_made_active_again(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    here = f"{HOOKS}{made(program)['id']}/"

    def changed(**body: Any) -> dict[str, Any]:
        answer = program.patch(here, body, format="json")
        assert answer.status_code == 200, answer.content
        shape: dict[str, Any] = answer.json()
        return shape

    assert changed(url="https://new.example/")["url"] == "https://new.example/"
    assert changed(kinds=["review"])["kinds"] == ["review"]
    stopped = changed(active=False)
    assert (stopped["state"], stopped["active"]) == ("stopped", False)
    claim = decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    assert not Delivery.objects.exists(), "one that is stopped is told nothing"
    refused = program.post(f"{here}replay/", {}, format="json")
    assert "make it active first" in problem(refused, 409)["detail"]
    assert changed(active=True, kinds=[])["state"] == "active"
    decided(claim, edith, ClaimStatus.DISPUTED)
    assert Delivery.objects.exists()
    assert Event.objects.filter(kind=EventKind.WEBHOOK_CHANGED).count() == 4
    assert changed()["state"] == "active"
    assert Event.objects.filter(kind=EventKind.WEBHOOK_CHANGED).count() == 4, "nothing was changed"
    problem(program.patch(here, {"url": "http://10.0.0.1/"}, format="json"), 422)
    problem(program.patch(here, {"active": "yes"}, format="json"), 400)


def test_a_removed_webhook_is_gone_with_what_waited(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    here = f"{HOOKS}{made(program)['id']}/"
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    assert program.delete(here).status_code == 204
    problem(program.get(here), 404)
    problem(program.delete(here), 404)
    assert not Delivery.objects.exists()
    assert Webhook.objects.get().state == WebhookState.REMOVED
    assert Webhook.objects.get().sealed_secret == ""
    assert Webhook.objects.get().url == "", "an address may hold a password"
    removed = Event.objects.get(kind=EventKind.WEBHOOK_REMOVED)
    assert "at program.example: removed" in removed.payload.text
    made(program)


def test_a_new_secret_is_shown_once(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    first = made(program)
    answer = program.post(f"{HOOKS}{first['id']}/rotate/")
    assert answer.status_code == 200, answer.content
    assert answer.json()["secret"].startswith("whsec_")
    assert answer.json()["secret"] != first["secret"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_answer_that_was_lost_comes_again_with_its_secret_which_is_kept_sealed(
    program_of: Program, edith: User
) -> None:
    program = program_of(edith)
    first, again = (
        program.post(HOOKS, {"url": URL}, format="json", headers={"Idempotency-Key": "one"}) for _ in range(2)
    )
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Cache-Control"] == "no-store"
    assert Webhook.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM claims_idempotentanswer")
        assert first.json()["secret"] not in str(cursor.fetchall())


def test_a_kept_answer_whose_secret_cannot_be_read_is_refused_in_words(
    program_of: Program, edith: User, settings: Settings
) -> None:
    program, key = program_of(edith), {"Idempotency-Key": "one"}
    assert program.post(HOOKS, {"url": URL}, format="json", headers=key).status_code == 201
    settings.SECRET_KEY = "another key " * 6
    again = program.post(HOOKS, {"url": URL}, format="json", headers=key)
    assert "get a new one" in problem(again, 409)["detail"]
    assert Webhook.objects.count() == 1


def test_messages_are_asked_for_again(program_of: Program, edith: User, settings: Settings) -> None:
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    program = program_of(edith)
    here = f"{HOOKS}{made(program)['id']}/"

    def again(status: int = 202, **body: Any) -> Any:
        answer = program.post(f"{here}replay/", body, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()

    public = Event.objects.filter(public=True).count()
    assert again() == {"waiting": 0}
    assert again(since=moment(right_now() - timedelta(hours=1))) == {"waiting": public}
    assert again() == {"waiting": public}
    rows = program.get(f"{here}deliveries/?page_size=2").json()
    assert len(rows["results"]) == 2
    assert len(program.get(rows["next"]).json()["results"]) == min(2, public - 2)
    assert again(deliveries=[row["id"] for row in rows["results"]]) == {"waiting": 2}
    assert program.get(f"{here}deliveries/?state=delivered").json()["results"] == []
    again(404, deliveries=["abcdef123456"])
    again(400, deliveries=[])
    again(400, deliveries=["abcdef123456"], since=moment(right_now()))
    long_ago = right_now() - timedelta(days=settings.CHANGES_DAYS + 1)
    assert "read the claims anew" in again(422, since=moment(long_ago))["detail"]

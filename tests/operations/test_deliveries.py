"""Webhooks are told of every public change, signed, until it is taken, and nobody else is asked."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from claims.models import Delivery, Event, User, Webhook
from claims.operations import deliveries, ledger, webhooks
from claims.operations.deliveries import DeliveryReport, deliver
from claims.operations.leases import lease
from claims.operations.ledger import writing
from claims.operations.people import add_person
from claims.operations.refusals import ConflictError, RuleRefusedError
from claims.operations.webhooks import (
    NewSecret,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_secret,
    tell_again,
)
from claims.pipeline.fetch import FetchPolicy
from claims.queries.due import due_delivery, due_webhooks
from claims.queries.gauges import gauges
from claims.queries.history import beginning, changes_after
from claims.queries.webhooks import message_of, webhook_shape, webhooks_at_the_desk, webhooks_of
from claims.vocabulary import ClaimStatus, DeliveryState, EventKind, Role, WebhookState
from tests.pipeline.hostile import Visit, dripping, head, redirect
from tests.receivers import INBOX, Receiver, receiving
from tests.stories import a_claim, decided, right_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A program that listens on this machine, to which the gate is open."""
    with receiving() as program:
        settings.FETCH_ALLOW_PRIVATE = [program.server.place]
        settings.FETCH_PORTS = [80, 443, program.server.port]
        yield program


def hook(receiver: Receiver, owner: User, *kinds: EventKind) -> NewSecret:
    return add_webhook(url=receiver.url, kinds=kinds, by=owner, now=right_now())


def send_all() -> list[DeliveryReport]:
    """Send what is due, as a sweep and its worker would."""
    return list(deliver(due_webhooks()))


def later(**time_passes: float) -> None:
    """Let what waits have waited so much longer."""
    passed = timedelta(**time_passes)
    for webhook in Webhook.objects.all():
        Webhook.objects.filter(pk=webhook.pk).update(free_at=webhook.free_at - passed)
    for delivery in Delivery.objects.filter(due_at__isnull=False):
        Delivery.objects.filter(pk=delivery.pk).update(due_at=delivery.due_at - passed)  # type: ignore[operator]


def hang(visit: Visit) -> None:
    """Answer nothing."""
    visit.closing.wait(10)


def public_rows() -> list[dict[str, Any]]:
    start = beginning(now=right_now(), longest=timedelta(days=1))
    return [message_of(event)["data"] for event in changes_after(start, limit=1_000).events]


# ---------------------------------------------------------------- what is told
def test_every_public_change_is_told_in_order_and_signed(receiver: Receiver, edith: User) -> None:
    secret = hook(receiver, edith).secret
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    assert [report.problem for report in send_all()] == [""] * len(receiver.messages)
    assert [message.told["data"] for message in receiver.messages] == public_rows()
    assert receiver.kinds[-1] == "review"
    last = receiver.messages[-1]
    assert last.told["type"] == "claim.changed"
    assert last.told["timestamp"] == last.told["data"]["recorded_at"]
    assert last.headers["content-type"] == "application/json"
    assert "ClaimLedger" in last.headers["user-agent"]
    assert all(message.is_signed_with(secret) for message in receiver.messages)
    assert not last.is_signed_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert len({message.id for message in receiver.messages}) == len(receiver.messages)
    assert send_all() == [], "what was taken is not sent again"


def test_what_is_internal_to_the_desk_is_told_to_nobody(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith)
    a_claim(edith, internal=True)
    assert send_all() == []
    a_claim(edith)
    assert send_all()


def test_a_webhook_is_told_of_the_kinds_it_names(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    send_all()
    assert receiver.kinds == ["review"]


def test_a_message_is_noted_with_its_event_or_not_at_all(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith)
    claim = a_claim(edith)
    before = Delivery.objects.count()

    def correct(*, and_break: bool) -> None:
        with writing() as book:
            held = book.claim(claim.id)
            book.write(EventKind.CORRECTION, claim=held, text="A typo.", occurred_at=right_now())
            if and_break:
                raise InterruptedError

    with pytest.raises(InterruptedError):
        correct(and_break=True)
    assert Delivery.objects.count() == before
    correct(and_break=False)
    assert Delivery.objects.count() == before + 1


def test_a_clock_set_back_keeps_no_message_waiting(receiver: Receiver, edith: User) -> None:
    claim = a_claim(edith)
    hook(receiver, edith, EventKind.REVIEW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "database_now", lambda: right_now() + timedelta(days=2))
        decided(claim, edith, ClaimStatus.REFUTED)
    later(days=3)
    send_all()
    decided(claim, edith, ClaimStatus.DISPUTED)
    [report] = send_all()
    assert report.problem == ""
    assert receiver.messages[-1].told["data"]["status"] == "disputed"


@pytest.mark.parametrize("answer", ["200 OK", "422 Unprocessable Content"])
def test_what_was_sent_while_the_clock_ran_ahead_keeps_nothing_else_waiting(
    receiver: Receiver, edith: User, answer: str
) -> None:
    claim = a_claim(edith)
    hook(receiver, edith, EventKind.REVIEW)
    decided(claim, edith, ClaimStatus.REFUTED)
    receiver.says(answer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "database_now", lambda: right_now() + timedelta(days=2))
        assert len(send_all()) == 1
    receiver.says("200 OK")
    decided(claim, edith, ClaimStatus.DISPUTED)
    assert [report.problem for report in send_all()] == [""]


def test_who_closed_their_account_is_told_nothing(receiver: Receiver, edith: User, clara: User) -> None:
    hook(receiver, edith)
    claim = a_claim(clara)
    User.objects.filter(pk=edith.pk).update(is_active=False)
    decided(claim, clara, ClaimStatus.REFUTED)
    assert send_all() == []
    User.objects.filter(pk=edith.pk).update(is_active=True)
    send_all()
    assert "review" not in receiver.kinds
    assert receiver.kinds, "what was noted before waits"


def test_who_is_no_editor_any_more_is_told_nothing_and_an_admin_sees_why(
    receiver: Receiver, edith: User, clara: User
) -> None:
    webhook = hook(receiver, edith).webhook
    admin = add_person(username="ada", role=Role.ADMIN, by=None, now=right_now())
    User.objects.filter(pk=edith.pk).update(role=Role.CONTRIBUTOR)
    decided(a_claim(clara), clara, ClaimStatus.REFUTED)
    assert send_all() == []
    shown = webhook_shape(webhooks_of(admin).get())
    assert (shown["active"], shown["next_try_at"]) == (False, None)
    assert "no editor any more" in shown["state_reason"]
    [row] = webhooks_at_the_desk(admin)
    assert row.problem == shown["state_reason"]
    with pytest.raises(ConflictError, match="no editor any more"):
        tell_again(webhook_id=webhook.id, by=admin, now=right_now())
    User.objects.filter(pk=edith.pk).update(role=Role.EDITOR)
    assert webhook_shape(webhooks_of(admin).get())["active"]
    decided(a_claim(clara, text="The pier is closed"), clara, ClaimStatus.REFUTED)
    assert send_all()


# ---------------------------------------------------------------- what goes wrong
def test_what_is_not_taken_comes_again_under_the_same_id_after_longer_and_longer_waits(
    receiver: Receiver, edith: User
) -> None:
    hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    receiver.says("500 Internal Server Error")
    waits = []
    for _ in range(12):
        [report] = send_all()
        assert "answered 500" in report.problem
        delivery = Delivery.objects.get()
        assert delivery.tried_at is not None
        assert delivery.due_at is not None
        waits.append((delivery.due_at - delivery.tried_at).total_seconds())
        assert send_all() == [], "not before its time"
        later(hours=7)
    assert 3 <= waits[0] <= 5
    assert all(after > before for before, after in pairwise(waits[:7]))
    assert 4 * 3600 <= waits[-1] <= 6 * 3600
    webhook = Webhook.objects.get()
    assert (webhook.state, webhook.failures) == (WebhookState.FAILING, 12)
    assert "answered 500" in webhook.state_reason

    receiver.says("200 OK")
    assert [report.problem for report in send_all()] == [""]
    assert len({message.id for message in receiver.messages}) == 1
    webhook.refresh_from_db()
    assert (webhook.state, webhook.failures, webhook.state_reason) == (WebhookState.ACTIVE, 0, "")
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_a_receiver_that_is_down_for_years_breaks_no_round(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    Webhook.objects.update(failures=10_000)
    receiver.says("500 Internal Server Error")
    assert "answered 500" in send_all()[0].problem
    webhook = Webhook.objects.get()
    assert webhook.failures == 10_001
    assert 4 * 3600 <= (webhook.free_at - right_now()).total_seconds() <= 6 * 3600


def test_a_receiver_that_is_down_is_asked_twice_and_then_left_alone(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    receiver.says("503 Service Unavailable")
    assert len(send_all()) == 2
    assert Delivery.objects.filter(due_at__lte=right_now()).exists(), "others wait with it"
    assert send_all() == []
    receiver.says("200 OK")
    later(minutes=1)
    assert len(send_all()) == len(public_rows())
    assert {message.told["data"]["id"] for message in receiver.messages} == {
        row["id"] for row in public_rows()
    }


def test_one_message_that_is_never_taken_holds_no_other_up(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)

    def picky(visit: Visit) -> None:
        bad = b'"kind":"first_seen"' in visit.body
        visit.answer(b"", "422 Unprocessable Content" if bad else "200 OK")

    receiver.answer = picky
    send_all()
    later(minutes=1)
    send_all()
    taken = Delivery.objects.filter(state=DeliveryState.DELIVERED)
    assert taken.count() == len(public_rows()) - 1
    assert Delivery.objects.exclude(pk__in=taken).get().event.kind == EventKind.FIRST_SEEN


def test_a_receiver_that_is_gone_is_told_nothing_until_it_is_active_again(
    receiver: Receiver, edith: User
) -> None:
    made = hook(receiver, edith, EventKind.REVIEW)
    claim = decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    receiver.says("410 Gone")
    send_all()
    assert Webhook.objects.get().state == WebhookState.GONE
    assert "gone for good" in Event.objects.filter(kind=EventKind.WEBHOOK_CHANGED).latest("seq").payload.text
    later(days=2)
    decided(claim, edith, ClaimStatus.DISPUTED)
    assert send_all() == []
    receiver.says("200 OK")
    change_webhook(webhook_id=made.webhook.id, by=edith, now=right_now(), active=True)
    send_all()
    assert [message.told["data"]["status"] for message in receiver.messages[1:]] == ["refuted"]


@pytest.mark.parametrize(
    ("asked", "least", "most"), [("120", 119, 121), ("9" * 40, 86_000, 86_401), ("soon", 0, 5)]
)
def test_a_receiver_may_ask_for_a_pause(
    receiver: Receiver, edith: User, asked: str, least: int, most: int
) -> None:
    hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    receiver.says("429 Too Many Requests", f"Retry-After: {asked}")
    send_all()
    wait = (Webhook.objects.get().free_at - right_now()).total_seconds()
    assert least - 1 <= wait <= most


def test_a_redirect_is_not_followed(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    receiver.server.behaviours["/elsewhere"] = receiver.take
    receiver.answer = redirect("/elsewhere", "308 Permanent Redirect")
    [report] = send_all()
    assert "give the final address" in report.problem
    assert len(receiver.messages) == 1


def test_an_answer_without_end_is_cut_short_and_its_status_counts(
    receiver: Receiver, edith: User, settings: Settings
) -> None:
    settings.FETCH_DEADLINE_SECONDS = 5.0
    hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    receiver.answer = dripping(head("Content-Length: 1073741824"), b"x" * 65_536, pause=0.0)
    [report] = send_all()
    assert report.problem == ""
    assert Delivery.objects.get().status == 200


def test_one_that_hangs_holds_up_its_own_host_alone(
    receiver: Receiver, edith: User, settings: Settings
) -> None:
    with receiving("127.0.0.3") as other:
        settings.FETCH_ALLOW_PRIVATE = [receiver.server.place, other.server.place]
        settings.FETCH_PORTS = [443, receiver.server.port, other.server.port]
        settings.FETCH_DEADLINE_SECONDS = 3.0
        hook(receiver, edith, EventKind.REVIEW)
        hook(other, edith)
        decided(a_claim(edith), edith, ClaimStatus.REFUTED)
        receiver.answer = hang
        started = time.monotonic()
        reports = send_all()
        assert time.monotonic() - started < 3.0 * 3, "a deadline is the behaviour"
        assert "did not answer within" in reports[-1].problem
        assert [report.problem for report in reports[:-1]] == [""] * len(public_rows())


def test_a_host_is_sent_one_message_at_a_time(receiver: Receiver, edith: User, clara: User) -> None:
    for owner in (edith, clara):
        hook(receiver, owner)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    busy, most, lock = 0, 0, threading.Lock()

    def slow(visit: Visit) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.02)
        with lock:
            busy -= 1
        visit.answer(b"", "200 OK")

    receiver.answer = slow
    assert len(send_all()) == 2 * len(public_rows())
    assert most == 1


def test_a_hint_that_comes_twice_turns_no_order_round(receiver: Receiver, edith: User) -> None:
    hook(receiver, edith)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    hint = due_webhooks()
    meanwhile: list[DeliveryReport | str | None] = []

    def hinted_again(_place: str) -> None:
        meanwhile.extend([due_delivery(hint[0]), *deliver(hint)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "reach", hinted_again)
        reports = list(deliver(hint))
    assert set(meanwhile) == {None}
    assert [report.problem for report in reports] == [""] * len(public_rows())
    assert [message.told["data"] for message in receiver.messages] == public_rows()


def test_a_host_that_hangs_holds_up_one_worker(receiver: Receiver, edith: User, clara: User) -> None:
    for owner in (edith, clara):
        hook(receiver, owner, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    hint = due_webhooks()
    assert len(hint) == 2
    first = due_delivery(hint[0])
    assert first is not None
    assert lease(Delivery, first, seconds=timedelta(minutes=1), only_due=True)
    assert due_webhooks() == []
    assert list(deliver(hint)) == []
    Delivery.objects.update(lease_until=None)
    assert len(list(deliver(hint))) == 2


def test_who_waits_longest_is_told_first(receiver: Receiver, edith: User, clara: User) -> None:
    first, second = (hook(receiver, owner, EventKind.REVIEW).webhook for owner in (edith, clara))
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    for oldest, other in ((first, second), (second, first)):
        Delivery.objects.update(due_at=right_now(), lease_until=None)
        Delivery.objects.filter(webhook=oldest.pk).update(due_at=right_now() - timedelta(minutes=1))
        assert [report.webhook for report in send_all()] == [oldest.pk, other.pk]


def test_no_private_server_is_ever_asked(receiver: Receiver, edith: User, settings: Settings) -> None:
    """Its address was open when it was added, and no longer is; with the gate open it is asked."""
    hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    opened, settings.FETCH_ALLOW_PRIVATE = settings.FETCH_ALLOW_PRIVATE, []
    [report] = send_all()
    assert "never fetched" in report.problem
    assert receiver.server.accepted == 0
    settings.FETCH_ALLOW_PRIVATE = opened
    later(minutes=1)
    send_all()
    assert receiver.server.accepted == 1


# ---------------------------------------------------------------- secrets
def test_after_a_new_secret_both_sign_for_a_day(receiver: Receiver, edith: User) -> None:
    old = hook(receiver, edith, EventKind.REVIEW)
    new = rotate_secret(webhook_id=old.webhook.id, by=edith, now=right_now())
    claim = decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    send_all()
    assert receiver.messages[0].is_signed_with(old.secret)
    assert receiver.messages[0].is_signed_with(new.secret)
    Webhook.objects.update(before_until=right_now() - timedelta(seconds=1))
    decided(claim, edith, ClaimStatus.DISPUTED)
    send_all()
    assert not receiver.messages[1].is_signed_with(old.secret)
    assert receiver.messages[1].is_signed_with(new.secret)


def test_a_copy_of_the_database_gives_no_secret_away(
    receiver: Receiver, edith: User, settings: Settings
) -> None:
    made = hook(receiver, edith, EventKind.REVIEW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM claims_webhook")
        assert made.secret.removeprefix("whsec_") not in str(cursor.fetchall())
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    was, settings.SECRET_KEY = settings.SECRET_KEY, "another key " * 6
    [report] = send_all()
    assert "another SECRET_KEY" in report.problem
    assert receiver.messages == []
    settings.SECRET_KEY_FALLBACKS = [was]
    later(minutes=1)
    send_all()
    assert receiver.messages[0].is_signed_with(made.secret)


def test_a_new_secret_heals_a_webhook_whose_old_one_cannot_be_read(
    receiver: Receiver, edith: User, settings: Settings
) -> None:
    made = hook(receiver, edith, EventKind.REVIEW)
    settings.SECRET_KEY = "another key " * 6
    new = rotate_secret(webhook_id=made.webhook.id, by=edith, now=right_now())
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    assert [report.problem for report in send_all()] == [""]
    assert receiver.messages[0].is_signed_with(new.secret)


@pytest.mark.django_db(transaction=True)
def test_of_two_moved_to_one_address_at_once_exactly_one_moves(edith: User) -> None:
    hooks = [
        add_webhook(url=f"https://program.example/{number}", kinds=[], by=edith, now=right_now()).webhook.id
        for number in range(2)
    ]
    for turn in range(12):
        start = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            address = f"https://program.example/new/{turn}"
            assert sum(pool.map(partial(_moves, address, start, edith), hooks)) == 1


def _moves(address: str, start: threading.Barrier, by: User, webhook_id: str) -> bool:
    try:
        start.wait(timeout=10)
        change_webhook(webhook_id=webhook_id, by=by, now=right_now(), url=address)
    except ConflictError:
        return False
    finally:
        connection.close()
    return True


# ---------------------------------------------------------------- again, and no more
def test_what_happened_before_is_told_when_it_is_asked_for(receiver: Receiver, edith: User) -> None:
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    made = hook(receiver, edith)
    assert send_all() == []
    hour_ago = right_now() - timedelta(hours=1)
    asked: dict[str, Any] = {"webhook_id": made.webhook.id, "by": edith}
    assert tell_again(**asked, now=right_now(), since=hour_ago) == len(public_rows())
    send_all()
    first = [message.id for message in receiver.messages]
    assert tell_again(**asked, now=right_now(), since=hour_ago) == len(public_rows())
    send_all()
    assert [message.id for message in receiver.messages] == first + first, "a program knows them again"
    one = Delivery.objects.order_by("event")[0]
    assert tell_again(**asked, now=right_now(), delivery_ids=[one.id]) == 1
    send_all()
    assert receiver.messages[-1].id == one.message_id


@pytest.mark.only_sqlite
def test_to_tell_again_the_ledger_is_not_read_from_its_beginning(receiver: Receiver, edith: User) -> None:
    made = hook(receiver, edith)
    a_claim(edith)
    with CaptureQueriesContext(connection) as seen:
        tell_again(webhook_id=made.webhook.id, by=edith, now=right_now(), since=right_now())
    asked = [query["sql"] for query in seen]
    [counting] = [sql for sql in asked if "COUNT" in sql and "claims_event" in sql]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {counting}")
        plan = str(cursor.fetchall())
    assert "seq>?" in plan, plan


def test_more_than_can_be_told_again_is_refused(
    receiver: Receiver, edith: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hook(receiver, edith)
    a_claim(edith)
    asked: dict[str, Any] = {"webhook_id": made.webhook.id, "by": edith, "now": right_now()}
    hour_ago = right_now() - timedelta(hours=1)
    monkeypatch.setattr(webhooks, "MOST_AGAIN", len(public_rows()))
    assert tell_again(**asked, since=hour_ago) == len(public_rows())
    monkeypatch.setattr(webhooks, "MOST_AGAIN", len(public_rows()) - 1)
    with pytest.raises(RuleRefusedError, match="read changes/ instead"):
        tell_again(**asked, since=hour_ago)


def test_one_that_was_asked_for_anew_meanwhile_is_not_counted_as_taken(
    receiver: Receiver, edith: User
) -> None:
    made = hook(receiver, edith, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    passes = deliver(due_webhooks())
    original = deliveries._finish
    asked: list[int] = []

    def finish_late(*arguments: Any) -> DeliveryReport:
        if not asked:
            asked.append(tell_again(webhook_id=made.webhook.id, by=edith, now=right_now()))
        return original(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "_finish", finish_late)
        assert [bool(report.problem) for report in passes] == [True, False]
    assert asked == [1]
    assert len({message.id for message in receiver.messages}) == 1


def test_a_webhook_removed_while_it_is_about_to_be_sent_something_breaks_no_round(
    receiver: Receiver, edith: User, clara: User
) -> None:
    made = hook(receiver, edith, EventKind.REVIEW)
    hook(receiver, clara, EventKind.REVIEW)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)

    def lease_and_remove(rows: Any, row_id: str, **more: Any) -> int | None:
        fence = lease(rows, row_id, **more)
        if rows.objects.get(pk=row_id).webhook_id == made.webhook.id:
            remove_webhook(webhook_id=made.webhook.id, by=edith, now=right_now())
        return fence

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "lease", lease_and_remove)
        reports = send_all()
    assert [report.problem for report in reports] == [""]
    assert len(receiver.messages) == 1


def test_messages_are_kept_as_long_as_the_change_feed(
    receiver: Receiver, edith: User, settings: Settings
) -> None:
    hook(receiver, edith)
    decided(a_claim(edith), edith, ClaimStatus.REFUTED)
    old = Delivery.objects.order_by("event")[0]
    Delivery.objects.filter(pk=old.pk).update(
        noted_at=right_now() - timedelta(days=settings.CHANGES_DAYS, minutes=1)
    )
    send_all()
    assert not Delivery.objects.filter(pk=old.pk).exists()
    assert Delivery.objects.count() == len(public_rows()) - 1


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_old_messages_that_their_owner_is_changing_hold_up_no_round(edith: User) -> None:
    """Waiting for each other's rows, in no order, the two ended in a deadlock."""
    add_webhook(url="https://program.example/", kinds=[], by=edith, now=right_now())
    a_claim(edith)
    Delivery.objects.update(noted_at=right_now() - timedelta(days=36_500))
    held, done = threading.Event(), threading.Event()

    def change() -> None:
        with transaction.atomic():
            Delivery.objects.update(failures=1)
            held.set()
            done.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
        changing = pool.submit(change)
        assert held.wait(10)
        try:
            cursor.execute("SET lock_timeout = '1s'")
            assert list(deliver([])) == []
        finally:
            cursor.execute("RESET lock_timeout")
            done.set()
        changing.result()
    assert Delivery.objects.exists()
    assert list(deliver([])) == []
    assert not Delivery.objects.exists()


def test_webhooks_cost_a_save_two_statements_however_many_there_are(receiver: Receiver, edith: User) -> None:
    claim = a_claim(edith)

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen, writing() as book:
            held = book.claim(claim.id)
            book.write(EventKind.CORRECTION, claim=held, text="A typo.", occurred_at=right_now())
        return len(seen)

    def listen(number: int) -> None:
        receiver.server.behaviours[f"{INBOX}{number}"] = receiver.take
        add_webhook(url=f"{receiver.url}{number}", kinds=[], by=edith, now=right_now())

    with_none = statements()
    listen(0)
    with_one = statements()
    for number in range(1, 6):
        listen(number)
    assert with_one == statements() == with_none + 1, "who listens is asked in any case"


@pytest.mark.only_sqlite
def test_what_was_taken_is_not_read_to_see_what_waits(receiver: Receiver, edith: User) -> None:
    """PostgreSQL's plan depends on how many rows there are; that an index can be used shows in SQLite's."""
    hook(receiver, edith)
    plan = webhooks_of(edith).explain()
    reads = [line for line in plan.splitlines() if "claims_delivery" in line or " U0" in line]
    assert reads
    assert all("deliveries_to_send" in line for line in reads), plan
    with CaptureQueriesContext(connection) as seen:
        gauges(now=right_now())
    [measuring] = [query["sql"] for query in seen if 'FROM "claims_delivery"' in query["sql"]]
    assert measuring.endswith('WHERE "claims_delivery"."due_at" IS NOT NULL')


def test_the_gate_is_no_wider_for_receivers_than_for_pages() -> None:
    usual = FetchPolicy(deadline_seconds=30.0, allow_private=("10.0.0.1",), ports=frozenset({443}))
    ours = deliveries._policy(usual)
    assert (ours.allow_private, ours.ports) == (usual.allow_private, usual.ports)
    assert ours.deadline_seconds == 15.0

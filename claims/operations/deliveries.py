"""Sending webhooks what they are to be told: signed, in the order of the ledger, again until it is taken."""

import json
import random
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from time import monotonic

import structlog
from django.conf import settings
from django.db import transaction
from standardwebhooks.webhooks import Webhook as Signer

from claims.models import Delivery, Webhook
from claims.operations.failpoints import MID_DELIVERY, reach
from claims.operations.leases import lease
from claims.operations.ledger import writing
from claims.operations.policies import fetch_policy, host_of, lease_time
from claims.operations.sealing import SealBrokenError, unseal
from claims.operations.sightings import asked_to_wait
from claims.operations.webhooks import tell_webhook
from claims.pipeline.fetch import (
    FailureCode,
    Fetched,
    FetchFailed,
    FetchPolicy,
    FetchRefused,
    FetchRequest,
    FetchResult,
    Pause,
    fetch_many,
)
from claims.queries.among import Among
from claims.queries.clock import database_now
from claims.queries.due import due_delivery, hosts_being_told
from claims.queries.webhooks import message_of
from claims.vocabulary import DeliveryState, EventKind, WebhookState

log = structlog.get_logger(__name__)

_DEADLINE = 15.0  # seconds
_LONGEST_ANSWER = 64 * 1024  # bytes; of an answer that is longer the status has come all the same
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=6)
_TIMES_LONGER = 3.0  # each wait than the one before
_LONGEST_FROM = 9  # failures; a power of thousands of them is no number any more
_LONGEST_PAUSE = timedelta(days=1)  # that a receiver may ask for
_SPREAD = 0.2
_UNTIL_SOMETHING_LANDS = 60.0
_SECONDS = 20.0  # in which messages are begun
_FORGOTTEN_AT_ONCE = 5_000
_FAILURES = {
    FailureCode.TIMEOUT: f"it did not answer within {_DEADLINE:g} s",
    FailureCode.TOO_LARGE: "its answer is too long to be one",
    FailureCode.CUT: "it broke off before it answered",
    FailureCode.PROTOCOL: "it did not answer as a web server should",
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one try to send a message came to; ``problem`` is empty where the receiver took it."""

    delivery: str
    webhook: str
    problem: str


@dataclass(frozen=True, slots=True)
class _Sending:
    delivery_id: str
    webhook_id: str
    host: str
    fence: int


def deliver(webhook_ids: Iterable[str]) -> Iterator[DeliveryReport]:
    """Send these webhooks what is due to them, hosts side by side, and to each host one message at a time.

    Who comes first is told first; a host that another worker is sending something to is left to that one.
    Yields a report for each message that was tried. One that is not taken is tried again, after a wait that
    grows; after the second in a row that its receiver does not take, all others for it wait as well.
    """
    _forget_old()
    yield from _Round(webhook_ids).run()


def _forget_old() -> None:
    """Drop messages beyond their time, the oldest first, but for those that somebody is changing."""
    old = Delivery.objects.filter(noted_at__lt=database_now() - timedelta(days=settings.CHANGES_DAYS))
    with transaction.atomic():
        free = old.order_by("noted_at").select_for_update(skip_locked=True)
        oldest = list(free.values_list("id", flat=True)[:_FORGOTTEN_AT_ONCE])
        Delivery.objects.filter(Among("id", oldest)).delete()


class _Round:
    """Who is to be sent something, by host, and what is on the way."""

    def __init__(self, webhook_ids: Iterable[str]) -> None:
        self._closes_at = monotonic() + _SECONDS
        self._lines: dict[str, deque[str]] = {}
        self._sending: dict[int, _Sending] = {}  # by the identity of the request
        self._unsendable: list[DeliveryReport] = []
        wanted, told = list(webhook_ids), hosts_being_told()
        urls = dict(Webhook.objects.filter(pk__in=wanted).values_list("id", "url"))
        for webhook_id in wanted:
            if webhook_id in urls and host_of(urls[webhook_id]) not in told:
                self._lines.setdefault(host_of(urls[webhook_id]), deque()).append(webhook_id)

    def run(self) -> Iterator[DeliveryReport]:
        with closing(fetch_many(self._requests(), policy=_policy(fetch_policy()))) as answers:
            for request, result in answers:
                sent = self._sending.pop(id(request))
                reach(MID_DELIVERY)
                yield _finish(sent, result)
                self._lines.setdefault(sent.host, deque()).append(sent.webhook_id)
        yield from self._unsendable

    def _requests(self) -> Iterator[FetchRequest | Pause]:
        """Yield the next message of each host that is sent nothing just now, for `fetch_many`."""
        while True:
            busy = {sent.host for sent in self._sending.values()}
            host = next((host for host in self._lines if host not in busy), None)
            if host is not None:
                request = self._next(host)
                if request is not None:
                    yield request
            elif self._sending:
                yield Pause(_UNTIL_SOMETHING_LANDS)
            else:
                return

    def _next(self, host: str) -> FetchRequest | None:
        """Lease the next message for the webhook at the head of the host's line; None where it has none."""
        line = self._lines[host]
        webhook_id = line.popleft()
        if not line:
            del self._lines[host]
        delivery_id = due_delivery(webhook_id) if monotonic() < self._closes_at else None
        fence = lease(Delivery, delivery_id, seconds=lease_time(), only_due=True) if delivery_id else None
        if delivery_id is None or fence is None:
            return None
        sending = _Sending(delivery_id, webhook_id, host, fence)
        whole = Delivery.objects.select_related("webhook", "event__payload")
        delivery = whole.filter(pk=delivery_id, fence=fence).first()
        if delivery is None:  # removed, stopped or asked for anew just now
            return None
        try:
            request = _request(delivery, now=database_now())
        except SealBrokenError:
            self._unsendable.append(_finish(sending, None))
            return None
        self._sending[id(request)] = sending
        return request


@lru_cache(maxsize=8)
def _policy(policy: FetchPolicy) -> FetchPolicy:
    """The gate as it is for everybody: a receiver may be no more private than a page."""
    deadline = min(policy.deadline_seconds, _DEADLINE)
    return replace(policy, deadline_seconds=deadline, max_bytes=_LONGEST_ANSWER)


def _request(delivery: Delivery, *, now: datetime) -> FetchRequest:
    """Return the message as the Standard Webhooks specification has it; raises `SealBrokenError`."""
    webhook = delivery.webhook
    body = json.dumps(message_of(delivery.event), separators=(",", ":"))
    sealed = [webhook.sealed_secret]
    if webhook.before_until is not None and now < webhook.before_until:
        sealed.append(webhook.sealed_before)
    signatures = [Signer(unseal(secret)).sign(delivery.message_id, now, body) for secret in sealed]
    return FetchRequest(
        webhook.url,
        method="POST",
        body=body.encode(),
        headers=(
            ("Content-Type", "application/json"),
            ("Accept", "*/*"),
            ("webhook-id", delivery.message_id),
            ("webhook-timestamp", str(int(now.timestamp()))),
            ("webhook-signature", " ".join(signatures)),
        ),
    )


def _finish(sent: _Sending, result: FetchResult | None) -> DeliveryReport:
    """Write down whether the receiver took the message; None: it could not be signed."""
    status, problem = _outcome(sent.host, result)
    now = database_now()
    with writing() as book:
        webhook = Webhook.objects.select_for_update(no_key=True).get(pk=sent.webhook_id)
        delivery = Delivery.objects.select_for_update(no_key=True).filter(pk=sent.delivery_id).first()
        if delivery is None or delivery.fence != sent.fence:
            return DeliveryReport(sent.delivery_id, sent.webhook_id, "It was asked for anew meanwhile.")
        delivery.tried_at, delivery.lease_until, delivery.attempts = now, None, 0
        delivery.status, delivery.state_reason = status, problem[:500]
        if problem:
            _wait(webhook, delivery, result, now)
            if status == HTTPStatus.GONE:
                webhook.state, webhook.updated_at = WebhookState.GONE, now
                tell_webhook(
                    book,
                    webhook,
                    EventKind.WEBHOOK_CHANGED,
                    "its receiver is gone for good",
                    by=None,
                    now=now,
                )
        else:
            delivery.state, delivery.due_at, delivery.delivered_at = DeliveryState.DELIVERED, None, now
            delivery.failures = webhook.failures = 0
            webhook.last_delivered_at = now
            if webhook.listens:
                webhook.state, webhook.state_reason = WebhookState.ACTIVE, ""
        delivery.save()
        webhook.save()
    return DeliveryReport(sent.delivery_id, sent.webhook_id, problem)


def _wait(webhook: Webhook, delivery: Delivery, result: FetchResult | None, now: datetime) -> None:
    """Put the message off, and the whole webhook where it is not the message's fault alone."""
    delivery.state, delivery.failures = DeliveryState.FAILING, delivery.failures + 1
    delivery.due_at = now + _after(delivery.failures)
    webhook.failures += 1
    webhook.state_reason = delivery.state_reason
    if webhook.listens:
        webhook.state = WebhookState.FAILING
    if webhook.failures > 1:
        webhook.free_at = now + _after(webhook.failures - 1)
    if asked := asked_to_wait(result, now):
        asked = min(asked, _LONGEST_PAUSE.total_seconds())
        webhook.free_at = max(webhook.free_at, now + timedelta(seconds=asked))


def _after(failures: int) -> timedelta:
    """Return how long to wait: 5 s at first, three times longer each time, six hours at most."""
    times = min(_TIMES_LONGER ** (min(failures, _LONGEST_FROM) - 1), _LONGEST_WAIT / _FIRST_WAIT)
    return _FIRST_WAIT * (times * (1 - _SPREAD * random.random()))  # noqa: S311 - spreads the load, guards nothing


def _outcome(host: str, result: FetchResult | None) -> tuple[int, str]:
    """Return the status that the receiver answered (0: none), and in words why it did not take the message.

    What it says beside its status is nobody's concern: neither how long that is nor whether it is whole.
    """
    if result is None:
        return 0, "The secret was sealed under another SECRET_KEY; give this webhook a new one (rotate/)."
    if isinstance(result, FetchRefused):
        return 0, result.reason
    if 200 <= result.status < 300:
        return result.status, ""
    if isinstance(result, FetchFailed):
        why = _FAILURES.get(result.code)
        return result.status, f"{host} did not take it: {why}." if why else result.reason
    return result.status, f"{host} answered {result.status}{_hint(result)}."


def _hint(result: Fetched) -> str:
    if 300 <= result.status < 400:
        return ", a redirect, which is not followed; give the final address"
    if result.status == HTTPStatus.GONE:
        return " (gone): it is sent nothing more until it is made active again"
    return ""

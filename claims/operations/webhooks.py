"""Webhooks: taken on, changed, given a new secret, and told again, by their owners; `deliveries` sends."""

import base64
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from claims.models import Delivery, Event, User, Webhook
from claims.operations.ingest import clean_address
from claims.operations.ledger import PUBLIC_KINDS, Book, writing
from claims.operations.policies import host_of
from claims.operations.refusals import ConflictError, RuleRefusedError, require
from claims.operations.sealing import is_whole, seal
from claims.queries.history import beginning
from claims.queries.webhooks import webhooks_of, why_its_owner_is_told_nothing
from claims.vocabulary import DeliveryState, EventKind, Role, WebhookState

MOST_OF_A_PERSON = 20
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
MOST_AGAIN = 10_000
"""Messages that can be asked for again at once; who missed more reads the change feed."""

_SECRET_BYTES = 32  # the Standard Webhooks specification asks for 24 to 64


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A webhook with the secret that signs what it is sent (``whsec_…``), shown this once."""

    webhook: Webhook
    secret: str


def add_webhook(*, url: str, kinds: Collection[str], by: User, now: datetime) -> NewSecret:
    """Have the address told of public changes from now on, of these kinds of event (none: of all).

    An editor. Raises `NotAllowedError`, `AddressRefusedError`, `RuleRefusedError` (an event that is never
    public, too many webhooks), `ConflictError` (the person has one at that address).
    """
    require(by, Role.EDITOR)
    address, wanted = clean_address(url), _public(kinds)
    secret = _new_secret()
    with writing() as book:
        _refuse_second(by, address)
        count = Webhook.objects.filter(owner=by).exclude(state=WebhookState.REMOVED).count()
        if count >= MOST_OF_A_PERSON:
            raise RuleRefusedError(f"You have {count} webhooks, the most there can be; remove one first.")
        webhook = Webhook.objects.create(
            owner=by,
            url=address,
            kinds=wanted,
            sealed_secret=seal(secret),
            free_at=now,
            added_at=now,
            updated_at=now,
        )
        tell_webhook(book, webhook, EventKind.WEBHOOK_ADDED, "added", by=by, now=now)
    return NewSecret(webhook, secret)


def change_webhook(
    *,
    webhook_id: str,
    by: User,
    now: datetime,
    url: str | None = None,
    kinds: Collection[str] | None = None,
    active: bool | None = None,
) -> Webhook:
    """Change where it lies, what it is told of, or whether it is told at all; None leaves a thing alone.

    Its owner, or an admin. What waits is sent to the new address; made active again, it is sent at once.
    Raises `Webhook.DoesNotExist`, `NotAllowedError`, `AddressRefusedError`, `RuleRefusedError`,
    `ConflictError`.
    """
    address = clean_address(url) if url is not None else None
    with writing() as book:
        webhook = _locked(webhook_id, by)
        told = []
        if address is not None and address != webhook.url:
            _refuse_second(webhook.owner, address)
            webhook.url = address
            told.append(f"now at {host_of(address)}")
        if kinds is not None and _public(kinds) != webhook.kinds:
            webhook.kinds = _public(kinds)
            told.append(f"told of {', '.join(webhook.kinds) or 'all kinds'}")
        if active is not None and active != webhook.listens:
            webhook.state = WebhookState.ACTIVE if active else WebhookState.STOPPED
            told.append("active again" if active else "stopped")
        if told:
            webhook.state_reason, webhook.failures, webhook.free_at = "", 0, now
            webhook.updated_at = now
            webhook.save()
            _make_due(webhook.deliveries.filter(due_at__isnull=False), now)
            tell_webhook(book, webhook, EventKind.WEBHOOK_CHANGED, ", ".join(told), by=by, now=now)
    return webhooks_of(by).get(pk=webhook.pk)


def rotate_secret(*, webhook_id: str, by: User, now: datetime) -> NewSecret:
    """Sign with a new secret from now on, and for 24 hours with the one before as well, if it can be read.

    Its owner, or an admin. Raises `Webhook.DoesNotExist`, `NotAllowedError`.
    """
    secret = _new_secret()
    with writing() as book:
        webhook = _locked(webhook_id, by)
        signs_on = is_whole(webhook.sealed_secret)
        webhook.sealed_before = webhook.sealed_secret if signs_on else ""
        webhook.before_until = now + OLD_SECRET_SIGNS_FOR if signs_on else None
        webhook.sealed_secret, webhook.updated_at = seal(secret), now
        webhook.save()
        tell_webhook(book, webhook, EventKind.WEBHOOK_CHANGED, "given a new secret", by=by, now=now)
    return NewSecret(webhooks_of(by).get(pk=webhook.pk), secret)


def remove_webhook(*, webhook_id: str, by: User, now: datetime) -> None:
    """Tell it of nothing any more, and drop what waits.

    Its owner, or an admin. Raises `Webhook.DoesNotExist`, `NotAllowedError`.
    """
    with writing() as book:
        webhook = _locked(webhook_id, by)
        webhook.state, webhook.state_reason, webhook.updated_at = WebhookState.REMOVED, "", now
        tell_webhook(book, webhook, EventKind.WEBHOOK_REMOVED, "removed", by=by, now=now)
        webhook.url = webhook.sealed_secret = webhook.sealed_before = ""
        webhook.save()
        Delivery.objects.filter(webhook=webhook).delete()


def tell_again(
    *,
    webhook_id: str,
    by: User,
    now: datetime,
    since: datetime | None = None,
    delivery_ids: Iterable[str] = (),
) -> int:
    """Send messages again, each under the id that it had; returns how many now wait to be sent.

    Those of ``delivery_ids``; or of all public events recorded from ``since`` (aware) on, also those that it
    was never told of; or, with neither, those that it has not taken. Its owner, or an admin. Raises
    `Webhook.DoesNotExist`, `Delivery.DoesNotExist`, `NotAllowedError`, `ConflictError` (it is not active),
    `RuleRefusedError` (too long ago, too many).
    """
    with writing() as book:
        webhook = _locked(webhook_id, by)
        if not webhook.listens:
            raise ConflictError("This webhook is not active, so it is sent nothing; make it active first.")
        if untold := why_its_owner_is_told_nothing(webhook):
            raise ConflictError(untold)
        waiting = _make_due(_chosen(webhook, set(delivery_ids), since, now), now)
        webhook.failures, webhook.free_at, webhook.updated_at = 0, now, now
        webhook.save()
        tell_webhook(book, webhook, EventKind.WEBHOOK_CHANGED, f"to be sent {waiting} again", by=by, now=now)
    return waiting


def _chosen(
    webhook: Webhook, delivery_ids: Collection[str], since: datetime | None, now: datetime
) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(webhook=webhook)
    if delivery_ids:
        rows = rows.filter(pk__in=delivery_ids)
        if rows.count() < len(delivery_ids):
            raise Delivery.DoesNotExist
        return rows
    if since is not None:
        return rows.filter(event__gt=_note_missed(webhook, since, now))
    return rows.filter(due_at__isnull=False)


def _note_missed(webhook: Webhook, since: datetime, now: datetime) -> int:
    """Leave a row for each event since then that it was never told of; returns the event before them."""
    if since < now - timedelta(days=settings.CHANGES_DAYS):
        raise RuleRefusedError(
            f"Events are sent again for {settings.CHANGES_DAYS:g} days; read the claims anew instead.",
            field="since",
        )
    start = beginning(now=since, longest=timedelta(0)).seq
    events = Event.objects.filter(public=True, seq__gt=start)
    if webhook.kinds:
        events = events.filter(kind__in=webhook.kinds)
    if events[: MOST_AGAIN + 1].count() > MOST_AGAIN:
        raise RuleRefusedError(
            f"There are more than {MOST_AGAIN:,} events since then; read changes/ instead.", field="since"
        )
    missed = events.exclude(deliveries__webhook=webhook).values_list("pk", flat=True)
    Delivery.objects.bulk_create(
        [Delivery(webhook=webhook, event_id=seq, due_at=now, noted_at=now) for seq in missed]
    )
    return start


def _make_due(deliveries: QuerySet[Delivery], now: datetime) -> int:
    """Let these messages be sent as if never tried; whoever is sending one just now is too late."""
    return deliveries.update(
        due_at=now,
        noted_at=now,
        state=DeliveryState.WAITING,
        state_reason="",
        failures=0,
        lease_until=None,
        fence=F("fence") + 1,
    )


def _locked(webhook_id: str, by: User) -> Webhook:
    """Return the webhook, locked; to whom it is not theirs there is none."""
    require(by, Role.EDITOR)
    return Webhook.objects.select_for_update(no_key=True).get(pk=webhooks_of(by).get(pk=webhook_id).pk)


def _refuse_second(owner: User, address: str) -> None:
    """Refuse a second webhook of the owner at the address; until the end nobody else can add or move one."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    known = Webhook.objects.filter(owner=owner, url=address).exclude(state=WebhookState.REMOVED).first()
    if known is not None:
        raise ConflictError(f"The webhook {known.id} is at that address already.", field="url")


def _public(kinds: Collection[str]) -> list[str]:
    """Return the kinds in the order of the vocabulary; raises `RuleRefusedError` for one of the desk."""
    hidden = sorted(set(kinds) - PUBLIC_KINDS)
    if hidden:
        known = ", ".join(kind for kind in EventKind if kind in PUBLIC_KINDS)
        raise RuleRefusedError(f"{hidden[0]} is never public; there are: {known}.", field="kinds")
    return [str(kind) for kind in EventKind if kind in kinds]


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def tell_webhook(
    book: Book, webhook: Webhook, kind: EventKind, words: str, *, by: User | None, now: datetime
) -> None:
    """Put on record what became of it; an address may hold a password, so only its host is told."""
    book.write(
        kind,
        actor=by,
        occurred_at=now,
        text=f"Webhook {webhook.id} at {host_of(webhook.url)}: {words}.",
        data={"webhook": webhook.id},
    )

"""Webhooks and their deliveries, as their owners see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from claims.models import Delivery, Event, User, Webhook
from claims.queries.history import Position
from claims.queries.shapes import change_row, moment
from claims.vocabulary import DeliveryState, EventKind, Role, WebhookState

LISTENING = Q(
    state__in=[WebhookState.ACTIVE, WebhookState.FAILING],
    owner__is_active=True,
    owner__role__in=[role for role in Role if role.includes(Role.EDITOR)],
)
"""Those that are told of changes: not stopped, gone or removed, and of an editor with an open account."""

_WAITING = Delivery.objects.filter(webhook=OuterRef("pk"), due_at__isnull=False).order_by().values("webhook")


def webhooks_of(person: User) -> QuerySet[Webhook]:
    """Return the webhooks that a person may see, with ``waiting`` messages and ``next_try_at``.

    Those of their own; to an admin those of all. What was taken is not read.
    """
    rows = Webhook.objects.exclude(state=WebhookState.REMOVED)
    if not person.may(Role.ADMIN):
        rows = rows.filter(owner=person)
    return rows.select_related("owner").annotate(
        waiting=Coalesce(Subquery(_WAITING.annotate(number=Count("pk")).values("number")), 0),
        next_due_at=Subquery(_WAITING.annotate(first=Min("due_at")).values("first")),
    )


def deliveries_of(webhook: Webhook, *, states: list[DeliveryState]) -> QuerySet[Delivery]:
    """Return its messages; with ``states`` those in one of them."""
    rows = Delivery.objects.filter(webhook=webhook).select_related("event")
    return rows.filter(state__in=states) if states else rows


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """A webhook (of `webhooks_of`) as its owner sees it at the desk; ``kinds`` in words, none: all."""

    webhook: Webhook
    kinds: list[str]
    problem: str
    next_try_at: datetime | None


def webhooks_at_the_desk(person: User) -> list[WebhookRow]:
    """Return the webhooks that a person may see, those in trouble first. One query."""
    rows = [
        WebhookRow(
            webhook,
            [EventKind(kind).label for kind in webhook.kinds],
            why_its_owner_is_told_nothing(webhook) or webhook.state_reason,
            _next_try_at(webhook),
        )
        for webhook in webhooks_of(person)
    ]
    return sorted(rows, key=lambda row: (_runs_well(row), row.webhook.url))


def _runs_well(row: WebhookRow) -> bool:
    return row.webhook.state == WebhookState.ACTIVE and not row.problem


def why_its_owner_is_told_nothing(webhook: Webhook) -> str:
    """Return in words why its owner may not be told of changes, "" where they may."""
    owner = webhook.owner
    if not owner.is_active:
        return f"The account of {owner} is closed; until it is open again, nothing is noted or sent."
    if not owner.may(Role.EDITOR):
        return f"{owner} is no editor any more; until that changes, nothing is noted or sent."
    return ""


def _next_try_at(webhook: Webhook) -> datetime | None:
    due_at: datetime | None = getattr(webhook, "next_due_at", None)
    told = webhook.listens and not why_its_owner_is_told_nothing(webhook)
    return max(due_at, webhook.free_at) if due_at and told else None


def webhook_shape(webhook: Webhook) -> dict[str, Any]:
    """Return a webhook (of `webhooks_of`) as the API shows it: without its secret."""
    untold = why_its_owner_is_told_nothing(webhook)
    return {
        "id": webhook.id,
        "url": webhook.url,
        "kinds": webhook.kinds,
        "active": webhook.listens and not untold,
        "state": webhook.state,
        "state_reason": untold or webhook.state_reason,
        "owner": webhook.owner.display_name,
        "added_at": moment(webhook.added_at),
        "updated_at": moment(webhook.updated_at),
        "last_delivered_at": moment(webhook.last_delivered_at),
        "next_try_at": moment(_next_try_at(webhook)),
        "waiting": getattr(webhook, "waiting", 0),
    }


def delivery_shape(delivery: Delivery) -> dict[str, Any]:
    """Return one message to a webhook as the API shows it: what of, whether it was taken, what went wrong."""
    return {
        "id": delivery.id,
        "message_id": delivery.message_id,
        "event": delivery.event.id,
        "kind": delivery.event.kind,
        "claim": delivery.event.claim_id,
        "state": delivery.state,
        "state_reason": delivery.state_reason,
        "status": delivery.status or None,
        "failures": delivery.failures,
        "noted_at": moment(delivery.noted_at),
        "tried_at": moment(delivery.tried_at),
        "delivered_at": moment(delivery.delivered_at),
        "next_try_at": moment(delivery.due_at),
    }


def message_of(event: Event) -> dict[str, Any]:
    """Return what a webhook is told of an event, whose payload is at hand: its row of the change feed."""
    row = change_row(event, cursor=Position(event.seq, event.hash).cursor(event.recorded_at))
    return {"type": "claim.changed", "timestamp": moment(event.recorded_at), "data": row}

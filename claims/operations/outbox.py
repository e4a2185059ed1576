"""Noting what webhooks are to be told, in the transaction of the events themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime

from claims.models import Delivery, Event, Webhook
from claims.operations.saving import insert
from claims.queries.webhooks import LISTENING


def note_deliveries(events: Sequence[Event], *, now: datetime) -> None:
    """Leave a due row for each public event and each webhook that wants to be told of its kind."""
    public = [event for event in events if event.public]
    if not public:
        return
    hooks = Webhook.objects.filter(LISTENING).order_by("id").values_list("id", "kinds")
    insert(
        Delivery(webhook_id=webhook_id, event=event, due_at=now, noted_at=now)
        for webhook_id, kinds in hooks
        for event in public
        if wants(kinds, event.kind)
    )


def wants(kinds: Collection[str], kind: str) -> bool:
    """Whether a webhook of these kinds (none: of all) is told of an event of ``kind``."""
    return not kinds or kind in kinds

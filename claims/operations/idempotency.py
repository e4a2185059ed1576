"""Requests that are sent twice and done once: the answer to an Idempotency-Key is kept for a day."""

from datetime import datetime, timedelta
from typing import Any

from claims.models import ApiToken, IdempotentAnswer
from claims.operations.refusals import ConflictError, RuleRefusedError

KEPT_FOR = timedelta(hours=24)
# Longer than any request may take; after that its worker has died, and the key is free again.
_ABANDONED_AFTER = timedelta(minutes=2)


class ReusedKeyError(RuleRefusedError):
    """The key stands for another request."""

    rule = "idempotency_key"


class KeyInUseError(ConflictError):
    """The same request is being worked on."""


def reserve(*, token: ApiToken, key: str, request_sha256: str, now: datetime) -> IdempotentAnswer:
    """Reserve the key for this request of the token; the row has a ``status`` when it was answered before.

    Raises `ReusedKeyError`, `KeyInUseError`.
    """
    IdempotentAnswer.objects.filter(reserved_at__lt=now - KEPT_FOR).delete()
    row, made = IdempotentAnswer.objects.get_or_create(
        token=token, key=key, defaults={"request_sha256": request_sha256, "reserved_at": now}
    )
    if made:
        return row
    if row.request_sha256 != request_sha256:
        raise ReusedKeyError("This Idempotency-Key was used for another request; take a new one.")
    if row.status is None:
        abandoned = IdempotentAnswer.objects.filter(
            pk=row.pk, status=None, reserved_at=row.reserved_at, reserved_at__lte=now - _ABANDONED_AFTER
        )
        if not abandoned.update(reserved_at=now):
            raise KeyInUseError("A request with this Idempotency-Key is being worked on; ask again shortly.")
    return row


def keep(row: IdempotentAnswer, *, status: int, headers: dict[str, str], body: Any) -> None:
    """Keep the answer; whoever sends the request again gets it."""
    row.status, row.headers, row.body = status, headers, body
    row.save(update_fields=["status", "headers", "body"])


def release(row: IdempotentAnswer) -> None:
    """Give the key back: nothing was done, and the next try may turn out otherwise."""
    row.delete()

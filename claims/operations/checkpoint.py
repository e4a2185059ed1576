"""The ledger's checkpoint: where it stands, signed, so that a later cut or change can be proven."""

import base64
import contextlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from claims.models import Event
from claims.operations.ledger import GENESIS
from claims.operations.refusals import RefusalError
from claims.queries.shapes import moment

_FIELDS = ("seq", "hash", "at", "key_id", "signature")


class BadCheckpointError(RefusalError):
    """The checkpoint is none, or its signature does not hold."""


def sign_checkpoint(*, now: datetime) -> dict[str, Any]:
    """Return ``{seq, hash, at, key_id, signature}`` of the last event (0 and zeros for an empty ledger).

    ``signature`` (base64) is Ed25519 over the RFC 8785 form of the other members; ``key_id`` is the public
    key itself (hex), so that anybody can check it. Makes the key on first use.
    """
    last = Event.objects.order_by("-seq").first()
    key = _signing_key()
    body: dict[str, Any] = {
        "seq": last.seq if last else 0,
        "hash": last.hash if last else GENESIS,
        "at": moment(now),
        "key_id": key.public_key().public_bytes_raw().hex(),
    }
    return {**body, "signature": base64.b64encode(key.sign(rfc8785.dumps(body))).decode()}


def read_checkpoint(checkpoint: Any) -> tuple[int, str, str]:
    """Return ``(seq, hash, key_id)`` of a checkpoint whose signature holds; raises `BadCheckpointError`."""
    if not isinstance(checkpoint, dict) or any(name not in checkpoint for name in _FIELDS):
        raise BadCheckpointError(f"A checkpoint is a JSON object with {', '.join(_FIELDS)}.")
    body = {name: value for name, value in checkpoint.items() if name != "signature"}
    seq, last_hash, key_id = checkpoint["seq"], checkpoint["hash"], checkpoint["key_id"]
    if not (isinstance(seq, int) and seq >= 0 and isinstance(last_hash, str) and isinstance(key_id, str)):
        raise BadCheckpointError("The checkpoint's seq is a number from 0 on, its hash and key_id are texts.")
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key_id))
        key.verify(base64.b64decode(checkpoint["signature"], validate=True), rfc8785.dumps(body))
    except (ValueError, TypeError, InvalidSignature) as error:
        raise BadCheckpointError("The checkpoint's signature does not fit what it says.") from error
    return seq, last_hash, key_id


def own_key_id() -> str | None:
    """Return the ``key_id`` that this installation signs with, None while it has no key."""
    kept = _kept_key()
    return kept.public_key().public_bytes_raw().hex() if kept else None


def _key_file() -> Path:
    return Path(settings.VAR_DIR) / "ledger_key"


def _kept_key() -> Ed25519PrivateKey | None:
    given: str = settings.LEDGER_KEY
    if not given:
        try:
            given = _key_file().read_text()
        except FileNotFoundError:
            return None
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given.strip()))
    except ValueError as error:
        raise BadCheckpointError("The ledger's key is to be 32 bytes in hexadecimal (64 digits).") from error


def _signing_key() -> Ed25519PrivateKey:
    """Return the key of LEDGER_KEY, else the one kept in ``var/ledger_key`` (made once, mode 0600)."""
    kept = _kept_key()
    if kept is not None:
        return kept
    path = _key_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written beside and linked into place: another process sees the whole key or none; the first one wins.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
    try:
        with contextlib.suppress(FileExistsError):  # another process was first, and its key is the one
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()
    made = _kept_key()
    if made is None:
        raise BadCheckpointError("The ledger's key was removed while it was made.")
    return made

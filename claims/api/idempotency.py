"""The Idempotency-Key header: a request that is sent again is answered again, and not done again."""

import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from claims.models import ApiToken, IdempotentAnswer
from claims.operations.idempotency import keep, release, reserve
from claims.operations.refusals import ConflictError
from claims.operations.sealing import SealBrokenError, seal, unseal
from claims.queries.clock import database_now

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Location", "ETag", "Cache-Control")
_SECRET = "secret"  # noqa: S105 - the name of a member


def idempotent(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Let the handler of a POST heed Idempotency-Key.

    Only what succeeded is kept: a refusal wrote nothing, and may be tried again under the same key.
    """

    @functools.wraps(handler)
    def heeding(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None or not isinstance(request.auth, ApiToken):
            return handler(view, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise ValidationError({"Idempotency-Key": ["Give 1 to 255 visible ASCII characters."]})
        row = reserve(token=request.auth, key=key, request_sha256=_digest(request), now=database_now())
        if row.status is not None:
            return _again(row)
        done = False
        try:
            answer = handler(view, request, *args, **kwargs)
            kept = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            keep(row, status=answer.status_code, headers=kept, body=_with_secret(answer.data, seal))
            done = True
        finally:
            if not done:
                release(row)
        return answer

    return heeding


def _again(row: IdempotentAnswer) -> Response:
    """Return the answer that was kept; raises `ConflictError` where the secret in it cannot be read."""
    try:
        body = _with_secret(row.body, unseal)
    except SealBrokenError as error:
        raise ConflictError("This was done, but its secret cannot be read now; get a new one.") from error
    return Response(body, status=row.status, headers={**row.headers, "Idempotent-Replayed": "true"})


def _with_secret(body: Any, change: Callable[[str], str]) -> Any:
    """Return the body with the secret in it, if there is one, sealed or unsealed: it is kept sealed."""
    if isinstance(body, dict) and _SECRET in body:
        return {**body, _SECRET: change(body[_SECRET])}
    return body


def _digest(request: Request) -> str:
    """Return the SHA-256 (hex) of what the request asks: method, address, If-Match and body."""
    asked = "\n".join((str(request.method), request.get_full_path(), request.headers.get("If-Match", "")))
    return hashlib.sha256(asked.encode() + b"\n\n" + request.body).hexdigest()

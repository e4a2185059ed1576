"""Every error as application/problem+json (RFC 9457)."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from rest_framework import status
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from claims.operations.refusals import ConflictError, NotAllowedError, RefusalError, RuleRefusedError
from claims.operations.review import StaleVersionError
from claims.queries.claims import NotYetKnownError, UnknownValueError
from claims.queries.history import LostCursorError
from claims.queries.shapes import event_shape, moment

CONTENT_TYPE = "application/problem+json"

_TITLES = {
    400: "Malformed request",
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    410: "Gone",
    411: "Length required",
    412: "The record has changed",
    413: "Too large",
    415: "Unsupported media type",
    422: "A rule refuses this",
    428: "If-Match is needed",
    429: "Too many requests",
}


def problem(
    status_code: int,
    detail: str,
    *,
    kind: str = "about:blank",
    errors: list[dict[str, str]] | None = None,
    **more: Any,
) -> Response:
    """Return the error answer; ``kind`` is the problem's `type`, ``errors`` name the fields at fault."""
    body: dict[str, Any] = {
        "type": kind,
        "title": _TITLES.get(status_code, "Error"),
        "status": status_code,
        "detail": detail,
        **more,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status_code, content_type=CONTENT_TYPE)


_WHOLE = "non_field_errors"
"""What DRF calls what is wrong with an object as a whole."""


def _field_errors(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Flatten DRF's nested error detail into ``[{"field", "message"}]``."""
    if isinstance(detail, dict):
        return [
            e
            for key, value in detail.items()
            for e in _field_errors(value, path if key == _WHOLE else f"{path}.{key}" if path else str(key))
        ]
    if isinstance(detail, list):
        return [
            e
            for index, value in enumerate(detail)
            for e in _field_errors(
                value, f"{path}.{index}" if isinstance(value, dict | list) and path else path
            )
        ]
    return [{"field": path, "message": str(detail)}]


class MissingIfMatchError(APIException):
    """A write that does not say on which version it was decided (428)."""

    status_code = 428
    default_detail = (
        'Send If-Match with the version that you saw, as If-Match: "7", so that nobody is overwritten.'
    )


class NoLengthError(APIException):
    """A body that does not say how long it is (411); a WSGI server would hand us none of it."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = "Send the body with a Content-Length, not in chunks."


class TooLargeError(APIException):
    """A body beyond what we read (413)."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


def _of_rule(error: RefusalError) -> Response:
    """Return an operation's refusal: its own words, and for a rule the address of that rule."""
    errors = [{"field": error.field, "message": error.message}] if error.field else None
    if isinstance(error, StaleVersionError):
        return problem(
            status.HTTP_412_PRECONDITION_FAILED,
            error.message,
            current_version=error.claim.version,
            missed=[event_shape(event) for event in error.missed],
        )
    if isinstance(error, NotAllowedError):
        return problem(status.HTTP_403_FORBIDDEN, error.message, errors=errors)
    if isinstance(error, ConflictError):
        return problem(status.HTTP_409_CONFLICT, error.message, errors=errors)
    rule = error.rule if isinstance(error, RuleRefusedError) else "rule"
    kind = f"{settings.PUBLIC_URL}/problems/{rule}"
    return problem(status.HTTP_422_UNPROCESSABLE_ENTITY, error.message, kind=kind, errors=errors)


def _of_read(error: Exception) -> Response | None:
    """Return the refusal of a read, None for an error that is none."""
    if isinstance(error, NotYetKnownError):
        return problem(status.HTTP_404_NOT_FOUND, str(error), first_moment=moment(error.first_moment))
    if isinstance(error, UnknownValueError):
        return problem(
            status.HTTP_400_BAD_REQUEST,
            "The request is malformed; `errors` says where.",
            errors=[{"field": error.field, "message": str(error)}],
        )
    if isinstance(error, LostCursorError):
        return problem(status.HTTP_410_GONE, str(error))
    if isinstance(error, ObjectDoesNotExist):
        what = type(error).__qualname__.partition(".")[0].lower()
        return problem(status.HTTP_404_NOT_FOUND, f"There is no such {what}.")
    return None


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: known errors as problem+json, anything else is a server error (None)."""
    made = _of(error, context)
    if made is not None:
        # Whatever the address answers in otherwise, YAML or a page, a problem is JSON.
        request = context["request"]
        request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return made


def _of(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to an error, None for one that we do not know."""
    if isinstance(error, RefusalError):
        return _of_rule(error)
    made = _of_read(error)
    if made is not None:
        return made
    answered = exception_handler(error, context)
    if answered is None:
        return None
    if isinstance(error, ValidationError):
        errors = _field_errors(error.detail)
        of_the_whole = [one["message"] for one in errors if not one["field"]]
        words = of_the_whole[0] if of_the_whole else "The request is malformed; `errors` says where."
        made = problem(status.HTTP_400_BAD_REQUEST, words, errors=errors)
    elif isinstance(error, Throttled):
        # The throttle cannot tell how long when requests that it counts at once are more than it lets in.
        answered.headers.setdefault("Retry-After", "60")
        wait = answered.headers["Retry-After"]
        made = problem(answered.status_code, f"That was one request too many. Ask again in {wait} seconds.")
    else:
        detail = error.detail if isinstance(error, APIException) else _TITLES[answered.status_code]
        made = problem(answered.status_code, str(detail))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in answered.headers:
            made.headers[name] = answered.headers[name]
    return made

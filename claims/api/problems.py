"""Every error as application/problem+json (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.exceptions import PermissionDenied as ApiPermissionDenied
from rest_framework.response import Response
from rest_framework.views import exception_handler

CONTENT_TYPE = "application/problem+json"

_TITLES = {
    400: "Malformed request",
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
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


def _field_errors(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Flatten DRF's nested error detail into ``[{"field", "message"}]``."""
    if isinstance(detail, dict):
        return [
            e
            for key, value in detail.items()
            for e in _field_errors(value, f"{path}.{key}" if path else str(key))
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


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: known errors as problem+json, anything else is a server error."""
    answered = exception_handler(error, context)
    if answered is None:
        return None
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = ApiPermissionDenied()
    if isinstance(error, ValidationError):
        made = problem(
            status.HTTP_400_BAD_REQUEST,
            "The request is malformed; `errors` says where.",
            errors=_field_errors(error.detail),
        )
    else:
        detail = error.detail if isinstance(error, APIException) else ""
        made = problem(answered.status_code, str(detail))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in answered.headers:
            made.headers[name] = answered.headers[name]
    return made

"""The answers for what is not there, not open or broken, in the form that the asker reads."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views import defaults
from django.views.defaults import page_not_found, permission_denied


class OwnPages:
    """Answers 404 and 403 with our own pages (a middleware, the innermost).

    With ``DEBUG`` on, as under `make run`, Django would show readers of the demo the list of all addresses,
    and write a traceback into the log for everyone who knocks at a closed door.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Take what answers the request."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer an address that belongs to no view."""
        response = self._get_response(request)
        if response.status_code == 404 and request.resolver_match is None:
            return page_not_found(request, Http404())
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer for a view that found nothing, or that is not for this person."""
        if isinstance(exception, Http404):
            return page_not_found(request, exception)
        return permission_denied(request, exception) if isinstance(exception, PermissionDenied) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for what broke on our side (500): a page, or for a program of the API a problem (RFC 9457)."""
    if not request.path.startswith(reverse("api:nowhere")):
        return defaults.server_error(request)
    told = {
        "type": "about:blank",
        "title": "Server error",
        "status": 500,
        "detail": "Something broke on our side, and the fault stands in our logs. Nothing was saved halfway.",
    }
    return JsonResponse(told, status=500, content_type="application/problem+json")

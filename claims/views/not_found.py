"""The page for addresses at which there is nothing."""

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.defaults import page_not_found


class OwnNotFoundPage:
    """Answers with our own page whatever ``DEBUG`` says (a middleware, the innermost).

    With ``DEBUG`` on, as under `make run`, Django would show readers of the demo the list of all addresses.
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
        """Answer a view that found nothing."""
        return page_not_found(request, exception) if isinstance(exception, Http404) else None

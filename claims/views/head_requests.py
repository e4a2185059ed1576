"""The answer to a HEAD request: what GET would say of itself, without its body."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


class NoBodyForHead:
    """Leaves the body out (a middleware, the outermost).

    Views make it all the same; gunicorn drops it, too, but warns each time that the site is at fault
    (RFC 9110, section 9.3.2).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Take what answers the request."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; the headers, the length among them, stay as GET's."""
        response = self._get_response(request)
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            response.content = b""
        return response

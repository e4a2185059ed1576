"""The description of the API, and a page to browse it with."""

from typing import Any

from csp.decorators import csp_update
from django.http import HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from claims.api.endpoint import Endpoint


class SchemaEndpoint(SpectacularAPIView):
    """OpenAPI 3."""


# Swagger's own icons are addresses with the picture in them.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class DocsEndpoint(SpectacularSwaggerSplitView):
    """The page; its script comes from an address of its own, as our Content-Security-Policy asks."""

    template_name = "api/docs.html"
    url_name = "api:schema"


class NowhereEndpoint(Endpoint):
    """Whatever lies under /api/v1/ and is no address: an error in the same words as the others."""

    permission_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise NotFound (404), whatever the method."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address; `schema/` lists them all. They end in a slash.")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Redirect a reader who forgot the slash at the end (301)."""
        if request.method in ("GET", "HEAD") and not request.path.endswith("/"):
            found = resolve(f"{request.path}/")
            if found.url_name != "nowhere":
                query = request.META.get("QUERY_STRING", "")
                return HttpResponsePermanentRedirect(f"{request.path}/{query and '?'}{query}")
        return super().dispatch(request, *args, **kwargs)

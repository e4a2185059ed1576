"""What all endpoints share: reading query and body, the clock, and who asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from claims.api.bodies import Body
from claims.api.problems import NoLengthError, TooLargeError
from claims.api.queries import Query
from claims.models import User
from claims.queries.clock import database_now
from claims.vocabulary import Role

Q = TypeVar("Q", bound=Query)


class ByAcceptAlone(DefaultContentNegotiation):
    """Negotiation by the Accept header; ``?format=`` is an unknown filter like any other."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:  # noqa: A002 - DRF's own name
        """Return all of them."""
        return renderers


class Endpoint(APIView):
    """An address of the API. A handler translates in, makes one domain call, and translates out."""

    content_negotiation_class = ByAcceptAlone

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body too long or of unknown length (413, 411) unread, then who may not (401, 403, 429)."""
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            raise NoLengthError
        length = request.META.get("CONTENT_LENGTH") or "0"
        most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length.isdigit() and int(length) > most:
            raise TooLargeError(f"The body has {length} bytes; at most {most} are read.")
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keep caches from showing one program what another one's token lets it see."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(answer, ["Authorization"])
        return answer

    def asked(self, kind: type[Q]) -> Q:
        """Return the query of the address, checked; raises ValidationError (400)."""
        query = kind(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return query

    def sent(self, kind: type[Body]) -> dict[str, Any]:
        """Return the body, checked; raises ValidationError, ParseError (400), UnsupportedMediaType (415)."""
        body = kind(data=self.request.data)
        if not isinstance(self.request.data, Mapping):
            raise ValidationError([body.told_no_object(self.request.data)])
        body.is_valid(raise_exception=True)
        checked: dict[str, Any] = body.validated_data
        return checked

    def now(self) -> datetime:
        """Return the present moment by the database's clock."""
        return database_now()

    @property
    def person(self) -> User:
        """Who asks; raises PermissionDenied (403) for nobody we know."""
        if not isinstance(self.request.user, User):
            raise PermissionDenied
        return self.request.user

    @property
    def sees_the_desk(self) -> bool:
        """Whether the person asking may see what is internal to the desk."""
        return isinstance(self.request.user, User) and self.request.user.may(Role.CONTRIBUTOR)


def redirect_to(path: str) -> Response:
    """Return a lasting redirect (301) to one of our own paths."""
    return Response(status=301, headers={"Location": settings.PUBLIC_URL + path})

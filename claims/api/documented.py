"""Puts an endpoint's handler into the OpenAPI description: what it takes, what it answers, how it fails."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from claims.api.answers import ProblemAnswer
from claims.api.problems import CONTENT_TYPE

Handler = TypeVar("Handler", bound=Callable[..., Any])

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description='The version you saw, as "7".'
)
_IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same request under the same key is done once; kept for 24 hours.",
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself, untyped
    """How a token is sent."""

    target_class = "claims.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`, as `manage.py token` prints it. Reading is open.",
        }


@cache
def page_of(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Return the shape of a page of such rows."""
    return type(
        row.__name__.removesuffix("Answer") + "PageAnswer",
        (serializers.Serializer,),
        {
            "__doc__": "A page of a list.",
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": row(many=True),
        },
    )


def documented(
    operation: str,
    *,
    answers: Mapping[int, Any],
    query: Any = None,
    body: Any = None,
    problems: Sequence[int] = (),
    versioned: bool = False,
    conditional: bool = False,
    repeatable: bool = False,
) -> Callable[[Handler], Handler]:
    """Describe a handler; its docstring is the description, how that begins is the summary.

    ``answers`` maps status to shape (None: no body), ``versioned`` says that If-Match is needed,
    ``conditional`` that If-None-Match is heeded, ``repeatable`` that Idempotency-Key is.
    """
    parameters: list[Any] = [query] if query else []
    fails = {400, 429, *problems}
    if versioned:
        parameters.append(IF_MATCH)
        fails |= {412, 428}
    if conditional:
        parameters.append(_IF_NONE_MATCH)
    if repeatable:
        parameters.append(_IDEMPOTENCY_KEY)
    if body:
        fails |= {401, 403, 413, 415, 422}
    refusals: dict[Any, Any] = {(status, CONTENT_TYPE): ProblemAnswer for status in sorted(fails)}

    def describe(handler: Handler) -> Handler:
        described: Callable[[Handler], Handler] = extend_schema(
            operation_id=operation,
            summary=re.split(r"[.;:(]", handler.__doc__ or "", maxsplit=1)[0].strip().replace("`", ""),
            parameters=parameters,
            request=body,
            responses={**dict(answers), **refusals},
        )
        return described(handler)

    return describe

"""`claims/<id>/appearances/<id>/origin/`: an editor's word on whose first report a page goes back to."""

from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import AppearanceAnswer
from claims.api.bodies import OriginBody
from claims.api.conditional import seen_version
from claims.api.documented import documented
from claims.api.endpoint import Endpoint
from claims.api.idempotency import idempotent
from claims.operations.origins import place_origin, release_origin
from claims.queries.listing import appearance_of
from claims.queries.shapes import appearance_shape
from claims.vocabulary import Scope


class OriginEndpoint(Endpoint):
    """Where an appearance counts."""

    write_scope = Scope.DECIDE

    @documented(
        "appearances_place_origin",
        body=OriginBody,
        versioned=True,
        repeatable=True,
        answers={200: AppearanceAnswer},
        problems=[404],
    )
    @idempotent
    def post(self, request: Request, claim_id: str, appearance_id: str) -> Response:
        """Count the page with another appearance's origin, or on its own, whatever the machine finds."""
        version = seen_version(request)
        sent = self.sent(OriginBody)
        place_origin(
            claim_id=claim_id,
            appearance_id=appearance_id,
            beside=sent.get("beside"),
            reason=sent["reason"],
            by=self.person,
            seen_version=version,
            now=self.now(),
        )
        return Response(appearance_shape(appearance_of(claim_id, appearance_id)))

    @documented(
        "appearances_release_origin",
        versioned=True,
        repeatable=True,
        answers={200: AppearanceAnswer},
        problems=[401, 403, 404, 422],
    )
    @idempotent
    def delete(self, request: Request, claim_id: str, appearance_id: str) -> Response:
        """Take the editor's word back: the machine groups the page again."""
        version = seen_version(request)
        release_origin(
            claim_id=claim_id,
            appearance_id=appearance_id,
            by=self.person,
            seen_version=version,
            now=self.now(),
        )
        return Response(appearance_shape(appearance_of(claim_id, appearance_id)))

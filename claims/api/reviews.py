"""`claims/<id>/reviews/`: what editors decided, and deciding."""

from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import ReviewAnswer
from claims.api.bodies import DecideBody, NothingBody
from claims.api.claims import OfAClaim
from claims.api.conditional import seen_version
from claims.api.documented import documented, page_of
from claims.api.endpoint import Endpoint
from claims.api.idempotency import idempotent
from claims.api.pagination import Keyset, answer_page
from claims.api.queries import PageQuery
from claims.operations.evidence import Cited
from claims.operations.review import decide, sign_off
from claims.queries.listing import review_of, reviews_of
from claims.queries.shapes import review_shape
from claims.vocabulary import ClaimStatus, ReviewState, Scope

_BY_NUMBER = Keyset("number", is_moment=False)


class ReviewsEndpoint(OfAClaim):
    """The reviews of a claim."""

    write_scope = Scope.DECIDE

    @documented(
        "reviews_list",
        query=PageQuery,
        answers={200: page_of(ReviewAnswer), 301: None},
        problems=[404],
    )
    def get(self, request: Request, claim_id: str) -> Response:
        """List what editors decided, the first decision first."""
        query = self.asked(PageQuery)
        elsewhere = self.redirect_if_merged(claim_id, "reviews")
        if elsewhere is not None:
            return elsewhere
        rows = reviews_of(claim_id, desk=self.sees_the_desk)
        return answer_page(request, rows, shape=review_shape, keyset=_BY_NUMBER, **query.page)

    @documented(
        "reviews_decide",
        body=DecideBody,
        versioned=True,
        repeatable=True,
        answers={201: ReviewAnswer, 202: ReviewAnswer},
        problems=[404, 409],
    )
    @idempotent
    def post(self, request: Request, claim_id: str) -> Response:
        """Decide on the version of the claim that you saw; 202 when a second editor has to sign it off."""
        version = seen_version(request)
        sent = self.sent(DecideBody)
        review = decide(
            claim_id=claim_id,
            by=self.person,
            seen_version=version,
            verdict=ClaimStatus(sent["verdict"]),
            reason=sent["reason"],
            evidence=[
                Cited(
                    appearance=piece.get("appearance") or "",
                    url=piece.get("url") or "",
                    note=piece.get("note") or "",
                    primary=piece["primary"],
                )
                for piece in sent.get("evidence", [])
            ],
            override=sent.get("override") or "",
            now=self.now(),
        )
        waits = review.state == ReviewState.AWAITING_SIGN_OFF
        return Response(review_shape(review_of(claim_id, review.number)), status=202 if waits else 201)


class SignOffEndpoint(Endpoint):
    """A review that awaits a second editor."""

    write_scope = Scope.DECIDE

    @documented(
        "reviews_sign_off",
        body=NothingBody,
        versioned=True,
        repeatable=True,
        answers={200: ReviewAnswer},
        problems=[404, 409],
    )
    @idempotent
    def post(self, request: Request, claim_id: str, number: int) -> Response:
        """Put another editor's review in force."""
        version = seen_version(request)
        self.sent(NothingBody)
        sign_off(claim_id=claim_id, number=number, by=self.person, seen_version=version, now=self.now())
        return Response(review_shape(review_of(claim_id, number)))

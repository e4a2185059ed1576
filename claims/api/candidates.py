"""`candidates/`: what is proposed, and what becomes of it. Never public: each needs a token."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import CandidateAnswer, ClaimAnswer
from claims.api.bodies import DismissBody, MergeBody, ProposeBody, TrackBody
from claims.api.conditional import claim_etag
from claims.api.documented import documented, page_of
from claims.api.endpoint import Endpoint
from claims.api.idempotency import idempotent
from claims.api.pagination import answer_page
from claims.api.permissions import DeskOnly
from claims.api.queries import CandidatesQuery
from claims.models import Claim
from claims.operations.candidates import dismiss, merge_candidate, propose, track
from claims.queries.claims import claim_now, shape_now
from claims.queries.listing import candidates, newest_snapshot
from claims.queries.shapes import candidate_shape
from claims.vocabulary import CandidateState, Scope, Zone


def _claim_answer(claim: Claim, status: int) -> Response:
    fresh = claim_now(claim.id)
    tag = claim_etag(fresh.version, getattr(fresh, "last_checked_at", None))
    return Response(shape_now(fresh), status=status, headers={"ETag": tag})


class CandidatesEndpoint(Endpoint):
    """The proposed claims."""

    permission_classes = (DeskOnly,)
    write_scope = Scope.PROPOSE

    @documented(
        "candidates_list",
        query=CandidatesQuery,
        answers={200: page_of(CandidateAnswer)},
        problems=[401, 403],
    )
    def get(self, request: Request) -> Response:
        """List the candidates in every state, latest change first."""
        query = self.asked(CandidatesQuery)
        asked: dict[str, Any] = query.validated_data
        rows = candidates(
            articles=asked.get("article", ()),
            zones=[Zone(word) for word in asked.get("zone", ())],
            states=[CandidateState(word) for word in asked.get("state", ())],
        )
        return answer_page(request, rows, shape=candidate_shape, **query.page)

    @documented("candidates_propose", body=ProposeBody, repeatable=True, answers={201: CandidateAnswer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Propose a claim by hand, or from a passage of an article. A contributor."""
        sent = self.sent(ProposeBody)
        article_id = sent.get("article")
        candidate = propose(
            text=sent["text"],
            by=self.person,
            now=self.now(),
            snapshot=newest_snapshot(article_id) if article_id else None,
            quote=sent.get("quote") or "",
            claimant_name=sent.get("claimant") or "",
        )
        return Response(candidate_shape(candidate), status=201)


class TrackEndpoint(Endpoint):
    """Making a claim of a candidate."""

    permission_classes = (DeskOnly,)
    write_scope = Scope.DECIDE

    @documented(
        "candidates_track",
        body=TrackBody,
        repeatable=True,
        answers={201: ClaimAnswer},
        problems=[404, 409],
    )
    @idempotent
    def post(self, request: Request, candidate_id: str) -> Response:
        """Make a claim of the candidate. An editor."""
        sent = self.sent(TrackBody)
        claim = track(
            candidate_id=candidate_id,
            by=self.person,
            now=self.now(),
            text=sent["text"],
            topics=sent.get("topics", []),
            internal=sent["internal"],
        )
        return _claim_answer(claim, 201)


class MergeEndpoint(Endpoint):
    """Adding a candidate's place to a claim."""

    permission_classes = (DeskOnly,)
    write_scope = Scope.DECIDE

    @documented(
        "candidates_merge", body=MergeBody, repeatable=True, answers={200: ClaimAnswer}, problems=[404, 409]
    )
    @idempotent
    def post(self, request: Request, candidate_id: str) -> Response:
        """Add the candidate's place to a tracked claim. An editor."""
        sent = self.sent(MergeBody)
        claim = merge_candidate(candidate_id=candidate_id, into=sent["into"], by=self.person, now=self.now())
        return _claim_answer(claim, 200)


class DismissEndpoint(Endpoint):
    """Putting a candidate aside."""

    permission_classes = (DeskOnly,)
    write_scope = Scope.DECIDE

    @documented(
        "candidates_dismiss",
        body=DismissBody,
        repeatable=True,
        answers={200: CandidateAnswer},
        problems=[404, 409],
    )
    @idempotent
    def post(self, request: Request, candidate_id: str) -> Response:
        """Put the candidate aside, with a reason. An editor."""
        sent = self.sent(DismissBody)
        candidate = dismiss(candidate_id=candidate_id, reason=sent["reason"], by=self.person, now=self.now())
        return Response(candidate_shape(candidate))

"""`claims/`: the tracked claims, one of them, its timeline and its appearances."""

from typing import Any

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import AppearanceAnswer, ClaimAnswer, EventAnswer
from claims.api.bodies import EditClaimBody
from claims.api.conditional import claim_etag, client_has, seen_version
from claims.api.documented import documented, page_of
from claims.api.endpoint import Endpoint, redirect_to
from claims.api.pagination import Keyset, answer_page
from claims.api.queries import ClaimQuery, ClaimsQuery, PageQuery, TimelineQuery
from claims.models import Claim
from claims.operations.editing import edit_claim
from claims.queries.claims import (
    claim_at,
    claim_now,
    claims_as_of,
    shape_now,
    shape_then,
    survivor,
    tracked_claims,
    visible_claim,
)
from claims.queries.history import timeline_of
from claims.queries.listing import appearances_of
from claims.queries.shapes import appearance_shape, event_shape
from claims.vocabulary import Scope

_BY_SEQ = Keyset("pk", is_moment=False)
_LAST_SEQ_FIRST = Keyset("pk", newest_first=True, is_moment=False)


class ClaimsEndpoint(Endpoint):
    """All tracked claims that readers see."""

    @documented("claims_list", query=ClaimsQuery, answers={200: page_of(ClaimAnswer)})
    def get(self, request: Request) -> Response:
        """List the tracked public claims, latest change first; with `as_of`, as they were shown then."""
        query = self.asked(ClaimsQuery)
        as_of = query.validated_data.get("as_of")
        if as_of is not None:
            events = claims_as_of(query.filter, as_of)
            return answer_page(request, events, shape=shape_then, keyset=_LAST_SEQ_FIRST, **query.page)
        return answer_page(request, tracked_claims(query.filter), shape=shape_now, **query.page)


class OfAClaim(Endpoint):
    """What lies under a claim's address."""

    def redirect_if_merged(self, claim_id: str, route: str, **more: Any) -> Response | None:
        """Return the way to the same place under the surviving claim, None for a claim of its own.

        Raises `Claim.DoesNotExist` for one that whoever asks may not see.
        """
        claim = visible_claim(claim_id, desk=self.sees_the_desk)
        if claim.merged_into is None:
            return None
        return redirect_to(reverse(f"api:{route}", kwargs={"claim_id": survivor(claim).id, **more}))


class ClaimEndpoint(OfAClaim):
    """One claim."""

    write_scope = Scope.DECIDE

    @documented(
        "claims_read",
        query=ClaimQuery,
        conditional=True,
        answers={200: ClaimAnswer, 301: None, 304: None},
        problems=[404],
    )
    def get(self, request: Request, claim_id: str) -> Response:
        """Read one claim, now or `as_of` a moment (404 with `first_moment` before it was first shown)."""
        asked = self.asked(ClaimQuery).validated_data
        as_of = asked.get("as_of") or asked.get("at")
        if as_of is not None:
            event = claim_at(claim_id, as_of)
            return self._unless_known(claim_etag(event.claim_version or 0, None), shape_then(event))
        elsewhere = self.redirect_if_merged(claim_id, "claim")
        if elsewhere is not None:
            return elsewhere
        return self._answer(claim_now(claim_id))

    @documented(
        "claims_edit",
        body=EditClaimBody,
        versioned=True,
        answers={200: ClaimAnswer},
        problems=[404, 409],
    )
    def patch(self, request: Request, claim_id: str) -> Response:
        """Reword the claim, name its claimant, file it under topics. An editor."""
        version = seen_version(request)
        sent = self.sent(EditClaimBody)
        if "claimant" in sent:
            sent["claimant"] = sent["claimant"] or ""
        edit_claim(claim_id=claim_id, by=self.person, seen_version=version, now=self.now(), **sent)
        return self._answer(claim_now(claim_id))

    def _answer(self, claim: Claim) -> Response:
        tag = claim_etag(claim.version, getattr(claim, "last_checked_at", None))
        return self._unless_known(tag, shape_now(claim))

    def _unless_known(self, tag: str, shape: dict[str, Any]) -> Response:
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if self.request.method in ("GET", "HEAD") and client_has(self.request, tag):
            return Response(status=304, headers=headers)
        return Response(shape, headers=headers)


class TimelineEndpoint(OfAClaim):
    """What happened to a claim."""

    @documented(
        "claims_timeline",
        query=TimelineQuery,
        answers={200: page_of(EventAnswer), 301: None},
        problems=[404],
    )
    def get(self, request: Request, claim_id: str) -> Response:
        """List what happened to the claim, in the order in which it was recorded."""
        query = self.asked(TimelineQuery)
        elsewhere = self.redirect_if_merged(claim_id, "timeline")
        if elsewhere is not None:
            return elsewhere
        events = timeline_of(claim_id, desk=self.sees_the_desk, at=query.validated_data.get("as_of"))
        return answer_page(request, events, shape=event_shape, keyset=_BY_SEQ, **query.page)


class AppearancesEndpoint(OfAClaim):
    """Where a claim was seen."""

    @documented(
        "claims_appearances",
        query=PageQuery,
        answers={200: page_of(AppearanceAnswer), 301: None},
        problems=[404],
    )
    def get(self, request: Request, claim_id: str) -> Response:
        """List the places where the claim was seen, the earliest first."""
        query = self.asked(PageQuery)
        elsewhere = self.redirect_if_merged(claim_id, "appearances")
        if elsewhere is not None:
            return elsewhere
        rows = appearances_of(claim_id)
        return answer_page(request, rows, shape=appearance_shape, keyset=Keyset("seen_at"), **query.page)

"""A settled claim as schema.org's ClaimReview, the form that search engines and other newsrooms read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery

from claims.models import Appearance, Claim, Review
from claims.queries.reader_pages import ClaimPage
from claims.vocabulary import ClaimStatus, ReviewState, Stance, Visibility

MOST_REVIEWS = 1000
"""Claims in the list of all reviews, the latest decided first."""
_MOST_PLACES = 50
_SETTLED = [status for status in ClaimStatus if status.is_settled]
_RATINGS = {ClaimStatus.REFUTED: 1, ClaimStatus.DISPUTED: 3, ClaimStatus.CONFIRMED: 5}
"""On Google's scale: 1 is false, 5 is true (developers.google.com, "Fact Check (ClaimReview) markup")."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """What a review tells of a claim; ``seen`` and ``asserted`` are addresses, the first to be told first."""

    path: str
    text: str
    status: ClaimStatus
    reason: str
    decided_at: datetime
    claimant: str
    first_seen_at: datetime | None
    seen: Sequence[str]
    asserted: Sequence[str]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim_review(page: ClaimPage) -> dict[str, Any] | None:
    """Return the JSON-LD of a page shown as it stands now; None while the claim is open or was withdrawn."""
    claim, verdict = page.claim, page.verdict
    if verdict is None or not claim.status.is_settled or claim.withdrawn or page.at is not None:
        return None
    places = sorted(page.appearances, key=lambda place: (place.seen_at, place.id))
    seen = [place.article.url for place in places if place.article]
    asserted = [place.article.url for place in places if place.article and place.stance != Stance.REFUTES]
    settled = _Settled(
        path=claim.url,
        text=claim.text,
        status=claim.status,
        reason=claim.reason,
        decided_at=verdict.decided_at,
        claimant=claim.claimant.name if claim.claimant else "",
        first_seen_at=claim.first_seen_at,
        seen=seen,
        asserted=asserted,
    )
    return {"@context": "https://schema.org", **_shape(settled)}


def claim_reviews() -> dict[str, Any]:
    """Return the verdicts in force on public claims, the latest, as one schema.org DataFeed (two queries)."""
    in_force = Review.objects.filter(claim=OuterRef("pk"), state=ReviewState.IN_FORCE).order_by("-number")
    claims = list(
        Claim.objects.filter(
            visibility=Visibility.PUBLIC, merged_into=None, withdrawn=False, status__in=_SETTLED
        )
        .annotate(decided_at=Subquery(in_force.values("decided_at")[:1]))
        .exclude(decided_at=None)
        .select_related("claimant")
        .order_by("-decided_at", "id")[:MOST_REVIEWS]
    )
    seen: defaultdict[str, list[str]] = defaultdict(list)
    asserted: defaultdict[str, list[str]] = defaultdict(list)
    places = Appearance.objects.filter(claim__in=claims, article__isnull=False).order_by("seen_at", "id")
    for claim_id, url, stance in places.values_list("claim_id", "article__url", "stance_now"):
        seen[claim_id].append(url)
        if stance != Stance.REFUTES:
            asserted[claim_id].append(url)
    reviews = [
        _shape(
            _Settled(
                path=claim.get_absolute_url(),
                text=claim.text,
                status=ClaimStatus(claim.status),
                reason=claim.reason,
                decided_at=claim.decided_at,
                claimant=claim.claimant.name if claim.claimant else "",
                first_seen_at=claim.first_seen_at,
                seen=seen[claim.id],
                asserted=asserted[claim.id],
            )
        )
        for claim in claims
    ]
    return {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "name": settings.PRODUCT_NAME,
        "url": settings.PUBLIC_URL,
        **({"dateModified": reviews[0]["datePublished"]} if reviews else {}),
        "dataFeedElement": [
            {"@type": "DataFeedItem", "dateCreated": review["datePublished"], "item": [review]}
            for review in reviews
        ],
    }


def _shape(settled: _Settled) -> dict[str, Any]:
    claimed: dict[str, Any] = {"@type": "Claim"}
    if settled.claimant:
        claimed["author"] = {"@type": "Thing", "name": settled.claimant}
    if settled.first_seen_at:
        claimed["datePublished"] = _iso(settled.first_seen_at)
    if settled.asserted:
        claimed["firstAppearance"] = _works(settled.asserted)[0]
        claimed["appearance"] = _works(settled.seen)
    return {
        "@type": "ClaimReview",
        "url": settings.PUBLIC_URL + settled.path,
        "datePublished": _iso(settled.decided_at),
        "inLanguage": "en",
        "claimReviewed": settled.text,
        "reviewBody": settled.reason,
        "author": {"@type": "Organization", "name": settings.PRODUCT_NAME, "url": settings.PUBLIC_URL},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": _RATINGS[settled.status],
            "worstRating": 1,
            "bestRating": 5,
            "alternateName": settled.status.label,
        },
        "itemReviewed": claimed,
    }


def _works(urls: Iterable[str]) -> list[dict[str, str]]:
    return [{"@type": "CreativeWork", "url": url} for url in list(dict.fromkeys(urls))[:_MOST_PLACES]]

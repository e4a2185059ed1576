"""A settled claim as schema.org's ClaimReview, the form that search engines and other newsrooms read."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from claims.queries.reader_pages import ClaimPage
from claims.vocabulary import ClaimStatus

_RATINGS = {ClaimStatus.REFUTED: 1, ClaimStatus.DISPUTED: 3, ClaimStatus.CONFIRMED: 5}
"""On Google's scale: 1 is false, 5 is true (developers.google.com, "Fact Check (ClaimReview) markup")."""


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim_review(page: ClaimPage) -> dict[str, Any] | None:
    """Return the JSON-LD of a page shown as it stands now; None while the claim is open or was withdrawn."""
    claim, verdict = page.claim, page.verdict
    if verdict is None or not claim.status.is_settled or claim.withdrawn or page.at is not None:
        return None
    claimed: dict[str, Any] = {"@type": "Claim"}
    if claim.claimant:
        claimed["author"] = {"@type": "Thing", "name": claim.claimant.name}
    if claim.first_seen_at:
        claimed["datePublished"] = _iso(claim.first_seen_at)
    seen = [source.article.url for source in page.appearances if source.article]
    asserted = [source.article.url for group in page.for_it for source in group.appearances if source.article]
    if asserted:
        claimed["firstAppearance"] = {"@type": "CreativeWork", "url": asserted[0]}
        claimed["appearance"] = [{"@type": "CreativeWork", "url": url} for url in dict.fromkeys(seen)][:50]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": settings.PUBLIC_URL + claim.url,
        "datePublished": _iso(verdict.decided_at),
        "inLanguage": "en",
        "claimReviewed": claim.text,
        "reviewBody": claim.reason,
        "author": {"@type": "Organization", "name": settings.PRODUCT_NAME, "url": settings.PUBLIC_URL},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": _RATINGS[claim.status],
            "worstRating": 1,
            "bestRating": 5,
            "alternateName": claim.status.label,
        },
        "itemReviewed": claimed,
    }

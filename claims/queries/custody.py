"""What verdicts rest on, with the bytes as they came: for exports, and for an editor's eyes."""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from claims.models import ArchiveCopy, Claim, Evidence, Snapshot
from claims.pipeline.page.page_bytes import as_text
from claims.pipeline.warc import Capture
from claims.queries.shapes import moment


@dataclass(frozen=True, slots=True)
class Cited:
    """What the reviews of some claims cite: snapshots (ids, oldest first) with who cites each.

    ``without_page`` counts pieces of evidence that name no page, or one that was never captured.
    """

    snapshots: dict[str, tuple[dict[str, Any], ...]]
    without_page: int


def with_copies(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Return the evidence with what became of its archive copy (no query of its own).

    Each row has ``copy_state`` (None where none was asked for), ``copy_address``, ``copy_reason`` and
    ``copy_due_at``.
    """
    copies = ArchiveCopy.objects.filter(review=OuterRef("review"), article=OuterRef("article"))
    return rows.annotate(
        copy_state=Subquery(copies.values("state")[:1]),
        copy_address=Subquery(copies.values("address")[:1]),
        copy_reason=Subquery(copies.values("state_reason")[:1]),
        copy_due_at=Subquery(copies.values("due_at")[:1]),
    )


def cited_by(claim_ids: Sequence[str]) -> Cited:
    """Return what all reviews of the claims cite (two queries); raises `Claim.DoesNotExist`."""
    known = set(Claim.objects.filter(pk__in=claim_ids).values_list("pk", flat=True))
    for claim_id in claim_ids:
        if claim_id not in known:
            raise Claim.DoesNotExist(f"There is no claim {claim_id!r}.")
    rows = Evidence.objects.filter(review__claim__in=known).select_related(
        "review__claim", "appearance", "snapshot"
    )
    rows = rows.defer("snapshot__text", "snapshot__headers")
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    without = 0
    for piece in rows.order_by("snapshot__captured_at", "snapshot", "review__number", "id"):
        if piece.snapshot_id is None:
            without += 1
        else:
            found[piece.snapshot_id].append(_citation(piece))
    return Cited({key: tuple(told) for key, told in found.items()}, without)


def _citation(piece: Evidence) -> dict[str, Any]:
    review = piece.review
    return {
        "claim": review.claim_id,
        "claim_url": settings.PUBLIC_URL + review.claim.get_absolute_url(),
        "claim_text": review.claim.text,
        "review": review.id,
        "number": review.number,
        "verdict": str(review.verdict),
        "reason": review.reason,
        "decided_at": moment(review.decided_at),
        "evidence": piece.id,
        "appearance": piece.appearance_id,
        "quote": piece.appearance.quote if piece.appearance else None,
        "primary": piece.primary,
        "snapshot": piece.snapshot_id,
        "article": piece.article_id,
    }


def captures(cited: Cited) -> Iterator[Capture]:
    """Yield the cited snapshots one by one with their bytes (one query each, so that memory stays small)."""
    for key, citations in cited.snapshots.items():
        snapshot = Snapshot.objects.select_related("content", "article").defer("text").get(pk=key)
        yield Capture(
            address=f"{settings.PUBLIC_URL}{reverse('article', args=[snapshot.article_id])}#{snapshot.id}",
            url=snapshot.final_url or snapshot.article.url,
            captured_at=snapshot.captured_at,
            status=snapshot.http_status,
            headers=tuple((str(name), str(value)) for name, value in snapshot.headers),
            body=raw_body(snapshot),
            citations=citations,
        )


def raw_body(snapshot: Snapshot) -> bytes:
    """Return the bytes of a snapshot (with its content fetched) as the server sent them, unpacked."""
    return zlib.decompress(bytes(snapshot.content.body))


def source_of(article_id: str, number: int) -> str:
    """Return a snapshot's bytes as text; raises `Snapshot.DoesNotExist`."""
    snapshot = Snapshot.objects.select_related("content").get(article=article_id, number=number)
    named = (value for name, value in snapshot.headers if str(name).lower() == "content-type")
    return as_text(raw_body(snapshot), next(named, None))

"""What waits for an editor, in the order in which to take it, and the claims that words may mean."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from django.db.models import Count, Prefetch, Q, QuerySet

from claims.models import Article, Candidate, Change, Claim, ReReview, Review, Topic
from claims.queries.matching import best_matches
from claims.vocabulary import CandidateState, ClaimStatus, ReviewState

PAGE_SIZE = 20
CLAIMS_ON_A_PAGE = 40
MOST_OPEN_CLAIMS = 8
MOST_TASKS = 50
"""Re-reviews, and reviews awaiting sign-off, that stand in front of the candidates at most."""

_CLAIM_ADDRESS = re.compile(r"/claims/([0-9a-z]{6,16})(?:-|/|$)")


class Show(StrEnum):
    """Which part of the queue is asked for."""

    ALL = "all"
    RE_REVIEWS = "re-reviews"
    SIGN_OFFS = "sign-offs"
    CANDIDATES = "candidates"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What an editor asked the queue for: ``topic`` is a slug, ``article`` an id, empty for all."""

    show: Show = Show.ALL
    topic: str = ""
    article: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much waits."""

    re_reviews: int
    sign_offs: int
    candidates: int
    open_claims: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A candidate, and the other candidates of the same page of the queue that say it in the same words."""

    candidate: Candidate
    copies: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of what waits; ``page`` counts from 1 and is one that exists."""

    asked: QueueFilter
    counts: QueueCounts
    re_reviews: tuple[ReReview, ...]
    sign_offs: tuple[Review, ...]
    statements: tuple[Statement, ...]
    open_claims: tuple[Claim, ...]
    page: int
    pages: int
    topics: tuple[Topic, ...]
    article: Article | None


def open_re_reviews() -> QuerySet[ReReview]:
    """Return the open tasks to look again, longest waiting first, with claim, review and changes."""
    changes = Change.objects.select_related("article__publisher").order_by("not_after", "id")
    return (
        ReReview.objects.filter(closed_at=None)
        .select_related("claim", "review__decided_by")
        .prefetch_related(Prefetch("changes", changes))
        .order_by("opened_at", "id")
    )


def awaiting_sign_off() -> QuerySet[Review]:
    """Return the reviews that wait for a second editor, oldest first."""
    return (
        Review.objects.filter(state=ReviewState.AWAITING_SIGN_OFF)
        .select_related("claim", "decided_by")
        .order_by("decided_at", "id")
    )


def open_candidates() -> QuerySet[Candidate]:
    """Return the candidates that nobody has resolved, the most check-worthy first, without whole texts."""
    return (
        Candidate.objects.filter(state=CandidateState.OPEN)
        .select_related("snapshot__article__publisher", "suggested", "proposed_by")
        .defer("snapshot__text", "snapshot__headers")
        .order_by("-score", "id")
    )


def open_claims() -> QuerySet[Claim]:
    """Return the tracked claims that no editor has answered yet, last moved first."""
    return Claim.objects.filter(merged_into=None, withdrawn=False, status=ClaimStatus.UNVERIFIED).order_by(
        "-updated_at", "id"
    )


def queue(asked: QueueFilter) -> Queue:
    """Return a page of the queue: re-reviews, reviews to sign off, candidates by rank, open claims.

    All but the candidates stand on the first page. A page beyond the last is the last.
    """
    re_reviews, sign_offs, candidates = open_re_reviews(), awaiting_sign_off(), open_candidates()
    claims = open_claims()
    if asked.topic:
        re_reviews = re_reviews.filter(claim__topics__slug=asked.topic)
        sign_offs = sign_offs.filter(claim__topics__slug=asked.topic)
        candidates = candidates.filter(suggested__topics__slug=asked.topic)
        claims = claims.filter(topics__slug=asked.topic)
    if asked.article:
        re_reviews = re_reviews.filter(claim__appearances__article=asked.article).distinct()
        sign_offs = sign_offs.filter(claim__appearances__article=asked.article).distinct()
        candidates = candidates.filter(snapshot__article=asked.article)
        claims = claims.filter(appearances__article=asked.article).distinct()
    counts = QueueCounts(re_reviews.count(), sign_offs.count(), candidates.count(), claims.count())
    pages = max(1, ceil(counts.candidates / PAGE_SIZE)) if _wants(asked, Show.CANDIDATES) else 1
    page = min(max(asked.page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    first = page == 1
    pieces = Count("evidence", distinct=True)
    return Queue(
        asked=asked,
        counts=counts,
        re_reviews=tuple(re_reviews[:MOST_TASKS]) if first and _wants(asked, Show.RE_REVIEWS) else (),
        sign_offs=tuple(sign_offs.annotate(pieces=pieces)[:MOST_TASKS])
        if first and _wants(asked, Show.SIGN_OFFS)
        else (),
        statements=_told_once(candidates[start : start + PAGE_SIZE])
        if _wants(asked, Show.CANDIDATES)
        else (),
        open_claims=tuple(claims[:MOST_OPEN_CLAIMS]) if first and asked.show is Show.ALL else (),
        page=page,
        pages=pages,
        topics=tuple(Topic.objects.order_by("name", "id")),
        article=Article.objects.filter(pk=asked.article).first() if asked.article else None,
    )


def _told_once(candidates: Iterable[Candidate]) -> tuple[Statement, ...]:
    """Each statement once, where it ranks best, or copies of one wire report would fill the page."""
    by_words: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_words.setdefault(candidate.text.casefold().rstrip(" ."), []).append(candidate)
    return tuple(Statement(first, tuple(copies)) for first, *copies in by_words.values())


def _wants(asked: QueueFilter, part: Show) -> bool:
    return asked.show in (Show.ALL, part)


def candidate_in_full(candidate_id: str) -> Candidate:
    """Return a candidate, open or not, with its page and its fate; raises `Candidate.DoesNotExist`."""
    return Candidate.objects.select_related(
        "snapshot__article__publisher", "suggested", "proposed_by", "claim", "resolved_by"
    ).get(pk=candidate_id)


@dataclass(frozen=True, slots=True)
class ClaimList:
    """One page of tracked claims; ``page`` counts from 1 and is one that exists."""

    claims: tuple[Claim, ...]
    page: int
    pages: int


def tracked_claims(*, status: str = "", words: str = "", page: int = 1) -> ClaimList:
    """Return the tracked claims, internal ones too, that hold all ``words``, last moved first (3 queries)."""
    found = Claim.objects.filter(merged_into=None)
    if status:
        found = found.filter(status=status)
    for word in words.split()[:12]:
        found = found.filter(text__icontains=word)
    pages = max(1, ceil(found.count() / CLAIMS_ON_A_PAGE))
    page = min(max(page, 1), pages)
    start = (page - 1) * CLAIMS_ON_A_PAGE
    rows = found.select_related("claimant").prefetch_related("topics").order_by("-updated_at", "id")
    return ClaimList(tuple(rows[start : start + CLAIMS_ON_A_PAGE]), page, pages)


def topics_with_counts() -> list[Topic]:
    """Return all topics by name, each with ``claim_count``, the claims filed under it."""
    filed = Count("claims", filter=Q(claims__merged_into=None))
    return list(Topic.objects.annotate(claim_count=filed).order_by("name", "id"))


def claims_meant(words: str, *, limit: int = 8) -> list[Claim]:
    """Return the tracked claims that ``words`` may mean: an id, a claim's address, or words of its text.

    All words must stand in the text; where none has them all, the matcher's best guesses, best first.
    """
    words = words.strip()
    if not words:
        return []
    rows = Claim.objects.filter(merged_into=None, withdrawn=False)
    address = _CLAIM_ADDRESS.search(words)
    named = rows.filter(pk=address.group(1) if address else words).first()
    if named is not None:
        return [named]
    found = rows
    for word in words.split()[:12]:
        found = found.filter(text__icontains=word)
    exact = list(found.order_by("-updated_at", "id")[:limit])
    if exact:
        return exact
    ranked = [match.claim for match in best_matches(words)][:limit]
    by_id = rows.in_bulk(ranked)
    return [by_id[claim_id] for claim_id in ranked if claim_id in by_id]

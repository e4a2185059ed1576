"""Lists of what is not a claim itself, each with a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.models import (
    Appearance,
    Article,
    Candidate,
    Change,
    Claimant,
    Feed,
    Publisher,
    Review,
    Snapshot,
    Topic,
)
from claims.queries.claims import ClaimFilter, UnknownValueError, any_of, called, tracked_claims
from claims.queries.freshness import asked_at
from claims.vocabulary import ArticleState, CandidateState, PublisherKind, ReviewState, Zone

Named = TypeVar("Named", Topic, Claimant, Publisher)


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """What a list of articles is narrowed to; ``publishers`` are ids or slugs."""

    ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    states: tuple[ArticleState, ...] = ()
    updated_since: datetime | None = None


def appearances_of(claim_id: str) -> QuerySet[Appearance]:
    """Return the claim's appearances with article, publisher and origin (one query)."""
    return Appearance.objects.filter(claim=claim_id).select_related(
        "article__publisher", "origin__root_article", "ruled_by"
    )


def appearance_of(claim_id: str, appearance_id: str) -> Appearance:
    """Return one appearance of a claim; raises `Appearance.DoesNotExist`."""
    return appearances_of(claim_id).get(pk=appearance_id)


def reviews_of(claim_id: str, *, desk: bool = False) -> QuerySet[Review]:
    """Return the claim's reviews with who decided and what they rest on (three queries).

    One that awaits its sign-off is the desk's alone.
    """
    reviews = Review.objects.filter(claim=claim_id).select_related("decided_by", "signed_off_by")
    if not desk:
        reviews = reviews.filter(state=ReviewState.IN_FORCE)
    return reviews.prefetch_related("evidence__article__publisher")


def review_of(claim_id: str, number: int) -> Review:
    """Return one review with what it rests on; raises `Review.DoesNotExist`."""
    return reviews_of(claim_id, desk=True).get(number=number)


def candidates(
    *, articles: Sequence[str] = (), zones: Sequence[Zone] = (), states: Sequence[CandidateState] = ()
) -> QuerySet[Candidate]:
    """Return the candidates that the filters leave (one query)."""
    rows = Candidate.objects.select_related("snapshot", "proposed_by").defer("snapshot__text")
    if articles:
        rows = rows.filter(snapshot__article__in=articles)
    if zones:
        rows = rows.filter(zone__in=zones)
    if states:
        rows = rows.filter(state__in=states)
    return rows


def candidates_of(article_id: str) -> list[Candidate]:
    """Return all candidates from an article in the order in which they were found and stand there."""
    return list(candidates(articles=[article_id]).order_by("snapshot__number", "start", "id"))


def articles(wanted: ArticleFilter) -> QuerySet[Article]:
    """Return the articles that the filter leaves, with publishers; raises `UnknownValueError`."""
    rows = _with_next_check(Article.objects.select_related("publisher"))
    if wanted.ids:
        rows = rows.filter(pk__in=wanted.ids)
    if wanted.urls:
        rows = rows.filter(url__in=wanted.urls)
    if wanted.publishers:
        rows = rows.filter(publisher__in=list(called(Publisher, "publisher", wanted.publishers)))
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.updated_since:
        rows = rows.filter(updated_at__gte=wanted.updated_since)
    return rows


def article(article_id: str) -> Article:
    """Return the article with its publisher and newest snapshot; raises `Article.DoesNotExist`."""
    return _with_next_check(Article.objects.select_related("publisher", "newest")).get(pk=article_id)


def _with_next_check(rows: QuerySet[Article]) -> QuerySet[Article]:
    """Add ``next_check_at``, null for a page that is never checked."""
    return rows.annotate(next_check_at=asked_at())


def addresses_of(article_ids: Sequence[str] | None = None) -> dict[str, str]:
    """Return ``{id: url}`` of these articles as far as there are any, or of all, the earliest due first."""
    rows = Article.objects.order_by("due_at", "id")
    if article_ids is not None:
        rows = rows.filter(pk__in=article_ids)
    return dict(rows.values_list("id", "url"))


def newest_snapshot(article_id: str) -> Snapshot:
    """Return what the article says now; raises `UnknownValueError` if we do not know that (yet)."""
    found = Snapshot.objects.filter(article=article_id).select_related("article").order_by("-number").first()
    if found is None:
        raise UnknownValueError("article", article_id, "that was captured")
    return found


def snapshots_of(article_id: str) -> QuerySet[Snapshot]:
    """Return the article's snapshots without their headers."""
    return Snapshot.objects.filter(article=article_id).defer("headers")


def changes_of(article_id: str) -> QuerySet[Change]:
    """Return what happened to the article."""
    return Change.objects.filter(article=article_id)


def _narrowed(rows: QuerySet[Named], names: Sequence[str], since: datetime | None) -> QuerySet[Named]:
    if names:
        rows = rows.filter(any_of([Q(name__icontains=name) for name in names]))
    return rows.filter(updated_at__gte=since) if since else rows


def topics(*, names: Sequence[str] = (), since: datetime | None = None) -> QuerySet[Topic]:
    """Return the topics whose name holds one of ``names``."""
    return _narrowed(Topic.objects.all(), names, since)


def claimants(
    *, names: Sequence[str] = (), since: datetime | None = None, desk: bool = False
) -> QuerySet[Claimant]:
    """Return claimants whose name holds one of ``names``, of claims that readers see; all for the desk."""
    shown = tracked_claims(ClaimFilter()).filter(claimant=OuterRef("pk"))
    return _narrowed(Claimant.objects.all() if desk else Claimant.objects.filter(Exists(shown)), names, since)


def publishers(
    *, names: Sequence[str] = (), since: datetime | None = None, kinds: Sequence[PublisherKind] = ()
) -> QuerySet[Publisher]:
    """Return the publishers whose name holds one of ``names``, with their sites (two queries)."""
    rows = _narrowed(Publisher.objects.prefetch_related("sites"), names, since)
    return rows.filter(kind__in=kinds) if kinds else rows


def feeds(*, publishers: Sequence[str] = ()) -> QuerySet[Feed]:
    """Return the feeds of these publishers (ids or slugs); raises `UnknownValueError`."""
    rows = Feed.objects.select_related("publisher")
    return rows.filter(publisher__in=list(called(Publisher, "publisher", publishers))) if publishers else rows


def one_called(rows: QuerySet[Named], word: str) -> Named:
    """Return the row of that id or slug; raises the model's DoesNotExist."""
    return rows.filter(id=word).first() or rows.get(slug=word)

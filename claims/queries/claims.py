"""Which tracked claims there are, as they stand now or as they were shown at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.text import slugify

from claims.models import Appearance, Article, Claim, Claimant, Event, Publisher, Topic
from claims.queries.freshness import asked_at
from claims.queries.shapes import claim_shape, moment
from claims.vocabulary import ClaimStatus, EventKind, Visibility

_MOST_WORDS = 12
_STATE = "payload__claim_state"


class UnknownValueError(Exception):
    """A filter or a body names something that does not exist (400)."""

    def __init__(self, field: str, word: str, more: str = "") -> None:
        """Take the field's name, the word given for it, and what else was asked of it."""
        super().__init__(f"There is no {field} {word!r}{more and ' '}{more}.")
        self.field = field


class NotYetKnownError(Exception):
    """Readers could not see the claim then; ``first_moment`` is when they first could."""

    def __init__(self, first_moment: datetime) -> None:
        """Take the moment (aware) of the claim's first public event."""
        super().__init__(f"This claim was first shown at {moment(first_moment)}.")
        self.first_moment = first_moment


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What a list of claims is narrowed to; values of one field are alternatives, empty ones narrow nothing.

    ``topics``, ``claimants`` and ``publishers`` are ids or slugs; both ``since`` are inclusive.
    """

    ids: tuple[str, ...] = ()
    statuses: tuple[ClaimStatus, ...] = ()
    topics: tuple[str, ...] = ()
    claimants: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    updated_since: datetime | None = None
    first_seen_since: datetime | None = None
    under_review: bool | None = None


def called(
    rows: type[Topic] | type[Claimant] | type[Publisher], field: str, words: Sequence[str]
) -> dict[str, str]:
    """Return ``{id: slug}`` of what the words name; raises `UnknownValueError`."""
    if not words:
        return {}
    found = dict(rows.objects.filter(Q(id__in=words) | Q(slug__in=words)).values_list("id", "slug"))
    known = {*found.keys(), *found.values()}
    for word in words:
        if word not in known:
            raise UnknownValueError(field, word)
    return found


def _says_all(text: str, *fields: str) -> Q:
    """Return the condition that each word of ``text`` stands in one of the fields."""
    says = Q()
    for word in text.split()[:_MOST_WORDS]:
        says &= any_of([Q(**{f"{field}__icontains": word}) for field in fields])
    return says


def any_of(alternatives: Sequence[Q]) -> Q:
    """Return the condition that one of the alternatives holds; none at all holds always."""
    either = Q()
    for alternative in alternatives:
        either |= alternative
    return either


def with_freshness(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Add the latest ``last_checked_at`` and the earliest ``next_check_at`` of the articles it appears in.

    An article whose host asked us to wait is checked next when that wait ends.
    """
    articles = Article.objects.filter(appearances__claim=OuterRef("pk")).order_by()
    grouped = articles.values("appearances__claim")
    return (
        claims.annotate(
            last_checked_at=Subquery(grouped.annotate(at=Max("last_checked_at")).values("at")),
            next_check_at=Subquery(grouped.annotate(at=Min(asked_at())).values("at")),
        )
        .select_related("claimant")
        .prefetch_related("topics")
    )


def tracked_claims(wanted: ClaimFilter) -> QuerySet[Claim]:
    """Return the public claims, with freshness, that the filter leaves. Raises `UnknownValueError`.

    Costs two queries, whatever the number of rows, and one for each of topics, claimants and publishers
    that the filter names.
    """
    claims = _named(Claim.objects.filter(visibility=Visibility.PUBLIC, merged_into=None), wanted)
    if wanted.ids:
        claims = claims.filter(pk__in=wanted.ids)
    if wanted.statuses:
        claims = claims.filter(status__in=wanted.statuses)
    if wanted.texts:
        claims = claims.filter(
            any_of([_says_all(text, "text", "reason", "claimant__name") for text in wanted.texts])
        )
    if wanted.updated_since:
        claims = claims.filter(updated_at__gte=wanted.updated_since)
    if wanted.first_seen_since:
        claims = claims.filter(first_seen_at__gte=wanted.first_seen_since)
    if wanted.under_review is not None:
        claims = claims.filter(under_review=wanted.under_review)
    return with_freshness(claims)


def _named(claims: QuerySet[Claim], wanted: ClaimFilter) -> QuerySet[Claim]:
    """Narrow to the topics, claimants and publishers that the filter names."""
    if wanted.topics:
        topics = list(called(Topic, "topic", wanted.topics))
        filed = Claim.topics.through.objects.filter(claim=OuterRef("pk"), topic__in=topics)
        claims = claims.filter(Exists(filed))
    if wanted.claimants:
        claims = claims.filter(claimant__in=list(called(Claimant, "claimant", wanted.claimants)))
    if wanted.publishers:
        publishers = list(called(Publisher, "publisher", wanted.publishers))
        carried = Appearance.objects.filter(claim=OuterRef("pk"), article__publisher__in=publishers)
        claims = claims.filter(Exists(carried))
    return claims


def _then(key: str) -> Cast:
    """Return a member of what the event recorded of the claim, as text."""
    return Cast(KeyTextTransform(key, _STATE), TextField())


def claims_as_of(wanted: ClaimFilter, at: datetime) -> QuerySet[Event]:
    """Return for each claim that readers saw at ``at`` (recorded time) the event whose outcome they saw.

    The filter goes by what was shown then. Raises `UnknownValueError`.
    """
    then = Event.objects.filter(public=True, recorded_at__lte=at)
    latest = then.filter(claim_id=OuterRef("claim_id")).order_by("-seq").values("seq")[:1]
    shown = then.filter(seq=Subquery(latest), payload__claim_state__isnull=False).select_related("payload")
    shown = _named_then(shown.exclude(kind=EventKind.TAKEDOWN), then, wanted)
    if wanted.ids:
        shown = shown.filter(claim_id__in=wanted.ids)
    if wanted.statuses:
        shown = shown.filter(**{f"{_STATE}__status__in": [str(status) for status in wanted.statuses]})
    if wanted.texts:
        words = {"text": "text_then", "reason": "reason_then", "claimant": "claimant_then"}
        shown = shown.annotate(**{name: _then(key) for key, name in words.items()})
        shown = shown.filter(any_of([_says_all(text, *words.values()) for text in wanted.texts]))
    if wanted.updated_since:
        shown = shown.filter(recorded_at__gte=wanted.updated_since)
    if wanted.first_seen_since:
        # Moments are written with a fixed width, so that their text sorts as they do.
        shown = shown.annotate(first_seen_then=_then("first_seen_at"))
        since = moment(wanted.first_seen_since) or ""
        shown = shown.filter(first_seen_then__gte=since)
    if wanted.under_review is not None:
        shown = shown.filter(**{f"{_STATE}__under_review": wanted.under_review})
    return shown


def _named_then(shown: QuerySet[Event], then: QuerySet[Event], wanted: ClaimFilter) -> QuerySet[Event]:
    """Narrow to the topics, claimants and publishers that the filter names, as they were ``then``."""
    if wanted.topics:
        slugs = called(Topic, "topic", wanted.topics).values()
        # The list as JSON text: no engine-neutral look-up asks whether a JSON list holds a value.
        shown = shown.annotate(topics_then=_then("topics"))
        shown = shown.filter(any_of([Q(topics_then__contains=f'"{slug}"') for slug in slugs]))
    if wanted.claimants:
        ids = list(called(Claimant, "claimant", wanted.claimants))
        shown = shown.filter(**{f"{_STATE}__claimant__id__in": ids})
    if wanted.publishers:
        ids = list(called(Publisher, "publisher", wanted.publishers))
        carried = then.filter(claim_id=OuterRef("claim_id"), kind=EventKind.APPEARANCE)
        shown = shown.filter(Exists(carried.filter(payload__data__publisher__id__in=ids)))
    return shown


def visible_claim(claim_id: str, *, desk: bool = False) -> Claim:
    """Return the claim; one internal to the desk only with ``desk``.

    A merged claim is returned as it is, with ``merged_into``. Raises `Claim.DoesNotExist`.
    """
    claims = Claim.objects.all() if desk else Claim.objects.filter(visibility=Visibility.PUBLIC)
    return claims.select_related("merged_into").get(pk=claim_id)


def claim_now(claim_id: str) -> Claim:
    """Return the claim with freshness, whoever may see it; raises `Claim.DoesNotExist`."""
    return with_freshness(Claim.objects.all()).get(pk=claim_id)


def survivor(claim: Claim) -> Claim:
    """Return the claim that this one was merged into, through all later merges; itself if it was not."""
    while claim.merged_into is not None:
        claim = claim.merged_into
    return claim


def claim_at(claim_id: str, at: datetime) -> Event:
    """Return the last public event of the claim that was recorded by ``at``; it holds what readers saw.

    Raises `NotYetKnownError` before the first one, `Claim.DoesNotExist` if there is none at all or what it
    said was taken down.
    """
    events = Event.objects.filter(claim_id=claim_id, public=True).select_related("payload")
    event = events.filter(recorded_at__lte=at).order_by("-seq").first()
    if event is None:
        first = events.order_by("seq").first()
        if first is None:
            raise Claim.DoesNotExist
        raise NotYetKnownError(first.recorded_at)
    if not getattr(event, "payload", None):
        raise Claim.DoesNotExist
    return event


def shape_now(claim: Claim) -> dict[str, Any]:
    """Return the REST claim of a row that `with_freshness` made."""
    return claim_shape(
        claim,
        last_checked_at=getattr(claim, "last_checked_at", None),
        next_check_at=getattr(claim, "next_check_at", None),
    )


def shape_then(event: Event) -> dict[str, Any]:
    """Return the REST claim as readers saw it after the event; what was not recorded then is null."""
    state: dict[str, Any] = event.payload.claim_state or {}
    slug = slugify(state["text"])[:60].strip("-") or "claim"
    path = reverse("claim", kwargs={"claim_id": event.claim_id, "slug": slug})
    return {**state, "url": settings.PUBLIC_URL + path, "last_checked_at": None, "next_check_at": None}

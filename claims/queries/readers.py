"""Reads for the readers' lists; each has a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from claims.models import Article, Change, Claim, Claimant, Event, Publisher, Topic
from claims.queries.claims import ClaimFilter, UnknownValueError
from claims.queries.reader_pages import Correction, Filters, Page, PublisherPage, TopicLine
from claims.queries.reader_rows import article_link, change_view, lines_of, visible_claims
from claims.queries.reader_shapes import Named
from claims.vocabulary import ChangeKind, ClaimStatus, EventKind, PublisherKind

PAGE_SIZE = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TELLING = [kind for kind in ChangeKind if kind not in (ChangeKind.TRIVIAL, ChangeKind.MOVED)]


class UnreadableCursorError(ValueError):
    """The cursor in the address is none of ours."""


# ---------------------------------------------------------------- lists in pages
def _write_cursor(way: str, claim: Claim) -> str:
    return f"{way}{(claim.updated_at - _EPOCH) // timedelta(microseconds=1)}-{claim.id}"


def _read_cursor(cursor: str) -> tuple[str, datetime, str]:
    way, (moment, _, claim_id) = cursor[:1], cursor[1:].partition("-")
    if way not in ("o", "n") or not (moment.isascii() and moment.isdigit()) or not claim_id.isalnum():
        raise UnreadableCursorError(cursor)
    try:
        return way, _EPOCH + timedelta(microseconds=int(moment)), claim_id
    except OverflowError as error:
        raise UnreadableCursorError(cursor) from error


def page_of(claims: QuerySet[Claim], *, cursor: str, now: datetime, size: int = PAGE_SIZE) -> Page:
    """Return the ``size`` claims from ``cursor`` on, latest change first (three queries, no count).

    Raises `UnreadableCursorError`.
    """
    way = "o"
    if cursor:
        way, moment, claim_id = _read_cursor(cursor)
        if way == "o":
            claims = claims.filter(updated_at__lte=moment).exclude(updated_at=moment, id__lte=claim_id)
        else:
            claims = claims.filter(updated_at__gte=moment).exclude(updated_at=moment, id__gte=claim_id)
            claims = claims.order_by("updated_at", "-id")
    rows = list(claims[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if way == "n":
        rows.reverse()
    newer = more if way == "n" else bool(cursor)
    older = more if way == "o" else True
    return Page(
        lines=lines_of(rows, now=now),
        newer=_write_cursor("n", rows[0]) if rows and newer else "",
        older=_write_cursor("o", rows[-1]) if rows and older else "",
    )


def filtered(filters: Filters) -> QuerySet[Claim]:
    """Return the visible claims that fit; a name that nobody bears fits none."""
    wanted = ClaimFilter(
        statuses=tuple(ClaimStatus(status) for status in filters.status),
        topics=(filters.topic,) if filters.topic else (),
        claimants=(filters.claimant,) if filters.claimant else (),
        publishers=(filters.publisher,) if filters.publisher else (),
        texts=(filters.q,) if filters.q else (),
        under_review=True if filters.under_review else None,
    )
    try:
        return visible_claims(wanted)
    except UnknownValueError:
        return visible_claims().none()


def choices_for_filters() -> dict[str, tuple[Named, ...]]:
    """Return the topics, publishers and claimants that a visible claim has, by name (three queries)."""
    shown = visible_claims().order_by()
    return {
        "topic": _names(Topic.objects.filter(claims__in=shown)),
        "publisher": _names(Publisher.objects.filter(articles__appearances__claim__in=shown)),
        "claimant": _names(Claimant.objects.filter(claims__in=shown)),
    }


def _names(records: QuerySet[Any]) -> tuple[Named, ...]:
    rows = records.order_by("name", "slug").values_list("slug", "name").distinct()[:500]
    return tuple(Named(slug, name) for slug, name in rows)


# ---------------------------------------------------------------- how claims stand
def _standing(rows: Iterable[tuple[str, int]]) -> tuple[tuple[ClaimStatus, int], ...]:
    numbers = dict(rows)
    return tuple((status, numbers[status]) for status in ClaimStatus if numbers.get(status))


def count_by_status(claims: QuerySet[Claim]) -> tuple[tuple[ClaimStatus, int], ...]:
    """Return how many of the claims stand how, in the order of the words, without noughts (one query)."""
    return _standing(claims.order_by().values_list("status").annotate(Count("id")))


def topic_lines(topics: QuerySet[Topic], *, most: int = 12) -> tuple[TopicLine, ...]:
    """Return topics with how their claims stand, latest change first (two queries)."""
    rows = list(topics.order_by("-updated_at", "id")[:most])
    numbers: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    counted = (
        visible_claims()
        .filter(topics__in=rows)
        .order_by()
        .values_list("topics", "status")
        .annotate(Count("id", distinct=True))
    )
    for topic_id, status, number in counted:
        numbers[topic_id].append((status, number))
    return tuple(TopicLine(t.slug, t.name, t.summary, t.updated_at, _standing(numbers[t.id])) for t in rows)


# ---------------------------------------------------------------- one topic, claimant, publisher
def topic_page(slug: str, *, cursor: str, now: datetime) -> tuple[TopicLine, Page]:
    """Return a topic and its claims; raises `Topic.DoesNotExist`, `UnreadableCursorError` (five queries)."""
    topics = topic_lines(Topic.objects.filter(slug=slug))
    if not topics:
        raise Topic.DoesNotExist(slug)
    return topics[0], page_of(filtered(Filters(topic=slug)), cursor=cursor, now=now)


def claimant_page(
    slug: str, *, cursor: str, now: datetime
) -> tuple[Named, tuple[tuple[ClaimStatus, int], ...], Page]:
    """Return a claimant, how what it claimed stands, and its claims (five queries).

    Raises `Claimant.DoesNotExist` also for one none of whose claims readers may see.
    """
    claims = filtered(Filters(claimant=slug))
    counts = count_by_status(claims)
    if not counts:
        raise Claimant.DoesNotExist(slug)
    claimant = Claimant.objects.get(slug=slug)
    return Named(claimant.slug, claimant.name), counts, page_of(claims, cursor=cursor, now=now)


def publisher_page(slug: str, *, now: datetime) -> PublisherPage:
    """Return a publisher's record (eight queries); raises `Publisher.DoesNotExist`."""
    publisher = Publisher.objects.get(slug=slug)
    claims = filtered(Filters(publisher=slug))
    changes = Change.objects.filter(article__publisher=publisher, kind__in=_TELLING)
    kinds = dict(changes.order_by().values_list("kind").annotate(Count("id")))
    recent = changes.select_related("article__publisher").order_by("-not_after", "id")[:8]
    return PublisherPage(
        publisher=Named(publisher.slug, publisher.name),
        kind=PublisherKind(publisher.kind).label,
        owner=publisher.owner,
        article_count=Article.objects.filter(publisher=publisher, newest__isnull=False).count(),
        changes=tuple((kind, kinds[kind]) for kind in _TELLING if kinds.get(kind)),
        carried=count_by_status(claims),
        claims=lines_of(claims[:30], now=now),
        recent_changes=tuple(change_view(change, article_link(change.article)) for change in recent),
    )


# ---------------------------------------------------------------- search, corrections
def search_names(q: str) -> dict[str, tuple[Named, ...]]:
    """Return topics, publishers and claimants of visible claims whose name holds ``q`` (three queries)."""
    shown = visible_claims().order_by()
    return {
        "topic": _names(Topic.objects.filter(claims__in=shown, name__icontains=q))[:10],
        "publisher": _names(
            Publisher.objects.filter(articles__appearances__claim__in=shown, name__icontains=q)
        )[:10],
        "claimant": _names(Claimant.objects.filter(claims__in=shown, name__icontains=q))[:10],
    }


def corrections(*, most: int = 100) -> tuple[Correction, ...]:
    """Return the public log of corrections, newest first (two queries)."""
    events = list(
        Event.objects.filter(public=True, kind__in=[EventKind.CORRECTION, EventKind.WITHDRAWAL])
        .select_related("payload")
        .order_by("-seq")[:most]
    )
    claims = {claim.id: claim for claim in visible_claims().filter(id__in={e.claim_id for e in events})}
    return tuple(
        Correction(
            id=event.id,
            kind=EventKind(event.kind),
            text=event.payload.text,
            recorded_at=event.recorded_at,
            actor=event.payload.actor or "",
            claim_text=claims[event.claim_id].text,
            claim_url=claims[event.claim_id].get_absolute_url(),
        )
        for event in events
        if event.claim_id in claims and hasattr(event, "payload")
    )

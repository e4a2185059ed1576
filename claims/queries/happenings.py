"""The read behind "What happened": ledger events of all claims, one edit of a page told once."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from claims.models import Article, Event
from claims.queries.reader_pages import ClaimName, Happening
from claims.queries.reader_rows import article_link, visible_claims
from claims.queries.reader_shapes import ArticleLink
from claims.queries.timeline import told
from claims.vocabulary import ClaimStatus, EventKind, Stance

NEWS = (
    EventKind.FIRST_SEEN,
    EventKind.REVIEW,
    EventKind.RE_REVIEW_OPENED,
    EventKind.ARTICLE_CHANGE,
    EventKind.SOURCE_STATE,
    EventKind.CORRECTION,
    EventKind.WITHDRAWAL,
    EventKind.REWORDED,
)
"""What is news by itself; that one more place repeats a claim is not, that one denies it is."""
_READ = 80


def latest_events() -> list[Event]:
    """Return the latest events that may be news, newest first (two queries)."""
    events = _public(Event.objects.all())
    seen = events.filter(kind=EventKind.APPEARANCE)[:_READ]
    return _newest_first([*events.filter(kind__in=NEWS)[:_READ], *seen])


def events_of(claim_id: str) -> list[Event]:
    """Return the latest events of one claim that may be news, newest first (one query)."""
    kinds = (*NEWS, EventKind.APPEARANCE)
    return _newest_first(_public(Event.objects.filter(claim_id=claim_id)).filter(kind__in=kinds)[:_READ])


def _public(events: QuerySet[Event]) -> QuerySet[Event]:
    return events.filter(public=True, payload__isnull=False).select_related("payload").order_by("-seq")


def _newest_first(events: Iterable[Event]) -> list[Event]:
    return sorted(filter(_is_news, events), key=lambda event: -event.seq)


def _is_news(event: Event) -> bool:
    if event.kind != EventKind.APPEARANCE:
        return True
    data = event.payload.data
    return bool((data.get("body_stance") or data.get("headline_stance")) == Stance.REFUTES)


def _deed(event: Event) -> tuple[str, str]:
    """Return what makes two events one happening: the same edit, the same article that denies two claims."""
    kind = EventKind(event.kind)
    if kind in (EventKind.APPEARANCE, EventKind.SOURCE_STATE):
        return kind, event.article_id or event.id
    return kind, event.payload.data.get("change") or event.id


def happenings(*streams: Sequence[Event]) -> list[tuple[Happening, ...]]:
    """Return each stream of events (newest first) as happenings on claims that readers see (two queries)."""
    events = [event for stream in streams for event in stream]
    rows = visible_claims().filter(id__in={event.claim_id for event in events}).prefetch_related(None)
    names = {
        claim.id: ClaimName(claim.id, claim.get_absolute_url(), claim.text, ClaimStatus(claim.status))
        for claim in rows
    }
    articles = Article.objects.filter(id__in={event.article_id for event in events if event.article_id})
    links = {article.id: article_link(article) for article in articles.select_related("publisher")}
    out = []
    for stream in streams:
        together: dict[tuple[str, str], list[Event]] = {}
        for event in stream:
            if event.claim_id in names:
                together.setdefault(_deed(event), []).append(event)
        out.append(tuple(_happening(same, names, links) for same in together.values()))
    return out


def _happening(
    same: Sequence[Event], names: dict[str, ClaimName], links: dict[str, ArticleLink]
) -> Happening:
    event = same[0]
    words = told(event, links.get(event.article_id or ""))
    claims = dict.fromkeys(names[one.claim_id] for one in same if one.claim_id)
    return Happening(
        id=event.id,
        icon=words.icon,
        title=words.title,
        text=words.text,
        quote=words.quote,
        status=words.status,
        stance=words.stance,
        occurred_at=event.occurred_not_after or event.occurred_at,
        recorded_at=event.recorded_at,
        claims=tuple(claims),
    )

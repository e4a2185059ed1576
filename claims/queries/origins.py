"""Which reports of a claim go back to which others, and to one that was taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from claims.models import Appearance, Article, Claim, Event, Origin
from claims.vocabulary import ArticleState, EventKind


def upstream(rows: Sequence[Appearance]) -> dict[str, list[Article]]:
    """Return for each appearance (id) the articles that it goes back to, nearest first, without its own.

    ``rows`` are the appearances of one claim with their articles and their origins' roots.
    """
    by_id = {row.id: row for row in rows}
    found: dict[str, list[Article]] = {}
    for row in rows:
        reached, waiting = {row.id: row}, [row]
        for at in waiting:
            new = [by_id[source] for source in at.told_from if source in by_id and source not in reached]
            reached |= {source.id: source for source in new}
            waiting += new
        articles = [other.article for other in waiting if other.article]
        if row.origin and row.origin.root_article:
            articles.append(row.origin.root_article)
        found[row.id] = [a for a in dict.fromkeys(articles) if a.pk != row.article_id]
    return found


def retracted_sources(
    rows: Sequence[Appearance], states: Mapping[str, ArticleState] | None = None
) -> dict[str, Article]:
    """Return for each appearance (id) that goes back to a retracted report the nearest such article.

    ``states`` are those of the articles (id) at another moment than now.
    """

    def is_retracted(article: Article) -> bool:
        state = article.state if states is None else states.get(article.id)
        return state == ArticleState.RETRACTED

    retracted = {row: next(filter(is_retracted, articles), None) for row, articles in upstream(rows).items()}
    return {row: article for row, article in retracted.items() if article is not None}


def repeats_of(claim: Claim, article: Article) -> list[Appearance]:
    """Return the appearances of the claim that go back to what ``article`` reported, earliest first."""
    rows = list(
        Appearance.objects.filter(claim=claim)
        .select_related("article__publisher", "origin__root_article")
        .order_by("seen_at", "id")
    )
    sources = upstream(rows)
    return [row for row in rows if article in sources[row.id]]


def group_as_of(rows: Sequence[Appearance], at: datetime) -> None:
    """Give the appearances of one claim, in memory alone, the origins that they had at ``at`` (one query).

    The ledger tells each regrouping; where it tells nothing of an appearance, today's origin stays.
    """
    if not rows:
        return
    told = Event.objects.filter(
        claim_id=rows[0].claim_id,
        kind__in=[EventKind.APPEARANCE, EventKind.OVERRIDE],
        recorded_at__lte=at,
        payload__isnull=False,
    )
    origins: dict[str, dict[str, Any] | None] = {}
    places: dict[str, dict[str, str] | None] = {}
    for data in told.order_by("seq").values_list("payload__data", flat=True):
        grouping = data.get("grouping", {})
        origins |= grouping.get("origins", {})
        places |= grouping.get("places", {})
    articles = {row.article_id: row.article for row in rows if row.article}
    then = {
        key: Origin(
            id=key,
            root_name=origin["root_name"],
            root_article=articles.get(origin["root_article"]),
            reason=origin["reason"],
            circle=origin["circle"],
        )
        for key, origin in origins.items()
        if origin is not None
    }
    for row in rows:
        place = places.get(row.id)
        if place is not None and place["origin"] in then:
            row.origin, row.origin_reason = then[place["origin"]], place["reason"]
            row.told_from = place["told_from"]

"""The read behind a reader's article page: what we saw of it, what changed, which claims it carries."""

from collections import defaultdict
from datetime import datetime
from math import ceil

from claims.models import Appearance, Article, Change, Snapshot
from claims.queries.freshness import freshness_of_article, waits
from claims.queries.reader_pages import ArticlePage, CarriedClaim, SnapshotView
from claims.queries.reader_rows import article_link, change_view, lines_of, visible_claims
from claims.vocabulary import ChangeKind, QuoteState

MOST_SNAPSHOTS = 100
PAGE_SIZE = 20
"""Changes shown at once."""


def article_page(article_id: str, *, now: datetime, page: int = 1) -> ArticlePage:
    """Return an article with its newest snapshots and one page of its telling changes (nine queries).

    Trivial changes are left out; ``page`` counts from 1, and the nearest one that exists is meant. Raises
    `Article.DoesNotExist`.
    """
    article = Article.objects.select_related("publisher").get(pk=article_id)
    link = article_link(article)
    changes = Change.objects.filter(article=article).exclude(kind=ChangeKind.TRIVIAL)
    pages = max(1, ceil(changes.count() / PAGE_SIZE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    carried = _carried(article, now=now)
    waits_until = waits([article.host], now=now).get(article.host) if article.due_at else None
    claims = {each.line.id: (each.line.text, each.line.url) for each in carried}
    return ArticlePage(
        article=link,
        byline=article.byline,
        language=article.language,
        not_extracted=article.extraction_note,
        freshness=freshness_of_article(article, now=now, waits_until=waits_until),
        waits_until=waits_until,
        check_count=article.check_count,
        snapshot_count=article.snapshot_count,
        shows_earlier_text=bool(article.turned_to),
        snapshots=_snapshots(article),
        changes=tuple(
            change_view(c, claims=claims)
            for c in changes.order_by("-not_after", "id")[start : start + PAGE_SIZE]
        ),
        page=page,
        pages=pages,
        claims=carried,
    )


def _snapshots(article: Article) -> tuple[SnapshotView, ...]:
    """Return the newest snapshots, the last first, each with the first of them that showed the same text."""
    rows = list(
        Snapshot.objects.filter(article=article)
        .only("number", "captured_at", "headline", "content_id", "fingerprint")
        .order_by("-number")[:MOST_SNAPSHOTS]
    )
    first = {(row.headline, row.fingerprint): row.number for row in rows}  # the oldest of each is put in last
    return tuple(
        SnapshotView(
            row.number,
            row.captured_at,
            row.headline,
            row.content_id,
            same_as=number if (number := first[row.headline, row.fingerprint]) != row.number else None,
        )
        for row in rows
    )


def _carried(article: Article, *, now: datetime) -> tuple[CarriedClaim, ...]:
    """Return the visible claims the article carries, each with the exact words."""
    quotes: defaultdict[str, list[tuple[str, QuoteState]]] = defaultdict(list)
    for row in Appearance.objects.filter(article=article).order_by("start", "id"):
        quotes[row.claim_id].append((row.quote, QuoteState(row.state)))
    lines = lines_of(visible_claims().filter(id__in=list(quotes)), now=now)
    return tuple(CarriedClaim(line, tuple(quotes[line.id])) for line in lines)

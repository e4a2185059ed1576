"""The read behind a reader's article page: what we saw of it, what changed, which claims it carries."""

from collections import defaultdict
from datetime import datetime

from claims.models import Appearance, Article, Change, Snapshot
from claims.queries.freshness import freshness_of_article
from claims.queries.reader_rows import article_link, change_view, lines_of, visible_claims
from claims.queries.reader_shapes import ArticlePage, CarriedClaim, SnapshotView
from claims.vocabulary import ChangeKind, QuoteState

MOST_SNAPSHOTS = 100


def article_page(article_id: str, *, now: datetime) -> ArticlePage:
    """Return an article with its snapshots and telling changes (seven queries).

    Trivial changes are left out. Raises `Article.DoesNotExist`.
    """
    article = Article.objects.select_related("publisher").get(pk=article_id)
    link = article_link(article)
    snapshots = (
        Snapshot.objects.filter(article=article)
        .only("number", "captured_at", "headline", "content_id", "http_status", "final_url")
        .order_by("-number")[:MOST_SNAPSHOTS]
    )
    changes = Change.objects.filter(article=article).exclude(kind=ChangeKind.TRIVIAL)
    return ArticlePage(
        article=link,
        byline=article.byline,
        freshness=freshness_of_article(article, now=now),
        check_count=article.check_count,
        snapshots=tuple(SnapshotView(s.number, s.captured_at, s.headline, s.content_id) for s in snapshots),
        changes=tuple(change_view(c) for c in changes.order_by("-not_after", "id")[:MOST_SNAPSHOTS]),
        claims=_carried(article, now=now),
    )


def _carried(article: Article, *, now: datetime) -> tuple[CarriedClaim, ...]:
    """Return the visible claims the article carries, each with the exact words."""
    quotes: defaultdict[str, list[tuple[str, QuoteState]]] = defaultdict(list)
    for row in Appearance.objects.filter(article=article).order_by("start", "id"):
        quotes[row.claim_id].append((row.quote, QuoteState(row.state)))
    lines = lines_of(visible_claims().filter(id__in=list(quotes)), now=now)
    return tuple(CarriedClaim(line, tuple(quotes[line.id])) for line in lines)

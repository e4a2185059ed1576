"""Which articles are hot: what a claim that moved lately rests on, or is under review for."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from claims.models import Appearance, Claim, Evidence
from claims.queries.among import Among

HOT_FOR = timedelta(days=2)
"""A claim is hot for so long after its last public event."""


def hot_articles(article_ids: Collection[str], *, now: datetime) -> set[str]:
    """Return the ids of those articles that a hot claim appears in or cites; two queries for any number."""
    of_ours = Among("article_id", article_ids)
    found = {row for rows in _rows_of_hot_claims(now) for row in rows.filter(of_ours)}
    return {article_id for article_id in found if article_id is not None}


def is_hot(now: datetime) -> Q:
    """Return the condition on articles that a hot claim appears in or cites them."""
    appearances, evidence = _rows_of_hot_claims(now)
    return Q(pk__in=appearances) | Q(pk__in=evidence)


def _rows_of_hot_claims(
    now: datetime,
) -> tuple[QuerySet[Appearance, str | None], QuerySet[Evidence, str | None]]:
    hot = Claim.objects.filter(Q(updated_at__gte=now - HOT_FOR) | Q(under_review=True), merged_into=None)
    cited = Evidence.objects.filter(review__claim__in=hot, article__isnull=False)
    return (
        Appearance.objects.filter(claim__in=hot).values_list("article_id", flat=True),
        cited.values_list("article_id", flat=True),
    )

"""Which articles are hot: what a claim that moved lately rests on, or is under review for."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Q, QuerySet

from claims.models import Appearance, Claim, Evidence
from claims.queries.among import AmongGiven
from claims.queries.prepared import Given, Prepared

HOT_FOR = timedelta(days=2)
"""A claim is hot for so long after its last public event."""


def hot_articles(article_ids: Collection[str], *, now: datetime) -> set[str]:
    """Return the ids of those articles that a hot claim appears in or cites; two queries for any number."""
    since, ids = now - HOT_FOR, list(article_ids)
    return {article_id for hot in _HOT for (article_id,) in hot.rows(since=since, articles=ids)}


def is_of_claims_since(moment: datetime | Given) -> Q:
    """Return the condition on articles that a claim which moved since then, or is under review, has them."""
    return Q(pk__in=_appearances(moment)) | Q(pk__in=_evidence(moment))


def _appearances(since: datetime | Given) -> QuerySet[Appearance, str | None]:
    return Appearance.objects.filter(claim__in=_hot_claims(since)).values_list("article_id", flat=True)


def _evidence(since: datetime | Given) -> QuerySet[Evidence, str | None]:
    cited = Evidence.objects.filter(review__claim__in=_hot_claims(since), article__isnull=False)
    return cited.values_list("article_id", flat=True)


def _hot_claims(since: datetime | Given) -> QuerySet[Claim]:
    return Claim.objects.filter(Q(updated_at__gte=since) | Q(under_review=True), merged_into=None)


_OURS = AmongGiven("article_id", "articles")
_SINCE = Given("since", DateTimeField())
_HOT = (
    Prepared(lambda: _appearances(_SINCE).filter(_OURS)),
    Prepared(lambda: _evidence(_SINCE).filter(_OURS)),
)

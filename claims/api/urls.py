"""Which addresses the API answers, under /api/v1/."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from claims.api import (
    articles,
    candidates,
    catalogue,
    changes,
    claims,
    docs,
    machine,
    match,
    origins,
    reviews,
    webhooks,
)
from claims.api.fields import PUBLIC_ID

app_name = "api"


class PublicIdConverter(StringConverter):
    """A record's id."""

    regex = PUBLIC_ID


class SmallNumberConverter(StringConverter):
    """A number that every database can hold."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:  # type: ignore[override]  # a converter may return anything
        """Return the number."""
        return int(value)


register_converter(PublicIdConverter, "id")
register_converter(SmallNumberConverter, "number")

urlpatterns = [
    path("claims/", claims.ClaimsEndpoint.as_view(), name="claims"),
    path("claims/<id:claim_id>/", claims.ClaimEndpoint.as_view(), name="claim"),
    path("claims/<id:claim_id>/timeline/", claims.TimelineEndpoint.as_view(), name="timeline"),
    path("claims/<id:claim_id>/appearances/", claims.AppearancesEndpoint.as_view(), name="appearances"),
    path(
        "claims/<id:claim_id>/appearances/<id:appearance_id>/origin/",
        origins.OriginEndpoint.as_view(),
        name="origin",
    ),
    path("claims/<id:claim_id>/reviews/", reviews.ReviewsEndpoint.as_view(), name="reviews"),
    path(
        "claims/<id:claim_id>/reviews/<number:number>/sign_off/",
        reviews.SignOffEndpoint.as_view(),
        name="sign_off",
    ),
    path("candidates/", candidates.CandidatesEndpoint.as_view(), name="candidates"),
    path("candidates/<id:candidate_id>/track/", candidates.TrackEndpoint.as_view(), name="track"),
    path("candidates/<id:candidate_id>/merge/", candidates.MergeEndpoint.as_view(), name="merge"),
    path("candidates/<id:candidate_id>/dismiss/", candidates.DismissEndpoint.as_view(), name="dismiss"),
    path("articles/", articles.ArticlesEndpoint.as_view(), name="articles"),
    path("articles/<id:article_id>/", articles.ArticleEndpoint.as_view(), name="article"),
    path("articles/<id:article_id>/snapshots/", articles.SnapshotsEndpoint.as_view(), name="snapshots"),
    path(
        "articles/<id:article_id>/changes/", articles.ArticleChangesEndpoint.as_view(), name="article_changes"
    ),
    path("articles/<id:article_id>/check/", articles.CheckEndpoint.as_view(), name="check"),
    path("topics/", catalogue.TopicsEndpoint.as_view(), name="topics"),
    path("topics/<slug:word>/", catalogue.TopicEndpoint.as_view(), name="topic"),
    path("claimants/", catalogue.ClaimantsEndpoint.as_view(), name="claimants"),
    path("claimants/<slug:word>/", catalogue.ClaimantEndpoint.as_view(), name="claimant"),
    path("publishers/", catalogue.PublishersEndpoint.as_view(), name="publishers"),
    path("publishers/<slug:word>/", catalogue.PublisherEndpoint.as_view(), name="publisher"),
    path("feeds/", catalogue.FeedsEndpoint.as_view(), name="feeds"),
    path("feeds/<id:feed_id>/", catalogue.FeedEndpoint.as_view(), name="feed"),
    path("match/", match.MatchEndpoint.as_view(), name="match"),
    path("machine/", machine.MachineEndpoint.as_view(), name="machine"),
    path("webhooks/", webhooks.WebhooksEndpoint.as_view(), name="webhooks"),
    path("webhooks/<id:webhook_id>/", webhooks.WebhookEndpoint.as_view(), name="webhook"),
    path("webhooks/<id:webhook_id>/rotate/", webhooks.RotateEndpoint.as_view(), name="rotate"),
    path("webhooks/<id:webhook_id>/deliveries/", webhooks.DeliveriesEndpoint.as_view(), name="deliveries"),
    path("webhooks/<id:webhook_id>/replay/", webhooks.ReplayEndpoint.as_view(), name="replay"),
    path("changes/", changes.ChangesEndpoint.as_view(), name="changes"),
    path("schema/", docs.SchemaEndpoint.as_view(), name="schema"),
    path("docs/", docs.DocsEndpoint.as_view(), name="docs"),
    re_path(r"^[\s\S]*$", docs.NowhereEndpoint.as_view(), name="nowhere"),
]

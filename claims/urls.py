"""Which addresses the pages and the API answer."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from claims.views import embedding, feeds, health, metrics, readers
from claims.views.desk import (
    aliases,
    articles,
    claims,
    custody,
    machine,
    parsing,
    queue,
    rewriting,
    webhooks,
    workbench,
)
from claims.views.desk import feeds as feeds_at_desk

READERS: list[URLPattern | URLResolver] = [
    path("", readers.front, name="front"),
    path("claims/", readers.claims, name="claims"),
    re_path(r"^claims/(?P<claim_id>[0-9a-z]{6,16})/$", readers.claim, name="claim_short"),
    re_path(r"^claims/(?P<claim_id>[0-9a-z]{6,16})-(?P<slug>[-\w]+)/$", readers.claim, name="claim"),
    path("topics/<slug:slug>/", readers.topic, name="topic"),
    path("publishers/<slug:slug>/", readers.publisher, name="publisher"),
    path("claimants/<slug:slug>/", readers.claimant, name="claimant"),
    path("articles/<slug:article_id>/", readers.article, name="article"),
    path("search/", readers.search, name="search"),
    path("corrections/", readers.corrections, name="corrections"),
    path("method/", readers.method, name="method"),
    re_path(r"^embed/claims/(?P<claim_id>[0-9a-z]{6,16})/$", embedding.card, name="embed"),
    path("oembed", embedding.oembed, name="oembed"),
]
FEEDS: list[URLPattern | URLResolver] = [
    path("claimreview.json", feeds.reviews, name="claim_reviews"),
    re_path(r"^feeds/latest\.(?P<form>atom|json)$", feeds.latest, name="latest_feed"),
    re_path(
        r"^claims/(?P<claim_id>[0-9a-z]{6,16})/feed\.(?P<form>atom|json)$", feeds.claim, name="claim_feed"
    ),
    re_path(r"^topics/(?P<slug>[-\w]+)/feed\.(?P<form>atom|json)$", feeds.topic, name="topic_feed"),
    re_path(
        r"^publishers/(?P<slug>[-\w]+)/feed\.(?P<form>atom|json)$", feeds.publisher, name="publisher_feed"
    ),
]
DESK: list[URLPattern | URLResolver] = [
    path("desk/", queue.queue_page, name="desk_queue"),
    path("desk/candidates/<slug:candidate_id>/", queue.candidate_page, name="desk_candidate"),
    path("desk/candidates/<slug:candidate_id>/track/", queue.track_candidate, name="desk_track"),
    path("desk/candidates/<slug:candidate_id>/suggest/", rewriting.suggest, name="desk_suggest"),
    path("desk/candidates/<slug:candidate_id>/merge/", queue.merge_into_claim, name="desk_merge"),
    path("desk/candidates/<slug:candidate_id>/dismiss/", queue.dismiss_candidate, name="desk_dismiss"),
    path("desk/claims/", claims.claims_page, name="desk_claims"),
    path("desk/claims/new/", claims.new_claim, name="desk_new_claim"),
    path("desk/claims/<slug:claim_id>/", workbench.claim_page, name="desk_claim"),
    path("desk/claims/<slug:claim_id>/warc/", custody.warc, name="desk_warc"),
    path("desk/claims/<slug:claim_id>/edit/", workbench.edit, name="desk_edit"),
    path(
        "desk/claims/<slug:claim_id>/appearances/<slug:appearance_id>/origin/",
        workbench.origin,
        name="desk_origin",
    ),
    path("desk/claims/<slug:claim_id>/policy/", workbench.policy, name="desk_policy"),
    path(
        "desk/claims/<slug:claim_id>/reviews/<int:number>/sign-off/",
        workbench.sign_off_review,
        name="desk_sign_off",
    ),
    path("desk/articles/", articles.articles_page, name="desk_articles"),
    path("desk/articles/upload/", articles.upload, name="desk_upload"),
    path("desk/articles/<slug:article_id>/", articles.article_page, name="desk_article"),
    path("desk/articles/<slug:article_id>/snapshots/<int:number>/", custody.raw, name="desk_raw"),
    path("desk/articles/<slug:article_id>/check/", articles.check, name="desk_check"),
    path("desk/articles/<slug:article_id>/parse/", parsing.parse, name="desk_parse"),
    path("desk/feeds/", feeds_at_desk.feeds_page, name="desk_feeds"),
    path("desk/feeds/<slug:feed_id>/read/", feeds_at_desk.read, name="desk_feed_read"),
    path("desk/feeds/<slug:feed_id>/stop/", feeds_at_desk.stop, name="desk_feed_stop"),
    path("desk/feeds/<slug:feed_id>/follow/", feeds_at_desk.follow, name="desk_feed_follow"),
    path("desk/aliases/", aliases.aliases_page, name="desk_aliases"),
    path("desk/topics/", claims.topics_page, name="desk_topics"),
    path("desk/machine/", machine.machine_page, name="desk_machine"),
    path("desk/webhooks/", webhooks.webhooks_page, name="desk_webhooks"),
    path("desk/webhooks/<slug:webhook_id>/again/", webhooks.again, name="desk_webhook_again"),
    path("desk/webhooks/<slug:webhook_id>/stop/", webhooks.stop, name="desk_webhook_stop"),
    path("desk/webhooks/<slug:webhook_id>/start/", webhooks.start, name="desk_webhook_start"),
    path("desk/webhooks/<slug:webhook_id>/rotate/", webhooks.rotate, name="desk_webhook_rotate"),
    path("desk/webhooks/<slug:webhook_id>/remove/", webhooks.remove, name="desk_webhook_remove"),
]
MACHINES: list[URLPattern | URLResolver] = [
    path("api/v1/", include("claims.api.urls")),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(".well-known/claim-ledger.json", health.ledger_checkpoint, name="ledger_checkpoint"),
]
urlpatterns: list[URLPattern | URLResolver] = [*READERS, *FEEDS, *DESK, *MACHINES]

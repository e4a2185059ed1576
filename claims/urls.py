"""Which addresses the pages and the API answer."""

from django.urls import URLPattern, URLResolver, path, re_path

from claims.views import feeds, readers

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
]
FEEDS: list[URLPattern | URLResolver] = [
    re_path(r"^feeds/latest\.(?P<form>atom|json)$", feeds.latest, name="latest_feed"),
    re_path(
        r"^claims/(?P<claim_id>[0-9a-z]{6,16})/feed\.(?P<form>atom|json)$", feeds.claim, name="claim_feed"
    ),
    re_path(r"^topics/(?P<slug>[-\w]+)/feed\.(?P<form>atom|json)$", feeds.topic, name="topic_feed"),
    re_path(
        r"^publishers/(?P<slug>[-\w]+)/feed\.(?P<form>atom|json)$", feeds.publisher, name="publisher_feed"
    ),
]
urlpatterns: list[URLPattern | URLResolver] = [*READERS, *FEEDS]

"""Feeds of what happens to claims: Atom, JSON Feed 1.1, and the latest verdicts as ClaimReview."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, SyndicationFeed
from django.utils.html import escape
from django.views.decorators.http import conditional_page, require_safe

from claims.models import Claim, Publisher, Topic
from claims.queries.claim_page import ClaimMovedError, find_claim
from claims.queries.claim_review import claim_reviews
from claims.queries.feed_items import FeedItem, claim_items, latest_items, publisher_items, topic_items


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

    def write(self, outfile: IO[Any], encoding: str) -> None:
        """Write the feed to a file of bytes."""
        items = [
            {
                "id": item["unique_id"],
                "url": item["link"],
                "title": item["title"],
                "content_text": item["plain_text"],
                "date_published": _iso(item["pubdate"]),
                **({"authors": [{"name": item["author_name"]}]} if item["author_name"] else {}),
            }
            for item in self.items
        ]
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "language": "en",
            "items": items,
        }
        outfile.write(json.dumps(feed, ensure_ascii=False).encode(encoding))


FORMS: dict[str, tuple[type[SyndicationFeed], str]] = {
    "atom": (Atom1Feed, "application/atom+xml; charset=utf-8"),
    "json": (JsonFeed, "application/feed+json; charset=utf-8"),
}


def _answer(
    request: HttpRequest, form: str, *, title: str, path: str, items: Iterable[FeedItem]
) -> HttpResponse:
    """Return the feed ``form`` ("atom" or "json") of the items; ``path`` is the page it belongs to."""
    here = settings.PUBLIC_URL
    make, content_type = FORMS[form]
    feed = make(
        title=f"{title} · {settings.PRODUCT_NAME}",
        link=here + path,
        description="What is confirmed, what is refuted, what is still open.",
        language="en",
        feed_url=here + request.path,
        author_name=settings.PRODUCT_NAME,
    )
    for item in items:
        feed.add_item(
            title=item.title,
            link=f"{here}{item.path}#event-{item.event_id}",
            # Atom's summary is read as HTML, JSON Feed's content_text is not.
            description=escape(item.text),
            plain_text=item.text,
            # Without the slug: the id survives a rewording of the claim.
            unique_id=f"{here}/claims/{item.claim_id}/#event-{item.event_id}",
            pubdate=item.recorded_at,
            updateddate=item.recorded_at,
            author_name=item.actor or None,
        )
    answer = HttpResponse(content_type=content_type)
    feed.write(answer, "utf-8")
    return answer


@require_safe
@conditional_page
def latest(request: HttpRequest, form: str) -> HttpResponse:
    """Tell what is news over all claims."""
    return _answer(request, form, title="Latest", path="/", items=latest_items())


@require_safe
@conditional_page
def claim(request: HttpRequest, claim_id: str, form: str) -> HttpResponse:
    """Tell everything that happens to one claim; a merged one points to the survivor's feed."""
    try:
        found = find_claim(claim_id)
    except Claim.DoesNotExist as error:
        raise Http404("There is no such claim.") from error
    except ClaimMovedError as moved:
        return HttpResponsePermanentRedirect(reverse("claim_feed", args=[moved.survivor.id, form]))
    path, items = found.get_absolute_url(), claim_items(found)
    return _answer(request, form, title=found.text, path=path, items=items)


@require_safe
@conditional_page
def topic(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Tell the news of a running story."""
    found = get_object_or_404(Topic, slug=slug)
    path = reverse("topic", args=[slug])
    return _answer(request, form, title=found.name, path=path, items=topic_items(slug))


@require_safe
@conditional_page
def publisher(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Tell what happens to a publisher's articles that carry claims."""
    found = get_object_or_404(Publisher, slug=slug)
    path = reverse("publisher", args=[slug])
    return _answer(request, form, title=found.name, path=path, items=publisher_items(slug))


@require_safe
@conditional_page
def reviews(request: HttpRequest) -> HttpResponse:
    """Tell the latest verdicts as ClaimReview, for search engines and other newsrooms."""
    return JsonResponse(claim_reviews(), json_dumps_params={"ensure_ascii": False})

"""The readers' pages: an address and its query in, one read, a page out."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims.models import Article, Claim, Claimant, Publisher, Topic
from claims.queries import readers
from claims.queries.article_page import article_page
from claims.queries.claim_page import ClaimMovedError, claim_page, find_claim
from claims.queries.claim_review import claim_review
from claims.queries.claims import NotYetKnownError
from claims.queries.front import front_page
from claims.queries.reader_pages import Filters
from claims.views.desk.doors import whole_number
from claims.views.strip import draw
from claims.vocabulary import ClaimStatus

SELECTS = (("topic", "Topic"), ("publisher", "Publisher"), ("claimant", "Claimant"))
LONGEST_QUERY = 200
NO_SUCH_PAGE = "The list has no page at this address. Start again from its first page."


def bad_request(request: HttpRequest, message: str) -> HttpResponse:
    """Answer 400 with a page that says what was wrong."""
    return HttpResponseBadRequest(render_to_string("400.html", {"message": message}, request))


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show what is new, what is open, what is settled."""
    now = datetime.now(UTC)
    page = front_page(now=now)
    context = {"front": page, "strip": draw(page.lead_sightings), "now": now}
    return render(request, "readers/front.html", context)


def _filters(request: HttpRequest) -> Filters:
    """Read the list's filters; an unknown status is left out, as an unknown name would find nothing."""
    asked = request.GET
    return Filters(
        q=asked.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        status=tuple(s for s in ClaimStatus if s in asked.getlist("status")),
        topic=asked.get("topic", "")[:80].replace("\x00", ""),
        publisher=asked.get("publisher", "")[:80].replace("\x00", ""),
        claimant=asked.get("claimant", "")[:80].replace("\x00", ""),
        under_review=asked.get("under_review") == "1",
    )


def _page_query(filters: Filters) -> str:
    """Return the filters as the beginning of a query string, ready for a cursor to follow."""
    kept = {key: value for key, value in asdict(filters).items() if value}
    if "under_review" in kept:
        kept["under_review"] = "1"
    return f"{urlencode(kept, doseq=True)}&" if kept else ""


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Show the claims that fit the filters, a page at a time."""
    filters = _filters(request)
    try:
        page = readers.page_of(
            readers.filtered(filters), cursor=request.GET.get("cursor", ""), now=datetime.now(UTC)
        )
    except readers.UnreadableCursorError:
        return bad_request(request, NO_SUCH_PAGE)
    options = readers.choices_for_filters()
    context = {
        "page": page,
        "filters": filters,
        "statuses": ClaimStatus.choices(),
        "selects": [(name, label, options[name], getattr(filters, name)) for name, label in SELECTS],
        "page_query": _page_query(filters),
    }
    return render(request, "readers/claims.html", context)


def _moment(text: str) -> datetime | None:
    """Read ``at=``: ISO 8601, UTC where it names no zone. Raises ValueError."""
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@require_safe
def claim(request: HttpRequest, claim_id: str, slug: str = "") -> HttpResponse:
    """Show a claim, as it stands or (``?at=``) as we showed it then; its one address carries the slug."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    try:
        found = find_claim(claim_id)
    except Claim.DoesNotExist as missing:
        raise Http404 from missing
    except ClaimMovedError as moved:
        return HttpResponsePermanentRedirect(moved.survivor.get_absolute_url())
    if slug != found.slug:
        return HttpResponsePermanentRedirect(found.get_absolute_url() + query)
    before = request.GET.get("before", "")
    try:
        at = _moment(request.GET.get("at", ""))
        earlier_than = int(before[:18]) if before else None
    except (ValueError, OverflowError):
        return bad_request(request, "Give the moment as 2011-03-31T18:04 (UTC).")
    try:
        page = claim_page(found, now=datetime.now(UTC), at=at, before=earlier_than)
    except NotYetKnownError as error:
        early = {"claim": found, "at": at, "since": error.first_moment}
        return render(request, "readers/not_yet_shown.html", early, status=404)
    context = {
        "page": page,
        "claim": page.claim,
        "verdict": page.verdict,
        "corrections": page.corrections,
        "strip": draw(page.appearances),
        "claim_review": claim_review(page),
    }
    return render(request, "readers/claim.html", context)


def _listing(request: HttpRequest, template: str, read: Any) -> HttpResponse:
    try:
        context = read(request.GET.get("cursor", ""))
    except readers.UnreadableCursorError:
        return bad_request(request, NO_SUCH_PAGE)
    except (Topic.DoesNotExist, Claimant.DoesNotExist) as missing:
        raise Http404 from missing
    return render(request, template, context)


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a running story and its claims."""

    def read(cursor: str) -> dict[str, Any]:
        found, page = readers.topic_page(slug, cursor=cursor, now=datetime.now(UTC))
        return {"topic": found, "page": page}

    return _listing(request, "readers/topic.html", read)


@require_safe
def claimant(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what somebody claimed and how it stands."""

    def read(cursor: str) -> dict[str, Any]:
        found, counts, page = readers.claimant_page(slug, cursor=cursor, now=datetime.now(UTC))
        return {"claimant": found, "counts": counts, "page": page}

    return _listing(request, "readers/claimant.html", read)


@require_safe
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a publisher's record."""
    try:
        record = readers.publisher_page(slug, now=datetime.now(UTC))
    except Publisher.DoesNotExist as missing:
        raise Http404 from missing
    return render(request, "readers/publisher.html", {"record": record})


@require_safe
def article(request: HttpRequest, article_id: str) -> HttpResponse:
    """Show what we saw of an article; ``?diff=side`` shows its changes side by side."""
    try:
        page = article_page(article_id, now=datetime.now(UTC), page=whole_number(request.GET.get("page")))
    except Article.DoesNotExist as missing:
        raise Http404 from missing
    side = request.GET.get("diff") == "side"
    return render(request, "readers/article.html", {"page": page, "article": page.article, "side": side})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show claims, stories, publishers and people that fit the words."""
    filters = Filters(q=request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY])
    context: dict[str, Any] = {"q": filters.q, "page_query": _page_query(filters)}
    if filters.q:
        try:
            claims_found = readers.filtered(filters)
            context["page"] = readers.page_of(
                claims_found, cursor=request.GET.get("cursor", ""), now=datetime.now(UTC)
            )
        except readers.UnreadableCursorError:
            return bad_request(request, NO_SUCH_PAGE)
        names = readers.search_names(filters.q)
        titles = {"topic": "Running stories", "publisher": "Publishers", "claimant": "Who claims it"}
        context["names"] = [(titles[kind], kind, found) for kind, found in names.items() if found]
    return render(request, "readers/search.html", context)


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Show the public log of our corrections."""
    return render(request, "readers/corrections.html", {"corrections": readers.corrections()})


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Say how we work."""
    return render(request, "readers/method.html", {"claims_url": reverse("claims")})

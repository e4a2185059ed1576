"""A claim on other people's pages: a small card to frame, and the oEmbed answer that offers it."""

from http import HTTPStatus
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from claims.models import Claim
from claims.queries.claim_page import ClaimMovedError, find_claim
from claims.queries.clock import database_now
from claims.queries.reader_rows import line_of

WIDTH, HEIGHT = 560, 260
"""px of the card where whoever embeds it asks for nothing less."""
_LEAST = 200
_CACHE_SECONDS = 300
_PAGES = frozenset({"claim", "claim_short", "embed"})


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type] # its types know no view with an id
def card(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Show how a claim stands, as a card that any page may frame."""
    try:
        found = find_claim(claim_id)
    except Claim.DoesNotExist as missing:
        raise Http404 from missing
    except ClaimMovedError as moved:
        return HttpResponsePermanentRedirect(reverse("embed", args=[moved.survivor.id]))
    return render(request, "readers/embed.html", {"claim": line_of(found, now=database_now())})


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """Answer oEmbed 1.0 (oembed.com) for the address of a claim: type "rich", in JSON alone."""
    if request.GET.get("format", "json") != "json":
        return _refuse(HTTPStatus.NOT_IMPLEMENTED, "Only format=json is answered.")
    url = request.GET.get("url", "")
    if not url:
        return _refuse(HTTPStatus.BAD_REQUEST, "Say which claim: url=<address of its page>.")
    claim = _claim_at(url)
    if claim is None:
        return _refuse(HTTPStatus.NOT_FOUND, "No claim that readers see stands at this address.")
    width = _at_most(request.GET.get("maxwidth", ""), WIDTH)
    height = _at_most(request.GET.get("maxheight", ""), HEIGHT)
    title = f"{claim.get_status_display()}: {claim.text}"
    frame = format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy"></iframe>',
        settings.PUBLIC_URL + reverse("embed", args=[claim.id]),
        width,
        height,
        title,
    )
    return JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "provider_name": settings.PRODUCT_NAME,
            "provider_url": settings.PUBLIC_URL,
            "cache_age": _CACHE_SECONDS,
            "html": frame,
            "width": width,
            "height": height,
        }
    )


def _refuse(status: HTTPStatus, words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)


def _claim_at(url: str) -> Claim | None:
    """Return the claim whose page (or the page of one merged into it) lies at ``url``; None for all else."""
    try:
        asked = urlsplit(url)
        ours = asked.netloc.lower() == urlsplit(settings.PUBLIC_URL).netloc.lower()
        found = resolve(asked.path) if ours else None
    except (ValueError, Resolver404):
        return None
    if found is None or found.view_name not in _PAGES:
        return None
    try:
        return find_claim(found.kwargs["claim_id"])
    except ClaimMovedError as moved:
        return moved.survivor
    except Claim.DoesNotExist:
        return None


def _at_most(asked: str, usual: int) -> int:
    """Return the px asked for, from what a card needs to the ``usual``, which stands for no number, too."""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 7):
        return usual
    return max(_LEAST, min(int(asked), usual))

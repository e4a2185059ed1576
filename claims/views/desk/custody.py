"""The bytes that verdicts rest on: a claim's as a WARC file to take along, one snapshot's to look at."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from claims.models import Claim, Snapshot
from claims.operations.refusals import require
from claims.pipeline.warc import warc_file
from claims.queries.clock import database_now
from claims.queries.custody import captures, cited_by, source_of
from claims.views.desk.doors import at_the_desk, person
from claims.vocabulary import Role


@at_the_desk
@require_safe
def warc(request: HttpRequest, claim_id: str) -> HttpResponseBase:
    """Send the cited pages with their citations. An editor."""
    require(person(request), Role.EDITOR)
    try:
        cited = cited_by([claim_id])
    except Claim.DoesNotExist as missing:
        raise Http404 from missing
    if not cited.snapshots:
        messages.info(request, "No review of this claim cites a page that we have captured.")
        return redirect("desk_claim", claim_id)
    pieces = warc_file(captures(cited), software=settings.PRODUCT_NAME, made_at=database_now())
    return StreamingHttpResponse(
        pieces,
        content_type="application/warc",
        headers={"Content-Disposition": f'attachment; filename="claim-{claim_id}.warc.gz"'},
    )


@at_the_desk
@require_safe
def raw(request: HttpRequest, article_id: str, number: int) -> HttpResponse:
    """Show a snapshot's bytes as plain text, in a sandbox: nothing in them can act. An editor."""
    require(person(request), Role.EDITOR)
    try:
        text = source_of(article_id, number)
    except Snapshot.DoesNotExist as missing:
        raise Http404 from missing
    return HttpResponse(
        text,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
    )

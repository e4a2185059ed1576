"""The queue: what waits for an editor, and what becomes of each candidate, without leaving the page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from claims.forms import TrackForm
from claims.models import Candidate, Claim, Topic
from claims.operations.candidates import AlreadyResolvedError, dismiss, merge_candidate, track
from claims.operations.refusals import NotAllowedError, RefusalError
from claims.operations.rewriting import Suggestion, is_configured
from claims.queries.clock import database_now
from claims.queries.desk import QueueFilter, Show, candidate_in_full, claims_meant, queue
from claims.queries.freshness import standstill
from claims.views.desk.doors import (
    asked_words,
    at_the_desk,
    person,
    row_after,
    safe_back,
    status_of,
    typed_words,
    whole_number,
)
from claims.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Trouble:
    """A refusal to tell at the candidate's own row: what was asked, what went wrong, what was typed."""

    candidate: str
    action: str
    message: str
    typed: QueryDict


def claim_link(claim: Claim) -> SafeString:
    """Return a link to the claim's workbench, worded as the claim."""
    return format_html('<a href="{}">{}</a>', reverse("desk_claim", args=[claim.id]), claim.text)


def _asked(query: QueryDict) -> QueueFilter:
    word = query.get("show", "")
    return QueueFilter(
        show=Show(word) if word in set(Show) else Show.ALL,
        topic=asked_words(query.get("topic"), 80),
        article=asked_words(query.get("article"), 16),
        page=whole_number(query.get("page")),
    )


@at_the_desk
@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    """Show the queue."""
    return _show_queue(request, request.GET)


def _show_queue(
    request: HttpRequest, query: QueryDict, trouble: Trouble | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    asked = _asked(query)
    found = queue(asked)
    kept = {"show": asked.show, "topic": asked.topic, "article": asked.article}
    address = QueryDict(mutable=True)
    address.update({key: value for key, value in kept.items() if value and value != Show.ALL})
    filters = address.urlencode()
    if found.page > 1:
        address["page"] = str(found.page)
    here = reverse("desk_queue") + (f"?{address.urlencode()}" if address else "")
    shown = [statement.candidate.id for statement in found.statements]
    following = dict(pairwise(shown))
    context: dict[str, Any] = {
        "section": "queue",
        "queue": found,
        "standstill": standstill(now=datetime.now(UTC)),
        "rows": [
            (statement.candidate, statement.copies, following.get(statement.candidate.id, ""))
            for statement in found.statements
        ],
        "filters": filters,
        "here": here,
        "kept": address.items(),
        "may_decide": person(request).may(Role.EDITOR),
        "trouble": trouble,
        "resolved": trouble if trouble and trouble.candidate not in shown else None,
        "find": query.get("find", ""),
        "words": asked_words(query.get("q")),
        "meant": claims_meant(asked_words(query.get("q"))) if query.get("find") else [],
    }
    return render(request, "desk/queue.html", context, status=status)


@at_the_desk
@require_safe
def candidate_page(request: HttpRequest, candidate_id: str) -> HttpResponse:
    """Show one candidate in its context, with all that can become of it."""
    return show_candidate(request, candidate_id, request.GET)


def show_candidate(
    request: HttpRequest,
    candidate_id: str,
    query: QueryDict,
    trouble: Trouble | None = None,
    status: int = HTTPStatus.OK,
    suggestion: Suggestion | None = None,
) -> HttpResponse:
    """Show a candidate; ``suggestion`` stands in its fields, beside what the editor had typed (POST)."""
    candidate = _candidate(candidate_id)
    topics = list(Topic.objects.order_by("name", "id").values_list("slug", "name"))
    initial = {"text": candidate.text, "claimant": candidate.claimant_name}
    typed = trouble.typed if trouble and trouble.action == "track" else None
    if suggestion is not None:
        typed = request.POST.copy()
        typed["text"] = suggestion.text
        typed["claimant"] = suggestion.claimant or request.POST.get("claimant", "")
    context = {
        "section": "queue",
        "candidate": candidate,
        "form": TrackForm(typed, topics=topics) if typed else TrackForm(initial=initial, topics=topics),
        "here": reverse("desk_candidate", args=[candidate.id]),
        "may_decide": person(request).may(Role.EDITOR),
        "may_suggest": is_configured(),
        "suggestion": suggestion,
        "typed_text": request.POST.get("text", "").strip(),
        "trouble": trouble,
        "words": asked_words(query.get("q")),
        "meant": claims_meant(asked_words(query.get("q"))),
    }
    return render(request, "desk/candidate.html", context, status=status)


def _candidate(candidate_id: str) -> Candidate:
    try:
        return candidate_in_full(candidate_id)
    except Candidate.DoesNotExist as missing:
        raise Http404 from missing


# ---------------------------------------------------------------- what becomes of a candidate
@at_the_desk
def track_candidate(request: HttpRequest, candidate_id: str) -> HttpResponse:
    """Make a claim of the candidate, in the editor's words if some are given."""
    if request.method != "POST":
        return redirect("desk_candidate", candidate_id)
    topics = list(Topic.objects.order_by("name", "id").values_list("slug", "name"))
    form = TrackForm(request.POST, topics=topics)
    if not form.is_valid():
        return _refused(request, candidate_id, "track", RefusalError(_first_error(form)))
    given = form.cleaned_data
    try:
        claim = track(
            candidate_id=candidate_id,
            by=person(request),
            now=database_now(),
            text=given["text"],
            claimant_name=given["claimant"] if "claimant" in request.POST else None,
            topics=given["topics"],
            internal=given["internal"],
        )
    except Candidate.DoesNotExist as missing:
        raise Http404 from missing
    except RefusalError as error:
        return _refused(request, candidate_id, "track", error)
    return _done(request, format_html("Tracked: {}", claim_link(claim)))


def _first_error(form: TrackForm) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


@at_the_desk
def merge_into_claim(request: HttpRequest, candidate_id: str) -> HttpResponse:
    """Add the candidate's place to the claim that the button named."""
    if request.method != "POST":
        return redirect("desk_candidate", candidate_id)
    try:
        claim = merge_candidate(
            candidate_id=candidate_id,
            into=asked_words(request.POST.get("into"), 16),
            by=person(request),
            now=database_now(),
        )
    except Candidate.DoesNotExist as missing:
        raise Http404 from missing
    except Claim.DoesNotExist:
        missing_claim = RefusalError("Choose the claim to merge into; find one by its words or its address.")
        return _refused(request, candidate_id, "merge", missing_claim)
    except RefusalError as error:
        return _refused(request, candidate_id, "merge", error)
    return _done(request, format_html("Merged into {}", claim_link(claim)))


@at_the_desk
def dismiss_candidate(request: HttpRequest, candidate_id: str) -> HttpResponse:
    """Put the candidate aside, with the reason typed."""
    if request.method != "POST":
        return redirect("desk_candidate", candidate_id)
    try:
        candidate = dismiss(
            candidate_id=candidate_id,
            reason=request.POST.get("reason", "").replace("\x00", ""),
            by=person(request),
            now=database_now(),
        )
    except Candidate.DoesNotExist as missing:
        raise Http404 from missing
    except RefusalError as error:
        return _refused(request, candidate_id, "dismiss", error)
    return _done(request, format_html("Dismissed: {}", candidate.text))


def _done(request: HttpRequest, words: SafeString) -> HttpResponse:
    messages.success(request, words)
    back = safe_back(request)
    if urlsplit(back).path.startswith("/desk/candidates/"):
        back = reverse("desk_queue")
    return redirect(back + row_after(request))


def _refused(request: HttpRequest, candidate_id: str, action: str, error: RefusalError) -> HttpResponse:
    """Show the page again where the button was pressed, with the refusal and what was typed."""
    if isinstance(error, NotAllowedError):
        raise error
    status = status_of(error)
    trouble = Trouble(candidate_id, action, error.message, request.POST)
    back = urlsplit(safe_back(request))
    if back.path == reverse("desk_queue"):
        return _show_queue(request, QueryDict(back.query), trouble, status)
    if back.path == reverse("desk_candidate", args=[candidate_id]) or typed_words(request.POST):
        return show_candidate(request, candidate_id, QueryDict(back.query), trouble, status)
    level = messages.INFO if isinstance(error, AlreadyResolvedError) else messages.ERROR
    messages.add_message(request, level, error.message)
    return redirect(safe_back(request))

"""The tracked claims as a list, new ones by hand or from a passage, and topics."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from claims.forms import NewClaimForm, TopicForm
from claims.models import Article, Snapshot
from claims.operations.candidates import propose, propose_and_track
from claims.operations.catalogue import add_topic
from claims.operations.ingest import AddressRefusedError, clean_address
from claims.operations.refusals import NotAllowedError, RefusalError
from claims.queries.clock import database_now
from claims.queries.desk import topics_with_counts, tracked_claims
from claims.queries.desk_articles import article_meant, place_of
from claims.views.desk.doors import asked_words, at_the_desk, person, status_of, whole_number
from claims.views.desk.queue import claim_link
from claims.vocabulary import ClaimStatus, Role


@at_the_desk
@require_safe
def claims_page(request: HttpRequest) -> HttpResponse:
    """List the tracked claims, the internal ones too."""
    word = request.GET.get("status", "")
    status = word if word in set(ClaimStatus) else ""
    words = asked_words(request.GET.get("q"))
    context = {
        "section": "claims",
        "found": tracked_claims(status=status, words=words, page=whole_number(request.GET.get("page"))),
        "status": status,
        "statuses": list(ClaimStatus),
        "words": words,
    }
    return render(request, "desk/claims.html", context)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def new_claim(request: HttpRequest) -> HttpResponse:
    """Propose a claim by hand or from a passage; an editor may track it at once."""
    topics = [(topic.slug, topic.name) for topic in topics_with_counts()]
    if request.method != "POST":
        asked = {
            name: asked_words(request.GET.get(name), 2000) for name in ("article", "quote", "start", "text")
        }
        form = NewClaimForm(initial={name: words for name, words in asked.items() if words}, topics=topics)
        return _show(request, form)
    form = NewClaimForm(request.POST, topics=topics)
    article = _article_in(form) if form.is_valid() else None
    if not form.is_valid():
        return _show(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return _take_in(request, form, article)
    except NotAllowedError:
        raise
    except RefusalError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _show(request, form, status=status_of(error))


def _article_in(form: NewClaimForm) -> Article | None:
    """Return the article that the form names; what is wrong with it is told at the field."""
    words = form.cleaned_data["article"]
    if not words:
        return None
    article = article_meant(words)
    if article is None:
        try:
            article = article_meant(clean_address(words))
        except AddressRefusedError as error:
            form.add_error("article", error.message)
            return None
    if article is None:
        form.add_error("article", "We do not hold this article yet. Add it under Articles, then come back.")
    elif article.newest is None:
        form.add_error("article", "This article has not been fetched yet; there is no text to quote so far.")
    return article


def _take_in(request: HttpRequest, form: NewClaimForm, article: Article | None) -> HttpResponse:
    given, by = form.cleaned_data, person(request)
    snapshot = article.newest if article else None
    quote, start = _exact(snapshot, given["quote"], given["start"])
    proposal: dict[str, Any] = {
        "text": given["text"],
        "by": by,
        "now": database_now(),
        "snapshot": snapshot,
        "quote": quote,
        "claimant_name": given["claimant"],
        "start": start,
    }
    if not given["track"]:
        candidate = propose(**proposal)
        messages.success(request, "Proposed. It waits in the queue for an editor.")
        return redirect(f"{reverse('desk_queue')}#candidate-{candidate.id}")
    candidate = propose_and_track(**proposal, topics=given["topics"], internal=given["internal"])
    messages.success(request, "Tracked. Weigh its evidence here.")
    if candidate.suggested is not None:
        words = "It may say the same as {}. If it does, look at both before you decide."
        messages.warning(request, format_html(words, claim_link(candidate.suggested)))
    return redirect("desk_claim", candidate.claim_id)


def _exact(snapshot: Snapshot | None, quote: str, start: int | None) -> tuple[str, int | None]:
    """Return the words of the snapshot that were meant; a passage that is not there stays as it was typed."""
    if snapshot is None or not quote or (start is not None and snapshot.text.startswith(quote, start)):
        return quote, start
    for text in (snapshot.text, snapshot.headline):
        found = place_of(quote, text=text)
        if found is not None:
            return found
    return quote, start


def _show(request: HttpRequest, form: NewClaimForm, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"section": "new", "form": form, "may_decide": person(request).may(Role.EDITOR)}
    return render(request, "desk/new_claim.html", context, status=status)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def topics_page(request: HttpRequest) -> HttpResponse:
    """List the topics, or add one."""
    form, status = TopicForm(), HTTPStatus.OK.value
    if request.method == "POST":
        form = TopicForm(request.POST)
        if form.is_valid():
            try:
                topic = add_topic(
                    name=form.cleaned_data["name"],
                    summary=form.cleaned_data["summary"],
                    by=person(request),
                    now=database_now(),
                )
            except NotAllowedError:
                raise
            except RefusalError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, f"Topic added: {topic}.")
                return redirect("desk_topics")
        status = HTTPStatus.UNPROCESSABLE_ENTITY.value
    context = {
        "section": "topics",
        "topics": topics_with_counts(),
        "form": form,
        "may_decide": person(request).may(Role.EDITOR),
    }
    return render(request, "desk/topics.html", context, status=status)

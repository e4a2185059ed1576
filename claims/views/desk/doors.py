"""What all doors of the desk share: who comes in, where they go back to, and that no typed word is lost."""

import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from claims.models import User
from claims.operations.refusals import ConflictError, NotAllowedError, RefusalError
from claims.operations.review import StaleVersionError

Door = Callable[..., HttpResponseBase]

ID = r"[0-9a-z]{6,16}"
_ID = re.compile(ID)
_TYPED = {
    "text": "Claim",
    "reason": "Reason",
    "override": "Why the policy is set aside",
    "claimant": "Claimed by",
    "quote": "Passage",
    "article": "Article",
    "document_url": "Address of a document",
    "document_note": "Note",
    "url": "Address",
    "published_at": "Published",
    "publisher": "Publisher",
    "name": "Name",
    "canonical": "Is read as",
    "summary": "What it is about",
}
"""What a person types with their own hands, by the names of our forms, with the words of its label."""


def person(request: HttpRequest) -> User:
    """Return who is signed in; raises `PermissionDenied` for nobody, whom `at_the_desk` keeps out."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def at_the_desk(view: Door) -> Door:
    """Let people with an account in; others log in first and come back, or see what they had typed.

    A role that does not reach is told so (403), with everything that was typed.
    """

    @never_cache
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _log_in_first(request)
        try:
            return view(request, *args, **kwargs)
        except NotAllowedError as error:
            return kept(request, "This needs another role", error.message, status=HTTPStatus.FORBIDDEN)

    return door


def _log_in_first(request: HttpRequest) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    if not typed_words(request.POST):
        return redirect_to_login(safe_back(request))
    return kept(
        request,
        "You are signed out",
        "Your session has ended, and nothing was saved. Log in in another tab, come back to this page and "
        "send it again.",
        status=HTTPStatus.FORBIDDEN,
        again=True,
        log_in=True,
    )


# ---------------------------------------------------------------- nothing typed is lost
def typed_words(data: QueryDict) -> list[tuple[str, str]]:
    """Return what a person typed into one of our forms as (label, words)."""
    return [(label, words) for name, label in _TYPED.items() for words in data.getlist(name) if words.strip()]


def kept(
    request: HttpRequest,
    heading: str,
    words: str,
    *,
    status: int,
    again: bool = False,
    log_in: bool = False,
) -> HttpResponse:
    """Show what was typed when it could not be saved; ``again`` offers to send the very same form."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]
    context = {
        "heading": heading,
        "words": words,
        "typed": typed_words(request.POST),
        "fields": fields if again else [],
        "log_in": f"{reverse('account_login')}" if log_in else "",
        "back": safe_back(request),
        "had_file": "multipart/form-data" in (request.content_type or ""),
    }
    return render(request, "desk/kept.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token does not fit (`CSRF_FAILURE_VIEW`): usually somebody logged in meanwhile.

    It is offered to be sent again only if the browser says that it came from a page of ours: a foreign page
    must not get its words into our form with one click.
    """
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    at_desk = request.path.startswith(reverse("desk_queue"))
    return kept(
        request,
        "This page had gone stale",
        "It was opened before you last logged in, or came from elsewhere, so nothing was saved."
        + (" Send it again, and it counts." if ours and at_desk else " Open the page anew and try again."),
        status=HTTPStatus.FORBIDDEN,
        again=ours and at_desk,
    )


# ---------------------------------------------------------------- where to go, what to say
def safe_back(request: HttpRequest) -> str:
    """Return the page of the desk that a form names as the one to go back to, else the queue."""
    queue = reverse("desk_queue")
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith(queue)
    return back if safe and urlsplit(back).path.startswith(queue) else queue


def row_after(request: HttpRequest) -> str:
    """Return the fragment of the row to go on with, empty when the form names none."""
    following = request.POST.get("next", "")
    return f"#candidate-{following}" if _ID.fullmatch(following) else ""


def status_of(error: RefusalError) -> int:
    """Return the HTTP status that a refusal answers with on a page."""
    if isinstance(error, NotAllowedError):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, (ConflictError, StaleVersionError)):
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


def whole_number(words: str | None, default: int = 1) -> int:
    """Return a number typed into an address, ``default`` for anything else; never beyond a billion."""
    if not words or not words.isascii() or not words.isdigit() or len(words) > 9:
        return 10**9 if words and words.isascii() and words.isdigit() else default
    return int(words)


def asked_words(words: str | None, longest: int = 200) -> str:
    """Return a word from the address's query, without what a database refuses, cut to ``longest``."""
    return (words or "").replace("\x00", "").strip()[:longest]


def told(form: Any, error: RefusalError) -> Any:
    """Return the form with the refusal at its field; wrong roles are told on a page of their own."""
    if isinstance(error, NotAllowedError):
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)
    return form

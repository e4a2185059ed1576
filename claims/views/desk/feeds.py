"""Feeds at the desk: those we follow and how they stand, one more, or a change to one."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from claims.forms import AddFeedForm
from claims.models import Feed
from claims.operations.feeds import add_feed, change_feed, read_now
from claims.operations.refusals import RefusalError, RuleRefusedError
from claims.queries.clock import database_now
from claims.queries.desk_feeds import feeds_followed
from claims.views.desk.doors import at_the_desk, person, status_of, told
from claims.vocabulary import Role


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def feeds_page(request: HttpRequest) -> HttpResponse:
    """List the feeds, or take on another."""
    if request.method != "POST":
        return _show(request, AddFeedForm())
    form = AddFeedForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    try:
        feed = add_feed(
            url=given["url"], by=person(request), now=database_now(), publisher=given["publisher"] or None
        )
    except RefusalError as error:
        return _show(request, told(form, error), status=status_of(error))
    messages.success(request, f"Followed: {feed}. Its articles come in with the next sweep.")
    return redirect("desk_feeds")


@at_the_desk
@require_POST
def read(request: HttpRequest, feed_id: str) -> HttpResponse:
    """Make a feed due at once."""
    return _done(
        request,
        feed_id,
        lambda: read_now(feed_id=feed_id, by=person(request), now=database_now()),
        "is next in line; it is read as soon as its host may be asked.",
    )


@at_the_desk
@require_POST
def stop(request: HttpRequest, feed_id: str) -> HttpResponse:
    """Stop following a feed."""
    return _done(request, feed_id, lambda: _follow(request, feed_id, followed=False), "is no longer read.")


@at_the_desk
@require_POST
def follow(request: HttpRequest, feed_id: str) -> HttpResponse:
    """Follow a feed again."""
    return _done(request, feed_id, lambda: _follow(request, feed_id, followed=True), "is followed again.")


def _follow(request: HttpRequest, feed_id: str, *, followed: bool) -> Feed:
    return change_feed(feed_id=feed_id, by=person(request), now=database_now(), followed=followed)


def _done(request: HttpRequest, feed_id: str, act: Callable[[], Feed], words: str) -> HttpResponse:
    """Act, say what came of it, and go back to the feed in the list."""
    try:
        messages.success(request, f"{act()} {words}")
    except Feed.DoesNotExist as missing:
        raise Http404 from missing
    except RuleRefusedError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('desk_feeds')}#feed-{feed_id}")


def _show(request: HttpRequest, form: AddFeedForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "section": "articles",
        "rows": feeds_followed(now=database_now()),
        "form": form,
        "may_decide": person(request).may(Role.EDITOR),
    }
    return render(request, "desk/feeds.html", context, status=status)

"""Webhooks at the desk: who is told of changes and how that goes, one more, or a change to one."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from claims.forms import AddWebhookForm
from claims.models import Webhook
from claims.operations.refusals import ConflictError, RefusalError
from claims.operations.webhooks import (
    NewSecret,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_secret,
    tell_again,
)
from claims.queries.clock import database_now
from claims.queries.webhooks import webhooks_at_the_desk
from claims.views.desk.doors import at_the_desk, person, status_of, told
from claims.vocabulary import Role


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks_page(request: HttpRequest) -> HttpResponse:
    """List the person's webhooks, or take on another and show its secret."""
    if request.method != "POST":
        return _show(request, AddWebhookForm())
    form = AddWebhookForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        new = add_webhook(url=form.cleaned_data["url"], kinds=[], by=person(request), now=database_now())
    except RefusalError as error:
        return _show(request, told(form, error), status=status_of(error))
    return _show(request, AddWebhookForm(), new=new, status=HTTPStatus.CREATED)


@at_the_desk
@require_POST
def rotate(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Give a webhook a new secret, and show it."""
    try:
        new = rotate_secret(webhook_id=webhook_id, by=person(request), now=database_now())
    except Webhook.DoesNotExist as missing:
        raise Http404 from missing
    return _show(request, AddWebhookForm(), new=new)


@at_the_desk
@require_POST
def again(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Send at once what waits."""
    return _done(
        request,
        webhook_id,
        lambda: tell_again(webhook_id=webhook_id, by=person(request), now=database_now()),
        "What waits is sent with the next sweep.",
    )


@at_the_desk
@require_POST
def stop(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Tell a webhook nothing for now."""
    return _turn(request, webhook_id, "It is told nothing more; what waits is kept.", active=False)


@at_the_desk
@require_POST
def start(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Tell a webhook of changes again."""
    return _turn(request, webhook_id, "It is told of changes again, of what waits first.", active=True)


@at_the_desk
@require_POST
def remove(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Remove a webhook with all that waits."""
    return _done(
        request,
        webhook_id,
        lambda: remove_webhook(webhook_id=webhook_id, by=person(request), now=database_now()),
        "The webhook is removed.",
    )


def _turn(request: HttpRequest, webhook_id: str, words: str, *, active: bool) -> HttpResponse:
    by = person(request)
    return _done(
        request,
        webhook_id,
        lambda: change_webhook(webhook_id=webhook_id, by=by, now=database_now(), active=active),
        words,
    )


def _done(request: HttpRequest, webhook_id: str, act: Callable[[], object], words: str) -> HttpResponse:
    """Act, say what came of it, and go back to the webhook in the list."""
    try:
        act()
        messages.success(request, words)
    except Webhook.DoesNotExist as missing:
        raise Http404 from missing
    except ConflictError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('desk_webhooks')}#webhook-{webhook_id}")


def _show(
    request: HttpRequest, form: AddWebhookForm, *, new: NewSecret | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "section": "webhooks",
        "rows": webhooks_at_the_desk(person(request)),
        "form": form,
        "new": new,
        "may_decide": person(request).may(Role.EDITOR),
    }
    return render(request, "desk/webhooks.html", context, status=status)

"""The names that are one person, body or place: listed, joined and parted by editors."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from claims.forms import AliasForm
from claims.models import Alias
from claims.operations.aliases import add_alias, remove_alias
from claims.operations.refusals import NotAllowedError, RefusalError
from claims.queries.aliases import aliases_by_canonical
from claims.queries.clock import database_now
from claims.views.desk.doors import asked_words, at_the_desk, person, status_of
from claims.vocabulary import Role


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def aliases_page(request: HttpRequest) -> HttpResponse:
    """List the names that are joined; an editor joins two, or parts them (the form's ``remove`` is an id)."""
    if request.method != "POST":
        return _show(request, AliasForm())
    if request.POST.get("remove"):
        return _part(request)
    form = AliasForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        alias = add_alias(
            name=form.cleaned_data["name"],
            canonical=form.cleaned_data["canonical"],
            by=person(request),
            now=database_now(),
        )
    except NotAllowedError:
        raise
    except RefusalError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _show(request, form, status=status_of(error))
    messages.success(request, f"{alias.name} is now read as {alias.canonical}.")
    return redirect("desk_aliases")


def _part(request: HttpRequest) -> HttpResponse:
    try:
        name = remove_alias(
            alias_id=asked_words(request.POST.get("remove"), 16), by=person(request), now=database_now()
        )
    except Alias.DoesNotExist as error:
        raise Http404("These names are not joined any more.") from error
    messages.success(request, f"{name} stands for itself again.")
    return redirect("desk_aliases")


def _show(request: HttpRequest, form: AliasForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "section": "aliases",
        "names": aliases_by_canonical(),
        "form": form,
        "may_decide": person(request).may(Role.EDITOR),
    }
    return render(request, "desk/aliases.html", context, status=status)

"""Articles at the desk: those we watch, addresses and files taken in, one text with its marks."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from claims.forms import AddArticleForm, NewClaimForm, UploadForm
from claims.models import Article, Snapshot
from claims.operations.ingest import Ingested, add_article, ingest_file
from claims.operations.recheck import check_now
from claims.operations.refusals import RefusalError
from claims.operations.rereading import is_parsing_offered
from claims.queries.clock import database_now
from claims.queries.desk_articles import Watch, article_desk, articles_watched
from claims.views.desk.doors import asked_words, at_the_desk, person, status_of, told, whole_number
from claims.vocabulary import Role


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def articles_page(request: HttpRequest) -> HttpResponse:
    """List the articles we watch, or take on an address."""
    if request.method != "POST":
        return _show_list(request)
    form = AddArticleForm(request.POST)
    if not form.is_valid():
        return _show_list(request, add=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    try:
        taken = add_article(
            url=given["url"],
            by=person(request),
            now=database_now(),
            published_at=given["published_at"],
            publisher=given["publisher"] or None,
        )
    except RefusalError as error:
        return _show_list(request, add=told(form, error), status=status_of(error))
    if not taken.known_before:
        messages.success(
            request, "Added. It is fetched with the next sweep; its candidates then join the queue."
        )
    return _to_article(request, taken)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take in a page from a file."""
    if request.method != "POST":
        return redirect("desk_articles")
    form = UploadForm(request.POST, request.FILES, largest=settings.FETCH_MAX_BYTES)
    if not form.is_valid():
        return _show_list(request, up=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    try:
        taken = ingest_file(
            body=given["file"].read(),
            content_type=given["file"].content_type,
            by=person(request),
            now=database_now(),
            url=given["url"] or None,
            published_at=given["published_at"],
            publisher=given["publisher"] or None,
        )
    except RefusalError as error:
        return _show_list(request, up=told(form, error), status=status_of(error))
    if not taken.known_before:
        number = len(taken.candidates)
        messages.success(
            request, f"Read. {number or 'No'} candidate{'' if number == 1 else 's'} found in it."
        )
    return _to_article(request, taken)


def _to_article(request: HttpRequest, taken: Ingested) -> HttpResponse:
    if taken.known_before:
        messages.info(request, "We hold this article already; here it is.")
    return redirect("desk_article", taken.article.id)


def _show_list(
    request: HttpRequest, *, add: Form | None = None, up: Form | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    word = request.GET.get("show", "")
    watch = Watch(word) if word in set(Watch) else Watch.ALL
    words = asked_words(request.GET.get("q"))
    now = database_now()
    found = articles_watched(watch=watch, words=words, page=whole_number(request.GET.get("page")), now=now)
    context = {
        "section": "articles",
        "found": found,
        "watch": watch,
        "watches": [
            (part, label, found.counts[part])
            for part, label in ((Watch.ALL, "All"), (Watch.TROUBLE, "Failing or stuck"), (Watch.GONE, "Gone"))
        ],
        "words": words,
        "add": add or AddArticleForm(auto_id="add_%s"),
        "up": up or UploadForm(auto_id="file_%s", largest=settings.FETCH_MAX_BYTES),
    }
    return render(request, "desk/articles.html", context, status=status)


@at_the_desk
@require_safe
def article_page(request: HttpRequest, article_id: str) -> HttpResponse:
    """Show an article's text with its claims marked, its history, and the form for a claim from it."""
    number = request.GET.get("snapshot")
    try:
        desk = article_desk(
            article_id, snapshot_number=whole_number(number) if number else None, now=database_now()
        )
    except (Article.DoesNotExist, Snapshot.DoesNotExist) as missing:
        raise Http404 from missing
    topics = [(topic.slug, topic.name) for topic in desk.topics]
    form = NewClaimForm(initial={"article": desk.article.id}, topics=topics)
    context = {
        "section": "articles",
        "desk": desk,
        "article": desk.article,
        "form": form,
        "may_decide": person(request).may(Role.EDITOR),
        "side": request.GET.get("diff") == "side",
        "diff_query": f"snapshot={number}&" if number and number.isdigit() else "",
        "may_parse": is_parsing_offered() and person(request).may(Role.EDITOR),
    }
    return render(request, "desk/article.html", context)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, article_id: str) -> HttpResponse:
    """Make the article due at once."""
    if request.method == "POST":
        try:
            article = check_now(article_id=article_id, by=person(request), now=database_now())
        except Article.DoesNotExist as missing:
            raise Http404 from missing
        if article.due_at is None:
            messages.info(request, "It came as a file without an address, so there is nothing to check.")
        else:
            messages.success(request, "It is next in line; it is fetched as soon as its host may be asked.")
    return redirect(reverse("desk_article", args=[article_id]))

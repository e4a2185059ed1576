"""`articles/`: the pages we keep checking, what they said and what changed."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import ArticleAnswer, ArticleChangeAnswer, SnapshotAnswer
from claims.api.bodies import AddArticleBody, NothingBody
from claims.api.documented import documented, page_of
from claims.api.endpoint import Endpoint
from claims.api.idempotency import idempotent
from claims.api.pagination import Keyset, answer_page
from claims.api.queries import ArticlesQuery, PageQuery, Query
from claims.operations.ingest import add_article
from claims.operations.recheck import check_now
from claims.queries.listing import ArticleFilter, article, articles, changes_of, snapshots_of
from claims.queries.shapes import article_shape, change_shape, snapshot_shape
from claims.vocabulary import ArticleState, Scope


class ArticlesEndpoint(Endpoint):
    """All articles."""

    write_scope = Scope.PROPOSE

    @documented("articles_list", query=ArticlesQuery, answers={200: page_of(ArticleAnswer)})
    def get(self, request: Request) -> Response:
        """List the articles, latest change first."""
        query = self.asked(ArticlesQuery)
        asked: dict[str, Any] = query.validated_data
        wanted = ArticleFilter(
            ids=tuple(asked.get("id", ())),
            urls=tuple(asked.get("url", ())),
            publishers=tuple(asked.get("publisher", ())),
            states=tuple(ArticleState(word) for word in asked.get("state", ())),
            updated_since=min(asked.get("updated_since", ()), default=None),
        )
        return answer_page(request, articles(wanted), shape=article_shape, **query.page)

    @documented(
        "articles_add",
        body=AddArticleBody,
        repeatable=True,
        answers={200: ArticleAnswer, 202: ArticleAnswer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Take an address on: 202 while it waits for its first check, 200 when we know it. A contributor."""
        sent = self.sent(AddArticleBody)
        added = add_article(
            url=sent["url"], by=self.person, now=self.now(), published_at=sent.get("published_at")
        )
        path = reverse("api:article", kwargs={"article_id": added.article.id})
        return Response(
            article_shape(article(added.article.id)),
            status=200 if added.known_before else 202,
            headers={"Location": settings.PUBLIC_URL + path},
        )


class ArticleEndpoint(Endpoint):
    """One article."""

    @documented("articles_read", answers={200: ArticleAnswer}, problems=[404])
    def get(self, request: Request, article_id: str) -> Response:
        """Read one article."""
        self.asked(Query)
        return Response(article_shape(article(article_id)))


class SnapshotsEndpoint(Endpoint):
    """What an article said."""

    @documented("articles_snapshots", query=PageQuery, answers={200: page_of(SnapshotAnswer)}, problems=[404])
    def get(self, request: Request, article_id: str) -> Response:
        """List what the article said, the first snapshot first."""
        query = self.asked(PageQuery)
        rows = snapshots_of(article(article_id).id)
        by_number = Keyset("number", is_moment=False)
        return answer_page(request, rows, shape=snapshot_shape, keyset=by_number, **query.page)


class ArticleChangesEndpoint(Endpoint):
    """What changed in an article."""

    @documented(
        "articles_changes", query=PageQuery, answers={200: page_of(ArticleChangeAnswer)}, problems=[404]
    )
    def get(self, request: Request, article_id: str) -> Response:
        """List what happened to the article, the first change first."""
        query = self.asked(PageQuery)
        rows = changes_of(article(article_id).id)
        return answer_page(request, rows, shape=change_shape, keyset=Keyset("not_after"), **query.page)


class CheckEndpoint(Endpoint):
    """Looking at an article again."""

    write_scope = Scope.PROPOSE

    @documented(
        "articles_check", body=NothingBody, repeatable=True, answers={202: ArticleAnswer}, problems=[404]
    )
    @idempotent
    def post(self, request: Request, article_id: str) -> Response:
        """Make the article due at once; the next sweep checks it. A contributor."""
        self.sent(NothingBody)
        check_now(article_id=article_id, by=self.person, now=self.now())
        return Response(article_shape(article(article_id)), status=202)

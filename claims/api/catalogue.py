"""`topics/`, `claimants/`, `publishers/`, `feeds/`: what claims and articles are filed under."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import ClaimantAnswer, FeedAnswer, PublisherAnswer, TopicAnswer
from claims.api.bodies import AddClaimantBody, AddFeedBody, AddPublisherBody, AddTopicBody, ChangeFeedBody
from claims.api.documented import documented, page_of
from claims.api.endpoint import Endpoint
from claims.api.idempotency import idempotent
from claims.api.pagination import answer_page
from claims.api.queries import FeedsQuery, NamesQuery, PublishersQuery, Query
from claims.operations.catalogue import add_claimant, add_publisher, add_topic
from claims.operations.feeds import add_feed, change_feed
from claims.queries.listing import claimants, feeds, one_called, publishers, topics
from claims.queries.shapes import claimant_shape, feed_shape, publisher_shape, topic_shape
from claims.vocabulary import PublisherKind, Scope


def _made(shape: dict[str, Any], route: str, **where: str) -> Response:
    path = reverse(f"api:{route}", kwargs=where)
    return Response(shape, status=201, headers={"Location": settings.PUBLIC_URL + path})


class TopicsEndpoint(Endpoint):
    """All topics."""

    write_scope = Scope.DECIDE

    @documented("topics_list", query=NamesQuery, answers={200: page_of(TopicAnswer)})
    def get(self, request: Request) -> Response:
        """List the topics, latest change first."""
        query = self.asked(NamesQuery)
        rows = topics(**query.names)
        return answer_page(request, rows, shape=topic_shape, **query.page)

    @documented("topics_add", body=AddTopicBody, repeatable=True, answers={201: TopicAnswer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a topic. An editor."""
        sent = self.sent(AddTopicBody)
        topic = add_topic(name=sent["name"], summary=sent["summary"], by=self.person, now=self.now())
        return _made(topic_shape(topic), "topic", word=topic.id)


class ClaimantsEndpoint(Endpoint):
    """All claimants; a claim that names a new one adds it, too."""

    write_scope = Scope.DECIDE

    @documented("claimants_list", query=NamesQuery, answers={200: page_of(ClaimantAnswer)})
    def get(self, request: Request) -> Response:
        """List the claimants of claims that you see, to the desk all; latest change first."""
        query = self.asked(NamesQuery)
        rows = claimants(**query.names, desk=self.sees_the_desk)
        return answer_page(request, rows, shape=claimant_shape, **query.page)

    @documented("claimants_add", body=AddClaimantBody, repeatable=True, answers={201: ClaimantAnswer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a claimant; a known name is answered with its claimant. An editor."""
        claimant = add_claimant(name=self.sent(AddClaimantBody)["name"], by=self.person, now=self.now())
        return _made(claimant_shape(claimant), "claimant", word=claimant.id)


class PublishersEndpoint(Endpoint):
    """All publishers."""

    write_scope = Scope.DECIDE

    @documented("publishers_list", query=PublishersQuery, answers={200: page_of(PublisherAnswer)})
    def get(self, request: Request) -> Response:
        """List the publishers, latest change first."""
        query = self.asked(PublishersQuery)
        kinds = [PublisherKind(word) for word in query.validated_data.get("kind", ())]
        rows = publishers(kinds=kinds, **query.names)
        return answer_page(request, rows, shape=publisher_shape, **query.page)

    @documented(
        "publishers_add",
        body=AddPublisherBody,
        repeatable=True,
        answers={201: PublisherAnswer},
        problems=[409],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a publisher and where its pages lie. An editor."""
        sent = self.sent(AddPublisherBody)
        publisher = add_publisher(
            name=sent["name"],
            kind=PublisherKind(sent["kind"]),
            owner=sent["owner"],
            sites=sent.get("sites", []),
            by=self.person,
            now=self.now(),
        )
        return _made(publisher_shape(publisher), "publisher", word=publisher.id)


class FeedsEndpoint(Endpoint):
    """All feeds."""

    write_scope = Scope.DECIDE

    @documented("feeds_list", query=FeedsQuery, answers={200: page_of(FeedAnswer)})
    def get(self, request: Request) -> Response:
        """List the feeds, latest reading first."""
        query = self.asked(FeedsQuery)
        rows = feeds(publishers=query.validated_data.get("publisher", ()))
        return answer_page(request, rows, shape=feed_shape, **query.page)

    @documented("feeds_add", body=AddFeedBody, repeatable=True, answers={201: FeedAnswer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Take a feed on; a known address is answered with its feed. An editor."""
        sent = self.sent(AddFeedBody)
        feed = add_feed(
            url=sent["url"], publisher=sent.get("publisher") or None, by=self.person, now=self.now()
        )
        return _made(feed_shape(feed), "feed", feed_id=feed.id)


class TopicEndpoint(Endpoint):
    """One topic."""

    @documented("topics_read", answers={200: TopicAnswer}, problems=[404])
    def get(self, request: Request, word: str) -> Response:
        """Read the topic of this id or slug."""
        self.asked(Query)
        return Response(topic_shape(one_called(topics(), word)))


class ClaimantEndpoint(Endpoint):
    """One claimant."""

    @documented("claimants_read", answers={200: ClaimantAnswer}, problems=[404])
    def get(self, request: Request, word: str) -> Response:
        """Read the claimant of this id or slug."""
        self.asked(Query)
        return Response(claimant_shape(one_called(claimants(desk=self.sees_the_desk), word)))


class PublisherEndpoint(Endpoint):
    """One publisher."""

    @documented("publishers_read", answers={200: PublisherAnswer}, problems=[404])
    def get(self, request: Request, word: str) -> Response:
        """Read the publisher of this id or slug."""
        self.asked(Query)
        return Response(publisher_shape(one_called(publishers(), word)))


class FeedEndpoint(Endpoint):
    """One feed."""

    write_scope = Scope.DECIDE

    @documented("feeds_read", answers={200: FeedAnswer}, problems=[404])
    def get(self, request: Request, feed_id: str) -> Response:
        """Read one feed."""
        self.asked(Query)
        return Response(feed_shape(feeds().get(pk=feed_id)))

    @documented("feeds_change", body=ChangeFeedBody, answers={200: FeedAnswer}, problems=[404])
    def patch(self, request: Request, feed_id: str) -> Response:
        """Change its publisher or address, or whether it is followed. An editor."""
        sent = self.sent(ChangeFeedBody)
        feed = change_feed(
            feed_id=feed_id,
            by=self.person,
            now=self.now(),
            publisher=sent.get("publisher"),
            url=sent.get("url"),
            followed=sent.get("followed"),
        )
        return Response(feed_shape(feed))

"""`webhooks/`: who is told of changes as they happen; each person's own, with a token for `hooks`."""

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.bodies import AddWebhookBody, AgainBody, ChangeWebhookBody, NothingBody
from claims.api.documented import documented, page_of
from claims.api.endpoint import Endpoint
from claims.api.idempotency import idempotent
from claims.api.pagination import Keyset, answer_page
from claims.api.permissions import ScopeOnly
from claims.api.queries import DeliveriesQuery, PageQuery, Query
from claims.api.webhook_answers import AgainAnswer, DeliveryAnswer, NewWebhookAnswer, WebhookAnswer
from claims.operations.webhooks import (
    NewSecret,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_secret,
    tell_again,
)
from claims.queries.webhooks import deliveries_of, delivery_shape, webhook_shape, webhooks_of
from claims.vocabulary import DeliveryState, EventKind, Scope

_LATEST_EVENT_FIRST = Keyset("event_id", newest_first=True, is_moment=False)


def _with_secret(new: NewSecret, status: int) -> Response:
    path = reverse("api:webhook", kwargs={"webhook_id": new.webhook.id})
    shape = {**webhook_shape(new.webhook), "secret": new.secret}
    headers = {"Location": settings.PUBLIC_URL + path} if status == 201 else {}
    return Response(shape, status=status, headers={**headers, "Cache-Control": "no-store"})


class HooksEndpoint(Endpoint):
    """Reading, too, is for those alone who may manage webhooks."""

    permission_classes = (ScopeOnly,)
    write_scope = Scope.HOOKS


class WebhooksEndpoint(HooksEndpoint):
    """A person's webhooks."""

    @documented("webhooks_list", query=PageQuery, answers={200: page_of(WebhookAnswer)}, problems=[401, 403])
    def get(self, request: Request) -> Response:
        """List your webhooks, latest change first; an admin's list holds everybody's."""
        query = self.asked(PageQuery)
        return answer_page(request, webhooks_of(self.person), shape=webhook_shape, **query.page)

    @documented(
        "webhooks_add",
        body=AddWebhookBody,
        repeatable=True,
        answers={201: NewWebhookAnswer},
        problems=[409],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Have an address told of public changes from now on. Its secret is shown this once. An editor.

        Each message is a POST by the Standard Webhooks specification: signed, and with the same `webhook-id`
        however often it is sent. Its body is `{"type": "claim.changed", "timestamp", "data"}`, with a row of
        the change feed as `data`. Any answer of 200 to 299 within 15 seconds takes it; else it is sent again,
        after waits that grow from 5 seconds to 6 hours. 410 ends it. Messages may come twice, and after a
        failure out of order: go by `data.version`.
        """
        sent = self.sent(AddWebhookBody)
        kinds = [EventKind(word) for word in sent["kinds"]]
        return _with_secret(add_webhook(url=sent["url"], kinds=kinds, by=self.person, now=self.now()), 201)


class WebhookEndpoint(HooksEndpoint):
    """One webhook."""

    @documented("webhooks_read", answers={200: WebhookAnswer}, problems=[401, 403, 404])
    def get(self, request: Request, webhook_id: str) -> Response:
        """Read one webhook and how its deliveries stand."""
        self.asked(Query)
        return Response(webhook_shape(webhooks_of(self.person).get(pk=webhook_id)))

    @documented("webhooks_change", body=ChangeWebhookBody, answers={200: WebhookAnswer}, problems=[404, 409])
    def patch(self, request: Request, webhook_id: str) -> Response:
        """Change its address or kinds of event, or whether it is active: if so, it is sent what waits."""
        sent = self.sent(ChangeWebhookBody)
        webhook = change_webhook(
            webhook_id=webhook_id,
            by=self.person,
            now=self.now(),
            url=sent.get("url"),
            kinds=[EventKind(word) for word in sent["kinds"]] if "kinds" in sent else None,
            active=sent.get("active"),
        )
        return Response(webhook_shape(webhook))

    @documented("webhooks_remove", answers={204: None}, problems=[401, 403, 404])
    def delete(self, request: Request, webhook_id: str) -> Response:
        """Remove it, with all messages that wait."""
        self.asked(Query)
        remove_webhook(webhook_id=webhook_id, by=self.person, now=self.now())
        return Response(status=204)


class RotateEndpoint(HooksEndpoint):
    """A new secret."""

    @documented(
        "webhooks_rotate",
        body=NothingBody,
        repeatable=True,
        answers={200: NewWebhookAnswer},
        problems=[404],
    )
    @idempotent
    def post(self, request: Request, webhook_id: str) -> Response:
        """Sign with a new secret from now on, and for 24 hours with the old one as well."""
        self.sent(NothingBody)
        new = rotate_secret(webhook_id=webhook_id, by=self.person, now=self.now())
        return _with_secret(new, 200)


class DeliveriesEndpoint(HooksEndpoint):
    """The messages to a webhook."""

    @documented(
        "webhooks_deliveries",
        query=DeliveriesQuery,
        answers={200: page_of(DeliveryAnswer)},
        problems=[401, 403, 404],
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        """List its messages, the latest event first, with what became of each."""
        query = self.asked(DeliveriesQuery)
        states = [DeliveryState(word) for word in query.validated_data.get("state", ())]
        rows = deliveries_of(webhooks_of(self.person).get(pk=webhook_id), states=states)
        return answer_page(request, rows, shape=delivery_shape, keyset=_LATEST_EVENT_FIRST, **query.page)


class ReplayEndpoint(HooksEndpoint):
    """Sending messages again."""

    @documented(
        "webhooks_replay",
        body=AgainBody,
        repeatable=True,
        answers={202: AgainAnswer},
        problems=[404, 409],
    )
    @idempotent
    def post(self, request: Request, webhook_id: str) -> Response:
        """Send again: what it has not taken, the messages named, or all that happened since a moment."""
        sent = self.sent(AgainBody)
        waiting = tell_again(
            webhook_id=webhook_id,
            by=self.person,
            now=self.now(),
            since=sent.get("since"),
            delivery_ids=sent.get("deliveries", ()),
        )
        return Response({"waiting": waiting}, status=202)

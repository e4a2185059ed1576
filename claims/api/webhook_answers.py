"""The shapes of answers about webhooks, for the documentation: `claims.queries.webhooks` makes them."""

from rest_framework import serializers

from claims.api.answer_parts import Shape, maybe_moment, moment, texts, words
from claims.vocabulary import DeliveryState, EventKind, WebhookState


class WebhookAnswer(Shape):
    """An address that is told of public changes."""

    id = serializers.CharField()
    url = serializers.URLField()
    kinds = texts("Kinds of event that it is told of; empty: of all.")
    active = serializers.BooleanField(help_text="Whether it is told of changes.")
    state = words(WebhookState, help_text="gone: its receiver answered 410; stopped: by its owner.")
    state_reason = serializers.CharField(help_text="What went wrong last.")
    owner = serializers.CharField()
    added_at = moment()
    updated_at = moment()
    last_delivered_at = maybe_moment("When its receiver last took a message.")
    next_try_at = maybe_moment("When the next message is sent; null where none waits.")
    waiting = serializers.IntegerField(help_text="Messages that its receiver has not taken yet.")


class NewWebhookAnswer(WebhookAnswer):
    """A webhook with its secret, shown this once."""

    secret = serializers.CharField(help_text="`whsec_…`, of the Standard Webhooks specification.")


class DeliveryAnswer(Shape):
    """One message to a webhook."""

    id = serializers.CharField()
    message_id = serializers.CharField(help_text="Its `webhook-id`, the same each time that it is sent.")
    event = serializers.CharField(help_text="The id of the event that it tells of.")
    kind = words(EventKind)
    claim = serializers.CharField(allow_null=True)
    state = words(DeliveryState)
    state_reason = serializers.CharField(help_text="Why its receiver did not take it.")
    status = serializers.IntegerField(allow_null=True, help_text="What the receiver answered last.")
    failures = serializers.IntegerField(help_text="Tries in a row that failed.")
    noted_at = moment(help_text="Since when it waits, or waited.")
    tried_at = maybe_moment()
    delivered_at = maybe_moment()
    next_try_at = maybe_moment("Null once it was taken.")


class AgainAnswer(Shape):
    """How many messages are sent again."""

    waiting = serializers.IntegerField()

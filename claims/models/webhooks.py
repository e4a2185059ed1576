"""Programs that are told of changes as they happen, and each message that one is sent."""

from django.db import models

from claims.models.base import Due, Record, only_known_words
from claims.models.ledger import Event
from claims.models.people import User
from claims.vocabulary import DeliveryState, WebhookState


class Webhook(Record):
    """An address that its owner wants told of public changes; ``kinds`` (of events) empty means all.

    ``sealed_secret`` signs what is sent, and so does the one before it, ``sealed_before``, until
    ``before_until``. Nothing is sent before ``free_at``; ``failures`` counts messages in a row that the
    receiver did not take. A removed one stays as a row, emptied, so that its id is never used again.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=2000)
    kinds = models.JSONField(default=list)
    sealed_secret = models.CharField(max_length=300)
    sealed_before = models.CharField(max_length=300, blank=True)
    before_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=WebhookState.choices(), default=WebhookState.ACTIVE)
    state_reason = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    free_at = models.DateTimeField()
    added_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-updated_at", "id"]
        constraints = [
            only_known_words("state", WebhookState, "a_webhook_is_in_a_known_state"),
            models.UniqueConstraint(
                fields=["owner", "url"],
                condition=~models.Q(state=WebhookState.REMOVED),
                name="a_person_has_one_webhook_at_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def listens(self) -> bool:
        """Whether changes are noted for it."""
        return self.state in (WebhookState.ACTIVE, WebhookState.FAILING)


class Delivery(Record, Due):
    """One event for one webhook, noted in the event's own transaction.

    ``due_at`` is the next try, null once it was taken. ``status`` is what the receiver answered last (0:
    nothing), ``failures`` how often in a row it did not take this message.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=16, choices=DeliveryState.choices(), default=DeliveryState.WAITING)
    state_reason = models.CharField(max_length=500, blank=True)
    status = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    noted_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-event", "id"]
        verbose_name_plural = "deliveries"
        constraints = [
            only_known_words("state", DeliveryState, "a_delivery_is_in_a_known_state"),
            models.UniqueConstraint(fields=["webhook", "event"], name="a_webhook_is_told_of_an_event_once"),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "event"],
                name="deliveries_to_send",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(fields=["noted_at"], name="deliveries_by_age"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """The id that its receiver knows it by, the same each time that it is sent."""
        return f"msg_{self.id}"

"""The append-only ledger: one row per event, chained by hash; what it says lies beside it."""

from django.db import models

from claims.models.base import new_id, only_known_words
from claims.vocabulary import EventKind


class Event(models.Model):
    """One line of the ledger. Triggers in the database refuse any UPDATE, DELETE or second INSERT of a row.

    ``claim_id`` and ``article_id`` are plain text, not foreign keys: the ledger outlives what it tells of.
    ``claim_version`` is the version of the claim after this event, null for events that readers never see.
    """

    seq = models.BigIntegerField(primary_key=True)
    id = models.CharField(max_length=16, unique=True, default=new_id)
    kind = models.CharField(max_length=24, choices=EventKind.choices())
    public = models.BooleanField()
    claim_id = models.CharField(max_length=16, null=True)  # noqa: DJ001 - null: of no claim
    article_id = models.CharField(max_length=16, null=True)  # noqa: DJ001 - null: of no article
    claim_version = models.PositiveIntegerField(null=True)
    occurred_at = models.DateTimeField()
    occurred_not_after = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    payload_sha256 = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        constraints = [
            only_known_words("kind", EventKind, "an_event_is_of_a_known_kind"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="the_ledger_counts_from_one"),
        ]
        indexes = [
            models.Index(fields=["claim_id", "seq"], name="events_of_a_claim"),
            models.Index(fields=["article_id", "seq"], name="events_of_an_article"),
            models.Index(fields=["seq"], name="public_events", condition=models.Q(public=True)),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {EventKind(self.kind).label}"


class EventPayload(models.Model):
    """What an event says; the only part of the ledger that a takedown may delete.

    ``claim_state`` is the claim as readers saw it right after the event: what "as of" a moment shows.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="payload")
    actor = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null is "the machine", and is hashed
    text = models.TextField()
    data = models.JSONField(default=dict)
    claim_state = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.text

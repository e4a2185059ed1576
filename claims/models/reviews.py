"""Editors' decisions, the evidence they rest on, and open tasks to look again."""

from django.conf import settings
from django.db import models

from claims.models.appearances import Appearance
from claims.models.articles import Article, Change, Snapshot
from claims.models.base import Record, only_known_words
from claims.models.claims import Claim
from claims.vocabulary import ClaimStatus, ReviewState


class Review(Record):
    """One editor's decision, kept for ever."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=16, choices=ClaimStatus.choices())
    reason = models.TextField()
    state = models.CharField(max_length=24, choices=ReviewState.choices(), default=ReviewState.IN_FORCE)
    override = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    decided_at = models.DateTimeField()
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["claim", "number"]
        constraints = [
            only_known_words("verdict", ClaimStatus, "a_review_has_a_known_verdict"),
            only_known_words("state", ReviewState, "a_review_is_in_a_known_state"),
            models.UniqueConstraint(fields=["claim", "number"], name="a_claim_numbers_each_review_once"),
            models.UniqueConstraint(
                fields=["claim", "verdict"],
                condition=models.Q(state=ReviewState.AWAITING_SIGN_OFF),
                name="a_verdict_waits_once_on_a_claim",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_review_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(signed_off_by__isnull=True)
                | ~models.Q(signed_off_by=models.F("decided_by")),
                name="nobody_signs_off_their_own_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{ClaimStatus(self.verdict).label}: {self.reason}"


class Evidence(Record):
    """One thing a review rests on: an appearance, a document at an address, or a note; pages are pinned."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="evidence")
    appearance = models.ForeignKey(
        Appearance, on_delete=models.PROTECT, null=True, blank=True, related_name="cited_as"
    )
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, null=True, blank=True, related_name="cited_as"
    )
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="cited_as"
    )
    note = models.TextField(blank=True)
    primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["review", "id"]
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(appearance__isnull=False)
                | models.Q(article__isnull=False)
                | ~models.Q(note=""),
                name="evidence_points_at_something",
            ),
        ]

    def __str__(self) -> str:
        return str(self.appearance or self.article or self.note)


class ReReview(Record):
    """An open task: what a claim's verdict rests on has changed. One per claim."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="re_reviews")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="re_reviews")
    opened_at = models.DateTimeField()
    reason = models.TextField()
    changes = models.ManyToManyField(Change, blank=True, related_name="re_reviews")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=models.Q(closed_at__isnull=True),
                name="a_claim_has_one_open_re_review",
            ),
        ]

    def __str__(self) -> str:
        return self.reason

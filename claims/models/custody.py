"""Copies of cited pages that somebody else keeps, so that our word is not the only one."""

from django.db import models

from claims.models.articles import Article
from claims.models.base import Due, Record, only_known_words
from claims.models.reviews import Review
from claims.vocabulary import ArchiveState


class ArchiveCopy(Record, Due):
    """A page that a review cites, to be saved by a public archive.

    ``due_at`` is the next try, null once done; ``address`` is where the archive keeps it.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="archive_copies")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="archive_copies")
    state = models.CharField(max_length=16, choices=ArchiveState.choices(), default=ArchiveState.WAITING)
    state_reason = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=4000, blank=True)
    failures = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["review", "article"]
        verbose_name_plural = "archive copies"
        constraints = [
            only_known_words("state", ArchiveState, "an_archive_copy_is_in_a_known_state"),
            models.UniqueConstraint(
                fields=["review", "article"], name="a_review_has_each_page_archived_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ArchiveState.SAVED) | ~models.Q(address=""),
                name="a_saved_copy_has_an_address",
            ),
        ]
        indexes = [models.Index(fields=["due_at", "id"], name="archive_copies_by_due")]

    def __str__(self) -> str:
        return self.address or f"{ArchiveState(self.state).label}: {self.article}"

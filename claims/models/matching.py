"""What finds the claims that a text may repeat: their terms, and names that stand for one another."""

from django.db import models

from claims.models.base import Record
from claims.models.claims import Claim

LONGEST_TERM = 40
"""Characters of a term that are kept; longer ones are told apart by so many."""


class ClaimTerm(models.Model):
    """One term of a claim, as `claims.pipeline.text.terms` reads it: a stem, a name's sound, a figure.

    The newest claims of a term lie at one end of its part of the index, since ids grow with time.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="terms")
    term = models.CharField(max_length=LONGEST_TERM)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "claim"], name="a_term_stands_once_per_claim"),
        ]

    def __str__(self) -> str:
        return self.term


class Alias(Record):
    """A name that editors say is another name of one person, body or place: ``canonical`` stands for it."""

    name = models.CharField(max_length=200, unique=True)
    canonical = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["canonical", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="")
                & ~models.Q(canonical="")
                & ~models.Q(name=models.F("canonical")),
                name="an_alias_joins_two_names",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} is {self.canonical}"

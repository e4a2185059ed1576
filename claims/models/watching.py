"""Counts of what went wrong, kept where every process sees them."""

from django.db import models


class Tally(models.Model):
    """How often something happened since the first start."""

    name = models.CharField(max_length=40, primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.name}: {self.number}"

"""Counting what went wrong, for those who watch the machines."""

from django.db.models import F

from claims.models import Tally

FAILED_HINTS = "failed_hints"


def count(name: str) -> None:
    """Count one more; the database holds the number, for a broker that is down holds none."""
    Tally.objects.get_or_create(name=name)
    Tally.objects.filter(name=name).update(number=F("number") + 1)

"""What every record is made of: ids never reused, closed word lists held by the database, due rows."""

import secrets
import time

from django.db import models

from claims.vocabulary import Word

ID_LENGTH = 12
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_EPOCH = 1_262_304_000  # 1 January 2010 UTC, in unix seconds


def _base36(number: int, digits: int) -> str:
    out = ""
    for _ in range(digits):
        number, rest = divmod(number, 36)
        out = _ALPHABET[rest] + out
    return out


def new_id() -> str:
    """Return a fresh public id of 12 characters of ``[0-9a-z]``.

    Six characters count seconds since 2010 (good until 2078), so that new rows lie together in an index;
    six are random (36^6, about 2·10^9 a second).
    """
    seconds = int(time.time()) - _EPOCH
    return _base36(seconds, 6) + _base36(secrets.randbelow(36**6), 6)


def only_known_words(field: str, words: type[Word], name: str) -> models.CheckConstraint:
    """Return the constraint ``name`` that lets ``field`` hold only values of ``words``."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": [str(word) for word in words]}), name=name
    )


class Record(models.Model):
    """A row that outside programs may name by its id."""

    id = models.CharField(max_length=16, primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Due(models.Model):
    """Work that must happen later: the row is the queue, a broker's message only a hint.

    ``fence`` moves with every lease, and a finisher that holds an older fence is too late. ``attempts``
    counts leases since the last finish, so that work which kills its worker is counted, too.
    """

    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.BigIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

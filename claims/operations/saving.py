"""Saving several articles that are locked, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from django.db import connection, models

from claims.models import Article
from claims.queries.rows import table_of

_SET_ONCE = {"url", "host", "fence", "wire_source", "added_by", "added_at"}
_TYPES = {models.DateTimeField: datetime, models.IntegerField: int}


def save_checked(articles: Sequence[Article]) -> None:
    """Save what a check may have changed of these (locked) articles."""
    if not articles:
        return
    columns = _columns()
    rows = [[getattr(article, name) for name in columns] for article in articles]
    checked, values = table_of(columns, rows)
    changes = ", ".join(f"{name} = checked.{name}" for name in columns if name != "id")
    statement = (
        f"WITH checked AS ({checked}) UPDATE claims_article SET {changes} "  # noqa: S608 - all ours
        "FROM checked WHERE claims_article.id = checked.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [values])


@cache
def _columns() -> dict[str, type]:
    """The id and the columns that a check may change, with their types: str where none is named."""
    return {
        field.attname: next((_TYPES[kind] for kind in _TYPES if isinstance(field, kind)), str)
        for field in Article._meta.concrete_fields
        if field.name not in _SET_ONCE
    }

"""Saving several articles that are locked, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

from claims.models import Article

_SET_ONCE = {"id", "url", "host", "fence", "wire_source", "added_by", "added_at"}


@cache
def _columns() -> dict[str, bool]:
    """The columns that a check may change; whether they hold moments."""
    return {
        field.attname: isinstance(field, models.DateTimeField)
        for field in Article._meta.concrete_fields
        if field.name not in _SET_ONCE
    }


def save_checked(articles: Sequence[Article]) -> None:
    """Save what a check may have changed of these (locked) articles."""
    if not articles:
        return
    columns = _columns()
    # PostgreSQL would take a column of nothing but NULL for text.
    moment = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    marks = ", ".join(["%s", *(moment if is_moment else "%s" for is_moment in columns.values())])
    changes = ", ".join(f"{column} = checked.{column}" for column in columns)
    rows = ", ".join([f"({marks})"] * len(articles))
    statement = (
        f"WITH checked (id, {', '.join(columns)}) AS (VALUES {rows}) "  # noqa: S608 - all ours
        f"UPDATE claims_article SET {changes} FROM checked WHERE claims_article.id = checked.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [_value(article, column) for article in articles for column in ("id", *columns)]
        )


def _value(article: Article, column: str) -> Any:
    value = getattr(article, column)
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value

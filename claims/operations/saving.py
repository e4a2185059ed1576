"""Saving many rows in one statement: articles that are locked, and rows that are new."""

import json
from collections.abc import Iterable, Sequence
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


def insert(rows: Iterable[models.Model]) -> None:
    """Insert new rows of one model, which bring their keys along.

    To PostgreSQL they go as JSON, whose types are those of the table's columns. Django's `bulk_create`, which
    does for SQLite, prepares each value by itself, and the driver spells it out: that takes longer than all
    else that a new snapshot needs.
    """
    new = list(rows)
    if not new:
        return
    model = type(new[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(new)
        return
    fields = {str(field.column): field.attname for field in model._meta.concrete_fields}
    lines = [{column: getattr(row, name) for column, name in fields.items()} for row in new]
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(map(connection.ops.quote_name, fields))
    statement = (
        f"INSERT INTO {table} ({columns}) "  # noqa: S608 - all ours
        f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(lines, default=datetime.isoformat)])
    for row in new:
        row._state.adding, row._state.db = False, connection.alias

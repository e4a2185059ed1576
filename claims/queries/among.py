"""Whether a column holds one of many values, however many, as one parameter of the statement."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from claims.queries.prepared import Place


class Among(Func):
    """The condition that ``column`` (of text) is one of ``values``.

    ``column__in`` prepares every value by itself, which takes longer than the statement, and SQLite takes no
    more than a quarter of a million of them; the driver of PostgreSQL does so with a list, too.
    """

    output_field = BooleanField()

    def __init__(self, column: str, values: Iterable[str]) -> None:
        """Take the column's name, as in ``filter``, and the values."""
        super().__init__(F(column))
        self._values = list(values)

    def as_postgresql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,  # noqa: ARG002 - as Django calls it
        **_: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the condition as PostgreSQL takes it: the values are an array, spelled out."""
        column, parameters = self._column(compiler)
        return f"{column} = ANY(%s::text[])", (*parameters, self._spelled(_array_of))

    def as_sqlite(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,  # noqa: ARG002 - as Django calls it
        **_: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the condition as SQLite takes it: the values are a JSON array."""
        column, parameters = self._column(compiler)
        among = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - a column's name, quoted
        return among, (*parameters, self._spelled(json.dumps))

    def _column(self, compiler: SQLCompiler) -> tuple[str, tuple[Any, ...]]:
        [column] = self.get_source_expressions()
        sql, parameters = compiler.compile(column)
        return sql, tuple(parameters)

    def _spelled(self, spell: Callable[[Sequence[str]], str]) -> Any:
        return spell(self._values)


class AmongGiven(Among):
    """The condition that ``column`` (of text) is one of the values that a prepared query is told."""

    def __init__(self, column: str, name: str) -> None:
        """Take the column's name, as in ``filter``, and the one under which the values will be told."""
        super().__init__(column, ())
        self._name = name

    def _spelled(self, spell: Callable[[Sequence[str]], str]) -> Any:
        return Place(self._name, spell)


def _array_of(values: Iterable[str]) -> str:
    """Return the text by which PostgreSQL knows an array: in braces, every value in quotes."""
    quoted = ['"' + value.replace("\\", r"\\").replace('"', r"\"") + '"' for value in values]
    return "{" + ",".join(quoted) + "}"

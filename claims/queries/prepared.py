"""Queries of every batch, their SQL built once: Django takes longer to build one than it takes to ask it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter that waits for the value called ``name``, and how the database wants that spelled."""

    name: str
    spell: Callable[[Any], Any]


class Given(Expression):
    """A value that is told only when the query is asked, of the kind that ``field`` holds."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        """Take the name under which the value will be told."""
        super().__init__(output_field=field)
        self._name, self._field = name, field

    def as_sql(
        self,
        compiler: SQLCompiler,  # noqa: ARG002 - as Django calls it
        connection: BaseDatabaseWrapper,
    ) -> tuple[str, tuple[Any, ...]]:
        """Return a parameter that waits for the value."""
        return "%s", (Place(self._name, lambda value: self._field.get_db_prep_value(value, connection)),)


@dataclass(frozen=True, slots=True)
class _Built:
    sql: str
    parameters: Sequence[Any]
    compiler: SQLCompiler

    def ask(self, given: dict[str, object]) -> Iterable[Any]:
        values = [one.spell(given[one.name]) if isinstance(one, Place) else one for one in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            return self.compiler.results_iter([cursor.fetchall()], tuple_expected=True)


class Prepared:
    """A query of plain columns (``values_list``), with `Given` where it differs from time to time."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        """Take what builds the query; it is called when that is first asked."""
        self._build = build
        self._built: dict[str, _Built] = {}

    def rows(self, **given: object) -> Iterable[Any]:
        """Ask the query, with a value for all that it leaves to be given; returns its rows, each a tuple."""
        built = self._built.get(connection.vendor)
        if built is None:
            compiler = self._build().query.get_compiler(connection.alias)
            sql, parameters = compiler.as_sql()
            built = self._built[connection.vendor] = _Built(sql, parameters, compiler)
        return built.ask(given)

"""Gives transactional tests a fresh copy of the migrated database, since the ledger refuses to be flushed.

The ledger's triggers refuse DELETE and TRUNCATE on both engines, in tests as in production; so what a
transactional test has committed goes away with the whole database, not row by row.
"""

import sqlite3
from pathlib import Path
from typing import Any, Protocol

from django.db import connection, connections


class TemplateDatabase(Protocol):
    """A copy of the test database as migrations left it."""

    def restore(self) -> None:
        """Make the test database as it was when the copy was taken."""
        ...

    def drop(self) -> None:
        """Remove the copy."""
        ...


class SqliteTemplate:
    """The copy is a file. It is written back through SQLite, so that other open connections see it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._copy = database.with_suffix(".template")
        connections.close_all()
        self._write(self._database, self._copy)

    @staticmethod
    def _write(source: Path, target: Path) -> None:
        with_source, with_target = sqlite3.connect(source), sqlite3.connect(target, timeout=30)
        try:
            with_source.backup(with_target)
        finally:
            with_source.close()
            with_target.close()

    def restore(self) -> None:
        connections.close_all()
        self._write(self._copy, self._database)

    def drop(self) -> None:
        self._copy.unlink()


class PostgresTemplate:
    """The copy is a database; PostgreSQL makes the next from it by TEMPLATE."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._copy = f"{database}_template"
        self._make(self._copy, of=self._database)

    def _run(self, *statements: str) -> None:
        connections.close_all()
        # From the database `postgres`: nobody may be connected to a database that is copied or dropped.
        with connection._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _make(self, new: str, *, of: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{new}" WITH (FORCE)', f'CREATE DATABASE "{new}" TEMPLATE "{of}"')

    def restore(self) -> None:
        self._make(self._database, of=self._copy)

    def drop(self) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{self._copy}" WITH (FORCE)')


def take_template() -> TemplateDatabase:
    """Copy the test database as it is now."""
    name: Any = connection.settings_dict["NAME"]
    return SqliteTemplate(Path(name)) if connection.vendor == "sqlite" else PostgresTemplate(str(name))

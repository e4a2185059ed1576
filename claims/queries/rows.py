"""Rows of values, however many, as a table in a statement and one parameter of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

# Moments travel as microseconds since 1970: spelled out they would take longer than all else in a row.
_ON_POSTGRESQL = {
    str: "value->>{place}",
    int: "(value->>{place})::bigint",
    datetime: "to_timestamp((value->>{place})::float8 / 1000000)",
}


def table_of(columns: Mapping[str, type], rows: Sequence[Sequence[Any]]) -> tuple[str, str]:
    """Return a SELECT that gives ``rows`` as a table, and its one parameter.

    ``columns`` are names, all ours, and types (str, int, aware datetime) in the order of each row; None is
    NULL. VALUES would do, but the driver takes longer for a parameter per value than for all else that the
    rows need.
    """
    spell: Callable[[datetime], int | str | None]
    if connection.vendor == "postgresql":
        kinds = enumerate(columns.items())
        picks = [f"{_ON_POSTGRESQL[kind].format(place=place)} AS {name}" for place, (name, kind) in kinds]
        source, spell = "json_array_elements(%s) AS line(value)", _microseconds
    else:
        picks = [f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns)]
        source, spell = "json_each(%s)", connection.ops.adapt_datetimefield_value
    return f"SELECT {', '.join(picks)} FROM {source}", json.dumps(rows, default=spell)  # noqa: S608 - all ours


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)

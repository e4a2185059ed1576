"""Rows of values, however many, as a table in a statement and one parameter of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

_KINDS = {str: "text", int: "bigint", datetime: "timestamptz"}


def table_of(columns: Mapping[str, type], rows: Sequence[Sequence[Any]]) -> tuple[str, str]:
    """Return a SELECT that gives ``rows`` as a table, and its one parameter.

    ``columns`` are names, all ours, and types (str, int, aware datetime) in the order of each row. VALUES
    would do, but the driver takes longer for a parameter per value than for all else that the rows need.
    """
    adapt = connection.ops.adapt_datetimefield_value
    document = json.dumps(rows, default=lambda moment: str(adapt(moment)))
    if connection.vendor == "postgresql":
        places = enumerate(columns.items())
        picks = ", ".join(f"(value->>{place})::{_KINDS[kind]} AS {name}" for place, (name, kind) in places)
        return f"SELECT {picks} FROM json_array_elements(%s) AS line(value)", document  # noqa: S608 - all ours
    picks = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns))
    return f"SELECT {picks} FROM json_each(%s)", document  # noqa: S608 - all ours

"""Pages of a list by cursor: the next one begins right after a row, however many were added meanwhile."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 50
LARGEST_PAGE = 200


def cursor_word(given: str) -> str:
    """Return the cursor itself where a client hands back the whole address that it stood in.

    An address without one is returned as it is: it is no cursor, and not the same as none.
    """
    try:
        return parse_qs(urlsplit(given).query).get("cursor", [given])[0]
    except ValueError:  # brackets that do not match
        return given


@dataclass(frozen=True, slots=True)
class Keyset:
    """An order by one field, and the primary key for ties; ``newest_first`` turns the field round.

    ``is_moment`` says that the field is a date and not a number.
    """

    field: str
    newest_first: bool = False
    is_moment: bool = True

    def order(self, *, back: bool) -> tuple[str, ...]:
        """Return the order, turned round when paging ``back``."""
        if self.field == "pk":
            return ("-pk",) if back != self.newest_first else ("pk",)
        return (
            f"-{self.field}" if back != self.newest_first else self.field,
            "-pk" if back else "pk",
        )

    def beyond(self, value: Any, key: Any, *, back: bool) -> Q:
        """Return the condition for rows after (or, ``back``, before) the row of that value and key."""
        way = "lt" if back != self.newest_first else "gt"
        if self.field == "pk":
            return Q(**{f"pk__{way}": key})
        ties = "lte" if not back else "gte"
        return Q(**{f"{self.field}__{way}e": value}) & ~Q(**{self.field: value, f"pk__{ties}": key})


NEWEST_FIRST = Keyset("updated_at", newest_first=True)


def _write(row: Any, keyset: Keyset, *, back: bool) -> str:
    value = getattr(row, keyset.field)
    mark = [int(back), value.isoformat() if isinstance(value, datetime) else value, row.pk]
    return base64.urlsafe_b64encode(json.dumps(mark, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(cursor: str, keyset: Keyset) -> tuple[bool, Any, Any]:
    """Return way, value and key of a cursor; raises ValidationError (400) for one that is not ours."""
    word = cursor_word(cursor)
    try:
        plain = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        back, value, key = json.loads(plain)
        if keyset.is_moment:
            value = datetime.fromisoformat(value)
            good = value.tzinfo is not None and isinstance(key, str) and key.isalnum()
        else:
            good = isinstance(value, int) and 0 <= value < 2**53 and (isinstance(key, str) or key == value)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        good = False
    if not good or back not in (0, 1):
        raise ValidationError({"cursor": ["This cursor is none of ours."]})
    return bool(back), value, key


def answer_page(
    request: Request,
    rows: QuerySet[Row],
    *,
    shape: Callable[[Row], dict[str, Any]],
    keyset: Keyset = NEWEST_FIRST,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Response:
    """Return ``{next, previous, results}``: one query of ``size`` + 1 rows, no count, whatever the page.

    ``next`` and ``previous`` are addresses, null where there is nothing more.
    """
    back = False
    if cursor:
        back, value, key = _read(cursor, keyset)
        rows = rows.filter(keyset.beyond(value, key, back=back))
    found: Sequence[Row] = list(rows.order_by(*keyset.order(back=back))[: size + 1])
    more, shown = len(found) > size, list(found[:size])
    if back:
        shown.reverse()
    has_next, has_previous = (bool(cursor), more) if back else (more, bool(cursor))

    def address(row: Row, *, back: bool) -> str:
        return replace_query_param(request.build_absolute_uri(), "cursor", _write(row, keyset, back=back))

    return Response(
        {
            "next": address(shown[-1], back=False) if has_next and shown else None,
            "previous": address(shown[0], back=True) if has_previous and shown else None,
            "results": [shape(row) for row in shown],
        }
    )

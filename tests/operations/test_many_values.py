"""Many values in one parameter of a statement arrive as they are, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from claims.models import Host
from claims.operations.leases import HeldHosts
from claims.queries.among import Among
from claims.queries.rows import table_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ODD = ["", "NULL", "a,b", "{c}", 'say "d"', r"e\f", r"\"", "g'h", "i%sj", "ŷ\n\t ÿ", "[k]", " l "]


def hosts(*names: str, free_at: datetime = NOON, held_by: str = "ours") -> None:
    Host.objects.bulk_create([Host(name=name, free_at=free_at, held_by=held_by) for name in names])


def test_a_column_is_compared_with_any_text() -> None:
    hosts(*ODD, *(f"{name}x" for name in ODD))
    assert set(Host.objects.filter(Among("name", ODD)).values_list("name", flat=True)) == set(ODD)
    assert not Host.objects.filter(Among("name", [])).exists()


def test_a_table_holds_any_text_number_and_moment() -> None:
    rows = [
        (text, 2**40 + number, NOON + timedelta(seconds=number, microseconds=7 * number))
        for number, text in enumerate(ODD)
    ]
    table, values = table_of({"text": str, "number": int, "moment": datetime}, [*rows, ("z", None, None)])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text, number, moment FROM ({table}) AS seen", [values])  # noqa: S608 - ours
        found = cursor.fetchall()
    read = connection.ops.adapt_datetimefield_value
    assert found == [*((text, number, read(moment)) for text, number, moment in rows), ("z", None, None)]


def test_hosts_are_let_go_each_from_its_moment() -> None:
    hosts("sooner", "later", "unsaid")
    hosts("theirs", held_by="another worker")
    moments = {"sooner": NOON - timedelta(seconds=1), "later": NOON + timedelta(seconds=1.5)}
    HeldHosts("ours", {}).release(moments | {"theirs": NOON + timedelta(hours=1)})
    assert dict(Host.objects.values_list("name", "free_at")) == {
        "sooner": NOON,
        "later": NOON + timedelta(seconds=1.5),
        "unsaid": NOON,
        "theirs": NOON,
    }
    assert list(Host.objects.exclude(held_by="").values_list("name", "held_until")) == [("theirs", None)]

"""A query whose SQL is built once finds what the same one built anew finds, whatever it is given."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import DateTimeField, Q, QuerySet

from claims.models import Host
from claims.queries.among import Among, AmongGiven
from claims.queries.prepared import Given, Prepared

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ODD = ["", "NULL", "a,b", "{c}", 'say "d"', r"e\f", r"\"", "g'h", "i%sj", "ŷ\n\t ÿ", "[k]", " l "]


def free_or_let_go(among: Among, moment: datetime | Given) -> QuerySet[Host]:
    rows = Host.objects.filter(among, Q(free_at__lte=moment) | Q(held_until__lte=moment), held_by="50 % off")
    return rows.order_by("name")


FREE = Prepared(
    lambda: free_or_let_go(AmongGiven("name", "names"), Given("moment", DateTimeField())).values_list(
        "name", "free_at", "held_until", "robots_status"
    )
)


def test_it_is_asked_with_other_values_each_time_and_returns_them_as_they_are_kept() -> None:
    Host.objects.bulk_create(
        Host(
            name=name, free_at=NOON + timedelta(hours=n, microseconds=n), held_until=None, held_by="50 % off"
        )
        for n, name in enumerate(ODD)
    )
    Host.objects.filter(name="[k]").update(held_until=NOON, robots_status=404)
    for moment, names in ((NOON, ODD), (NOON + timedelta(hours=6, minutes=1), ODD[3:]), (NOON, [])):
        anew = free_or_let_go(Among("name", names), moment)
        found = list(FREE.rows(names=names, moment=moment))
        assert found == list(anew.values_list("name", "free_at", "held_until", "robots_status"))
        assert bool(found) == bool(names)


def test_a_value_that_it_waits_for_must_be_told() -> None:
    with pytest.raises(KeyError):
        FREE.rows(names=ODD)

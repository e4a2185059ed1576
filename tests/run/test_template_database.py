"""Transactional tests start from a fresh copy of the database, though the ledger refuses to be emptied."""

import pytest
from django.contrib.auth import get_user_model
from django.db import Error, connection, transaction


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_transactional_test_commits_is_gone_for_the_next(turn: str) -> None:
    people = get_user_model().objects
    assert not people.exists()

    people.create(username=f"Edith, {turn}")

    assert people.count() == 1


@pytest.mark.django_db
def test_the_ledger_refuses_the_flush_that_djangos_own_tests_would_use() -> None:
    """The reason for the copies: with this flush allowed they would not be needed."""
    from claims.models import Event

    table = Event._meta.db_table
    rows = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    if connection.vendor == "postgresql":
        rows = "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass"
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{table}" CASCADE')
    with connection.cursor() as cursor:
        cursor.execute(rows, [table])
        row = cursor.fetchone()
    assert row is not None
    assert row[0] >= 3

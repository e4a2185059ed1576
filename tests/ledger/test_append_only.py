"""The database itself refuses to change the ledger, and a broken chain is found."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from claims.models import Event, EventPayload
from claims.operations.catalogue import add_topic
from claims.operations.ledger import BrokenLedgerError, verify

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

UPDATE_OF_AN_EVENT = "UPDATE claims_event SET kind = 'merge' WHERE seq = 2"
TAMPERINGS = {
    "an event is edited": UPDATE_OF_AN_EVENT,
    "an event is deleted": "DELETE FROM claims_event WHERE seq = 3",
    "what an event says is edited": "UPDATE claims_eventpayload SET text = 'Something else.'",
}
ONLY_POSTGRES = {
    "the ledger is truncated": "TRUNCATE claims_event CASCADE",
    "what it says is truncated": "TRUNCATE claims_eventpayload",
}
ONLY_SQLITE = {
    "an event is replaced": "INSERT OR REPLACE INTO claims_event SELECT * FROM claims_event WHERE seq = 3",
    "what an event says is replaced": (
        "INSERT OR REPLACE INTO claims_eventpayload (event_id, actor, text, data, claim_state) "
        "SELECT event_id, actor, 'Something else.', data, claim_state FROM claims_eventpayload"
    ),
}


@pytest.fixture
def three_events() -> None:
    for name in ("Libya", "Malta", "Tunisia"):
        add_topic(name=name, by=None, now=NOW)
    if connection.vendor == "postgresql":
        # PostgreSQL alters no table whose foreign keys are still to be checked at the commit.
        _run("SET CONSTRAINTS ALL IMMEDIATE")
        _run("SET CONSTRAINTS ALL DEFERRED")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _without_triggers() -> None:
    """Take the defence off, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE claims_event DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE claims_eventpayload DISABLE TRIGGER USER")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'claims_event%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


def _changes_the_database(statement: str) -> bool:
    """Whether the database lets the statement through."""
    try:
        with transaction.atomic():
            _run(statement)
    except DatabaseError as error:
        if "append-only" not in str(error):
            raise
        return False
    return True


def _all_tamperings() -> list[str]:
    more = ONLY_POSTGRES if connection.vendor == "postgresql" else ONLY_SQLITE
    return [*TAMPERINGS.values(), *more.values()]


@pytest.mark.usefixtures("three_events")
def test_the_database_refuses_every_way_to_change_the_ledger() -> None:
    before = verify()
    let_through = [statement for statement in _all_tamperings() if _changes_the_database(statement)]
    assert let_through == []
    assert verify() == before


@pytest.mark.usefixtures("three_events")
def test_with_the_triggers_off_the_same_statements_all_go_through() -> None:
    _without_triggers()
    worked = 0
    for statement in _all_tamperings():
        with transaction.atomic():
            worked += _changes_the_database(statement)
            transaction.set_rollback(True)  # seen to work; undone for the next one
    assert worked == len(_all_tamperings())


@pytest.mark.only_sqlite
def test_replacing_is_refused_on_a_connection_that_forgot_recursive_triggers(three_events: None) -> None:
    _run("PRAGMA recursive_triggers=OFF")
    try:
        assert not any(_changes_the_database(statement) for statement in ONLY_SQLITE.values())
    finally:
        _run("PRAGMA recursive_triggers=ON")


def _edit_a_row() -> None:
    _run(UPDATE_OF_AN_EVENT)


def _edit_what_it_says() -> None:
    _run("UPDATE claims_eventpayload SET text = 'Something else.' WHERE event_id = 2")


def _delete_in_the_middle() -> None:
    EventPayload.objects.filter(pk=2).delete()
    _run("DELETE FROM claims_event WHERE seq = 2")


def _swap_two() -> None:
    first, second = Event.objects.get(seq=1), Event.objects.get(seq=2)
    Event.objects.filter(seq=2).update(id="swap00000000", hash="swap")
    Event.objects.filter(seq=1).update(
        id=second.id, hash=second.hash, payload_sha256=second.payload_sha256, prev_hash=second.prev_hash
    )
    Event.objects.filter(seq=2).update(
        id=first.id, hash=first.hash, payload_sha256=first.payload_sha256, prev_hash=first.prev_hash
    )


@pytest.mark.parametrize(
    ("tamper", "seq"),
    [(_edit_a_row, 2), (_edit_what_it_says, 2), (_delete_in_the_middle, 2), (_swap_two, 1)],
    ids=["edited", "edited payload", "deleted", "reordered"],
)
@pytest.mark.usefixtures("three_events")
def test_verification_names_the_first_bad_event(tamper: Callable[[], None], seq: int) -> None:
    assert verify().events == 3
    _without_triggers()
    tamper()
    with pytest.raises(BrokenLedgerError) as found:
        verify()
    assert found.value.seq == seq


@pytest.mark.usefixtures("three_events")
def test_a_tail_that_was_cut_off_shows_by_the_checkpoint_and_only_by_it() -> None:
    report = verify()
    _without_triggers()
    EventPayload.objects.filter(pk=3).delete()
    _run("DELETE FROM claims_event WHERE seq = 3")
    assert verify().events == 2
    with pytest.raises(BrokenLedgerError, match="checkpoint"):
        verify(checkpoint=(report.events, report.head))


@pytest.mark.usefixtures("three_events")
def test_a_takedown_withholds_what_an_event_says_and_the_chain_still_verifies() -> None:
    before = verify()
    EventPayload.objects.filter(pk=2).delete()
    after = verify(checkpoint=(before.events, before.head))
    assert (after.events, after.withheld, after.head) == (3, 1, before.head)


def test_an_operation_that_fails_leaves_no_event() -> None:
    with transaction.atomic():
        add_topic(name="Libya", by=None, now=NOW)
        transaction.set_rollback(True)
    assert verify().events == 0

"""Let the database itself refuse to change the ledger, on SQLite and on PostgreSQL."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER claims_event_no_update BEFORE UPDATE ON claims_event
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no event is ever edited'); END
    """,
    """
    CREATE TRIGGER claims_event_no_delete BEFORE DELETE ON claims_event
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no event is ever deleted'); END
    """,
    # INSERT OR REPLACE deletes without firing the delete trigger unless recursive_triggers is on.
    """
    CREATE TRIGGER claims_event_no_replace BEFORE INSERT ON claims_event
    WHEN EXISTS (SELECT 1 FROM claims_event WHERE seq = NEW.seq OR id = NEW.id OR hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this event is there already'); END
    """,
    """
    CREATE TRIGGER claims_eventpayload_no_update BEFORE UPDATE ON claims_eventpayload
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no payload is ever edited'); END
    """,
    """
    CREATE TRIGGER claims_eventpayload_no_replace BEFORE INSERT ON claims_eventpayload
    WHEN EXISTS (SELECT 1 FROM claims_eventpayload WHERE event_id = NEW.event_id)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this payload is there already'); END
    """,
]
SQLITE_BACK = [
    f"DROP TRIGGER {name}"
    for name in (
        "claims_event_no_update",
        "claims_event_no_delete",
        "claims_event_no_replace",
        "claims_eventpayload_no_update",
        "claims_eventpayload_no_replace",
    )
]

POSTGRESQL = [
    """
    CREATE FUNCTION claims_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
    END $$
    """,
    """
    CREATE TRIGGER claims_event_append_only BEFORE UPDATE OR DELETE ON claims_event
    FOR EACH ROW EXECUTE FUNCTION claims_ledger_is_append_only()
    """,
    """
    CREATE TRIGGER claims_event_no_truncate BEFORE TRUNCATE ON claims_event
    FOR EACH STATEMENT EXECUTE FUNCTION claims_ledger_is_append_only()
    """,
    """
    CREATE TRIGGER claims_eventpayload_append_only BEFORE UPDATE ON claims_eventpayload
    FOR EACH ROW EXECUTE FUNCTION claims_ledger_is_append_only()
    """,
    """
    CREATE TRIGGER claims_eventpayload_no_truncate BEFORE TRUNCATE ON claims_eventpayload
    FOR EACH STATEMENT EXECUTE FUNCTION claims_ledger_is_append_only()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER claims_event_append_only ON claims_event",
    "DROP TRIGGER claims_event_no_truncate ON claims_event",
    "DROP TRIGGER claims_eventpayload_append_only ON claims_eventpayload",
    "DROP TRIGGER claims_eventpayload_no_truncate ON claims_eventpayload",
    "DROP FUNCTION claims_ledger_is_append_only()",
]


def _run(statements):
    def run(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_records")]
    operations = [
        migrations.RunPython(
            _run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            _run({"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}),
        )
    ]

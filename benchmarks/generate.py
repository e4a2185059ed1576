"""Fills a new database with plausible claims, and the terms by which they are looked up, from a seed.

    python -m benchmarks.generate --claims N --database URL [--seed S]

URL is a ``postgres://`` or ``sqlite:///`` address of a database that does not exist yet or that an earlier
run has begun: what is there is kept, so that a broken run goes on. Claims are written straight into their
tables, without reviews or events: for measuring reads, not for telling a story.
"""

import argparse
import io
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._plausible import Claims

AT_ONCE = 5_000
START = datetime(2011, 1, 1, tzinfo=UTC)
SEED = 3

_TAKE_DOWN = """
CREATE TABLE benchmark_rebuilds AS
SELECT 2 AS place, conname AS name,
       format('ALTER TABLE claims_claimterm ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
       AS statement
FROM pg_constraint WHERE conrelid = 'claims_claimterm'::regclass AND contype IN ('u', 'f')
UNION ALL
SELECT 1, relname, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = 'claims_claimterm'::regclass AND NOT indisunique;
DO $$
DECLARE part record;
BEGIN
    FOR part IN SELECT * FROM benchmark_rebuilds ORDER BY place LOOP
        EXECUTE CASE part.place WHEN 1 THEN format('DROP INDEX %I', part.name)
                ELSE format('ALTER TABLE claims_claimterm DROP CONSTRAINT %I', part.name) END;
    END LOOP;
END $$
"""


def claim_id(number: int) -> str:
    """The id of claim ``number``; ids grow, as real ones do."""
    return f"{number:012d}"


def make_database(url: str) -> None:
    """Create the database at ``url`` unless it is there. SQLite makes its file by itself."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return
    connection = psycopg2.connect(urlunsplit(parts._replace(path="/postgres")))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [parts.path[1:]])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{parts.path[1:]}"')
    connection.close()


def drop_database(url: str) -> None:
    """Remove the database at ``url``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{parts.path[1:]}{ending}").unlink(missing_ok=True)
        return
    connection = psycopg2.connect(urlunsplit(parts._replace(path="/postgres")))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{parts.path[1:]}"')
    connection.close()


def fill(count: int, *, seed: int = SEED) -> int:
    """Bring the claims in the database of the settings to ``count``; returns how many were missing.

    Raises `ValueError` for a database that has a ledger: there people work.
    """
    from django.core.management import call_command

    from claims.models import Claim, Event

    call_command("migrate", verbosity=0)
    if Event.objects.exists():
        raise ValueError("This database has events in its ledger; name one that is made for measuring.")
    known = Claim.objects.count()
    claims, started = Claims(seed), time.monotonic()
    with _bare_terms():
        for numbers in _batches(range(known, count)):
            _store(claims, numbers)
            if sys.stderr.isatty():
                done, took = numbers[-1] + 1, time.monotonic() - started
                sys.stderr.write(f"\r{done:,} of {count:,} claims, {took:.0f} s")
    _analyze()
    return max(0, count - known)


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(numbers)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _store(claims: Claims, numbers: Sequence[int]) -> None:
    """Write some claims with their terms, all or none."""
    from django.db import transaction

    from claims.models import Claim
    from claims.models.matching import LONGEST_TERM
    from claims.pipeline.matching.match_text import shortlist_terms
    from claims.queries.aliases import known_aliases
    from claims.vocabulary import ClaimStatus

    aliases = known_aliases()
    rows, terms = [], []
    for number in numbers:
        text, moment = claims[number].text, START + timedelta(minutes=number)
        status = list(ClaimStatus)[number % 4]
        rows.append(
            Claim(
                id=claim_id(number),
                text=text,
                status=status,
                status_changed_at=moment,
                reason="" if status is ClaimStatus.UNVERIFIED else "Two papers looked into it.",
                first_seen_at=moment,
                article_count=1 + number % 7,
                origin_count=1 + number % 3,
                version=1,
                updated_at=moment,
            )
        )
        cut = sorted({term[:LONGEST_TERM] for term in shortlist_terms(text, aliases)})
        terms += [(claim_id(number), term) for term in cut]
    with transaction.atomic():
        Claim.objects.bulk_create(rows)
        _store_terms(terms)


def _store_terms(terms: Sequence[tuple[str, str]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = io.StringIO("".join(f"{claim}\t{term}\n" for claim, term in terms))
            raw: Any = cursor.cursor
            raw.copy_expert("COPY claims_claimterm (claim_id, term) FROM STDIN", lines)
        else:
            cursor.executemany("INSERT INTO claims_claimterm (claim_id, term) VALUES (%s, %s)", terms)


@contextmanager
def _bare_terms() -> Iterator[None]:
    """Fill PostgreSQL's table of terms without its constraints and indexes, which come back afterwards.

    Building an index over all rows is many times as fast as keeping it in step with each. How to build
    them is kept in the database, for the run that goes on where this one is broken off.
    """
    from django.db import connection, transaction

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('benchmark_rebuilds')")
        if cursor.fetchone() == (None,):
            cursor.execute(_TAKE_DOWN)
    yield
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM benchmark_rebuilds ORDER BY place")
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute("DROP TABLE benchmark_rebuilds")


def _analyze() -> None:
    """Let the planner know what is there; autovacuum would get round to it by itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def main(arguments: Sequence[str]) -> int:
    """Make and fill the database; prints how many claims are in it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--claims", type=int, required=True, metavar="N")
    parser.add_argument("--database", required=True, metavar="URL", help="of its own, never the newsroom's")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    if given.claims < 0:
        parser.error("--claims is a number from 0 on")
    make_database(given.database)
    os.environ.update(DATABASE_URL=given.database, DJANGO_SETTINGS_MODULE="tracker.settings", DEBUG="on")
    import django

    django.setup()
    try:
        made = fill(given.claims, seed=given.seed)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{made:,} claims written; the database has {given.claims:,}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

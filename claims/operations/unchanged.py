"""Finishing the checks that found nothing new: all of them in one statement, each under its fence."""

from collections.abc import Collection, Sequence

from django.db import transaction

from claims.operations.failpoints import AFTER_FINISH, BEFORE_FINISH, INSIDE_FINISH, reach
from claims.operations.findings import CheckReport, history_of, next_check
from claims.operations.leases import finish_in_bulk
from claims.operations.policies import Cadence, cadences, source_policy
from claims.operations.sightings import Leased, Sighting
from claims.pipeline.fetch import Fetched
from claims.pipeline.source_state import judge_source, shows_the_page
from claims.vocabulary import CheckOutcome

_COLUMNS = ("due_at", "seen_at", "etag", "last_modified", "seen_sha256", "seen_fingerprint")
# `updated_at` stays: a check that found nothing is no news.
_CHANGES = ", ".join(
    (
        *("due_at = seen.due_at", "last_checked_at = seen.seen_at", "last_seen_at = seen.seen_at"),
        *("etag = seen.etag", "last_modified = seen.last_modified"),
        *("seen_sha256 = seen.seen_sha256", "seen_fingerprint = seen.seen_fingerprint"),
        *(
            "lease_until = NULL",
            "attempts = 0",
            "put_offs = 0",
            "check_count = claims_article.check_count + 1",
        ),
    )
)


def is_nothing_new(held: Leased, seen: Sighting) -> bool:
    """Whether the check changes nothing but the moments: same words, same state, nothing that was counted."""
    if held.newest_id is None or seen.reading is not None or not isinstance(seen.result, Fetched):
        return False
    if held.is_calm and shows_the_page(seen.observation):
        return True
    verdict = judge_source(seen.observation, history_of(held), source_policy(held.url))
    calm = held.state == verdict.state and verdict.became is None
    return calm and not any((held.failures, held.missing_checks, verdict.failures, verdict.missing_checks))


def finish_unchanged(checks: Sequence[tuple[Leased, Sighting]], *, hot: Collection[str]) -> list[CheckReport]:
    """Finish the checks for which `is_nothing_new`; ``hot`` are the articles that hot claims rest on.

    A report is late where another worker has taken over.
    """
    pace = cadences()
    rows = [_row(held, seen, hot=held.id in hot, pace=pace(held.host)) for held, seen in checks]
    reach(BEFORE_FINISH)
    with transaction.atomic():
        kept = finish_in_bulk(_COLUMNS, rows, changes=_CHANGES)
        reach(INSIDE_FINISH)
    reach(AFTER_FINISH)
    return [
        CheckReport(held.id, CheckOutcome.UNCHANGED if held.id in kept else CheckOutcome.LATE)
        for held, _ in checks
    ]


def _row(held: Leased, seen: Sighting, *, hot: bool, pace: Cadence) -> tuple[object, ...]:
    result, etag, modified = seen.result, held.etag, held.last_modified
    if isinstance(result, Fetched) and not result.not_modified:
        etag, modified = (result.header("etag") or "")[:500], (result.header("last-modified") or "")[:200]
    due_at = next_check(held, seen, hot=hot, pace=pace)
    return (
        *(held.id, held.fence, due_at, seen.observation.at, etag, modified),
        *(seen.sha256 or held.seen_sha256, seen.fingerprint or held.seen_fingerprint),
    )

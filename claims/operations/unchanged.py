"""Finishing the checks that found nothing new: many of them in one statement, each under its fence."""

from collections.abc import Collection, Sequence

from django.db import transaction

from claims.operations.failpoints import AFTER_FINISH, BEFORE_FINISH, INSIDE_FINISH, reach
from claims.operations.findings import CheckReport, history_of, next_check
from claims.operations.leases import finish_in_bulk
from claims.operations.policies import cadences, source_policy
from claims.operations.sightings import Leased, Sighting
from claims.pipeline.fetch import Fetched
from claims.pipeline.source_state import judge_source, shows_the_page
from claims.vocabulary import CheckOutcome

_MOMENTS = ("due_at", "seen_at")
_MARKS = ("etag", "last_modified", "seen_sha256", "seen_fingerprint")
# `updated_at` stays: a check that found nothing is no news.
_NEW_MOMENTS = ", ".join(
    (
        *("due_at = seen.due_at", "last_checked_at = seen.seen_at", "last_seen_at = seen.seen_at"),
        *("lease_until = NULL", "attempts = 0", "put_offs = 0"),
        "check_count = claims_article.check_count + 1",
    )
)
_NEW_MARKS = ", ".join(f"{name} = seen.{name}" for name in _MARKS)


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
    as_before, marked = [], []
    for held, seen in checks:
        due_at = next_check(held, seen, hot=held.id in hot, pace=pace(held.host))
        moments = held.id, held.fence, due_at, seen.observation.at
        marks = _new_marks(held, seen)
        if marks is None:
            as_before.append(moments)
        else:
            marked.append(moments + marks)
    reach(BEFORE_FINISH)
    with transaction.atomic():
        kept = finish_in_bulk(_MOMENTS, as_before, changes=_NEW_MOMENTS)
        kept |= finish_in_bulk((*_MOMENTS, *_MARKS), marked, changes=f"{_NEW_MOMENTS}, {_NEW_MARKS}")
        reach(INSIDE_FINISH)
    reach(AFTER_FINISH)
    return [
        CheckReport(held.id, CheckOutcome.UNCHANGED if held.id in kept else CheckOutcome.LATE)
        for held, _ in checks
    ]


def _new_marks(held: Leased, seen: Sighting) -> tuple[str, ...] | None:
    """What stands for the page from now on, where the server sent all of it again."""
    result = seen.result
    if not isinstance(result, Fetched) or result.not_modified:
        return None
    return (
        *((result.header("etag") or "")[:500], (result.header("last-modified") or "")[:200]),
        *(seen.sha256 or held.seen_sha256, seen.fingerprint or held.seen_fingerprint),
    )

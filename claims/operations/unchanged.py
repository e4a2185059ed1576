"""Finishing the checks that found nothing new: many of them in one statement, each under its fence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from claims.operations.failpoints import AFTER_FINISH, AFTER_PARSE, BEFORE_FINISH, INSIDE_FINISH, reach
from claims.operations.findings import CheckReport, history_of, next_check
from claims.operations.leases import finish_in_bulk
from claims.operations.ledger import hold_articles_called
from claims.operations.policies import cadences, source_policy
from claims.operations.sightings import Leased, Sighting, sha256_of
from claims.pipeline.fetch import Fetched
from claims.pipeline.read_again import PageRead
from claims.pipeline.source_state import judge_source
from claims.vocabulary import CheckOutcome

_PLAIN = (200, 304)
_MOMENTS: dict[str, type] = {"due_at": datetime, "seen_at": datetime}
_MARKS: dict[str, type] = dict.fromkeys(("etag", "last_modified", "seen_sha256", "seen_fingerprint"), str)
# `updated_at` stays: a check that found nothing is no news.
_NEW_MOMENTS = ", ".join(
    (
        *("due_at = seen.due_at", "last_checked_at = seen.seen_at", "last_seen_at = seen.seen_at"),
        *("lease_until = NULL", "attempts = 0", "put_offs = 0"),
        "check_count = claims_article.check_count + 1",
    )
)
_NEW_MARKS = ", ".join(f"{name} = seen.{name}" for name in _MARKS)


@dataclass(slots=True)
class SeenAgain:
    """A page that says what it said: when that was seen, and what stands for it from now on, where new."""

    held: Leased
    at: datetime
    marks: tuple[str, ...] | None


def seen_again(
    held: Leased, result: Fetched, *, now: datetime, read: PageRead | None = None
) -> SeenAgain | None:
    """Return what a calm page is that plainly answers as before; None where more must be looked at.

    A short cut to what `look_at` and `nothing_new` make of it. Bytes that are new must be read first, and
    ``read`` is what they say.
    """
    if result.status not in _PLAIN or result.redirects or not held.is_calm:
        return None
    if read is None:
        marks = _new_marks(held, result)
    elif read.says_the_same:
        marks = _new_marks(held, result, sha256=sha256_of(result.body), fingerprint=read.fingerprint)
    else:
        return None
    reach(AFTER_PARSE)
    return SeenAgain(held, now, marks)


def nothing_new(held: Leased, seen: Sighting) -> SeenAgain | None:
    """Return what a check changes that changes nothing but moments and marks; None for any other.

    Such a check saw the same words, in the same state, and nothing that was counted.
    """
    result = seen.result
    if held.newest_id is None or seen.reading is not None or not isinstance(result, Fetched):
        return None
    verdict = judge_source(seen.observation, history_of(held), source_policy(held.url))
    if held.state != verdict.state or verdict.became is not None:
        return None
    if any((held.failures, held.missing_checks, held.turned_at, verdict.failures, verdict.missing_checks)):
        return None
    marks = _new_marks(held, result, sha256=seen.sha256, fingerprint=seen.fingerprint)
    return SeenAgain(held, seen.observation.at, marks)


def finish_unchanged(checks: Sequence[SeenAgain], *, hot: Collection[str]) -> list[CheckReport]:
    """Finish checks that brought nothing new; ``hot`` are the articles that hot claims rest on.

    A report is late where another worker has taken over.
    """
    pace = cadences()
    as_before, marked = [], []
    for check in checks:
        held = check.held
        due_at = next_check(held, check.at, hot=held.id in hot, pace=pace(held.host))
        if check.marks is None:
            as_before.append((held.id, held.fence, due_at, check.at))
        else:
            marked.append((held.id, held.fence, due_at, check.at, *check.marks))
    reach(BEFORE_FINISH)
    with transaction.atomic():
        hold_articles_called([check.held.id for check in checks])
        kept = finish_in_bulk(_MOMENTS, as_before, changes=_NEW_MOMENTS)
        kept |= finish_in_bulk(_MOMENTS | _MARKS, marked, changes=f"{_NEW_MOMENTS}, {_NEW_MARKS}")
        reach(INSIDE_FINISH)
    reach(AFTER_FINISH)
    return [
        CheckReport(check.held.id, CheckOutcome.UNCHANGED if check.held.id in kept else CheckOutcome.LATE)
        for check in checks
    ]


def _new_marks(
    held: Leased, result: Fetched, *, sha256: str = "", fingerprint: str = ""
) -> tuple[str, ...] | None:
    """What stands for the page from now on, where the server sent all of it again."""
    if result.not_modified:
        return None
    return (
        *((result.header("etag") or "")[:500], (result.header("last-modified") or "")[:200]),
        *(sha256 or held.seen_sha256, fingerprint or held.seen_fingerprint),
    )

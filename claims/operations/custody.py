"""Having a public archive keep what a verdict rests on, where the setting asks for it."""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from claims.models import ArchiveCopy, Evidence, Review
from claims.operations.findings import heed_host
from claims.operations.leases import lease
from claims.operations.ledger import writing
from claims.operations.policies import cadence, fetch_policy, host_of, lease_time
from claims.operations.sightings import asked_to_wait
from claims.operations.turns import Turn, turn_at_host
from claims.pipeline.fetch import (
    CleanUrl,
    Fetched,
    FetchFailed,
    FetchRefused,
    FetchRequest,
    FetchResult,
    check_url,
)
from claims.pipeline.gate.addresses import check_redirect
from claims.pipeline.schedule import ScheduleInput, next_check_at
from claims.queries.clock import database_now
from claims.vocabulary import ArchiveState, EventKind

_PATIENCE = timedelta(seconds=5)
_COPY = re.compile(r"/web/\d{14}/")


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What one try to have a page archived came to; ``address`` is empty where it failed."""

    copy: str
    address: str
    problem: str


def ask_for_copies(review: Review, pieces: Iterable[Evidence], *, now: datetime) -> None:
    """Note in the review's own transaction that the pages it cites are to be archived, where that is on."""
    if not settings.WAYBACK_SAVE:
        return
    articles = {piece.article_id: piece.article for piece in pieces if piece.article is not None}
    ArchiveCopy.objects.bulk_create(
        [
            ArchiveCopy(review=review, article=article, due_at=now, asked_at=now)
            for _, article in sorted(articles.items())
            if not article.url.startswith("urn:")  # a file in hand has no address to ask for
        ]
    )


def save_copies(copy_ids: Iterable[str], *, only_due: bool) -> Iterator[CopyReport]:
    """Ask the archive to save these pages, one after another; yields a report for each that it answered.

    Nothing is asked while the setting is off, or while the archive's host is booked by others.
    """
    for copy_id in copy_ids if settings.WAYBACK_SAVE else ():
        with turn_at_host(host_of(settings.WAYBACK_URL), patience=_PATIENCE) as turn:
            if turn is None:
                return
            fence = lease(ArchiveCopy, copy_id, seconds=lease_time(), only_due=only_due)
            if fence is None:
                continue
            result = _ask(ArchiveCopy.objects.select_related("article").get(pk=copy_id), turn)
        yield _finish(copy_id, fence, result)


def _ask(copy: ArchiveCopy, turn: Turn) -> FetchResult:
    policy = fetch_policy()
    # An archive fetches the page before it answers, so it gets twice the time of a page.
    patient = replace(policy, deadline_seconds=2 * policy.deadline_seconds)
    return turn.fetch(FetchRequest(url=settings.WAYBACK_URL + copy.article.url), policy=patient)


def _finish(copy_id: str, fence: int, result: FetchResult) -> CopyReport:
    address, problem = _outcome(result)
    now = database_now()
    with writing() as book:
        copy = (
            ArchiveCopy.objects.select_for_update(of=("self",))
            .select_related("article", "review")
            .get(pk=copy_id)
        )
        if copy.fence != fence:
            return CopyReport(copy_id, "", "Another worker took over.")
        copy.tried_at, copy.lease_until, copy.attempts = now, None, 0
        copy.state_reason = problem[:500]
        if address:
            copy.state, copy.address, copy.saved_at, copy.due_at = ArchiveState.SAVED, address, now, None
            book.write(
                EventKind.EVIDENCE_ARCHIVED,
                article=copy.article,
                occurred_at=now,
                text=f"{copy.article} is kept at {address}",
                data={"review": copy.review_id, "article": copy.article_id, "address": address},
            )
        else:
            copy.state, copy.failures = ArchiveState.FAILING, copy.failures + 1
            copy.due_at = _next_try(copy, result, now)
        copy.save()
    heed_host(result, now=now)
    return CopyReport(copy_id, address, problem)


def _outcome(result: FetchResult) -> tuple[str, str]:
    """Return where the archive keeps the page, else what went wrong in words.

    Save Page Now names its copy in the redirect that answers, or in Content-Location. A copy that is too
    large for us, or slow to come, is a copy all the same: it was made before we were sent there.
    """
    if isinstance(result, Fetched):
        for address in (result.final_url, _named_in(result)):
            if result.status < 400 and _COPY.match(urlsplit(address).path):
                return address, ""
        if result.status >= 400:
            return "", f"The archive answered with status {result.status}."
        return "", "The archive answered without saying where it keeps the page."
    if isinstance(result, FetchFailed) and _COPY.match(urlsplit(result.hop).path):
        return result.hop, ""
    return "", result.reason


def _named_in(result: Fetched) -> str:
    """Return the address that Content-Location names; empty for one elsewhere or one never asked."""
    location, policy = result.header("content-location"), fetch_policy()
    landed = check_url(result.final_url, policy=policy)
    if not location or isinstance(landed, FetchRefused):
        return ""
    named = check_redirect(landed, location, policy=policy)
    return named.url if isinstance(named, CleanUrl) and named.origin == landed.origin else ""


def _next_try(copy: ArchiveCopy, result: FetchResult, now: datetime) -> datetime:
    pace = cadence(settings.WAYBACK_URL)
    return next_check_at(
        ScheduleInput(
            now=now,
            published_at=None,
            first_captured_at=None,
            last_changed_at=None,
            checks=0,
            changes=0,
            failures=copy.failures,
            hot=False,
            retry_after_seconds=asked_to_wait(result, now),
            minimum=pace.shortest,
            maximum=min(pace.longest, timedelta(days=1)),
            jitter=random.random(),  # noqa: S311 - spreads the load, guards nothing
        )
    )

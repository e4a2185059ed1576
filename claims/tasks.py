"""Celery doors: a sweep that hints at what is due, and the work that the hints ask for."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import Task, shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from claims.operations.custody import save_copies as save
from claims.operations.deliveries import deliver as send
from claims.operations.feed_reading import read_feeds as read
from claims.operations.kept_bytes import read_kept_bytes as read_anew
from claims.operations.recheck import check_due
from claims.operations.tallies import FAILED_HINTS, count
from claims.operations.upkeep import put_in_order
from claims.queries.clock import database_now
from claims.queries.due import (
    FEEDS_AT_A_TIME,
    HOSTS_IN_A_BATCH,
    due_copies,
    due_feeds,
    due_hosts,
    due_webhooks,
    kept_bytes_wait,
)
from claims.vocabulary import CheckOutcome

log = structlog.get_logger(__name__)


@shared_task(name="claims.sweep", ignore_result=True)
def sweep() -> None:
    """Hint at everything that is due. Any number may run; a hint lost or doubled does no harm."""
    put_in_order()
    hosts = due_hosts(patience=timedelta(seconds=settings.SWEEP_SECONDS))
    hints: list[tuple[Task[Any, Any], list[str]]] = [
        *((deliver, webhooks) for webhooks in [due_webhooks()] if webhooks),
        *((check_hosts, share) for share in _shares(hosts, HOSTS_IN_A_BATCH)),
        *((read_feeds, share) for share in _shares(due_feeds(), FEEDS_AT_A_TIME)),
        *((save_copies, copies) for copies in [due_copies()] if copies),
    ]
    if kept_bytes_wait():
        hints.append((read_kept_bytes, []))
    # A hint that nobody took before the next sweep is stale: the row is still due, and hinted again. Celery's
    # own `expires` goes by the worker's clock: one that is fast would throw all hints away, others' too.
    good_until = (database_now() + timedelta(seconds=max(10.0, 2 * settings.SWEEP_SECONDS))).isoformat()
    for task, named in hints:
        try:
            task.apply_async(args=(named, good_until), retry=False)
        except OperationalError as error:
            log.warning("hint not sent", task=task.name, error=str(error))
            count(FAILED_HINTS)
            return


def _shares(names: list[str], size: int) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]


@shared_task(name="claims.check_hosts", ignore_result=True)
def check_hosts(hosts: list[str], good_until: str | None = None) -> None:
    """Check what is due on hosts that no other worker holds, unless the hint is stale (an ISO moment)."""
    if _is_stale(good_until):
        return
    for report in check_due(hosts):
        if report.outcome != CheckOutcome.UNCHANGED:
            log.info("checked", article=report.article, outcome=report.outcome, change=report.change)


@shared_task(name="claims.read_feeds", ignore_result=True)
def read_feeds(feed_ids: list[str], good_until: str | None = None) -> None:
    """Read these feeds, as far as they are still due, unless the hint is stale."""
    if _is_stale(good_until):
        return
    for report in read(feed_ids, only_due=True):
        log.info("feed read", feed=report.feed, new=len(report.new_articles), problem=report.problem)


@shared_task(name="claims.read_kept_bytes", ignore_result=True)
def read_kept_bytes(_named: list[str], good_until: str | None = None) -> None:
    """Read some pages anew that an older extractor read, unless the hint is stale."""
    if _is_stale(good_until):
        return
    if pages := read_anew():
        log.info("kept bytes read anew", pages=pages)


@shared_task(name="claims.save_copies", ignore_result=True)
def save_copies(copy_ids: list[str], good_until: str | None = None) -> None:
    """Have these pages archived, as far as that is still due, unless the hint is stale."""
    if _is_stale(good_until):
        return
    for report in save(copy_ids, only_due=True):
        log.info("archived", copy=report.copy, address=report.address, problem=report.problem)


@shared_task(name="claims.deliver", ignore_result=True)
def deliver(webhook_ids: list[str], good_until: str | None = None) -> None:
    """Send these webhooks what is due to them, unless the hint is stale."""
    if _is_stale(good_until):
        return
    for report in send(webhook_ids):
        log.info("delivered", delivery=report.delivery, webhook=report.webhook, problem=report.problem)


def _is_stale(good_until: str | None) -> bool:
    return good_until is not None and datetime.fromisoformat(good_until) < database_now()

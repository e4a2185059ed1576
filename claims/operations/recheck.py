"""Looking at sources again, in batches of whole hosts, now or as far as they are due."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from claims.models import Article, User
from claims.operations.batch import Batch, pages_in_a_batch
from claims.operations.failpoints import AFTER_LEASE, reach
from claims.operations.findings import CheckReport, finish, heed_host
from claims.operations.leases import HeldHosts, hold_hosts, lease_articles, wait_for_hosts
from claims.operations.policies import cadences
from claims.operations.reading_apart import read_apart
from claims.operations.refusals import require
from claims.operations.sightings import broke_reader, look_at, needs_reading, said_before
from claims.pipeline.fetch import Fetched, FetchResult
from claims.pipeline.read_again import PageRead, read_again
from claims.queries.clock import database_now
from claims.queries.due import HOSTS_IN_A_BATCH, due_pages, due_suspect
from claims.queries.tiers import attribution_parser
from claims.vocabulary import CheckOutcome, Role

_PATIENCE = timedelta(seconds=20)


def check_now(*, article_id: str, by: User, now: datetime) -> Article:
    """Make the article due at once; the next sweep takes it.

    A contributor. Raises `Article.DoesNotExist`, `NotAllowedError`.
    """
    require(by, Role.CONTRIBUTOR)
    with transaction.atomic():
        article = Article.objects.select_for_update(no_key=True).get(pk=article_id)
        if not article.url.startswith("urn:"):
            article.due_at = now
            article.save(update_fields=["due_at"])
    return article


def check_due(hosts: Collection[str], *, due_by: datetime | None = None) -> Iterator[CheckReport]:
    """Check what is due on these hosts, as far as they can be held; yields a report for each page.

    One batch: as many pages of each host as its gap allows within the time of a batch, those of hot claims
    first, then the longest overdue. After it, alone on its host, a page that may have broken its batch.
    ``due_by`` leaves out what fell due later.
    """
    suspect = due_suspect(hosts, due_by=due_by)
    held = hold_hosts([host for host in hosts if not suspect or host != suspect[0]], patience=_PATIENCE)
    pace = cadences()
    most = {host: pages_in_a_batch(pace(host).host_gap) for host in held.free_at}
    yield from _check(held, due_pages(most, due_by=due_by), only_due=True)
    if suspect:
        host, article_id = suspect
        held = hold_hosts([host], patience=_PATIENCE)
        yield from _check(held, [article_id] if held.free_at else [], only_due=True)


def check_articles(
    article_ids: Iterable[str], *, only_due: bool, patience: timedelta = _PATIENCE
) -> Iterator[CheckReport]:
    """Check the articles, hosts side by side, one connection and a gap per host; yields a report for each.

    With ``only_due`` the rows that are not due are left out in silence. A host that is not free within
    ``patience`` is left to a later sweep; so is an article that another worker has (reported as busy).
    """
    waiting = _by_host(article_ids)
    while waiting:
        held = wait_for_hosts(list(waiting)[:HOSTS_IN_A_BATCH], patience=patience)
        if not held.free_at:
            yield from (CheckReport(key, CheckOutcome.BUSY) for ids in waiting.values() for key in ids)
            return
        taken: list[str] = []
        pace = cadences()
        for host in held.free_at:
            most = pages_in_a_batch(pace(host).host_gap)
            ids = waiting.pop(host)
            taken += ids[:most]
            if ids[most:]:
                waiting[host] = ids[most:]
        checked = set()
        for report in _check(held, taken, only_due=only_due):
            checked.add(report.article)
            yield report
        if not only_due:
            yield from (CheckReport(key, CheckOutcome.BUSY) for key in taken if key not in checked)


def _check(held: HeldHosts, article_ids: Sequence[str], *, only_due: bool) -> Iterator[CheckReport]:
    """Lease what is free of the articles and check it; the hosts are let go in any case."""
    try:
        pages = lease_articles(article_ids, only_due=only_due)
        reach(AFTER_LEASE)
        batch = Batch(held, pages)
    except BaseException:
        held.release()
        raise
    yield from batch.run()


def finish_check(*, article_id: str, result: FetchResult, read: PageRead | None = None) -> CheckReport:
    """Write down what a fetch of the article, made just now, brought; raises `Article.DoesNotExist`.

    ``read`` is what its page says to one who never saw it before. Busy when another worker has the article.
    """
    won = lease_articles([article_id], only_due=False)
    if not won:
        return CheckReport(article_id, CheckOutcome.BUSY)
    [held] = won
    now = database_now()
    heed_host(result, now=now)
    if held.newest_id is not None:
        read = None
    if read is None and isinstance(result, Fetched) and needs_reading(held, result):
        page = held.page_to_read(result, before=said_before([held]).get(held.id))
        read = read_apart(partial(read_again, parse=attribution_parser(apart=True)), page)
        if read is None:
            return finish(held, broke_reader(result, now=now))
    return finish(held, look_at(result, now=now, read=read))


def _by_host(article_ids: Iterable[str]) -> dict[str, list[str]]:
    rows = dict(Article.objects.filter(pk__in=list(article_ids)).values_list("id", "host"))
    hosts: dict[str, list[str]] = {}
    for article_id in dict.fromkeys(article_ids):
        if rows.get(article_id):  # a file in hand has no address to ask
            hosts.setdefault(rows[article_id], []).append(article_id)
    return hosts

"""Looking at sources again, in batches of whole hosts, now or as far as they are due."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, F, IntegerField, QuerySet, Value

from claims.models import ArchiveCopy, Article, Delivery, Feed, Host, User, Webhook
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
from claims.pipeline.schedule import HOT_AIM
from claims.queries.among import Among
from claims.queries.clock import database_now
from claims.queries.due import HOSTS_IN_A_BATCH, due_pages, due_suspect
from claims.queries.heat import HOT_FOR, is_of_claims_since
from claims.queries.prepared import Given, Prepared
from claims.queries.tiers import attribution_parser
from claims.vocabulary import ArticleState, CheckOutcome, Role

_PATIENCE = timedelta(seconds=20)
_BEYOND_A_DOUBT = timedelta(days=1)  # however short the settings' longest wait


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


def heat_up() -> int:
    """Bring forward the next check of what hot claims rest on; returns how many pages were brought forward.

    A claim that turns hot must not wait for a check that was set while it was cold. Pages that fail, or are
    going missing, keep the waits that they have earned, and so do those that could not be asked for just now;
    what is being written down is passed over, for its next check is being set.
    """
    now = database_now()
    longest = max(HOT_AIM, timedelta(seconds=settings.CHECK_MIN_SECONDS))
    with transaction.atomic():
        late = [page for (page,) in _LATE.rows(now=now, since=now - HOT_FOR, longest=longest)]
        if not late:
            return 0
        ours = Article.objects.filter(Among("id", late))
        return ours.update(due_at=F("last_checked_at") + longest)


_NOW, _LATEST = (Given(name, DateTimeField()) for name in ("now", "latest"))


def _late() -> QuerySet[Article, tuple[str]]:
    """The calm pages of hot claims whose next check is further off than it should be, locked."""
    calm = Article.objects.filter(failures=0, missing_checks=0, put_offs=0, last_checked_at__isnull=False)
    waits = calm.filter(due_at__gt=_NOW).exclude(state=ArticleState.STUCK)
    soon = F("last_checked_at") + Given("longest", DurationField())
    late = waits.filter(is_of_claims_since(Given("since", DateTimeField())), due_at__gt=soon)
    free = late.order_by("id").select_for_update(skip_locked=True, of=("self",), no_key=True)
    return free.values_list("id")


_LATE = Prepared(_late)


def shelve_stuck() -> int:
    """Put aside what broke its worker too often: marked for the desk, and tried again at the longest wait.

    Returns how many articles were shelved. A lease that still runs is left alone.
    """
    now, after = database_now(), settings.STUCK_AFTER
    if not any(_BROKEN.rows(now=now, after=after)):
        return 0
    return _broken(now, after).update(
        state=ArticleState.STUCK,
        state_reason=f"The check broke off {after} times in a row; it is tried again after a long pause.",
        due_at=now + timedelta(seconds=settings.CHECK_MAX_SECONDS),
        lease_until=None,
        updated_at=now,
    )


def _broken(now: datetime | Given, after: int | Given) -> QuerySet[Article]:
    broken = Article.objects.filter(attempts__gte=after, lease_until__lte=now)
    return broken.exclude(state=ArticleState.STUCK, due_at__gt=now)


_BROKEN = Prepared(lambda: _broken(_NOW, Given("after", IntegerField())).order_by().values_list("id")[:1])


def bring_back() -> int:
    """Make due again what lies beyond every wait: a clock that ran ahead put it there, or longer settings.

    Returns how many rows came back. Leases, holds and pauses that the same clock made end, too. Mostly there
    is nothing, which one query tells.
    """
    now = database_now()
    latest = now + max(_BEYOND_A_DOUBT, timedelta(seconds=settings.CHECK_MAX_SECONDS))
    if not any(_BEYOND.rows(now=now, latest=latest)):
        return 0
    for rows, of_now in _kept_from_us(now, latest):
        rows.update(**of_now)
    return sum(rows.update(due_at=now) for rows in _never_due(latest))


def _kept_from_us(
    now: datetime | Given, latest: datetime | Given
) -> Iterator[tuple[QuerySet[Any], dict[str, Any]]]:
    """Rows that are held, left alone or leased beyond every wait, and what becomes of them."""
    yield Host.objects.filter(held_until__gt=latest), {"held_by": "", "held_until": None}
    yield Host.objects.filter(free_at__gt=latest), {"free_at": now}
    yield Host.objects.filter(robots_until__gt=latest), {"robots_until": None}
    yield Webhook.objects.filter(free_at__gt=latest), {"free_at": now}
    for rows in _QUEUES:
        yield rows.objects.filter(due_at__lte=now, lease_until__gt=latest), {"lease_until": None}


def _never_due(latest: datetime | Given) -> Iterator[QuerySet[Any]]:
    return (rows.objects.filter(due_at__gt=latest) for rows in _QUEUES)


_QUEUES = (Article, Feed, ArchiveCopy, Delivery)


def _beyond() -> QuerySet[Any, tuple[int]]:
    """One row where anything lies beyond every wait."""
    kept = (rows for rows, _ in _kept_from_us(_NOW, _LATEST))
    first, *others = (rows.order_by().values_list(Value(1)) for rows in (*kept, *_never_due(_LATEST)))
    return first.union(*others)


_BEYOND = Prepared(_beyond)

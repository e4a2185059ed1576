"""Looking at sources again: leased, fetched with no transaction open, finished under the fence."""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from claims.models import Article, User
from claims.operations.failpoints import AFTER_LEASE, reach
from claims.operations.findings import CheckReport, finish
from claims.operations.leases import book_host, lease
from claims.operations.policies import cadence, fetch_policy, host_of, lease_time
from claims.operations.refusals import require
from claims.operations.robots import RobotsRules, robots_for
from claims.operations.sightings import Leased, disallowed, look_at
from claims.pipeline.fetch import FetchResult, fetch_many
from claims.queries.clock import database_now
from claims.vocabulary import ArticleState, CheckOutcome, Role

_PATIENCE = timedelta(seconds=20)


def check_now(*, article_id: str, by: User, now: datetime) -> Article:
    """Make the article due at once; the next sweep takes it.

    A contributor. Raises `Article.DoesNotExist`, `NotAllowedError`.
    """
    require(by, Role.CONTRIBUTOR)
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=article_id)
        if not article.url.startswith("urn:"):
            article.due_at = now
            article.save(update_fields=["due_at"])
    return article


def check_articles(
    article_ids: Iterable[str], *, only_due: bool, patience: timedelta = _PATIENCE
) -> Iterator[CheckReport]:
    """Check the articles, hosts side by side, one connection and a gap per host; yields a report for each.

    With ``only_due`` the rows that are not due are left out in silence. A host that is booked for longer than
    ``patience`` is left to a later sweep; so is an article that another worker has (reported as busy).
    """
    waiting = _by_host(article_ids)
    rules = robots_for(queue[0].url for queue in waiting.values())
    while waiting:
        wave: list[tuple[datetime, str]] = []
        for host, queue in list(waiting.items()):
            gap = max(cadence(queue[0].url).host_gap, rules.may_read(queue[0].url).delay)
            start = book_host(host, gap=gap, patience=patience)
            if start is None:
                yield from (CheckReport(article.id, CheckOutcome.BUSY) for article in waiting.pop(host))
                continue
            wave.append((start, queue.popleft().id))
            if not queue:
                del waiting[host]
        if wave:
            _sleep_until(max(start for start, _ in wave))
            yield from _check_wave([article_id for _, article_id in wave], rules, only_due=only_due)


def finish_check(*, article_id: str, result: FetchResult) -> CheckReport:
    """Write down what a fetch of the article, made just now, brought; raises `Article.DoesNotExist`.

    Busy when another worker has the article.
    """
    fence = lease(Article, article_id, seconds=lease_time(), only_due=False)
    if fence is None:
        return CheckReport(article_id, CheckOutcome.BUSY)
    held = Leased(Article.objects.select_related("newest", "publisher").get(pk=article_id), fence)
    return finish(held, look_at(held, result))


def _by_host(article_ids: Iterable[str]) -> dict[str, deque[Article]]:
    rows = Article.objects.in_bulk(list(dict.fromkeys(article_ids)))
    hosts: dict[str, deque[Article]] = {}
    for article in rows.values():
        if not article.url.startswith("urn:"):  # a file in hand has no address to ask
            hosts.setdefault(host_of(article.url), deque()).append(article)
    return hosts


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - database_now()).total_seconds()))


def _check_wave(article_ids: Sequence[str], rules: RobotsRules, *, only_due: bool) -> Iterator[CheckReport]:
    leased: dict[str, Leased] = {}
    for article_id in article_ids:
        fence = lease(Article, article_id, seconds=lease_time(), only_due=only_due)
        if fence is not None:
            article = Article.objects.select_related("newest", "publisher").get(pk=article_id)
            held = Leased(article, fence)
            permission = rules.may_read(article.url)
            if permission.allowed or held.is_asked_for_by_hand:
                leased[article.url] = held
            else:
                yield finish(held, disallowed(permission.reason))
        elif not only_due:
            yield CheckReport(article_id, CheckOutcome.BUSY)
    reach(AFTER_LEASE)
    requests = [held.request for held in leased.values()]
    # Deadlines run on while a page is read: first fetch all, then look at each.
    for request, result in list(fetch_many(requests, policy=fetch_policy())):
        held = leased[request.url]
        yield finish(held, look_at(held, result))


def shelve_stuck() -> int:
    """Put aside what broke its worker too often: marked for the desk, and tried again at the longest wait.

    Returns how many articles were shelved. A lease that still runs is left alone.
    """
    now, after = database_now(), settings.STUCK_AFTER
    broken = Article.objects.filter(attempts__gte=after, lease_until__lte=now)
    return broken.exclude(state=ArticleState.STUCK, due_at__gt=now).update(
        state=ArticleState.STUCK,
        state_reason=f"The check broke off {after} times in a row; it is tried again at the longest wait.",
        due_at=now + timedelta(seconds=settings.CHECK_MAX_SECONDS),
        lease_until=None,
        updated_at=now,
    )

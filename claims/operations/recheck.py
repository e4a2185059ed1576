"""Looking at sources again: leased, fetched with no transaction open, finished under the fence."""

import random
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from claims.models import Article, Change, Claim, Snapshot, User
from claims.operations.capture import Reading, linked_claims, read_page, store_proposals, store_snapshot
from claims.operations.consequences import claims_of, follow_change, tell_state
from claims.operations.leases import book_host, hold_host, lease
from claims.operations.ledger import Book, writing
from claims.operations.policies import cadence, fetch_policy, host_of, lease_time, source_policy
from claims.operations.refusals import require
from claims.operations.robots import RobotsRules, robots_for
from claims.pipeline.diff import Difference, compare
from claims.pipeline.extract_text import UnreadableError, fingerprint
from claims.pipeline.fetch import Fetched, FetchFailed, FetchRequest, FetchResult, fetch_many
from claims.pipeline.gate.retry_after import retry_after_seconds
from claims.pipeline.schedule import ScheduleInput, next_check_at
from claims.pipeline.source_state import Observation, SourceHistory, SourceVerdict, judge_source
from claims.queries.clock import database_now
from claims.vocabulary import ArticleState, ChangeKind, CheckOutcome, Role

# A claim that moved within this time is hot: its sources are looked at most often.
_HOT_FOR = timedelta(days=2)
_PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one check found; ``change`` is the kind of change, if there was one."""

    article: str
    outcome: CheckOutcome
    change: ChangeKind | None = None


@dataclass(frozen=True, slots=True)
class _Leased:
    """What a worker knows of an article while it works, read once when leasing."""

    article: Article
    fence: int

    @property
    def is_asked_for_by_hand(self) -> bool:
        """Whether a person added the page and nobody has looked yet: fetched once, whatever robots say."""
        return self.article.newest is None and self.article.added_by_id is not None

    @property
    def request(self) -> FetchRequest:
        """What to ask the server, with the validators of the newest snapshot."""
        newest = self.article.newest
        return FetchRequest(
            url=self.article.url,
            etag=(self.article.etag or None) if newest else None,
            last_modified=(self.article.last_modified or None) if newest else None,
            validated_url=newest.final_url if newest else None,
        )


@dataclass(frozen=True, slots=True)
class _Sighting:
    """What a worker brings back: the fetch's result, what it means, and the reading if anything is new."""

    result: FetchResult | None
    observation: Observation
    reading: Reading | None
    difference: Difference | None
    unreadable: str


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
    held = _Leased(Article.objects.select_related("newest", "publisher").get(pk=article_id), fence)
    return _finish(held, _look_at(held, result))


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
    leased: dict[str, _Leased] = {}
    for article_id in article_ids:
        fence = lease(Article, article_id, seconds=lease_time(), only_due=only_due)
        if fence is not None:
            article = Article.objects.select_related("newest", "publisher").get(pk=article_id)
            held = _Leased(article, fence)
            permission = rules.may_read(article.url)
            if permission.allowed or held.is_asked_for_by_hand:
                leased[article.url] = held
            else:
                yield _finish(held, _disallowed(permission.reason))
        elif not only_due:
            yield CheckReport(article_id, CheckOutcome.BUSY)
    requests = [held.request for held in leased.values()]
    # Deadlines run on while a page is read: first fetch all, then look at each.
    for request, result in list(fetch_many(requests, policy=fetch_policy())):
        held = leased[request.url]
        yield _finish(held, _look_at(held, result))


def _look_at(held: _Leased, result: FetchResult) -> _Sighting:
    """Turn the answer into what it means; reads the page only where its bytes and visible text moved."""
    article, newest = held.article, held.article.newest
    reading, difference, unreadable = None, None, ""
    if isinstance(result, Fetched) and 200 <= result.status < 300 and not _same_as(newest, result):
        try:
            reading = read_page(
                result.body,
                content_type=result.header("content-type"),
                final_url=result.final_url,
                published_at=article.published_at,
                http_status=result.status,
                headers=result.headers,
            )
        except UnreadableError as error:
            unreadable = str(error)
        if reading is not None and newest is not None:
            difference = compare(
                headline_before=newest.headline,
                text_before=newest.text,
                headline_after=(reading.article.headline or "")[:500],
                text_after=reading.article.text,
            )
    observation = _observe(result, reading, unreadable)
    return _Sighting(result, observation, reading, difference, unreadable)


def _disallowed(reason: str) -> _Sighting:
    """What a worker brings back where robots.txt forbids to look."""
    observation = Observation(
        at=database_now(),
        status=None,
        failure="robots",
        complete=False,
        length_known=False,
        redirected_to_root=False,
        text_length=None,
    )
    return _Sighting(None, observation, None, None, reason)


def _same_as(newest: Snapshot | None, result: Fetched) -> bool:
    """Whether the page says what it said: the same visible text, whatever else moved around it."""
    if newest is None:
        return False
    content_type = result.header("content-type")
    try:
        return fingerprint(result.body, content_type=content_type) == newest.fingerprint
    except UnreadableError:
        return False


def _observe(result: FetchResult, reading: Reading | None, unreadable: str) -> Observation:
    now = database_now()
    if not isinstance(result, Fetched):
        return Observation(
            at=now,
            status=None,
            failure=str(result.code),
            complete=False,
            length_known=False,
            redirected_to_root=False,
            text_length=None,
        )
    asked, landed = urlsplit(result.url), urlsplit(result.final_url)
    to_root = landed.path in ("", "/") and not landed.query and asked.path not in ("", "/")
    return Observation(
        at=now,
        status=result.status,
        failure="unreadable" if unreadable else None,
        complete=True,  # the gate turns an answer that was cut off into a failure
        length_known=result.length_known,
        redirected_to_root=to_root,
        text_length=len(reading.article.text) if reading else None,
        moved=bool(result.permanent_url) and result.permanent_url != result.url and not to_root,
    )


def _finish(held: _Leased, seen: _Sighting) -> CheckReport:
    """Write down what was seen, unless another worker has taken over meanwhile."""
    with writing() as book:
        article = (
            Article.objects.select_for_update(of=("self",))
            .select_related("newest", "publisher")
            .get(pk=held.article.pk)
        )
        if article.fence != held.fence:
            return CheckReport(article.id, CheckOutcome.LATE)
        verdict = judge_source(seen.observation, _history(article), source_policy(article.url))
        report = _write_down(book, article, seen, verdict)
        article.lease_until, article.attempts = None, 0
        article.check_count += 1
        article.last_checked_at = seen.observation.at
        article.due_at = _next_check(article, seen)
        article.save()
    _heed_host(held.article.url, seen)
    return report


def _heed_host(url: str, seen: _Sighting) -> None:
    """Leave the whole host alone for as long as it asks, at most the longest wait between two checks."""
    seconds = _asked_to_wait(seen.result, seen.observation.at)
    if seconds:
        until = seen.observation.at + min(timedelta(seconds=seconds), cadence(url).longest)
        hold_host(host_of(url), until=until)


def _asked_to_wait(result: FetchResult | None, now: datetime) -> float | None:
    """Return the seconds of Retry-After where the host is overloaded (429, 503), else None."""
    if isinstance(result, Fetched) and result.status in (429, 503):
        return retry_after_seconds(result.header("retry-after"), now=now)
    if isinstance(result, FetchFailed):
        return retry_after_seconds(result.retry_after, now=now)
    return None


def _history(article: Article) -> SourceHistory:
    return SourceHistory(
        state=ArticleState(article.state),
        missing_since=article.missing_since,
        missing_checks=article.missing_checks,
        failures=article.failures,
        attempts=article.attempts,
        ever_captured=article.newest is not None,
    )


def _write_down(book: Book, article: Article, seen: _Sighting, verdict: SourceVerdict) -> CheckReport:
    now, before = seen.observation.at, ArticleState(article.state)
    article.state = verdict.state
    reason = seen.unreadable or _refusal(seen.result) or verdict.reason
    article.state_reason = "" if verdict.state == ArticleState.LIVE else reason[:500]
    article.missing_since, article.missing_checks = verdict.missing_since, verdict.missing_checks
    article.failures = verdict.failures
    if article.state != before:
        article.updated_at = now
    if verdict.became == ChangeKind.REMOVED:
        _note_change(book, article, ChangeKind.REMOVED, now=verdict.missing_since or now, told_at=now)
        return CheckReport(article.id, CheckOutcome.REMOVED, ChangeKind.REMOVED)
    if verdict.failures or verdict.missing_checks:
        _tell_if_news(book, article, before, now)
        return CheckReport(article.id, CheckOutcome.FAILED)
    if isinstance(seen.result, Fetched):
        article.etag = (seen.result.header("etag") or "")[:500]
        article.last_modified = (seen.result.header("last-modified") or "")[:200]
    if article.newest is None and seen.reading is not None:
        snapshot = store_snapshot(book, article=article, reading=seen.reading, by=article.added_by, now=now)
        store_proposals(book, snapshot=snapshot, reading=seen.reading, now=now)
        return CheckReport(article.id, CheckOutcome.CAPTURED)
    if verdict.became is not None:
        _note_change(book, article, verdict.became, now=now, told_at=now)
    else:
        _tell_if_news(book, article, before, now)
    kind = _keep_difference(book, article, seen, now) or verdict.became
    article.last_seen_at = now
    return CheckReport(article.id, CheckOutcome.CHANGED if kind else CheckOutcome.UNCHANGED, kind)


def _refusal(result: FetchResult | None) -> str:
    return "" if result is None or isinstance(result, Fetched) else result.reason


_QUIET_STATES = frozenset({ArticleState.PENDING, ArticleState.UNREACHABLE, ArticleState.MOVED})


def _tell_if_news(book: Book, article: Article, before: ArticleState, now: datetime) -> None:
    """Put a new state on the timelines; a page that merely fails to answer now and then is no news."""
    after = ArticleState(article.state)
    if after != before and not (after in _QUIET_STATES or before in _QUIET_STATES):
        tell_state(book, article=article, before=before, now=now)


def _keep_difference(book: Book, article: Article, seen: _Sighting, now: datetime) -> ChangeKind | None:
    """Keep a new snapshot and the change between, if the page says something else than it did."""
    difference, before = seen.difference, article.newest
    if seen.reading is None or difference is None or difference.kind is None or before is None:
        return None
    # All at once, in one order: first those it carried, later those it links to, could wait for each other.
    book.claims(claims_of(article) | linked_claims(seen.reading))
    snapshot = store_snapshot(book, article=article, reading=seen.reading, by=None, now=now)
    change = Change.objects.create(
        article=article,
        kind=difference.kind,
        before=before,
        after=snapshot,
        not_before=min(article.last_checked_at or before.captured_at, now),
        not_after=now,
        notice=difference.notice or "",
        summary=difference.summary[:500],
        hedge_shift=str(difference.hedge_shift or ""),
        diff={
            "headline": [asdict(piece) for piece in difference.headline],
            "body": [asdict(piece) for piece in difference.body],
        },
    )
    _count_change(article, change, now)
    follow_change(book, article=article, change=change, now=now)
    store_proposals(book, snapshot=snapshot, reading=seen.reading, now=now)
    return difference.kind


def _note_change(book: Book, article: Article, kind: ChangeKind, *, now: datetime, told_at: datetime) -> None:
    """Keep a change of the address itself: removed, restored or moved."""
    change = Change.objects.create(
        article=article,
        kind=kind,
        before=article.newest,
        not_before=min(article.last_seen_at or article.added_at, now),
        not_after=now,
        summary=(article.state_reason or f"{kind.label}.")[:500],
    )
    _count_change(article, change, told_at)
    follow_change(book, article=article, change=change, now=told_at)


def _count_change(article: Article, change: Change, now: datetime) -> None:
    if change.kind != ChangeKind.TRIVIAL:
        article.change_count += 1
        article.last_changed_at = now
    article.updated_at = now


def _next_check(article: Article, seen: _Sighting) -> datetime | None:
    if article.url.startswith("urn:"):
        return None
    pace = cadence(article.url)
    settling = article.missing_checks > 0 and article.state != ArticleState.REMOVED
    return next_check_at(
        ScheduleInput(
            now=seen.observation.at,
            published_at=article.published_at,
            first_captured_at=article.added_at,
            last_changed_at=article.last_changed_at,
            checks=article.check_count,
            changes=article.change_count,
            failures=article.failures,
            hot=Claim.objects.filter(
                appearances__article=article, updated_at__gte=seen.observation.at - _HOT_FOR
            ).exists(),
            retry_after_seconds=_asked_to_wait(seen.result, seen.observation.at),
            minimum=pace.shortest,
            maximum=pace.longest,
            jitter=random.random(),  # noqa: S311 - spreads the load, guards nothing
            settle_within=pace.removed_after / pace.removed_after_checks if settling else None,
        )
    )


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

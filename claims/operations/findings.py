"""Writing down what a check saw, under the fence: state, snapshot, change, and when to look again."""

import random
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from claims.models import Article, Change, Snapshot
from claims.operations.appearances import clipped
from claims.operations.capture import Reading, linked_claims, store_proposals, store_snapshot
from claims.operations.consequences import claims_of, claims_of_all, follow_change, tell_change, tell_state
from claims.operations.failpoints import AFTER_FINISH, BEFORE_FINISH, INSIDE_FINISH, reach
from claims.operations.leases import hold_host
from claims.operations.ledger import Book, writing
from claims.operations.policies import Cadence, cadence, host_of, source_policy
from claims.operations.sightings import OVERLOADED, Leased, Sighting, asked_to_wait
from claims.operations.stand_ins import known_of_others, stand_in_of
from claims.pipeline.change.notices import retraction_in
from claims.pipeline.fetch import Fetched, FetchRefused, FetchResult
from claims.pipeline.schedule import ScheduleInput, next_check_at
from claims.pipeline.source_state import (
    OWN_OUTAGE,
    PUT_OFF,
    SourceHistory,
    SourceVerdict,
    judge_source,
    may_wait,
)
from claims.queries.heat import hot_articles
from claims.vocabulary import ArticleState, ChangeKind, CheckOutcome

_USUAL_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one check found; ``change`` is the kind of change, if there was one."""

    article: str
    outcome: CheckOutcome
    change: ChangeKind | None = None


def finish(held: Leased, seen: Sighting) -> CheckReport:
    """Write down what was seen, unless another worker has taken over meanwhile."""
    [report] = finish_together([(held, seen)])
    return report


def finish_together(checks: Sequence[tuple[Leased, Sighting]]) -> list[CheckReport]:
    """Write down what was seen of several pages in one transaction: all of it, or nothing.

    A page is late where another worker has taken it over. Rows are locked in one order, first the articles,
    then the claims of all of them, each by their ids, so that no two workers wait for each other.
    """
    reach(BEFORE_FINISH)
    with writing() as book:
        articles = _locked([held.id for held, _ in checks])
        ours = [(articles[held.id], seen) for held, seen in checks if articles[held.id].fence == held.fence]
        _hold_claims(book, ours)
        told = {article.id: _finish(book, article, seen) for article, seen in ours}
        reach(INSIDE_FINISH)
    reach(AFTER_FINISH)
    return [told.get(held.id) or CheckReport(held.id, CheckOutcome.LATE) for held, _ in checks]


def _locked(article_ids: Collection[str]) -> dict[str, Article]:
    rows = Article.objects.select_for_update(of=("self",), no_key=True).select_related("newest", "publisher")
    return {article.id: article for article in rows.filter(pk__in=article_ids).order_by("pk")}


def _hold_claims(book: Book, checks: Sequence[tuple[Article, Sighting]]) -> None:
    """Lock all claims that the pages carry, or carry from now on, and of which something may be told."""
    seen_of = {article.id: seen for article, seen in checks if not _was_not_asked(seen)}
    claims = set().union(*claims_of_all(book, seen_of).values())
    readings = (seen.reading for seen in seen_of.values())
    book.claims(claims.union(*(linked_claims(reading) for reading in readings if reading is not None)))


def _was_not_asked(seen: Sighting) -> bool:
    return seen.observation.failure in (OWN_OUTAGE, PUT_OFF)


def _finish(book: Book, article: Article, seen: Sighting) -> CheckReport:
    """Write down what was seen of one (locked) page."""
    if seen.observation.failure == OWN_OUTAGE or _waits_on(article, seen):
        return _postpone(article, seen.observation.at)
    seen = known_of_others(article, seen)
    verdict = judge_source(seen.observation, history_of(article), source_policy(article.url))
    report = _write_down(book, article, seen, verdict)
    article.lease_until = None
    if not seen.broke_reader:
        article.attempts = 0
    article.check_count += 1
    article.last_checked_at = seen.observation.at
    is_of_claims = claims_of(book, article) or (seen.reading and linked_claims(seen.reading))
    hot = bool(is_of_claims and hot_articles([article.id], now=seen.observation.at))
    article.due_at = next_check(article, seen, hot=hot)
    article.save()
    return report


def _waits_on(article: Article, seen: Sighting) -> bool:
    """Count how often in a row the page is put off; whether it may go on waiting for the host it leads to."""
    is_put_off = seen.observation.failure == PUT_OFF
    article.put_offs = article.put_offs + 1 if is_put_off else 0
    return is_put_off and may_wait(article.put_offs, source_policy(article.url))


def _postpone(article: Article, now: datetime) -> CheckReport:
    """Let go of a page that we could not ask for: it was not checked, and nothing is known of it."""
    article.lease_until, article.attempts = None, 0
    article.due_at = now + cadence(article.url).shortest
    article.save(update_fields=["lease_until", "attempts", "put_offs", "due_at"])
    return CheckReport(article.id, CheckOutcome.FAILED)


def heed_host(result: FetchResult, *, now: datetime) -> None:
    """Leave the whole host alone for as long as an overloaded one asks, or for a while if it does not say.

    The host is the one that said so, also where another redirected to it. At most for the longest wait
    between two checks.
    """
    seconds = asked_to_wait(result, now)
    if isinstance(result, FetchRefused) or (seconds is None and result.status not in OVERLOADED):
        return
    url = result.final_url if isinstance(result, Fetched) else result.hop
    pace = cadence(url)
    if seconds is None:
        seconds = min(_USUAL_PAUSE, pace.shortest).total_seconds()
    if seconds:
        hold_host(host_of(url), until=now + min(timedelta(seconds=seconds), pace.longest))


def history_of(article: Article | Leased) -> SourceHistory:
    """Return what the checks before saw; a worker's copy knows no doubts, for it is asked of calm pages."""
    doubted = article.doubted_state if isinstance(article, Article) else ""
    return SourceHistory(
        state=ArticleState(article.state),
        missing_since=article.missing_since,
        missing_checks=article.missing_checks,
        failures=article.failures,
        attempts=article.attempts,
        ever_captured=article.newest_id is not None,
        doubted_state=ArticleState(doubted) if doubted else None,
        doubted_checks=article.doubted_checks if isinstance(article, Article) else 0,
    )


def _write_down(book: Book, article: Article, seen: Sighting, verdict: SourceVerdict) -> CheckReport:
    now, before = seen.observation.at, ArticleState(article.state)
    article.state = verdict.state
    reason = seen.unreadable or _refusal(seen.result) or verdict.reason
    article.state_reason = "" if verdict.state == ArticleState.LIVE else reason[:500]
    article.missing_since, article.missing_checks = verdict.missing_since, verdict.missing_checks
    article.failures = verdict.failures
    article.doubted_state, article.doubted_checks = str(verdict.doubted_state or ""), verdict.doubted_checks
    if article.state != before:
        article.updated_at = now
    article.failing_since = (article.failing_since or now) if _saw_nothing(verdict) else None
    article.stand_in_fingerprint = stand_in_of(article, seen, saw_nothing=_saw_nothing(verdict))
    if verdict.became == ChangeKind.REMOVED:
        _note_change(book, article, ChangeKind.REMOVED, now=verdict.missing_since or now, told_at=now)
        return CheckReport(article.id, CheckOutcome.REMOVED, ChangeKind.REMOVED)
    if _saw_nothing(verdict):
        _tell_if_news(book, article, before, now)
        return CheckReport(article.id, CheckOutcome.FAILED)
    if isinstance(seen.result, Fetched) and not seen.result.not_modified:
        article.etag = (seen.result.header("etag") or "")[:500]
        article.last_modified = (seen.result.header("last-modified") or "")[:200]
        article.seen_sha256, article.seen_fingerprint = seen.sha256, seen.fingerprint
    if article.newest is None and seen.reading is not None:
        snapshot = store_snapshot(book, article=article, reading=seen.reading, by=article.added_by, now=now)
        store_proposals(book, snapshot=snapshot, reading=seen.reading, now=now)
        _heed_retraction(article, snapshot)
        return CheckReport(article.id, CheckOutcome.CAPTURED)
    if verdict.became is not None:
        _note_change(book, article, verdict.became, now=now, told_at=now)
    else:
        _tell_if_news(book, article, before, now)
    if before == ArticleState.REMOVED and article.newest is not None:
        _heed_retraction(article, article.newest)
    kind = _keep_difference(book, article, seen, now) or verdict.became
    article.last_seen_at = now
    return CheckReport(article.id, CheckOutcome.CHANGED if kind else CheckOutcome.UNCHANGED, kind)


def _saw_nothing(verdict: SourceVerdict) -> bool:
    return bool(verdict.failures or verdict.missing_checks)


def _refusal(result: FetchResult | None) -> str:
    return "" if result is None or isinstance(result, Fetched) else result.reason


_QUIET_STATES = frozenset({ArticleState.PENDING, ArticleState.UNREACHABLE, ArticleState.MOVED})


def _tell_if_news(book: Book, article: Article, before: ArticleState, now: datetime) -> None:
    """Put a new state on the timelines; a page that merely fails to answer now and then is no news."""
    after = ArticleState(article.state)
    is_back = after == ArticleState.LIVE and before in _QUIET_STATES
    if after != before and after not in _QUIET_STATES and not is_back:
        tell_state(book, article=article, before=before, now=now)


def _keep_difference(book: Book, article: Article, seen: Sighting, now: datetime) -> ChangeKind | None:
    """Keep a new snapshot and the change between, if the page says something else than it did."""
    difference, before = seen.difference, article.newest
    if seen.reading is None or difference is None or difference.kind is None or before is None:
        return None
    if _alternates(article, seen.reading):
        return _tell_alternation(book, article, before, seen, now)
    # The check before may have seen nothing: the change lies between the last two that saw the page.
    seen_before = article.last_seen_at or before.captured_at
    snapshot = store_snapshot(book, article=article, reading=seen.reading, by=None, now=now)
    change = Change.objects.create(
        article=article,
        kind=difference.kind,
        before=before,
        after=snapshot,
        not_before=min(seen_before, now),
        not_after=now,
        notice=difference.notice or "",
        summary=difference.summary[:500],
        hedge_shift=str(difference.hedge_shift or ""),
        diff={
            "headline": [asdict(piece) for piece in difference.headline],
            "body": [asdict(piece) for piece in difference.body],
        },
    )
    _heed_retraction(article, snapshot)
    _count_change(article, change, now)
    follow_change(book, article=article, change=change, now=now)
    store_proposals(book, snapshot=snapshot, reading=seen.reading, now=now)
    return difference.kind


def _heed_retraction(article: Article, snapshot: Snapshot) -> None:
    """Mark the article as retracted while its newest snapshot says so, and no longer."""
    notice = retraction_in(f"{snapshot.headline}\n{snapshot.text}")
    if notice is not None:
        article.state = ArticleState.RETRACTED
        article.state_reason = f"Its publisher took it back: “{clipped(notice)}”"
    elif article.state == ArticleState.RETRACTED:
        article.state, article.state_reason = ArticleState.LIVE, ""


def _alternates(article: Article, reading: Reading) -> bool:
    """Whether the page goes to and fro: it said A, B, A in its last three snapshots, and now B again."""
    if article.snapshot_count < len("ABA"):
        return False
    said = list(article.snapshots.order_by("-number").values_list("headline", "text")[:3])
    now = ((reading.article.headline or "")[:500], reading.article.text)
    return len(said) == 3 and said[0] == said[2] and said[1] == now


def _tell_alternation(
    book: Book, article: Article, before: Snapshot, seen: Sighting, now: datetime
) -> ChangeKind | None:
    """Keep that the page alternates between two versions we hold, once; then it is no news any more.

    The newest snapshot stays, and what was seen now stands for it, too. Nothing is looked at again.
    """
    if seen.reading is not None:
        article.seen_sha256, article.seen_fingerprint = seen.reading.sha256, seen.reading.article.fingerprint
    other = article.snapshots.exclude(pk=before.pk).order_by("-number")[0]
    if Change.objects.filter(article=article, before=before, after=other).exists():
        return None
    change = Change.objects.create(
        article=article,
        kind=ChangeKind.TRIVIAL,
        before=before,
        after=other,
        not_before=min(article.last_seen_at or before.captured_at, now),
        not_after=now,
        summary="The page alternates between two versions; both are kept, and this is told once.",
    )
    tell_change(book, article=article, change=change)
    return ChangeKind.TRIVIAL


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


def next_check(
    article: Article | Leased, seen: Sighting, *, hot: bool, pace: Cadence | None = None
) -> datetime | None:
    """Return when to look again, at the ``pace`` of its host; None for a file in hand, which nobody asks."""
    if article.url.startswith("urn:"):
        return None
    pace, now = pace or cadence(article.url), seen.observation.at
    if article.state == ArticleState.STUCK:
        return now + pace.longest
    settling = article.missing_checks > 0 and article.state != ArticleState.REMOVED
    return next_check_at(
        ScheduleInput(
            now=now,
            published_at=article.published_at,
            first_captured_at=article.added_at,
            last_changed_at=article.last_changed_at,
            checks=article.check_count,
            changes=article.change_count,
            failures=article.failures,
            hot=hot,
            retry_after_seconds=asked_to_wait(seen.result, now),
            minimum=pace.shortest,
            maximum=pace.longest,
            jitter=random.random(),  # noqa: S311 - spreads the load, guards nothing
            settle_within=pace.removed_after / pace.removed_after_checks if settling else None,
        )
    )

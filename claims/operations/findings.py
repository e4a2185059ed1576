"""Writing down what a check saw, under the fence: state, snapshot, change, and when to look again."""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from claims.models import Article, Change, Snapshot
from claims.operations.appearances import clipped
from claims.operations.capture import add_linked, linked_claims, take_over
from claims.operations.consequences import claims_of, claims_of_all, follow_change, tell_change, tell_state
from claims.operations.drafts import Finding, draft, store
from claims.operations.failpoints import AFTER_FINISH, BEFORE_FINISH, INSIDE_FINISH, reach
from claims.operations.flapping import CHECKS_TO_SETTLE, SETTLES_AFTER
from claims.operations.leases import hold_host
from claims.operations.ledger import Book, writing
from claims.operations.policies import Cadence, cadence, host_of, source_policy
from claims.operations.saving import save_checked
from claims.operations.sightings import OVERLOADED, Leased, Sighting, asked_to_wait
from claims.operations.stand_ins import known_of_others, stand_in_of
from claims.pipeline.change.notices import retraction_in
from claims.pipeline.fetch import Fetched, FetchRefused, FetchResult
from claims.pipeline.schedule import ScheduleInput, next_check_at
from claims.pipeline.source_state import (
    OWN_OUTAGE,
    PUT_OFF,
    SourceHistory,
    judge_source,
    may_wait,
)
from claims.queries.heat import hot_articles
from claims.vocabulary import ArticleState, ChangeKind, CheckOutcome

_USUAL_PAUSE = timedelta(minutes=1)


class CheckReport(NamedTuple):
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

    A page is late where another worker has taken it over. Rows are locked in one order, so that no two
    workers wait for each other: first the articles, then the claims of all of them, each by their ids, then
    the bytes that the pages brought, by their hashes.
    """
    reach(BEFORE_FINISH)
    with writing() as book:
        articles = _locked([held.id for held, _ in checks])
        ours = [(articles[held.id], seen) for held, seen in checks if articles[held.id].fence == held.fence]
        _hold_claims(book, ours)
        told = _finish(book, ours)
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


def _finish(book: Book, checks: Sequence[tuple[Article, Sighting]]) -> dict[str, CheckReport]:
    """Write down what was seen of these (locked) pages: what is kept of all, then what follows from each."""
    articles = [article for article, _ in checks]
    told, findings = {}, []
    for article, seen in checks:
        if seen.observation.failure == OWN_OUTAGE:
            article.put_offs = max(article.put_offs, 1)
            told[article.id] = _postpone(article, seen.observation.at)
        elif _waits_on(article, seen):
            told[article.id] = _postpone(article, seen.observation.at)
        else:
            findings.append(_judge(article, seen, beside=articles))
    store(book, findings)
    for finding in findings:
        told[finding.article.id] = _tell(book, finding)
    _settle(book, findings)
    save_checked(articles)
    return told


def _waits_on(article: Article, seen: Sighting) -> bool:
    """Count how often in a row the page is put off; whether it may go on waiting for the host it leads to."""
    is_put_off = seen.observation.failure == PUT_OFF
    article.put_offs = article.put_offs + 1 if is_put_off else 0
    return is_put_off and may_wait(article.put_offs, source_policy(article.url))


def _postpone(article: Article, now: datetime) -> CheckReport:
    """Let go of a page that we could not ask for: it was not checked, and nothing is known of it."""
    article.lease_until, article.attempts = None, 0
    article.due_at = now + cadence(article.url).shortest
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


def _judge(article: Article, seen: Sighting, *, beside: Collection[Article]) -> Finding:
    """Give the article the state that the check speaks for; drafts what is kept of it."""
    seen = known_of_others(article, seen, beside=beside)
    verdict = judge_source(seen.observation, history_of(article), source_policy(article.url))
    finding = Finding(article, seen, verdict, before=ArticleState(article.state))
    now = finding.at
    article.state = verdict.state
    article.state_reason = "" if verdict.state == ArticleState.LIVE else verdict.reason[:500]
    article.missing_since, article.missing_checks = verdict.missing_since, verdict.missing_checks
    article.failures = verdict.failures
    article.doubted_state, article.doubted_checks = str(verdict.doubted_state or ""), verdict.doubted_checks
    if article.state != finding.before:
        article.updated_at = now
    article.failing_since = (article.failing_since or now) if finding.saw_nothing else None
    article.stand_in_fingerprint = stand_in_of(article, seen, saw_nothing=finding.saw_nothing)
    if not finding.saw_nothing and isinstance(seen.result, Fetched) and not seen.result.not_modified:
        article.etag = (seen.result.header("etag") or "")[:500]
        article.last_modified = (seen.result.header("last-modified") or "")[:200]
        article.seen_sha256, article.seen_fingerprint = seen.sha256, seen.fingerprint
    draft(finding)
    return finding


def _tell(book: Book, finding: Finding) -> CheckReport:
    """Carry what is kept of a page through to its article and claims, and put it on their timelines."""
    article, now = finding.article, finding.at
    if finding.of_address is not None:
        _count_change(article, finding.of_address, now)
        follow_change(book, article=article, change=finding.of_address, now=now)
    elif not finding.is_first:
        _tell_if_news(book, finding)
    if finding.saw_nothing:
        is_removed = finding.of_address is not None
        return CheckReport(
            article.id, CheckOutcome.REMOVED if is_removed else CheckOutcome.FAILED, finding.kind
        )
    if finding.before == ArticleState.REMOVED and article.newest is not None:
        _heed_retraction(article, article.newest)
    _tell_words(book, finding)
    article.last_seen_at = now
    if finding.is_first:
        return CheckReport(article.id, CheckOutcome.CAPTURED)
    outcome = CheckOutcome.CHANGED if finding.kind else CheckOutcome.UNCHANGED
    return CheckReport(article.id, outcome, finding.kind)


def _tell_words(book: Book, finding: Finding) -> None:
    """Tell what the page says now, where that is something else than it said."""
    article, snapshot, change, now = finding.article, finding.snapshot, finding.of_words, finding.at
    if snapshot is None or finding.seen.reading is None:
        if change is not None:
            tell_change(book, article=article, change=change)
        return
    by = article.added_by if finding.is_first else None
    take_over(book, snapshot=snapshot, reading=finding.seen.reading, by=by, now=now)
    _heed_retraction(article, snapshot)
    if change is not None:
        _count_change(article, change, now)
        follow_change(book, article=article, change=change, now=now)
    add_linked(book, finding.candidates)


_QUIET_STATES = frozenset({ArticleState.PENDING, ArticleState.UNREACHABLE, ArticleState.MOVED})


def _tell_if_news(book: Book, finding: Finding) -> None:
    """Put a new state on the timelines; a page that merely fails to answer now and then is no news."""
    before, after = finding.before, ArticleState(finding.article.state)
    is_back = after == ArticleState.LIVE and before in _QUIET_STATES
    if after != before and after not in _QUIET_STATES and not is_back:
        tell_state(book, article=finding.article, before=before, now=finding.at)


def _heed_retraction(article: Article, snapshot: Snapshot) -> None:
    """Mark the article as retracted while its newest snapshot says so, and no longer."""
    notice = retraction_in(f"{snapshot.headline}\n{snapshot.text}")
    if notice is not None:
        article.state = ArticleState.RETRACTED
        article.state_reason = f"Its publisher took it back: “{clipped(notice)}”"
    elif article.state == ArticleState.RETRACTED:
        article.state, article.state_reason = ArticleState.LIVE, ""


def _count_change(article: Article, change: Change, now: datetime) -> None:
    if change.kind != ChangeKind.TRIVIAL:
        article.change_count += 1
        article.last_changed_at = now
    article.updated_at = now


def _settle(book: Book, findings: Sequence[Finding]) -> None:
    """Count the checks, let go of the pages and set when to look again.

    What is hot is asked once for all pages, after what any of them did to a claim.
    """
    carrying = [finding.article.id for finding in findings if _is_of_claims(book, finding)]
    hot = hot_articles(carrying, now=max(finding.at for finding in findings)) if carrying else set()
    for finding in findings:
        article = finding.article
        article.lease_until = None
        if not finding.seen.broke_reader:
            article.attempts = 0
        article.check_count += 1
        article.last_checked_at = finding.at
        wait = asked_to_wait(finding.seen.result, finding.at)
        article.due_at = next_check(article, finding.at, hot=article.id in hot, asked_to_wait=wait)


def _is_of_claims(book: Book, finding: Finding) -> bool:
    reading = finding.seen.reading
    return bool(claims_of(book, finding.article) or (reading and linked_claims(reading)))


def next_check(
    article: Article | Leased,
    now: datetime,
    *,
    hot: bool,
    asked_to_wait: float | None = None,
    pace: Cadence | None = None,
) -> datetime | None:
    """Return when to look again, at the ``pace`` of its host; None for a file in hand, which nobody asks.

    ``asked_to_wait`` are the seconds for which the server asked to be left alone.
    """
    if article.url.startswith("urn:"):
        return None
    pace = pace or cadence(article.url)
    if article.state == ArticleState.STUCK:
        return now + pace.longest
    is_missing = article.missing_checks > 0 and article.state != ArticleState.REMOVED
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
            retry_after_seconds=asked_to_wait,
            minimum=pace.shortest,
            maximum=pace.longest,
            jitter=random.random(),  # noqa: S311 - spreads the load, guards nothing
            settle_within=_settles_within(pace, is_missing, article.turned_at is not None),
        )
    )


def _settles_within(pace: Cadence, is_missing: bool, has_turned: bool) -> timedelta | None:
    """The longest wait while a removal is being confirmed, or a page may settle on an earlier version."""
    if is_missing:
        return pace.removed_after / pace.removed_after_checks
    return SETTLES_AFTER / CHECKS_TO_SETTLE if has_turned else None

"""What is kept of the checks of several pages: drafted page by page, then stored in a few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from claims.models import Article, Candidate, Change, Snapshot
from claims.operations.capture import (
    draft_candidates,
    draft_snapshot,
    keep_bodies,
    proposed_quotes,
)
from claims.operations.flapping import goes_to_and_fro, settled_at, stay, turn
from claims.operations.ledger import Book
from claims.operations.saving import insert
from claims.operations.sightings import Sighting
from claims.pipeline.diff import Difference, Piece
from claims.pipeline.source_state import SourceVerdict
from claims.vocabulary import ArticleState, ChangeKind

_PAGE_IS_BACK = "The page is back at its address."  # of all that becomes of it this alone has no reason


@dataclass(slots=True)
class Finding:
    """What a check of a (locked) page found, with the rows that are kept of it.

    ``before`` is the article's state until then, ``of_address`` that it was removed, restored or moved,
    ``of_words`` what its words became: in ``snapshot``, or in one of those before where it has none.
    """

    article: Article
    seen: Sighting
    verdict: SourceVerdict
    before: ArticleState
    of_address: Change | None = None
    snapshot: Snapshot | None = None
    of_words: Change | None = None
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """When the page was checked."""
        return self.seen.observation.at

    @property
    def saw_nothing(self) -> bool:
        """Whether the check did not see the article."""
        return bool(self.verdict.failures or self.verdict.missing_checks)

    @property
    def is_first(self) -> bool:
        """Whether the page was seen for the first time, so that its words changed from nothing."""
        return self.snapshot is not None and self.of_words is None

    @property
    def kind(self) -> ChangeKind | None:
        """The kind of change, that of the words first."""
        change = self.of_words or self.of_address
        return ChangeKind(change.kind) if change is not None else None


def draft(finding: Finding) -> None:
    """Draft the rows of one page; its article is as it was before, but for its state."""
    article, verdict, reading = finding.article, finding.verdict, finding.seen.reading
    if verdict.became == ChangeKind.REMOVED:
        finding.of_address = _of_address(article, verdict.became, verdict.missing_since or finding.at)
    if finding.saw_nothing:
        return
    if article.newest is None and reading is not None:
        finding.snapshot = draft_snapshot(article, reading, now=finding.at)
        return
    if verdict.became is not None:
        finding.of_address = _of_address(article, verdict.became, finding.at)
    difference, before = finding.seen.difference, article.newest
    if reading is None or before is None or difference is None or difference.kind is None:
        stay(article)
        return
    if goes_to_and_fro(article, reading, now=finding.at):
        finding.of_words = turn(article, reading, now=finding.at)
        return
    finding.snapshot = draft_snapshot(article, reading, now=finding.at)
    finding.of_words = _of_words(
        finding.snapshot, before, difference, difference.kind, stands_since=settled_at(article, reading)
    )
    stay(article)


def _of_address(article: Article, kind: ChangeKind, at: datetime) -> Change:
    """A change of the address itself: removed, restored or moved."""
    return Change(
        article=article,
        kind=kind,
        before=article.newest,
        not_before=min(article.last_seen_at or article.added_at, at),
        not_after=at,
        summary=(article.state_reason or _PAGE_IS_BACK)[:500],
    )


def _of_words(
    snapshot: Snapshot,
    before: Snapshot,
    difference: Difference,
    kind: ChangeKind,
    *,
    stands_since: datetime | None,
) -> Change:
    """A change between two snapshots.

    The check before may have seen nothing: the change lies between the last two that saw the page. Where the
    page settles on a version that it turned to, ``stands_since``, it lies before that.
    """
    article, at = snapshot.article, snapshot.captured_at
    seen_at = before.captured_at if stands_since else article.last_seen_at or before.captured_at
    return Change(
        article=article,
        kind=kind,
        before=before,
        after=snapshot,
        not_before=min(seen_at, at),
        not_after=stands_since or at,
        notice=difference.notice or "",
        summary=difference.summary[:500],
        hedge_shift=str(difference.hedge_shift or ""),
        diff={"headline": _plain(difference.headline), "body": _plain(difference.body)},
    )


def _plain(pieces: Iterable[Piece]) -> list[dict[str, str]]:
    return [{"op": piece.op, "text": piece.text} for piece in pieces]


def store(book: Book, findings: Sequence[Finding]) -> None:
    """Store what was drafted of these pages, with the candidates of the new snapshots."""
    fresh = [
        (finding, finding.snapshot, finding.seen.reading)
        for finding in findings
        if finding.snapshot is not None and finding.seen.reading is not None
    ]
    keep_bodies({snapshot.content_id: reading.body for _, snapshot, reading in fresh})
    insert(snapshot for _, snapshot, _ in fresh)
    insert(change for finding in findings for change in (finding.of_address, finding.of_words) if change)
    proposing = [entry for entry in fresh if entry[2].proposals]
    if proposing:
        known = proposed_quotes(snapshot.article_id for _, snapshot, _ in proposing)
    for finding, snapshot, reading in proposing:
        finding.candidates = draft_candidates(
            book, snapshot=snapshot, reading=reading, known=known[snapshot.article_id], now=finding.at
        )
    insert(row for finding in findings for row in finding.candidates)

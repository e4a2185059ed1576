"""What one reading of a feed's address means for it: live, failing, dead, or moved elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from claims.pipeline.source_state import SourcePolicy
from claims.vocabulary import FeedState

GONE = 410
_MISSING = frozenset({404, GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """What one reading found at ``at``; ``problem`` is a sentence, empty when a feed (or a 304) answered.

    ``status`` is None where no whole answer came, ``moved_to`` the end of a chain of lasting redirects,
    ``disallowed`` whether robots.txt kept us from asking.
    """

    at: datetime
    status: int | None
    problem: str
    moved_to: str | None = None
    disallowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHistory:
    """What was known of the feed before this reading."""

    failures: int
    failing_since: datetime | None
    missing_reads: int
    missing_since: datetime | None
    moved_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedVerdict:
    """How the feed stands now; ``adopt`` is the address to go on with, empty to stay."""

    state: FeedState
    reason: str
    failures: int = 0
    failing_since: datetime | None = None
    missing_reads: int = 0
    missing_since: datetime | None = None
    moved_to: str = ""
    adopt: str = ""


def judge_feed(seen: FeedReading, before: FeedHistory, policy: SourcePolicy) -> FeedVerdict:
    """Return how the feed stands after this reading.

    It is dead at once on 410 (RFC 9110, section 15.5.11: gone for good), and when no feed stood at the
    address (404, or another document) for as many readings and as long as ``policy`` asks of a removed page.
    Other failures never kill it. A lasting redirect counts when a second reading finds it again.
    """
    if not seen.problem:
        moved = seen.moved_to or ""
        adopt = moved if moved and moved == before.moved_to else ""
        return FeedVerdict(state=FeedState.LIVE, reason="", moved_to="" if adopt else moved, adopt=adopt)
    missing = seen.status in _MISSING or (seen.status is not None and 200 <= seen.status < 300)
    reads = before.missing_reads + 1 if missing else before.missing_reads
    since = (before.missing_since or seen.at) if missing else before.missing_since
    return FeedVerdict(
        state=_failing(seen, reads, since, policy),
        reason=seen.problem,
        failures=before.failures + 1,
        failing_since=before.failing_since or seen.at,
        missing_reads=reads,
        missing_since=since,
        moved_to=before.moved_to,
    )


def _failing(
    seen: FeedReading, missing_reads: int, missing_since: datetime | None, policy: SourcePolicy
) -> FeedState:
    if seen.disallowed:
        return FeedState.DISALLOWED
    long_gone = (
        missing_since is not None
        and missing_reads >= policy.removed_after_checks
        and seen.at - missing_since >= policy.removed_after
    )
    return FeedState.DEAD if seen.status == GONE or long_gone else FeedState.FAILING

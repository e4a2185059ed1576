"""What each of the readers' pages is made of: frozen values that a template can print, no database rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from claims.queries.reader_shapes import (
    AppearanceView,
    ArticleLink,
    ChangeView,
    ClaimLine,
    Entry,
    Freshness,
    Gap,
    Named,
    OriginGroup,
    Said,
    Verdict,
)
from claims.vocabulary import ChangeKind, ClaimStatus, EventKind, QuoteState, Stance


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Everything a reader's claim page shows, as of now or of a moment."""

    claim: ClaimLine
    verdict: Verdict | None
    timeline: tuple[Entry | Gap, ...]
    for_it: tuple[OriginGroup, ...]
    against_it: tuple[OriginGroup, ...]
    corrections: tuple[Entry, ...]
    version: int
    at: datetime | None = None
    earlier: int | None = None

    @property
    def appearances(self) -> Sequence[AppearanceView]:
        """Every appearance, whichever side it stands on."""
        return [a for group in (*self.for_it, *self.against_it) for a in group.appearances]

    @property
    def turned_count(self) -> int:
        """How many places that carried the claim deny it by now; they are still counted as carrying it."""
        return len({a.source_id for group in self.against_it for a in group.appearances if a.has_turned})


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list with the cursors to its neighbours, empty strings where there are none."""

    lines: tuple[ClaimLine, ...]
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic with how its claims stand."""

    slug: str
    name: str
    summary: str
    updated_at: datetime
    counts: tuple[tuple[ClaimStatus, int], ...]

    @property
    def claim_count(self) -> int:
        """How many public claims it groups."""
        return sum(number for _, number in self.counts)


@dataclass(frozen=True, slots=True)
class ClaimName:
    """A claim in a sentence about something else."""

    id: str
    url: str
    text: str
    status: ClaimStatus


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, on whichever claims it bears: one edit of a page is one happening."""

    id: str
    icon: str
    title: str
    text: str
    quote: str
    status: ClaimStatus | None
    stance: Stance | None
    occurred_at: datetime
    recorded_at: datetime
    claims: tuple[ClaimName, ...]

    @property
    def long_ago(self) -> bool:
        """Whether it happened out there so long before we recorded it that a reader must be told."""
        return self.recorded_at - self.occurred_at >= timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a claim was seen and what the place said of it when: all that a drawing needs."""

    source_id: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A running story on the front page: how its claims stand, and the one that moved last."""

    topic: TopicLine
    newest: ClaimName | None


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The lead with what happened to it, what else happened, what is open, what is settled."""

    lead: ClaimLine | None
    lead_happenings: tuple[Happening, ...]
    lead_sightings: tuple[Sighting, ...]
    happenings: tuple[Happening, ...]
    under_review: tuple[ClaimLine, ...]
    open: tuple[ClaimLine, ...]
    settled: tuple[ClaimLine, ...]
    stories: tuple[Story, ...]
    counts: tuple[tuple[ClaimStatus, int], ...]


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """One thing an article said; ``same_as`` is the first snapshot that showed the very same text, if any."""

    number: int
    captured_at: datetime
    headline: str
    sha256: str
    same_as: int | None = None


@dataclass(frozen=True, slots=True)
class CarriedClaim:
    """A claim that an article carries, with its exact words there and whether they still stand."""

    line: ClaimLine
    quotes: tuple[tuple[str, QuoteState], ...]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article, what we saw of it and what changed, and the claims it carries.

    ``changes`` are those of one ``page`` out of ``pages``, the newest first; ``language`` (ISO 639-1, "" if
    unknown) is that of its words, and ``not_extracted`` says why no claims were looked for in them, if so.
    ``waits_until``: its host asked us to leave it alone so long. ``shows_earlier_text``: the address went
    back to a text of before the newest, as pages do that go to and fro.
    """

    article: ArticleLink
    byline: str
    language: str
    not_extracted: str
    freshness: Freshness
    waits_until: datetime | None
    check_count: int
    snapshot_count: int
    shows_earlier_text: bool
    snapshots: tuple[SnapshotView, ...]
    changes: tuple[ChangeView, ...]
    page: int
    pages: int
    claims: tuple[CarriedClaim, ...]

    @property
    def has_diff(self) -> bool:
        """Whether a change shown here has words to compare; a page that was taken down has none."""
        return any(change.has_diff for change in self.changes)


@dataclass(frozen=True, slots=True)
class PublisherPage:
    """A publisher's record: what it carried, how that stands now, how it treats its own pages."""

    publisher: Named
    kind: str
    owner: str
    article_count: int
    changes: tuple[tuple[ChangeKind, int], ...]
    carried: tuple[tuple[ClaimStatus, int], ...]
    claims: tuple[ClaimLine, ...]
    recent_changes: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked the list for; every field empty for "all"."""

    q: str = ""
    status: tuple[str, ...] = ()
    topic: str = ""
    publisher: str = ""
    claimant: str = ""
    under_review: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(
            self.q or self.status or self.topic or self.publisher or self.claimant or self.under_review
        )


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the public log of corrections."""

    id: str
    kind: EventKind
    text: str
    recorded_at: datetime
    actor: str
    claim_text: str
    claim_url: str

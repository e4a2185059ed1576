"""What the readers' pages are made of: frozen values that a template can print, no database rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from claims.vocabulary import (
    ArticleState,
    ChangeKind,
    ClaimStatus,
    EventKind,
    HedgeShift,
    Medium,
    QuoteState,
    Stance,
)

LONG_SILENCE = timedelta(days=3)
"""From this pause on, a drawn timeline breaks its axis (product.md, rule 6)."""


@dataclass(frozen=True, slots=True)
class Named:
    """A topic, publisher or claimant, as far as a link to its page needs it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh a page is; ``late`` when a check is overdue by more than a pause of the workers explains."""

    last_checked_at: datetime | None
    next_check_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim as lists show it."""

    id: str
    url: str
    text: str
    status: ClaimStatus
    status_changed_at: datetime
    reason: str
    under_review: bool
    withdrawn: bool
    claimant: Named | None
    topics: tuple[Named, ...]
    first_seen_at: datetime | None
    article_count: int
    origin_count: int
    updated_at: datetime
    freshness: Freshness

    @property
    def is_one_voice(self) -> bool:
        """Whether at least three articles all go back to one report: repeated often, confirmed by none."""
        return self.origin_count == 1 and self.article_count >= 3


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """One article as claim pages name it; ``url`` is the page's own address, not ours."""

    id: str
    url: str
    headline: str
    publisher: Named | None
    published_at: datetime | None
    state: ArticleState
    state_reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim that a change took another stance on; ``said`` goes before the claim's text."""

    said: str
    claim: str
    url: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change of an article; pieces are (op, text) with the ops of `pipeline.diff`.

    ``is_cut`` where more changed than a page shows at once.
    """

    id: str
    kind: ChangeKind
    not_before: datetime | None
    not_after: datetime
    notice: str
    summary: str
    hedge_shift: HedgeShift | None
    headline_pieces: tuple[tuple[str, str], ...] = ()
    pieces: tuple[tuple[str, str], ...] = ()
    article: ArticleLink | None = None
    is_cut: bool = False
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class AppearanceView:
    """One place the claim was seen, with its exact words in context."""

    id: str
    article: ArticleLink | None
    medium: Medium
    place: str
    quote: str
    prefix: str
    suffix: str
    in_headline: bool
    attribution: str
    claimant_name: str
    anonymous: bool
    hedges: tuple[str, ...]
    headline_stance: Stance | None
    body_stance: Stance | None
    state: QuoteState
    seen_at: datetime
    captured_at: datetime
    origin_reason: str
    fallen: ArticleLink | None = None
    """The retracted report that it goes back to, where there is one."""
    stance_reasons: tuple[str, ...] = ()
    """Why headline and text take the stances that they take; empty once the page has changed them."""
    found: str = ""
    changes: tuple[ChangeView, ...] = ()

    @property
    def stance(self) -> Stance | None:
        """What the place as a whole does with the claim: the text's stance, else the headline's."""
        return self.body_stance or self.headline_stance

    @property
    def source_id(self) -> str:
        """What counts as one place, however many of its sentences are quoted."""
        return self.article.id if self.article else self.id

    @property
    def carrier(self) -> str:
        """The publisher's name, else the place, else the page's address."""
        if self.article is None:
            return self.place
        return self.article.publisher.name if self.article.publisher else self.article.url


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """All appearances that go back to one first report, and why we think so."""

    root_name: str
    root_article: ArticleLink | None
    reason: str
    appearances: tuple[AppearanceView, ...]
    is_circular: bool = False

    @property
    def is_retracted(self) -> bool:
        """Whether the first report was taken back by its own publisher."""
        return self.root_article is not None and self.root_article.state == ArticleState.RETRACTED

    @property
    def article_count(self) -> int:
        """How many articles (or places without a page) lie in the group."""
        return len(self.sources)

    @property
    def sources(self) -> tuple[tuple[AppearanceView, ...], ...]:
        """The appearances, those of one article together, in order of their first."""
        by_source: dict[str, list[AppearanceView]] = {}
        for one in self.appearances:
            by_source.setdefault(one.source_id, []).append(one)
        return tuple(tuple(ones) for ones in by_source.values())

    @property
    def publishers(self) -> tuple[str, ...]:
        """The names of those who put them out, each once, in order of appearance."""
        return tuple(dict.fromkeys(one.carrier for one in self.appearances))


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One thing a verdict rests on, pinned to what the page said at ``captured_at``."""

    article: ArticleLink | None
    quote: str
    note: str
    primary: bool
    captured_at: datetime | None
    appearance_id: str
    state: QuoteState = QuoteState.PRESENT
    """Whether the words still stand in the page's newest text."""
    copy_address: str = ""
    """Where a public archive keeps the page, empty where none does."""

    @property
    def is_shaken(self) -> bool:
        """Whether the page no longer says what was cited, or no longer stands at all."""
        gone = self.article is not None and self.article.state != ArticleState.LIVE
        return gone or self.state != QuoteState.PRESENT


@dataclass(frozen=True, slots=True)
class Verdict:
    """The review that is in force."""

    number: int
    status: ClaimStatus
    reason: str
    decided_at: datetime
    decided_by: str
    signed_off_by: str
    override: str
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: when it happened out there, and when we recorded it."""

    id: str
    kind: EventKind
    icon: str
    title: str
    text: str
    occurred_at: datetime
    occurred_not_after: datetime | None
    recorded_at: datetime
    actor: str = ""
    status: ClaimStatus | None = None
    stance: Stance | None = None
    quote: str = ""
    article: ArticleLink | None = None
    change: ChangeView | None = None
    also_id: str = ""
    """The other event that this entry tells, for links to it."""
    recorded_alike: int | None = None
    """How many of the next entries were recorded with it; None where nobody needs to be told when."""
    is_gap: bool = field(default=False, init=False)

    @property
    def known_by(self) -> datetime:
        """The moment at which it had happened for certain; entries stand in this order."""
        return self.occurred_not_after or self.occurred_at

    @property
    def recorded_later(self) -> bool:
        """Whether we recorded it long enough after the fact for a reader to be told."""
        return self.recorded_at - self.known_by > timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nothing happened, drawn as a broken line."""

    words: str
    is_gap: bool = field(default=True, init=False)


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
    """Where and when a claim was seen and what the place does with it: all that a drawing needs."""

    source_id: str
    stance: Stance | None
    seen_at: datetime


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
    """

    article: ArticleLink
    byline: str
    language: str
    not_extracted: str
    freshness: Freshness
    check_count: int
    snapshot_count: int
    snapshots: tuple[SnapshotView, ...]
    changes: tuple[ChangeView, ...]
    page: int
    pages: int
    claims: tuple[CarriedClaim, ...]


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

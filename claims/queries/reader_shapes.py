"""What stands on pages: claims, articles, changes, quotes and entries as frozen values for templates."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

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

MOST_OPEN_PIECES = 5
"""Pieces of evidence that a page shows before it folds the others away."""


@dataclass(frozen=True, slots=True)
class Named:
    """A topic, publisher or claimant, as far as a link to its page needs it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh a page is; ``late`` when a check is overdue by more than a pause of the workers explains.

    ``due``: the moment of the next check has come, however late it is.
    """

    last_checked_at: datetime | None
    next_check_at: datetime | None
    late: bool
    due: bool = False


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

    @property
    def is_in_hand(self) -> bool:
        """Whether it came as a file, without an address on the web."""
        return self.url.startswith("urn:")

    @property
    def carrier(self) -> str:
        """Whose page it is: its publisher, else the host it lies on."""
        if self.publisher:
            return self.publisher.name
        return "A file in hand" if self.is_in_hand else urlsplit(self.url).hostname or self.url


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

    @property
    def has_diff(self) -> bool:
        """Whether there are words to compare."""
        return bool(self.headline_pieces or self.pieces)


@dataclass(frozen=True, slots=True)
class Said:
    """What a place does with a claim from a moment on, None where it no longer touches it."""

    since: datetime
    stance: Stance | None


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
    stance_at_first: Stance | None = None
    """What the place did with the claim when it was first seen there."""
    turns: tuple[Said, ...] = ()
    """What it said instead, each time that a check found it turned."""

    @property
    def said(self) -> tuple[Said, ...]:
        """What the place said at first and since, oldest first."""
        return (Said(self.seen_at, self.stance_at_first), *self.turns)

    @property
    def has_turned(self) -> bool:
        """Whether the page has changed what it does with the claim."""
        return self.stance != self.stance_at_first

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
        """Whose page it is, or the place where there is no page."""
        return self.article.carrier if self.article else self.place


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

    @property
    def evidence_first(self) -> tuple[EvidenceView, ...]:
        """The pieces that stand open: the first ones, and whatever has been shaken since."""
        return tuple(piece for number, piece in enumerate(self.evidence) if self._is_open(number, piece))

    @property
    def evidence_more(self) -> tuple[EvidenceView, ...]:
        """The pieces that are folded away."""
        return tuple(piece for number, piece in enumerate(self.evidence) if not self._is_open(number, piece))

    def _is_open(self, number: int, piece: EvidenceView) -> bool:
        fits = len(self.evidence) <= MOST_OPEN_PIECES + 1  # a fold for one piece would save nothing
        return fits or number < MOST_OPEN_PIECES or piece.is_shaken


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

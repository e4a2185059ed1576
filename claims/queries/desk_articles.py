"""Articles as the desk watches them: the list with its troubles, and one text with its claims marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice, pairwise
from math import ceil

from django.db.models import Q, QuerySet
from django.urls import reverse

from claims.models import Anchor, Appearance, Article, Candidate, Change, Snapshot, Topic
from claims.pipeline.anchor import find_again
from claims.queries.freshness import freshness_of_article, waits
from claims.queries.reader_rows import change_view
from claims.queries.reader_shapes import ChangeView, Freshness
from claims.vocabulary import ArticleState, CandidateState, QuoteState

PAGE_SIZE = 40
MOST_PARAGRAPHS = 1_000
MOST_CHANGES = 40
MOST_SNAPSHOTS = 100
"""Shown of one article at once; the newest changes and snapshots."""
_TROUBLED = (
    ArticleState.BLOCKED,
    ArticleState.DISALLOWED,
    ArticleState.PAYWALLED,
    ArticleState.UNREACHABLE,
    ArticleState.STUCK,
)


class Watch(StrEnum):
    """Which articles are asked for."""

    ALL = "all"
    TROUBLE = "trouble"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in the list; ``trouble`` is why our checks do not get through, empty when they do.

    ``waits_until``: its host asked us to leave it alone so long.
    """

    article: Article
    freshness: Freshness
    trouble: str
    waits_until: datetime | None = None

    @property
    def is_failing(self) -> bool:
        """Whether our checks do not get through just now."""
        return bool(self.article.failures) or self.article.state in _TROUBLED


@dataclass(frozen=True, slots=True)
class ArticleList:
    """One page of articles; ``page`` counts from 1 and is one that exists."""

    rows: tuple[ArticleRow, ...]
    counts: dict[Watch, int]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, code points from ``start`` to ``end`` (exclusive), that carries a claim."""

    start: int
    end: int
    label: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text under the same spans; ``labels`` is empty where there is none."""

    text: str
    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph that begins at ``start`` (code points) of the text, with the notes on its marks."""

    start: int
    segments: tuple[Segment, ...]
    notes: tuple["Note", ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a mark stands for: a tracked claim's appearance, or an open candidate."""

    label: int
    appearance: Appearance | None
    candidate: Candidate | None

    @property
    def text(self) -> str:
        """What is claimed there."""
        if self.appearance is not None:
            return self.appearance.claim.text
        return self.candidate.text if self.candidate else ""

    @property
    def quote(self) -> str:
        """The exact words that were quoted."""
        quoted = self.appearance or self.candidate
        return quoted.quote if quoted else ""


@dataclass(frozen=True, slots=True)
class ArticleDesk:
    """One article: what a snapshot says with its marks, its history, and what could not be placed."""

    article: Article
    snapshot: Snapshot | None
    headline: Paragraph | None
    paragraphs: tuple[Paragraph, ...]
    unplaced: tuple[Note, ...]
    snapshots: tuple[Snapshot, ...]
    changes: tuple[ChangeView, ...]
    topics: tuple[Topic, ...]
    freshness: Freshness
    trouble: str
    waits_until: datetime | None

    @property
    def has_diff(self) -> bool:
        """Whether a change shown here has words to compare."""
        return any(change.has_diff for change in self.changes)

    @property
    def is_cut(self) -> bool:
        """Whether the snapshot goes on beyond what is shown."""
        last = self.paragraphs[-1] if self.paragraphs else None
        shown = last.start + sum(len(run.text) for run in last.segments) if last else 0
        return self.snapshot is not None and shown < len(self.snapshot.text.rstrip())

    @property
    def is_newest(self) -> bool:
        """Whether the snapshot shown is the one that counts."""
        return self.snapshot is None or self.snapshot.pk == self.article.newest_id


def trouble_with(article: Article) -> str:
    """Return in words why checks of the article do not get through, empty when they do."""
    if article.state in _TROUBLED:
        return article.state_reason or ArticleState(article.state).label
    if article.failures:
        times = "once" if article.failures == 1 else f"{article.failures} times in a row"
        return f"Failed {times}. {article.state_reason}".strip()
    return article.extraction_note


def _watched(watch: Watch) -> QuerySet[Article]:
    rows = Article.objects.select_related("publisher")
    if watch is Watch.TROUBLE:
        return rows.filter(Q(state__in=_TROUBLED) | Q(failures__gt=0))
    if watch is Watch.GONE:
        return rows.filter(state__in=[ArticleState.REMOVED, ArticleState.RETRACTED])
    return rows


def articles_watched(*, watch: Watch, words: str, page: int, now: datetime) -> ArticleList:
    """Return the articles whose headline, address or publisher holds ``words``, last moved first.

    Six queries.
    """
    found = _watched(watch)
    if words:
        found = found.filter(
            Q(headline__icontains=words) | Q(url__icontains=words) | Q(publisher__name__icontains=words)
        )
    number = found.count()
    pages = max(1, ceil(number / PAGE_SIZE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    rows = list(found.order_by("-updated_at", "id")[start : start + PAGE_SIZE])
    waiting = waits([article.host for article in rows], now=now)
    return ArticleList(
        rows=tuple(_row(article, waiting.get(article.host), now=now) for article in rows),
        counts={
            Watch.ALL: Article.objects.count(),
            Watch.TROUBLE: _watched(Watch.TROUBLE).count(),
            Watch.GONE: _watched(Watch.GONE).count(),
        },
        page=page,
        pages=pages,
    )


def _row(article: Article, waits_until: datetime | None, *, now: datetime) -> ArticleRow:
    freshness = freshness_of_article(article, now=now, waits_until=waits_until)
    return ArticleRow(article, freshness, trouble_with(article), waits_until if article.due_at else None)


def article_meant(words: str) -> Article | None:
    """Return the article with this id or address, with its newest snapshot; None when there is none."""
    rows = Article.objects.select_related("newest")
    return rows.filter(Q(pk=words) | Q(url=words)).first() if words else None


def place_of(passage: str, *, text: str) -> tuple[str, int] | None:
    """Return the exact words of ``text`` that a pasted passage is, and where they begin; None if not there.

    Spacing and typography may differ, for that is what copying out of a browser does to a text.
    """
    at = text.find(passage)
    if at >= 0:
        return passage, at
    again = find_again(passage, prefix="", suffix="", text=text, was_at=None)
    if again.state != QuoteState.PRESENT or again.found is None or again.start is None:
        return None
    return again.found, again.start


def article_desk(article_id: str, *, snapshot_number: int | None, now: datetime) -> ArticleDesk:
    """Return an article's newest snapshot, or the one numbered so, with its claims marked.

    Raises `Article.DoesNotExist`, `Snapshot.DoesNotExist`.
    """
    article = Article.objects.select_related("publisher", "newest", "added_by").get(pk=article_id)
    snapshots = tuple(
        article.snapshots.defer("text", "headers", "content__body")
        .select_related("content")
        .order_by("-number")[:MOST_SNAPSHOTS]
    )
    snapshot = article.newest
    if snapshot_number is not None:
        snapshot = article.snapshots.get(number=snapshot_number)
    notes = _notes(article)
    tracked = [note.appearance.claim for note in notes if note.appearance is not None]
    claims = {claim.id: (claim.text, reverse("desk_claim", args=[claim.id])) for claim in tracked}
    waits_until = waits([article.host], now=now).get(article.host) if article.due_at else None
    headline, paragraphs, unplaced = _marked(snapshot, notes) if snapshot else (None, (), tuple(notes))
    return ArticleDesk(
        article=article,
        snapshot=snapshot,
        headline=headline,
        paragraphs=paragraphs,
        unplaced=unplaced,
        snapshots=snapshots,
        changes=tuple(
            change_view(change, claims=claims)
            for change in Change.objects.filter(article=article).order_by("-not_after", "id")[:MOST_CHANGES]
        ),
        topics=tuple(Topic.objects.order_by("name", "id")),
        freshness=freshness_of_article(article, now=now, waits_until=waits_until),
        trouble=trouble_with(article),
        waits_until=waits_until,
    )


def _notes(article: Article) -> list[Note]:
    appearances = (
        Appearance.objects.filter(article=article, claim__merged_into=None)
        .select_related("claim")
        .prefetch_related("anchors")
        .order_by("start", "id")
    )
    candidates = Candidate.objects.filter(snapshot__article=article, state=CandidateState.OPEN).order_by(
        "start", "id"
    )
    found = [(appearance, None) for appearance in appearances]
    proposed = [(None, candidate) for candidate in candidates]
    return [Note(label, *pair) for label, pair in enumerate([*found, *proposed], start=1)]


def _marked(
    snapshot: Snapshot, notes: Sequence[Note]
) -> tuple[Paragraph | None, tuple[Paragraph, ...], tuple[Note, ...]]:
    """Return headline, paragraphs and the notes that stand nowhere in this snapshot."""
    spans: dict[bool, list[Span]] = {True: [], False: []}
    unplaced = []
    for note in notes:
        place = _place_in(snapshot, note)
        if place is None:
            unplaced.append(note)
        else:
            in_headline, start, end = place
            spans[in_headline].append(Span(start, end, note.label))
    by_label = {note.label: note for note in notes}
    whole = (0, len(snapshot.headline))
    headline = _paragraph(snapshot.headline, whole, spans[True], by_label) if snapshot.headline else None
    paragraphs = tuple(
        _paragraph(snapshot.text, stretch, spans[False], by_label)
        for stretch in islice(_paragraphs(snapshot.text), MOST_PARAGRAPHS)
    )
    return headline, paragraphs, tuple(unplaced)


def _place_in(snapshot: Snapshot, note: Note) -> tuple[bool, int, int] | None:
    """Return where the note's quote stands in the snapshot: in the headline?, start, end (code points)."""
    quoted = note.appearance or note.candidate
    if quoted is None or not quoted.quote:
        return None
    if quoted.snapshot_id == snapshot.pk and quoted.start is not None and quoted.end is not None:
        return quoted.in_headline, quoted.start, quoted.end
    if note.appearance is not None:
        anchors = note.appearance.anchors.all()
        anchor: Anchor | None = next((a for a in anchors if a.snapshot_id == snapshot.pk), None)
        if anchor is None or anchor.start is None or anchor.end is None:
            return None
        return quoted.in_headline, anchor.start, anchor.end
    again = find_again(
        quoted.quote,
        prefix=quoted.prefix,
        suffix=quoted.suffix,
        text=snapshot.headline if quoted.in_headline else snapshot.text,
        was_at=quoted.start,
    )
    if again.state != QuoteState.PRESENT or again.start is None or again.end is None:
        return None
    return quoted.in_headline, again.start, again.end


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each paragraph of the text begins and ends; blank lines lie between."""
    start = 0
    for part in text.split("\n\n"):
        if part.strip():
            yield start, start + len(part)
        start += len(part) + 2


def _paragraph(
    text: str, stretch: tuple[int, int], spans: Sequence[Span], notes: dict[int, Note]
) -> Paragraph:
    start, end = stretch
    inside = [span for span in spans if span.start < end and span.end > start]
    return Paragraph(
        start=start,
        segments=tuple(segments(text, start, end, inside)),
        notes=tuple(notes[span.label] for span in inside if start <= span.start),
    )


def segments(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[Segment]:
    """Yield ``text[start:end]`` in runs, cut wherever a span begins or ends; spans may overlap.

    The runs joined are the stretch itself, character for character.
    """
    cuts = {start, end}
    for span in spans:
        cuts.update(cut for cut in (span.start, span.end) if start < cut < end)
    ordered = sorted(cuts)
    for left, right in pairwise(ordered):
        labels = tuple(span.label for span in spans if span.start <= left and right <= span.end)
        yield Segment(text[left:right], labels)

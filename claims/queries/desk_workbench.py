"""Everything that an editor decides on a claim by: places in context, origins, page history, reviews."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import Prefetch

from claims.models import (
    Anchor,
    Appearance,
    Article,
    Candidate,
    Change,
    Claim,
    Event,
    Evidence,
    Origin,
    ReReview,
    Review,
    Topic,
)
from claims.operations.evidence import is_primary
from claims.operations.ledger import PUBLIC_KINDS
from claims.queries.claims import with_freshness
from claims.queries.custody import with_copies
from claims.queries.desk import awaiting_sign_off, open_candidates
from claims.queries.desk_policy import PolicyHint, hint_for
from claims.queries.origins import retracted_sources
from claims.queries.reader_rows import article_link, change_view
from claims.queries.reader_shapes import ChangeView, Entry, Gap
from claims.queries.timeline import entry_of, name_of, with_gaps
from claims.vocabulary import ChangeKind, EventKind, QuoteState, ReviewState, Stance

MOST_APPEARANCES = 200
MOST_EVENTS = 200
MOST_SUGGESTIONS = 10
CONTEXT = 600
"""Characters of the page shown before and after a quote when an editor asks for more."""

_DESK_ICONS = {
    EventKind.CLAIM_TRACKED: "check",
    EventKind.REVIEW_PROPOSED: "review",
    EventKind.CANDIDATE_TRACKED: "check",
    EventKind.CANDIDATE_MERGED: "merge",
    EventKind.CANDIDATE_DISMISSED: "cross",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One appearance as an editor weighs it; stances and ``state`` are those of the page's newest snapshot.

    ``before`` and ``after`` are wider context from the snapshot that was quoted, ``pieces`` how the quote's
    words changed since.
    """

    row: Appearance
    headline_stance: Stance | None
    body_stance: Stance | None
    before: str
    after: str
    found: str
    pieces: tuple[tuple[str, str], ...]
    changes: tuple[ChangeView, ...]
    is_official: bool
    fallen: Article | None = None
    """The retracted report that it goes back to, where there is one."""

    @property
    def publisher(self) -> str:
        """Whose page it is, or where it was seen."""
        return self.row.publisher_name

    @property
    def denies(self) -> bool:
        """Whether it says that the claim is not so."""
        return self.row.denies_now

    @property
    def is_first(self) -> bool:
        """Whether its page is the first report of its origin."""
        root = self.row.origin.root_article_id if self.row.origin else None
        return root is not None and root == self.row.article_id

    @property
    def has_turned(self) -> bool:
        """Whether the page has changed what it does with the claim."""
        return (self.body_stance or self.headline_stance) != self.row.stance

    @property
    def is_judged_anew(self) -> bool:
        """Whether a later snapshot takes another stance than the one that was first seen."""
        return (self.headline_stance or "", self.body_stance or "") != (
            self.row.headline_stance,
            self.row.body_stance,
        )

    @property
    def as_evidence(self) -> Evidence:
        """What citing it would make, unsaved."""
        return Evidence(appearance=self.row, article=self.row.article)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Places of one origin, with the number that the page calls it by."""

    number: int
    origin: Origin | None
    places: tuple[Place, ...]

    @property
    def name(self) -> str:
        """Who is at the root of it."""
        return self.origin.root_name if self.origin else self.places[0].publisher

    @property
    def article_count(self) -> int:
        """How many articles (or places without a page) it holds."""
        return len({place.row.article_id or place.row.id for place in self.places})


@dataclass(frozen=True, slots=True)
class OriginChoice:
    """An origin that a report may be counted to: beside which appearance (id)."""

    number: int
    name: str
    beside: str


@dataclass(frozen=True, slots=True)
class Workbench:
    """One claim with all that bears on it."""

    claim: Claim
    clusters: tuple[Cluster, ...]
    reviews: tuple[Review, ...]
    waiting: Review | None
    re_review: ReReview | None
    re_review_changes: tuple[ChangeView, ...]
    timeline: tuple[Entry | Gap, ...]
    suggestions: tuple[Candidate, ...]
    topics: tuple[Topic, ...]
    hint: PolicyHint

    @property
    def places(self) -> list[Place]:
        """Every appearance, by origin."""
        return [place for cluster in self.clusters for place in cluster.places]

    @property
    def choices(self) -> list[OriginChoice]:
        """The origins of the reports that do not deny the claim, by number."""
        reports = [cluster for cluster in self.clusters if cluster.origin and not cluster.places[0].denies]
        return [OriginChoice(one.number, one.name, one.places[0].row.id) for one in reports]

    @property
    def in_force(self) -> Review | None:
        """The review that counts now."""
        return next((r for r in self.reviews if r.state == ReviewState.IN_FORCE), None)

    @property
    def cited(self) -> frozenset[str]:
        """The appearances (ids) that the review in force rests on."""
        review = self.in_force
        pieces: Iterable[Evidence] = review.evidence.all() if review else ()
        return frozenset(piece.appearance_id for piece in pieces if piece.appearance_id)


def claim_at_the_desk(claim_id: str) -> Claim:
    """Return the claim with freshness, public or internal, merged or not; raises `Claim.DoesNotExist`."""
    return with_freshness(Claim.objects.select_related("merged_into")).get(pk=claim_id)


def workbench(claim: Claim) -> Workbench:
    """Return all that an editor needs to decide on ``claim``; the number of queries is fixed."""
    rows = _appearances(claim)
    events = list(
        Event.objects.filter(claim_id=claim.id).select_related("payload").order_by("-seq")[:MOST_EVENTS]
    )
    changes = _changes({row.article_id for row in rows if row.article_id})
    clusters = tuple(_clusters(rows, changes))
    re_review = _open_re_review(claim)
    return Workbench(
        claim=claim,
        clusters=clusters,
        reviews=tuple(_reviews(claim)),
        waiting=awaiting_sign_off().filter(claim=claim).first(),
        re_review=re_review,
        re_review_changes=tuple(
            change_view(change, article_link(change.article))
            for change in (re_review.changes.all() if re_review else ())
        ),
        timeline=tuple(_timeline(events, rows, changes)),
        suggestions=tuple(open_candidates().filter(suggested=claim)[:MOST_SUGGESTIONS]),
        topics=tuple(Topic.objects.order_by("name", "id")),
        hint=hint_for([place.as_evidence for cluster in clusters for place in cluster.places]),
    )


def _appearances(claim: Claim) -> list[Appearance]:
    anchors = Anchor.objects.order_by("-snapshot__number", "-id")
    return list(
        Appearance.objects.filter(claim=claim)
        .select_related("article__publisher", "snapshot", "origin__root_article", "added_by")
        .defer("snapshot__headers")
        .prefetch_related(Prefetch("anchors", anchors, to_attr="newest_anchors"))
        .order_by("seen_at", "id")[:MOST_APPEARANCES]
    )


def _changes(article_ids: set[str]) -> dict[str, list[ChangeView]]:
    """Return the telling changes of these articles, oldest first, by article."""
    found: defaultdict[str, list[ChangeView]] = defaultdict(list)
    rows = Change.objects.filter(article__in=article_ids).exclude(kind=ChangeKind.TRIVIAL)
    for change in rows.order_by("not_after", "id"):
        found[change.article_id].append(change_view(change))
    return found


def _reviews(claim: Claim) -> Iterator[Review]:
    evidence = (
        with_copies(Evidence.objects.all())
        .select_related("appearance", "article__publisher", "snapshot")
        .defer("snapshot__text", "snapshot__headers")
    )
    yield from (
        Review.objects.filter(claim=claim)
        .select_related("decided_by", "signed_off_by")
        .prefetch_related(Prefetch("evidence", evidence.order_by("id")))
        .order_by("-number")
    )


def _open_re_review(claim: Claim) -> ReReview | None:
    changes = Change.objects.select_related("article__publisher").order_by("not_after", "id")
    return (
        ReReview.objects.filter(claim=claim, closed_at=None)
        .select_related("review")
        .prefetch_related(Prefetch("changes", changes))
        .first()
    )


# ---------------------------------------------------------------- places by origin
def _clusters(rows: Sequence[Appearance], changes: Mapping[str, list[ChangeView]]) -> Iterator[Cluster]:
    """Yield the places by origin: the origin with most articles first, denials behind all reports."""
    groups: defaultdict[tuple[bool, str], list[Place]] = defaultdict(list)
    fallen = retracted_sources(rows)
    for row in rows:
        place = _place(row, changes, fallen.get(row.id))
        groups[place.denies, row.origin_id or row.id].append(place)
    ranked = sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[1][0].row.seen_at))
    numbers: dict[str, int] = {}
    for (_, origin_id), places in ranked:
        number = numbers.setdefault(origin_id, len(numbers) + 1)
        yield Cluster(number, places[0].row.origin, tuple(places))


def _place(row: Appearance, changes: Mapping[str, list[ChangeView]], fallen: Article | None) -> Place:
    anchor: Anchor | None = next(iter(getattr(row, "newest_anchors", ())), None)
    said = anchor or row
    before, after = _around(row)
    changed = anchor is not None and anchor.state == QuoteState.CHANGED
    return Place(
        row=row,
        headline_stance=Stance(said.headline_stance) if said.headline_stance else None,
        body_stance=Stance(said.body_stance) if said.body_stance else None,
        before=before,
        after=after,
        found=anchor.found if anchor and changed else "",
        pieces=tuple((piece["op"], piece["text"]) for piece in anchor.diff) if anchor and changed else (),
        changes=tuple(changes.get(row.article_id or "", ())),
        is_official=is_primary(Evidence(appearance=row, article=row.article)),
        fallen=fallen,
    )


def _around(row: Appearance) -> tuple[str, str]:
    """Return up to `CONTEXT` characters of the quoted snapshot on either side of the quote, whole words."""
    if row.snapshot is None or row.start is None or row.end is None or row.in_headline:
        return row.prefix, row.suffix
    text = row.snapshot.text
    before, after = text[max(0, row.start - CONTEXT) : row.start], text[row.end : row.end + CONTEXT]
    if row.start > CONTEXT:
        before = "…" + before.partition(" ")[2]
    if row.end + CONTEXT < len(text):
        after = after.rpartition(" ")[0] + "…"
    return before, after


# ---------------------------------------------------------------- timeline
def _timeline(
    events: Sequence[Event], rows: Sequence[Appearance], changes: Mapping[str, list[ChangeView]]
) -> Iterator[Entry | Gap]:
    """Yield what happened, oldest first, with what only the desk sees."""
    views = {change.id: change for found in changes.values() for change in found}
    links = {row.article.id: article_link(row.article) for row in rows if row.article}
    entries = [entry_of(event, views, links) for event in events]
    entries = [
        entry if entry.kind in PUBLIC_KINDS else replace(entry, icon=_DESK_ICONS.get(entry.kind, "info"))
        for entry in entries
    ]
    entries.sort(key=lambda entry: (entry.occurred_at, entry.recorded_at))
    yield from with_gaps(list(_folded(entries)))


def _folded(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Tell candidates that one editor merged one after the other as one entry; the places they made stand."""
    for (kind, _), group in groupby(entries, key=lambda entry: (entry.kind, entry.actor)):
        together = list(group)
        if kind != EventKind.CANDIDATE_MERGED or len(together) == 1:
            yield from together
            continue
        names = dict.fromkeys(name_of(entry.article) for entry in together if entry.article)
        text = f"From {', '.join(names)}." if names else ""
        title = f"{len(together)} candidates merged"
        yield replace(together[0], title=title, text=text, article=None)

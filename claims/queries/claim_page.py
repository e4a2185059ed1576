"""The read behind a reader's claim page: as it stands now, or as it was shown at a moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from claims.models import (
    Anchor,
    Appearance,
    Article,
    Change,
    Claim,
    Event,
    Evidence,
    Origin,
    Review,
    Snapshot,
    Topic,
)
from claims.queries.claims import claim_at, claim_now, survivor
from claims.queries.custody import with_copies
from claims.queries.freshness import UNKNOWN
from claims.queries.origins import group_as_of, retracted_sources
from claims.queries.reader_pages import ClaimPage
from claims.queries.reader_rows import article_link, change_view, line_of, turns_of, with_moments
from claims.queries.reader_shapes import (
    AppearanceView,
    ArticleLink,
    ChangeView,
    ClaimLine,
    EvidenceView,
    Named,
    OriginGroup,
    Verdict,
)
from claims.queries.timeline import entry_of, with_gaps
from claims.queries.why import reasons_of_stance
from claims.vocabulary import (
    ArticleState,
    ChangeKind,
    ClaimStatus,
    EventKind,
    Medium,
    QuoteState,
    Stance,
)

MOST_EVENTS = 200
"""Timeline entries on one page; older ones are a page away."""
MOST_APPEARANCES = 500

_STATE_AFTER = {
    ChangeKind.REMOVED: ArticleState.REMOVED,
    ChangeKind.RETRACTION: ArticleState.RETRACTED,
    ChangeKind.RESTORED: ArticleState.LIVE,
}


class ClaimMovedError(Exception):
    """The claim was merged; ``survivor`` is where it went."""

    def __init__(self, survivor: Claim) -> None:
        """Take the claim that it was merged into."""
        super().__init__(survivor.id)
        self.survivor = survivor


def find_claim(claim_id: str) -> Claim:
    """Return the public claim, with freshness; raises `Claim.DoesNotExist`, `ClaimMovedError`."""
    claim = claim_now(claim_id)
    last = survivor(claim)
    if not (claim.is_public and last.is_public):
        raise Claim.DoesNotExist(claim_id)
    if last != claim:
        raise ClaimMovedError(last)
    return claim


@dataclass(frozen=True, slots=True)
class _Known:
    """What was known of the claim's articles by the moment asked for."""

    changes: Mapping[str, ChangeView]
    by_article: Mapping[str, Sequence[ChangeView]]
    states: Mapping[str, ArticleState]
    at: datetime | None
    fallen: Mapping[str, Article]
    """For each appearance (id) the retracted report that it goes back to, where there is one."""
    headlines: Mapping[str, str]
    """What stood above each article (id) then; empty for the page as it stands now."""

    def link(self, article: Article | None) -> ArticleLink | None:
        """Return the article with the state and the headline that it had then."""
        if article is None:
            return None
        if self.at is None:
            return article_link(article)
        states = [_STATE_AFTER[c.kind] for c in self.by_article.get(article.id, ()) if c.kind in _STATE_AFTER]
        link = article_link(article, states[-1] if states else ArticleState.LIVE)
        return replace(link, headline=self.headlines.get(article.id, link.headline))


def claim_page(
    claim: Claim, *, now: datetime, at: datetime | None = None, before: int | None = None
) -> ClaimPage:
    """Return what the page of ``claim`` shows (at most twelve queries).

    ``at`` asks for what we showed then, rebuilt from the ledger; ``before`` (a ``seq``) for older entries.
    Raises `NotYetKnownError`, and `Claim.DoesNotExist` where there is nothing on record at all.
    """
    events, earlier = _events(claim, at=at, before=before)
    if at is not None and not events and before is None:
        claim_at(claim.id, at)
    line, version = _line(claim, events, now=now, at=at)
    later = _told_later(claim, at=at)
    rows = _appearances(claim, later)
    if at is not None:
        group_as_of([row for row, _ in rows], at)
    verdict_row = _review(claim, at=at)
    cited = _evidence(verdict_row)
    known = _known(rows, events, later)
    for_it, against_it = _groups(rows, known)
    entries = [entry_of(event, known.changes, _links(rows, events, known)) for event in events]
    entries.sort(key=lambda entry: (entry.known_by, entry.recorded_at))
    return ClaimPage(
        claim=line,
        verdict=_verdict(verdict_row, cited, known, (*for_it, *against_it)),
        timeline=tuple(with_gaps(entries)),
        for_it=for_it,
        against_it=against_it,
        corrections=tuple(e for e in entries if e.kind in (EventKind.CORRECTION, EventKind.WITHDRAWAL)),
        version=version,
        at=at,
        earlier=earlier,
    )


def _events(claim: Claim, *, at: datetime | None, before: int | None) -> tuple[list[Event], int | None]:
    """Return the newest public events in order of record, and where to ask for older ones."""
    rows = Event.objects.filter(claim_id=claim.id, public=True).select_related("payload").order_by("-seq")
    if at is not None:
        rows = rows.filter(recorded_at__lte=at)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    newest = list(rows[: MOST_EVENTS + 1])
    earlier = newest[MOST_EVENTS - 1].seq if len(newest) > MOST_EVENTS else None
    return newest[:MOST_EVENTS][::-1], earlier


def _line(
    claim: Claim, events: Sequence[Event], *, now: datetime, at: datetime | None
) -> tuple[ClaimLine, int]:
    """Return the claim as it stands, or as the last event until ``at`` recorded it."""
    line = line_of(claim, now=now)
    if at is None:
        return line, claim.version
    state = next((s for s in map(_claim_state, reversed(events)) if s), None)
    if state is None:
        return line, claim.version
    claimant = state["claimant"]
    topics = Topic.objects.filter(slug__in=state["topics"]).order_by("name", "id")
    return replace(
        line,
        text=state["text"],
        status=ClaimStatus(state["status"]),
        status_changed_at=datetime.fromisoformat(state["status_changed_at"]),
        reason=state["reason"],
        under_review=state["under_review"],
        withdrawn=state["withdrawn"],
        claimant=Named(claimant["slug"], claimant["name"]) if claimant else None,
        topics=tuple(Named(topic.slug, topic.name) for topic in topics),
        first_seen_at=_moment(state["first_seen_at"]),
        article_count=state["article_count"],
        origin_count=state["origin_count"],
        updated_at=datetime.fromisoformat(state["updated_at"]),
        freshness=UNKNOWN,
    ), int(state["version"])


def _claim_state(event: Event) -> dict[str, Any] | None:
    payload = getattr(event, "payload", None)
    return payload.claim_state if payload else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# ---------------------------------------------------------------- sources
@dataclass(frozen=True, slots=True)
class _Later:
    """What the ledger recorded only after the moment asked for; empty for the page as it stands now."""

    at: datetime | None
    appearances: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    snapshots: frozenset[str] = frozenset()


def _told_later(claim: Claim, *, at: datetime | None) -> _Later:
    """Return what the ledger tells only after ``at``: other records bear the time of their check instead."""
    if at is None:
        return _Later(None)
    kinds = [EventKind.APPEARANCE, EventKind.ARTICLE_CHANGE]
    told = Event.objects.filter(claim_id=claim.id, recorded_at__gt=at, kind__in=kinds, payload__isnull=False)
    data = list(told.values_list("payload__data", flat=True))
    return _Later(
        at,
        appearances=frozenset(one["appearance"] for one in data if "appearance" in one),
        changes=frozenset(one["change"] for one in data if "change" in one),
        snapshots=frozenset(one["after"] for one in data if one.get("after")),
    )


_Row = tuple[Appearance, Sequence[Anchor]]
"""An appearance with what became of its quote, snapshot by snapshot."""


def _appearances(claim: Claim, later: _Later) -> list[_Row]:
    """Return the appearances in order of time."""
    rows = list(
        Appearance.objects.filter(claim=claim)
        .select_related("article__publisher", "origin__root_article__publisher")
        .order_by("seen_at", "id")[:MOST_APPEARANCES]
    )
    anchors = with_moments(Anchor.objects.filter(appearance__in=rows))
    if later.at is not None:
        rows = [row for row in rows if row.id not in later.appearances]
        anchors = anchors.filter(snapshot__captured_at__lte=later.at).exclude(snapshot__in=later.snapshots)
    found: defaultdict[str, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        found[anchor.appearance_id].append(anchor)
    return [(row, found[row.id]) for row in rows]


def _known(rows: Iterable[_Row], events: Iterable[Event], later: _Later) -> _Known:
    articles = {row.article_id for row, _ in rows if row.article_id}
    changes = (
        Change.objects.filter(article__in=articles)
        .exclude(kind=ChangeKind.TRIVIAL)
        .order_by("not_after", "id")
    )
    if later.at is not None:
        changes = changes.filter(not_after__lte=later.at).exclude(id__in=later.changes)
    views: dict[str, ChangeView] = {}
    by_article: defaultdict[str, list[ChangeView]] = defaultdict(list)
    for change in changes:
        views[change.id] = change_view(change)
        by_article[change.article_id].append(views[change.id])
    states = _states(events)
    fallen = retracted_sources([row for row, _ in rows], states if later.at is not None else None)
    return _Known(views, by_article, states, later.at, fallen, _headlines(articles, later))


def _headlines(articles: Iterable[str], later: _Later) -> dict[str, str]:
    """Return what stood above each of the articles at the moment asked for, if any was (one query then)."""
    if later.at is None:
        return {}
    seen = Snapshot.objects.filter(article__in=articles, captured_at__lte=later.at).exclude(
        id__in=later.snapshots
    )
    return dict(seen.order_by("number").values_list("article_id", "headline"))


def _states(events: Iterable[Event]) -> dict[str, ArticleState]:
    """Return how each article's address answered after the last of the ``events``, where they tell."""
    states: dict[str, ArticleState] = {}
    for event in events:
        payload = getattr(event, "payload", None)
        if payload is None or event.article_id is None:
            continue
        if event.kind == EventKind.SOURCE_STATE:
            states[event.article_id] = ArticleState(payload.data["after"])
        elif payload.data.get("change_kind") in _STATE_AFTER:
            states[event.article_id] = _STATE_AFTER[payload.data["change_kind"]]
    return states


def _links(rows: Iterable[_Row], events: Iterable[Event], known: _Known) -> dict[str, ArticleLink]:
    """Return the articles that timeline entries may name, by id, from what was read for the sources."""
    articles = {row.article_id: row.article for row, _ in rows if row.article}
    wanted = {event.article_id for event in events if event.article_id}
    links = {key: known.link(articles[key]) for key in wanted & articles.keys() if key}
    return {key: link for key, link in links.items() if key and link}


def _groups(rows: Sequence[_Row], known: _Known) -> tuple[tuple[OriginGroup, ...], tuple[OriginGroup, ...]]:
    """Return the appearances that pass the claim on, by origin, and those that refute it, by publisher.

    A denial goes back to nobody's report of the claim, so an origin would say nothing about it.
    """
    asserting: defaultdict[str, list[AppearanceView]] = defaultdict(list)
    refuting: defaultdict[str, list[AppearanceView]] = defaultdict(list)
    origins: dict[str, Origin | None] = {}
    for row, anchors in rows:
        view = _appearance(row, anchors, known)
        if view.stance == Stance.REFUTES:
            refuting[view.carrier].append(view)
        else:
            key = row.origin_id or row.id
            origins[key] = row.origin
            asserting[key].append(view)
    return (
        _largest_first(_origin_group(origins[key], views, known) for key, views in asserting.items()),
        _largest_first(OriginGroup(name, None, "", tuple(views)) for name, views in refuting.items()),
    )


def _origin_group(origin: Origin | None, views: list[AppearanceView], known: _Known) -> OriginGroup:
    if origin is None:
        return OriginGroup(views[0].carrier, None, "", tuple(views))
    root = known.link(origin.root_article)
    return OriginGroup(origin.root_name, root, origin.reason, tuple(views), origin.is_circular)


def _largest_first(groups: Iterable[OriginGroup]) -> tuple[OriginGroup, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.article_count, group.appearances[0].seen_at)))


def _appearance(row: Appearance, anchors: Sequence[Anchor], known: _Known) -> AppearanceView:
    anchor = anchors[-1] if anchors else None
    headline = anchor.headline_stance if anchor else row.headline_stance
    body = anchor.body_stance if anchor else row.body_stance
    state = QuoteState(anchor.state) if anchor else QuoteState.PRESENT
    return AppearanceView(
        id=row.id,
        article=known.link(row.article),
        medium=Medium(row.medium),
        place=row.place,
        quote=row.quote,
        prefix=row.prefix,
        suffix=row.suffix,
        in_headline=row.in_headline,
        attribution=row.attribution,
        claimant_name=row.claimant_name,
        anonymous=row.anonymous,
        hedges=tuple(row.hedges),
        headline_stance=Stance(headline) if headline else None,
        body_stance=Stance(body) if body else None,
        state=QuoteState(row.state) if known.at is None else state,
        seen_at=row.seen_at,
        captured_at=row.captured_at,
        origin_reason=row.origin_reason,
        stance_reasons=reasons_of_stance(row)
        if (headline, body) == (row.headline_stance, row.body_stance)
        else (),
        fallen=known.link(known.fallen.get(row.id)),
        found=anchor.found if anchor and anchor.state == QuoteState.CHANGED else "",
        changes=tuple(known.by_article.get(row.article_id or "", ())),
        stance_at_first=row.stance,
        turns=turns_of(row.stance, anchors),
    )


# ---------------------------------------------------------------- the verdict in force
def _review(claim: Claim, *, at: datetime | None) -> Review | None:
    """Return the latest review that the ledger says was put in force by then."""
    told = Event.objects.filter(
        claim_id=claim.id, kind=EventKind.REVIEW, public=True, payload__isnull=False
    ).select_related("payload")
    if at is not None:
        told = told.filter(recorded_at__lte=at)
    last = told.order_by("-seq").first()
    if last is None:
        return None
    return (
        Review.objects.select_related("decided_by", "signed_off_by")
        .filter(claim=claim, pk=last.payload.data.get("review"))
        .first()
    )


def _evidence(review: Review | None) -> list[Evidence]:
    if review is None:
        return []
    return list(
        with_copies(Evidence.objects.filter(review=review))
        .select_related("appearance", "article__publisher", "snapshot")
        .order_by("-primary", "id")
    )


def _verdict(
    review: Review | None, cited: Sequence[Evidence], known: _Known, groups: Iterable[OriginGroup]
) -> Verdict | None:
    if review is None:
        return None
    states = {one.id: one.state for group in groups for one in group.appearances}
    return Verdict(
        number=review.number,
        status=ClaimStatus(review.verdict),
        reason=review.reason,
        decided_at=review.decided_at,
        decided_by=review.decided_by.display_name,
        signed_off_by=review.signed_off_by.display_name if review.signed_off_by else "",
        override=review.override,
        evidence=tuple(
            EvidenceView(
                article=known.link(piece.article),
                quote=piece.appearance.quote if piece.appearance else "",
                note=piece.note,
                primary=piece.primary,
                captured_at=piece.snapshot.captured_at if piece.snapshot else None,
                copy_address=getattr(piece, "copy_address", None) or "",
                appearance_id=piece.appearance_id or "",
                state=states.get(piece.appearance_id or "", QuoteState.PRESENT),
            )
            for piece in cited
        ),
    )

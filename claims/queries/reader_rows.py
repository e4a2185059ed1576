"""Database rows turned into what readers' pages print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import F, QuerySet

from claims.models import Anchor, Article, Change, Claim
from claims.queries.claims import ClaimFilter, tracked_claims
from claims.queries.freshness import freshness_of_claim
from claims.queries.reader_shapes import ArticleLink, ChangeView, ClaimLine, Named, Said, Turn
from claims.vocabulary import ArticleState, ChangeKind, ClaimStatus, HedgeShift, Stance

ALL_CLAIMS = ClaimFilter()
MOST_SHOWN = 6_000
"""Characters of a change's headline, and of its text, that a page shows; the snapshots hold all of it."""


def with_moments(anchors: QuerySet[Anchor]) -> QuerySet[Anchor]:
    """Return the anchors, oldest snapshot first, with its ``captured_at``."""
    return anchors.annotate(captured_at=F("snapshot__captured_at")).order_by("snapshot__number", "id")


def turns_of(first: Stance | None, anchors: Iterable[Anchor]) -> tuple[Said, ...]:
    """Return each time that a place said something else than before; ``anchors`` are of `with_moments`."""
    turns: list[Said] = []
    for anchor in anchors:
        word = anchor.body_stance or anchor.headline_stance
        stance = Stance(word) if word else None
        if stance != (turns[-1].stance if turns else first):
            turns.append(Said(anchor.captured_at, stance))  # type: ignore[attr-defined] # annotated
    return tuple(turns)


def visible_claims(wanted: ClaimFilter = ALL_CLAIMS) -> QuerySet[Claim]:
    """Return the claims that readers may see and the filter leaves, latest change first, with freshness.

    Raises `UnknownValueError` for a topic, publisher or claimant that there is not.
    """
    return tracked_claims(wanted).order_by("-updated_at", "id")


def named(record: Any) -> Named | None:
    """Return slug and name of a topic, publisher or claimant, None for None."""
    return Named(record.slug, record.name) if record else None


def line_of(claim: Claim, *, now: datetime) -> ClaimLine:
    """Return a claim of `visible_claims` as lists show it; costs nothing more."""
    topics = sorted(claim.topics.all(), key=lambda topic: (topic.name, topic.id))
    return ClaimLine(
        id=claim.id,
        url=claim.get_absolute_url(),
        text=claim.text,
        status=ClaimStatus(claim.status),
        status_changed_at=claim.status_changed_at,
        reason=claim.reason,
        under_review=claim.under_review,
        withdrawn=claim.withdrawn,
        claimant=named(claim.claimant),
        topics=tuple(Named(topic.slug, topic.name) for topic in topics),
        first_seen_at=claim.first_seen_at,
        article_count=claim.article_count,
        origin_count=claim.origin_count,
        updated_at=claim.updated_at,
        freshness=freshness_of_claim(claim, now=now),
    )


def lines_of(claims: Iterable[Claim], *, now: datetime) -> tuple[ClaimLine, ...]:
    """Return claims of `visible_claims` as lists show them, in the order given."""
    return tuple(line_of(claim, now=now) for claim in claims)


def article_link(article: Article, state: ArticleState | None = None) -> ArticleLink:
    """Return an article (with its publisher fetched) as pages name it; ``state`` as of then, if not now."""
    return ArticleLink(
        id=article.id,
        url=article.url,
        headline=article.headline,
        publisher=named(article.publisher),
        published_at=article.published_at,
        state=state or ArticleState(article.state),
        state_reason=article.state_reason if state is None else "",
    )


def _pieces(
    diff: Mapping[str, Sequence[Mapping[str, str]]], part: str
) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Return the pieces of one part, none where it stayed the same, and whether they were cut."""
    pieces = [(piece["op"], piece["text"]) for piece in diff.get(part, ())]
    if all(op == "equal" for op, _ in pieces):
        return (), False
    room, shown = MOST_SHOWN, list[tuple[str, str]]()
    for op, text in pieces:
        if not room:
            return tuple(shown), True
        shown.append((op, text if len(text) <= room else f"{text[:room]}…"))
        room -= min(room, len(text))
    return tuple(shown), sum(len(text) for _, text in pieces) > MOST_SHOWN


_NOW = {Stance.SUPPORTS: "supports", Stance.REFUTES: "refutes", Stance.REPORTS: "only reports"}
_BEFORE = {Stance.SUPPORTS: "supported", Stance.REFUTES: "refuted", Stance.REPORTS: "only reported"}


def _turns(change: Change, claims: Mapping[str, tuple[str, str]]) -> Iterator[Turn]:
    """Yield for each claim that may be shown how headline and text turned round, in one where they agree."""
    told, parts = set(), dict[tuple[str, Stance, Stance], list[str]]()
    for flip in change.stance_flips:
        for part, name in (("headline", "headline"), ("body", "text")):
            before, after = flip[part]
            key = flip["claim"], part
            if before and after and before != after and flip["claim"] in claims and key not in told:
                told.add(key)
                parts.setdefault((flip["claim"], Stance(before), Stance(after)), []).append(name)
    for (claim, was, now), names in parts.items():
        if len(names) == 1:
            said = f"The {names[0]} now {_NOW[now]} what it {_BEFORE[was]} before:"
        else:
            said = f"Headline and text now {_NOW[now].removesuffix('s')} what they {_BEFORE[was]} before:"
        yield Turn(said, *claims[claim])


def change_view(
    change: Change,
    article: ArticleLink | None = None,
    *,
    claims: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> ChangeView:
    """Return a change of an article with its word diff; a part that stayed the same has no pieces.

    ``claims``: text and address, by id, of those of which it is told that the article turned round on them.
    """
    headline, headline_is_cut = _pieces(change.diff, "headline")
    body, body_is_cut = _pieces(change.diff, "body")
    return ChangeView(
        id=change.id,
        kind=ChangeKind(change.kind),
        not_before=change.not_before,
        not_after=change.not_after,
        notice=change.notice,
        summary=change.summary,
        hedge_shift=HedgeShift(change.hedge_shift) if change.hedge_shift else None,
        headline_pieces=headline,
        pieces=body,
        article=article,
        is_cut=headline_is_cut or body_is_cut,
        turns=tuple(sorted(_turns(change, claims), key=lambda turn: turn.said)),
    )

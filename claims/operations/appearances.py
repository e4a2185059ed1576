"""Appearances of claims: added with their stances, clustered into origins, counted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q

from claims.models import Appearance, Claim, Claimant, Origin, Snapshot, User
from claims.operations.anchors import anchor_in, words_of
from claims.operations.catalogue import publisher_at
from claims.operations.ledger import Book
from claims.pipeline.origins import OriginCluster, Report, Ruling, cluster_origins
from claims.pipeline.stance import judge_stance
from claims.queries.shapes import named
from claims.vocabulary import EventKind, Medium, PublisherKind, Stance


@dataclass(frozen=True, slots=True)
class Quotation:
    """What was quoted, where in the snapshot's text or headline, and how it is attributed."""

    quote: str
    start: int | None = None
    end: int | None = None
    in_headline: bool = False
    prefix: str = ""
    suffix: str = ""
    claimant_name: str = ""
    anonymous: bool = False
    attribution: str = ""
    hedged: bool = False
    hedges: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def add_appearance(
    book: Book, *, claim: Claim, snapshot: Snapshot, quotation: Quotation, by: User | None
) -> Appearance | None:
    """Note that ``snapshot`` carries the (locked) claim; None when its article is noted for it already.

    That is: with that very quote or one that begins at the same place, or, for a headline, with any quote: a
    headline over a text that carries the claim is no second place. Judges the stances, clusters the claim's
    origins anew and counts.
    """
    article = snapshot.article
    known = Appearance.objects.filter(claim=claim, article=article)
    if not quotation.in_headline:
        same_place = Q(quote=quotation.quote) | Q(start=quotation.start, start__isnull=False)
        known = known.filter(same_place, in_headline=False)
    if known.exists():
        return None
    stances = judge_stance(claim.text, headline=snapshot.headline, body=snapshot.text)
    headline, body = words_of(stances)
    if not (headline or body):
        # A person or the matcher says that the claim stands here; that much is certain.
        headline, body = ("reports", "") if quotation.in_headline else ("", "reports")
    appearance = Appearance.objects.create(
        claim=claim,
        article=article,
        snapshot=snapshot,
        medium=Medium.WEB,
        quote=quotation.quote,
        prefix=quotation.prefix,
        suffix=quotation.suffix,
        start=quotation.start,
        end=quotation.end,
        in_headline=quotation.in_headline,
        claimant_name=quotation.claimant_name,
        anonymous=quotation.anonymous,
        attribution=quotation.attribution,
        hedged=quotation.hedged,
        hedges=quotation.hedges,
        headline_stance=headline,
        body_stance=body,
        stance_now=body or headline,
        captured_at=snapshot.captured_at,
        seen_at=out_since(snapshot, quotation.quote),
        reasons=[*quotation.reasons, *stances.reasons],
        added_by=by,
    )
    if article.newest is not None and article.newest.pk != snapshot.pk:
        anchor_in(appearance, article.newest)  # the page moved on while the candidate waited
    grouping = recount(claim)
    appearance.refresh_from_db(fields=["origin", "origin_reason"])
    publisher = article.publisher.name if article.publisher else "An unnamed publisher"
    book.write(
        EventKind.APPEARANCE,
        claim=claim,
        article=article,
        actor=by,
        text=f"{publisher} {_VERBS[appearance.stance]} it: “{clipped(quotation.quote)}”",
        occurred_at=appearance.seen_at,
        data={
            "appearance": appearance.id,
            "publisher": named(article.publisher),
            "snapshot": snapshot.id,
            "quote": quotation.quote,
            "headline_stance": headline or None,
            "body_stance": body or None,
            "hedged": quotation.hedged,
            "origin": appearance.origin.root_name if appearance.origin else None,
            "grouping": grouping,
        },
    )
    return appearance


_VERBS = {None: "mentions", Stance.SUPPORTS: "supports", Stance.REFUTES: "refutes", Stance.REPORTS: "reports"}


def clipped(quote: str, length: int = 180) -> str:
    """The quote, or its first ``length`` characters up to a whole word and "…", for a sentence."""
    return quote if len(quote) <= length else quote[: length - 1].rsplit(" ", 1)[0] + "…"


def out_since(snapshot: Snapshot, quote: str) -> datetime:
    """When the quote was first out there: at its page's publication, or at our sight of a later edit."""
    first = snapshot
    if snapshot.number > 1:
        stands = Q(text__contains=quote) | Q(headline__contains=quote)
        said = snapshot.article.snapshots.order_by("number")
        first = said.filter(stands).first() or snapshot
        # Read anew from the bytes of an earlier one: the words were there already.
        first = said.filter(content=first.content_id, number__lt=first.number).first() or first
    published_at = snapshot.article.published_at if first.number == 1 else None
    return published_at or first.captured_at


def recount(claim: Claim) -> dict[str, Any]:
    """Cluster the claim's appearances into origins anew, and count articles, origins and the first moment.

    A denial goes back to nobody's report of the claim: appearances that refute it are in no count. One that
    turned round later stays: it did carry the claim. Returns what is grouped otherwise than before, for the
    event: ``origins`` by id (None for one that is no more) and ``places``, for each appearance its origin and
    the reason. As-of pages put it together again.
    """
    appearances = list(
        Appearance.objects.filter(claim=claim)
        .select_related("article__publisher", "snapshot", "origin", "ruled_by")
        .order_by("seen_at", "id")
    )
    clusters = cluster_origins(
        [_report(a) for a in appearances], [_ruling(a) for a in appearances if a.ruling]
    )
    before = _grouping(appearances)
    _store_clusters(claim, appearances, clusters)
    after = _grouping(appearances)
    asserting = [appearance for appearance in appearances if appearance.stance != Stance.REFUTES]
    claim.article_count = len({a.article_id or a.id for a in asserting})
    claim.origin_count = len({a.origin_id for a in asserting if a.origin_id})
    claim.first_seen_at = min((a.seen_at for a in asserting), default=claim.first_seen_at)
    claim.save(update_fields=["article_count", "origin_count", "first_seen_at"])
    return {
        part: {
            key: after[part].get(key)
            for key in sorted(before[part].keys() | after[part].keys())
            if before[part].get(key) != after[part].get(key)
        }
        for part in after
    }


def _grouping(appearances: list[Appearance]) -> dict[str, dict[str, Any]]:
    """The origins and the places of these appearances as they are now."""
    origins = {a.origin.id: a.origin for a in appearances if a.origin}
    return {
        "origins": {
            key: {
                "root_name": origin.root_name,
                "root_article": origin.root_article_id,
                "reason": origin.reason,
                "circle": list(origin.circle),
            }
            for key, origin in origins.items()
        },
        "places": {
            a.id: {"origin": a.origin.id, "reason": a.origin_reason, "told_from": list(a.told_from)}
            for a in appearances
            if a.origin
        },
    }


def _report(appearance: Appearance) -> Report:
    article, snapshot = appearance.article, appearance.snapshot
    publisher = article.publisher if article else None
    return Report(
        appearance=appearance.id,
        article=appearance.article_id,
        publisher=publisher.name if publisher else appearance.place,
        publisher_kind=PublisherKind(publisher.kind) if publisher else PublisherKind.OTHER,
        owner=publisher.owner if publisher else "",
        headline=snapshot.headline if snapshot else "",
        text=snapshot.text if snapshot else appearance.quote,
        byline=snapshot.byline if snapshot else "",
        claimant=appearance.claimant_name or None,
        attribution=appearance.attribution or None,
        seen_at=appearance.seen_at,
        canonical_url=_original_of(appearance),
        url=article.url if article else None,
        wire_source=article.wire_source if article else "",
        denies=appearance.stance == Stance.REFUTES,
    )


def _ruling(appearance: Appearance) -> Ruling:
    who = appearance.ruled_by.display_name if appearance.ruled_by else "An editor"
    where = "put it here" if appearance.ruled_beside_id else "counts it on its own"
    return Ruling(appearance.id, appearance.ruled_beside_id, f"{who} {where}: “{appearance.ruling}”")


def _original_of(appearance: Appearance) -> str | None:
    """The address that the page says is its original, unless that is another site of its own publisher."""
    article, snapshot = appearance.article, appearance.snapshot
    stated = snapshot.canonical_url if snapshot else ""
    if not (article and stated):
        return None
    if urlsplit(stated).hostname == urlsplit(article.url).hostname:
        return stated
    owner = publisher_at(stated)
    return None if owner is not None and owner.pk == article.publisher_id else stated


def _store_clusters(claim: Claim, appearances: list[Appearance], clusters: tuple[OriginCluster, ...]) -> None:
    """Write the clusters, keeping the id of an origin that most of a cluster's members already had."""
    by_id = {appearance.id: appearance for appearance in appearances}
    taken: set[str] = set()
    for cluster in clusters:
        members = [by_id[member] for member in cluster.members]
        origin = _origin_to_keep(members, taken) or Origin(claim=claim)
        root = by_id[cluster.root] if cluster.root else None
        origin.root_article = root.article if root else None
        origin.root_name = cluster.root_name[:300]
        origin.reason = cluster.reason[:500]
        origin.circle = list(cluster.circle)
        origin.save()
        taken.add(origin.id)
        reasons = {join.appearance: join.reason for join in cluster.joins}
        steps = sorted({(step.of, step.to) for step in cluster.steps})
        for member in members:
            member.origin = origin
            member.origin_reason = reasons.get(member.id, "")[:500]
            member.told_from = [to for of, to in steps if of == member.id]
    Appearance.objects.bulk_update(appearances, ["origin", "origin_reason", "told_from"])
    Origin.objects.filter(claim=claim).exclude(id__in=taken).delete()


def _origin_to_keep(members: list[Appearance], taken: set[str]) -> Origin | None:
    had = Counter(m.origin_id for m in members if m.origin_id and m.origin_id not in taken)
    kept = had.most_common(1)[0][0] if had else None
    return next((m.origin for m in members if m.origin_id == kept), None) if kept else None


def name_claimant(claim: Claim, claimant: Claimant | None) -> None:
    """Set the claimant of a claim that has none yet."""
    if claim.claimant_id is None and claimant is not None:
        claim.claimant = claimant
        claim.save(update_fields=["claimant"])

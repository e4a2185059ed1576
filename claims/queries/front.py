"""The read behind the readers' front page: what is new, what is open, what is settled, at a fixed price."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import ExpressionWrapper, F, FloatField, OuterRef, Q, Subquery, prefetch_related_objects
from django.db.models.functions import Greatest

from claims.models import Anchor, Appearance, Claim, Topic
from claims.queries.happenings import events_of, happenings, latest_events
from claims.queries.reader_pages import ClaimName, FrontPage, Happening, Sighting, Story
from claims.queries.reader_rows import lines_of, turns_of, visible_claims, with_moments
from claims.queries.reader_shapes import Said
from claims.queries.readers import count_by_status, topic_lines
from claims.vocabulary import ClaimStatus

MOST_HAPPENINGS = 8
MOST_OF_LEAD = 4
MOST_OPEN = 6
MOST_SETTLED = 6
MOST_UNDER_REVIEW = 4
MOST_STORIES = 6
_MOST_SIGHTINGS = 500
_SETTLED = [status for status in ClaimStatus if status.is_settled]
_OPEN = [status for status in ClaimStatus if not status.is_settled]


def front_page(*, now: datetime) -> FrontPage:
    """Return what a reader needs at a glance (sixteen queries, one more while nothing is decided).

    The lead is the latest verdict; while there is none, the claim that changed latest. The open claims are
    ranked by articles per origin: what is repeated most often on the word of the fewest comes first. What we
    withdrew is neither.
    """
    claims = visible_claims().prefetch_related(None)
    decided = (
        claims.exclude(status=ClaimStatus.UNVERIFIED)
        .filter(withdrawn=False)
        .order_by("-status_changed_at", "id")
    )
    lead = decided.first() or claims.first()
    lead_id = lead.id if lead else ""
    others = claims.exclude(pk=lead_id)
    review = list(others.filter(under_review=True)[:MOST_UNDER_REVIEW])
    rest = others.exclude(pk__in=[claim.id for claim in review]).filter(status__in=_OPEN, withdrawn=False)
    copied = F("article_count") * 1.0 / Greatest(F("origin_count"), 1)
    ranked = rest.annotate(copied=ExpressionWrapper(copied, FloatField()))
    still_open = list(ranked.order_by("-copied", "-article_count", "-updated_at", "id")[:MOST_OPEN])
    # The lead belongs among the settled ones, too: the list would be wrong without it.
    settled = list(
        claims.filter(Q(under_review=False) | Q(pk=lead_id), status__in=_SETTLED).order_by(
            "-status_changed_at", "id"
        )[:MOST_SETTLED]
    )
    heads = [lead] if lead else []
    prefetch_related_objects([*heads, *review, *still_open, *settled], "topics")
    of_lead, of_all = happenings(events_of(lead_id), latest_events())
    return FrontPage(
        lead=next(iter(lines_of(heads, now=now)), None),
        lead_happenings=_but_the_newest_verdict(of_lead)[:MOST_OF_LEAD],
        lead_sightings=_sightings(lead_id),
        happenings=tuple(one for one in of_all if not _only_of(one, lead_id))[:MOST_HAPPENINGS],
        under_review=lines_of(review, now=now),
        open=lines_of(still_open, now=now),
        settled=lines_of(settled, now=now),
        stories=_stories(),
        counts=count_by_status(claims),
    )


def _but_the_newest_verdict(happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """Leave out the verdict that stands above them; an earlier one is news of the claim."""
    newest = next((one for one in happenings if one.status), None)
    return tuple(one for one in happenings if one is not newest)


def _only_of(happening: Happening, claim_id: str) -> bool:
    return all(claim.id == claim_id for claim in happening.claims)


def _sightings(claim_id: str) -> tuple[Sighting, ...]:
    """Return where the claim was seen, each place with what it said at first and since (two queries)."""
    rows = list(Appearance.objects.filter(claim=claim_id).order_by("seen_at", "id")[:_MOST_SIGHTINGS])
    anchors: defaultdict[str, list[Anchor]] = defaultdict(list)
    for anchor in with_moments(Anchor.objects.filter(appearance__in=rows)):
        anchors[anchor.appearance_id].append(anchor)
    return tuple(
        Sighting(
            row.article_id or row.id,
            (Said(row.seen_at, row.stance), *turns_of(row.stance, anchors[row.id])),
        )
        for row in rows
    )


def _stories() -> tuple[Story, ...]:
    """Return the running stories, latest change first, each with its last-changed claim (four queries)."""
    shown = visible_claims().order_by()
    lines = topic_lines(Topic.objects.filter(claims__in=shown).distinct(), most=MOST_STORIES)
    last = visible_claims().filter(topics=OuterRef("pk")).values("id")[:1]
    slugs = [line.slug for line in lines]
    newest = dict(Topic.objects.filter(slug__in=slugs).values_list("slug", Subquery(last)))
    claims = Claim.objects.in_bulk([claim_id for claim_id in newest.values() if claim_id])
    stories = []
    for line in lines:
        claim = claims.get(newest.get(line.slug) or "")
        name = (
            ClaimName(claim.id, claim.get_absolute_url(), claim.text, ClaimStatus(claim.status))
            if claim
            else None
        )
        stories.append(Story(line, name))
    return tuple(stories)

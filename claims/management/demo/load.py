"""Brings the demo story into an empty database as a newsroom would: ingested, tracked, decided."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

from claims.management.demo import clock
from claims.management.demo.shapes import DemoArticle, DemoClaim, Sighting
from claims.management.demo.story import (
    ACCOUNTS,
    ARRIVAL,
    ARTICLES,
    CLAIMS,
    PASSWORD,
    PUBLISHERS,
    TOPIC,
)
from claims.models import Appearance, Article, Candidate, Claim, Event, Publisher, Snapshot, User
from claims.operations.candidates import merge_candidate, propose, track
from claims.operations.catalogue import add_publisher, add_topic
from claims.operations.evidence import Cited
from claims.operations.feeds import add_feed
from claims.operations.ingest import add_article
from claims.operations.people import add_person
from claims.operations.policies import fetch_policy
from claims.operations.recheck import check_articles
from claims.operations.review import decide
from claims.pipeline.fetch import Fetched, FetchRequest, fetch
from claims.queries.clock import database_now
from claims.vocabulary import CandidateState, ClaimStatus

logger = logging.getLogger(__name__)

CONFIRMED_BECAUSE = (
    "The Foreign Office says so on the record, and the reports of that evening agree with it: "
    "he landed at Farnborough on a flight from Tunisia."
)
WATCHED_FEED = "/northern-wire/feed.atom"
CONFIRMED_BY = ("foreign-office", "harbour-post")


class CannotLoadError(Exception):
    """The story cannot be loaded here; the sentence says why."""


def load(*, site: str, clock_file: Path) -> int:
    """Load the story from the pages at ``site`` (as ``http://host:port``); return the count of articles.

    Story time begins when all is loaded. Raises `CannotLoadError`, with nothing written, for a database that
    holds anything and for a site that does not answer.
    """
    _refuse_full_database()
    _refuse_silent_site(site)
    clock.forget(clock_file)
    people = {
        account.username: add_person(
            username=account.username,
            role=account.role,
            by=None,
            now=database_now(),
            name=account.full_name,
            password=PASSWORD,
        )
        for account in ACCOUNTS
    }
    for publisher in PUBLISHERS:
        add_publisher(
            name=publisher.name,
            kind=publisher.kind,
            sites=[f"{site}/{publisher.slug}/"],
            by=people["edith"],
            now=database_now(),
        )
    newsroom = _Newsroom(site=site, people=people)
    for story in ARTICLES:
        newsroom.take_in(story)
    add_feed(url=f"{site}{WATCHED_FEED}", by=people["edith"], now=database_now())
    newsroom.confirm(ARRIVAL, CONFIRMED_BY, CONFIRMED_BECAUSE)
    clock.begin(clock_file, at=database_now().timestamp())
    return len(ARTICLES)


def _refuse_full_database() -> None:
    for rows, words in (
        (User, "accounts"),
        (Publisher, "publishers"),
        (Article, "articles"),
        (Event, "events"),
    ):
        if rows.objects.exists():
            raise CannotLoadError(
                f"This database already holds {words}; the demo story only goes into an empty one. "
                "Nothing was changed."
            )


def _refuse_silent_site(site: str) -> None:
    result = fetch(FetchRequest(url=f"{site}/robots.txt"), policy=fetch_policy())
    if isinstance(result, Fetched) and result.status == 200:
        return
    why = f"it answered {result.status}" if isinstance(result, Fetched) else result.reason
    host = site.partition("//")[2]
    raise CannotLoadError(
        f"The demo's pages cannot be read at {site}/ ({why.rstrip('.')}). Start `manage.py demo_site` first, "
        f"and open its address to the fetch gate: FETCH_ALLOW_PRIVATE={host}. Nothing was changed."
    )


class _Newsroom:
    """Edith tracks, Cora proposes what the machine overlooked, Clara decides."""

    def __init__(self, *, site: str, people: dict[str, User]) -> None:
        self._site = site
        self._people = people
        self._topic = add_topic(name=TOPIC, by=people["edith"], now=database_now())
        self._claims: dict[str, str] = {}

    def take_in(self, story: DemoArticle) -> None:
        """Ingest one page and settle the tracked claims that stand in it; the rest stays in the queue."""
        article = add_article(
            url=f"{self._site}{story.path}",
            by=self._people["cora"],
            now=database_now(),
            published_at=story.published_at,
        ).article
        for _ in check_articles([article.id], only_due=False):
            pass
        article = Article.objects.select_related("newest").get(pk=article.pk)
        if article.newest is None:
            raise CannotLoadError(f"{article.url} could not be read: {article.state_reason}")
        for sighting in story.sightings:
            self._settle(sighting, article.newest)

    def _settle(self, sighting: Sighting, snapshot: Snapshot) -> None:
        claim = next(one for one in CLAIMS if one.key == sighting.claim)
        known = self._claims.get(claim.key)
        candidate = _candidate_for(sighting, snapshot)
        if candidate and candidate.state == CandidateState.LINKED and candidate.claim_id == known:
            return
        if candidate is None or not candidate.is_open:
            candidate = self._propose(claim, sighting, snapshot)
        if known:
            merge_candidate(
                candidate_id=candidate.id, into=known, by=self._people["edith"], now=database_now()
            )
            return
        tracked = track(
            candidate_id=candidate.id,
            by=self._people["edith"],
            now=database_now(),
            text=claim.text,
            claimant_name=claim.claimant,
            topics=[self._topic.slug],
        )
        self._claims[claim.key] = tracked.id

    def _propose(self, claim: DemoClaim, sighting: Sighting, snapshot: Snapshot) -> Candidate:
        logger.info("The machine proposed nothing for “%s” in %s; Cora does.", sighting.words, snapshot)
        quote, start = _sentence_around(snapshot.text, sighting.words)
        return propose(
            text=claim.text,
            by=self._people["cora"],
            now=database_now(),
            snapshot=snapshot,
            quote=quote,
            start=start,
        )

    def confirm(self, key: str, publishers: Iterable[str], reason: str) -> None:
        """Let Clara confirm a claim on its appearances at the ``publishers`` (slugs of the story)."""
        claim = Claim.objects.get(pk=self._claims[key])
        places = [f"{self._site}/{slug}/" for slug in publishers]
        own = Appearance.objects.filter(claim=claim).select_related("article").order_by("seen_at", "id")
        cited = [one for one in own if one.article and one.article.url.startswith(tuple(places))]
        decide(
            claim_id=claim.id,
            by=self._people["clara"],
            seen_version=claim.version,
            verdict=ClaimStatus.CONFIRMED,
            reason=reason,
            evidence=[Cited(appearance=one.id) for one in cited],
            now=database_now(),
        )


def _candidate_for(sighting: Sighting, snapshot: Snapshot) -> Candidate | None:
    """Return the machine's candidate that covers most of the sighting's words, and at least half of them."""
    begin = snapshot.text.index(sighting.words)
    end = begin + len(sighting.words)

    def covered(candidate: Candidate) -> int:
        if candidate.in_headline or candidate.start is None or candidate.end is None:
            return 0
        return min(end, candidate.end) - max(begin, candidate.start)

    best = max(Candidate.objects.filter(snapshot=snapshot).order_by("start", "id"), key=covered, default=None)
    return best if best is not None and 2 * covered(best) >= len(sighting.words) else None


def _sentence_around(text: str, words: str) -> tuple[str, int]:
    """Return the sentence of ``text`` in which ``words`` stand, and where it starts."""
    at = text.index(words)
    start = max((found.end() for found in re.finditer(r"[.?!] |\n\n", text[:at])), default=0)
    end = text.find(".", at + len(words))
    return text[start : end + 1 or len(text)], start

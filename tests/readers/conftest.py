"""A small newsroom with one story: the harbour minister's resignation, its copies and its denial."""

import pytest

from claims.models import Article, Claim, Snapshot, User
from claims.operations.candidates import merge_candidate, propose, track
from claims.operations.catalogue import add_topic
from claims.operations.evidence import Cited
from claims.operations.ingest import add_article, ingest_file
from claims.operations.people import add_person
from claims.operations.recheck import check_articles
from claims.operations.review import decide
from claims.vocabulary import ClaimStatus, Role
from tests.sites import page
from tests.stories import right_now

RESIGNED = "The harbour minister has resigned"
PADDING = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."
STORY_DAY = "2011-03-30T20:00:00Z"


class Newsroom:
    """What Edith does, in the order in which she would."""

    def __init__(self, edith: User, clara: User) -> None:
        self.edith = edith
        self.clara = clara

    def brings_in(self, publisher: str, *sentences: str, published: str = STORY_DAY) -> Snapshot:
        """Bring in a page of ``publisher`` that says the sentences; returns its snapshot."""
        slug = publisher.lower().replace(" ", "-")
        number = Article.objects.count()
        html = page(f"{publisher}: {sentences[0][:60]}", *sentences, PADDING, published=published)
        taken = ingest_file(
            body=html.encode(),
            content_type="text/html",
            url=f"https://{slug}.example/{number}",
            publisher=publisher,
            by=None,
            now=right_now(),
        )
        assert taken.snapshot is not None
        return taken.snapshot

    def tracks(
        self,
        text: str,
        snapshot: Snapshot,
        quote: str,
        *,
        claimant: str = "",
        topics: tuple[str, ...] = (),
        internal: bool = False,
    ) -> Claim:
        """Propose a claim from a quote and track it."""
        found = propose(
            text=text,
            by=self.edith,
            now=right_now(),
            snapshot=snapshot,
            quote=quote,
            claimant_name=claimant,
        )
        return track(
            candidate_id=found.id,
            by=self.edith,
            now=right_now(),
            topics=topics,
            internal=internal,
            claimant_name=claimant or None,
        )

    def adds_to(self, claim: Claim, snapshot: Snapshot, quote: str) -> None:
        """Say that another page carries the claim, too."""
        found = propose(text=claim.text, by=self.edith, now=right_now(), snapshot=snapshot, quote=quote)
        if found.is_open:
            merge_candidate(candidate_id=found.id, into=claim.id, by=self.edith, now=right_now())
        claim.refresh_from_db()

    def decides(self, claim: Claim, verdict: ClaimStatus, reason: str) -> None:
        """Give a verdict that rests on every appearance there is, the first as primary document."""
        claim.refresh_from_db()
        cited = [
            Cited(appearance=one.id, primary=number == 0)
            for number, one in enumerate(claim.appearances.order_by("seen_at", "id"))
        ]
        decide(
            claim_id=claim.id,
            by=self.edith,
            seen_version=claim.version,
            verdict=verdict,
            reason=reason,
            evidence=cited if verdict != ClaimStatus.UNVERIFIED else [],
            now=right_now(),
        )
        claim.refresh_from_db()


@pytest.fixture
def newsroom(db: None) -> Newsroom:
    people = {
        name: add_person(username=name.lower(), role=role, by=None, now=right_now(), name=f"{name} Example")
        for name, role in (("Edith", Role.EDITOR), ("Clara", Role.CHIEF_EDITOR))
    }
    return Newsroom(people["Edith"], people["Clara"])


@pytest.fixture
def resignation(newsroom: Newsroom) -> Claim:
    """One origin, one copy of it, one denial a day later."""
    topic = add_topic(
        name="Harbour affair", by=newsroom.edith, now=right_now(), summary="Who leaves the port."
    )
    first = newsroom.brings_in("The Lantern", f"{RESIGNED}, his spokesman Karl Brandt said.")
    claim = newsroom.tracks(RESIGNED, first, RESIGNED, claimant="Karl Brandt", topics=(topic.slug,))
    copy = newsroom.brings_in(
        "Harbour Post", f"{RESIGNED}, The Lantern reported.", published="2011-03-30T21:00:00Z"
    )
    newsroom.adds_to(claim, copy, RESIGNED)
    denial = newsroom.brings_in(
        "Port Radio",
        "The harbour minister has not resigned, the ministry said.",
        published="2011-03-31T18:00:00Z",
    )
    newsroom.adds_to(claim, denial, "The harbour minister has not resigned")
    return claim


def seen(url: str, publisher: str) -> Article:
    """Take an address on and look at it for the first time."""
    article = add_article(url=url, by=None, now=right_now(), publisher=publisher).article
    look_again(article)
    return article


def look_again(article: Article) -> None:
    """Check the article now."""
    assert len(list(check_articles([article.id], only_due=False))) == 1
    article.refresh_from_db()

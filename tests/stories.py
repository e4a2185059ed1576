"""Small stories for tests: people, articles and tracked claims, all made by the product's operations."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection

from claims.models import Appearance, Article, Candidate, Claim, Topic, User
from claims.operations.candidates import propose, track
from claims.operations.catalogue import add_publisher, add_topic
from claims.operations.evidence import Cited
from claims.operations.findings import CheckReport
from claims.operations.ingest import add_article, ingest_file
from claims.operations.people import add_person
from claims.operations.recheck import check_articles
from claims.operations.review import decide
from claims.vocabulary import ClaimStatus, PublisherKind, Role, Voice

MINISTER_LANDS = (
    "Minister lands in Britain\n\n"
    "The foreign minister landed at Farnborough airport on Wednesday evening. "
    "A spokesman said that he had come of his own free will.\n\n"
    "The harbour was closed for the night. Nobody at the port would say why.\n"
)


# The server may be others', too: a lock on a transaction names no database, so its waiter's other locks tell.
_WAITS_FOR_A_LOCK = """
SELECT pid FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database()
)
"""


def right_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def person(username: str, role: Role) -> User:
    """Add an account."""
    return add_person(username=username, role=role, by=None, now=right_now())


def an_article(
    text: str = MINISTER_LANDS,
    *,
    url: str = "https://harbour-post.example/minister-lands",
    publisher: str = "Harbour Post",
    published_at: datetime | None = None,
) -> Article:
    """Take in a plain text as the page at ``url``."""
    return ingest_file(
        body=text.encode(),
        content_type="text/plain",
        by=None,
        now=right_now(),
        url=url,
        published_at=published_at,
        publisher=publisher,
    ).article


def an_official_article(text: str, *, url: str = "https://foreign-office.example/statement") -> Article:
    """Take in a page of an official body, whose word is a primary document."""
    add_publisher(
        name="Foreign Office",
        by=None,
        now=right_now(),
        kind=PublisherKind.OFFICIAL,
        sites=["https://foreign-office.example/"],
    )
    return an_article(text, url=url, publisher="Foreign Office")


def a_claim(
    by: User,
    *,
    text: str = "The foreign minister landed in Britain.",
    quote: str = "The foreign minister landed at Farnborough airport on Wednesday evening.",
    article: Article | None = None,
    claimant: str = "",
    topics: Sequence[str] = (),
    internal: bool = False,
) -> Claim:
    """Propose a claim from a passage of an article (one of its own if none is given), and track it."""
    source = article or an_article()
    candidate = propose(
        text=text, by=by, now=right_now(), snapshot=source.newest, quote=quote, claimant_name=claimant
    )
    return track(candidate_id=candidate.id, by=by, now=right_now(), topics=topics, internal=internal)


def a_topic(name: str = "Libya") -> Topic:
    """Add a topic."""
    return add_topic(name=name, by=None, now=right_now())


def decided(claim: Claim, by: User, verdict: ClaimStatus, reason: str = "The record says so.") -> Claim:
    """Decide on the claim as it stands, citing its appearances; returns it as it then is."""
    claim.refresh_from_db()
    cited = [Cited(appearance=row.id, primary=True) for row in Appearance.objects.filter(claim=claim)]
    decide(
        claim_id=claim.id,
        by=by,
        seen_version=claim.version,
        verdict=verdict,
        reason=reason,
        evidence=cited,
        now=right_now(),
    )
    claim.refresh_from_db()
    return claim


def check(article: Article) -> CheckReport:
    """Check one article now; returns the report."""
    [report] = check_articles([article.id], only_due=False)
    return report


def taken_on(url: str, publisher: str = "The Lantern") -> Article:
    """Take an address on and look at it for the first time."""
    article = add_article(url=url, by=None, now=right_now(), publisher=publisher).article
    check(article)
    article.refresh_from_db()
    return article


def tracked(article: Article, words: str, by: User) -> Claim:
    """Track the candidate of the article whose quote, below the headline, contains ``words``."""
    found = Candidate.objects.exclude(voice=Voice.HEADLINE)
    candidate = found.get(snapshot__article=article, quote__contains=words)
    return track(candidate_id=candidate.id, by=by, now=right_now())


def until_somebody_waits() -> None:
    """Return once a transaction of this database waits for another one's lock (PostgreSQL)."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(_WAITS_FOR_A_LOCK)
            if cursor.fetchone() is not None:
                return
            time.sleep(0.02)
    raise TimeoutError("Nobody came to wait for a lock.")

"""What a check saw: an answer, or none, turned into what it means for the article."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from claims.models import Article, Snapshot
from claims.operations.capture import Reading, read_page
from claims.operations.failpoints import AFTER_PARSE, reach
from claims.pipeline.diff import Difference, compare
from claims.pipeline.extract_text import UnreadableError, fingerprint
from claims.pipeline.fetch import Fetched, FetchFailed, FetchRequest, FetchResult
from claims.pipeline.gate.retry_after import retry_after_seconds
from claims.pipeline.source_state import Observation
from claims.queries.clock import database_now


@dataclass(frozen=True, slots=True)
class Leased:
    """What a worker knows of an article while it works, read once when leasing."""

    article: Article
    fence: int

    @property
    def is_asked_for_by_hand(self) -> bool:
        """Whether a person added the page and nobody has looked yet: fetched once, whatever robots say."""
        return self.article.newest is None and self.article.added_by_id is not None

    @property
    def request(self) -> FetchRequest:
        """What to ask the server, with the validators of the newest snapshot."""
        newest = self.article.newest
        return FetchRequest(
            url=self.article.url,
            etag=(self.article.etag or None) if newest else None,
            last_modified=(self.article.last_modified or None) if newest else None,
            validated_url=newest.final_url if newest else None,
        )


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a worker brings back: the fetch's result, what it means, and the reading if anything is new."""

    result: FetchResult | None
    observation: Observation
    reading: Reading | None
    difference: Difference | None
    unreadable: str


def look_at(held: Leased, result: FetchResult) -> Sighting:
    """Turn the answer into what it means; reads the page only where its bytes and visible text moved."""
    article, newest = held.article, held.article.newest
    reading, difference, unreadable = None, None, ""
    if isinstance(result, Fetched) and 200 <= result.status < 300 and not _same_as(newest, result):
        try:
            reading = read_page(
                result.body,
                content_type=result.header("content-type"),
                final_url=result.final_url,
                published_at=article.published_at,
                http_status=result.status,
                headers=result.headers,
            )
        except UnreadableError as error:
            unreadable = str(error)
        if reading is not None and newest is not None:
            difference = compare(
                headline_before=newest.headline,
                text_before=newest.text,
                headline_after=(reading.article.headline or "")[:500],
                text_after=reading.article.text,
            )
    reach(AFTER_PARSE)
    observation = _observe(result, reading, unreadable)
    return Sighting(result, observation, reading, difference, unreadable)


def disallowed(reason: str) -> Sighting:
    """What a worker brings back where robots.txt forbids to look."""
    observation = Observation(
        at=database_now(),
        status=None,
        failure="robots",
        complete=False,
        length_known=False,
        redirected_to_root=False,
        text_length=None,
    )
    return Sighting(None, observation, None, None, reason)


def _same_as(newest: Snapshot | None, result: Fetched) -> bool:
    """Whether the page says what it said: the same visible text, whatever else moved around it."""
    if newest is None:
        return False
    content_type = result.header("content-type")
    try:
        return fingerprint(result.body, content_type=content_type) == newest.fingerprint
    except UnreadableError:
        return False


def _observe(result: FetchResult, reading: Reading | None, unreadable: str) -> Observation:
    now = database_now()
    if not isinstance(result, Fetched):
        return Observation(
            at=now,
            status=None,
            failure=str(result.code),
            complete=False,
            length_known=False,
            redirected_to_root=False,
            text_length=None,
        )
    asked, landed = urlsplit(result.url), urlsplit(result.final_url)
    to_root = landed.path in ("", "/") and not landed.query and asked.path not in ("", "/")
    return Observation(
        at=now,
        status=result.status,
        failure="unreadable" if unreadable else None,
        complete=True,  # the gate turns an answer that was cut off into a failure
        length_known=result.length_known,
        redirected_to_root=to_root,
        text_length=len(reading.article.text) if reading else None,
        moved=bool(result.permanent_url) and result.permanent_url != result.url and not to_root,
    )


def asked_to_wait(result: FetchResult | None, now: datetime) -> float | None:
    """Return the seconds of Retry-After where the host is overloaded (429, 503), else None."""
    if isinstance(result, Fetched) and result.status in (429, 503):
        return retry_after_seconds(result.header("retry-after"), now=now)
    if isinstance(result, FetchFailed):
        return retry_after_seconds(result.retry_after, now=now)
    return None

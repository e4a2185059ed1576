"""What a check saw: an answer, or none, turned into what it means for the article."""

import hashlib
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from claims.models import RawContent, Snapshot
from claims.operations.capture import Proposal, Reading, extraction_note, matched
from claims.operations.failpoints import AFTER_PARSE, reach
from claims.operations.reader import TOO_MUCH
from claims.pipeline.diff import Difference
from claims.pipeline.extract_text import EXTRACTOR_VERSION
from claims.pipeline.fetch import Fetched, FetchFailed, FetchRequest, FetchResult
from claims.pipeline.gate.retry_after import retry_after_seconds
from claims.pipeline.page.page_kind import PageKind, is_bot_wall
from claims.pipeline.read_again import PageBefore, PageRead, PageToRead
from claims.pipeline.schedule import is_in_full
from claims.pipeline.source_state import OWN_OUTAGE, PUT_OFF, Observation
from claims.queries.among import AmongGiven
from claims.queries.prepared import Prepared
from claims.vocabulary import ArticleState

OVERLOADED = frozenset({429, 503})
"""Statuses by which a server asks to be left alone for a while."""

_REFUSING = frozenset({401, 403, 503})
_HEAD_BYTES = 100_000

LEASED_COLUMNS = (
    *("id", "url", "host", "fence", "state", "attempts", "failures", "missing_since", "missing_checks"),
    *("newest_id", "newest__final_url", "newest__content_id", "newest__fingerprint"),
    *("etag", "last_modified", "seen_sha256", "seen_fingerprint", "turned_at"),
    *("added_by_id", "added_at", "published_at", "last_changed_at", "check_count", "change_count"),
)
"""The columns of an article, in the order of `Leased`."""


class Leased(NamedTuple):
    """What a worker knows of an article while it works: read once, with the lease, without its texts."""

    id: str
    url: str
    host: str
    fence: int
    state: str
    attempts: int
    failures: int
    missing_since: datetime | None
    missing_checks: int
    newest_id: str | None
    final_url: str | None
    newest_sha256: str | None
    newest_fingerprint: str | None
    etag: str
    last_modified: str
    seen_sha256: str
    seen_fingerprint: str
    turned_at: datetime | None
    added_by_id: int | None
    added_at: datetime
    published_at: datetime | None
    last_changed_at: datetime | None
    check_count: int
    change_count: int

    @property
    def is_calm(self) -> bool:
        """Whether it was read, and nothing was amiss at the last check."""
        amiss = self.failures or self.missing_checks or self.newest_id is None or self.turned_at
        return self.state == ArticleState.LIVE and not amiss

    @property
    def is_asked_for_by_hand(self) -> bool:
        """Whether a person added the page and nobody has looked yet: fetched once, whatever robots say."""
        return self.newest_id is None and self.added_by_id is not None

    @property
    def request(self) -> FetchRequest:
        """What to ask the server, mostly with the validators of what it said last."""
        known = self.newest_id is not None and not is_in_full(self.check_count)
        return FetchRequest(
            url=self.url,
            etag=(self.etag or None) if known else None,
            last_modified=(self.last_modified or None) if known else None,
            validated_url=self.final_url,
        )

    def page_to_read(
        self, result: Fetched, *, before: PageBefore | None = None, mark: str = ""
    ) -> PageToRead:
        """Return what the reader needs: without ``before`` only for telling whether anything is new.

        ``mark`` is the fingerprint that such a reading told.
        """
        return PageToRead(
            body=result.body,
            content_type=result.header("content-type"),
            url=result.url,
            final_url=result.final_url,
            headers=_by_name(result),
            published_at=self.published_at,
            before=before,
            mark=mark,
            length_known=result.length_known,
            marks=frozenset(filter(None, (self.newest_fingerprint, self.seen_fingerprint)))
            if self.newest_id is not None
            else frozenset(),
        )


def said_before(pages: Iterable[Leased]) -> dict[str, PageBefore]:
    """Return what the newest snapshot of each page says, by the page's id; one query.

    With the snapshot's bytes, for one more query each, where an older extractor read them. A page never
    seen is left out.
    """
    newest = [page.newest_id for page in pages if page.newest_id is not None]
    found = {}
    for article, snapshot, headline, text, version, headers in _SAID.rows(snapshots=newest):
        body = None
        if version != EXTRACTOR_VERSION:
            with suppress(zlib.error):  # damaged bytes of one page must not stop the others
                body = zlib.decompress(RawContent.objects.get(snapshots=snapshot).body)
        types = (value for name, value in headers if name.lower() == "content-type")
        found[article] = PageBefore(headline=headline, text=text, body=body, content_type=next(types, None))
    return found


_SAID = Prepared(
    lambda: Snapshot.objects.filter(AmongGiven("id", "snapshots")).values_list(
        "article_id", "id", "headline", "text", "extractor_version", "headers"
    )
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a worker brings back: the fetch's result, what it means, and the reading if anything is new.

    ``sha256`` and ``fingerprint`` stand for what was seen, where it says the same as the newest snapshot.
    ``broke_reader``: the page could not be read within the limits, which counts as a broken attempt.
    """

    result: FetchResult | None
    observation: Observation
    reading: Reading | None = None
    difference: Difference | None = None
    sha256: str = ""
    fingerprint: str = ""
    broke_reader: bool = False


def needs_reading(held: Leased, result: FetchResult) -> bool:
    """Whether the answer holds a page whose bytes are not those of last time."""
    if not isinstance(result, Fetched) or not 200 <= result.status < 300:
        return False
    return held.newest_id is None or sha256_of(result.body) not in (held.newest_sha256, held.seen_sha256)


def sha256_of(body: bytes) -> str:
    """Return the hash (hex) by which bytes are known."""
    return hashlib.sha256(body).hexdigest()


def look_at(
    result: FetchResult,
    *,
    now: datetime,
    read: PageRead | None = None,
    proposals: tuple[Proposal, ...] | None = None,
) -> Sighting:
    """Turn an answer into what it means; ``read`` is what its page says, where it had to be read.

    Looks the claims that a page brings anew up among the tracked ones, unless these ``proposals`` came of it.
    """
    reach(AFTER_PARSE)
    if read is None or not isinstance(result, Fetched):
        return Sighting(result, _observe(result, None, now))
    observation = _observe(result, read, now)
    if read.article is None:
        sha256 = sha256_of(result.body) if read.says_the_same else ""
        return Sighting(result, observation, sha256=sha256, fingerprint=read.fingerprint)
    reading = Reading(
        body=result.body,
        final_url=result.final_url,
        http_status=result.status,
        headers=result.headers,
        article=read.article,
        proposals=matched(read.candidates) if proposals is None else proposals,
        note=extraction_note(read.article),
    )
    return Sighting(result, observation, reading, read.difference)


def disallowed(reason: str, *, now: datetime) -> Sighting:
    """Return what a worker brings back where robots.txt forbids to look."""
    return Sighting(None, _not_seen("robots", now, said=reason))


def put_off(host: str, *, now: datetime) -> Sighting:
    """Return what a worker brings back where a redirect led to a host that could not be asked in time."""
    reason = f"The page leads to {host}, which was not free to be asked, at this check and those before it."
    return Sighting(None, _not_seen(PUT_OFF, now, said=reason))


def own_outage(*, now: datetime) -> Sighting:
    """Return what a worker brings back from a check that failed on our side."""
    return Sighting(None, _not_seen(OWN_OUTAGE, now))


def broke_reader(result: FetchResult, *, now: datetime) -> Sighting:
    """Return what a worker brings back from a page that could not be read within the limits."""
    return Sighting(result, _not_seen("broke_reader", now, said=TOO_MUCH), broke_reader=True)


def _not_seen(failure: str, now: datetime, *, said: str = "") -> Observation:
    return Observation(
        at=now,
        status=None,
        failure=failure,
        complete=False,
        length_known=False,
        redirected_to_root=False,
        text_length=None,
        said=said,
    )


def _observe(result: FetchResult, read: PageRead | None, now: datetime) -> Observation:
    if not isinstance(result, Fetched):
        return _not_seen(str(result.code), now, said=result.reason)
    to_root = moved = False
    if result.redirects:
        asked, landed = urlsplit(result.url), urlsplit(result.final_url)
        to_root = landed.path in ("", "/") and not landed.query and asked.path not in ("", "/")
        moved = bool(result.permanent_url) and result.permanent_url != result.url and not to_root
    return Observation(
        at=now,
        status=result.status,
        failure="unreadable" if read is not None and read.unreadable else None,
        # The gate turns an answer that was visibly cut off into a failure; of others reading may tell.
        complete=read is None or not read.broke_off,
        length_known=result.length_known,
        redirected_to_root=to_root,
        text_length=len(read.article.text) if read is not None and read.article is not None else None,
        moved=moved,
        kind=_kind_of(result, read),
        said=read.unreadable if read is not None else "",
    )


def _kind_of(result: Fetched, read: PageRead | None) -> PageKind:
    """What the answer shows; of one that refuses us only the beginning is looked at."""
    if read is not None:
        return read.kind
    refused = result.status in _REFUSING and is_bot_wall(
        result.body[:_HEAD_BYTES].decode("utf-8", "replace"), _by_name(result)
    )
    return PageKind.BOT_WALL if refused else PageKind.ARTICLE


def _by_name(result: Fetched) -> dict[str, str]:
    return {name.lower(): value for name, value in result.headers}


def failure_of(result: FetchResult) -> str | None:
    """Return the code of the failure or refusal, None for an answer of any status."""
    return None if isinstance(result, Fetched) else str(result.code)


def asked_to_wait(result: FetchResult | None, now: datetime) -> float | None:
    """Return the seconds of Retry-After where the host is overloaded (429, 503), else None."""
    if isinstance(result, Fetched) and result.status in OVERLOADED:
        return retry_after_seconds(result.header("retry-after"), now=now)
    if isinstance(result, FetchFailed):
        return retry_after_seconds(result.retry_after, now=now)
    return None

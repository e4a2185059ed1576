"""Bringing an article in: an address to fetch, or a file in hand."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from claims.models import Article, Candidate, Snapshot, User
from claims.operations.capture import (
    Reading,
    extraction_note,
    linked_claims,
    matched,
    store_proposals,
    store_snapshot,
)
from claims.operations.catalogue import find_publisher, publisher_at
from claims.operations.ledger import Book, writing
from claims.operations.policies import fetch_policy, host_of
from claims.operations.reader import TOO_MUCH
from claims.operations.reading_apart import read_apart
from claims.operations.refusals import RuleRefusedError, require
from claims.pipeline.fetch import FetchRefused, check_url
from claims.pipeline.read_again import PageToRead, read_in_hand
from claims.queries.tiers import attribution_parser
from claims.vocabulary import ArticleState, EventKind, Role

FIRST_NEWSPAPER = datetime(1605, 1, 1, tzinfo=UTC)
LONGEST_ADDRESS = 2_000
"""Characters of an address that are kept, each spelled as it is sent: "é" takes six."""


class AddressRefusedError(RuleRefusedError):
    """The fetch gate will never ask this address."""

    rule = "address"


class UnreadablePageError(RuleRefusedError):
    """The bytes hold no article that can be read."""

    rule = "unreadable"


class ImpossibleDateError(RuleRefusedError):
    """The publication date lies ahead, or before there were newspapers."""

    rule = "published_at"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest made: the article, its newest snapshot (None until the first check), the candidates."""

    article: Article
    snapshot: Snapshot | None
    candidates: list[Candidate]
    known_before: bool


def clean_address(url: str, *, field: str = "url") -> str:
    """Return the normalised address; raises `AddressRefusedError` with what to do, at that field."""
    checked = check_url(url.strip(), policy=fetch_policy())
    if isinstance(checked, FetchRefused):
        raise AddressRefusedError(checked.reason, field=field)
    if len(checked.url) > LONGEST_ADDRESS:
        raise AddressRefusedError(
            f"The address is longer than {LONGEST_ADDRESS} characters, as it is sent; give a shorter one.",
            field=field,
        )
    return checked.url


def add_article(
    *,
    url: str,
    by: User | None,
    now: datetime,
    published_at: datetime | None = None,
    publisher: str | None = None,
) -> Ingested:
    """Take an address on; the next sweep fetches it. A contributor, or the operator (``by`` None).

    ``publisher`` is a name. A known address is answered with its article, unchanged.
    Raises `NotAllowedError`, `AddressRefusedError`, `ImpossibleDateError`.
    """
    if by is not None:
        require(by, Role.CONTRIBUTOR)
    _refuse_impossible(published_at, now)
    address = clean_address(url)
    with writing() as book:
        article, made = find_or_make(
            book, url=address, by=by, now=now, published_at=published_at, publisher=publisher, due_at=now
        )
    return Ingested(article, article.newest, [], known_before=not made)


def ingest_file(
    *,
    body: bytes,
    content_type: str | None,
    by: User | None,
    now: datetime,
    url: str | None = None,
    published_at: datetime | None = None,
    publisher: str | None = None,
) -> Ingested:
    """Take a page in hand (HTML or plain text); with ``url`` it is checked there from now on, else never.

    A check of that address that is under way is too late: it compared with what was known before.
    A contributor, or the operator (``by`` None). Raises `NotAllowedError`, `AddressRefusedError`,
    `UnreadablePageError`, `ImpossibleDateError`.
    """
    if by is not None:
        require(by, Role.CONTRIBUTOR)
    _refuse_impossible(published_at, now)
    address = clean_address(url) if url else f"urn:sha256:{hashlib.sha256(body).hexdigest()}"
    reading = _read(body, content_type=content_type, url=url or "", published_at=published_at)
    with writing() as book:
        article, made = find_or_make(
            book,
            url=address,
            by=by,
            now=now,
            published_at=published_at,
            publisher=publisher,
            due_at=now if url else None,
        )
        if article.newest is not None and article.newest.content_id == reading.sha256:
            return Ingested(article, article.newest, [], known_before=True)
        book.claims(linked_claims(reading))  # before its bytes, for so does a worker that brings the same
        article.fence, article.lease_until = article.fence + 1, None
        article.state = ArticleState.LIVE
        article.state_reason = "" if url else "A file in hand: there is no address to check."
        snapshot = store_snapshot(book, article=article, reading=reading, by=by, now=now)
        article.save()
        candidates = store_proposals(book, snapshot=snapshot, reading=reading, now=now)
    return Ingested(article, snapshot, candidates, known_before=not made)


def _read(body: bytes, *, content_type: str | None, url: str, published_at: datetime | None) -> Reading:
    """Read a file apart, with its claims looked up among the tracked ones; raises `UnreadablePageError`."""
    page = PageToRead(
        body=body, content_type=content_type, url=url, final_url=url, published_at=published_at, before=None
    )
    read = read_apart(partial(read_in_hand, parse=attribution_parser(apart=True)), page)
    if read is None or read.article is None:
        raise UnreadablePageError(read.unreadable if read else TOO_MUCH, field="file")
    return Reading(
        body=body,
        final_url=url,
        http_status=None,
        headers=(),
        article=read.article,
        proposals=matched(read.candidates),
        note=extraction_note(read.article),
    )


def _refuse_impossible(published_at: datetime | None, now: datetime) -> None:
    """Refuse what no page is from: programs send year 1 where they know no date."""
    if published_at is None:
        return
    if published_at > now:
        raise ImpossibleDateError(
            "The publication date lies in the future; give the real one.", field="published_at"
        )
    if published_at < FIRST_NEWSPAPER:
        raise ImpossibleDateError(
            "The publication date lies before the first newspaper; give the real one, or none.",
            field="published_at",
        )


def find_or_make(
    book: Book,
    *,
    url: str,
    by: User | None,
    now: datetime,
    published_at: datetime | None,
    publisher: str | None,
    due_at: datetime | None,
) -> tuple[Article, bool]:
    """Return the (locked) article at ``url`` and whether it is new.

    Without a ``publisher`` by name or a known site, the page's own word for its site decides later.
    """
    known = Article.objects.select_for_update(no_key=True).filter(url=url).first()
    if known is not None:
        return known, False
    owner = (
        find_publisher(book, url=url, site_name=None, name=publisher, by=by, now=now)
        if publisher
        else publisher_at(url)
    )
    article, made = Article.objects.get_or_create(
        url=url,
        defaults={
            "host": host_of(url),
            "publisher": owner,
            "published_at": published_at,
            "added_by": by,
            "added_at": now,
            "due_at": due_at,
            "updated_at": now,
        },
    )
    if not made:  # another came first, just now
        return Article.objects.select_for_update(no_key=True).get(pk=article.pk), False
    text = f"Article added: {url}"
    book.write(
        EventKind.ARTICLE_ADDED, article=article, actor=by, occurred_at=now, text=text, data={"url": url}
    )
    return article, True

"""What a page says, read and kept: bytes, snapshot, candidates and links to tracked claims."""

import hashlib
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import QuerySet

from claims.models import Article, Candidate, Claim, Evidence, RawContent, Snapshot, User
from claims.operations.appearances import Quotation, add_appearance
from claims.operations.catalogue import find_publisher
from claims.operations.ledger import Book
from claims.operations.saving import insert
from claims.pipeline.extract_claims import ClaimCandidate, can_extract
from claims.pipeline.extract_text import ArticleText
from claims.pipeline.match import Match
from claims.pipeline.text.aliases import Aliases
from claims.queries.aliases import known_aliases
from claims.queries.among import AmongGiven
from claims.queries.matching import best_matches_of
from claims.queries.prepared import Prepared
from claims.vocabulary import CandidateState, EventKind, Relation, Voice, Zone


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate and the tracked claim that it may repeat."""

    candidate: ClaimCandidate
    match: Match | None

    @property
    def links(self) -> bool:
        """Whether the machine is sure enough to add it to the claim without an editor."""
        return (
            self.match is not None and self.match.zone == Zone.LINK and self.match.relation == Relation.SAME
        )


class HasProposals(Protocol):
    """A reading, as far as its candidates go."""

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The candidates with their matches."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as read, outside any transaction: its bytes, what the extractor made of them, its candidates."""

    body: bytes
    final_url: str
    http_status: int | None
    headers: tuple[tuple[str, str], ...]
    article: ArticleText
    proposals: tuple[Proposal, ...]
    note: str

    @property
    def sha256(self) -> str:
        """The hash (hex) of the bytes as they came."""
        return hashlib.sha256(self.body).hexdigest()


def extraction_note(article: ArticleText) -> str:
    """Return why no claims were looked for in the article, for a person; empty where they were."""
    if can_extract(article.language):
        return ""
    return (
        f"Claims were not extracted: the page is in another language ({article.language}) "
        "than English, the only one the rules know so far."
    )


def matched(found: Sequence[ClaimCandidate]) -> tuple[Proposal, ...]:
    """Return the candidates, each with its best match among the tracked claims."""
    [proposals] = matched_together([found])
    return proposals


def matched_together(
    pages: Sequence[Sequence[ClaimCandidate]], *, aliases: Callable[[], Aliases] = known_aliases
) -> list[tuple[Proposal, ...]]:
    """Return for the candidates of each page what `matched` does."""
    texts = [candidate.text for found in pages for candidate in found]
    best = iter(best_matches_of(texts, aliases=aliases()) if texts else ())
    return [
        tuple(Proposal(candidate, next(iter(next(best)), None)) for candidate in found) for found in pages
    ]


def proposed_quotes(article_ids: Iterable[str]) -> dict[str, set[str]]:
    """Return the quotes that were proposed from each of these articles, by its id; one query."""
    quotes: dict[str, set[str]] = {article_id: set() for article_id in article_ids}
    for article_id, quote in _PROPOSED.rows(articles=list(quotes)):
        quotes[article_id].add(quote)
    return quotes


def _proposed() -> QuerySet[Candidate, tuple[str, str]]:
    rows = Candidate.objects.filter(AmongGiven("snapshot__article_id", "articles")).order_by()
    return rows.values_list("snapshot__article_id", "quote")


_PROPOSED = Prepared(_proposed)


def keep_bodies(by_hash: Mapping[str, bytes]) -> None:
    """Keep bytes, by their SHA-256 (hex), once and compressed.

    In the order of their hashes, so that no two workers wait for each other with a body that both bring.
    """
    RawContent.objects.bulk_create(
        [
            RawContent(sha256=sha256, body=zlib.compress(body, 6), size=len(body))
            for sha256, body in sorted(by_hash.items())
        ],
        ignore_conflicts=True,
    )


def draft_snapshot(article: Article, reading: Reading, *, now: datetime) -> Snapshot:
    """Return the next snapshot of the (locked) article, unsaved."""
    text = reading.article
    return Snapshot(
        article=article,
        number=article.snapshot_count + 1,
        captured_at=now,
        final_url=_fits(reading.final_url, 2000) or article.url,
        canonical_url=_fits(text.canonical_url, 2000),
        http_status=reading.http_status,
        headers=[list(pair) for pair in reading.headers],
        content_id=reading.sha256,
        headline=(text.headline or "")[:500],
        text=text.text,
        byline=(text.byline or "")[:500],
        language=text.language or "",
        fingerprint=text.fingerprint,
        extractor_version=text.extractor_version,
    )


def take_over(book: Book, *, snapshot: Snapshot, reading: Reading, by: User | None, now: datetime) -> None:
    """Let the (locked) article take over headline, byline and publisher from its new, stored snapshot.

    Whoever has locked the article saves it.
    Evidence that cited the page before it was ever seen is pinned to the first snapshot.
    """
    article, text = snapshot.article, reading.article
    show_newest(snapshot, note=reading.note)
    if text.published_at is not None and text.published_at <= now:  # no page is out before it is out
        article.published_at = article.published_at or text.published_at
    article.last_seen_at = article.updated_at = now
    if article.publisher is None:
        article.publisher = find_publisher(
            book, url=article.url, site_name=text.site_name, name=None, by=by, now=now
        )
        article.save(update_fields=["publisher"])  # the origins of a claim are read anew, by publisher
    if snapshot.number == 1:
        Evidence.objects.filter(article=article, snapshot=None).update(snapshot=snapshot)
    tell_of_snapshot(book, snapshot, by=by, now=now)


def show_newest(snapshot: Snapshot, *, note: str) -> None:
    """Let the snapshot be its article's newest, with the page's own words and the reader's note on them.

    Whoever has locked the article saves it.
    """
    article = snapshot.article
    article.newest, article.snapshot_count = snapshot, snapshot.number
    article.headline, article.byline, article.language = snapshot.headline, snapshot.byline, snapshot.language
    article.extraction_note = note


def tell_of_snapshot(
    book: Book, snapshot: Snapshot, *, by: User | None, now: datetime, how: str = ""
) -> None:
    """Write into the ledger that the article has this new snapshot; `how` it came about follows a colon."""
    book.write(
        EventKind.SNAPSHOT_TAKEN,
        article=snapshot.article,
        actor=by,
        occurred_at=now,
        text=f"Snapshot {snapshot.number} of {snapshot.article}{': ' if how else ''}{how}.",
        data={
            "snapshot": snapshot.id,
            "sha256": snapshot.content_id,
            "extractor": snapshot.extractor_version,
        },
    )


def store_snapshot(
    book: Book, *, article: Article, reading: Reading, by: User | None, now: datetime
) -> Snapshot:
    """Keep a new snapshot of the (locked) article, which takes over what `take_over` says."""
    snapshot = draft_snapshot(article, reading, now=now)
    keep_bodies({snapshot.content_id: reading.body})
    snapshot.save(force_insert=True)
    take_over(book, snapshot=snapshot, reading=reading, by=by, now=now)
    return snapshot


def _fits(address: str | None, length: int) -> str:
    """Return an address whole or not at all: half of one would be another."""
    return address if address and len(address) <= length else ""


def quotation_of(candidate: Candidate) -> Quotation:
    """Return what an appearance takes over from a candidate."""
    return Quotation(
        quote=candidate.quote,
        start=candidate.start,
        end=candidate.end,
        in_headline=candidate.in_headline,
        prefix=candidate.prefix,
        suffix=candidate.suffix,
        claimant_name=candidate.claimant_name,
        anonymous=candidate.anonymous,
        attribution=candidate.attribution,
        hedged=candidate.hedged,
        hedges=candidate.hedges,
        reasons=[*candidate.reasons, *candidate.suggestion_reasons],
    )


def linked_claims(reading: HasProposals) -> set[str]:
    """Return the ids of the claims that the machine is sure the page carries."""
    return {proposal.match.claim for proposal in reading.proposals if proposal.match and proposal.links}


def draft_candidates(
    book: Book, *, snapshot: Snapshot, reading: HasProposals, known: Collection[str], now: datetime
) -> list[Candidate]:
    """Return the candidates of a snapshot whose quotes are not ``known``, unsaved.

    They come in the order of the text, those of the headline last. One that the machine is sure about is
    linked to its claim; the rest waits.
    """
    fresh = [proposal for proposal in reading.proposals if proposal.candidate.quote not in known]
    claims = {claim.id: claim for claim in book.claims(linked_claims(reading))}
    drafted = []
    # Headlines come last: where the text below carries the claim, that is the place to note.
    for proposal in sorted(fresh, key=lambda proposal: proposal.candidate.voice == Voice.HEADLINE):
        row = _candidate_row(snapshot, proposal, now)
        claim = claims.get(proposal.match.claim) if proposal.match and proposal.links else None
        if claim is not None and claim.merged_into_id is None:
            row.state, row.claim, row.resolved_at = CandidateState.LINKED, claim, now
        drafted.append(row)
    return drafted


def add_linked(book: Book, candidates: Iterable[Candidate]) -> None:
    """Let each of these stored candidates that is linked become an appearance of its claim."""
    for row in candidates:
        if row.claim is not None and row.snapshot is not None:
            add_appearance(book, claim=row.claim, snapshot=row.snapshot, quotation=quotation_of(row), by=None)


def store_proposals(
    book: Book, *, snapshot: Snapshot, reading: HasProposals, now: datetime
) -> list[Candidate]:
    """Keep the candidates of a snapshot whose quotes were not proposed from the article before.

    One that the machine is sure about becomes an appearance of its claim at once; the rest waits.
    Returns the new candidates in the order of the text, those of the headline last.
    """
    if not reading.proposals:
        return []
    known = proposed_quotes([snapshot.article_id])[snapshot.article_id]
    candidates = draft_candidates(book, snapshot=snapshot, reading=reading, known=known, now=now)
    insert(candidates)
    add_linked(book, candidates)
    return candidates


def _candidate_row(snapshot: Snapshot, proposal: Proposal, now: datetime) -> Candidate:
    found, match = proposal.candidate, proposal.match
    suggested = match is not None and match.zone != Zone.NEW
    return Candidate(
        snapshot=snapshot,
        text=found.text[:500],
        quote=found.quote,
        start=found.start,
        end=found.end,
        prefix=found.prefix[-100:],
        suffix=found.suffix[:100],
        claimant_name=(found.claimant or "")[:200],
        anonymous=found.anonymous,
        attribution=(found.attribution or "")[:200],
        voice=Voice(found.voice),
        hedged=found.hedged,
        hedges=list(found.hedges),
        chain=list(found.chain),
        pattern=found.pattern[:40],
        score=found.score,
        reasons=list(found.reasons),
        zone=match.zone if match else Zone.NEW,
        relation=match.relation if match else Relation.NEW,
        suggested=Claim(id=match.claim) if match and suggested else None,
        suggestion_score=match.score if match else None,
        suggestion_reasons=list(match.reasons) if match and suggested else [],
        proposed_at=now,
        updated_at=now,
    )

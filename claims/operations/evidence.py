"""What a review may rest on, and whether that is enough for its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from claims.models import Appearance, Article, Claim, Evidence, User
from claims.operations.ingest import clean_address, find_or_make
from claims.operations.ledger import Book, hold_articles
from claims.operations.refusals import RuleRefusedError
from claims.vocabulary import ClaimStatus, QuoteState


class NoEvidenceError(RuleRefusedError):
    """A verdict without anything it rests on."""

    rule = "evidence"


class PolicyError(RuleRefusedError):
    """The evidence does not carry the verdict; a chief editor may override, and that is shown."""

    rule = "policy"


@dataclass(frozen=True, slots=True)
class Cited:
    """One piece of evidence as an editor names it: an ``appearance`` (id), a ``url`` or a ``note``."""

    appearance: str = ""
    url: str = ""
    note: str = ""
    primary: bool = False


class Ruling(Enum):
    """What the policy says to a review."""

    ENOUGH = "enough"
    NEEDS_SIGN_OFF = "needs a second editor"
    NOT_ENOUGH = "not enough"


def bring_in_documents(book: Book, cited: Sequence[Cited], *, by: User, now: datetime) -> dict[str, Article]:
    """Take on the cited addresses that we do not hold yet, so that they are captured and watched.

    Returns the articles, locked, by address as given. Raises `AddressRefusedError`.
    """
    cleaned = {
        piece.url: clean_address(piece.url, field=f"evidence.{number}.url")
        for number, piece in enumerate(cited)
        if piece.url
    }
    hold_articles(Article.objects.filter(url__in=cleaned.values()))
    held = {
        address: find_or_make(
            book, url=address, by=by, now=now, published_at=None, publisher=None, due_at=now
        )[0]
        for address in sorted(set(cleaned.values()))
    }
    return {given: held[address] for given, address in cleaned.items()}


def gather(claim: Claim, cited: Sequence[Cited], documents: dict[str, Article]) -> list[Evidence]:
    """Return the evidence as unsaved rows, each page pinned to its newest snapshot.

    Raises `NoEvidenceError` for a piece that names nothing, or an appearance of another claim.
    """
    own = {
        appearance.id: appearance
        for appearance in Appearance.objects.filter(
            claim=claim, id__in=[piece.appearance for piece in cited if piece.appearance]
        ).select_related("article__publisher", "article__newest", "origin", "snapshot")
    }
    rows = []
    for number, piece in enumerate(cited):
        if piece.appearance and piece.appearance not in own:
            raise NoEvidenceError(
                f"{piece.appearance!r} is no appearance of this claim; choose one from its page.",
                field=f"evidence.{number}.appearance",
            )
        if not (piece.appearance or piece.url or piece.note.strip()):
            raise NoEvidenceError(
                "Each piece of evidence names an appearance, an address or a note.",
                field=f"evidence.{number}",
            )
        appearance = own.get(piece.appearance)
        article = appearance.article if appearance else documents.get(piece.url)
        rows.append(
            Evidence(
                appearance=appearance,
                article=article,
                snapshot=article.newest if article else None,
                note=piece.note.strip(),
                primary=piece.primary,
            )
        )
    return rows


def rule_on(verdict: ClaimStatus, evidence: Sequence[Evidence]) -> Ruling:
    """Return what the default policy of interfaces.md says.

    refuted, disputed: any evidence. confirmed: one primary document, or two independent origins that support
    the claim (neither denying nor hedging); one origin is enough for a second editor's sign-off only where
    its source is anonymous, for then no second one may ever speak.
    """
    if verdict == ClaimStatus.UNVERIFIED:
        return Ruling.ENOUGH
    if not evidence:
        raise NoEvidenceError(
            "A verdict needs at least one piece of evidence; tick or add one.", field="evidence"
        )
    if verdict != ClaimStatus.CONFIRMED or any(is_primary(piece) for piece in evidence):
        return Ruling.ENOUGH
    if len(supporting_origins(evidence)) >= 2:
        return Ruling.ENOUGH
    asserting = [piece for piece in evidence if piece.appearance and not piece.appearance.denies_now]
    if asserting and all(piece.appearance and piece.appearance.anonymous for piece in asserting):
        return Ruling.NEEDS_SIGN_OFF
    return Ruling.NOT_ENOUGH


def is_primary(piece: Evidence) -> bool:
    """Whether it is a primary document: an official body's page that does not deny, or one marked so."""
    if piece.primary:
        return True
    denies = piece.appearance is not None and piece.appearance.denies_now
    publisher = piece.article.publisher if piece.article else None
    return bool(publisher and publisher.is_official and not denies)


def _supports(appearance: Appearance) -> bool:
    """Whether it bears the claim out: it neither denies nor hedges, and still stands on its page."""
    return not (appearance.denies_now or appearance.hedged or appearance.state == QuoteState.GONE)


def supporting_origins(evidence: Sequence[Evidence]) -> set[str]:
    """Return the independent origins (ids) that bear the claim out without a hedge."""
    origins = set()
    for piece in evidence:
        appearance = piece.appearance
        if appearance is None:
            if piece.article is not None:
                origins.add(piece.article.publisher_id or piece.article.id)
        elif _supports(appearance):
            origins.add(appearance.origin_id or appearance.id)
    return origins

"""Editors' word on whose first report an appearance goes back to, kept against every later clustering."""

from datetime import datetime

from django.db.models import QuerySet

from claims.models import Appearance, Claim, User
from claims.operations.appearances import recount
from claims.operations.ledger import Book, writing
from claims.operations.refusals import RuleRefusedError, require
from claims.operations.review import check_version
from claims.vocabulary import EventKind, Role

LONGEST_REASON = 300


class OriginRefusedError(RuleRefusedError):
    """The report cannot be counted where the editor wants it."""

    rule = "origin"


def place_origin(
    *,
    claim_id: str,
    appearance_id: str,
    beside: str | None,
    reason: str,
    by: User,
    seen_version: int,
    now: datetime,
) -> Appearance:
    """Count the appearance's page to the origin of the appearance ``beside`` it, or on its own where None.

    It stays there, whatever the machine finds later, until `release_origin`. An editor. Raises
    `Claim.DoesNotExist`, `Appearance.DoesNotExist`, `NotAllowedError`, `StaleVersionError`,
    `MergedClaimError`, `OriginRefusedError` (no or overlong reason, ``beside`` of another claim or of
    this page, a first report to be counted on its own).
    """
    require(by, Role.EDITOR)
    why = " ".join(reason.split())
    if not why:
        raise OriginRefusedError("Say why it is counted there; readers see the reason.", field="reason")
    if len(why) > LONGEST_REASON:
        raise OriginRefusedError(
            f"The reason is at most {LONGEST_REASON} characters; this has {len(why)}.", field="reason"
        )
    with writing() as book:
        appearance, claim = _held(book, claim_id, appearance_id, seen_version)
        fellow = _fellow(appearance, beside) if beside is not None else None
        if fellow is None and _is_first(appearance):
            raise OriginRefusedError(
                "It is the first report of its origin already. Move those that do not go back to it.",
                field="beside",
            )
        before = _name(appearance)
        _same_page(appearance).update(ruling="", ruled_beside=None, ruled_by=None, ruled_at=None)
        appearance.ruling, appearance.ruled_beside = why, fellow
        appearance.ruled_by, appearance.ruled_at = by, now
        appearance.save(update_fields=["ruling", "ruled_beside", "ruled_by", "ruled_at"])
        _regroup(book, claim, appearance, before=before, by=by, now=now)
    return appearance


def release_origin(
    *, claim_id: str, appearance_id: str, by: User, seen_version: int, now: datetime
) -> Appearance:
    """Take an editor's word on the appearance back: the machine groups its page again.

    An editor. Raises `Claim.DoesNotExist`, `Appearance.DoesNotExist`, `NotAllowedError`, `StaleVersionError`,
    `MergedClaimError`, `OriginRefusedError` (nobody has moved it).
    """
    require(by, Role.EDITOR)
    with writing() as book:
        appearance, claim = _held(book, claim_id, appearance_id, seen_version)
        if not _same_page(appearance).exclude(ruling="").exists():
            raise OriginRefusedError("No editor has moved this report; the machine grouped it.")
        before = _name(appearance)
        _same_page(appearance).update(ruling="", ruled_beside=None, ruled_by=None, ruled_at=None)
        appearance.ruling = ""
        _regroup(book, claim, appearance, before=before, by=by, now=now)
    return appearance


def _held(book: Book, claim_id: str, appearance_id: str, seen_version: int) -> tuple[Appearance, Claim]:
    """The appearance and its claim, locked; refuses unless the claim is what the editor saw."""
    claim = book.claim(claim_id)
    check_version(claim, seen_version)
    rows = Appearance.objects.select_related("article__publisher", "origin")
    return rows.get(pk=appearance_id, claim=claim), claim


def _fellow(appearance: Appearance, beside: str) -> Appearance:
    """The appearance that it is put beside."""
    fellow = Appearance.objects.filter(pk=beside, claim=appearance.claim_id).first()
    if fellow is None:
        raise OriginRefusedError("Choose an origin of this claim.", field="beside")
    if _same_page(appearance).filter(pk=fellow.pk).exists():
        raise OriginRefusedError("That is the same page; choose another origin.", field="beside")
    return fellow


def _same_page(appearance: Appearance) -> QuerySet[Appearance]:
    """The appearances of the claim that stand on one page with it, itself among them."""
    rows = Appearance.objects.filter(claim=appearance.claim_id)
    return (
        rows.filter(article=appearance.article_id) if appearance.article_id else rows.filter(pk=appearance.pk)
    )


def _is_first(appearance: Appearance) -> bool:
    root = appearance.origin.root_article_id if appearance.origin else None
    return root is not None and root == appearance.article_id


def _name(appearance: Appearance) -> str:
    return appearance.origin.root_name if appearance.origin else ""


def _regroup(
    book: Book, claim: Claim, appearance: Appearance, *, before: str, by: User, now: datetime
) -> None:
    """Cluster anew and tell it on the timeline."""
    grouping = recount(claim)
    appearance.refresh_from_db(fields=["origin", "origin_reason"])
    after = _name(appearance)
    article = appearance.article
    publisher = appearance.publisher_name
    if not appearance.ruling:
        told = f"{publisher}: the origin is worked out by the machine again ({after})."
    elif appearance.ruled_beside_id:
        told = f"{publisher}: counted to the origin {after}. {appearance.ruling}"
    else:
        told = f"{publisher}: counted as an origin of its own. {appearance.ruling}"
    book.write(
        EventKind.OVERRIDE,
        claim=claim,
        article=article,
        actor=by,
        occurred_at=now,
        text=told,
        data={
            "appearance": appearance.id,
            "before": before or None,
            "after": after or None,
            "reason": appearance.ruling or None,
            "grouping": grouping,
        },
    )

"""A page that goes to and fro between versions that it showed before: told once, until it settles on one."""

from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from claims.models import Article, Change, Snapshot
from claims.operations.capture import Reading
from claims.vocabulary import ChangeKind

SETTLES_AFTER = timedelta(days=1)
"""For so long a version must stand, at every check, to be what the page says rather than one of its turns."""

CHECKS_TO_SETTLE = 4
"""At least so many checks fall into that time."""

_LOOK_BACK = 8
"""Snapshots among which a version is known again; a page may show one of several to whoever asks."""


def goes_to_and_fro(article: Article, reading: Reading, *, now: datetime) -> bool:
    """Whether the (locked) page turns back to a version that it showed before, as it did just now already.

    The first turn back (A, B, A) may be an editor's; so is one from a version that stood for `SETTLES_AFTER`.
    A page known for its turns settles on another version where that stands for as long.
    """
    newest = article.newest
    if newest is None or article.snapshot_count < len("ABA"):
        return False
    if not _versions(article, reading.article.headline or "", reading.article.text):
        return False
    if _told_of(article, newest).exists():
        return not _has_settled(article, reading, now=now)
    is_lasting = now - newest.captured_at >= SETTLES_AFTER
    return not is_lasting and bool(_versions(article, newest.headline, newest.text))


def turn(article: Article, reading: Reading, *, now: datetime) -> Change | None:
    """Note which version the (locked) page shows for now; returns that it turns, unless that was told.

    The newest snapshot stays. Nothing stands for what was seen: each check looks anew which version it is.
    """
    newest = article.newest
    if article.turned_to != reading.article.fingerprint:
        article.turned_to, article.turned_at = reading.article.fingerprint, now
    article.etag = article.last_modified = article.seen_sha256 = article.seen_fingerprint = ""
    if newest is None or _told_of(article, newest).exists():
        return None
    return Change(
        article=article,
        kind=ChangeKind.TRIVIAL,
        before=newest,
        after=_versions(article, reading.article.headline or "", reading.article.text)[0],
        not_before=min(article.last_seen_at or newest.captured_at, now),
        not_after=now,
        summary="The page alternates between versions; all are kept, and this is told once.",
    )


def settled_at(article: Article, reading: Reading) -> datetime | None:
    """Return since when a page that went to and fro shows this version, None where it did not show it."""
    return article.turned_at if article.turned_to == reading.article.fingerprint else None


def stay(article: Article) -> None:
    """Note that the (locked) page shows its newest version."""
    article.turned_to, article.turned_at = "", None


def _versions(article: Article, headline: str, text: str) -> list[Snapshot]:
    """The snapshots lately, before the newest, in which the page said just this; the last one first."""
    lately = article.snapshots.filter(number__gt=article.snapshot_count - _LOOK_BACK)
    same = lately.filter(headline=headline[:500], text=text).exclude(pk=article.newest_id)
    return list(same.order_by("-number"))


def _told_of(article: Article, newest: Snapshot) -> QuerySet[Change]:
    """The change that tells that the page turned from its newest version to an earlier one.

    The bytes of that version may have been read anew since: the snapshots up to the newest then share them.
    """
    others = article.snapshots.exclude(content=newest.content_id).order_by("-number")
    last = others.values_list("number", flat=True).first() or 0
    turns = Change.objects.filter(article=article, after__number__lt=F("before__number"))
    return turns.filter(before__number__gt=last)


def _has_settled(article: Article, reading: Reading, *, now: datetime) -> bool:
    """Whether every check for long enough saw this version, and no other."""
    since = settled_at(article, reading)
    return since is not None and now - since >= SETTLES_AFTER

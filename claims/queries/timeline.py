"""Ledger events as the lines of a drawn timeline, with its axis broken where nothing happened."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from claims.models import Event
from claims.queries.reader_shapes import LONG_SILENCE, ArticleLink, ChangeView, Entry, Gap
from claims.vocabulary import ChangeKind, ClaimStatus, EventKind

# What readers are told of an editor's open task; the desk calls it a re-review.
_TITLES = {
    EventKind.RE_REVIEW_OPENED: "Under review",
    EventKind.RE_REVIEW_CLOSED: "Looked at again",
}
_CHANGE_ICONS = {
    ChangeKind.CORRECTION: "correction",
    ChangeKind.RETRACTION: "withdrawal",
    ChangeKind.REMOVED: "removed",
    ChangeKind.RESTORED: "restored",
    ChangeKind.MOVED: "moved",
}


def title_of(kind: EventKind) -> str:
    """Return what readers call an event of this kind."""
    return _TITLES.get(kind, kind.label)


def silence_in_words(pause: timedelta) -> str:
    """Return a pause as ``15 years``, ``4 months``, ``12 days``, rounded down to one unit."""
    for length, noun in ((365.25, "year"), (30.44, "month"), (1, "day")):
        number = int(pause.days / length)
        if number >= 1:
            return f"{number} {noun}{'' if number == 1 else 's'}"
    return "less than a day"


def entry_of(event: Event, changes: Mapping[str, ChangeView], links: Mapping[str, ArticleLink]) -> Entry:
    """Return the event (with its payload fetched) as a line; one taken down says only that."""
    payload = getattr(event, "payload", None)
    kind = EventKind(event.kind)
    data = payload.data if payload else {}
    change = changes.get(data.get("change", ""))
    title, icon, text = (
        title_of(kind),
        str(kind),
        payload.text if payload else "Withheld on legal grounds.",
    )
    status = None
    if kind == EventKind.REVIEW and payload:
        status = ClaimStatus(data["verdict"])
        icon, text = str(status), data["reason"]
    elif kind == EventKind.FIRST_SEEN and data.get("quote"):
        text = f"“{data['quote']}”"
    elif kind == EventKind.ARTICLE_CHANGE and change is not None:
        title, icon = change.kind.label, _CHANGE_ICONS.get(change.kind, "article_change")
    return Entry(
        id=event.id,
        kind=kind,
        icon=icon,
        title=title,
        text=text,
        occurred_at=event.occurred_at,
        occurred_not_after=event.occurred_not_after,
        recorded_at=event.recorded_at,
        actor=(payload.actor or "") if payload else "",
        status=status,
        article=links.get(event.article_id or ""),
        change=change if kind == EventKind.ARTICLE_CHANGE else None,
    )


def with_gaps(entries: Sequence[Entry]) -> Iterator[Entry | Gap]:
    """Yield the entries (in order of time), with a gap wherever nothing happened for long."""
    for number, entry in enumerate(entries):
        if number:
            before = entries[number - 1]
            pause = entry.occurred_at - before.known_by
            if pause >= LONG_SILENCE:
                yield Gap(f"{silence_in_words(pause)} later")
        yield entry

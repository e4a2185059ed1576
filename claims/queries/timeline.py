"""Ledger events as the lines of a drawn timeline, with its axis broken where nothing happened."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from claims.models import Event, EventPayload
from claims.queries.reader_shapes import LONG_SILENCE, ArticleLink, ChangeView, Entry, Gap
from claims.vocabulary import ArticleState, ChangeKind, ClaimStatus, EventKind, QuoteState, Stance

# What readers are told of an editor's open task; the desk calls it a re-review.
_TITLES = {
    EventKind.RE_REVIEW_OPENED: "Under review",
    EventKind.RE_REVIEW_CLOSED: "Looked at again",
}
CHANGE_ICONS = {
    ChangeKind.CORRECTION: "correction",
    ChangeKind.RETRACTION: "withdrawal",
    ChangeKind.REMOVED: "removed",
    ChangeKind.RESTORED: "restored",
    ChangeKind.MOVED: "moved",
}
_DEEDS = {
    ChangeKind.TRIVIAL: "changed its page in nothing that matters",
    ChangeKind.HEADLINE_EDIT: "edited the headline without notice",
    ChangeKind.SILENT_EDIT: "edited the text without notice",
    ChangeKind.UPDATE: "updated its page",
    ChangeKind.CORRECTION: "corrected its page",
    ChangeKind.RETRACTION: "retracted its page",
    ChangeKind.REMOVED: "took its page down",
    ChangeKind.RESTORED: "put its page back",
    ChangeKind.MOVED: "moved its page",
}
_STATES = {
    ArticleState.PENDING: "waits for its first check",
    ArticleState.LIVE: "answers again",
    ArticleState.MOVED: "has moved",
    ArticleState.PAYWALLED: "is behind a paywall now",
    ArticleState.BLOCKED: "blocks our checks",
    ArticleState.DISALLOWED: "may not be checked: its robots.txt says so",
    ArticleState.UNREACHABLE: "cannot be reached",
    ArticleState.REMOVED: "was taken down",
    ArticleState.RETRACTED: "is marked as retracted",
    ArticleState.STUCK: "makes our checks fail",
}
_STANCES = {
    Stance.SUPPORTS: "says it is so",
    Stance.REFUTES: "says it is not so",
    Stance.REPORTS: "repeats it",
}
_QUOTES = {QuoteState.CHANGED: "The quote was changed.", QuoteState.GONE: "The quote is gone."}
# A change's own sentence begins with what the title has said by then; `pipeline.diff` and checks write it.
_SAID_BEFORE = re.compile(
    r"^(?:Edited the (?:text|headline) without notice|Corrected|Retracted|Updated|Removed|Restored|Moved)"
    r"[:.]\s*"
)
_HEDGED = re.compile(r"^(?:Dropped|Added) “.*?” in the (?:text|headline), without notice\.\s*")
_RECORDED_TOGETHER = timedelta(minutes=2)


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


# ---------------------------------------------------------------- one event in words
@dataclass(frozen=True, slots=True)
class Told:
    """An event in words: a title that stands alone, what is to be added, the exact words it brought."""

    title: str
    icon: str
    text: str = ""
    quote: str = ""
    status: ClaimStatus | None = None
    stance: Stance | None = None


def told(event: Event, link: ArticleLink | None) -> Told:
    """Return the event (with its payload fetched) in words; one taken down says only that.

    ``link`` is its article, if the page may name it.
    """
    kind = EventKind(event.kind)
    payload = getattr(event, "payload", None)
    if payload is None:
        return Told(title_of(kind), str(kind), "Withheld on legal grounds.")
    return _TELLERS.get(kind, _told_plainly)(kind, payload, link)


def name_of(link: ArticleLink | None) -> str:
    """Return whose page an article is; empty for no article."""
    return link.carrier if link else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def without_title(summary: str) -> str:
    """Return a change's own sentence without the words that its kind, as a title above it, has said."""
    return _sentence(_SAID_BEFORE.sub("", summary))


def _told_plainly(kind: EventKind, payload: EventPayload, _link: ArticleLink | None) -> Told:
    title = title_of(kind)
    return Told(title, str(kind), _sentence(payload.text.removeprefix(f"{title}: ")))


def _told_verdict(_kind: EventKind, payload: EventPayload, _link: ArticleLink | None) -> Told:
    status = ClaimStatus(payload.data["verdict"])
    return Told(status.label, str(status), payload.data["reason"], status=status)


def _told_first(kind: EventKind, payload: EventPayload, link: ArticleLink | None) -> Told:
    title = _first_seen_in(link) if link else "First seen"
    return Told(title, str(kind), quote=payload.data.get("quote") or "")


def _told_appearance(kind: EventKind, payload: EventPayload, link: ArticleLink | None) -> Told:
    word = payload.data.get("body_stance") or payload.data.get("headline_stance")
    stance, quote = Stance(word) if word else None, payload.data.get("quote") or ""
    if stance is None or link is None:
        return Told(title_of(kind), str(kind), payload.text, stance=stance)
    return Told(f"{name_of(link)} {_STANCES[stance]}", str(stance), quote=quote, stance=stance)


def _told_change(_kind: EventKind, payload: EventPayload, link: ArticleLink | None) -> Told:
    change = ChangeKind(payload.data["change_kind"])
    icon = CHANGE_ICONS.get(change, "article_change")
    # The ledger's sentence is "PUBLISHER: what happened."
    before, _, text = payload.text.partition(": ")
    if link and payload.text.startswith(f"{name_of(link)}: "):
        before, text = name_of(link), payload.text[len(name_of(link)) + 2 :]
    name = name_of(link) or before
    if hedge := _HEDGED.match(text):
        deed = hedge[0].strip().rstrip(".")
        return Told(f"{name} {deed[:1].lower()}{deed[1:]}", icon, text[hedge.end() :])
    return Told(f"{name} {_DEEDS[change]}", icon, without_title(text))


def _told_state(kind: EventKind, payload: EventPayload, link: ArticleLink | None) -> Told:
    state = ArticleState(payload.data["after"])
    if link is None:
        return _told_plainly(kind, payload, link)
    return Told(f"The page of {name_of(link)} {_STATES[state]}", str(kind), payload.data.get("reason") or "")


def _told_re_review(kind: EventKind, payload: EventPayload, link: ArticleLink | None) -> Told:
    if link is None:
        return _told_plainly(kind, payload, link)
    # What changed there is an entry of its own; the ledger's text repeats it.
    text = f"The verdict rests on a page of {name_of(link)}, and that page has changed."
    return Told(title_of(kind), str(kind), text)


_TELLERS = {
    EventKind.RE_REVIEW_OPENED: _told_re_review,
    EventKind.REVIEW: _told_verdict,
    EventKind.FIRST_SEEN: _told_first,
    EventKind.APPEARANCE: _told_appearance,
    EventKind.ARTICLE_CHANGE: _told_change,
    EventKind.SOURCE_STATE: _told_state,
}


# ---------------------------------------------------------------- the timeline of a claim
def entry_of(event: Event, changes: Mapping[str, ChangeView], links: Mapping[str, ArticleLink]) -> Entry:
    """Return the event (with its payload fetched) as a line; one taken down says only that."""
    payload = getattr(event, "payload", None)
    kind = EventKind(event.kind)
    data = payload.data if payload else {}
    link = links.get(event.article_id or "")
    change = changes.get(data.get("change", "")) if kind == EventKind.ARTICLE_CHANGE else None
    words = told(event, link)
    text = words.text
    if change and (change.notice or change.pieces or change.headline_pieces):
        # The words that went and came stand below; a summary of them would say it twice.
        states = dict.fromkeys(QuoteState(quote["state"]) for quote in data.get("quotes", ()))
        text = " ".join(_QUOTES[state] for state in states if state in _QUOTES)
    return Entry(
        id=event.id,
        kind=kind,
        icon=words.icon,
        title=words.title,
        text=text,
        quote=words.quote,
        stance=words.stance,
        occurred_at=event.occurred_at,
        occurred_not_after=event.occurred_not_after,
        recorded_at=event.recorded_at,
        actor=(payload.actor or "") if payload else "",
        status=words.status,
        article=link,
        change=change,
    )


def _first_seen_in(link: ArticleLink) -> str:
    name = name_of(link)
    return f"First seen in {name if link.publisher else name[:1].lower() + name[1:]}"


def _once(entries: Sequence[Entry]) -> list[Entry]:
    """Tell the first sight of a claim and the appearance it was, which are two events, as one entry."""
    places = {(e.occurred_at, e.quote): e for e in entries if e.kind == EventKind.APPEARANCE and e.quote}
    first = next((e for e in entries if e.kind == EventKind.FIRST_SEEN), None)
    place = places.get((first.occurred_at, first.quote)) if first else None
    if first is None or place is None:
        return list(entries)
    title = _first_seen_in(place.article) if place.article else first.title
    merged = replace(first, title=title, article=place.article, also_id=place.id)
    return [merged if entry is first else entry for entry in entries if entry is not place]


def _with_records(entries: Sequence[Entry]) -> list[Entry]:
    """Let of neighbours that were recorded together only the first one say so, for all of them."""
    out = list(entries)
    head: int | None = None
    for place, entry in enumerate(entries):
        if not entry.recorded_later:
            head = None
        elif head is None or abs(entry.recorded_at - out[head].recorded_at) > _RECORDED_TOGETHER:
            head = place
            out[head] = replace(entry, recorded_alike=0)
        else:
            out[head] = replace(out[head], recorded_alike=(out[head].recorded_alike or 0) + 1)
    return out


def with_gaps(entries: Sequence[Entry]) -> Iterator[Entry | Gap]:
    """Yield the entries (in order of time), each told once, with a gap wherever nothing happened for long."""
    drawn = _with_records(_once(entries))
    for number, entry in enumerate(drawn):
        if number:
            before = drawn[number - 1]
            pause = entry.occurred_at - before.known_by
            if pause >= LONG_SILENCE:
                yield Gap(f"{silence_in_words(pause)} later")
        yield entry

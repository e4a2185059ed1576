"""How templates write the house's words: icons, verdicts, moments, counts, stances, word diffs, JSON-LD."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from claims.pipeline.candidate.claimants import in_sentence
from claims.queries.timeline import CHANGE_ICONS, without_title
from claims.vocabulary import (
    ArticleState,
    ChangeKind,
    ClaimStatus,
    EventKind,
    FeedState,
    QuoteState,
    Stance,
    WebhookState,
    Word,
)

register = template.Library()

W = TypeVar("W", bound=Word)

MOST_DOTS = 24
"""More articles than this are still told in words; the row of dots ends here."""

# Escapes of django.utils.html.json_script: a data block may hold nothing that could end it.
_SCRIPT_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

_STANCE_WORDS = {
    Stance.SUPPORTS: ("says it is so", "say it is so"),
    Stance.REFUTES: ("says it is not so", "say it is not so"),
    Stance.REPORTS: ("repeats it without taking a side", "repeat it without taking a side"),
}
# Not behind "Mr", "St" and other words of two letters.
_SENTENCE_END = re.compile(r"(?:(?<=[\w)’]{3})[.!?]+|…)”?(?= [A-Z“]|$)")
# Words that begin a sentence with a capital and are no names.
_BEGINNERS = frozenset(
    ("It", "Tells", "Cites", "Credits", "Names", "Stands", "Carries", "Draws", "Has", "Same", "Own")
)
# What stands in capitals alone ("API") is an abbreviation, and stays.
_TITLE_WORDS = re.compile(r"(?<=\s)[A-Z][a-z]+\b")
_RIGHT_TO_LEFT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
# What a reader needs to be told about where a page stands; a live page needs no remark.
_STATE_FLAGS = {
    ArticleState.PENDING: ("plain", "clock"),
    ArticleState.MOVED: ("plain", "moved"),
    ArticleState.PAYWALLED: ("plain", "lock"),
    ArticleState.BLOCKED: ("warn", "late"),
    ArticleState.DISALLOWED: ("warn", "late"),
    ArticleState.UNREACHABLE: ("warn", "late"),
    ArticleState.REMOVED: ("bad", "removed"),
    ArticleState.RETRACTED: ("bad", "withdrawal"),
    ArticleState.STUCK: ("warn", "late"),
}
# And where a feed stands; a live one needs no remark.
_FEED_FLAGS = {
    FeedState.PENDING: ("plain", "clock"),
    FeedState.FAILING: ("warn", "late"),
    FeedState.DISALLOWED: ("warn", "late"),
    FeedState.DEAD: ("bad", "removed"),
    FeedState.STUCK: ("warn", "late"),
    FeedState.STOPPED: ("plain", "removed"),
}
# And where a webhook stands; one that is told of everything needs no remark.
_WEBHOOK_FLAGS = {
    WebhookState.FAILING: ("warn", "late"),
    WebhookState.STOPPED: ("plain", "removed"),
    WebhookState.GONE: ("bad", "removed"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return the icon ``name`` of static/img/icons.svg; unseen by screen readers without ``label``."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def status_badge(status: str, size: str = "") -> SafeString:
    """Return a verdict as shape and word; ``size`` may be ``large``."""
    word = ClaimStatus(status)
    extra = f" status--{size}" if size else ""
    return format_html('<span class="status status--{}{}">{}{}</span>', word, extra, icon(word), word.label)


@register.simple_tag
def flag(kind: str, icon_name: str, words: str) -> SafeString:
    """Return a remark beside a status: ``kind`` is plain, review, warn, bad or good."""
    return format_html('<span class="flag flag--{}">{}{}</span>', kind, icon(icon_name), words)


@register.simple_tag
def article_flag(state: str) -> SafeString:
    """Return where an article's page stands, as a flag; nothing for a live one."""
    return _flag_of(ArticleState(state), _STATE_FLAGS)


@register.simple_tag
def feed_flag(state: str) -> SafeString:
    """Return where a feed stands, as a flag; nothing for a live one."""
    return _flag_of(FeedState(state), _FEED_FLAGS)


@register.simple_tag
def webhook_flag(state: str) -> SafeString:
    """Return where a webhook stands, as a flag; nothing for an active one."""
    return _flag_of(WebhookState(state), _WEBHOOK_FLAGS)


def _flag_of(word: W, flags: Mapping[W, tuple[str, str]]) -> SafeString:
    return flag(*flags[word], word.label) if word in flags else SafeString("")


@register.simple_tag
def quote_flag(state: str) -> SafeString:
    """Return whether a quote still stands in the page's newest snapshot; nothing while it does."""
    word = QuoteState(state)
    if word == QuoteState.PRESENT:
        return SafeString("")
    return flag("warn", "article_change", f"Quote {word.label.lower()}")


@register.filter
def change_icon(kind: str) -> str:
    """Return the name of the icon for a kind of change."""
    return CHANGE_ICONS.get(ChangeKind(kind), "article_change")


@register.filter
def change_label(kind: str) -> str:
    """Return a kind of change in words."""
    return ChangeKind(kind).label


@register.filter
def after_title(words: str) -> str:
    """Return what a check said of a page, without the word that a flag above it has said: ``Removed: ``."""
    return without_title(words)


@register.simple_tag
def change_summary(change: Any) -> str:
    """Return what is to be said under the title of a `ChangeView`; nothing where notice or diff say it."""
    shown = change.notice or change.pieces or change.headline_pieces
    return "" if shown else without_title(change.summary)


@register.filter
def event_label(kind: str) -> str:
    """Return a kind of event in words."""
    return EventKind(kind).label


@register.filter
def as_input(field: BoundField) -> SafeString:
    """Return a form field's control with the house's class; Django adds what screen readers need."""
    # No placeholder: it repeats the label and is gone as soon as it is needed.
    return field.as_widget(attrs={"class": "input", "placeholder": False})


@register.filter
def asked_again(field: BoundField) -> SafeString:
    """Return a form field's control; a refused one is where the page opens, wherever it stands."""
    return field.as_widget(attrs={"autofocus": True} if field.errors else None)


@register.filter
def status_label(status: str) -> str:
    """Return a verdict in words."""
    return ClaimStatus(status).label


def in_words(value: datetime) -> str:
    """Return a moment (aware) as ``31 March 2011, 18:04 UTC``."""
    value = value.astimezone(UTC)
    return f"{value.day} {value:%B %Y, %H:%M} UTC"


def _time(value: datetime | None, words: str) -> SafeString:
    """Return a ``<time>`` showing ``words`` (a strftime pattern; ``%-d``: bare day); empty for None."""
    if value is None:
        return SafeString("")
    value = value.astimezone(UTC)
    shown = value.strftime(words.replace("%-d", str(value.day)))
    return format_html('<time datetime="{}">{}</time>', value.strftime("%Y-%m-%dT%H:%M:%SZ"), shown)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Return a moment (aware) in UTC, to the minute: 31 March 2011, 18:04 UTC."""
    return _time(value, "%-d %B %Y, %H:%M UTC")


@register.filter
def day(value: datetime | None) -> SafeString:
    """Return the day of a moment (aware) in UTC: 31 March 2011."""
    return _time(value, "%-d %B %Y")


@register.filter
def clock(value: datetime | None) -> SafeString:
    """Return hour and minute of a moment (aware): 18:04 UTC."""
    return _time(value, "%H:%M UTC")


@register.filter
def iso_minute(value: datetime) -> str:
    """Return a moment (aware) in UTC as people type it: 2011-03-31 18:04."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


@register.filter
def count(number: int, noun: str) -> str:
    """Return ``12 articles``, ``1 article``, ``no articles``; ``noun`` takes a plain plural s."""
    if number == 1:
        return f"1 {noun}"
    return f"{number or 'no'} {noun}s"


@register.filter
def opening(text: str, most: int) -> str:
    """Return the sentences that fit into ``most`` words; of a first one that does not, that many words."""
    if len(text.split()) <= most:
        return text
    ends = (found.end() for found in _SENTENCE_END.finditer(text))
    whole = [end for end in ends if len(text[:end].split()) <= most]
    return text[: whole[-1]] if whole else Truncator(text).words(most, truncate=" …")


@register.simple_tag
def tally(articles: int, origins: int) -> str:
    """Return the only way in which the house counts: articles, and how many independent origins they have."""
    # No-break spaces: a number never stands alone at the end of a line.
    return f"{count(articles, 'article')}, {count(origins, 'independent origin')}".replace(
        " ", "\u00a0", 1
    ).replace(f", {origins or 'no'} independent ", f", {origins or 'no'}\u00a0independent\u00a0")


def _stance(word: Stance, part: str, number: int, *, turned: bool) -> SafeString:
    words = _STANCE_WORDS[word][number - 1]
    if turned:
        words = f"now {words}"
    return format_html('<span class="stance stance--{}">{} {} {}</span>', word, icon(word), part, words)


@register.simple_tag
def stances(headline: str | None, text: str | None, turned: bool = False) -> SafeString:
    """Return what headline and text do with the claim, as shape and words; a part apart from it is silent.

    ``turned`` says that the page did something else with it before.
    """
    if headline and headline == text:
        return _stance(Stance(text), "Headline and text", 2, turned=turned)
    parts = [
        _stance(Stance(word), part, 1, turned=turned)
        for word, part in ((headline, "Headline"), (text, "Text"))
        if word
    ]
    return format_html_join(" ", "{}", ((part,) for part in parts))


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


@register.simple_tag
def between_checks(first: datetime | None, last: datetime) -> SafeString:
    """Return between which two checks a change fell; one moment where both are the same minute."""
    if first is None or _minute(first) == _minute(last):
        return format_html("Seen {}", moment(last))
    if first.astimezone(UTC).date() == last.astimezone(UTC).date():
        return format_html(
            "{}, between our checks of {} and {}", day(first), _time(first, "%H:%M"), clock(last)
        )
    return format_html("Between our checks of {} and {}", moment(first), moment(last))


@register.simple_tag
def recorded(value: datetime, now: datetime) -> SafeString:
    """Return when the ledger took something down: the hour today, else the day, for a narrow column."""
    value, now = value.astimezone(UTC), now.astimezone(UTC)
    if value.date() == now.date():
        return _time(value, "%H:%M UTC")
    return _time(value, "%-d %b" if value.year == now.year else "%-d %b %Y")


@register.simple_tag
def dots(articles: int, origins: int) -> SafeString:
    """Return articles as dots, a full one for each independent origin; a tally beside it says it in words."""
    shown = min(articles, MOST_DOTS)
    if not shown:
        return SafeString("")
    circles = format_html_join(
        "",
        '<circle class="dots__{}" cx="{}" cy="6" r="4"/>',
        (("origin" if n < origins else "copy", 6 + 12 * n) for n in range(shown)),
    )
    width = 12 * shown
    return format_html(
        '<svg class="dots" width="{}" height="12" viewBox="0 0 {} 12" aria-hidden="true">{}</svg>',
        width,
        width,
        circles,
    )


@register.simple_tag
def when(first: datetime, last: datetime | None) -> SafeString:
    """Return when something happened, day above hour; between two moments where only these are known."""
    two = '<span class="when__day">{}</span> <span class="when__clock">{}{}</span>'
    if last is None or _minute(last) == _minute(first):
        return format_html(two, day(first), "", clock(first))
    if first.astimezone(UTC).date() == last.astimezone(UTC).date():
        hours = format_html("{} and {}", _time(first, "%H:%M"), clock(last))
        return format_html(two, day(first), "between ", hours)
    return format_html(
        '<span class="when__clock">between {}</span> <span class="when__clock">and {}</span>',
        moment(first),
        moment(last),
    )


@register.simple_tag
def quotation(prefix: str, words: str, suffix: str) -> SafeString:
    """Return exact words marked in their context, with an ellipsis where the context was cut off."""
    before, after = prefix.lstrip(), suffix.rstrip()
    if before and not before[0].isupper():  # the context begins in mid-sentence, perhaps in mid-word
        before = f"…{before.partition(' ')[2]}"
    if after and after[-1] not in '.!?”"':
        after = f"{after.rpartition(' ')[0]}…"
    return format_html('{}<span class="quote__words">{}</span>{}', before, words, after)


@register.filter
def mid_sentence(words: str) -> str:
    """Return words without the capital that only their place at a beginning gave them: ``The same man``."""
    first, space, rest = words.partition(" ")
    return f"{first.lower()}{space}{rest}" if first in _BEGINNERS and rest else in_sentence(words)


@register.simple_tag
def tongue(language: str) -> SafeString:
    """Return the attributes of an element with words in ``language`` (ISO 639-1), if not the page's own."""
    if language in ("", "en"):
        return SafeString()
    direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
    return format_html(' lang="{}" dir="{}"', language, direction)


@register.filter
def among(names: Iterable[str]) -> str:
    """Return names as a sentence lists them: ``A, B and C``."""
    *head, last = [*names] or [""]
    return f"{', '.join(head)} and {last}" if head else last


@register.simple_tag
def decided(verdict: Any) -> SafeString:
    """Return who decided and when, as a sentence; ``verdict`` is a `reader_shapes.Verdict`."""
    parts = [format_html("Decided by {}, {}", verdict.decided_by, moment(verdict.decided_at))]
    if verdict.signed_off_by:
        parts.append(format_html(", signed off by {}", verdict.signed_off_by))
    if verdict.evidence:
        pieces = count(len(verdict.evidence), "piece")
        parts.append(format_html(', on <a href="#evidence">{} of evidence</a>', pieces))
    return format_html_join("", "{}", ((part,) for part in [*parts, "."]))


@register.simple_tag
def word_diff(pieces: Iterable[tuple[str, str]]) -> SafeString:
    """Return a text with what went and came marked; ``pieces`` are (op, text), ops as in `pipeline.diff`."""
    out: list[str] = []
    for op, text in pieces:
        bare = text.strip()
        if op == "delete" and out and out[-1][-1:].strip() and text[:1].isalnum():
            out.append(" ")  # the blank before words that went belongs to nobody in the text after
        elif op == "insert" and out and out[-1].endswith("</del>") and text[:1].isalnum():
            out.append(" ")  # nor do the last words of a text have one behind them
        if op == "equal" or not bare:
            out.append(escape(text))
            continue
        # Blanks at either end stay outside: underlined or struck through, they look like words.
        before, _, after = text.partition(bare)
        tag = mark_safe({"delete": "del", "insert": "ins"}[op])  # noqa: S308 - our own
        out.append(format_html("{}<{}>{}</{}>{}", before, tag, bare, tag, after))
    return SafeString("".join(out))


@register.simple_tag
def one_side(pieces: Iterable[tuple[str, str]], side: str) -> SafeString:
    """Return the text ``before`` or ``after`` a change alone, with what went or came marked."""
    other = {"before": "insert", "after": "delete"}[side]
    return word_diff((op, text) for op, text in pieces if op != other)


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString:
    """Return ``data`` as a JSON-LD block that no text inside it can break out of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_SCRIPT_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


@register.filter
def sentence_case(words: str) -> str:
    """Return a title as the rest of the site writes it: "Change Password" as "Change password"."""
    return _TITLE_WORDS.sub(lambda word: word.group().lower(), words.strip())

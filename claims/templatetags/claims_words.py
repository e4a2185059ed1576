"""How templates write the house's words: icons, verdicts, moments, counts, stances, word diffs, JSON-LD."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from claims.vocabulary import ArticleState, ChangeKind, ClaimStatus, QuoteState, Stance

register = template.Library()

# Escapes of django.utils.html.json_script: a data block may hold nothing that could end it.
_SCRIPT_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

_STANCE_WORDS = {
    Stance.SUPPORTS: "says it is so",
    Stance.REFUTES: "says it is not so",
    Stance.REPORTS: "repeats it without taking a side",
}
_CHANGE_ICONS = {
    ChangeKind.CORRECTION: "correction",
    ChangeKind.RETRACTION: "withdrawal",
    ChangeKind.REMOVED: "removed",
    ChangeKind.RESTORED: "restored",
    ChangeKind.MOVED: "moved",
}
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
    word = ArticleState(state)
    if word not in _STATE_FLAGS:
        return SafeString("")
    kind, icon_name = _STATE_FLAGS[word]
    return flag(kind, icon_name, word.label)


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
    return _CHANGE_ICONS.get(ChangeKind(kind), "article_change")


@register.filter
def change_label(kind: str) -> str:
    """Return a kind of change in words."""
    return ChangeKind(kind).label


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
def count(number: int, noun: str) -> str:
    """Return ``12 articles``, ``1 article``, ``no articles``; ``noun`` takes a plain plural s."""
    if number == 1:
        return f"1 {noun}"
    return f"{number or 'no'} {noun}s"


@register.simple_tag
def tally(articles: int, origins: int) -> str:
    """Return the only way in which the house counts: articles, and how many independent origins they have."""
    return f"{count(articles, 'article')}, {count(origins, 'independent origin')}"


@register.simple_tag
def stance(value: str, part: str) -> SafeString:
    """Return what ``part`` ("Headline", "Text") does with the claim, as shape and words."""
    if not value:
        return SafeString("")
    word = Stance(value)
    return format_html(
        '<span class="stance stance--{}">{}{} {}</span>', word, icon(word), part, _STANCE_WORDS[word]
    )


@register.simple_tag
def word_diff(pieces: Iterable[Mapping[str, str] | tuple[str, str]]) -> SafeString:
    """Return a text with what was taken out and put in marked; ``pieces`` are (op, text), op: = - +."""
    tags = {"-": ("<del>", "</del>"), "+": ("<ins>", "</ins>"), "=": ("", "")}
    rows = []
    for piece in pieces:
        op, text = (piece["op"], piece["text"]) if isinstance(piece, Mapping) else piece
        start, end = tags[op]
        rows.append((SafeString(start), conditional_escape(text), SafeString(end)))
    return format_html_join("", "{}{}{}", rows)


@register.simple_tag
def json_ld(data: dict[str, Any]) -> SafeString:
    """Return ``data`` as a JSON-LD block that no text inside it can break out of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_SCRIPT_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above

"""Resolves the dates that a statement gives by day names and "yesterday" against its day of publication."""

import re
from datetime import date, datetime, timedelta

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAY = "|".join(_DAYS)
_MONTH = "|".join(month[:3] for month in _MONTHS)
# A day with a date of its own ("Monday, March 28", "Monday 28 March") needs none from us.
_OPEN = rf"(?!\s*,?\s*(?:\[|the\s+\d|\d|(?:{_MONTH})[a-z]*\.?\s+\d))"
_RELATIVE = re.compile(
    rf"\b(?:(?P<near>yesterday|today|tonight|this (?:morning|afternoon|evening)|last night)"
    rf"|(?:(?P<which>last|this|next)\s+)?(?P<day>{_DAY})(?:\s+(?:morning|afternoon|evening|night))?"
    rf"|(?P<past>last|this)\s+(?P<unit>month|year))\b(?:['’]s\b)?{_OPEN}",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|would|won['’]t|shall|plans?|planned|planning|scheduled|due|expected"
    r"|(?:is|are|was|were|set) to)\b"
    r"|['’]ll\b",
    re.IGNORECASE,
)
_SMALL_HOURS = timedelta(hours=10)
_FORWARD = re.compile(rf"\b(?:until|till|by|next|before|from|every|of)\s+(?:{_DAY})\b", re.IGNORECASE)


def with_dates(text: str, published_at: datetime | None) -> str:
    """Return ``text`` with the calendar date of each relative one in brackets, as far as it can be told.

    Told are yesterday, today, a day's name without "next" (the last such day up to publication, as English
    news means it), last or this month and year. Without ``published_at`` (aware, UTC), and for all else, the
    text stays open as it is.
    """
    if published_at is None:
        return text
    # A page of the small hours (UTC) may speak of the day before: in New York it is still evening.
    is_small_hour = (
        timedelta() < published_at - published_at.replace(hour=0, minute=0, second=0) < _SMALL_HOURS
    )
    today = published_at.date()
    forward = [found.span() for found in _FORWARD.finditer(text)]
    pieces, done = [], 0
    for found in _RELATIVE.finditer(text):
        told = None
        is_open = found.group("near") and is_small_hour
        is_open = is_open or _FUTURE.search(text, 0, found.start()) is not None
        if not is_open and not any(start <= found.start() < end for start, end in forward):
            told = _resolve(found, today)
        if told is not None:
            pieces.append(f"{text[done : found.end()]} [{told}]")
            done = found.end()
    return "".join(pieces) + text[done:]


def _resolve(found: re.Match[str], today: date) -> str | None:
    near, day, unit = (found.group(name) for name in ("near", "day", "unit"))
    if near:
        return _written(today - timedelta(days=near.lower() in ("yesterday", "last night")))
    if day:
        which = (found.group("which") or "").lower()
        if which == "next" or (which == "" and day.islower()):
            return None
        back = (today.weekday() - _DAYS.index(day.lower())) % 7
        return _written(today - timedelta(days=back or 7 * (which == "last")))
    is_last = found.group("past").lower() == "last"
    if unit.lower() == "year":
        return str(today.year - is_last)
    month = today.replace(day=1) - timedelta(days=is_last)
    return f"{_MONTHS[month.month - 1]} {month.year}"


def _written(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

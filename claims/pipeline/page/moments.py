"""Parses the moments that pages write: ISO 8601, RFC 5322, and English dates such as ``30 March 2011``."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sep sept", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)
_ISO = re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:?\d\d(?::?\d\d)?(?:[.,]\d+)?\s?(?:Z|[+-]\d\d:?\d\d)?)?")
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d\d)\s*([ap])?\.?m?\b", re.IGNORECASE)
_LONGEST = 300
_FIRST_YEAR, _LAST_YEAR = 1900, 2199  # content systems write year 1 for "never"
_ZERO = date(1970, 1, 1)  # and a clock at zero means no more


def parse_moment(text: str) -> datetime | None:
    """Return the first moment in ``text``, aware, UTC (assumed without a zone); None if there is none."""
    text = text.strip()[:_LONGEST]
    iso = _ISO.search(text)
    if iso:
        return _iso(iso.group())
    if "," in text[:5]:
        try:
            return _in_utc(parsedate_to_datetime(text))
        except (ValueError, OverflowError):  # a year of ten digits
            pass
    return _english(text)


def _iso(text: str) -> datetime | None:
    text = re.sub(r"\s(?=Z|[+-]\d\d:?\d\d$)", "", text.replace(",", "."))
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _english(text: str) -> datetime | None:
    found = _DAY_FIRST.search(text)
    if found:
        day, month, year = found.groups()
    else:
        found = _MONTH_FIRST.search(text)
        if found is None:
            return None
        month, day, year = found.groups()
    hour, minute = _clock(text[: found.start()] + " " + text[found.end() :])
    try:
        return _in_utc(datetime(int(year), _MONTHS[month.lower()], int(day), hour, minute, tzinfo=UTC))
    except ValueError:
        return None


def _clock(text: str) -> tuple[int, int]:
    """Return hour and minute of the first time of day in ``text``, midnight if there is none."""
    found = _CLOCK.search(text)
    if found is None:
        return 0, 0
    hour, minute, half = int(found.group(1)), int(found.group(2)), (found.group(3) or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else (0, 0)


def _in_utc(moment: datetime) -> datetime | None:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR or moment.date() == _ZERO:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

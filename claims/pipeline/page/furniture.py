"""Tells the lines of a page that are no prose: headings, bylines, boxes, buttons."""

import re
from functools import lru_cache

from claims.pipeline.words import load_words

_LONGEST_HEADING = 8  # words
_LONGEST_BYLINE = 14  # words
_LONGEST_NOTE = 30  # words
_WORD = re.compile(r"\w+")
_TIME = re.compile(r"\b\d{1,2}[:.]\d\d\s*(?:[ap]\.?m\b|gmt\b|utc\b)?|\b(?:19|20)\d\d\b", re.IGNORECASE)
_ENDS_PROSE = (".", "!", "?", "…", "”", '"', "''", "’", ")")


def is_furniture(paragraph: str) -> bool:
    """Whether ``paragraph`` is a heading ("From Tuesday:"), a byline with its time, or a page's own words."""
    line = paragraph.strip()
    words = len(_WORD.findall(line[:400]))
    if words == 0:
        return True
    if _starts("en").match(line) and words <= _LONGEST_BYLINE:
        return True
    if words <= _LONGEST_NOTE and any(phrase in line.lower() for phrase in _phrases("en")):
        return True
    if line.endswith(_ENDS_PROSE):
        return False
    if line.endswith(":"):
        return words <= 4
    return words <= _LONGEST_HEADING or (words <= _LONGEST_BYLINE and _TIME.search(line) is not None)


@lru_cache(maxsize=4)
def _starts(language: str) -> re.Pattern[str]:
    phrases = sorted(load_words(language).sets["furniture_starts"], key=len, reverse=True)
    return re.compile("(?:" + "|".join(map(re.escape, phrases)) + r")(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=4)
def _phrases(language: str) -> tuple[str, ...]:
    return tuple(sorted(load_words(language).sets["furniture_phrases"]))

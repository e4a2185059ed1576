"""Tells what a page writes beside its text and changes all day: counters, relative times, labels, boxes."""

import json
import re
from functools import lru_cache
from pathlib import Path

LONGEST_PASSING = 120
"""Characters; a longer line says something."""

# What a moment is written with. Nothing here gives back what it took: there is one way through a line.
_OF_A_MOMENT = (
    r"(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*+|t(?=\d)|z\b|"
    r"[ap]\.?m\b\.?|gmt|bst|utc|e[sd]?t|c[e]?s?t|p[sd]?t|at\b|on\b|\d++(?:st|nd|rd|th)?|[\s:.,/|\-–—]"
)
_STAMP = re.compile(
    r"(?:this (?:article|story|report|post|page) (?:was|has been) )?(?:(?:last|first|originally)\s+)?"
    r"(?:updated?|modified|edited|corrected|published|posted)\b[\s:,|\-–—]*+"
    rf"(?>(?:{_OF_A_MOMENT}|ago|hours?|minutes?|mins?|days?)*)",
    re.IGNORECASE,
)
_DATE_AND_TIME = re.compile(
    rf"(?={_OF_A_MOMENT})(?=.*\b\d{{1,2}}[:.]\d\d(?!\d))(?=.*\b(?:19|20)\d\d\b)(?>(?:{_OF_A_MOMENT})+)",
    re.IGNORECASE,
)
_LONGEST_KEPT = 100  # characters of names that are remembered
_CLASS_WORDS = re.compile(r"[a-z]+(?:-(?=read\b|up\b|slot\b|count\b|ago\b|news\b))?[a-z]*")


def is_passing(line: str) -> bool:
    """Whether the line is a counter, a time (with its date), a label or a prompt, and nothing else."""
    line = line.strip(" \t\r\n|·•-–—:,()")
    if not line:
        return True
    if len(line) > LONGEST_PASSING:
        return False
    return any(pattern.fullmatch(line) for pattern in (_passing(), _STAMP, _DATE_AND_TIME))


def without_passing(text: str) -> str:
    """``text`` without its passing lines."""
    return "\n".join(line for line in text.splitlines() if not line.strip() or not is_passing(line))


def is_box(names: str) -> bool:
    """Whether class and id of an element, ``names``, tell that it is no part of the article."""
    return (_is_box if len(names) <= _LONGEST_KEPT else _is_box.__wrapped__)(names)


@lru_cache(maxsize=4096)  # the pages of a site name their elements alike
def _is_box(names: str) -> bool:
    words = {word.replace("-", "") for word in _CLASS_WORDS.findall(names.lower())}
    return not words.isdisjoint(_boxes())


@lru_cache(maxsize=1)
def _boxes() -> frozenset[str]:
    return frozenset(_lists()["boxes"])


@lru_cache(maxsize=1)
def _passing() -> re.Pattern[str]:
    kept = _lists()
    lists = {name: "|".join(map(re.escape, kept[name])) for name in ("units", "counted", "labels")}
    figure = r"[\d.,]+\s*[km]?"
    since = rf"(?:an?|{figure}|few|one|two|three)\s*(?:{lists['units']})s?\s+ago"
    return re.compile(
        rf"(?:{lists['labels']})"
        rf"|(?:(?:updated?|posted|published|last updated)\W*)?{since}"
        rf"|{figure}\s*(?:{lists['counted']})s?"
        rf"|(?:{lists['counted']})s?\W*{figure}\)?"
        rf"|{'|'.join(kept['lines'])}",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _lists() -> dict[str, list[str]]:
    path = Path(__file__).parent.parent / "words" / "en" / "passing.json"
    lists: dict[str, list[str]] = json.loads(path.read_text("utf-8"))
    return lists

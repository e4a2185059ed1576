"""Loads the word lists of a language: data files beside this one, so that one can be added without code."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of one language: ``sets`` of words or phrases by name (lower case, straight apostrophes)."""

    sets: dict[str, frozenset[str]]


@lru_cache(maxsize=8)
def load_words(language: str) -> Words:
    """Return the lists of ``language`` (ISO 639-1). Raises KeyError where we have none."""
    path = _FOLDER / f"{language}.json"
    if language not in languages():
        raise KeyError(language)
    raw: dict[str, str | list[str]] = json.loads(path.read_text("utf-8"))
    lists = {name: value.split() if isinstance(value, str) else value for name, value in raw.items()}
    return Words({name: frozenset(items) for name, items in lists.items()})


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """Return the codes (ISO 639-1) of the languages we have lists for."""
    return frozenset(path.stem for path in _FOLDER.glob("*.json"))

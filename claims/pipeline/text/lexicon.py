"""The hand-written English lists of words/en/: doubt, denial, confirmation, common words, names."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent.parent / "words" / "en"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words and phrases of tokens' keys joined by spaces; ``band`` is 0 (most frequent) upwards by word."""

    reporting: frozenset[str]
    refuting: tuple[str, ...]
    confirming: tuple[str, ...]
    unconfirming: tuple[str, ...]
    headline_hedges: tuple[str, ...]
    asking: frozenset[str]
    negations: frozenset[str]
    pointing: dict[str, frozenset[str]]
    auxiliaries: frozenset[str]
    antonyms: dict[str, frozenset[str]]
    band: dict[str, int]
    irregular: dict[str, str]
    same_words: tuple[tuple[str, ...], ...]
    same_names: dict[str, str]
    same_phrases: tuple[tuple[str, ...], ...]
    countries: frozenset[str]
    particles: frozenset[str]
    titles: frozenset[str]
    ranks: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lists, read from their files at the first call."""
    stance, names = _read("stance.json"), _read("names.json")
    antonyms: dict[str, set[str]] = {}
    for one, other in stance["antonyms"]:
        antonyms.setdefault(one, set()).add(other)
        antonyms.setdefault(other, set()).add(one)
    band: dict[str, int] = {}
    common = _read("common.json")
    for number, words in enumerate(common["bands"]):
        for word in words.split():
            band.setdefault(word, number)
    return Lexicon(
        reporting=frozenset(stance["reporting"]),
        refuting=tuple(stance["refuting"]),
        confirming=tuple(stance["confirming"]),
        unconfirming=tuple(stance["unconfirming"]),
        headline_hedges=tuple(stance["headline_hedges"]),
        asking=frozenset(stance["asking"]),
        negations=frozenset(stance["negations"]),
        pointing={name: frozenset(words.split()) for name, words in stance["pointing"].items()},
        auxiliaries=frozenset(stance["auxiliaries"]),
        antonyms={word: frozenset(others) for word, others in antonyms.items()},
        band=band,
        irregular=common["irregular"],
        same_words=tuple(tuple(group.split()) for group in common["same"]),
        same_names={name: group[0] for group in names["same"] + names["countries"] for name in group},
        same_phrases=tuple(tuple(group) for group in names["phrases"]),
        countries=frozenset(group[0] for group in names["countries"]),
        particles=frozenset(names["particles"]),
        titles=frozenset(names["titles"]),
        ranks=frozenset(names["ranks"]),
    )


def sample_claims() -> tuple[str, ...]:
    """The fixed sample of claim sentences that scores are measured against."""
    return tuple(_read("sample_claims.json")["claims"])


def _read(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text("utf-8"))

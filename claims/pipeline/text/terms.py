"""A claim's words as terms to match by: stems of ordinary words, sounds of names, figures as numbers."""

import re
from collections.abc import Sequence
from functools import lru_cache

from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.names import name_key
from claims.pipeline.text.tokens import fold, keys

_SCALED = re.compile(r"(\d+(?:\.\d+)?)(k|m|mn|mln|bn|b|tn|st|nd|rd|th|s|ft|kg|km|cm|lb|lbs|mb|gb|am|pm|mph)")
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6, "millions": 1e6}
_SCALES |= {"bn": 1e9, "b": 1e9, "billion": 1e9, "tn": 1e12, "trillion": 1e12, "hundred": 1e2, "dozen": 12.0}
_TWO_UP = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_NUMBER_WORDS = {word: float(n) for n, word in enumerate(_TWO_UP.split(), 2)}  # "one" is hardly ever a figure
WEIGHT_BY_BAND = (0.5, 2.0, 4.0)
WEIGHT_RARE = 7.0
"""About ln(documents / documents with the word), by the band of a word in words/en/common.json."""

WEIGHT_YEAR = 2.0
_YEAR = re.compile(r"#(?:19|20)\d\d")
_MONTHS = frozenset(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())  # noqa: SIM905
_MARKS = {"%": "percent", "$": "dollar", "£": "pound", "€": "euro"}


def terms(text: str) -> list[str]:
    """The terms of ``text`` in order, function words left out; figures begin with "#"."""
    return [term for term, _ in terms_and_words(text)]


def terms_and_words(text: str) -> list[tuple[str, str]]:
    """Each term with the word (lower case) that it stands for; the day of a date ("30 March") is left out."""
    return terms_of_words(keys(text))


def terms_of_words(words: Sequence[str]) -> list[tuple[str, str]]:
    """Each term of ``words``, which are keys of tokens, with its word; see `terms_and_words`."""
    days = days_in(words)
    words = [word for n, word in enumerate(words) if n not in days]
    result: list[tuple[str, str]] = []
    n = 0
    while n < len(words):
        value, after = figure_at(words, n)
        if value is not None:
            result.append((f"#{value:g}" if value < 1e15 else "#many", words[after - 1]))
        elif term := term_of(words[n]):
            result.append((term, words[n]))
        n = after
    return result


def days_in(words: Sequence[str]) -> dict[int, tuple[str, int]]:
    """The places of days beside a month's name ("30 March", "March 30th"), with the month and the day."""
    found = {}
    for n, word in enumerate(words):
        if word in _MONTHS:
            for at in (n - 1, n + 1):
                day = _day(words[at]) if 0 <= at < len(words) else None
                if day is not None:
                    found[at] = (word, day)
                    break
    return found


def _day(word: str) -> int | None:
    value = figure(word) if word[:1].isdigit() and len(word) <= 4 else None
    return int(value) if value is not None and 1 <= value <= 31 else None


def is_of_a_date(term: str) -> bool:
    """Whether a term is a year or a month's name."""
    return term in _month_terms() or _YEAR.fullmatch(term) is not None


def is_of_the_calendar(words: str) -> bool:
    """Whether all of ``words`` are names of months or days of the week."""
    return all(word in _MONTHS or word in _WEEKDAYS for word in words.lower().split())


@lru_cache(maxsize=1)
def _month_terms() -> frozenset[str]:
    return frozenset(map(term_of, _MONTHS - {"may", "march"}))


def figure_at(words: Sequence[str], at: int) -> tuple[float | None, int]:
    """The number at a place among words, by the scales behind it ("4.5", "million"), and the place after."""
    value, at = figure(words[at]), at + 1
    while value is not None and at < len(words) and words[at] in _SCALES:
        value, at = value * _SCALES[words[at]], at + 1
    return value, at


def figure(word: str) -> float | None:
    """The number that a token (lower case) is: 12, twelve, 19m, 2nd; None for anything else."""
    if word[:1].isalpha():
        return _NUMBER_WORDS.get(word)
    digits = word.replace(",", "")
    match = _SCALED.fullmatch(digits)
    if match:
        return float(match.group(1)) * _SCALES.get(match.group(2), 1.0)
    try:
        return float(digits) if digits[:1] in "-0123456789" and len(digits) < 20 else None
    except ValueError:  # 10:30, 1.2.3
        return None


@lru_cache(maxsize=100_000)
def term_of(word: str) -> str:
    """The term of one token: "" for function words and marks without meaning."""
    if word in _MARKS:
        return _MARKS[word]
    word = fold(word)
    if lexicon().band.get(word) == 0 or not any(c.isalnum() for c in word):
        return ""
    word = lexicon().same_names.get(word, word)
    root = stem(word)
    root = _synonyms().get(root, root)
    if root in stem_bands() or len(root) < 4:
        return root
    return name_key(root)


def stem(word: str) -> str:
    """A light English stem (plural, -ed, -ing, -ly), in the manner of Harman's S stemmer (1991)."""
    word = lexicon().irregular.get(word, word)
    if len(word) > 4 and word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif len(word) > 3 and word.endswith("s") and word[-2] not in "sui":
        word = word[:-2] if word.endswith(("ches", "shes", "xes", "sses", "zes")) else word[:-1]
    for ending in ("ing", "ed", "ly"):
        root = word.removesuffix(ending)
        if root != word and len(root) > 2 and any(c in "aeiouy" for c in root):
            word = root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    return word.removesuffix("e") if len(word) > 3 else word


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, str]:
    """Stems of words that news text uses for one thing, by the first of their group."""
    return {stem(word): stem(group[0]) for group in lexicon().same_words for word in group}


@lru_cache(maxsize=1)
def stem_bands() -> dict[str, int]:
    """The frequency band of each stem of an ordinary word, that of its most frequent form."""
    bands: dict[str, int] = {}
    for word, band in lexicon().band.items():
        root = stem(word)
        bands[root] = min(band, bands.get(root, band))
    return bands


def term_weight(term: str) -> float:
    """How telling a term is where no collection is at hand to count it in (an idf by band)."""
    if _YEAR.fullmatch(term):
        return WEIGHT_YEAR
    band = stem_bands().get(term)
    return WEIGHT_RARE if band is None else WEIGHT_BY_BAND[band]

"""A sentence as what a check-worthiness model weighs: traits, words, pairs of neighbouring words."""

import json
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from claims.pipeline.words import load_words

_FILE = Path(__file__).parent.parent / "words" / "en" / "checkworthy.json"
_TOKEN = re.compile(
    r"""
    [$£€]\s?\d(?:[\d,.]*\d)?                       # a sum of money
    | \d+(?:[.,]\d+)*(?:st|nd|rd|th|s)?            # a figure
    | [%?!;:]
    | (?<=[a-z]{4})\.(?=\s)                        # a stop, not that of "Mr."
    | [^\W\d_]+(?:['’.\-][^\W\d_]+)*               # a word: can't, long-term, U.S
    """,
    re.VERBOSE,
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_STOPS = frozenset("?!;:.")
_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")
_QUOTE_MARK = re.compile(r"[\"“”]")
_ENDINGS = ("ing", "ed", "ly", "est", "tion", "ment", "ity")

START = "^"
MONEY, YEAR, ORDINAL, FIGURE, NUMBER_WORD, DATE, NAME, RARE = (
    "#money", "#year", "#ordinal", "#figure", "#number-word", "#date", "#name", "#rare",
)  # fmt: skip
"""What stands for the words of a class: no name, no figure is ever weighed by itself."""

_QUANTITIES = frozenset({MONEY, YEAR, ORDINAL, FIGURE, NUMBER_WORD})
_LENGTHS = (3, 5, 7, 10, 13, 17, 22, 30, 45)
_CONTENTS = (2, 4, 6, 9, 14)
_HAVE = frozenset({"has", "have", "had", "i've", "we've", "they've", "he's", "she's"})


@dataclass(frozen=True, slots=True)
class Lists:
    """The hand-written lists of words/en/checkworthy.json, and two of the shared ones."""

    named: dict[str, frozenset[str]]
    opinion: frozenset[str]
    function_words: frozenset[str]

    def __getitem__(self, name: str) -> frozenset[str]:
        """Return a list by its name. Raises KeyError."""
        return self.named[name]


@lru_cache(maxsize=1)
def lists() -> Lists:
    """Return the lists, read at the first call."""
    raw: dict[str, str] = json.loads(_FILE.read_text("utf-8"))
    named = {name: frozenset(words.split()) for name, words in raw.items() if name != "about"}
    shared = load_words("en").sets
    named["past"] |= shared["irregular_past"]
    kinds = ("function_words", "auxiliaries", "pronouns", "prepositions", "determiners", "conjunctions")
    return Lists(named, shared["opinion"], frozenset().union(*(shared[kind] for kind in kinds)))


def classed_words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case, figures, dates and names as their classes.

    A capital inside a sentence makes a name; see ``with_opening_name`` for the first word.
    """
    if text.isupper():
        text = text.lower()
    found: list[str] = []
    opens = True
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word in _STOPS:
            opens = True
            if word != ".":
                found.append(word)
            continue
        key = _class_of(word, opens=opens)
        opens = False
        if key != NAME or found[-1:] != [NAME]:
            found.append(key)
    return found


def with_opening_name(words: list[str], text: str, vocabulary: Set[str]) -> list[str]:
    """Return ``words`` with the first as a name, if it is capitalised and no word that we know."""
    opening = words[0] if words else ""
    if opening in vocabulary or _ending(opening) != RARE or not opening[:1].isalpha():
        return words
    first_letter = next(letter for letter in text if letter.isalpha())
    if not first_letter.isupper() or text.isupper():
        return words
    return [NAME, *(words[2:] if words[1:2] == [NAME] else words[1:])]


@lru_cache(maxsize=8192)  # a text says the same few words again and again
def _class_of(word: str, *, opens: bool) -> str:
    first = word[0]
    if first in "$£€":
        return MONEY
    if first.isdigit():
        return _class_of_figure(word)
    if first == "%":
        return "percent"
    lower = word.lower().replace("’", "'")
    own = lists()
    if lower in own["numbers"]:
        return NUMBER_WORD
    if lower in own["dates"] or (word == "May" and not opens):
        return DATE
    if first.isupper() and not opens and lower not in own["first"]:
        return NAME
    return lower


def _class_of_figure(word: str) -> str:
    if _YEAR.fullmatch(word):
        return YEAR
    return ORDINAL if word[-1].isalpha() else FIGURE


def known_words(words: list[str], vocabulary: Set[str]) -> list[str]:
    """Return ``words`` with each that is not in ``vocabulary`` as its ending, or as rare."""
    return [
        word if word in vocabulary or word[0] == "#" or not word[0].isalpha() else _ending(word)
        for word in words
    ]


def _ending(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return f"#-{ending}"
    return RARE


def words_and_pairs(words: list[str]) -> set[str]:
    """Return the single words and the pairs of neighbours ("a b"), the first one's with the start."""
    line = [START, *words]
    return {*line, *(f"{one} {next_one}" for one, next_one in pairwise(line))}


def traits(words: list[str], text: str) -> set[str]:
    """Return the names of the traits that a sentence has, given its classed words."""
    spoken = [word for word in words if word not in _STOPS]
    have = frozenset(spoken)
    found = {
        *_quantity_traits(spoken, have),
        *_word_traits(spoken, have),
        *_shape_traits(spoken, words, text),
    }
    found.update(both for one, other, both in _TOGETHER if one in found and other in found)
    return found


_TOGETHER = tuple(
    (one, other, f"{one} and {other}")
    for one, other in (
        ("past", "number"), ("past", "name"), ("past", "first person"), ("past", "we"), ("past", "others"),
        ("modal", "number"), ("modal", "past"), ("name", "number"),
    )
)  # fmt: skip


def _quantity_traits(words: list[str], have: Set[str]) -> Iterator[str]:
    numbers = len([word for word in words if word in _QUANTITIES])
    yield from _at_least("number", numbers, (1, 2, 4))
    yield from _at_least("name", words.count(NAME), (1, 2, 4))
    for word, name in (
        (MONEY, "money"),
        (YEAR, "year"),
        (DATE, "date"),
        (ORDINAL, "ordinal"),
        ("percent", "percent"),
    ):
        if word in have:
            yield name


def _word_traits(words: list[str], have: Set[str]) -> Iterator[str]:
    own = lists()
    for name, listed in (
        ("scale", "scales"), ("time", "times"), ("comparison", "comparisons"), ("universal", "universals"),
        ("act", "acts"), ("first person", "first"), ("we", "we"), ("you", "you"), ("others", "others"),
    ):  # fmt: skip
        if not own[listed].isdisjoint(have):
            yield name
    if not own.opinion.isdisjoint(have):
        yield "opinion"
    yield from (word for word in ("if", "than") if word in have)
    yield from (name for name, forms in _BE if not forms.isdisjoint(have))
    yield from _verb_traits(words)


_BE = (("was", frozenset({"was", "were"})), ("is", frozenset({"is", "are"})))


def _verb_traits(words: list[str]) -> Iterator[str]:
    own = lists()
    past, modals, minds = own["past"], own["modals"], own["minds"]
    told = [word for word in words if word in past or (word[-2:] == "ed" and len(word) > 4)]
    yield from _at_least("past", len(told), (1, 2))
    yield from _at_least("modal", len([word for word in words if word in modals]), (1, 2))
    line = [*words, "", ""]
    after_have = [line[place + 1] for place, word in enumerate(words) if word in _HAVE]
    if any(word in past or word.endswith(("ed", "n")) for word in after_have):
        yield "perfect"
    if "going" in words and ("going", "to") in pairwise(words):
        yield "going to"
    spoken = [place for place, word in enumerate(words) if word in own["first"] or word in own["we"]]
    if any(line[place + 1] in minds or line[place + 2] in minds for place in spoken):
        yield "own mind"
    if "not" in words or any("'" in word and word.endswith("n't") for word in words):
        yield "negation"


def _shape_traits(words: list[str], with_stops: list[str], text: str) -> Iterator[str]:
    own = lists()
    opening = words[0] if words else ""
    for name, listed in (
        ("opens with I", "first"), ("opens with we", "we"), ("opens with others", "others"),
        ("opens loosely", "openers"), ("opens with a pointer", "pointers"),
        ("opens with a question word", "questions"),
    ):  # fmt: skip
        if opening in own[listed]:
            yield name
    if opening == NAME:
        yield "opens with a name"
    if "?" in with_stops:
        yield "question"
    if any(word[-3:] == "est" and len(word) > 5 for word in words):
        yield "superlative"
    if _ACRONYM.search(text):
        yield "acronym"
    if _QUOTE_MARK.search(text):
        yield "quotation"
    yield from _at_least("words", len(words), _LENGTHS)
    content = [word for word in words if word not in own.function_words]
    yield from _at_least("content words", len(content), _CONTENTS)


def _at_least(name: str, count: int, steps: tuple[int, ...]) -> Iterator[str]:
    """Yield "name" for one, "4 name" for at least four."""
    for step in steps:
        if count >= step:
            yield name if step == 1 else f"{step} {name}"

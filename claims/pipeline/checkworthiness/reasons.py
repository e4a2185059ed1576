"""Says in words for people what moved a check-worthiness score: features in groups, each with a sentence."""

from collections.abc import Mapping, Sequence

from claims.pipeline.checkworthiness.traits import (
    DATE,
    FIGURE,
    MONEY,
    NAME,
    NUMBER_WORD,
    ORDINAL,
    YEAR,
    lists,
)

NO_WORDS = "It has no words."
PLAIN = "Nothing in it speaks strongly for checking or against."
WORDS, OTHER = "words", "other"

_LEAST = 0.25  # what a group must add to or take from the log-odds to be told
_MOST_REASONS = 5
_MOST_WORDS = 3

# What a group says when it speaks for checking, and when against; None: then it is not told.
_SENTENCES: Mapping[str, tuple[str | None, str | None]] = {
    "figures": ("It gives a number.", None),
    "money": ("It gives a sum of money.", None),
    "when": ("It says when.", None),
    "names": ("It names a person, place or body.", None),
    "past": ("It tells what happened.", None),
    "present": ("It tells what is the case.", None),
    "acts": ("It tells how somebody voted, or what they said, promised or proposed.", None),
    "comparison": ("It compares, or tells how much something changed.", None),
    "others": ("It speaks of what others do.", None),
    "sweeping": ("It speaks of all or none.", None),
    "own mind": (None, "It speaks of the speaker's own mind or doing."),
    "modal": (None, "It tells what will, should or could be."),
    "question": (None, "It asks."),
    "opinion": (None, "It judges rather than reports."),
    "listener": (None, "It speaks to the listener."),
    "pointer": (None, "It points at something said before."),
    "length": ("It holds several details.", "It is short of details."),
}
_OFTEN = "Its words often stand in checkable statements: {}."
_SELDOM = "Its words seldom stand in checkable statements: {}."

_OF_TRAIT = {
    "number": "figures", "ordinal": "figures", "percent": "figures", "scale": "figures", "money": "money",
    "year": "when", "date": "when", "time": "when", "name": "names", "acronym": "names",
    "opens with a name": "names", "past": "past", "perfect": "past", "was": "past", "is": "present",
    "act": "acts", "comparison": "comparison", "superlative": "comparison", "than": "comparison",
    "others": "others", "opens with others": "others", "universal": "sweeping", "first person": "own mind",
    "we": "own mind", "opens with I": "own mind", "opens with we": "own mind", "own mind": "own mind",
    "modal": "modal", "going to": "modal", "if": "modal", "question": "question", "opinion": "opinion",
    "opens with a question word": "question", "you": "listener", "opens loosely": "listener",
    "opens with a pointer": "pointer", "words": "length", "content words": "length",
    "past and number": "figures", "past and name": "past", "past and first person": "own mind",
    "past and we": "own mind", "past and others": "others", "modal and number": "modal",
    "modal and past": "modal", "name and number": "figures",
}  # fmt: skip
_OF_CLASS = {
    MONEY: "money", YEAR: "when", DATE: "when", FIGURE: "figures", NUMBER_WORD: "figures",
    ORDINAL: "figures", "percent": "figures", NAME: "names", "?": "question",
}  # fmt: skip
# By the list that a word stands in; the first that holds decides.
_OF_LIST = (
    ("scales", "figures"), ("modals", "modal"), ("first", "own mind"), ("we", "own mind"),
    ("you", "listener"), ("acts", "acts"), ("past", "past"), ("comparisons", "comparison"),
    ("others", "others"), ("times", "when"), ("universals", "sweeping"),
)  # fmt: skip


def group_of_trait(name: str) -> str:
    """Return the group of a trait; "4 number" belongs where "number" does."""
    return _OF_TRAIT.get(name.lstrip("0123456789 "), OTHER)


def group_of_words(feature: str) -> str:
    """Return the group of a word or pair: of its classes, else of its lists, else of words at large."""
    words = feature.split()
    for word in words:
        if word in _OF_CLASS:
            return _OF_CLASS[word]
    own = lists()
    for listed, group in _OF_LIST:
        if any(word in own[listed] for word in words):
            return group
    if any(word in own.opinion for word in words):
        return "opinion"
    is_plain = all(word[0].isalpha() for word in words)
    return WORDS if is_plain and not own.function_words.issuperset(words) else OTHER


def in_words(by_group: Mapping[str, float], telling: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    """Return the reasons, at least one, the weightiest first.

    ``by_group`` is in log-odds, as are ``telling`` words.
    """
    told = []
    for group, weight in by_group.items():
        sentence = _sentence(group, weight, telling) if abs(weight) >= _LEAST else None
        if sentence is not None:
            # Sums of the same weights in another order differ in the last places.
            told.append((-round(abs(weight), 6), sentence))
    return tuple(sentence for _, sentence in sorted(told)[:_MOST_REASONS]) or (PLAIN,)


def _sentence(group: str, weight: float, telling: Sequence[tuple[float, str]]) -> str | None:
    if group == WORDS:
        sign = 1 if weight > 0 else -1
        best = sorted((-sign * share, words) for share, words in telling if sign * share >= _LEAST / 2)
        shown = ", ".join(f"“{words}”" for _, words in best[:_MOST_WORDS])
        return (_OFTEN if weight > 0 else _SELDOM).format(shown) if shown else None
    return _SENTENCES.get(group, (None, None))[weight < 0]

"""Tells cheaply that an expression that ignores case cannot match, so that it need not be tried."""

from collections.abc import Iterable

# What such an expression takes for an i or an s, though no lower case makes it one.
_UNUSUAL = ("\u0130", "\u0131", "\u017f")


def may_match(text: str, hints: Iterable[str]) -> bool:
    """Whether ``text`` has any of ``hints`` (lower case), of which every match has one, in any case."""
    small = text.lower()
    for hint in hints:  # any() would make a generator for each text
        if hint in small:
            return True
    return has_unusual_letters(text)


def has_unusual_letters(text: str) -> bool:
    """Whether such an expression may take a letter of ``text`` for one that its lower case does not have."""
    return not text.isascii() and any(letter in text for letter in _UNUSUAL)

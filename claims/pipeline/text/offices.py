"""An article's text to the offices that it gives to people ("Libya's foreign minister Moussa Koussa")."""

import re
from dataclasses import dataclass

from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.names import names_in
from claims.pipeline.text.terms import terms
from claims.pipeline.text.tokens import fold

LONGEST_READ = 20_000
"""Characters of a text that are looked through; who holds an office is told early."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_BEFORE = re.compile(r"((?:[^\W\d_]+(?:['’]s)?[ -]){1,4})$")
_AFTER = re.compile(r",\s+((?:[^\W\d_]+(?:['’]s)?[ -]){0,4}?[^\W\d_]+)\s*(?=[,.;)]|\s(?:who|since)\b)")

_NO_OFFICE = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "lord", "lady", "former", "acting", "senior",
    "deputy", "vice", "libyan", "british", "the", "a", "an", "its", "his", "her",
})  # fmt: skip
"""Words before a name that tell no office, or only go with one."""

_ALONE = frozenset({"president", "king", "queen", "pope", "chancellor", "prince", "princess", "ayatollah"})
"""Offices that a story has one holder of; ministers and chiefs are told by what they are chief of."""


@dataclass(frozen=True, slots=True)
class Office:
    """The terms of an office ("foreign", "minist") and those of the name of the one who holds it."""

    words: frozenset[str]
    name: frozenset[str]


def offices_in(text: str) -> tuple[Office, ...]:
    """The offices that stand right before a name, or after it between commas; in order, each once.

    One that the text gives to two people tells neither, and is left out.
    """
    text = text[:LONGEST_READ]
    found: dict[frozenset[str], set[frozenset[str]]] = {}
    for name in names_in(text):
        words = _WORD.findall(name.text)
        titles = [word for word in words if fold(word) in lexicon().titles]
        own = frozenset(terms(" ".join(word for word in words if word not in titles)))
        if not own:
            continue
        before = _BEFORE.search(text, max(0, name.start - 60), name.start)
        after = _AFTER.match(text, name.end)
        told = [f"{before.group(1) if before else ''} {' '.join(titles)}", after.group(1) if after else ""]
        for office in filter(None, map(_office, told)):
            found.setdefault(office, set()).add(own)
    return tuple(Office(office, max(names, key=len)) for office, names in found.items() if _are_one(names))


def _are_one(names: set[frozenset[str]]) -> bool:
    """Whether names are forms of the longest ("Koussa", "Moussa Koussa")."""
    longest = max(names, key=len)
    return all(name <= longest for name in names)


def _office(words: str) -> frozenset[str]:
    """The terms of the titles among ``words``, with what they are of; empty where they tell nobody."""
    parts = [fold(word) for word in _WORD.findall(words) if not _POSSESSIVE.search(word)]
    at = [n for n, part in enumerate(parts) if part in lexicon().titles and part not in _NO_OFFICE]
    if not at:
        return frozenset()
    first, last = at[0], at[-1]
    told = parts[first : last + 1]
    if len(told) == 1 and told[0] not in _ALONE:
        told += parts[max(0, first - 1) : first]
        told += parts[last + 2 : last + 3] if parts[last + 1 : last + 2] == ["of"] else []
    office = frozenset(terms(" ".join(part for part in told if part not in _NO_OFFICE)))
    return office if len(office) > 1 or told[0] in _ALONE else frozenset()

"""Two sentences to what forbids calling them one claim: figures, dates, names or polarity that conflict."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from claims.pipeline.lexicon import lexicon
from claims.pipeline.names import Name, is_title_case, names_in
from claims.pipeline.terms import figure, term_of, terms
from claims.pipeline.tokens import Token, fold, keys, tokenize

REACH = 5
"""Words after a negation that it may negate."""

_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence says that another one can conflict with.

    ``predicate`` are the terms that tell what happened: not those of names, nor of an office; ``opening``
    are the words before its first auxiliary, with their terms. ``shouts``: a headline in capitalised words,
    whose names cannot be told for sure.
    """

    text: str
    words: tuple[str, ...]
    figures: frozenset[float]
    years: frozenset[str]
    names: tuple[Name, ...]
    predicate: frozenset[str]
    opening: tuple[tuple[str, str], ...]
    shouts: bool

    @classmethod
    def of(cls, text: str) -> "Facts":
        """Read the facts of ``text``."""
        words = tuple(keys(text))
        years = frozenset(word for word in words if _YEAR.fullmatch(word))
        others = (word for word in words if word not in years)
        figures = frozenset(n for word in others if (n := figure(word)) is not None)
        names = names_in(text)
        return cls(
            text,
            words,
            figures,
            years,
            names,
            _predicate(text, names),
            _opening(text, names),
            is_title_case(text),
        )


def _predicate(text: str, names: Sequence[Name]) -> frozenset[str]:
    """The terms of what a sentence tells: those after its first auxiliary, else all, less names and offices.

    Where nothing else is left ("He is in Tunisia") the names after the auxiliary are what it tells.
    """
    tokens = tokenize(text)
    start = next((n for n, token in enumerate(tokens) if token.key in lexicon().auxiliaries), -1) + 1
    told = _terms_of(text, tokens[start:], ())
    return _terms_of(text, tokens[start:], names) or told or _terms_of(text, tokens, names)


def _terms_of(text: str, tokens: Sequence[Token], names: Sequence[Name]) -> frozenset[str]:
    """The terms of ``tokens`` but titles and what lies inside ``names``."""
    inside = [(name.start, name.end) for name in names]
    words = [
        text[token.start : token.end]
        for token in tokens
        if not any(start <= token.start < end for start, end in inside)
    ]
    return frozenset(terms(" ".join(word for word in words if fold(word) not in lexicon().titles)))


def conflicts(one: Facts, other: Facts) -> tuple[str, ...]:
    """Why two sentences that look alike are not one claim, as sentences; empty if nothing speaks against."""
    found = []
    if one.figures and other.figures and not one.figures & other.figures:
        found.append(f"Numbers differ: {_listed(one.figures)} / {_listed(other.figures)}.")
    if one.years and other.years and not one.years & other.years:
        found.append(f"Years differ: {', '.join(sorted(one.years))} / {', '.join(sorted(other.years))}.")
    named = one.names and other.names and not (one.shouts or other.shouts)
    if named and not shared_names(one, other):
        found.append(f"They name different people or places: {_named(one.names)} / {_named(other.names)}.")
    offices = differing_offices(one, other)
    if offices:
        found.append(f"They speak of different offices: {offices[0]} / {offices[1]}.")
    return tuple(found)


def differing_offices(one: Facts, other: Facts) -> tuple[str, str] | None:
    """The offices of the two subjects ("intelligence chief", "parliament head") where they share no word.

    None where either subject is told without an office: it may be the other's, by name.
    """
    here, there = _office(one, other), _office(other, one)
    if not here or not there or {term_of(word) for word in here} & {term_of(word) for word in there}:
        return None
    return " ".join(here), " ".join(there)


def _office(facts: Facts, other: Facts) -> tuple[str, ...]:
    """The words of the subject of ``facts``, before its first verb; empty unless a title is among them."""
    verbs = other.predicate & facts.predicate
    subject = [word for word, term in takewhile(lambda pair: pair[1] not in verbs, facts.opening)]
    return tuple(subject) if any(fold(word) in lexicon().titles for word in subject) else ()


def _opening(text: str, names: Sequence[Name]) -> tuple[tuple[str, str], ...]:
    """Words with their terms before the first auxiliary, names and function words left out."""
    inside = [(name.start, name.end) for name in names]
    tokens = takewhile(lambda token: token.key not in lexicon().auxiliaries, tokenize(text))
    plain = (t.key for t in tokens if not any(start <= t.start < end for start, end in inside))
    return tuple((key, term) for key in plain if (term := term_of(key)))


def contradiction(one: Facts, other: Facts) -> str | None:
    """Why two sentences on one subject say the opposite of each other, as a sentence; None if they do not.

    Polarity: an odd number of negations in one only; or a word in one whose opposite stands in the other.
    """
    opposites = _opposites(one.words, other.words)
    differ = _denies(one, other) != _denies(other, one)
    if differ and opposites is None:
        return "One says so, the other says not."
    if not differ and opposites is not None:
        return f"Opposites: “{opposites[0]}” / “{opposites[1]}”."
    return None


def _denies(one: Facts, other: Facts) -> bool:
    """Whether ``one`` negates what ``other`` speaks of: a term of it follows closely; twice is not at all."""
    spoken = other.predicate or frozenset(terms(other.text))
    hits = 0
    for n, word in enumerate(one.words):
        if word in lexicon().negations:
            hits += any(term_of(next_) in spoken for next_ in one.words[n + 1 : n + 1 + REACH])
    return hits % 2 == 1


def refuting_words(one: Facts, other: Facts) -> tuple[str, ...]:
    """Words of denial in ``one`` (hoax, false, denies) that ``other`` does not have itself."""
    line, own = f" {' '.join(one.words)} ", set(other.words)
    lists = lexicon()
    plain = (p for p in lists.refuting if p not in lists.negations and f" {p} " in line)
    return tuple(p for p in plain if not set(p.split()) <= own)


def shared_names(one: Facts, other: Facts) -> tuple[tuple[str, str], ...]:
    """Pairs of names, as spelt in either, that share a part by sound."""
    pairs = []
    for name in one.names:
        twin = next((n for n in other.names if _akin(name, n)), None)
        if twin is not None:
            pairs.append((name.text, twin.text))
    return tuple(pairs)


def _akin(one: Name, other: Name) -> bool:
    """Whether two names share a part, or one part is the other's adjective (Bosnia, Bosnian)."""
    return any(
        a == b or (min(len(a), len(b)) > 4 and a[: max(5, len(a) - 3)] == b[: max(5, len(a) - 3)])
        for a in one.keys
        for b in other.keys
    )


def _opposites(one: Sequence[str], other: Sequence[str]) -> tuple[str, str] | None:
    """The first word of ``one`` whose opposite stands in ``other`` only."""
    here, there = set(one), set(other)
    for word in one:
        for opposite in sorted(lexicon().antonyms.get(word, ())):
            if opposite in there and opposite not in here and word not in there:
                return word, opposite
    return None


def _listed(figures: frozenset[float]) -> str:
    return ", ".join(f"{n:,.12g}" for n in sorted(figures))


def _named(names: Sequence[Name]) -> str:
    return ", ".join(dict.fromkeys(name.text for name in names))

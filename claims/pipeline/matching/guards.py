"""Two sentences to what forbids calling them one claim: figures, dates, names or polarity that conflict."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, takewhile

from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.names import Name, is_title_case, name_key, names_in
from claims.pipeline.text.terms import (
    days_in,
    figure_at,
    is_of_a_date,
    is_of_the_calendar,
    term_of,
    terms,
    terms_of_words,
)
from claims.pipeline.text.tokens import Token, fold, keys, tokenize
from claims.pipeline.words import load_words

REACH = 5
"""Words after a negation that it may negate."""

LONGEST_ACRONYM, SHORTEST_SHOUT = 5, 3
_WORD_ENDINGS = ("s", "ed", "er", "ing", "y")

_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence says that another one can conflict with.

    ``dates`` are months with their days. ``predicate`` are the terms that tell what happened: not those of
    names, nor of an office; ``opening`` are the words before its first auxiliary, with their terms and where
    they start; ``verb_at`` is where that auxiliary starts, None where there is none. ``shouts``: a headline
    in capitalised words, whose names cannot be told for sure; ``lowered`` are its words in small letters.
    """

    text: str
    words: tuple[str, ...]
    figures: frozenset[float]
    years: frozenset[str]
    dates: frozenset[tuple[str, int]]
    names: tuple[Name, ...]
    predicate: frozenset[str]
    opening: tuple[tuple[str, str, int], ...]
    verb_at: int | None
    shouts: bool
    lowered: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Facts":
        """Read the facts of ``text``."""
        tokens = tokenize(text)
        words = tuple(token.key for token in tokens)
        years = frozenset(token.key for token in tokens if _is_year(token))
        days = days_in(words)
        dated = {n for n, token in enumerate(tokens) if n in days or _is_year(token)}
        figures = (figure_at(words, n)[0] for n in range(len(words)) if n not in dated)
        names = tuple(name for name in names_in(text) if not is_of_the_calendar(name.text))
        named = frozenset(chain.from_iterable(range(name.start, name.end) for name in names))
        auxiliaries = lexicon().auxiliaries
        return cls(
            text=text,
            words=words,
            figures=frozenset(float(f"{value:.12g}") for value in figures if value is not None),
            years=years,
            dates=frozenset(days.values()),
            names=names,
            predicate=_predicate(tokens, named),
            opening=_opening(tokens, named),
            verb_at=next((token.start for token in tokens if token.key in auxiliaries), None),
            shouts=is_title_case(text),
            lowered=frozenset(token.key for token in tokens if text[token.start : token.end].islower()),
        )

    @property
    def sure_names(self) -> tuple[Name, ...]:
        """The names without capitalised words that may be none: one at the very start, or for emphasis."""
        return tuple(name for name in self.names if not _may_be_a_word(name))

    @property
    def own_names(self) -> tuple[Name, ...]:
        """The sure names that are more than a country or its people."""
        return tuple(name for name in self.sure_names if not set(name.keys) <= _country_keys())


def _is_year(token: Token) -> bool:
    """Whether a token is a year; "2,000" is none."""
    return _YEAR.fullmatch(token.key) is not None and token.end - token.start == len(token.key)


@lru_cache(maxsize=20_000)
def _may_be_a_word(name: Name) -> bool:
    """Whether capitalised words may well be English ones: "Homeless man …", "NAKED", "Video", "the Pope"."""
    sets = load_words("en").sets
    words = [fold(word) for word in name.text.split()]
    if all(word in lexicon().titles or word in sets["labels"] for word in words):
        return True
    if len(words) > 1 or name.keys[0] in _country_keys():
        return False
    word = words[0]
    opens = word.endswith(_WORD_ENDINGS) or word in sets["generic_people"]
    lone = len(name.keys) == 1 and opens
    compound = "-" in word and word.split("-")[0] in lexicon().band
    return _is_shouted(name.text, word) or (name.start == 0 and (lone or compound))


def _is_shouted(text: str, word: str) -> bool:
    """Whether a word in capitals is one for emphasis ("NAKED", "LESS", "NOT") and no acronym."""
    lists = lexicon()
    known = word in lists.negations or (len(word) > SHORTEST_SHOUT and word in lists.band)
    return text.isupper() and (known or len(text) > LONGEST_ACRONYM)


@lru_cache(maxsize=1)
def _country_keys() -> frozenset[str]:
    return frozenset(name_key(country) for country in lexicon().countries)


def _predicate(tokens: Sequence[Token], named: Set[int]) -> frozenset[str]:
    """The terms of what a sentence tells: those after its first auxiliary, else all, less names and offices.

    Where nothing else is left ("He is in Tunisia") the names after the auxiliary are what it tells. ``named``
    are the offsets inside of names.
    """
    auxiliaries = lexicon().auxiliaries
    start = next((n for n, token in enumerate(tokens) if token.key in auxiliaries), -1) + 1
    told = tokens[start:]
    return _terms_of(told, named) or _terms_of(told, frozenset()) or _terms_of(tokens, named)


def _terms_of(tokens: Sequence[Token], named: Set[int]) -> frozenset[str]:
    """The terms of ``tokens`` but titles, dates and what starts at an offset of ``named``."""
    days, titles = days_in([token.key for token in tokens]), lexicon().titles
    words = [token.key for n, token in enumerate(tokens) if n not in days and token.start not in named]
    told = terms_of_words([word for word in words if fold(word) not in titles])
    return frozenset(term for term, _ in told if not is_of_a_date(term))


@dataclass(frozen=True, slots=True)
class Compared:
    """A text's and a claim's facts side by side.

    ``names`` are pairs of names that share a part; ``conflicts`` why the two are not one claim, as sentences;
    ``opposite`` why one says the contrary; ``denial`` words of denial in the text that the claim has not.
    """

    text: Facts
    claim: Facts
    names: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]
    opposite: str | None
    denial: tuple[str, ...]

    @classmethod
    def of(cls, text: Facts, claim: Facts) -> "Compared":
        """Compare the facts of ``text`` with those of ``claim``."""
        names = shared_names(text, claim)
        against = conflicts(text, claim, are_akin=bool(names))
        return cls(text, claim, names, against, contradiction(text, claim), refuting_words(text, claim))


def conflicts(one: Facts, other: Facts, *, are_akin: bool) -> tuple[str, ...]:
    """Why two sentences that look alike are not one claim, as sentences; empty if nothing speaks against.

    ``are_akin``: whether they share a name.
    """
    found = []
    if one.figures - other.figures and other.figures - one.figures:
        sums = f"{_listed(one.figures - other.figures)} / {_listed(other.figures - one.figures)}"
        found.append(f"Numbers differ: {sums}.")
    if one.years - other.years and other.years - one.years:
        years = f"{', '.join(sorted(one.years - other.years))} / {', '.join(sorted(other.years - one.years))}"
        found.append(f"Years differ: {years}.")
    if one.dates - other.dates and other.dates - one.dates:
        dates = f"{_days(one.dates - other.dates)} / {_days(other.dates - one.dates)}"
        found.append(f"Dates differ: {dates}.")
    here, there = (_beside(one.sure_names, other), _beside(other.sure_names, one))
    if _may_differ(here, there) and not are_akin and not (one.shouts or other.shouts):
        names = f"{_named(here)} / {_named(there)}"
        found.append(f"They name different people or places: {names}.")
    subjects = differing_subjects(one, other)
    if subjects:
        found.append(f"They speak of different people: {subjects[0]} / {subjects[1]}.")
    offices = differing_offices(one, other)
    if offices:
        found.append(f"They speak of different offices: {offices[0]} / {offices[1]}.")
    return tuple(found)


def _may_differ(here: Sequence[Name], there: Sequence[Name]) -> bool:
    """Whether both name somebody, or both a country: "a Russian boy" may well be Magneto."""
    countries = _country_keys()
    kinds = [{set(name.keys) <= countries for name in names} for names in (here, there)]
    return bool(kinds[0] & kinds[1])


def _beside(names: Sequence[Name], other: Facts) -> tuple[Name, ...]:
    """The names but those that ``other`` writes in small letters ("Pizza driver …", "a pizza driver …").

    Nor those that it writes by their initials, or out.
    """
    return tuple(name for name in names if not (_is_lowered(name, other) or _has_initials(name, other)))


def _is_lowered(name: Name, other: Facts) -> bool:
    """Whether ``other`` has all words of a name in small letters; one in capitals in any form ("SLAPS")."""
    if other.lowered.issuperset(keys(name.text)):
        return True
    shouted = name.text.isupper() and len(name.text) > SHORTEST_SHOUT
    return shouted and term_of(fold(name.text)) in map(term_of, other.lowered)


def _has_initials(name: Name, other: Facts) -> bool:
    return any(_is_short_for(name, twin) or _is_short_for(twin, name) for twin in other.names)


def _is_short_for(short: Name, name: Name) -> bool:
    """Whether one name is the initials of the other: DW, Dorn-Werft."""
    if not 1 < len(short.text) <= LONGEST_ACRONYM or not short.text.isupper():
        return False
    parts = re.split(r"[\s-]+", name.text)
    return len(parts) == len(short.text) and short.text == "".join(part[0] for part in parts).upper()


def differing_subjects(one: Facts, other: Facts) -> tuple[str, str] | None:
    """The names of the two subjects ("Bouzaid Dorda", "Mohamed Zwai") where neither text names the other's.

    None where either subject has no name but a country's: "the intelligence chief" may be Dorda.
    """
    here, there = _subject_names(one, other), _subject_names(other, one)
    if one.shouts or other.shouts or not here or not there:
        return None
    if _named_in(here, other) or _named_in(there, one):
        return None
    return _named(here), _named(there)


def _subject_names(facts: Facts, other: Facts) -> tuple[Name, ...]:
    """The names before the verb of ``facts``: its first auxiliary or the first word that both tell."""
    both = facts.predicate & other.predicate
    told_at = next((start for _, term, start in facts.opening if term in both), None)
    ends = [at for at in (facts.verb_at, told_at) if at is not None]
    subject = [name for name in facts.own_names if ends and name.end <= min(ends)]
    return _beside(subject, other)


def _named_in(names: Sequence[Name], facts: Facts) -> bool:
    """Whether ``facts`` names any of ``names``: all parts of the shorter form, or the last one as a word."""
    words = {name_key(word) for word in facts.words}
    words -= {key for name in facts.names if len(name.keys) > 1 for key in name.keys}
    return any(
        name.keys[-1] in words or any(_are_one(set(name.keys), set(n.keys)) for n in facts.own_names)
        for name in names
    )


def _are_one(one: set[str], other: set[str]) -> bool:
    """Whether two names' parts are one's: all of the shorter, or two ("BREAKING Gill Rosenberg")."""
    one, other = ({key.rstrip("s") for key in keys} for keys in (one, other))
    return one <= other or other <= one or len(one & other) > 1


def differing_offices(one: Facts, other: Facts) -> tuple[str, str] | None:
    """The offices of the two subjects ("intelligence chief", "parliament head") where they share no word.

    Or where they share the title alone, and each says of what, in words that the other text has not: "finance
    minister", "interior minister". None where either subject is told without an office: it may be the
    other's, by name.
    """
    here, there = _office(one, other), _office(other, one)
    if not here or not there:
        return None
    if {term_of(word) for word in here} & {term_of(word) for word in there} and not (
        _is_of_another(here, there, other) and _is_of_another(there, here, one)
    ):
        return None
    return " ".join(here), " ".join(there)


def _is_of_another(office: Sequence[str], twin: Sequence[str], facts: Facts) -> bool:
    """Whether ``office`` has a title of ``twin``, and before it a word for of what that ``facts`` has not."""
    told = {term_of(word) for word in facts.words}
    titles = [word for word in office if fold(word) in lexicon().titles and word in twin]
    branches = [office[office.index(title) - 1] for title in titles if office.index(title) > 0]
    return bool(branches) and all(
        term_of(word) not in told and fold(word) not in lexicon().ranks for word in branches
    )


def _office(facts: Facts, other: Facts) -> tuple[str, ...]:
    """The words of the subject of ``facts``, before its first verb; empty unless a title is among them."""
    verbs = other.predicate & facts.predicate
    subject = [word for word, _, _ in takewhile(lambda entry: entry[1] not in verbs, facts.opening)]
    return tuple(subject) if any(fold(word) in lexicon().titles for word in subject) else ()


def _opening(tokens: Sequence[Token], named: Set[int]) -> tuple[tuple[str, str, int], ...]:
    """Words with their terms and starts before the first auxiliary, without names and function words."""
    auxiliaries = lexicon().auxiliaries
    before = takewhile(lambda token: token.key not in auxiliaries, tokens)
    return tuple((t.key, term, t.start) for t in before if t.start not in named and (term := term_of(t.key)))


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
    own = set(other.words)
    return tuple(phrase for phrase in _denials(one.words) if not own.issuperset(phrase.split()))


@lru_cache(maxsize=100)
def _denials(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of denial among ``words``; one text is compared with many claims."""
    line = f" {' '.join(words)} "
    lists = lexicon()
    return tuple(p for p in lists.refuting if p not in lists.negations and f" {p} " in line)


def shared_names(one: Facts, other: Facts) -> tuple[tuple[str, str], ...]:
    """Pairs of names, as spelt in either, that share a part by sound."""
    pairs = []
    for name in one.names:
        twin = next((n for n in other.names if _akin(name, n)), None)
        if twin is not None:
            pairs.append((name.text, twin.text))
    return tuple(pairs)


def _akin(one: Name, other: Name) -> bool:
    """Whether two names share a part, one is the other's adjective (Bosnia, Bosnian), or its initials."""
    return (
        _is_short_for(one, other)
        or _is_short_for(other, one)
        or any(
            a == b or (min(len(a), len(b)) > 4 and a[: max(5, len(a) - 3)] == b[: max(5, len(a) - 3)])
            for a in one.keys
            for b in other.keys
        )
    )


def _opposites(one: Sequence[str], other: Sequence[str]) -> tuple[str, str] | None:
    """The first word of ``one`` whose opposite stands in ``other`` only."""
    here, there = set(one), set(other)
    for word in one:
        for opposite in sorted(lexicon().antonyms.get(word, ())):
            if opposite in there and opposite not in here and word not in there:
                return word, opposite
    return None


def _days(dates: frozenset[tuple[str, int]]) -> str:
    return ", ".join(f"{day} {month.capitalize()}" for month, day in sorted(dates))


def _listed(figures: frozenset[float]) -> str:
    return ", ".join(f"{n:,.12g}" for n in sorted(figures))


def _named(names: Sequence[Name]) -> str:
    return ", ".join(dict.fromkeys(name.text for name in names))

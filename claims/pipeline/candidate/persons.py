"""Tells whom a pronoun or a bare surname stands for, where the sentences before it say so."""

from collections.abc import Mapping
from functools import cached_property

from claims.pipeline.attribution.grammar import Grammar
from claims.pipeline.text.sentences import read
from claims.pipeline.words import load_words

_HE = frozenset({"he", "he's", "he'd", "his"})
_SHE = frozenset({"she", "she's", "she'd", "her"})
PRONOUNS = _HE | _SHE
OWNERS = frozenset({"his", "her"})
_TITLES = {"mr": _HE, "mrs": _SHE, "ms": _SHE}
_SUBJECT_REACH = 20  # tokens from a sentence's start to its verb
_LONGEST_NAME = 6  # tokens
_STEPS_BACK = 4  # sentences


class Persons:
    """The full names of one text by their last word, in lower case."""

    def __init__(self, grammar: Grammar) -> None:
        """Take the ``grammar`` of the text; its names are read when first asked for."""
        self.grammar = grammar
        self.is_lost = False  # whether anybody may be named above the part of the text that was read

    @cached_property
    def _whole(self) -> "Persons":
        """Those of all of the text, also where only a part of it was read."""
        reading = self.grammar.reading
        return Persons(Grammar(read(reading.text), "en")) if reading.is_part else self

    @cached_property
    def by_surname(self) -> Mapping[str, str]:
        """The first full name of each last word; linear in the text."""
        if self._whole is not self:
            return self._whole.by_surname
        reading = self.grammar.reading
        names: dict[str, str] = {}
        text = reading.text
        start = stop = -1
        for token in [place for place, begin in enumerate(reading.starts) if text[begin].isupper()]:
            if not self._may_be_name(token):
                continue
            if token != stop:
                self._keep_name(names, start, stop)
                start = token
            stop = token + 1
        self._keep_name(names, start, stop)
        return names

    def _keep_name(self, names: dict[str, str], start: int, stop: int) -> None:
        if 2 <= stop - start <= _LONGEST_NAME:
            begin, end = self.grammar.reading.span(start, stop)
            names.setdefault(self.grammar.words[stop - 1], self.grammar.reading.text[begin:end])

    def _may_be_name(self, token: int) -> bool:
        grammar, word = self.grammar, self.grammar.words[token]
        return (
            grammar.reading.is_capital(token)
            and "'" not in word
            and word not in grammar.determiners
            and word not in grammar.boundaries
            and word not in grammar.prepositions
            and not grammar.is_adverb(token)
            and word not in grammar.time_words
        )

    def fits(self, name: str, pronoun: str, *, surely: bool) -> bool:
        """Whether "he" or "she" may be ``name``: its first name or title says nothing else.

        Where neither says anything, ``surely`` asks that the text speaks of nobody of the other kind.
        """
        sets, forms = load_words("en").sets, _forms(pronoun)
        words = name.lower().replace(".", " ").split()
        for kind, names in ((_HE, sets["names_of_him"]), (_SHE, sets["names_of_her"])):
            titles = {title for title, of in _TITLES.items() if of is kind}
            if not (names | titles).isdisjoint(words):
                return kind is forms
        return not surely or (_SHE if forms is _HE else _HE).isdisjoint(self._whole.grammar.words)

    def known(self, name: str) -> str | None:
        """Return the full name that ``name`` is or is the surname of."""
        return name if " " in name else self.by_surname.get(name.lower())

    def subject_before(self, number: int, pronoun: str = "") -> str | None:
        """Return the full name that is the subject of the nearest unquoted sentence before ``number``.

        Sentences that open with the ``pronoun`` itself, or with the other form of it, speak of the same one.
        """
        reading = self.grammar.reading
        forms = _forms(pronoun)
        for before in range(number - 1, max(-1, number - 1 - _STEPS_BACK), -1):
            first, last = reading.sentences[before]
            if reading.quote_of[first] < 0 and reading.words[first] not in forms:
                name = self._subject(first, last)
                return name if name is None or not forms or self.fits(name, pronoun, surely=False) else None
        self.is_lost |= number < _STEPS_BACK and reading.above > 0
        return None

    def _subject(self, first: int, last: int) -> str | None:
        """Return the capitalised words before the sentence's first verb: "Foreign Minister Ann Lee"."""
        grammar = self.grammar
        reach = range(first + 1, min(last, first + _SUBJECT_REACH))
        verb = next((token for token in reach if grammar.is_finite(token)), None)
        if verb is None:
            return None
        first = grammar.after_dateline(first, verb)
        if grammar.words[first] in grammar.question_words or grammar.words[first] in grammar.boundaries:
            first += 1
        start = verb
        while start > first and verb - start < _LONGEST_NAME and self._may_be_name(start - 1):
            start -= 1
        before = grammar.words[start - 1] if start else ""
        if start == verb or grammar.words[start] in grammar.determiners or before == "the":
            return None
        if verb - start == 1:
            return self._of_surname(start, first)
        begin, end = grammar.reading.span(start, verb)
        return grammar.reading.text[begin:end]

    def _of_surname(self, token: int, first: int) -> str | None:
        """Return the full name of the surname at ``token``: of "Keller", of "Mrs. Keller"."""
        words = self.grammar.words
        is_titled = token - 2 >= first and words[token - 1] == "." and words[token - 2] in _TITLES
        if token > first and not is_titled:
            return None
        begin, end = self.grammar.reading.span(token - 2 if is_titled else token, token + 1)
        name = self.grammar.reading.text[begin:end]
        return name if is_titled else self.known(name)


def _forms(pronoun: str) -> frozenset[str]:
    return next((forms for forms in (_HE, _SHE) if pronoun in forms), frozenset())

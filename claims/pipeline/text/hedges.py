"""Finds the words that weaken a claim, and how far back a disclaimer reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from claims.pipeline.attribution.grammar import Tokens
from claims.pipeline.attribution.words import cue_forms
from claims.pipeline.text.sentences import Reading, read
from claims.pipeline.words import load_words


@dataclass(frozen=True, slots=True)
class Hedge:
    """A hedging word or phrase at the tokens ``start`` to ``end`` (exclusive); ``words`` as in the text."""

    start: int
    end: int
    words: str


class Hedges:
    """The hedges, disclaimers and refutations of one text, each looked up once."""

    def __init__(
        self, reading: Reading, language: str = "en", *, within: Sequence[range] | None = None
    ) -> None:
        """Take the ``reading`` of a text in ``language`` (ISO 639-1), or some ranges of its tokens."""
        self._reading = reading
        self._language = language
        self._within = within

    @cached_property
    def found(self) -> list[Hedge]:
        """All hedges, in order."""
        return _hedges_of(self._reading, self._language, self._within)

    @cached_property
    def disclaimers(self) -> dict[int, str]:
        """The words, by sentence, that say that something is not known to be true."""
        return self._sentences_with("disclaimers")

    @cached_property
    def refutations(self) -> dict[int, str]:
        """The words, by sentence, that say that something is not true."""
        return self._sentences_with("refutations")

    def within(self, start: int, end: int) -> tuple[str, ...]:
        """Return the hedges between two tokens, each word once, in order."""
        return _each_once(hedge for hedge in self.found if start <= hedge.start < end)

    def _sentences_with(self, name: str) -> dict[int, str]:
        """Return the first phrase of a list, as written, of each sentence that has one outside quotations."""
        reading, table = self._reading, _by_first_word(load_words(self._language).sets[name])
        found: dict[int, str] = {}
        words = reading.words
        for token in reading.places_of(table, self._within):
            length = _match(words, token, table[words[token]]) if reading.quote_of[token] < 0 else 0
            if length:
                start, end = reading.span(token, token + length)
                found.setdefault(reading.sentence_of[token], reading.text[start:end])
        return found


def hedging_cue(reading: Reading, cue: Tokens, language: str = "en") -> str | None:
    """Return the cue's words if its verb itself doubts: claims, alleges, hinted."""
    verbs, forms = load_words(language).sets["hedging_verbs"], cue_forms(language)
    for token in range(*cue):
        form = forms.get(reading.words[token])
        if form is not None and form.lemma in verbs:
            start, end = reading.span(*cue)
            return reading.text[start:end]
    return None


def find_hedges(text: str) -> tuple[str, ...]:
    """Return the hedging words and phrases of an English ``text``, each once, in order."""
    return _each_once(_hedges_of(read(text), "en", None))


def _each_once(hedges: Iterable[Hedge]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hedge.words for hedge in hedges))


def _hedges_of(reading: Reading, language: str, within: Sequence[range] | None) -> list[Hedge]:
    sets = load_words(language).sets
    phrases, singles = _by_first_word(sets["hedge_phrases"]), sets["hedges"]
    found: list[Hedge] = []
    done = 0
    words = reading.words
    for token in reading.places_of(_opening_words(language), within):
        if token < done:
            continue
        length = _match(words, token, phrases.get(words[token], ()))
        if length == 0 and words[token] in singles and not _is_month(reading, token):
            length = 1
        if length:
            done = token + length
            start, end = reading.span(token, done)
            found.append(Hedge(token, done, reading.text[start:end]))
    return found


@lru_cache(maxsize=4)
def _opening_words(language: str) -> frozenset[str]:
    """Return the words with which a hedge may begin."""
    sets = load_words(language).sets
    return sets["hedges"] | frozenset(_by_first_word(sets["hedge_phrases"]))


def _is_month(reading: Reading, token: int) -> bool:
    """Whether "May" is the month: a capital inside a sentence, or before a number."""
    if reading.words[token] != "may" or not reading.is_capital(token):
        return False
    following = reading.words[token + 1] if token + 1 < len(reading.words) else ""
    number = reading.sentence_of[token]
    return following[:1].isdigit() or (number >= 0 and reading.sentences[number][0] != token)


@lru_cache(maxsize=16)  # a handful of lists per language
def _by_first_word(phrases: frozenset[str]) -> dict[str, tuple[list[str], ...]]:
    """Return the phrases as words, by their first word, longest first."""
    table: dict[str, list[list[str]]] = {}
    for phrase in phrases:
        words = phrase.split()
        table.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in table.items()}


def _match(words: list[str], token: int, phrases: tuple[list[str], ...]) -> int:
    """Return the length of the first phrase that stands at ``token``, 0 if none does."""
    follows = words[token + 1] if token + 1 < len(words) else ""
    for phrase in phrases:
        length = len(phrase)
        if length == 1 or (phrase[1] == follows and words[token : token + length] == phrase):
            return length
    return 0

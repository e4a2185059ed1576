"""Two states of a text to the hedging words that one and the same sentence lost or gained."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from claims.pipeline.text.hedges import Hedges
from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.sentences import Reading, read
from claims.pipeline.text.terms import stem
from claims.pipeline.text.tokens import keys
from claims.pipeline.words import load_words
from claims.vocabulary import HedgeShift

SAME_SENTENCE = 60.0
"""Similarity (0..100, rapidfuzz's token sort ratio) from which two sentences are one, edited."""

MOST_SENTENCES = 400
"""Changed sentences compared on either side; an article with more was rewritten, not edited."""


class _Sentence:
    """A sentence of one of the states; what it says beside its words is told when first asked for."""

    def __init__(self, reading: Reading, start: int, end: int) -> None:
        """Take the tokens ``start`` to ``end`` (exclusive) of what was read."""
        self.reading, self.tokens = reading, range(start, end)
        self.text = reading.text[slice(*reading.span(start, end))]
        self.words = tuple(keys(self.text))

    @cached_property
    def hedges(self) -> Counter[str]:
        """Its hedging words and phrases, lower case, counted.

        A doubting verb is one, a question mark, and a speaker without a name ("two sources said").
        """
        doubting, words = _doubting_stems(), self.words
        line = f" {'  '.join(words)} "
        told = Hedges(self.reading, within=[self.tokens]).found
        phrases = dict.fromkeys(hedge.words.lower() for hedge in told)
        found = Counter({hedge: max(1, line.count(f" {'  '.join(keys(hedge))} ")) for hedge in phrases})
        found.update(word for word in words if stem(word) in doubting and word not in phrases)
        found.update(words[-1:] if words[-1:] == ("?",) else ())
        found.update(_faceless_in(words, line))
        return found

    @cached_property
    def bare(self) -> str:
        """Its words without its hedges, to compare what is left."""
        line = f" {' '.join(self.words)} "
        for phrase in self.hedges:
            line = line.replace(f" {' '.join(keys(phrase))} ", " ")
        return line.strip()

    @property
    def denials(self) -> int:
        """How often it doubts, denies or negates: "doubts about …", "denied that …", "not"."""
        line = f" {' '.join(self.words)} "
        phrases = sum(line.count(f" {phrase} ") for phrase in lexicon().refuting)
        return phrases + sum(word in lexicon().negations or stem(word) == _DOUBT for word in self.words)


_DOUBT = stem("doubt")


def _faceless_in(words: Sequence[str], line: str) -> Iterable[str]:
    """Who says it without a name: "sources", not "sources of income", or "on condition of anonymity"."""
    sets = load_words("en").sets
    for word, following in pairwise([*words, ""]):
        if word in sets["faceless_speakers"] and following != "of":
            yield word
    yield from (phrase for phrase, spaced in _anonymity() if spaced in line)


@lru_cache(maxsize=1)
def _anonymity() -> tuple[tuple[str, str], ...]:
    """The phrases for one who is not named, and each as it stands in a line of words."""
    return tuple((phrase, f" {'  '.join(phrase.split())} ") for phrase in load_words("en").sets["anonymity"])


@lru_cache(maxsize=1)
def _doubting_stems() -> frozenset[str]:
    return frozenset(stem(verb) for verb in load_words("en").sets["hedging_verbs"])


def shift_of_hedges(*texts: tuple[str, str]) -> tuple[HedgeShift | None, tuple[str, ...]]:
    """Return whether an edit dropped or added hedges, and which; each of ``texts`` is (before, after).

    Only sentences that stand in both states, edited, count: a paragraph that went takes its hedges with it.
    A dropped hedge outranks an added one.
    """
    dropped: list[str] = []
    added: list[str] = []
    for before, after in texts:
        old, new = _only_in(before, after)
        dropped += _lost(old, new)
        added += _lost(new, old)
    if dropped:
        return HedgeShift.DROPPED, tuple(dict.fromkeys(dropped))
    if added:
        return HedgeShift.ADDED, tuple(dict.fromkeys(added))
    return None, ()


def _only_in(before: str, after: str) -> tuple[list[_Sentence], list[_Sentence]]:
    """The sentences that stand in one of the two texts only; paragraphs that both have are passed over.

    None where one of the two has no paragraph of its own.
    """
    lines = before.splitlines(), after.splitlines()
    gone, come = _missing_in(lines[1], lines[0]), _missing_in(lines[0], lines[1])
    if not gone or not come:  # nothing was edited
        return [], []
    old, new = _sentences_of(gone), _sentences_of(come)
    old_words, new_words = {sentence.words for sentence in old}, {sentence.words for sentence in new}
    return (
        [sentence for sentence in old if sentence.words not in new_words][:MOST_SENTENCES],
        [sentence for sentence in new if sentence.words not in old_words][:MOST_SENTENCES],
    )


def _missing_in(others: Sequence[str], lines: Sequence[str]) -> str:
    known = frozenset(others)
    return "\n".join(line for line in lines if line not in known)


def _sentences_of(text: str) -> list[_Sentence]:
    reading = read(text)
    return [_Sentence(reading, start, end) for start, end in reading.sentences]


def _lost(old: Sequence[_Sentence], new: Sequence[_Sentence]) -> Iterable[str]:
    """Hedges of sentences in ``old`` that their edited form in ``new`` lacks, where it has fewer of them.

    Not where one of the two doubts or denies what the other says: that is no surer or less sure, it turned.
    """
    for sentence in [sentence for sentence in old if sentence.hedges] if new else []:
        score, _, twin = max(
            (fuzz.token_sort_ratio(sentence.bare, other.bare), other.text, place)
            for place, other in enumerate(new)
        )
        kept = new[twin].hedges
        # As many hedges: one took another's place.
        is_shift = score >= SAME_SENTENCE and sentence.hedges.total() > kept.total()
        if is_shift and sentence.denials == new[twin].denials:
            yield from sentence.hedges - kept

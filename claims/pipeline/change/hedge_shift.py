"""Two states of a text to the hedging words that one and the same sentence lost or gained."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from claims.pipeline.text.hedges import find_hedges
from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.sentences import read
from claims.pipeline.text.terms import stem
from claims.pipeline.text.tokens import keys
from claims.pipeline.words import load_words
from claims.vocabulary import HedgeShift

SAME_SENTENCE = 60.0
"""Similarity (0..100, rapidfuzz's token sort ratio) from which two sentences are one, edited."""

_Hedges = Callable[[str], Counter[str]]
MOST_SENTENCES = 400
"""Changed sentences compared on either side; an article with more was rewritten, not edited."""


def hedges_in(sentence: str) -> Counter[str]:
    """The hedging words and phrases of a sentence, lower case, counted.

    A doubting verb is one, a question mark, and a speaker without a name ("two sources said").
    """
    doubting = _doubting_stems()
    words = keys(sentence)
    line = f" {'  '.join(words)} "
    phrases = dict.fromkeys(hedge.lower() for hedge in find_hedges(sentence))
    found = Counter({hedge: max(1, line.count(f" {'  '.join(keys(hedge))} ")) for hedge in phrases})
    found.update(word for word in words if stem(word) in doubting and word not in phrases)
    found.update(words[-1:] if words[-1:] == ["?"] else ())
    found.update(_faceless_in(words, line))
    return found


def _faceless_in(words: Sequence[str], line: str) -> Iterable[str]:
    """Who says it without a name: "sources", not "sources of income", or "on condition of anonymity"."""
    sets = load_words("en").sets
    for word, following in pairwise([*words, ""]):
        if word in sets["faceless_speakers"] and following != "of":
            yield word
    yield from (phrase for phrase in sets["anonymity"] if f" {'  '.join(phrase.split())} " in line)


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
    hedges_of = cache(hedges_in)  # a sentence is looked at several times
    for before, after in texts:
        old, new = _only_in(before, after)
        dropped += _lost(old, new, hedges_of)
        added += _lost(new, old, hedges_of)
    if dropped:
        return HedgeShift.DROPPED, tuple(dict.fromkeys(dropped))
    if added:
        return HedgeShift.ADDED, tuple(dict.fromkeys(added))
    return None, ()


def _only_in(before: str, after: str) -> tuple[list[str], list[str]]:
    """The sentences that stand in one of the two texts only; paragraphs that both have are passed over.

    None where one of the two has no paragraph of its own.
    """
    gone, come = _lines_missing_in(after, before), _lines_missing_in(before, after)
    if not gone or not come:  # nothing was edited
        return [], []
    old, new = _by_keys(gone), _by_keys(come)
    old_keys, new_keys = {key for key, _ in old}, {key for key, _ in new}
    return (
        [s for key, s in old if key not in new_keys][:MOST_SENTENCES],
        [s for key, s in new if key not in old_keys][:MOST_SENTENCES],
    )


def _lines_missing_in(other: str, text: str) -> str:
    known = frozenset(other.splitlines())
    return "\n".join(line for line in text.splitlines() if line not in known)


def _by_keys(text: str) -> list[tuple[tuple[str, ...], str]]:
    reading = read(text)
    sentences = (text[slice(*reading.span(start, end))] for start, end in reading.sentences)
    return [(tuple(keys(sentence)), sentence) for sentence in sentences]


def _lost(old: Sequence[str], new: Sequence[str], hedges_of: _Hedges) -> Iterable[str]:
    """Hedges of sentences in ``old`` that their edited form in ``new`` lacks, where it has fewer of them.

    Not where one of the two doubts or denies what the other says: that is no surer or less sure, it turned.
    """
    hedged = [sentence for sentence in old if hedges_of(sentence)] if new else []
    bare = [(_bare(sentence, hedges_of), sentence) for sentence in new] if hedged else []
    for sentence in hedged:
        hedges, own = hedges_of(sentence), _bare(sentence, hedges_of)
        score, twin = max((fuzz.token_sort_ratio(own, b), s) for b, s in bare)
        kept = hedges_of(twin)
        # As many hedges: one took another's place.
        is_shift = score >= SAME_SENTENCE and hedges.total() > kept.total()
        if is_shift and _denials(sentence) == _denials(twin):
            yield from hedges - kept


def _denials(sentence: str) -> int:
    """How often the sentence doubts, denies or negates: "doubts about …", "denied that …", "not"."""
    words = keys(sentence)
    line = f" {' '.join(words)} "
    phrases = sum(line.count(f" {phrase} ") for phrase in lexicon().refuting)
    return phrases + sum(word in lexicon().negations or stem(word) == _DOUBT for word in words)


_DOUBT = stem("doubt")


def _bare(sentence: str, hedges_of: _Hedges) -> str:
    """The sentence's words without its hedges, to compare what is left."""
    line = f" {' '.join(keys(sentence))} "
    for phrase in hedges_of(sentence):
        line = line.replace(f" {' '.join(keys(phrase))} ", " ")
    return line.strip()

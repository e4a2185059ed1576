"""Several texts to the pairs that are one text: copied whole, or one inside the other."""

from collections.abc import Sequence
from itertools import combinations

from claims.pipeline.text.tokens import keys

SHINGLE = 5

SAME = 0.5
"""Jaccard similarity of word shingles from which two texts are one."""

INSIDE = 0.8
"""Share of the shorter text's shingles from which it lies inside the longer one."""

LEAST_INSIDE = 15
"""Shingles that a text must have to lie inside another by more than chance."""

LONGEST = 20_000
"""Words of a text that are compared."""


def same_texts(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Return ``(i, j, share)`` with i < j for each pair of texts that are one; share 0..1 of the shorter one.

    Resemblance and containment of word shingles after Broder (1997), counted rather than estimated: sets of
    small numbers meet faster than MinHash sketches of them are made, for as many texts as a claim has.
    """
    numbers: dict[tuple[str, ...], int] = {}
    shingles = [_shingles(text, numbers) for text in texts]
    pairs = []
    for i, j in combinations(range(len(texts)), 2):
        a, b = shingles[i], shingles[j]
        both = len(a & b)
        if not both:
            continue
        jaccard = both / (len(a) + len(b) - both)
        shorter = min(len(a), len(b))
        inside = both / shorter
        if jaccard >= SAME or (inside >= INSIDE and shorter >= LEAST_INSIDE):
            pairs.append((i, j, inside))
    return pairs


def _shingles(text: str, numbers: dict[tuple[str, ...], int]) -> frozenset[int]:
    """The numbers of the text's runs of ``SHINGLE`` words, new ones given out; a shorter text is one run."""
    words = keys(text[: 12 * LONGEST])[:LONGEST]
    if not words:
        return frozenset()
    last = max(1, len(words) - SHINGLE + 1)
    return frozenset(numbers.setdefault(tuple(words[n : n + SHINGLE]), len(numbers)) for n in range(last))

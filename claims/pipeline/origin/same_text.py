"""Several texts to the pairs that are one text: copied whole, or one inside the other."""

from collections.abc import Hashable, Sequence
from itertools import combinations

from datasketch import MinHash

from claims.pipeline.text.tokens import keys

SHINGLE = 5
PERMUTATIONS = 128
SHORT = 60
"""Shingles up to which two texts are compared exactly; MinHash is too coarse for so few."""

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

    Resemblance and containment of word shingles after Broder (1997); estimated by MinHash for long texts.
    """
    shingles = [_shingles(text) for text in texts]
    sketches = [_sketch(found) if len(found) > SHORT else None for found in shingles]
    pairs = []
    for i, j in combinations(range(len(texts)), 2):
        a, b = shingles[i], shingles[j]
        if not a or not b:
            continue
        first, second = sketches[i], sketches[j]
        if first is not None and second is not None:
            jaccard = float(first.jaccard(second))
            both = jaccard * (len(a) + len(b)) / (1 + jaccard)
        else:
            both = float(len(a & b))
            jaccard = both / (len(a) + len(b) - both)
        shorter = min(len(a), len(b))
        inside = min(1.0, both / shorter)
        if jaccard >= SAME or (inside >= INSIDE and shorter >= LEAST_INSIDE):
            pairs.append((i, j, inside))
    return pairs


def _shingles(text: str) -> frozenset[Hashable]:
    """Runs of ``SHINGLE`` words; a shorter text is one run."""
    words = keys(text[: 12 * LONGEST])[:LONGEST]
    if not words:
        return frozenset()
    last = max(1, len(words) - SHINGLE + 1)
    return frozenset(tuple(words[n : n + SHINGLE]) for n in range(last))


def _sketch(shingles: frozenset[Hashable]) -> MinHash:
    sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
    sketch.update_batch([repr(shingle).encode("utf-8", "replace") for shingle in sorted(shingles, key=repr)])
    return sketch

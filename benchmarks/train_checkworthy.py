"""Learns the weights of the check-worthiness model from a folder of data that the project does not hold.

    python -m benchmarks.train_checkworthy --data DIR [--out FILE]

DIR/checkworthy-ct/train.jsonl.gz holds lines of ``{"id": "train-<n>", "input": {"text"}, "gold":
{"checkworthy"}}``, n counting the sentences of US presidential debates. Of them, those whose n stands in
DIR/checkworthy-claimbuster/train.jsonl.gz ("s<n>") are the ones that ClaimBuster's authors kept as best
agreed on: they have a say of their own in where check-worthy begins. No other file is read, and nothing
is random: the same data give the same weights.
"""

import argparse
import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._logistic import Floats, Rows, fit
from claims.pipeline.checkworthiness.reasons import group_of_trait
from claims.pipeline.checkworthiness.traits import (
    classed_words,
    known_words,
    lists,
    traits,
    with_opening_name,
    words_and_pairs,
)
from claims.pipeline.text.terms import stem, stem_bands

WEIGHTS = Path(__file__).resolve().parent.parent / "claims" / "pipeline" / "weights" / "checkworthy.json"
CREDIT = (
    "Weights of single words, word pairs and traits, learned from the training rows of the ClaimBuster data "
    "set (F. Arslan, N. Hassan, C. Li, M. Tremayne: A Benchmark Dataset of Check-worthy Factual Claims, "
    "ICWSM 2020) as CheckThat! 2024 task 1 hands them on. The data set's licence is recalled as CC BY 4.0 "
    "and was not verified. No sentence of it is kept here. Made by benchmarks/train_checkworthy.py."
)

STRETCHES = 33
"""About as many as there are debates: sentences are numbered in order, so that each is one or two debates."""

FOLDS = 11
SPREAD = 8
"""Stretches in which a word must occur: what only some debates were about is no sign of check-worthiness."""

LEAST_ROWS = 6
"""Rows in which a word or pair must occur."""

SCALE = 4.0
"""A sentence's words and pairs together weigh as this many traits."""

AGREED = 3.0
"""How much more a best agreed row counts than another."""

PENALTY_WORDS, PENALTY_TRAITS = 5.0, 20.0
LEAST_WEIGHT = 0.04
NEARLY = 0.005
MARGIN = 0.05
"""Log-odds given away for recall: to miss a claim costs an editor more than to skip a sentence."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled sentence, its words classed; ``stretch`` is where in the debates it stands."""

    text: str
    words: list[str]
    checkworthy: bool
    stretch: int
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """Which feature stands in which column: words and pairs first, then traits."""

    vocabulary: frozenset[str]
    words: dict[str, int]
    traits: dict[str, int]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.words) + len(self.traits)

    def cells(self, example: Example) -> dict[int, float]:
        """Return the values of a row by column."""
        features, own_traits = features_of(example, self.vocabulary)
        share = SCALE / math.sqrt(len(features))
        found = {self.words[feature]: share for feature in features if feature in self.words}
        return found | {self.traits[trait]: 1.0 for trait in own_traits if trait in self.traits}


def features_of(example: Example, vocabulary: frozenset[str]) -> tuple[set[str], set[str]]:
    """Return the words and pairs of a sentence, and its traits, as the product weighs them."""
    words = with_opening_name(example.words, example.text, vocabulary)
    return words_and_pairs(known_words(words, vocabulary)), traits(words, example.text)


def read_examples(data: Path) -> list[Example]:
    """Read the train rows; raises OSError, KeyError and ValueError for a folder of another shape."""
    agreed = {row["id"].removeprefix("s") for row in _rows(data / "checkworthy-claimbuster")}
    rows = {row["id"].rpartition("-")[2]: row for row in _rows(data / "checkworthy-ct")}
    size = (max(map(int, rows)) + 1) / STRETCHES
    return [
        Example(
            text=row["input"]["text"],
            words=classed_words(row["input"]["text"]),
            checkworthy=row["gold"]["checkworthy"],
            stretch=int(int(number) / size),
            is_agreed=number in agreed,
        )
        for number, row in rows.items()
    ]


def _rows(folder: Path) -> list[Any]:
    with gzip.open(folder / "train.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def columns_of(examples: Sequence[Example]) -> Columns:
    """Choose the features: widespread words that are no names, frequent pairs of them, every trait."""
    vocabulary = _vocabulary(examples)
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    for example in examples:
        features, own_traits = features_of(example, vocabulary)
        counts.update(features)
        seen |= own_traits
    words = sorted(feature for feature, count in counts.items() if count >= LEAST_ROWS)
    return Columns(
        vocabulary,
        {feature: column for column, feature in enumerate(words)},
        {name: len(words) + column for column, name in enumerate(sorted(seen))},
    )


def _vocabulary(examples: Sequence[Example]) -> frozenset[str]:
    stretches: dict[str, set[int]] = {}
    as_name: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for example in examples:
        for word in set(example.words):
            stretches.setdefault(word, set()).add(example.stretch)
        inside = example.text.replace("’", "'").split()[1:]
        for word in inside:
            bare = word.strip("\"'“”.,;:!?()-")
            (as_name if bare[:1].isupper() else lower)[bare.lower()] += 1
    return frozenset(
        word
        for word, where in stretches.items()
        if len(where) >= SPREAD
        and word[0].isalpha()
        and _is_general(word)
        and (as_name[word] <= lower[word] or word.startswith("i'") or word == "i")
    )


def _is_general(word: str) -> bool:
    """Whether our own lists of frequent English hold a form of the word; few topics are in one."""
    own = lists()
    return (
        stem(word) in stem_bands()
        or word in own.function_words
        or any(word in listed for listed in own.named.values())
        or "'" in word
    )


def train(examples: Sequence[Example]) -> tuple[Columns, Floats, float]:
    """Return the columns, their weights and the intercept."""
    columns = columns_of(examples)
    rows = Rows.of([columns.cells(example) for example in examples], columns.width)
    penalties = np.array([PENALTY_WORDS] * len(columns.words) + [PENALTY_TRAITS] * len(columns.traits))
    says = np.array([AGREED if example.is_agreed else 1.0 for example in examples])
    weights, intercept = fit(rows, _labels(examples), penalties, says / says.mean())
    return columns, weights, intercept


def cross_validate(examples: Sequence[Example]) -> Floats:
    """Return the log-odds of every example, from a model that saw nothing of its debates."""
    scores = np.zeros(len(examples))
    for fold in range(FOLDS):
        away = [n for n, example in enumerate(examples) if example.stretch * FOLDS // STRETCHES == fold]
        held_out = set(away)
        columns, weights, intercept = train([e for n, e in enumerate(examples) if n not in held_out])
        rows = Rows.of([columns.cells(examples[n]) for n in away], columns.width)
        scores[away] = rows.times(weights) + intercept
    return scores


def best_threshold(examples: Sequence[Example], scores: Floats) -> float:
    """Return the log-odds from which F1 over all, plus F1 over those best agreed on, is highest.

    The curve is flat and rough at its top, so this is the middle of all that come near the best.
    """
    agreed = np.array([example.is_agreed for example in examples])
    labels = _labels(examples)
    steps = np.arange(-2.0, 1.0, 0.01)
    sums = np.array([f1(labels, scores >= s) + f1(labels[agreed], scores[agreed] >= s) for s in steps])
    return round(float(steps[sums >= sums.max() - NEARLY].mean()), 2)


def f1(labels: NDArray[np.bool_], called: NDArray[np.bool_]) -> float:
    """Return F1 of the positive class."""
    return float(2 * (labels & called).sum() / (labels.sum() + called.sum()))


def area(labels: NDArray[np.bool_], scores: Floats) -> float:
    """Return the area under the ROC curve (ties fall as they stand)."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    positives = int(labels.sum())
    most = positives * (len(labels) - positives)
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / most)


def as_json(examples: Sequence[Example], threshold: float) -> str:
    """Train on all and return the file of weights; the intercept is moved so that ``threshold`` scores .5."""
    columns, weights, intercept = train(examples)
    kept = {
        name: round(float(weights[n]), 3)
        for name, n in columns.words.items()
        if abs(weights[n]) >= LEAST_WEIGHT
    }
    of_traits = {name: round(float(weights[n]), 3) for name, n in columns.traits.items()}
    lengths = [
        sum(of_traits[trait] for trait in own_traits if group_of_trait(trait) == "length")
        for _, own_traits in (features_of(example, columns.vocabulary) for example in examples)
    ]
    content = {
        "about": CREDIT,
        "intercept": round(intercept - threshold, 3),
        "scale": SCALE,
        "usual_length": round(math.fsum(lengths) / len(lengths), 3),
        "vocabulary": " ".join(sorted(columns.vocabulary)),
        "traits": of_traits,
        "words": kept,
    }
    return json.dumps(content, ensure_ascii=False, indent=0) + "\n"


def _labels(examples: Sequence[Example]) -> NDArray[np.bool_]:
    return np.array([example.checkworthy for example in examples])


def main(arguments: Sequence[str]) -> None:
    """Cross-validate, say the figures, write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE")
    given = parser.parse_args(arguments)
    examples = read_examples(given.data)
    scores = cross_validate(examples)
    threshold = round(best_threshold(examples, scores) - MARGIN, 2)
    labels = _labels(examples)
    sys.stdout.write(
        f"{len(examples)} rows, {FOLDS} folds by debate: F1+ {f1(labels, scores >= threshold):.3f} "
        f"from log-odds {threshold:.2f}, AUC {area(labels, scores):.3f}\n"
    )
    content = as_json(examples, threshold)
    given.out.write_text(content, encoding="utf-8")
    sys.stdout.write(f"{given.out}: {len(content.encode())} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])

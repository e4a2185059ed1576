"""Learns the weights of the stance model from a folder of data that the project does not hold.

    python -m benchmarks.train_stance --data DIR [--out FILE]

DIR/stance-emergent/train.jsonl: ``{"input": {"claim", "headline"}, "gold": {"stance", "claim_id"}}`` a line;
DIR/stance-fnc/train.jsonl.gz: ``{"input": {"claim", "body_id"}, "gold": {"stance"}}``, with the texts in
bodies.jsonl.gz (``id, text``). Cross-validated by claim, and by topic (claims and texts joined by their
related pairs), so that what only one story is about earns nothing. No randomness: the same data give the same
weights.
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._logistic import minimum
from claims.pipeline.stance import PASSING
from claims.pipeline.stance import RELATED as RELATED_FROM
from claims.pipeline.stances.features import (
    Traits,
    cover,
    headline_traits,
    headline_words,
    relatedness_traits,
    text_traits,
)
from claims.pipeline.stances.lines import headline_of, held_in, kin_of, lines_of
from claims.pipeline.stances.subject import Subject
from claims.pipeline.stances.verdict import hear_text, verdict_of

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

WEIGHTS = Path(__file__).resolve().parent.parent / "claims" / "pipeline" / "weights" / "stance.json"
CREDIT = (
    "Weights of traits, single words and word pairs. Headlines: learned from the training part of Emergent "
    "(W. Ferreira and A. Vlachos: Emergent, a novel data-set for stance classification, NAACL 2016). Texts: "
    "from the training part of the Fake News Challenge, stage 1 (2017). Emergent's copy carries the MIT "
    "licence, the challenge's baseline the Apache licence 2.0; both are recalled, not verified, and the "
    "headlines and texts are their publishers'. No sentence of them is kept here. "
    "Made by benchmarks/train_stance.py; do not edit."
)
STANCES = ("supports", "refutes", "reports")
RELATED = ("unrelated", "related")

FOLDS = 10
WIDESPREAD_CLAIMS = 3
"""Claims in whose headlines a word or pair must stand."""
WIDESPREAD_TOPICS = 8
"""Topics in which a trait must occur."""

PENALTY_TRAITS, PENALTY_WORDS, PENALTY_TEXT, PENALTY_RELATED = 6.0, 15.0, 10.0, 1.0

NEARLY = 0.005
"""What a shift may lose in macro-F1 and still count as one of the best."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled pair: its traits, its class, and the group that it is held out with."""

    traits: Traits
    label: int
    group: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights (traits by classes, the intercepts last) and the probabilities of the rows when held out."""

    names: list[str]
    weights: Floats
    held_out: Floats


def matrix(examples: Sequence[Example], names: Sequence[str]) -> Floats:
    """Return the traits as columns, a last one of ones."""
    column = {name: n for n, name in enumerate(names)}
    cells = np.zeros((len(examples), len(names) + 1))
    cells[:, -1] = 1.0
    for row, example in enumerate(examples):
        for name, value in example.traits.items():
            if name in column:
                cells[row, column[name]] = value
    return cells


def softmax(sums: Floats) -> Floats:
    """Return the probabilities of each row."""
    raised = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def fit(cells: Floats, labels: Whole, classes: int, penalties: Floats, row_weights: Floats) -> Floats:
    """Fit a softmax regression with one L2 factor per row of weights."""
    wanted = np.eye(classes)[labels]

    def loss(point: Floats) -> tuple[float, Floats]:
        weights = point.reshape(-1, classes)
        given = softmax(cells @ weights)
        likelihood = np.log(np.maximum(given[np.arange(len(labels)), labels], 1e-300))
        value = float((penalties[:, None] * weights**2).sum()) / 2 - float(row_weights @ likelihood)
        pull = cells.T @ ((given - wanted) * row_weights[:, None]) + penalties[:, None] * weights
        return value, np.asarray(pull.ravel(), dtype=np.float64)

    start = np.zeros(cells.shape[1] * classes)
    return minimum(loss, start, enough=1e-4 * len(labels)).reshape(-1, classes)


def learn(
    examples: Sequence[Example], classes: int, penalties: dict[str, float], spread: int, *, even: bool
) -> Fitted:
    """Fit on all rows, and once more per fold for the held-out ones; ``even``: large groups count less."""
    groups = defaultdict(set)
    for example in examples:
        for name in example.traits:
            groups[name].add(example.group)
    names = sorted(name for name, found in groups.items() if len(found) >= spread)
    cells = matrix(examples, names)
    labels = np.array([example.label for example in examples])
    size = Counter(example.group for example in examples)
    rows = np.array([size[example.group] ** -0.5 if even else 1.0 for example in examples])
    rows *= len(rows) / rows.sum()
    costs = np.array([*(penalties["word" if name.startswith("w:") else "trait"] for name in names), 1e-3])
    fold = np.array([fold_of(example.group) for example in examples])
    held_out = np.zeros((len(examples), classes))
    for n in range(FOLDS):
        out = fold == n
        held_out[out] = softmax(cells[out] @ fit(cells[~out], labels[~out], classes, costs, rows[~out]))
    return Fitted(names, fit(cells, labels, classes, costs, rows), held_out)


def fold_of(group: str) -> int:
    """The fold that a group is held out in."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def headline_examples(rows: Iterable[dict[str, Any]]) -> list[Example]:
    """The pairs of claim and headline; groups are claims."""
    found = []
    for row in rows:
        subject, line = Subject(row["input"]["claim"]), headline_of(row["input"]["headline"])
        if line is None:
            continue
        heard, cues = subject.hear(line, is_headline=True), subject.cues(line, is_headline=True)
        words = {f"w:{word}": 1.0 for word in headline_words(subject, line)}
        traits = headline_traits(subject, line, heard, cues) | words
        found.append(Example(traits, STANCES.index(row["gold"]["stance"]), row["gold"]["claim_id"]))
    return found


def text_examples(
    rows: Sequence[dict[str, Any]], texts: dict[str, str]
) -> tuple[list[Example | None], list[Example | None], list[int]]:
    """Per pair: whether it is related (1), and its traits of stance; groups are topics.

    The second is None where the text is too far from the claim to be read; the third are the labels of all.
    """
    topics = topics_of(rows)
    order = sorted(range(len(rows)), key=lambda n: rows[n]["input"]["body_id"])  # each text is read once
    related: list[Example | None] = [None] * len(rows)
    stances: list[Example | None] = [None] * len(rows)
    for n in order:
        given, told = rows[n]["input"], rows[n]["gold"]["stance"]
        subject, topic = Subject(given["claim"]), topics[given["body_id"]]
        label = STANCES.index(told) if told in STANCES else -1
        held = held_in(texts[given["body_id"]])
        if subject.coverage(held, kin_of(held)) < PASSING:
            continue
        lines = lines_of(texts[given["body_id"]])
        coverage = cover(subject, lines)
        related[n] = Example(relatedness_traits(subject, lines, coverage), int(label >= 0), topic)
        if coverage.top:
            heard = hear_text(subject, lines, coverage)
            traits = text_traits(subject, lines, coverage, heard, verdict_of(heard))
            stances[n] = Example(traits, label, topic)
    return related, stances, [STANCES.index(s) if (s := r["gold"]["stance"]) in STANCES else 3 for r in rows]


def topics_of(rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The topic of each text: texts and claims joined by their related pairs."""
    above: dict[str, str] = {}

    def top(node: str) -> str:
        while above.setdefault(node, node) != node:
            node = above[node]
        return node

    for row in rows:
        text, claim = f"text {row['input']['body_id']}", f"claim {row['input']['claim']}"
        if row["gold"]["stance"] != "unrelated":
            above[top(claim)] = top(text)
    return {row["input"]["body_id"]: top(f"text {row['input']['body_id']}") for row in rows}


def f1_scores(labels: Whole, given: Whole, classes: int) -> list[float]:
    """F1 of each class."""
    both = [int(((labels == n) & (given == n)).sum()) for n in range(classes)]
    whole = [int((labels == n).sum() + (given == n).sum()) for n in range(classes)]
    return [2 * hit / max(1, size) for hit, size in zip(both, whole, strict=True)]


def best_shifts(probabilities: Floats, labels: Whole) -> Floats:
    """What to add to the intercepts so that the macro-F1 of the held-out rows is highest.

    The surface is flat and rough at its top, so this is the middle of all steps that come near the best.
    """
    grid = np.arange(-0.5, 1.51, 0.1)
    steps = np.array([[first, second, 0.0] for first in grid for second in grid])
    logs = np.log(np.maximum(probabilities, 1e-12))
    macros = np.array([np.mean(f1_scores(labels, (logs + s).argmax(axis=1), 3)) for s in steps])
    return np.asarray(steps[macros >= macros.max() - NEARLY].mean(axis=0), dtype=np.float64)


def as_json(fitted: Fitted, classes: Sequence[str], shifts: Floats) -> dict[str, Any]:
    """The weights as the model reads them; those of words under the words themselves."""
    weights = fitted.weights - fitted.weights.mean(axis=1, keepdims=True)
    kept = {
        name: [round(float(w), 3) for w in weights[n]]
        for n, name in enumerate(fitted.names)
        if float(np.abs(weights[n]).max()) >= 0.02
    }
    intercepts = [round(float(w), 3) for w in weights[-1] + shifts]
    return {"classes": list(classes), "intercepts": intercepts, "weights": kept}


def as_text(raw: dict[str, Any]) -> str:
    """JSON with one trait a line, so that a change of weights can be read."""
    packed = {name: value for name, value in raw.items() if isinstance(value, str)}
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in packed.items()]
    for name, model in raw.items():
        if name in packed:
            continue
        traits = ",\n".join(
            f"  {json.dumps(t, ensure_ascii=False)}: {w}" for t, w in model["weights"].items()
        )
        head = f'"classes": {json.dumps(model["classes"])}, "intercepts": {model["intercepts"]}'
        lines.append(f'{json.dumps(name)}: {{{head}, "weights": {{\n{traits}\n}}}}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines, packed or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode().splitlines() if line.strip()]


def train_headlines(folder: Path) -> dict[str, Any]:
    """Learn the model of headlines; print its cross-validated figures."""
    examples = headline_examples(read_lines(folder / "stance-emergent" / "train.jsonl"))
    penalties = {"trait": PENALTY_TRAITS, "word": PENALTY_WORDS}
    fitted = learn(examples, 3, penalties, WIDESPREAD_CLAIMS, even=True)
    labels = np.array([example.label for example in examples])
    shifts = best_shifts(fitted.held_out, labels)
    given = (np.log(np.maximum(fitted.held_out, 1e-12)) + shifts).argmax(axis=1)
    tell("headlines", labels, given, 3)
    return as_json(fitted, STANCES, shifts)


def train_texts(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Learn whether a text is about a claim and what it does with it; print the cross-validated figures."""
    rows = read_lines(folder / "stance-fnc" / "train.jsonl.gz")
    texts = {body["id"]: body["text"] for body in read_lines(folder / "stance-fnc" / "bodies.jsonl.gz")}
    related, stances, wanted = text_examples(rows, texts)
    near = [n for n, example in enumerate(related) if example is not None]
    about = learn([e for e in related if e], 2, {"trait": PENALTY_RELATED}, WIDESPREAD_TOPICS, even=False)
    told = [n for n, example in enumerate(stances) if example is not None and example.label >= 0]
    examples = [e for e in stances if e is not None and e.label >= 0]
    doing = learn(examples, 3, {"trait": PENALTY_TEXT}, WIDESPREAD_TOPICS, even=True)
    shifts = best_shifts(doing.held_out, np.array([e.label for e in examples]))
    given = np.full(len(rows), 3)
    stance = dict(zip(told, (np.log(np.maximum(doing.held_out, 1e-12)) + shifts).argmax(axis=1), strict=True))
    for n, share in zip(near, about.held_out[:, 1], strict=True):
        if share >= RELATED_FROM:
            given[n] = stance.get(n, 2)
    tell("texts (an unrelated one taken for related counts as reports)", np.array(wanted), given, 4)
    return as_json(about, RELATED, np.zeros(2)), as_json(doing, STANCES, shifts)


def tell(name: str, labels: Whole, given: Whole, classes: int) -> None:
    """Print accuracy, macro-F1 and the F1 of each class."""
    scores = f1_scores(labels, given, classes)
    each = " ".join(f"{score:.3f}" for score in scores)
    accuracy = float((labels == given).mean())
    sys.stdout.write(f"{name}: accuracy {accuracy:.3f}, macro-F1 {float(np.mean(scores)):.3f} ({each})\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Train on the folder given and write the weights."""
    parser = argparse.ArgumentParser(description="Learn the weights of stances.")
    parser.add_argument("--data", type=Path, required=True, help="holds stance-emergent/ and stance-fnc/")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    given = parser.parse_args(arguments)
    headline = train_headlines(given.data)
    related, text = train_texts(given.data)
    raw = {"about": CREDIT, "related": related, "text": text, "headline": headline}
    given.out.write_text(as_text(raw), encoding="utf-8")
    sys.stdout.write(f"{given.out}: {given.out.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

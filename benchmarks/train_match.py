"""Learns the weights of claims/pipeline/match.py from a folder of data that the project does not hold.

    python -m benchmarks.train_match --data DIR [--out FILE]

DIR/links-emergent/claims.jsonl holds lines of ``{"id", "text", "hidden_in": [draw, …]}``: claims, and in
which of ten draws each counts as unknown; DIR/links-emergent/train.jsonl lines of ``{"id", "input": {"text"},
"gold": {"claims": [id]}}``: headlines of articles on them. No other file is read, and nothing is random: the
same data give the same weights. Where a link begins is measured on headlines of claims that the weights
were not learned from (ten folds by claim).
"""

import argparse
import hashlib
import heapq
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claims.pipeline.match import may_link
from claims.pipeline.matching.guards import Compared
from claims.pipeline.matching.match_text import MatchText, facts_of
from claims.pipeline.matching.traits import NO_RIVAL, Noise, traits

Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).resolve().parent.parent / "claims" / "pipeline" / "weights" / "match.json"
CREDIT = (
    "Weights of the traits of claims/pipeline/matching/traits.py, learned from the training rows of Emergent "
    "(C. Silverman, 2015; W. Ferreira, A. Vlachos, NAACL 2016). No text of it is kept here. Made by "
    "benchmarks/train_match.py."
)
DRAWS, FOLDS = 10, 10
RIVALS = 3
"""Claims per headline and draw that are learned from, the most alike."""

PENALTY = 120.0
LINK_PRECISION = 0.955
SUGGEST_RECALL = 0.9
"""Share of the right first matches that must be suggested at least."""

NEWTON_STEPS = 12
DECIMALS = 4


@dataclass(frozen=True)
class Pair:
    """A headline and a claim in one draw."""

    draw: int
    headline: int
    meant: str
    is_known: bool
    is_same: bool
    may_link: bool
    traits: dict[str, float]


def read_pairs(folder: Path) -> list[Pair]:
    """Return what is learned from, in the order of the files. Raises OSError and ValueError."""
    claims = _lines(folder / "links-emergent" / "claims.jsonl")
    hidden = {claim["id"]: frozenset(claim["hidden_in"]) for claim in claims}
    texts = {claim["id"]: MatchText.of(claim["text"]) for claim in claims}
    pairs = []
    for number, row in enumerate(_lines(folder / "links-emergent" / "train.jsonl")):
        pairs += _pairs_of(number, row["input"]["text"], row["gold"]["claims"][0], texts, hidden)
    return pairs


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _pairs_of(
    number: int, text: str, meant: str, texts: dict[str, MatchText], hidden: dict[str, frozenset[int]]
) -> list[Pair]:
    query = MatchText.of(text)
    facts, noise = facts_of(query.plain), Noise.of(query)
    likeness = {
        claim: noise.likeness(query.bm25(known), query.cosine(known))
        for claim, known in texts.items()
        if query.weights.keys() & known.weights.keys()
    }
    pairs = []
    for draw in range(DRAWS):
        seen = (claim for claim in likeness if draw not in hidden[claim])
        best = heapq.nsmallest(RIVALS + 1, seen, key=lambda claim: (-likeness[claim], claim))
        for claim in best[:RIVALS]:
            rival = max((likeness[other] for other in best if other != claim), default=NO_RIVAL)
            known = texts[claim]
            pair = Compared.of(facts, facts_of(known.plain))
            found = traits(query, known, pair, noise=noise, rival=rival)
            is_known, is_free = draw not in hidden[meant], may_link(query, known, pair)
            pairs.append(Pair(draw, number, meant, is_known, claim == meant, is_free, found))
    return pairs


def learn(pairs: Sequence[Pair], names: Sequence[str]) -> tuple[Floats, float]:
    """Return the weights of the traits ``names``, and the intercept: L2-penalised logistic regression.

    Headlines of one claim are alike: each pair counts by one over the root of how many its claim has.
    """
    table = _table(pairs, names)
    middle, spread = table.mean(axis=0), table.std(axis=0)
    spread[spread == 0] = 1.0
    rows = np.column_stack([(table - middle) / spread, np.ones(len(pairs))])
    labels = np.array([pair.is_same for pair in pairs], dtype=np.float64)
    counts = Counter(pair.meant for pair in pairs)
    say = np.array([counts[pair.meant] ** -0.5 for pair in pairs])
    say /= say.mean()
    penalty = np.append(np.full(len(names), 2 * PENALTY), 0.0)
    point = np.zeros(len(names) + 1)
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-rows @ point))
        slope = rows.T @ (say * (chance - labels)) + penalty * point
        curve = (rows.T * (say * chance * (1 - chance))) @ rows + np.diag(penalty)
        point = point - np.linalg.solve(curve, slope)
    weights = point[:-1] / spread
    return weights, float(point[-1] - weights @ middle)


def _table(pairs: Sequence[Pair], names: Sequence[str]) -> Floats:
    return np.array([[pair.traits[name] for name in names] for pair in pairs])


def held_out_scores(pairs: Sequence[Pair], names: Sequence[str]) -> Floats:
    """Return the log odds of each pair by weights that were learned without any headline of its claim."""
    fold = np.array([_fold(pair.meant) for pair in pairs])
    table, scores = _table(pairs, names), np.zeros(len(pairs))
    for n in range(FOLDS):
        weights, intercept = learn([pair for pair, f in zip(pairs, fold, strict=True) if f != n], names)
        scores[fold == n] = table[fold == n] @ weights + intercept
    return scores


def _fold(claim: str) -> int:
    return int(hashlib.sha256(claim.encode()).hexdigest(), 16) % FOLDS


def zones(pairs: Sequence[Pair], scores: Floats) -> tuple[float, float, float]:
    """Return where links and suggestions begin, and the recall of links; means over the draws.

    What the guards hold back is no link: it neither spoils nor helps the precision.
    """
    points = np.arange(0.0, 4.0, 0.05)
    found = [(float(point), *_precision_and_recall(pairs, scores, float(point))) for point in points]
    link_at, _, recall = next(row for row in found if row[1] >= LINK_PRECISION)
    right = np.sort([s for s, pair in zip(scores, pairs, strict=True) if pair.is_same])
    return link_at, float(right[int((1 - SUGGEST_RECALL) * len(right))]), recall


def _precision_and_recall(pairs: Sequence[Pair], scores: Floats, point: float) -> tuple[float, float]:
    precision, recall = [], []
    for draw in range(DRAWS):
        mine = [(pair, score) for pair, score in zip(pairs, scores, strict=True) if pair.draw == draw]
        links = [pair.is_same for pair, score in mine if score >= point and pair.may_link]
        known = {pair.headline for pair, _ in mine if pair.is_known}
        precision.append(sum(links) / max(1, len(links)))
        recall.append(sum(links) / max(1, len(known)))
    return float(np.mean(precision)), float(np.mean(recall))


def main(arguments: Sequence[str]) -> int:
    """Learn, write the file and say what was reached; exit status 2 where the data cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_match", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of data")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    given = parser.parse_args(arguments)
    try:
        pairs = read_pairs(given.data)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    names = sorted(pairs[0].traits)
    link_at, suggest_at, recall = zones(pairs, held_out_scores(pairs, names))
    weights, intercept = learn(pairs, names)
    kept = {
        "about": CREDIT,
        "intercept": round(intercept, DECIMALS),
        "link_at": round(link_at, DECIMALS),
        "suggest_at": round(suggest_at, DECIMALS),
        "weights": {name: round(float(w), DECIMALS) for name, w in zip(names, weights, strict=True)},
    }
    given.out.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    sys.stdout.write(
        f"{len(pairs)} pairs, {len(names)} traits; links from {link_at:.2f} on have a precision of at least "
        f"{LINK_PRECISION} and a recall of {recall:.3f} on held-out claims; suggestions from "
        f"{suggest_at:.2f}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

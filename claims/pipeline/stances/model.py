"""Traits to stances, by weights that benchmarks/train_stance.py learned, and which traits told."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from claims.vocabulary import Stance

_FILE = Path(__file__).parent.parent / "weights" / "stance.json"


@dataclass(frozen=True, slots=True)
class Model:
    """A softmax regression: per trait one weight for each class, in the order of ``classes``."""

    classes: tuple[str, ...]
    intercepts: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def shares(self, traits: Mapping[str, float]) -> dict[str, float]:
        """The probability of each class, 0..1."""
        sums = list(self.intercepts)
        for name, value in traits.items():
            for n, weight in enumerate(self.weights.get(name, ())):
                sums[n] += weight * value
        most = max(sums)
        raised = [math.exp(one - most) for one in sums]
        whole = math.fsum(raised)
        return {name: one / whole for name, one in zip(self.classes, raised, strict=True)}

    def telling(self, traits: Mapping[str, float], chosen: str, over: str) -> list[str]:
        """The traits that speak for ``chosen`` rather than ``over``, the strongest first."""
        a, b = self.classes.index(chosen), self.classes.index(over)
        known = {name: self.weights[name] for name in traits if name in self.weights}
        pulls = {name: (each[a] - each[b]) * traits[name] for name, each in known.items()}
        return [name for name in sorted(pulls, key=lambda n: (-pulls[n], n)) if pulls[name] > 0]


@dataclass(frozen=True, slots=True)
class Models:
    """The three questions: is a text about the claim, what does it do with it, what does a headline do."""

    related: Model
    text: Model
    headline: Model


def choose(shares: Mapping[str, float], without: Iterable[Stance] = ()) -> Stance:
    """The likeliest stance that is not ruled out."""
    return Stance(max((name for name in shares if name not in set(without)), key=lambda name: shares[name]))


@lru_cache(maxsize=1)
def models() -> Models:
    """Return the weights, read from their file at the first call."""
    raw = json.loads(_FILE.read_text("utf-8"))
    read = {name: _model(raw[name]) for name in ("related", "text", "headline")}
    return Models(**read)


def _model(raw: dict[str, Any]) -> Model:
    classes, intercepts, weights = raw["classes"], raw["intercepts"], raw["weights"]
    return Model(tuple(classes), tuple(intercepts), {name: tuple(each) for name, each in weights.items()})

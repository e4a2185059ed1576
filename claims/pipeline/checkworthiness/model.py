"""How much a sentence is worth checking, and which of its traits say so."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from claims.pipeline.checkworthiness.reasons import NO_WORDS, WORDS, group_of_trait, group_of_words, in_words
from claims.pipeline.checkworthiness.traits import (
    classed_words,
    known_words,
    traits,
    with_opening_name,
    words_and_pairs,
)

_FILE = Path(__file__).parent.parent / "weights" / "checkworthy.json"


@dataclass(frozen=True, slots=True)
class Checkworthiness:
    """``score`` runs from 0 to 1; from .5 on a sentence is ``checkworthy``; ``reasons`` are sentences.

    The score orders sentences; it is no probability of being true or false.
    """

    score: float
    checkworthy: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Model:
    """Weights by feature, each with the group of reasons that it belongs to."""

    intercept: float
    scale: float
    usual_length: float
    vocabulary: frozenset[str]
    traits: Mapping[str, tuple[float, str]]
    words: Mapping[str, tuple[float, str]]


def score_sentence(text: str) -> Checkworthiness:
    """Judge one English sentence; linear in its length.

    A logistic regression over hand-made traits, single words and pairs of words, learned from the ClaimBuster
    data set (Arslan, Hassan, Li and Tremayne, ICWSM 2020) by benchmarks/train_checkworthy.py. Names and
    figures count as such and never by their own letters.
    """
    words = classed_words(text)
    if not words:
        return Checkworthiness(0.0, False, (NO_WORDS,))
    model = _model()
    words = with_opening_name(words, text, model.vocabulary)
    by_group: dict[str, float] = {"length": -model.usual_length}
    for name in traits(words, text):
        weight, group = model.traits.get(name, _NOTHING)
        by_group[group] = by_group.get(group, 0.0) + weight
    features = words_and_pairs(known_words(words, model.vocabulary))
    share = model.scale / math.sqrt(len(features))
    telling: list[tuple[float, str]] = []
    for feature in features & model.words.keys():
        weight, group = model.words[feature]
        by_group[group] = by_group.get(group, 0.0) + share * weight
        if group == WORDS:
            telling.append((share * weight, feature))
    total = model.intercept + model.usual_length + math.fsum(by_group.values())
    score = round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 4)
    return Checkworthiness(score, score >= 0.5, in_words(by_group, telling))


_NOTHING = (0.0, "other")


@lru_cache(maxsize=1)
def _model() -> _Model:
    raw = json.loads(_FILE.read_text("utf-8"))
    return _Model(
        intercept=raw["intercept"],
        scale=raw["scale"],
        usual_length=raw["usual_length"],
        vocabulary=frozenset(raw["vocabulary"].split()),
        traits=_grouped(raw["traits"], ((name, group_of_trait(name)) for name in raw["traits"])),
        words=_grouped(raw["words"], ((name, group_of_words(name)) for name in raw["words"])),
    )


def _grouped(weights: Mapping[str, float], groups: Iterable[tuple[str, str]]) -> dict[str, tuple[float, str]]:
    return {name: (weights[name], group) for name, group in groups}

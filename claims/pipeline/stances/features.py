"""A claim and a headline, or a claim and a text, to the traits by which a stance is weighed, each 0..1."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from claims.pipeline.matching.guards import Facts
from claims.pipeline.stances.lines import Line
from claims.pipeline.stances.subject import Heard, Subject
from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.terms import term_of, term_weight

Traits = dict[str, float]

NEARLY_BEST = 0.75
"""Sentences that cover the claim at least this well, as a share of the best, are heard."""

LEAD = 3
"""Sentences that open a text."""

ABOUT = 0.2
"""Share of the claim that an opening sentence must hold for the whole text to be about the claim."""

_TELLING_WEIGHT = 4.0
"""Weight from which a term is one that few texts have."""

_SHORT = 4
"""Words at either end of a headline, parted by a colon, that may be who says it ("Analyst: …")."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """Words that only weigh: talk of stories, who is told to speak, plans and the future."""

    story: frozenset[str]
    speakers: frozenset[str]
    future: frozenset[str]
    disbelief: frozenset[str]


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    path = Path(__file__).parent.parent / "words" / "en" / "stance.json"
    raw = json.loads(path.read_text("utf-8"))["weighing"]
    return _Lists(**{name: frozenset(words.split()) for name, words in raw.items()})


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the claim each sentence holds, 0..1, and which sentences hold nearly the most."""

    of: tuple[float, ...]
    best: float
    top: tuple[int, ...]

    @property
    def lead(self) -> float:
        """The most that an opening sentence holds."""
        return max(self.of[:LEAD], default=0.0)


def cover(subject: Subject, lines: Sequence[Line]) -> Coverage:
    """Measure the sentences of a text."""
    of = tuple(subject.coverage(line.terms, line.kin) for line in lines)
    best = max(of, default=0.0)
    return Coverage(
        of, best, tuple(n for n, share in enumerate(of) if best > 0 and share >= NEARLY_BEST * best)
    )


def relatedness_traits(subject: Subject, lines: Sequence[Line], coverage: Coverage) -> Traits:
    """The traits by which a text is told to be about the claim at all."""
    ranked = [*sorted(coverage.of, reverse=True)[:4], 0.0, 0.0, 0.0, 0.0]
    held = frozenset[str]().union(*(line.terms for line in lines))
    kin = frozenset[str]().union(*(line.kin for line in lines))
    count = Counter(term for line in lines for term in line.terms)
    rare = [term for term, weight in subject.weights.items() if weight >= _TELLING_WEIGHT]
    hits = sum(term in held for term in rare)
    pairs = {pair for pair in pairwise(subject.list) if all(map(term_of, pair))}
    read = {pair for line in lines for pair in pairwise(line.words)}
    neighbours = pairwise(lines)
    traits = {
        "best": ranked[0],
        "second": ranked[1],
        "four": sum(ranked[:4]) / 4,
        "whole": subject.coverage(held, kin),
        "lead": coverage.lead,
        "pair": max(
            (subject.coverage(a.terms | b.terms, a.kin | b.kin) for a, b in neighbours), default=ranked[0]
        ),
        "rare": hits / max(1, len(rare)),
        "no rare": float(not rare),
        "rare missing": min(1.0, (len(rare) - hits) / 5),
        "rare held": min(1.0, hits / 5),
        "often": sum(min(3, count[t]) * w for t, w in subject.weights.items()) / (3 * (subject.whole or 1.0)),
        "word pairs": len(pairs & read) / max(1, len(pairs)),
        "no word pairs": float(not pairs),
        "short claim": float(len(subject.weights) < 4),
        "long claim": min(1.0, len(subject.weights) / 12),
        "long text": min(1.0, len(lines) / 40),
    }
    return traits | {f"{name} squared": traits[name] ** 2 for name in ("best", "whole", "pair", "four")}


def text_traits(
    subject: Subject, lines: Sequence[Line], coverage: Coverage, heard: Sequence[Heard], verdict: Heard
) -> Traits:
    """The traits by which a text that is about the claim is told to support, refute or report it.

    ``heard`` is what its nearest sentences do with the claim, ``verdict`` what they do together.
    """
    cues = [subject.cues(line) for line in lines]
    groups = {
        "near": coverage.top,
        "after": [n + 1 for n in coverage.top if n + 1 < len(lines) and n + 1 not in coverage.top],
        "top": range(min(LEAD, len(lines))),
        "all": range(len(lines)),
        "nearest": [coverage.of.index(coverage.best)],
    }
    traits: Traits = {}
    for group, members in groups.items():
        traits |= _cue_traits(group, [(lines[n], cues[n]) for n in members])
    traits |= {f"heard {stance}": share for stance, share in _shares(one.stance for one in heard).items()}
    traits |= {f"verdict {verdict.stance}": 1.0}
    held = frozenset[str]().union(*(line.terms for line in lines))
    traits |= {
        "coverage": coverage.best,
        "lead": coverage.lead,
        "near sentences": min(1.0, len(coverage.top) / 6),
        "position": min(1.0, coverage.top[0] / 10),
        "long text": min(1.0, len(lines) / 40),
        "tells all": float(any(subject.predicate <= lines[n].terms for n in coverage.top)),
        "tells some": float(any(subject.predicate & lines[n].terms for n in coverage.top)),
        "told": len(subject.predicate & held) / max(1, len(subject.predicate)),
    }
    return traits | _figure_traits(subject, held) | _crossed(_claim_traits(subject), traits)


def _figure_traits(subject: Subject, held: frozenset[str]) -> Traits:
    figures = {term for term in subject.weights if term.startswith("#")}
    return {"figure": 1.0, "figure missing": 1 - len(figures & held) / len(figures)} if figures else {}


def _cue_traits(group: str, members: Sequence[tuple[Line, dict[str, str]]]) -> Traits:
    """Which cues stand in a group of sentences (1), and in what share of them."""
    count: Counter[str] = Counter()
    for line, cues in members:
        count.update(_kinds(line, cues))
    traits: Traits = {}
    for kind, hits in count.items():
        traits[f"{group}: {kind}"] = 1.0
        traits[f"{group}: share {kind}"] = hits / len(members)
    return traits


def _kinds(line: Line, cues: dict[str, str]) -> set[str]:
    """The kinds of cues of a sentence, those included that only weigh."""
    kinds = set(cues)
    if line.phrases["headline_hedges"]:
        kinds.add("rumour")
    if any(word in lexicon().negations for word in line.words):
        kinds.add("negation")
    if line.is_quoting:
        kinds.add("quoting")
    if not _lists().story.isdisjoint(line.words):
        kinds.add("story")
    if "refuting" in kinds and kinds & {"reporting", "quoting"}:
        kinds.add("denial by a source")
    if line.words[-1] == "?":
        kinds.add("question")
    return kinds


def _shares(stances: Iterable[str]) -> dict[str, float]:
    count = Counter(stances)
    return {stance: hits / count.total() for stance, hits in count.items()}


def _claim_traits(subject: Subject) -> Traits:
    """What the claim itself has: a claim may be "X is a hoax", or a question."""
    words, lists = frozenset(subject.list), lexicon()
    line = f" {' '.join(subject.list)} "
    found = {
        "refuting": any(f" {phrase} " in line for phrase in lists.refuting),
        "negated": subject.denies,
        "asks": "?" in words,
        "hedged": not words.isdisjoint({"reportedly", "allegedly", "may", "might", "apparently"}),
        "rumour": any(f" {phrase} " in line for phrase in lists.headline_hedges),
        "reporting": any(f" {phrase} " in line for phrase in lists.reporting),
        "confirming": any(f" {phrase} " in line for phrase in lists.confirming),
        "story": not _lists().story.isdisjoint(words),
        "future": not _lists().future.isdisjoint(words),
        "colon": ":" in subject.claim,
    }
    return {f"claim: {name}": 1.0 for name, is_so in found.items() if is_so} | {
        "long claim": min(1.0, len(subject.weights) / 12)
    }


_CROSSED = (
    "near: refuting",
    "all: share refuting",
    "top: refuting",
    "near: hedged",
    "all: hedged",
    "near: negated",
)


def _crossed(claim: Traits, text: Traits) -> Traits:
    """The claim's traits, and each together with the text's: denial of a denial."""
    crossed = {
        f"{own} × {other}": text[other]
        for own in claim
        for other in _CROSSED
        if own.startswith("claim:") and other in text
    }
    return claim | crossed


def headline_traits(subject: Subject, line: Line, heard: Heard, cues: dict[str, str]) -> Traits:
    """The traits by which a headline is told to support, refute or report the claim."""
    missing = [t for t in subject.weights if t not in line.terms and t[:5] not in line.kin]
    rare = [t for t, weight in subject.weights.items() if weight >= _TELLING_WEIGHT]
    told = sum(t in line.terms or t[:5] in line.kin for t in subject.predicate) / max(
        1, len(subject.predicate)
    )
    pairs = set(pairwise(line.stems))
    own = set(pairwise(subject.stems_in_order))
    extra = sum(term_weight(t) for t in line.terms if t not in subject.weights)
    traits = {
        "coverage": heard.coverage,
        "told": told,
        "tells some": float(told > 0),
        "tells all": float(told == 1),
        "missing": min(1.0, sum(subject.weights[t] for t in missing) / 20),
        "rare missing": sum(t in missing for t in rare) / max(1, len(rare)),
        "other matters": min(1.0, extra / 60),
        "word pairs": len(pairs & own) / max(1, len(own)),
        "long headline": min(1.0, len(line.words) / 20),
        "long claim": min(1.0, len(subject.weights) / 12),
        f"heard {heard.stance}": 1.0,
        f"heard by {heard.cue or 'nothing'}": 1.0,
    }
    traits |= {f"cue {kind}": 1.0 for kind in _kinds(line, cues)}
    return traits | _names_and_figures(subject, line) | _shape(subject, line)


def _names_and_figures(subject: Subject, line: Line) -> Traits:
    """Whether the names and figures of claim and headline are the same ones."""
    traits: Traits = {}
    if names := subject.facts.names:
        lost = sum(line.terms.isdisjoint(name.keys) for name in names)
        traits |= {"names missing": lost / len(names), "some name": float(lost < len(names))}
    mine, its = subject.facts.figures, Facts.of(line.text).figures
    if mine and its:
        traits["same figure" if mine & its else "other figure"] = 1.0
    elif mine or its:
        traits["figure missing" if mine else "figure added"] = 1.0
    return traits


def _shape(subject: Subject, line: Line) -> Traits:
    """How the headline is built: who speaks at either side of a colon, how it opens and ends."""
    words, traits = line.words, dict[str, float]()
    before, colon, after = line.text.partition(":")
    for name, part in (("opening", before), ("closing", after)):
        spoken = part.lower().split() if colon else []
        if 0 < len(spoken) <= _SHORT:
            traits[f"{name} before a colon" if name == "opening" else f"{name} after a colon"] = 1.0
            if not _lists().speakers.isdisjoint(spoken):
                traits[f"{name} speaker"] = 1.0
    own = [n for n, root in enumerate(line.stems) if root in subject.stems and term_of(words[n])]
    found = {
        "colon": bool(colon),
        "no first": words[0] in ("no", "nope", "sorry"),
        "question inside": "?" in words[:-1],
        "auxiliary first": words[0] in lexicon().auxiliaries,
        "in quotation marks": line.text.count("'") + line.text.count("‘") > 1,
        "future": not _lists().future.isdisjoint(frozenset(words) - subject.words),
        "disbelief": not _lists().disbelief.isdisjoint(frozenset(words) - subject.words),
        "claim of the future": not _lists().future.isdisjoint(subject.words),
        "claim denies": subject.denies,
        "claim tells": subject.is_telling,
        "opposite": _opposite(subject, frozenset(words)),
        "claim first": bool(own) and own[0] <= 1,
    }
    traits |= {name: 1.0 for name, is_so in found.items() if is_so}
    if own:
        traits |= {"lead-in": min(1.0, own[0] / 8), "tail": min(1.0, (len(words) - 1 - own[-1]) / 8)}
    return traits


def _opposite(subject: Subject, words: frozenset[str]) -> bool:
    """Whether the headline has the opposite of a word of the claim, and not that word."""
    antonyms = lexicon().antonyms
    return any((antonyms.get(w, frozenset()) & words) - subject.words for w in subject.words - words)


def headline_words(subject: Subject, line: Line) -> set[str]:
    """The ordinary words of a headline that the claim has not, and pairs of them; X is a word of the claim.

    Names and rare words are left out: what only one story is about is no sign of a stance.
    """
    plain = ["X" if root in subject.stems else root if _is_ordinary(word) else ""
             for word, root in zip(line.words, line.stems, strict=True)]  # fmt: skip
    pairs = (f"{a} {b}" for a, b in pairwise(plain) if a and b and (a, b) != ("X", "X"))
    return {word for word in plain if word and word != "X"} | set(pairs)


def _is_ordinary(word: str) -> bool:
    return word in lexicon().band or word in _lists().story or word in _lists().future or word == "?"

"""The sentences of a text that hold most of a claim to what they do with it together, by rules alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from claims.pipeline.stances.features import Coverage
from claims.pipeline.stances.lines import Line
from claims.pipeline.stances.subject import Heard, Subject, shown
from claims.pipeline.text.tokens import keys
from claims.pipeline.words import load_words
from claims.vocabulary import Stance


def hear_text(subject: Subject, lines: Sequence[Line], coverage: Coverage) -> list[Heard]:
    """What each of the nearest sentences does with the claim.

    One that shares the claim's names but nothing of what happened only speaks of it, unless it denies; one
    that the next sentence calls a lie refutes.
    """
    heard = []
    for n in coverage.top:
        found = subject.hear(lines[n])
        if not found.tells and found.stance is not Stance.REPORTS:
            found = replace(
                found, stance=Stance.REPORTS, reason=f"Speaks of it: “{shown(lines[n].text)}”", cue="aside"
            )
        heard.append(_answered(found, lines[n + 1 : n + 2]))
    return heard


def verdict_of(heard: Sequence[Heard]) -> Heard:
    """What the sentences (at least one) say together.

    Refuted when half of them refute; reported when a third doubt or when some refute what others say; else
    supported.
    """
    count = Counter(one.stance for one in heard)
    if 2 * count[Stance.REFUTES] >= len(heard):
        stance = Stance.REFUTES
    elif 3 * (count[Stance.REPORTS] + count[Stance.REFUTES]) >= len(heard):
        stance = Stance.REPORTS
    else:
        stance = Stance.SUPPORTS
    mine = [one for one in heard if one.stance is stance] or [replace(one, stance=stance) for one in heard]
    return max(mine, key=lambda one: one.coverage)


def _answered(found: Heard, following: Sequence[Line]) -> Heard:
    """``found``, unless the next sentence calls it a lie."""
    refutations, subjects = _pointing()
    for line in following:
        joined = f" {' '.join(line.words)} "
        if subjects.isdisjoint(line.words[:6]):
            continue
        said = next((phrase for phrase in refutations if f" {phrase} " in joined), None)
        if said:
            reason = f"Then “{said}”: “{shown(line.text)}”"
            return replace(found, stance=Stance.REFUTES, reason=reason, cue="answered")
    return found


@lru_cache(maxsize=1)
def _pointing() -> tuple[tuple[str, ...], frozenset[str]]:
    """The phrases that call a sentence before them a lie, and the words that point back to it."""
    sets = load_words("en").sets
    return tuple(" ".join(keys(p)) for p in sorted(sets["refutations"])), sets["backward_subjects"]

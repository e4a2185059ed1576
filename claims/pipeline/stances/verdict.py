"""The sentences of a text that hold most of a claim to what they do with it together, by rules alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from claims.pipeline.stances.features import Coverage
from claims.pipeline.stances.lines import Line
from claims.pipeline.stances.subject import Heard, Subject, shown
from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.tokens import keys
from claims.pipeline.words import load_words
from claims.vocabulary import Stance


def hear_text(subject: Subject, lines: Sequence[Line], coverage: Coverage) -> list[Heard]:
    """What each of the nearest sentences does with the claim.

    One that shares the claim's names but nothing of what happened only speaks of it, unless it denies; one
    that the next sentence calls a lie refutes, one that it calls unconfirmed is only reported.
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
    """``found``, unless the next sentence calls it a lie, or says that it is not confirmed."""
    for line in following:
        if said := _said_back(line, _pointing().refutations):
            reason = f"Then “{said}”: “{shown(line.text)}”"
            return replace(found, stance=Stance.REFUTES, reason=reason, cue="answered", sentence=line.text)
        if found.stance is Stance.SUPPORTS and (said := _said_back(line, _pointing().disclaimers)):
            reason = f"Then “{said}”: “{shown(line.text)}”"
            return replace(
                found, stance=Stance.REPORTS, reason=reason, cue="unconfirming", sentence=line.text
            )
    return found


def _said_back(line: Line, phrases: Sequence[str]) -> str | None:
    """The first of ``phrases`` in a sentence that points back, and does not go on to something of its own."""
    joined = f" {' '.join(line.words)} "
    said = next((phrase for phrase in phrases if f" {phrase} " in joined), None)
    if said is None or not _points_back(line.words):
        return None
    rest = joined.partition(f" {said} ")[2].split()
    joins = rest[:1] == ["that"] and rest[1:] and rest[1] not in _pointing().after_that
    return None if joins or not _pointing().openers.isdisjoint(rest) else said


def _points_back(words: Sequence[str]) -> bool:
    """Whether "this", "it" or "the report" stands in the sentence; "that" may only join two clauses."""
    pointing = _pointing()
    if words[0] == "the" and words[1:2] and words[1] in pointing.stories:
        return words[2:3] != ("of",)
    for n, word in enumerate(words):
        if word in pointing.subjects:
            following = words[n + 1 : n + 2]
            if word != "that" or n == 0 or not following or following[0] in pointing.after_that:
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Pointing:
    """Phrases that call a sentence before them a lie or unconfirmed, and the words that point back to it."""

    refutations: tuple[str, ...]
    disclaimers: tuple[str, ...]
    subjects: frozenset[str]
    stories: frozenset[str]
    after_that: frozenset[str]
    openers: frozenset[str]


@lru_cache(maxsize=1)
def _pointing() -> _Pointing:
    sets, own = load_words("en").sets, lexicon().pointing
    return _Pointing(
        refutations=_phrases(sets["refutations"]),
        disclaimers=_phrases(sets["disclaimers"]),
        subjects=sets["backward_subjects"],
        **own,
    )


def _phrases(phrases: Iterable[str]) -> tuple[str, ...]:
    return tuple(" ".join(keys(phrase)) for phrase in sorted(phrases))

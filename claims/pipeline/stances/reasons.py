"""Traits that decided a stance to words that a person understands."""

from collections.abc import Iterable

MOST_SHOWN = 3

_CUES = {
    "unconfirming": "words that it is unconfirmed",
    "refuting": "words of denial",
    "undenied": "a denial taken back",
    "confirming": "words of confirmation",
    "negated": "a negation of the claim's words",
    "negation": "negations",
    "asks": "a question",
    "question": "a question",
    "hedged": "hedges",
    "headline_hedges": "hedges",
    "doubting": "doubting verbs",
    "reporting": "words of report (says, according to)",
    "rumour": "words of rumour (alleged, sources)",
    "quoting": "quotations",
    "story": "talk of a story, report or video",
    "denial by a source": "a source's denial",
    "asserted": "a statement of what the claim denies",
}
_GROUPS = {
    "near": "in the sentences nearest the claim",
    "after": "right after them",
    "top": "at the top of the text",
    "all": "in the whole text",
    "nearest": "in the sentence nearest the claim",
}
_OTHERS = {
    "coverage": "how much of the claim it holds",
    "told": "how much of what happened it tells",
    "tells all": "it tells all that happened",
    "tells some": "it tells some of what happened",
    "missing": "much of the claim is missing",
    "rare missing": "the claim's particulars are missing",
    "other matters": "other matters beside the claim",
    "lead": "the claim stands at the top",
    "position": "the claim stands further down",
    "near sentences": "how many sentences speak of it",
    "names missing": "names of the claim are missing",
    "same figure": "the same figure",
    "other figure": "another figure",
    "figure missing": "the claim's figure is missing",
    "opposite": "the opposite of a word of the claim",
    "future": "it speaks of plans or of the future",
    "claim of the future": "the claim is of the future",
    "no first": "it opens with “no”",
    "opening speaker": "a speaker before the colon",
    "closing speaker": "a speaker after the colon",
    "question inside": "a question",
    "disbelief": "words of disbelief",
    "in quotation marks": "quotation marks",
}


def in_words(traits: Iterable[str]) -> str:
    """The first few of ``traits`` that have a name to show, as one phrase; empty if none has."""
    named = dict.fromkeys(filter(None, map(_named, traits)))
    return ", ".join(list(named)[:MOST_SHOWN])


def _named(trait: str) -> str:
    """What a person calls a trait; empty for what only balances the sum."""
    if trait.startswith("w:"):
        word = trait.removeprefix("w:")
        return "" if "X" in word else f"“{word}”"
    group, _, cue = trait.partition(": ")
    cue = cue.removeprefix("share ")
    if group in _GROUPS and cue in _CUES:
        return f"{_CUES[cue]} {_GROUPS[group]}"
    return _CUES.get(trait.removeprefix("cue "), "") if trait.startswith("cue ") else _OTHERS.get(trait, "")

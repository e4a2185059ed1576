"""Looks words up as cues of attribution: which verb, in which form, with which kinds of content."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from claims.pipeline.words import load_words


class Frame:
    """What a verb may have as its content: bits of an int, since an enum's are ten times as slow."""

    SAY = 1 << 0  # a clause or a quotation: "said (that) …"
    TELL = 1 << 1  # a person, then a clause: "told reporters that …"
    THINK = 1 << 2  # a clause: "believes (that) …"
    SHOW = 1 << 3  # a clause, of polls and studies: "shows that …"
    ASK = 1 << 4  # an indirect question: "asked whether …"
    WANT = 1 << 5  # an infinitive: "plans to …"
    URGE = 1 << 6  # a person, then an infinitive: "urged voters to …"
    OBJECT = 1 << 7  # a thing: "criticised the deal"
    ABOUT = 1 << 8  # a preposition, then a thing: "called for calm"
    AS = 1 << 9  # a thing, "as", a judgement: "described it as a farce"


class Shape(StrEnum):
    """The form of a verb."""

    BASE = "base"
    S = "s"
    PAST = "past"
    ING = "ing"


@dataclass(frozen=True, slots=True)
class Cue:
    """A verb form that may introduce an attribution.

    ``frames`` are bits of Frame; ``prepositions`` go with the frame ABOUT.
    """

    lemma: str
    shape: Shape
    frames: int
    prepositions: frozenset[str]


_LISTS = {
    "verbs_say": Frame.SAY,
    "verbs_tell": Frame.TELL,
    "verbs_think": Frame.THINK,
    "verbs_show": Frame.SHOW,
    "verbs_ask": Frame.ASK,
    "verbs_want": Frame.WANT,
    "verbs_urge": Frame.URGE,
    "verbs_object": Frame.OBJECT,
    "verbs_as": Frame.AS,
}


@lru_cache(maxsize=4)
def cue_forms(language: str) -> dict[str, Cue]:
    """Return every form of every cue verb of ``language`` (ISO 639-1), in lower case."""
    lists = load_words(language).sets
    frames: dict[str, int] = {}
    for name, frame in _LISTS.items():
        for lemma in lists[name]:
            frames[lemma] = frames.get(lemma, 0) | frame
    prepositions: dict[str, frozenset[str]] = {}
    for entry in lists["verbs_about"]:
        lemma, _, names = entry.partition(":")
        prepositions[lemma] = prepositions.get(lemma, frozenset()) | frozenset(names.split(","))
        frames[lemma] = frames.get(lemma, 0) | Frame.ABOUT
    irregular = dict(entry.split(":") for entry in lists["irregular"])
    forms: dict[str, Cue] = {}
    for lemma, frame in sorted(frames.items()):
        for form, shape in _inflect(lemma, irregular.get(lemma)):
            forms.setdefault(form, Cue(lemma, shape, frame, prepositions.get(lemma, frozenset())))
    return forms


def _inflect(lemma: str, past: str | None) -> list[tuple[str, Shape]]:
    """Return the forms of a regular English verb; ``past`` names its irregular past forms."""
    pasts = past.split(",") if past else [_with_ed(lemma)]
    # A past form with a doubled consonant ("planned") tells the -ing form ("planning").
    doubled = pasts[0].startswith(lemma + lemma[-1]) and pasts[0].endswith("ed")
    stem = lemma + lemma[-1] if doubled else lemma
    if stem.endswith("ie"):
        ing = stem[:-2] + "ying"
    elif stem.endswith("e") and not stem.endswith(("ee", "oe")):
        ing = stem[:-1] + "ing"
    else:
        ing = stem + "ing"
    return [
        *((form, Shape.PAST) for form in pasts),  # "read" is more often a past than a plain form
        (lemma, Shape.BASE),
        (_with_s(lemma), Shape.S),
        (ing, Shape.ING),
    ]


def _with_s(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies"
    return lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def _with_ed(lemma: str) -> str:
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ied"
    return lemma + ("d" if lemma.endswith("e") else "ed")

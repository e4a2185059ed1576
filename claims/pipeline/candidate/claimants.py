"""Names the claimant of an attribution: who it is, whether unnamed, whom a pronoun means."""

import re

from claims.pipeline.words import load_words

_LEADING = re.compile(r"^(?:(?:this|that|the|a|an)\s+)(?=\S)", re.IGNORECASE)
_TRAILING = re.compile(r"[\s,;:—–-]+$|['’]s$")
_CLITIC = re.compile(r"['’](?:s|d|ll|ve|re|m)$", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:[.'’-]\w+)*")
_SPOKEN_FOR = frozenset({"spokesman", "spokeswoman", "spokesperson", "spokesmen", "spokespeople"})


def is_pronoun(source: str) -> bool:
    """Whether the source is a pronoun (with its auxiliary: "he's") that names nobody by itself."""
    return _CLITIC.sub("", source.strip().lower()) in load_words("en").sets["source_pronouns"]


def tidy_claimant(source: str) -> str:
    """Return the source as a name to show: one line, no closing comma, no "this" before it."""
    name = _TRAILING.sub("", " ".join(source.split()))
    if name.lower().startswith("this "):
        name = "a " + name[5:] if name[5:6].lower() not in "aeiou" else "an " + name[5:]
    return name


def is_anonymous(source: str, language: str = "en") -> bool:
    """Whether the source is described but not named: "a senior official", "sources", "one resident".

    A spokesman speaks for the body named with him, so he is not anonymous; neither is "aide Ann Lee".
    """
    sets = load_words(language).sets
    text = " ".join(source.split())
    if any(phrase in text.lower() for phrase in sets["anonymity"]):
        return True
    words = _WORD.findall(text)
    lowered = [word.lower() for word in words]
    if _SPOKEN_FOR.intersection(lowered):
        return False
    people = sets["generic_people"]
    if lowered and lowered[0] in sets["indefinite"]:
        people |= sets["roles"]  # "the minister" is known by the office, "a minister" is not
    for i, word in enumerate(lowered):
        if word not in people:
            continue
        # A name follows ("aide Ann Lee") or stands before as an apposition's head ("Ann Lee, an aide").
        named_after = (
            i + 1 < len(words) and words[i + 1][0].isupper() and _is_beside(text, words[i], words[i + 1])
        )
        return not (named_after or _names_someone(text.split(",")[0], people))
    return False


def _is_beside(text: str, word: str, following: str) -> bool:
    return f"{word} {following}" in text or f"{word}, {following}" in text


def _names_someone(head: str, generic: frozenset[str]) -> bool:
    """Whether the part before an apposition is a name: capitals, none of them a generic person."""
    words = _WORD.findall(head)
    names = [word for word in words if word[0].isupper()]
    return len(names) == len(words) > 0 and not generic.intersection(word.lower() for word in words)

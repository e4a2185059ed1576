"""Names the claimant of an attribution: who it is, whether unnamed, whom a pronoun means."""

import re

from claims.pipeline.words import load_words

_LEADING = re.compile(r"^(?:(?:this|that|the|a|an)\s+)(?=\S)", re.IGNORECASE)
_TRAILING = re.compile(r"[\s,;:—–-]+$|['’]s$")
_AFTERTHOUGHT = re.compile(
    r"(?:,\s*(?:too|though|however|meanwhile|also|for (?:his|her|its|their|one) part"
    r"|in (?:his|her|its|their|a) \w+)"
    r"|,?\s+(?:who|which|that)|,?\s+on (?:mon|tues|wednes|thurs|fri|satur|sun)day)$",
    re.IGNORECASE,
)
_JOINER = re.compile(r"^(?:and|but|so)\s+")
_CLITIC = re.compile(r"['’](?:s|d|ll|ve|re|m)$", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:[.'’-]\w+)*")
_SAME = re.compile(r"^(?:(?:the|this|that|these|those)\s+)?(?:very\s+)?same\s+(?=\S)", re.IGNORECASE)
_THAT = re.compile(r"^(?:this|that|these|those)\s+(?=\S)", re.IGNORECASE)
_ONE_OF_TWO = frozenset({"the latter", "the former"})
_SPOKEN_FOR = frozenset({"spokesman", "spokeswoman", "spokesperson", "spokesmen", "spokespeople"})


def is_pronoun(source: str) -> bool:
    """Whether the source is a pronoun (with its auxiliary: "he's") that names nobody by itself."""
    return (
        _CLITIC.sub("", _JOINER.sub("", source.strip().lower())) in load_words("en").sets["source_pronouns"]
    )


def pointed_at(source: str) -> str | None:
    """Return the words by which a source only points to one told of before, None where it does not.

    "programme" of "the same programme", "statement" of "that statement"; not "the same journalist, Ann
    Lee", whom it names, nor "those who voted". "This mother" is one of many told of for the first time.
    """
    name = _TRAILING.sub("", " ".join(source.split()))
    if name.lower() in _ONE_OF_TWO:
        return name.split()[-1].lower()
    sets = load_words("en").sets
    opening = _SAME.match(name) or _THAT.match(name)
    if opening is None:
        return None
    head, _, aside = name[opening.end() :].partition(",")
    words = _WORD.findall(head)
    if not words or any(letter.isupper() for letter in aside) or words[-1][0].isupper():
        return None
    if "same" not in opening.group().lower():
        follows = sets["prepositions"] | sets["source_pronouns"] | {"whose"}
        is_new = name.lower().startswith(("this ", "these ")) and not _is_matter(words[-1])
        is_new |= name.lower().startswith("those ") and not words[-1].endswith("s")  # "those surveyed"
        if not follows.isdisjoint(word.lower() for word in words) or is_new:
            return None
    return head


def _is_matter(word: str) -> bool:
    """Whether a noun is something said or written, such as a report; not a person."""
    sets = load_words("en").sets
    return word.lower() in (sets["evidence"] | sets["cue_nouns"])


def tidy_claimant(source: str) -> str:
    """Return the source as a name to show: one line, no "this" before it, no comma or ", too" behind."""
    name = _AFTERTHOUGHT.sub("", _TRAILING.sub("", " ".join(source.split())))
    if name.count("(") > name.count(")"):
        name = name[: name.rindex("(")].rstrip() or name
    if name.lower().startswith("this "):
        name = "a " + name[5:] if name[5:6].lower() not in "aeiou" else "an " + name[5:]
    return name


def in_sentence(source: str, language: str = "en") -> str:
    """Return the source as it stands inside a sentence: "The mayor" is "the mayor" there."""
    first, space, rest = source.partition(" ")
    return (
        f"{first.lower()}{space}{rest}"
        if rest and first.lower() in load_words(language).sets["determiners"]
        else source
    )


def may_claim(source: str, language: str = "en") -> bool:
    """Whether the words can name somebody at all: not "twice", "sexist", "a nagging", "runs the shop"."""
    sets = load_words(language).sets
    words = [word.lower() for word in _WORD.findall(source)]
    if not words or any(letter.isupper() for letter in source):
        return bool(words)
    if len(words) == 2 and words[0] in sets["determiners"]:
        return not words[1].endswith("ing")
    if len(words) > 1:
        joins = sets["prepositions"] | sets["determiners"] | sets["source_pronouns"] | {"him", "up", "out"}
        opens = sets["prepositions"] | sets["source_pronouns"] | {"them", "him"}
        is_act = words[0].endswith("ing") and words[1] in joins  # "hearing him", not "leading bankers"
        return not (is_act or words[0] in opens - sets["determiners"] or words[-1] in sets["dangling"])
    if words[0].endswith("s"):
        return True
    people = sets["generic_people"] | sets["roles"] | sets["evidence"] | sets["bodies"] | sets["determiners"]
    return words[0] in people | sets["pronouns"] or words[0][0].isdigit()


def is_person(source: str, language: str = "en") -> bool:
    """Whether the source looks like one person: "Mayor Otto Brandt", "the clerk", not "Ann Lee's office"."""
    head = source.split(",")[0]
    words = _WORD.findall(head)
    if not words or words[-1].lower().endswith(("'s", "’s")):
        return False
    sets = load_words(language).sets
    if words[-1].islower():
        people = sets["generic_people"] | sets["roles"] | _SPOKEN_FOR
        return words[-1] in people and not (
            words[-1].endswith("s") or words[-1].endswith("men") or words[-1] == "people"
        )
    names = [word for word in words if word[0].isupper()]
    return len(names) == len(words) and len(names) > 1 and words[0].lower() != "the" and not head.isupper()


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

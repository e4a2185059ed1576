"""Tells what "they" and "it" stand for, where that is sure, and which sentences point to something before."""

import re
from collections.abc import Iterable

from claims.pipeline.attribution.grammar import Grammar
from claims.pipeline.candidate.claimants import in_sentence
from claims.pipeline.origin.marks import names_of
from claims.pipeline.words import load_words

_THEY = frozenset({"they", "they've", "they're", "they'd", "their"})
_IT = frozenset({"it", "it's", "it'd", "its"})
_PERSONS = frozenset({"he", "she", "he's", "she's", "he'd", "she'd", "his", "her"})
_DEMONSTRATIVES = frozenset({"this", "that", "that's", "these", "those"})
_SELF_CONTAINED = frozenset({"who", "which", "that", "of", "in", "with", "whose"})  # "those who voted"
_LONGEST_SUBJECT = 6  # tokens
_LONGEST_LEAD = 3  # tokens of "Instead, | she"
_DUMMY_REACH = 8  # tokens from "it is" to its "that"
_NOT_PLURAL = ("ss", "us", "is", "'s")
_NOUN_ENDS = re.compile(r"\s(?:of|in|at|for|from|on|with|who|that|which|close|to|by|whose)\s")
_HEAD_ENDS = re.compile(r",|\(|\s(?:of|in|at|for|from|on|with|who|that|which)\s")


def points_back(grammar: Grammar, start: int, end: int) -> bool:
    """Whether a sentence opens with a word that stands for something before it: "It …", "That figure …"."""
    words, first = grammar.words, start
    while first < min(end - 1, start + _LONGEST_LEAD) and (grammar.is_adverb(first) or words[first] == ","):
        first += 1
    if words[first] in _IT:
        # "it is clear that", "it took him a year to": what "it" stands for follows.
        return {"that", "to", "whether"}.isdisjoint(words[first + 1 : min(end, first + _DUMMY_REACH)])
    if words[first] in _DEMONSTRATIVES:
        follows = words[first + 1] if first + 1 < end else ""
        return follows not in _SELF_CONTAINED and follows not in grammar.time_words
    return words[first] in _THEY or words[first] in _PERSONS


def meant(grammar: Grammar, start: int, speaker: str | None) -> str | None:
    """Return what the "they" or "it" at ``start`` surely means: the speaker, else the subject before.

    ``speaker`` is who says so in other words than his own; None where the author speaks.
    """
    word = grammar.words[start]
    if speaker is not None:
        head = _HEAD_ENDS.split(speaker, maxsplit=1)[0]
        fits = (word in _THEY and _are_many(head)) or (
            word in _IT and _is_body(head) and _acts(grammar, start)
        )
        if not fits or not _follows_verb(grammar, start):
            return None
        return speaker.lower() if _are_people(speaker) else in_sentence(speaker)
    return _subject_before(grammar, start) if word in _THEY else None


def meant_by(description: str, named: Iterable[str], before: str) -> str | None:
    """Return whom "the same ``description``" surely means, None where nobody or several may be meant.

    That is the one source ``named`` so far that is called so ("Karl Lind, a Maltese journalist", for "the
    same journalist"), or the one whom the text ``before`` it calls so.
    """
    [noun] = _nouns(description) or {description.lower()}
    called = {in_sentence(name): name for name in named if noun in _nouns(name)}
    found = list(called.values())
    sets = load_words("en").sets
    if noun in sets["generic_people"] | sets["roles"]:
        others = names_of(description, [before])
        found += [name for name in others if not any(name in other for other in found)]
    return found[0] if len(found) == 1 else None


def _nouns(name: str) -> set[str]:
    """Return the nouns for what somebody is: "official" of "official Ann Lee", of "Ann Lee, an official"."""
    nouns = set()
    for part in name.split(","):
        words = _NOUN_ENDS.split(f" {part.strip()} ", maxsplit=1)[0].split()
        while len(words) > 1 and words[-1][0].isupper():
            words.pop()
        if words:
            nouns.add(words[-1].lower())
    return nouns


def owner(name: str) -> str:
    """Return the name as an owner: the mayor’s, the ministers’."""
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def _follows_verb(grammar: Grammar, start: int) -> bool:
    """Whether nobody else stands between the speaker's verb and what he says: "said (that) | it …"."""
    before = start - 2 if start > 1 and grammar.words[start - 1] == "that" else start - 1
    return before > 0 and grammar.words[before] in grammar.forms


def _are_many(head: str) -> bool:
    """Whether a speaker is several: "Two clerks", "the police", "Ann Keller and Tom Hale"."""
    last = head.split()[-1] if head.split() else ""
    is_plural = last.islower() and last.endswith("s") and not last.endswith(_NOT_PLURAL)
    return is_plural or " and " in head or _are_people(last)


def _are_people(word: str) -> bool:
    return word.lower() in load_words("en").sets["people_in_general"]


def _is_body(head: str) -> bool:
    """Whether a speaker is one body: "the port authority", "the State Department", not "the mayor"."""
    words = head.lower().split()
    return bool(words) and words[-1] in load_words("en").sets["organisations"]


def _acts(grammar: Grammar, start: int) -> bool:
    """Whether "it" does something: "it has closed the bridge", not "it was late", "it would take years"."""
    if grammar.words[start] == "its":
        return True
    dummies = load_words("en").sets["dummy_verbs"] | grammar.be
    follows = grammar.words[start + 1 : start + 3]
    return grammar.words[start] == "it" and len(follows) == 2 and dummies.isdisjoint(follows)


def _subject_before(grammar: Grammar, start: int) -> str | None:
    """Return the plural subject of the sentence before, in its paragraph, if it has no other plural."""
    reading, words = grammar.reading, grammar.words
    number = reading.sentence_of[start]
    if number == 0:
        return None
    first, last = reading.sentences[number - 1]
    if last != reading.sentences[number][0] or max(reading.quote_of[first:last]) >= 0:
        return None
    verbs = range(first + 1, min(last, first + 1 + _LONGEST_SUBJECT))
    verb = next((token for token in verbs if grammar.is_finite(token)), first)
    if any(
        not words[token][0].isalnum() or words[token] in grammar.prepositions for token in range(first, verb)
    ):
        return None
    if not _is_plural(grammar, verb - 1) or any(_is_plural(grammar, token) for token in range(verb, last)):
        return None
    begin, end = reading.span(first, verb)
    subject = reading.text[begin:end]
    is_opened = words[first] in grammar.determiners or words[first] in load_words("en").sets["small_numbers"]
    return subject[0].lower() + subject[1:] if is_opened and verb > first + 1 else None


def _is_plural(grammar: Grammar, token: int) -> bool:
    word = grammar.words[token]
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(_NOT_PLURAL)
    return _are_people(word) or (
        is_plural and word not in grammar.prepositions and word not in grammar.auxiliaries
    )

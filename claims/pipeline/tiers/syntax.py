"""Reads attributions off the syntax of a paragraph: a word of saying, its subject, its clause or object."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from claims.pipeline.attribution.attributions import Attribution
from claims.pipeline.attribution.words import Cue, Frame, cue_forms
from claims.vocabulary import Voice

Span = tuple[int, int]

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_LEANS_ON = frozenset({"conj", "advcl", "xcomp", "dep", "acomp"})
_OWNERS = frozenset({"poss"})
_STATES = Frame.SAY | Frame.TELL | Frame.THINK | Frame.SHOW
_CLAUSAL = _STATES | Frame.ASK
_LEADING = frozenset({",", ";", ":", "—", "–", "-", ".", "that", "and", "but"})
_TRAILING = frozenset({",", ";", ":", "—", "–", "-", ".", "and", "but"})
_FARTHEST = 4  # steps from a verb to the one whose subject it shares

# The share of each pattern's finds, where the rules found nothing, that PolNeAR's annotators marked as well
# (first 400 articles of the train split, content words' IoU of at least .5).
CONFIDENCE = {
    "parse-about": 0.48,
    "parse-adjective": 0.58,
    "parse-adjective-that": 0.67,
    "parse-adjective-to": 0.4,
    "parse-clause-before": 0.44,
    "parse-clause-behind": 0.58,
    "parse-infinitive": 0.54,
    "parse-interjected": 0.76,
    "parse-noun": 0.42,
    "parse-noun-that": 0.43,
    "parse-question": 0.8,
    "parse-seems": 0.46,
}


STATEMENTS = frozenset(
    {
        "parse-adjective-that",
        "parse-clause-before",
        "parse-clause-behind",
        "parse-interjected",
        "parse-noun-that",
    }
)
"""The patterns whose content says something that could be true or false."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What may introduce a content beside the rules' verbs; prepositions by noun and by adjective."""

    nouns: Mapping[str, frozenset[str]]
    adjectives: Mapping[str, frozenset[str]]
    verbs: Mapping[str, frozenset[str]]
    nouns_that: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    lists = json.loads(files("claims.pipeline").joinpath("words/en/syntax.json").read_text("utf-8"))

    def turned(table: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
        heads = {head for line in table.values() for head in line.split()}
        return {head: frozenset(key for key in table if head in table[key].split()) for head in heads}

    return _Words(
        turned(lists["nouns"]),
        turned(lists["adjectives"]),
        turned(lists["verbs"]),
        frozenset(lists["nouns_that"].split()),
    )


def read_syntax(syntax: Any, offset: int) -> Iterator[Attribution]:
    """Yield the attributions of a parsed paragraph (spaCy's Doc) that begins at ``offset`` in the text."""
    forms = cue_forms("en")
    for head in syntax:
        found = _content(head, forms.get(head.lower_))
        if found is None:
            continue
        pattern, tokens = found
        parts = _parts(syntax, sorted(token.i for token in tokens))
        if parts:
            yield _attribution(syntax, offset, pattern, parts, head)


# ---------------------------------------------------------------- what is said
def _content(head: Any, cue: Cue | None) -> tuple[str, list[Any]] | None:
    """The tokens of what ``head`` says, and by which construction; None where it says nothing."""
    if head.pos_ == "NOUN":
        return _of_noun(head)
    if head.pos_ == "ADJ":
        return _of_adjective(head)
    if head.pos_ not in ("VERB", "AUX"):
        return None
    return (_of_verb(head, cue) if cue is not None else None) or _of_other_verb(head)


def _of_verb(verb: Any, cue: Cue) -> tuple[str, list[Any]] | None:
    children = {child.dep_: child for child in verb.children}
    if cue.frames & _CLAUSAL and (found := _clause(verb, cue, children)):
        return found
    if cue.frames & (Frame.WANT | Frame.URGE) and (goal := children.get("xcomp") or children.get("ccomp")):
        return "parse-infinitive", list(goal.subtree)
    if cue.frames & Frame.ABOUT:
        return _after_preposition(verb, cue.prepositions, "parse-about")
    return None


def _clause(verb: Any, cue: Cue, children: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    if "ccomp" in children:
        side = "before" if children["ccomp"].i < verb.i else "behind"
        pattern = f"parse-clause-{side}" if cue.frames & _STATES else "parse-question"
        return pattern, list(children["ccomp"].subtree)
    if verb.dep_ == "parataxis" and cue.frames & (Frame.SAY | Frame.THINK):
        own = {token.i for token in verb.subtree}
        return "parse-interjected", [token for token in verb.head.subtree if token.i not in own]
    return None


def _of_other_verb(verb: Any) -> tuple[str, list[Any]] | None:
    kinds = _words().verbs.get(verb.lower_, frozenset())
    for child in verb.children:
        if child.dep_ == "xcomp" and "infinitive" in kinds:
            return "parse-seems", list(child.subtree)
        if child.dep_ == "ccomp" and "clause" in kinds:
            return "parse-clause-behind", list(child.subtree)
    return None


def _of_noun(noun: Any) -> tuple[str, list[Any]] | None:
    if noun.lower_ in _words().nouns_that:
        for child in noun.children:
            if child.dep_ in ("acl", "ccomp") and _is_that_clause(child):
                return "parse-noun-that", list(child.subtree)
    return _after_preposition(noun, _words().nouns.get(noun.lower_, frozenset()), "parse-noun")


def _of_adjective(adjective: Any) -> tuple[str, list[Any]] | None:
    kinds = _words().adjectives.get(adjective.lower_, frozenset())
    for child in adjective.children:
        if child.dep_ == "ccomp" and "that" in kinds:
            return "parse-adjective-that", list(child.subtree)
        if child.dep_ == "xcomp" and "infinitive" in kinds:
            return "parse-adjective-to", list(child.subtree)
    return _after_preposition(adjective, kinds, "parse-adjective")


def _is_that_clause(clause: Any) -> bool:
    return any(child.dep_ == "mark" and child.lower_ == "that" for child in clause.children)


def _after_preposition(head: Any, prepositions: frozenset[str], pattern: str) -> tuple[str, list[Any]] | None:
    for child in head.children:
        if child.dep_ in ("prep", "prt") and child.lower_ in prepositions:
            inner = [token for token in child.subtree if token.i != child.i]
            return (pattern, inner) if inner else None
    return None


# ---------------------------------------------------------------- who says it
def _source(head: Any) -> list[Any]:
    """The tokens of who says it: the owner of a noun, the subject of a verb or of the one it leans on."""
    verb = head
    for _ in range(_FARTHEST):
        told = next((child for child in verb.children if child.dep_ in _SUBJECTS | _OWNERS), None)
        if told is not None and told.lower_ not in ("who", "which", "that"):
            return [token for token in told.subtree if token.dep_ != "case"]
        if verb.dep_ in ("relcl", "acl"):
            return [token for token in verb.head.subtree if token.i < verb.left_edge.i]
        if verb.dep_ not in _LEANS_ON and verb.pos_ in ("VERB", "AUX"):
            return []
        verb = verb.head
    return []


# ---------------------------------------------------------------- offsets
def _parts(syntax: Any, tokens: list[int]) -> list[Span]:
    """Runs of neighbouring tokens, without the marks and small words at their edges; ends exclusive."""
    runs: list[list[int]] = []
    for token in tokens:
        if runs and token == runs[-1][1]:
            runs[-1][1] = token + 1
        else:
            runs.append([token, token + 1])
    parts = []
    for start, end in runs:
        while start < end and (syntax[start].lower_ in _LEADING or syntax[start].is_space):
            start += 1
        while end > start and (syntax[end - 1].lower_ in _TRAILING or syntax[end - 1].is_space):
            end -= 1
        if any(syntax[token].is_alpha for token in range(start, end)):
            parts.append((start, end))
    return parts


def _attribution(syntax: Any, offset: int, pattern: str, parts: list[Span], head: Any) -> Attribution:
    def span(start: int, end: int) -> Span:
        last = syntax[end - 1]
        return offset + syntax[start].idx, offset + last.idx + len(last)

    source = _parts(syntax, sorted(token.i for token in _source(head)))
    return Attribution(
        content=tuple(span(*part) for part in parts),
        cue=span(head.i, head.i + 1),
        source=span(source[0][0], source[-1][1]) if source else None,
        kind=Voice.INDIRECT,
        is_mixed=False,
        confidence=CONFIDENCE[pattern],
        pattern=pattern,
    )

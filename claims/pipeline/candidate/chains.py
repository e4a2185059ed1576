"""Follows a statement up its chain of sources: A said that B had told him that …"""

from claims.pipeline.attribution.contents import Found, sentence_end
from claims.pipeline.attribution.forward import find_forward
from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.attribution.words import Frame, Shape

_REACH = 24  # tokens of a statement in which the verb of its own source must stand
_LEAD = 2  # tokens before that source: "that", an adverb
_DEEPEST = 3  # links below the first source
_CLAUSES = frozenset({"that", "zero-say", "forward-quote"})
_RELAY_REACH = 12  # tokens between an attribution and the "according to" behind it


def inner_sources(grammar: Grammar, piece: Tokens) -> list[Found]:
    """Return the attributions inside a statement, outermost first: each is all that the one before tells."""
    found: list[Found] = []
    while len(found) < _DEEPEST:
        inner = _inner(grammar, *piece)
        if inner is None:
            break
        found.append(inner)
        piece = inner.content[-1]
    return found


def _inner(grammar: Grammar, start: int, end: int) -> Found | None:
    """Match "B had told him that …" where B is the subject of the whole statement."""
    for token in range(start + 1, min(end, start + _REACH)):
        cue = grammar.forms.get(grammar.words[token])
        if cue is None or cue.shape not in (Shape.PAST, Shape.S) or not grammar.is_verb(token, cue):
            continue
        if not cue.frames & (Frame.SAY | Frame.TELL):
            return None
        found = find_forward(grammar, token, cue, None)
        if found is None or found.pattern not in _CLAUSES or found.source is None:
            return None
        is_within = start <= found.source[0] <= start + _LEAD and found.content[-1][1] <= end
        return found if is_within else None
    return None


def relay(grammar: Grammar, found: Found) -> Tokens | None:
    """Return who passes the attribution on: "…," she said, according to | the Gazette."""
    if found.cue is None:
        return None
    words = grammar.words
    after = max(found.cue[1], found.source[1] if found.source else 0)
    last = sentence_end(grammar, after - 1)
    for token in range(after, min(last - 2, after + _RELAY_REACH)):
        if words[token : token + 2] == ["according", "to"]:
            end = token + 2
            while end < last and words[end] not in (",", ";"):
                end += 1
            return (token + 2, end) if end > token + 2 else None
    return None

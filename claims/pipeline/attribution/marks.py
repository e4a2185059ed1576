"""Matches attributions that a mark opens: according to the mayor, as noted in the report, as she said."""

from collections.abc import Iterator, Sequence

from claims.pipeline.attribution.clauses import clause_end
from claims.pipeline.attribution.contents import Found, content_before, quote_at, sentence_end
from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.attribution.words import Frame, Shape

_MARKS = frozenset({"according", "as"})
_ENDS_SOURCE = frozenset({",", ";", "—", "–"})
_AS_REACH = 14  # tokens between "as" and its verb
_AS_PREPOSITIONS = frozenset({"in", "by", "on"})


def find_marks(grammar: Grammar, within: Sequence[range] | None = None) -> Iterator[Found]:
    """Yield the attributions that "according to" and "as" mark, those ``within`` some tokens if given."""
    for token in grammar.reading.places_of(_MARKS, within):
        found = None
        word = grammar.words[token]
        if grammar.reading.sentence_of[token] < 0 or grammar.reading.quote_of[token] >= 0:
            continue
        if word == "according" and grammar.words[token + 1 : token + 2] == ["to"]:
            found = _around(grammar, token, (token, token + 2), _source_end(grammar, token + 2), "according")
        elif word == "as":
            found = _as(grammar, token)
        if found is not None:
            yield found


def _source_end(grammar: Grammar, start: int) -> Tokens | None:
    """Return the source that begins at ``start`` and runs to the next comma."""
    if start >= len(grammar.words) or grammar.reading.sentence_of[start] < 0:
        return None
    last = sentence_end(grammar, start)
    end = start
    while end < last and grammar.words[end] not in _ENDS_SOURCE:
        end += 1
    return (start, end) if end > start else None


def _around(grammar: Grammar, mark: int, cue: Tokens, source: Tokens | None, name: str) -> Found | None:
    """Match content behind cue and source if their ``mark`` opens the sentence, else before it."""
    if source is None:
        return None
    after = max(cue[1], source[1])
    if name == "as" and after < len(grammar.words) and grammar.words[after] != ",":  # "told the Gazette, "
        after = next(
            (token for token in range(after, after + _AS_REACH) if grammar.words[token : token + 1] == [","]),
            after,
        )
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[mark]]
    if mark - first > 2:
        content = content_before(grammar, mark)
        return Found((content,), cue, source, f"{name}-after") if content else None
    last = sentence_end(grammar, mark)
    if after + 1 < last and grammar.words[after] in (",", ":"):
        end = clause_end(grammar, after + 1, last) if quote_at(grammar, after + 1) is None else last
        return Found(((after + 1, end),), cue, source, f"{name}-before")
    return None


def _as(grammar: Grammar, token: int) -> Found | None:
    """Match "As noted in the report, …" and "As the mayor said, …"."""
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    if token - first > 2:
        return None
    last = min(sentence_end(grammar, token), token + _AS_REACH)
    for verb in range(token + 1, last):
        if (
            grammar.words[verb] in ("put", "puts")
            and grammar.words[verb + 1 : verb + 2] == ["it"]
            and verb > token + 1
        ):
            return _around(grammar, token, (verb, verb + 2), (token + 1, verb), "as")
        cue = grammar.forms.get(grammar.words[verb])
        if cue is None or cue.shape not in (Shape.PAST, Shape.S):
            continue
        following = grammar.words[verb + 1] if verb + 1 < len(grammar.words) else ""
        if verb == token + 1:
            source = _source_end(grammar, verb + 2) if following in _AS_PREPOSITIONS else None
            return _around(grammar, token, (token, verb + 2), source, "as")
        start = grammar.verb_group_start(verb, token + 1)
        is_closed = (
            (following == "," or cue.frames & Frame.TELL) and start > token + 1 and grammar.is_verb(verb, cue)
        )
        if "," in grammar.words[token:start] and grammar.has_verb(token + 1, start):
            return None  # "As the crowd grew, Lee said, …" tells when
        return _around(grammar, token, (start, verb + 1), (token + 1, start) if is_closed else None, "as")
    return None

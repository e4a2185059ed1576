"""Finds where a clause ends, because the reporter goes on with something that nobody said."""

from claims.pipeline.attribution.contents import quote_at
from claims.pipeline.attribution.grammar import Grammar
from claims.pipeline.attribution.words import Cue, Frame, Shape

_SPEAKS = Frame.SAY | Frame.TELL
_STOPS = frozenset({".", "!", "?"})
_THING_STOPS = frozenset({",", "when", "while", "-", "—", "–"})
_PAST_THING = frozenset({"in", "on", "during", "at", "after", "who", "which"})
_LATE_CLAUSES = frozenset({"but", "while", "although", "though", "whereas"})
_CONTINUATIONS = frozenset({"while", "before", "after", "when"})
_DASHES = frozenset({"-", "–", "—"})
_AFTERTHOUGHTS = frozenset(
    {"and", "but", "a", "an", "except", "though", "although", "while", "presumably", "even"}
)
_SUBORDINATORS = frozenset(
    {"while", "when", "after", "although", "though", "as", "if", "since", "because", "before"}
)
_LINKS = frozenset({"compared", "which", "because", "that", "than", "so", "such", "rather", "not"})
_OPENERS = frozenset({"but", "and", ",", "still", "so"})
_LONGEST_CIRCUMSTANCE = 12  # tokens
_NEAR = 8  # tokens
_LONGEST_MAIN_SUBJECT = 6  # tokens
_LONGEST_LEAD = 60  # tokens
_ENDS = frozenset({";", ":"})
_MAY_END = _ENDS | _DASHES | _CONTINUATIONS | {",", "and", "but"}


def clause_end(grammar: Grammar, start: int, last: int) -> int:
    """Return where the clause that begins at ``start`` ends: ``last``, or before a clause of the reporter."""
    words, opening = grammar.words, grammar.opening
    token = start
    while token < last:
        quote = opening.get(token)
        if quote is not None:
            if quote[1] > last:
                return quote[1]  # a quotation of several sentences
            token = quote[1]
            # A stop or comma inside the closing mark ends the clause as well.
            if token < last and words[token - 2] in _STOPS:
                return token
            if token < last and words[token - 2] == "," and not _goes_on(grammar, token):
                return token
            continue
        if words[token] in _MAY_END and (
            words[token] in _ENDS or (token > start + 1 and _breaks(grammar, start, token, last))
        ):
            return token
        token += 1
    return last


def _goes_on(grammar: Grammar, token: int) -> bool:
    """Whether a clause goes on behind a quotation with a comma inside: "was “old,” compared to …"."""
    word = grammar.words[token]
    follows = grammar.words[token + 1] if token + 1 < len(grammar.words) else ""
    if word in ("and", "or"):
        return quote_at(grammar, token + 1) is not None or follows not in grammar.forms
    if word == "but":
        return follows == "also"
    return word in _LINKS or word in grammar.prepositions


def _breaks(grammar: Grammar, start: int, token: int, last: int) -> bool:
    """Whether a new clause of the reporter begins at ``token``: ", but", ", adding", "and called"."""
    word = grammar.words[token]
    if token + 1 >= last:
        return False
    if word == ",":
        return _breaks_at_comma(grammar, start, token, last)
    following = grammar.words[token + 1]
    if word in _DASHES:
        return following in _AFTERTHOUGHTS
    cue = grammar.forms.get(following)
    if cue is None:
        return False
    if word in _CONTINUATIONS:
        return cue.shape is Shape.ING and bool(cue.frames & _SPEAKS)
    if word == "but" and cue.shape in (Shape.S, Shape.ING) and cue.frames & _SPEAKS:
        return True  # "says she respects him | but argues that"
    return cue.shape is Shape.PAST or _reports(grammar, token + 1, cue)


def _breaks_at_comma(grammar: Grammar, start: int, comma: int, last: int) -> bool:
    words = grammar.words
    following = words[comma + 1]
    if following in _LATE_CLAUSES or following == "according":
        return True
    if following in ("a", "an") and words[comma + 3 : comma + 4] in (["that"], ["which"]):
        return True  # ", a move that surprised his party": what the reporter adds
    if following in ("who", "which") and grammar.has_verb(start, comma):
        return not _quotes_soon(grammar, comma, last)  # most likely what the reporter adds
    if _is_lead(grammar, start) and _opens_main_clause(grammar, comma + 1, last):
        return True
    if comma + 2 < last and grammar.is_adverb(comma + 1):
        following = words[comma + 2]
    cue = grammar.forms.get(following)
    # ", who writes the blog, | said": the verb behind the comma belongs to the subject before.
    return cue is not None and (
        cue.shape is Shape.ING
        or (cue.shape is Shape.PAST and (bool(cue.frames & _SPEAKS) or cue.lemma == "call"))
    )


def _quotes_soon(grammar: Grammar, token: int, last: int) -> bool:
    """Whether a quotation opens close behind ``token``: a relative clause that the speaker said."""
    return any(quote_at(grammar, place) is not None for place in range(token, min(last, token + _NEAR)))


def _is_lead(grammar: Grammar, token: int) -> bool:
    """Whether the sentence of ``token`` opens with a clause that is not its main one: "While he denies"."""
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    if grammar.words[first] in _OPENERS:
        first += 1
    is_lead = grammar.words[first] in _SUBORDINATORS and token - first < _LONGEST_LEAD
    return is_lead and ":" not in grammar.words[first:token]


def _opens_main_clause(grammar: Grammar, token: int, last: int) -> bool:
    """Whether a subject and its verb follow at ``token``."""
    words = grammar.words
    if words[token] in grammar.prepositions or words[token] in grammar.boundaries:
        return False
    if grammar.is_contracted_subject(words[token]):
        return True
    for place in range(token + 1, min(last, token + _LONGEST_MAIN_SUBJECT)):
        if words[place] in (",", "and", "or"):
            return False
        if grammar.is_finite(place):
            return True
    return False


def _reports(grammar: Grammar, token: int, cue: Cue) -> bool:
    return cue.shape is Shape.S and bool(cue.frames & _SPEAKS) and grammar.is_verb(token, cue)


def thing_end(grammar: Grammar, start: int, last: int) -> int:
    """Return where the noun phrase that begins at ``start`` ends: before a comma or a circumstance."""
    end = clause_end(grammar, start, last)
    token = start
    while token < end:
        quote = quote_at(grammar, token)
        if quote is not None:
            token = min(quote[1], end)
            if token < end and _goes_past(grammar, token):
                return token  # called it “a farce” | in a speech
            continue
        if token > start and _stops_thing(grammar, token):
            closing = _apposition_end(grammar, token, end)
            if closing is None:
                return token
            token = closing
            continue
        token += 1
    return end


def _goes_past(grammar: Grammar, token: int) -> bool:
    """Whether what follows a quotation is no part of what is called so: "in a speech", "and walking out"."""
    follows = grammar.words[token + 1] if token + 1 < len(grammar.words) else ""
    if grammar.words[token] == "and" and follows:
        return follows.endswith("ing") or grammar.is_finite(token + 1)
    return grammar.words[token] in _PAST_THING


def _apposition_end(grammar: Grammar, comma: int, end: int) -> int | None:
    """Return where the thing goes on behind an apposition: "called Lee, his rival, | “a fool”"."""
    if grammar.words[comma] != ",":
        return None
    for token in range(comma + 2, min(end, comma + _LONGEST_CIRCUMSTANCE)):
        if grammar.words[token] == ",":
            follows = grammar.words[token + 1 : token + 2]
            opens = any(quote_at(grammar, place) is not None for place in range(token + 1, token + 4))
            return token + 1 if follows == ["as"] or (opens and follows != ["and"]) else None
    return None


def _stops_thing(grammar: Grammar, token: int) -> bool:
    word = grammar.words[token]
    if word in _THING_STOPS or word in grammar.time_words:
        return True
    if word not in ("and", "but") or token + 1 == len(grammar.words):
        return False
    following = grammar.words[token + 1]
    if following in grammar.subject_pronouns or following in grammar.auxiliaries:
        return True
    # "asked for a photo and Lee said": a name and its verb begin a clause.
    return grammar.reading.is_capital(token + 1) and any(
        grammar.is_finite(place) for place in range(token + 2, min(len(grammar.words), token + 4))
    )

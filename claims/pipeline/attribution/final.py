"""Matches cues that stand behind their content: "…," the mayor said; "…," said the mayor; …, she said, …"""

from claims.pipeline.attribution.clauses import clause_end
from claims.pipeline.attribution.contents import (
    Found,
    content_before,
    following_quotes,
    is_closed_off,
    is_title,
    quote_at,
    quote_before,
    sentence_end,
    spoken_on,
)
from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.attribution.words import Cue, Frame, Shape

_FINAL = Frame.SAY | Frame.TELL | Frame.THINK | Frame.SHOW | Frame.ASK
_ENDS = frozenset({".", "!", "?", ",", ";", "—", "–", "\n", ")"})
_SUBJECTS = frozenset({"that", "he", "she", "they", "it", "we"})
_CIRCUMSTANCES = frozenset({"as", "when", "while", "after", "before", "this", "last", "late", "early"})
_RELATIVES = frozenset({"who", "which", "whose", "whom", "where", "something"})
_THOUGHT = frozenset({"think", "believe", "fear", "find", "show", "suggest", "hope"})
_LOOK_AHEAD = 14  # tokens from the cue to the end of its clause
_LONGEST_LEAD = 8  # tokens of "In the spring of 1912"
_DASHES_AND_COMMA = frozenset({",", "—", "–"})


def find_final(grammar: Grammar, token: int, cue: Cue) -> Found | None:
    """Match the cue at ``token`` with content before it."""
    if not cue.frames & _FINAL or cue.shape is Shape.ING:
        return None
    first, last = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    return _inverted(grammar, token, cue, last) or _subject_first(grammar, token, cue, first, last)


def _inverted(grammar: Grammar, token: int, cue: Cue, last: int) -> Found | None:
    """Match "…," said the mayor."""
    if cue.frames & Frame.TELL or not _ends_content(grammar, token) or token + 1 >= last:
        return None
    following = grammar.words[token + 1]
    if following in grammar.time_words:
        return None
    is_name = grammar.reading.is_capital(token + 1) or following in grammar.determiners
    end = grammar.noun_phrase_end(token + 1, last)
    is_last = end >= last - 1 or grammar.words[end] == ","
    is_name = is_name or (cue.lemma == "say" and is_last and _is_described(grammar, token + 1, end))
    if not (is_name or following in grammar.subject_pronouns or is_closed_off(grammar, token)):
        return None
    content = content_before(grammar, token)
    if end == token + 1 or content is None:
        return None
    if quote_before(grammar, content[1]) is None and _opens_speech(grammar, end):
        quotes = (*following_quotes(grammar, end + 1),)  # But, said the mayor, "…"
        return Found(quotes, (token, token + 1), (token + 1, end), "inverted-forward")
    is_quoted = quote_before(grammar, content[1]) is not None
    if not is_quoted and not (
        _is_plain_final(grammar, cue, content) and _is_name(grammar, token + 1, end, last)
    ):
        return None
    return _with_more(grammar, (token, token + 1), (token + 1, end), content, end, "inverted")


def _is_described(grammar: Grammar, start: int, end: int) -> bool:
    """Whether a name with its description in front stands here: union leader Olga Petrov."""
    is_phrase = grammar.words[start] not in grammar.prepositions and not grammar.is_adverb(start)
    return is_phrase and end > start and grammar.reading.is_capital(end - 1)


def _subject_first(grammar: Grammar, token: int, cue: Cue, first: int, last: int) -> Found | None:
    """Match "…," the mayor said."""
    start = grammar.verb_group_start(token, first)
    source = grammar.subject_before(start, first)
    if (
        source is None
        or not _ends_content(grammar, source[0])
        or grammar.words[token + 1 : token + 2] == [":"]
    ):
        return None
    # After a comma inside the closing mark whatever follows the cue is a circumstance.
    is_certain = is_closed_off(grammar, source[0]) and not _opens_sentence(grammar, source[0])
    after = token + 1 if is_certain else _after_final(grammar, token + 1, cue, last)
    if after is not None and _opens_speech(grammar, after) and not is_certain:
        return None  # "… late." She added, "Nobody came."; As the crowd grew, she said, "…"
    content = content_before(grammar, source[0])
    if after is None or content is None or grammar.words[source[0]] in _RELATIVES:
        return None
    if (_is_show(grammar, content) and after < last - 1) or (
        _is_over(grammar, source[0]) and token + 1 < last - 1
    ):
        return None
    if quote_before(grammar, content[1]) is None and not (
        _is_plain_final(grammar, cue, content)
        or _splits_clause(grammar, after, cue)
        or _follows_lead(grammar, content, after, cue)
        or (after >= last - 1 and cue.lemma == "say")  # nothing else can be what "…, she said." tells
    ):
        return None
    return _with_more(grammar, (start, token + 1), source, content, after, "final")


def _is_show(grammar: Grammar, content: Tokens) -> bool:
    """Whether what stands before the comma tells where, not what: On Sunday's “Harbour Talk,” | Lee said …"""
    quote = quote_before(grammar, content[1])
    if quote is None or quote[0] == content[0] or not is_title(grammar, quote):
        return False
    return not grammar.has_verb(content[0], quote[0]) and any(
        grammar.words[place] in grammar.prepositions for place in range(content[0], quote[0])
    )


def _is_over(grammar: Grammar, token: int) -> bool:
    """Whether a full stop ends the quotation before ``token``: “… late.” | He pledged to go."""
    return _opens_sentence(grammar, token) and grammar.words[token - 2] == "."


def _opens_sentence(grammar: Grammar, token: int) -> bool:
    """Whether a sentence begins at ``token``: behind a full stop inside the quotation mark."""
    return grammar.reading.sentences[grammar.reading.sentence_of[token]][0] == token


def _opens_speech(grammar: Grammar, token: int) -> bool:
    """Whether a quotation follows a comma or colon at ``token``."""
    return grammar.words[token : token + 1] in ([","], [":"]) and quote_at(grammar, token + 1) is not None


def _ends_content(grammar: Grammar, token: int) -> bool:
    """Whether a comma, a dash or a closing quotation mark stands before ``token``."""
    return token > 0 and (
        grammar.words[token - 1] in _DASHES_AND_COMMA or quote_before(grammar, token) is not None
    )


def _is_plain_final(grammar: Grammar, cue: Cue, content: Tokens) -> bool:
    """Whether an unquoted content is a main clause, and the verb one that may stand behind such a clause."""
    if not cue.frames & (Frame.SAY | Frame.TELL) and cue.lemma not in _THOUGHT:
        return False
    if cue.lemma in grammar.no_bare_clause or (cue.lemma == "state" and cue.shape is not Shape.PAST):
        return False
    start, end = content
    if grammar.words[start] in grammar.prepositions or grammar.words[start] in grammar.boundaries:
        comma = _next_comma(grammar, start, end)
        start = comma if comma < end else start  # "In April, …", but "About forty barns …"
    token = start + 1
    while token < end:
        if grammar.words[token] in _RELATIVES:
            token = _next_comma(grammar, token, end)
        elif grammar.is_finite(token):
            return True
        token += 1
    return False


def _splits_clause(grammar: Grammar, token: int, cue: Cue) -> bool:
    """Whether the cue stands between a subject and its verb: "The dam, she said, | had failed"."""
    words = grammar.words
    is_between = token + 2 < len(words) and words[token - 1] in grammar.forms and words[token] == ","
    return is_between and bool(cue.frames & Frame.SAY) and words[token + 1] in grammar.auxiliaries


def _follows_lead(grammar: Grammar, content: Tokens, token: int, cue: Cue) -> bool:
    """Whether the cue stands between a clause and what leads into it: "In May, she said, | it sank"."""
    start, end = content
    words = grammar.words
    if not cue.frames & Frame.SAY or end - start > _LONGEST_LEAD or words[token : token + 1] != [","]:
        return False
    if any(words[place] == "," or grammar.is_finite(place) for place in range(start, end)):
        return False
    last = min(sentence_end(grammar, token), token + _LOOK_AHEAD)
    return token + 2 < last and grammar.has_verb(token + 2, last)


def _next_comma(grammar: Grammar, start: int, end: int) -> int:
    return next((token for token in range(start, end) if grammar.words[token] == ","), end)


def _is_name(grammar: Grammar, start: int, end: int, last: int) -> bool:
    """Whether the tokens name a source and are not the subject of a clause that goes on."""
    if grammar.words[start] in grammar.subject_pronouns:
        return end >= last or grammar.words[start + 1] in _ENDS
    return not grammar.has_verb(start + 1, end) and not (end < last and grammar.is_finite(end))


def _after_final(grammar: Grammar, token: int, cue: Cue, last: int) -> int | None:
    """Return where the cue's clause ends if nothing in it can be content, else None."""
    words = grammar.words
    for place in range(token, min(last, token + _LOOK_AHEAD)):
        if words[place] in _ENDS or quote_at(grammar, place) is not None:
            return place if words[place] in _ENDS else None
        if words[place] in _SUBJECTS or words[place] == ":":
            return None
        if place == token and not _may_follow(grammar, place, cue):
            return None
    return last if last <= token + _LOOK_AHEAD else None


def _may_follow(grammar: Grammar, token: int, cue: Cue) -> bool:
    """Whether the word behind a cue opens an addressee or a circumstance, not content."""
    word = grammar.words[token]
    if cue.frames & Frame.TELL or cue.lemma == "ask" or word in _CIRCUMSTANCES:
        return True
    return word in grammar.prepositions or word in grammar.time_words or grammar.is_adverb(token)


def _with_more(
    grammar: Grammar, cue: Tokens, source: Tokens, content: Tokens, after: int, pattern: str
) -> Found:
    """Add what the same speaker says behind the cue: "…," she said, "…"; "…," she said. "…" """
    if quote_before(grammar, content[1]) is not None:
        return Found((content, *spoken_on(grammar, after)), cue, source, f"{pattern}-quote")
    if _is_interjected(grammar, after, max(cue[1], source[1])):
        rest = (after + 1, clause_end(grammar, after + 1, sentence_end(grammar, after)))
        return Found((content, rest), cue, source, f"{pattern}-interjected")
    return Found((content,), cue, source, f"{pattern}-clause")


def _is_interjected(grammar: Grammar, token: int, attribution_end: int) -> bool:
    """Whether "…, she said, …" goes on behind a comma right after cue and source."""
    words, forms = grammar.words, grammar.forms
    if token + 3 >= len(words) or words[token] != "," or token != attribution_end:
        return False
    following = words[token + 1]
    if grammar.reading.sentence_of[token + 1] != grammar.reading.sentence_of[token]:
        return False
    is_participle = following in forms and forms[following].shape is Shape.ING
    return not is_participle and following not in ("a", "an", "who", "which")

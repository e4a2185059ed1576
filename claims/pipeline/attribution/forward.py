"""Matches cues that stand before their content: the mayor said (that) …, plans to …, called for …"""

from claims.pipeline.attribution.clauses import clause_end, thing_end
from claims.pipeline.attribution.contents import (
    Found,
    block_quotes,
    following_quotes,
    quote_at,
    sentence_end,
)
from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.attribution.words import Cue, Frame, Shape

_CLAUSE = Frame.SAY | Frame.TELL | Frame.THINK | Frame.SHOW | Frame.ASK
_ZERO = Frame.SAY | Frame.TELL | Frame.THINK | Frame.SHOW
_RELATIVES = frozenset({"who", "which", "that"})
_SURE = frozenset({"forward-quote", "colon-quote", "that"})
_TIMES = frozenset({"last", "this", "past", "late", "early", "the", "on"})
_NO_CONTENT = frozenset({",", ".", ";", "and", "or", ")", "—", "–", "as", "by"})
_CIRCUMSTANCES = frozenset({",", "last", "this", "late", "early", "as", "when", "while", "after"})
_WHILE = frozenset({"as", "when", "while", "after", "before"})
_NAMING = frozenset({"call", "declare", "proclaim", "pronounce", "deem", "dub", "label", "brand", "term"})
_LONGEST_NAMED = 8  # tokens of what is declared this or that
_LOOK_AHEAD = 20  # tokens between a cue and its "that" or quotation
_LONGEST_ADDRESSEE = 8  # tokens
_SHORTEST_CLAUSE = 3  # tokens
_SUBJECT_REACH = 60  # tokens from the sentence's start in which its first verb is sought

_Content = tuple[list[Tokens], int, str]  # parts, end of the cue, name of the pattern


def find_forward(grammar: Grammar, token: int, cue: Cue, earlier: Tokens | None) -> Found | None:
    """Match the cue at ``token`` with content behind it; ``earlier`` is the last source of its sentence."""
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    is_infinitive = cue.shape is Shape.BASE and grammar.words[token - 1] == "to"
    is_worded = _quotes_next(grammar, token + 1) or (cue.lemma in _NAMING and _quotes_soon(grammar, token))
    if is_infinitive and grammar.words[token - 2] != "on" and not is_worded:
        return None  # "to say": nobody has said it yet, unless "went on to say", or the words are quoted
    start = grammar.verb_group_start(token, first)
    source = _source(grammar, token, start, cue, earlier)
    found = _content(grammar, token, cue)
    if found is None and source is not None:
        found = _shown(grammar, token, cue, source)
    # A participle needs no subject of its own: "calling it “a farce”".
    if found is None or (
        source is None
        and not (cue.shape is Shape.ING and found[2] in _SURE and grammar.words[start - 1] == ",")
    ):
        return None
    parts, cue_end, name = found
    if any(end <= begin for begin, end in parts):
        return None
    prefix = "ing-" if cue.shape is Shape.ING else ""
    return Found(tuple(parts), (start, cue_end), source, prefix + name)


def _quotes_next(grammar: Grammar, token: int) -> bool:
    """Whether a quotation opens at ``token``, or behind a comma or colon there."""
    if grammar.words[token : token + 1] in ([","], [":"]):
        token += 1
    return quote_at(grammar, token) is not None


def _source(grammar: Grammar, token: int, start: int, cue: Cue, earlier: Tokens | None) -> Tokens | None:
    """Return the subject of the cue; of ", adding" and "and called" that of the sentence."""
    words = grammar.words
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    before = words[start - 1] if start > first else ""
    if before == "to" and cue.shape is Shape.BASE:
        return earlier or _sentence_subject(grammar, first, start)
    if before in _RELATIVES and start - 1 > first:
        return _with_antecedent(grammar, start - 1, first), start
    is_participle = cue.shape is Shape.ING and start == token and before in (",", "by", "")
    source = None if is_participle else grammar.subject_before(start, first)
    if source is not None and _is_time(grammar, source):
        source = _sentence_subject(grammar, first, source[0]) or source  # "a report published Monday | said"
    if source is not None and cue.shape is Shape.ING and _is_object(grammar, source, first):
        source = _sentence_subject(grammar, first, source[0]) or source
    if source is not None and before == "," and source[1] == start - 1 and not is_participle:
        return source  # "Ann Lee, who is 28, | said"
    if source is None or before in ("and", "but", ",") or words[source[0]] in grammar.prepositions:
        if is_participle and words[first] in grammar.boundaries:
            return _sentence_subject(grammar, _main_clause(grammar, first, start), start) or earlier or source
        return earlier or _sentence_subject(grammar, first, start) or source
    return source


def _shown(grammar: Grammar, token: int, cue: Cue, source: Tokens) -> _Content | None:
    """Match what polls and papers show, with or without a verb of its own: "polls show him ahead"."""
    last = sentence_end(grammar, token)
    if (
        not cue.frames & Frame.SHOW
        or token + 2 >= last
        or grammar.evidence.isdisjoint(grammar.words[slice(*source)])
    ):
        return None
    if grammar.words[token + 1] in _NO_CONTENT or grammar.words[token + 1] in grammar.prepositions:
        return None
    return [(token + 1, clause_end(grammar, token + 1, last))], token + 1, "shown"


def _is_object(grammar: Grammar, source: Tokens, first: int) -> bool:
    """Whether a verb stands before the noun: "The city put out | a statement | saying"."""
    return source[0] - 1 > first and grammar.is_finite(source[0] - 1)


def _is_time(grammar: Grammar, source: Tokens) -> bool:
    return all(word in grammar.time_words or word in _TIMES for word in grammar.words[slice(*source)])


def _with_antecedent(grammar: Grammar, relative: int, first: int) -> int:
    """Return where the noun phrase before a relative pronoun begins: "a paper | that", "Ann Lee, | who"."""
    end = relative - 1 if grammar.words[relative - 1] == "," else relative
    return min(relative, grammar.noun_phrase_start(end, first))


def _main_clause(grammar: Grammar, first: int, last: int) -> int:
    """Return where the main clause begins behind "When the dam failed, "."""
    commas = (
        token for token in range(first, min(last - 1, first + _SUBJECT_REACH)) if grammar.words[token] == ","
    )
    return next(commas, first - 1) + 1


def _sentence_subject(grammar: Grammar, first: int, last: int) -> Tokens | None:
    """Return the noun phrase before the first verb of the sentence, at most ``_SUBJECT_REACH`` tokens on."""
    if last < first + _SUBJECT_REACH:
        return _first_subject(grammar, first, last)
    if first not in grammar.subjects:
        grammar.subjects[first] = _first_subject(grammar, first, first + _SUBJECT_REACH)
    return grammar.subjects[first]


def _first_subject(grammar: Grammar, first: int, last: int) -> Tokens | None:
    for token in range(first + 1, last):
        if grammar.is_finite(token):
            whole = grammar.subject_before(grammar.verb_group_start(token, first), first)
            start = whole[0] if whole is not None else token
            # "A person who asked not to be named | said": the clause belongs to the subject.
            end = last if grammar.words[token - 1] == "who" else token
            return (start, end) if start < token else None
    return None


def _content(grammar: Grammar, token: int, cue: Cue) -> _Content | None:
    cue_end = token + 1
    last = sentence_end(grammar, token)
    position = _skip_between(grammar, cue_end, cue, last)
    if position >= last or grammar.words[position] == ":":
        return _after_colon(grammar, position, last, cue_end) if cue.frames & _CLAUSE else None
    quote = quote_at(grammar, position)
    if quote is not None:
        end = clause_end(grammar, position, max(last, quote[1]))
        if quote[1] < end and (
            grammar.words[quote[1]] in grammar.time_words
            or grammar.words[quote[1]] in _CIRCUMSTANCES
            or grammar.words[quote[1]] in ("until", "in", "on", "during", "at", "while", "before")
        ):
            end = quote[1]
        return [(position, end)], cue_end, "forward-quote"
    return _marked(grammar, position, cue, last, cue_end)


def _marked(grammar: Grammar, position: int, cue: Cue, last: int, cue_end: int) -> _Content | None:
    """Content that a word announces ("that", "whether", "to", a preposition), or that nothing announces."""
    word = grammar.words[position]
    if word in grammar.question_words or word == "that":
        name = "that" if word == "that" else "question"
        return [(position, clause_end(grammar, position, last))], cue_end, name
    if word == "to" and cue.frames & (Frame.WANT | Frame.URGE):
        return [(position, clause_end(grammar, position, last))], cue_end, "to"
    if word in cue.prepositions and position == cue_end:
        return [(position + 1, thing_end(grammar, position + 1, last))], position + 1, "about"
    if word in grammar.prepositions or word in _NO_CONTENT:
        return None
    return _bare(grammar, position, cue, last, cue_end)


def _bare(grammar: Grammar, position: int, cue: Cue, last: int, cue_end: int) -> _Content | None:
    """A clause without "that", or a thing."""
    end = clause_end(grammar, position, last)
    has_subject_and_verb = grammar.is_contracted_subject(grammar.words[position])
    is_clause = has_subject_and_verb or grammar.has_verb(position + 1, end)
    # Plain forms and the present tense ("she swims") are not told from nouns; behind "said" they are verbs.
    is_open = cue.lemma == "say" and end - position >= _SHORTEST_CLAUSE
    # "…, said union leader Ann Lee" has its content before it.
    is_inverted = grammar.words[cue_end - 2] == "," and not _may_open_clause(grammar, position)
    is_clause = is_clause or (is_open and not is_inverted)
    if cue.frames & _ZERO and is_clause and cue.lemma not in grammar.no_bare_clause:
        return [(position, end)], cue_end, "zero-say" if cue.frames & Frame.SAY else "zero-think"
    thing = thing_end(grammar, position, last)
    is_judged = bool(cue.frames & Frame.AS) and "as" in grammar.words[position:thing]
    if cue.frames & Frame.OBJECT or is_judged or (cue.lemma in _NAMING and _quotes_soon(grammar, position)):
        return [(position, thing)], cue_end, "object"
    return None


def _quotes_soon(grammar: Grammar, position: int) -> bool:
    """Whether a quotation opens close behind: "declared the harbour | “open for all”"."""
    places = range(position + 1, min(len(grammar.words), position + _LONGEST_NAMED))
    return any(quote_at(grammar, place) is not None for place in places)


def _may_open_clause(grammar: Grammar, token: int) -> bool:
    word = grammar.words[token]
    is_subject = word in grammar.subject_pronouns or word in grammar.determiners
    return is_subject or grammar.reading.is_capital(token)


def _after_colon(grammar: Grammar, colon: int, last: int, cue_end: int) -> _Content | None:
    """Match what follows "she said:", on the line or in the quoted paragraphs below."""
    words = grammar.words
    if colon >= len(words) or words[colon] != ":":
        colon = last - 1
        if words[colon] != ":":
            return None
    quotes = following_quotes(grammar, colon + 1)
    if quotes:
        return quotes, cue_end, "colon-quote"
    if colon + 1 < last:
        return [(colon + 1, last)], cue_end, "colon"
    blocks = block_quotes(grammar, colon + 1)
    return (blocks, cue_end, "block-quote") if blocks else None


def _skip_between(grammar: Grammar, position: int, cue: Cue, last: int) -> int:
    """Return where the content begins behind adverbs, circumstances and the person spoken to."""
    if cue.frames & _CLAUSE and not _opens_infinitive(grammar, position, cue):
        mark = _mark_ahead(grammar, position, cue, last)
        if mark is not None:
            return mark
    while position < last and (grammar.is_adverb(position) or _is_when(grammar, position)):
        position += 1
    if cue.frames & (Frame.TELL | Frame.URGE) or cue.lemma == "ask":
        return _after_addressee(grammar, position, last)
    return position


def _is_when(grammar: Grammar, token: int) -> bool:
    """Whether the token tells when: "Monday", or "on" before it."""
    words = grammar.words
    follows = words[token + 1 : token + 2]
    return words[token] in grammar.time_words or (
        words[token] == "on" and bool(follows) and follows[0] in grammar.time_words
    )


def _opens_infinitive(grammar: Grammar, token: int, cue: Cue) -> bool:
    """Whether "to" opens what is pledged ("to end the “old ways”"), not who is spoken to ("to the crowd")."""
    words = grammar.words
    if not cue.frames & Frame.WANT or words[token : token + 1] != ["to"] or token + 2 >= len(words):
        return False
    is_person = words[token + 1] in grammar.determiners or words[token + 1] in grammar.addressees
    return not is_person and not grammar.reading.is_capital(token + 1)


def _mark_ahead(grammar: Grammar, position: int, cue: Cue, last: int) -> int | None:
    """Return the colon, "that" or quotation ahead that opens the content, None if content comes before it."""
    for token in range(position, min(last, position + _LOOK_AHEAD)):
        word = grammar.words[token]
        if word == ":":
            return token
        is_quote = quote_at(grammar, token) is not None
        if word == "that" or is_quote:
            is_circumstance = grammar.words[position] in _WHILE and grammar.words[token - 1] == ","
            if (
                is_quote
                and not is_circumstance
                and any(grammar.is_finite_verb(between) for between in range(position, token))
            ):
                return None
            return token if token == position or _may_be_between(grammar, position, cue) else None
    return None


def _may_be_between(grammar: Grammar, start: int, cue: Cue) -> bool:
    """Whether the words at ``start`` are an addressee or a circumstance, not content of their own."""
    word = grammar.words[start]
    if word in cue.prepositions:
        return False
    if cue.frames & Frame.TELL or word in _CIRCUMSTANCES or grammar.is_adverb(start):
        return True
    return word in grammar.prepositions or word in grammar.time_words


def _after_addressee(grammar: Grammar, position: int, last: int) -> int:
    """Return where the content begins behind a person spoken to."""
    words = grammar.words
    for token in range(position, min(last, position + _LONGEST_ADDRESSEE)):
        word = words[token]
        if word in grammar.question_words or word in ("to", "that", "about"):
            return token
        if word == "not" and words[token + 1 : token + 2] == ["to"]:
            return token
        if token > position and (word in grammar.subject_pronouns or grammar.is_finite(token)):
            break
    token = position + (position < last and words[position] in grammar.determiners)
    if token < last and words[token] in grammar.addressees:
        return token + 1 + (words[token + 1 : token + 2] == [","])
    end = token
    while end < last and grammar.reading.is_capital(end) and words[end] not in grammar.subject_pronouns:
        end += 1
    return end if end > token else position

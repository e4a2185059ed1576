"""Matches nouns that announce a content: the mayor's claim that …, accusations by the port that …"""

from collections.abc import Iterator, Sequence

from claims.pipeline.attribution.clauses import clause_end
from claims.pipeline.attribution.contents import Found, following_quotes, sentence_end
from claims.pipeline.attribution.grammar import CLAUSE_MARKS, Grammar, Tokens
from claims.pipeline.words import load_words

_LONGEST_SOURCE = 10  # tokens between "by" and "that"
_LONGEST_OWNER = 6  # tokens of "Mayor Otto Brandt's"
_MAKES = frozenset({"make", "makes", "made", "making"})
_LEAD = 2  # tokens
_HEARSAY = frozenset(
    {
        "report",
        "reports",
        "rumor",
        "rumors",
        "rumour",
        "rumours",
        "speculation",
        "allegation",
        "allegations",
        "accusation",
        "accusations",
    }
)
_HOLDER_REACH = 14  # tokens
_OPENERS = frozenset({"but", "and", "so", "yet", "still"})
_IS = frozenset({"is", "was"})
_OWNERS = frozenset({"his", "her", "their", "its", "my", "our"})
_BY = frozenset({"by", "from", "of", "among"})


def find_nouns(grammar: Grammar, within: Sequence[range] | None = None) -> Iterator[Found]:
    """Yield what a noun, or "made clear", announces outside quotations, ``within`` some tokens if given."""
    words, reading, sets = grammar.words, grammar.reading, load_words("en").sets
    wordings = sets["nouns_of_wording"]
    marks = sets["cue_nouns"] | sets["nouns_of_answer"] | wordings | {"clear"}
    for token in reading.places_of(marks, within):
        if reading.sentence_of[token] < 0 or reading.quote_of[token] >= 0:
            continue
        found = _made_clear(grammar, token) if words[token] == "clear" else None
        if words[token] in wordings:
            found = _worded(grammar, token)
        found = found or _announced(grammar, token)
        if found is not None:
            yield found


def _announced(grammar: Grammar, token: int) -> Found | None:
    """Match a noun and "that": her claim that …, her answer was that …"""
    words, sets = grammar.words, load_words("en").sets
    last = sentence_end(grammar, token)
    mark = _that(grammar, token, last)
    if mark is None or mark + 3 > last or _is_verb(grammar, token):
        return None
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    is_told = words[token + 1] in _IS
    source = _source(grammar, token, mark)
    if words[token] not in sets["cue_nouns"] and not (is_told and source is not None):
        return None  # "The answer is that": the author's own
    if not is_told and token - first < _LEAD:
        return None  # "Rumours that he fled spread": where a noun opens, its content has no clear end
    name = "noun-is-that" if is_told else "noun-that"
    return Found(((mark, clause_end(grammar, mark, last)),), (token, token + 1), source, name)


def _made_clear(grammar: Grammar, token: int) -> Found | None:
    """Match "the mayor made (it) clear that"."""
    words = grammar.words
    verb = token - 2 if words[token - 1 : token] == ["it"] else token - 1
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    if words[token + 1 : token + 2] != ["that"] or verb <= first or words[verb] not in _MAKES:
        return None
    start = grammar.verb_group_start(verb, first)
    source = grammar.subject_before(start, first)
    end = clause_end(grammar, token + 1, sentence_end(grammar, token))
    return Found(((token + 1, end),), (start, token + 1), source, "clear-that") if source else None


def _worded(grammar: Grammar, token: int) -> Found | None:
    """Match a noun and the quotation that it names: chants of “…”, the slogan “…”, the motto, “…”."""
    words = grammar.words
    is_shouted = words[token + 1 : token + 2] == ["of"]
    is_joined = is_shouted or words[token + 1 : token + 2] in ([","], [":"])
    quotes = following_quotes(grammar, token + 1 + is_joined)
    if not quotes:
        return None
    # "He left to chants of …": nobody knows whose, but "he ran on the slogan …".
    source = _owner(grammar, token) if is_shouted else _source(grammar, token, token + 1)
    return Found(tuple(quotes), (token, token + 1), source, "noun-quote")


def _is_verb(grammar: Grammar, token: int) -> bool:
    """Whether the word is a verb here ("he claims that"), not a noun."""
    cue = grammar.forms.get(grammar.words[token])
    return cue is not None and grammar.is_verb(token, cue)


def _that(grammar: Grammar, token: int, last: int) -> int | None:
    """Return the "that" behind the noun, or behind the one who is named with it."""
    words = grammar.words
    if token + 1 >= last:
        return None
    if words[token + 1] == "that":
        return token + 1
    if words[token + 1] in _IS and words[token + 2 : token + 3] == ["that"]:
        return token + 2  # "her answer was | that"
    if words[token + 1] not in _BY or words[token + 2 : token + 3] == ["that"]:
        return None  # "accusations from that year"
    for place in range(token + 2, min(last, token + 2 + _LONGEST_SOURCE)):
        if words[place] == "that":
            return place
        if words[place] == "," or grammar.is_finite(place):
            return None
    return None


def _source(grammar: Grammar, token: int, mark: int) -> Tokens | None:
    """Return who stands between noun and "that", owns the noun, or makes the claim it names."""
    words = grammar.words
    if mark > token + 1 and words[token + 1] in _BY:
        return token + 2, mark
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    return _owner(grammar, token) or _maker(grammar, token, first)


def _owner(grammar: Grammar, token: int) -> Tokens | None:
    """Return who owns the noun at ``token``: "his", "the mayor's"."""
    words = grammar.words
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[token]]
    for place in range(token - 1, max(first - 1, token - 4), -1):
        if words[place] in _OWNERS:
            return place, place + 1
        if words[place].endswith(("'s", "s'")):
            return _owner_start(grammar, place, max(first, place - _LONGEST_OWNER)), place + 1
    return None


def _owner_start(grammar: Grammar, owner: int, low: int) -> int:
    """Return where "the mayor's" or "Mayor Otto Brandt's" begins: at its determiner, or its first capital."""
    for token in range(owner, low - 1, -1):
        if grammar.words[token] in grammar.determiners:
            return token
    start = owner
    while start > low and grammar.reading.is_capital(start - 1) and grammar.words[start - 1] not in _OPENERS:
        start -= 1
    return start


def _maker(grammar: Grammar, token: int, first: int) -> Tokens | None:
    """Return the subject of the verb whose object the noun is: "the mayor floated the suggestion that …"."""
    verb = token - 1
    if verb > first and grammar.words[verb] in grammar.determiners:
        verb -= 1
    if verb <= first or not grammar.is_finite(verb) or grammar.words[verb] in grammar.be:
        return None if grammar.words[token] in _HEARSAY else _holder(grammar, token, first)
    return grammar.subject_before(grammar.verb_group_start(verb, first), first)


def _holder(grammar: Grammar, token: int, first: int) -> Tokens | None:
    """Return the subject of the verb before the noun: "Lee entered the race with the argument that"."""
    for verb in range(token - 1, max(first, token - _HOLDER_REACH), -1):
        if grammar.words[verb] in CLAUSE_MARKS:
            return None
        if grammar.is_finite(verb):
            return grammar.subject_before(grammar.verb_group_start(verb, first), first)
    return None

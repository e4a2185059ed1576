"""Matches nouns that announce a content: the mayor's claim that …, accusations by the port that …"""

from collections.abc import Iterator

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
_OWNERS = frozenset({"his", "her", "their", "its", "my", "our"})
_BY = frozenset({"by", "from", "of", "among"})


def find_nouns(grammar: Grammar) -> Iterator[Found]:
    """Yield the attributions that a noun and "that" announce, outside quotations."""
    words, reading = grammar.words, grammar.reading
    yield from _find_clear(grammar)
    sets = load_words("en").sets
    nouns, wordings, answers = sets["cue_nouns"], sets["nouns_of_wording"], sets["nouns_of_answer"]
    either = nouns | wordings | answers
    for token in [token for token, word in enumerate(words) if word in either]:
        if reading.sentence_of[token] < 0 or reading.quote_of[token] >= 0:
            continue
        last = sentence_end(grammar, token)
        quotes = _worded(grammar, token) if words[token] in wordings else []
        if quotes:
            # "He left to chants of …": nobody knows whose, but "he ran on the slogan …".
            is_shouted = words[token + 1] == "of"
            source = _owner(grammar, token) if is_shouted else _source(grammar, token, token + 1)
            yield Found(tuple(quotes), (token, token + 1), source, "noun-quote")
            continue
        mark = _that(grammar, token, last)
        first, _ = reading.sentences[reading.sentence_of[token]]
        is_told = words[token + 1 : token + 2] in (["is"], ["was"])
        # "Rumours that he fled spread": where a noun opens the sentence, its content has no clear end.
        opens = token - first < _LEAD and not is_told
        if mark is None or mark + 3 > last or opens or _is_verb(grammar, token):
            continue
        source = _source(grammar, token, mark)
        if words[token] in nouns or (is_told and words[token] in answers and source is not None):
            end = clause_end(grammar, mark, last)
            name = "noun-is-that" if is_told else "noun-that"
            yield Found(((mark, end),), (token, token + 1), source, name)


def _find_clear(grammar: Grammar) -> Iterator[Found]:
    """Yield what somebody "made (it) clear that"."""
    words, reading = grammar.words, grammar.reading
    for token in [token for token, word in enumerate(words) if word == "clear"]:
        verb = token - 2 if words[token - 1 : token] == ["it"] else token - 1
        number = reading.sentence_of[token]
        if number < 0 or reading.quote_of[token] >= 0 or words[token + 1 : token + 2] != ["that"]:
            continue
        first, _ = reading.sentences[number]
        if verb > first and words[verb] in _MAKES:
            start = grammar.verb_group_start(verb, first)
            end = clause_end(grammar, token + 1, sentence_end(grammar, token))
            source = grammar.subject_before(start, first)
            if source is not None:
                yield Found(((token + 1, end),), (start, token + 1), source, "clear-that")


def _worded(grammar: Grammar, token: int) -> list[Tokens]:
    """Return the quotations that a noun names: chants of “…”, the slogan “…”, the motto, “…”."""
    start = token + 1
    if grammar.words[start : start + 1] in (["of"], [","], [":"]):
        start += 1
    return following_quotes(grammar, start)


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
    if words[token + 1] in ("is", "was") and words[token + 2 : token + 3] == ["that"]:
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

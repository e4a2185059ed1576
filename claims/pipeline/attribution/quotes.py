"""Finds speech that no verb announces: "NAME: …", a quotation behind a colon or by itself."""

from collections.abc import Iterator, Sequence
from itertools import chain

from claims.pipeline.attribution.contents import Found, following_quotes, quotes_below
from claims.pipeline.attribution.grammar import CLOSING_MARKS, Grammar, Tokens
from claims.pipeline.words import load_words

LONE_QUOTE = "bare-quote"
"""The pattern of a quotation that nothing announces: who spoke last before it, some way above, speaks."""

MEMORY = 12
"""Sentences in which a speaker is remembered."""

_LONGEST_NAME = 9  # tokens before the colon of "NAME: …"
_SHORTEST_SPEECH = 4  # tokens behind that colon
_COLON = frozenset({":"})
_DASHES = frozenset({"-", "–", "—"})
_LONGEST_SIGNATURE = 20  # tokens
_LONG_QUOTE = 12  # tokens, of a quotation that is more than a title or a scare quote
_SHORTEST_QUOTE = 5  # tokens, with its marks, of a quotation that stands alone
_IN_NAMES = frozenset(
    {".", ",", "(", ")", "-", "/", "of", "for", "de", "van", "von", "al", "bin", "the", "to", "and"}
)
_CLOSERS = frozenset({",", ".", "!", "?", "…"})


def find_turns(grammar: Grammar, within: Sequence[range] | None = None) -> Iterator[Found]:
    """Yield the turns of a transcript and the headlines of its form: a name, a colon, what is said.

    Only those ``within`` some tokens, if given.
    """
    words, reading = grammar.words, grammar.reading
    labels = load_words("en").sets["labels"]
    for colon in reading.places_of(_COLON, within):
        if reading.sentence_of[colon] < 0:
            continue
        first = _line_start(grammar, colon)
        if first is None or not _is_name(grammar, first, colon) or words[first] in labels:
            continue
        end = _line_end(grammar, colon)
        if end - colon > _SHORTEST_SPEECH:
            yield Found(((colon + 1, end),), (colon, colon + 1), (first, colon), "name-colon")


def _line_start(grammar: Grammar, colon: int) -> int | None:
    """Return where the line of ``colon`` begins, if that is near."""
    for token in range(colon - 1, max(-1, colon - 2 - _LONGEST_NAME), -1):
        if grammar.words[token] == "\n":
            return token + 1
    return 0 if colon <= _LONGEST_NAME else None


def _line_end(grammar: Grammar, token: int) -> int:
    """Return where the line of ``token`` ends, without its closing stop."""
    reading = grammar.reading
    end = token
    while end < len(reading.words) and reading.sentence_of[end] >= 0:
        end = reading.sentences[reading.sentence_of[end]][1]
    return end - 1 if end > token and reading.words[end - 1] == "." else end


def _is_name(grammar: Grammar, first: int, colon: int) -> bool:
    """Whether the tokens before the colon are capitalised words with at most joining words between."""
    words, reading = grammar.words, grammar.reading
    names = [token for token in range(first, colon) if words[token] not in _IN_NAMES]
    return (
        bool(names)
        and names[0] == first
        and all(reading.is_capital(token) and not grammar.reading.quote_of[token] >= 0 for token in names)
        and not any(words[token] in grammar.forms for token in names[1:])
    )


def with_open_quotes(
    grammar: Grammar, tokens: bytearray, found: list[Found], within: Sequence[range] | None = None
) -> list[Found]:
    """Return ``found`` with the quotations that nothing took yet (``tokens`` marks what is taken).

    Only quotations ``within`` some tokens are looked at, if given.

    One right behind what somebody said goes on with it; one behind a colon, or a sentence of its own, is new.
    """
    reading, words = grammar.reading, grammar.words
    result = list(found)
    sources = {reading.sentence_of[item.cue[0]]: item.source for item in found if item.cue is not None}
    last_in = {_last_sentence(grammar, item): place for place, item in enumerate(found)}
    opens = {item.content[0][0]: place for place, item in enumerate(found) if item.pattern in _SPOKEN_BEHIND}
    done = 0
    inside = None if within is None else frozenset(chain.from_iterable(within))
    for start, end in reading.quotes:
        if start < done or (inside is not None and start not in inside) or any(tokens[start:end]):
            continue
        quotes = following_quotes(grammar, start)
        quotes += quotes_below(grammar, quotes[-1][1])
        before = start - 1 if start > 0 and words[start - 1] != "\n" else start - 2
        if before > 0 and words[before] == ":":
            result.append(
                Found(tuple(quotes), (before, before + 1), _before_colon(grammar, before), "bare-colon-quote")
            )
            done = quotes[-1][1]
            continue
        place = _place_behind([*quotes, *_below_unclosed(grammar, quotes[-1][1])], opens)
        if place is not None:
            result[place] = _begun(result[place], quotes)
            done = quotes[-1][1]
            continue
        if not _is_speech(grammar, start, end):
            continue
        number = reading.sentence_of[start]
        place = last_in.get(number - 1) if number else None
        if place is not None and reading.sentences[number][0] == start and words[end - 2] != ",":
            result[place] = _continued(result[place], quotes)
            last_in[reading.sentence_of[quotes[-1][1] - 1]] = place
            done = quotes[-1][1]
            continue
        source = _source(grammar, start, end, sources)
        sources.setdefault(number, source)
        result.append(Found(((start, end),), None, source, LONE_QUOTE))
    return result


_SPOKEN_BEHIND = frozenset({"final-quote", "inverted-quote"})
_SPOKEN = ("final", "inverted", "forward-quote", "colon", "zero-say", "that")


def _place_behind(quotes: list[Tokens], opens: dict[int, int]) -> int | None:
    """Return whose speech the quotations lead into: “It is old.” | “It leaks,” said the mayor."""
    return next((opens[start] for start, _ in quotes[1:] if start in opens), None)


def _below_unclosed(grammar: Grammar, end: int) -> list[Tokens]:
    """Return the quotations that open the paragraph below one whose quotation is not closed: it goes on."""
    if grammar.words[end - 1] in CLOSING_MARKS or grammar.words[end : end + 1] != ["\n"]:
        return []
    return following_quotes(grammar, end + 1)


def _begun(item: Found, quotes: list[Tokens]) -> Found:
    before = [quote for quote in quotes if quote[1] <= item.content[0][0]]
    return Found((*before, *item.content), item.cue, item.source, item.pattern)


def _continued(item: Found, quotes: list[Tokens]) -> Found:
    return Found((*item.content, *quotes), item.cue, item.source, item.pattern)


def _last_sentence(grammar: Grammar, item: Found) -> int:
    """Return the sentence in which what ``item`` spans ends; -1 where no speech can go on from it."""
    if item.cue is None or not item.pattern.startswith(_SPOKEN):
        return -1
    ends = [item.content[-1][1], item.cue[1], item.source[1] if item.source else 0]
    return grammar.reading.sentence_of[max(ends) - 1]


def _is_speech(grammar: Grammar, start: int, end: int) -> bool:
    """Whether a quotation is a sentence that somebody spoke, not a title or a scare quote."""
    words, reading = grammar.words, grammar.reading
    opens = reading.is_capital(start + 1) or (start > 0 and words[start - 1] == ",")
    is_whole = opens and words[end - 2] in _CLOSERS
    if end - start < (_SHORTEST_QUOTE if is_whole else _LONG_QUOTE):
        return False
    plain = [token for token in range(start + 1, end - 1) if words[token][0].isalpha()]
    return 2 * sum(reading.is_capital(token) for token in plain) <= len(plain)


def _source(grammar: Grammar, start: int, end: int, sources: dict[int, Tokens | None]) -> Tokens | None:
    """Return who speaks in a quotation without a cue: somebody in its sentence, else who spoke last."""
    reading, words = grammar.reading, grammar.words
    signed = _signature(grammar, end)
    if signed is not None:
        return signed
    number = reading.sentence_of[start]
    first, _ = reading.sentences[number]
    _, last = reading.sentences[reading.sentence_of[end - 1]]  # the quotation may hold several sentences
    if words[end - 2] == "," and end < last:
        return _behind(grammar, end, last)
    named = _subject(grammar, start, nearest=True) if start > first else None
    if named is not None and _may_speak(grammar, named):
        return named
    return _last_speaker(grammar, number, sources)


def _signature(grammar: Grammar, token: int) -> Tokens | None:
    """Return who signs a quotation that ends at ``token``: “…” Ann Lee, 34, Denver; “…” — Ann Lee."""
    words, size = grammar.words, len(grammar.words)
    is_below = token < size and words[token] == "\n"
    start = token + 1 if is_below else token
    has_dash = start < size and words[start] in _DASHES
    while start < size and words[start] in _DASHES:
        start += 1
    if start >= size or (is_below and not has_dash) or not grammar.reading.is_capital(start):
        return None
    end = next(
        (place for place in range(start, min(size, start + _LONGEST_SIGNATURE)) if words[place] == "\n"),
        start,
    )
    end = size if size - start < _LONGEST_SIGNATURE and end == start else end
    if (
        end - start < 1
        or grammar.has_verb(start, end)
        or any(grammar.reading.quote_of[place] >= 0 for place in range(start, end))
    ):
        return None
    comma = next((place for place in range(start, end) if words[place] in (",", ".")), end)
    return start, comma


def _behind(grammar: Grammar, token: int, last: int) -> Tokens | None:
    """Return the subject behind "…,": | the statement | read; read | the statement."""
    if grammar.is_finite(token):
        end = grammar.noun_phrase_end(token + 1, last)
        return (token + 1, end) if end > token + 1 else None
    verb = next((place for place in range(token, last) if grammar.is_finite(place)), token)
    return (token, verb) if verb > token else None


def _last_speaker(grammar: Grammar, number: int, sources: dict[int, Tokens | None]) -> Tokens | None:
    """Return whom the sentence before speaks of, else who spoke in one of the sentences before that."""
    if number == 0:
        return None
    before = sources.get(number - 1) or _subject(grammar, grammar.reading.sentences[number - 1][1] - 1)
    if before is not None and _may_speak(grammar, before):
        return before
    spoken = (sources.get(place) for place in range(number - 2, max(-1, number - MEMORY), -1))
    return next((source for source in spoken if source is not None and _may_speak(grammar, source)), None)


def _may_speak(grammar: Grammar, source: Tokens) -> bool:
    """Whether a subject may be a person or body: a name, or a pronoun."""
    return (
        grammar.words[source[0]] in ("he", "she", "they")
        or any(grammar.reading.is_capital(token) for token in range(source[0] + 1, source[1]))
        or (source[1] - source[0] == 1 and grammar.reading.is_capital(source[0]))
    )


def _before_colon(grammar: Grammar, colon: int) -> Tokens | None:
    """Return the subject of the sentence that ends in a colon; all of a short one without a verb.

    A name between a dash and the colon signs what follows: "Dam holds – Ann Keller: “…”".
    """
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[colon]]
    low = max(first, colon - _LONGEST_NAME)
    dash = next((token for token in range(colon - 1, low, -1) if grammar.words[token] in _DASHES), None)
    if dash is not None and dash + 1 < colon and _is_name(grammar, dash + 1, colon):
        return dash + 1, colon
    whole = (first, colon) if 0 < colon - first <= _LONGEST_NAME else None
    named = _subject(grammar, colon, nearest=True) or _subject(grammar, colon)
    return named or (None if grammar.has_verb(first + 1, colon) else whole)


def _subject(grammar: Grammar, end: int, *, nearest: bool = False) -> Tokens | None:
    """Return the subject of the sentence before ``end``, or that of the verb ``nearest`` to it."""
    first, _ = grammar.reading.sentences[grammar.reading.sentence_of[end]]
    places = range(end - 1, first, -1) if nearest else range(first + 1, end)
    verb = next((token for token in places if grammar.is_finite(token)), None)
    if verb is None:
        return (first, end) if 0 < end - first <= _LONGEST_NAME and _is_name(grammar, first, end) else None
    if nearest:
        return grammar.subject_before(grammar.verb_group_start(verb, first), first)
    start = grammar.noun_phrase_start(verb, first)
    return (start, verb) if start < verb else None

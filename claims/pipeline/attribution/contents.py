"""Finds where the content of an attribution begins and ends."""

from dataclasses import dataclass

from claims.pipeline.attribution.grammar import CLOSING_MARKS, Grammar, Tokens
from claims.pipeline.attribution.words import Frame

LONGEST_CONTENT = 400  # tokens of unquoted content; keeps the time linear on texts without a full stop
_SPEAKS = Frame.SAY | Frame.TELL
_MOST_QUOTES = 40
_LONGEST_CIRCUMSTANCE = 12  # tokens
_LONGEST_TITLE = 9  # tokens, with its marks
_OPENERS = frozenset({"but", "and", ",", "still", "so"})
_STOPS = frozenset({".", "!", "?"})


@dataclass(frozen=True, slots=True)
class Found:
    """An attribution as token ranges: parts of the content, cue, source, and the name of the pattern."""

    content: tuple[Tokens, ...]
    cue: Tokens | None
    source: Tokens | None
    pattern: str


def sentence_end(grammar: Grammar, token: int) -> int:
    """Return the end of the sentence of ``token``, without its closing stop."""
    reading = grammar.reading
    _, end = reading.sentences[reading.sentence_of[token]]
    if end > token and reading.words[end - 1] in _STOPS:
        end -= 1
    return min(end, token + LONGEST_CONTENT)


def quote_at(grammar: Grammar, token: int) -> Tokens | None:
    """Return the quotation that opens exactly at ``token``."""
    return grammar.opening.get(token)


def quote_before(grammar: Grammar, token: int) -> Tokens | None:
    """Return the quotation that closes exactly before ``token``."""
    return grammar.closing.get(token)


def is_closed_off(grammar: Grammar, token: int) -> bool:
    """Whether a quotation ends before ``token``, a comma or stop inside its closing mark: "…," | she said."""
    quote = quote_before(grammar, token)
    return quote is not None and grammar.words[quote[1] - 2] in (",", "!", "?", ".", "…", "'", "’")


def is_title(grammar: Grammar, quote: Tokens) -> bool:
    """Whether a short quotation is the name of a show or book: all its longer words have capitals."""
    start, end = quote
    names = [token for token in range(start + 1, end - 1) if grammar.words[token][0].isalpha()]
    return (
        0 < len(names) <= _LONGEST_TITLE - 2
        and grammar.reading.is_capital(names[0])
        and all(
            grammar.reading.is_capital(token)
            or grammar.words[token] in grammar.prepositions
            or grammar.words[token] in ("the", "a", "an", "and")
            for token in names
        )
    )


def following_quotes(grammar: Grammar, token: int) -> list[Tokens]:
    """Return the quotations that follow at ``token`` without a word between, in this paragraph."""
    quotes: list[Tokens] = []
    while len(quotes) < _MOST_QUOTES:
        quote = quote_at(grammar, token)
        if quote is None:
            break
        quotes.append(quote)
        token = quote[1]
        if grammar.words[token : token + 1] in (["and"], ["or"]) and quote_at(grammar, token + 1) is not None:
            token += 1
    return quotes


def spoken_on(grammar: Grammar, token: int) -> list[Tokens]:
    """Return what the speaker of "…," she said goes on to say.

    That is the quotation after a comma at ``token``, or the quotations that open right after the sentence, in
    the same paragraph and without a cue of their own.
    """
    reading, words = grammar.reading, grammar.words
    if token < len(words) and words[token] in (",", ":", "—") and quote_at(grammar, token + 1):
        return following_quotes(grammar, token + 1)
    number = reading.sentence_of[token] if token < len(words) else -1
    if number < 0:
        number = reading.sentence_of[token - 1]
    _, end = reading.sentences[number]
    for place in range(token, min(end - 1, token + _LONGEST_CIRCUMSTANCE)):
        if words[place] in grammar.forms or reading.quote_of[place] >= 0:
            break
        if words[place] == "," and quote_at(grammar, place + 1):  # she said on Monday, "…"
            return following_quotes(grammar, place + 1)
    if end - token > LONGEST_CONTENT or any(_speaks(grammar, inside) for inside in range(token, end)):
        return []
    return [quote for quote in following_quotes(grammar, end) if words[quote[1] - 2] != ","]


def quotes_below(grammar: Grammar, token: int) -> list[Tokens]:
    """Return the quotations of the paragraphs right below ``token`` that are nothing but quotation.

    A paragraph whose quotation ends in a comma, or goes on behind it, has a cue of its own.
    """
    words = grammar.words
    found: list[Tokens] = []
    while token < len(words) and words[token] == "\n" and len(found) < _MOST_QUOTES:
        quotes = following_quotes(grammar, token + 1)
        if not quotes:
            break
        token = quotes[-1][1]
        if (token < len(words) and words[token] != "\n") or words[token - 2] == ",":
            break
        found += quotes
    return found


def _speaks(grammar: Grammar, token: int) -> bool:
    """Whether the token lies in a quotation that is no title of a show or book."""
    number = grammar.reading.quote_of[token]
    if number < 0:
        return False
    start, end = grammar.reading.quotes[number]
    is_introduced = start > 0 and grammar.words[start - 1] in (",", ":")
    return is_introduced or end - start > _LONGEST_TITLE or not grammar.reading.is_capital(start + 1)


def block_quotes(grammar: Grammar, token: int) -> list[Tokens]:
    """Return the quoted paragraphs that follow the line break at ``token``."""
    reading = grammar.reading
    quotes: list[Tokens] = []
    while token + 1 < len(reading.words) and reading.words[token] == "\n" and len(quotes) < _MOST_QUOTES:
        quote = quote_at(grammar, token + 1)
        if quote is None:
            break
        quotes.append(quote)
        token = quote[1]
        if reading.words[token - 1] in CLOSING_MARKS:
            break
    return quotes


def content_before(grammar: Grammar, end: int) -> Tokens | None:
    """Return the content that ends before ``end`` (or a comma there), from where its sentence begins; a
    quotation of several sentences counts from the sentence in which it opens."""
    reading, words = grammar.reading, grammar.words
    if quote_before(grammar, end) is None and end > 0 and words[end - 1] in (",", "—", "–"):
        end -= 1
    quote = quote_before(grammar, end)
    inside = quote[0] if quote is not None else end - 1
    if inside < 0 or reading.sentence_of[inside] < 0:
        return None
    if quote is not None and _is_introduced(grammar, inside):
        return quote
    first, _ = reading.sentences[reading.sentence_of[inside]]
    start = _content_start(grammar, first, inside)
    return (start, end) if start < end and inside - start < LONGEST_CONTENT else None


def _is_introduced(grammar: Grammar, token: int) -> bool:
    """Whether a colon or a verb of saying stands before the quotation at ``token``."""
    before = token - 1
    if before > 0 and grammar.words[before] == ":":
        return True
    if before > 0 and grammar.words[before] == ",":
        before -= 1
    cue = grammar.forms.get(grammar.words[before]) if before > 0 else None
    return cue is not None and bool(cue.frames & _SPEAKS) and grammar.is_verb(before, cue)


def _content_start(grammar: Grammar, first: int, limit: int) -> int:
    """Skip what opens a sentence but is not content: an earlier quotation, "But"."""
    start = grammar.after_dateline(first, limit)
    quote = quote_at(grammar, start)
    if quote is not None and quote[1] < limit and grammar.words[quote[1] - 2] in _STOPS:
        start = quote[1]
    while start < limit and grammar.words[start] in _OPENERS:
        start += 1
    return start

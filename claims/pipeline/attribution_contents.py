"""Finds where the content of an attribution begins and ends."""

from claims.pipeline.attribution_grammar import CLOSING_MARKS, OPENING_MARKS, Grammar, Tokens
from claims.pipeline.attribution_words import Shape

_MOST_QUOTES = 40
_LATE_CLAUSES = frozenset({"but", "while", "although", "though", "whereas"})


def sentence_end(grammar: Grammar, token: int) -> int:
    """Return the end of the sentence of ``token``, without its closing stop."""
    reading = grammar.reading
    _, end = reading.sentences[reading.sentence_of[token]]
    if end > token and reading.words[end - 1] in (".", "!", "?"):
        end -= 1
    return end


def quote_at(grammar: Grammar, token: int) -> Tokens | None:
    """Return the quotation that opens exactly at ``token``."""
    reading = grammar.reading
    number = reading.quote_of[token] if token < len(reading.words) else -1
    if number >= 0 and reading.quotes[number][0] == token:
        return reading.quotes[number]
    return None


def quote_before(grammar: Grammar, token: int) -> Tokens | None:
    """Return the quotation that closes exactly before ``token``."""
    reading = grammar.reading
    number = reading.quote_of[token - 1] if token > 0 else -1
    if number >= 0 and reading.quotes[number][1] == token:
        return reading.quotes[number]
    return None


def clause_end(grammar: Grammar, start: int, last: int) -> int:
    """Return where the clause that begins at ``start`` ends: the sentence's end, or a new clause before it."""
    reading, words = grammar.reading, grammar.words
    token = start
    while token < last:
        word = words[token]
        quote = quote_at(grammar, token)
        if quote is not None:
            token = min(quote[1], last)
            # A stop or comma inside the closing mark ends the clause as well.
            if token < last and words[token - 2] in (",", ".", "!", "?"):
                return token
            continue
        if word == ";" or (token > start + 1 and _breaks(grammar, token, last)):
            return token
        token += 1
    return last


def _breaks(grammar: Grammar, token: int, last: int) -> bool:
    """Whether a new clause of the reporter begins at ``token``."""
    words = grammar.words
    word = words[token]
    if token + 1 >= last:
        return False
    following = words[token + 1]
    if word == ",":
        if following in _LATE_CLAUSES or following == "according":
            return True
        cue = grammar.forms.get(following)
        return cue is not None and cue.shape is Shape.ING
    if word in ("and", "but"):
        cue = grammar.forms.get(following)
        return cue is not None and cue.shape is Shape.PAST
    return False


def following_quotes(grammar: Grammar, token: int) -> list[Tokens]:
    """Return the quotations that follow at ``token`` without a word between, in this paragraph."""
    quotes: list[Tokens] = []
    while len(quotes) < _MOST_QUOTES:
        quote = quote_at(grammar, token) if token < len(grammar.words) else None
        if quote is None:
            break
        quotes.append(quote)
        token = quote[1]
    return quotes


def block_quotes(grammar: Grammar, token: int) -> list[Tokens]:
    """Return the quoted paragraphs that follow a colon at a paragraph's end."""
    reading = grammar.reading
    quotes: list[Tokens] = []
    while token + 1 < len(reading.words) and reading.words[token] == "\n" and len(quotes) < _MOST_QUOTES:
        quote = quote_at(grammar, token + 1)
        if quote is None:
            break
        quotes.append(quote)
        token = quote[1]
        if reading.words[quote[1] - 1] in CLOSING_MARKS:
            break
    return quotes


def content_before(grammar: Grammar, end: int) -> Tokens | None:
    """Return the content that ends before ``end`` (a comma there is left out), back to the sentence's start or
    to the mark that opens its quotation."""
    reading, words = grammar.reading, grammar.words
    quote = quote_before(grammar, end)
    if quote is not None:
        start = quote[0]
        first, _ = reading.sentences[reading.sentence_of[start]]
        lead = _lead(grammar, first, start)
        return lead, end
    if end > 0 and words[end - 1] in (",", "—", "–"):
        end -= 1
        quote = quote_before(grammar, end)
        if quote is not None:
            return content_before(grammar, end)
    if end == 0 or reading.sentence_of[end - 1] < 0:
        return None
    first, _ = reading.sentences[reading.sentence_of[end - 1]]
    start = _lead(grammar, first, end)
    return (start, end) if start < end else None


def _lead(grammar: Grammar, first: int, end: int) -> int:
    """Skip what opens a sentence and belongs to the reporter: a dateline, "But", a closing quotation."""
    start = first
    quote = quote_at(grammar, first)
    if quote is not None and quote[1] < end and grammar.words[quote[1] - 2] in (".", "!", "?"):
        start = quote[1]
    while start < end and grammar.words[start] in ("but", "and", ",", "still", "so"):
        start += 1
    return start


__all__ = [
    "OPENING_MARKS",
    "block_quotes",
    "clause_end",
    "content_before",
    "following_quotes",
    "quote_at",
    "quote_before",
]

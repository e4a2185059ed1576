"""Finds who says what: content, cue and source of every attribution, with offsets into the text as given."""

from collections.abc import Iterator
from dataclasses import dataclass

from claims.pipeline.attribution_contents import (
    block_quotes,
    clause_end,
    content_before,
    following_quotes,
    quote_at,
    quote_before,
    sentence_end,
)
from claims.pipeline.attribution_grammar import CLOSING_MARKS, Grammar, Tokens
from claims.pipeline.attribution_words import Cue, Frame, Shape
from claims.pipeline.sentences import Reading, read
from claims.vocabulary import Voice

_CLAUSE = Frame.SAY | Frame.TELL | Frame.THINK | Frame.SHOW | Frame.ASK
_FINAL = Frame.SAY | Frame.TELL | Frame.THINK | Frame.SHOW | Frame.ASK
_QUESTION_WORDS = frozenset("whether if how what why when where who which".split())
_SHORT_QUOTE = (
    5  # tokens with its marks; a verb inside a longer quotation is the speaker's, not the reporter's
)
_LOOK_AHEAD = 14  # tokens between a cue and its "that"

# The share of found attributions that PolNeAR's annotators marked as well (train split, content words' IoU >= .5).
CONFIDENCE = {
    "final-quote": 0.93,
    "final-clause": 0.9,
}
_DEFAULT_CONFIDENCE = 0.7


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says what: offsets (end exclusive) of the content's parts, of the cue words and of the source.

    ``kind`` is Voice.DIRECT where the whole content is quoted, else Voice.INDIRECT; ``is_mixed`` tells an indirect
    one with quoted words in it; ``confidence`` is the precision of ``pattern`` measured on PolNeAR's train split.
    """

    content: tuple[tuple[int, int], ...]
    cue: tuple[int, int] | None
    source: tuple[int, int] | None
    kind: Voice
    is_mixed: bool
    confidence: float
    pattern: str


@dataclass(frozen=True, slots=True)
class Found:
    """An attribution in tokens."""

    content: tuple[Tokens, ...]
    cue: Tokens
    source: Tokens | None
    pattern: str


def find_attributions(text: str) -> tuple[Attribution, ...]:
    """Find the attributions of an English ``text``, in order of their content. Time is linear in the text."""
    reading = read(text)
    return tuple(_with_offsets(reading, found) for found in find_in(reading))


def find_in(reading: Reading) -> list[Found]:
    """Find the attributions of an already read text as token ranges, in order of their content."""
    return sorted(_Finder(reading).run(), key=lambda found: found.content[0])


def _with_offsets(reading: Reading, found: Found) -> Attribution:
    quoted = sum(end - start for start, end in found.content if quote_is(reading, start, end))
    total = sum(end - start for start, end in found.content)
    has_quote = any(reading.quote_of[token] >= 0 for span in found.content for token in range(*span))
    return Attribution(
        content=tuple(reading.span(start, end) for start, end in found.content),
        cue=reading.span(*found.cue),
        source=reading.span(*found.source) if found.source else None,
        kind=Voice.DIRECT if quoted == total else Voice.INDIRECT,
        is_mixed=has_quote and quoted != total,
        confidence=CONFIDENCE.get(found.pattern, _DEFAULT_CONFIDENCE),
        pattern=found.pattern,
    )


def quote_is(reading: Reading, start: int, end: int) -> bool:
    """Whether the tokens are one whole quotation."""
    number = reading.quote_of[start]
    return number >= 0 and reading.quotes[number] == (start, end)


class _Finder:
    """Walks over the cues of one text; what an earlier, surer pattern took is not searched again."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words = reading.words
        self.grammar = Grammar(reading, "en")
        self.taken = bytearray(len(reading.words))
        self.last_source: dict[int, Tokens] = {}

    def run(self) -> Iterator[Found]:
        cues = self._cues()
        rest: list[tuple[int, Cue]] = []
        for token, cue in cues:
            found = self._final(token, cue)
            if found is None:
                rest.append((token, cue))
            else:
                yield self._take(found)
        yield from self._according()
        for token, cue in rest:
            if self.taken[token]:
                continue
            found = self._forward(token, cue)
            if found is not None:
                yield self._take(found)

    def _take(self, found: Found) -> Found:
        for start, end in found.content:
            self.taken[start:end] = b"\x01" * (end - start)
        self.taken[found.cue[0] : found.cue[1]] = b"\x01" * (found.cue[1] - found.cue[0])
        if found.source:
            self.last_source[self.reading.sentence_of[found.cue[0]]] = found.source
        return found

    def _cues(self) -> list[tuple[int, Cue]]:
        """Return the verbs that may be cues, outside longer quotations."""
        reading, forms = self.reading, self.grammar.forms
        cues = []
        for token, word in enumerate(self.words):
            cue = forms.get(word)
            if cue is None or not self.grammar.is_verb(token, cue):
                continue
            number = reading.quote_of[token]
            if number < 0 or reading.quotes[number][1] - reading.quotes[number][0] <= _SHORT_QUOTE:
                cues.append((token, cue))
        return cues

    # ------------------------------------------------------------------ content before the cue
    def _final(self, token: int, cue: Cue) -> Found | None:
        """Match "…," the mayor said and "…," said the mayor."""
        if not cue.frames & _FINAL or cue.shape is Shape.ING:
            return None
        first, last = self.reading.sentences[self.reading.sentence_of[token]]
        return self._inverted(token, first, last) or self._subject_first(token, cue, first, last)

    def _inverted(self, token: int, first: int, last: int) -> Found | None:
        """Match "…," said the mayor."""
        if not self._ends_content(token) or token + 1 >= last:
            return None
        following = self.words[token + 1]
        is_name = self.reading.is_capital(token + 1) or following in self.grammar.determiners
        if not is_name and following not in self.grammar.subject_pronouns:
            return None
        end = self.grammar.noun_phrase_end(token + 1, last)
        content = content_before(self.grammar, token)
        if end == token + 1 or content is None or self._is_taken(content):
            return None
        return self._with_more((token, token + 1), (token + 1, end), content, end, "inverted")

    def _ends_content(self, token: int) -> bool:
        """Whether a comma or a closing quotation mark stands before ``token``."""
        if token == 0:
            return False
        return quote_before(self.grammar, token) is not None or self.words[token - 1] in (",", "—", "–")

    def _subject_first(self, token: int, cue: Cue, first: int, last: int) -> Found | None:
        """Match "…," the mayor said."""
        start = self.grammar.verb_group_start(token, first)
        # the sentence of a quotation may have ended inside it: "Really?" | the mayor asked.
        low = first
        source = self.grammar.subject_before(start, low)
        if source is None or not self._ends_content(source[0]):
            return None
        after = self._after_final(token + 1, cue, last)
        if after is None:
            return None
        content = content_before(self.grammar, source[0])
        if content is None or self._is_taken(content):
            return None
        return self._with_more((start, token + 1), source, content, after, "final")

    def _after_final(self, token: int, cue: Cue, last: int) -> int | None:
        """Return where the attribution ends if no content follows the cue, else None."""
        limit = min(last, token + _LOOK_AHEAD)
        while token < limit:
            word = self.words[token]
            if word in (".", "!", "?", ",", ";", "—", "–", ":", "\n", ")") or quote_at(self.grammar, token):
                break
            if word in ("that", "he", "she", "they", "it", "we", "to") and word != "to":
                return None
            if self._is_plain_object(token, cue):
                return None
            token += 1
        if token < last and self.words[token] == ":":
            return None
        return token if token >= last or self.words[token] in (".", ",", "!", "?", ";", "—", "–") else None

    def _is_plain_object(self, token: int, cue: Cue) -> bool:
        """Whether words after a final cue are content, not an addressee, an adverb or a circumstance."""
        before = self.words[token - 1]
        cue_is_before = self.grammar.forms.get(before) is not None
        if not cue_is_before or Frame.TELL in cue.frames or cue.lemma == "ask":
            return False
        word = self.words[token]
        grammar = self.grammar
        return not (
            word in grammar.prepositions
            or word in grammar.time_words
            or grammar.is_adverb(token)
            or word in ("as", "when", "while", "after", "before", "this", "last", "late", "early")
        )

    def _with_more(self, cue: Tokens, source: Tokens, content: Tokens, after: int, pattern: str) -> Found:
        """Add what the same speaker says after the cue: "…," she said, "…" and "…," she said. "…" """
        spans = [content]
        token = after
        while token < len(self.words) and self.words[token] in (",", ".", ":", "—"):
            token += 1
        is_quote = (
            quote_before(self.grammar, content[1]) is not None
            or quote_at(self.grammar, content[0]) is not None
        )
        if is_quote and token > after:
            spans += following_quotes(self.grammar, token)
        name = "quote" if is_quote else "clause"
        return Found(tuple(spans), cue, source, f"{pattern}-{name}")

    def _is_taken(self, span: Tokens) -> bool:
        return any(self.taken[span[0] : span[1]])

    # ------------------------------------------------------------------ according to
    def _according(self) -> Iterator[Found]:
        for token, word in enumerate(self.words):
            if word == "according" and token + 2 < len(self.words) and self.words[token + 1] == "to":
                found = self._according_at(token)
                if found is not None and not any(self._is_taken(span) for span in found.content):
                    yield self._take(found)

    def _according_at(self, token: int) -> Found | None:
        number = self.reading.sentence_of[token]
        if number < 0:
            return None
        first, _ = self.reading.sentences[number]
        last = sentence_end(self.grammar, token)
        end = token + 2
        while end < last and self.words[end] not in (",", ";", "—"):
            end += 1
        if token - first > 2:
            content = content_before(self.grammar, token)
            if content is None:
                return None
            return Found((content,), (token, token + 2), (token + 2, end), "according-after")
        if end + 1 < last:
            return Found(((end + 1, last),), (token, token + 2), (token + 2, end), "according-before")
        return None

    # ------------------------------------------------------------------ content after the cue
    def _forward(self, token: int, cue: Cue) -> Found | None:
        """Match the mayor said (that) …, plans to …, criticised …, called for …"""
        number = self.reading.sentence_of[token]
        first, _ = self.reading.sentences[number]
        last = sentence_end(self.grammar, token)
        start = self.grammar.verb_group_start(token, first)
        source = self._source(token, start, cue, first)
        if source is None:
            return None
        found = self._content(token, cue, last)
        if found is None:
            return None
        content, cue_end, name = found
        if any(end <= begin for begin, end in content) or any(self._is_taken(span) for span in content):
            return None
        prefix = "ing-" if cue.shape is Shape.ING else ""
        return Found(tuple(content), (start, cue_end), source, prefix + name)

    def _source(self, token: int, start: int, cue: Cue, first: int) -> Tokens | None:
        number = self.reading.sentence_of[token]
        before = self.words[start - 1] if start > first else ""
        if before in ("who", "which", "that") and start - 1 > first:
            return start - 1, start
        source = self.grammar.subject_before(start, first)
        if cue.shape is Shape.ING and start == token and before in (",", ""):
            source = None
        if (
            source is None
            or before in ("and", "but", ",")
            or self.words[source[0]] in self.grammar.prepositions
        ):
            earlier = self.last_source.get(number) or self._sentence_subject(first, start)
            return source if earlier is None else earlier
        return source

    def _sentence_subject(self, first: int, last: int) -> Tokens | None:
        """Return the noun phrase before the first verb of the sentence."""
        for token in range(first + 1, last):
            if self.grammar.is_finite_verb(token):
                start = self.grammar.noun_phrase_start(token, first)
                return (start, token) if start < token else None
        return None

    def _content(self, token: int, cue: Cue, last: int) -> tuple[list[Tokens], int, str] | None:
        """Return content spans, end of the cue and the pattern's name."""
        cue_end = token + 1
        position = self._skip_between(cue_end, cue, last)
        if position >= last:
            return self._block(position, last, cue_end)
        word = self.words[position]
        quote = quote_at(self.grammar, position)
        if word == ":" and cue.frames & _CLAUSE:
            return self._after_colon(position, last, cue_end)
        if quote is not None:
            end = clause_end(self.grammar, position, max(last, quote[1]))
            return [(position, end)], cue_end, "forward-quote"
        if word == "that" and cue.frames & _CLAUSE:
            return [(position, clause_end(self.grammar, position, last))], cue_end, "that"
        if word in _QUESTION_WORDS and cue.frames & (_CLAUSE):
            return [(position, clause_end(self.grammar, position, last))], cue_end, "question"
        if word == "to":
            return self._infinitive(position, cue, last, cue_end)
        if word in cue.prepositions and position == cue_end:
            return [(position + 1, clause_end(self.grammar, position + 1, last))], position + 1, "about"
        if word in self.grammar.prepositions or word in (
            ",",
            ".",
            ";",
            "and",
            "or",
            ")",
            "—",
            "–",
            "as",
            "by",
        ):
            return None
        return self._bare(position, cue, last, cue_end)

    def _infinitive(
        self, position: int, cue: Cue, last: int, cue_end: int
    ) -> tuple[list[Tokens], int, str] | None:
        if not cue.frames & (Frame.WANT | Frame.URGE):
            return None
        return [(position, clause_end(self.grammar, position, last))], cue_end, "to"

    def _bare(self, position: int, cue: Cue, last: int, cue_end: int) -> tuple[list[Tokens], int, str] | None:
        """Content without a mark before it: a clause without "that", or a thing."""
        end = clause_end(self.grammar, position, last)
        if cue.frames & (Frame.SAY | Frame.TELL | Frame.THINK | Frame.SHOW):
            return [(position, end)], cue_end, "zero-" + ("say" if Frame.SAY in cue.frames else "think")
        if cue.frames & (Frame.OBJECT | Frame.WANT | Frame.URGE | Frame.ASK | Frame.AS):
            return [(position, end)], cue_end, "object"
        return None

    def _after_colon(self, colon: int, last: int, cue_end: int) -> tuple[list[Tokens], int, str] | None:
        if colon + 1 >= last:
            return self._block(colon + 1, last, cue_end)
        quotes = following_quotes(self.grammar, colon + 1)
        if quotes:
            return quotes, cue_end, "colon-quote"
        return [(colon + 1, last)], cue_end, "colon"

    def _block(self, position: int, last: int, cue_end: int) -> tuple[list[Tokens], int, str] | None:
        """Quoted paragraphs after "she said:" at a paragraph's end."""
        if position < 1 or self.words[position - 1] != ":":
            return None
        quotes = block_quotes(self.grammar, position)
        return (quotes, cue_end, "block-quote") if quotes else None

    def _skip_between(self, position: int, cue: Cue, last: int) -> int:
        """Skip adverbs, addressees and circumstances between a cue and its content."""
        if cue.frames & _CLAUSE:
            for token in range(position, min(last, position + _LOOK_AHEAD)):
                word = self.words[token]
                if word == ":":
                    return token
                if word == "that" and (token == position or self._may_be_between(position, token, cue)):
                    return token
                if quote_at(self.grammar, token) is not None and token > position:
                    return token if self._may_be_between(position, token, cue) else position
        while position < last and (
            self.grammar.is_adverb(position) or self.words[position] in self.grammar.time_words
        ):
            position += 1
        if cue.frames & (Frame.TELL | Frame.URGE) or cue.lemma == "ask":
            return self._after_addressee(position, last)
        return position

    def _may_be_between(self, start: int, end: int, cue: Cue) -> bool:
        """Whether the tokens are an addressee or a circumstance, not content of their own."""
        if cue.frames & Frame.TELL:
            return True
        word = self.words[start]
        grammar = self.grammar
        return (
            word in grammar.prepositions
            or word in grammar.time_words
            or word in (",", "last", "this", "late", "early")
            or grammar.is_adverb(start)
        )

    def _after_addressee(self, position: int, last: int) -> int:
        """Return where the content begins after a person spoken to."""
        for token in range(position, min(last, position + 8)):
            word = self.words[token]
            if word in _QUESTION_WORDS or word in ("to", "that", "about", "not"):
                return token
        if position < last and self.words[position] in self.grammar.addressees:
            return position + 1
        token = position
        while token < last and self.reading.is_capital(token):
            token += 1
        return token

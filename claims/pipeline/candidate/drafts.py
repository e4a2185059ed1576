"""Holds a claim candidate: a draft in tokens, then finished with quote, context, rank and reasons."""

import re
from dataclasses import dataclass, field

from claims.pipeline.attribution.grammar import Grammar
from claims.pipeline.candidate.scores import rate
from claims.pipeline.text.sentences import Reading
from claims.vocabulary import Stance, Voice

CONTEXT_CHARACTERS = 64
_QUOTE_MARKS = re.compile(r"[“”\"«»]|''|``")
_PRONOUNS = frozenset({"he", "she", "he's", "she's", "he'd", "she'd", "his"})
_SUBJECT_REACH = 20  # tokens from a sentence's start to its verb
_LONGEST_NAME = 6  # tokens
_STEPS_BACK = 3  # sentences


@dataclass(frozen=True, slots=True)
class ClaimCandidate:
    """A statement that an editor may want to track.

    ``start`` and ``end`` are offsets into the text, or into the headline when ``voice`` is HEADLINE, and
    ``quote`` is exactly what stands there; ``prefix`` and ``suffix`` are up to 64 characters either side.
    ``text`` is a sentence that stands alone. ``author_stance`` is what the article's author makes of a
    claim just quoted. ``score`` ranks from 0 to 1; ``reasons`` say why. ``chain`` names all who passed the
    statement on, the outermost first and the claimant last, where there is more than one. ``pattern`` names
    the rule that found it: that of its attribution, "author" or "headline".
    """

    text: str
    quote: str
    start: int
    end: int
    prefix: str
    suffix: str
    claimant: str | None
    anonymous: bool
    attribution: str | None
    voice: Voice
    hedged: bool
    hedges: tuple[str, ...]
    score: float
    reasons: tuple[str, ...]
    author_stance: Stance | None
    chain: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(slots=True)
class Draft:
    """A candidate in the making: tokens ``start`` to ``end`` (exclusive), and what is known of it so far.

    ``is_verdict`` marks the author's word on a claim before it ("That is a lie").
    """

    start: int
    end: int
    voice: Voice
    source: str | None = None
    anonymous: bool = False
    attribution: str | None = None
    hedges: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    text: str | None = None
    author_stance: Stance | None = None
    is_verdict: bool = False
    chain: list[str] = field(default_factory=list)
    pattern: str = "author"

    def finish(self, reading: Reading) -> ClaimCandidate:
        """Return the candidate with offsets, context, rank and reasons."""
        start, end = reading.span(self.start, self.end)
        quote = reading.text[start:end]
        hedges = tuple(dict.fromkeys(self.hedges))
        score, reasons = rate(
            quote,
            claimant=self.source,
            anonymous=self.anonymous,
            hedged=bool(hedges),
            is_headline=self.voice is Voice.HEADLINE,
        )
        return ClaimCandidate(
            text=self.text or stand_alone(quote),
            quote=quote,
            start=start,
            end=end,
            prefix=reading.text[max(0, start - CONTEXT_CHARACTERS) : start],
            suffix=reading.text[end : end + CONTEXT_CHARACTERS],
            claimant=self.source,
            anonymous=self.anonymous,
            attribution=self.attribution,
            voice=self.voice,
            hedged=bool(hedges),
            hedges=hedges,
            score=score,
            reasons=(*self.reasons, *reasons),
            author_stance=self.author_stance,
            chain=tuple(self.chain),
            pattern="headline" if self.voice is Voice.HEADLINE else self.pattern,
        )


def stand_alone(quote: str) -> str:
    """Return the quote as a sentence: one line, no quotation marks, a capital first, a full stop last."""
    text = " ".join(_QUOTE_MARKS.sub("", quote).split()).strip(" ,;:—–-")
    if not text:
        return quote
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def with_name(grammar: Grammar, draft: Draft) -> str | None:
    """Return the draft's sentence with the name that its opening "he" or "she" stands for in brackets.

    Only where the sentence before (outside the draft's own quotation) has a full name for its subject that is
    not the claimant; else None: a guess would be worse than the pronoun.
    """
    reading = grammar.reading
    if reading.words[draft.start] not in _PRONOUNS:
        return None
    name = subject_before(grammar, reading.sentence_of[draft.start])
    if name is None or (draft.source is not None and name in draft.source):
        return None
    start, end = reading.span(draft.start, draft.end)
    text = stand_alone(reading.text[start:end])
    pronoun = re.split(r"['’\s]", text, maxsplit=1)[0]
    owner = f"{name}’s" if pronoun.lower() == "his" else name
    return f"{pronoun} [{owner}]{text[len(pronoun) :]}"


def subject_before(grammar: Grammar, number: int) -> str | None:
    """Return the full name that is the subject of the nearest unquoted sentence before ``number``."""
    reading = grammar.reading
    for before in range(number - 1, max(-1, number - 1 - _STEPS_BACK), -1):
        first, last = reading.sentences[before]
        if reading.quote_of[first] < 0:
            return _full_name(grammar, first, last)
    return None


def _full_name(grammar: Grammar, first: int, last: int) -> str | None:
    """Return the capitalised words before the sentence's first verb: "Foreign Minister Ann Lee"."""
    reach = range(first + 2, min(last, first + _SUBJECT_REACH))
    verb = next((token for token in reach if grammar.is_finite(token)), None)
    if verb is None:
        return None
    first = grammar.after_dateline(first, verb)
    if grammar.words[first] in grammar.question_words or grammar.words[first] in grammar.boundaries:
        first += 1
    start = verb
    while start > first and verb - start < _LONGEST_NAME and grammar.reading.is_capital(start - 1):
        start -= 1
    if verb - start < 2 or grammar.words[start] in grammar.determiners or grammar.words[start - 1] == "the":
        return None
    begin, end = grammar.reading.span(start, verb)
    return grammar.reading.text[begin:end]

"""Holds a claim candidate: a draft in tokens, then finished with quote, context, rank and reasons."""

import re
from dataclasses import dataclass, field

from claims.pipeline.attribution.grammar import Grammar
from claims.pipeline.candidate.claimants import in_sentence, is_person
from claims.pipeline.candidate.persons import OWNERS, PRONOUNS, Persons
from claims.pipeline.candidate.pointers import meant, owner, points_back
from claims.pipeline.candidate.scores import Rating, lowered, rate
from claims.pipeline.text.sentences import Reading
from claims.vocabulary import Stance, Voice

CONTEXT_CHARACTERS = 64
_QUOTE_MARKS = re.compile(r"[“”\"«»]|''|``")
_CLOSERS = "’')]"
_NAMED_BEHIND = ("final-clause", "inverted-clause", "according-after", "as-after")


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

    def quote(self, reading: Reading) -> str:
        """Return its words as they stand in the text."""
        start, end = reading.span(self.start, self.end)
        return reading.text[start:end]

    def rate(self, reading: Reading) -> Rating:
        """Return its rank and the reasons for it."""
        return rate(
            self.quote(reading),
            claimant=self.source,
            anonymous=self.anonymous,
            hedged=bool(self.hedges),
            is_headline=self.voice is Voice.HEADLINE,
        )

    def ranked(self, grammar: Grammar, rating: Rating) -> Rating:
        """Return the ``rating``, lowered where the sentence points to something that it does not tell."""
        is_open = self.text is None and points_back(grammar, self.start, self.end)
        return lowered(rating) if is_open else rating

    def finish(self, reading: Reading, rating: Rating) -> ClaimCandidate:
        """Return the candidate with offsets, context, and the ``rating`` that ``ranked`` gave it."""
        start, end = reading.span(self.start, self.end)
        quote = self.quote(reading)
        hedges = tuple(dict.fromkeys(self.hedges))
        score, reasons = rating
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
    return text[0].upper() + text[1:] + ("" if text.rstrip(_CLOSERS).endswith((".", "!", "?", "…")) else ".")


def with_name(persons: Persons, draft: Draft) -> str | None:
    """Return the draft's sentence with the name that its opening "he" or "she" stands for in brackets.

    That is the subject of the sentence before (outside the draft's own quotation), or the claimant himself
    where he speaks indirectly and nobody else was named: "Ann Lee said that she …". Else None: a guess would
    be worse than the pronoun.
    """
    reading = persons.grammar.reading
    word = reading.words[draft.start]
    if word not in PRONOUNS:
        return _with_thing(persons.grammar, draft)
    name = persons.subject_before(reading.sentence_of[draft.start], word)
    speaker = _speaker(persons, draft, word)
    if speaker is not None and (name is None or name.split()[-1] == speaker.split()[-1]):
        name = speaker if draft.voice is Voice.INDIRECT else None
    if name is None or (draft.voice is Voice.DIRECT and draft.source is not None and name in draft.source):
        return None
    return _with_bracket(reading, draft, owner(name) if word in OWNERS else name)


def _with_thing(grammar: Grammar, draft: Draft) -> str | None:
    """Return the draft's sentence with what its opening "they" or "it" surely stands for in brackets."""
    if draft.voice is Voice.DIRECT or (draft.voice is Voice.INDIRECT) is not (draft.source is not None):
        return None
    name = meant(grammar, draft.start, draft.source)
    if name is None:
        return None
    is_owner = grammar.words[draft.start] in ("their", "its")
    return _with_bracket(grammar.reading, draft, owner(name) if is_owner else name)


def _with_bracket(reading: Reading, draft: Draft, name: str) -> str:
    start, end = reading.span(draft.start, draft.end)
    text = stand_alone(reading.text[start:end])
    pronoun = text.partition(" ")[0]
    return f"{pronoun} [{name}]{text[len(pronoun) :]}"


def _speaker(persons: Persons, draft: Draft, pronoun: str) -> str | None:
    """Return the claimant's bare name, if it is one person whom ``pronoun`` may mean.

    One who is named only behind his words is not meant: "His army is small, a general said".
    """
    if draft.pattern.startswith(_NAMED_BEHIND):
        return None
    head = draft.source.split(",")[0] if draft.source is not None else ""
    name = persons.known(head)
    if name is None or not is_person(name) or not persons.fits(name, pronoun, surely=True):
        return None
    return in_sentence(name)

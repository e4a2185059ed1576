"""Proposes the claims of an article: each with its exact quote, its claimant and how surely it is told."""

import re
from dataclasses import dataclass
from datetime import datetime

from claims.pipeline.attribution_grammar import Grammar, Tokens
from claims.pipeline.attributions import Found, find_in
from claims.pipeline.claim_pieces import has_verb, is_statement, pieces, trim
from claims.pipeline.claim_scores import rate
from claims.pipeline.claimants import is_anonymous, is_pronoun, tidy_claimant
from claims.pipeline.furniture import is_furniture
from claims.pipeline.hedges import Hedges, hedging_cue
from claims.pipeline.sentences import Reading, read
from claims.pipeline.words import languages, load_words
from claims.vocabulary import Stance, Voice

CONTEXT_CHARACTERS = 64
MOST_CANDIDATES = 300
_AUTHOR_THRESHOLD = 0.5
_MARKED_THRESHOLD = 0.35
# Wishes, plans, topics and indirect questions say nothing that could be true or false.
_NO_STATEMENT = frozenset({"to", "object", "about", "question"})
_DENIALS = frozenset({"deny", "reject", "refute", "dispute", "rebut", "contradict"})
_QUOTE_MARKS = re.compile(r"[“”\"«»]|''|``")


@dataclass(frozen=True, slots=True)
class ClaimCandidate:
    """A statement that an editor may want to track.

    ``start`` and ``end`` are offsets into the text, or into the headline when ``voice`` is HEADLINE, and ``quote``
    is exactly what stands there; ``prefix`` and ``suffix`` are up to 64 characters either side. ``text`` is a
    sentence that stands alone. ``author_stance`` is what the article's author makes of a claim just quoted.
    ``score`` ranks from 0 to 1; ``reasons`` say why.
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


def can_extract(language: str | None) -> bool:
    """Whether we have word lists for ``language`` (ISO 639-1); None counts as English."""
    return language is None or language in languages()


def extract_claims(
    *, headline: str | None, text: str, published_at: datetime | None
) -> tuple[ClaimCandidate, ...]:
    """Propose the claims of an English article: the headline's first, then those of the text in order.

    ``published_at`` is not used yet: dates are left as they are written. At most ``MOST_CANDIDATES`` come back,
    the best by score.
    """
    del published_at
    found = [*_headline_claims(headline or ""), *_Article(text).claims()]
    if len(found) > MOST_CANDIDATES:
        keep = set(sorted(range(len(found)), key=lambda i: (-found[i].score, i))[:MOST_CANDIDATES])
        found = [claim for i, claim in enumerate(found) if i in keep]
    return tuple(found)


def _headline_claims(headline: str) -> list[ClaimCandidate]:
    """Take each statement of a headline for a claim; a question is none, "may be" is a hedge."""
    reading = read(headline)
    grammar, hedges = Grammar(reading, "en"), Hedges(reading)
    found = []
    for start, end in _headline_parts(grammar):
        draft = _Draft(start, end, Voice.HEADLINE)
        draft.hedges = list(hedges.within(start, end))
        found.append(draft.finish(reading))
    return found


def _headline_parts(grammar: Grammar) -> list[Tokens]:
    """Cut a headline at its commas and semicolons where every part has three words or more."""
    words = grammar.words
    if not words or "?" in words:
        return []
    cuts = [-1, *(t for t, word in enumerate(words) if word in (",", ";")), len(words)]
    parts = [trim(grammar, a + 1, b) for a, b in zip(cuts, cuts[1:], strict=False)]
    whole = trim(grammar, 0, len(words))
    long_enough = all(end - start >= 4 and _headline_verb(grammar, start, end) for start, end in parts)
    chosen = parts if long_enough else [whole]
    return [(start, end) for start, end in chosen if end - start >= 3]


def _headline_verb(grammar: Grammar, start: int, end: int) -> bool:
    """Whether a part has a verb; headlines tell the past in the present: "minister quits"."""
    return has_verb(grammar, start, end) or any(
        word.endswith("s") and len(word) > 3 and not grammar.reading.is_capital(start + i)
        for i, word in enumerate(grammar.words[start:end])
    )


class _Draft:
    """A candidate in the making: tokens ``start`` to ``end``, and what is known of it so far."""

    def __init__(self, start: int, end: int, voice: Voice) -> None:
        self.start = start
        self.end = end
        self.voice = voice
        self.source: str | None = None
        self.anonymous = False
        self.attribution: str | None = None
        self.hedges: list[str] = []
        self.reasons: list[str] = []
        self.text: str | None = None
        self.author_stance: Stance | None = None
        self.is_verdict = False

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
        )


def stand_alone(quote: str) -> str:
    """Return the quote as a sentence: one line, no quotation marks, a capital first, a full stop last."""
    text = " ".join(_QUOTE_MARKS.sub("", quote).split()).strip(" ,;:—–-")
    if not text:
        return quote
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


class _Article:
    """The claims of one text."""

    def __init__(self, text: str) -> None:
        self.reading = read(text)
        self.grammar = Grammar(self.reading, "en")
        self.hedges = Hedges(self.reading)
        self.backward = load_words("en").sets["backward_subjects"]
        self.paragraph_of, self.furniture = _paragraphs(self.reading)
        self.drafts: list[_Draft] = []
        self.covered = bytearray(len(self.reading.words))
        self.named: list[tuple[int, str]] = []  # where a source was named, in order

    def claims(self) -> list[ClaimCandidate]:
        """Return the candidates in order of the text."""
        for found in find_in(self.reading):
            self._add_attributed(found)
        for number in range(len(self.reading.sentences)):
            self._add_of_author(number)
        self.drafts.sort(key=lambda draft: (draft.start, draft.end))
        self._inherit()
        self._disclaim()
        self._refute()
        finished = [(draft, draft.finish(self.reading)) for draft in self.drafts]
        return [claim for draft, claim in finished if _is_wanted(draft, claim)]

    # ------------------------------------------------------------------ what others say
    def _add_attributed(self, found: Found) -> None:
        number = self.reading.sentence_of[found.cue[0]]
        if number in self.furniture:
            return
        source = self._name(found)
        pattern = found.pattern.removeprefix("ing-")
        denial = self._is_denial(found)
        for start, end in found.content:
            if denial or pattern not in _NO_STATEMENT:
                self.covered[start:end] = b"\x01" * (end - start)
                self.covered[found.cue[0] : found.cue[1]] = b"\x01" * (found.cue[1] - found.cue[0])
        if found.source and (denial or pattern not in _NO_STATEMENT):
            self.covered[found.source[0] : found.source[1]] = b"\x01" * (found.source[1] - found.source[0])
        if denial and found.source and found.source[0] < found.content[-1][1]:
            self._add(found, (found.source[0], found.content[-1][1]), source)
        elif not denial and pattern not in _NO_STATEMENT:
            for span in found.content:
                for piece in pieces(self.grammar, *span):
                    if is_statement(self.grammar, *piece):
                        self._add(found, piece, source)

    def _add(self, found: Found, piece: Tokens, source: str | None) -> None:
        reading = self.reading
        inside = sum(reading.quote_of[token] >= 0 for token in range(*piece))
        draft = _Draft(*piece, Voice.DIRECT if 2 * inside > piece[1] - piece[0] else Voice.INDIRECT)
        draft.source = source
        draft.anonymous = source is not None and is_anonymous(source)
        start, end = reading.span(*found.cue)
        draft.attribution = reading.text[start:end]
        cue = hedging_cue(reading, found.cue)
        draft.hedges = [*([cue] if cue else []), *self.hedges.within(*found.cue), *self.hedges.within(*piece)]
        if found.source is not None and source is None:
            draft.reasons.append("Its source is named only by a pronoun.")
        self.drafts.append(draft)

    def _is_denial(self, found: Found) -> bool:
        forms = self.grammar.forms
        lemmas = {forms[word].lemma for word in self.reading.words[slice(*found.cue)] if word in forms}
        return not lemmas.isdisjoint(_DENIALS)

    def _name(self, found: Found) -> str | None:
        """Return the source's name; a pronoun means who was named last, in this paragraph or the one before."""
        if found.source is None:
            return None
        start, end = self.reading.span(*found.source)
        source = self.reading.text[start:end]
        if not is_pronoun(source):
            name = tidy_claimant(source)
            self.named.append((found.source[0], name))
            return name
        here = self.paragraph_of[self.reading.sentence_of[found.source[0]]]
        for token, name in reversed(self.named):
            if token < found.source[0]:
                near = here - self.paragraph_of[self.reading.sentence_of[token]] <= 1
                return name if near else None
        return None

    # ------------------------------------------------------------------ what the author says
    def _add_of_author(self, number: int) -> None:
        if number in self.furniture:
            return
        for start, end in self._open_runs(number):
            for piece in pieces(self.grammar, start, end):
                if not is_statement(self.grammar, *piece) or self._is_own_mind(piece):
                    continue
                quoted = self.reading.quote_of[piece[0]] >= 0 and self.reading.quote_of[piece[1] - 1] >= 0
                draft = _Draft(*piece, Voice.DIRECT if quoted else Voice.AUTHOR)
                draft.hedges = list(self.hedges.within(*piece))
                self.drafts.append(draft)

    def _open_runs(self, number: int) -> list[Tokens]:
        """Return the stretches of a sentence that no attribution covers."""
        first, last = self.reading.sentences[number]
        runs, start = [], first
        for token in range(first, last + 1):
            if token == last or self.covered[token]:
                if token - start >= 4:
                    runs.append((start, token))
                start = token + 1
        return runs

    def _is_own_mind(self, piece: Tokens) -> bool:
        """Whether the author speaks of himself ("I could understand …") or only disclaims."""
        number = self.reading.sentence_of[piece[0]]
        subject = self.reading.words[piece[0]].partition("'")[0]
        return subject in ("i", "we", "if") or number in self.hedges.disclaimers

    # ------------------------------------------------------------------ from sentence to sentence
    def _inherit(self) -> None:
        """Give "Supposedly they …" the claimant of the doubted claim right before it."""
        for before, draft in zip(self.drafts, self.drafts[1:], strict=False):
            if (
                draft.source is None
                and draft.voice is Voice.AUTHOR
                and before.source
                and self._goes_on(before, draft)
            ):
                draft.source, draft.anonymous = before.source, before.anonymous
                draft.voice = Voice.INDIRECT
                draft.reasons.append("Its source is carried over from the sentence before.")

    def _goes_on(self, before: _Draft, draft: _Draft) -> bool:
        reading = self.reading
        first, second = reading.sentence_of[before.start], reading.sentence_of[draft.start]
        is_next = second == first + 1 and self.paragraph_of[first] == self.paragraph_of[second]
        opening = range(draft.start, min(draft.end, draft.start + 2))
        opens_with_hedge = any(hedge.start in opening for hedge in self.hedges.found)
        return is_next and bool(before.hedges) and opens_with_hedge

    def _disclaim(self) -> None:
        """Let "I can't find confirmation of that" reach back over the claims of the claimant right before it."""
        for number, words in self.hedges.disclaimers.items():
            reached: _Draft | None = None
            for draft in reversed(self._up_to(number)):
                if reached is not None and (draft.source is None or draft.source != reached.source):
                    break
                draft.hedges.append(words)
                reached = draft

    def _refute(self) -> None:
        """Let "That last bit is a lie" refute the statement right before it."""
        for number in self.hedges.refutations:
            first, last = self.reading.sentences[number]
            if self.reading.words[first] not in self.backward:
                continue
            targets = [
                draft for draft in self._up_to(number) if self.reading.sentence_of[draft.start] < number
            ]
            if not targets:
                continue
            target = targets[-1]
            target.author_stance = Stance.REFUTES
            target.reasons.append("The author says that it is not true.")
            start, end = self.reading.span(first, last)
            own = next((draft for draft in self.drafts if draft.start in range(first, last)), None)
            if own is not None:
                said = stand_alone(self.reading.text[start:end]).rstrip(".")
                quote = self.reading.text[slice(*self.reading.span(target.start, target.end))]
                own.text = f"{said}: {stand_alone(quote)}"
                own.is_verdict = True
                own.reasons.append("The author judges the statement before it.")

    def _up_to(self, number: int) -> list[_Draft]:
        """Return the drafts of this paragraph and the one before, up to and with sentence ``number``."""
        here = self.paragraph_of[number]
        return [
            draft
            for draft in self.drafts
            if self.reading.sentence_of[draft.start] <= number
            and here - 1 <= self.paragraph_of[self.reading.sentence_of[draft.start]]
        ]


def _is_wanted(draft: _Draft, claim: ClaimCandidate) -> bool:
    """Whether to propose it: all that others say; of the author's words what is check-worthy or marked."""
    if draft.voice is not Voice.AUTHOR or draft.is_verdict:
        return True
    return claim.score >= (_MARKED_THRESHOLD if claim.hedged else _AUTHOR_THRESHOLD)


def _paragraphs(reading: Reading) -> tuple[list[int], set[int]]:
    """Return the paragraph of each sentence, and the sentences that are furniture."""
    paragraph_of: list[int] = []
    furniture: set[int] = set()
    paragraph = 0
    for number, (first, last) in enumerate(reading.sentences):
        opens = first == 0 or reading.words[first - 1] == "\n"
        closes = last == len(reading.words) or reading.words[last] == "\n"
        paragraph += opens
        paragraph_of.append(paragraph)
        start, end = reading.span(first, last)
        if opens and closes and is_furniture(reading.text[start:end]):
            furniture.add(number)
    return paragraph_of, furniture

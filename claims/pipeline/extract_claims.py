"""Proposes the claims of an article: each with its exact quote, its claimant and how surely it is told."""

from datetime import datetime

from claims.pipeline.attribution_contents import Found
from claims.pipeline.attribution_grammar import Grammar, Tokens
from claims.pipeline.attributions import find_in
from claims.pipeline.claim_drafts import ClaimCandidate, Draft, stand_alone, subject_before, with_name
from claims.pipeline.claim_pieces import is_statement, pieces
from claims.pipeline.claim_relations import Relations
from claims.pipeline.claimants import is_anonymous, is_pronoun, tidy_claimant
from claims.pipeline.furniture import is_furniture
from claims.pipeline.headline_claims import headline_claims
from claims.pipeline.hedges import Hedges, hedging_cue
from claims.pipeline.sentences import Reading, read
from claims.pipeline.words import languages
from claims.vocabulary import Voice

__all__ = ["MOST_CANDIDATES", "ClaimCandidate", "can_extract", "extract_claims"]

MOST_CANDIDATES = 300
_AUTHOR_THRESHOLD = 0.5
_MARKED_THRESHOLD = 0.35
_SHORTEST_RUN = 4  # tokens
# Wishes, plans, topics and indirect questions say nothing that could be true or false.
_NO_STATEMENT = frozenset({"to", "object", "about", "question"})
_DENIALS = frozenset({"deny", "reject", "refute", "dispute", "rebut", "contradict"})


def can_extract(language: str | None) -> bool:
    """Whether we have word lists for ``language`` (ISO 639-1); None counts as English."""
    return language is None or language in languages()


def extract_claims(
    *, headline: str | None, text: str, published_at: datetime | None
) -> tuple[ClaimCandidate, ...]:
    """Propose the claims of an English article: the headline's first, then those of the text in order.

    ``published_at`` is not used yet: dates stay as they are written. At most ``MOST_CANDIDATES`` come back,
    the best by score.
    """
    del published_at
    found = [*headline_claims(headline or ""), *_Article(text).claims()]
    if len(found) > MOST_CANDIDATES:
        best = sorted(range(len(found)), key=lambda place: (-found[place].score, place))[:MOST_CANDIDATES]
        found = [found[place] for place in sorted(best)]
    return tuple(found)


class _Article:
    """The claims of one text."""

    def __init__(self, text: str) -> None:
        self.reading = read(text)
        self.grammar = Grammar(self.reading, "en")
        self.hedges = Hedges(self.reading)
        self.paragraph_of, self.furniture = _paragraphs(self.reading)
        self.drafts: list[Draft] = []
        self.covered = bytearray(len(self.reading.words))
        self.named: list[tuple[int, str]] = []  # where a source was named, in order

    def claims(self) -> list[ClaimCandidate]:
        """Return the candidates in order of the text."""
        for found in find_in(self.grammar):
            if self.reading.sentence_of[found.cue[0]] not in self.furniture:
                self._add_attributed(found)
        for number in range(len(self.reading.sentences)):
            if number not in self.furniture:
                self._add_of_author(number)
        self.drafts.sort(key=lambda draft: (draft.start, draft.end))
        for draft in self.drafts:
            draft.text = draft.text or with_name(self.grammar, draft)
        Relations(self.grammar, self.hedges, self.drafts, self.paragraph_of).apply()
        finished = [(draft, draft.finish(self.reading)) for draft in self.drafts]
        return [claim for draft, claim in finished if _is_wanted(draft, claim)]

    # ------------------------------------------------------------------ what others say
    def _add_attributed(self, found: Found) -> None:
        source = self._name(found)
        is_denial = self._is_denial(found)
        if not is_denial and found.pattern.removeprefix("ing-") in _NO_STATEMENT:
            return
        for start, end in (*found.content, found.cue, found.source or found.cue):
            self.covered[start:end] = b"\x01" * (end - start)
        if is_denial and found.source is not None and found.source[0] < found.content[-1][0]:
            self._add_denial(found, found.source, source)
        elif not is_denial:
            for part in found.content:
                for piece in pieces(self.grammar, *part):
                    if is_statement(self.grammar, *piece):
                        self._add(found, piece, source)

    def _add_denial(self, found: Found, subject: Tokens, source: str | None) -> None:
        """Keep "The mayor denied that …" whole: what he asserts is the denial."""
        self._add(found, (subject[0], found.content[-1][1]), source)
        start, end = self.reading.span(*subject)
        if source is not None and is_pronoun(self.reading.text[start:end]):
            rest = self.reading.text[end : self.reading.ends[found.content[-1][1] - 1]]
            self.drafts[-1].text = stand_alone(source + rest)

    def _add(self, found: Found, piece: Tokens, source: str | None) -> None:
        reading = self.reading
        quoted = sum(reading.quote_of[token] >= 0 for token in range(*piece))
        draft = Draft(*piece, Voice.DIRECT if 2 * quoted > piece[1] - piece[0] else Voice.INDIRECT)
        draft.source = source
        draft.anonymous = source is not None and is_anonymous(source)
        start, end = reading.span(*found.cue)
        draft.attribution = reading.text[start:end]
        doubt = hedging_cue(reading, found.cue)
        draft.hedges = [doubt] if doubt else []
        draft.hedges += [*self.hedges.within(*found.cue), *self.hedges.within(*piece)]
        if found.source is not None and source is None:
            draft.reasons.append("Its source is named only by a pronoun.")
        self.drafts.append(draft)

    def _is_denial(self, found: Found) -> bool:
        forms = self.grammar.forms
        lemmas = {forms[word].lemma for word in self.reading.words[slice(*found.cue)] if word in forms}
        return not lemmas.isdisjoint(_DENIALS)

    def _name(self, found: Found) -> str | None:
        """Return the source's name; a pronoun means who was named last, at most one paragraph before."""
        if found.source is None:
            return None
        start, end = self.reading.span(*found.source)
        source = self.reading.text[start:end]
        if not is_pronoun(source):
            name = tidy_claimant(source)
            self.named.append((found.source[0], name))
            return name
        number = self.reading.sentence_of[found.source[0]]
        if self.named:
            token, name = self.named[-1]
            if self.paragraph_of[number] - self.paragraph_of[self.reading.sentence_of[token]] <= 1:
                return name
        return subject_before(self.grammar, number + 1)

    # ------------------------------------------------------------------ what the author says
    def _add_of_author(self, number: int) -> None:
        for start, end in self._open_runs(number):
            for piece in pieces(self.grammar, start, end):
                if not is_statement(self.grammar, *piece) or self._is_own_mind(piece):
                    continue
                quoted = self.reading.quote_of[piece[0]] >= 0 and self.reading.quote_of[piece[1] - 1] >= 0
                draft = Draft(*piece, Voice.DIRECT if quoted else Voice.AUTHOR)
                draft.hedges = list(self.hedges.within(*piece))
                self.drafts.append(draft)

    def _open_runs(self, number: int) -> list[Tokens]:
        """Return the stretches of a sentence that no attribution covers."""
        first, last = self.reading.sentences[number]
        runs, start = [], first
        for token in range(first, last + 1):
            if token == last or self.covered[token]:
                if token - start >= _SHORTEST_RUN:
                    runs.append((start, token))
                start = token + 1
        return runs

    def _is_own_mind(self, piece: Tokens) -> bool:
        """Whether the author speaks of himself ("I would not mind …") or only disclaims."""
        number = self.reading.sentence_of[piece[0]]
        subject = self.reading.words[piece[0]].partition("'")[0]
        return subject in ("i", "we", "if", "whether") or number in self.hedges.disclaimers


def _is_wanted(draft: Draft, claim: ClaimCandidate) -> bool:
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

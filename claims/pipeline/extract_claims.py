"""Proposes the claims of an article: each with its exact quote, its claimant and how surely it is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from claims.pipeline.attribution.attributions import Attribution, find_in
from claims.pipeline.attribution.contents import Found
from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.attribution.quotes import LONE_QUOTE
from claims.pipeline.candidate.asides import asides, paragraphs_of
from claims.pipeline.candidate.chains import inner_sources, relay
from claims.pipeline.candidate.claimants import (
    is_anonymous,
    is_pronoun,
    may_claim,
    pointed_at,
    tidy_claimant,
)
from claims.pipeline.candidate.dates import with_dates
from claims.pipeline.candidate.drafts import ClaimCandidate, Draft, stand_alone, with_name
from claims.pipeline.candidate.fragments import authors_part, is_others_part
from claims.pipeline.candidate.headlines import headline_claims
from claims.pipeline.candidate.news import Part, parts_to_read, readings
from claims.pipeline.candidate.persons import Persons
from claims.pipeline.candidate.pieces import is_statement, pieces
from claims.pipeline.candidate.pointers import meant_by
from claims.pipeline.candidate.relations import Relations
from claims.pipeline.text.hedges import Hedges, hedging_cue
from claims.pipeline.tiers.parsing import with_parsed
from claims.pipeline.tiers.syntax import STATEMENTS as PARSED_STATEMENTS
from claims.pipeline.words import languages, load_words
from claims.vocabulary import Voice

__all__ = ["MOST_CANDIDATES", "ClaimCandidate", "can_extract", "extract_claims"]

MOST_CANDIDATES = 300
_MOST_DRAFTS = 3000  # statements that are weighed; ten times what a very long article holds
Parse = Callable[[str], Sequence[Attribution]]
# Lower than where check-worthy begins: "The minister resigned on Sunday" is short of details, and news.
_AUTHOR_THRESHOLD = 0.4
_MARKED_THRESHOLD = 0.35
_SHORTEST_RUN = 4  # tokens
# Wishes, plans, topics, slogans and indirect questions say nothing that could be true or false.
_NO_STATEMENT = frozenset({"to", "object", "about", "question", "noun-quote"})
_TOLD_BY_NOUN = frozenset({"noun-that", "noun-is-that"})
# Nouns that tell what somebody stated, not what was heard: "his statement that …", not "rumours that …".
_PLAIN_NOUNS = frozenset(
    {"statement", "statements", "announcement", "confirmation", "admission", "acknowledgment"}
)
_DISMISSALS = frozenset({"dismiss", "debunk"})  # denials, where a claim or report is dismissed
_ASKS = frozenset({"ask", "wonder", "inquire", "query"})
_DENIALS = frozenset({"deny", "reject", "refute", "dispute", "rebut", "contradict"})


def can_extract(language: str | None) -> bool:
    """Whether we have word lists for ``language`` (ISO 639-1); None counts as English."""
    return language is None or language in languages()


def extract_claims(
    *,
    headline: str | None,
    text: str,
    published_at: datetime | None,
    parse: Parse | None = None,
    known: str = "",
) -> tuple[ClaimCandidate, ...]:
    """Propose the claims of an English article: the headline's first, then those of the text in order.

    Dates such as "on Monday" are told by the calendar where ``published_at`` (aware) tells them. At most
    ``MOST_CANDIDATES`` come back, the best by score. ``parse`` (tiers/parsing.py) adds what a parser finds.
    What stands in ``known``, word by word, was read before: no claim of it comes back.
    """
    told = () if headline and headline in known else headline_claims(headline or "")
    found = [*told, *_claims_of(text, known, parse)]
    places = _best([claim.score for claim in found])
    return tuple(_dated(found[place], published_at) for place in places)


def _best(scores: list[float]) -> list[int]:
    """Return the places of the ``MOST_CANDIDATES`` best scores, in order of their places."""
    return sorted(sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:MOST_CANDIDATES])


def _dated(claim: ClaimCandidate, published_at: datetime | None) -> ClaimCandidate:
    """Return the claim with its dates told; what a speaker calls "yesterday" is left open."""
    if claim.voice is Voice.DIRECT:
        return claim
    text = with_dates(claim.text, published_at)
    return claim if text == claim.text else replace(claim, text=text)


def _claims_of(text: str, known: str, parse: Parse | None) -> list[ClaimCandidate]:
    """Return the candidates of a text in its order, read only as far as its news asks for."""
    for reading in readings(text, known, only_whole=parse is not None):
        grammar = Grammar(reading, "en")
        for part in parts_to_read(reading, known):
            if parse is not None and not part.is_whole:
                continue  # what a parser finds is told of the whole text
            article = _Article(grammar, part)
            if article.draft(parse):
                return article.claims(known)
    return []


class _Article:
    """The claims of one text, or of a part of it."""

    def __init__(self, grammar: Grammar, part: Part) -> None:
        self.part = part
        self.reading = grammar.reading
        self.grammar = grammar
        self.persons = Persons(grammar)
        self.hedges = Hedges(self.reading, within=part.tokens)
        self.paragraph_of, self.asides = paragraphs_of(self.reading), asides(self.reading, part.read)
        self.passed_over = self.asides.union(set(range(len(self.reading.sentences))) - part.weighed)
        self.drafts: list[Draft] = []
        self.covered = bytearray(len(self.reading.words))
        self.nouns = load_words("en").sets["nouns_of_mind"]
        self.named: list[tuple[int, str | None]] = []  # where a source was named, None: pointed back to
        self.points_back = False  # whether any was pointed back to

    def draft(self, parse: Parse | None) -> bool:
        """Draft the statements; False where who speaks in this part may be told outside of it."""
        told = find_in(self.grammar, self.part.tokens)
        if parse is not None:
            told = with_parsed(self.reading, told, parse(self.reading.text))
        if not self.part.is_whole and any(
            found.pattern == LONE_QUOTE or relay(self.grammar, found) is not None for found in told
        ):
            return False
        for found in told:
            if len(self.drafts) >= _MOST_DRAFTS:
                break
            if self.reading.sentence_of[(found.cue or found.content[0])[0]] not in self.asides:
                self._add_attributed(found)
        for number in sorted(self.part.weighed - self.asides):
            if len(self.drafts) >= _MOST_DRAFTS:
                break
            self._add_of_author(number)
        self.drafts.sort(key=lambda draft: (draft.start, draft.end))
        self._put_names()
        return self.part.is_whole or not (self.points_back or self.persons.is_lost)

    def _put_names(self) -> None:
        """Put the names of persons beside the pronouns that open what is drafted."""
        for draft in self.drafts:
            draft.text = draft.text or with_name(self.persons, draft)

    def claims(self, known: str) -> list[ClaimCandidate]:
        """Return the candidates in order of the text, without those that stand in ``known``."""
        Relations(self.grammar, self.hedges, self.drafts, self.paragraph_of).apply()
        fresh = [draft for draft in self.drafts if not known or draft.quote(self.reading) not in known]
        rated = [(draft, draft.rate(self.reading)) for draft in fresh]
        wanted = [
            (draft, draft.ranked(self.grammar, rating))
            for draft, rating in rated
            if _is_wanted(draft, rating[0])
        ]
        places = _best([score for _, (score, _) in wanted])
        return [wanted[place][0].finish(self.reading, wanted[place][1]) for place in places]

    def _is_passed_over(self, part: Tokens) -> bool:
        """Whether no statement of the sentences that the part runs through is weighed."""
        first, last = self.reading.sentence_of[part[0]], self.reading.sentence_of[part[1] - 1]
        return first in self.asides or self.passed_over.issuperset(range(first, last + 1))

    # ------------------------------------------------------------------ what others say
    def _add_attributed(self, found: Found) -> None:
        source = self._name(found.source)
        is_denial = self._is_denial(found)
        if (source is not None and not may_claim(source)) or self._states_nothing(found, is_denial):
            return
        for start, end in (*found.content, *filter(None, (found.cue, found.source))):
            self.covered[start:end] = b"\x01" * (end - start)
        if is_denial and found.source is not None and found.source[0] < found.content[-1][0]:
            if not self._is_passed_over((found.source[0], found.content[-1][1])):
                self._add_denial(found, found.source, source)
        elif not is_denial:
            for part in found.content:
                if not self._is_passed_over(part):
                    self._add_part(found, part, source)

    def _add_part(self, found: Found, part: Tokens, source: str | None) -> None:
        for piece in pieces(self.grammar, *part):
            if is_statement(self.grammar, *piece) and not self._is_rest(found, piece):
                self._add_chained(found, piece, source)

    def _states_nothing(self, found: Found, is_denial: bool) -> bool:
        """Whether it is a wish, a topic or an idea."""
        if found.pattern in _TOLD_BY_NOUN:
            return not self.nouns.isdisjoint(self.reading.words[slice(*found.cue or (0, 0))])
        return not is_denial and found.pattern.removeprefix("ing-") in _NO_STATEMENT

    def _is_rest(self, found: Found, piece: Tokens) -> bool:
        """Whether a piece of what was said is no statement of its own."""
        words = self.reading.words[slice(*found.cue)] if found.cue is not None else []
        lemma = next((self.grammar.forms[word].lemma for word in words if word in self.grammar.forms), "")
        return lemma in _ASKS or is_others_part(self.grammar, found.pattern, lemma, *piece)

    def _add_denial(self, found: Found, subject: Tokens, source: str | None) -> None:
        """Keep "The mayor denied that …" whole: what he asserts is the denial."""
        self._add(found, (subject[0], found.content[-1][1]), source)
        _, end = self.reading.span(*subject)
        if source is not None and self._is_pronoun(subject):
            rest = self.reading.text[end : self.reading.ends[found.content[-1][1] - 1]]
            self.drafts[-1].text = stand_alone(source + rest)

    def _add_chained(self, found: Found, piece: Tokens, source: str | None) -> None:
        """Add a statement for the source nearest to it: "A said that | B had told him that …"."""
        passers = [self._name(relay(self.grammar, found)), source]
        for inner in inner_sources(self.grammar, piece):
            name = self._named(inner.source)
            below = pieces(self.grammar, *inner.content[-1])
            if name is None or len(below) != 1 or not is_statement(self.grammar, *below[0]):
                break
            found, piece, source = inner, below[0], name
            passers.append(name)
        self._add(found, piece, source)
        chain = list(dict.fromkeys(name for name in passers if name is not None))
        if len(chain) > 1:
            self.drafts[-1].chain = chain
            self.drafts[-1].reasons.append(f"It is passed on: {' ← '.join(reversed(chain))}.")

    def _add(self, found: Found, piece: Tokens, source: str | None) -> None:
        reading = self.reading
        quoted = sum(reading.quote_of[token] >= 0 for token in range(*piece))
        draft = Draft(*piece, Voice.DIRECT if 2 * quoted > piece[1] - piece[0] else Voice.INDIRECT)
        draft.pattern = found.pattern
        draft.source = source
        told_of = source or (self._words(found.source) if found.source else "")
        draft.anonymous = is_anonymous(told_of)
        if found.cue is None:
            draft.reasons.append("Who said it is told by the sentence before.")
        else:
            draft.attribution = reading.text[slice(*reading.span(*found.cue))]
            doubt = hedging_cue(reading, found.cue)
            draft.hedges = [doubt] if doubt else []
            told = min(found.cue[0], found.source[0] if found.source else found.cue[0])
            draft.hedges += self.hedges.within(self._clause_start(told), found.cue[1])
            noun = self.reading.words[found.cue[0]]
            is_claimed = noun in load_words("en").sets["cue_nouns"] and noun not in _PLAIN_NOUNS
            if found.pattern in _TOLD_BY_NOUN and is_claimed:
                draft.hedges.append(draft.attribution)
        draft.hedges += self.hedges.within(*piece)
        if found.source is not None and source is None:
            by = "a pronoun" if self._is_pronoun(found.source) else f"“{told_of}”"
            draft.reasons.append(f"Its source is named only by {by}.")
        if found.pattern in PARSED_STATEMENTS:
            draft.reasons.append("Only the parser found it, not the rules.")
        self.drafts.append(draft)

    def _clause_start(self, token: int) -> int:
        """Return where the reporter's clause around ``token`` begins: "Apparently the mayor | said"."""
        first, _ = self.reading.sentences[self.reading.sentence_of[token]]
        while token > first and not self.covered[token - 1] and self.reading.words[token - 1] != ";":
            token -= 1
        return token

    def _is_denial(self, found: Found) -> bool:
        forms = self.grammar.forms
        cue = found.cue or (0, 0)
        lemmas = {forms[word].lemma for word in self.reading.words[slice(*cue)] if word in forms}
        if not lemmas.isdisjoint(_DISMISSALS):
            said = self.reading.words[found.content[0][0] : found.content[-1][1]]
            return not load_words("en").sets["cue_nouns"].isdisjoint(said)
        return not lemmas.isdisjoint(_DENIALS)

    def _named(self, source: Tokens | None) -> str | None:
        """Return the source's own name, None for a pronoun, and for "the same official" if nobody is sure."""
        if source is None:
            return None
        start, end = self.reading.span(*source)
        name = self.reading.text[start:end]
        if is_pronoun(name):
            return None
        back = pointed_at(name)
        if back is None:
            return tidy_claimant(name)
        self.points_back = True
        named = [known for token, known in self.named if known and token < source[0]]
        return meant_by(back, named, self.reading.text[:start])

    def _is_pronoun(self, source: Tokens) -> bool:
        return is_pronoun(self._words(source))

    def _words(self, tokens: Tokens) -> str:
        return self.reading.text[slice(*self.reading.span(*tokens))]

    def _name(self, source: Tokens | None) -> str | None:
        """Return the source's name; a pronoun means who was named last, at most one paragraph before."""
        if source is None:
            return None
        name = self._named(source)
        if name is not None or not self._is_pronoun(source):
            self.named.append((source[0], name))
            return name
        number = self.reading.sentence_of[source[0]]
        if self.named:
            token, name = self.named[-1]
            if self.paragraph_of[number] - self.paragraph_of[self.reading.sentence_of[token]] <= 1:
                return name
        return self.persons.subject_before(number + 1)

    # ------------------------------------------------------------------ what the author says
    def _add_of_author(self, number: int) -> None:
        for start, end in self._open_runs(number):
            for part in pieces(self.grammar, start, end):
                piece = authors_part(self.grammar, self.covered, *part)
                if piece is None or not is_statement(self.grammar, *piece) or self._is_own_mind(piece):
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
        """Whether the author speaks of himself ("I would not mind …") or to the reader, or only disclaims."""
        number = self.reading.sentence_of[piece[0]]
        subject = self.reading.words[piece[0]].partition("'")[0]
        return subject in ("i", "we", "you", "here", "if", "whether") or number in self.hedges.disclaimers


def _is_wanted(draft: Draft, score: float) -> bool:
    """Whether to propose it: all that others say; of the author's words what is check-worthy or marked."""
    if draft.voice is not Voice.AUTHOR or draft.is_verdict:
        return True
    return score >= (_MARKED_THRESHOLD if draft.hedges else _AUTHOR_THRESHOLD)

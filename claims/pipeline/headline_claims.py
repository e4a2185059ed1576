"""Takes the statements out of a headline."""

from itertools import pairwise

from claims.pipeline.attribution_grammar import Grammar, Tokens
from claims.pipeline.attribution_words import Frame, Shape
from claims.pipeline.claim_drafts import ClaimCandidate, Draft
from claims.pipeline.claim_pieces import trim
from claims.pipeline.claimants import is_anonymous, tidy_claimant
from claims.pipeline.hedges import Hedges, hedging_cue
from claims.pipeline.sentences import read
from claims.vocabulary import Voice

_MIN_WORDS = 3
_LONGEST_SOURCE = 6  # tokens of "…, harbour office says"
_SPEAKS = Frame.SAY | Frame.TELL


def headline_claims(headline: str) -> list[ClaimCandidate]:
    """Take each statement of an English headline for a claim; a question is none, "may be" is a hedge."""
    reading = read(headline)
    grammar, hedges = Grammar(reading, "en"), Hedges(reading)
    end = len(reading.words)
    if end == 0 or "?" in reading.words:
        return []
    source = _closing_source(grammar, end)
    found = []
    for start, stop in _parts(grammar, source[0] - 1 if source else end):
        draft = Draft(start, stop, Voice.HEADLINE, hedges=list(hedges.within(start, stop)))
        if source is not None:
            _attribute(grammar, draft, source)
        found.append(draft.finish(reading))
    return found


def _closing_source(grammar: Grammar, end: int) -> Tokens | None:
    """Return source and verb that close a headline behind a comma: "…, harbour office says"."""
    cue = grammar.forms.get(grammar.words[end - 1])
    if cue is None or cue.shape is Shape.ING or not cue.frames & _SPEAKS:
        return None
    commas = [
        token for token in range(max(1, end - 1 - _LONGEST_SOURCE), end - 2) if grammar.words[token] == ","
    ]
    return (commas[-1] + 1, end) if commas else None


def _attribute(grammar: Grammar, draft: Draft, source: Tokens) -> None:
    reading, (start, end) = grammar.reading, source
    name = reading.text[slice(*reading.span(start, end - 1))]
    draft.source, draft.anonymous = tidy_claimant(name), is_anonymous(name)
    draft.attribution = reading.text[slice(*reading.span(end - 1, end))]
    doubt = hedging_cue(reading, (end - 1, end))
    draft.hedges += [doubt] if doubt else []


def _parts(grammar: Grammar, end: int) -> list[Tokens]:
    """Cut a headline at commas and semicolons where every part is a statement; else leave it whole."""
    words = grammar.words
    cuts = [-1, *(token for token in range(end) if words[token] in (",", ";")), end]
    parts = [trim(grammar, before + 1, after) for before, after in pairwise(cuts)]
    if not all(
        _count_words(grammar, first, last) >= _MIN_WORDS and _has_verb(grammar, first, last)
        for first, last in parts
    ):
        parts = [trim(grammar, 0, end)]
    return [(first, last) for first, last in parts if _count_words(grammar, first, last) >= _MIN_WORDS]


def _count_words(grammar: Grammar, start: int, end: int) -> int:
    return sum(word[0].isalnum() for word in grammar.words[start:end])


def _has_verb(grammar: Grammar, start: int, end: int) -> bool:
    """Whether a part has a verb; headlines tell the past in the present: "minister quits"."""
    return grammar.has_verb(start, end) or any(
        word.endswith("s") and len(word) > 3 and not grammar.reading.is_capital(start + offset)
        for offset, word in enumerate(grammar.words[start:end])
    )

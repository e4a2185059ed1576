"""Takes the statements out of a headline."""

from itertools import pairwise

from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.attribution.words import Frame, Shape
from claims.pipeline.candidate.claimants import is_anonymous, pointed_at, tidy_claimant
from claims.pipeline.candidate.drafts import ClaimCandidate, Draft
from claims.pipeline.candidate.pieces import grammar_sets, trim
from claims.pipeline.text.hedges import Hedges, hedging_cue
from claims.pipeline.text.sentences import read
from claims.pipeline.words import load_words
from claims.vocabulary import Voice

_MIN_WORDS = 3
_LONGEST_SOURCE = 6  # tokens of "…, harbour office says"
_LONGEST_LABEL = 3  # tokens
_LABEL_MARKS = frozenset({":", "–", "—", "-", "|"})
_ASKING = frozenset({"how", "why", "what", "who", "whose", "where", "which", "whether"})
_SPEAKS = Frame.SAY | Frame.TELL


def headline_claims(headline: str) -> list[ClaimCandidate]:
    """Take each statement of an English headline for a claim; a question is none, "may be" is a hedge."""
    reading = read(headline)
    grammar, hedges = Grammar(reading, "en"), Hedges(reading)
    end = len(reading.words)
    begin = _behind_label(grammar, end)
    if begin == end or "?" in reading.words or grammar.words[begin] in _ASKING:
        return []
    source = _closing_source(grammar, end)
    found = []
    for start, stop in _parts(grammar, begin, source[0] - 1 if source else end):
        if _is_prediction(grammar, start, stop):
            continue
        draft = Draft(start, stop, Voice.HEADLINE, hedges=list(hedges.within(start, stop)))
        if source is not None:
            _attribute(grammar, draft, source)
        found.append(draft.finish(reading, draft.rate(reading)))
    return found


def _behind_label(grammar: Grammar, end: int) -> int:
    """Return where the headline begins behind "Breaking:", "Exclusive –", "Watch:", "Live updates:"."""
    labels = load_words("en").sets["labels"]
    for mark in range(1, min(end - 1, _LONGEST_LABEL + 1)):
        if grammar.words[mark] in _LABEL_MARKS:
            return mark + 1 if all(word in labels for word in grammar.words[:mark]) else 0
    return 0


def _is_prediction(grammar: Grammar, start: int, stop: int) -> bool:
    """Whether the first verb of a part speaks of the future: "Mayor will quit", "Mayor to quit"."""
    future = next(
        (
            t
            for t in range(start, stop)
            if grammar.words[t] == "to" or grammar.words[t] in grammar_sets().future
        ),
        stop,
    )
    return future < stop and not _has_verb(grammar, start, future)


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
    draft.source = tidy_claimant(name) if pointed_at(name) is None else None
    draft.anonymous = is_anonymous(name)
    draft.attribution = reading.text[slice(*reading.span(end - 1, end))]
    doubt = hedging_cue(reading, (end - 1, end))
    draft.hedges += [doubt] if doubt else []


def _parts(grammar: Grammar, begin: int, end: int) -> list[Tokens]:
    """Cut a headline at commas and semicolons where every part is a statement; else leave it whole."""
    words = grammar.words
    cuts = [begin - 1, *(token for token in range(begin, end) if words[token] in (",", ";")), end]
    parts = [trim(grammar, before + 1, after) for before, after in pairwise(cuts)]
    if not all(
        _count_words(grammar, first, last) >= _MIN_WORDS and _has_verb(grammar, first, last)
        for first, last in parts
    ):
        parts = [trim(grammar, begin, end)]
    return [(first, last) for first, last in parts if _count_words(grammar, first, last) >= _MIN_WORDS]


def _count_words(grammar: Grammar, start: int, end: int) -> int:
    return sum(word[0].isalnum() for word in grammar.words[start:end])


def _has_verb(grammar: Grammar, start: int, end: int) -> bool:
    """Whether a part has a verb; headlines tell the past in the present: "minister quits"."""
    return grammar.has_verb(start, end) or any(
        word.endswith("s") and len(word) > 3 and not grammar.reading.is_capital(start + offset)
        for offset, word in enumerate(grammar.words[start:end])
    )

"""Finds who says what: content, cue and source of every attribution, with offsets into the text as given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from claims.pipeline.attribution.contents import Found
from claims.pipeline.attribution.final import find_final
from claims.pipeline.attribution.forward import find_forward
from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.attribution.marks import find_marks
from claims.pipeline.attribution.nouns import find_nouns
from claims.pipeline.attribution.quotes import find_turns, with_open_quotes
from claims.pipeline.attribution.words import Cue
from claims.pipeline.text.sentences import Reading, read
from claims.vocabulary import Voice

# A verb inside a longer quotation is the speaker's, not the reporter's (tokens, with the quotation's marks).
_SHORT_QUOTE = 5

# "A person who asked not to be named said …": the first verb is no cue.
_ANONYMITY = frozenset({"named", "identified", "anonymity", "anonymously"})
_ANONYMITY_REACH = 7  # tokens
_WISHES = frozenset(
    {"ask", "speak", "talk", "request", "agree", "decline", "refuse", "insist", "demand", "want"}
)

# The share of each pattern's finds that PolNeAR's annotators marked as well (Newell et al., LREC 2018; train
# split, content words' IoU of at least .5); of fewer than 30 finds, with one more of either outcome.
CONFIDENCE = {
    "about": 0.63,
    "according-after": 0.81,
    "according-before": 0.86,
    "as-before": 0.80,
    "bare-colon-quote": 0.82,
    "bare-quote": 0.58,
    "block-quote": 0.91,
    "clear-that": 0.60,
    "colon": 0.50,
    "colon-quote": 0.98,
    "final-clause": 0.82,
    "final-interjected": 0.84,
    "final-quote": 0.97,
    "forward-quote": 0.83,
    "ing-about": 0.59,
    "ing-colon": 0.44,
    "ing-colon-quote": 0.86,
    "ing-forward-quote": 0.89,
    "ing-object": 0.58,
    "ing-question": 0.83,
    "ing-that": 0.90,
    "ing-to": 0.70,
    "ing-zero-say": 0.76,
    "ing-zero-think": 0.57,
    "inverted-clause": 0.76,
    "inverted-interjected": 0.70,
    "inverted-quote": 0.97,
    "name-colon": 0.75,
    "noun-is-that": 0.67,
    "noun-quote": 0.68,
    "noun-that": 0.72,
    "object": 0.65,
    "question": 0.69,
    "shown": 0.93,
    "that": 0.86,
    "to": 0.64,
    "zero-say": 0.85,
    "zero-think": 0.66,
}
_DEFAULT_CONFIDENCE = 0.6  # of patterns too rare to measure


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says what: offsets (end exclusive) of the content's parts, of the cue words and of the source.

    ``kind`` is Voice.DIRECT where all of the content is quoted, else Voice.INDIRECT; ``is_mixed`` tells an
    indirect one with quoted words in it. ``confidence`` (0 to 1) is the precision of ``pattern``.
    """

    content: tuple[tuple[int, int], ...]
    cue: tuple[int, int] | None
    source: tuple[int, int] | None
    kind: Voice
    is_mixed: bool
    confidence: float
    pattern: str


def find_attributions(text: str) -> tuple[Attribution, ...]:
    """Find the attributions of an English ``text``, in order of their content. Time is linear in the text."""
    reading = read(text)
    return tuple(_with_offsets(reading, found) for found in find_in(Grammar(reading, "en")))


def find_in(grammar: Grammar, within: Sequence[range] | None = None) -> list[Found]:
    """Find the attributions of an already read text as token ranges, in order of their content.

    Only some ranges of tokens are searched where ``within`` gives them: whole paragraphs, of which neither
    the first nor the one below the last opens with a quotation, for speech may go on in such a one.

    The surest patterns come first: cues behind their content, then marks such as "according to", then cues
    before their content. What an earlier pattern took is not searched again: nested ones are left out.
    """
    taken = _Taken(grammar.reading)
    for found in find_turns(grammar, within):
        taken.add(found)
    rest: list[tuple[int, Cue]] = []
    for token, cue in _cues(grammar, within):
        if not taken.add(find_final(grammar, token, cue)):
            rest.append((token, cue))
    for found in find_marks(grammar, within):
        taken.add(found)
    for token, cue in rest:
        if not taken.tokens[token]:
            earlier = taken.last_source.get(grammar.reading.sentence_of[token])
            taken.add(find_forward(grammar, token, cue, earlier))
    for found in find_nouns(grammar, within):
        taken.add(found)
    whole = [_in_order(found) for found in with_open_quotes(grammar, taken.tokens, taken.found, within)]
    return sorted(whole, key=lambda found: found.content[0])


def _in_order(found: Found) -> Found:
    """Return it with its parts in the order of the text: what goes on below may lead back above."""
    parts = tuple(sorted(found.content))
    return found if parts == found.content else replace(found, content=parts)


def _cues(grammar: Grammar, within: Sequence[range] | None) -> list[tuple[int, Cue]]:
    """Return the verbs that may be cues, outside longer quotations."""
    reading, forms = grammar.reading, grammar.forms
    cues = []
    for token in reading.places_of(forms, within):
        cue = forms[grammar.words[token]]
        if not grammar.is_verb(token, cue):
            continue
        number = reading.quote_of[token]
        if cue.lemma in _WISHES and not _ANONYMITY.isdisjoint(
            grammar.words[token + 1 : token + _ANONYMITY_REACH]
        ):
            continue
        if number < 0 or reading.quotes[number][1] - reading.quotes[number][0] <= _SHORT_QUOTE:
            cues.append((token, cue))
    return cues


class _Taken:
    """What has been found so far; no token is content or cue twice."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.tokens = bytearray(len(reading.words))
        self.found: list[Found] = []
        self.last_source: dict[int, Tokens] = {}  # by sentence

    def add(self, found: Found | None) -> bool:
        """Keep ``found`` unless a part of its content is empty or taken; tell whether it was kept."""
        if found is None or any(start >= end or 1 in self.tokens[start:end] for start, end in found.content):
            return False
        for start, end in (*found.content, found.cue or found.content[0]):
            self.tokens[start:end] = b"\x01" * (end - start)
        if found.source is not None and found.cue is not None:
            self.last_source[self.reading.sentence_of[found.cue[0]]] = found.source
        self.found.append(found)
        return True


def _with_offsets(reading: Reading, found: Found) -> Attribution:
    quoted = [_is_quotation(reading, part) for part in found.content]
    has_quote = any(max(reading.quote_of[start:end]) >= 0 for start, end in found.content)
    return Attribution(
        content=tuple(reading.span(*part) for part in found.content),
        cue=reading.span(*found.cue) if found.cue is not None else None,
        source=reading.span(*found.source) if found.source is not None else None,
        kind=Voice.DIRECT if all(quoted) else Voice.INDIRECT,
        is_mixed=has_quote and not all(quoted),
        confidence=CONFIDENCE.get(found.pattern, _DEFAULT_CONFIDENCE),
        pattern=found.pattern,
    )


def _is_quotation(reading: Reading, part: Tokens) -> bool:
    """Whether the tokens are one whole quotation."""
    number = reading.quote_of[part[0]]
    return number >= 0 and reading.quotes[number] == part

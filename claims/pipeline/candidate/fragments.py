"""Tells the pieces that are no sentence of their own: what is left when others' words are cut out of it."""

from claims.pipeline.attribution.grammar import CLOSING_MARKS, OPENING_MARKS, Grammar, Tokens
from claims.pipeline.candidate.pieces import grammar_sets, is_present, opens_clause

_JOINERS = frozenset({",", ";", ":", "—", "–", "(", ")", "\n", ".", "!"}) | OPENING_MARKS | CLOSING_MARKS
_CONJUNCTIONS = frozenset({"and", "but", "so", "or", "though", "although", "while"})
_NOT_FINITE = frozenset({"be", "being", "been", "having"})
_BARE_CLAUSES = ("zero-think", "zero-say", "ing-zero-think", "ing-zero-say")


def authors_part(grammar: Grammar, covered: bytearray, start: int, end: int) -> Tokens | None:
    """Return the author's piece without a joining word at its end; None where it is but a rest.

    ``covered`` marks the tokens that others' words take: "Voters are not confident that | she understands".
    """
    words = grammar.words
    first, last = grammar.reading.sentences[grammar.reading.sentence_of[start]]
    opens_late, ends_early = 1 in covered[first:start], 1 in covered[end:last]
    if ends_early and end - 2 > start and words[end - 1] in _CONJUNCTIONS and words[end - 2] == ",":
        end -= 2
    elif ends_early and (words[end - 1] in grammar_sets().dangling or not _is_joined(words[end])):
        return None
    if opens_late and not (
        (words[start - 1] in _JOINERS or words[start - 1] in _CONJUNCTIONS)
        and opens_clause(grammar, start, end)
    ):
        return None
    if (opens_late or ends_early) and is_subordinate(grammar, start, end):
        return None
    return start, end


def _is_joined(word: str) -> bool:
    """Whether the token behind a clause lets it be whole: a mark, or a participle ("…, suggesting that")."""
    return word in _JOINERS or (word.endswith("ing") and len(word) > len("bring"))


def is_others_part(grammar: Grammar, pattern: str, cue: str, start: int, end: int) -> bool:
    """Whether a piece of what somebody said is a rest or a thing: "the cabinet assumed | the role of …"."""
    if grammar.reading.quote_of[start] >= 0:
        return False
    if pattern in _BARE_CLAUSES and cue != "say":
        return not any(_is_surely_finite(grammar, token) for token in range(start, end))
    return pattern.endswith(("-clause", "-interjected")) and is_subordinate(grammar, start, end)


def is_subordinate(grammar: Grammar, start: int, end: int) -> bool:
    """Whether the piece opens like "when asked" or "to win" and no main clause follows behind a comma."""
    if grammar.words[start] not in grammar_sets().subordinators:
        return False
    commas = (token for token in range(start, end) if grammar.words[token] == ",")
    return not any(opens_clause(grammar, comma + 1, end) for comma in commas)


def _is_surely_finite(grammar: Grammar, token: int) -> bool:
    """Whether the token is a verb of a clause, no participle: "a levy | imposed on", "a cat | being fed"."""
    word = grammar.words[token]
    if word in _NOT_FINITE or not grammar.is_finite(token):
        return 0 < token < len(grammar.words) - 1 and is_present(grammar, token)
    follows = grammar.words[token + 1] if token + 1 < len(grammar.words) else ""
    return not word.endswith("ed") or follows not in grammar.prepositions

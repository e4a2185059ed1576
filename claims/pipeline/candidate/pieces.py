"""Cuts a stretch of text into single statements and tells which of them can be claims."""

from functools import lru_cache

from claims.pipeline.attribution.grammar import Grammar, Tokens
from claims.pipeline.words import load_words

_MIN_WORDS = 3
_MOST_WORDS = 80
_RELATIVES = frozenset({"that", "who", "which", "whose", "whom", "where"})
_OBJECTS = frozenset({"him", "them", "me", "us"})
_SETTINGS = frozenset({"while", "when", "as", "after", "before", "because", "although", "though"})
_TRIM_LEFT = frozenset({",", ";", ":", "—", "–", "-", ".", "and", "but", "\n", "so", "…", ")"})
_TRIM_RIGHT = frozenset({",", ";", ":", "—", "–", "-", "\n"})
_LONGEST_SENTENCE = 400  # tokens; longer ones are lists or broken pages, and are no statements
_SUBJECT_REACH = 20  # tokens between "and" and the verb of its clause


def pieces(grammar: Grammar, start: int, end: int) -> list[Tokens]:
    """Cut the tokens ``start`` to ``end`` at sentence ends and between main clauses; trimmed, in order."""
    reading = grammar.reading
    found: list[Tokens] = []
    token = start
    while token < end:
        number = reading.sentence_of[token]
        stop = min(end, reading.sentences[number][1]) if number >= 0 else token + 1
        if number >= 0 and token == reading.sentences[number][0]:
            token = grammar.after_dateline(token, stop)
        if number >= 0:
            found += [trim(grammar, *clause) for clause in _clauses(grammar, token, stop)]
        token = stop
    return [(first, last) for first, last in found if last > first]


def _clauses(grammar: Grammar, start: int, end: int) -> list[Tokens]:
    """Cut one sentence at ", and" and ";" where both sides have a subject and a verb of their own."""
    words = grammar.words
    clauses: list[Tokens] = []
    first = start
    if end - start > _LONGEST_SENTENCE:
        return [(start, end)]
    for token in range(start + 2, end - 2):
        if words[token] == ";" or (words[token] == "," and words[token + 1] in ("and", "but")):
            rest = token + 1 if words[token] == ";" else token + 2
            if grammar.has_verb(first, token) and opens_clause(grammar, rest, end):
                clauses.append((first, token))
                first = rest
    clauses.append((first, end))
    return clauses


def opens_clause(grammar: Grammar, start: int, end: int) -> bool:
    """Whether a subject with a finite verb begins at ``start``."""
    verb = next((t for t in range(start, min(end, start + _SUBJECT_REACH)) if grammar.is_finite(t)), None)
    if verb is None:
        return False
    return verb > start or grammar.is_contracted_subject(grammar.words[start])


class _Sets:
    """Word classes that only the cutting of claims needs."""

    def __init__(self, language: str) -> None:
        sets = load_words(language).sets
        self.past = sets["irregular_past"]
        self.past_auxiliaries = sets["past_auxiliaries"]
        self.future = sets["future"]
        self.imperatives = sets["imperatives"]
        self.leads = sets["leads"]
        self.numbers = sets["small_numbers"]
        self.wishes = sets["wishes"]
        self.duties = sets["duties"]
        self.dangling = sets["dangling"]
        self.subordinators = sets["subordinators"]


@lru_cache(maxsize=1)
def grammar_sets() -> _Sets:
    """Return the word classes, loaded once."""
    return _Sets("en")


def trim(grammar: Grammar, start: int, end: int) -> Tokens:
    """Drop joining words from both ends, and quotation marks that enclose all or lack their partner."""
    reading, words = grammar.reading, grammar.words
    while start < end:
        number = reading.quote_of[start]
        opens = number >= 0 and reading.quotes[number][0] == start and reading.quotes[number][1] >= end
        is_conjunction = words[start] == "that" and not _is_subject(grammar, start)
        is_so_far = words[start : start + 2] == ["so", "far"]
        if not (opens or is_conjunction or (words[start] in _TRIM_LEFT and not is_so_far)):
            break
        start += 1
    while end > start:
        number = reading.quote_of[end - 1]
        closes = number >= 0 and reading.quotes[number][1] == end and reading.quotes[number][0] < start
        if not (closes or words[end - 1] in _TRIM_RIGHT):
            break
        end -= 1
    return start, end


def _is_subject(grammar: Grammar, token: int) -> bool:
    """Whether "that" is a subject ("that part is …", "that was …"), not a conjunction."""
    number = grammar.reading.sentence_of[token]
    if number < 0:
        return False
    first, _ = grammar.reading.sentences[number]
    opens_quote = token - 1 in grammar.opening and grammar.reading.is_capital(token)
    return token == first or opens_quote


def is_statement(grammar: Grammar, start: int, end: int) -> bool:
    """Whether the piece states something: long enough, with a verb, no question, order or prediction."""
    words = grammar.words
    if end - start > _LONGEST_SENTENCE:
        return False
    plain = [token for token in range(start, end) if words[token][0].isalnum()]
    if not _MIN_WORDS <= len(plain) <= _MOST_WORDS:
        return False
    if _is_question(grammar, end) or _is_prediction(grammar, plain) or _is_wish(grammar, plain):
        return False
    first = words[plain[0]]
    if first.isdigit() and words[plain[0] + 1] == ",":
        return False  # "31, of Bergen, but he was shocked"
    if first in _OBJECTS or (first == "with" and "," not in words[start:end]):
        return False  # "him, in part because he lost", "with the town nearly broke"
    if first in grammar_sets().imperatives or grammar.is_finite_verb(plain[0]):
        return False
    if first in grammar_sets().leads and _orders_behind_comma(grammar, start, end):
        return False
    return _has_main_verb(grammar, plain)


def _orders_behind_comma(grammar: Grammar, start: int, end: int) -> bool:
    """Whether an order follows what leads into it: "To learn more, visit our archive"."""
    words = grammar.words
    return any(
        words[comma] == ","
        and words[comma + 1] in grammar_sets().imperatives
        and (words[comma + 2] in grammar.determiners or words[comma + 2] in ("here", "us", "at", "for"))
        for comma in range(start, end - 2)
    )


def _has_main_verb(grammar: Grammar, tokens: list[int]) -> bool:
    """Whether a finite verb stands outside the first relative clause: "the report that he left" has none."""
    words = grammar.words
    verbs = [token for token in tokens if grammar.is_finite(token) and words[token - 1] != "to"]
    if not verbs:
        return any(is_present(grammar, token) for token in tokens[1:-1])
    relative = next((token for token in tokens[1:] if token < verbs[0] and words[token] in _RELATIVES), None)
    if relative is not None and words[relative - 1] == ",":  # "A friend of Lee, who has left town"
        return any("," in words[relative:verb] for verb in verbs)
    if words[tokens[0]].endswith("ing") and not _SETTINGS.isdisjoint(words[tokens[0] : verbs[0]]):
        return any("," in words[verbs[0] : verb] for verb in verbs[1:])  # "Pointing to it while he left"
    return relative is None or len(verbs) > 1


def is_present(grammar: Grammar, token: int) -> bool:
    """Whether the token stands like a verb in the present: "a berth costs seven crowns"."""
    before, word, after = grammar.words[token - 1 : token + 2]
    if not (word.isalpha() and word.endswith("s") and not word.endswith(("ss", "us", "is"))):
        return False
    if grammar.reading.is_capital(token):
        return False  # "Tom Hughes 2 goals."
    is_one_thing = before.isalpha() and not before.endswith("s") and before not in grammar.determiners
    takes_object = after in grammar.determiners or after in grammar_sets().numbers or after[:1].isdigit()
    return is_one_thing and takes_object and before not in grammar.prepositions


def _is_question(grammar: Grammar, end: int) -> bool:
    """Whether a question mark stands at the end of the piece (inside or outside its quotation mark)."""
    words = grammar.words
    tail = words[max(0, end - 2) : end + 1]
    return "?" in tail


def _is_wish(grammar: Grammar, tokens: list[int]) -> bool:
    """Whether the first finite verb wants something done: "she wants to open it", "we must open it"."""
    words, sets = grammar.words, grammar_sets()
    verb = next((t for t in tokens if grammar.is_finite(t) or words[t] in sets.duties), None)
    if verb is None:
        return False
    follows = words[verb + 1] if verb + 1 < len(words) else ""
    if words[verb] in sets.duties:  # "must have failed" tells what was
        return follows != "have" and (not words[verb].startswith("need") or follows == "to")
    return words[verb] in sets.wishes and follows == "to"


def _is_prediction(grammar: Grammar, tokens: list[int]) -> bool:
    """Whether the piece speaks of the future before it says anything of the past."""
    words, sets = grammar.words, grammar_sets()
    for token in tokens:
        word = words[token]
        if word in sets.future or word.endswith("'ll"):
            return True
        if word == "to" and token and words[token - 1] in ("expected", "due", "set", "scheduled", "going"):
            return True
        if word in sets.past_auxiliaries or word in sets.past:
            return False
        if word.endswith("ed") and words[token + 1 : token + 2] != ["to"] and grammar.is_finite_verb(token):
            return False
    return False

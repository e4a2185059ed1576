"""Tells the sentences that speak of the page itself: notices, who wrote it, quotations shown twice, links."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from itertools import pairwise

from claims.pipeline.change.notices import notice_that_opens
from claims.pipeline.page.furniture import is_furniture
from claims.pipeline.text.hints import may_match
from claims.pipeline.text.sentences import Reading
from claims.pipeline.words import load_words
from claims.vocabulary import ChangeKind

_LAST = 3  # paragraphs at the end in which authors are described
_RUN = 5  # words in a row that tell where a quotation may stand again
_MOST_PLACES = 8  # that are compared for each
_LONGEST_SIGNATURE = 8  # words behind a quotation that is shown again
_SPEAKS = re.compile(r"\b(?:said|says|told)\b")  # whoever speaks in the text is no author of it
_NAME = r"(?:[A-Z][\w.'’-]* ){1,3}[A-Z][\w'’-]+"


def paragraphs_of(reading: Reading) -> list[int]:
    """Return the number of the paragraph of each sentence."""
    numbers: list[int] = []
    for first, _ in reading.sentences:
        opens = first == 0 or reading.words[first - 1] == "\n"
        numbers.append((numbers[-1] if numbers else 0) + opens)
    return numbers


def asides(reading: Reading, places: Collection[int] | None = None) -> set[int]:
    """Return the sentences of which no claim is made: they tell nothing of the world.

    Only the paragraphs at ``places`` are asked, if given.
    """
    found: set[int] = set()
    paragraphs = whole_paragraphs(reading)
    asked = range(len(paragraphs)) if places is None else sorted(places)
    lone = [numbers[0] for numbers in paragraphs if len(numbers) == 1]
    shown_again = set()
    if not reading.is_part:  # of such a one no claims are told where `may_be_shown_again`
        shown_again = _shown_again(
            reading, lone, [paragraphs[place][0] for place in asked if len(paragraphs[place]) == 1]
        )
    for place in asked:
        numbers = paragraphs[place]
        start, end = _span(reading, numbers)
        text = reading.text[start:end]
        is_late = len(paragraphs) + reading.below - place <= _LAST
        is_page = len(numbers) == 1 and (is_furniture(text) or text.isupper() or numbers[0] in shown_again)
        if is_page or (is_late and _tells_the_author(reading.text, start, end)):
            found.update(numbers)
        else:
            found.update(_from_notice_on(reading, numbers))
    return found


def whole_paragraphs(reading: Reading) -> list[range]:
    """Return the sentences of each paragraph."""
    numbers = paragraphs_of(reading)
    opening = [place for place, number in enumerate(numbers) if place == 0 or number != numbers[place - 1]]
    return [range(*pair) for pair in pairwise([*opening, len(numbers)])]


def _span(reading: Reading, numbers: range) -> tuple[int, int]:
    return reading.span(reading.sentences[numbers[0]][0], reading.sentences[numbers[-1]][1])


# ---------------------------------------------------------------------- notices
def _from_notice_on(reading: Reading, numbers: range) -> range:
    """Return the sentences of a paragraph from the one on that begins a correction or retraction."""
    for number in numbers:
        start, end = reading.span(*reading.sentences[number])
        sentence = reading.text[start:end]
        if not _is_of_the_page(sentence):  # "We have withdrawn the offer" is news
            continue
        notice = notice_that_opens(sentence.lstrip("([*"))
        if notice is not None and notice.kind is not ChangeKind.UPDATE:
            return range(number, numbers.stop)
    return range(0)


def _is_of_the_page(sentence: str) -> bool:
    """Whether it has a mark of a notice; each of these has one of the hints in it."""
    hints = load_words("en").sets["notice_hints"]
    return may_match(sentence, hints) and _of_the_page("en").search(sentence) is not None


@lru_cache(maxsize=4)
def _of_the_page(language: str) -> re.Pattern[str]:
    return re.compile("|".join(load_words(language).sets["notice_marks"]), re.IGNORECASE)


# ---------------------------------------------------------------------- who wrote it
def _tells_the_author(text: str, start: int, end: int) -> bool:
    """Whether a paragraph says who somebody is that the text before it never named: "… is a reporter for"."""
    opening = _author_line("en").match(text, start, end)
    if opening is None or _SPEAKS.search(text, start, end):
        return False
    names = (opening["name"] or opening["surname"]).split()
    is_named_before = re.search(rf"\b{re.escape(names[-1])}\b", text[:start]) is not None
    return not is_named_before and names[0].lower() not in load_words("en").sets["determiners"]


@lru_cache(maxsize=4)
def _author_line(language: str) -> re.Pattern[str]:
    sets = load_words(language).sets
    names = ("author_callings", "author_acts", "author_places")
    callings, acts, places = ("|".join(sorted(sets[name])) for name in names)
    return re.compile(
        rf"(?:[\w ]{{0,40}}\bwriters? )?(?:"
        rf"(?P<name>{_NAME})(?: and {_NAME})?(?: (?:is|are) [^.\n]{{0,80}}\b(?:{callings})\b| (?:{acts}) )"
        rf"|(?P<surname>(?:{_NAME}|[A-Z][\w'’-]+)) (?:{places}) [A-Z])"
    )


# ---------------------------------------------------------------------- what is shown again
def _shown_again(reading: Reading, lone: list[int], asked: Collection[int]) -> set[int]:
    """Return the sentences that stand ``lone`` in a paragraph and whose words stand in another one as well.

    Of two that both stand alone the first is kept. Nothing is looked for where none of those ``asked`` can be
    one. Time is linear in the text.
    """
    counts = Counter(reading.words)
    if not any(_may_stand_twice(reading, number, counts.__getitem__) for number in asked):
        return set()
    shown = {}
    runs: dict[tuple[str, ...], list[int]] = {}
    for number in lone:
        tokens = _shown_words(reading, *reading.sentences[number])
        if len(tokens) >= _RUN:
            shown[number] = tokens
            runs[_spelled(reading, tokens[:_RUN])] = []
    words = [token for token, word in enumerate(reading.words) if word[0].isalnum()]
    at = {token: place for place, token in enumerate(words)}
    spelled = _spelled(reading, words)
    for place, run in enumerate(zip(*(spelled[step:] for step in range(_RUN)), strict=False)):
        places = runs.get(run)
        if places is not None and len(places) < _MOST_PLACES:
            places.append(place)
    found: set[int] = set()
    for number, tokens in shown.items():
        own, said = at[tokens[0]], _spelled(reading, tokens)
        for place in runs[said[:_RUN]]:
            there = reading.sentence_of[words[place]]
            is_other = place != own and (there not in shown or there < number)
            if is_other and _spelled(reading, words[place : place + len(tokens)]) == said:
                found.add(number)
    return found


def may_be_shown_again(reading: Reading, paragraphs: Iterable[range]) -> bool:
    """Whether a sentence alone in one of some ``paragraphs`` may stand elsewhere in the text, read or not."""
    plain = reading.text.lower()

    def count(word: str) -> int:
        # Of other words the text may have another spelling than the reading.
        return plain.count(word) if word.isascii() and "'" not in word else 2

    return any(_may_stand_twice(reading, numbers[0], count) for numbers in paragraphs if len(numbers) == 1)


def _may_stand_twice(reading: Reading, number: int, count: Callable[[str], int]) -> bool:
    """Whether each of a sentence's first words stands in the text more than once; a cheap first look."""
    tokens = _shown_words(reading, *reading.sentences[number])
    return len(tokens) >= _RUN and all(count(word) > 1 for word in _spelled(reading, tokens[:_RUN]))


def _shown_words(reading: Reading, first: int, last: int) -> list[int]:
    """Return the words of a sentence, of a signed quotation those within the marks."""
    tokens = [token for token in range(first, last) if reading.words[token][0].isalnum()]
    if reading.quote_of[first] >= 0:
        _, end = reading.quotes[reading.quote_of[first]]
        behind = [token for token in tokens if token >= end]
        if len(behind) <= _LONGEST_SIGNATURE:
            return tokens[: len(tokens) - len(behind)]
    return tokens


def _spelled(reading: Reading, tokens: list[int]) -> tuple[str, ...]:
    return tuple(reading.words[token] for token in tokens)

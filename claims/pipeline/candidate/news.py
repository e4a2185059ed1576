"""Tells which part of a text was not known before, and how much of it has to be read to tell its claims."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from claims.pipeline.attribution.quotes import MEMORY
from claims.pipeline.candidate.asides import may_be_shown_again, whole_paragraphs
from claims.pipeline.text.hedges import Hedges
from claims.pipeline.text.sentences import OPENING_MARKS, Reading, read

_OPENING = frozenset(mark[0] for mark in OPENING_MARKS)
_LONGEST_EXCERPT = 40  # paragraphs


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text: the places of the paragraphs ``read``, and the ranges of ``tokens`` that they take.

    Statements are weighed in the sentences ``weighed``; the rest tells only who speaks there. ``tokens`` is
    None where all of the text is read.
    """

    weighed: frozenset[int]
    read: frozenset[int]
    tokens: tuple[range, ...] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of the text is read."""
        return self.tokens is None


def readings(text: str, known: str, *, only_whole: bool = False) -> Iterator[Reading]:
    """Yield the text read around what does not stand in ``known``, then all of it; nothing without such news.

    The first reading is left out where it would take in all of the text, or a great many paragraphs, and
    with ``only_whole``.
    """
    lines = _Lines(text)
    fresh = [place for place, line in enumerate(lines.words) if line not in known]
    if not fresh:
        return
    top, bottom = lines.around(fresh[0], fresh[-1])
    above, below = top, len(lines.words) - 1 - bottom
    # A quotation that the text opens with may go to whoever speaks last in all of it.
    is_excerpt = not only_whole and (above or below) and bottom - top < _LONGEST_EXCERPT
    if is_excerpt and not lines.may_go_on(0):
        # With the line break above, for what a sentence begins behind tells it from one within a paragraph.
        reading = read(text, max(0, lines.starts[top] - 1), lines.stops[bottom])
        yield replace(reading, above=above, below=below)
    yield read(text)


class _Lines:
    """The paragraphs of a text as lines, which is all that is to be known of those far from the news."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.starts: list[int] = []
        self.stops: list[int] = []
        start = 0
        for line in text.split("\n"):
            stop = start + len(line)
            if words := line.strip():
                self.words.append(words)
                self.starts.append(start)
                self.stops.append(stop)
            start = stop + 1

    def may_go_on(self, place: int) -> bool:
        """Whether a paragraph may open with a quotation, so that speech may go on in it from above."""
        return self.words[place][0] in _OPENING

    def around(self, first: int, last: int) -> tuple[int, int]:
        """Return the first and the last of the paragraphs that `parts_to_read` may ask about some new ones.

        These are the ones beside, one more above, those with quotations below, what these are joined with,
        and one more below, for it may judge or sign what stands above it.
        """
        top = self._top(self._top(first - 1) - 1)
        bottom = min(last + 1, len(self.words) - 1)
        below = range(bottom + 1, min(bottom + 1 + MEMORY, len(self.words)))
        bottom = max((place for place in below if self._quotes(place)), default=bottom)
        while bottom + 1 < len(self.words) and self.may_go_on(bottom + 1):
            bottom += 1
        return top, min(bottom + 1, len(self.words) - 1)

    def _top(self, place: int) -> int:
        """Return the paragraph from which speech may go on as far as the one at ``place``."""
        while place > 0 and self.may_go_on(place):
            place -= 1
        return max(0, place)

    def _quotes(self, place: int) -> bool:
        return any(mark in self.words[place] for mark in OPENING_MARKS)


def parts_to_read(reading: Reading, known: str) -> Iterator[Part]:
    """Yield the paragraphs that do not stand in ``known``, with those that tell who speaks there, then all.

    The first part is left out where it would not do: in all of the text the paragraphs beside the new ones
    are weighed, too, for they may say that something in these is not true, or be what these say it of. The
    second is left out where not all of the text was read.
    """
    text = _Paragraphs(reading)
    fresh = {place for place in range(len(text.sentences)) if text.words(place, place) not in known}
    near = {place + step for place in fresh for step in (-1, 0, 1)}.intersection(range(len(text.sentences)))
    joined = {text.joined[place] for place in near}
    parted = {bounds for bounds in joined if text.words(*bounds) not in known}
    new = fresh | {place for place in near if text.joined[place] in parted}
    spans = text.spans(new)
    told = frozenset(place for span in spans for place in span)
    every = frozenset(range(len(text.sentences)))
    # A quotation that the text opens with may go to whoever speaks last in all of it.
    is_cut = told != every or reading.is_part
    if is_cut and not text.goes_on[0] and not text.is_judged(new) and not text.may_be_shown_again(told):
        yield Part(text.numbers(new), told, tuple(map(text.tokens, spans)))
    if not reading.is_part:
        yield Part(text.numbers(near), every)


class _Paragraphs:
    """The paragraphs of a text by their places, and which of them belong together."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.sentences = whole_paragraphs(reading)
        self.place_of = [place for place, numbers in enumerate(self.sentences) for _ in numbers]
        opening = {start for start, _ in reading.quotes}
        # Speech may go on from above in a paragraph that opens with a quotation.
        self.goes_on = [reading.sentences[numbers[0]][0] in opening for numbers in self.sentences]
        self.joined = self._joined()

    def _joined(self) -> list[tuple[int, int]]:
        """Return the first and the last paragraph (inclusive) over which speech may go on, for each."""
        tops = [place for place, goes_on in enumerate(self.goes_on) if not (place and goes_on)]
        bounds = zip(tops, [*tops[1:], len(self.goes_on)], strict=True)
        return [(top, below - 1) for top, below in bounds for _ in range(top, below)]

    def words(self, first: int, last: int) -> str:
        """Return the paragraphs ``first`` to ``last`` (inclusive) as they stand in the text."""
        tokens = self.tokens(range(first, last + 1))
        return self.reading.text[slice(*self.reading.span(tokens.start, tokens.stop))]

    def tokens(self, span: range) -> range:
        """Return the tokens of some paragraphs in a row."""
        bounds = self.reading.sentences
        return range(bounds[self.sentences[span[0]][0]][0], bounds[self.sentences[span[-1]][-1]][1])

    def numbers(self, places: Iterable[int]) -> frozenset[int]:
        """Return the sentences of some paragraphs."""
        return frozenset(number for place in places for number in self.sentences[place])

    def spans(self, places: set[int]) -> list[range]:
        """Return the runs of paragraphs that tell who speaks in some: these, one above, and what is joined.

        The paragraphs with quotations below are among them: of one that nobody is said to speak, somebody
        who was named above is taken for the speaker.
        """
        spans: list[range] = []
        for place in sorted(places | self._quoting_below(places)):
            top, bottom = self.joined[place]
            start, stop = self.joined[max(0, top - 1)][0] if place in places else top, bottom + 1
            while spans and start <= spans[-1].stop:
                start = min(start, spans.pop().start)
            spans.append(range(start, stop))
        return spans

    def _quoting_below(self, places: set[int]) -> set[int]:
        """Return the paragraphs with quotations so close below some that these may name their speaker."""
        quoting = {self.reading.sentence_of[start] for start, _ in self.reading.quotes}
        found = set()
        for place in places:
            last = self.sentences[place][-1]
            close = quoting.intersection(range(last + 1, last + 1 + MEMORY))
            found |= {self.place_of[number] for number in close}
        return found

    def is_judged(self, places: Iterable[int]) -> bool:
        """Whether a sentence in some paragraphs, or right below, disclaims or refutes what is before it."""
        around = {place + step for place in places for step in (0, 1)}.intersection(range(len(self.goes_on)))
        tokens = [self.tokens(range(place, place + 1)) for place in sorted(around)]
        hedges = Hedges(self.reading, within=tokens)
        return bool(hedges.disclaimers or hedges.refutations)

    def may_be_shown_again(self, places: Iterable[int]) -> bool:
        """Whether one of some paragraphs may stand in what was left out of the text, too."""
        return self.reading.is_part and may_be_shown_again(
            self.reading, (self.sentences[place] for place in places)
        )

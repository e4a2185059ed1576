"""Two states of an article to what changed, its kind, and the notice the publisher gave of it."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, takewhile
from typing import Literal

from claims.pipeline.change.hedge_shift import shift_of_hedges
from claims.pipeline.change.notices import new_notice
from claims.pipeline.change.repeated_headline import without_repeats
from claims.pipeline.page.passing import without_passing
from claims.pipeline.text.tokens import Token, keys, squash, starts, tokenize
from claims.vocabulary import ChangeKind, HedgeShift

Op = Literal["equal", "insert", "delete"]
Opcode = tuple[Op, int, int, int, int]
Paragraph = tuple[tuple[str, ...], int, int]
_Words = tuple[str, Sequence[Token]]
_Run = tuple[bool, int, int, int, int]
_ENDS_SENTENCE = re.compile(r"[.?!…:]|\n")

MOST_PAIRS = 400_000
"""Equal pairs of words that one comparison may look at (about a second); beyond, whole blocks differ."""

SHOWN_AROUND = 8
"""Words kept on either side of a change; longer equal runs are shortened with "…"."""

_ENDS_OF_RUN = 400
"""Characters at either end of an equal run within which the words shown are looked for."""

_LONGEST_WORDS = 12
"""Characters that words seldom have on average, with their spaces."""

ISLAND = 2
"""Equal runs of up to this many words between larger changes join them, so that people can read it."""

REWRITTEN = 0.25
"""Share of the shorter side's words that must stand on both for a paragraph to be edited, not rewritten."""

LEAST_OF_TWO = 3
"""Changed words on the lesser side of an island that joins; a figure that changed stands alone."""

LONGEST_IN_SUMMARY = 80


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, came or went."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What happened between two states.

    ``kind`` is None when they are identical; ``notice`` is the text of a correction, update or retraction
    notice that is newly present; ``summary`` is one sentence for the timeline.
    """

    kind: ChangeKind | None
    headline: tuple[Piece, ...]
    body: tuple[Piece, ...]
    notice: str | None
    hedge_shift: HedgeShift | None
    hedge_words: tuple[str, ...]
    summary: str


def compare(*, headline_before: str, text_before: str, headline_after: str, text_after: str) -> Difference:
    """Compare two states of an article.

    Only white space, typography, punctuation or an "Updated 10:30" stamp changed: trivial. A newly present
    notice decides between retraction, correction and update; without one a changed body is a silent edit, a
    changed headline alone a headline edit, also where the text repeats it. A question mark, a sign or a
    decimal point is never trivial.
    """
    if headline_before == headline_after and text_before == text_after:
        return Difference(
            kind=None,
            headline=_equal(headline_after),
            body=(),
            notice=None,
            hedge_shift=None,
            hedge_words=(),
            summary="Nothing changed.",
        )
    headline = pieces(headline_before, headline_after)
    body = pieces(*_texts_alone((headline_before, headline_after), text_before, text_after))
    headline_changed, body_changed = _changed(headline), _changed(body)
    notice = new_notice(f"{headline_before}\n{text_before}", f"{headline_after}\n{text_after}")
    shift: tuple[HedgeShift | None, tuple[str, ...]] = (None, ())
    if headline_changed or body_changed:
        shift = shift_of_hedges((headline_before, headline_after), (text_before, text_after))
    if not headline_changed and not body_changed:
        kind = ChangeKind.TRIVIAL
    elif notice is not None:
        kind = notice.kind
    else:
        kind = ChangeKind.SILENT_EDIT if body_changed else ChangeKind.HEADLINE_EDIT
    return Difference(
        kind=kind,
        headline=headline,
        body=shortened(body),
        notice=notice.text if notice else None,
        hedge_shift=shift[0],
        hedge_words=shift[1],
        summary=_summary(kind, headline, body, notice.text if notice else None, shift),
    )


def _texts_alone(headlines: tuple[str, str], before: str, after: str) -> tuple[str, str]:
    """The two texts without what passes; where the headline changed, without what repeats it either."""
    if headlines[0] != headlines[1]:
        before, after = without_repeats(before, headlines), without_repeats(after, headlines)
    return without_passing(before), without_passing(after)


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """The word diff of two texts, in reading order; equal runs are spelt as in ``after``.

    The joined equal and inserted pieces are ``after``, apart from typography of words that stayed.
    """
    if before == after:
        return _equal(after)
    head, tail = _same_ends(before.splitlines(keepends=True), after.splitlines(keepends=True))
    middle = _pieces(before[head : len(before) - tail], after[head : len(after) - tail])
    return _joined([*_equal(after[:head]), *middle, *_equal(after[len(after) - tail :])])


def _same_ends(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """Characters of the first lines, and of the last ones, that are the same: their words are not read."""
    head = _common(zip(a, b, strict=False))
    tail = _common(zip(reversed(a[head:]), reversed(b[head:]), strict=False))
    while tail and not a[-tail].strip():  # blank lines go with what stands above them
        tail -= 1
    return sum(map(len, a[:head])), sum(map(len, a[len(a) - tail :]))


def _pieces(before: str, after: str) -> tuple[Piece, ...]:
    a, b = tokenize(before), tokenize(after)
    if bool(a) != bool(b):
        return tuple(piece for piece in (Piece("delete", before), Piece("insert", after)) if piece.text)
    result: list[Piece] = []
    for op, i1, i2, j1, j2 in _merged_islands(_opcodes(before, a, after, b), (before, a), (after, b)):
        text = _deleted((before, a, i1, i2), (after, b, j1)) if op == "delete" else _slice(after, b, j1, j2)
        if text:
            result.append(Piece(op, text))
    return tuple(result) or _equal(after)


def _joined(diff: Iterable[Piece]) -> tuple[Piece, ...]:
    """The diff with neighbours of one kind as one piece."""
    groups = groupby(diff, key=lambda piece: piece.op)
    return tuple(Piece(op, "".join(piece.text for piece in group)) for op, group in groups)


def shortened(diff: Sequence[Piece]) -> tuple[Piece, ...]:
    """The diff with long equal runs cut to the words around the changes."""
    result = []
    for n, piece in enumerate(diff):
        text = piece.text
        if piece.op == "equal":
            text = _cut(text, SHOWN_AROUND if n else 0, SHOWN_AROUND if n < len(diff) - 1 else 0)
        if text:
            result.append(Piece(piece.op, text))
    return tuple(result)


def _cut(text: str, head: int, tail: int) -> str:
    """The first ``head`` and last ``tail`` words of ``text`` around a "…"."""
    if len(text) > 2 * _ENDS_OF_RUN:  # the middle is not shown, so it need not be read
        text = f"{text[:_ENDS_OF_RUN]}…{text[-_ENDS_OF_RUN:]}"
    first = starts(text, most=head + tail + 2)
    if len(first) <= head + tail + 1:
        return text
    start = text[: first[head]] if head else ""
    end = text[_starts_at_end(text, tail)[-tail] :] if tail else ""
    return f"{start}…{' ' if end and start else ''}{end}" if start or end else ""


def _starts_at_end(text: str, least: int) -> list[int]:
    """Where the last words of ``text`` start, at least so many if it has them; none runs over a space."""
    found = starts(text, max(0, text.rfind(" ", 0, -_LONGEST_WORDS * least)))
    return found if len(found) >= least else starts(text)


def _equal(text: str) -> tuple[Piece, ...]:
    return (Piece("equal", text),) if text else ()


def _changed(diff: Sequence[Piece]) -> bool:
    return any(piece.op != "equal" and keys(piece.text) for piece in diff)


def _slice(text: str, tokens: Sequence[Token], first: int, last: int) -> str:
    """The text of tokens ``first`` to ``last`` (exclusive), up to the token after them."""
    if first == last:
        return ""
    start = tokens[first].start if first else 0
    return text[start : tokens[last].start if last < len(tokens) else len(text)]


def _deleted(old: tuple[str, Sequence[Token], int, int], new: tuple[str, Sequence[Token], int]) -> str:
    """The text of deleted tokens, with the marks before them that ``after`` does not have there.

    An opening quotation mark, or a comma, goes with the words that it stood at.
    """
    (before, a, first, last), (after, b, place) = old, new
    kept = _marks_before(after, b, place)
    marks = _marks_before(before, a, first)
    gone = marks[len(kept) :] if first and place and marks.startswith(kept) else ""
    return gone + _slice(before, a, first, last)


def _marks_before(text: str, tokens: Sequence[Token], n: int) -> str:
    """What stands between token ``n``, or the end of the text, and the token before it."""
    start = tokens[n - 1].end if n else 0
    return text[start : tokens[n].start if n < len(tokens) else len(text)]


def _opcodes(before: str, a: Sequence[Token], after: str, b: Sequence[Token]) -> Iterator[Opcode]:
    """Opcodes over tokens: paragraphs first, then words inside the paragraphs that differ."""
    lines_a, lines_b = _paragraphs(before, a), _paragraphs(after, b)
    blocks = _align([key for key, _, _ in lines_a], [key for key, _, _ in lines_b], MOST_PAIRS)
    budget = MOST_PAIRS
    for op, i1, i2, j1, j2 in blocks:
        ai, aj = _bounds(lines_a, i1, i2, len(a))
        bi, bj = _bounds(lines_b, j1, j2, len(b))
        if op == "equal":
            yield "equal", ai, aj, bi, bj
            continue
        ka, kb = [t.key for t in a[ai:aj]], [t.key for t in b[bi:bj]]
        words = _align(ka, kb, budget)
        shared = sum(x2 - x1 for inner, x1, x2, _, _ in words if inner == "equal")
        is_rewritten = shared < REWRITTEN * min(len(ka), len(kb))
        for inner, x1, x2, y1, y2 in words:
            spot = ai + x1, ai + x2, bi + y1, bi + y2
            is_chance = (
                is_rewritten and x2 - x1 <= ISLAND and not _is_at_border((before, a), (after, b), *spot)
            )
            yield from _plain("replace" if is_chance else inner, *spot)
        budget -= min(budget, _pairs(ka, kb))


def _plain(op: str, i1: int, i2: int, j1: int, j2: int) -> Iterator[Opcode]:
    """difflib's "replace" as a deletion and an insertion."""
    if op == "equal":
        yield "equal", i1, i2, j1, j2
        return
    if i1 < i2:
        yield "delete", i1, i2, j1, j1
    if j1 < j2:
        yield "insert", i2, i2, j1, j2


def _align(a: Sequence[Hashable], b: Sequence[Hashable], budget: int) -> list[tuple[str, int, int, int, int]]:
    """difflib's opcodes of two sequences; what would cost more than ``budget`` pairs is one block."""
    head = _common(zip(a, b, strict=False))
    tail = _common(zip(reversed(a[head:]), reversed(b[head:]), strict=False))
    middle_a, middle_b = a[head : len(a) - tail], b[head : len(b) - tail]
    inner = [("replace", 0, len(middle_a), 0, len(middle_b))]
    if 0 < _pairs(middle_a, middle_b) <= budget:  # of none, difflib would make the same block
        inner = list(SequenceMatcher(None, middle_a, middle_b, autojunk=False).get_opcodes())
    result = [("equal", 0, head, 0, head)] if head else []
    result += [(op, head + i1, head + i2, head + j1, head + j2) for op, i1, i2, j1, j2 in inner]
    if tail:
        result.append(("equal", len(a) - tail, len(a), len(b) - tail, len(b)))
    return result


def _common(pairs: Iterable[tuple[object, object]]) -> int:
    """How many pairs are equal before the first that is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _pairs(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Equal pairs between two sequences: what difflib's search costs."""
    counts = Counter(b)
    return sum(n * counts[item] for item, n in Counter(a).items())


def _paragraphs(text: str, tokens: Sequence[Token]) -> list[Paragraph]:
    """The lines of ``text`` that hold tokens, as their keys and the range of token numbers."""
    starts = [n for n, t in enumerate(tokens) if n == 0 or "\n" in text[tokens[n - 1].end : t.start]]
    ends = [*starts[1:], len(tokens)] if starts else []
    return [(tuple(t.key for t in tokens[i:j]), i, j) for i, j in zip(starts, ends, strict=True)]


def _bounds(lines: Sequence[Paragraph], first: int, last: int, count: int) -> tuple[int, int]:
    """Token numbers of the lines ``first`` to ``last`` (exclusive) out of ``count`` tokens."""
    start = lines[first][1] if first < len(lines) else count
    return start, lines[last - 1][2] if last > first else start


def _merged_islands(opcodes: Iterable[Opcode], before: _Words, after: _Words) -> list[Opcode]:
    """Join changes that only words in common by chance keep apart, deletions before insertions.

    In one pass: a change that has grown is measured anew against the island before it.
    """
    runs: list[list[Opcode]] = []
    for code in opcodes:
        if runs and (runs[-1][0][0] == "equal") == (code[0] == "equal"):
            runs[-1].append(code)
        else:
            runs.append([code])
    joined: list[_Run] = []
    for run in map(_span, runs):
        joined.append(run)
        while len(joined) > len("-=") and not run[0]:
            first, island, last = joined[-3:]
            if not _is_chance(first, island, last, before, after):
                break
            joined[-3:] = [(False, first[1], last[2], first[3], last[4])]
    result: list[Opcode] = []
    for same, i1, i2, j1, j2 in joined:
        result += [("equal", i1, i2, j1, j2)] if same else list(_plain("replace", i1, i2, j1, j2))
    return _grouped(result)


def _is_chance(left: _Run, island: _Run, right: _Run, before: _Words, after: _Words) -> bool:
    """Whether the words between two changes are only there on both sides as any texts share some words.

    The more words, the larger both changes must be. What begins or ends a sentence on both sides does not
    stand there by chance, unless it is very short.
    """
    words, lesser, larger = island[2] - island[1], *sorted((_size(left), _size(right)))
    if words <= ISLAND and lesser > 2 * ISLAND:
        return True
    if words <= ISLAND:
        is_chance = lesser >= LEAST_OF_TWO and larger > 2 * ISLAND * words
    else:
        is_chance = lesser > words * words
    return is_chance and not _is_at_border(before, after, *island[1:])


def _is_at_border(before: _Words, after: _Words, i1: int, i2: int, j1: int, j2: int) -> bool:
    """Whether a run begins, or ends, where a sentence does, on both sides."""
    ends = ((i1, j1), (i2, j2))
    return any(_is_border(*before, old) and _is_border(*after, new) for old, new in ends)


def _is_border(text: str, tokens: Sequence[Token], n: int) -> bool:
    """Whether a sentence begins with token ``n``, or ends before it."""
    if not 0 < n < len(tokens):
        return True
    return _ENDS_SENTENCE.search(text, tokens[n - 1].end, tokens[n].start) is not None


def _span(run: Sequence[Opcode]) -> _Run:
    """One run of opcodes as a single range."""
    return run[0][0] == "equal", run[0][1], run[-1][2], run[0][3], run[-1][4]


def _size(span: _Run) -> int:
    return span[2] - span[1] + span[4] - span[3]


def _grouped(opcodes: Sequence[Opcode]) -> list[Opcode]:
    """Neighbouring changes as one deletion and one insertion, neighbouring equal runs as one."""
    result: list[Opcode] = []
    for same, group in groupby(opcodes, key=lambda code: code[0] == "equal"):
        codes = list(group)
        i1, i2, j1, j2 = codes[0][1], codes[-1][2], codes[0][3], codes[-1][4]
        result += [("equal", i1, i2, j1, j2)] if same else list(_plain("replace", i1, i2, j1, j2))
    return result


def _summary(
    kind: ChangeKind,
    headline: Sequence[Piece],
    body: Sequence[Piece],
    notice: str | None,
    shift: tuple[HedgeShift | None, tuple[str, ...]],
) -> str:
    """One sentence for the timeline: the notice before the hedge before the words."""
    if kind is ChangeKind.TRIVIAL:
        return "Only spacing, typography or punctuation changed."
    where = "headline" if kind is ChangeKind.HEADLINE_EDIT else "text"
    if notice is not None:
        return f"{_NOTICED[kind]}: “{_clipped(notice)}”"
    if shift[0] is not None:
        words = ", ".join(f"“{word}”" for word in shift[1])
        verb = "Dropped" if shift[0] is HedgeShift.DROPPED else "Added"
        return f"{verb} {words} in the {where}, without notice."
    return f"Edited the {where} without notice: {_first_change(headline if where == 'headline' else body)}."


_NOTICED = {
    ChangeKind.CORRECTION: "Corrected",
    ChangeKind.RETRACTION: "Retracted",
    ChangeKind.UPDATE: "Updated",
}


def _first_change(diff: Sequence[Piece]) -> str:
    """The first change in words: “a” became “b”, “a” removed, “b” added; with how many more there are."""
    changes: list[tuple[str, str]] = []
    for n, piece in enumerate(diff):
        if piece.op == "delete":
            follows = n + 1 < len(diff) and diff[n + 1].op == "insert"
            changes.append((piece.text, diff[n + 1].text if follows else ""))
        elif piece.op == "insert" and not (n and diff[n - 1].op == "delete"):
            changes.append(("", piece.text))
    old, new = (_clipped(text.strip(" \n,;:—–-")) for text in changes[0])
    more = f", and {len(changes) - 1} more" if len(changes) > 1 else ""
    if old and new:
        return f"“{old}” became “{new}”{more}"
    return f"“{new}” added{more}" if new else f"“{old}” removed{more}"


def _clipped(text: str) -> str:
    line = squash(text)
    if len(line) <= LONGEST_IN_SUMMARY:
        return line
    whole_words = line[:LONGEST_IN_SUMMARY].rpartition(" ")[0] or line[: LONGEST_IN_SUMMARY - 1]
    return f"{whole_words.rstrip(' ,;:–—-')}…"

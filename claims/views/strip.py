"""Where to draw each appearance on the strip of a claim page, with an axis that breaks at long silences."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Protocol

from claims.queries.reader_shapes import LONG_SILENCE, Said
from claims.queries.timeline import silence_in_words
from claims.vocabulary import Stance

_EDGE = 3.0
"""Per cent of the width left free on either side."""
_BREAK = 9.0
"""Per cent of the width that a break of the axis takes."""
_BIN = (100 - 2 * _EDGE) / 20
"""Marks nearer than this many per cent are drawn as one with a number; both ends are multiples of it."""
_LABEL = 25.0
"""Per cent of the width that a date under the axis needs on the narrowest place it stands in."""
_ROW = 16
"""px from one row of words under the axis to the next."""
_LANES = (
    (Stance.SUPPORTS, "says it is so", "say it is so", "said it was so before"),
    (
        Stance.REPORTS,
        "repeats it, taking no side",
        "repeat it, taking no side",
        "repeated it before, taking no side",
    ),
    (Stance.REFUTES, "says it is not so", "say it is not so", "said it was not so before"),
)
_LANE_HEIGHT = 36
"""px from one lane to the next: room for a mark with its number; words about the lanes stand elsewhere."""


class Seen(Protocol):
    """What the drawing needs to know of a place; `Sighting` and `AppearanceView` tell it."""

    @property
    def source_id(self) -> str:
        """What counts as one place, however many of its sentences are quoted."""

    @property
    def said(self) -> Sequence[Said]:
        """What the place said of the claim when it was first seen, and each time that it turned."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One stance: its line at ``y`` (px) with how many places stand on it."""

    stance: Stance
    words: str
    y: int


@dataclass(frozen=True, slots=True)
class Mark:
    """``number`` places of one stance at ``x`` (per cent) and ``y`` (px); none says so any more if past."""

    stance: Stance
    x: str
    y: int
    number: int
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Turning:
    """A line from what a place said to what it said instead; x in per cent, y in px."""

    x1: str
    y1: int
    x2: str
    y2: int


@dataclass(frozen=True, slots=True)
class Label:
    """Words under the axis at ``x`` (per cent) and ``y`` (px)."""

    x: str
    y: int
    anchor: str
    words: str
    is_break: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """The drawing: lengths in px are plain numbers, along the axis they are per cent."""

    height: int
    axis_y: int
    summary: str
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    turnings: tuple[Turning, ...]
    stretches: tuple[tuple[str, str], ...]
    breaks: tuple[str, ...]
    labels: tuple[Label, ...]


def _stretches(moments: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the stretches (first, last) between long silences; ``moments`` sorted, not empty."""
    found = [(moments[0], moments[0])]
    for at in moments[1:]:
        if at - found[-1][1] >= LONG_SILENCE:
            found.append((at, at))
        else:
            found[-1] = (found[-1][0], at)
    return found


def _places(stretches: Sequence[tuple[datetime, datetime]]) -> list[tuple[float, float]]:
    """Return where each stretch begins and ends (per cent): by the root of its length, short ones show."""
    room = 100 - 2 * _EDGE - _BREAK * (len(stretches) - 1)
    weights = [sqrt(1 + (last - first) / timedelta(hours=1)) for first, last in stretches]
    out, x = [], _EDGE
    for weight in weights:
        width = room * weight / sum(weights)
        out.append((x, x + width))
        x += width + _BREAK
    return out


def _x(
    at: datetime, stretches: Sequence[tuple[datetime, datetime]], places: Sequence[tuple[float, float]]
) -> float:
    for (first, last), (begin, end) in zip(stretches, places, strict=True):
        if at <= last:
            share = (at - first) / (last - first) if last > first else 0.5
            return begin + share * (end - begin)
    return places[-1][1]


def _day(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y}"


def _hour(at: datetime) -> str:
    return f"{_day(at)}, {at.astimezone(UTC):%H:%M}"


def _labels(
    stretches: Sequence[tuple[datetime, datetime]], places: Sequence[tuple[float, float]], axis_y: int
) -> list[Label]:
    """Name both ends of the axis, the other stretches where there is room, and each break below them."""
    row = axis_y + 18
    (first, last), (begin, end) = (stretches[0][0], stretches[-1][1]), (places[0][0], places[-1][1])
    short = last - first < timedelta(days=2)
    labels = [
        Label(f"{begin:.1f}%", row, "start", _hour(first) if short else _day(first)),
        Label(f"{end:.1f}%", row, "end", _hour(last) if short else _day(last)),
    ]
    taken = begin + _LABEL
    for i, (since, _) in enumerate(stretches[1:], start=1):
        x = places[i][0]
        if x >= taken and x + _LABEL <= end - _LABEL:
            labels.append(Label(f"{x:.1f}%", row, "start", _day(since)))
            taken = x + _LABEL
    before = -_LABEL
    for i in range(len(stretches) - 1):
        pause = silence_in_words(stretches[i + 1][0] - stretches[i][1])
        x = (places[i][1] + places[i + 1][0]) / 2
        anchor = "start" if x < 15 else "end" if x > 85 else "middle"
        low = x - before < _LABEL and labels[-1].y == row + _ROW
        y = row + 2 * _ROW if low else row + _ROW
        labels.append(Label(f"{x:.1f}%", y, anchor, f"{pause} later", is_break=True))
        before = x
    return labels


@dataclass(frozen=True, slots=True, order=True)
class _Point:
    """A stance that a place took at a moment."""

    at: datetime
    source_id: str
    stance: Stance


def _points(places: Iterable[Seen]) -> tuple[set[_Point], set[_Point], set[tuple[_Point, _Point]]]:
    """Return what each place said when, which of it still holds, and what was turned into what.

    An article counts once for each stance it takes at first, however many of its sentences are quoted.
    """
    first: dict[tuple[str, Stance], datetime] = {}
    for place in places:
        at, stance = place.said[0].since, place.said[0].stance
        if stance:
            key = (place.source_id, stance)
            first[key] = min(at, first.get(key, at))
    points, holding, turned = set(), set(), set()
    for place in places:
        before: _Point | None = None
        for n, said in enumerate(place.said):
            point = None
            if said.stance:
                at = said.since if n else first[place.source_id, said.stance]
                point = _Point(at, place.source_id, said.stance)
                points.add(point)
            if before and point:
                turned.add((before, point))
            before = point
        if before:
            holding.add(before)
    return points, holding, turned


def _lanes(points: Iterable[_Point], holding: Iterable[_Point]) -> Iterator[Lane]:
    """Yield the stances that were ever taken, each with how many places take it now, and did before."""
    ever: defaultdict[Stance, set[str]] = defaultdict(set)
    now: defaultdict[Stance, set[str]] = defaultdict(set)
    for point in points:
        ever[point.stance].add(point.source_id)
    for point in holding:
        now[point.stance].add(point.source_id)
    for n, (stance, one, many, past) in enumerate(lane for lane in _LANES if ever[lane[0]]):
        number, before = len(now[stance]), len(ever[stance] - now[stance])
        words = f"{number} {one if number == 1 else many}" if number else f"{before} {past}"
        if number and before:
            words += f", and {before} more did before"
        yield Lane(stance, words, n * _LANE_HEIGHT + 24)


def draw(appearances: Sequence[Seen]) -> Strip | None:
    """Return the strip of ``appearances`` (in any order), None when fewer than two things are said.

    A place that turned is drawn where it was first seen with what it said then, and again where it turned.
    """
    points, holding, turned = _points(appearances)
    said = sorted(points)
    if len(said) < 2:
        return None
    stretches = _stretches([point.at for point in said])
    if len(stretches) > 5:  # too many breaks leave no room for the stretches: draw it as one
        stretches = [(said[0].at, said[-1].at)]
    places = _places(stretches)
    lanes = tuple(_lanes(points, holding))
    heights = {lane.stance: lane.y for lane in lanes}

    def x_of(point: _Point) -> str:
        return f"{_EDGE + round((_x(point.at, stretches, places) - _EDGE) / _BIN) * _BIN:.1f}%"

    bins: defaultdict[tuple[str, Stance], list[_Point]] = defaultdict(list)
    for point in said:
        bins[x_of(point), point.stance].append(point)
    axis_y = len(lanes) * _LANE_HEIGHT + 14
    labels = _labels(stretches, places, axis_y)
    summary = "; ".join(lane.words for lane in lanes)
    turners = len({point.source_id for point, _ in turned})
    if turners:
        summary += f"; {turners} of them turned from one to another"
    return Strip(
        height=max(label.y for label in labels) + 8,
        axis_y=axis_y,
        summary=summary,
        lanes=lanes,
        marks=tuple(
            Mark(stance, x, heights[stance], len(there), is_past=not holding.intersection(there))
            for (x, stance), there in bins.items()
        ),
        turnings=tuple(
            dict.fromkeys(
                Turning(x_of(one), heights[one.stance], x_of(other), heights[other.stance])
                for one, other in sorted(turned)
            )
        ),
        stretches=tuple((f"{begin:.1f}%", f"{end:.1f}%") for begin, end in places),
        breaks=tuple(f"{(places[i][1] + places[i + 1][0]) / 2:.1f}%" for i in range(len(places) - 1)),
        labels=tuple(labels),
    )

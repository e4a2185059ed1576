"""Where to draw each appearance on the strip of a claim page, with an axis that breaks at long silences."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Protocol

from claims.queries.reader_shapes import LONG_SILENCE
from claims.queries.timeline import silence_in_words
from claims.vocabulary import Stance

_EDGE = 3.0
"""Per cent of the width left free on either side."""
_BREAK = 9.0
"""Per cent of the width that a break of the axis takes."""
_BIN = 3.5
"""Marks nearer than this many per cent are drawn as one with a number."""
_LABEL = 25.0
"""Per cent of the width that a date under the axis needs on the narrowest place it stands in."""
_ROW = 16
"""px from one row of words under the axis to the next."""
_LANES = (
    (Stance.SUPPORTS, "says it is so", "say it is so"),
    (Stance.REPORTS, "repeats it, taking no side", "repeat it, taking no side"),
    (Stance.REFUTES, "says it is not so", "say it is not so"),
)
_LANE_HEIGHT = 52


class Seen(Protocol):
    """What the drawing needs to know of a place; `Sighting` and `AppearanceView` tell it."""

    @property
    def source_id(self) -> str:
        """What counts as one place, however many of its sentences are quoted."""

    @property
    def stance(self) -> Stance | None:
        """What the place does with the claim."""

    @property
    def seen_at(self) -> datetime:
        """When it was first seen there."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One stance: its line at ``y`` (px) with how many places stand on it."""

    stance: Stance
    words: str
    y: int
    label_y: int


@dataclass(frozen=True, slots=True)
class Mark:
    """``number`` places of one stance at ``x`` (per cent) and ``y`` (px)."""

    stance: Stance
    x: str
    y: int
    number: int


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


def draw(appearances: Sequence[Seen]) -> Strip | None:
    """Return the strip of ``appearances`` (in any order), None when fewer than two places say anything.

    An article counts once for each stance it takes, however many of its sentences are quoted.
    """
    once = {(a.source_id, a.stance): a for a in appearances if a.stance}
    said = sorted(once.values(), key=lambda a: a.seen_at)
    if len(said) < 2:
        return None
    stretches = _stretches([a.seen_at for a in said])
    if len(stretches) > 5:  # too many breaks leave no room for the stretches: draw it as one
        stretches = [(said[0].seen_at, said[-1].seen_at)]
    places = _places(stretches)
    numbers = Counter(a.stance for a in said)
    lanes = tuple(
        Lane(
            stance,
            f"{numbers[stance]} {one if numbers[stance] == 1 else many}",
            n * _LANE_HEIGHT + 38,
            n * _LANE_HEIGHT + 12,
        )
        for n, (stance, one, many) in enumerate(lane for lane in _LANES if numbers[lane[0]])
    )
    heights = {lane.stance: lane.y for lane in lanes}
    bins: Counter[tuple[Stance, float]] = Counter()
    for a in said:
        stance = a.stance or Stance.REPORTS
        bins[stance, round(_x(a.seen_at, stretches, places) / _BIN) * _BIN] += 1
    axis_y = len(lanes) * _LANE_HEIGHT + 12
    labels = _labels(stretches, places, axis_y)
    return Strip(
        height=max(label.y for label in labels) + 8,
        axis_y=axis_y,
        summary="; ".join(lane.words for lane in lanes),
        lanes=lanes,
        marks=tuple(
            Mark(stance, f"{min(max(x, _EDGE), 100 - _EDGE):.1f}%", heights[stance], number)
            for (stance, x), number in sorted(bins.items())
        ),
        stretches=tuple((f"{begin:.1f}%", f"{end:.1f}%") for begin, end in places),
        breaks=tuple(f"{(places[i][1] + places[i + 1][0]) / 2:.1f}%" for i in range(len(places) - 1)),
        labels=tuple(labels),
    )

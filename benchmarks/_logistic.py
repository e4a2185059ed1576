"""Logistic regression with an L2 penalty, and the L-BFGS that fits it and other smooth losses; numpy only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MEMORY = 10  # steps that L-BFGS remembers
_MOST_STEPS = 400
_ENOUGH = 1e-5  # largest gradient entry, per row


@dataclass(frozen=True)
class Rows:
    """Sparse rows: ``values[i]`` stands in row ``rows[i]``, column ``columns[i]``."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Floats
    shape: tuple[int, int]

    @classmethod
    def of(cls, cells: Sequence[dict[int, float]], width: int) -> "Rows":
        """Take one dictionary of column and value per row."""
        counts = [len(row) for row in cells]
        return cls(
            np.repeat(np.arange(len(cells)), counts),
            np.array([column for row in cells for column in row], dtype=np.int64),
            np.array([value for row in cells for value in row.values()], dtype=np.float64),
            (len(cells), width),
        )

    def times(self, weights: Floats) -> Floats:
        """Return one sum per row."""
        return _sums(self.rows, self.values * weights[self.columns], self.shape[0])

    def transposed_times(self, factors: Floats) -> Floats:
        """Return one sum per column."""
        return _sums(self.columns, self.values * factors[self.rows], self.shape[1])


def _sums(places: NDArray[np.int64], values: Floats, size: int) -> Floats:
    return np.bincount(places, values, size).astype(np.float64, copy=False)


def fit(
    rows: Rows, labels: NDArray[np.bool_], penalties: Floats, says: Floats | None = None
) -> tuple[Floats, float]:
    """Return weights and intercept (unpenalised).

    ``penalties`` has one L2 factor per column; ``says`` how much each row counts (all 1 without it).
    """
    shares = np.ones(len(labels)) if says is None else says
    signs = np.where(labels, 1.0, -1.0)

    def loss(point: Floats) -> tuple[float, Floats]:
        weights = point[:-1]
        margins = signs * (rows.times(weights) + point[-1])
        pull = -signs * shares / (1 + np.exp(np.clip(margins, -500, 500)))
        value = (shares * np.logaddexp(0, -margins)).sum() + 0.5 * (penalties * weights * weights).sum()
        return float(value), np.append(rows.transposed_times(pull) + penalties * weights, pull.sum())

    point = minimum(loss, np.zeros(rows.shape[1] + 1), enough=_ENOUGH * len(labels))
    return point[:-1], float(point[-1])


def minimum(loss: Callable[[Floats], tuple[float, Floats]], start: Floats, *, enough: float) -> Floats:
    """Return where ``loss`` (a value and its gradient) is smallest: no gradient entry larger than ``enough``.

    L-BFGS with Armijo's backtracking (Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.1).
    """
    point = start
    value, gradient = loss(point)
    past: list[tuple[Floats, Floats]] = []
    for _ in range(_MOST_STEPS):
        if np.abs(gradient).max() < enough:
            break
        direction = _direction(gradient, past)
        slope = float(gradient @ direction)
        step = 1.0 if past else 1.0 / float(np.abs(gradient).sum())
        while True:
            moved = point + step * direction
            new_value, new_gradient = loss(moved)
            if new_value <= value + 1e-4 * step * slope or step < 1e-12:
                break
            step /= 2
        if (moved - point) @ (new_gradient - gradient) > 0:
            past = [*past, (moved - point, new_gradient - gradient)][-_MEMORY:]
        point, value, gradient = moved, new_value, new_gradient
    return point


def _direction(gradient: Floats, past: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The quasi-Newton direction, by the two loops of L-BFGS."""
    direction = -gradient
    shares = []
    for moved, turned in reversed(past):
        share = (moved @ direction) / (moved @ turned)
        shares.append(share)
        direction = direction - share * turned
    if past:
        moved, turned = past[-1]
        direction = direction * ((moved @ turned) / (turned @ turned))
    for (moved, turned), share in zip(past, reversed(shares), strict=True):
        direction = direction + moved * (share - (turned @ direction) / (moved @ turned))
    return direction

"""How f grows right beside x: |f(x±h) − f(x)| ~ h^q tells a jump at x and an infinite slope from a slope."""

from __future__ import annotations

import math
from itertools import pairwise

from microgrand.testing.differences.step_sizes import length
from microgrand.testing.differences.surroundings import Surroundings

AT_ONCE = 0.03  # an exponent q below this is a jump
INFINITE_SLOPE = 0.97  # one below this an infinite slope
POINTS = 9
FEWEST_POINTS = 7
CLEAR = 30  # times the noise
SPREAD = 0.05  # the exponents of neighbouring steps differ by less, if f is a power there


def growth(around: Surroundings, side: int) -> float | None:
    """The exponent q at the smallest steps at which f moves clearly; None if f is no power of h there.

    >>> from microgrand.testing.differences.precision import DOUBLE
    >>> from microgrand.testing.differences.probe import Probe
    >>> round(growth(Surroundings(Probe(math.cbrt, -1.0, 1.0), 0.0, 0.0, DOUBLE), 1), 9)
    0.333333333
    """
    points: list[tuple[int, float]] = []
    before: tuple[int, float] | None = None
    for step in around.steps:
        value = around.at(side * length(step))
        if value is None:
            break
        moved = abs(value - around.value)
        if moved > CLEAR * max(around.noise.of(value), around.noise.of(around.value)):
            points.append((step, math.log2(moved)))
        elif points:
            return None
        else:
            before = step, moved
        if len(points) == POINTS:
            break
    exponent = _common_slope(points) if len(points) >= FEWEST_POINTS else None
    if exponent is None or before is None:
        return exponent
    expected = 2.0 ** (points[0][1] - exponent * (points[0][0] - before[0]))
    return exponent if abs(expected - before[1]) <= CLEAR / 4 * around.noise.of(around.value) else None


def _common_slope(points: list[tuple[int, float]]) -> float | None:
    """The slope of log₂|Δf| over log₂ h, if it is the same between all neighbours."""
    slopes = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(points)]
    return sum(slopes) / len(slopes) if max(slopes) - min(slopes) < SPREAD else None

"""In which precision f is computed: JAX and PyTorch take the single one unless told otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator

from microgrand.testing.differences.precision import BFLOAT16, DOUBLE, ENOUGH, HALF, SINGLE, Precision, fill, fit
from microgrand.testing.differences.surroundings import Surroundings

CLEARLY = 64  # units roundoff: f on doubles that moves as much over a step has moved visibly over a quarter of it
# Shares of a length, of full mantissas, so that no function of doubles has short values at all of them by accident.
SHARES = tuple([side * math.sqrt(k) / 16 for k in (2, 3, 5, 6, 7, 10) for side in (-1, 1)])


def recognised(around: Surroundings) -> Precision:
    """The precision in which f seems to be computed.

    In single precision f's values at arguments of full length are all numbers of that format; or f's arguments are
    rounded to it, whatever becomes of them. The formats of 16 bits are told by values alone: a table
    takes no notice either when its argument is rounded as coarsely. More values are asked for
    only where those at hand are all short, or equal: of an f on doubles that happens where it is constant or x is 0.
    """
    short = fit([around.value, *around.table], SINGLE)
    if not short and set(around.table) != {around.value}:
        return DOUBLE
    points = {y: value for y in _places(around) if y != around.x and (value := around.probe(y)) is not None}
    for format in (BFLOAT16, HALF, SINGLE):
        if short and fill(points.values(), format):
            return format
    return SINGLE if _rounds_arguments(around, points, SINGLE) else DOUBLE


def _rounds_arguments(around: Surroundings, points: dict[float, float], format: Precision) -> bool:
    """Whether f takes no notice when its argument is rounded to the format, but mostly of the format's next number."""
    if len(set(points.values())) < ENOUGH:
        return False
    if any([around.probe(format.nearest(y)) != value for y, value in points.items()]):
        return False
    moves = 0
    for y, value in points.items():
        after = around.probe(format.nearest(y) + format.ulp(y))
        moves += after is not None and abs(after - value) > CLEARLY * DOUBLE.unit * abs(value)
    return moves > len(points) / 2


def _places(around: Surroundings) -> Iterator[float]:
    """Arguments within the natural range, at distances that are no round numbers, and some of another size."""
    near = abs(around.x)
    for center, unit in dict.fromkeys([(around.x, near), (around.x, max(near, 1.0)), (around.x / 5, near / 5)]):
        for share in SHARES:
            if unit:
                yield center + share * unit

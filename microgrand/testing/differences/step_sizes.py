"""Which steps h = 2ᵏ the difference quotients take; a step is known by its exponent k."""

from __future__ import annotations

import math
from collections.abc import Callable

from microgrand.testing.differences.precision import Precision

QUARTER = 2.0**0.25
DENSE = 20  # so many of the largest steps are a factor of 2 apart, those below a factor of 4
LARGEST_EXPONENT = 1023
BLOCK = 12  # a later block of steps goes farther out by this exponent
MOST_OUTWARD = 48
DENSE_OUTWARD = 24
FILLED = 8
FEW_LARGE, FEW_SMALL = 7, 3  # steps, where f may be called some 40 times
MINUTE = range(-1000, -100, 100)  # for an f around 0 that moves at once; below 2⁻⁵⁰⁰ squares underflow


def length(step: int) -> float:
    """h = 2^(k + ¼): no power of two, with which the steps of many a coarse f fall in step."""
    return math.ldexp(QUARTER, step)


def natural_steps(x: float, precision: Precision) -> list[int]:
    """Steps from the spacing of the floats around x up to half of |x|; where x = 0, from 2⁻¹⁰⁰ up to 1.

    >>> natural_steps(1.0, Precision(8, 2.0**-30, 2.0**30, 'a byte'))
    [-7, -6, -5, -4, -3, -2, -1]
    """
    smallest = _exponent(precision.smallest)
    if x == 0.0:
        coarse = [*range(-100, -40, 4), *range(-40, -DENSE, 2)]
        return [*[k for k in coarse if k > smallest], *range(-DENSE, 1)]
    top = math.frexp(x)[1] - 2
    if top < smallest + 4:  # too small a number to be halved: the steps are counted in the smallest float
        return list(range(smallest, smallest + 8))
    low = _exponent(precision.ulp(x))
    return [*range(low, top - DENSE, 2), *range(max(top - DENSE, low), top + 1)]


def outward_steps(last: int, blocks: int, moves: Callable[[int], bool]) -> list[int]:
    """Larger steps than the `last`: up to 64 times that, and to 8 at least; later blocks go on from there.

    Most of them lie around the step where f first moves, which is searched for by bisection.

    blocks  how many blocks of outward steps there have been
    moves   whether f moves over a step, or has no value there
    """
    end = min(last + BLOCK if blocks else max(last + 8, 3), LARGEST_EXPONENT)
    start = last + 1
    if end - last > 8 and not moves(last):
        start = max(start, _first(moves, last, end) - 8)
    steps = list(range(start, end + 1))
    if len(steps) <= MOST_OUTWARD:
        return steps
    far = steps[:-DENSE_OUTWARD]
    return [*far[:: max(1, len(steps) // DENSE_OUTWARD)], *steps[-DENSE_OUTWARD:]]


def thinned(steps: list[int]) -> list[int]:
    """The largest steps, a factor of 4 apart, and a few of the small ones: for an f that takes its time.

    >>> thinned(list(range(-40, 1)))
    [-40, -30, -20, -12, -10, -8, -6, -4, -2, 0]
    """
    large = [step for step in steps if (steps[-1] - step) % 2 == 0][-FEW_LARGE:]
    small = [step for step in steps if step < large[0]]
    return [*small[:: len(small) // FEW_SMALL + 1], *large]


def filled_in(steps: list[int], around: int) -> list[int]:
    """The steps, and all that are missing between them near one of them.

    >>> filled_in([-40, -38, -36, -34], -36)
    [-40, -39, -38, -37, -36, -35, -34]
    """
    near = range(max(around - FILLED, steps[0]), min(around + FILLED, steps[-1]) + 1)
    return sorted({*steps, *near})


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The first integer above `low` for which `holds`, which is monotone; `high` if there is none."""
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def _exponent(power_of_two: float) -> int:
    return math.frexp(power_of_two)[1] - 1

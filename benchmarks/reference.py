"""Exact values and partials, fast enough for millions of points: the rows on numbers of 50 digits.

`microgrand.testing.exact` takes as many digits as operands of very different size can cost. Here errors are measured
against the largest term (of a sum, of a partial), so that 50 digits always do; and the value is computed once for all
partials. mpmath is three times as fast where gmpy2 is installed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mpmath.ctx_mp import MPContext

from microgrand import Primitive

DIGITS = 50
BEYOND_ALL_FLOATS = 1e5  # e^(10⁵) = 10^43429, however it is multiplied by a few floats, is no float


def _saturating(function: Callable[[Any], Any], bound: float) -> Callable[[Any], Any]:
    """The function, constant beyond ±bound: mpmath would compute e^(10³⁰⁰), in milliseconds and with huge exponents."""
    return lambda x: function(min(max(x, -bound), bound))


def context(digits: int = DIGITS) -> Any:
    """An mpmath context of its own, whose exponentials end beyond the range of floats."""
    made: Any = MPContext()
    made.dps = digits
    for name in ("exp", "expm1", "sinh", "cosh", "tanh"):
        setattr(made, name, _saturating(getattr(made, name), BEYOND_ALL_FLOATS))
    made.erfc = _saturating(made.erfc, math.sqrt(BEYOND_ALL_FLOATS))
    return made


EXACT = context()


def exact(row: Primitive, xs: Sequence[float], own: int) -> tuple[Any, list[Any]]:
    """The value, and the partial in each of the first `own` operands."""
    points = [EXACT.mpf(x) for x in xs]
    z = EXACT.one * row.value(*points)
    if row.signature.lists:
        return z, [EXACT.one * partial for partial in row.partials[0](z, *points)[:own]]
    return z, [_partial(partial, z, points) for partial in row.partials[:own]]


def _partial(partial: Callable[..., Any], z: Any, points: Sequence[Any]) -> Any:
    """The partial; NaN, which no float is near, where the row's formula divides by zero."""
    try:
        return EXACT.one * partial(z, *points)
    except ZeroDivisionError:
        return EXACT.nan


class Measure(NamedTuple):
    """An exact number prepared for measuring many floats against it, all of it as floats.

    nearest  the exact number, rounded
    rest     what rounding took away, in units
    unit     the unit in the last place of the exact number, or of the terms of which it is the difference; infinite
             where these overflow
    usable   whether that is a normal float: not one that overflows or loses digits
    """

    nearest: float
    rest: float
    unit: float
    usable: bool


def measure(number: Any, scale: float = 0.0) -> Measure:
    """`number` as a float and what is missing, in units of the larger of `number` and `scale`."""
    nearest = float(number)
    largest = max(abs(nearest), scale)
    if math.isinf(largest):
        return Measure(nearest, 0.0, scale, False)
    unit = math.ulp(max(largest, 2.0**-1022))
    usable = largest >= 2.0**-1022 or number == 0
    return Measure(nearest, float((number - nearest) / unit), unit, usable)

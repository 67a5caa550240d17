"""The floating-point formats that f may be computed in, and how the format is recognised from f's values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple


class Precision(NamedTuple):
    """A binary format: its digits, its smallest and largest number, how close a claim must come, what it is called.

    The tolerance is relative. It is some 10·√u: a reference by differences is itself about as exact as that where f
    is no smoother than most, and a right derivative computed with some cancellation is not called wrong.
    """

    digits: int
    smallest: float
    largest: float
    tolerance: float
    name: str

    @property
    def unit(self) -> float:
        """The unit roundoff u: the largest relative error of a rounding."""
        return math.ldexp(1.0, -self.digits)

    def ulp(self, x: float) -> float:
        """The distance from `x` to the next number of the format."""
        return max(math.ldexp(1.0, math.frexp(x)[1] - self.digits), self.smallest)

    def nearest(self, x: float) -> float:
        """`x` rounded to the format; infinite where it overflows.

        >>> SINGLE.nearest(0.1)
        0.10000000149011612
        """
        if abs(x) > self.largest:
            return math.copysign(math.inf, x)
        ulp = self.ulp(x)
        return round(x / ulp) * ulp


DOUBLE = Precision(53, 2.0**-1074, 1.7976931348623157e308, 1e-7, "double precision")
SINGLE = Precision(24, 2.0**-149, 3.4028234663852886e38, 1e-3, "single precision")

WIDTH_OF_SINGLES = range(SINGLE.digits - 3, SINGLE.digits + 1)  # one number in eight ends in three zeros or more
ENOUGH_SINGLES = 4


def significant_digits(x: float) -> int:
    """How many binary digits `x` is written with, from its first 1 to its last.

    >>> significant_digits(10.0), significant_digits(0.1), significant_digits(SINGLE.nearest(0.1))
    (3, 52, 24)
    """
    mantissa = abs(int(math.ldexp(math.frexp(x)[0], DOUBLE.digits)))
    return mantissa.bit_length() - (mantissa & -mantissa).bit_length() + 1 if mantissa else 0


def fit_single(values: Iterable[float]) -> bool:
    """Whether every value is a number of single precision."""
    return all([significant_digits(value) <= SINGLE.digits for value in values])


def fill_single(values: Iterable[float]) -> bool:
    """Whether the values, taken at arguments of full length, show single precision: none is longer, several fill it.

    Values of a function on doubles would be longer; whole numbers, a few exact fractions or a constant do not fill it.
    """
    widths = [significant_digits(value) for value in set(values)]
    return max(widths, default=0) <= SINGLE.digits and sum([w in WIDTH_OF_SINGLES for w in widths]) >= ENOUGH_SINGLES

"""The floating-point formats that f may be computed in, and how the format is recognised from f's values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from microgrand.testing.differences.standards import RESOLUTION


class Precision(NamedTuple):
    """A binary format: its digits, its smallest and largest number, what it is called."""

    digits: int
    smallest: float
    largest: float
    name: str

    @property
    def unit(self) -> float:
        """The unit roundoff u: the largest relative error of a rounding."""
        return math.ldexp(1.0, -self.digits)

    @property
    def tolerance(self) -> float:
        """How close a claim must come, relative to it: some 10·√u, which is what differences can give where f is rough.

        So a right derivative computed with some cancellation is not called wrong.
        """
        return min(10 * math.sqrt(self.unit), RESOLUTION / 4)

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


DOUBLE = Precision(53, 2.0**-1074, 1.7976931348623157e308, "double precision")
SINGLE = Precision(24, 2.0**-149, 3.4028234663852886e38, "single precision")
HALF = Precision(11, 2.0**-24, 65504.0, "half precision")
BFLOAT16 = Precision(8, 2.0**-133, 3.3895313892515355e38, "bfloat16")
FORMATS = {"float64": DOUBLE, "float32": SINGLE, "float16": HALF, "bfloat16": BFLOAT16}  # by the names of dtypes

FULL = 3  # the last digits of a format: one number in eight ends in so many zeros
ENOUGH = 4  # values that show a format


def significant_digits(x: float) -> int:
    """How many binary digits `x` is written with, from its first 1 to its last.

    >>> significant_digits(10.0), significant_digits(0.1), significant_digits(SINGLE.nearest(0.1))
    (3, 52, 24)
    """
    mantissa = abs(int(math.ldexp(math.frexp(x)[0], DOUBLE.digits)))
    return mantissa.bit_length() - (mantissa & -mantissa).bit_length() + 1 if mantissa else 0


def fit(values: Iterable[float], format: Precision) -> bool:
    """Whether every value is a number of the format.

    >>> fit([0.5, 3.0], HALF), fit([0.1], HALF)
    (True, False)
    """
    return all([significant_digits(value) <= format.digits for value in values])


def fill(values: Iterable[float], format: Precision) -> bool:
    """Whether the values, taken at arguments of full length, show the format: none is longer, several fill it.

    Values of a function on doubles would be longer; a few exact fractions or a constant do not fill it, and whole
    numbers fill it at one size alone, so that each power of two has to be filled where there are values enough.
    """
    sizes: dict[int, list[int]] = {}
    for value in set(values):
        sizes.setdefault(math.frexp(value)[1], []).append(significant_digits(value))
    widths = [width for each in sizes.values() for width in each]
    full = [width > format.digits - FULL for width in widths]
    filled = [max(each) >= format.digits - 1 for each in sizes.values() if len(each) >= ENOUGH]
    return max(widths, default=0) <= format.digits and sum(full) >= ENOUGH and all(filled)

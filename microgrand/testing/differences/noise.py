"""How uncertain a value of f is: its last digits are noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from microgrand.testing.differences.precision import Precision
from microgrand.testing.differences.standards import MANY, SAFETY

TABLE_POINTS = 10
TABLE_SPACING = 7  # ulps; an odd number, for 8 falls in step with the roundings of f's intermediate results


def table_estimate(values: Sequence[float]) -> float:
    """The standard deviation of the noise in values at equally spaced points, from their table of differences.

    The k-th differences of a smooth function vanish as k grows, those of noise of deviation σ grow: their mean square
    is σ²(2k)!/(k!)². So each order gives an estimate of σ, and a low order, in which f itself still shows, only
    one that is too large. (R. W. Hamming, Introduction to Applied Numerical Analysis, 1971; J. Moré and S. Wild,
    Estimating Computational Noise, SIAM J. Sci. Comput. 33, 2011.)

    >>> table_estimate([x * x for x in range(10)]) < 1e-15
    True
    >>> table_estimate([0.0, 1.0] * 5) > 0.1
    True
    """
    largest = max([abs(value) for value in values])
    if largest == 0.0:
        return 0.0
    differences = [value / largest for value in values]
    share = 1.0  # (k!)²/(2k)!
    estimates = []
    for k in range(1, len(values) - 1):
        differences = [after - before for before, after in pairwise(differences)]
        share *= k / (2 * (2 * k - 1))
        mean_square = sum([d * d for d in differences]) / len(differences)
        estimates.append(math.sqrt(share * mean_square))
    return largest * min(estimates[2:])


class Noise:
    """The noise of f's values around x: never below the roundings, and as much as was measured.

    quantum   the size of the steps in which f was seen to move; 0.0 where it was not
    """

    def __init__(self, precision: Precision, value: float, measured: float) -> None:
        self._rounding = SAFETY * precision.unit
        self._smallest = precision.smallest
        self._measured = SAFETY * measured
        self._size = abs(value)
        self.quantum = 0.0

    @property
    def seen(self) -> float:
        """The noise at x that was seen, other than the roundings that are there at least."""
        return max(self._measured, self.quantum)

    def of(self, value: float) -> float:
        """The noise of one value: in proportion to it where it is larger than f(x).

        But if noise is most of f(x) then it comes from larger numbers inside f, and not from f(x).
        """
        size = abs(value)
        seen = self.seen
        grown = seen * size / self._size if size > self._size > MANY * seen else seen
        return max(self._rounding * size, grown, self._smallest)

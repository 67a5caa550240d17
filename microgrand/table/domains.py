"""Where functions are defined: intervals of the real line, and unions of them."""

from __future__ import annotations

from math import inf
from typing import Any, Final

from microgrand.table.numbers import as_number


class Interval:
    """The reals between `low` and `high`; each end belongs to the interval unless it is said to be open.

    An infinite end is always written open, as in the calculus book. Whether the infinity itself is let in is the row's
    choice: log(∞) = ∞ is a limit worth having, sin(∞) is nothing.

    `open_low` and `open_high` leave an end out.

    >>> print(Interval(0.0, inf, open_low=True))
    (0, ∞)
    >>> Interval(-1.0, 1.0).holds(1.0), Interval(-1.0, 1.0).holds(1.5)
    (True, False)
    """

    def __init__(self, low: object, high: object, open_low: object = False, open_high: object = False) -> None:
        self.low: Final = as_number(low)
        self.high: Final = as_number(high)
        self.open_low: Final = bool(open_low)
        self.open_high: Final = bool(open_high)

    def holds(self, x: object) -> bool:
        """Whether the number `x` lies in the interval."""
        return self.contains(as_number(x))

    def contains(self, x: float) -> bool:
        """The same of what is known to be a float."""
        above = x > self.low if self.open_low else x >= self.low
        below = x < self.high if self.open_high else x <= self.high
        return above and below

    def __str__(self) -> str:
        left = "(" if self.open_low or self.low == -inf else "["
        right = ")" if self.open_high or self.high == inf else "]"
        return f"{left}{_bound(self.low)}, {_bound(self.high)}{right}"

    def __repr__(self) -> str:
        return f"Interval({self.low!r}, {self.high!r}, open_low={self.open_low}, open_high={self.open_high})"


class Domain:
    """A union of intervals: where one operand of a primitive may lie.

    >>> print(NON_ZERO)
    (-∞, 0) ∪ (0, ∞)
    >>> NON_ZERO.holds(0.0), NON_ZERO.holds(-3.0)
    (False, True)
    """

    def __init__(self, *intervals: Any) -> None:
        for part in intervals:
            if not isinstance(part, Interval):
                raise TypeError(f"a domain is made of intervals; got {part!r:.60} of type {type(part).__name__}")
        self.intervals: Final[tuple[Interval, ...]] = intervals
        self.everything: Final = any(
            [part.low == -inf and part.high == inf and not (part.open_low or part.open_high) for part in intervals]
        )

    def holds(self, x: object) -> bool:
        """Whether `x` may be an operand. NaN may: it passes through, as IEEE arithmetic lets it."""
        return self.contains(as_number(x))

    def contains(self, x: float) -> bool:
        """The same of what is known to be a float."""
        for part in self.intervals:
            if part.contains(x):
                return True
        return x != x

    def __str__(self) -> str:
        return " ∪ ".join([str(part) for part in self.intervals])

    def __repr__(self) -> str:
        return f"Domain({', '.join([repr(part) for part in self.intervals])})"


def _bound(x: float) -> str:
    if x == inf:
        return "∞"
    if x == -inf:
        return "-∞"
    return f"{x:g}"


REALS: Final = Domain(Interval(-inf, inf))
FINITE: Final = Domain(Interval(-inf, inf, open_low=True, open_high=True))
POSITIVE: Final = Domain(Interval(0.0, inf, open_low=True))
NON_NEGATIVE: Final = Domain(Interval(0.0, inf))
NON_ZERO: Final = Domain(Interval(-inf, 0.0, open_high=True), Interval(0.0, inf, open_low=True))

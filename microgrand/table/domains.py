"""Where functions are defined: intervals of the real line, and unions of them."""

from __future__ import annotations

from math import inf
from typing import Any, Final

from microgrand.table.numbers import as_number, yes_or_no


class Interval:
    """The reals between `low` and `high`, ends included; `open_low` and `open_high` exclude an end.

    An infinite end is printed as open, as in textbooks, even where it is included. Each row decides whether to accept
    infinity: log does, since log(∞) = ∞ is a useful limit; sin does not.

    >>> print(Interval(0.0, inf, open_low=True))
    (0, ∞)
    >>> Interval(-1.0, 1.0).holds(1.0), Interval(-1.0, 1.0).holds(1.5)
    (True, False)
    """

    def __init__(self, low: object, high: object, open_low: object = False, open_high: object = False) -> None:
        self.low: Final = as_number(low)
        self.high: Final = as_number(high)
        self.open_low: Final = yes_or_no("open_low", open_low)
        self.open_high: Final = yes_or_no("open_high", open_high)

    def holds(self, x: object) -> bool:
        """Whether the number `x` lies in the interval."""
        return self.contains(as_number(x))

    def contains(self, x: float) -> bool:
        """`holds`, for an `x` that is a float already."""
        above = x > self.low if self.open_low else x >= self.low
        below = x < self.high if self.open_high else x <= self.high
        return above and below

    def __reduce__(self) -> tuple[object, ...]:
        return Interval, (self.low, self.high, self.open_low, self.open_high)

    def __str__(self) -> str:
        left = "(" if self.open_low or self.low == -inf else "["
        right = ")" if self.open_high or self.high == inf else "]"
        return f"{left}{_bound(self.low)}, {_bound(self.high)}{right}"

    def __repr__(self) -> str:
        return f"Interval({self.low!r}, {self.high!r}, open_low={self.open_low}, open_high={self.open_high})"


class Domain:
    """A union of intervals in which one operand of a primitive may lie.

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
        """Whether `x` lies in the domain. NaN always does: it passes through, as in IEEE arithmetic."""
        return self.contains(as_number(x))

    def contains(self, x: float) -> bool:
        """`holds`, for an `x` that is a float already."""
        for part in self.intervals:
            if part.contains(x):
                return True
        return x != x

    def __reduce__(self) -> tuple[object, ...]:
        return Domain, self.intervals

    def __str__(self) -> str:
        return " ∪ ".join([str(part) for part in self.intervals])

    def __repr__(self) -> str:
        more = [f"… {len(self.intervals):,} in all in .intervals"] * (len(self.intervals) > 6)
        return f"Domain({', '.join([*[repr(part) for part in self.intervals[:6]], *more])})"


def _bound(x: float) -> str:
    return f"{x:g}".replace("inf", "∞")


REALS: Final = Domain(Interval(-inf, inf))
FINITE: Final = Domain(Interval(-inf, inf, open_low=True, open_high=True))
POSITIVE: Final = Domain(Interval(0.0, inf, open_low=True))
NON_NEGATIVE: Final = Domain(Interval(0.0, inf))
NON_ZERO: Final = Domain(Interval(-inf, 0.0, open_high=True), Interval(0.0, inf, open_low=True))

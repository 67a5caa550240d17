"""Hypothesis strategies that read the table: operands inside a row's domain, its edges and tails included."""

from __future__ import annotations

import math
from typing import Any

from microgrand.domains import Domain, Interval
from microgrand.errors import MissingExtraError
from microgrand.node import Primitive

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("drawing examples", "testing", "hypothesis") from error

# Beyond these, two operands of different size swamp each other: the default for laws about formulas, not about range.
MODERATE = 1e6


def numbers(domain: Domain, largest: float = MODERATE, smallest: float = 0.0) -> st.SearchStrategy[float]:
    """Finite floats inside a domain, of magnitude from `smallest` to `largest`: simple ones first, ends included."""
    sides = [Interval(-largest, -smallest), Interval(smallest, largest)] if smallest else [Interval(-largest, largest)]
    drawn = [_within(part, side) for part in domain.intervals for side in sides if _overlap(part, side)]
    return st.one_of(drawn)


def _overlap(part: Interval, side: Interval) -> bool:
    return max(part.low, side.low) < min(part.high, side.high)


def _within(part: Interval, side: Interval) -> st.SearchStrategy[float]:
    low, high = max(part.low, side.low), min(part.high, side.high)
    return st.floats(
        low,
        high,
        allow_nan=False,
        exclude_min=part.open_low and low == part.low,
        exclude_max=part.open_high and high == part.high,
    )


def operands(
    row: Primitive, largest: float = MODERATE, smallest: float = 0.0, smooth: bool = True
) -> st.SearchStrategy[list[float]]:
    """Operand lists on which `row` is defined; with `smooth`, none of its kinks."""
    last = row.domains[-1]
    if row.many:
        drawn: st.SearchStrategy[list[float]] = _many(row, numbers(last, largest, smallest))
    else:
        each = [
            _order() if k in row.whole else numbers(domain, largest, smallest) for k, domain in enumerate(row.domains)
        ]
        drawn = st.tuples(*each).map(list)
    if row.joint is not None:
        drawn = drawn.map(lambda xs: _ordered_if_needed(row, xs))
    return drawn.filter(lambda xs: _usable(row, xs, smooth))


def _order() -> st.SearchStrategy[float]:
    """The order of a derivative."""
    return st.integers(1, 3).map(float)


@st.composite
def _many(draw: Any, row: Primitive, each: st.SearchStrategy[float]) -> list[float]:
    """A list through the row's own `spread`, so that its rules (an even count, a last index) are kept."""
    groups, trailing = max(row.notation.groups, 1), row.notation.trailing
    size = draw(st.integers(1, 5))
    lists = [draw(st.lists(each, min_size=size, max_size=size)) for _ in range(groups)]
    indices = [draw(st.integers(0, size - 1)) for _ in range(trailing)]
    assert row.spread is not None
    return [float(x) for x in row.spread(*lists, *indices)]


def _ordered_if_needed(row: Primitive, xs: list[float]) -> list[float]:
    """Half of the draws miss a joint condition: try the operands' absolute values, and their sorted tail."""
    for candidate in (xs, [abs(xs[0]), *xs[1:]], [xs[0], *sorted(xs[1:])]):
        if row.allows(*candidate):
            return candidate
    return xs


def _usable(row: Primitive, xs: list[float], smooth: bool) -> bool:
    if not row.allows(*xs) or not math.isfinite(row.value(*xs)):
        return False
    return not (smooth and row.kink is not None and row.kink(*xs))

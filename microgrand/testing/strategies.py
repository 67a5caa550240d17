"""Hypothesis strategies of numbers: Values inside a domain, operands inside a row's, edges and tails included."""

from __future__ import annotations

import math
from math import frexp, ldexp
from typing import Any

from microgrand.engine.value import Value
from microgrand.outer_errors import MissingExtraError
from microgrand.table.domains import REALS, Domain
from microgrand.table.numbers import as_number
from microgrand.table.primitive import Primitive
from microgrand.testing.domain_arguments import LARGEST, as_domain, pieces

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("drawing examples", "testing", "hypothesis") from error

# Beyond these, two operands of different size swamp each other: the default for laws about formulas, not about range.
MODERATE = 1e6
SMALL = 10.0  # up to it whole numbers are drawn on purpose

SIMPLE = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0)  # where kinks of formulas lie


def numbers(domain: Domain, largest: float = MODERATE, smallest: float = 0.0) -> st.SearchStrategy[float]:
    """Finite floats inside a domain, of magnitude from `smallest` to `largest`: simple ones first, ends included."""
    return st.one_of([st.floats(low, high) for low, high in pieces(domain, largest, smallest)])


def values(domain: Any = REALS, largest: float = LARGEST) -> st.SearchStrategy[Value]:
    """Leaves whose data lie in a domain: simple numbers, its ends and what is close to them, tiny and huge numbers.

    domain   a Domain, an Interval, a pair (low, high) with both ends in it, or the name of a domain that microgrand
             declares, such as "positive"
    largest  no number has a larger magnitude

    A failing example shrinks to simple numbers: to 0, or to 1 where 0 is not in the domain. Raises TypeError for what
    is no domain, ValueError for one without a finite float.

    >>> from hypothesis import find
    >>> find(values("positive"), lambda x: True)
    Value(1.0)
    >>> find(values((-1, 7)), lambda x: x > 2.5)
    Value(3.0)
    """
    return points(domain, largest).map(Value)


def points(domain: Any = REALS, largest: float = LARGEST) -> st.SearchStrategy[float]:
    """The same as plain numbers."""
    chosen = as_domain(domain)
    parts = pieces(chosen, as_number(largest))
    if not parts:
        raise ValueError(f"no float of magnitude up to {largest!r:.60} lies in {chosen}")
    tails = [
        strategy
        for low, high in parts
        for strategy in (*_whole(low, high), _sized(low, high), _close_to_an_end(low, high))
    ]
    return st.one_of(numbers(chosen, min(largest, MODERATE)), numbers(chosen, largest), *tails)


def _whole(low: float, high: float) -> list[st.SearchStrategy[float]]:
    """Small whole numbers and halves, where kinks are, if some lie there."""
    first, last = math.ceil(max(low, -SMALL) * 2), math.floor(min(high, SMALL) * 2)
    return [st.integers(first, last).map(lambda k: k / 2)] if first <= last else []


def _sized(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers from `low` to `high` of any magnitude, one as likely as the other."""
    sizes = [frexp(x)[1] - 1 for x in (low, high) if x] + ([-1074] if low <= 0.0 <= high else [])
    mantissas = st.floats(1.0, 2.0, exclude_max=True)
    signs = st.sampled_from([1.0] if low >= 0.0 else [-1.0] if high <= 0.0 else [1.0, -1.0])
    drawn = st.builds(
        lambda x, size, sign: sign * ldexp(x, size), mantissas, st.integers(min(sizes), max(sizes)), signs
    )
    return drawn.map(lambda x: min(max(x, low), high))


def _close_to_an_end(low: float, high: float) -> st.SearchStrategy[float]:
    """The ends, and what lies inside them by 2⁻¹ … 2⁻⁵³ of their size."""
    bits = st.integers(1, 53)
    above = bits.map(lambda k: min(low + ldexp(abs(low), -k), high))
    return above | bits.map(lambda k: max(high - ldexp(abs(high), -k), low))


def operands(
    row: Primitive, largest: float = MODERATE, smallest: float = 0.0, smooth: bool = True
) -> st.SearchStrategy[list[float]]:
    """Operand lists on which `row` is defined; with `smooth`, none of its kinks."""
    return _lists(row, [numbers(domain, largest, smallest) for domain in row.domains], smooth)


def extremes(row: Primitive, smooth: bool = True) -> st.SearchStrategy[list[float]]:
    """The same with ends, tails, tiny and huge numbers."""
    return _lists(row, [points(domain) for domain in row.domains], smooth)


def anything(row: Primitive) -> st.SearchStrategy[list[float]]:
    """Lists of as many operands as the row takes, inside its domain or not, infinite ones among them."""
    each = st.floats(allow_nan=False)
    if row.signature.lists:
        return _many(row, each)
    return st.tuples(
        *[orders() if k in row.signature.index_positions(len(row.domains)) else each for k in range(len(row.domains))]
    ).map(list)


def at_kinks(row: Primitive) -> st.SearchStrategy[list[float]]:
    """Operand lists at kinks of `row`, which lie at simple numbers, at ends of domains, or where operands tie."""
    if row.kink is None:
        return st.nothing()
    each = [numbers(domain, 50.0) | st.sampled_from(SIMPLE).filter(domain.holds) for domain in row.domains]
    chosen = st.just(len(row.signature.indices) if row.signature.lists else 0)
    drawn = st.builds(_tied, _lists(row, each, smooth=False), st.integers(0, 3), chosen)
    return drawn.filter(lambda xs: _usable(row, xs, smooth=False) and row.kink is not None and row.kink(*xs))


def _tied(xs: list[float], how: int, indices: int) -> list[float]:
    """The list as it is, its first two operands tied, all of them, or the first one 0; indices stay."""
    xs, rest = xs[: len(xs) - indices], xs[len(xs) - indices :]
    return [*[xs, [*xs[:1], *xs[:1], *xs[2:]], xs[:1] * len(xs), [0.0, *xs[1:]]][how if len(xs) > 1 else 0], *rest]


def _lists(row: Primitive, domains: list[st.SearchStrategy[float]], smooth: bool) -> st.SearchStrategy[list[float]]:
    """Lists of operands, each drawn from what is given for its place."""
    if row.signature.lists:
        drawn: st.SearchStrategy[list[float]] = _many(row, domains[-1])
    else:
        each = [
            orders() if k in row.signature.index_positions(len(domains)) else numbers
            for k, numbers in enumerate(domains)
        ]
        drawn = st.tuples(*each).map(list)
    if row.joint is not None:
        drawn = drawn.map(lambda xs: _ordered_if_needed(row, xs))
    return drawn.filter(lambda xs: _usable(row, xs, smooth))


def orders() -> st.SearchStrategy[float]:
    """The order of a derivative."""
    return st.integers(1, 3).map(float)


@st.composite
def _many(draw: Any, row: Primitive, each: st.SearchStrategy[float]) -> list[float]:
    """A list by the row's own signature, so that its rules (lists of one length, a last index) are kept."""
    groups, trailing = len(row.signature.lists), len(row.signature.indices)
    size = draw(st.integers(1, 5))
    lists = [draw(st.lists(each, min_size=size, max_size=size)) for _ in range(groups)]
    indices = [draw(st.integers(0, size - 1)) for _ in range(trailing)]
    return [float(x) for x in row.signature.flat(row.name, [*lists, *indices])]


def _ordered_if_needed(row: Primitive, xs: list[float]) -> list[float]:
    """Half of the draws miss a joint condition: try the operands' absolute values, and their sorted tail."""
    for candidate in (xs, [abs(xs[0]), *xs[1:]], [xs[0], *sorted(xs[1:])]):
        if row.allows(*candidate):
            return candidate
    return xs


def _usable(row: Primitive, xs: list[float], smooth: bool) -> bool:
    try:
        if not row.allows(*xs) or not math.isfinite(row.value(*xs)):
            return False
    except (ArithmeticError, ValueError):  # a row that does not overflow to infinity
        return False
    return not (smooth and row.kink is not None and row.kink(*xs))

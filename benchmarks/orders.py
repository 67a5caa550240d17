"""How exact the second and third derivatives of a row are, as nested sweeps give them.

The right derivative is the graph of the nested sweep itself, replayed on numbers of so many digits that none of its
cancellations costs one that counts; its constants, such as 2/√π, are floats. (That such a graph is the derivative of
the row's value is a law of its own.) An error is counted in eps = 2⁻⁵² of |d| + Σ|xᵢ·∂d/∂xᵢ|, d the right derivative:
so much one rounding of each operand costs.

Left out are derivatives that are no normal float, and those whose size in these terms is none.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from benchmarks.points import differentiable, draw
from benchmarks.reference import context
from microgrand import Primitive, Value
from microgrand.program.replay_on_numbers import filled, gradient_on_numbers
from microgrand.table import gamma_rows
from microgrand.testing.expression import Expression, applied
from microgrand.value_sweeps import differentiable_sweep

ORDERS = (2, 3)
EPS = 2.0**-52
LIMIT = 64.0  # eps: what no derivative may exceed
SMALLEST = 2.0**-1022
DIGITS = 60  # beyond those that cancel where operands are tiny, huge or nearly equal
MOST_DIGITS = 1600
WIDTH = 3  # of a row of many operands so many are followed at each order
Indices = tuple[int, ...]


OF_GAMMA = frozenset([each.name for each in vars(gamma_rows).values() if isinstance(each, Primitive)])


def points(row: Primitive, count: int, seed: int) -> list[list[float]]:
    """Points over the whole domain. Those of the rows of Γ are of ordinary size: far out mpmath's ψ takes seconds."""
    drawn = draw(row, count, seed)
    return [xs for xs in drawn if all(x == 0.0 or 1e-9 <= abs(x) <= 1e3 for x in xs)] if row.name in OF_GAMMA else drawn


class Right(NamedTuple):
    """A derivative of a row: in which operands, where, what it is, and the size its error is measured against."""

    indices: Indices
    xs: list[float]
    value: Any
    scale: Any

    @property
    def counts(self) -> bool:
        """Whether it is a normal float, or 0, and its size is that of one."""
        value, scale = abs(float(self.value)), float(self.scale)
        return math.isfinite(scale) and scale >= 4.0 * SMALLEST and (value >= SMALLEST or self.value == 0)

    def error(self, found: float) -> float:
        """How far `found` is from it, in eps of its scale."""
        error = float(abs(found - self.value) / self.scale) / EPS if math.isfinite(found) else math.inf
        return error if math.isfinite(error) else math.inf


class Derivative(NamedTuple):
    """A derivative of a row as the engine finds it, the right one, and its graph as an expression."""

    found: float
    right: Right
    expression: Expression

    @property
    def error(self) -> float:
        """How far it is off, in eps."""
        return self.right.error(self.found)

    def __str__(self) -> str:
        what = "".join([f"∂x{k}" for k in self.right.indices])
        point = ", ".join([repr(x) for x in self.right.xs])
        return f"∂/{what} at ({point}): got {self.found!r}, right {float(self.right.value)!r}, {self.error:.3g} eps"


def derivatives(row: Primitive, xs: list[float], order: int) -> Iterator[Derivative]:
    """The derivatives of that order at a point, mixed ones too, that count; but for those that are constants."""
    own = differentiable(row, xs)
    leaves = [Value(x) for x in xs[:own]]
    followed = sorted(random.Random(repr(xs)).sample(range(own), min(own, WIDTH)))
    roots: dict[Indices, Any] = {(): applied(row, [*leaves, *xs[own:]])}
    for _ in range(order):
        roots = {
            (*indices, k): slopes[k]
            for indices, root in roots.items()
            for slopes in [differentiable_sweep(root, leaves)]
            for k in followed
            if isinstance(slopes[k], Value) and not slopes[k].is_leaf
        }
    for indices, root in roots.items():
        expression = Expression.read(leaves, root)
        right = _right(indices, xs, expression, order)
        if right is not None and right.counts:
            yield Derivative(root.data, right, expression)


def _right(indices: Indices, xs: list[float], expression: Expression, order: int) -> Right | None:
    """The derivative in many digits; None where it is beyond all floats.

    Where two precisions agree, and nothing is left over from larger terms, a few digits are enough.
    """
    rough, right = [_replayed(indices, xs, expression, digits) for digits in (DIGITS, DIGITS + 40)]
    if rough is None or right is None or not math.isfinite(float(right.scale)):
        return None
    if abs(rough.value - right.value) <= 1e-20 * right.scale and abs(right.value) >= 1e-3 * right.scale:
        return right
    sizes = [abs(math.frexp(x)[1]) for x in xs if x != 0.0 and math.isfinite(x)]
    digits = min(MOST_DIGITS, DIGITS + int(0.302 * max(sizes, default=0) * (order + 1)))
    return _replayed(indices, xs, expression, digits)


def _replayed(indices: Indices, xs: list[float], expression: Expression, digits: int) -> Right | None:
    """None where a step divides by zero."""
    mp = _context(40 * -(-digits // 40))
    try:
        z = filled(
            expression, [mp.mpf(x) for x in xs[: len(expression.inputs)]], lambda row, numbers: row.value(*numbers)
        )
        slopes = gradient_on_numbers(expression, z, expression.result)
    except ZeroDivisionError:
        return None
    value = mp.mpf(z[expression.result])
    scale = abs(value) + mp.fsum([abs(x * slope) for x, slope in zip(xs, slopes, strict=False)])
    return Right(indices, xs, value, scale)


_context = cache(context)


def worst(found: Iterable[Derivative]) -> Derivative | None:
    """The one that is furthest off; None of none."""
    return max(found, key=lambda each: each.error, default=None)


def over_the_limit(found: Sequence[Derivative]) -> list[str]:
    """Those beyond the bound, in words."""
    return [str(each) for each in found if not each.error <= LIMIT]


def right_by_differences(row: Primitive, right: Right) -> Any:
    """The same derivative by central differences of the row's value alone."""
    smallest = min([1.0, *[abs(x) for x in right.xs if x != 0.0]])
    lost = len(right.indices) * (40 - math.log10(smallest)) - min(0.0, math.log10(right.scale))
    mp = _context(80 + int(lost))
    step = smallest * mp.mpf(10) ** -40
    own = differentiable(row, right.xs)

    def difference(numbers: list[Any], indices: Sequence[int]) -> Any:
        if not indices:
            return mp.convert(row.value(*numbers, *right.xs[own:]))
        k, rest = indices[0], indices[1:]
        low, high = [[*numbers[:k], numbers[k] + way * step, *numbers[k + 1 :]] for way in (-1, 1)]
        return (difference(high, rest) - difference(low, rest)) / (2 * step)

    return difference([mp.mpf(x) for x in right.xs[:own]], right.indices)

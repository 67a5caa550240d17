"""What a primitive and its partials are exactly: the same row evaluated with many digits.

Two references, each trusted for one thing. `differenced_partial` knows only the row's value, and so tells whether the
formula of a partial is right; `exact_partial` evaluates that formula with enough digits that no rounding is left, and
so tells how exact the partial is on floats.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from microgrand.outer_errors import MissingExtraError
from microgrand.table.primitive import Primitive

try:
    import mpmath
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("exact evaluation", "testing", "mpmath") from error

DIGITS = 60  # beyond those that the operands' different sizes cost
STEP_DIGITS = 45  # a step of |x|·10⁻⁴⁵ leaves an error of 10⁻⁵⁸ even 10⁻¹⁶ away from a pole
SMALLEST_SLOPE_DIGITS = 320  # a difference loses these when the slope is as small as a float can be


def _without_loss(x: Any) -> float:
    """The number as a float where there are no digits to lose."""
    if x and mpmath.isfinite(x):
        raise TypeError("a number of many digits is not cut down to a float: this function computes on floats only")
    return float(mpmath.mpf(x))


# Numbers of many digits that do not turn into floats: math.exp would take them as such, and lose the digits silently.
EXACT = mpmath.MPContext()
EXACT.mpf.__float__ = EXACT.mpf.__complex__ = _without_loss


def released(x: Any) -> Any:
    """A number of EXACT as one of mpmath's own, which turns into a float when asked; None stays None.

    >>> float(released(EXACT.mpf(0.5)))
    0.5
    """
    return None if x is None else mpmath.mp.convert(x)


@contextmanager
def many_digits(digits: int) -> Iterator[None]:
    """Inside, numbers made by EXACT.mpf and by mpmath have that many digits."""
    with mpmath.workdps(digits), EXACT.workdps(digits):
        yield


def exact_value(row: Primitive, operands: Sequence[float]) -> Any:
    """value(operands) as an mpmath number.

    >>> from microgrand import exp
    >>> mpmath.nstr(exact_value(exp, [1.0]), 20)
    '2.7182818284590452354'
    """
    with many_digits(working_digits(operands)):
        return _value(row, _points(row, operands))


def exact_partial(row: Primitive, operands: Sequence[float], k: int) -> Any:
    """∂value/∂operand k as an mpmath number, by the row's own formula.

    >>> from microgrand import tanh
    >>> mpmath.nstr(exact_partial(tanh, [19.6], 0), 15)
    '3.78195450955462e-17'
    """
    with many_digits(working_digits(operands)):
        points = _points(row, operands)
        z = EXACT.mpf(1) * row.value(*points)
        partial = row.partials[0](z, *points)[k] if row.signature.lists else row.partials[k](z, *points)
        return mpmath.mp.convert(partial)


def differenced_partial(row: Primitive, operands: Sequence[float], k: int, order: int = 1) -> Any:
    """∂ⁿvalue/∂(operand k)ⁿ as an mpmath number, n = `order`, by a central difference of the value."""
    with many_digits(working_digits(operands) + order * STEP_DIGITS + SMALLEST_SLOPE_DIGITS):
        step = step_beside(operands)
        terms = [
            (-1) ** i * math.comb(order, i) * _moved(row, operands, k, (mpmath.mpf(order) / 2 - i) * step)
            for i in range(order + 1)
        ]
        return mpmath.fsum(terms) / step**order


def one_sided_partials(row: Primitive, operands: Sequence[float], k: int) -> tuple[Any, Any]:
    """The left and the right derivative in operand k, by one-sided differences of the value."""
    with many_digits(working_digits(operands) + STEP_DIGITS + SMALLEST_SLOPE_DIGITS):
        step = step_beside(operands)
        middle = _moved(row, operands, k, 0)
        return (middle - _moved(row, operands, k, -step)) / step, (_moved(row, operands, k, step) - middle) / step


def ulps(x: float, exact: Any, scale: float | None = None) -> float:
    """How far `x` is from `exact`, in units in the last place of `exact` (or of `scale`, if that is larger).

    Where the exact number is too small to be a normal float, the smallest normal float's unit counts; where it is too
    large, infinity is right.

    >>> ulps(1.0 + 2**-52, mpmath.mpf(1))
    1.0
    """
    largest = max(abs(float(exact)), scale or 0.0, 2.0**-1022)
    if math.isinf(largest):
        return 0.0 if x == float(exact) else math.inf
    if not math.isfinite(x):
        return 0.0 if abs(exact) > mpmath.mpf(1.797e308) and x * float(mpmath.sign(exact)) > 0 else math.inf
    return float(abs(mpmath.mpf(x) - exact) / mpmath.mpf(math.ulp(largest)))


def _points(row: Primitive, operands: Sequence[float]) -> list[Any]:
    """The operands with many digits, but for those that choose a function."""
    chosen = row.signature.index_positions(len(operands))
    return [x if k in chosen else EXACT.mpf(x) for k, x in enumerate(operands)]


def _value(row: Primitive, points: list[Any]) -> Any:
    return mpmath.mp.convert(row.value(*points))


def _moved(row: Primitive, operands: Sequence[float], k: int, step: Any) -> Any:
    points = _points(row, operands)
    points[k] = points[k] + step
    return _value(row, points)


def working_digits(operands: Sequence[float]) -> int:
    """Enough for the smallest operand to count beside the largest."""
    sizes = [math.frexp(x)[1] for x in operands if math.isfinite(x)]
    return DIGITS + int(0.302 * (max([*sizes, 0]) - min([*sizes, 0])))


def step_beside(operands: Sequence[float]) -> Any:
    """Far smaller than every operand, so that no difference steps over a kink where two of them tie."""
    scale = min([1.0, *[abs(x) for x in operands if x != 0.0]])
    return mpmath.mpf(scale) * mpmath.mpf(10) ** -STEP_DIGITS

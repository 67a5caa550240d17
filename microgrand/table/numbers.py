"""Tell the kinds of operands apart: a number, a sequence of operands, an array or a 50-digit number."""

from __future__ import annotations

import math
from math import inf, nan
from numbers import Real
from typing import Any


def is_plain(x: Any) -> bool:
    """Whether `x` is a float or an int."""
    return isinstance(x, (float, int))


def as_number(x: object) -> float:
    """`x` as a float: accepts any real number of Python or NumPy, and 0-dimensional arrays.

    >>> as_number(True), as_number(2)
    (1.0, 2.0)
    """
    if type(x) is float:
        return x
    if isinstance(x, (float, int)):
        return float(x)
    if getattr(x, "shape", None) == () and hasattr(x, "item"):
        x = x.item()
    if isinstance(x, Real):
        return float(x)
    raise TypeError(f"expected a number or a Value; got {x!r:.60} of type {type(x).__name__}")


def is_sequence(x: object) -> bool:
    """Whether `x` is a sequence of operands: a list, a tuple, a generator, or an array with at least one axis."""
    return hasattr(x, "__iter__") and not isinstance(x, str) and getattr(x, "shape", None) != ()


def is_general_number(x: object) -> bool:
    """Whether `x` has arithmetic of its own, so is not converted to a float: an array, a 50-digit number."""
    if hasattr(x, "__array_namespace__"):
        return getattr(x, "shape", ()) != ()
    return hasattr(x, "context")


def quotient(x: Any, y: Any) -> Any:
    """x / y as in IEEE 754: infinite for x ≠ 0 and y = 0; 0/0 is NaN."""
    if isinstance(x, float) and isinstance(y, float) and y != 0.0:
        return x / y
    if hasattr(x, "shape") or hasattr(y, "shape") or y != 0.0:
        return x / y
    if x == 0.0 or x != x:
        return nan
    return math.copysign(inf, x) * math.copysign(1.0, y)

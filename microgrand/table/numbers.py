"""What counts as a number: one float, several, or something that computes like a number without being one float."""

from __future__ import annotations

import math
from math import inf, nan
from numbers import Real
from typing import Any


def is_plain(x: Any) -> bool:
    """Whether `x` is a float, or an int that will do as one."""
    return isinstance(x, (float, int))


def as_number(x: object) -> float:
    """`x` as a float: any real number of Python's or NumPy's, or an array of no dimensions.

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
    """Whether `x` holds operands: a list, a tuple, a generator, an array with a first axis."""
    return hasattr(x, "__iter__") and not isinstance(x, str) and getattr(x, "shape", None) != ()


def is_general_number(x: object) -> bool:
    """Whether `x` computes like a number without being one float: an array, a 50-digit number, a tracer."""
    if hasattr(x, "__array_namespace__"):
        return getattr(x, "shape", ()) != ()
    return hasattr(x, "context")


def quotient(x: Any, y: Any) -> Any:
    """x / y as IEEE has it: a division by zero is infinite, 0/0 is NaN."""
    if isinstance(x, float) and isinstance(y, float) and y != 0.0:
        return x / y
    if hasattr(x, "shape") or hasattr(y, "shape") or y != 0.0:
        return x / y
    if x == 0.0 or x != x:
        return nan
    return math.copysign(inf, x) * math.copysign(1.0, y)

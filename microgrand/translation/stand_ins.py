"""Built-in functions of Python as functions on floats, whose source is translated in their place."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence


def larger(x: float, y: float) -> float:
    """`max(x, y)`, which is x unless y > x: also where one is NaN."""
    return y if y > x else x


def smaller(x: float, y: float) -> float:
    """`min(x, y)`, which is x unless y < x."""
    return y if y < x else x


def added(xs: Sequence[float]) -> float:
    """`sum(xs)` of floats, before Python 3.12."""
    total = 0.0
    for x in xs:
        total = total + x
    return total


def added_with_errors(xs: Sequence[float]) -> float:
    """`sum(xs)` of floats, since Python 3.12: rounding errors are added up, too."""
    total = 0.0
    error = 0.0
    for x in xs:
        new = total + x
        part = (total - new) + x if abs(total) >= abs(x) else (x - new) + total
        error = error + part
        total = new
    if error != 0.0 and math.isfinite(error):
        total = total + error
    return total


def largest(xs: Sequence[float]) -> float:
    """`max(xs)`."""
    result = xs[0]
    for x in xs[1:]:
        if x > result:
            result = x
    return result


def smallest(xs: Sequence[float]) -> float:
    """`min(xs)`."""
    result = xs[0]
    for x in xs[1:]:
        if x < result:
            result = x
    return result


SUM = added_with_errors if sys.version_info >= (3, 12) else added

"""Tell the kinds of operands apart: a number, a sequence of operands, an array or a 50-digit number."""

from __future__ import annotations

import math
from math import inf, nan
from numbers import Real
from typing import Any, Final

# What errors add for an operand of a type that is no number, and for a keyword: see elsewhere.py.
WAYS_OUT: Final[dict[object, str]] = {}


def is_plain(x: Any) -> bool:
    """Whether `x` is a float or an int."""
    return isinstance(x, (float, int))


def as_number(x: Any) -> float:
    """`x` as a float: any real number of Python or NumPy, decimals too, and 0-dimensional arrays.

    >>> as_number(True), as_number(2)
    (1.0, 2.0)
    """
    if type(x) is float:
        return x
    if isinstance(x, (float, int)):
        return as_float(x)
    if getattr(x, "shape", None) == () and hasattr(x, "item"):
        x = x.item()
    if isinstance(x, Real) or hasattr(type(x), "as_integer_ratio"):
        return as_float(x)
    if hasattr(x, "apply_row"):
        raise TypeError(f"expected a number; got {x!r:.60}: take its number, v.data")
    kind = type(x)
    raise TypeError(f"expected a number or a Value; got {x!r:.60} of type {kind.__name__}{WAYS_OUT.get(kind, '')}")


def as_float(x: Any) -> float:
    """A number of any other type as a float; raises OverflowError for one that is larger than every float."""
    try:
        return float(x)
    except OverflowError:
        raise OverflowError(f"a number of type {type(x).__name__} is larger than every float (1.8e308)") from None


def unknown_operand(x: object) -> Any:
    """Raise a TypeError for what has no arithmetic with Values; return None for what may know them."""
    return as_number(x) if type(x) in WAYS_OUT else None


def yes_or_no(name: str, x: object) -> bool:
    """An argument that is True or False; raises TypeError for anything else."""
    if type(x).__name__ not in ("bool", "bool_"):  # NumPy's too
        raise TypeError(f"{name} is True or False; got {x!r:.60}")
    return bool(x)


def as_seed(x: object) -> float:
    """The δ of a root as a float; raises TypeError for what is no number, and for a flag that has lost its name."""
    if type(x).__name__ in ("bool", "bool_"):
        raise TypeError(f"backward takes δ of the root, a number; got {x!r}: flags are named, accumulate={x!r}")
    return as_number(x)


def refuse_keywords(names: Any) -> None:
    """Raise a TypeError for a keyword that a call does not take."""
    for name in names:
        raise TypeError(f"there is no argument {name!r} here{WAYS_OUT.get(name, '')}")


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

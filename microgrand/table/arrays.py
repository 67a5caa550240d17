"""Apply functions to arrays and 50-digit numbers, element by element where there are Values among them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from microgrand.table.numbers import as_number, is_plain


def elementwise(value: Callable[..., Any], apply: Callable[[list[Any]], Any], operands: list[Any]) -> Any:
    """Apply a function to arrays or 50-digit numbers. As in NumPy, their domain is not checked.

    value  the function on arrays
    apply  the function on a list of single operands, which may be Values; where Values occur beside the arrays or
           inside one, the arrays are broadcast, and `apply` is called once per element
    """
    values = [hasattr(x, "apply_row") for x in operands]
    operands = [x if is_plain(x) or any([hasattr(x, of) for of in _OF_ARRAYS]) else as_number(x) for x in operands]
    if not any(values) and not any([holds_objects(x) for x in operands]):
        return quietly(value, operands)
    if not any([hasattr(x, "__array_namespace__") for x in operands]):
        return apply([x if is_value else as_number(x) for x, is_value in zip(operands, values, strict=True)])
    import numpy

    boxes = [boxed(x) if is_value else x for x, is_value in zip(operands, values, strict=True)]
    return quietly(numpy.frompyfunc(lambda *each: apply(list(each)), len(operands), 1), boxes)


_OF_ARRAYS: Final = ("dtype", "context", "apply_row")  # what is no array, 50-digit number or Value is a number


def quietly(value: Callable[..., Any], operands: list[Any]) -> Any:
    """Call `value` with NumPy's warnings off: overflow gives an infinity on arrays, as on floats."""
    if "numpy" not in sys.modules:
        return value(*operands)
    import numpy

    with numpy.errstate(all="ignore"):
        return value(*operands)


def holds_objects(x: object) -> bool:
    """Whether `x` is an array of Python objects, which may be Values."""
    return getattr(getattr(x, "dtype", None), "kind", "") == "O"


def boxed(value: Any) -> Any:
    """The Value in a 0-dimensional array, so that NumPy broadcasts it without calling its methods."""
    import numpy

    box = numpy.empty((), dtype=object)
    box[()] = value
    return box

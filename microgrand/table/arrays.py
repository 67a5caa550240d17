"""Whose functions serve arrays and 50-digit numbers, and how a function is applied to arrays element by element."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from microgrand.errors import MissingExtraError
from microgrand.table.numbers import as_number

# The namespace for each type of array: looking it up on the array takes as long as adding two small arrays.
_NAMESPACES: Final[dict[type, Any]] = {}


def library(*operands: Any) -> Any:
    """Whose functions serve these operands: mpmath's context, or the array namespace of the first array."""
    for x in operands:
        known = _NAMESPACES.get(type(x))
        if known is not None:
            return known
        context = getattr(x, "context", None)
        if context is not None:
            return context
        namespace = getattr(x, "__array_namespace__", None)
        if namespace is not None:
            return _NAMESPACES.setdefault(type(x), namespace())
        if hasattr(x, "dtype"):
            return _compatible_namespace(x)
    kinds = " and ".join([type(x).__name__ for x in operands])
    raise TypeError(f"expected numbers, Values or arrays; got {kinds}")


def _compatible_namespace(x: Any) -> Any:
    """The array namespace of an array that does not tell one of its own: PyTorch's."""
    try:
        from array_api_compat import array_namespace
    except ImportError as error:
        raise MissingExtraError(f"a {type(x).__name__}", "array", "array-api-compat") from error
    return array_namespace(x)


def special(x: Any) -> Any:
    """Where erf and erfc are found for the type of `x`: NumPy has none of its own, scipy has them."""
    xp = library(x)
    if hasattr(xp, "erf"):
        return xp
    try:
        from scipy import special as functions
    except ImportError as error:
        raise MissingExtraError("erf on arrays", "array", "scipy") from error
    return functions


def reduced(name: str, x: Any) -> Any:
    """The sum, prod, max or min of an array over its first axis."""
    xp = library(x)
    if xp.__name__ == "numpy":  # its ufuncs take half the time of its functions
        return getattr(xp, _UFUNCS[name]).reduce(x, axis=0)
    return getattr(xp, name)(x, axis=0)


_UFUNCS: Final = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}


def elementwise(value: Callable[..., Any], apply: Callable[[list[Any]], Any], operands: list[Any]) -> Any:
    """A function of operands that are arrays, 50-digit numbers and the like; no domain is checked, as in NumPy.

    value  the function on arrays
    apply  the function on a list of single operands, Values among them: where Values stand beside the arrays or inside
           one, it is applied to each element, and the arrays are broadcast
    """
    values = [hasattr(x, "apply_row") for x in operands]
    if not any(values) and not any([holds_objects(x) for x in operands]):
        return quietly(value, operands)
    if not any([hasattr(x, "__array_namespace__") for x in operands]):
        return apply([x if is_value else as_number(x) for x, is_value in zip(operands, values, strict=True)])
    import numpy

    boxes = [boxed(x) if is_value else x for x, is_value in zip(operands, values, strict=True)]
    return numpy.frompyfunc(lambda *each: apply(list(each)), len(operands), 1)(*boxes)


def quietly(value: Callable[..., Any], operands: list[Any]) -> Any:
    """The value without NumPy's warnings: overflow is infinite on arrays as it is on floats."""
    if "numpy" not in sys.modules:
        return value(*operands)
    import numpy

    with numpy.errstate(all="ignore"):
        return value(*operands)


def holds_objects(x: object) -> bool:
    """Whether `x` is an array whose elements may be Values."""
    return getattr(getattr(x, "dtype", None), "kind", "") == "O"


def boxed(value: Any) -> Any:
    """A Value in an array of no dimensions, which NumPy broadcasts without calling the Value."""
    import numpy

    box = numpy.empty((), dtype=object)
    box[()] = value
    return box

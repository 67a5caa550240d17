"""Find the library for arrays and 50-digit numbers, and apply functions to arrays element by element."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from microgrand.errors import MissingExtraError
from microgrand.table.numbers import as_number

# The namespace of each array type, cached: asking an array for it takes as long as adding two small arrays.
_NAMESPACES: Final[dict[type, Any]] = {}


def library(*operands: Any) -> Any:
    """The library whose functions take these operands: mpmath's context, or the namespace of the first array."""
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
    """The namespace of an array that has no `__array_namespace__`, such as PyTorch's."""
    try:
        from array_api_compat import array_namespace
    except ImportError as error:
        raise MissingExtraError(f"a {type(x).__name__}", "array", "array-api-compat") from error
    return array_namespace(x)


def special(x: Any) -> Any:
    """The library that has erf and erfc for the type of `x`: scipy for NumPy's arrays, since NumPy lacks them."""
    xp = library(x)
    if hasattr(xp, "erf"):
        return xp
    try:
        from scipy import special as functions
    except ImportError as error:
        raise MissingExtraError("erf on arrays", "array", "scipy") from error
    return functions


def reduced(name: str, x: Any) -> Any:
    """The "sum", "prod", "max" or "min" of an array over its first axis."""
    xp = library(x)
    if xp.__name__ == "numpy":  # NumPy's ufuncs take half the time of its functions
        return getattr(xp, _UFUNCS[name]).reduce(x, axis=0)
    return getattr(xp, name)(x, axis=0)


_UFUNCS: Final = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}


def elementwise(value: Callable[..., Any], apply: Callable[[list[Any]], Any], operands: list[Any]) -> Any:
    """Apply a function to arrays or 50-digit numbers. As in NumPy, their domain is not checked.

    value  the function on arrays
    apply  the function on a list of single operands, which may be Values; where Values occur beside the arrays or
           inside one, the arrays are broadcast, and `apply` is called once per element
    """
    values = [hasattr(x, "apply_row") for x in operands]
    if not any(values) and not any([holds_objects(x) for x in operands]):
        return quietly(value, operands)
    if not any([hasattr(x, "__array_namespace__") for x in operands]):
        return apply([x if is_value else as_number(x) for x, is_value in zip(operands, values, strict=True)])
    import numpy

    boxes = [boxed(x) if is_value else x for x, is_value in zip(operands, values, strict=True)]
    return quietly(numpy.frompyfunc(lambda *each: apply(list(each)), len(operands), 1), boxes)


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

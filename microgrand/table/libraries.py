"""Find the library of functions for an operand: that of an array, or mpmath's for a 50-digit number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from microgrand.outer_errors import MissingExtraError

MOST_MORE_BITS: Final = 65536  # that numbers of mpmath are given where they cancel

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


def lane_by_lane(function: Callable[..., float], *operands: Any) -> Any:
    """Apply a function of floats to each element of arrays, where NumPy and SciPy have none as exact."""
    import numpy

    each = numpy.frompyfunc(lambda *xs: function(*[float(x) for x in xs]), len(operands), 1)(*operands)
    return numpy.asarray(each, dtype=float)


def with_more_bits(mp: Any, bits: int) -> Any:
    """A context of mpmath's with so many bits more, for what cancels; TypeError where they would take minutes."""
    if bits > MOST_MORE_BITS:
        raise TypeError(f"numbers of so different sizes take more than {MOST_MORE_BITS:,} bits")
    return mp.workprec(mp.prec + bits)

"""What NumPy asks of a Value: what its functions do with one, and the methods that they call for each in an array.

Of an array of objects, np.sin takes each object's own method `sin`. A Value has these methods for NumPy alone, and
`dir` does not list them: the function is microgrand.sin.
"""

from __future__ import annotations

from typing import Any, Final

from microgrand.engine.value import Value
from microgrand.table.ufuncs import apply_ufunc, refuse_ufunc, row_of

COMPUTED: Final = (
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cbrt", "cos", "cosh", "deg2rad",
    "degrees", "exp2", "expm1", "fabs", "hypot", "log10", "log1p", "log2", "rad2deg", "radians", "sin", "sinh", "tan",
)  # fmt: skip
REFUSED: Final = ("fmod", "logical_xor", "rint")  # no row computes them
METHODS: Final = (*COMPUTED, *REFUSED, "conjugate")


def teach_values() -> None:
    """From now on NumPy's functions take Values."""
    for name in COMPUTED:
        setattr(Value, name, _applying(name))
    for name in REFUSED:
        setattr(Value, name, _refusing(name))
    setattr(Value, "conjugate", _conjugate)  # noqa: B010  type checkers know no such method
    setattr(Value, "__array_ufunc__", _array_ufunc)  # noqa: B010


def _array_ufunc(value: Value, ufunc: Any, method: str, *operands: Any, **settings: Any) -> Any:
    """NumPy's own functions and operators on Values, elementwise: np.exp(v), array * v."""
    return apply_ufunc(ufunc, method, operands, settings)


def _applying(ufunc: str) -> Any:
    row = row_of(ufunc)

    def method(value: Value, *others: object) -> Any:
        return row.call((value, *others))

    method.__name__, method.__doc__ = ufunc, f"{row.doc or row.name}: for numpy.{ufunc} of an array of Values."
    return method


def _refusing(ufunc: str) -> Any:
    def method(value: Value, *others: object) -> Any:
        refuse_ufunc(ufunc)

    method.__name__, method.__doc__ = ufunc, f"Not here: numpy.{ufunc} would lose the gradient."
    return method


def _conjugate(value: Value) -> Value:
    """The Value itself, as Values are real: for numpy.std."""
    return value

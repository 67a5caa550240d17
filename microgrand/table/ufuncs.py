"""NumPy's functions on Values: np.exp(v) applies the row of the table that computes the same function."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from microgrand.table.arrays import boxed
from microgrand.table.primitive import declared_for_ufunc

_COMPARISONS: Final = {
    "greater": operator.gt, "greater_equal": operator.ge, "less": operator.lt, "less_equal": operator.le,
    "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip
_OTHER_NAMES: Final = {"float_power": "power", "rad2deg": "degrees", "deg2rad": "radians", "fabs": "absolute"}
_QUESTIONS: Final = ("isfinite", "isinf", "isnan", "signbit")  # are answered by the number


def row_of(ufunc: str) -> Any:
    """The row that computes the same as NumPy's function of this name; None if there is none."""
    return declared_for_ufunc(_OTHER_NAMES.get(ufunc, ufunc))


def refuse_ufunc(name: str) -> NoReturn:
    """Raise the TypeError of a NumPy function that no row computes."""
    raise TypeError(f"numpy.{name} on a Value would lose the gradient: use microgrand's functions, or v.data")


def apply_ufunc(ufunc: Any, method: str, operands: Sequence[Any], settings: dict[str, Any]) -> Any:
    """Apply NumPy's function to Values, and to arrays beside them, elementwise. A comparison returns bools.

    Raises TypeError where no row of the table computes the same.
    """
    name: str = ufunc.__name__
    row = row_of(name)
    if name in ("conjugate", "positive"):
        return operands[0]
    if name in _QUESTIONS:
        return ufunc(*[getattr(operand, "data", operand) for operand in operands])
    if name == "divmod":
        return row_of("floor_divide")(*operands), row_of("remainder")(*operands)
    if method != "__call__" or settings or row is None:
        refuse_ufunc(name)
    import numpy

    if name not in _COMPARISONS:  # as in NumPy a list is an array
        return row(*[numpy.asarray(operand) if isinstance(operand, (list, tuple)) else operand for operand in operands])
    # A longdouble would ask NumPy to compare it with a Value, and that would ask it again, without end.
    operands = [x.astype(float) if getattr(x, "dtype", None) == numpy.longdouble else x for x in operands]
    outcomes = numpy.frompyfunc(_COMPARISONS[name], 2, 1)(
        *[boxed(operand) if hasattr(operand, "apply_row") else operand for operand in operands]
    )
    return outcomes.astype(bool) if isinstance(outcomes, numpy.ndarray) else bool(outcomes)

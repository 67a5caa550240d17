"""NumPy's functions on Values: np.exp(v) applies the row of the table that computes the same function."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final

from microgrand.table.arrays import boxed
from microgrand.table.primitive import declared_for_ufunc

_COMPARISONS: Final = {
    "greater": operator.gt, "greater_equal": operator.ge, "less": operator.lt, "less_equal": operator.le,
    "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip


def apply_ufunc(ufunc: Any, method: str, operands: Sequence[Any], settings: dict[str, Any]) -> Any:
    """Apply NumPy's function to Values, and to arrays beside them, elementwise. A comparison returns bools.

    Raises TypeError where no row of the table computes the same.
    """
    name: str = ufunc.__name__
    row = declared_for_ufunc("power" if name == "float_power" else name)
    if method != "__call__" or settings or row is None:
        raise TypeError(f"numpy.{name} on a Value would lose the gradient: use microgrand's functions, or v.data")
    if name not in _COMPARISONS:
        return row(*[_as_array(operand) for operand in operands])
    import numpy

    outcomes = numpy.frompyfunc(_COMPARISONS[name], 2, 1)(
        *[boxed(operand) if hasattr(operand, "apply_row") else operand for operand in operands]
    )
    return outcomes.astype(bool) if isinstance(outcomes, numpy.ndarray) else bool(outcomes)


def _as_array(operand: Any) -> Any:
    """Convert an operand as NumPy itself would: a list becomes an array."""
    import numpy

    return numpy.asarray(operand) if isinstance(operand, (list, tuple)) else operand

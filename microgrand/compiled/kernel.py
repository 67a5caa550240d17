"""Kernels: rows of the table on floats that are never boxed. `kernels.py`, made when a wheel is built, has one per row.

A kernel does what `Primitive.apply` and `Value.apply_row` do, for Values and Python's own floats; whatever else it is
given it leaves to them. The law that holds the compiled build to the plain one, bit for bit, holds kernels to rows.
"""

from __future__ import annotations

from typing import Any, Final

from microgrand.compiled.packed import vec
from microgrand.engine.node import Many
from microgrand.engine.value import Computed, Value
from microgrand.table.primitive import Kernel, Primitive


class OneOperand(Kernel):
    """A row of one operand."""

    def __init__(self, row: Primitive) -> None:
        self.row: Final = row

    def holds(self, x: float) -> bool:
        """Whether x lies in the domain."""
        return True

    def value(self, x: float) -> float:
        """z."""
        raise NotImplementedError

    def slope(self, z: float, x: float) -> float:
        """∂z/∂x."""
        raise NotImplementedError

    def applied(self, arguments: tuple[Any, ...]) -> Any:
        """The row's result; None for arguments that are left to the row itself."""
        if len(arguments) != 1:
            return None
        operand = arguments[0]
        if isinstance(operand, Value):
            x = operand._data
            if not self.holds(x):
                return None
            z = self.value(x)
            return Computed(z, self.row, operand, None, self.slope(z, x), 0.0)
        if isinstance(operand, float):
            return self.value(operand) if self.holds(operand) else None
        return None


class TwoOperands(Kernel):
    """A row of two operands."""

    def __init__(self, row: Primitive) -> None:
        self.row: Final = row

    def holds(self, x: float, y: float) -> bool:
        """Whether the operands lie in the domain."""
        return True

    def value(self, x: float, y: float) -> float:
        """z."""
        raise NotImplementedError

    def slope_x(self, z: float, x: float, y: float) -> float:
        """∂z/∂x."""
        raise NotImplementedError

    def slope_y(self, z: float, x: float, y: float) -> float:
        """∂z/∂y."""
        raise NotImplementedError

    def applied(self, arguments: tuple[Any, ...]) -> Any:
        """The row's result; None for arguments that are left to the row itself."""
        if len(arguments) != 2:
            return None
        left, right = arguments[0], arguments[1]
        x_varies, y_varies = isinstance(left, Value), isinstance(right, Value)
        if not ((x_varies or type(left) is float) and (y_varies or type(right) is float)):
            return None
        x: float = left._data if isinstance(left, Value) else left
        y: float = right._data if isinstance(right, Value) else right
        if not self.holds(x, y):
            return None
        z = self.value(x, y)
        if not (x_varies or y_varies):
            return z
        dx = self.slope_x(z, x, y) if x_varies else 0.0
        dy = self.slope_y(z, x, y) if y_varies else 0.0
        return Computed(z, self.row, left, right, dx, dy)


class ManyOperands(Kernel):
    """A row of lists of operands, or of more than two."""

    def __init__(self, row: Primitive) -> None:
        self.row: Final = row
        self._lists: Final = len(row.signature.lists)
        self._arguments: Final = self._lists + len(row.signature.indices) + len(row.signature.operands)

    def value(self, xs: vec[float]) -> float:
        """z."""
        raise NotImplementedError

    def slopes(self, z: float, xs: vec[float]) -> vec[float]:
        """∂z/∂operand, one for each."""
        raise NotImplementedError

    def applied(self, arguments: tuple[Any, ...]) -> Any:
        """The row's result; None for arguments that are left to the row itself."""
        operands = self._flat(arguments)
        if operands is None:
            return None
        xs = vec[float]([0.0] * len(operands))
        varies = False
        for k, operand in enumerate(operands):
            if isinstance(operand, Value):
                varies = True
                xs[k] = operand._data
            elif type(operand) is float:
                xs[k] = operand
            else:
                return None
        if self.row.bounded and not self._holds(xs):
            return None
        z = self.value(xs)
        return Computed(z, self.row, None, None, 0.0, 0.0, Many(operands, self.slopes(z, xs))) if varies else z

    def _flat(self, arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The operands in order; None where the arguments need a closer look."""
        if self._lists == 0:
            return arguments if len(arguments) == self._arguments else None
        if len(arguments) != self._arguments:
            return None
        first = arguments[0]
        if not isinstance(first, list):
            return None
        if self._arguments == 1:
            return tuple(first) if first else None
        second = arguments[1]
        if self._lists == 2 and isinstance(second, list) and len(second) == len(first):
            return (*first, *second)
        return tuple(self.row.signature.flat(self.row.name, arguments))

    def _holds(self, xs: vec[float]) -> bool:
        """Whether the operands lie in the domain."""
        if self.row.joint is not None:
            return self.row.allows(*xs)
        return all(self.row.domain_of(k).contains(xs[k]) for k in range(len(xs)))

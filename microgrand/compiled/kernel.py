"""Kernels: rows of the table compiled so that no float is boxed. Building a wheel makes `kernels.py`, with one per row.

A kernel does the work of `Primitive.apply` and `Value.apply_row` for Values and Python's own floats, and leaves all
other operands to them. The tests require kernels and rows to agree bit for bit.
"""

from __future__ import annotations

from typing import Any, Final

from microgrand.compiled.hints import i64
from microgrand.compiled.packed import vec
from microgrand.engine.node import Many
from microgrand.engine.value import Computed, Value
from microgrand.table.numbers import as_float
from microgrand.table.primitive import Kernel, Primitive


class OneOperand(Kernel):
    """The kernel of a row with one operand."""

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
        """The row's result; None if the row itself has to handle these arguments."""
        count = len(arguments)
        if count != 1:
            return None
        operand = arguments[0]
        if type(operand) is float:
            return self.value(operand) if self.holds(operand) else None
        if isinstance(operand, Value):
            x = operand._data
            if not self.holds(x):
                return None
            z = self.value(x)
            return Computed(z, self.row, operand, None, self.slope(z, x), 0.0)
        if isinstance(operand, float) or type(operand) is int:  # NumPy's float, or a whole number
            number = as_float(operand)
            return self.value(number) if self.holds(number) else None
        return None


class TwoOperands(Kernel):
    """The kernel of a row with two operands."""

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
        """The row's result; None if the row itself has to handle these arguments."""
        count = len(arguments)
        if count == 0 or count > 2 or (count == 1 and self.row.signature.default is None):
            return None
        left, right = arguments[0], self.row.signature.default if count == 1 else arguments[1]
        x, y, x_varies, y_varies = 0.0, 0.0, False, False
        if isinstance(left, Value):
            x, x_varies = left._data, True
        elif type(left) is float:
            x = left
        elif type(left) is int:
            x = as_float(left)
            left = x
        else:
            return None
        if isinstance(right, Value):
            y, y_varies = right._data, True
        elif type(right) is float:
            y = right
        elif type(right) is int:
            y = as_float(right)
            right = y
        else:
            return None
        if not self.holds(x, y):
            return None
        z = self.value(x, y)
        if not (x_varies or y_varies):
            return z
        dx, dy = 0.0, 0.0
        if x_varies:
            dx = self.slope_x(z, x, y)
        if y_varies:
            dy = self.slope_y(z, x, y)
        return Computed(z, self.row, left, right, dx, dy)


class TwoLists(Kernel):
    """The kernel of a row with two lists of operands. A list that several calls share is stored once."""

    def __init__(self, row: Primitive) -> None:
        self.row: Final = row

    def value(self, ws: vec[float], xs: vec[float]) -> float:
        """z."""
        raise NotImplementedError

    def slopes_of_first(self, z: float, ws: vec[float], xs: vec[float]) -> vec[float]:
        """One ∂z/∂operand per operand of the first list."""
        raise NotImplementedError

    def slopes_of_second(self, z: float, ws: vec[float], xs: vec[float]) -> vec[float]:
        """One ∂z/∂operand per operand of the second list."""
        raise NotImplementedError

    def applied(self, arguments: tuple[Any, ...]) -> Any:
        """The row's result; None if the row itself has to handle these arguments."""
        count = len(arguments)
        if count != 2:
            return None
        ws, xs = arguments[0], arguments[1]
        if type(ws) is tuple:
            ws = list(ws)
        if type(xs) is tuple:
            xs = list(xs)
        results = self.applied_to_each([ws], xs) if isinstance(xs, list) else None
        return None if results is None else results[0]

    def applied_to_each(self, lists: list[Any], last: list[Any]) -> list[Any] | None:
        """[row(each, last) for each in lists], reading `last` once; None if the row itself has to handle them.

        With `dot` as the row, this is a matrix times a vector.
        """
        n = len(last)
        xs = vec[float]([0.0] * n)
        last_kind = fill(xs, last)
        if last_kind == OTHER or self.row.bounded:
            return None
        shared = tuple(last)
        results: list[Any] = []
        for each in lists:
            ws = vec[float]([0.0] * n)
            kind = fill(ws, each) if isinstance(each, list) and len(each) == n else OTHER
            if kind == OTHER:
                return None
            z = self.value(ws, xs)
            if kind == NUMBERS and last_kind == NUMBERS:
                results.append(z)
            else:
                second = Many(shared, self.slopes_of_second(z, ws, xs), None)
                first = Many(tuple(each), self.slopes_of_first(z, ws, xs), second)
                results.append(Computed(z, self.row, first, None, 0.0, 0.0))
        return results


class ManyOperands(Kernel):
    """The kernel of a row with lists of operands, or with more than two."""

    def __init__(self, row: Primitive) -> None:
        self.row: Final = row
        self._lists: Final = len(row.signature.lists)
        self._count: Final = self._lists + len(row.signature.operands) + len(row.signature.indices)

    def holds(self, xs: vec[float]) -> bool:
        """Whether the operands lie in the domain."""
        return True

    def value(self, xs: vec[float]) -> float:
        """z."""
        raise NotImplementedError

    def slopes(self, z: float, xs: vec[float]) -> vec[float]:
        """One ∂z/∂operand per operand."""
        raise NotImplementedError

    def applied(self, arguments: tuple[Any, ...]) -> Any:
        """The row's result; None if the row itself has to handle these arguments."""
        operands = self._flat(arguments)
        if operands is None:
            return None
        xs = vec[float]([0.0] * len(operands))
        kind = fill(xs, operands)
        if kind == OTHER:
            operands = with_floats(operands)
            kind = fill(xs, operands) if operands else OTHER
        return None if kind == OTHER else self._result(operands, xs, kind)

    def _flat(self, arguments: tuple[Any, ...]) -> list[Any] | None:
        """The operands in order; None if the row itself has to handle the arguments."""
        first = arguments[0] if arguments else None
        if type(first) is tuple:
            first = list(first)
        if not isinstance(first, list):
            single = self._lists == 0 and len(arguments) == self._count
            return list(arguments) if single or (self._lists == self._count == 1 and arguments) else None
        if len(arguments) != self._count or not first:
            return None
        if self._count == 1:
            return first
        second = arguments[1]
        if isinstance(second, int) and self._lists == 1 and self._count == 2 and 0 <= second < len(first):
            return [*first, as_float(second)]
        return self.row.signature.flat(self.row.name, arguments)

    def _result(self, operands: list[Any], xs: vec[float], kind: i64) -> Any:
        """The value at xs, the numbers of `operands`; a node if any operand is a Value; None outside the domain."""
        if not self.holds(xs):
            return None
        z = self.value(xs)
        if kind == NUMBERS:
            return z
        slopes = self.slopes(z, xs)
        if self._lists == 0:
            for k, operand in enumerate(operands):
                if type(operand) is float:
                    slopes[k] = 0.0  # the partial of a plain number, as `Primitive.slopes` has it
        return Computed(z, self.row, Many(tuple(operands), slopes, None), None, 0.0, 0.0)


# The kinds of operands that `fill` returns.
NUMBERS: Final[i64] = 0
VALUES: Final[i64] = 1
OTHER: Final[i64] = 2


def with_floats(operands: list[Any]) -> list[Any]:
    """The operands, whole numbers as floats; an empty list if one is neither a number nor a Value."""
    found: list[Any] = []
    for operand in operands:
        if type(operand) is int:
            found.append(as_float(operand))
        elif isinstance(operand, Value) or type(operand) is float:
            found.append(operand)
        else:
            return []
    return found


def fill(xs: vec[float], operands: list[Any]) -> i64:
    """Write the numbers of `operands` into xs; return NUMBERS, VALUES or OTHER."""
    k: i64 = 0
    kind = NUMBERS
    for operand in operands:
        if isinstance(operand, Value):
            kind = VALUES
            xs[k] = operand._data
        elif type(operand) is float:
            xs[k] = operand
        else:
            return OTHER
        k += 1  # noqa: SIM113  a machine integer, which `enumerate` would box
    return kind

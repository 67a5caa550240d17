"""NumPy arrays of Values: what a function is called with where its argument is an array.

This module imports NumPy, and is itself imported when the first array is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.engine.node import Node
from microgrand.outer_errors import MissingExtraError
from microgrand.table.libraries import library
from microgrand.table.numbers import as_number
from microgrand.table.ufuncs import row_of

try:
    import numpy
except ImportError as error:  # pragma: no cover  an array of another library was given
    raise MissingExtraError("an array as an argument", "array", "numpy") from error

# For these NumPy calls the operators of Value, which apply the same rows faster.
_OPERATORS = {
    "add", "subtract", "multiply", "divide", "power", "negative", "absolute", "equal", "not_equal", "less",
    "less_equal", "greater", "greater_equal",
}  # fmt: skip


class ValueArray(numpy.ndarray[Any, Any]):
    """An array of Values, on which NumPy's functions are the rows of the table: np.sin(x), np.maximum(x, y).

    Of an ordinary array of objects NumPy takes each object's own method `sin`, which a Value does not have.
    """

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **settings: Any) -> Any:
        """NumPy's function by the row that computes the same, if there is one; otherwise as on any array of objects."""
        plain = [_plain(operand) for operand in operands]
        row = None if ufunc.__name__ in _OPERATORS else row_of(ufunc.__name__)
        if row is not None and method == "__call__" and not settings:
            return _of_values(row(*plain))
        if "out" in settings:
            settings["out"] = tuple([_plain(target) for target in settings["out"]])
        with numpy.errstate(all="ignore"):  # overflow gives an infinity, as on floats
            return _of_values(getattr(ufunc, method)(*plain, **settings))

    def __array_function__(self, function: Any, types: Any, arguments: Any, settings: Any) -> Any:
        """NumPy's other functions; those that return arrays of Values, np.where say, return arrays of this kind."""
        return _of_values(super().__array_function__(function, types, arguments, settings))


def _plain(operand: Any) -> Any:
    return operand.view(numpy.ndarray) if isinstance(operand, ValueArray) else operand


def _of_values(result: Any) -> Any:
    """The result as a ValueArray, if it is an array of objects."""
    if type(result) is numpy.ndarray and result.dtype.kind == "O":
        return result.view(ValueArray)
    return result


def numbers_of(array: Any) -> list[Any]:
    """The numbers of an array in the order of its axes: Values as they are, others as floats.

    Raises TypeError for anything but real numbers and Values.

    >>> numbers_of(numpy.array([[1, 2], [3, 4]]))
    [1.0, 2.0, 3.0, 4.0]
    """
    if isinstance(array, numpy.ma.MaskedArray) and numpy.ma.is_masked(array):
        raise TypeError("expected an array of numbers; this one has masked entries, which are none: fill them")
    held = array if isinstance(array, numpy.ndarray) else numpy.asarray(_listed(array))
    if held.dtype.kind not in "fiubO":
        raise TypeError(f"expected an array of real numbers or of Values; got one of {array.dtype}")
    items: list[Any] = held.ravel().tolist()
    if held.dtype.kind == "f" and held.dtype.itemsize <= 8:
        return items
    return [item if isinstance(item, Node) else as_number(item) for item in items]


def _listed(array: Any) -> Any:
    """An array of another library, in a form that NumPy takes."""
    return array.tolist() if hasattr(array, "tolist") else array


def filled(numbers: Sequence[Any], shape: tuple[int, ...], like: Any) -> Any:
    """An array of that shape: of Values, if there is one among the numbers; otherwise in double precision.

    like  an array whose library makes the result, unless it holds Values; for anything else NumPy makes it

    A Value without axes stands for itself.

    >>> filled([1.0, 2.0], (2, 1), None)
    array([[1.],
           [2.]])
    """
    if any([isinstance(number, Node) for number in numbers]):
        if shape == ():
            return numbers[0]
        return numpy.fromiter(numbers, dtype=object, count=len(numbers)).reshape(shape).view(ValueArray)
    made = numpy.array(numbers, dtype=numpy.float64).reshape(shape)
    if isinstance(like, numpy.ndarray) or not hasattr(like, "dtype"):
        return made
    device = {"device": like.device} if type(like).__module__.startswith("torch") else {}
    return library(like).asarray(made, **device)

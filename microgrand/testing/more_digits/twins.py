"""Arrays of numbers held twice: as floats have them and in many digits, in NumPy arrays of mpmath's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.run import Run


class Twins(NamedTuple):
    """An array of numbers held twice.

    near   as floats have them, an array of the framework; None in runs beside the point
    exact  in many digits, a NumPy array of objects
    """

    near: Any
    exact: Any


def exactly(numbers: Any) -> Any:
    """An array of plain numbers in many digits: each is exactly what it is.

    >>> exactly([0.5, 2])
    array([mpf('0.5'), mpf('2.0')], dtype=object)
    """
    plain = numpy.asarray(numbers)
    whole = plain.dtype.kind in "biu"
    return filled([EXACT.mpf(int(x) if whole else float(x)) for x in plain.ravel()], plain.shape)


def filled(items: Iterable[Any], shape: Sequence[int]) -> Any:
    """An array of objects of this shape, with these items."""
    items = list(items)
    array = numpy.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(tuple(shape))


def elementwise(function: Callable[..., Any], *arrays: Any) -> Any:
    """A function of numbers on every item of arrays; nan where it has no real value, as floats have it.

    >>> elementwise(EXACT.sqrt, exactly([4.0]))
    array([mpf('2.0')], dtype=object)
    """
    return _array(numpy.frompyfunc(_or_nan(function), len(arrays), 1)(*arrays))


def chosen(which: Any, cases: Sequence[Any]) -> Any:
    """For every item the one of that case which is chosen there, by a number from 0 on."""
    shape = numpy.broadcast_shapes(numpy.shape(which), *[case.shape for case in cases])
    found = numpy.empty(shape, dtype=object)
    for k, case in enumerate(cases):
        numpy.copyto(found, case, where=numpy.asarray(which).astype(int) == k)
    return found


def along(function: Callable[[list[Any]], Any], array: Any, axes: Sequence[int]) -> Any:
    """A function of lists on the numbers along some axes, which are gone then."""
    rows = rows_along(array, axes)
    return filled([function(list(row)) for row in rows.reshape(-1, rows.shape[-1])], rows.shape[:-1])


def rows_along(array: Any, axes: Sequence[int]) -> Any:
    """The array with the numbers along some axes in its last one."""
    kept = [k for k in range(array.ndim) if k not in axes]
    count = int(numpy.prod([array.shape[k] for k in axes], dtype=int))
    return array.transpose(*kept, *axes).reshape(*[array.shape[k] for k in kept], count)


def decided(run: Run, near: Any, exact: Any, dtype: Any = bool) -> Any:
    """An array of decisions, plain: each is the floats' one where floats and many digits differ."""
    outcomes = numpy.asarray(exact)
    nears: list[Any] = [None] * outcomes.size if near is None else numpy.asarray(near).ravel().tolist()
    found = [run.decided(few, many) for few, many in zip(nears, outcomes.ravel().tolist(), strict=True)]
    return numpy.array(found, dtype=dtype).reshape(outcomes.shape)


def noted(run: Run, near: Any, exact: Any) -> Any:
    """The numbers of a step of f, once the run has looked at them; infinite where floats have a pole."""
    if near is None:
        return filled([run.noted(None, many) for many in exact.ravel()], exact.shape)
    pairs = zip(numpy.asarray(near).ravel(), exact.ravel(), strict=True)
    return filled([run.noted(few, _at_a_pole(few, many)) for few, many in pairs], exact.shape)


def _at_a_pole(near: Any, exact: Any) -> Any:
    return EXACT.mpf(float(near)) if EXACT.isnan(exact) and numpy.isinf(near) else exact


def _or_nan(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*xs: Any) -> Any:
        try:
            return function(*xs)
        except (ValueError, ZeroDivisionError):  # no real number, or a pole
            return EXACT.nan

    return called


def _array(found: Any) -> Any:
    """What a function of NumPy's gives: it takes a single item out of an array without dimensions."""
    return found if isinstance(found, numpy.ndarray) else filled([found], ())

"""What stands in for NumPy's functions in a function that is run again: the arrays that they make hold many digits."""

from __future__ import annotations

import itertools
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from microgrand.nested import rebuilt
from microgrand.testing.more_digits import array_algebra, array_decisions, array_sums  # noqa: F401  for what they register
from microgrand.testing.more_digits.array_functions import of_scipy_special
from microgrand.testing.more_digits.arrays import (
    UFUNCS_OF_NUMPY,
    UFUNCS_OF_SCIPY,
    Array,
    as_twin,
    called,
    cast,
    dtype_in,
    holds_twin,
    in_digits,
    is_float_type,
    near_in,
    run_in,
    twin,
    ufunc_called,
)
from microgrand.testing.more_digits.arrays import (
    filled as filled_array,
)
from microgrand.testing.more_digits.number import Number
from microgrand.testing.more_digits.run import current_run
from microgrand.testing.more_digits.scipy_stats import of_stats
from microgrand.testing.structures import filled


def filled_with_arrays(structure: Any, numbers: Iterator[Any]) -> Any:
    """The arguments with Numbers in place of their numbers, and Arrays in place of NumPy's arrays."""
    return rebuilt(structure, numbers, _array_like)


def _array_like(old: Any, twins: Iterator[Number]) -> Any:
    if not isinstance(old, np.ndarray) or old.ndim == 0:
        return filled(old, twins)
    items = list(itertools.islice(twins, old.size))
    near = old.copy() if is_float_type(old.dtype) else old.astype(float)
    return Array.of(near, items[0].run, filled_array([x.exact for x in items], old.shape))


def stand_in(item: Any) -> Any:
    """What stands in for a function, class or ufunc of NumPy's, or a one of scipy.special; None if nothing does."""
    try:
        if item in REPLACEMENTS:
            return REPLACEMENTS[item]
    except TypeError:  # cannot be hashed
        return None
    if isinstance(item, np.ufunc):
        return OnLists(item) if item in UFUNCS_OF_NUMPY else of_special(item)
    module = getattr(item, "__module__", None) or ""
    if callable(item) and module.startswith("scipy.special"):
        return of_special(item)
    distribution = of_stats(item)
    if distribution is not None:
        return distribution
    is_function = isinstance(item, (types.FunctionType, type(np.sum)))
    is_numpys = module.split(".")[0] == "numpy" and not module.startswith("numpy.polynomial")
    return OnLists(item) if is_function and is_numpys else None


def of_special(function: Any) -> Any:
    """What stands in for a function of scipy.special; None if nothing does.

    Some of them are ufuncs, or functions around ufuncs, as SciPy is configured.
    """
    name: str = getattr(function, "__name__", "")
    if getattr(sys.modules.get("scipy.special"), name, None) is not function:
        return None
    elementwise = UFUNCS_OF_SCIPY.get(name)
    return of_scipy_special(name) if elementwise is None else _elementwise(function, elementwise)


def _elementwise(function: Any, elementwise: Callable[..., Any]) -> Callable[..., Any]:
    def called_instead(*xs: Any, **named: Any) -> Any:
        if named or not holds_twin(xs):
            return function(*xs, **named)
        run = run_in(xs)
        return elementwise(function, tuple([as_twin(x, run) for x in xs]), {})

    return called_instead


class OnLists:
    """A function or ufunc of NumPy's that takes lists of Numbers too; on plain numbers it is what it was."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __call__(self, *args: Any, **named: Any) -> Any:
        """What the original gives, or its Array."""
        if not holds_twin((args, named)):
            return self._original(*args, **named)
        if isinstance(self._original, np.ufunc):
            named = {**named, "out": _as_tuple(named["out"])} if "out" in named else named
            return ufunc_called(self._original, "__call__", args, named)
        return called(self._original, args, named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def _as_tuple(x: Any) -> Any:
    return x if isinstance(x, tuple) or x is None else (x,)


# ---- types of numbers ------------------------------------------------------------------------------------------------


class _TypeOfNumbers(type):
    """Of classes that stand in for one of NumPy's, as which its instances, and Arrays or Numbers, count."""

    original: type
    kind: type

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, (cls.original, cls.kind))

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls.original)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.original, name)


def _type_of_numbers(original: Any) -> type:
    """The class that stands in for numpy.float32, say: called, it rounds the floats to that type and nothing else."""

    class OfNumbers(metaclass=_TypeOfNumbers):
        dtype = np.dtype(original)
        kind = type(None)

        def __new__(cls, x: Any = 0.0) -> Any:
            return cast(as_twin(x, run_in(x)), np.dtype(original)) if holds_twin(x) else original(x)

    OfNumbers.original = original
    OfNumbers.__name__ = original.__name__
    return OfNumbers


class NDArray(metaclass=_TypeOfNumbers):
    """`numpy.ndarray`, as which an Array counts."""

    original = np.ndarray
    kind = Array

    def __new__(cls, *args: Any, **named: Any) -> Any:
        """Make a plain array."""
        return np.ndarray(*args, **named)


# ---- arrays that f makes ---------------------------------------------------------------------------------------------


def _array(native: Callable[..., Any]) -> Callable[..., Any]:
    """`array` and `asarray`: of what holds Numbers, or of plain floats, in which Numbers may be written later."""

    def make(x: Any, dtype: Any = None, *args: Any, **named: Any) -> Any:
        if not holds_twin(x):
            return _open(native(x, dtype, *args, **named))
        run = run_in(x)
        copied = native is np.array and named.get("copy", True) and isinstance(x, Array)
        if isinstance(x, Number):
            result: Any = Number(np.asarray(x.near)[()] if run.is_first else None, x.exact, run)
        else:
            result = x.copy() if copied else as_twin(x, run)
        if dtype is not None:
            result = cast(result, np.dtype(dtype), copy=False)
        missing = named.get("ndmin", 0) - np.ndim(result)
        return np.reshape(result, (1,) * missing + np.shape(result)) if missing > 0 else result

    return make


def _open(made: Any) -> Any:
    """An array of floats that f has made, as one that takes Numbers, inside a run."""
    run = current_run()
    if run is None or not isinstance(made, np.ndarray) or made.ndim == 0 or not is_float_type(made.dtype):
        return made
    return Array.of(made, run)


def _made(native: Callable[..., Any]) -> Callable[..., Any]:
    """`zeros` and its kin."""

    def make(*args: Any, **named: Any) -> Any:
        return called(native, args, named) if holds_twin((args, named)) else _open(native(*args, **named))

    return make


def _full(shape: Any, value: Any, dtype: Any = None, **named: Any) -> Any:
    if not holds_twin(value):
        return _open(np.full(shape, value, dtype, **named))
    run = run_in(value)
    near = np.full(shape, near_in(value), dtype) if run.is_first else None
    return twin(near, np.full(shape, in_digits(value, run), dtype=object), run, dtype_in(value))


def _arange(*bounds: Any, dtype: Any = None, **named: Any) -> Any:
    if not holds_twin(bounds):
        return _open(np.arange(*bounds, dtype=dtype, **named))
    start, stop, step = {1: (0, *bounds, 1), 2: (*bounds, 1)}.get(len(bounds), bounds)
    count = int(np.ceil((stop - start) / step))
    run = run_in(bounds)
    exact = [in_digits(start, run) + in_digits(step, run) * k for k in range(count)]
    near = np.arange(*near_in(bounds), dtype=dtype, **named) if run.is_first else None
    return twin(near, np.array(exact, dtype=object), run, np.dtype(float))


def _logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None) -> Any:
    if not holds_twin((start, stop, base)):
        return _open(np.logspace(start, stop, num, endpoint, base, dtype))
    return np.power(base, np.linspace(start, stop, num, endpoint, dtype=dtype))


def _fromiter(items: Any, dtype: Any, count: int = -1, **named: Any) -> Any:
    listed = list(items) if count < 0 else list(itertools.islice(items, count))
    return REPLACEMENTS[np.array](listed, dtype)


def _ndenumerate(a: Any) -> Iterator[Any]:
    return ((index, a[index]) for index in np.ndindex(np.shape(a)))


# ---- functions of functions ------------------------------------------------------------------------------------------


class Vectorized:
    """`numpy.vectorize`: f called on each element, of plain floats as NumPy calls it."""

    def __init__(self, pyfunc: Callable[..., Any], otypes: Any = None, doc: Any = None, excluded: Any = None,
                 cache: bool = False, signature: Any = None) -> None:  # fmt: skip
        self._options = {"otypes": otypes, "excluded": excluded, "signature": signature}
        self.pyfunc = pyfunc

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The results of all elements."""
        if not holds_twin((args, named)):
            return _open(np.vectorize(self.pyfunc, **self._options)(*args, **named))
        run = run_in((args, named))
        if named or self._options["excluded"] or self._options["signature"]:
            raise run.lose("f calls a vectorized function with keywords, or a signature")
        args = tuple([as_twin(x, run) for x in args])
        shape = np.broadcast_shapes(*map(np.shape, args))
        spread = [np.broadcast_to(x, shape) for x in args]
        results = [self.pyfunc(*[_plain_item(x[index] if shape else x) for x in spread]) for index in np.ndindex(shape)]
        if isinstance(results[0], tuple):
            return tuple([self._joined(list(part), shape, k) for k, part in enumerate(zip(*results, strict=True))])
        return self._joined(results, shape, 0)

    def _joined(self, results: list[Any], shape: tuple[int, ...], k: int) -> Any:
        otypes = self._options["otypes"]
        dtype = np.asarray(near_in(results[0])).dtype if otypes is None else np.dtype(otypes[k])
        if not holds_twin(results):
            return np.array(results, dtype).reshape(shape)
        run = run_in(results)
        if run.is_first and not is_float_type(dtype):
            raise run.lose("f's first value of a vectorized function is no float")
        near = np.array(near_in(results), dtype).reshape(shape) if run.is_first else None
        return twin(near, np.asarray(in_digits_of(results), dtype=object).reshape(shape), run, np.dtype(float))


def in_digits_of(results: list[Any]) -> list[Any]:
    """Each in many digits."""
    run = run_in(results)
    return [in_digits(x, run) for x in results]


def _plain_item(x: Any) -> Any:
    """An element as Python has it, or its Number."""
    if isinstance(x, Number):
        return Number(x.near.item() if hasattr(x.near, "item") else x.near, x.exact, x.run)
    return x.item() if hasattr(x, "item") else x


REPLACEMENTS: dict[Any, Any] = {
    **{native: _array(native) for native in (np.array, np.asarray, np.asanyarray, np.ascontiguousarray)},
    **{
        native: _made(native)
        for native in (np.zeros, np.ones, np.eye, np.identity, np.linspace, np.zeros_like, np.ones_like, np.full_like)
    },
    np.empty: _made(np.zeros),
    np.empty_like: _made(np.zeros_like),
    np.full: _full,
    np.arange: _arange,
    np.logspace: _logspace,
    np.fromiter: _fromiter,
    np.ndenumerate: _ndenumerate,
    np.ndarray: NDArray,
    np.vectorize: Vectorized,
    np.isscalar: lambda x: isinstance(x, Number) or np.isscalar(x),
    **{kind: _type_of_numbers(kind) for kind in {np.float16, np.float32, np.float64, np.longdouble}},
}

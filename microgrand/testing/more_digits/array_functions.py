"""NumPy's further functions of Arrays, of each element and of functions, and a few of SciPy's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.array_sums import (
    ONE,
    Handler,
    instead_of,
)
from microgrand.testing.more_digits.array_ufuncs import compared, smooth, truths
from microgrand.testing.more_digits.arrays import (
    FUNCTIONS_OF_NUMPY,
    Array,
    as_twin,
    dtype_in,
    holds_twin,
    in_digits,
    is_twin,
    natively,
    near_in,
    near_of,
    on_each,
    rounded,
    run_in,
    terms,
    twin,
)
from microgrand.testing.more_digits.exact_functions import FUNCTIONS

# ---- functions of each element, and polynomials ----------------------------------------------------------------------

FUNCTIONS_OF_NUMPY[np.sinc] = lambda x: smooth(FUNCTIONS["sinc"])(np.sinc, (as_twin(x, run_in(x)),), {})
FUNCTIONS_OF_NUMPY[np.i0] = lambda x: smooth(FUNCTIONS["bessel_i0"])(np.i0, (as_twin(x, run_in(x)),), {})


@instead_of(np.polyval)
def _polyval(p: Any, x: Any) -> Any:
    run = run_in((p, x))

    def in_many(p: Any, x: Any) -> Any:
        total = 0 * in_digits(x, run)
        for coefficient in in_digits(p, run):
            total = total * x + coefficient
        return total

    return natively(np.polyval, (as_twin(p, run), as_twin(x, run)), {}, exactly=in_many)


@instead_of(np.interp)
def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """In which interval x lies is a decision."""
    run = run_in((x, xp, fp, left, right))
    if period is not None:
        raise run.lose("f interpolates periodically")
    x, xp, fp = [as_twin(a, run) for a in (x, xp, fp)]
    inside = np.searchsorted(xp, x, side="right") if is_twin(x) or is_twin(xp) else np.searchsorted(xp, x, "right")
    points, starts, values = [in_digits(a, run) for a in (x, xp, fp)]
    last = len(starts) - 1
    k = np.clip(np.asarray(inside) - 1, 0, max(last - 1, 0))
    slopes = (values[1:] - values[:-1]) / (starts[1:] - starts[:-1])
    exact = values[k] + (points - starts[k]) * slopes[k]
    before = values[0] if left is None else in_digits(left, run)
    after = values[-1] if right is None else in_digits(right, run)
    at_end = np.asarray(inside) > last
    if at_end.any():
        past = compared(np.greater, x, xp[-1]) if is_twin(x) or is_twin(xp) else np.greater(x, xp[-1])
        exact = np.where(at_end, np.where(past, after, values[-1]), exact)
    exact = np.where(np.asarray(inside) == 0, before, exact)
    near = np.interp(near_of(x), near_of(xp), near_of(fp), near_of(left), near_of(right)) if run.is_first else None
    return twin(near, rounded(near, exact, run), run, np.dtype(float))


@instead_of(np.apply_along_axis)
def _apply_along_axis(function: Callable[..., Any], axis: int, a: Any, *args: Any, **named: Any) -> Any:
    a = np.moveaxis(as_twin(a, run_in((a, args, named))), axis, -1)
    results = [function(a[index], *args, **named) for index in np.ndindex(a.shape[:-1])]
    stacked = np.stack(results).reshape(a.shape[:-1] + np.shape(results[0]))
    return np.moveaxis(stacked, -1, axis) if np.shape(results[0]) else stacked


@instead_of(np.piecewise)
def _piecewise(x: Any, conditions: Any, functions: Any, *args: Any, **named: Any) -> Any:
    conditions = [np.asarray(truths(condition)) for condition in conditions]
    if len(functions) == len(conditions) + 1:
        conditions.append(~np.logical_or.reduce(conditions))
    x = as_twin(x, run_in((x, functions)))
    result = np.zeros_like(x)
    for condition, function in zip(conditions, functions, strict=True):
        result[condition] = function(x[condition], *args, **named) if callable(function) else function
    return result


# ---- arrays like others ----------------------------------------------------------------------------------------------


def _like(native: Any) -> Handler:
    def handler(a: Any, dtype: Any = None, order: Any = "K", shape: Any = None, **named: Any) -> Any:
        run = run_in(a)
        a = as_twin(a, run)
        plain = native(np.empty(np.shape(a), dtype_in(a)), dtype=dtype, order=order, shape=shape)
        if not isinstance(a, Array) or plain.dtype.kind in "biu":
            return plain[()]
        return Array.of(plain, run)

    return handler


FUNCTIONS_OF_NUMPY.update({native: _like(native) for native in (np.zeros_like, np.ones_like)})
FUNCTIONS_OF_NUMPY[np.empty_like] = _like(np.zeros_like)


@instead_of(np.full_like)
def _full_like(a: Any, value: Any, dtype: Any = None, **named: Any) -> Any:
    run = run_in((a, value))
    if not isinstance(a, Array) and np.ndim(a) == 0:
        raise run.lose("f calls numpy's full_like of a number")
    shape = np.shape(a)
    plain = np.zeros(shape, dtype_in(a) if dtype is None else dtype)
    result = Array.of(plain, run)
    result[...] = value
    return result


@instead_of(np.linspace)
def _linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None, axis: int = 0
) -> Any:
    run = run_in((start, stop))
    if retstep or axis != 0:
        raise run.lose("f calls numpy's linspace with further options")

    def in_many(start: Any, stop: Any, **_: Any) -> Any:
        start, stop = in_digits(start, run), in_digits(stop, run)
        count = num - 1 if endpoint else num
        return np.array([start + (stop - start) * k / max(count, 1) for k in range(num)], dtype=object)

    named = {} if dtype is None else {"dtype": dtype}
    return natively(lambda start, stop, **named: np.linspace(start, stop, num, endpoint, **named),
                    (as_twin(start, run), as_twin(stop, run)), named, exactly=in_many)  # fmt: skip


# ---- SciPy -----------------------------------------------------------------------------------------------------------


def of_scipy_special(name: str) -> Handler | None:
    """What is called instead of a function of scipy.special on whole arrays; None where there is nothing.

    Called with plain numbers and arrays it does what SciPy's does.
    """
    in_many = OF_SCIPY.get(name)
    if in_many is None:
        return None
    native: Any = getattr(sys.modules["scipy.special"], name)

    def handler(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
        named = {key: x for key, x in {"b": b, "keepdims": keepdims}.items() if x is not None and x is not False}
        if not holds_twin((a, b)):
            return native(a, axis=axis, **named)
        run = run_in((a, b))
        a = as_twin(a, run)
        options = {key: in_digits(x, run) if key == "b" else x for key, x in named.items()}
        exact = in_many(terms(in_digits(a, run), run), axis, **options)
        near = native(near_of(a), axis=axis, **near_in(named)) if run.is_first else None
        return twin(near, rounded(near, exact, run), run, dtype_in((a, b)))

    return handler


def _log_sum_exp(a: Any, axis: Any, b: Any = ONE, keepdims: bool = False) -> Any:
    return on_each(EXACT.log, np.sum(b * on_each(EXACT.exp, a), axis=axis, keepdims=keepdims))


def _softmax(a: Any, axis: Any) -> Any:
    powers = on_each(EXACT.exp, a)
    return powers / np.sum(powers, axis=axis, keepdims=True)


OF_SCIPY: dict[str, Callable[..., Any]] = {
    "logsumexp": _log_sum_exp,
    "softmax": _softmax,
    "log_softmax": lambda a, axis: a - _log_sum_exp(a, axis, keepdims=True),
}

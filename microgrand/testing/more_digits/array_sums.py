"""NumPy's functions that move numbers of Arrays, and those that sum them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.array_ufuncs import truths
from microgrand.testing.more_digits.arrays import (
    FUNCTIONS_OF_NUMPY,
    Array,
    as_twin,
    assigned,
    dtype_in,
    exact_in,
    in_digits,
    natively,
    near_in,
    near_of,
    note,
    on_each,
    rounded,
    run_in,
    terms,
    twin,
)

# Functions that only move numbers, and that add and multiply them: NumPy has them for arrays of objects too.
MOVES = [
    "append", "array_split", "atleast_1d", "atleast_2d", "atleast_3d", "block", "broadcast_arrays", "broadcast_to",
    "choose", "column_stack", "compress", "concat", "concatenate", "copyto", "delete", "diag", "diagflat",
    "diagonal", "dsplit", "dstack", "expand_dims", "extract", "fill_diagonal", "flip", "fliplr", "flipud", "hsplit",
    "hstack", "insert", "matrix_transpose", "meshgrid", "moveaxis", "pad", "permute_dims", "place", "put",
    "put_along_axis", "putmask", "ravel", "repeat", "reshape", "resize", "roll", "rollaxis", "rot90", "split",
    "squeeze", "stack", "swapaxes", "take", "take_along_axis", "tile", "transpose", "tril", "triu", "unstack",
    "vsplit", "vstack"
]  # fmt: skip
SUMS = [
    "convolve", "correlate", "cross", "cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "diff", "dot", "einsum",
    "inner", "kron", "outer", "polyadd", "polymul", "polysub", "tensordot", "trace", "vander", "vdot"
]  # fmt: skip
OF_LINALG = [
    "cross", "diagonal", "matmul", "matrix_power", "matrix_transpose", "multi_dot", "outer", "tensordot", "trace",
    "vecdot"
]  # fmt: skip

Handler = Callable[..., Any]


def instead_of(*functions: Any) -> Callable[[Handler], Handler]:
    """Register what is called instead of these functions."""

    def register(handler: Handler) -> Handler:
        FUNCTIONS_OF_NUMPY.update(dict.fromkeys(functions, handler))
        return handler

    return register


def _both(function: Any, *, moves: bool) -> Handler:
    """The function on both halves."""

    def handler(*args: Any, out: Any = None, **named: Any) -> Any:
        result = natively(function, args, named, moves=moves)
        return result if out is None else written(out, result)

    return handler


def written(out: Any, result: Any) -> Any:
    """The array `out`, after the result has been written into it."""
    if not isinstance(out, Array):
        raise run_in(result).lose("f calls a function of numpy with `out`")
    return assigned(out, result)


for _name in MOVES + SUMS:
    if hasattr(np, _name):
        FUNCTIONS_OF_NUMPY[getattr(np, _name)] = _both(getattr(np, _name), moves=_name in MOVES)
for _name in OF_LINALG:
    if hasattr(np.linalg, _name):
        FUNCTIONS_OF_NUMPY[getattr(np.linalg, _name)] = _both(getattr(np.linalg, _name), moves=_name in MOVES)
FUNCTIONS_OF_NUMPY[np.lib.stride_tricks.sliding_window_view] = _both(
    np.lib.stride_tricks.sliding_window_view, moves=True
)
for _ask in (np.shape, np.ndim, np.size):
    FUNCTIONS_OF_NUMPY[_ask] = lambda a, *args, _ask=_ask: _ask(exact_in(as_twin(a, run_in(a)), run_in(a)), *args)


# ---- sums ------------------------------------------------------------------------------------------------------------


def axes_last(a: Any, axis: Any) -> Any:
    """The array with these axes as a single one, the last."""
    axes = tuple(range(a.ndim)) if axis is None else tuple([k % a.ndim for k in np.atleast_1d(axis).tolist()])
    kept = [k for k in range(a.ndim) if k not in axes]
    return a.transpose(*kept, *axes).reshape([a.shape[k] for k in kept] + [-1])


def _reduction(native: Any, in_many: Callable[..., Any]) -> Handler:
    """A function of the items along some axes; in_many(items, …) takes the last axis away."""

    def handler(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **named: Any
    ) -> Any:
        run = run_in((a, named))
        places = truths(named.pop("where", True))
        exact = np.asarray(terms(in_digits(as_twin(a, run), run), run), dtype=object)
        options = {name: exact_in(x, run) for name, x in named.items()}
        with np.errstate(all="ignore"):
            items = in_many(*[axes_last(x, axis) for x in (exact, np.broadcast_to(places, exact.shape))], **options)
        items = np.reshape(items, reduced_shape(exact, axis)) if keepdims else items
        if places is not True:
            named["where"] = places
        near = native(near_in(a), axis=axis, dtype=dtype, keepdims=keepdims, **near_in(named)) if run.is_first else None
        result = twin(near, rounded(near, items, run), run, dtype_in(a) if dtype is None else np.dtype(dtype))
        return result if out is None else written(out, result)

    return handler


def reduced_shape(a: Any, axis: Any) -> tuple[int, ...]:
    """The shape when some axes have a single item left."""
    axes = range(a.ndim) if axis is None else [k % a.ndim for k in np.atleast_1d(axis).tolist()]
    return tuple([1 if k in axes else n for k, n in enumerate(a.shape)])


ZERO, ONE = EXACT.mpf(0), EXACT.mpf(1)


def summed(items: Any, places: Any, initial: Any = ZERO) -> Any:
    """The sum of the items along the last axis, at those places."""
    return np.sum(np.where(places, items, ZERO), axis=-1) + initial


def _product(items: Any, places: Any, initial: Any = ONE) -> Any:
    return np.prod(np.where(places, items, ONE), axis=-1) * initial


def _mean(items: Any, places: Any) -> Any:
    return summed(items, places) / _exactly(np.sum(places, axis=-1))


def _variance(items: Any, places: Any, ddof: Any = 0, correction: Any = None, mean: Any = None) -> Any:
    center = _mean(items, places) if mean is None else np.reshape(mean, items.shape[:-1])
    apart = items - np.asarray(center, dtype=object)[..., np.newaxis]
    count = np.sum(places, axis=-1) - (ddof if correction is None else correction)
    return summed(apart * apart, places) / _exactly(count)


def _deviation(items: Any, places: Any, **named: Any) -> Any:
    return on_each(EXACT.sqrt, _variance(items, places, **named))


def _exactly(numbers: Any) -> Any:
    return on_each(EXACT.mpf, np.asarray(numbers, dtype=float))


FUNCTIONS_OF_NUMPY.update(
    {
        np.sum: _reduction(np.sum, summed),
        np.prod: _reduction(np.prod, _product),
        np.mean: _reduction(np.mean, _mean),
        np.var: _reduction(np.var, _variance),
        np.std: _reduction(np.std, _deviation),
    }
)


def _skipping_nan(native: Any, function: Any) -> Handler:
    """nansum and its kin: which items are numbers, is a decision."""

    def handler(a: Any, axis: Any = None, **named: Any) -> Any:
        a = as_twin(a, run_in((a, named)))
        numbers = ~np.isnan(a)
        result = function(np.where(numbers, a, 0.0), axis=axis, where=numbers, **named)
        return with_near(native, (a,), {"axis": axis, **named}, result)

    return handler


for _name in ("sum", "prod", "mean", "var", "std"):
    _native = getattr(np, f"nan{_name}")
    FUNCTIONS_OF_NUMPY[_native] = _skipping_nan(_native, getattr(np, _name))


def with_near(native: Any, args: Any, named: dict[str, Any], result: Any) -> Any:
    """The same numbers of many digits, with floats as `native` gives them."""
    run = run_in((args, named))
    return twin(native(*near_in(args), **near_in(named)), result.exact, run) if run.is_first else result


@instead_of(np.average)
def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, **named: Any) -> Any:
    if returned or named:
        raise run_in((a, weights, named)).lose("f calls numpy's average with further options")
    if weights is None:
        return np.mean(a, axis=axis)
    run = run_in((a, weights))
    items, shares = [np.asarray(terms(in_digits(as_twin(x, run), run), run), dtype=object) for x in (a, weights)]
    if shares.shape != items.shape:
        shares = np.moveaxis(np.broadcast_to(shares, (1,) * (items.ndim - 1) + shares.shape), -1, axis)
        shares = np.broadcast_to(shares, items.shape)
    exact = np.sum(items * shares, axis=axis) / np.sum(shares, axis=axis)
    near = np.average(near_in(a), axis=axis, weights=near_in(weights)) if run.is_first else None
    return twin(near, rounded(near, exact, run), run, dtype_in((a, weights)))


@instead_of(np.trapezoid)
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    def in_many(y: Any, x: Any, dx: Any) -> Any:
        y = np.moveaxis(np.asarray(y, dtype=object), axis, -1)
        if x is not None:
            x = np.asarray(x, dtype=object)
            dx = np.diff(x if x.ndim == 1 else np.moveaxis(x, axis, -1), axis=-1)
        return np.sum(dx * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)

    def native(y: Any, x: Any, dx: Any) -> Any:
        return np.trapezoid(y, x, dx, axis)

    return natively(native, (_listed(y, x, dx), _listed(x, y, dx), dx), {}, exactly=in_many)


def _listed(x: Any, *others: Any) -> Any:
    return None if x is None else as_twin(x, run_in((x, *others)))


@instead_of(np.gradient)
def _gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Of equal spacing, with edges of the first order."""
    run = run_in((f, spacing))
    f = as_twin(f, run)
    axes = tuple(range(np.ndim(f))) if axis is None else tuple(np.atleast_1d(axis).tolist())
    if edge_order != 1 or len(spacing) not in (0, 1, len(axes)) or any([np.ndim(h) for h in spacing]):
        raise run.lose("f calls numpy's gradient with unequal spacing or edges of higher order")
    steps = spacing * len(axes) if len(spacing) == 1 else spacing or (1.0,) * len(axes)

    def in_many(f: Any, *steps: Any) -> Any:
        parts = []
        for k, step in zip(axes, steps, strict=True):
            a = np.moveaxis(f, k, 0)
            ends = (a[1:2] - a[:1]) / step, (a[-1:] - a[-2:-1]) / step
            parts.append(np.moveaxis(np.concatenate([ends[0], (a[2:] - a[:-2]) / (2 * step), ends[1]]), 0, k))
        return parts[0] if len(parts) == 1 else tuple(parts)

    exact_steps = [in_digits(step, run) for step in steps]
    near = np.gradient(near_in(f), *map(near_of, spacing), axis=axis) if run.is_first else None
    note(near, run)
    return twin(near, in_many(terms(in_digits(f, run), run), *exact_steps), run, dtype_in(f))


@instead_of(np.ediff1d)
def _ediff1d(a: Any) -> Any:
    return np.diff(np.ravel(a))


@instead_of(np.cov)
def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, **named: Any) -> Any:
    run = run_in((m, y))
    if named:
        raise run.lose("f calls numpy's cov with weights")
    left_out = (0 if bias else 1) if ddof is None else ddof
    given = [np.atleast_2d(as_twin(x, run)) for x in (m, y) if x is not None]
    rows = [terms(in_digits(x, run), run) for x in given]
    apart = np.concatenate([x if rowvar or len(x) == 1 else x.T for x in rows])
    count = apart.shape[1]
    apart = apart - np.sum(apart, axis=1, keepdims=True) / count
    exact = np.squeeze(apart @ apart.T / (count - left_out))[()]
    near = np.cov(near_in(m), near_in(y), rowvar, bias, ddof) if run.is_first else None
    return twin(near, rounded(near, exact, run), run, np.dtype(float))


@instead_of(np.corrcoef)
def _corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    run = run_in((x, y))
    covariance = np.asarray(in_digits(np.cov(x, y, rowvar), run), dtype=object)
    exact = EXACT.mpf(1)
    if covariance.ndim:
        sizes = on_each(EXACT.sqrt, np.diag(covariance))
        exact = covariance / sizes[:, np.newaxis] / sizes
    near = np.corrcoef(near_of(as_twin(x, run)), near_of(as_twin(y, run)), rowvar) if run.is_first else None
    return twin(near, rounded(near, exact, run), run, np.dtype(float))

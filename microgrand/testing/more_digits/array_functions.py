"""NumPy's functions of whole arrays, and a few of SciPy's, on Arrays and Numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits import exact_matrices
from microgrand.testing.more_digits.array_ufuncs import compared, elementwise, smooth, truths
from microgrand.testing.more_digits.arrays import (
    FUNCTIONS_OF_NUMPY,
    Array,
    afford,
    as_twin,
    assigned,
    called,
    decided,
    dtype_in,
    exact_in,
    holds_twin,
    in_digits,
    is_twin,
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
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.number import Number

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
        return result if out is None else _written(out, result)

    return handler


def _written(out: Any, result: Any) -> Any:
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


def _axes_last(a: Any, axis: Any) -> Any:
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
            items = in_many(*[_axes_last(x, axis) for x in (exact, np.broadcast_to(places, exact.shape))], **options)
        items = np.reshape(items, _reduced_shape(exact, axis)) if keepdims else items
        if places is not True:
            named["where"] = places
        near = native(near_in(a), axis=axis, dtype=dtype, keepdims=keepdims, **near_in(named)) if run.is_first else None
        result = twin(near, rounded(near, items, run), run, dtype_in(a) if dtype is None else np.dtype(dtype))
        return result if out is None else _written(out, result)

    return handler


def _reduced_shape(a: Any, axis: Any) -> tuple[int, ...]:
    """The shape when some axes have a single item left."""
    axes = range(a.ndim) if axis is None else [k % a.ndim for k in np.atleast_1d(axis).tolist()]
    return tuple([1 if k in axes else n for k, n in enumerate(a.shape)])


ZERO, ONE = EXACT.mpf(0), EXACT.mpf(1)


def _sum(items: Any, places: Any, initial: Any = ZERO) -> Any:
    return np.sum(np.where(places, items, ZERO), axis=-1) + initial


def _product(items: Any, places: Any, initial: Any = ONE) -> Any:
    return np.prod(np.where(places, items, ONE), axis=-1) * initial


def _mean(items: Any, places: Any) -> Any:
    return _sum(items, places) / _exactly(np.sum(places, axis=-1))


def _variance(items: Any, places: Any, ddof: Any = 0, correction: Any = None, mean: Any = None) -> Any:
    center = _mean(items, places) if mean is None else np.reshape(mean, items.shape[:-1])
    apart = items - np.asarray(center, dtype=object)[..., np.newaxis]
    count = np.sum(places, axis=-1) - (ddof if correction is None else correction)
    return _sum(apart * apart, places) / _exactly(count)


def _deviation(items: Any, places: Any, **named: Any) -> Any:
    return on_each(EXACT.sqrt, _variance(items, places, **named))


def _exactly(numbers: Any) -> Any:
    return on_each(EXACT.mpf, np.asarray(numbers, dtype=float))


FUNCTIONS_OF_NUMPY.update(
    {
        np.sum: _reduction(np.sum, _sum),
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
        return _with_near(native, (a,), {"axis": axis, **named}, result)

    return handler


for _name in ("sum", "prod", "mean", "var", "std"):
    _native = getattr(np, f"nan{_name}")
    FUNCTIONS_OF_NUMPY[_native] = _skipping_nan(_native, getattr(np, _name))


def _with_near(native: Any, args: Any, named: dict[str, Any], result: Any) -> Any:
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


@instead_of(getattr(np, "trapezoid", None) or getattr(np, "trapz"))  # noqa: B009  the name of older versions
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    def in_many(y: Any, x: Any, dx: Any) -> Any:
        y = np.moveaxis(np.asarray(y, dtype=object), axis, -1)
        if x is not None:
            x = np.asarray(x, dtype=object)
            dx = np.diff(x if x.ndim == 1 else np.moveaxis(x, axis, -1), axis=-1)
        return np.sum(dx * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)

    def native(y: Any, x: Any, dx: Any) -> Any:
        return (getattr(np, "trapezoid", None) or np.trapz)(y, x, dx, axis)  # type: ignore[attr-defined]

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


# ---- decisions -------------------------------------------------------------------------------------------------------


def _place(native_arg: Any) -> Handler:
    """argmax and argmin."""

    def handler(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        run = run_in(a)
        a = as_twin(a, run)
        near = native_arg(a.near, axis=axis, keepdims=keepdims) if run.is_first else None
        return decided(run, near, np.asarray(native_arg(a.exact, axis=axis, keepdims=keepdims)).astype(object))

    return handler


def _extreme(native: Any, native_arg: Any, ufunc: Any) -> Handler:
    """max and min: which item it is, is a decision."""

    def handler(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
    ) -> Any:
        run = run_in((a, initial))
        a = as_twin(a, run)
        if where is not True:
            raise run.lose("f calls numpy's max or min with `where`")
        if isinstance(a, Number):
            return a
        items = _axes_last(a.exact, axis)
        near = native_arg(_axes_last(a.near, axis), axis=-1) if run.is_first else None
        place = np.asarray(decided(run, near, np.asarray(native_arg(items, axis=-1)).astype(object)))
        exact = np.take_along_axis(items, place[..., np.newaxis], axis=-1)[..., 0]
        near = native(a.near, axis=axis, keepdims=keepdims) if run.is_first else None
        exact = np.reshape(exact, _reduced_shape(a, axis)) if keepdims else exact
        result = twin(near, exact, run, a.dtype)
        result = result if initial is None else ufunc(result, initial)
        return result if out is None else _written(out, result)

    return handler


FUNCTIONS_OF_NUMPY.update(
    {
        np.argmax: _place(np.argmax),
        np.argmin: _place(np.argmin),
        np.max: _extreme(np.max, np.argmax, np.maximum),
        np.amax: _extreme(np.max, np.argmax, np.maximum),
        np.min: _extreme(np.min, np.argmin, np.minimum),
        np.amin: _extreme(np.min, np.argmin, np.minimum),
    }
)


@instead_of(np.ptp)
def _ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    return np.subtract(np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims), out=out)


@instead_of(np.argsort)
def _argsort(a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The order of each row is one decision."""
    run = run_in(a)
    a = as_twin(a, run)
    a, axis = (a.ravel(), -1) if axis is None else (a, axis)
    exact = np.moveaxis(np.argsort(a.exact, axis=axis, kind="stable"), axis, -1)
    near = np.moveaxis(np.argsort(a.near, axis=axis, kind=kind), axis, -1) if run.is_first else exact
    rows = [
        run.decided(one if run.is_first else None, other)
        for one, other in zip(_rows(near), _rows(exact), strict=True)
    ]  # fmt: skip
    return np.moveaxis(np.array(rows, dtype=int).reshape(exact.shape), -1, axis)


def _rows(a: Any) -> list[tuple[int, ...]]:
    return [tuple(row) for row in a.reshape(-1, a.shape[-1]).tolist()]


@instead_of(np.sort)
def _sort(a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    a = as_twin(a, run_in(a))
    a, axis = (a.ravel(), -1) if axis is None else (a, axis)
    return np.take_along_axis(a, np.argsort(a, axis=axis, kind="stable"), axis=axis)


@instead_of(np.median)
def _median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    result = np.quantile(a, 0.5, axis=axis, keepdims=keepdims)
    return _with_near(np.median, (a,), {"axis": axis, "keepdims": keepdims}, result)


@instead_of(np.percentile)
def _percentile(a: Any, q: Any, axis: Any = None, **named: Any) -> Any:
    result = np.quantile(a, np.asarray(q) / 100.0, axis=axis, **named)
    return _with_near(np.percentile, (a, q), {"axis": axis, **named}, result)


@instead_of(np.quantile)
def _quantile(a: Any, q: Any, axis: Any = None, *, keepdims: bool = False, method: str = "linear", **named: Any) -> Any:
    """Between the two nearest items in order, linearly."""
    run = run_in((a, q))
    a = as_twin(a, run)
    if is_twin(q) or method != "linear" or named or not isinstance(a, Array):
        raise run.lose("f calls numpy's quantile with further options")
    rows = Array(_axes_last(a.near, axis) if run.is_first else None, _axes_last(a.exact, axis), run, a.dtype)
    items = called(np.sort, (rows,), {})
    exact = np.array([_between(items.exact, float(p)) for p in np.ravel(q)])
    exact = exact.reshape(np.shape(q) + exact.shape[1:])
    exact = exact.reshape(np.shape(q) + _reduced_shape(a, axis)) if keepdims else exact
    near = np.quantile(a.near, q, axis=axis, keepdims=keepdims) if run.is_first else None
    return twin(near, rounded(near, exact, run), run, a.dtype)


def _between(items: Any, p: float) -> Any:
    place = EXACT.mpf(p) * (items.shape[-1] - 1)
    below = int(EXACT.floor(place))
    above = min(below + 1, items.shape[-1] - 1)
    return items[..., below] + (place - below) * (items[..., above] - items[..., below])


@instead_of(np.searchsorted)
def _searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    run = run_in((a, v))
    a, v = as_twin(a, run), as_twin(v, run)
    near = np.searchsorted(near_of(a), near_of(v), side=side, sorter=sorter) if run.is_first else None
    exact = np.searchsorted(in_digits(a, run), in_digits(v, run), side=side, sorter=sorter)
    return decided(run, near, np.asarray(exact).astype(object))


@instead_of(np.digitize)
def _digitize(x: Any, bins: Any, right: bool = False) -> Any:
    if is_twin(bins) or np.any(np.diff(bins) < 0):
        raise run_in((x, bins)).lose("f calls numpy's digitize with bins that it has computed, or falling ones")
    return np.searchsorted(bins, x, side="left" if right else "right")


@instead_of(np.round, np.around)
def _round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    run = run_in(a)
    a = as_twin(a, run)
    scale = EXACT.mpf(10) ** decimals
    count = elementwise(lambda x: int(EXACT.nint(x * scale)), (a,))
    near = np.round(a.near, decimals) if run.is_first else None
    rounded = None
    if run.is_first:
        rounded = elementwise(lambda x: int(EXACT.nint(x * scale)), (twin(near, in_digits(near, run), run),))
    exact = in_digits(np.asarray(decided(run, rounded, count)).astype(object), run) / scale
    result = twin(near, exact, run, dtype_in(a))
    return result if out is None else _written(out, result)


@instead_of(np.fix)
def _fix(x: Any, out: Any = None) -> Any:
    return np.trunc(x, out=out)


@instead_of(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **named: Any) -> Any:
    a_min, a_max = named.pop("min", a_min), named.pop("max", a_max)
    if named:
        raise run_in((a, a_min, a_max, named)).lose("f calls numpy's clip with further options")
    result = as_twin(a, run_in((a, a_min, a_max)))
    result = result if a_min is None else np.maximum(result, a_min)
    result = np.minimum(result, a_max) if a_max is not None else result
    result = _with_near(np.clip, (a, a_min, a_max), {}, result)
    return result if out is None else _written(out, result)


@instead_of(np.where)
def _where(condition: Any, *choices: Any) -> Any:
    condition = truths(as_twin(condition, run_in((condition, choices))))
    if not choices:
        return np.where(condition)
    run = _run_or_none(choices)
    if run is None:
        return np.where(condition, *choices)
    return natively(lambda *xs: np.where(condition, *xs), tuple([as_twin(x, run) for x in choices]), {}, moves=True)


def _run_or_none(x: Any) -> Any:
    return run_in(x) if holds_twin(x) else None


@instead_of(np.select)
def _select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    conditions = [truths(condition) for condition in conditions]
    if _run_or_none((choices, default)) is None:
        return np.select(conditions, choices, default)
    return natively(lambda choices, default: np.select(conditions, choices, default), (list(choices), default), {},
                    exactly=lambda choices, default: _selected(conditions, choices, default), moves=True)  # fmt: skip


def _selected(conditions: Any, choices: Any, default: Any) -> Any:
    exact = np.asarray(default, dtype=object)
    for condition, chosen in zip(reversed(conditions), reversed(choices), strict=True):
        exact = np.where(condition, chosen, exact)
    return exact


for _function in (np.any, np.all, np.count_nonzero, np.nonzero, np.flatnonzero, np.argwhere):
    FUNCTIONS_OF_NUMPY[_function] = lambda a, *args, _ask=_function, **named: _ask(
        truths(as_twin(a, run_in(a))), *args, **named
    )


@instead_of(np.isclose)
def _isclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    return compared(np.less_equal, np.abs(np.subtract(a, b)), atol + rtol * np.abs(b))


@instead_of(np.allclose)
def _allclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> bool:
    return bool(np.all(np.isclose(a, b, rtol, atol)))


@instead_of(np.array_equal)
def _array_equal(a: Any, b: Any, equal_nan: bool = False) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.all(np.equal(a, b)))


@instead_of(np.nan_to_num)
def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    run = run_in(x)
    x = as_twin(x, run)
    if posinf is not None or neginf is not None or not copy or np.any(np.isinf(x)):
        raise run.lose("f replaces infinities")
    return np.where(np.isnan(x), np.asarray(nan, dtype_in(x)), x)


@instead_of(np.iscomplexobj)
def _iscomplexobj(x: Any) -> bool:
    return False


@instead_of(np.isrealobj)
def _isrealobj(x: Any) -> bool:
    return True


@instead_of(np.real, np.real_if_close)
def _real(x: Any, *args: Any) -> Any:
    return as_twin(x, run_in(x))


@instead_of(np.imag)
def _imag(x: Any) -> Any:
    return np.zeros(np.shape(x))


@instead_of(np.copy)
def _copy(a: Any, order: Any = "K", subok: bool = False) -> Any:
    a = as_twin(a, run_in(a))
    return a.copy(order) if isinstance(a, Array) else a


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


# ---- linear algebra --------------------------------------------------------------------------------------------------


def _of_matrices(native: Any, in_many: Callable[..., Any], sweeps: int = 1) -> Handler:
    """A function of matrices; `sweeps` is how many times as long it takes as an elimination."""

    def handler(a: Any, **named: Any) -> Any:
        run = run_in(a)
        if any([x is not default for name, x in named.items() if (default := DEFAULTS.get(name, x)) is not x]):
            raise run.lose(f"f calls numpy's {native.__name__} with further options")
        a = as_twin(a, run)
        order = max(a.shape[-2:])
        afford(run, sweeps * a.size * order)

        def on_digits(stack: Any) -> Any:
            return exact_matrices.of_each(in_many)(in_digits(stack, run))

        return natively(lambda x: native(x, **named), (a,), {}, exactly=on_digits, unit=order * run.unit)

    return handler


DEFAULTS: dict[str, Any] = {"UPLO": "L", "hermitian": False}


@instead_of(np.linalg.solve)
def _solve(a: Any, b: Any) -> Any:
    run = run_in((a, b))
    a, b = as_twin(a, run), as_twin(b, run)

    def in_many(a: Any, b: Any) -> Any:
        a, b = in_digits(a, run), in_digits(b, run)
        solved = exact_matrices.of_each(exact_matrices.solution)(a, b[:, np.newaxis] if b.ndim == 1 else b)
        return solved[..., 0] if b.ndim == 1 else solved

    afford(run, np.size(a) * np.shape(a)[-1])
    return natively(np.linalg.solve, (a, b), {}, exactly=in_many, unit=np.shape(a)[-1] * run.unit)


@instead_of(np.linalg.slogdet)
def _slogdet(a: Any) -> Any:
    run = run_in(a)
    unit = np.shape(a)[-1] * run.unit
    afford(run, np.size(a) * np.shape(a)[-1])
    matrix = terms(in_digits(as_twin(a, run), run), run, unit)
    determinant = exact_matrices.of_each(exact_matrices.determinant)(matrix)
    near = np.linalg.slogdet(near_in(as_twin(a, run))) if run.is_first else (None, None)
    dtype = dtype_in(a)
    sign = decided(run, near[0], on_each(lambda x: int(EXACT.sign(x)), determinant))
    exact = elementwise(lambda x: EXACT.log(abs(x)), (Array(None, np.atleast_1d(determinant), run, dtype),))
    logarithm = twin(near[1], rounded(near[1], np.reshape(exact, np.shape(determinant)), run), run, dtype)
    return _SlogdetResult(np.asarray(sign).astype(dtype)[()], logarithm)


class _SlogdetResult(tuple[Any, Any]):
    """As NumPy gives it: a pair with names."""

    def __new__(cls, sign: Any, logabsdet: Any) -> _SlogdetResult:
        return super().__new__(cls, (sign, logabsdet))

    sign = property(lambda self: self[0])
    logabsdet = property(lambda self: self[1])


FUNCTIONS_OF_NUMPY.update(
    {
        np.linalg.det: _of_matrices(np.linalg.det, exact_matrices.determinant),
        np.linalg.inv: _of_matrices(np.linalg.inv, exact_matrices.inverse),
        np.linalg.cholesky: _of_matrices(np.linalg.cholesky, exact_matrices.cholesky),
        np.linalg.eigvalsh: _of_matrices(np.linalg.eigvalsh, exact_matrices.symmetric_eigenvalues, 20),
    }
)


@instead_of(np.linalg.pinv)
def _pinv(a: Any) -> Any:
    """Of matrices of full rank."""
    return _of_matrices(np.linalg.pinv, exact_matrices.pseudo_inverse)(a)


@instead_of(np.linalg.svdvals)
def _svdvals(a: Any) -> Any:
    return _of_matrices(np.linalg.svdvals, exact_matrices.singular_values, 20)(a)


@instead_of(np.linalg.svd)
def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The singular values alone: the vectors have signs that nothing decides."""
    if compute_uv:
        raise run_in(a).lose("f uses singular vectors")
    return _with_near(np.linalg.svd, (a,), {"compute_uv": False, "hermitian": hermitian}, np.linalg.svdvals(a))


@instead_of(np.linalg.lstsq)
def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """Of matrices of full rank, with the sums of squares that are left."""
    run = run_in((a, b))
    a, b = as_twin(a, run), as_twin(b, run)
    near = np.linalg.lstsq(near_of(a), near_of(b), rcond) if run.is_first else [None] * 4
    unit = max(a.shape) * run.unit
    afford(run, a.size * min(a.shape) + min(a.shape) ** 3)
    matrix, right = [terms(in_digits(x, run), run, unit) for x in (a, b)]
    solved = exact_matrices.pseudo_inverse(matrix) @ right
    rows, columns = matrix.shape
    apart = right - matrix @ solved
    left = np.atleast_1d(np.sum(apart * apart, axis=0)) if rows > columns else np.empty(0, dtype=object)
    dtype = dtype_in([a, b])
    found = [twin(few, rounded(few, many, run, unit), run, dtype) for few, many in ((near[0], solved), (near[1], left))]
    return (*found, min(rows, columns), np.linalg.svdvals(a))


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


NORMS_OF_MATRICES: dict[Any, Callable[[Any], Any]] = {  # other than Frobenius'
    2: lambda x: np.linalg.svdvals(x)[0],
    -2: lambda x: np.linalg.svdvals(x)[-1],
    "nuc": lambda x: np.linalg.svdvals(x).sum(),
    1: lambda x: np.abs(x).sum(axis=0).max(),
    -1: lambda x: np.abs(x).sum(axis=0).min(),
    np.inf: lambda x: np.abs(x).sum(axis=1).max(),
    -np.inf: lambda x: np.abs(x).sum(axis=1).min(),
}


@instead_of(np.linalg.norm, np.linalg.vector_norm, np.linalg.matrix_norm)
def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The p-norms of vectors, and Frobenius' of matrices."""
    run = run_in((x, ord))
    x = as_twin(x, run)
    if isinstance(x, Number) or is_twin(ord):
        raise run.lose("f calls numpy's norm of a number, or with a computed order")
    of_matrix = x.ndim == 2 if axis is None else np.size(axis) == 2
    if of_matrix and ord in NORMS_OF_MATRICES and x.ndim == 2 and not keepdims:
        return _with_near(np.linalg.norm, (x, ord), {}, NORMS_OF_MATRICES[ord](x))
    if (of_matrix and ord not in (None, "fro")) or (ord is not None and axis is None and x.ndim > 2):
        raise run.lose(f"f calls numpy's norm of a matrix with ord={ord}")
    if ord in (np.inf, -np.inf, 0):
        sizes = np.abs(x) if ord else np.not_equal(x, 0.0)
        function: Any = {np.inf: np.max, -np.inf: np.min, 0: np.sum}[ord]
        result = function(sizes, axis=axis, keepdims=keepdims)
        return _with_near(np.linalg.norm, (x, ord, axis, keepdims), {}, result) if ord else result.astype(x.dtype)
    power = 2 if ord in (None, "fro") else ord
    powers = elementwise(lambda t: FUNCTIONS["pow"](abs(t), EXACT.mpf(power)), (x,))
    total = _sum(_axes_last(terms(powers, run), axis), True)
    exact = on_each(lambda t: FUNCTIONS["pow"](t, 1 / EXACT.mpf(power)), total)
    exact = np.reshape(exact, _reduced_shape(x, axis)) if keepdims else exact
    near = np.linalg.norm(x.near, ord, axis, keepdims) if run.is_first else None
    return twin(near, rounded(near, exact, run), run, x.dtype)


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

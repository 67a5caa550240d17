"""NumPy's functions of Arrays that compare, sort and round."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.array_sums import (
    Handler,
    axes_last,
    instead_of,
    reduced_shape,
    with_near,
    written,
)
from microgrand.testing.more_digits.array_ufuncs import compared, elementwise, truths
from microgrand.testing.more_digits.arrays import (
    FUNCTIONS_OF_NUMPY,
    Array,
    as_twin,
    called,
    decided,
    dtype_in,
    holds_twin,
    in_digits,
    is_twin,
    natively,
    near_of,
    rounded,
    run_in,
    twin,
)
from microgrand.testing.more_digits.number import Number


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
        items = axes_last(a.exact, axis)
        near = native_arg(axes_last(a.near, axis), axis=-1) if run.is_first else None
        place = np.asarray(decided(run, near, np.asarray(native_arg(items, axis=-1)).astype(object)))
        exact = np.take_along_axis(items, place[..., np.newaxis], axis=-1)[..., 0]
        near = native(a.near, axis=axis, keepdims=keepdims) if run.is_first else None
        exact = np.reshape(exact, reduced_shape(a, axis)) if keepdims else exact
        result = twin(near, exact, run, a.dtype)
        result = result if initial is None else ufunc(result, initial)
        return result if out is None else written(out, result)

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
    return with_near(np.median, (a,), {"axis": axis, "keepdims": keepdims}, result)


@instead_of(np.percentile)
def _percentile(a: Any, q: Any, axis: Any = None, **named: Any) -> Any:
    result = np.quantile(a, np.asarray(q) / 100.0, axis=axis, **named)
    return with_near(np.percentile, (a, q), {"axis": axis, **named}, result)


@instead_of(np.quantile)
def _quantile(a: Any, q: Any, axis: Any = None, *, keepdims: bool = False, method: str = "linear", **named: Any) -> Any:
    """Between the two nearest items in order, linearly."""
    run = run_in((a, q))
    a = as_twin(a, run)
    if is_twin(q) or method != "linear" or named or not isinstance(a, Array):
        raise run.lose("f calls numpy's quantile with further options")
    rows = Array(axes_last(a.near, axis) if run.is_first else None, axes_last(a.exact, axis), run, a.dtype)
    items = called(np.sort, (rows,), {})
    exact = np.array([_between(items.exact, float(p)) for p in np.ravel(q)])
    exact = exact.reshape(np.shape(q) + exact.shape[1:])
    exact = exact.reshape(np.shape(q) + reduced_shape(a, axis)) if keepdims else exact
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
    return result if out is None else written(out, result)


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
    result = with_near(np.clip, (a, a_min, a_max), {}, result)
    return result if out is None else written(out, result)


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

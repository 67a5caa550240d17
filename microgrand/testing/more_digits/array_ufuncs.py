"""NumPy's and SciPy's elementwise functions on Arrays and Numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.arrays import (
    CONVERSIONS,
    METHODS_OF_UFUNCS,
    UFUNCS_OF_NUMPY,
    UFUNCS_OF_SCIPY,
    Array,
    afford,
    assigned,
    called,
    decided,
    dtype_in,
    in_digits,
    is_twin,
    multiplications,
    near_of,
    on_each,
    rounded,
    run_in,
    terms,
    twin,
)
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.run import Run
from microgrand.testing.more_digits.stand_ins import OF_SCIPY, SCIPY_UNIT

Operands = tuple[Any, ...]
Named = dict[str, Any]

# Ufuncs without decisions by the names that FUNCTIONS has for them, where they are others.
SMOOTH = {
    **{name: name for name in [
        "add", "subtract", "multiply", "divide", "negative", "square", "reciprocal", "sqrt", "cbrt", "exp", "exp2",
        "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh", "cosh", "tanh", "hypot", "logaddexp",
        "logaddexp2", "degrees", "radians"
    ]},
    "power": "pow", "float_power": "pow", "absolute": "absolute", "fabs": "absolute", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "arctan2": "atan2", "deg2rad": "radians", "rad2deg": "degrees",
}  # fmt: skip
COMPARISONS = {
    np.less: operator.lt, np.less_equal: operator.le, np.greater: operator.gt, np.greater_equal: operator.ge,
    np.equal: operator.eq, np.not_equal: operator.ne,
}  # fmt: skip
QUESTIONS = {"isnan": EXACT.isnan, "isinf": EXACT.isinf, "isfinite": EXACT.isfinite, "signbit": lambda x: x < 0}


def elementwise(in_many: Callable[..., Any], xs: Sequence[Any], run: Run | None = None) -> Any:
    """The function of each element; where it has no real value there is none, as NumPy has NaN there."""
    run = run_in(xs) if run is None else run

    def called_or_nan(*numbers: Any) -> Any:
        run.noted(None, 0)  # which ends a run that takes too long
        try:
            return in_many(*numbers)
        except (ArithmeticError, ValueError, NotImplementedError):
            return EXACT.nan

    return on_each(called_or_nan, *[in_digits(x, run) for x in xs])


def smooth(in_many: Callable[..., Any], unit: float = 0.0) -> Callable[..., Any]:
    """What is called instead of a ufunc that decides nothing; `unit` as in `applied`."""

    def instead(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
        return from_halves(native, xs, named, elementwise(in_many, xs), unit)

    return instead


def from_halves(native: Callable[..., Any], xs: Operands, named: Named, exact: Any, unit: float = 0.0) -> Any:
    """The twin of what `native` gives on floats."""
    run = run_in(xs)
    near = native(*map(near_of, xs), **named) if run.is_first else None
    dtype = None if run.is_first or not np.shape(exact) else _dtype(native, xs, named)
    return twin(near, rounded(near, exact, run, unit), run, dtype)


def _dtype(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
    """The type of what `native` gives, found by calling it on single numbers of the operands' types."""
    ones = [np.ones((1,) * x.ndim, x.dtype) if isinstance(x, (Array, np.ndarray)) else 1.0 if is_twin(x) else x
            for x in xs]  # fmt: skip
    with np.errstate(all="ignore"):
        return native(*ones, **named).dtype


def decision(in_many: Callable[..., Any]) -> Callable[..., Any]:
    """What is called instead of a ufunc that answers with a truth or a whole number."""

    def instead(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
        run = run_in(xs)
        near = native(*map(near_of, xs), **named) if run.is_first else None
        return decided(run, near, elementwise(in_many, xs))

    return instead


def compared(comparison: Any, *xs: Any) -> Any:
    """A plain array of truths, decided one by one."""
    return decision(COMPARISONS[comparison])(comparison, xs, {})


def truths(x: Any) -> Any:
    """Whether each element is other than 0, as a plain array; what is plain stays as it is."""
    return compared(np.not_equal, x, 0.0) if is_twin(x) else x


# ---- one of two ------------------------------------------------------------------------------------------------------


def choice(comparison: Any) -> Callable[..., Any]:
    """What is called instead of `maximum` and its kin: the first operand where it compares so with the second."""

    def instead(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
        run = run_in(xs)
        first = compared(comparison, *xs)
        return from_halves(native, xs, named, np.where(first, *[in_digits(x, run) for x in xs]))

    return instead


def _copysign(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
    size, sign = xs
    negative = np.signbit(sign)
    run = run_in(xs)
    size = abs(in_digits(size, run))
    return from_halves(native, xs, named, np.where(negative, -size, size))


def _heaviside(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
    x, at_zero = xs
    run = run_in(xs)
    sign = np.sign(x)
    exact = np.where(sign < 0, EXACT.mpf(0), np.where(sign > 0, EXACT.mpf(1), in_digits(at_zero, run)))
    return from_halves(native, xs, named, exact)


# ---- whole numbers ---------------------------------------------------------------------------------------------------


def _finite(to_whole: Callable[[Any], Any]) -> Callable[..., float]:
    return lambda *xs: float(int(to_whole(*xs)))


def _truncated(x: Any) -> Any:
    return EXACT.floor(x) if x >= 0 else EXACT.ceil(x)


WHOLE = {"floor": EXACT.floor, "ceil": EXACT.ceil, "rint": EXACT.nint, "trunc": _truncated}


def stepped(to_whole: Callable[..., Any]) -> Callable[..., Any]:
    """What is called instead of a ufunc that rounds to whole numbers: plain floats, for its slope is 0."""

    def instead(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
        values = decision(_finite(to_whole))(native, xs, named)
        return np.asarray(values).astype(dtype_in(xs))[()]

    return instead


def _remainder(counted: Callable[..., Any], native_count: Callable[..., Any]) -> Callable[..., Any]:
    """What is called instead of `remainder` and `fmod`: how often b goes into a is a decision."""

    def instead(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
        count = decision(_finite(counted))(native_count, xs, {})
        a, b = [in_digits(x, run_in(xs)) for x in xs]
        return from_halves(native, xs, named, a - b * in_digits(count, run_in(xs)))

    return instead


def _divmod(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
    return UFUNCS_OF_NUMPY[np.floor_divide](np.floor_divide, xs, named), np.remainder(*xs, **named)


def _modf(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
    return xs[0] - np.trunc(xs[0]), np.trunc(xs[0])


def _ldexp(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
    return from_halves(native, xs, named, elementwise(lambda x, n: x * EXACT.mpf(2) ** int(n), xs))


# ---- products --------------------------------------------------------------------------------------------------------


def _product(native: Callable[..., Any], xs: Operands, named: Named) -> Any:
    """matmul and its kin, which NumPy does on objects too."""
    run = run_in(xs)
    exact_named = {name: x for name, x in named.items() if name in ("axes", "axis", "keepdims")}
    if run.is_first:
        afford(run, multiplications(native(*map(near_of, xs), **named), xs))
    return from_halves(native, xs, named, native(*[terms(in_digits(x, run), run) for x in xs], **exact_named))


# ---- methods ---------------------------------------------------------------------------------------------------------


def _reduced(ufunc: Any, xs: Operands, named: Named) -> Any:
    if ufunc in (np.maximum, np.fmax, np.minimum, np.fmin):
        function = np.max if ufunc in (np.maximum, np.fmax) else np.min
        return called(function, xs, {"axis": 0, **named})
    if ufunc in (np.logical_and, np.logical_or):
        return ufunc.reduce(truths(xs[0]), *xs[1:], **named)
    return _folded("reduce")(ufunc, xs, named)


def _folded(method: str) -> Callable[..., Any]:
    """A method of ufuncs, which NumPy has for objects too; of those that decide nothing."""

    def instead(ufunc: Any, xs: Operands, named: Named) -> Any:
        run = run_in(xs)
        if ufunc.__name__ not in SMOOTH:
            raise run.lose(f"f calls {ufunc.__name__}.{method}")
        on_objects = ufunc
        if ufunc not in (np.add, np.multiply):
            on_objects = np.frompyfunc(FUNCTIONS[SMOOTH[ufunc.__name__]], 2, 1)
        exact_named = {name: x for name, x in named.items() if name in ("axis", "keepdims")}
        if set(named) - set(exact_named) - {"dtype"}:
            raise run.lose(f"f calls {ufunc.__name__}.{method} with {', '.join(named)}")
        operands = [terms(in_digits(x, run), run) if is_twin(x) else x for x in xs]
        with np.errstate(all="ignore"):
            exact = getattr(on_objects, method)(*operands, **exact_named)
        near = getattr(ufunc, method)(*map(near_of, xs), **named) if run.is_first else None
        return twin(near, rounded(near, exact, run), run, named.get("dtype") or dtype_in(xs))

    return instead


def _outer(ufunc: Any, xs: Operands, named: Named) -> Any:
    a, b = xs
    return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b, **named)


def _accumulated(ufunc: Any, xs: Operands, named: Named) -> Any:
    if ufunc.__name__ in SMOOTH:
        return _folded("accumulate")(ufunc, xs, named)
    array, axis = xs[0], named.pop("axis", 0)
    if not isinstance(array, Array) or len(xs) > 1 or named or ufunc not in (np.maximum, np.minimum):
        raise run_in(xs).lose(f"f calls {ufunc.__name__}.accumulate")
    result: Any = called(np.swapaxes, (array, axis, 0), {}).copy()
    for k in range(1, len(result)):
        result[k] = ufunc(result[k - 1], result[k])
    return np.swapaxes(result, axis, 0)


def _at(ufunc: Any, xs: Operands, named: Named) -> None:
    """a[index] = ufunc(a[index], b), again and again where an index repeats."""
    array, index, *values = xs
    run = run_in(xs)
    if not isinstance(array, Array) or ufunc not in (np.add, np.subtract, np.multiply):
        raise run.lose(f"f calls {ufunc.__name__}.at")
    if run.is_first:
        ufunc.at(array.near, index, *map(near_of, values))
    ufunc.at(array.exact, index, *[in_digits(x, run) for x in values])


METHODS_OF_UFUNCS.update(
    reduce=_reduced, accumulate=_accumulated, reduceat=_folded("reduceat"), outer=_outer, at=_at
)  # fmt: skip
UFUNCS_OF_NUMPY.update(
    {
        **{getattr(np, name): smooth(FUNCTIONS[other]) for name, other in SMOOTH.items()},
        **{ufunc: decision(compare) for ufunc, compare in COMPARISONS.items()},
        **{getattr(np, name): decision(lambda x, ask=ask: bool(ask(x))) for name, ask in QUESTIONS.items()},
        **{getattr(np, name): stepped(whole) for name, whole in WHOLE.items()},
        np.positive: smooth(lambda x: x),
        np.conjugate: smooth(lambda x: x),
        np.maximum: choice(np.greater_equal), np.fmax: choice(np.greater_equal),
        np.minimum: choice(np.less_equal), np.fmin: choice(np.less_equal),
        np.sign: stepped(EXACT.sign),
        np.copysign: _copysign,
        np.heaviside: _heaviside,
        np.floor_divide: stepped(lambda a, b: EXACT.floor(a / b)),
        np.remainder: _remainder(lambda a, b: EXACT.floor(a / b), np.floor_divide),
        np.fmod: _remainder(lambda a, b: _truncated(a / b), lambda a, b: np.trunc(np.divide(a, b))),
        np.divmod: _divmod,
        np.modf: _modf,
        np.ldexp: _ldexp,
        np.logical_not: lambda native, xs, named: native(truths(xs[0])),
        **{
            ufunc: lambda native, xs, named: native(*map(truths, xs))
            for ufunc in (np.logical_and, np.logical_or, np.logical_xor)
        },
        **{getattr(np, name): _product for name in ["matmul", "vecdot", "matvec", "vecmat"] if hasattr(np, name)},
    }
)  # fmt: skip
UFUNCS_OF_SCIPY.update({name: smooth(FUNCTIONS[other], SCIPY_UNIT) for name, other in OF_SCIPY.items()})
CONVERSIONS[int] = lambda x: np.trunc(x)
CONVERSIONS[bool] = truths

__all__ = ["assigned", "compared", "decision", "elementwise", "from_halves", "smooth", "truths"]

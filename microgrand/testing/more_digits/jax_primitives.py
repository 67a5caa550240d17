"""JAX's primitives in many digits: by the name of each, what it gives, as arrays of mpmath's numbers or of whole ones.

Arrays of floats are held twice, as `Twins`; what holds whole numbers, truth values or random keys is plain.
Comparisons, signs and roundings of floats are decisions.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import numpy

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.run import Run
from microgrand.testing.more_digits.twins import (
    Twins,
    along,
    chosen,
    decided,
    elementwise,
    exactly,
    filled,
    noted,
    rows_along,
)

COMPILING = 0.005  # seconds: what takes longer has been compiled, and will not be again


class Step:
    """One primitive applied to its operands, in one run.

    bind      the primitive, on JAX's own arrays: it gives the list of its results
    params    what it is applied with besides
    operands  Twins and plain arrays
    nears     the results as floats have them, in the first run only
    dtypes    of the results
    """

    def __init__(
        self,
        run: Run,
        bind: Callable[..., list[Any]],
        params: dict[str, Any],
        operands: Sequence[Any],
        dtypes: Sequence[Any],
    ) -> None:
        self.run = run
        self.bind = bind
        self.params = params
        self.operands = operands
        self.dtypes = dtypes
        self.nears: list[Any] | None = on_floats(run, bind, operands, params) if run.is_first else None

    @property
    def near(self) -> Any:
        """The first result as floats have it; None in later runs."""
        return None if self.nears is None else self.nears[0]

    @property
    def exacts(self) -> list[Any]:
        """The operands in many digits, as far as they are no whole numbers."""
        return [x.exact for x in self.operands if isinstance(x, Twins)]

    def noted(self, exact: Any) -> Any:
        """The first result, rounded as f rounds it."""
        return noted(self.run, self.near, exact)

    def noted_number(self, x: Any) -> Any:
        """A number on the way to the first result, rounded as f rounds it."""
        return self.run.noted(None if self.near is None else self.dtypes[0].type(1), x)


Rule = Callable[[Step], list[Any]]


def on_floats(run: Run, bind: Callable[..., Any], operands: Sequence[Any], params: dict[str, Any]) -> Any:
    """What JAX itself gives; the time that it takes to compile does not count."""
    start = time.monotonic()
    found = bind(*map(near_of, operands), **params)
    seconds = time.monotonic() - start
    if seconds > COMPILING:
        run.uncounted(seconds)
    return found


def near_of(x: Any) -> Any:
    """As floats have it."""
    return x.near if isinstance(x, Twins) else x


# ---- functions of numbers --------------------------------------------------------------------------------------------


def _rounded(function: Callable[..., Any]) -> Rule:
    return lambda step: [step.noted(elementwise(function, *step.exacts))]


def _approximated(function: Callable[..., Any]) -> Rule:
    """A function of a library, which is as exact as if its operands had been rounded, too."""

    def rule(step: Step) -> list[Any]:
        operands = [noted(step.run, None if x.near is None else x.near, x.exact) for x in step.operands]
        return [step.noted(elementwise(function, *operands))]

    return rule


def _unrounded(function: Callable[..., Any]) -> Rule:
    return lambda step: [elementwise(function, *step.exacts)]


def quotient(x: Any, y: Any) -> Any:
    """x/y, as floats divide by zero."""
    if y == 0:
        return EXACT.sign(x) * EXACT.inf if x != 0 else EXACT.nan
    return x / y


def _whole_power(step: Step) -> list[Any]:
    y = step.params["y"]
    return [step.noted(elementwise(lambda x: x**y if y >= 0 or x != 0 else EXACT.inf, step.exacts[0]))]


def _power(step: Step) -> list[Any]:
    """To the power of a float or of a whole number."""
    x, y = [noted(step.run, x.near, x.exact) if isinstance(x, Twins) else exactly(x) for x in step.operands]
    return [step.noted(elementwise(FUNCTIONS["pow"], x, y))]


def _slope_of_igamma(a: Any, x: Any) -> Any:
    """∂P(a, x)/∂a, by a difference in twice as many digits."""
    step = a * EXACT.mpf(10) ** -(EXACT.dps // 2)
    with EXACT.workdps(2 * EXACT.dps):
        rise = FUNCTIONS["igamma"](a + step, x) - FUNCTIONS["igamma"](a - step, x)
        return rise / (2 * step)


# ---- decisions -------------------------------------------------------------------------------------------------------


def _comparison(holds: Callable[[Any, Any], bool]) -> Rule:
    compare = numpy.frompyfunc(holds, 2, 1)
    return lambda step: [decided(step.run, step.near, compare(*step.exacts))]


def _is_finite(step: Step) -> list[Any]:
    finite = numpy.frompyfunc(lambda x: bool(EXACT.isfinite(x)), 1, 1)
    return [decided(step.run, step.near, finite(step.exacts[0]))]


def sign_bit(run: Run, x: Twins) -> Any:
    """Whether it is negative, or the negative zero of floats."""
    near = None if x.near is None else numpy.signbit(numpy.asarray(x.near))
    return decided(run, near, numpy.frompyfunc(lambda x: bool(x < 0), 1, 1)(x.exact))


def _is_chosen(step: Step, holds: Callable[[Any, Any], bool], a: Twins, b: Twins) -> Any:
    """Where two arrays stand in a relation, as decided."""
    compare = numpy.frompyfunc(lambda x, y: bool(holds(x, y)), 2, 1)
    near = None if step.near is None else compare(numpy.asarray(a.near), numpy.asarray(b.near))
    return decided(step.run, near, compare(a.exact, b.exact))


def _above(x: Any, y: Any) -> bool:
    """Whether x is larger, or no number: that is what floats give as the larger and as the smaller one."""
    return bool(x > y) or bool(x != x)


def _below(x: Any, y: Any) -> bool:
    return bool(x < y) or bool(x != x)


def _extreme(holds: Callable[[Any, Any], bool]) -> Rule:
    def rule(step: Step) -> list[Any]:
        a, b = step.operands
        return [_one_of(_is_chosen(step, holds, a, b), a.exact, b.exact)]

    return rule


def _one_of(first: Any, a: Any, b: Any) -> Any:
    """a where `first` holds or b is no number there that could be compared; else b."""
    return chosen(first, [b, a])


def _clamp(step: Step) -> list[Any]:
    low, x, high = step.operands
    below = _is_chosen(step, lambda x, y: bool(x < y), x, low)
    above = _is_chosen(step, lambda x, y: bool(x > y), x, high)
    return [chosen(numpy.where(above, 2, numpy.where(below, 1, 0)), [x.exact, low.exact, high.exact])]


def _absolute(step: Step) -> list[Any]:
    (x,) = step.operands
    return [elementwise(lambda x, negative: -x if negative else x, x.exact, _sign_of(step, x) < 0)]


def _sign(step: Step) -> list[Any]:
    (x,) = step.operands
    return [exactly(_sign_of(step, x))]


def _sign_of(step: Step, x: Twins) -> Any:
    sign = numpy.frompyfunc(lambda x: int(x > 0) - int(x < 0), 1, 1)
    return decided(step.run, None if x.near is None else sign(numpy.asarray(x.near)), sign(x.exact), int)


def _whole(floats: Callable[[Any], Any], digits: Callable[[Any], Any]) -> Rule:
    """A rounding to whole numbers, which are floats again."""

    def rule(step: Step) -> list[Any]:
        (x,) = step.operands
        return [_whole_numbers(step, None if x.near is None else floats(numpy.asarray(x.near)), digits, x.exact)]

    return rule


def _whole_numbers(step: Step, near: Any, digits: Callable[..., Any], *exacts: Any) -> Any:
    def whole(*xs: Any) -> int | None:
        found = digits(*xs)
        return int(found) if EXACT.isfinite(found) else None

    def number(x: Any) -> int | None:
        return int(x) if EXACT.isfinite(EXACT.mpf(x)) else None

    exact = numpy.frompyfunc(whole, len(exacts), 1)(*exacts)
    found = decided(step.run, None if near is None else numpy.frompyfunc(number, 1, 1)(near), exact, object)
    return elementwise(lambda whole, *xs: digits(*xs) if whole is None else EXACT.mpf(whole), found, *exacts)


def _round(step: Step) -> list[Any]:
    away = int(step.params["rounding_method"]) == 0  # halves away from zero, or else to even
    rule = _whole(_half_away, lambda x: EXACT.sign(x) * EXACT.floor(abs(x) + EXACT.mpf(0.5))) if away else _to_even
    return rule(step)


def _half_away(x: Any) -> Any:
    whole = numpy.trunc(x)
    return whole + numpy.sign(x) * (abs(x - whole) >= 0.5)


_to_even = _whole(numpy.rint, EXACT.nint)


def _truncated(x: Any) -> Any:
    return EXACT.floor(x) if x >= 0 else EXACT.ceil(x)


def _remainder(step: Step) -> list[Any]:
    """What is left of x once y has been taken off as often as it goes into it, towards zero."""
    x, y = step.operands
    near = None if x.near is None else elementwise(_times, exactly(x.near), exactly(y.near))
    count = _whole_numbers(step, near, _times, x.exact, y.exact)
    return [step.noted(elementwise(lambda x, y, k: x - y * k, x.exact, y.exact, count))]


def _times(x: Any, y: Any) -> Any:
    """How often y goes into x."""
    return _truncated(x / y) if y else EXACT.nan


def _converted(step: Step) -> list[Any]:
    (x,) = step.operands
    kind = step.dtypes[0]
    if jax.numpy.issubdtype(kind, jax.numpy.floating):
        return [step.noted(x.exact)]
    if kind.kind == "b":
        return [decided(step.run, step.near, numpy.frompyfunc(lambda x: bool(x != 0), 1, 1)(x.exact))]
    whole = numpy.frompyfunc(lambda x: int(_truncated(x)), 1, 1)
    return [decided(step.run, step.near, whole(x.exact), kind)]


def _select(step: Step) -> list[Any]:
    which, *cases = step.operands
    return [chosen(which, [case.exact for case in cases])]


# ---- numbers that are only moved -------------------------------------------------------------------------------------


def _moved(step: Step) -> list[Any]:
    """What a primitive gives that takes every number from somewhere: it is asked by giving it the places."""
    sizes = [x.exact.size if isinstance(x, Twins) else 0 for x in step.operands]
    starts = numpy.cumsum([0, *sizes])
    places = [
        numpy.arange(start, start + size, dtype=numpy.int32).reshape(x.exact.shape) if isinstance(x, Twins) else x
        for x, start, size in zip(step.operands, starts, sizes, strict=False)
    ]
    filling = step.params.get("fill_value")  # given by a gathering for what lies outside: here -1
    params = step.params if filling is None else {**step.params, "fill_value": -1}
    outside = EXACT.nan if filling is None else EXACT.mpf(float(filling))
    numbers = filled([*[number for exact in step.exacts for number in exact.ravel()], outside], [int(starts[-1]) + 1])
    found = [numpy.asarray(each) for each in step.bind(*places, **params)]
    return [filled(numbers[numpy.where(each < 0, starts[-1], each).ravel()], each.shape) for each in found]


def _scattered(combine: Callable[[Step, Any, Any], Any]) -> Rule:
    """Numbers brought into an array that has others already, each where the transposed scattering takes it from."""

    def rule(step: Step) -> list[Any]:
        array, where, updates = step.operands
        targets = _targets(step.params, array.exact.shape, where, updates.exact.shape)
        found = array.exact.copy().ravel()
        for update, target in zip(updates.exact.ravel(), targets, strict=True):
            if target >= 0:
                found[target] = combine(step, found[target], update)
        return [found.reshape(array.exact.shape)]

    return rule


def _targets(params: dict[str, Any], shape: Sequence[int], where: Any, updates: Sequence[int]) -> list[int]:
    """For each update the place that it is added to; -1 where it is dropped."""
    added = functools.partial(_add_at, params=params, where=where, shape=tuple(shape))
    places = numpy.arange(1, 1 + numpy.prod(shape, dtype=int)).reshape(tuple(shape))
    with in_double_precision():
        (found,) = jax.linear_transpose(added, jax.ShapeDtypeStruct(tuple(updates), numpy.float64))(
            places.astype(float)
        )
    return [int(place) - 1 for place in numpy.asarray(found).ravel()]


def in_double_precision() -> Any:
    """While places are computed as floats: double precision holds them all."""
    return jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64()


def _add_at(updates: Any, params: dict[str, Any], where: Any, shape: tuple[int, ...]) -> Any:
    return jax.lax.scatter_add_p.bind(jax.numpy.zeros(shape, updates.dtype), where, updates, **params)


def _sum_at(step: Step, old: Any, new: Any) -> Any:
    return step.noted_number(old + new)


def _difference_at(step: Step, old: Any, new: Any) -> Any:
    return step.noted_number(old - new)


def _product_at(step: Step, old: Any, new: Any) -> Any:
    return step.noted_number(old * new)


def _passed(step: Step) -> list[Any]:
    """The operands, as they are."""
    return [x.exact if isinstance(x, Twins) else x for x in step.operands]


# ---- sums, products, and the largest ---------------------------------------------------------------------------------


def summed(step: Step, numbers: Iterable[Any]) -> Any:
    """The sum of numbers, one after the other."""
    return functools.reduce(lambda total, x: step.noted_number(total + x), numbers, EXACT.mpf(0))


def _product(step: Step, numbers: Iterable[Any]) -> Any:
    return functools.reduce(lambda product, x: step.noted_number(product * x), numbers, EXACT.mpf(1))


def _reduced(function: Callable[[Step, Iterable[Any]], Any]) -> Rule:
    return lambda step: [along(lambda row: function(step, row), step.exacts[0], step.params["axes"])]


def place_of_best(sign: int, row: Sequence[Any]) -> int:
    """Where the largest number stands, or the smallest for a negative sign: the first of several, or what is none."""
    best = 0
    for k, x in enumerate(row):
        if row[best] != row[best]:
            return best
        if x != x or (x > row[best] if sign > 0 else x < row[best]):
            best = k
    return best


def _places_of_best(sign: int, step: Step) -> Any:
    """In each row along the axes, as decided."""
    (x,) = step.operands
    rows = rows_along(x.exact, step.params["axes"])
    exact = [place_of_best(sign, row) for row in rows.reshape(-1, rows.shape[-1])]
    near: Any = None
    if x.near is not None:
        floats = rows_along(numpy.asarray(x.near), step.params["axes"])
        near = [place_of_best(sign, row) for row in floats.reshape(-1, rows.shape[-1])]
    return decided(step.run, near, exact, int).reshape(rows.shape[:-1])


def _largest(sign: int) -> Rule:
    def rule(step: Step) -> list[Any]:
        rows = rows_along(step.exacts[0], step.params["axes"])
        shape = rows.shape[:-1]
        if rows.shape[-1] == 0:
            return [filled([-sign * EXACT.inf] * int(numpy.prod(shape, dtype=int)), shape)]
        places = _places_of_best(sign, step).ravel()
        return [filled([row[k] for row, k in zip(rows.reshape(-1, rows.shape[-1]), places, strict=True)], shape)]

    return rule


def _place_of_largest(sign: int) -> Rule:
    return lambda step: [_places_of_best(sign, step).astype(step.dtypes[0])]


def _running(combine: Callable[[Step, Any, Any], Any]) -> Rule:
    """What has come together so far, along an axis."""

    def rule(step: Step) -> list[Any]:
        axis, backwards = step.params["axis"], step.params["reverse"]
        found = numpy.flip(step.exacts[0], axis).copy() if backwards else step.exacts[0].copy()
        rows = numpy.moveaxis(found, axis, -1)
        for index in numpy.ndindex(*rows.shape[:-1]):
            for k in range(1, rows.shape[-1]):
                rows[(*index, k)] = combine(step, rows[(*index, k - 1)], rows[(*index, k)])
        return [numpy.flip(found, axis) if backwards else found]

    return rule


def _log_sum_exp_of_two(step: Step, x: Any, y: Any) -> Any:
    return step.noted_number(FUNCTIONS["logaddexp"](x, y))


def _running_extreme(sign: int) -> Callable[[Step, Any, Any], Any]:
    """Only in many digits: what floats find largest is not known from their result."""

    def combine(step: Step, x: Any, y: Any) -> Any:
        return x if step.run.decided(None, bool((x - y) * sign >= 0)) else y

    return combine


def _dot(step: Step) -> list[Any]:
    """Sums of products over some axes, for each item along others."""
    (sum_a, sum_b), (each_a, each_b) = step.params["dimension_numbers"]
    a, b = step.exacts
    rows_a, rows_b = _rows(a, each_a, sum_a), _rows(b, each_b, sum_b)
    batch = [a.shape[k] for k in each_a]
    free = [[x.shape[k] for k in range(x.ndim) if k not in {*each, *summed}]
            for x, each, summed in ((a, each_a, sum_a), (b, each_b, sum_b))]  # fmt: skip
    found = [
        summed(step, [step.noted_number(x * y) for x, y in zip(row, column, strict=True)])
        for rows, columns in zip(rows_a, rows_b, strict=True)
        for row in rows
        for column in columns
    ]
    return [filled(found, [*batch, *free[0], *free[1]])]


def _rows(x: Any, each: Sequence[int], summed: Sequence[int]) -> Any:
    """Three axes: one that both have, one that is only here, and one to be summed over."""
    free = [k for k in range(x.ndim) if k not in {*each, *summed}]
    sizes = [int(numpy.prod([x.shape[k] for k in axes], dtype=int)) for axes in (each, free, summed)]
    return x.transpose(*each, *free, *summed).reshape(sizes)


# ---- order -----------------------------------------------------------------------------------------------------------


def _sort(step: Step) -> list[Any]:
    """All operands in the order of the first few."""
    axis, keys = step.params["dimension"], step.params["num_keys"]
    order = _order(step, step.operands[:keys], axis)
    return [
        numpy.take_along_axis(x.exact if isinstance(x, Twins) else numpy.asarray(x), order, axis) for x in step.operands
    ]


def _order(step: Step, keys: Sequence[Any], axis: int, *, falling: bool = False) -> Any:
    """The places in rising order along an axis, equal ones as they stood: a decision for every row."""
    exact = _orders([x.exact if isinstance(x, Twins) else numpy.asarray(x) for x in keys], axis, falling)
    if not step.run.is_first:
        rows = [step.run.decided(None, row) for row in exact]
    else:
        near = _orders([numpy.asarray(near_of(x)) for x in keys], axis, falling)
        rows = [step.run.decided(few, many) for few, many in zip(near, exact, strict=True)]
    shape = numpy.moveaxis(numpy.empty(numpy.shape(_any_form(keys[0])), dtype=bool), axis, -1).shape
    return numpy.moveaxis(numpy.array(rows, dtype=int).reshape(shape), -1, axis)


def _orders(keys: Sequence[Any], axis: int, falling: bool) -> list[tuple[int, ...]]:
    rows = [numpy.moveaxis(key, axis, -1).reshape(-1, key.shape[axis]) for key in keys]
    sign = -1 if falling else 1

    def rank(k: int, row: int) -> tuple[Any, ...]:
        numbers = [each[row, k] for each in rows]
        return tuple([(bool(x != x), sign * x if x == x else 0) for x in numbers])

    return [
        tuple(sorted(range(rows[0].shape[1]), key=functools.partial(rank, row=row))) for row in range(rows[0].shape[0])
    ]


def _any_form(x: Any) -> Any:
    return x.exact if isinstance(x, Twins) else x


def _top(step: Step) -> list[Any]:
    """The k largest and where they stand."""
    (x,) = step.operands
    axis = step.params.get("axis", x.exact.ndim - 1)
    order = numpy.take(_order(step, [x], axis, falling=True), range(step.params["k"]), axis)
    return [numpy.take_along_axis(x.exact, order, axis), order.astype(step.dtypes[1])]


# ---- the table -------------------------------------------------------------------------------------------------------

# Functions by the names that FUNCTIONS has for them, too.
ROUNDED = (
    "add", "square", "sqrt", "cbrt", "exp", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
    "tanh", "asinh", "acosh", "atanh", "erf",
)  # fmt: skip
APPROXIMATED = (
    "exp2", "expm1", "sinh", "cosh", "erfc", "lgamma", "digamma", "polygamma", "zeta", "igamma", "igammac",
    "bessel_i0e", "bessel_i1e",
)  # fmt: skip
OTHER_NAMES = {  # those of JAX, where FUNCTIONS has others
    "mul": "multiply", "sub": "subtract", "add_any": "add", "logistic": "sigmoid",
}  # fmt: skip
PASSING = (
    "copy", "copy_p", "stop_gradient", "optimization_barrier", "name", "device_put", "sharding_constraint"
)  # fmt: skip
MOVING = (
    "broadcast_in_dim", "reshape", "transpose", "squeeze", "expand_dims", "concatenate", "slice", "dynamic_slice",
    "dynamic_update_slice", "gather", "pad", "rev", "split", "stack", "unstack", "tile",
)  # fmt: skip

RULES: dict[str, Rule] = {
    **{name: _rounded(FUNCTIONS[name]) for name in ROUNDED},
    **{name: _approximated(FUNCTIONS[name]) for name in APPROXIMATED},
    **{name: _rounded(FUNCTIONS[other]) for name, other in OTHER_NAMES.items()},
    "erf_inv": _approximated(FUNCTIONS["erfinv"]),
    "regularized_incomplete_beta": _approximated(FUNCTIONS["betainc"]),
    "igamma_grad_a": _approximated(_slope_of_igamma),
    "div": _rounded(quotient),
    "rsqrt": _rounded(lambda x: EXACT.inf if x == 0 else 1 / FUNCTIONS["sqrt"](x)),
    "integer_pow": _whole_power,
    "pow": _power,
    "neg": _unrounded(lambda x: -x),
    "abs": _absolute,
    "sign": _sign,
    "floor": _whole(numpy.floor, EXACT.floor),
    "ceil": _whole(numpy.ceil, EXACT.ceil),
    "round": _round,
    "rem": _remainder,
    "max": _extreme(_above),
    "min": _extreme(_below),
    "clamp": _clamp,
    "select_n": _select,
    "is_finite": _is_finite,
    **{name: _comparison(holds) for name, holds in {
        "eq": lambda x, y: bool(x == y), "ne": lambda x, y: bool(x != y), "lt": lambda x, y: bool(x < y),
        "le": lambda x, y: bool(x <= y), "gt": lambda x, y: bool(x > y), "ge": lambda x, y: bool(x >= y),
        "eq_to": lambda x, y: bool(x == y), "lt_to": lambda x, y: bool(x < y), "le_to": lambda x, y: bool(x <= y),
    }.items()},
    "convert_element_type": _converted,
    "reduce_precision": lambda step: [step.noted(step.exacts[0])],
    **dict.fromkeys(PASSING, _passed),
    **dict.fromkeys(MOVING, _moved),
    "scatter": _scattered(lambda step, old, new: new),
    "scatter-add": _scattered(_sum_at),
    "scatter-sub": _scattered(_difference_at),
    "scatter-mul": _scattered(_product_at),
    "reduce_sum": _reduced(summed),
    "reduce_prod": _reduced(_product),
    "reduce_max": _largest(1),
    "reduce_min": _largest(-1),
    "argmax": _place_of_largest(1),
    "argmin": _place_of_largest(-1),
    "cumsum": _running(_sum_at),
    "cumprod": _running(_product_at),
    "cumlogsumexp": _running(_log_sum_exp_of_two),
    "cummax": _running(_running_extreme(1)),
    "cummin": _running(_running_extreme(-1)),
    "dot_general": _dot,
    "sort": _sort,
    "top_k": _top,
}  # fmt: skip

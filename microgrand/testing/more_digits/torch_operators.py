"""PyTorch's operators in many digits, by their names in its operator set `aten`.

Most operators need nothing here: PyTorch says itself of which others they consist. What is left is in four tables.

FORMULAS numbers computed from numbers: arrays of NumPy's with mpmath's numbers inside, and what else the operator
           was given
OUTCOMES what f decides: comparisons, and roundings to whole numbers
CHOICES which of its numbers an operator takes, as places in the last dimension
MOVES operators that only put numbers elsewhere. They are carried out by PyTorch itself on the places that the
           numbers have, so that it says which went where; SUMS are the same, with what meets in a place added
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import torch

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.twins import elementwise, filled

Array = Any  # of NumPy's


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Operators of one or more operands, by the names that FUNCTIONS has for them where these are others.
SAME_NAME = _words(
    """
    exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh atan2
    hypot erf erfc erfinv lgamma digamma polygamma sigmoid reciprocal pow logaddexp logaddexp2 xlogy igamma
    igammac
    """
)
OTHER_NAME = {
    "neg": "negative", "abs": "absolute", "i0": "bessel_i0", "special_i0e": "bessel_i0e", "special_i1": "bessel_i1",
    "special_i1e": "bessel_i1e", "special_bessel_j0": "bessel_j0", "special_bessel_j1": "bessel_j1",
    "special_modified_bessel_i0": "bessel_i0", "special_modified_bessel_i1": "bessel_i1", "special_zeta": "zeta",
    "special_ndtri": "ndtri", "special_log_ndtr": "log_ndtr", "special_xlog1py": "xlog1py", "special_entr": "entr",
}  # fmt: skip


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Array]:
    """An operator that computes each number of its result from one number of each operand."""
    return lambda *operands: elementwise(lambda *xs: function(*map(EXACT.mpf, xs)), *operands)


def _bessel(function: Callable[..., Any], order: int, scale: Callable[[Any], Any] = lambda x: 1) -> Callable[..., Any]:
    return lambda x: function(order, x) * scale(x)


BY_NUMBER: dict[str, Callable[..., Any]] = {
    **{name: FUNCTIONS[name] for name in SAME_NAME},
    **{name: FUNCTIONS[other] for name, other in OTHER_NAME.items()},
    "rsqrt": lambda x: 1 / FUNCTIONS["sqrt"](x),
    "maximum": max,
    "minimum": min,
    "fmax": max,
    "fmin": min,
    "special_erfcx": lambda x: EXACT.exp(x * x) * EXACT.erfc(x),
    "special_bessel_y0": _bessel(EXACT.bessely, 0),
    "special_bessel_y1": _bessel(EXACT.bessely, 1),
    "special_modified_bessel_k0": _bessel(EXACT.besselk, 0),
    "special_modified_bessel_k1": _bessel(EXACT.besselk, 1),
    "special_scaled_modified_bessel_k0": _bessel(EXACT.besselk, 0, EXACT.exp),
    "special_scaled_modified_bessel_k1": _bessel(EXACT.besselk, 1, EXACT.exp),
    "special_spherical_bessel_j0": lambda x: EXACT.sin(x) / x if x else EXACT.mpf(1),
    "special_airy_ai": EXACT.airyai,
}


# ---- arithmetic and sums ---------------------------------------------------------------------------------------------


def _add(x: Array, y: Array, alpha: float = 1) -> Array:
    return x + y * alpha


def _divide(x: Array, y: Array) -> Array:
    return elementwise(FUNCTIONS["divide"], x, y)


def _axes(x: Array, dim: int | Sequence[int] | None) -> tuple[int, ...]:
    """The dimensions over which is summed: all of them where none is named."""
    dims = [dim] if isinstance(dim, int) else list(dim or range(x.ndim))
    return tuple([d % x.ndim for d in dims]) if x.ndim else ()


def _reduced(step: Any) -> Callable[..., Array]:
    """An operator that makes one number of many, by a function of two numbers as NumPy reduces by it."""

    def reduced(x: Array, dim: int | Sequence[int] | None = None, keepdim: bool = False, **other: Any) -> Array:
        found = step.reduce(x, axis=_axes(x, dim), keepdims=keepdim)
        return elementwise(EXACT.mpf, found)

    return reduced


_sum = _reduced(numpy.add)


def _count(x: Array, dim: int | Sequence[int] | None) -> int:
    return math.prod([x.shape[d] for d in _axes(x, dim)])


def _mean(x: Array, dim: int | Sequence[int] | None = None, keepdim: bool = False, **other: Any) -> Array:
    return _divide(_sum(x, dim, keepdim), _count(x, dim))


def _variance(
    x: Array, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None, **other: Any
) -> Array:
    fewer = 1 if correction is None else correction
    squares = elementwise(FUNCTIONS["square"], x - _mean(x, dim, keepdim=True))
    return _divide(_sum(squares, dim, keepdim), max(_count(x, dim) - fewer, 0))


def _prod(x: Array, dim: int | None = None, keepdim: bool = False, **other: Any) -> Array:
    return _reduced(numpy.multiply)(x, dim, keepdim)


def _accumulated(step: Any) -> Callable[..., Array]:
    """A running sum or product."""
    return lambda x, dim, **other: step.accumulate(x, axis=dim) if x.ndim else x


def _product(x: Array, y: Array) -> Array:
    return _array(numpy.matmul(x, y)) if x.shape[-1] else _zeros(numpy.matmul(x.astype(float), y.astype(float)).shape)


def _array(found: Any) -> Array:
    """NumPy takes the number out of an array without dimensions."""
    return found if isinstance(found, numpy.ndarray) else filled([found], ())


def _zeros(shape: Sequence[int]) -> Array:
    return filled([EXACT.mpf(0)] * math.prod(shape), shape)


def _log_cumulated(x: Array, dim: int) -> Array:
    return elementwise(EXACT.log, numpy.add.accumulate(elementwise(EXACT.exp, x), axis=dim)) if x.ndim else x


def _logit(x: Array, eps: float | None = None) -> Array:
    low = EXACT.mpf(0 if eps is None else eps)
    return elementwise(lambda x: FUNCTIONS["logit"](x if eps is None else max(low, min(1 - low, x))), x)


FORMULAS: dict[str, Callable[..., Any]] = {
    **{name: _of_numbers(function) for name, function in BY_NUMBER.items()},
    "add": _add,
    "sub": lambda x, y, alpha=1: _add(x, y, -alpha),
    "rsub": lambda x, y, alpha=1: _add(y, x, -alpha),
    "mul": lambda x, y: x * y,
    "div.Tensor": _divide,
    "div.Scalar": _divide,
    "div.default": _divide,
    "logit": _logit,
    "sum": _sum,
    "mean": _mean,
    "prod": _prod,
    "var.correction": _variance,
    "var.default": lambda x, dims, correction=1, **other: _variance(x, dims, correction=correction),
    "amax": _reduced(numpy.maximum),
    "amin": _reduced(numpy.minimum),
    "max.default": _reduced(numpy.maximum),
    "min.default": _reduced(numpy.minimum),
    "cumsum": _accumulated(numpy.add),
    "cumprod": _accumulated(numpy.multiply),
    "logcumsumexp": _log_cumulated,
    "mm": _product,
    "bmm": _product,
    "mv": _product,
    "dot": _product,
    "vdot": _product,
    "clone": lambda x, **other: x,
    "_to_copy": lambda x, **other: x,
    "copy": lambda old, new, non_blocking=False: numpy.broadcast_to(new, old.shape),
    "fill": lambda old, value: numpy.broadcast_to(elementwise(EXACT.mpf, value), old.shape),
    "zero": lambda old: _zeros(old.shape),
}


# ---- decisions -------------------------------------------------------------------------------------------------------


def _compared(comparison: Any) -> Callable[..., Array]:
    return lambda x, y: numpy.asarray(comparison(x, y)).astype(bool)


def _toward_zero(x: Any) -> Any:
    return EXACT.floor(x) if x >= 0 else EXACT.ceil(x)


OUTCOMES: dict[str, Callable[..., Array]] = {
    "lt": _compared(numpy.less),
    "le": _compared(numpy.less_equal),
    "gt": _compared(numpy.greater),
    "ge": _compared(numpy.greater_equal),
    "eq": _compared(numpy.equal),
    "ne": _compared(numpy.not_equal),
    "isnan": lambda x: elementwise(lambda x: bool(EXACT.isnan(x)), x).astype(bool),
    "isinf": lambda x: elementwise(lambda x: bool(EXACT.isinf(x)), x).astype(bool),
    "signbit": lambda x: numpy.asarray(x < 0).astype(bool),
    "logical_not": lambda x: numpy.asarray(x == 0).astype(bool),
    "floor": lambda x: elementwise(EXACT.floor, x),
    "ceil": lambda x: elementwise(EXACT.ceil, x),
    "trunc": lambda x: elementwise(_toward_zero, x),
    "round.default": lambda x: elementwise(EXACT.nint, x),
    "sign": lambda x: elementwise(EXACT.sign, x),
    "sgn": lambda x: elementwise(EXACT.sign, x),
}


def to_whole(x: Array) -> Array:
    """What a cast to whole numbers leaves.

    >>> to_whole(numpy.array([EXACT.mpf(-1.5)])).tolist()
    [-1]
    """
    return elementwise(lambda x: int(_toward_zero(x)) if EXACT.isfinite(x) else 0, x).astype(numpy.int64)


def to_truth(x: Array) -> Array:
    """What a cast to truth values leaves: whether it is not 0."""
    return numpy.asarray(x != 0).astype(bool)


# ---- choices ---------------------------------------------------------------------------------------------------------


def _ordered(x: Array, dim: int, descending: bool = False) -> Array:
    """The places of the numbers along a dimension, in the order of their size; equal ones in the order they had."""
    if not x.ndim:
        return numpy.zeros((), dtype=numpy.int64)
    return numpy.argsort(-x if descending else x, axis=dim, kind="stable").astype(numpy.int64)


def _extreme(largest: bool) -> Callable[..., Array]:
    def places(x: Array, dim: int | None = None, keepdim: bool = False) -> Array:
        find = numpy.argmax if largest else numpy.argmin
        if not x.ndim:
            return numpy.zeros((), dtype=numpy.int64)
        return numpy.asarray(find(x, axis=dim, keepdims=keepdim))

    return places


def _sorted_stably(x: Array, *, stable: bool | None = None, dim: int = -1, descending: bool = False) -> Array:
    return _ordered(x, dim, descending)


def _ranked(x: Array, k: int, dim: int = -1, keepdim: bool = False) -> Array:
    """The place of the kth smallest number."""
    order = _ordered(x, dim)
    return numpy.take(order, [k - 1] if keepdim else k - 1, axis=dim) if x.ndim else order


def _median(x: Array, dim: int = -1, keepdim: bool = False) -> Array:
    return _ranked(x, (x.shape[dim] + 1) // 2 if x.ndim else 1, dim, keepdim)


def _top(x: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Array:
    return numpy.take(_ordered(x, dim, largest), range(k), axis=dim) if x.ndim else _ordered(x, dim)


OUTCOMES |= {"argmax": _extreme(True), "argmin": _extreme(False)}

CHOICES: dict[str, Callable[..., Array]] = {
    "max.dim": _extreme(True),
    "min.dim": _extreme(False),
    "sort.default": lambda x, dim=-1, descending=False: _ordered(x, dim, descending),
    "sort.stable": _sorted_stably,
    "kthvalue": _ranked,
    "median.dim": _median,
    "topk": _top,
}
DIMENSION_AFTER = {"kthvalue": 2, "topk": 2, "sort.stable": 2}  # the place of the argument `dim`, else 1


# ---- what is moved ---------------------------------------------------------------------------------------------------

MOVES = _words(
    """
    cat stack flip roll gather index index_select take masked_select repeat tril triu constant_pad_nd where
    scatter.src scatter.value slice_scatter select_scatter diagonal_scatter as_strided_scatter masked_fill
    masked_scatter index_fill index_copy slice_backward select_backward masked_scatter_backward
    reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d
    pixel_shuffle pixel_unshuffle im2col rot90 embedding
       diag_embed block_diag put index_put
    _unsafe_index upsample_nearest1d upsample_nearest2d
    """
)
SUMS = _words(
    """
    scatter_add index_add embedding_dense_backward unfold_backward col2im trace
    reflection_pad1d_backward reflection_pad2d_backward replication_pad1d_backward replication_pad2d_backward
    upsample_nearest1d_backward upsample_nearest2d_backward
    """
)
MIXED = frozenset(("cat", "stack", "where"))  # whose tensors of whole numbers are numbers, not places

# Whose result does not depend on the numbers in their operands.
CONSTANTS = _words(
    """
    zeros_like ones_like full_like empty_like rand_like randn_like randint_like new_zeros new_ones new_empty
    new_full new_empty_strided empty_permuted bernoulli
    """
)
RANDOM = _words("normal_ uniform_ random_ exponential_ bernoulli_ geometric_ cauchy_ log_normal_")


# How often y goes into x, for operators that leave the rest.
REMAINDERS: dict[str, Callable[..., Array]] = {
    name: lambda x, y, cut=cut: elementwise(lambda x, y: cut(FUNCTIONS["divide"](EXACT.mpf(x), y)), x, y)
    for name, cut in {"fmod": _toward_zero, "remainder": EXACT.floor, "nearest": EXACT.nint}.items()
}

# Operators by others, where PyTorch's own account of them ends in themselves.
PARTS: dict[str, Callable[..., Any]] = {
    "hardshrink_backward": lambda grad, x, lambd: torch.where(torch.abs(x) <= lambd, 0.0 * grad, grad),
    "softshrink_backward": lambda grad, x, lambd: torch.where(torch.abs(x) <= lambd, 0.0 * grad, grad),
    "rrelu_with_noise": lambda x, noise, low=1 / 8, high=1 / 3, training=False, *_: _leaky(x, low, high, training),
    "div.Tensor_mode": lambda x, y, rounding_mode=None: _cut(x / y, rounding_mode),
    "round.decimals": lambda x, decimals: torch.round(x * 10.0**decimals) / 10.0**decimals,
    "floor_divide": lambda x, y: torch.floor(x / y),
    "median.default": lambda x: torch.median(x.reshape(-1), 0)[0],
    "copysign": lambda x, y: torch.where(torch.signbit(torch.as_tensor(y)), -torch.abs(x), torch.abs(x)),
}


def _leaky(x: Any, low: float, high: float, training: bool) -> Any:
    return NotImplemented if training else torch.nn.functional.leaky_relu(x, (low + high) / 2)


def _cut(x: Any, mode: str | None) -> Any:
    return x if mode is None else torch.floor(x) if mode == "floor" else torch.trunc(x)


def most_special(table: Any, name: str, overload: str) -> str | None:
    """The key of an operator in a table: with its overload, or else without; None where it has none.

    >>> most_special({"max.dim": 1, "max": 2}, "max", "dim"), most_special({"max.dim": 1}, "max", "other")
    ('max.dim', None)
    """
    return next((key for key in (f"{name}.{overload}", name) if key in table), None)


def picked(x: Array, places: Array, dim: int) -> Array:
    """The numbers in these places along a dimension.

    >>> picked(numpy.array([5, 6, 7]), numpy.array([2, 0]), 0).tolist()
    [7, 5]
    """
    if not x.ndim:
        return x
    inserted = places if places.ndim == x.ndim else numpy.expand_dims(places, dim)
    return numpy.take_along_axis(x, inserted, axis=dim).reshape(places.shape)

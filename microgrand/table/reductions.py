"""Functions of many operands that lie along the first axis of one array: a few operations do for all of them.

A row of the table names its function here beside the one in `many.py`, which takes the operands one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from microgrand.table.arrays import library, reduced
from microgrand.table.numeric import log1p, where


class Along(NamedTuple):
    """The value of a row on an array of operands.

    value     of the array, or of what `prepared` made of it, reduces the first axis; of a row whose last operand is an
              index it gives every output, along the first axis
    prepared  what rows have in common that name the same function here: it is computed once for all of them
    """

    value: Callable[[Any], Any]
    prepared: Callable[[Any], Any] | None = None


def total(xs: Any) -> Any:
    """Σ xᵢ."""
    return reduced("sum", xs)


def mean(xs: Any) -> Any:
    """Σ xᵢ / n."""
    return total(xs) / xs.shape[0]


def product(xs: Any) -> Any:
    """Π xᵢ."""
    return reduced("prod", xs)


def largest(xs: Any) -> Any:
    """max xᵢ."""
    return reduced("max", xs)


def smallest(xs: Any) -> Any:
    """min xᵢ."""
    return reduced("min", xs)


def dot(pairs: Any) -> Any:
    """Σ wᵢxᵢ of w₁ … wₙ, x₁ … xₙ."""
    half = pairs.shape[0] // 2
    return total(pairs[:half] * pairs[half:])


class Exponentials(NamedTuple):
    """What the functions of e^x₁ … e^xₙ share.

    m           max xᵢ
    difference  xᵢ - m
    e           e^(xᵢ - m)
    others      Σ e^(xᵢ - m) - 1, by leaving out one largest, whose term is exactly 1
    whole       Σ e^(xᵢ - m)
    """

    m: Any
    difference: Any
    e: Any
    others: Any
    whole: Any


def exponentials(xs: Any) -> Exponentials:
    """e^(xᵢ - max x) for every i, and what else functions of them need.

    The rounding of xᵢ - m is not put back, as `many.py` does for one sample: operands that are sums of products, as
    here they nearly always are, carry as large an error of their own.
    """
    m = largest(xs)
    difference = xs - m
    e = library(xs).exp(difference)
    below = difference < 0.0
    others = total(e * below) + ((xs.shape[0] - 1.0) - total(below))
    return Exponentials(m, difference, e, others, 1.0 + others)


def logsumexp(shared: Exponentials) -> Any:
    """log Σ e^xᵢ = m + log1p(Σ e^(xᵢ - m) - 1); m itself where that is infinite."""
    return where(shared.m - shared.m == 0.0, shared.m + log1p(shared.others), shared.m)


def log_softmax(shared: Exponentials) -> Any:
    """log pₖ = (xₖ - m) - log1p(Σ e^(xᵢ - m) - 1) for every k."""
    return shared.difference - log1p(shared.others)


def softmax(shared: Exponentials) -> Any:
    """pₖ = e^(xₖ - m) / Σ e^(xᵢ - m) for every k."""
    return shared.e / shared.whole


def softmax_complement(shared: Exponentials) -> Any:
    """1 - pₖ = Σ over i ≠ k of e^(xᵢ - m) / Σ e^(xᵢ - m) for every k.

    The numerator is (Σ - 1) + (1 - e^(xₖ - m)): of a largest the second term is exactly 0; of another one the
    whole is at least 1, and its rounding does no harm.
    """
    return (shared.others + (1.0 - shared.e)) / shared.whole

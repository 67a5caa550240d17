"""Functions of many operands, stored along the first axis of one array: a few array operations suffice.

A row declares its function here as `along`; `many_operands.py` has the same function of separate operands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from microgrand.table.libraries import library, reduced
from microgrand.table.numeric import log1p, where


class Along(NamedTuple):
    """The value of a row on an array of operands.

    value     takes the array, or the result of `prepared`, and reduces the first axis; for a row with an index it
              returns the outputs for all indices, along the first axis
    prepared  a first stage, computed once for all the rows that name the same function here
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
    """Intermediate results that the functions of e^x₁ … e^xₙ share.

    m           max xᵢ
    difference  xᵢ - m
    e           e^(xᵢ - m)
    others      Σ e^(xᵢ - m) - 1, computed by leaving out one operand equal to m, whose term is exactly 1
    whole       Σ e^(xᵢ - m)
    """

    m: Any
    difference: Any
    e: Any
    others: Any
    whole: Any


def exponentials(xs: Any) -> Exponentials:
    """Compute the shared intermediate results for the operands xs.

    Unlike `many_operands.py`, this does not correct the rounding error of xᵢ - m: the operands are nearly always sums
    of products, whose own errors are as large.
    """
    m = largest(xs)
    difference = xs - m
    xp = library(xs)
    e = xp.exp(difference)
    below = xp.asarray(difference < 0.0, dtype=e.dtype)  # numbers: a sum of truth values would be in double precision
    others = total(e * below) + ((xs.shape[0] - 1.0) - total(below))
    return Exponentials(m, difference, e, others, 1.0 + others)


def logsumexp(shared: Exponentials) -> Any:
    """log Σ e^xᵢ = m + log1p(Σ e^(xᵢ - m) - 1); m where m is infinite."""
    return where(shared.m - shared.m == 0.0, shared.m + log1p(shared.others), shared.m)


def log_softmax(shared: Exponentials) -> Any:
    """log pₖ = (xₖ - m) - log1p(Σ e^(xᵢ - m) - 1) for every k."""
    return shared.difference - log1p(shared.others)


def softmax(shared: Exponentials) -> Any:
    """pₖ = e^(xₖ - m) / Σ e^(xᵢ - m) for every k."""
    return shared.e / shared.whole


def softmax_complement(shared: Exponentials) -> Any:
    """1 - pₖ = Σ over i ≠ k of e^(xᵢ - m) / Σ e^(xᵢ - m) for every k.

    The numerator is computed as (Σ - 1) + (1 - e^(xₖ - m)). For xₖ = m the second term is exactly 0; otherwise the
    numerator is at least 1, and its rounding is harmless.
    """
    return (shared.others + (1.0 - shared.e)) / shared.whole

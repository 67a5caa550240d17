"""JAX's primitives on matrices, in many digits: triangular systems, and what matrices are decomposed into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.jax_primitives import Rule, Step, quotient, summed
from microgrand.testing.more_digits.twins import elementwise, filled


def _triangular_solve(step: Step) -> list[Any]:
    """x of A·x = b or x·A = b, where A is triangular."""
    params = step.params
    on_left = params["left_side"]
    turned = params["transpose_a"] == on_left  # whether the rows to go through are columns of A
    is_lower = params["lower"] != turned
    found = []
    for a, b in zip(*[_matrices(x) for x in step.exacts], strict=True):
        a, b = a.T if turned else a, b if on_left else b.T
        x = _substituted(step, a, b, is_lower, params["unit_diagonal"])
        found.append(x if on_left else x.T)
    return [_stacked(found, step.exacts[1].shape)]


def _substituted(step: Step, a: Any, b: Any, is_lower: bool, has_ones: bool) -> Any:
    x = numpy.empty(b.shape, dtype=object)
    size = a.shape[0]
    for i in range(size) if is_lower else reversed(range(size)):
        known = range(i) if is_lower else range(i + 1, size)
        for column in range(b.shape[1]):
            taken = [step.noted_number(-a[i, j] * x[j, column]) for j in known]
            rest = summed(step, [b[i, column], *taken])
            x[i, column] = rest if has_ones else step.noted_number(quotient(rest, a[i, i]))
    return x


def _cholesky(step: Step) -> list[Any]:
    """The lower triangular L of A = L·Lᵀ, from the lower triangle of A."""
    found = []
    for a in _matrices(step.exacts[0]):
        lower = numpy.full(a.shape, EXACT.mpf(0), dtype=object)
        for j in range(a.shape[0]):
            for i in range(j, a.shape[0]):
                taken = [step.noted_number(-lower[i, k] * lower[j, k]) for k in range(j)]
                rest = summed(step, [a[i, j], *taken])
                lower[i, j] = step.noted_number(_root(rest) if i == j else quotient(rest, lower[j, j]))
        found.append(lower)
    return [_stacked(found, step.exacts[0].shape)]


def _lu(step: Step) -> list[Any]:
    """L and U in one matrix, the row that each was exchanged with, and the order of the rows: P·A = L·U.

    Which row is taken is a decision: the one with the largest number.
    """
    (a,) = step.exacts
    rounds = min(a.shape[-2:])
    nears = None if step.nears is None else numpy.asarray(step.nears[1]).reshape(-1, rounds)
    found, pivots, orders = [], [], []
    for batch, matrix in enumerate(_matrices(a)):
        near = [None] * rounds if nears is None else nears[batch].tolist()
        reduced, taken, order = _eliminated(step, matrix.copy(), near)
        found.append(reduced)
        pivots.append(taken)
        orders.append(order)
    outer = a.shape[:-2]
    return [
        _stacked(found, a.shape),
        numpy.array(pivots, dtype=step.dtypes[1]).reshape(*outer, rounds),
        numpy.array(orders, dtype=step.dtypes[2]).reshape(*outer, a.shape[-2]),
    ]


def _eliminated(step: Step, a: Any, near: Sequence[Any]) -> tuple[Any, list[int], list[int]]:
    order = list(range(a.shape[0]))
    taken = []
    for k, few in enumerate(near):
        many = max(range(k, a.shape[0]), key=lambda i: (abs(a[i, k]), -i))
        pivot = step.run.decided(few, many)
        taken.append(pivot)
        a[[k, pivot]] = a[[pivot, k]]
        order[k], order[pivot] = order[pivot], order[k]
        for i in range(k + 1, a.shape[0]):
            a[i, k] = step.noted_number(quotient(a[i, k], a[k, k])) if a[k, k] else a[i, k]
            for j in range(k + 1, a.shape[1]):
                a[i, j] = step.noted_number(a[i, j] - step.noted_number(a[i, k] * a[k, j]))
    return a, taken, order


def _matrices(x: Any) -> Any:
    """All matrices of an array with more axes."""
    return x.reshape(-1, *x.shape[-2:])


def _stacked(matrices: Sequence[Any], shape: Sequence[int]) -> Any:
    return filled([number for matrix in matrices for number in matrix.ravel()], shape)


def _root(x: Any) -> Any:
    return elementwise(FUNCTIONS["sqrt"], filled([x], (1,)))[0]


RULES: dict[str, Rule] = {"triangular_solve": _triangular_solve, "cholesky": _cholesky, "lu": _lu}

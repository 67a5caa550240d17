"""Linear algebra on matrices of numbers of many digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgrand.testing.exact import EXACT


def triangular(a: Any, b: Any) -> tuple[Any, int]:
    """The rows of a and b side by side after an elimination, a upper triangular; and the sign of the exchanges of rows.

    The sign is 0 where a is singular.
    """
    rows, sign = np.concatenate([a, b], axis=1), 1
    for k in range(len(a)):
        pivot = max(range(k, len(a)), key=lambda i: abs(rows[i, k]))
        if rows[pivot, k] == 0:
            return rows, 0
        if pivot != k:
            rows[[k, pivot]] = rows[[pivot, k]]
            sign = -sign
        for i in range(k + 1, len(a)):
            rows[i, k:] = rows[i, k:] - rows[i, k] / rows[k, k] * rows[k, k:]
    return rows, sign


def determinant(a: Any) -> Any:
    """The determinant of a matrix."""
    rows, sign = triangular(a, np.empty((len(a), 0), dtype=object))
    return sign * EXACT.fprod(np.diag(rows).tolist()) if sign else EXACT.mpf(0)


def solution(a: Any, b: Any) -> Any:
    """x with a·x = b, of a matrix b. Raises ZeroDivisionError where the matrix a is singular."""
    n = len(a)
    rows, sign = triangular(a, b)
    if sign == 0:
        raise ZeroDivisionError("a singular matrix")
    x = rows[:, n:]
    for k in reversed(range(n)):
        if k + 1 < n:
            x[k] = x[k] - rows[k, k + 1 : n] @ x[k + 1 :]
        x[k] = x[k] / rows[k, k]
    return x


def inverse(a: Any) -> Any:
    """The inverse of a matrix."""
    return solution(a, identity(len(a)))


def pseudo_inverse(a: Any) -> Any:
    """Moore and Penrose's inverse of a matrix of full rank."""
    rows, columns = a.shape
    return inverse(a.T @ a) @ a.T if rows >= columns else a.T @ inverse(a @ a.T)


def identity(n: int) -> Any:
    """The identity matrix of n rows."""
    return np.frompyfunc(EXACT.mpf, 1, 1)(np.eye(n))


def cholesky(a: Any) -> Any:
    """The lower triangular L with L·Lᵀ = a, of which the lower triangle counts."""
    n = len(a)
    lower = 0 * identity(n)
    for i in range(n):
        for j in range(i + 1):
            rest = a[i, j] - lower[i, :j] @ lower[j, :j] if j else a[i, j]
            if i == j and rest <= 0:
                raise ZeroDivisionError("not a positive definite matrix")
            lower[i, j] = EXACT.sqrt(rest) if i == j else rest / lower[j, j]
    return lower


def symmetric_eigenvalues(a: Any) -> Any:
    """The eigenvalues of a symmetric matrix, of which the lower triangle counts, in ascending order."""
    lower = np.tril(a)
    matrix = EXACT.matrix((lower + np.tril(a, -1).T).tolist())
    return np.array(sorted(EXACT.eigsy(matrix, eigvals_only=True)), dtype=object)


def singular_values(a: Any) -> Any:
    """The singular values of a matrix, in descending order."""
    values = EXACT.svd_r(EXACT.matrix(a.tolist()), compute_uv=False)
    return np.array(sorted(values, reverse=True), dtype=object)


def of_each(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of matrices on arrays of more dimensions, which hold matrices in their last two."""

    def called(*stacks: Any) -> Any:
        around = np.broadcast_shapes(*[stack.shape[:-2] for stack in stacks])
        stacks = tuple([np.broadcast_to(stack, around + stack.shape[-2:]) for stack in stacks])
        results = [function(*[stack[index] for stack in stacks]) for index in np.ndindex(around)]
        inner = np.shape(results[0]) if results else ()
        collected = np.empty((len(results), *inner), dtype=object)
        for k, result in enumerate(results):
            collected[k] = result
        return collected.reshape(around + inner)

    return called

"""NumPy's linear algebra on Arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits import exact_matrices
from microgrand.testing.more_digits.array_sums import (
    Handler,
    axes_last,
    instead_of,
    reduced_shape,
    summed,
    with_near,
)
from microgrand.testing.more_digits.array_ufuncs import elementwise
from microgrand.testing.more_digits.arrays import (
    FUNCTIONS_OF_NUMPY,
    Array,
    afford,
    as_twin,
    decided,
    dtype_in,
    in_digits,
    is_twin,
    natively,
    near_in,
    near_of,
    on_each,
    rounded,
    run_in,
    terms,
    twin,
)
from microgrand.testing.more_digits.exact_functions import FUNCTIONS
from microgrand.testing.more_digits.number import Number


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
    return with_near(np.linalg.svd, (a,), {"compute_uv": False, "hermitian": hermitian}, np.linalg.svdvals(a))


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
        return with_near(np.linalg.norm, (x, ord), {}, NORMS_OF_MATRICES[ord](x))
    if (of_matrix and ord not in (None, "fro")) or (ord is not None and axis is None and x.ndim > 2):
        raise run.lose(f"f calls numpy's norm of a matrix with ord={ord}")
    if ord in (np.inf, -np.inf, 0):
        sizes = np.abs(x) if ord else np.not_equal(x, 0.0)
        function: Any = {np.inf: np.max, -np.inf: np.min, 0: np.sum}[ord]
        result = function(sizes, axis=axis, keepdims=keepdims)
        return with_near(np.linalg.norm, (x, ord, axis, keepdims), {}, result) if ord else result.astype(x.dtype)
    power = 2 if ord in (None, "fro") else ord
    powers = elementwise(lambda t: FUNCTIONS["pow"](abs(t), EXACT.mpf(power)), (x,))
    total = summed(axes_last(terms(powers, run), axis), True)
    exact = on_each(lambda t: FUNCTIONS["pow"](t, 1 / EXACT.mpf(power)), total)
    exact = np.reshape(exact, reduced_shape(x, axis)) if keepdims else exact
    near = np.linalg.norm(x.near, ord, axis, keepdims) if run.is_first else None
    return twin(near, rounded(near, exact, run), run, x.dtype)

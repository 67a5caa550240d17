"""`Program`: a recorded computation, with all that users do with it as its methods.

What the methods do stands below, in functions of a tape: `replay`, `derived`, `listing`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from microgrand.elsewhere import tell_names
from microgrand.program import derived, replay, totals
from microgrand.program.arrays import Plan
from microgrand.program.jit import compiled
from microgrand.program.listing import listing
from microgrand.program.printed.source import source
from microgrand.program.tape import Application, Guard, Tape

__all__ = ["Application", "Guard", "Program", "Step"]

Step = Application  # its name in pickles of version 0.1


@dataclass(frozen=True, eq=False, repr=False)
class Program(Tape):
    """What a function computes, as plain data: see `Tape` for its parts.

    Programs are made by `record`, cannot be changed, and are equal where they compute the same in the same steps.

    >>> from microgrand import record, tanh
    >>> program = record(lambda w, x: tanh(w * x + 1.0), 0.5, 2.0)
    >>> print(program)
    <lambda>(w, x)
    z0 = w           input
    z1 = x           input
    z2 = 1           constant
    z3 = z0·z1       mul
    z4 = z3 + z2     add
    z5 = tanh(z4)    tanh
    return z5
    >>> program(0.0, 1.0)
    0.7615941559557649
    """

    # ---- replay --------------------------------------------------------------------------------------------------

    def __call__(self, *arguments: Any, regroup: bool = True, allow_nonfinite: bool = False) -> Any:
        """The recorded function of other numbers: the result, in the structure that it was recorded with.

        arguments        in the structure of the example. Each number is a number of any kind (a float, a Value, one of
                         mpmath's) or an array of shape (N,), one lane per sample: then the result has N lanes. Where
                         the example nests numbers in the shape S, an array of shape S or (N, *S) stands for them.
                         With a Dask array among them, all that is returned is Dask's too: one task a chunk of lanes,
                         which `compute` carries out
        regroup          whether, on arrays, sums may be added up in another order: without it the steps are applied as
                         they were recorded, which is slower
        allow_nonfinite  whether NaN and infinite results of arrays, and derivatives of any kind, are let through

        Raises TypeError for a missing argument, ValueError for one of another structure and for unequal numbers of
        lanes, GuardError where a comparison comes out otherwise than it was recorded, DomainError as the recorded
        function itself does on floats, unless `where` takes another branch, and NonFiniteError, which names row and
        step, on arrays.

        >>> import numpy
        >>> from microgrand import record
        >>> program = record(lambda w, x: w * x[0] + x[1], 1.0, [0.0, 0.0])
        >>> program(2.0, numpy.array([[1.0, 0.5], [2.0, 0.5], [3.0, 0.5]]))
        array([2.5, 4.5, 6.5])
        """
        return replay.replay(self, arguments, regroup, allow_nonfinite)

    def value_and_grad(
        self, *arguments: Any, argnums: int | Sequence[int] = 0, regroup: bool = True, allow_nonfinite: bool = False
    ) -> tuple[Any, Any]:
        """The value, and its gradient in the shape of the argument that `argnums` names, or a tuple of such.

        The value keeps its lanes, and so does the gradient in a number that has lanes; in a number that all lanes share
        it is summed over the lanes, as the gradient of what N samples cost together.

        Raises what a call of the program raises, and NonFiniteError on floats too, as all derivatives do.

        >>> import numpy
        >>> from microgrand import record
        >>> cost = record(lambda w, x: (w * x - 1.0) ** 2, 1.0, 0.0)
        >>> cost.value_and_grad(0.5, numpy.array([1.0, 2.0, 4.0]))
        (array([0.25, 0.  , 1.  ]), 7.0)
        """
        return replay.value_and_grad(self, arguments, argnums, regroup, allow_nonfinite)

    def jacobian(
        self, *arguments: Any, argnums: int | Sequence[int] = 0, regroup: bool = True, allow_nonfinite: bool = False
    ) -> Any:
        """The result with, in the place of each number, its gradient, in the shape of the argument; lanes are kept.

        >>> from microgrand import record
        >>> record(lambda x: [x[0] * x[1], x[0]], [1.0, 1.0]).jacobian([2.0, 3.0])
        [[3.0, 2.0], [1.0, 0.0]]
        """
        return replay.jacobian(self, arguments, argnums, regroup, allow_nonfinite)

    def hessian(
        self, *arguments: Any, argnums: int | Sequence[int] = 0, regroup: bool = True, allow_nonfinite: bool = False
    ) -> Any:
        """The Hessian: the gradient with a gradient in the place of each number; lanes are kept.

        Of an argument that is an array of shape S, it is an array of shape (*S, *S), or (N, *S, *S) with lanes.

        >>> from microgrand import record
        >>> record(lambda x: x[0] ** 2 * x[1], [1.0, 1.0]).hessian([3.0, 5.0])
        [[10.0, 6.0], [6.0, 0.0]]
        """
        return replay.hessian(self, arguments, argnums, regroup, allow_nonfinite)

    def hvp(self, *arguments: Any, argnums: int = 0, regroup: bool = True, allow_nonfinite: bool = False) -> Any:
        """The Hessian in the argument `argnums` times a vector in its shape, which comes last among the arguments.

        What is summed over the lanes and what is not is as in `value_and_grad`.

        >>> from microgrand import record
        >>> record(lambda x: x[0] ** 2 * x[1], [1.0, 1.0]).hvp([3.0, 5.0], [1.0, 0.0])
        [10.0, 6.0]
        """
        return replay.hvp(self, arguments, argnums, regroup, allow_nonfinite)

    def total(
        self, chunks: Iterable[tuple[Any, ...]], argnums: int | Sequence[int] | None = None, *,
        allow_nonfinite: bool = False,
    ) -> Any:  # fmt: skip
        """Σ value over all lanes of all chunks, of each output; with `argnums`, that and the sum of the gradients.

        chunks           tuples of arguments, made one at a time: what does not fit into memory streams through. Dask
                         arrays in a tuple give a chunk for each of theirs, which is summed where it lies
        allow_nonfinite  whether NaN and infinite sums are let through

        The values of the chunks are added by `math.fsum`, whose result does not depend on their order; gradients in
        pairs of neighbours, and matrix products have one thread (threadpoolctl sees to that, which comes with
        scikit-learn). So the same chunks, in the same tuples, give the same bits, in one process or on a cluster.

        Raises NonFiniteError and GuardError as a call of the program does, with the chunk, counted from 0, and the row
        in it.

        >>> import numpy
        >>> from microgrand import record
        >>> cost = record(lambda w, x: (w * x - 1.0) ** 2, 1.0, 0.0)
        >>> cost.total(((0.5, numpy.array([x, 2.0 * x])) for x in (1.0, 2.0)), argnums=0)
        (1.25, 7.0)
        """
        return totals.total(self, chunks, argnums, allow_nonfinite)

    def plan(self, *arguments: Any, argnums: int | Sequence[int] | None = None, regroup: bool = True) -> Plan:
        """The array operations that a replay on such arguments takes, as plain data that prints itself.

        arguments  as of a replay: what counts is which are arrays, and have lanes. Without any, all but the first
                   have lanes, as θ is shared by samples
        argnums    with it, the operations for value and gradient
        regroup    as of a replay

        >>> from microgrand import dot, logsumexp, record, tanh
        >>> program = record(lambda w, x: logsumexp([tanh(dot(each, x)) for each in w]), [[0.5, 1.0]] * 16, [1.0, 2.0])
        >>> print(program.plan())
        <lambda>(w, x)
        c0 = w[0][0]…w[15][1]    [32]
        c1 = x[0]…x[1]           [2 × lanes]
        c4 = c0 @ c1             [16 × lanes]
        c5 = tanh(c4)            [16 × lanes]
        c6 = exponentials(c5)    [1 × lanes]
        c7 = logsumexp(c6)       [1 × lanes]
        return c7
        """
        return replay.plan(self, arguments, argnums, regroup)

    # ---- programs made of this one -----------------------------------------------------------------------------------

    def adjoint(self, argnums: int | Sequence[int] = 0) -> Self:
        """The program of value and gradient: (f(x), ∂f/∂x), from the sweep over this program's own steps.

        >>> from microgrand import record
        >>> print(record(lambda w, x: w * x * x, 1.0, 1.0).adjoint())
        <lambda>(w, x)
        z0 = w        input
        z1 = x        input
        z2 = z0·z1    mul
        z3 = z2·z1    mul
        z4 = z1·z1    mul
        return (z3, z4)
        """
        return derived.adjoint(self, argnums)

    def source(
        self, language: str = "python", *, gradient: bool = False, derivative: str | None = None,
        argnums: int | Sequence[int] = 0,
    ) -> str:  # fmt: skip
        """The program as source code: one function that needs nothing of microgrand's, with the helpers that it calls.

        language    "python" (needs the module math), "c" (C11 and math.h; no memory is allocated) or "javascript"
        gradient    whether it returns value and gradient; short for derivative="gradient"
        derivative  "gradient", "jacobian", "hessian", or "hvp", whose last argument is the vector
        argnums     the position of the argument to differentiate with respect to, or several positions

        Python returns the same numbers as a replay on floats, bit for bit; C and JavaScript as far as their own exp,
        sin and the like agree. Where an operand leaves its domain, or a comparison comes out otherwise than it was
        recorded, Python raises a ValueError, JavaScript a RangeError, and C returns the number of the check.

        Raises ValueError for an unknown language or derivative, TypeError for "hvp" in several arguments, GraphError
        where the source of a row cannot be read, and where the language has no such key as a dict has.

        >>> from microgrand import record
        >>> print(record(lambda x, y: x * y + x, 2.0, 3.0).source().partition("import math")[2].strip())
        def f(x, y):
            z0 = x
            z1 = y
            z2 = z0 * z1
            z3 = z2 + z0
            return z3
        """
        if gradient and derivative not in (None, "gradient"):
            raise ValueError(f"gradient=True is short for derivative='gradient'; got derivative={derivative!r:.60} too")
        return source(self, language, "gradient" if gradient else derivative, argnums)

    def compiled(
        self, derivative: str | None = "gradient", argnums: int | Sequence[int] = 0,
        cache: str | os.PathLike[str] | None = None,
    ) -> Any:  # fmt: skip
        """The program, or a derivative of it, in machine code: a call takes less than a microsecond if it is small.

        derivative  "gradient" (with the value), "jacobian", "hessian", "hvp", whose last argument is the vector;
                    None for the value alone
        argnums     the position of the argument to differentiate with respect to, or several positions
        cache       a folder in which the machine code is kept, for other processes and for the next time

        It is called as the program is, on numbers, lists and arrays, and returns what a replay does, as far as the
        exp, sin and the like of C agree with Python's; it raises the same errors. Values, numbers of many digits and
        arrays with lanes are replayed. `raw` is the function `(x, out) -> value` of arrays for other code that numba
        compiles, `address` the same for C, `low_level_callable` the value for scipy.integrate.

        Raises MissingExtraError without numba, RuntimeError where numba is told to compile nothing, ValueError for an
        unknown derivative, GraphError where the source of a row cannot be read, TypeError and NotADirectoryError for a
        cache that is no folder.

        >>> from microgrand import record
        >>> program = record(lambda x, y: x * y + x, 2.0, 3.0)
        >>> program.compiled()(2.0, 5.0)
        (12.0, 6.0)
        """
        return compiled(self, derivative, argnums, cache)

    def jacobian_program(self, argnums: int | Sequence[int] = 0) -> Self:
        """The program of the Jacobian: what `jacobian` replays.

        >>> from microgrand import exp, record
        >>> print(record(lambda x: [2.0 * x, exp(x)], 1.0).jacobian_program())
        <lambda>(x)
        z0 = x          input
        z1 = 2          constant
        z2 = exp(z0)    exp
        return [z1, z2]
        """
        return derived.jacobian(self, argnums)

    def hessian_program(self, argnums: int | Sequence[int] = 0) -> Self:
        """The program of the Hessian: what `hessian` replays.

        >>> from microgrand import record
        >>> print(record(lambda x, y: x * x * y, 1.0, 1.0).hessian_program((0, 1)))
        <lambda>(x, y)
        z0 = x          input
        z1 = y          input
        z2 = 0          constant
        z3 = z1 + z1    add
        z4 = z0 + z0    add
        return ((z3, z4), (z4, z2))
        """
        return derived.hessian(self, argnums)

    def hvp_program(self, argnum: int = 0) -> Self:
        """The program of the Hessian times a vector: what `hvp` replays. The vector v is one more argument, the last.

        >>> from microgrand import record
        >>> record(lambda x: x[0] ** 2 * x[1], [1.0, 1.0]).hvp_program()([3.0, 5.0], [1.0, 0.0])
        [10.0, 6.0]
        """
        return derived.hvp(self, argnum)

    def as_value(self) -> Any:
        """The result as a Value at the example's numbers, to be drawn and walked; of several outputs, their sum."""
        return derived.as_value(self)

    def as_values(self) -> list[Any]:
        """Each output as a Value at the example's numbers, to be drawn; outputs that are plain numbers are left out.

        >>> from microgrand import record
        >>> [output.data for output in record(lambda x: [2.0 * x, x * x], 3.0).as_values()]
        [6.0, 9.0]
        """
        return derived.as_values(self)

    def __str__(self) -> str:
        return listing(self)


tell_names(Program)

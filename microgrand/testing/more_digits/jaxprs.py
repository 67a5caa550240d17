"""A function of JAX in many digits: it is traced once, and its primitives are evaluated one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy

from microgrand.nested import rebuilt
from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits import jax_matrices, jax_primitives, jax_windows
from microgrand.testing.more_digits.jax_primitives import Step, on_floats, sign_bit
from microgrand.testing.more_digits.lifting import lifted
from microgrand.testing.more_digits.protocol import Output, Way
from microgrand.testing.more_digits.run import DigitsLostError, Run
from microgrand.testing.more_digits.twins import Twins, elementwise, exactly, filled, noted

RULES = {**jax_primitives.RULES, **jax_windows.RULES, **jax_matrices.RULES}
MOST_ROUNDS = 100_000  # of a loop that does not end, in many digits

# What code that is not for JAX's traced arrays may raise when it is given them.
NOT_TRACED = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError
)  # fmt: skip


def as_jax(f: Callable[..., Any], arguments: tuple[Any, ...]) -> Way:
    """A function that computes with JAX.

    Raises DigitsLostError where JAX cannot trace it, and why: it branches on a value, say.

    >>> import jax.numpy as jnp
    >>> from microgrand.testing.exact import many_digits
    >>> with many_digits(30):
    ...     (z,) = as_jax(lambda x: jnp.exp(x) - 1, (1e-20,))(Run(), [EXACT.mpf(1e-20)])
    ...     float(z.near), EXACT.nstr(z.exact, 5)
    (0.0, '1.0e-20')
    """
    traced, leaves = _traced(f, arguments)
    memory = _Memory()

    def run_again(run: Run, inputs: Sequence[Any]) -> list[Output]:
        numbers = iter(inputs)
        kinds = [variable.aval for variable in traced.jaxpr.invars]
        operands = [_operand(run, leaf, kind, numbers) for leaf, kind in zip(leaves, kinds, strict=True)]
        results = _Interpreter(run, memory).evaluated(traced, operands)
        return [output for result in results for output in _outputs(run, result)]

    return run_again


# ---- tracing ---------------------------------------------------------------------------------------------------------


def _traced(f: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, list[Any]]:
    """The program of f, and the numbers and arrays among its arguments; both in the order in which they stand there.

    First with a `float` that lets traced arrays through; where f takes `float` for a dtype, as it is.
    """
    leaves = list(_leaves(arguments))
    try:
        return _program(lifted(f), arguments, leaves), leaves
    except DigitsLostError:
        return _program(f, arguments, leaves), leaves


def _program(f: Callable[..., Any], arguments: tuple[Any, ...], leaves: list[Any]) -> Any:
    def flat(*parts: Any) -> list[Any]:
        return list(_leaves(f(*rebuilt(arguments, iter(parts)))))

    try:
        return jax.make_jaxpr(flat)(*leaves)
    except jax.errors.TracerBoolConversionError as error:
        raise DigitsLostError("JAX cannot trace f, which branches on a value") from error
    except NOT_TRACED as error:
        raise DigitsLostError(f"JAX cannot trace f ({type(error).__name__})") from error


def _leaves(structure: Any) -> Iterator[Any]:
    """Numbers and arrays, a dict's in the order in which it holds its keys."""
    if isinstance(structure, (dict, list, tuple)):
        for part in structure.values() if isinstance(structure, dict) else structure:
            yield from _leaves(part)
    else:
        yield structure


def _operand(run: Run, leaf: Any, kind: Any, numbers: Iterator[Any]) -> Any:
    """An input of the program: the array that f is given, and the numbers in many digits.

    Where f takes an input for a rounded one, so do the runs beside the point: they move what f sees there.
    """
    plain = numpy.asarray(leaf)
    exact = filled([next(numbers) for _ in range(plain.size)], plain.shape)
    if not _is_float(kind):
        if any([EXACT.mpf(int(few)) != many for few, many in zip(plain.ravel(), exact.ravel(), strict=True)]):
            raise run.lose("f takes whole numbers for JAX")
        return plain.astype(kind.dtype)
    with numpy.errstate(all="ignore"):
        cast = plain.astype(kind.dtype)
    near = jax.numpy.asarray(cast) if run.is_first else None
    if (cast.astype(float) == plain.astype(float)).all():
        return Twins(near, exact)
    seen = elementwise(lambda x, before, after: x - before + after, exact, exactly(plain), exactly(cast))
    return Twins(near, noted(run, near, seen))


def _outputs(run: Run, result: Any) -> Iterator[Output]:
    if isinstance(result, Twins):
        nears = [None] * result.exact.size if result.near is None else numpy.asarray(result.near).ravel()
        yield from [Output(few, many) for few, many in zip(nears, result.exact.ravel(), strict=True)]
    else:
        plain = numpy.asarray(result).ravel()
        yield from [
            Output(few if run.is_first else None, many) for few, many in zip(plain, exactly(plain), strict=True)
        ]


def _is_float(kind: Any) -> bool:
    return bool(jax.numpy.issubdtype(kind.dtype, jax.numpy.floating))


# ---- evaluating ------------------------------------------------------------------------------------------------------


class _Memory:
    """What is the same in all runs of one function: its constants in many digits, and which of its steps are needed."""

    def __init__(self) -> None:
        self._constants: dict[int, tuple[Any, Any]] = {}
        self._needed: dict[int, tuple[Any, list[Any]]] = {}

    def constant(self, value: Any) -> Any:
        """In many digits."""
        if id(value) not in self._constants:
            self._constants[id(value)] = (value, exactly(value))
        return self._constants[id(value)][1]

    def steps(self, jaxpr: Any) -> list[Any]:
        """Those that the results depend on."""
        if id(jaxpr) not in self._needed:
            wanted = set(map(id, jaxpr.outvars))
            steps = []
            for step in reversed(jaxpr.eqns):
                if wanted & set(map(id, step.outvars)):
                    wanted |= set(map(id, step.invars))
                    steps.append(step)
            self._needed[id(jaxpr)] = (jaxpr, steps[::-1])
        return self._needed[id(jaxpr)][1]


class _Interpreter:
    """Evaluates programs in one run."""

    def __init__(self, run: Run, memory: _Memory) -> None:
        self.run = run
        self._memory = memory

    def evaluated(self, program: Any, operands: Sequence[Any]) -> list[Any]:
        """The results of a program, closed or without constants."""
        jaxpr = getattr(program, "jaxpr", program)
        constants = [self._constant(value, x.aval) for value, x in self._constants_of(program, jaxpr)]
        known = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *operands], strict=True))

        def read(x: Any) -> Any:
            return self._constant(x.val, x.aval) if hasattr(x, "val") else known[x]

        for step in self._memory.steps(jaxpr):
            known.update(zip(step.outvars, self._applied(step, [read(x) for x in step.invars]), strict=True))
        return [read(x) for x in jaxpr.outvars]

    @staticmethod
    def _constants_of(program: Any, jaxpr: Any) -> list[tuple[Any, Any]]:
        return list(zip(getattr(program, "consts", []), jaxpr.constvars, strict=True))

    def _constant(self, value: Any, kind: Any) -> Any:
        if not _is_float(kind):
            return value
        exact = self._memory.constant(value)
        return Twins(jax.numpy.asarray(value, kind.dtype) if self.run.is_first else None, exact)

    def _applied(self, step: Any, operands: list[Any]) -> list[Any]:
        """The results of one step."""
        primitive, name = step.primitive, step.primitive.name
        kinds = [variable.aval for variable in step.outvars]
        if any(
            [jax.numpy.issubdtype(kind.dtype, jax.numpy.complexfloating) for kind in kinds if hasattr(kind, "dtype")]
        ):
            raise self.run.lose("f computes with complex numbers in JAX")
        if name in JIT and step.params["name"] == "signbit" and isinstance(operands[0], Twins):
            return [sign_bit(self.run, operands[0])]  # JAX takes floats for whole numbers there
        if name in COMPILED:
            return self._as_compiled(step, operands, COMPILED[name](self, step.params, operands))
        if name == "custom_linear_solve":
            return self.solved(step.params, operands)
        if name in CALLS:
            inner = next(step.params[key] for key in ("call_jaxpr", "fun_jaxpr", "jaxpr") if key in step.params)
            return self.evaluated(inner, operands)

        def bind(*arrays: Any, **params: Any) -> list[Any]:
            found = primitive.bind(*arrays, **params)
            return list(found) if primitive.multiple_results else [found]

        if not any([isinstance(x, Twins) for x in operands]):
            found = bind(*operands, **step.params)
            return [self._plain(near, kind) for near, kind in zip(found, kinds, strict=True)]
        if name not in RULES:
            raise self.run.lose(f"JAX's primitive {name} cannot be evaluated in many digits")
        applied = Step(self.run, bind, step.params, operands, [kind.dtype for kind in kinds])
        nears = applied.nears or [None] * len(kinds)
        return [Twins(near, exact) if _is_float(kind) else exact
                for near, exact, kind in zip(nears, RULES[name](applied), kinds, strict=True)]  # fmt: skip

    def _plain(self, found: Any, kind: Any) -> Any:
        """What does not depend on floats; where it is floats they are what they are."""
        return Twins(found if self.run.is_first else None, exactly(found)) if _is_float(kind) else found

    def _as_compiled(self, step: Any, operands: list[Any], results: list[Any]) -> list[Any]:
        """The results, with floats from the compiled whole: the compiler rounds otherwise than its parts do."""
        if not self.run.is_first:
            return results
        nears = on_floats(self.run, step.primitive.bind, operands, step.params)
        return [Twins(near, result.exact) if isinstance(result, Twins) else result
                for near, result in zip(nears, results, strict=True)]  # fmt: skip

    # ---- what has programs inside ----

    def jitted(self, params: dict[str, Any], operands: list[Any]) -> list[Any]:
        """A compiled function."""
        return self.evaluated(params["jaxpr"], operands)

    def branched(self, params: dict[str, Any], operands: list[Any]) -> list[Any]:
        """One of several programs."""
        which, *rest = operands
        branches = params["branches"]
        return self.evaluated(branches[min(max(int(which), 0), len(branches) - 1)], rest)

    def solved(self, params: dict[str, Any], operands: list[Any]) -> list[Any]:
        """A linear system, by the program that solves it."""
        lengths = params["const_lengths"]
        start = lengths.matvec + lengths.vecmat
        rest = operands[start + lengths.solve + lengths.transpose_solve :]
        return self.evaluated(params["jaxprs"].solve, [*operands[start : start + lengths.solve], *rest])

    def looped(self, params: dict[str, Any], operands: list[Any]) -> list[Any]:
        """As long as a condition holds."""
        first, second = params["cond_nconsts"], params["cond_nconsts"] + params["body_nconsts"]
        asked, fixed, carried = operands[:first], operands[first:second], operands[second:]
        for _ in range(MOST_ROUNDS):
            (goes_on,) = self.evaluated(params["cond_jaxpr"], [*asked, *carried])
            if not bool(goes_on):
                return carried
            carried = self.evaluated(params["body_jaxpr"], [*fixed, *carried])
        raise self.run.lose("a loop of JAX takes too many rounds")

    def scanned(self, params: dict[str, Any], operands: list[Any]) -> list[Any]:
        """Once for each item along the first axis."""
        start, end = params["num_consts"], params["num_consts"] + params["num_carry"]
        fixed, carried, rows = operands[:start], operands[start:end], operands[end:]
        rounds = range(params["length"])
        found: list[list[Any]] = []
        for k in reversed(rounds) if params["reverse"] else rounds:
            results = self.evaluated(params["jaxpr"], [*fixed, *carried, *[_item(row, k) for row in rows]])
            carried = results[: len(carried)]
            found.append(results[len(carried) :])
        kinds = [variable.aval for variable in params["jaxpr"].jaxpr.outvars[len(carried) :]]
        order = found[::-1] if params["reverse"] else found
        return [*carried, *[_stacked([each[j] for each in order], kind, self.run) for j, kind in enumerate(kinds)]]


def _item(row: Any, k: int) -> Any:
    if not isinstance(row, Twins):
        return row[k]
    return Twins(None if row.near is None else row.near[k], filled(row.exact[k : k + 1].ravel(), row.exact.shape[1:]))


def _stacked(items: list[Any], kind: Any, run: Run) -> Any:
    """Items along a new first axis."""
    shape = (len(items), *kind.shape)
    if not _is_float(kind):
        return numpy.array([numpy.asarray(x) for x in items], dtype=kind.dtype).reshape(shape)
    near = None
    if run.is_first:
        near = jax.numpy.asarray(numpy.array([numpy.asarray(x.near) for x in items], dtype=kind.dtype).reshape(shape))
    return Twins(near, filled([number for x in items for number in x.exact.ravel()], shape))


JIT = ("jit", "pjit")
COMPILED: dict[str, Callable[[_Interpreter, dict[str, Any], list[Any]], list[Any]]] = {
    **dict.fromkeys(JIT, _Interpreter.jitted),
    "cond": _Interpreter.branched,
    "while": _Interpreter.looped,
    "scan": _Interpreter.scanned,
}
CALLS = (
    "custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr", "remat", "remat2", "checkpoint", "closed_call",
    "core_call",
)  # fmt: skip

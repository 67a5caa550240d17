"""Random expressions here and in JAX, and whose fault it is where they differ: `python -m benchmarks.against_jax`.

The law: two evaluations of one expression in floats differ by at most 16·2⁻⁵³·Σ|δᵢzᵢ|, the sum over the nodes of its
graph: each node is rounded, zᵢ(1 + ε), and what becomes of that in the end is δᵢzᵢε. For a derivative the same holds
with the graph of the derivative, which is itself an expression. Where the two differ by more, the expression is
evaluated once more with many digits, and the excess is charged to whoever is further away from that.

JAX runs uncompiled, for compiling takes seconds an expression; to be fast all the same it gets many inputs at once, so
that expressions come as structures times points.
"""

from __future__ import annotations

import argparse
import datetime
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy

import microgrand
from benchmarks.expressions import draw, point
from benchmarks.frameworks import Framework, jax_framework
from benchmarks.reference import context
from microgrand import Primitive, Value, sweep
from microgrand.engine.node import Node, data_of
from microgrand.program.replay_on_numbers import filled, gradient_on_numbers, on_numbers
from microgrand.testing import Expression
from microgrand.value_sweeps import differentiable_sweep

ROUNDINGS = 16 * 2.0**-53
WORST_SHOWN = 3
EXACT = context(100)


class Number(NamedTuple):
    """What microgrand found for a value or one derivative, and how far from it another evaluation may be."""

    number: float
    bound: float


class Excess(NamedTuple):
    """A value (operand None) or a derivative at which the two differ by more than the bound."""

    expression: Expression
    operand: int | None
    ours: float
    theirs: float
    exact: float
    bound: float
    our_error: float
    their_error: float

    @property
    def is_ours(self) -> bool:
        """Whether microgrand is further from the exact number."""
        return not self.our_error <= self.their_error

    @property
    def outside(self) -> float:
        """The larger error, in bounds."""
        larger = max(self.our_error, self.their_error)
        return larger / self.bound if self.bound else math.inf

    def __str__(self) -> str:
        what = "value" if self.operand is None else f"derivative in x{self.operand}"
        whose = "ours" if self.is_ours else "theirs"
        return (
            f"# {whose}: {what}: microgrand {self.ours!r}, JAX {self.theirs!r}, exact {self.exact!r}; errors "
            f"{self.our_error:.3g} and {self.their_error:.3g}, bound {self.bound:.3g}\n"
            f"{self.expression!r}"
        )


class Summary(NamedTuple):
    """What was compared, and what came of it.

    structures  different expressions
    checked     pairs (structure, inputs) that were compared
    skipped     pairs left out: something overflows, or stands at a kink, where conventions differ
    numbers     values and derivatives that were compared
    excesses    those that differ by more than the bound
    ours        the excesses in which microgrand is further from the exact number
    theirs      those in which JAX is
    cases       the excesses themselves
    """

    structures: int
    checked: int
    skipped: int
    numbers: int
    excesses: int
    ours: int
    theirs: int
    cases: list[Excess]


def compare(expressions: int, seed: int, points_each: int = 20) -> Summary:
    """Compare that many expressions: structures, each at `points_each` inputs."""
    source = random.Random(seed)
    framework = jax_framework()
    structures = -(-expressions // points_each)
    checked = numbers = 0
    cases: list[Excess] = []
    for _ in range(structures):
        expression = draw(source)
        points = [point(source, len(expression.inputs)) for _ in range(points_each)]
        theirs = in_jax(framework, expression, points)
        for inputs, their_numbers in zip(points, theirs, strict=True):
            here = expression.at(*inputs)
            ours = in_microgrand(here)
            if ours is not None:
                checked += 1
                numbers += len(ours)
                cases.extend(excesses(here, ours, their_numbers))
    count = len([case for case in cases if case.is_ours])
    skipped = structures * points_each - checked
    return Summary(structures, checked, skipped, numbers, len(cases), count, len(cases) - count, cases)


# ---- the two sides -------------------------------------------------------------------------------------------------
def in_microgrand(expression: Expression) -> list[Number] | None:
    """Value and derivatives with their bounds; None where something is not finite or stands at a kink."""
    leaves, root = expression.on_values()
    adjoints = sweep(root)
    if any([_at_kink(node) for node in adjoints.order]):
        return None
    derivatives = differentiable_sweep(root, leaves)
    found = [Number(root.data, bound(root)), *[Number(_data(each), bound(each)) for each in derivatives]]
    return found if all([math.isfinite(x) and math.isfinite(most) for x, most in found]) else None


def bound(root: Value | float) -> float:
    """16·2⁻⁵³·Σ|δᵢzᵢ| over the graph of `root`."""
    if not isinstance(root, Value):
        return 0.0
    return ROUNDINGS * sum([abs(delta * node.data) for node, delta in sweep(root)])


def _data(x: Value | float) -> float:
    return x.data if isinstance(x, Value) else x


def _at_kink(node: Node) -> bool:
    row = node.primitive
    return row is not None and row.kink is not None and bool(row.kink(*data_of(node.operands)))


def in_jax(framework: Framework, expression: Expression, points: Sequence[Sequence[float]]) -> list[list[float]]:
    """For each point the value and then the derivatives."""
    import jax

    call = _caller(framework)

    def function(xs: Any) -> Any:
        return filled(expression, [xs[k] for k in range(len(expression.inputs))], call)[expression.result]

    values, gradients = jax.vmap(jax.value_and_grad(function))(numpy.array(points))
    found: list[list[float]] = numpy.column_stack([values, gradients]).tolist()
    return found


def _caller(framework: Framework) -> Callable[[Primitive, list[Any]], Any]:
    """How a row is applied to flat operands in JAX: those of many operands to a vector."""
    import jax.numpy as jnp

    def call(row: Primitive, operands: list[Any]) -> Any:
        name = row.name
        if name == "identity":
            return operands[0]
        if name in ("maximum", "minimum") or not row.signature.lists:
            return framework.functions[name](*([jnp.stack(operands)] if row.signature.lists else operands))
        lists = [jnp.stack(each) if isinstance(each, list) else int(each) for each in row.signature.arguments(operands)]
        return framework.functions[name](*lists)

    return call


# ---- settling ------------------------------------------------------------------------------------------------------
def excesses(expression: Expression, ours: Sequence[Number], theirs: Sequence[float]) -> Iterator[Excess]:
    """Each of the numbers that differ by more than the bound, with the exact number."""
    beyond = [k for k, (our, their) in enumerate(zip(ours, theirs, strict=True)) if not _agree(our, their)]
    if not beyond:
        return
    exact = exactly(expression)
    for k in beyond:
        number, most = ours[k]
        errors = [_distance(number, exact[k]), _distance(theirs[k], exact[k])]
        yield Excess(expression, k - 1 if k else None, number, theirs[k], float(exact[k]), most, *errors)


def _agree(our: Number, their: float) -> bool:
    return abs(our.number - their) <= our.bound


def _distance(x: float, exact: Any) -> float:
    return float(abs(x - exact)) if math.isfinite(x) else math.inf


def exactly(expression: Expression) -> list[Any]:
    """The value and the derivatives with 100 digits: rows on mpmath numbers, and the sweep over them."""
    z = on_numbers(expression, [EXACT.mpf(x) for x in expression.inputs])
    return [z[expression.result], *gradient_on_numbers(expression, z, expression.result)]


# ---- the report ----------------------------------------------------------------------------------------------------
def described(summary: Summary, seed: int, seconds: float) -> str:
    """The summary as a table, and what was measured with what."""
    jax = jax_framework()
    lines = [f"{name:11} {getattr(summary, name):>9,}" for name in Summary._fields if name != "cases"]
    values = len([case for case in summary.cases if case.operand is None])
    outside = len([case for case in summary.cases if case.our_error > case.bound])
    return "\n".join(
        [
            *lines,
            f"of the excesses {values} are values, the others derivatives; in {outside} microgrand is itself further "
            "than the bound from the exact number",
            f"microgrand {microgrand.__version__}, JAX {jax.version}, float64 on the CPU, uncompiled; seed {seed}, "
            f"{seconds:.0f} s, {datetime.date.today()}",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the summary, then the worst excesses of either side as programs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against_jax", description=__doc__.splitlines()[0])
    parser.add_argument("--expressions", type=int, default=100_000, metavar="N", help="structures times points")
    parser.add_argument("--points", type=int, default=100, metavar="P", help="inputs for each structure")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    summary = compare(options.expressions, options.seed, options.points)
    print(described(summary, options.seed, time.perf_counter() - start))
    for is_ours in (True, False):
        cases = [case for case in summary.cases if case.is_ours == is_ours]
        for case in sorted(cases, key=lambda case: case.outside, reverse=True)[:WORST_SHOWN]:
            print(f"\n{case}")


if __name__ == "__main__":
    main()

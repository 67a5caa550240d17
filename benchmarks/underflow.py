"""How often a partial or a δ that underflows makes a derivative wrong: `python -m benchmarks.underflow`.

Random expressions are differentiated at operands of ordinary size, and at ever wilder ones. Where some partial or δ is
no normal float, the derivatives are computed again with 100 digits. One that is off by more than 10⁻⁶ is wrong because
of an underflow if the same sweep, over the same numbers, in floats of 53 bits whose exponent has no end, is right:
otherwise terms cancel, or an operand itself has underflown.
"""

from __future__ import annotations

import argparse
import math
import random
from typing import Any, NamedTuple

from mpmath.ctx_mp import MPContext

from benchmarks.expressions import draw, point
from benchmarks.reference import context
from microgrand import DomainError, sweep
from microgrand.engine.node import Node, data_of
from microgrand.program.replay_on_numbers import gradient_on_numbers, on_numbers
from microgrand.testing import Expression

EXACT = context(100)
ENDLESS: Any = MPContext()
ENDLESS.prec = 53
SMALLEST = 2.0**-1022
OFF = 1e-6
SIZES = (0.0, 10.0, 100.0, 700.0)  # operands are multiplied by e^±size
POINTS = 20  # for each expression


class Count(NamedTuple):
    """What was found: gradients, those with a tiny number on the way, derivatives that are off, those by underflow."""

    gradients: int
    tiny: int
    off: int
    by_underflow: int


def count(structures: int, size: float, seed: int) -> Count:
    """Differentiate that many expressions at `POINTS` points each."""
    source = random.Random(seed)
    gradients = tiny = off = by_underflow = 0
    for _ in range(structures):
        expression = draw(source)
        for _ in range(POINTS):
            xs = [x * math.exp(source.uniform(-size, size)) for x in point(source, len(expression.inputs))]
            try:
                found = Case(expression.at(*xs))
            except DomainError:  # a value on the way is infinite
                continue
            if found.is_finite():
                gradients += 1
                tiny += found.has_tiny_numbers()
                wrong = found.wrong() if found.has_tiny_numbers() else []
                off += len(wrong)
                by_underflow += len(found.right_without_end(wrong)) if wrong else 0
    return Count(gradients, tiny, off, by_underflow)


class Case:
    """An expression at a point, as a graph."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self.leaves, self.root = expression.on_values()
        self.deltas = dict(sweep(self.root)) if isinstance(self.root, Node) else {}

    def is_finite(self) -> bool:
        """Whether value and derivatives are finite."""
        return bool(self.deltas) and all(map(math.isfinite, [self.root.data, *self.deltas.values()]))

    def has_tiny_numbers(self) -> bool:
        """Whether some δ or partial is too small for a normal float."""
        slopes = [slope for node in self.deltas for slope in node.partials]
        return any(abs(x) < SMALLEST for x in [*self.deltas.values(), *slopes])

    def wrong(self) -> list[tuple[int, Any]]:
        """The derivatives that are off, by the place of their leaf, and the right ones."""
        z = on_numbers(self.expression, [EXACT.mpf(x) for x in self.expression.inputs])
        right = gradient_on_numbers(self.expression, z, self.expression.result)
        return [
            (k, exact)
            for k, (leaf, exact) in enumerate(zip(self.leaves, right, strict=True))
            if EXACT.isfinite(exact) and abs(exact) >= SMALLEST
            if abs(self.deltas.get(leaf, 0.0) - exact) > OFF * abs(exact)
        ]

    def right_without_end(self, wrong: list[tuple[int, Any]]) -> list[int]:
        """Those of them that the sweep gets right in floats whose exponent has no end."""
        deltas: dict[Node, Any] = {self.root: ENDLESS.mpf(1)}
        for node in reversed(self.deltas):
            for operand, slope in zip(node.operands, _exact_partials(node), strict=True):
                if isinstance(operand, Node):
                    deltas[operand] = deltas.get(operand, 0) + deltas[node] * ENDLESS.mpf(EXACT.one * slope)
        return [k for k, exact in wrong if abs(deltas[self.leaves[k]] - exact) <= OFF * abs(exact)]


def _exact_partials(node: Node) -> list[Any]:
    if node.primitive is None:
        return []
    row, numbers = node.primitive, data_of(node.operands)
    indices = row.signature.index_positions(len(numbers))
    xs = [x if k in indices else EXACT.mpf(x) for k, x in enumerate(numbers)]
    z = EXACT.one * row.value(*xs)
    return list(row.partials[0](z, *xs)) if row.signature.lists else [partial(z, *xs) for partial in row.partials]


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.underflow", description=__doc__.splitlines()[0])
    parser.add_argument("--expressions", type=int, default=900, metavar="N", help=f"each at {POINTS} points (900)")
    parser.add_argument("--seed", type=int, default=20261129, metavar="S")
    options = parser.parse_args()
    for size in SIZES:
        print(f"operands times e^±{size:g}: {count(options.expressions, size, options.seed)}", flush=True)


if __name__ == "__main__":
    main()

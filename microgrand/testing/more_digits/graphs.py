"""The formula that a recorded graph is: the graph evaluated in many digits, which owes nothing to its partials."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from microgrand.program.replay_on_numbers import filled
from microgrand.table.primitive import Primitive
from microgrand.testing.exact import EXACT, many_digits
from microgrand.testing.expression import Expression, applied
from microgrand.testing.more_digits.formulas import Formula
from microgrand.testing.more_digits.run import DigitsLostError

HALF_UNIT = 2.0**-53


class Graph(Formula):
    """Recorded graphs of the same inputs, one for each output; a plain number is an output, too.

    >>> from microgrand import relu
    >>> from microgrand.testing.more_digits.formulas import Line
    >>> graph = Graph([Expression.of(lambda x: relu(3.0 * x), 0.0)])
    >>> [float(side) for side in Line(graph, {0: 1.0}).slopes({0: 1.0}).sides]
    [0.0, 3.0]
    """

    def __init__(self, expressions: Sequence[Expression | float]) -> None:
        self.expressions = expressions
        self.inputs = next(expression.inputs for expression in expressions if isinstance(expression, Expression))

    def outputs(self, inputs: Sequence[Any], seed: int | None = None) -> list[Any]:
        """The roots of the graphs."""
        return [
            _value(each, inputs, seed) if isinstance(each, Expression) else EXACT.mpf(each) for each in self.expressions
        ]

    def is_evaluated(self) -> bool:
        """Whether all its rows can be evaluated in many digits: a row may be of floats only."""
        try:
            with many_digits(self.digits):
                self.outputs([EXACT.mpf(x) for x in self.inputs])
        except DigitsLostError:
            return False
        return True


def natural_slope(expression: Expression, ks: Iterable[int]) -> float:
    """The slope of a line from 0 to the largest number that the function computes on its way."""
    slots = enumerate(filled(expression, expression.inputs, applied))
    sizes = [abs(z) for k, z in slots if isfinite(z) and not expression.is_constant(k)]
    return max(sizes, default=0.0) / min([abs(expression.inputs[k]) or 1.0 for k in ks])


def _value(expression: Expression, inputs: Sequence[Any], seed: int | None) -> Any:
    """The value; None where it is no real number. Raises DigitsLostError where a row computes on floats only."""
    source = None if seed is None else random.Random(seed)

    def rounded(row: Primitive, operands: list[Any]) -> Any:
        z = applied(row, operands)
        return z if source is None else z * (1 + EXACT.mpf(source.uniform(-1.0, 1.0)) * HALF_UNIT)

    try:
        z = filled(expression, list(inputs), rounded)[expression.result]
    except (ArithmeticError, ValueError):
        return None
    except (TypeError, AttributeError, NotImplementedError) as error:
        raise DigitsLostError(f"a row computes on floats only: {error}") from error
    return None if isinstance(z, EXACT.mpc) or not EXACT.isfinite(z) else EXACT.mpf(z)

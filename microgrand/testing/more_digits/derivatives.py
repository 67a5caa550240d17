"""The derivative of a formula, which is a formula again: slopes of it are second derivatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microgrand.testing.exact import EXACT, many_digits, step_beside
from microgrand.testing.more_digits.formulas import Formula

FINER = 3  # times the digits of the values, of which a step takes one part and the difference another


class Derivative(Formula):
    """The derivatives of a formula's outputs along a direction, by differences over a step finer than any other.

    sides  whether the formula may be looked at on the left and on the right of the point, along the direction

    >>> from microgrand.testing.expression import Expression
    >>> from microgrand.testing.more_digits.formulas import Line
    >>> from microgrand.testing.more_digits.graphs import Graph
    >>> cube = Graph([Expression.of(lambda x: x * x * x, 2.0)])
    >>> [float(side) for side in Line(Derivative(cube, {0: 1.0}), {0: 1.0}).slopes({0: 1.0}).sides]
    [12.0, 12.0]
    """

    def __init__(
        self, formula: Formula, direction: Mapping[int, float], sides: tuple[bool, bool] = (True, True)
    ) -> None:  # fmt: skip
        self.inputs = formula.inputs
        self._formula = formula
        self._direction = direction
        self._left, self._right = sides

    @property
    def digits(self) -> int:
        """How many its values have: the formula itself is evaluated in more, which differencing it costs."""
        return self._formula.digits

    @property
    def most_digits(self) -> int:
        """The same, beyond which the formula tells no more."""
        return self._formula.most_digits

    def outputs(self, inputs: Sequence[Any], seed: int | None = None) -> list[Any]:
        """The derivatives; None where the formula has no value beside the point."""
        with many_digits(FINER * EXACT.dps):
            found = self._quotients(inputs, seed)
        return [None if z is None else +z for z in found]

    def _quotients(self, inputs: Sequence[Any], seed: int | None) -> list[Any]:
        step = step_beside(self.inputs) * EXACT.mpf(10) ** (-EXACT.dps // FINER)  # finer than slopes are taken over
        low, high = (-step if self._left or not self._right else 0 * step), (step if self._right else 0 * step)
        before, after = (self._formula.outputs(self._moved(inputs, t), seed) for t in (low, high))
        return [
            None if z is None or w is None else (w - z) / (high - low) for z, w in zip(before, after, strict=True)
        ]  # fmt: skip

    def _moved(self, inputs: Sequence[Any], t: Any) -> list[Any]:
        return [EXACT.mpf(x) + t * self._direction.get(k, 0.0) for k, x in enumerate(inputs)]

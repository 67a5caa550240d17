"""A formula in many digits: its values around a point, and from them its slopes along a direction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from microgrand.testing.exact import (
    EXACT,
    SMALLEST_SLOPE_DIGITS,
    STEP_DIGITS,
    many_digits,
    released,
    step_beside,
    working_digits,
)
from microgrand.testing.more_digits.slopes import Slopes, one_sided, slopes

ROUNDINGS = 3  # runs whose every step is rounded otherwise
BESIDE_DIGITS = 20  # a point beside lies so many powers of ten of steps away
SAFETY = 4.0  # what a few samples may miss of a spread


class Formula(ABC):
    """A function that can be evaluated in many digits at a point and beside it.

    inputs  where it is evaluated, flat
    """

    inputs: Sequence[Any]

    @property
    def point(self) -> Sequence[float]:
        """The inputs as floats."""
        return self.inputs

    @abstractmethod
    def outputs(self, inputs: Sequence[Any], seed: int | None = None) -> list[Any]:
        """The outputs at inputs in many digits, flat; None in the place of one that is no real number there.

        seed  where it is given each step is off by a random part of the rounding that floats have: what roundings
              inside f do shows in how far apart these are
        """

    @property
    def digits(self) -> int:
        """How many are enough, unless the function cancels beyond what floats would show."""
        return working_digits(self.inputs) + 2 * STEP_DIGITS

    @property
    def most_digits(self) -> int:
        """How many are enough for a difference of values down to the smallest slope that a float can be."""
        return working_digits(self.inputs) + STEP_DIGITS + SMALLEST_SLOPE_DIGITS


class Beside(Formula):
    """A formula at a point so close to its own that no float tells the two apart, and yet to one side of every tie.

    shift  how far each input is moved, as a part of a distance that is far below every input
    """

    def __init__(self, formula: Formula, shift: Sequence[float]) -> None:
        self._formula = formula
        distance = step_beside(formula.inputs) * EXACT.mpf(10) ** BESIDE_DIGITS
        with many_digits(formula.most_digits):
            moved: list[Any] = [EXACT.mpf(x) + part * distance for x, part in zip(formula.inputs, shift, strict=True)]
        self.inputs = moved

    @property
    def point(self) -> Sequence[float]:
        """The point that it is beside."""
        return self._formula.point

    def outputs(self, inputs: Sequence[Any], seed: int | None = None) -> list[Any]:
        """Those of the formula."""
        return self._formula.outputs(inputs, seed)

    @property
    def digits(self) -> int:
        """Those of the formula, and as many as the distance takes."""
        return self._formula.digits + BESIDE_DIGITS

    @property
    def most_digits(self) -> int:
        """As before."""
        return self._formula.most_digits + BESIDE_DIGITS


class Line:
    """A formula along a direction through its point: all outputs, each evaluated once for each step.

    direction  the weight of each input that is moved
    """

    def __init__(self, formula: Formula, direction: Mapping[int, float]) -> None:
        self._formula = formula
        self._direction = direction
        # Beside a huge input a step of another one may be multiplied by it, as in sin(x·y).
        self._step = step_beside(formula.point) / max([1.0, *map(abs, formula.point)])
        self._digits = formula.digits
        self._known: dict[tuple[Any, int | None, int], list[Any]] = {}

    def slopes(
        self, weights: Mapping[int, float], sides: tuple[bool, bool] = (True, True), finest: bool = False
    ) -> Slopes | None:
        """The derivatives along the direction from the left and from the right; None where there are none.

        weights  of the outputs in the sum that is differentiated
        sides    whether the left and the right side may be looked at
        finest   whether to take as many digits as there may be from the start: in fewer, 1 + tanh x is 0 for
                 x = -150, and what it is a factor of is settled all the same
        """
        found = None
        for digits in (self._formula.digits, self._formula.most_digits)[finest:]:
            self._digits = digits
            with many_digits(digits):
                found = slopes(lambda t: self.value(weights, t), self._step, sides)
            if found is not None and found.is_settled:
                break
        if found is None:
            return None
        left, right, truncation = map(released, found[:3])
        return Slopes(left, right, truncation, found.kink)

    def spread(self, weights: Mapping[int, float], found: Slopes) -> float:
        """How far the derivative moves when every step of f is rounded otherwise; infinite where it ends being so."""
        side, slope = (-1, found.left) if found.left is not None else (1, found.right)
        with many_digits(self._digits):
            others = [self._rounded(weights, side, seed) for seed in range(ROUNDINGS)]
            if not EXACT.isfinite(slope):
                return 0.0 if all([other == slope for other in others]) else inf
            known = [abs(other - slope) for other in others if other is not None]
            return SAFETY * float(max(known, default=0.0))

    def _rounded(self, weights: Mapping[int, float], side: int, seed: int) -> Any:
        here = self._value(weights, EXACT.mpf(0), seed)
        found = None if here is None else one_sided(lambda t: self._value(weights, t, seed), here, side * self._step)
        return None if found is None else released(found.slope)

    def value(self, weights: Mapping[int, float], t: Any) -> Any:
        """Σ weight·output at a step t along the direction; None where there is none."""
        return self._value(weights, t, None)

    def _value(self, weights: Mapping[int, float], t: Any, seed: int | None) -> Any:
        key = (t, seed, self._digits)
        if key not in self._known:
            moved = [EXACT.mpf(x) for x in self._formula.inputs]
            for k, weight in self._direction.items():
                moved[k] += t * weight
            self._known[key] = self._formula.outputs(moved, seed)
        outputs = [(weight, self._known[key][j]) for j, weight in weights.items()]
        return None if any([z is None for _, z in outputs]) else EXACT.fsum([weight * z for weight, z in outputs])

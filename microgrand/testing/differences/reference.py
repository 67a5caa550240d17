"""The derivative as the differences show it, with its error, on one side or on both."""

from __future__ import annotations

from typing import NamedTuple

from microgrand.testing.differences.intervals import Bound, Nest, bounds, debts, nested
from microgrand.testing.differences.kinks import ENOUGH, kinked
from microgrand.testing.differences.surroundings import LEFT, Surroundings


class Reference(NamedTuple):
    """The derivative lies in [low, high]; at a kink this is the hull of both one-sided derivatives.

    nests  where the intervals of both sides meet; at a kink, those of the left and those of the right
    error  how uncertain the slope is, or the more uncertain one of the two
    """

    nests: tuple[Nest, ...]
    low: float
    high: float
    error: float

    @property
    def kink(self) -> bool:
        """Whether left and right derivative differ."""
        return len(self.nests) == 2

    @property
    def slope(self) -> float:
        """The derivative; at a kink the middle of the two."""
        return self.nests[0].best.slope / 2 + self.nests[-1].best.slope / 2

    @property
    def size(self) -> float:
        """|slope|, the larger one at a kink."""
        return max([abs(nest.best.slope) for nest in self.nests])

    @property
    def step(self) -> int:
        """The step whose interval is the narrowest."""
        return min([nest.best.step for nest in self.nests])

    @property
    def holds_zero(self) -> bool:
        """Whether the derivative may be 0, and is one number."""
        return not self.kink and self.low <= 0.0 <= self.high

    @property
    def conflicts(self) -> list[Bound]:
        """The steps that ended the nests."""
        return [nest.conflict for nest in self.nests if nest.conflict is not None]

    @property
    def doubtful(self) -> list[Bound]:
        """Conflicts that few smaller steps rule out: the larger steps may be right, and the smaller ones noisier."""
        return [nest.conflict for nest in self.nests if nest.conflict is not None and nest.rejecting < ENOUGH]

    @property
    def with_doubts(self) -> tuple[float, float]:
        """The interval widened by what the doubtful conflicts say."""
        return min([self.low, *[b.low for b in self.doubtful]]), max([self.high, *[b.high for b in self.doubtful]])

    def side(self, side: int) -> float:
        """The slope on one side."""
        return self.nests[0 if side == LEFT else -1].best.slope

    def widened(self, doubt: float) -> Reference:
        """The same, with so much more error."""
        return self._replace(low=self.low - doubt, high=self.high + doubt, error=self.error + doubt)

    def rejections(self, claim: float, tolerance: float) -> int:
        """At how many steps the claim is outside, on the side that rules it out less."""
        return min([nest.rejections(claim, tolerance) for nest in self.nests])


def refer(around: Surroundings) -> Reference | None:
    """The reference from all steps at hand; None if there are too few."""
    return _at_noise(around, 1.0)


def _at_noise(around: Surroundings, scale: float) -> Reference | None:
    """The reference if the noise is `scale` times what it seems."""
    left, right, central = (
        series.windows(scale) if series is not None else []
        for series in (around.left, around.right, around.central)
    )  # fmt: skip
    left_alone, right_alone = bounds(left, debts([left], scale), scale), bounds(right, debts([right], scale), scale)
    if kinked(left_alone, right_alone):
        return _both_sides(nested(left_alone), nested(right_alone))
    sides = [left, right]
    joint = [*bounds(left, owed := debts(sides, scale), scale), *bounds(right, owed, scale)]
    if left and right:
        joint += bounds(central, debts([central, *sides], scale), scale)
    nest = nested(sorted(joint, key=lambda bound: (bound.step, bound.error)))
    return None if nest is None else _unsharpened_zero(one_slope(nest), around)


def one_slope(nest: Nest) -> Reference:
    """The reference where both sides have the same slope, or there is one side only."""
    return Reference((nest,), nest.best.low, nest.best.high, nest.best.error)


def _both_sides(left: Nest | None, right: Nest | None) -> Reference | None:
    if left is None or right is None:
        return None
    low, high = min(left.best.low, right.best.low), max(left.best.high, right.best.high)
    error = max(left.best.error, right.best.error)
    return Reference((left, right), low, high, error)


def _unsharpened_zero(reference: Reference, around: Surroundings) -> Reference:
    """A slope that may be 0 is not known better than by f's noise over a distance of max(|x|, 1).

    Ever larger steps would make the error of a 0 ever smaller, and in the end rule out a small slope that is right.
    """
    if not reference.holds_zero:
        return reference
    least = 4 * around.noise.of(around.value) / max(abs(around.x), 1.0)
    error = max(reference.error, least)
    low, high = min(reference.low, reference.slope - error), max(reference.high, reference.slope + error)
    return reference._replace(error=error, low=low, high=high)

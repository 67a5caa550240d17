"""A claimed derivative, compared with a reference."""

from __future__ import annotations

import math

from microgrand.testing.differences.reference import Reference
from microgrand.testing.differences.step_sizes import length
from microgrand.testing.differences.surroundings import Surroundings

RESOLUTION = 1e-2  # an error above this share of the slope is too coarse to agree on
SETTLED = 0.1  # a reference is settled when its error is below this share of the tolerance
SETTLED_KINK = 1e-3  # or, at a kink, below this share of the slope
FLAT = 1e-6  # a claim below this share of f's natural slope is near zero
FLAT_RANGE = 8  # noises: f is constant if it varies by no more
FLAT_ERROR = 64  # and the error of its slope is no more than so many, over the distance looked at
HIDDEN = 0.125  # roundings of f: a claim that moves it by less is as good as zero
UNDERFLOW = 1e-300
OUTERMOST = 8  # if one of so many last steps is the best one, larger ones would be better
FEWEST_REJECTIONS = 3  # steps


class Claim:
    """The claimed slope of f at x."""

    def __init__(self, slope: float, around: Surroundings) -> None:
        self.slope = slope
        self._around = around
        self._size = abs(slope) if math.isfinite(slope) else 0.0

    def tolerance(self, reference: Reference) -> float:
        """How far outside the reference's interval the claim may be."""
        return self._around.precision.tolerance * max(reference.size, self._size)

    def gap(self, reference: Reference) -> float:
        """How far outside it is."""
        return max(reference.low - self.slope, self.slope - reference.high, 0.0)

    def fits(self, reference: Reference) -> bool:
        """Whether it is inside, but for the tolerance."""
        tolerance = self.tolerance(reference)
        return reference.low - tolerance <= self.slope <= reference.high + tolerance

    def rejections(self, reference: Reference) -> int:
        """At how many steps it is ruled out."""
        return reference.rejections(self.slope, self.tolerance(reference))

    def near_zero(self) -> bool:
        """Whether the claim is negligible beside the slopes that f has around x."""
        return self._size * self._around.reach <= FLAT * self._around.range

    def precise(self, reference: Reference) -> bool:
        """Whether the reference is exact beside the slope."""
        resolution = max(RESOLUTION, self._around.precision.tolerance)
        return reference.error <= resolution * max(reference.size, self._size)

    def sharp(self, reference: Reference) -> bool:
        """Whether the reference is exact enough to agree with: beside the slope, or beside what counts as zero."""
        around, error = self._around, reference.error
        if self.precise(reference) or error * length(reference.step) <= UNDERFLOW:
            return True
        if reference.holds_zero and error <= math.sqrt(around.precision.unit) * around.steepest(reference.step):
            return True
        noise = around.noise.own(around.value)
        if noise > max(math.sqrt(around.precision.unit) * abs(around.value), around.precision.smallest):
            return False
        distance = min(length(reference.step), max(abs(around.x), 1.0))
        if self._size * max(abs(around.x), 1.0) > HIDDEN * around.precision.unit * abs(around.value):
            return False  # a slope of f that roundings hide, not one of zero
        return around.range <= FLAT_RANGE * noise and error * distance <= FLAT_ERROR * noise

    def clear(self, reference: Reference) -> bool:
        """Whether the reference is sharp enough to agree, or ruled out at enough steps to disagree."""
        if self.fits(reference):
            return self.sharp(reference)
        return self.rejections(reference) >= FEWEST_REJECTIONS

    def settled(self, reference: Reference) -> bool:
        """Whether larger steps would hardly change the verdict."""
        if reference.error <= SETTLED * self.tolerance(reference):
            return True
        if reference.kink and reference.error <= SETTLED_KINK * reference.size:
            return True
        if self._around.blocks == 0 or not (self.fits(reference) and self.sharp(reference)):
            return False
        still_improving = reference.step > self._around.steps[-1] - OUTERMOST and not reference.holds_zero
        return not still_improving

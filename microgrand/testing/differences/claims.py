"""A claimed derivative, compared with a reference."""

from __future__ import annotations

import math

from microgrand.testing.differences.reference import Reference
from microgrand.testing.differences.sight import is_precise
from microgrand.testing.differences.standards import FEWEST, GROSS, RESOLUTION
from microgrand.testing.differences.surroundings import Surroundings


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
        return self.gap(reference) <= self.tolerance(reference)

    def grossly_outside(self, reference: Reference) -> bool:
        """Whether it is outside by so much that no doubt excuses it."""
        return self.gap(reference) > GROSS * max(reference.error, self.tolerance(reference))

    def rejected(self, reference: Reference) -> bool:
        """Whether it is ruled out at enough steps."""
        return reference.rejections(self.slope, self.tolerance(reference)) >= FEWEST

    def sharp(self, reference: Reference) -> bool:
        """Whether the reference is exact enough to agree with: beside the slope, or beside what counts as zero."""
        if reference.error <= RESOLUTION * max(reference.size, self._size):
            return self._around.noise.seen <= self._around.natural_range
        return self.slope == 0.0 and is_precise(self._around, reference)

    def clear(self, reference: Reference) -> bool:
        """Whether the reference is sharp enough to agree, or rules the claim out at enough steps to disagree."""
        return self.sharp(reference) if self.fits(reference) else self.rejected(reference)

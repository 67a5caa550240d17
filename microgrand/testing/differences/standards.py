"""What counts as clear, as enough and as alike, wherever values of f are weighed."""

from typing import Final

RESOLUTION: Final = 0.01  # an error above this share of the slope is too coarse to agree on
GROSS: Final = 100  # times what is uncertain: no doubt excuses more
SAFETY: Final = 4  # an estimate of noise may be low by this factor, and what is below so many times it may be noise
ALIKE: Final = SAFETY**2  # two estimates of one noise differ by no more: either may be off by the safety
FEWEST: Final = 3  # of a kind that say something: one may err, and two may err together
MANY: Final = 8  # of a kind, or times as much, where less would be a few

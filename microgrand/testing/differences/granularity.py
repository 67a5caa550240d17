"""Whether a jump of f is one of many: then f is coarse, and what its slope is shows above its steps only."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from itertools import count

from microgrand.testing.differences.departures import Jump
from microgrand.testing.differences.noise import table_estimate
from microgrand.testing.differences.standards import ALIKE, FEWEST, SAFETY
from microgrand.testing.differences.surroundings import Surroundings

WINDOWS = range(-2, 2)  # side by side, two on each side of x
SPACES = 6  # between the points of a window: enough for differences of the fifth order
COARSER = 6.7  # times as wide are the windows of the next scale; not whole, or the jumps of a table fall in step


class Spread(Enum):
    """Where f jumps: at one place, everywhere, or at too few places to tell."""

    ALONE = auto()
    EVERYWHERE = auto()
    UNCLEAR = auto()


def spread(around: Surroundings, jump: Jump) -> tuple[Spread, float]:
    """Whether the jump is alone, and how large the noise is if it is not.

    Tables of differences over ever wider windows tell. Jumps that are everywhere are noise in most windows, of about
    the jump's size, and of the same size in wider windows. One jump, or a kink, is in one window only;
    and what bends smoothly is seen in all, but its third differences grow with the third power of the width.
    """
    seen: list[float] = []
    for noise in _noises(around, jump.distance):
        if noise > ALIKE * jump.size:
            break
        seen.append(noise)
        if noise * ALIKE >= jump.size and max(seen[-3:-1], default=0.0) * ALIKE >= jump.size:
            return Spread.EVERYWHERE, SAFETY * max(jump.size / 2, *seen)
    clean = len(seen) >= FEWEST and max(seen[-2:]) * ALIKE * ALIKE <= jump.size
    return (Spread.ALONE if clean else Spread.UNCLEAR), 0.0


def _noises(around: Surroundings, smallest: float) -> Iterator[float]:
    """The noise that half of the windows have at least, by scale, up to the natural size of a step at x."""
    for k in count():
        width = 2 * smallest * COARSER**k
        if 2 * width > 2 * around.natural_length:
            return
        estimates = sorted([table_estimate(values) for values in _windows(around, width)])
        if len(estimates) < 2:
            return
        yield estimates[(len(estimates) - 1) // 2]


def _windows(around: Surroundings, width: float) -> Iterator[list[float]]:
    for window in WINDOWS:
        values = [around.at((window + i / SPACES) * width) for i in range(SPACES + 1)]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            yield known

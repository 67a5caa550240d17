"""f around x: its values at the steps to either side, their noise, and the three series of quotients."""

from __future__ import annotations

import math
from collections.abc import Iterator

from microgrand.testing.differences.extrapolation import Quotient, Series
from microgrand.testing.differences.intervals import MUCH_LARGER, roughness
from microgrand.testing.differences.noise import TABLE_POINTS, TABLE_SPACING, Noise, table_estimate
from microgrand.testing.differences.precision import DOUBLE, Precision
from microgrand.testing.differences.probe import Probe
from microgrand.testing.differences.standards import FEWEST, GROSS, RESOLUTION
from microgrand.testing.differences.step_sizes import MINUTE, filled_in, length, natural_steps, outward_steps, thinned

LEFT, RIGHT = -1, 1
MOST_BLOCKS = 3
AT_ONCE = 2.0**-30  # of how far f moves over a step of 1, where a straight line moves by 2⁻¹⁰⁰


class Surroundings:
    """What is known of f around x. It grows outward, and is looked at anew when more noise comes to light.

    table                 values at equal, tiny distances, which show the noise
    left, right, central  the series of quotients; None where f has too few values on that side
    rises                 how far f moves over each step, where it has a value
    blocks                how many blocks of outward steps were added
    """

    def __init__(self, probe: Probe, x: float, value: float, precision: Precision) -> None:
        self.probe = probe
        self.x = x
        self.value = value
        self.precision = precision
        self.steps = natural_steps(x, precision)
        self.natural_top = self.steps[-1]
        if probe.sparing:
            self.steps = thinned(self.steps)
        if self._moves_at_once():
            self.steps = [*MINUTE, *self.steps]
        self.blocks = 0
        self.table = self._noise_table()
        self.noise = Noise(precision, value, table_estimate(self.table) if self.table else 0.0)

    def look(self) -> None:
        """Form the quotients of all steps, which evaluates f there."""
        self.left = _series(list(self._one_sided(LEFT)), 1)
        self.right = _series(list(self._one_sided(RIGHT)), 1)
        self.central = _series(list(self._central()), 2)
        self.rises = [(step, abs(value - self.value)) for step in self.steps for value in self._known(step)]

    def roughness(self) -> float:
        """What the smaller steps show of f that cannot be its bend, and is little beside how far f moves."""
        series = [each.windows(1.0) for each in (self.left, self.right, self.central) if each]
        return roughness(series, self.natural_top + MUCH_LARGER, RESOLUTION * self.natural_range)

    def at(self, distance: float) -> float | None:
        """f(x + distance), or None."""
        return self.probe(self.probe.point(self.x + distance))

    def extend(self) -> bool:
        """Add one block of larger steps; whether there was any to add."""
        if self.blocks == MOST_BLOCKS:
            return False
        self.blocks += 1
        steps = outward_steps(self.steps[-1], self.blocks - 1, self._moves)
        if self.probe.sparing:
            steps = thinned(steps)
        self.steps += steps
        self.look()
        return bool(steps)

    def fill_in(self, step: int) -> None:
        """Take all steps near this one."""
        if self.probe.sparing:
            return
        self.steps = filled_in(self.steps, step)
        self.look()

    def blur(self, noise: float) -> None:
        """Take so much for noise from now on."""
        self.noise.quantum = max(2 * self.noise.quantum, noise)
        self.look()

    @property
    def natural_length(self) -> float:
        """The largest of the steps that are natural at x, those of its own size."""
        return length(self.natural_top)

    @property
    def range(self) -> float:
        """The most by which f differs from f(x) at the steps taken."""
        return max([rise for _, rise in self.rises], default=0.0)

    @property
    def values(self) -> set[float]:
        """The values that f takes at the natural steps, or at those up to 1."""
        distances = [length(step) for step in self.steps if step <= max(self.natural_top, 0)]
        found = [self.at(side * distance) for distance in distances for side in (LEFT, RIGHT)]
        return {value for value in found if value is not None}

    @property
    def natural_range(self) -> float:
        """The same at the natural steps, or those up to 1."""
        return max([rise for step, rise in self.rises if step <= max(self.natural_top, 0)], default=0.0)

    @property
    def reach(self) -> float:
        """The largest step at which f has a value."""
        return length(max([step for step, _ in self.rises], default=0))

    @property
    def distances(self) -> list[float]:
        """The lengths of the steps."""
        return [length(step) for step in self.steps]

    def natural_slope(self, least: int) -> float:
        """The largest slope of a secant from x over this step or more: beside it, a slope can be zero.

        Where f does not rise above its noise, the slope that it would take to go from 0 to f(x).
        """
        noise = GROSS * self.noise.of(self.value)
        most = max(self.natural_top, least, 0)
        secants = [rise / length(step) for step, rise in self.rises if least <= step <= most and rise > noise]
        return max(secants, default=abs(self.value) / self.reach)

    def _one_sided(self, side: int) -> Iterator[Quotient]:
        """The quotients on one side, up to the first step at which f has no value."""
        noise_here = self.noise.of(self.value)
        for step in self.steps:
            y = self.probe.point(self.x + side * length(step))
            value = self.probe(y)
            if value is None:
                return
            if y != self.x:
                yield self._quotient(step, value - self.value, y - self.x, self.noise.of(value) + noise_here)

    def _central(self) -> Iterator[Quotient]:
        for step in self.steps:
            above, below = (self.probe.point(self.x + side * length(step)) for side in (RIGHT, LEFT))
            right, left = self.probe(above), self.probe(below)
            if right is None or left is None:
                return
            if above != self.x != below:
                yield self._quotient(step, right - left, above - below, self.noise.of(right) + self.noise.of(left))

    def _quotient(self, step: int, rise: float, run: float, noise: float) -> Quotient:
        slope = rise / run
        return Quotient(step, slope, noise / abs(run) + 4 * self.precision.unit * abs(slope))

    def _known(self, step: int) -> Iterator[float]:
        for side in (LEFT, RIGHT):
            value = self.at(side * length(step))
            if value is not None:
                yield value

    def _moves(self, step: int) -> bool:
        """Whether f changes visibly over the step, or ends."""
        values = [self.at(side * length(step)) for side in (LEFT, RIGHT)]
        return any([v is None or abs(v - self.value) > GROSS * self.noise.of(self.value) for v in values])

    def _moves_at_once(self) -> bool:
        """Whether x = 0 and f varies on a scale so small that the smallest step is none for it."""
        if self.x or self.precision is not DOUBLE:
            return False
        ends = (self.steps[0], self.steps[-1])
        first, last = (max([abs(value - self.value) for value in self._known(step)], default=0.0) for step in ends)
        return first > AT_ONCE * last

    def _noise_table(self) -> list[float]:
        """Values at equal, tiny distances from x toward 0, or the other way where f has none there."""
        spacing = TABLE_SPACING * self.precision.ulp(self.x) if self.x else length(self.steps[0])
        inward = -math.copysign(spacing, self.x)
        for direction in (inward, -inward):
            values = [self.at(k * direction) for k in range(1, TABLE_POINTS + 1)]
            known = [value for value in values if value is not None]
            if len(known) == TABLE_POINTS:
                return known
        return []


def _series(quotients: list[Quotient], power: int) -> Series | None:
    """The quotients up to the first that overflows; those over the very smallest steps may."""
    while quotients and not _finite(quotients[0]):
        quotients = quotients[1:]
    end = next((k for k, quotient in enumerate(quotients) if not _finite(quotient)), len(quotients))
    return Series(quotients[:end], power) if end >= FEWEST else None


def _finite(quotient: Quotient) -> bool:
    return math.isfinite(quotient.slope) and math.isfinite(quotient.noise)

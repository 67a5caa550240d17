"""Whether f leaves its tangent by a jump: the sign of a quantised f, or of a discontinuity nearby."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from microgrand.testing.differences.reference import Reference
from microgrand.testing.differences.step_sizes import length
from microgrand.testing.differences.surroundings import LEFT, RIGHT, Surroundings

HALVINGS = 12
FEWEST_HALVINGS = 7
BOTH = 0


class Jump(NamedTuple):
    """f moves by `size` all at once, `distance` away from x."""

    size: float
    distance: float


def largest_jump(around: Surroundings, reference: Reference) -> Jump | None:
    """The jump by which f leaves the reference's line, if that is how it does; the larger one of two sides."""
    found = [jump for side, last, step in departures(around, reference)
             if (jump := _narrowed(_Deviation(around, reference, side), last, step))]  # fmt: skip
    return max(found, default=None)


def departures(around: Surroundings, reference: Reference) -> Iterator[tuple[int, float, float]]:
    """On each side: the last step where f is on the line, and the first where it has left it.

    Where both sides have one slope it is the odd part of f that is looked at. A bend to one side, which f may have
    with every right, is even to begin with and would hide a jump.
    """
    for side in (LEFT, RIGHT) if reference.kink or around.central is None else (BOTH,):
        deviation = _Deviation(around, reference, side)
        last = 0.0
        for step in map(length, around.steps):
            off = deviation.beyond_noise(step)
            if off is None:
                break
            if off:
                yield side, last, step
                break
            last = step


class _Deviation:
    """How far f is off the reference's line, as a function of the step."""

    def __init__(self, around: Surroundings, reference: Reference, side: int) -> None:
        self.around = around
        self.side = side
        self.slope = reference.side(side) if side else reference.slope

    def at(self, step: float) -> float | None:
        part = self.around.odd_part(step, self.side) if step else (0.0, 0.0)
        return None if part is None else part[0] - self.slope * step

    def beyond_noise(self, step: float) -> bool | None:
        part = self.around.odd_part(step, self.side)
        if part is None:
            return None
        on_line = self.slope * step
        return abs(part[0] - on_line) > 4 * part[1] + 64 * self.around.precision.unit * abs(on_line)


def _narrowed(deviation: _Deviation, low: float, high: float) -> Jump | None:
    """Bisect for where the deviation comes from: if its increment stops shrinking, from a jump."""
    at_low, at_high = deviation.at(low), deviation.at(high)
    if at_low is None or at_high is None:
        return None
    increments = [abs(at_high - at_low)]
    adjacent = False
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2
        if deviation.around.x + middle in (deviation.around.x + low, deviation.around.x + high):
            adjacent = True
            break
        at_middle = deviation.at(middle)
        if at_middle is None:
            return None
        if abs(at_middle - at_low) >= abs(at_high - at_middle):
            high, at_high = middle, at_middle
        else:
            low, at_low = middle, at_middle
        increments.append(abs(at_high - at_low))
    if not _stopped_shrinking(increments, adjacent):
        return None
    return Jump(increments[-1] * (1 if deviation.side else 2), high)


def _stopped_shrinking(increments: list[float], adjacent: bool) -> bool:
    """A line's increment halves each time, that of a jump stays."""
    last = increments[-1]
    if adjacent and len(increments) < FEWEST_HALVINGS:
        return last > increments[0] / 4
    return last > increments[0] / 10 and last > 0.4 * increments[-6]

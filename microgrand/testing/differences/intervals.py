"""Intervals in which the derivative lies, one per step, and where they meet before the first contradiction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from microgrand.testing.differences.extrapolation import Window
from microgrand.testing.differences.standards import ALIKE
from microgrand.testing.differences.step_sizes import length

MUCH_LARGER = 6  # powers of two


class Bound(NamedTuple):
    """The derivative as seen from one step: within `error` of `slope`."""

    step: int
    slope: float
    error: float

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.slope - self.error

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.slope + self.error

    def meets(self, other: Bound) -> bool:
        """Whether the intervals have a number in common."""
        return abs(self.slope - other.slope) <= self.error + other.error


class Nest(NamedTuple):
    """Intervals that contradict each other nowhere: the narrowest one, all of them, and the step that ended it.

    conflict  the first interval that shares no number with all the smaller steps' ones; None if there is none
    rejecting at how many smaller steps the conflict is ruled out by an interval narrower than half the way to it
    """

    best: Bound
    bounds: Sequence[Bound]
    conflict: Bound | None
    rejecting: int

    def rejections(self, claim: float, tolerance: float) -> int:
        """At how many steps the claim is outside."""
        return len({b.step for b in self.bounds if abs(claim - b.slope) > b.error + tolerance})


def debts(series: Sequence[Sequence[Window]], noise_scale: float) -> dict[int, float]:
    """The truncation that is owed at each step: all that exceeded the noise there, or at a smaller step.

    A window of larger steps can look exact by accident, where the f that it sees happens to be a polynomial; but it
    cannot be more exact than those below it were seen to be.
    """
    seen: dict[int, float] = {}
    for windows in series:
        for step, _, truncation, noise in windows:
            seen[step] = max(seen.get(step, 0.0), truncation - noise_scale * noise)
    owed = 0.0
    result = {}
    for step in sorted(seen):
        owed = max(owed, seen[step])
        result[step] = owed
    return result


def roughness(series: Sequence[Sequence[Window]], last: int, most: float) -> float:
    """How far f is off what its own larger steps show: at the first step where it is, up to `last`; 0.0 if nowhere.

    Truncation grows with the step. What is seen at one step and has all but vanished at much larger ones is noise,
    unless it is more than `most`.
    """
    seen: dict[int, float] = {}
    beyond: dict[int, float] = {}
    for windows in series:
        for step, _, truncation, noise in windows:
            seen[step] = max(seen.get(step, 0.0), truncation)
            beyond[step] = max(beyond.get(step, 0.0), truncation - noise)
    faded = [step for step in seen if any([seen[k] * ALIKE < beyond[step] for k in seen if k >= step + MUCH_LARGER])]
    sizes = [seen[step] * length(step) for step in sorted(faded) if step <= last]
    return next((size for size in sizes if size <= most), 0.0)


def bounds(windows: Sequence[Window], owed: dict[int, float], noise_scale: float) -> list[Bound]:
    """The interval of each window: its truncation, or what is owed if that is more, and its noise."""
    return [
        Bound(step, slope, max(truncation, owed[step]) + noise_scale * noise)
        for step, slope, truncation, noise in windows
    ]


def nested(ascending: Sequence[Bound]) -> Nest | None:
    """Intervals from the smallest step up, until the first one that contradicts what was left by those before."""
    low, high = -math.inf, math.inf
    best: Bound | None = None
    for k, bound in enumerate(ascending):
        if best is not None and (bound.high < low or bound.low > high):
            before = ascending[:k]
            return Nest(best, before, bound, _rejecting(before, bound, best))
        low, high = max(low, bound.low), min(high, bound.high)
        if best is None or bound.error < best.error:
            best = bound
    return None if best is None else Nest(best, ascending, None, 0)


def _rejecting(before: Sequence[Bound], conflict: Bound, best: Bound) -> int:
    """At how many steps an interval narrower than half the gap rules the conflicting slope out."""
    gap = abs(conflict.slope - best.slope)
    return len({b.step for b in before if b.error < gap / 2 and abs(b.slope - conflict.slope) > b.error})

"""Where f jumps, near x: all at once it is off the curve that it followed until then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from microgrand.testing.differences.reference import Reference
from microgrand.testing.differences.standards import MANY, SAFETY
from microgrand.testing.differences.surroundings import LEFT, RIGHT, Surroundings

NODES = 3  # of the curve: a parabola, which goes through x
SUDDENLY = 64  # times what f was off at the step before: a smooth f leaves a parabola by 2³ per step, or by 4³


class Jump(NamedTuple):
    """f moves by `size` all at once, `distance` away from x toward `side`."""

    distance: float
    size: float
    side: int


class _Place(NamedTuple):
    """How far f is off the reference's line at a distance from x, and how much of that may be noise."""

    distance: float
    off: float
    noise: float


def nearest_jump(around: Surroundings, reference: Reference) -> Jump | None:
    """The nearest jump to the left or to the right."""
    paths = [_Path(around, reference, side) for side in (LEFT, RIGHT)]
    return min([jump for path in paths if (jump := path.first_jump())], default=None)


def _off(curve: Sequence[_Place], place: _Place) -> float:
    """How far f is off the polynomial through the places of a curve, in units of what noise may do."""
    expected, noise = 0.0, place.noise
    for node in curve:
        weight = 1.0
        for other in curve:
            if other is not node:
                weight *= (place.distance - other.distance) / (node.distance - other.distance)
        expected += weight * node.off
        noise += abs(weight) * node.noise
    return abs(place.off - expected) / (SAFETY * noise)


class _Path:
    """f toward one side of x, less the reference's line."""

    def __init__(self, around: Surroundings, reference: Reference, side: int) -> None:
        self._around = around
        self._side = side
        self._slope = reference.side(side)

    def first_jump(self) -> Jump | None:
        """The jump by which f leaves the line, or else, where it has bent away from the line, its own curve."""
        places = self._places()
        start = next((k for k, place in enumerate(places) if _off(places[:1], place) > 1.0), len(places))
        jump = self._narrowed(places[:1], 1.0, places[start - 1 : start + 1])
        before = 1.0
        for k in range(max(start, NODES), len(places)):
            if jump is not None:
                break
            curve = [places[0], *places[k - NODES + 1 : k]]
            off = _off(curve, places[k])
            if off > SUDDENLY * before:
                jump = self._narrowed(curve, SUDDENLY * before, places[k - 1 : k + 1])
            before = max(off, 1.0)
        return jump

    def _places(self) -> list[_Place]:
        """x, and the steps up to the first without a value."""
        found = [_Place(0.0, 0.0, self._around.noise.of(self._around.value))]
        for distance in self._around.distances:
            place = self._at(distance)
            if place is None:
                break
            found.append(place)
        return found

    def _at(self, distance: float) -> _Place | None:
        around = self._around
        y = around.probe.point(around.x + self._side * distance)
        value = around.probe(y)
        if value is None:
            return None
        run = y - around.x
        doubt = 4 * around.precision.unit * abs(self._slope * run)
        return _Place(abs(run), value - around.value - self._slope * run, around.noise.of(value) + doubt)

    def _narrowed(self, curve: Sequence[_Place], limit: float, ends: Sequence[_Place]) -> Jump | None:
        """The jump between a place where f is off the curve by less than the limit, and one where it is off by more.

        None if f leaves the curve gradually.
        """
        if len(ends) < 2:
            return None
        on, off = ends
        sizes: list[float] = []
        while _off(curve, off) > 2.0 * limit:
            sizes.append(abs(off.off - on.off))
            middle = self._at(on.distance + (off.distance - on.distance) / 2)
            if middle is None or not on.distance < middle.distance < off.distance:
                beyond = self._at(2 * off.distance - on.distance)
                steady = beyond is None or abs(beyond.off - off.off) < sizes[-1] / 2
                return Jump(off.distance, sizes[-1], self._side) if steady else None
            if len(sizes) > MANY and sizes[-1] > sizes[-1 - MANY] / 2:
                return Jump(off.distance, sizes[-1], self._side)
            if _off(curve, middle) > limit:
                off = middle
            else:
                on = middle
        return None

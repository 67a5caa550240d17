"""What values of f show of its slope: looking farther out until it is sharp, and above the steps in which f moves."""

from __future__ import annotations

import math
from typing import NamedTuple

from microgrand.testing.differences.departures import Jump, nearest_jump
from microgrand.testing.differences.granularity import Spread, spread
from microgrand.testing.differences.reference import Reference, refer
from microgrand.testing.differences.standards import RESOLUTION
from microgrand.testing.differences.surroundings import LEFT, RIGHT, Surroundings

MOST_GRAINS = 4  # each coarser than the one before: roundings, on numbers that were rounded before, of a table
NEAR_TOP = 4  # a smooth f is seen best at one of so many largest steps
SETTLED = 0.1  # nobody looks farther when the error is below this share of the tolerance


class Sight(NamedTuple):
    """The slope that f shows, and what it may hide.

    reference  the slope above the steps of f
    within     the slope within one step of a coarse f, that of its rounding; None where f is not coarse
    jump       the nearest jump that is not yet taken for noise
    spread     whether there are more of it
    """

    reference: Reference
    within: Reference | None
    jump: Jump | None
    spread: Spread


def look(around: Surroundings) -> Sight | None:
    """The slope of f, from steps that are above all in which f itself moves; None if f has too few values."""
    reference = _outward(around)
    within = None
    for _ in range(MOST_GRAINS):
        if reference is None:
            return None
        jump = nearest_jump(around, reference)
        kind, noise = (Spread.ALONE, 0.0) if jump is None else spread(around, jump)
        if kind is Spread.EVERYWHERE:
            within = within or reference
        elif not is_precise(around, reference):
            noise = around.roughness()
        if noise == 0.0:
            return Sight(reference, within, jump, kind)
        around.blur(noise)
        reference = _outward(around)
    return None if reference is None else Sight(reference, within, None, Spread.ALONE)


def _outward(around: Surroundings) -> Reference | None:
    """The reference, from larger and larger steps until it is settled or contradicted, then from denser ones."""
    reference = refer(around)
    while reference is None or not (reference.conflicts or _settled(around, reference)):
        if not around.extend():
            break
        reference = refer(around) or reference
    return reference


def _settled(around: Surroundings, reference: Reference) -> bool:
    """Whether larger steps would hardly make it sharper."""
    if around.range > 0.0 and reference.error <= SETTLED * around.precision.tolerance * reference.size:
        return True
    return around.blocks > 0 and not reference.holds_zero and reference.step < around.steps[-1] - NEAR_TOP


def is_precise(around: Surroundings, reference: Reference) -> bool:
    """Whether the reference is exact beside the slope, or is a zero that is exact beside the slopes farther out."""
    if reference.error <= RESOLUTION * reference.size:
        return True
    natural = around.natural_slope(reference.step)
    return reference.holds_zero and (
        around.range == 0.0 or reference.error <= math.sqrt(around.precision.unit) * natural
    )


def flat_between(around: Surroundings, jump: Jump) -> tuple[float, float] | None:
    """From where to where f has one value, that at x, as far as it was looked at; None if it has another on the way."""
    ends = {side: _flat_toward(around, side, jump) for side in (LEFT, RIGHT)}
    known = [ends[side] for side in (LEFT, RIGHT) if around.at(side * around.distances[0]) is not None]
    return (around.x - ends[LEFT], around.x + ends[RIGHT]) if all(known) else None


def _flat_toward(around: Surroundings, side: int, jump: Jump) -> float:
    """How far f has the value that it has at x, toward a side."""
    reached = 0.0
    for distance in around.distances:
        if around.at(side * distance) != around.value:
            between = side == jump.side and reached < jump.distance <= distance
            return jump.distance if between else reached
        reached = distance
    return reached

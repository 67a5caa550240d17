"""Looking farther out, or through the steps of a quantised f, until a reference is settled."""

from __future__ import annotations

from typing import NamedTuple

from microgrand.testing.differences.claims import Claim
from microgrand.testing.differences.extent import natural_range
from microgrand.testing.differences.jumps import Jump, departures, largest_jump
from microgrand.testing.differences.reference import Reference, refer
from microgrand.testing.differences.surroundings import Surroundings

MOST_JUMPS = 4
SMALL = 1e-5  # of f's range, or of |x|
ROUNDINGS = 64
EXPLAINED = 8  # a rounding explains a claim that is off by up to so many times its size over its distance


class Settled(NamedTuple):
    """The reference that was settled on, the one before any step of f was taken for a rounding, and that step."""

    reference: Reference
    before: Reference
    rounding: Jump | None


def settle(around: Surroundings, claim: Claim) -> Settled | None:
    """The reference against which to hold the claim.

    Before a claim is called wrong, or one near zero right, f is searched for jumps. A jump that is small enough to be
    a rounding (of a table, of a quantised or coarsely computed f) counts as noise, and all is looked at again.
    """
    reference = before = outward(around, claim)
    if reference is None or before is None:
        return None
    rounding = None
    for _ in range(MOST_JUMPS):
        if claim.fits(reference) and claim.sharp(reference) and (rounding is not None or not claim.near_zero()):
            break
        jump = _jump_within_reach(around, reference)
        if jump is None or not _may_be_rounding(around, jump, claim.gap(reference)):
            break
        rounding = jump
        around.blur(jump.size)
        clearer = outward(around, claim)
        if clearer is None:
            return None
        reference = clearer
    return Settled(reference, before, rounding)


def outward(around: Surroundings, claim: Claim) -> Reference | None:
    """The reference, from larger and larger steps until it is settled or contradicted, then from denser ones."""
    reference = refer(around)
    while reference is None or not (claim.settled(reference) or reference.conflicts):
        if not around.extend():
            break
        reference = refer(around) or reference
    if reference is not None and not claim.clear(reference):
        around.fill_in(reference.step)
        reference = refer(around)
    return reference


def _jump_within_reach(around: Surroundings, reference: Reference) -> Jump | None:
    """The jump by which f leaves the reference's line, wherever it first leaves it."""
    while not any(True for _ in departures(around, reference)):
        if not around.extend():
            break
    return largest_jump(around, reference)


def _may_be_rounding(around: Surroundings, jump: Jump, gap: float) -> bool:
    """Whether a jump is small or near enough, and if so whether it explains the gap between claim and reference."""
    if jump.distance > max(abs(around.x), 1.0) or gap * jump.distance > EXPLAINED * jump.size:
        return False
    return (
        jump.size <= ROUNDINGS * around.precision.unit * abs(around.value)
        or jump.distance <= SMALL * abs(around.x)
        or jump.size <= SMALL * natural_range(around)
    )

"""What may excuse a claim that is outside the reference's interval."""

from __future__ import annotations

from microgrand.testing.differences.claims import FEWEST_REJECTIONS, Claim
from microgrand.testing.differences.extent import least_secant, natural_range
from microgrand.testing.differences.noise import TABLE_SPACING
from microgrand.testing.differences.reference import Reference
from microgrand.testing.differences.settled_reference import Settled
from microgrand.testing.differences.surroundings import Surroundings

MOSTLY_NOISE = 1e-3  # noise above this share of f's range
MOSTLY_QUANTUM = 8  # units roundoff of f's range: steps of f above that are no mere rounding
ABOVE_ROUNDINGS = 50  # units roundoff of f: measured noise above that is more than rounding
SMALLEST_NORMAL = 2.0**-1022  # below it numbers have fewer digits
RIPPLE = 100  # times the reference is the claim that may be the slope of a ripple


def flat_to_rounding(around: Surroundings, claim: Claim, settled: Settled) -> bool:
    """Whether the claim and the slope are both so small that f's roundings hide them."""
    visible = 4 * around.precision.unit * least_secant(around)
    if settled.rounding and claim.fits(settled.before) and claim.gap(settled.reference) <= visible:
        return True
    return settled.reference.holds_zero and abs(claim.slope) <= visible


def doubt(around: Surroundings, claim: Claim, settled: Settled) -> str:
    """Why a claim outside the reference's interval may be right all the same; empty if nothing speaks for it."""
    reference, quantum = settled.reference, around.noise.quantum
    if around.range < SMALLEST_NORMAL:
        return "f underflows around x"
    coarse = quantum > MOSTLY_QUANTUM * around.precision.unit * around.range
    if settled.rounding and claim.fits(settled.before) and coarse:
        return f"f moves in steps of {quantum:.2g} and is flat between them"
    noisy = around.noise.measured > MOSTLY_NOISE * natural_range(around)
    if noisy or _may_be_of_a_ripple(around, claim, reference):
        return "noise: f is mostly noise here"
    low, high = reference.with_doubts
    tolerance = claim.tolerance(reference)
    if reference.doubtful and low - tolerance <= claim.slope <= high + tolerance:
        return "noise: larger steps contradict the smaller ones, too few of which are sharp"
    if reference.conflicts and not (claim.precise(reference) or reference.kink):
        return "f has no slope that its differences settle on"
    rejections = claim.rejections(reference)
    return f"noise: only {rejections} of the steps rule the claim out" if rejections < FEWEST_REJECTIONS else ""


def _may_be_of_a_ripple(around: Surroundings, claim: Claim, reference: Reference) -> bool:
    """Whether what looks like noise may be a ripple, whose slope is claimed and which the larger steps average away."""
    measured = around.noise.measured
    largest = max(map(abs, [around.value, *around.table]))
    if not around.x or reference.kink or measured <= ABOVE_ROUNDINGS * around.precision.unit * largest:
        return False
    spacing = TABLE_SPACING * around.precision.ulp(around.x)
    of_ripple = abs(claim.slope) * spacing >= measured / 10 and abs(claim.slope) >= RIPPLE * reference.size
    return of_ripple and reference.size * spacing < measured / 100

"""From a claim and what the differences show to a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from microgrand.testing.differences.averaging import averaged
from microgrand.testing.differences.claims import RESOLUTION, Claim
from microgrand.testing.differences.excuses import doubt, flat_to_rounding
from microgrand.testing.differences.growth import INFINITE_SLOPE, JUMP, growth
from microgrand.testing.differences.precision import DOUBLE
from microgrand.testing.differences.probe import Probe
from microgrand.testing.differences.recognition import recognised
from microgrand.testing.differences.reference import Reference, one_slope
from microgrand.testing.differences.settled_reference import Settled, settle
from microgrand.testing.differences.step_sizes import length
from microgrand.testing.differences.surroundings import LEFT, RIGHT, Surroundings
from microgrand.testing.differences.verdict import Judgement, Verdict


def judge(
    f: Callable[[float], Any], x: float, claim: float, *, low: float = -math.inf, high: float = math.inf
) -> Judgement:
    """Whether `claim` is f′(x), told from values of f alone.

    f          is called with floats; where it raises, or returns anything but a finite real number, it has no value
    claim      the derivative at x; at a kink any number between the left and the right derivative agrees
    low, high  where f is meant, from low to high, both included: it is called nowhere else, and at an end the
               derivative is the one from inside. Without them f is called some way around x, on both sides

    Kinks and ripples that are smaller than the noise of f are invisible. A right formula that loses digits by
    cancellation is judged by the digits that are left.

    >>> import math
    >>> str(judge(math.sin, 1.0, math.cos(1.0)).verdict)
    'agree'
    >>> judge(math.sin, 1.0, math.sin(1.0)).because
    'the claim is outside what the differences show'
    >>> judge(abs, 0.0, 0.5)[4:6]
    (-1.0, 1.0)
    """
    x = float(x)
    probe = Probe(f, low, high)
    value = probe(x)
    if value is None:
        return _no_value(probe, claim)
    around = Surroundings(probe, x, value, DOUBLE)
    precision = recognised(around)
    if precision is not DOUBLE:
        probe = Probe(f, low, high, precision, probe.evaluations)
        at = probe.point(x)
        value = probe(at)
        if value is None:
            return _no_value(probe, claim)
        around = Surroundings(probe, at, value, precision)
    return _Inquiry(around, float(claim)).judgement()


class _Inquiry:
    """One claim, what is known of f around x, and the steps by which that becomes a judgement."""

    def __init__(self, around: Surroundings, slope: float) -> None:
        around.look()
        self.around = around
        self.claim = Claim(slope, around)
        self.method = "one-sided differences" if around.central is None else "central differences"

    def judgement(self) -> Judgement:
        """The judgement."""
        exponents = {side: growth(self.around, side) for side in (LEFT, RIGHT)}
        powers = {side: q for side, q in exponents.items() if q is not None and q < INFINITE_SLOPE}
        if any([q < JUMP for q in powers.values()]):
            return self.concluded(Verdict.CANNOT_JUDGE, "f jumps at x: a discontinuity")
        if powers:
            return self.of_infinite_slope(list(powers))
        settled = settle(self.around, self.claim)
        if settled is None:
            return self.concluded(Verdict.CANNOT_JUDGE, "f has too few values around x")
        if not math.isfinite(self.claim.slope):
            return self.of_nonfinite_claim(settled.before)
        return self.of_settled(self.refined(settled))

    def of_infinite_slope(self, sides: list[int]) -> Judgement:
        """A slope of f that is infinite, on one side or on both."""
        signs = {math.copysign(1.0, self.first_rise(side)) for side in sides}
        claimed = self.claim.slope
        if math.isinf(claimed):
            agrees = math.copysign(1.0, claimed) in signs
            verdict = Verdict.AGREE if agrees else Verdict.DISAGREE
            return self.concluded(verdict, "the slope of f is infinite" + ("" if agrees else ", of the other sign"))
        series = {LEFT: self.around.left, RIGHT: self.around.right}
        finite = [side for side in series if side not in sides and series[side] is not None]
        if finite or len(signs) > 1:
            return self.concluded(Verdict.CANNOT_JUDGE, "the slope of f is infinite on one side, or differs in sign")
        return self.concluded(Verdict.DISAGREE, "the slope of f is infinite")

    def first_rise(self, side: int) -> float:
        """How f moves toward a side, times the side: the sign of its slope there."""
        for step in self.around.steps:
            value = self.around.at(side * length(step))
            if value is not None and value != self.around.value:
                return (value - self.around.value) * side
        return 0.0

    def of_nonfinite_claim(self, reference: Reference) -> Judgement:
        """NaN or an infinity, where f has a finite slope."""
        sharp = self.claim.sharp(reference) or reference.error <= RESOLUTION * self.around.steepest(reference.step)
        because = "the claim is not finite" + (", f's slope is" if sharp else " and the differences are too coarse")
        return self.concluded(Verdict.DISAGREE if sharp else Verdict.CANNOT_JUDGE, because, reference)

    def refined(self, settled: Settled) -> Settled:
        """The reference made sharper by averaging, where noise leaves it too coarse to tell."""
        reference = settled.reference
        if reference.kink or reference.holds_zero:
            return settled
        fit = None if self.claim.clear(reference) else averaged(self.around, reference)
        if fit is None:
            return settled
        self.method = "least squares"
        best = reference.nests[0].best._replace(slope=fit.slope, error=fit.error)
        return settled._replace(reference=one_slope(reference.nests[0]._replace(best=best)))

    def of_settled(self, settled: Settled) -> Judgement:
        """The verdict where f has a finite slope and so has the claim."""
        reference = settled.reference
        if self.claim.fits(reference):
            if settled.rounding and not (self.claim.precise(reference) or self.claim.fits(settled.before)):
                return self.concluded(
                    Verdict.CANNOT_JUDGE, f"f moves in steps of {settled.rounding.size:.2g}", reference
                )
            if self.claim.sharp(reference):
                return self.concluded(Verdict.AGREE, self.note(settled), reference)
            return self.concluded(Verdict.CANNOT_JUDGE, "noise: the differences are too coarse", reference)
        if self.method == "least squares":
            return self.concluded(Verdict.DISAGREE, "the claim is outside what many values average to", reference)
        if flat_to_rounding(self.around, self.claim, settled):
            return self.concluded(Verdict.AGREE, "f is flat to rounding, and so is the claim", reference)
        reason = doubt(self.around, self.claim, settled)
        if reason:
            return self.concluded(Verdict.CANNOT_JUDGE, reason, reference)
        return self.concluded(Verdict.DISAGREE, "the claim is outside what the differences show", reference)

    def note(self, settled: Settled) -> str:
        """What to know of an agreement."""
        notes = []
        if settled.reference.kink:
            notes.append("a kink: the claim is between the left and the right derivative")
        if settled.rounding:
            notes.append(f"f moves in steps of {settled.rounding.size:.2g}")
        return "; ".join(notes)

    def concluded(self, verdict: Verdict, because: str, reference: Reference | None = None) -> Judgement:
        """The judgement in full."""
        precision = self.around.precision
        notes = [note for note in (because, f"computed in {precision.name}") if note]
        kink = reference is not None and reference.kink
        return Judgement(
            verdict,
            self.claim.slope,
            reference.slope if reference else math.nan,
            reference.error if reference else math.nan,
            reference.side(LEFT) if reference and kink else None,
            reference.side(RIGHT) if reference and kink else None,
            "one-sided differences" if kink else self.method,
            because if precision is DOUBLE else "; ".join(notes),
            self.around.probe.evaluations,
            precision is not DOUBLE,
        )


def _no_value(probe: Probe, claim: float) -> Judgement:
    because = "f has no finite value at x" if probe.evaluations else "x is outside the domain"
    nothing = (math.nan, math.nan, None, None)
    return Judgement(
        Verdict.CANNOT_JUDGE, float(claim), *nothing, "central differences", because, probe.evaluations, False
    )

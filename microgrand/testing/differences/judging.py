"""From a claim and what the differences show to a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from microgrand.testing.differences.averaging import averaged
from microgrand.testing.differences.claims import Claim
from microgrand.testing.differences.departures import Jump
from microgrand.testing.differences.granularity import Spread
from microgrand.testing.differences.growth import AT_ONCE, INFINITE_SLOPE, growth
from microgrand.testing.differences.noise import TABLE_SPACING
from microgrand.testing.differences.precision import DOUBLE, FORMATS
from microgrand.testing.differences.probe import Probe
from microgrand.testing.differences.recognition import recognised
from microgrand.testing.differences.reference import Reference, one_slope, refer
from microgrand.testing.differences.sight import Sight, flat_between, look
from microgrand.testing.differences.standards import GROSS, MANY, RESOLUTION, SAFETY
from microgrand.testing.differences.step_sizes import length
from microgrand.testing.differences.surroundings import LEFT, RIGHT, Surroundings
from microgrand.testing.differences.verdict import Judgement, Verdict


def judge(
    f: Callable[[float], Any],
    x: float,
    claim: float,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    precision: str | None = None,
    most_evaluations: int | None = None,
) -> Judgement:
    """Whether `claim` is f′(x), told from values of f alone.

    f          is called with floats; where it raises, or returns anything but a finite real number, it has no value
    claim      the derivative at x; at a kink any number between the left and the right derivative agrees
    low, high  where f is meant, from low to high, both included: it is called nowhere else, and at an end the
               derivative is the one from inside. Without them f is called some way around x, on both sides
    precision  the type of number that f computes with: "float64", "float32", "float16" or "bfloat16"; None, to let
               the values of f tell
    most_evaluations  how often f is called at the most, at least some 40 times; None for as often as it takes

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
    probe = Probe(f, low, high, most=most_evaluations)
    value = probe(x)
    if value is None:
        return _no_value(probe, claim)
    around = Surroundings(probe, x, value, DOUBLE)
    format = FORMATS[precision] if precision else recognised(around)
    if format is not DOUBLE:
        probe.round_to(format)
        value = probe(probe.point(x))
        if value is None:
            return _no_value(probe, claim)
        around = Surroundings(probe, probe.point(x), value, format)
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
        if any([q < AT_ONCE for q in powers.values()]):
            return self.concluded(Verdict.CANNOT_JUDGE, "f jumps at x: a discontinuity")
        if powers:
            return self.of_infinite_slope(list(powers))
        sight = look(self.around)
        if sight is None:
            return self.concluded(Verdict.CANNOT_JUDGE, "f has too few values around x")
        if not math.isfinite(self.claim.slope):
            return self.of_nonfinite_claim(sight.reference)
        return self.of_finite_slopes(self.refined(sight))

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
        natural = self.around.natural_slope(reference.step)
        sharp = self.claim.sharp(reference) or reference.error <= RESOLUTION * natural
        because = "the claim is not finite" + (", f's slope is" if sharp else " and the differences are too coarse")
        return self.concluded(Verdict.DISAGREE if sharp else Verdict.CANNOT_JUDGE, because, reference)

    def refined(self, sight: Sight) -> Sight:
        """The reference made sharper: by denser steps, or by averaging where noise leaves it too coarse to tell."""
        reference = sight.reference
        if self.claim.clear(reference):
            return sight
        self.around.fill_in(reference.step)
        reference = refer(self.around) or reference
        if not (reference.kink or reference.holds_zero or self.claim.clear(reference)):
            fit = averaged(self.around, reference)
            if fit is not None and abs(self.claim.slope - fit.slope) <= fit.error:
                self.method = "least squares"
                best = reference.nests[0].best._replace(slope=fit.slope, error=fit.error)
                reference = one_slope(reference.nests[0]._replace(best=best))
        return sight._replace(reference=reference)

    def of_finite_slopes(self, sight: Sight) -> Judgement:
        """The verdict where f has a finite slope and so has the claim."""
        doubt, hides = self.hidden(sight)
        reference = sight.reference.widened(doubt)
        if self.claim.fits(reference):
            if self.claim.sharp(reference):
                return self.concluded(Verdict.AGREE, self.note(reference), reference)
            return self.concluded(
                Verdict.CANNOT_JUDGE, hides or self.noted("the differences are too coarse"), reference
            )
        if self.is_of_a_rounding(sight.within, reference):
            because = self.noted("the claim is the slope between two steps of f")
            return self.concluded(Verdict.CANNOT_JUDGE, because, reference)
        reason = self.doubt(reference)
        if reason:
            return self.concluded(Verdict.CANNOT_JUDGE, reason, reference)
        return self.concluded(Verdict.DISAGREE, "the claim is outside what the differences show", reference)

    def hidden(self, sight: Sight) -> tuple[float, str]:
        """How much of a slope the steps in which f moves may hide, and why."""
        jump = sight.jump
        if jump is None or self.is_of_a_step(jump):
            return 0.0, ""
        flat = flat_between(self.around, jump)
        if flat is not None:
            because = f"flat to rounding: f has one value from {flat[0]:.6g} to {flat[1]:.6g}"
        elif sight.spread is Spread.UNCLEAR and not self.is_large(jump):
            because = f"coarse: f moves in steps of {jump.size:.2g}"
        else:
            return 0.0, ""
        return SAFETY * jump.size / jump.distance, because

    def is_of_a_rounding(self, within: Reference | None, reference: Reference) -> bool:
        """Whether the claim is the slope within a step of a coarse f, as far as that is told from the slope above."""
        if within is None or within.error > abs(within.slope - reference.slope) / 2:
            return False
        return self.claim.fits(within)

    def is_large(self, jump: Jump) -> bool:
        """Whether a jump is large beside f and not near: one of f itself, and none of a rounding."""
        around = self.around
        far = jump.distance * MANY >= max(around.natural_length, 1.0)
        return far and jump.size * MANY >= around.natural_range

    def is_of_a_step(self, jump: Jump) -> bool:
        """Whether the claim is 0, and f a function of a few large steps."""
        few = len(self.around.values) <= MANY and jump.size * MANY >= self.around.natural_range
        return self.claim.slope == 0.0 and few

    def doubt(self, reference: Reference) -> str:
        """Why a claim outside the reference's interval may be right all the same; empty if nothing speaks for it."""
        around, claim = self.around, self.claim
        gap = claim.gap(reference)
        if 0.0 < abs(around.x) < around.natural_length and not claim.grossly_outside(reference):
            return "x is so small that no step is small beside it"
        noise = around.noise.of(around.value)
        if noise > RESOLUTION * around.range:
            spacing = TABLE_SPACING * around.precision.ulp(around.x)
            ripple = abs(claim.slope) * spacing > RESOLUTION * noise
            if ripple or gap * around.natural_length <= GROSS * noise or not claim.grossly_outside(reference):
                return "noise: f is mostly noise here"
        if claim.grossly_outside(reference):
            return ""
        if around.probe.exhausted:
            return f"{around.probe.evaluations} evaluations are too few to tell"
        if reference.conflicts and not claim.sharp(reference):
            return "f has no slope that its differences settle on"
        return "" if claim.rejected(reference) else "noise: too few steps show that the claim is wrong"

    def note(self, reference: Reference) -> str:
        """What to know of an agreement."""
        return self.noted("a kink: the claim is between the left and the right derivative" if reference.kink else "")

    def noted(self, words: str) -> str:
        """The words, and that f is coarse where it is."""
        quantum, unit = self.around.noise.quantum, self.around.precision.unit
        is_coarse = quantum > math.sqrt(unit) * self.around.natural_range
        return "; ".join(
            [each for each in (words, f"coarse: f moves in steps of {quantum:.2g}" if is_coarse else "") if each]
        )

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

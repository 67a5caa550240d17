"""A claimed derivative, held against the slopes of a formula: the verdict, and its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import copysign, inf, isfinite, isinf, isnan
from typing import Any, NamedTuple

from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.engine.value import Value
from microgrand.testing.verdict import Judgement, Verdict

OFF = "the gradient's formula is right; its floats are off by"
METHOD = "60-digit evaluation"
DOUBLE = (2.0**-53, 2.0**-1022)  # the unit roundoff and the smallest normal number of double precision
SHARP = 1e-2  # an error above this part of the slope tells nothing of it
NEXT_TO_NOTHING = 1e-8  # unless it is below this part of the natural slope
ROUNDINGS = 8  # a sum over paths is off by so many unit roundoffs of their size
LOST = 8  # times as far off as its formula are the floats of a gradient that cancels

# How far a right claim may be off, of its size, by the unit roundoff of what f computes in: constants of f and of its
# gradient may have been rounded otherwise. In double precision what is off by more than TOLD is told.
TOLD = 1e-9
TOLERANCES = {2.0**-53: 1e-7, 2.0**-24: 1e-5, 2.0**-11: 1e-2, 2.0**-8: 5e-2}


class Claim(NamedTuple):
    """A claimed derivative: of Σⱼ weightⱼ·fⱼ along Σₖ directionₖ·eₖ.

    number   as the gradient gave it
    exact    asked for, the same by the gradient's own formula in many digits; None where that is not to be had
    """

    number: float
    weights: Mapping[int, float]
    direction: Mapping[int, float]
    exact: Callable[[], Any]


class Held:
    """A claim, held against slopes of a formula.

    found    the `Slopes` of the formula
    noise    asked for, how far roundings inside f move its derivative: as much may be missing from a claim that has no
             formula
    natural  asked for, the slope beside which f's slope may be next to nothing
    format   the unit roundoff and the smallest normal number of the format that f computes in
    """

    def __init__(
        self,
        claim: Claim,
        found: Any,
        noise: Callable[[], float],
        natural: Callable[[], float],
        format: tuple[float, float] = DOUBLE,
    ) -> None:
        self.claim = claim
        self.found = found
        self.noise = noise
        self.natural = natural
        self.low, self.high = min(found.sides), max(found.sides)
        self.relative = TOLERANCES[format[0]]
        self.absolute = format[1]
        self.largest = 4.0 / format[1]  # about which numbers of the format overflow

    def overflowing(self, slope: Any) -> float:
        """The slope as the format has it: infinite where it is too large."""
        return float(slope) if abs(slope) < self.largest else copysign(inf, slope)

    def judgement(self) -> Judgement:
        """The verdict."""
        number = self.claim.number
        if isnan(number):
            return self.concluded(Verdict.DISAGREE, "the claim is not a number")
        if not (_is_finite(self.low) and _is_finite(self.high)):
            return self.of_infinite()
        if not isfinite(number) and number not in map(self.overflowing, (self.low, self.high)):
            return self.concluded(Verdict.DISAGREE, "the claim is not finite, the slope is")
        if self.tells_nothing(self.found.truncation):
            return self.concluded(Verdict.CANNOT_JUDGE, "quotients over ever finer steps settle on no slope")
        if self.fits(number):
            return self.concluded(Verdict.AGREE, self.why_it_fits(number))
        exact = self.claim.exact()
        if exact is not None:
            if not self.fits(exact):
                gap = max(self.low - exact, exact - self.high)
                if abs(number - exact) > LOST * gap:  # its constants, too, are rounded
                    return self.concluded(Verdict.CANNOT_JUDGE, "the gradient is lost in its own roundings")
                return self.concluded(Verdict.DISAGREE, "")
            lost = f"{float(abs(number - exact) / abs(exact)):.1g} of it" if exact else f"{number:.1g}"
            return self.concluded(Verdict.AGREE, f"{OFF} {lost} here")
        return self.by_noise()

    def fits(self, claim: Any, noise: float = 0.0) -> bool:
        """Whether the claim is one of the slopes, or between them."""
        size = max(abs(self.low), abs(self.high), abs(claim))
        tolerance = self.relative * size + 4 * self.found.truncation + self.absolute + noise
        return bool(self.low - tolerance <= claim <= self.high + tolerance)

    def why_it_fits(self, number: float) -> str:
        """The note below an agreement: that there is a kink, or how far the claim is off; "" for neither."""
        if self.found.kink:
            return "a kink: the claim is between the left and the right derivative"
        size = max(abs(self.low), abs(number))
        gap = abs(number - self.low) - 4 * self.found.truncation
        if self.relative > TOLERANCES[DOUBLE[0]] or not gap > TOLD * size:
            return ""
        return (
            f"off by {float(gap / size):.1g} of it, and up to {self.relative:.0e} is left to constants that are rounded"
        )

    def by_noise(self) -> Judgement:
        """The verdict where the claim has no formula, and may be off by as much as roundings move the slope."""
        number, noise = self.claim.number, self.noise()
        if not self.fits(number, noise):
            return self.concluded(Verdict.DISAGREE, "", noise)
        if self.tells_nothing(noise):
            because = "noise: the roundings inside f are as large as its slope"
            return self.concluded(Verdict.CANNOT_JUDGE, because, noise)
        return self.concluded(Verdict.AGREE, "off by no more than roundings inside f explain", noise)

    def tells_nothing(self, error: Any) -> bool:
        """Whether an error is too large beside the slope, and beside those that f could have, to agree on it."""
        size = max(abs(self.low), abs(self.high), abs(self.claim.number))
        return bool(error > SHARP * size and error > NEXT_TO_NOTHING * (self.natural() or 1.0))

    def of_infinite(self) -> Judgement:
        """The verdict where a slope is infinite."""
        number, sides = self.claim.number, [float(side) for side in self.found.sides]
        if isinf(self.noise()) and number not in sides:
            return self.concluded(
                Verdict.CANNOT_JUDGE, "noise: the roundings inside f decide whether its slope is infinite"
            )
        if len(set(sides)) == 2:
            return self.concluded(Verdict.CANNOT_JUDGE, "the slope of f is infinite on one side, or differs in sign")
        verdict = Verdict.AGREE if number == sides[0] else Verdict.DISAGREE
        return self.concluded(verdict, "the slope of f is infinite")

    def concluded(self, verdict: Verdict, because: str, noise: float = 0.0) -> Judgement:
        """The judgement in full."""
        left, right = (float(self.found.left), float(self.found.right)) if self.found.kink else (None, None)
        low, high = float(self.low), float(self.high)
        slope = low if low == high else low / 2 + high / 2
        rounding = max(abs(low), abs(high)) * DOUBLE[0]
        error = noise + float(self.found.truncation) + rounding if isfinite(slope) else 0.0
        return Judgement(
            verdict, self.claim.number, slope, error, left, right, METHOD, because, 0,
            self.relative > TOLERANCES[DOUBLE[0]],
        )  # fmt: skip


def judged_by_graph(
    expression: Any, k: int, sides: tuple[bool, bool], number: float, paths: float = 0.0
) -> Judgement | None:
    """Whether a number is the derivative of an expression in input k; None where that has no values in many digits.

    paths   how far roundings take the number from it, by the `noise_of_paths` that were added up to it
    """
    from microgrand.testing.more_digits.formulas import Line
    from microgrand.testing.more_digits.graphs import Graph, natural_slope
    from microgrand.testing.more_digits.run import DigitsLostError

    graph = Graph([expression])
    line = Line(graph, {k: 1.0})
    try:
        found = line.slopes({0: 1.0}, sides) if graph.is_evaluated() else None
    except DigitsLostError:  # beside the point a row may go a way that it does not go at it
        found = None
    if found is None:
        return None
    claim = Claim(number, {0: 1.0}, {k: 1.0}, lambda: None)

    def noise() -> float:
        return line.spread({0: 1.0}, found) + paths

    return Held(claim, found, noise, lambda: natural_slope(expression, [k])).judgement()


def _is_finite(z: Any) -> bool:
    return bool(abs(z) < inf)


def noise_of_paths(root: Any, leaf: Value) -> float:
    """How far roundings take a derivative from the sum over the paths from the leaf to the root that it is.

    A few unit roundoffs of Σ |Π partials|; 0 where that is no finite number.

    >>> x = Value(3.0)
    >>> noise_of_paths(2.0 * x - 5.0 * x, x) == 8 * 7.0 * 2.0**-53
    True
    """
    if not isinstance(root, Value):
        return 0.0
    sizes: dict[Node, float] = {root: 1.0}
    for node in reversed(topological_order(root)):
        size = sizes.get(node, 0.0)
        for parent, along in zip(node.parents, node.partials, strict=True):
            sizes[parent] = sizes.get(parent, 0.0) + abs(along) * size
    noise = ROUNDINGS * DOUBLE[0] * sizes.get(leaf, 0.0)
    return noise if isfinite(noise) else 0.0

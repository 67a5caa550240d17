"""The derivative of a recorded graph, from the graph evaluated with many digits: it owes nothing to partials.

Only the values of the rows are used, at x and beside it, so that a wrong partial cannot hide. What the roundings inside
the function do to its derivative is measured: the same graph, with each step off by a random half of a unit in the last
place, has a derivative a little different, and that is the reference's own error.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import isfinite, isinf
from typing import Any, NamedTuple

from microgrand.errors import MissingExtraError
from microgrand.program.replay_on_numbers import filled
from microgrand.table.domains import REALS, Domain
from microgrand.table.primitive import Primitive
from microgrand.testing.exact import (
    EXACT,
    SMALLEST_SLOPE_DIGITS,
    STEP_DIGITS,
    many_digits,
    step_beside,
    working_digits,
)
from microgrand.testing.expression import Expression, applied
from microgrand.testing.verdict import Judgement, Verdict

try:
    import mpmath
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("exact evaluation", "testing", "mpmath") from error

METHOD = "50-digit evaluation"
ROUNDINGS = 3  # graphs whose every step is rounded otherwise
SAFETY = 4.0  # what a few samples may miss of a spread
FINER = 1024  # the second step, as a fraction of the first
REFINEMENTS = 2
MUCH_FINER = 10**15
CANCELLED = 2.0**20  # roundings of the last digit: a difference of no more is none
GROWING = 8.0  # a quotient that grows so much from one step to the finer one has no limit
HALF_UNIT = 2.0**-53
APART = mpmath.mpf(10) ** -20  # one-sided derivatives that differ by more of their size are two

RELATIVE = 1e-7  # how far a claim may be from the derivative, of the larger of the two
SHARP = 1e-2  # an error above this part of the slope tells nothing of it
NEXT_TO_NOTHING = 1e-8  # unless it is below this part of the natural slope


class Slopes(NamedTuple):
    """The derivative at a point.

    left, right  the one-sided derivatives; None on a side where the function has no values
    noise        by how much the roundings inside the function move them
    truncation   what the two steps differ by: next to nothing, except where the second derivative is infinite
    kink         whether they differ
    wavers       whether they are infinite, and not so, or none, when the steps are rounded otherwise
    """

    left: float | None
    right: float | None
    noise: float
    truncation: float
    kink: bool
    wavers: bool

    @property
    def error(self) -> float:
        """The error of either side."""
        return self.noise + self.truncation

    @property
    def sides(self) -> list[float]:
        """The one or two one-sided derivatives."""
        return [side for side in (self.left, self.right) if side is not None]


def slopes(expression: Expression, k: int, domain: Domain = REALS) -> Slopes | None:
    """∂expression/∂(input k); None where its steps cannot be evaluated with many digits, or have no value beside x.

    >>> from microgrand import relu
    >>> slopes(Expression.of(lambda x: relu(3.0 * x), 0.0), 0)[:2]
    (0.0, 3.0)
    """
    with many_digits(working_digits(expression.inputs) + STEP_DIGITS + SMALLEST_SLOPE_DIGITS):
        try:
            left, right = [_one_sided(expression, k, side, domain, []) for side in (-1, 1)]
            known = [side for side in (left, right) if side is not None]
            if not known:
                return None
            spread = _spread(expression, k, -1 if left else 1, domain, known[0].slope)
        except (TypeError, AttributeError, ArithmeticError, ValueError, NotImplementedError):  # a row of floats only
            return None
        truncation = max([side.truncation for side in known])
        size = max([abs(side.slope) for side in known])
        noise = SAFETY * spread + size * HALF_UNIT if mpmath.isfinite(size) else 0
        kink = len(known) == 2 and abs(known[0].slope - known[1].slope) > APART * size + 4 * truncation
        ends = [None if side is None else float(side.slope) for side in (left, right)]
        return Slopes(ends[0], ends[1], float(noise), float(truncation), bool(kink), bool(mpmath.isinf(spread)))


class _Side(NamedTuple):
    """A one-sided derivative, and how far the two quotients that it was made of were apart."""

    slope: Any
    truncation: Any


def _one_sided(expression: Expression, k: int, side: int, domain: Domain, roundings: Sequence[Any]) -> _Side | None:
    """The derivative from one side, infinite where quotients grow; None where the function has no values there.

    Quotients also grow, and values are missing, where a step is too coarse for a function so steep: finer ones tell.
    """
    if not domain.holds(_beside(expression.inputs[k], side)):
        return None
    step = side * step_beside(expression.inputs)
    found = _quotient(expression, k, step, roundings)
    for _ in range(REFINEMENTS):
        if found is not None and mpmath.isfinite(found.slope):
            break
        step /= MUCH_FINER
        found = _quotient(expression, k, step, roundings)
    return found


def _quotient(expression: Expression, k: int, step: Any, roundings: Sequence[Any]) -> _Side | None:
    """The derivative by two differences, over a step and over a finer one."""
    here, beside, close = [_value(expression, k, shift, roundings) for shift in (0 * step, step, step / FINER)]
    if here is None or beside is None or close is None:
        return None
    coarse, fine = (beside - here) / step, (close - here) / (step / FINER)
    blur = CANCELLED * mpmath.eps * abs(here) * FINER / abs(step)  # where even so many digits cancel
    if abs(fine) <= blur and abs(coarse) <= blur:
        return _Side(mpmath.mpf(0), blur)
    if abs(fine) > GROWING * abs(coarse):
        return _Side(mpmath.inf * mpmath.sign(fine), mpmath.mpf(0))
    return _Side(fine + (fine - coarse) / (FINER - 1), abs(fine - coarse))


def _spread(expression: Expression, k: int, side: int, domain: Domain, slope: Any) -> Any:
    """How far the derivative moves when every step is rounded otherwise; infinite where it ends being so."""
    others = [_one_sided(expression, k, side, domain, _roundings(expression, seed)) for seed in range(ROUNDINGS)]
    if not mpmath.isfinite(slope):
        return mpmath.mpf(0) if all([other is not None and other.slope == slope for other in others]) else mpmath.inf
    return max([abs(other.slope - slope) for other in others if other is not None], default=mpmath.mpf(0))


def _beside(x: float, side: int) -> float:
    """A number close to x, on one side of it."""
    return x + side * (abs(x) * 1e-9 or 1e-300)


def _value(expression: Expression, k: int, shift: Any, roundings: Sequence[Any]) -> Any:
    """The value with input k shifted and step j off by a factor 1 + roundings[j]; None where it is no real number."""
    factors = iter(roundings)

    def rounded(row: Primitive, operands: list[Any]) -> Any:
        z = applied(row, operands)
        return z * (1 + next(factors)) if roundings else z

    points = [EXACT.mpf(x) + (shift if j == k else 0) for j, x in enumerate(expression.inputs)]
    z = filled(expression, points, rounded)[expression.result]
    return None if isinstance(z, EXACT.mpc) or not mpmath.isfinite(z) else mpmath.mpf(z)


def _roundings(expression: Expression, seed: int) -> list[Any]:
    """For each step a factor's distance from 1, at most half a unit in the last place."""
    source = random.Random(seed)
    return [mpmath.mpf(source.uniform(-1.0, 1.0)) * HALF_UNIT for _ in expression.steps]


def natural_slope(expression: Expression, k: int) -> float:
    """The slope of a line from 0 to the largest number that the function computes on its way."""
    slots = enumerate(filled(expression, expression.inputs, applied))
    sizes = [abs(z) for k, z in slots if isfinite(z) and not expression.is_constant(k)]
    return max(sizes, default=0.0) / (abs(expression.inputs[k]) or 1.0)


def judged(claim: float, found: Slopes, natural: float) -> Judgement:
    """The verdict on a claim; a slope whose error is next to nothing beside the natural one counts as known."""
    low, high = min(found.sides), max(found.sides)
    size = max(abs(low), abs(high), abs(claim))
    tolerance = RELATIVE * size + found.error if isfinite(size) else 0.0
    if isinf(low) or isinf(high):
        verdict, because = _of_infinite(claim, found)
    elif not low - tolerance <= claim <= high + tolerance:
        verdict, because = Verdict.DISAGREE, "the claim is outside what the function's own steps give"
    elif found.noise > SHARP * size and found.noise > NEXT_TO_NOTHING * natural:
        verdict, because = Verdict.CANNOT_JUDGE, "noise: the roundings inside f are as large as its slope"
    else:
        verdict = Verdict.AGREE
        because = "a kink: the claim is between the left and the right derivative" if found.kink else ""
    left, right = (found.left, found.right) if found.kink else (None, None)
    slope = low if low == high else low / 2 + high / 2
    return Judgement(verdict, claim, slope, found.error, left, right, METHOD, because, 0, False)


def _of_infinite(claim: float, found: Slopes) -> tuple[Verdict, str]:
    sides = found.sides
    if found.wavers and claim not in sides:
        return Verdict.CANNOT_JUDGE, "noise: the roundings inside f decide whether its slope is infinite"
    if len(set(sides)) == 2:
        return Verdict.CANNOT_JUDGE, "the slope of f is infinite on one side, or differs in sign"
    return (Verdict.AGREE if claim == sides[0] else Verdict.DISAGREE), "the slope of f is infinite"

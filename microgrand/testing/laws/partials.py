"""Laws of the partials: they are the derivatives of the value, as exactly as declared; at kinks, between both sides."""

from __future__ import annotations

import functools
import math

import mpmath

from microgrand.table.primitive import Primitive
from microgrand.testing.blame import judged_partial
from microgrand.testing.exact import differenced_partial, exact_partial, one_sided_partials, ulps
from microgrand.testing.laws.law import (
    REFUSALS,
    SUBNORMAL,
    Broken,
    LeftOut,
    need_normal,
    need_one_judged,
    partial_scale,
    refused,
    slopes,
)
from microgrand.testing.verdict import Judgement, Verdict

KINK_MARGIN = 1e-9
JUMP = 1e20  # a one-sided difference that large is no slope


def partials_are_derivatives(row: Primitive, xs: list[float]) -> None:
    """Each partial is the derivative of the value, which is taken by itself, without the row's partials."""
    z, found = slopes(row, xs)
    judgements = {k: judged_partial(row, tuple(xs), k, partial) for k, partial in found.items()}
    for k, judgement in judgements.items():
        if judgement.verdict is Verdict.DISAGREE and not _is_as_declared(row, z, xs, judgement):
            raise Broken(f"the partial in operand {k + 1}", judgement.claim, judgement.reference)
    need_one_judged(list(judgements.values()))


def _is_as_declared(row: Primitive, z: float, xs: list[float], judgement: Judgement) -> bool:
    """Whether the row says that it is no more exact, where terms cancel, or where they are subnormal."""
    if 0.0 < abs(z) < SUBNORMAL or 0.0 < abs(judgement.reference) < SUBNORMAL:
        return True
    scale = partial_scale(row, z, xs)
    if not math.isfinite(judgement.reference):
        return False
    return math.isinf(scale) or (
        scale > 0.0 and ulps(judgement.claim, mpmath.mpf(judgement.reference), scale) <= row.exactness.partials
    )


def partials_are_exact(row: Primitive, xs: list[float]) -> None:
    """Each partial is as exact as the row says, and with many digits it is the derivative to 25 of them."""
    z, found = slopes(row, xs)
    need_normal(z)
    for k, partial in found.items():
        exact = refused(functools.partial(exact_partial, row, xs, k), "with many digits")
        if 0 < abs(exact) < SUBNORMAL:
            continue
        differenced = refused(functools.partial(differenced_partial, row, xs, k), "with many digits")
        margin = abs(exact) * mpmath.mpf(10) ** -25 + mpmath.mpf(10) ** -40
        if mpmath.isfinite(exact) and not abs(exact - differenced) <= margin:
            raise Broken(f"the partial in operand {k + 1} with many digits", float(exact), float(differenced))
        scale = partial_scale(row, z, xs)
        if not (math.isinf(scale) or ulps(partial, exact, scale) <= row.exactness.partials):
            declared = f"(declared within {row.exactness.partials:g} ulp)"
            raise Broken(f"the partial in operand {k + 1} {declared}", partial, float(exact))


def kinks_keep_their_convention(row: Primitive, xs: list[float]) -> None:
    """At a kink each partial lies between the left and the right derivative, where these exist."""
    _, found = slopes(row, xs)
    looked_at = [_lies_between(row, xs, k, partial) for k, partial in found.items()]
    if not any(looked_at):
        raise LeftOut("at this kink there are no derivatives from both sides")


def _lies_between(row: Primitive, xs: list[float], k: int, partial: float) -> bool:
    """Whether there was something to look at."""
    beside = [[*xs[:k], math.nextafter(xs[k], way), *xs[k + 1 :]] for way in (-math.inf, math.inf)]
    if not (all([row.allows(*each) for each in beside]) and math.isfinite(partial)):
        return False
    try:
        left, right = one_sided_partials(row, xs, k)
    except REFUSALS:
        judgement = judged_partial(row, tuple(xs), k, partial)
        if judgement.verdict is Verdict.DISAGREE:
            between = f"between {judgement.left!r} and {judgement.right!r}"
            raise Broken(f"the partial in operand {k + 1} at a kink", partial, between) from None
        return judgement.verdict is Verdict.AGREE
    if mpmath.isnan(left) or mpmath.isnan(right):  # a value that is 0·∞ at the kink, with many digits
        return False
    low, high = min(left, right), max(left, right)
    if max(abs(low), abs(high)) >= JUMP:  # the partial of a jump is that of both sides
        return False
    if not low - KINK_MARGIN <= partial <= high + KINK_MARGIN:
        between = f"between {float(low)!r} and {float(high)!r}"
        raise Broken(f"the partial in operand {k + 1} at a kink", partial, between)
    return True

"""The complex step, f′(x) = Im f(x + ih)/h for an analytic f: it takes no difference, and so loses no digits.

W. Squire, G. Trapp: Using complex variables to estimate derivatives of real functions. SIAM Review 40 (1998). A
function that drops the imaginary part on its way (abs, comparisons) would give nonsense in silence: so it only makes
sharper what differences of real values have shown.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from microgrand.testing.verdict import Judgement, Verdict

STEP = 2.0**-200  # relative: its square is nothing beside 1
ROUNDING = 2.0**-47  # a few roundings
RELATIVE = 1e-7


def sharpened(judgement: Judgement, f: Callable[[Any], Any], x: float) -> Judgement:
    """The judgement with the complex step as its reference, where `f` takes complex numbers and the two are compatible.

    A claim that differences were too coarse to judge agrees if it is what the complex step gives.
    """
    if judgement.verdict is Verdict.DISAGREE or judgement.left is not None or not isfinite(judgement.reference):
        return judgement
    slope = _slope(f, x)
    if slope is None or not abs(slope - judgement.reference) <= judgement.error:
        return judgement
    if not abs(judgement.claim - slope) <= RELATIVE * abs(slope):
        return judgement
    error = ROUNDING * abs(slope)
    return judgement._replace(
        verdict=Verdict.AGREE, reference=slope, error=error, method="complex step", because="",
        evaluations=judgement.evaluations + 1,
    )  # fmt: skip


def _slope(f: Callable[[Any], Any], x: float) -> float | None:
    """The complex step; None where `f` takes no complex number, or gives none of which the real part is f(x)."""
    step = STEP * (abs(x) or 1.0)
    try:
        z, value = f(complex(x, step)), f(x)
    except Exception:  # not for complex numbers
        return None
    if not isinstance(z, complex) or not abs(z.real - value) <= ROUNDING * abs(value):
        return None
    return z.imag / step if isfinite(z.imag) else None

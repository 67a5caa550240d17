"""The beta function B(x, y) = Γ(x)·Γ(y) / Γ(x + y) and its logarithm, on floats, arrays and 50-digit numbers.

The difference of large logarithms of Γ would lose most digits: it is taken term by term, by Stirling's series (Didonato
and Morris, ACM Algorithm 708).
"""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any, Final

from microgrand.table.gamma import (
    HALF_LOG_TWO_PI,
    digamma_of_positive,
    gamma_of_positive,
    lgamma_of_positive,
    stirling_correction,
)
from microgrand.table.libraries import lane_by_lane, with_more_bits
from microgrand.table.numbers import is_plain
from microgrand.table.numeric import exp_of_float, two_sum
from microgrand.table.polygamma import polygamma_rise_of_floats

_RECIPROCAL_OVERFLOWS: Final = 5.562684646268e-309  # below this 1/x, and Γ(x) with it, is beyond all floats


def lbeta(x: Any, y: Any) -> Any:
    """log B(x, y) = log Γ(x) + log Γ(y) - log Γ(x + y) for x, y > 0, whose large terms would cancel."""
    if is_plain(x) and is_plain(y):
        return lbeta_of_floats(float(x), float(y))
    if not (hasattr(x, "context") or hasattr(y, "context")):
        return lane_by_lane(lbeta_of_floats, x, y)
    mp = (x if hasattr(x, "context") else y).context
    with with_more_bits(mp, max(0, mp.mag(x), mp.mag(y)) + 64):
        return mp.loggamma(x) + mp.loggamma(y) - mp.loggamma(x + y)


def lbeta_of_floats(x: float, y: float) -> float:
    """`lbeta` on floats."""
    if not (x > 0.0 and y > 0.0):
        return nan
    low = x if x <= y else y
    high = y if x <= y else x
    if high == inf:
        return -inf
    if high < 10.0:
        whole, error = two_sum(low, high)
        fall = lgamma_of_positive(high) - lgamma_of_positive(whole) - _lost_by_rounding(whole, error)
        return float(lgamma_of_positive(low) + fall)
    if low < 10.0:
        return lgamma_of_positive(low) + _fall_of_lgamma(low, high)
    corrections = stirling_correction(low) + (stirling_correction(high) - stirling_correction(low + high))
    powers = (low - 0.5) * math.log1p(high / low) + high * math.log1p(low / high)
    return HALF_LOG_TWO_PI - 0.5 * math.log(high) + corrections - powers


def lbeta_scale(x: float, y: float) -> float:
    """The largest term of log B."""
    low = x if x <= y else y
    high = y if x <= y else x
    if high < 10.0:
        return max(abs(lgamma_of_positive(z)) for z in (low, high, low + high))
    return max(abs(lgamma_of_positive(low)), abs(_fall_of_lgamma(low, high))) if low < 10.0 else 0.0


def _fall_of_lgamma(low: float, high: float) -> float:
    """log Γ(high) - log Γ(low + high) for high ≥ 10."""
    corrections = stirling_correction(high) - stirling_correction(low + high)
    return corrections - ((high + low - 0.5) * math.log1p(low / high) + low * (math.log(high) - 1.0))


def _lost_by_rounding(whole: float, error: float) -> float:
    """What log Γ loses where x + y is rounded; below 5e-309, where ψ overflows, no sum is rounded."""
    return error * digamma_of_positive(whole) if error != 0.0 else 0.0


def beta(x: Any, y: Any) -> Any:
    """B(x, y) = Γ(x)·Γ(y) / Γ(x + y) for x, y > 0."""
    if is_plain(x) and is_plain(y):
        return beta_of_floats(float(x), float(y))
    if not (hasattr(x, "context") or hasattr(y, "context")):
        return lane_by_lane(beta_of_floats, x, y)
    return (x if hasattr(x, "context") else y).context.exp(lbeta(x, y))


def beta_of_floats(x: float, y: float) -> float:
    """`beta` on floats: of Γ itself, corrected for the rounding of x + y, where that does not overflow."""
    if not (x > 0.0 and y > 0.0):
        return nan
    low = x if x <= y else y
    high = y if x <= y else x
    if high == inf:
        return 0.0
    if low < _RECIPROCAL_OVERFLOWS:
        return inf
    whole, error = two_sum(low, high)
    if whole < 165.0:
        ratio = gamma_of_positive(high) / gamma_of_positive(whole) * (1.0 - _lost_by_rounding(whole, error))
        return float(gamma_of_positive(low) * ratio)
    if low < 10.0:
        return gamma_of_positive(low) * exp_of_float(_fall_of_lgamma(low, high))
    return exp_of_float(lbeta_of_floats(low, high))


def beta_scale(x: float, y: float) -> float:
    """B(x, y) as many times as the largest term of its logarithm, whose error becomes that of B."""
    return beta_of_floats(x, y) * (1.0 + max(lbeta_scale(x, y), abs(lbeta_of_floats(x, y))))


def beta_partial_scale(z: float, x: float, y: float) -> float:
    """The larger slope as many times."""
    rises = (polygamma_rise_of_floats(x, y, 0.0), polygamma_rise_of_floats(y, x, 0.0))
    return beta_scale(x, y) * max(rises)

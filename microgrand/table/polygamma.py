"""The derivatives of ψ, and how much they rise from x to x + y: on floats, arrays and 50-digit numbers.

Each is a sum of powers: its first terms, then Euler and Maclaurin's series (Abramowitz and Stegun, 6.4).
"""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any, Final

from microgrand.table.gamma import digamma_of_float, digamma_scale, gamma_of_positive
from microgrand.table.libraries import lane_by_lane, with_more_bits
from microgrand.table.numbers import is_plain
from microgrand.table.numeric import power_of_floats

_BERNOULLI: Final = (  # B₂ⱼ/(2j)! for j = 1, 2, …
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
    -3617 / 10670622842880000, 43867 / 5109094217170944000, -174611 / 802857662698291200000,
)  # fmt: skip
MOST_CANCELLED: Final = 128  # bits, with which a difference is still taken as it stands
STEPS: Final = 24.0  # how many terms of a sum of powers are added before its series
HIGHEST_ORDER: Final = 20.0  # of a derivative of ψ, for which that is far enough


def polygamma(x: Any, n: Any) -> Any:
    """ψ⁽ⁿ⁾(x), the n-th derivative of ψ."""
    if is_plain(x):
        return polygamma_of_float(float(x), float(n))
    return _polygamma_in_digits(x, int(n)) if hasattr(x, "context") else lane_by_lane(polygamma_of_float, x, n)


def _polygamma_in_digits(x: Any, n: int) -> Any:
    psi = x.context.psi
    if n == 0 or x > 0.0:
        return psi(n, x)
    t = -x - x.context.floor(-x)
    return psi(n, 1.0 - t) + (-1) ** n * (psi(n, 1.0 - x) - psi(n, t))


def polygamma_of_float(x: float, n: float) -> float:
    """`polygamma` on a float. Below 0 it is a sum over all x + k; `t` is what -x is beyond a whole number."""
    if n == 0.0 or not x > -inf:
        return digamma_of_float(x)
    sign = 1.0 if math.fmod(n, 2.0) == 1.0 else -1.0
    if x > 0.0:
        return sign * _size_of_polygamma(x, n)
    t = math.fmod(-x, 1.0)
    return sign * _size_of_polygamma(1.0 - t, n) + (_size_of_polygamma(t, n) - _size_of_polygamma(1.0 - x, n))


def polygamma_scale(x: float, n: float) -> float:
    """The size of the terms below 0."""
    if n == 0.0 or x > 0.0:
        return digamma_scale(x)
    t = math.fmod(-x, 1.0)
    return max(_size_of_polygamma(1.0 - t, n), _size_of_polygamma(t, n))


def _size_of_polygamma(x: float, n: float) -> float:
    """n!·Σ over k ≥ 0 of (x + k)^-(n + 1) for x > 0, n ≥ 1: the first terms, then Euler and Maclaurin's series."""
    total = 0.0
    far = x
    if x < STEPS:
        far = x + STEPS
        for k in range(24):
            total = total + power_of_floats(x + (23.0 - k), -n - 1.0)
    u = 1.0 / far / far
    series = 0.5 / far
    s = n + 1.0
    rising = s * u
    for b in _BERNOULLI:
        series = series + b * rising
        rising = rising * (s + 1.0) * (s + 2.0) * u
        s = s + 2.0
    scaled, unit = _scaled_power(far, n)
    size = gamma_of_positive(n)
    return size * (n * total) + size * (scaled + scaled * (n * series)) * unit


def _scaled_power(x: float, n: float) -> tuple[float, float]:
    """16ⁿ·x^-n and 16^-n: n! times the first does not underflow before n!·x^-n does, as x^-n alone would."""
    return power_of_floats(0.0625 * x, -n), power_of_floats(16.0, -n)


def polygamma_rise(x: Any, y: Any, n: Any) -> Any:
    """ψ⁽ⁿ⁾(x + y) - ψ⁽ⁿ⁾(x) for x, y > 0, whose terms would cancel where y is small beside x."""
    if is_plain(x) and is_plain(y):
        return polygamma_rise_of_floats(float(x), float(y), float(n))
    if not (hasattr(x, "context") or hasattr(y, "context")):
        return lane_by_lane(polygamma_rise_of_floats, x, y, n)
    return _rise_in_digits((x if hasattr(x, "context") else y).context, x, y, int(n))


def _rise_in_digits(mp: Any, x: Any, y: Any, n: int) -> Any:
    """The difference, with the digits more that cancel; where these are many, Taylor's series in y instead."""
    gap = max(0, mp.mag(x) - mp.mag(y))
    with with_more_bits(mp, 64 + (2 * gap if gap < MOST_CANCELLED else 0)):
        if gap < MOST_CANCELLED:
            return mp.psi(n, x + y) - mp.psi(n, x)
        power, total = mp.mpf(1), mp.mpf(0)
        for k in range(1, 3 + mp.prec // (gap - 6)):  # each term is at most 21 y/x times the one before it
            power = power * y / k
            total = total + mp.psi(n + k, x) * power
        return total


def polygamma_rise_of_floats(x: float, y: float, n: float) -> float:
    """`polygamma_rise` on floats: the difference of each two terms, by log1p and expm1."""
    if not (x > 0.0 and y > 0.0):
        return nan
    total = 0.0
    far = x
    if x < STEPS:
        far = x + STEPS
        for k in range(24):
            total = total + _fall_of_power(x + (23.0 - k), y, n + 1.0)
    u = 1.0 / far / far
    series = 0.5 / far * _fall(far, y, n + 1.0) + (math.log1p(y / far) if n == 0.0 else _fall(far, y, n) / n)
    s = n + 1.0
    rising = s * u
    for b in _BERNOULLI:
        series = series + b * rising * _fall(far, y, s + 1.0)
        rising = rising * (s + 1.0) * (s + 2.0) * u
        s = s + 2.0
    scaled, unit = _scaled_power(far, n)
    factorial = gamma_of_positive(n + 1.0)
    size = factorial * total + factorial * (scaled * series) * unit
    return -size if math.fmod(n, 2.0) == 1.0 else size


def _fall(x: float, y: float, s: float) -> float:
    """1 - (x / (x + y))^s."""
    return -math.expm1(-s * math.log1p(y / x))


def _fall_of_power(x: float, y: float, s: float) -> float:
    """x^-s - (x + y)^-s."""
    if s == 1.0:
        return y / x / (x + y) if y < x else 1.0 / x / (1.0 + x / y)
    power = power_of_floats(x, -s)
    if power - power == 0.0:
        return power * _fall(x, y, s)
    half = power_of_floats(x, -0.5 * s)
    return half * _fall(x, y, s) * half

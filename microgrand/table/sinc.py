"""sin πx / (πx) and its derivatives: what x is beyond a whole number is exact, so that no digit is lost at any x."""

from __future__ import annotations

import math
from typing import Any, Final

from microgrand.table.libraries import lane_by_lane, library, with_more_bits
from microgrand.table.numbers import is_plain
from microgrand.table.numeric import two_product, where

HIGHEST_ORDER: Final = 12.0  # of a derivative
REST_OF_PI: Final = 1.2246467991473532e-16


def sine_of_pi_times(x: float) -> tuple[float, float]:
    """sin πx, and what rounding πx has taken from it."""
    if x - x != 0.0:
        return x - x, 0.0
    r = math.fmod(abs(x), 2.0)
    sign = math.copysign(1.0, x)
    if r > 1.0:
        r = r - 1.0
        sign = -sign
    if r > 0.5:
        r = 1.0 - r
    angle, error = two_product(r, math.pi)
    return sign * math.sin(angle), sign * (error + r * REST_OF_PI) * math.cos(angle)


def cosine_of_pi_times(x: float) -> float:
    """cos πx."""
    r = math.fmod(abs(x), 2.0) if x - x == 0.0 else x - x
    if r > 1.0:
        r = 2.0 - r
    sine, rest = sine_of_pi_times(0.5 - r)
    return sine + rest


def sinc(x: Any) -> Any:
    """sin πx / (πx), and 1 at 0."""
    if is_plain(x):
        return sinc_of_float(float(x))
    if hasattr(x, "context"):
        return x.context.sincpi(x)
    r = abs(x) % 2.0
    beyond = where(r > 1.0, r - 1.0, r)
    sine = library(x).sin(math.pi * where(beyond > 0.5, 1.0 - beyond, beyond))
    return where(x == 0.0, 1.0, where(r > 1.0, -sine, sine) / math.pi / abs(where(x == 0.0, 1.0, x)))


def sinc_of_float(x: float) -> float:
    """`sinc` on a float."""
    if x == 0.0:
        return 1.0
    sine, rest = sine_of_pi_times(x)
    return (sine + rest) / math.pi / x


def sinc_derivative(x: Any, n: Any) -> Any:
    """The n-th derivative of sinc at x."""
    if is_plain(x):
        return sinc_derivative_of_float(float(x), float(n))
    return _in_digits(x, int(n)) if hasattr(x, "context") else lane_by_lane(sinc_derivative_of_float, x, n)


def sinc_derivative_of_float(x: float, n: float) -> float:
    """`sinc_derivative` on a float, πⁿ·Dₙ(u) of u = πx, where Dₙ is the n-th derivative of sin u / u.

    Near 0 it is Taylor's series; beyond, u·Dₙ = sin⁽ⁿ⁾u - n·Dₙ₋₁, which adds up no errors where u is of the size of n.
    """
    u = math.pi * abs(x)
    sign = 1.0 if x > 0.0 or math.fmod(n, 2.0) == 0.0 else -1.0
    if u < 0.5 * n + 1.5:
        return sign * math.pow(math.pi, n) * _taylor(u, n)
    sine, rest = sine_of_pi_times(abs(x))
    this = sine + rest
    after = cosine_of_pi_times(x)
    result = this / u
    k = 0.0
    for _ in range(12):
        if k < n:
            k = k + 1.0
            before = -this
            this = after
            after = before
            result = (this - k * result) / u
    if u > 1e200:  # where u overflows, and all but the first term is far below it
        return sign * this * (math.pow(math.pi, n - 1.0) / abs(x))
    return sign * math.pow(math.pi, n) * result


def _taylor(u: float, n: float) -> float:
    """Dₙ(u) = Σ over 2k ≥ n of (-1)^k·u^(2k - n) / ((2k + 1)·(2k - n)!)."""
    odd = math.fmod(n, 2.0)
    power = u if odd == 1.0 else 1.0
    sign = -1.0 if math.fmod(n + odd, 4.0) == 2.0 else 1.0
    j = odd
    total = 0.0
    for _ in range(24):
        total = total + sign * power / (n + j + 1.0)
        power = power * u * u / ((j + 1.0) * (j + 2.0))
        sign = -sign
        j = j + 2.0
    return total


def sinc_scale(x: float, n: float) -> float:
    """The size of the terms that cancel where a derivative is 0: of sin⁽ⁿ⁾u / u."""
    u = math.pi * abs(x)
    return math.pow(math.pi, n) / u if u > 1.0 else 0.0


def _in_digits(x: Any, n: int) -> Any:
    mp = x.context
    if x == 0:
        return mp.mpf(0) if n % 2 else (-1) ** (n // 2) * mp.pi**n / (n + 1)
    with with_more_bits(mp, (2 * n + 2) * abs(mp.mag(x)) + 64):
        u = mp.pi * x
        result = mp.sinpi(x) / u
        sines = (mp.sinpi(x), mp.cospi(x), -mp.sinpi(x), -mp.cospi(x))
        for k in range(1, n + 1):
            result = (sines[k % 4] - k * result) / u
        return mp.pi**n * result

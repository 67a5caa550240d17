"""Γ, its logarithm and the slope ψ of that: on floats, arrays and 50-digit numbers.

Python's math.lgamma loses digits near its zeros 1 and 2, math.gamma a few everywhere, and there is no digamma. Here
each function of a float is a polynomial on [1, 3], its recurrence from there to 10 or 20, Stirling's series beyond, and
below 0 Euler's reflection (Abramowitz and Stegun, 6.1 to 6.4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import inf, nan
from typing import Any, Final

from microgrand.table.libraries import lane_by_lane
from microgrand.table.numbers import is_plain, quotient
from microgrand.table.numeric import exp_of_float, expm1, log, log1p, power_of_floats, two_product
from microgrand.table.sinc import REST_OF_PI, sine_of_pi_times

# Fitted to log Γ(2 + t) / (t(1 + t)) and to ψ(2 + t) / (2 + t - x₀) for |t| ≤ 1: the highest power first.
_LOG_GAMMA: Final = (
    -7.639292345836201e-10, 1.5746606982777302e-09, 2.0986002157033107e-09, -4.312495770350818e-09,
    -7.842557720538356e-09, 1.6194359237484174e-08, -2.7296358592514825e-09, 5.910565853507869e-09,
    -4.9827532071170234e-08, 1.042041826608264e-07, -1.878442644643758e-07, 3.958940459367468e-07,
    -8.54560908975883e-07, 1.8113906873056685e-06, -3.846858091533014e-06, 8.221234475942905e-06,
    -1.7661767658452517e-05, 3.816907658276081e-05, -8.309511477709561e-05, 0.0001825526153982638,
    -0.0004057073983775151, 0.0009153769240386907, -0.0021081308339216706, 0.004998641164627129,
    -0.012384192193371805, 0.03296500062115691, -0.10031730167435392, 0.42278433509846713,
)  # fmt: skip
_DIGAMMA: Final = (
    -5.100770214989469e-09, 1.0201545142033868e-08, 1.7852672191376552e-08, -3.5705337308985145e-08,
    -5.77025926771739e-08, 1.1540536834062045e-07, 2.821220170829738e-08, -5.6422994902202784e-08,
    -2.3086248081342955e-07, 4.6173797029851077e-07, -6.059322795045256e-07, 1.2119815782595426e-06,
    -2.6338311326151924e-06, 5.26871942897218e-06, -1.044106631983514e-05, 2.0891708911121205e-05,
    -4.184622931937881e-05, 8.377966540530644e-05, -0.00016781518722379935, 0.00033643237613001386,
    -0.000675313369799565, 0.0013581421903714414, -0.0027395728831692795, 0.005552254171350814, -0.011338432553333682,
    0.023447309597724546, -0.04955103291767291, 0.10899991701762626, -0.2607389546830014, 0.7853075386041053,
)  # fmt: skip
_ROOT: Final = 1.4616321449683622  # x₀, where ψ is 0
_REST_OF_ROOT: Final = 9.549995429965697e-17
_STIRLING: Final = (1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
_BELOW_LOG: Final = (-3617 / 8160, 1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12)
HALF_LOG_TWO_PI: Final = 0.9189385332046727
_ROOT_TWO_PI: Final = 2.5066282746310007
_REST_OF_ROOT_TWO_PI: Final = -1.8328579980459167e-16


def _polynomial(coefficients: Sequence[float], t: float) -> float:
    result = coefficients[0]
    for c in coefficients[1:]:
        result = result * t + c
    return result


# ---- log Γ -----------------------------------------------------------------------------------------------------------
def lgamma(x: Any) -> Any:
    """log |Γ(x)|."""
    if is_plain(x):
        return lgamma_of_float(float(x))
    if not hasattr(x, "context"):
        return lane_by_lane(lgamma_of_float, x)
    return x.context.log(abs(x.context.gamma(x))) if x < 0.0 else x.context.loggamma(x)


def lgamma_of_float(x: float) -> float:
    """`lgamma` on a float."""
    if not x > -inf:
        return nan
    if x > 0.0:
        return lgamma_of_positive(x)
    if x > -1.0:
        return float((1.0 + x) * x * _polynomial(_LOG_GAMMA, x) - log1p(x) - log(-x))
    sine, rest = sine_of_pi_times(x)
    return float(log(quotient(math.pi, abs(x * (sine + rest)))) - lgamma_of_positive(-x))


def lgamma_scale(x: float) -> float:
    """The size of the terms below -1: log Γ(-x), and the logarithm of the reflection, which may be near log 1."""
    return max(1.0, lgamma_of_positive(-x)) if x < -1.0 else 0.0


def lgamma_of_positive(x: float) -> float:
    """log Γ(x) for x > 0."""
    if x >= 10.0:
        return (x - 0.5) * (math.log(x) - 1.0) + (HALF_LOG_TWO_PI - 0.5 + stirling_correction(x))
    if x < 1.0:
        return x * (x - 1.0) * _polynomial(_LOG_GAMMA, x - 1.0) - math.log(x)
    if x < 3.0:
        return (x - 1.0) * (x - 2.0) * _polynomial(_LOG_GAMMA, x - 2.0)
    base = x
    product = 1.0
    for _ in range(7):
        if base >= 3.0:
            base = base - 1.0
            product = product * base
    return math.log(product) + (base - 1.0) * (base - 2.0) * _polynomial(_LOG_GAMMA, base - 2.0)


def stirling_correction(x: float) -> float:
    """log Γ(x) - (x - ½)log x + x - log √2π for x ≥ 10."""
    return _polynomial(_STIRLING, 1.0 / x / x) / x


# ---- Γ ---------------------------------------------------------------------------------------------------------------
def gamma(x: Any) -> Any:
    """Γ(x)."""
    if is_plain(x):
        return gamma_of_float(float(x))
    return x.context.gamma(x) if hasattr(x, "context") else lane_by_lane(gamma_of_float, x)


def gamma_of_float(x: float) -> float:
    """`gamma` on a float."""
    if not x > -inf:
        return nan
    if x > 0.0:
        return gamma_of_positive(x)
    if x > -1.0:
        return exp_of_float((1.0 + x) * x * _polynomial(_LOG_GAMMA, x)) / (1.0 + x) / x if x < 0.0 else nan
    return _gamma_by_reflection(x, 1.0)


def slope_of_tiny_gamma(x: float) -> float:
    """Γ(x)·ψ(x) for x < -1, also where Γ(x) itself is below all floats or has lost digits among the smallest."""
    return _gamma_by_reflection(x, digamma_of_float(x))


def _gamma_by_reflection(x: float, times: float) -> float:
    """Γ(x) for x < -1, so many times: -π / (x·sin πx·Γ(-x)), which may be a float though Γ(-x) overflows."""
    sine, rest = sine_of_pi_times(x)
    product, error = two_product(sine, x)
    result = quotient(-math.pi, product)
    back, off = two_product(result, product)
    lost = quotient(error + rest * x, product) - (REST_OF_PI + (back + math.pi + off)) / math.pi
    of_minus_x, power = _factors_of_gamma(-x)
    return float((result - result * lost) / of_minus_x * times / power)


def gamma_of_positive(x: float) -> float:
    """Γ(x) for x > 0."""
    factor, power = _factors_of_gamma(x)
    return factor * power


def _factors_of_gamma(x: float) -> tuple[float, float]:
    """Two factors of Γ(x) for x > 0, both finite up to 200; below 140 the second is 1."""
    if x > 200.0:
        return inf, 1.0
    if x >= 20.0:
        return _factors_by_stirling(x)
    return _gamma_by_recurrence(x), 1.0


def _gamma_by_recurrence(x: float) -> float:
    """Γ(x) for 0 < x < 20."""
    if x < 1.0:
        return exp_of_float(x * (x - 1.0) * _polynomial(_LOG_GAMMA, x - 1.0)) / x
    base = x
    product = 1.0
    lost = 0.0
    for _ in range(18):
        if base >= 2.0:
            base = base - 1.0
            lost = lost * base
            product, error = two_product(product, base)
            lost = lost + error
    near = exp_of_float((base - 1.0) * (base - 2.0) * _polynomial(_LOG_GAMMA, base - 2.0))
    return near * product + near * lost


def _factors_by_stirling(x: float) -> tuple[float, float]:
    """√2π·x^(x-½)·e^-x·e^correction; from 140 on x⁸⁰ is the second factor, as the power may overflow."""
    rest = expm1(stirling_correction(x)) + _REST_OF_ROOT_TWO_PI / _ROOT_TWO_PI
    power = power_of_floats(x, x - 0.5 if x < 140.0 else x - 80.5)
    product, error = two_product(power, exp_of_float(-x))
    result, lost = two_product(product, _ROOT_TWO_PI)
    result = result + (result * rest + error * _ROOT_TWO_PI + lost)
    return result, 1.0 if x < 140.0 else power_of_floats(x, 80.0)


# ---- ψ ---------------------------------------------------------------------------------------------------------------
def digamma(x: Any) -> Any:
    """ψ(x) = Γ′(x)/Γ(x)."""
    if is_plain(x):
        return digamma_of_float(float(x))
    return x.context.psi(0, x) if hasattr(x, "context") else lane_by_lane(digamma_of_float, x)


def digamma_of_float(x: float) -> float:
    """`digamma` on a float."""
    if not x > -inf:
        return nan
    if x > 0.0:
        return digamma_of_positive(x)
    return (_digamma_beyond_one(-x) if x > -2.0 else digamma_of_positive(1.0 - x)) - _pi_cot_pi(x)


def digamma_scale(x: float) -> float:
    """The size of the terms below 0: ψ(1 - x) and π·cot πx."""
    return abs(digamma_of_positive(1.0 - x)) if x < 0.0 else 0.0


def digamma_of_positive(x: float) -> float:
    """ψ(x) for x > 0."""
    if x >= 10.0:
        u = 1.0 / x / x
        return math.log(x) - (0.5 / x + u * _polynomial(_BELOW_LOG, u))
    if x < 1.0:
        return _digamma_beyond_one(x) - 1.0 / x
    base = x
    total = 0.0
    for _ in range(7):
        if base >= 3.0:
            base = base - 1.0
            total = total + 1.0 / base
    return total + (base - _ROOT - _REST_OF_ROOT) * _polynomial(_DIGAMMA, base - 2.0)


def _digamma_beyond_one(x: float) -> float:
    """ψ(1 + x) for 0 ≤ x ≤ 2, without the rounding of 1 + x."""
    return (x - (_ROOT - 1.0) - _REST_OF_ROOT) * _polynomial(_DIGAMMA, x - 1.0)


def _pi_cot_pi(x: float) -> float:
    """π·cot πx, as exactly as `sine_of_pi_times`."""
    r = math.fmod(x, 1.0)
    if r < -0.5:
        r = r + 1.0
    near = abs(r) <= 0.25
    part = abs(r) if near else 0.5 - abs(r)
    angle, error = two_product(part, math.pi)
    tangent = math.tan(angle)
    rest = (error + part * REST_OF_PI) * (1.0 + tangent * tangent)
    of_pi = tangent * (REST_OF_PI / math.pi)
    size = quotient(math.pi, tangent + (rest - of_pi)) if near else math.pi * (tangent + (rest + of_pi))
    return math.copysign(size, r)

"""The logarithm of the normal distribution function, what its derivatives are made of, and the inverse of erf."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from microgrand.table.libraries import lane_by_lane, special, with_more_bits
from microgrand.table.numbers import is_plain
from microgrand.table.numeric import (
    ONE_OVER_ROOT_TWO_PI,
    carries_errors,
    exp,
    exp_of_float,
    log,
    log1p,
    maximum,
    minimum,
    power_of_floats,
    two_product,
    where,
)
from microgrand.table.stable import half_bell, normal_cdf

HALF_LOG_TWO_PI: Final = 0.9189385332046727
HALF_ROOT_PI: Final = 0.886226925452758
REST_OF_HALF_ROOT_PI: Final = 1.3490193926497136e-17
FAR: Final = -4.0  # below, Φ(x) is taken by Laplace's continued fraction
FAR_ABOVE: Final = 37.0  # where φ(x) is 1e-298
PEAK: Final = 0.3989422804014327  # φ(0) = 1/√(2π)
ROUNDS: Final = 60
MORE_ROUNDS: Final = 160.0  # from -2.1 on
MIDDLE: Final = -0.75
_TAYLOR: Final = (  # of φ/Φ about there
    1.328777965221207, -0.769067406941506, 0.0691305639000161, 0.015244104459823342, 0.0020306453178357913,
    -8.984421349935314e-05, -0.00014058721207734615, -4.1901765936467175e-05, -5.651710938076102e-06,
    6.983967715667122e-07, 6.070907854201846e-07, 1.6723520510138567e-07, 1.90290793932206e-08,
    -4.2980505019963105e-09, -2.7732786547944763e-09, -6.958255449070372e-10, -6.23966561349112e-11,
    2.4065055770051822e-11, 1.2663472013737776e-11, 2.8876887891446312e-12, 1.8187516403424284e-13,
    -1.274373236488025e-13, -5.725440100440199e-14, -1.1822975817254844e-14, -3.8480945759878243e-16,
    6.496023813903398e-16, 2.558702103208172e-16, 4.751891107494353e-17, -1.6611479764114028e-19,
    -3.2184041151825647e-18, -1.129962976214005e-18, -1.8660953227909693e-19, 8.973915814629167e-21,
    1.5589476952261897e-20, 4.930281382933651e-21, 7.1137470005842335e-22, -7.561758272340232e-23,
    -7.410965448974606e-23, -2.1246422099500865e-23, -2.6048810545406042e-24, 4.891982035160968e-25,
    3.4664137974083387e-25, 9.036848215981103e-26, 8.989836683484958e-27, -2.8215799527415737e-27,
    -1.598100047082657e-27, -3.789688542083753e-28, -2.809654712513038e-29, 1.5237227838795687e-29,
    7.270320188436734e-30, 1.5644244390538562e-30, 7.122379137863089e-32, -7.877052658371614e-32,
    -3.266268591145494e-32, -6.342433532477089e-33, -7.680190262057293e-35, 3.944926041410901e-34,
    1.4496795373400944e-34, 2.516551089837681e-35, -7.171774671536173e-37, -1.927571039415564e-36,
    -6.357038133467514e-37, -9.721074451898158e-38, 7.804699510277592e-39,
)  # fmt: skip
HIGHEST_ORDER: Final = 8.0  # of a derivative of φ/Φ
_BELOW: Final = tuple(range(9))  # the orders up to it
FAR_IN_DIGITS: Final = -100.0  # there as many rounds give some 900 digits
BEYOND_ALL_FLOATS: Final = 1e4  # there Φ(-x) is no float, and mpmath's erfc soon ends


def log_normal_cdf(x: Any) -> Any:
    """log Φ(x): by log1p of Φ(-x) for x ≥ 0, and below -4 as log φ(x) - log(φ(x)/Φ(x)), where Φ underflows."""
    if not carries_errors(x):
        return _log_normal_cdf_in_digits(x)
    tail = minimum(x, FAR)
    far = -0.5 * tail * tail - HALF_LOG_TWO_PI - log(normal_excess(tail) - tail)
    near = where(x < 0.0, log(normal_cdf(minimum(maximum(x, FAR), 0.0))), log1p(-normal_cdf(-maximum(x, 0.0))))
    return where(x < FAR, far, near)


def normal_hazard(x: Any) -> Any:
    """φ(x)/Φ(x), the slope of log Φ, which grows like -x where both underflow."""
    if not carries_errors(x):
        return _hazard_in_digits(x) if x > FAR_IN_DIGITS else _fraction(-x) - x
    density = half_bell(maximum(x, FAR)) * ONE_OVER_ROOT_TWO_PI.value
    return where(x < FAR, normal_excess(minimum(x, FAR)) - x, density / normal_cdf(maximum(x, FAR)))


def normal_excess(x: Any) -> Any:
    """x + φ(x)/Φ(x), which is near -1/x where its terms cancel: below -4, 1/(t + 2/(t + 3/(t + …))) of t = -x."""
    if not carries_errors(x):
        return x + _hazard_in_digits(x) if x > FAR_IN_DIGITS else _fraction(-x)
    near = maximum(x, FAR)
    ratio = half_bell(near) * ONE_OVER_ROOT_TWO_PI.value / normal_cdf(near)
    return where(x < FAR, _fraction(-minimum(x, FAR)), x + ratio)


# ---- the derivatives of φ/Φ ------------------------------------------------------------------------------------------
def normal_hazard_derivative(x: Any, n: Any) -> Any:
    """The n-th derivative of φ/Φ at x, for n ≥ 1."""
    if is_plain(x):
        return hazard_derivative_of_float(float(x), float(n))
    if hasattr(x, "context"):
        return _hazard_derivative_in_digits(x, int(n))
    return lane_by_lane(hazard_derivative_of_float, x, n)


def hazard_derivative_of_float(x: float, n: float) -> float:
    """`normal_hazard_derivative` on a float. With λ = φ/Φ and δ = x + λ it is λ′ = -λδ, λ″ = -(λ′δ + λδ′), …

    Far below 0, δ is near -1/x and δ′ near 1/x²: λ″ would be the difference of two numbers near -1/x that agree in ever
    more digits. There the derivatives are those of Laplace's continued fraction, δ = 1/(t + 2/(t + 3/(t + …))), t = -x.
    """
    if n < 1.0 or x != x:
        return float(normal_hazard(x))
    x = minimum(maximum(x, -1e150), 1e150)
    if x < -2.1:
        return _by_fractions(-x, n) - (1.0 if n == 1.0 else 0.0)
    result: float = _by_taylor(x - MIDDLE, n) if x < 0.6 else _by_products(x, n)
    return result


def _by_taylor(u: float, n: float) -> float:
    """The n-th derivative at MIDDLE + u, of Taylor's series: there products would cancel, and fractions take long."""
    times = 1.0  # of the k-th coefficient: k(k - 1)…(k - n + 1)
    for i in range(9):
        if i < n:
            times = times * (i + 1.0)
    total = 0.0
    power = 1.0
    k = 0.0
    for coefficient in _TAYLOR:
        if k >= n:
            total = total + times * coefficient * power
            power = power * u
            times = times * (k + 1.0) / (k + 1.0 - n)
        k = k + 1.0
    return total


def _by_products(x: float, n: float) -> float:
    """Leibniz' rule for λ′ = -λδ, n times."""
    far = x > FAR_ABOVE  # λ is no ordinary float, and nothing beside x: the derivatives are those of e^(-x²/2)
    hazard = [1.0 if far else float(normal_hazard(x))]
    excess = [x if far else float(normal_excess(x))]
    for m in _BELOW:
        total = 0.0
        choices = 1.0
        for i in _BELOW[: m + 1]:
            total = total - choices * hazard[i] * excess[m - i]
            choices = choices * (m - i) / (i + 1.0)
        hazard = [*hazard, total]
        if m < 8:
            change = 0.0 if far else total
            excess = [*excess, 1.0 + change if m == 0 else change]
    result = _chosen(hazard, n)
    if not far:
        return result
    square, error = two_product(x, x)
    root = exp_of_float(-0.25 * square) * (1.0 - 0.25 * error)
    return result * root * (root * PEAK) if x < 40.0 else 0.0


def _by_fractions(t: float, n: float) -> float:
    """The n-th derivative in x = -t of δ = r₁, where rₖ = k/(t + rₖ₊₁): rₖ′ = rₖ(rₖ₊₁ - rₖ) hardly cancels."""
    r = t
    k = MORE_ROUNDS
    for _ in range(150):
        r = k / (t + r)
        k = k - 1.0
    fractions = [k / (t + r)]  # r₁₀, …, r₁
    for above in _BELOW:
        fractions = [*fractions, (9.0 - above) / (t + fractions[above])]
    found = [fractions[9]]
    orders = [fractions]  # then their derivatives of orders 1, 2, …, of each order one less
    following = [0.0]
    for m in _BELOW:
        for j in _BELOW[: 9 - m]:
            total = 0.0
            choices = 1.0
            for i in _BELOW[: m + 1]:
                total = total + choices * orders[i][1 + m + j - i] * (orders[m - i][j + i] - orders[m - i][1 + j + i])
                choices = choices * (m - i) / (i + 1.0)
            following = [total] if j == 0 else [*following, total]
        found = [*found, following[8 - m]]
        if m < 8:
            orders = [*orders, following]
    return _chosen(found, n)


def _chosen(orders: Sequence[float], n: float) -> float:
    result: float = orders[0]
    for order in (*_BELOW, 9):
        if order == n:
            result = orders[order]
    return result


def hazard_derivative_scale(x: float, n: float) -> float:
    """The size of the terms: they cancel where a derivative is 0, and lose digits as e^(-x²/2) does."""
    if n < 1.0 or x < -2.1:
        return 0.0
    if x < 0.6:
        return 0.25  # of a coefficient of Taylor's
    near = min(x, 1e150)
    return float(normal_hazard(near)) * power_of_floats(max(1.0, near), n)


def _hazard_derivative_in_digits(x: Any, n: int) -> Any:
    """Leibniz' rule, with as many digits more as cancel."""
    mp = x.context
    x = mp.mpf(min(x, BEYOND_ALL_FLOATS))
    with with_more_bits(mp, (2 * n + 2) * max(0, mp.mag(x)) + 64):
        hazard = [normal_hazard(x)]
        excess = [normal_excess(x)]
        for m in range(n):
            hazard.append(-mp.fsum(mp.binomial(m, i) * hazard[i] * excess[m - i] for i in range(m + 1)))
            excess.append(hazard[-1] + (m == 0))
        return hazard[n]


def _fraction(t: Any) -> Any:
    result: Any = t
    k = ROUNDS + 1.0
    for _ in range(ROUNDS):
        result = t + k / result
        k = k - 1.0
    return 1.0 / result


def _hazard_in_digits(x: Any) -> Any:
    mp, x = x.context, min(x, BEYOND_ALL_FLOATS)
    return mp.sqrt(2 / mp.pi) * mp.exp(-x * x / 2) / mp.erfc(-x / mp.sqrt(2))


def _log_normal_cdf_in_digits(x: Any) -> Any:
    mp = x.context
    if x < FAR_IN_DIGITS:
        return -x * x / 2 - mp.log(2 * mp.pi) / 2 - mp.log(normal_hazard(x))
    if x < 0:
        return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2)
    return mp.log1p(-mp.erfc(min(x, BEYOND_ALL_FLOATS) / mp.sqrt(2)) / 2)


# ---- the inverse of erf ----------------------------------------------------------------------------------------------
def erfinv(x: Any) -> Any:
    """The number whose erf is x."""
    if is_plain(x):
        y, rest = _erfinv_and_rest(float(x))
        return y + rest
    return special(x).erfinv(x)


def erfinv_slope(x: Any) -> Any:
    """√π/2·e^(y²) of y = erfinv x: of y and the rest of it, since rounding y would cost 2y² ulp."""
    if not is_plain(x):
        return (exp(erfinv(x) ** 2) * x.context.sqrt(x.context.pi) / 2) if hasattr(x, "context") else _slope_of_array(x)
    y, rest = _erfinv_and_rest(float(x))
    square, error = two_product(y, y)
    power = exp_of_float(square)
    slope, lost = two_product(power, HALF_ROOT_PI)
    return slope + (lost + power * REST_OF_HALF_ROOT_PI + slope * (error + 2.0 * y * rest))


def erfinv_slope_scale(x: float) -> float:
    """The slope as many times as the size of its logarithm y², whose error, that of erfc, becomes the slope's."""
    y, _ = _erfinv_and_rest(x)
    return float(erfinv_slope(x)) * (1.0 + y * y)


def _slope_of_array(x: Any) -> Any:
    return exp(erfinv(x) ** 2) * HALF_ROOT_PI


def _erfinv_and_rest(x: float) -> tuple[float, float]:
    """erfinv x and what rounding has taken from it: Winitzki's formula, then Halley's steps.

    Beyond ½ these solve erfc y = 1 - |x|, which is exact.
    """
    size = abs(x)
    if not size < 1.0:
        return math.nan, math.nan
    if size < 1e-8:
        return x * HALF_ROOT_PI, x * (REST_OF_HALF_ROOT_PI + HALF_ROOT_PI * (math.pi / 12.0) * x * x)
    w = math.log1p(-size) + math.log1p(size)
    a = 4.330746750799873 + 0.5 * w  # 2/(0.147·π) and the half of log(1 - x²)
    y = math.sqrt(-w / 0.147 / (a + math.sqrt(a * a - w / 0.147)))
    rest = 0.0
    for _ in range(4):
        y = y + rest
        missing = math.erfc(y) - (1.0 - size) if size > 0.5 else size - math.erf(y)
        newton = missing * HALF_ROOT_PI * math.exp(y * y)
        rest = newton / (1.0 - y * newton)
    return math.copysign(y, x), math.copysign(1.0, x) * rest

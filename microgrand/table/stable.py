"""Functions whose textbook formulas lose accuracy: in a tail, where terms cancel, or where a step would overflow.

Each docstring says what the textbook formula would lose. All functions run on floats, arrays and 50-digit numbers.
"""

from __future__ import annotations

import math
from math import inf, nan
from typing import Any

from microgrand.table.numbers import is_plain, quotient
from microgrand.table.numeric import (
    EXP_MINUS_40,
    LN2,
    ONE_OVER_ROOT_TWO_PI,
    ROOT_HALF,
    carries_errors,
    cbrt,
    clip,
    cosh,
    erfc,
    exp,
    exp_of_float,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    power,
    power_of_floats,
    sign,
    two_product,
    two_sum,
    where,
)

# ---- functions with tails -----------------------------------------------------------------------------------------


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), written so that neither tail overflows: e^min(x,0) / (1 + e^-|x|)."""
    if is_plain(x):
        return sigmoid_of_float(float(x))
    return exp(minimum(x, 0.0)) / (1.0 + exp(-abs(x)))


def sigmoid_of_float(x: float) -> float:
    """`sigmoid` on a float."""
    e = math.exp(-abs(x))
    return (e if x < 0.0 else 1.0) / (1.0 + e) if x == x else x


def sigmoid_slope(x: Any) -> Any:
    """σ′(x) = e^-|x| / (1 + e^-|x|)². Not z(1 - z), which loses every digit where z is near 1."""
    if is_plain(x):
        return sigmoid_slope_of_float(float(x))
    e = exp(-abs(x))
    return e / ((1.0 + e) * (1.0 + e))


def sigmoid_slope_of_float(x: float) -> float:
    """`sigmoid_slope` on a float, corrected for the rounding error of 1 + e^-|x|, which the square would double."""
    return _over_square(math.exp(-abs(x)))


def sigmoid_slope_root(x: Any) -> Any:
    """√σ′(x) = 1 / (2cosh(x/2))."""
    return quotient(1.0, 2.0 * cosh(0.5 * x))


def sech2(x: Any) -> Any:
    """sech²x = tanh′(x) = 4e^-2|x| / (1 + e^-2|x|)². Not 1 - z², which loses every digit where |z| is near 1."""
    if is_plain(x):
        return sech2_of_float(float(x))
    e = exp(-2.0 * abs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


def sech2_of_float(x: float) -> float:
    """`sech2` on a float, corrected for the rounding error of 1 + e^-2|x|."""
    return 4.0 * _over_square(math.exp(-2.0 * abs(x)))


def _over_square(e: float) -> float:
    """e / (1 + e)² for 0 ≤ e ≤ 1, corrected for the error of s = 1 + e, which is known exactly (Dekker 1971)."""
    s = 1.0 + e
    error = e - (s - 1.0)
    q = e / (s * s)
    return q - q * (2.0 * error / s)


def silu(x: Any) -> Any:
    """x·σ(x). Below -700 it is x·e^(x/2)·e^(x/2), since σ(x) loses digits before x·σ(x) does."""
    return where(x < -700.0, _tail(x, x), maximum(x, -700.0) * sigmoid(x))


def silu_slope(x: Any) -> Any:
    """(x·σ(x))′ = σ(x) + x·σ′(x). Below -700 it is (1 + x)·e^(x/2)·e^(x/2)."""
    return where(x < -700.0, _tail(1.0 + x, x), sigmoid(x) + clip(x, -700.0, 1e300) * sigmoid_slope(x))


def _tail(factor: Any, x: Any) -> Any:
    """factor·e^x for x < 0, and 0 at -∞."""
    h = exp(0.5 * clip(x, -1600.0, 0.0))
    return where(x < -1600.0, -0.0, factor * h * h)


def softplus(x: Any) -> Any:
    """log(1 + e^x) = max(x, 0) + log1p(e^-|x|), which never overflows."""
    return maximum(x, 0.0) + log1p(exp(-abs(x)))


def log_sigmoid(x: Any) -> Any:
    """log σ(x) = min(x, 0) - log1p(e^-|x|)."""
    return minimum(x, 0.0) - log1p(exp(-abs(x)))


def logaddexp(x: Any, y: Any) -> Any:
    """log(e^x + e^y) = m + log1p(e^(l - m)) of the larger m and the lesser l, corrected for the rounding of l - m."""
    m = maximum(x, y)
    low = minimum(x, y)
    difference, error = two_sum(low, -m)
    e = exp(difference)
    return m + where(low == m, LN2.like(m), log1p(e + e * error))


def share_of_two(x: Any, y: Any) -> Any:
    """e^x / (e^x + e^y), ½ where x = y, infinite ones included; the rounding of x - y is corrected."""
    difference, error = two_sum(x, -y)
    e = exp(-abs(difference))
    e = e + e * where(x < y, error, -error)
    return where(x == y, 0.5, where(x < y, e, 1.0) / (1.0 + e))


def share_slope(x: Any, y: Any) -> Any:
    """e^x·e^y / (e^x + e^y)², the product of both shares."""
    return share_of_two(x, y) * share_of_two(y, x)


def one_minus_square(x: Any) -> Any:
    """1 - x², which has all its digits near ±1 only as a product. Its partial -2x has them near 0, too.

    The product rule on the product, (1 - x) - (1 + x), would lose them: for |x| < 10⁻¹⁶ nothing is left.
    """
    return (1.0 - x) * (1.0 + x)


def atan_slope(x: Any) -> Any:
    """1 / (1 + x²), where x² does not overflow."""
    near = clip(x, -1e200, 1e200)
    return 1.0 / (1.0 + near * near)


def softsign(x: Any) -> Any:
    """x / (1 + |x|), and ±1 at ±∞."""
    return where(abs(x) == inf, sign(x), x / (1.0 + abs(x)))


def elu(x: Any, alpha: Any) -> Any:
    """x for x > 0, else α(e^x - 1)."""
    return where(x > 0.0, x, alpha * expm1(minimum(x, 0.0)))


def bell(x: Any) -> Any:
    """e^(-x²), corrected for the rounding error of x², which would cost x² ulp."""
    return _gaussian(x, 1.0)


def half_bell(x: Any) -> Any:
    """e^(-x²/2), corrected for the rounding error of x²."""
    return _gaussian(x, 0.5)


def x_half_bell(x: Any) -> Any:
    """x·e^(-x²/2). For |x| > 30 it is x·e^(40 - x²/2)·e^-40, since e^(-x²/2) alone loses digits for |x| > 37.6."""
    near = clip(x, -60.0, 60.0)
    square, error = two_product(near, near)
    far = abs(near) > 30.0
    peak = near * exp(where(far, 40.0, 0.0) - 0.5 * square)
    return where(x == x, (peak - 0.5 * peak * error) * where(far, EXP_MINUS_40.like(x), 1.0), x)


def _gaussian(x: Any, power_of_two: float) -> Any:
    square, error = two_product(clip(x, -60.0, 60.0), clip(x, -60.0, 60.0))
    peak = exp(-power_of_two * square)
    return where(x == x, peak - power_of_two * peak * error, x)


def normal_cdf(x: Any) -> Any:
    """Φ(x) = erfc(t)/2 with t = -x/√2. Rounding t would cost 2t² ulp: its error e is corrected by erfc′(t)·e."""
    near = clip(x, -60.0, 60.0)
    t, error = _over_root_two(-near)
    return where(x == x, 0.5 * erfc(t) - bell(t) * error * 0.5641895835477563, x)


def _over_root_two(x: Any) -> tuple[Any, Any]:
    """x/√2 rounded, and its rounding error, with √½ taken to 107 bits."""
    t, error = two_product(x, ROOT_HALF.like(x))
    return t, error - x * 4.833646656726457e-17 if carries_errors(x) else error


def gelu(x: Any) -> Any:
    """x·Φ(x). Below -30 it is an asymptotic series, since Φ(x) loses digits below -37.5 before x·Φ(x) does."""
    if not carries_errors(x):
        return x * normal_cdf(x)
    return where(x < -30.0, _gelu_tail(minimum(x, -30.0)), maximum(x, -30.0) * normal_cdf(x))


def _gelu_tail(x: Any) -> Any:
    """x·Φ(x) = -φ(x)(1 - 1/x² + 3/x⁴ - 15/x⁶ + …); the error is 10⁻¹⁷ (Abramowitz and Stegun, 26.2.12)."""
    u: Any = 1.0 / (x * x)
    series: Any = 1.0
    for odd in (13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0):
        series = 1.0 - odd * u * series
    return half_bell(x) * series * -ONE_OVER_ROOT_TWO_PI.value


def root_slope(x: Any) -> Any:
    """cbrt′(x) = ∛x / x / 3, infinite at 0, 0 at ±∞. Not 1/(3z²), which doubles the error of z."""
    at_an_end = (x == 0.0) | (abs(x) == inf)
    return where(at_an_end, quotient(1.0, abs(x)), quotient(cbrt(x), where(at_an_end, 1.0, x)) / 3.0)


def logit(x: Any) -> Any:
    """log(x / (1 - x)), in the middle as log1p of (2x - 1)/(1 - x), whose numerator is exact."""
    middle = minimum(maximum(x, 0.25), 0.75)
    return where(x == middle, log1p((2.0 * middle - 1.0) / (1.0 - middle)), log(quotient(x, 1.0 - x)))


# ---- powers -------------------------------------------------------------------------------------------------------


def power_term(c: Any, x: Any, y: Any, n: Any, m: Any) -> Any:
    """c·x^(y-n)·(log x)^m, and 0 where c is 0. Every derivative of x^y is a sum of such terms.

    The exponent is kept exact, y - n = a + b and x^(a+b) = x^a·e^(b log x): rounding y - 1 would cost |log x|/2 ulp. At
    x = 0 the result is the limit; for x < 0 it is NaN unless y is whole and m = 0.
    """
    if is_plain(c) and is_plain(x) and is_plain(y):
        return power_term_of_floats(float(c), float(x), float(y), float(n), float(m))
    return _power_term_on_arrays(c, x, y, n, m)


def power_term_of_floats(c: float, x: float, y: float, n: float, m: float) -> float:
    """`power_term` on floats."""
    if c == 0.0:
        return 0.0
    a = y - n
    t = a - y
    b = (y - (a - t)) - (n + t)  # a + b = y - n exactly: Knuth's two_sum
    if x == 0.0:
        return c * power_of_floats(x, a) if m == 0.0 else (0.0 if a > 0.0 else c * power_of_floats(-inf, m))
    logarithms = 1.0 if m == 0.0 else _power_of_logarithm(x, m)
    factor = c * logarithms
    if x - x != 0.0 or a - a != 0.0:
        return factor * power_of_floats(x, a)
    if x < 0.0 and math.fmod(a, 2.0) != 0.0:
        factor = -factor if a // 1.0 == a else nan
    if factor - factor != 0.0 and c - c == 0.0:  # c·(log x)^m overflows, but the result may not
        return _scaled_power(abs(x), a, b, c) * logarithms
    return _scaled_power(abs(x), a, b, factor)


def _power_of_logarithm(x: float, m: float) -> float:
    """(log x)^m for x ≠ 0; NaN for x < 0."""
    logarithm = math.log(x) if x > 0.0 else nan
    return logarithm if m == 1.0 else power_of_floats(logarithm, m)


def _power_term_on_arrays(c: Any, x: Any, y: Any, n: Any, m: Any) -> Any:
    if m == 0.0:
        return where(c == 0.0, 0.0 * x, c * x ** where(c == 0.0, 1.0 + 0.0 * y, y - n))
    inside = where(x > 0.0, x, 1.0 + 0.0 * x)
    at_zero = where(y > n, 0.0 * x, c * power(-inf, m))
    result = where(x > 0.0, c * inside ** (y - n) * log(inside) ** m, where(x < 0.0, nan, at_zero))
    return where(c == 0.0, 0.0 * x, result)


def _scaled_power(x: float, a: float, b: float, factor: float) -> float:
    """factor·x^(a+b) for x > 0 and small b. If x^a overflows or underflows, it is factor·r·r with r = x^(a/2)."""
    correction = exp_of_float(b * math.log(x)) if b != 0.0 else 1.0
    p = power_of_floats(x, a)
    if 1e-290 < p < 1e290:
        return factor * (p * correction)
    r = power_of_floats(x, 0.5 * a)
    return factor * r * correction * r if r - r == 0.0 and r != 0.0 else factor * r

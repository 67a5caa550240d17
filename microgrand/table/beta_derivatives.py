"""The derivatives of the beta function, on floats, arrays and 50-digit numbers.

B = Γ(x)·Γ(y)/Γ(x + y) is near 1/x + 1/y for small x and y, and its mixed derivatives are what is left of large terms:
∂²B/∂x∂y at (10⁻⁹, 10⁻⁹) is 2.4, of terms near 10²⁷. They are computed by their integrals, in which nothing cancels.
"""

from __future__ import annotations

import math
from math import nan
from typing import Any, Final

from microgrand.table.beta import beta, beta_of_floats, beta_scale
from microgrand.table.libraries import lane_by_lane, with_more_bits
from microgrand.table.numbers import is_plain
from microgrand.table.numeric import exp_of_float, power_of_floats
from microgrand.table.polygamma import polygamma_of_float, polygamma_rise, polygamma_rise_of_floats

STEPS: Final = 450.0  # of an integral: enough for 10⁻¹⁶ where it is widest, for x and y near 0
HIGHEST_ORDER: Final = 12.0
SMALL_IN_DIGITS: Final = 1e-12  # an operand below it costs Leibniz' rule seconds, for the digits that cancel
MOST_BITS: Final = 256  # in which operands far out are taken: an integral in digits takes their square of time
_BELOW: Final = tuple(range(12))  # the lower orders


def beta_derivative(x: Any, y: Any, n: Any, m: Any) -> Any:
    """The derivative of B(x, y) of order n in x and m in y."""
    if is_plain(x) and is_plain(y):
        return beta_derivative_of_floats(float(x), float(y), float(n), float(m))
    if not (hasattr(x, "context") or hasattr(y, "context")):
        return lane_by_lane(beta_derivative_of_floats, x, y, n, m)
    return _in_digits((x if hasattr(x, "context") else y).context, x, y, int(n), int(m))


def beta_derivative_of_floats(x: float, y: float, n: float, m: float) -> float:
    """`beta_derivative` on floats."""
    if not (x > 0.0 and y > 0.0):
        return nan
    if n == 0.0:
        return _in_one_operand(y, x, m)
    return _in_one_operand(x, y, n) if m == 0.0 else _integral(x, y, n, m)


def _in_one_operand(x: float, y: float, n: float) -> float:
    """The n-th derivative in x: Leibniz' rule for B′ = -B·(ψ(x + y) - ψ(x)), whose terms have one sign.

    Where B overflows it is 1/x + 1/y to all digits, and the derivative is -ψ⁽ⁿ⁾(x).
    """
    whole = beta_of_floats(x, y)
    if whole == math.inf and n > 0.0:
        return -polygamma_of_float(x, n)
    rises = [polygamma_rise_of_floats(x, y, float(j)) if j < n else 0.0 for j in _BELOW]
    found = [whole]
    for k in _BELOW:
        total = 0.0
        choices = 1.0
        for i in _BELOW[: k + 1]:
            total = total - choices * found[i] * rises[k - i]
            choices = choices * (k - i) / (i + 1.0)
        found = [*found, total]
    result = found[0]
    for order in (*_BELOW, 12):
        if order == n:
            result = found[order]
    return result


def _integral(x: float, y: float, n: float, m: float) -> float:
    """∫ t^(x-1)·(1 - t)^(y-1)·(log t)ⁿ·(log(1 - t))ᵐ dt from 0 to 1, over s with t = 1/(1 + e^-s), n and m ≥ 1.

    As dt is t(1 - t)ds, the integrand is a bump that falls off exponentially: the trapezoidal rule is exact.
    """
    left, right = x + m, y + n
    middle = math.log(left) - math.log(right)
    width = math.sqrt(1.0 / left + 1.0 / right)
    start = middle - 9.0 * width - 40.0 / left
    step = (middle + 9.0 * width + 40.0 / right - start) / STEPS
    total = 0.0
    k = 0.0
    for _ in range(450):
        s = start + step * k
        k = k + 1.0
        near = math.log1p(math.exp(-abs(s)))
        log_t = (s if s < 0.0 else 0.0) - near
        log_rest = (-s if s > 0.0 else 0.0) - near
        bump = exp_of_float(x * log_t + y * log_rest)
        total = total + bump * power_of_floats(log_t, n) * power_of_floats(log_rest, m)
    return total * step


def beta_derivative_scale(x: float, y: float, n: float, m: float) -> float:
    """The derivative as many times as the size of the logarithm of B, whose error becomes that of B."""
    whole = beta_of_floats(x, y)
    return beta_scale(x, y) * abs(beta_derivative_of_floats(x, y, n, m) / whole) if 0.0 < whole < math.inf else 0.0


def _in_digits(mp: Any, x: Any, y: Any, n: int, m: int) -> Any:
    """Leibniz' rule in both operands, with as many digits more as cancel where one is small; near 0 the integral."""
    x, y = mp.convert(x), mp.convert(y)
    if mp.prec > MOST_BITS and not (SMALL_IN_DIGITS <= min(x, y) <= max(x, y) <= 1.0 / SMALL_IN_DIGITS):
        raise TypeError("derivatives of beta take minutes in so many digits: give operands from 1e-12 to 1e12")
    if n and m and min(x, y) < SMALL_IN_DIGITS:
        return _integral_in_digits(mp, x, y, n, m)
    lost = (n + m + 2) * max(0, -mp.mag(x), -mp.mag(y)) if n and m else 0
    with with_more_bits(mp, lost + 64):
        rises = {(i, 0): polygamma_rise(x, y, i - 1.0) for i in range(1, n + 1)}  # derivatives of -log B
        rises |= {(0, j): polygamma_rise(y, x, j - 1.0) for j in range(1, m + 1)}
        mixed = {k: mp.psi(k - 1, x + y) for k in range(2, n + m + 1)} if n and m else {}
        rises |= {(i, j): mixed[i + j] for i in range(1, n + 1) for j in range(1, m + 1)}
        found = {(0, 0): beta(x, y)}
        for i in range(n + 1):
            for j in range(m + 1) if i else range(1, m + 1):
                u, v = (i - 1, j) if i else (i, j - 1)
                found[i, j] = -mp.fsum(
                    mp.binomial(u, a) * mp.binomial(v, b) * found[a, b] * rises[i - a, j - b]
                    for a in range(u + 1)
                    for b in range(v + 1)
                )
        return found[n, m]


def _integral_in_digits(mp: Any, x: Any, y: Any, n: int, m: int) -> Any:
    """`_integral` in digits: of p bits its ends lie p·log 2 out, and its steps are 2π²/(p·log 2) long."""
    with mp.workprec(mp.prec + 32):
        left, right = x + m, y + n
        far = mp.prec * mp.ln2 + 20
        middle, width = mp.log(left / right), mp.sqrt(far / 2 * (1 / left + 1 / right))
        start, end = middle - width - far / left, middle + width + far / right
        count = int(far * far / 6)
        step = (end - start) / count
        bumps = []
        for k in range(count):
            s = start + step * k
            near = mp.log1p(mp.exp(-abs(s)))
            log_t, log_rest = min(s, 0) - near, min(-s, 0) - near
            bumps.append(mp.exp(x * log_t + y * log_rest) * log_t**n * log_rest**m)
        return mp.fsum(bumps) * step

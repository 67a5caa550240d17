"""Functions of many operands: sums, products, norms and the softmax family, without overflow or cancellation.

Each docstring says what the textbook formula would lose. All functions run on floats, arrays and 50-digit numbers.
`reductions.py` has their versions for one array that holds all operands along its first axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from microgrand.table.numbers import is_plain, quotient
from microgrand.table.numeric import (
    ONE,
    exp,
    expm1,
    hypot,
    log1p,
    maximum,
    minimum,
    two_sum,
    where,
)


def total(*xs: Any) -> Any:
    """x₁ + … + xₙ, added from left to right."""
    result: Any = 0.0
    for x in xs:
        result = result + x
    return result


def mean(*xs: Any) -> Any:
    """(x₁ + … + xₙ) / n."""
    return total(*xs) / len(xs)


def product(*xs: Any) -> Any:
    """x₁ · … · xₙ, from left to right."""
    result: Any = 1.0
    for x in xs:
        result = result * x
    return result


def product_scale(*xs: float) -> float:
    """What the error of `product` is measured against: what a product underflows by on the way grows with the rest.

    >>> product(0.5, 5e-324, 6.0), product_scale(0.5, 5e-324, 6.0) == 6.0 * 2.0**-1022
    (0.0, True)
    """
    scale: float = abs(product(*xs))
    for k in range(1, len(xs)):
        if abs(product(*xs[:k])) < 2.0**-1022:
            scale = max(scale, 2.0**-1022 * abs(product(*xs[k:])))
    return scale


def products_of_others(xs: Sequence[Any]) -> list[Any]:
    """For each k, the product of all xᵢ with i ≠ k. It multiplies from both ends, and a zero is harmless: no division.

    On floats, intermediate products that overflow or underflow where the result does not (10³⁰⁸·10·10⁻¹) are scaled.
    """
    n = len(xs)
    others: list[Any] = [1.0] * n
    left: Any = 1.0
    right: Any = 1.0
    for k in range(n):
        others[k] = others[k] * left
        others[n - 1 - k] = others[n - 1 - k] * right
        left = left * xs[k]
        right = right * xs[n - 1 - k]
    if all([is_plain(x) and x - x == 0.0 for x in xs]) and not all([1e-290 < abs(other) < 1e290 for other in others]):
        return _scaled_products_of_others([float(x) for x in xs])
    return others


def _scaled_products_of_others(xs: list[float]) -> list[float]:
    """`products_of_others` of finite floats. Intermediate products are mantissa·2^exponent, which cannot overflow."""
    n = len(xs)
    mantissas = [1.0] * n
    exponents = [0] * n
    for order in (range(n), range(n - 1, -1, -1)):
        mantissa, exponent = 1.0, 0
        for k in order:
            mantissas[k] *= mantissa
            exponents[k] += exponent
            own, own_exponent = math.frexp(xs[k])
            mantissa, shift = math.frexp(mantissa * own)
            exponent += own_exponent + shift
    return [_times_power_of_two(m, e) for m, e in zip(mantissas, exponents, strict=True)]


def _times_power_of_two(mantissa: float, exponent: int) -> float:
    """mantissa·2^exponent, infinite where it overflows."""
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        return math.copysign(math.inf, mantissa)


def first_half(operands: Sequence[Any]) -> Sequence[Any]:
    """The first of the two lists that the operands are made of."""
    return operands[: len(operands) // 2]


def second_half(operands: Sequence[Any]) -> Sequence[Any]:
    """The second of the two lists that the operands are made of."""
    return operands[len(operands) // 2 :]


def dot(*operands: Any) -> Any:
    """w₁x₁ + … + wₙxₙ of the operands w₁ … wₙ, x₁ … xₙ, added from left to right."""
    result: Any = 0.0
    for w, x in zip(first_half(operands), second_half(operands), strict=True):
        result = result + w * x
    return result


def norm(*xs: Any) -> Any:
    """√(x₁² + … + xₙ²), without overflow in the squares."""
    if all([is_plain(x) for x in xs]):
        return math.hypot(*xs)
    result = abs(xs[0])
    for x in xs[1:]:
        result = hypot(result, x)
    return result


def norm_slopes(z: Any, xs: Sequence[Any]) -> list[Any]:
    """xⱼ/z of z = ‖x‖ for every j, 0 at the origin; where the norm overflows, that of the numbers scaled down."""
    overflows = is_plain(z) and z == math.inf and all([is_plain(x) and x - x == 0.0 for x in xs])
    scaled = [x * (2.0**-600 if overflows else 1.0) for x in xs]
    size = norm(*scaled) if overflows else z
    return [where(size == 0.0, 0.0, quotient(x, where(size == 0.0, 1.0, size))) for x in scaled]


def norm_slope(*operands: Any) -> Any:
    """xₖ/‖x‖ of the operands x₁ … xₙ, k."""
    *xs, k = operands
    return norm_slopes(norm(*xs), xs)[int(k)]


def norm_slope_slopes(z: Any, xs: Sequence[Any], k: int) -> list[Any]:
    """∂/∂xⱼ of z = xₖ/‖x‖ = uₖ for every j: -uₖuⱼ/‖x‖; for j = k it is not (1 - uₖ²)/‖x‖, which cancels near ±1."""
    size = norm(*xs)
    units = norm_slopes(size, xs)
    size = where(size == 0.0, 1.0, size)
    slopes = [-(quotient(z, size) * u) for u in units]
    squares = [quotient(u, size) * u for u in units]
    slopes[k] = _total_of_others(squares, k)
    return slopes


def largest(*xs: Any) -> Any:
    """max(x₁, …, xₙ); NaN if any operand is NaN."""
    result = xs[0]
    for x in xs[1:]:
        result = maximum(result, x)
    return result


def smallest(*xs: Any) -> Any:
    """min(x₁, …, xₙ); NaN if any operand is NaN."""
    result = xs[0]
    for x in xs[1:]:
        result = minimum(result, x)
    return result


def shifted_exponentials(xs: Sequence[Any]) -> tuple[Any, list[Any]]:
    """m = max xᵢ and e^(xᵢ - m), none of which overflows. Rounding xᵢ - m, worth |xᵢ - m|/2 ulp, is corrected."""
    m = largest(*xs)
    return m, [_exponential_of_difference(x, m) for x in xs]


def _exponential_of_difference(x: Any, m: Any) -> Any:
    if is_plain(x) and is_plain(m):
        return exponential_of_difference(float(x), float(m))
    difference, error = two_sum(x, -m)
    e = exp(difference)
    return where(x == m, ONE.like(x), e + e * error)


def exponential_of_difference(x: float, m: float) -> float:
    """e^(x - m) on floats with x ≤ m, corrected for the rounding of x - m."""
    if x == m:
        return 1.0
    difference = x - m
    back = difference + m
    error = (x - back) - (m - (back - difference))
    e = math.exp(difference)
    return e + e * error if difference - difference == 0.0 else e


def exact_total(xs: Sequence[Any]) -> Any:
    """The sum of many terms. On floats it is rounded once: adding n terms of one sign in order would cost n/2 ulp."""
    return math.fsum(xs) if all([is_plain(x) for x in xs]) else total(*xs)


def logsumexp(*xs: Any) -> Any:
    """log Σ e^xᵢ = m + log1p(Σ e^(xᵢ - m) - 1) with m = max xᵢ. The 1 is the term of one largest operand."""
    m, exponentials = shifted_exponentials(xs)
    return m + log1p(_without_one_largest(m, xs, exponentials))


def _without_one_largest(m: Any, xs: Sequence[Any], exponentials: Sequence[Any]) -> Any:
    """Σ e^(xᵢ - m) - 1, computed by leaving out the first operand equal to m, whose term is exactly 1."""
    terms: list[Any] = [0.0] * len(xs)
    left_out: Any = 0.0
    for k, x in enumerate(xs):
        this = (x == m) * (1.0 - left_out)
        left_out = left_out + this
        terms[k] = where(this, 0.0, exponentials[k])
    return exact_total(terms)


def softmax_all(*xs: Any) -> list[Any]:
    """pₖ = e^xₖ / Σ e^xᵢ for every k. Not e^(xₖ - logsumexp), which would cost |xₖ| ulp."""
    _, exponentials = shifted_exponentials(xs)
    denominator = exact_total(exponentials)
    return [e / denominator for e in exponentials]


def softmax(*operands: Any) -> Any:
    """pₖ = e^xₖ / Σ e^xᵢ of the operands x₁ … xₙ, k."""
    *xs, k = operands
    _, exponentials = shifted_exponentials(xs)
    return exponentials[int(k)] / exact_total(exponentials)


def softmax_slopes(xs: Sequence[Any], k: int) -> list[Any]:
    """∂pₖ/∂xⱼ = eₖ([j = k]Σ over i ≠ k of eᵢ - [j ≠ k]eⱼ)/S² for every j, with eᵢ = e^(xᵢ - m) and S = Σ eᵢ.

    The textbook's pₖ·pⱼ would count the rounding error of S twice; here that error is corrected.
    """
    _, exponentials = shifted_exponentials(xs)
    return _slopes_of_share(exponentials, k)


def _slopes_of_share(exponentials: Sequence[Any], k: int) -> list[Any]:
    s = exact_total(exponentials)
    missing = exact_total([*exponentials, -s])
    ratio = exponentials[k] / (s * s)
    ratio = ratio - ratio * (2.0 * missing / s)
    slopes = [-ratio * e for e in exponentials]
    slopes[k] = ratio * _total_of_others(exponentials, k)
    return slopes


def softmax_slope(*operands: Any) -> Any:
    """∂pₖ/∂xⱼ of the operands x₁ … xₙ, j, k."""
    *xs, j, k = operands
    return softmax_slopes(xs, int(k))[int(j)]


def softmax_complement(*operands: Any) -> Any:
    """1 - pₖ = Σ over i ≠ k of e^xᵢ / Σ e^xᵢ. Not 1 - p, which loses every digit where p is near 1."""
    *xs, k = operands
    _, exponentials = shifted_exponentials(xs)
    return _total_of_others(exponentials, int(k)) / exact_total(exponentials)


def _total_of_others(exponentials: Sequence[Any], k: int) -> Any:
    """Σ over i ≠ k of eᵢ."""
    others = [*exponentials]
    others[k] = 0.0
    return exact_total(others)


def log_softmax(*operands: Any) -> Any:
    """log pₖ = (xₖ - m) - log1p(Σ e^(xᵢ - m) - 1) with m = max xᵢ, of the operands x₁ … xₙ, k."""
    *xs, k = operands
    own = xs[int(k)]
    m, exponentials = shifted_exponentials(xs)
    return where(own == m, 0.0, own - m) - log1p(_without_one_largest(m, xs, exponentials))


def log_softmax_slopes(xs: Sequence[Any], k: int) -> list[Any]:
    """∂log pₖ/∂xⱼ = [j = k] - pⱼ for every j; 1 - pₖ is computed as in `softmax_complement`."""
    _, exponentials = shifted_exponentials(xs)
    s = exact_total(exponentials)
    slopes = [-(e / s) for e in exponentials]
    slopes[k] = _total_of_others(exponentials, k) / s
    return slopes


def softmax_slope_slopes(xs: Sequence[Any], j: int, k: int) -> list[Any]:
    """∂²pₖ/∂xᵢ∂xⱼ for every i. With z = ∂pₖ/∂xⱼ it is z([i = k] + [i = j] - 2pᵢ); where j = k, (1 - 2pₖ)·∂pₖ/∂xᵢ."""
    _, exponentials = shifted_exponentials(xs)
    slopes = _slopes_of_share(exponentials, k)
    z = slopes[j]
    s = exact_total(exponentials)
    tilt = _one_less_shares(xs, k, 2.0)
    bends = [p * tilt if j == k else -2.0 * z * (e / s) for p, e in zip(slopes, exponentials, strict=True)]
    if j != k:
        bends[j] = z * _one_less_shares(xs, j, 2.0)
        bends[k] = z * tilt
    return bends


def softmax_bend(*operands: Any) -> Any:
    """∂²pₖ/∂xᵢ∂xⱼ of the operands x₁ … xₙ, i, j, k."""
    *xs, i, j, k = operands
    return softmax_slope_slopes(xs, int(j), int(k))[int(i)]


def softmax_tilt(*operands: Any) -> Any:
    """1 - 2pₖ of the operands x₁ … xₙ, k, which is near 0 where two operands are nearly equal, the others far below."""
    *xs, k = operands
    return _one_less_shares(xs, int(k), 2.0)


def softmax_tilt_of_three(*operands: Any) -> Any:
    """1 - 3pₖ of the operands x₁ … xₙ, k, which is near 0 where three operands are nearly equal."""
    *xs, k = operands
    return _one_less_shares(xs, int(k), 3.0)


def tilt_scale(*operands: float) -> float:
    """The size of 1 and m·pₖ where these are rounded as operands are; where all operands are near 0, theirs."""
    return min(1.0, max([abs(x) for x in operands[:-1]]))


def _one_less_shares(xs: Sequence[Any], k: int, m: float) -> Any:
    """1 - m·pₖ = (Σ eᵢ - m·eₖ)/Σ eᵢ. Each eᵢ = 1 + expm1(xᵢ - max x) near 1 is summed without its 1, exactly."""
    top, exponentials = shifted_exponentials(xs)
    near = [(x - top > -0.5) * 1.0 for x in xs]
    terms = [where(one, expm1(where(one, x - top, 0.0)), e) for x, one, e in zip(xs, near, exponentials, strict=True)]
    ones = exact_total(near) - m * near[k]
    return exact_total([ones, *terms, -m * terms[k]]) / exact_total(exponentials)

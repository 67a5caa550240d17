"""Laws of Γ and the beta function: no digit is lost where Python's math loses some, and their identities hold."""

import math

import mpmath
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from microgrand import beta, digamma, gamma, lbeta, lgamma
from microgrand.table import beta_derivatives
from microgrand.table.rows import TABLE

NEAR = st.integers(2, 50).map(lambda k: 2.0**-k) | st.integers(2, 50).map(lambda k: -(2.0**-k))
ROOT = 1.4616321449683622
BESIDE = st.integers(1, 2**44).map(lambda k: math.ldexp(k, -45)) | st.integers(0, 43).map(
    lambda k: math.ldexp(1.0, k - 45)
)
TINY = st.floats(5e-324, 1e-307) | st.just(5.7e-309)


def close(found, right, units):
    """Whether a float is within so many units in the last place of a number with many digits."""
    return abs(found - right) <= units * math.ulp(float(right))


@pytest.mark.parametrize("row", [lgamma, digamma], ids=lambda row: row.name)
@given(NEAR)
def test_digits_are_kept_near_the_zeros(row, step):
    """log Γ keeps its digits near 1 and 2, ψ near its only positive zero."""
    exact = mpmath.loggamma if row is lgamma else mpmath.digamma
    with mpmath.workdps(60):
        for x in [1.0 + step, 2.0 + step] if row is lgamma else [ROOT + step]:
            assert close(row(x), exact(mpmath.mpf(x)), 3.0)


@given(st.integers(1, 22))
def test_factorials_are_exact(n):
    """Γ(n) is (n - 1)!, to the last digit as long as that is a float."""
    assert gamma(float(n)) == math.factorial(n - 1)


@pytest.mark.parametrize("side", [1.0, -1.0])
@given(st.integers(135, 195), BESIDE)
@example(172, 2.0**-45)
@example(175, 2.0**-44)
@example(172, 0.35)
def test_gamma_and_its_slope_underflow_only_where_they_do(side, n, distance):
    """Γ and Γ′ are exact to the smallest float beside each pole, also where Γ(-x) overflows."""
    x = side * distance - n
    with mpmath.workdps(60):
        right = mpmath.gamma(mpmath.mpf(x))
        assert close(gamma(x), right, 4.0)
        slope = right * mpmath.psi(0, mpmath.mpf(x))
        size = abs(float(slope)) + abs(float(gamma.partial_scale(gamma(x), x)))
        assert abs(gamma.partials[0](gamma(x), x) - slope) <= 8.0 * math.ulp(size)


@given(TINY, TINY | st.sampled_from([0.5, 1.0, 1.4616, 100.0, 1e10]))
@example(1e-310, 1e-310)
@example(5e-324, 5e-324)
@example(5.7e-309, 1.4616)
def test_beta_of_the_smallest_floats(x, y):
    """Where x is tiny, B(x, y) is 1/x + 1/y (1/x for large y), infinite only if that overflows; and its logarithm."""
    with mpmath.workdps(60):
        right = 1 / mpmath.mpf(x) + (1 / mpmath.mpf(y) if y < 1e-300 else 0)
        assert lbeta(x, y) == pytest.approx(float(mpmath.log(right)), rel=4e-16)
        assert beta(x, y) == beta(y, x) == pytest.approx(float(right), rel=1e-15)


@given(st.floats(5e-324, math.inf))
def test_beta_vanishes_at_infinity(x):
    """B(x, ∞) is 0 and its logarithm -∞, which are the limits."""
    assert beta(x, math.inf) == beta(math.inf, x) == 0.0
    assert lbeta(x, math.inf) == lbeta(math.inf, x) == -math.inf


@given(NEAR, NEAR)
def test_beta_keeps_its_digits_near_one(a, b):
    """log B(1 + a, 1 + b), which is near 0, is as exact as log Γ is there."""
    x, y = 1.0 + a, 1.0 + b
    with mpmath.workdps(60):
        right = mpmath.log(mpmath.beta(mpmath.mpf(x), mpmath.mpf(y)))
        assert abs(lbeta(x, y) - right) <= 3.0 * math.ulp(
            max(map(abs, (lgamma(x), lgamma(y), lgamma(x + y), lbeta(x, y))))
        )


@pytest.mark.parametrize(("x", "y"), [(1.0, 2.0), (2.0, 3.0), (0.5, 0.5), (1e300, 1.0), (1e-300, 1e300), (3.0, 1e8)])
def test_beta_at_simple_numbers(x, y):
    """B(x, y) is as exact as its logarithm, however different the operands are, and symmetric."""
    with mpmath.workdps(400):
        right = mpmath.beta(mpmath.mpf(x), mpmath.mpf(y))
        assert float(abs(beta(x, y) / right - 1)) < 2.0**-52 * (2.0 + abs(lbeta(x, y)))
        assert beta(x, y) == beta(y, x)


@pytest.mark.parametrize("n", [1.0, 2.0, 5.0, 20.0])
@given(st.floats(0.1, 40.0))
def test_the_recurrence_of_polygammas(n, x):
    """ψ⁽ⁿ⁾(x + 1) is ψ⁽ⁿ⁾(x) + (-1)ⁿ·n!/xⁿ⁺¹, to the highest order."""
    of = TABLE["polygamma"]
    step = (-1.0) ** n * math.factorial(int(n)) / x ** (n + 1.0)
    assert of(x + 1.0, n) == pytest.approx(of(x, n) + step, rel=1e-12, abs=1e-13 * abs(step))


@given(st.floats(1e10, 1e40), st.floats(0.01, 1e3), st.integers(1, 20))
@example(1e16, 1.0, 20)
@example(3e16, 1.0, 20)
def test_polygammas_underflow_only_where_they_do(x, ratio, n):
    """ψ⁽ⁿ⁾ and its rise are exact to the smallest float, also where x^-n underflows and n! times that does not."""
    with mpmath.workdps(60):
        start, end = mpmath.psi(n, mpmath.mpf(x)), mpmath.psi(n, mpmath.mpf(x) + mpmath.mpf(x * ratio))
        assert close(TABLE["polygamma"](x, float(n)), start, 6.0)
        assert close(TABLE["polygamma_rise"](x, x * ratio, float(n)), end - start, 8.0)


def test_higher_orders_are_refused():
    """Beyond the orders that the series are for, the row says so."""
    with pytest.raises(ValueError, match=r"^polygamma is defined for all x but 0, -1, -2, …, up to order 20; got 2\.0"):
        TABLE["polygamma"](2.0, 21.0)


@pytest.mark.parametrize("orders", [(1, 1), (2, 1), (3, 4)], ids=str)
def test_both_ways_to_derivatives_of_beta_agree_in_digits(orders, monkeypatch):
    """With 50 digits the integral is what Leibniz' rule gives, near 0 as far out."""
    with mpmath.workdps(50):
        for x, y in [(1e-7, 3.0), (1e-5, 1e9), (0.3, 2.0), (7.0, 50.0)]:
            found = []
            for small in (0.0, math.inf):
                monkeypatch.setattr(beta_derivatives, "SMALL_IN_DIGITS", small)
                found.append(beta_derivatives.beta_derivative(mpmath.mpf(x), mpmath.mpf(y), *orders))
            assert abs(found[0] / found[1] - 1) < 1e-45


@given(TINY | st.floats(1e-300, 1e-13), st.floats(1e-300, 1e6))
@example(5e-309, 1.4277567852104997e-06)
@settings(max_examples=8)
def test_mixed_derivatives_of_beta_are_exact_however_small_an_operand_is(x, y):
    """∂²B/∂x∂y as a float is that of 50 digits, to the digits that the row promises."""
    with mpmath.workdps(50):
        exact = beta_derivatives.beta_derivative(mpmath.mpf(x), mpmath.mpf(y), 1, 1)
    assert close(beta_derivatives.beta_derivative(x, y, 1.0, 1.0), exact, 16.0)

"""The rows of Γ: its logarithm, the derivatives of that, and the beta function."""
# ruff: noqa: E501  a row of the table is one line

from __future__ import annotations

from math import inf
from typing import Any, Final

from microgrand.table import beta as of_beta
from microgrand.table import beta_derivatives
from microgrand.table import gamma as of
from microgrand.table import polygamma as of_polygamma
from microgrand.table.domains import POSITIVE, REALS
from microgrand.table.notation import Notation
from microgrand.table.numbers import is_plain
from microgrand.table.primitive import Exactness, Primitive, Recorder
from microgrand.table.signature import Signature
from microgrand.table.slopes_written import derivative_in_both, derivative_of


def _off_the_poles(x: float) -> bool:
    return x > 0.0 or x // 1.0 < x or x != x


def _off_the_poles_to_some_order(x: float, n: float) -> bool:
    return n <= of_polygamma.HIGHEST_ORDER and _off_the_poles(x)


def _at_a_pole(x: float, *others: float) -> bool:
    return x <= 0.0 and x // 1.0 == x


def _no_partial(z: Any, *operands: Any) -> float:
    """0: of an index."""
    return 0.0


def _slope_of_gamma(z: Any, x: Any) -> Any:
    """Γ′ = Γ·ψ, also where Γ is not an ordinary float though this is."""
    if is_plain(z) and abs(z) < _SMALLEST:
        return of.slope_of_tiny_gamma(x)
    return z * digamma(x)


def _slope_of_beta(z: Any, x: Any, y: Any) -> Any:
    """∂B/∂x = -B·(ψ(x + y) - ψ(x)); where B overflows, B is 1/x + 1/y and this is -ψ′(x)."""
    if is_plain(z) and z == inf:
        return -polygamma(x, 1.0)
    if isinstance(x, Recorder) or isinstance(y, Recorder):
        return beta_derivative(x, y, 1.0, 0.0)
    return -z * polygamma_rise(x, y, 0.0)


_SMALLEST: Final = 2.2250738585072014e-308  # of the floats that have all 53 digits
POLES: Final = "for all x but 0, -1, -2, …"
_LESS_EXACT: Final = Exactness(4.0, because="below 0, the sine, the quotient and Γ(-x) are each rounded")

# fmt: off
lgamma: Final[Primitive] = Primitive("lgamma", of.lgamma, lambda z, x: digamma(x), Notation("log|Γ({})|", latex=r"\log\left|\Gamma\left({}\right)\right|", python="lgamma({})", label="log|Γ|"), joint=_off_the_poles, joint_words=POLES, pole=_at_a_pole, value_scale=of.lgamma_scale, partial_scale=lambda z, x: of.digamma_scale(x), exactness=Exactness(3.0, because="log x, a product and a sum are each rounded"), ufunc="gammaln", doc="log |Γ(x)|, the logarithm of the factorial (x - 1)!")

digamma: Final[Primitive] = Primitive("digamma", of.digamma, lambda z, x: polygamma(x, 1.0), Notation("ψ", latex=r"\psi", python="digamma"), joint=_off_the_poles, joint_words=POLES, pole=_at_a_pole, value_scale=of.digamma_scale, partial_scale=lambda z, x: of_polygamma.polygamma_scale(x, 1.0), exactness=Exactness(4.0, because="a tangent and up to eight quotients are each rounded"), ufunc="psi", doc="ψ(x) = Γ′(x)/Γ(x), the slope of log |Γ|")

polygamma: Final[Primitive] = Primitive("polygamma", of_polygamma.polygamma, (lambda z, x, n: polygamma(x, n + 1.0), _no_partial), derivative_of("ψ", r"\psi", "polygamma"), joint=_off_the_poles_to_some_order, joint_words=POLES + ", up to order 20", pole=_at_a_pole, value_scale=of_polygamma.polygamma_scale, partial_scale=lambda z, x, n: of_polygamma.polygamma_scale(x, n + 1.0), exactness=Exactness(6.0, 6.0, "a sum of powers, each of which is rounded"), signature=Signature("x", indices=("n",)), doc="the n-th derivative of ψ in x")

gamma: Final[Primitive] = Primitive("gamma", of.gamma, _slope_of_gamma, Notation("Γ", latex=r"\Gamma", python="gamma"), joint=_off_the_poles, joint_words=POLES, pole=_at_a_pole, partial_scale=lambda z, x: abs(z) * of.digamma_scale(x), exactness=_LESS_EXACT, doc="Γ(x), which is (x - 1)! for whole x")

polygamma_rise: Final[Primitive] = Primitive("polygamma_rise", of_polygamma.polygamma_rise, (lambda z, x, y, n: polygamma_rise(x, y, n + 1.0), lambda z, x, y, n: polygamma(x + y, n + 1.0), _no_partial), Notation("Δψ", latex=r"\Delta\psi", python="polygamma_rise"), domain=(POSITIVE, POSITIVE, REALS), joint=lambda x, y, n: n >= 0.0 and n <= of_polygamma.HIGHEST_ORDER, joint_words="for x > 0 and y > 0, of orders 0 to 20", exactness=Exactness(6.0, 6.0, "a sum of differences of powers"), signature=Signature("x", "y", indices=("n",)), doc="the n-th derivative of ψ at x + y less that at x, exact where y is small")

lbeta: Final[Primitive] = Primitive("lbeta", of_beta.lbeta, (lambda z, x, y: -polygamma_rise(x, y, 0.0), lambda z, x, y: -polygamma_rise(y, x, 0.0)), Notation("log B", latex=r"\log \mathrm{B}", python="lbeta"), domain=POSITIVE, value_scale=of_beta.lbeta_scale, exactness=Exactness(3.0, because="logarithms and products are each rounded"), ufunc="betaln", doc="log B(x, y) = log Γ(x) + log Γ(y) - log Γ(x + y)")

beta_derivative: Final[Primitive] = Primitive("beta_derivative", beta_derivatives.beta_derivative, (lambda z, x, y, n, m: beta_derivative(x, y, n + 1.0, m), lambda z, x, y, n, m: beta_derivative(x, y, n, m + 1.0), _no_partial, _no_partial), derivative_in_both("B", r"\mathrm{B}", "beta_derivative"), domain=(POSITIVE, POSITIVE, REALS, REALS), joint=lambda x, y, n, m: n >= 0.0 and m >= 0.0 and n + m <= beta_derivatives.HIGHEST_ORDER, joint_words="for x > 0 and y > 0, up to order 12", value_scale=beta_derivatives.beta_derivative_scale, partial_scale=lambda z, x, y, n, m: max(beta_derivatives.beta_derivative_scale(x, y, n + 1.0, m), beta_derivatives.beta_derivative_scale(x, y, n, m + 1.0)), exactness=Exactness(16.0, 16.0, "a sum of 450 terms, or of products"), signature=Signature("x", "y", indices=("n", "m")), doc="the derivative of B(x, y) of order n in x and m in y")

beta: Final[Primitive] = Primitive("beta", of_beta.beta, (_slope_of_beta, lambda z, x, y: _slope_of_beta(z, y, x)), Notation("B", latex=r"\mathrm{B}", python="beta"), domain=POSITIVE, value_scale=of_beta.beta_scale, partial_scale=of_beta.beta_partial_scale, exactness=Exactness(4.0, because="it is as exact as its logarithm"), doc="B(x, y) = Γ(x)·Γ(y) / Γ(x + y)")

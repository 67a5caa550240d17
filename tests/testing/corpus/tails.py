"""Where functions have all but reached their limit: saturated, underflowing, flat to every order."""

from __future__ import annotations

import math

from corpus.cases import right, wrong

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


def tanh_slope(x):
    """4·e^(-2|x|) / (1 + e^(-2|x|))², which keeps its digits where 1 - tanh² has none."""
    small = math.exp(-2 * abs(x))
    return 4 * small / (1 + small) ** 2


def logistic(m, x):
    return m.exp(x) / (1 + m.exp(x))


def logistic_slope(x):
    small = math.exp(-abs(x))
    return small / (1 + small) ** 2


def flat_bottom(m, x):
    return m.exp(-1 / (x * x)) if x != 0 else 0 * x


def flat_bottom_slope(x):
    return 2 / x**3 * math.exp(-1 / (x * x)) if x else 0.0


def stable_softplus(m, x):
    return max(x, 0) + m.log1p(m.exp(-abs(x)))


def log_logistic(m, x):
    return min(x, 0) - m.log1p(m.exp(-abs(x)))


def half_gaussian(m, x):
    return m.exp(-x * x / 2)


RIGHT = [
    right("tanh-tail", lambda m, x: m.tanh(x), tanh_slope, 19.0, "tanh moves in steps of 1e-16, its slope is 1e-16"),
    right("tanh-shoulder", lambda m, x: m.tanh(x), tanh_slope, 8.0, "a slope of 5e-7 beside a value of 1"),
    right(
        "erfc-tail", lambda m, x: m.erfc(x), lambda x: -TWO_OVER_ROOT_PI * math.exp(-x * x), 6.0, "a slope of -3e-16"
    ),
    right("erfc-deep-tail", lambda m, x: m.erfc(x), lambda x: -TWO_OVER_ROOT_PI * math.exp(-x * x), 20.0, "-2e-174"),
    right("erf-shoulder", lambda m, x: m.erf(x), lambda x: TWO_OVER_ROOT_PI * math.exp(-x * x), 4.0, "1e-7 beside 1"),
    right("logistic-left-tail", logistic, logistic_slope, -40.0, "4e-18, and the value as small"),
    right("logistic-deep-tail", logistic, logistic_slope, -600.0, "a slope of 1e-261"),
    right("decay-at-700", lambda m, x: m.exp(-x), lambda x: -math.exp(-x), 700.0, "a slope of -1e-304"),
    right("gaussian-tail", half_gaussian, lambda x: -x * math.exp(-x * x / 2), 12.0, "a slope of -6e-31"),
    right("flat-bottom-at-0", flat_bottom, flat_bottom_slope, 0.0, "all derivatives are 0, but f is not constant"),
    right("flat-bottom-near-0", flat_bottom, flat_bottom_slope, 0.05, "a slope of 3e-170 that triples every 1e-4"),
    right("flat-bottom-underflow", flat_bottom, flat_bottom_slope, 0.02, "f and its slope underflow"),
    right("softplus-at-800", stable_softplus, lambda x: 1.0, 800.0, "straight to 1e-347"),
    right("softplus-at-minus-100", stable_softplus, lambda x: math.exp(x), -100.0, "e^x to the last digit"),
    right("log-logistic-tail", log_logistic, lambda x: 1 / (1 + math.exp(x)), 30.0, "-1e-13, and so is the slope"),
    right("atan-far-out", lambda m, x: m.atan(x), lambda x: 1 / (1 + x * x), 1e6, "a slope of 1e-12 beside π/2"),
    right("expm1-near-0", lambda m, x: m.expm1(x), math.exp, 1e-12, "e^x - 1 without cancellation"),
    right("log1p-near-0", lambda m, x: m.log1p(x), lambda x: 1 / (1 + x), 1e-15, "x to the first order"),
    right("sech-tail", lambda m, x: 1 / m.cosh(x), lambda x: -math.tanh(x) / math.cosh(x), 300.0, "a slope of -1e-130"),
]

WRONG = [
    wrong("tanh-shoulder-unsquared", lambda m, x: m.tanh(x), lambda x: 1 - math.tanh(x), 8.0, "1 - z: half of 1 - z²"),
    wrong("erfc-tail-unnormalised", lambda m, x: m.erfc(x), lambda x: -math.exp(-x * x), 6.0, "2/√π is missing"),
    wrong("erfc-deep-tail-dropped", lambda m, x: m.erfc(x), lambda x: 0.0, 20.0, "0 for -2e-174"),
    wrong("erf-as-erfc", lambda m, x: m.erf(x), lambda x: -TWO_OVER_ROOT_PI * math.exp(-x * x), 2.0, "erfc's sign"),
    wrong("logistic-tail-cancelled", logistic, lambda x: 0.0, -40.0, "0, as 1 - 1, for 4e-18"),
    wrong("decay-at-700-sign", lambda m, x: m.exp(-x), lambda x: math.exp(-x), 700.0, "1e-304 with the wrong sign"),
    wrong("gaussian-tail-halved", half_gaussian, lambda x: -x / 2 * math.exp(-x * x / 2), 12.0, "-3e-31 for -6e-31"),
    wrong("flat-bottom-claimed-small", flat_bottom, lambda x: 1e-9, 0.0, "1e-9 for 0, where others call it close"),
    wrong("flat-bottom-chain", flat_bottom, lambda x: math.exp(-1 / (x * x)) / x**2, 0.05, "x⁻² for 2x⁻³"),
    wrong(
        "softplus-at-800-nan",
        stable_softplus,
        lambda x: math.inf * math.exp(-x) if x > 709 else 1 / (1 + math.exp(-x)),
        800.0,
        "∞·0 = NaN where the slope is 1",
    ),
    wrong("softplus-tail-constant", stable_softplus, lambda x: 0.0, -100.0, "0 for 4e-44"),
    wrong("log-logistic-tail-sign", log_logistic, lambda x: -1 / (1 + math.exp(x)), 30.0, "the sign of 1e-13"),
    wrong("expm1-as-value", lambda m, x: m.expm1(x), math.expm1, 1e-12, "z for z + 1"),
    wrong(
        "sech-squared", lambda m, x: 1 / m.cosh(x), lambda x: -1 / math.cosh(x) ** 2, 300.0, "-cosh⁻² for -sinh/cosh²"
    ),
]

"""Smooth functions of one input, as in the textbook: right, and with the slips that people make."""

from __future__ import annotations

import math

import mpmath

from corpus.cases import Case, right, wrong

EULER = 0.5772156649015329


def digamma(x):
    """(log Γ)′, by ψ(x) = ψ(x + 1) - 1/x up to where its asymptotic series (Abramowitz & Stegun 6.3.18) serves."""
    shift = 0.0
    while x < 12.0:
        shift, x = shift - 1.0 / x, x + 1.0
    y = 1.0 / (x * x)
    return shift + math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))


def logistic(m, x):
    return 1 / (1 + m.exp(-x))


def silu(m, x):
    return x / (1 + m.exp(-x))


def gelu(m, x):
    return x * (1 + m.erf(x / m.sqrt(2))) / 2


def normal_density(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def normal_share(x):
    return math.erfc(-x / math.sqrt(2)) / 2


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


RIGHT = [
    right("cubic", lambda m, x: x**3 - 2 * x + 1, lambda x: 3 * x * x - 2, 2.0, "whole coefficients, a whole slope"),
    right("exp-of-sine", lambda m, x: m.exp(m.sin(x)), lambda x: math.exp(math.sin(x)) * math.cos(x), 0.7, "a chain"),
    right("bell-curve", lambda m, x: m.exp(-x * x), lambda x: -2 * x * math.exp(-x * x), 1.3, "a chain"),
    right("logistic", logistic, lambda x: sigmoid(x) * sigmoid(-x), 0.4, "z·(1 - z), without the subtraction"),
    right("softplus", lambda m, x: m.log1p(m.exp(x)), sigmoid, -1.0, "the logistic function is its slope"),
    right("silu", silu, lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), 1.5, "a product of x and a function of x"),
    right("gelu", gelu, lambda x: normal_share(x) + x * normal_density(x), -0.6, "a product with an integral"),
    right("sinc", lambda m, x: m.sin(x) / x, lambda x: (x * math.cos(x) - math.sin(x)) / x**2, 2.0, "a quotient"),
    right("x-to-the-x", lambda m, x: x**x, lambda x: x**x * (math.log(x) + 1), 1.7, "base and exponent both move"),
    right("two-to-the-x", lambda m, x: 2**x, lambda x: 2**x * math.log(2), 3.5, "an exponential to another base"),
    right("tan", lambda m, x: m.tan(x), lambda x: 1 / math.cos(x) ** 2, 1.0, "textbook"),
    right("atan-negative", lambda m, x: m.atan(x), lambda x: 1 / (1 + x * x), -4.0, "textbook, at a negative point"),
    right("asinh", lambda m, x: m.asinh(x), lambda x: 1 / math.sqrt(1 + x * x), 5.0, "textbook"),
    right("gamma", lambda m, x: m.gamma(x), lambda x: math.gamma(x) * digamma(x), 3.5, "Γ is less exact than others"),
    right("erf", lambda m, x: m.erf(x), lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x), 0.5, "an integral"),
    right("fast-sine", lambda m, x: m.sin(1e3 * x), lambda x: 1e3 * math.cos(1e3 * x), 0.1, "16 periods up to x"),
    right("chirp", lambda m, x: m.sin(x * x), lambda x: 2 * x * math.cos(x * x), 10.0, "ever faster oscillation"),
    right("sine-at-1000", lambda m, x: m.sin(x), math.cos, 1000.0, "steps in proportion to x cross many periods"),
    right("log-cosh", lambda m, x: m.log(m.cosh(x)), math.tanh, 2.0, "a chain whose slope is simpler than itself"),
    right("logit", lambda m, x: m.log(x / (1 - x)), lambda x: 1 / (x * (1 - x)), 0.2, "a domain of length 1"),
    right("cosine-top", lambda m, x: m.cos(x), lambda x: -math.sin(x), 0.0, "a slope of 0 where f is not constant"),
    right("fourth-power-bottom", lambda m, x: x**4, lambda x: 4 * x**3, 0.0, "flat to third order"),
    right("square-bottom", lambda m, x: (x - 1) ** 2, lambda x: 2 * (x - 1), 1.0, "a slope of 0 away from 0"),
    right("sine-inflection", lambda m, x: x - m.sin(x), lambda x: 1 - math.cos(x), 0.0, "x - sin x ~ x³/6 from 0 - 0"),
    right("constant", lambda m, x: 7.25 + 0 * x, lambda x: 0.0, 3.0, "there is nothing to see, and that is right"),
    right("integer-slope", lambda m, x: 5 * x - 3, lambda x: 5, -2.0, "the claim is an int"),
    right("cosine-at-pi", lambda m, x: m.cos(x), lambda x: -math.sin(x), math.pi, "π is rounded: the slope is -1e-16"),
    right(
        "tower",
        lambda m, x: m.sin(m.exp(m.cos(m.log(x)))),
        lambda x: (
            -math.cos(math.exp(math.cos(math.log(x)))) * math.exp(math.cos(math.log(x))) * math.sin(math.log(x)) / x
        ),
        3.0,
        "four functions deep",
    ),
    Case("log-gamma", math.lgamma, digamma, 10.3, None, "right", "a slope that has no closed form", mpmath.loggamma),
]

WRONG = [
    wrong("power-keeps-exponent", lambda m, x: x**5, lambda x: 5 * x**5, 1.5, "n·xⁿ for n·xⁿ⁻¹"),
    wrong("negative-power-off-by-one", lambda m, x: x**-2, lambda x: -2 / x, 1.5, "-2·x⁻¹ for -2·x⁻³"),
    wrong("logistic-as-1-z", logistic, lambda x: 1 - sigmoid(x), 0.4, "1 - z for z·(1 - z)"),
    wrong("logistic-as-z", logistic, sigmoid, 0.4, "z, as if it were exp"),
    wrong("logistic-plus", logistic, lambda x: sigmoid(x) * (1 + sigmoid(x)), 0.4, "a sign inside z·(1 - z)"),
    wrong("tanh-unsquared", lambda m, x: m.tanh(x), lambda x: 1 - math.tanh(x), 0.8, "1 - z for 1 - z²"),
    wrong("tanh-of-input", lambda m, x: m.tanh(x), lambda x: 1 - x * x, 0.8, "1 - x², x taken for z"),
    wrong("sine-3x", lambda m, x: m.sin(3 * x), lambda x: math.cos(3 * x), 0.5, "the inner factor 3 is missing"),
    wrong("bell-half", lambda m, x: m.exp(-x * x), lambda x: -x * math.exp(-x * x), 1.3, "the 2 of x² is missing"),
    wrong(
        "root-keeps-half",
        lambda m, x: m.sqrt(1 + x * x),
        lambda x: 0.5 / math.sqrt(1 + x * x),
        3.0,
        "the inner 2x is missing",
    ),
    wrong("cosine-sign", lambda m, x: m.cos(x), math.sin, 1.0, "cos′ = -sin"),
    wrong("decay-sign", lambda m, x: m.exp(-x), lambda x: math.exp(-x), 0.5, "the inner factor -1 is missing"),
    wrong("cosh-sign", lambda m, x: m.cosh(x), lambda x: -math.sinh(x), 0.5, "cosh′ = +sinh, unlike cos"),
    wrong("product-first-term", lambda m, x: x * m.exp(x), math.exp, 0.5, "u′v without u·v′"),
    wrong("product-of-slopes", lambda m, x: x * m.sin(x), math.cos, 2.0, "u′·v′ for u′v + u·v′"),
    wrong(
        "quotient-swapped",
        lambda m, x: m.sin(x) / x,
        lambda x: (math.sin(x) - x * math.cos(x)) / x**2,
        2.0,
        "uv′ - u′v for u′v - uv′",
    ),
    wrong(
        "quotient-unsquared",
        lambda m, x: m.sin(x) / x,
        lambda x: (x * math.cos(x) - math.sin(x)) / x,
        2.0,
        "divided by v, not v²",
    ),
    wrong("degrees", lambda m, x: m.sin(m.radians(x)), lambda x: math.cos(math.radians(x)), 30.0, "π/180 is missing"),
    wrong("log10-as-ln", lambda m, x: m.log10(x), lambda x: 1 / x, 4.0, "1/ln 10 is missing"),
    wrong("exponential-as-power", lambda m, x: 2**x, lambda x: x * 2 ** (x - 1), 3.5, "the power rule on the exponent"),
    wrong("exponential-no-log", lambda m, x: 2**x, lambda x: 2**x, 3.5, "ln 2 is missing"),
    wrong("x-to-the-x-as-power", lambda m, x: x**x, lambda x: x * x ** (x - 1), 1.7, "the exponent moves as well"),
    wrong("tan-sign", lambda m, x: m.tan(x), lambda x: 1 - math.tan(x) ** 2, 1.0, "1 - tan² for 1 + tan²"),
    wrong("atan-root", lambda m, x: m.atan(x), lambda x: 1 / math.sqrt(1 + x * x), -4.0, "asinh's slope"),
    wrong("erf-unnormalised", lambda m, x: m.erf(x), lambda x: math.exp(-x * x), 0.5, "2/√π is missing"),
    wrong("chain-at-wrong-point", lambda m, x: m.sin(x * x), lambda x: 2 * x * math.cos(x), 1.2, "f′(x) for f′(g(x))"),
    wrong("softplus-mirrored", lambda m, x: m.log1p(m.exp(x)), lambda x: sigmoid(-x), -1.0, "σ(-x) for σ(x)"),
    wrong("silu-gate-only", silu, sigmoid, 1.5, "x·σ′ is missing"),
    wrong("gelu-gate-only", gelu, normal_share, -0.6, "x·φ(x) is missing"),
    wrong("second-derivative", lambda m, x: m.sin(x), lambda x: -math.sin(x), 1.0, "differentiated twice"),
    wrong(
        "temperature",
        lambda m, x: 1 / (1 + m.exp(-x / 5)),
        lambda x: sigmoid(x / 5) * sigmoid(-x / 5),
        2.0,
        "1/T is missing",
    ),
    wrong("gamma-as-factorial", lambda m, x: m.gamma(x), lambda x: math.gamma(x) * math.log(x), 3.5, "ln x for ψ(x)"),
    wrong(
        "off-by-1e-3",
        lambda m, x: m.exp(m.sin(x)),
        lambda x: 1.001 * math.exp(math.sin(x)) * math.cos(x),
        0.7,
        "a relative error of 1e-3",
    ),
    wrong("off-by-1e-5", lambda m, x: m.log(x), lambda x: (1 + 1e-5) / x, 2.5, "a relative error of 1e-5"),
    wrong(
        "off-by-1e-6",
        lambda m, x: x**3 - 2 * x + 1,
        lambda x: (1 - 1e-6) * (3 * x * x - 2),
        2.0,
        "a relative error of 1e-6",
    ),
    wrong(
        "rounded-constant",
        lambda m, x: m.sin(m.pi * x),
        lambda x: 3.14159 * math.cos(math.pi * x),
        0.2,
        "π to six digits: 8e-7 off",
    ),
    wrong("nan-claim", lambda m, x: x * x, lambda x: math.nan, 1.5, "NaN where the slope is 3"),
    wrong("infinite-claim", lambda m, x: m.exp(x), lambda x: math.inf, 1.5, "infinity where the slope is 4.5"),
    wrong("constant-claimed-to-move", lambda m, x: 7.25 + 0 * x, lambda x: 1.0, 3.0, "x·0 differentiated as x"),
    wrong(
        "stationary-claimed-small",
        lambda m, x: m.cos(x),
        lambda x: -math.sin(x) + 1e-9,
        0.0,
        "1e-9 where the slope is 0: a trap for absolute tolerances",
    ),
]

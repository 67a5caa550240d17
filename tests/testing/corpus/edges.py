"""Near and at the ends of domains, and near poles: one-sided derivatives, huge slopes, an ε where none belongs."""

from __future__ import annotations

import math

from corpus.cases import right, wrong
from corpus.smooth import digamma
from microgrand.table.domains import NON_NEGATIVE, POSITIVE, Domain, Interval

UP_TO_ONE = Domain(Interval(-math.inf, 1.0))
UNIT = Domain(Interval(0.0, 1.0))
FROM_ZERO = (NON_NEGATIVE, NON_NEGATIVE)


def power_1_5(m, x):
    return x**1.5


def garbage_below_zero(m, x):
    """x^1.5 where it is defined; what the function gives elsewhere means nothing."""
    return x**1.5 if x >= 0 else -7.0 + 0 * x


def entropy_term(m, x):
    return -x * m.log(x)


def clamped_entropy(m, x):
    return -x * m.log(max(x, 1e-7))


RIGHT = [
    right("power-1.5-at-0", power_1_5, lambda x: 1.5 * math.sqrt(x), 0.0, "complex below 0", NON_NEGATIVE),
    right("power-1.5-garbage", garbage_below_zero, lambda x: 1.5 * math.sqrt(x), 0.0, "-7 below 0", NON_NEGATIVE),
    right("x-root-x-at-0", lambda m, x: x * m.sqrt(x), lambda x: 1.5 * math.sqrt(x), 0.0, "raises below 0"),
    right("power-1.5-mirrored", lambda m, x: (1 - x) ** 1.5, lambda x: 0.0, 1.0, "ends at 1", UP_TO_ONE),
    right("abs-from-0", lambda m, x: abs(x), lambda x: 1.0, 0.0, "one-sided: there is no left", NON_NEGATIVE),
    right("sine-on-unit-interval", lambda m, x: m.sin(x), math.cos, 1.0, "its end is no end of f", UNIT),
    right("clamped-entropy", clamped_entropy, lambda x: -math.log(x) - 1, 1e-6, "a clamp at a tenth of x", POSITIVE),
    right("root-at-1e-12", lambda m, x: m.sqrt(x), lambda x: 0.5 / math.sqrt(x), 1e-12, "1e-12 from where it ends"),
    right("log-at-1e-10", lambda m, x: m.log(x), lambda x: 1 / x, 1e-10, "1e-10 from a pole"),
    right("asin-near-1", lambda m, x: m.asin(x), lambda x: 1 / math.sqrt((1 - x) * (1 + x)), 0.999999, "slope 707"),
    right("asin-nearer-1", lambda m, x: m.asin(x), lambda x: 1 / math.sqrt((1 - x) * (1 + x)), 1 - 2.0**-40, "1e-12"),
    right("acos-near-minus-1", lambda m, x: m.acos(x), lambda x: -1 / math.sqrt((1 - x) * (1 + x)), -0.9999999, "edge"),
    right("atanh-near-1", lambda m, x: m.atanh(x), lambda x: 1 / ((1 - x) * (1 + x)), 0.999999, "slope 5e5"),
    right("acosh-near-1", lambda m, x: m.acosh(x), lambda x: 1 / math.sqrt((x - 1) * (x + 1)), 1.000001, "slope 707"),
    right("log1p-near-minus-1", lambda m, x: m.log1p(x), lambda x: 1 / (1 + x), -0.999999, "slope 1e6"),
    right("tan-near-pole", lambda m, x: m.tan(x), lambda x: 1 / math.cos(x) ** 2, 1.5707, "1e-4 from the pole"),
    right("gamma-near-pole", lambda m, x: m.gamma(x), lambda x: math.gamma(x) * digamma(x), 0.001, "slope -1e6"),
    right("reciprocal-near-pole", lambda m, x: 1 / (x - 1), lambda x: -1 / (x - 1) ** 2, 1.0 + 2.0**-30, "1e-9 off it"),
    right("entropy-near-0", entropy_term, lambda x: -math.log(x) - 1, 1e-5, "-x·log x towards 0"),
    right("x-to-the-x-near-0", lambda m, x: x**x, lambda x: x**x * (math.log(x) + 1), 1e-3, "complex below 0"),
    right(
        "geometric-mean-edge",
        lambda m, x, y: x * m.sqrt(y),
        lambda x, y: (math.sqrt(y), 0.5 * x / math.sqrt(y)),
        (0.0, 4.0),
        "the first argument on its edge",
        FROM_ZERO,
    ),
]

WRONG = [
    wrong("power-1.5-at-0-claims-1", power_1_5, lambda x: 1.0, 0.0, "1 for 0 at the edge", NON_NEGATIVE),
    wrong("power-1.5-garbage-claims-nan", garbage_below_zero, lambda x: math.nan, 0.0, "0·∞ for 0", NON_NEGATIVE),
    wrong("x-root-x-product", lambda m, x: x * m.sqrt(x), lambda x: math.nan, 0.0, "x/(2√x) = 0/0 for 0"),
    wrong(
        "abs-from-0-left-slope", lambda m, x: abs(x), lambda x: -1.0, 0.0, "the side that is not there", NON_NEGATIVE
    ),
    wrong("clamped-entropy-no-1", clamped_entropy, lambda x: -math.log(x), 1e-6, "log x for log x + 1", POSITIVE),
    wrong("root-at-1e-12-unhalved", lambda m, x: m.sqrt(x), lambda x: 1 / math.sqrt(x), 1e-12, "1/√x"),
    wrong("root-stabilised", lambda m, x: m.sqrt(x), lambda x: 1 / (2 * math.sqrt(x) + 1e-8), 1e-12, "an ε: 0.5 % off"),
    wrong("log-stabilised", lambda m, x: m.log(x), lambda x: 1 / (x + 1e-12), 1e-10, "an ε: 1 % off"),
    wrong("asin-no-root", lambda m, x: m.asin(x), lambda x: 1 / ((1 - x) * (1 + x)), 0.999999, "√ is missing"),
    wrong("acos-sign", lambda m, x: m.acos(x), lambda x: 1 / math.sqrt((1 - x) * (1 + x)), -0.9999999, "asin's slope"),
    wrong("atanh-as-atan", lambda m, x: m.atanh(x), lambda x: 1 / (1 + x * x), 0.999999, "1 + x² for 1 - x²"),
    wrong("tan-unsquared", lambda m, x: m.tan(x), lambda x: 1 + math.tan(x), 1.5707, "1 + tan for 1 + tan²"),
    wrong("reciprocal-unsquared", lambda m, x: 1 / (x - 1), lambda x: -1 / (x - 1), 1.0 + 2.0**-30, "v⁻¹ for v⁻²"),
    wrong("entropy-no-1", entropy_term, lambda x: -math.log(x), 1e-5, "log x for log x + 1"),
    wrong("root-of-fourth-power", lambda m, x: m.sqrt(x**4), lambda x: math.nan, 0.0, "0/0, where f = x² has slope 0"),
    wrong("root-at-0-claims-0", lambda m, x: m.sqrt(x), lambda x: 0.0, 0.0, "0 where the slope is +∞"),
    wrong(
        "cube-root-at-0-claims-0",
        lambda m, x: m.copysign(abs(x) ** (1 / 3), x) if m is math else m.sign(x) * m.cbrt(abs(x)),
        lambda x: 0.0,
        0.0,
        "0 where the slope is +∞ on both sides",
    ),
]

"""Rows of one operand are what the textbook says, far out too, where numbers are about to leave the floats."""

import math

import pytest
from mpmath import mp

from microgrand import TABLE, Value
from microgrand.testing.exact import exact_partial

SIZES = (1e-9, 0.3, 0.9, 1.0, 2.5, 7.0, 20.0, 37.5, 350.25, 690.0, 699.5, 700.5, 707.0, 712.0, 720.0, 744.0, 760.0)
TAILS = [sign * x for x in SIZES for sign in (1.0, -1.0)]
ROWS = [row for row in TABLE.values() if row.arity == 1 and not row.signature.indices]
TEXTBOOK = {  # with 400 digits nothing cancels and nothing overflows
    "identity": lambda x: x, "neg": lambda x: -x, "square": lambda x: x * x, "reciprocal": lambda x: 1 / x,
    "sqrt": mp.sqrt, "cbrt": lambda x: mp.sign(x) * mp.root(abs(x), 3),
    "root_slope": lambda x: 1 / (3 * mp.cbrt(x * x)),
    "exp": mp.exp, "expm1": lambda x: mp.exp(x) - 1, "exp2": lambda x: mp.mpf(2) ** x, "log": mp.log,
    "log1p": lambda x: mp.log(1 + x), "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "sin": mp.sin, "cos": mp.cos, "tan": lambda x: mp.sin(x) / mp.cos(x), "asin": mp.asin, "acos": mp.acos,
    "atan": mp.atan, "sinh": lambda x: (mp.exp(x) - mp.exp(-x)) / 2, "cosh": lambda x: (mp.exp(x) + mp.exp(-x)) / 2,
    "tanh": lambda x: (mp.exp(2 * x) - 1) / (mp.exp(2 * x) + 1), "sech2": lambda x: 4 / (mp.exp(x) + mp.exp(-x)) ** 2,
    "asinh": lambda x: mp.log(x + mp.sqrt(x * x + 1)), "acosh": lambda x: mp.log(x + mp.sqrt(x * x - 1)),
    "atanh": lambda x: mp.log((1 + x) / (1 - x)) / 2, "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "sigmoid_slope": lambda x: mp.exp(-x) / (1 + mp.exp(-x)) ** 2, "log_sigmoid": lambda x: -mp.log(1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)), "erf": mp.erf, "erfc": mp.erfc, "bell": lambda x: mp.exp(-x * x),
    "half_bell": lambda x: mp.exp(-x * x / 2), "x_half_bell": lambda x: x * mp.exp(-x * x / 2),
    "normal_cdf": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2, "relu": lambda x: max(x, 0),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "silu_slope": lambda x: 1 / (1 + mp.exp(-x)) + x * mp.exp(-x) / (1 + mp.exp(-x)) ** 2,
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, "softsign": lambda x: x / (1 + abs(x)), "abs": abs,
    "sign": mp.sign, "floor": mp.floor, "ceil": mp.ceil, "trunc": lambda x: mp.sign(x) * mp.floor(abs(x)),
    "degrees": lambda x: 180 * x / mp.pi, "radians": lambda x: mp.pi * x / 180, "logit": lambda x: mp.log(x / (1 - x)),
    "gamma": mp.gamma, "lgamma": lambda x: mp.log(abs(mp.gamma(x))), "digamma": lambda x: mp.psi(0, x),
    "sinc": lambda x: mp.sin(mp.pi * x) / (mp.pi * x), "erfinv": mp.erfinv,
    "erfinv_slope": lambda x: mp.exp(mp.erfinv(x) ** 2) * mp.sqrt(mp.pi) / 2,
    "log_normal_cdf": lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2),
    "normal_hazard": lambda x: mp.npdf(x) / (mp.erfc(-x / mp.sqrt(2)) / 2),
    "one_minus_square": lambda x: 1 - x * x, "atan_slope": lambda x: 1 / (1 + x * x),
    "sigmoid_slope_root": lambda x: mp.exp(x / 2) / (1 + mp.exp(x)),
}  # fmt: skip


def off(found, exact, terms=0.0):
    """By how many units in the last place of what is exact, or of the terms that cancel in it; a subnormal number has
    fewer digits.
    """
    if not math.isfinite(found):
        return 0.0 if abs(exact) > 1.7e308 else math.inf
    return float(abs(found - exact) / math.ulp(max(abs(float(exact)), terms)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_values_and_slopes_are_the_textbooks_far_out_too(row):
    """At operands near 0, in the middle and from 20 to 760, of both signs, a value is the textbook's formula, and the
    slope its own formula with many digits: within the declared units, and one more where numbers are subnormal.
    """
    worst = {}
    with mp.workdps(400):
        for x in [x for x in TAILS if row.allows(x)]:
            z, exact = row.evaluate([x], [x]), TEXTBOOK[row.name](mp.mpf(x))
            slope, exact_slope = row.slopes(z, [x], [Value(x)])[0], exact_partial(row, [x], 0)
            of_value = row.value_scale(x) if row.value_scale else 0.0
            of_slope = row.partial_scale(z, x) if row.partial_scale else 0.0
            off_value, off_slope = off(z, exact, of_value), off(slope, exact_slope, of_slope)
            worst[x] = off_value - row.exactness.value, off_slope - row.exactness.partials
    assert len(worst) >= 3
    assert {x: both for x, both in worst.items() if max(both) > 1.0} == {}

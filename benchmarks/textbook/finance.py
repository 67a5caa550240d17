"""Options and their greeks, bonds, rates, utilities."""

# ruff: noqa: D103  the name of a formula says what it is

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt

from benchmarks.textbook.gradient import Gradient, Items
from benchmarks.textbook.statistics import cdf, density

BRACKETS = ((0.0, 0.0), (11000.0, 0.15), (25000.0, 0.3), (60000.0, 0.42))


def d1(spot: float, vol: float, t: float) -> float:
    return (log(spot / 100) + (0.03 + vol * vol / 2) * t) / (vol * sqrt(t))


def d2(spot: float, vol: float, t: float) -> float:
    return d1(spot, vol, t) - vol * sqrt(t)


def call(spot: float, vol: float, t: float) -> float:
    return spot * cdf(d1(spot, vol, t)) - 100 * exp(-0.03 * t) * cdf(d2(spot, vol, t))


def put(spot: float, vol: float, t: float) -> float:
    return 100 * exp(-0.03 * t) * cdf(-d2(spot, vol, t)) - spot * cdf(-d1(spot, vol, t))


def call_greeks(spot: float, vol: float, t: float) -> tuple[float, ...]:
    a, b = d1(spot, vol, t), d2(spot, vol, t)
    vega = spot * density(a) * sqrt(t)
    return cdf(a), vega, vega * vol / (2 * t) + 3 * exp(-0.03 * t) * cdf(b)


def vega(vol: float) -> float:
    return 120 * density(d1(120, vol, 2)) * sqrt(2)


def bond(y: float) -> float:
    price = 100 / (1 + y) ** 10
    for year in range(1, 11):
        price += 4 / (1 + y) ** year
    return price


def bond_gradient(y: float) -> float:
    return -1000 / (1 + y) ** 11 - sum([4 * year / (1 + y) ** (year + 1) for year in range(1, 11)])


def present_value(flows: Sequence[float]) -> float:
    return sum([flow / 1.05**k for k, flow in enumerate(flows)])


def nelson_siegel(t: float) -> float:
    loading = (1 - exp(-t / 1.8)) / (t / 1.8)
    return 0.04 - 0.02 * loading + 0.01 * (loading - exp(-t / 1.8))


def nelson_siegel_gradient(t: float) -> float:
    slope = exp(-t / 1.8) / t - 1.8 * (1 - exp(-t / 1.8)) / t**2
    return -0.02 * slope + 0.01 * (slope + exp(-t / 1.8) / 1.8)


def tax(income: float) -> float:
    total = 0.0
    for low, rate in reversed(BRACKETS):
        if income > low:
            total += rate * (income - low)
            income = low
    return total


def marginal_rate(income: float) -> float:
    rate = 0.0
    for low, each in BRACKETS:
        if income > low:
            rate = each
    return rate


def two_assets(w: float) -> float:
    return sqrt(w**2 * 0.04 + 2 * w * (1 - w) * 0.3 * 0.2 * 0.35 + (1 - w) ** 2 * 0.1225)


def default_probability(v: float) -> float:
    return cdf(-(log(v / 80) + 0.02) / 0.25)


def annuity(r: float) -> float:
    return (1 - (1 + r) ** -20) / r


def annuity_gradient(r: float) -> float:
    return (20 * r * (1 + r) ** -21 - 1 + (1 + r) ** -20) / r**2


FINANCE = [
    Gradient("call option", call, call_greeks, [(20, 500), (0.05, 1), (0.05, 3)]),
    Gradient("put option's delta", lambda s: put(s, 0.2, 1), lambda s: cdf(d1(s, 0.2, 1)) - 1, (1, 1000)),
    Gradient(
        "gamma of an option",
        lambda s: cdf(d1(s, 0.2, 1)),
        lambda s: density(d1(s, 0.2, 1)) / (s * 0.2),
        (1, 1000),
    ),
    Gradient("vomma", vega, lambda v: vega(v) * d1(120, v, 2) * d2(120, v, 2) / v, (0.02, 2)),
    Gradient(
        "digital option",
        lambda s: exp(-0.03) * cdf(d2(s, 0.2, 1)),
        lambda s: exp(-0.03) * density(d2(s, 0.2, 1)) / (s * 0.2),
        (1, 1000),
    ),
    Gradient(
        "Bachelier's option",
        lambda f, v: (f - 100) * cdf((f - 100) / v) + v * density((f - 100) / v),
        lambda f, v: (cdf((f - 100) / v), density((f - 100) / v)),
        [(0, 200), (1, 50)],
    ),
    Gradient("zero-coupon bond", lambda r: 100 * (1 + r) ** -10, lambda r: -1000 * (1 + r) ** -11, (-0.05, 1)),
    Gradient("discount factor", lambda r, t: exp(-r * t), lambda r, t: (-t * exp(-r * t), -r * exp(-r * t)), (0, 30)),
    Gradient("coupon bond", bond, bond_gradient, (-0.05, 1)),
    Gradient("annuity", annuity, annuity_gradient, (1e-6, 1)),
    Gradient(
        "mortgage payment",
        lambda r: 2e5 * r / (1 - (1 + r) ** -20),
        lambda r: 2e5 * (1 - (1 + r) ** -20 - 20 * r * (1 + r) ** -21) / (1 - (1 + r) ** -20) ** 2,
        (1e-4, 0.3),
    ),
    Gradient(
        "dividend discount",
        lambda r, g: 5 * (1 + g) / (r - g),
        lambda r, g: (-5 * (1 + g) / (r - g) ** 2, 5 / (r - g) + 5 * (1 + g) / (r - g) ** 2),
        [(0.05, 0.3), (0, 0.04)],
    ),
    Gradient(
        "present value", present_value, lambda flows: [1.05**-k for k in range(len(flows))], [Items(5, -1e4, 1e4)]
    ),
    Gradient(
        "utility of constant relative risk aversion", lambda c: (c**-1.5 - 1) / -1.5, lambda c: c**-2.5, (0.01, 1000)
    ),
    Gradient(
        "utility of constant absolute risk aversion",
        lambda c: (1 - exp(-0.2 * c)) / 0.2,
        lambda c: exp(-0.2 * c),
        (-20, 500),
    ),
    Gradient("effective rate", lambda r: (1 + r / 12) ** 12 - 1, lambda r: (1 + r / 12) ** 11, (-0.5, 2)),
    Gradient(
        "interest on interest", lambda r, t: exp(r * t) - 1, lambda r, t: (t * exp(r * t), r * exp(r * t)), (0, 5)
    ),
    Gradient(
        "log return", lambda now, before: log(now / before), lambda now, before: (1 / now, -1 / before), (1, 1000)
    ),
    Gradient(
        "volatility of two assets",
        two_assets,
        lambda w: (w * 0.04 + (1 - 2 * w) * 0.021 - (1 - w) * 0.1225) / two_assets(w),
        (0, 1),
    ),
    Gradient(
        "probability of default",
        default_probability,
        lambda v: -density((log(v / 80) + 0.02) / 0.25) / (0.25 * v),
        (20, 500),
    ),
    Gradient(
        "Kelly growth",
        lambda f: 0.6 * log(1 + f) + 0.4 * log(1 - f),
        lambda f: 0.6 / (1 + f) - 0.4 / (1 - f),
        (0, 0.999),
    ),
    Gradient("Nelson-Siegel curve", nelson_siegel, nelson_siegel_gradient, (0.01, 50)),
    Gradient(
        "Vasicek loading",
        lambda a, t: (1 - exp(-a * t)) / a,
        lambda a, t: ((t * a * exp(-a * t) - 1 + exp(-a * t)) / a**2, exp(-a * t)),
        [(0.001, 2), (0.1, 30)],
    ),
    Gradient(
        "smile",
        lambda k: 0.04 + 0.4 * (-0.5 * (k - 0.1) + sqrt((k - 0.1) ** 2 + 0.01)),
        lambda k: 0.4 * (-0.5 + (k - 0.1) / sqrt((k - 0.1) ** 2 + 0.01)),
        (-3, 3),
    ),
    Gradient("payoff of a call", lambda s: max(s - 100, 0), lambda s: 1.0 if s > 100 else 0.0, (0, 500)),
    Gradient("income tax", tax, marginal_rate, (0, 2e5)),
    Gradient("price in cents", lambda s: round(put(s, 0.2, 1), 2), lambda s: cdf(d1(s, 0.2, 1)) - 1, (60, 120), 0.2),
]

"""Functions that are programs: loops, branches, iterations that run until nothing changes, sums for integrals."""

from __future__ import annotations

import math

import mpmath

from corpus.cases import Case, right, wrong

COEFFICIENTS = (2.0, -3.0, 0.5, 4.0, -1.0)
PANELS = 200


def horner(m, x):
    total = 0 * x
    for c in COEFFICIENTS:
        total = total * x + c
    return total


def horner_slope(x, degree=4):
    return sum((degree - k) * c * x ** (degree - k - 1) for k, c in enumerate(COEFFICIENTS[:degree]))


def heron(x):
    """√x by Newton's iteration from above, until it gets no lower: the number of steps depends on x."""
    if x < 0.0:
        raise ValueError(f"there is no root of {x}")
    y = max(x, 1.0)
    while (lower := (y + x / y) / 2) < y:
        y = lower
    return y


def simpson(m, x):
    """∫₀ˣ exp(-t²) dt by Simpson's rule."""
    weights = [1, *[4, 2] * (PANELS // 2 - 1), 4, 1]
    return x / PANELS / 3 * m.fsum(w * m.exp(-((k * x / PANELS) ** 2)) for k, w in enumerate(weights))


def eccentric_anomaly(m, mean):
    """Kepler's equation e - 0.6·sin e = mean, by fifty steps of Newton's iteration."""
    e = mean
    for _ in range(50):
        e = e - (e - 0.6 * m.sin(e) - mean) / (1 - 0.6 * m.cos(e))
    return e


def bessel(m, x):
    """J₀(x) by its power series."""
    term, total = 1 + 0 * x, 1 + 0 * x
    for k in range(1, 40):
        term = -term * x * x / (4 * k * k)
        total = total + term
    return total


def bessel_slope(x):
    """-J₁(x) by its power series."""
    term = total = x / 2
    for k in range(1, 40):
        term = -term * x * x / (4 * k * (k + 1))
        total += term
    return -total


def orbit(m, x):
    """Five steps of the logistic map: a polynomial of degree 32."""
    for _ in range(5):
        x = 3.2 * x * (1 - x)
    return x


def orbit_slope(x):
    slope = 1.0
    for _ in range(5):
        slope, x = slope * 3.2 * (1 - 2 * x), 3.2 * x * (1 - x)
    return slope


def euler(m, rate):
    """A thousand of Euler's steps for y′ = -rate·y over one unit of time."""
    y = 1 + 0 * rate
    for _ in range(1000):
        y = y - rate * y / 1000
    return y


def tax(m, income):
    """Progressive: 10 % up to 10, 20 % of what exceeds that, 40 % of what exceeds 50."""
    if income <= 10:
        return income * 0.125
    if income <= 50:
        return 1.25 + (income - 10) * 0.25
    return 11.25 + (income - 50) * 0.5


def logarithm_by_halving(x):
    """log x: x is brought between 1/2 and 1 by halving or doubling, and the rest is a series."""
    if x <= 0.0:
        raise ValueError(f"there is no logarithm of {x}")
    halvings = 0
    while 1.0 < x < math.inf:
        x, halvings = x / 2, halvings + 1
    while x < 0.5:
        x, halvings = x * 2, halvings - 1
    ratio = (x - 1) / (x + 1)
    return halvings * math.log(2.0) + 2 * sum(ratio**k / k for k in range(1, 60, 2))


RIGHT = [
    right("horner", horner, horner_slope, 1.3, "a polynomial as a loop"),
    Case(
        "heron",
        heron,
        lambda x: 0.5 / heron(x),
        2.7,
        None,
        "right",
        "a while loop that ends at the last bit",
        mpmath.sqrt,
    ),
    right("simpson", simpson, lambda x: math.exp(-x * x), 0.9, "Simpson's sum, whose slope is the integrand to 1e-10"),
    right("kepler", eccentric_anomaly, lambda t: 1 / (1 - 0.6 * math.cos(eccentric_anomaly(math, t))), 1.0, "implicit"),
    right("bessel-series", bessel, bessel_slope, 3.0, "a power series with alternating signs"),
    right("logistic-orbit", orbit, orbit_slope, 0.3, "a polynomial of degree 32 as a loop"),
    right("euler-decay", euler, lambda r: -((1 - r / 1000) ** 999), 3.0, "a thousand rounded steps"),
    right("tax-inside-bracket", tax, lambda income: 0.25, 30.0, "branches elsewhere"),
    Case(
        "log-by-halving",
        logarithm_by_halving,
        lambda x: 1 / x,
        7.9,
        None,
        "right",
        "the number of halvings changes at 8, which nobody ought to notice",
        mpmath.log,
    ),
]

WRONG = [
    wrong("horner-last-term", horner, lambda x: horner_slope(x, 3), 1.3, "the terms' degrees are one too low"),
    Case(
        "heron-inverted",
        heron,
        lambda x: 0.5 * heron(x),
        2.7,
        None,
        "wrong",
        "multiplied by the root, not divided",
        mpmath.sqrt,
    ),
    wrong("simpson-midpoint", simpson, lambda x: math.exp(-x * x / 4), 0.9, "the integrand at x/2"),
    wrong("kepler-explicit", eccentric_anomaly, lambda t: 1.0, 1.0, "what sin e contributes is missing"),
    wrong("logistic-orbit-one-step", orbit, lambda x: 3.2 * (1 - 2 * x), 0.3, "the slope of the first step only"),
    wrong("euler-as-exponential", euler, lambda r: -math.exp(-r), 3.0, "the limit's slope: 1.5e-3 off"),
    wrong("tax-average", tax, lambda income: tax(math, income) / income, 30.0, "the average rate, not the marginal"),
    Case(
        "log-by-halving-reduced",
        logarithm_by_halving,
        lambda x: 8 / x,
        7.9,
        None,
        "wrong",
        "the slope at the halved x",
        mpmath.log,
    ),
]

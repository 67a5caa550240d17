"""Rates, equilibria, growth."""

# ruff: noqa: D103  the name of a formula says what it is

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, log10, sqrt

from benchmarks.textbook.gradient import Gradient, Items


def channel_rate(v: float) -> float:
    return 0.1 * (v + 40) / (1 - exp(-(v + 40) / 10))


def channel_rate_gradient(v: float) -> float:
    e = exp(-(v + 40) / 10)
    return 0.1 / (1 - e) - 0.01 * (v + 40) * e / (1 - e) ** 2


def generations(x: float) -> float:
    for _ in range(5):
        x = 3.6 * x * (1 - x)
    return x


def generations_gradient(x: float) -> float:
    slope = 1.0
    for _ in range(5):
        slope *= 3.6 * (1 - 2 * x)
        x = 3.6 * x * (1 - x)
    return slope


def diversity(xs: Sequence[float]) -> float:
    total = sum(xs)
    return -sum([x / total * log(x / total) for x in xs])


def diversity_gradient(xs: Sequence[float]) -> list[float]:
    total = sum(xs)
    return [-(log(x / total) + diversity(xs)) / total for x in xs]


def acidity(c: float) -> float:
    k = 1.8e-5
    return (-k + sqrt(k * k + 4 * k * c)) / 2


CHEMISTRY_AND_BIOLOGY = [
    Gradient(
        "Arrhenius law",
        lambda t: 1e9 * exp(-5e4 / (8.314 * t)),
        lambda t: 5e13 / (8.314 * t * t) * exp(-5e4 / (8.314 * t)),
        (200, 2000),
    ),
    Gradient(
        "Michaelis-Menten",
        lambda v, s, k: v * s / (k + s),
        lambda v, s, k: (s / (k + s), v * k / (k + s) ** 2, -v * s / (k + s) ** 2),
        (0.01, 100),
    ),
    Gradient(
        "Hill equation",
        lambda s, n: s**n / (1.5**n + s**n),
        lambda s, n: (
            n * s ** (n - 1) * 1.5**n / (1.5**n + s**n) ** 2,
            s**n * 1.5**n * (log(s) - log(1.5)) / (1.5**n + s**n) ** 2,
        ),
        [(0.01, 100), (0.5, 8)],
    ),
    Gradient(
        "Nernst potential",
        lambda a, b: 8.314 * 310 / 96485 * log(a / b),
        lambda a, b: (8.314 * 310 / 96485 / a, -8.314 * 310 / 96485 / b),
        (0.1, 500),
    ),
    Gradient(
        "Goldman flux",
        lambda v: v * (3 - 2 * exp(-v)) / (1 - exp(-v)),
        lambda v: (
            (3 - 2 * exp(-v) + 2 * v * exp(-v)) / (1 - exp(-v)) - v * (3 - 2 * exp(-v)) * exp(-v) / (1 - exp(-v)) ** 2
        ),
        (-10, 10),
    ),
    Gradient("rate of a sodium channel", channel_rate, channel_rate_gradient, (-100, 50)),
    Gradient("generations of a population", generations, generations_gradient, (0, 1)),
    Gradient(
        "Gompertz growth",
        lambda t: 10 * exp(-5 * exp(-0.3 * t)),
        lambda t: 15 * exp(-0.3 * t) * exp(-5 * exp(-0.3 * t)),
        (0, 300),
    ),
    Gradient(
        "Haldane's inhibition",
        lambda s: s / (1.2 + s + s * s / 4),
        lambda s: (1.2 - s * s / 4) / (1.2 + s + s * s / 4) ** 2,
        (0, 1000),
    ),
    Gradient(
        "Henderson-Hasselbalch",
        lambda a, h: 4.76 + log10(a / h),
        lambda a, h: (1 / (a * log(10)), -1 / (h * log(10))),
        (0.001, 10),
    ),
    Gradient(
        "Debye-Hückel",
        lambda i: -0.509 * sqrt(i) / (1 + sqrt(i)),
        lambda i: -0.509 / (2 * sqrt(i) * (1 + sqrt(i)) ** 2),
        (1e-4, 1),
    ),
    Gradient(
        "Antoine equation",
        lambda t: 10 ** (8.07131 - 1730.63 / (233.426 + t)),
        lambda t: 10 ** (8.07131 - 1730.63 / (233.426 + t)) * log(10) * 1730.63 / (233.426 + t) ** 2,
        (1, 100),
    ),
    Gradient("absorbed light", lambda a: 1 - 10**-a, lambda a: log(10) * 10**-a, (0, 30)),
    Gradient(
        "Langmuir isotherm",
        lambda k, p: k * p / (1 + k * p),
        lambda k, p: (p / (1 + k * p) ** 2, k / (1 + k * p) ** 2),
        (0.01, 100),
    ),
    Gradient("acidity of vinegar", acidity, lambda c: 1.8e-5 / sqrt(1.8e-5**2 + 4 * 1.8e-5 * c), (1e-9, 1)),
    Gradient(
        "Flory-Huggins",
        lambda x, c: x * log(x) + (1 - x) * log(1 - x) + c * x * (1 - x),
        lambda x, c: (log(x) - log(1 - x) + c * (1 - 2 * x), x * (1 - x)),
        [(0.001, 0.999), (0, 3)],
    ),
    Gradient("Shannon diversity", diversity, diversity_gradient, [Items(4, 0.1, 100)]),
    Gradient("Jukes-Cantor distance", lambda p: -0.75 * log(1 - 4 * p / 3), lambda p: 1 / (1 - 4 * p / 3), (0, 0.74)),
    Gradient("Haldane's map", lambda d: 0.5 * (1 - exp(-2 * d)), lambda d: exp(-2 * d), (0, 50)),
    Gradient(
        "Kosambi's map", lambda r: 0.25 * log((1 + 2 * r) / (1 - 2 * r)), lambda r: 1 / (1 - 4 * r * r), (0, 0.499)
    ),
    Gradient(
        "Lotka-Volterra invariant",
        lambda x, y: 0.5 * x - 1.2 * log(x) + 0.3 * y - 0.8 * log(y),
        lambda x, y: (0.5 - 1.2 / x, 0.3 - 0.8 / y),
        (0.01, 100),
    ),
    Gradient("size of an epidemic", lambda z: 1 - z - exp(-1.8 * z), lambda z: -1 + 1.8 * exp(-1.8 * z), (0, 1)),
    Gradient("Ricker model", lambda n: 2.5 * n * exp(-n / 3), lambda n: 2.5 * (1 - n / 3) * exp(-n / 3), (0, 300)),
    Gradient(
        "Eyring equation",
        lambda t: 2.0837e10 * t * exp(-6e4 / (8.314 * t)),
        lambda t: 2.0837e10 * (1 + 6e4 / (8.314 * t)) * exp(-6e4 / (8.314 * t)),
        (200, 1000),
    ),
]

"""Densities, likelihoods, distributions, link functions."""

# ruff: noqa: D103  the name of a formula says what it is

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import atan, copysign, cos, erf, exp, gamma, lgamma, log, log2, pi, sin, sqrt

from scipy import special

from benchmarks.textbook.gradient import Gradient, Items

DATA = (1.2, 0.7, 2.9, -0.4, 1.6)
DOSES = ((0.5, 0), (1.5, 0), (2.0, 1), (3.5, 1))


def density(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi)


def cdf(x: float) -> float:
    return 0.5 * (1 + erf(x / sqrt(2)))


def normal_density(x: float, mu: float, sigma: float) -> float:
    return exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * pi))


def normal_density_gradient(x: float, mu: float, sigma: float) -> tuple[float, ...]:
    p, z = normal_density(x, mu, sigma), (x - mu) / sigma
    return -p * z / sigma, p * z / sigma, p * (z * z - 1) / sigma


def normal_log_likelihood(mu: float, sigma: float) -> float:
    total = 0.0
    for x in DATA:
        total += -log(sigma) - 0.5 * log(2 * pi) - (x - mu) ** 2 / (2 * sigma**2)
    return total


def normal_score(mu: float, sigma: float) -> tuple[float, float]:
    return (
        sum([x - mu for x in DATA]) / sigma**2,
        sum([(x - mu) ** 2 for x in DATA]) / sigma**3 - len(DATA) / sigma,
    )


def logistic_loss(a: float, b: float) -> float:
    total = 0.0
    for dose, died in DOSES:
        z = a + b * dose
        total += log(1 + exp(z)) - died * z
    return total


def logistic_loss_gradient(a: float, b: float) -> tuple[float, float]:
    residuals = [1 / (1 + exp(-(a + b * dose))) - died for dose, died in DOSES]
    return sum(residuals), sum([r * dose for r, (dose, _) in zip(residuals, DOSES, strict=True)])


def autoregression(phi: float) -> float:
    return -0.5 * sum([(now - phi * before) ** 2 for before, now in pairwise(DATA)])


def autoregression_score(phi: float) -> float:
    return sum([(now - phi * before) * before for before, now in pairwise(DATA)])


def variance(xs: Sequence[float]) -> float:
    mean = sum(xs) / len(xs)
    return sum([(x - mean) ** 2 for x in xs]) / len(xs)


def variance_gradient(xs: Sequence[float]) -> list[float]:
    mean = sum(xs) / len(xs)
    return [2 * (x - mean) / len(xs) for x in xs]


def one_pass_variance(xs: Sequence[float]) -> float:
    return sum([x * x for x in xs]) / len(xs) - (sum(xs) / len(xs)) ** 2


def biweight(x: float) -> float:
    c = 4.685
    if abs(x) > c:
        return c * c / 6
    return c * c / 6 * (1 - (1 - (x / c) ** 2) ** 3)


def kl_of_coins(p: float, q: float) -> float:
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


def kl_of_normals(m: float, s: float, n: float, t: float) -> float:
    return log(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - 0.5


def kl_of_normals_gradient(m: float, s: float, n: float, t: float) -> tuple[float, ...]:
    gap = m - n
    return gap / t**2, s / t**2 - 1 / s, -gap / t**2, 1 / t - (s * s + gap * gap) / t**3


def weibull(x: float) -> float:
    return 0.75 * sqrt(x / 2) * exp(-((x / 2) ** 1.5))


STATISTICS = [
    Gradient("normal density", normal_density, normal_density_gradient, [(-10, 10), (-5, 5), (0.1, 10)]),
    Gradient("normal log-likelihood", normal_log_likelihood, normal_score, [(-10, 10), (0.1, 10)]),
    Gradient("normal cdf", cdf, density, (-30, 30)),
    Gradient("normal survival", lambda x: 1 - cdf(x), lambda x: -density(x), (-30, 30)),
    Gradient("Mills ratio", lambda x: (1 - cdf(x)) / density(x), lambda x: x * (1 - cdf(x)) / density(x) - 1, (-8, 8)),
    Gradient("logit", lambda p: log(p / (1 - p)), lambda p: 1 / (p * (1 - p)), (1e-9, 1 - 1e-9)),
    Gradient(
        "complementary log-log", lambda p: log(-log(1 - p)), lambda p: -1 / ((1 - p) * log(1 - p)), (1e-6, 1 - 1e-6)
    ),
    Gradient("inverse complementary log-log", lambda x: 1 - exp(-exp(x)), lambda x: exp(x - exp(x)), (-30, 6)),
    Gradient("logistic cdf", lambda x: 1 / (1 + exp(-x)), lambda x: exp(-x) / (1 + exp(-x)) ** 2, (-300, 300)),
    Gradient(
        "logistic log-density",
        lambda x: -x - 2 * log(1 + exp(-x)),
        lambda x: -1 + 2 * exp(-x) / (1 + exp(-x)),
        (-300, 300),
    ),
    Gradient(
        "entropy of a coin in bits",
        lambda p: -p * log2(p) - (1 - p) * log2(1 - p),
        lambda p: log2(1 - p) - log2(p),
        (1e-6, 1 - 1e-6),
    ),
    Gradient("exponential log-likelihood", lambda r: 5 * log(r) - 6.0 * r, lambda r: 5 / r - 6.0, (0.01, 100)),
    Gradient(
        "gamma log-density",
        lambda x, t: 1.5 * log(x) - x / t - 2.5 * log(t) - lgamma(2.5),
        lambda x, t: (1.5 / x - 1 / t, x / t**2 - 2.5 / t),
        [(0.01, 100), (0.1, 10)],
    ),
    Gradient("Poisson log-likelihood", lambda m: 4 * log(m) - m - lgamma(5), lambda m: 4 / m - 1, (0.01, 100)),
    Gradient("Poisson with log link", lambda eta: 4 * eta - exp(eta), lambda eta: 4 - exp(eta), (-20, 20)),
    Gradient(
        "binomial log-likelihood", lambda p: 7 * log(p) + 3 * log(1 - p), lambda p: 7 / p - 3 / (1 - p), (0.001, 0.999)
    ),
    Gradient(
        "beta log-density",
        lambda x: 1.5 * log(x) + 3 * log(1 - x) + lgamma(6.5) - lgamma(2.5) - lgamma(4),
        lambda x: 1.5 / x - 3 / (1 - x),
        (0.001, 0.999),
    ),
    Gradient(
        "Student log-density", lambda x: -2.5 * log(1 + x * x / 4), lambda x: -1.25 * x / (1 + x * x / 4), (-1000, 1000)
    ),
    Gradient("Cauchy cdf", lambda x: 0.5 + atan(x) / pi, lambda x: 1 / (pi * (1 + x * x)), (-1e6, 1e6)),
    Gradient(
        "Cauchy log-likelihood",
        lambda x, s: log(s) - log(s * s + x * x) - log(pi),
        lambda x, s: (-2 * x / (s * s + x * x), 1 / s - 2 * s / (s * s + x * x)),
        [(-100, 100), (0.1, 10)],
    ),
    Gradient("Weibull density", weibull, lambda x: weibull(x) * (0.5 / x - 1.5 * (x / 2) ** 1.5 / x), (0.01, 50)),
    Gradient("Weibull cdf", lambda x: 1 - exp(-((x / 2) ** 1.5)), weibull, (0.001, 50)),
    Gradient("Gumbel cdf", lambda x: exp(-exp(-x)), lambda x: exp(-x - exp(-x)), (-5, 40)),
    Gradient(
        "Laplace density",
        lambda x: exp(-abs(x) / 1.5) / 3,
        lambda x: -copysign(1, x) * exp(-abs(x) / 1.5) / 4.5,
        (-50, 50),
    ),
    Gradient("Pareto survival", lambda x: (2 / x) ** 3.5, lambda x: -3.5 / x * (2 / x) ** 3.5, (2, 1e6)),
    Gradient(
        "lognormal density",
        lambda x: exp(-(log(x) ** 2) / 2) / (x * sqrt(2 * pi)),
        lambda x: -(1 + log(x)) * exp(-(log(x) ** 2) / 2) / (x * x * sqrt(2 * pi)),
        (0.001, 1000),
    ),
    Gradient(
        "Rayleigh density", lambda x: x * exp(-x * x / 2), lambda x: exp(-x * x / 2) - x * x * exp(-x * x / 2), (0, 30)
    ),
    Gradient(
        "Box-Cox transform",
        lambda x, k: (x**k - 1) / k,
        lambda x, k: (x ** (k - 1), (x**k * (k * log(x) - 1) + 1) / k**2),
        [(0.1, 10), (0.01, 3)],
    ),
    Gradient(
        "divergence of coins",
        kl_of_coins,
        lambda p, q: (log(p / q) - log((1 - p) / (1 - q)), (1 - p) / (1 - q) - p / q),
        (0.001, 0.999),
    ),
    Gradient("divergence of normals", kl_of_normals, kl_of_normals_gradient, [(-5, 5), (0.1, 10), (-5, 5), (0.1, 10)]),
    Gradient("Fisher z", lambda r: 0.5 * log((1 + r) / (1 - r)), lambda r: 1 / (1 - r * r), (-0.999, 0.999)),
    Gradient(
        "probit",
        lambda p: float(special.ndtri(p)),
        lambda p: sqrt(2 * pi) * exp(float(special.ndtri(p)) ** 2 / 2),
        (1e-6, 1 - 1e-6),
    ),
    Gradient("beta cdf", lambda x: float(special.betainc(2, 3, x)), lambda x: 12 * x * (1 - x) ** 2, (0, 1)),
    Gradient(
        "gamma cdf", lambda x: float(special.gammainc(2.5, x)), lambda x: x**1.5 * exp(-x) / gamma(2.5), (0.01, 100)
    ),
    Gradient("digamma", lambda x: float(special.psi(x)), lambda x: float(special.polygamma(1, x)), (0.01, 1000)),
    Gradient(
        "von Mises log-density",
        lambda x, k: k * cos(x) - log(2 * pi * float(special.i0(k))),
        lambda x, k: (-k * sin(x), cos(x) - float(special.i1(k) / special.i0(k))),
        [(-3.14, 3.14), (0.01, 50)],
    ),
    Gradient("variance", variance, variance_gradient, [Items(4, -100, 100)]),
    Gradient("variance in one pass", one_pass_variance, variance_gradient, [Items(4, -100, 100)]),
    Gradient(
        "Dirichlet log-density",
        lambda xs: 0.5 * log(xs[0]) + 1.5 * log(xs[1]) - 0.5 * log(xs[2]),
        lambda xs: [0.5 / xs[0], 1.5 / xs[1], -0.5 / xs[2]],
        [Items(3, 0.001, 1)],
    ),
    Gradient("autoregression", autoregression, autoregression_score, (-2, 2)),
    Gradient("logistic regression", logistic_loss, logistic_loss_gradient, (-20, 20)),
    Gradient(
        "negative binomial log-likelihood",
        lambda m: 4 * log(m / (m + 3)) + 3 * log(3 / (m + 3)),
        lambda m: 4 / m - 7 / (m + 3),
        (0.01, 1000),
    ),
    Gradient(
        "biweight loss", biweight, lambda x: 0.0 if abs(x) > 4.685 else x * (1 - (x / 4.685) ** 2) ** 2, (-20, 20)
    ),
    Gradient("pinball loss", lambda x: max(0.9 * x, -0.1 * x), lambda x: 0.9 if x > 0 else -0.1, (-100, 100)),
]

"""Formulas that cancel, loops, interpolation, special functions."""

# ruff: noqa: D103  the name of a formula says what it is

from __future__ import annotations

from bisect import bisect_right
from math import (
    acos,
    atan2,
    cos,
    cosh,
    erfc,
    exp,
    expm1,
    floor,
    gamma,
    lgamma,
    log,
    log1p,
    log10,
    pi,
    prod,
    sin,
    sinh,
    sqrt,
    tan,
)

from scipy import special

from benchmarks.textbook.gradient import Gradient, Items

COEFFICIENTS = (1.0, -3.0, 0.5, 2.0, -0.25)
TABLE = (0.0, 1.0, 4.0, 3.0, 5.0, 5.0)


def horner(x: float) -> float:
    total = 0.0
    for c in reversed(COEFFICIENTS):
        total = total * x + c
    return total


def horner_gradient(x: float) -> float:
    return sum([k * c * x ** (k - 1) for k, c in enumerate(COEFFICIENTS) if k])


def newton_root(x: float) -> float:
    y = 1.0
    for _ in range(20):
        y = (y + x / y) / 2
    return y


def exponential_series(x: float) -> float:
    term = total = 1.0
    for k in range(1, 20):
        term *= x / k
        total += term
    return total


def exponential_series_gradient(x: float) -> float:
    term = total = 1.0
    for k in range(1, 19):
        term *= x / k
        total += term
    return total


def runge_kutta(k: float) -> float:
    y, h = 1.0, 0.1
    for _ in range(10):
        a = -k * y
        b = -k * (y + h / 2 * a)
        c = -k * (y + h / 2 * b)
        d = -k * (y + h * c)
        y += h / 6 * (a + 2 * b + 2 * c + d)
    return y


def runge_kutta_gradient(k: float) -> float:
    z = -0.1 * k
    step, slope = 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24, 1 + z + z**2 / 2 + z**3 / 6
    return -(step**9) * slope


def legendre(x: float) -> float:
    before, now = 1.0, x
    for n in range(1, 6):
        before, now = now, ((2 * n + 1) * x * now - n * before) / (n + 1)
    return now


def legendre_gradient(x: float) -> float:
    return (1386 * x**5 - 1260 * x**3 + 210 * x) / 16


def rosenbrock(x: float, y: float) -> float:
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def interpolated(x: float) -> float:
    k = min(int(x), len(TABLE) - 2)
    return TABLE[k] + (x - k) * (TABLE[k + 1] - TABLE[k])


def interpolated_gradient(x: float) -> float:
    k = min(int(x), len(TABLE) - 2)
    return TABLE[k + 1] - TABLE[k]


def stepwise(x: float) -> float:
    knots = [0.0, 1.0, 2.5, 4.0]
    return (0.0, 1.0, 4.0, 2.0, -1.0)[bisect_right(knots, x)]


def smoothstep(x: float) -> float:
    t = min(max(x / 2, 0), 1)
    return t * t * (3 - 2 * t)


def quadratic_root(a: float, b: float, c: float) -> float:
    return (-b + sqrt(b * b - 4 * a * c)) / (2 * a)


def quadratic_root_gradient(a: float, b: float, c: float) -> tuple[float, ...]:
    r, x = sqrt(b * b - 4 * a * c), quadratic_root(a, b, c)
    return -x * x / r, -x / r, -1 / r


def trapezoids(t: float) -> float:
    return sum([sin(t * k / 20) for k in range(1, 20)]) / 20 + sin(t) / 40


def trapezoids_gradient(t: float) -> float:
    return sum([k / 20 * cos(t * k / 20) for k in range(1, 20)]) / 20 + cos(t) / 40


NUMERICS = [
    Gradient("polynomial by Horner's rule", horner, horner_gradient, (-10, 10)),
    Gradient("square root by Newton", newton_root, lambda x: 1 / (2 * newton_root(x)), (0.1, 1000)),
    Gradient(
        "first divided difference", lambda x: (exp(x) - 1) / x, lambda x: (x * exp(x) - exp(x) + 1) / x**2, (1e-6, 50)
    ),
    Gradient(
        "Bernoulli function",
        lambda x: x / (exp(x) - 1),
        lambda x: (exp(x) - 1 - x * exp(x)) / (exp(x) - 1) ** 2,
        (-50, 50),
    ),
    Gradient("logarithm near one", lambda x: log(1 + x), lambda x: 1 / (1 + x), (-0.999, 1e6)),
    Gradient("logarithm over x", lambda x: log1p(x) / x, lambda x: 1 / (x * (1 + x)) - log1p(x) / x**2, (1e-4, 1e4)),
    Gradient(
        "difference of roots",
        lambda x: sqrt(x + 1) - sqrt(x),
        lambda x: 1 / (2 * sqrt(x + 1)) - 1 / (2 * sqrt(x)),
        (0.01, 1e8),
    ),
    Gradient("root of a quadratic", quadratic_root, quadratic_root_gradient, [(0.5, 2), (5, 100), (0.1, 2)]),
    Gradient(
        "hypotenuse",
        lambda x, y: sqrt(x * x + y * y),
        lambda x, y: (x / sqrt(x * x + y * y), y / sqrt(x * x + y * y)),
        [(-100, 100), (0.1, 100)],
    ),
    Gradient("angle", lambda y, x: atan2(y, x), lambda y, x: (x / (x * x + y * y), -y / (x * x + y * y)), (0.1, 10)),
    Gradient(
        "Stirling's formula", lambda x: x * log(x) - x + 0.5 * log(2 * pi * x), lambda x: log(x) + 0.5 / x, (0.1, 1e6)
    ),
    Gradient("series of the exponential", exponential_series, exponential_series_gradient, (-10, 10)),
    Gradient("decay by Runge and Kutta", runge_kutta, runge_kutta_gradient, (0, 20)),
    Gradient(
        "Chebyshev polynomial",
        lambda x: cos(7 * acos(x)),
        lambda x: 7 * sin(7 * acos(x)) / sqrt(1 - x * x),
        (-0.999, 0.999),
    ),
    Gradient("Legendre polynomial", legendre, legendre_gradient, (-1, 1)),
    Gradient(
        "Rosenbrock",
        rosenbrock,
        lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
        (-3, 3),
    ),
    Gradient(
        "Rastrigin",
        lambda xs: sum([x * x - 10 * cos(2 * pi * x) + 10 for x in xs]),
        lambda xs: [2 * x + 20 * pi * sin(2 * pi * x) for x in xs],
        [Items(3, -5.12, 5.12)],
    ),
    Gradient(
        "product",
        lambda xs: prod(xs),
        lambda xs: [prod([*xs[:k], *xs[k + 1 :]]) for k in range(len(xs))],
        [Items(4, -10, 10)],
    ),
    Gradient("smooth step", smoothstep, lambda x: 0.75 * x * (2 - x) if 0 < x < 2 else 0.0, (-5, 5)),
    Gradient(
        "smooth maximum",
        lambda x, y: (x + y + sqrt((x - y) ** 2 + 1e-4)) / 2,
        lambda x, y: (
            0.5 + (x - y) / (2 * sqrt((x - y) ** 2 + 1e-4)),
            0.5 - (x - y) / (2 * sqrt((x - y) ** 2 + 1e-4)),
        ),
        (-10, 10),
    ),
    Gradient("angle in a turn", lambda x: x - 2 * pi * floor(x / (2 * pi)), lambda x: 1.0, (0.1, 30)),
    Gradient("triangle wave", lambda x: abs(x % 2 - 1), lambda x: 1.0 if x % 2 > 1 else -1.0, (0.1, 20)),
    Gradient("step function", stepwise, lambda x: 0.0, (-3, 6)),
    Gradient("interpolation in a table", interpolated, interpolated_gradient, (0, 5)),
    Gradient("Pythagoras", lambda x: sin(x) ** 2 + cos(x) ** 2, lambda x: 0.0, (-100, 100)),
    Gradient("x to the x", lambda x: x**x, lambda x: x**x * (log(x) + 1), (0.01, 50)),
    Gradient(
        "limit of e",
        lambda x: (1 + 1 / x) ** x,
        lambda x: (1 + 1 / x) ** x * (log(1 + 1 / x) - 1 / (1 + x)),
        (1, 1e5),
    ),
    Gradient("trapezoidal rule", trapezoids, trapezoids_gradient, (-50, 50)),
    Gradient(
        "scaled complementary error function",
        lambda x: exp(x * x) * erfc(x),
        lambda x: 2 * x * exp(x * x) * erfc(x) - 2 / sqrt(pi),
        (0, 20),
    ),
    Gradient("gamma function", lambda x: gamma(x), lambda x: gamma(x) * float(special.psi(x)), (0.1, 20)),
    Gradient(
        "ratio of gammas",
        lambda x: lgamma(x + 0.5) - lgamma(x),
        lambda x: float(special.psi(x + 0.5) - special.psi(x)),
        (0.1, 100),
    ),
    Gradient("hyperbolic cosecant", lambda x: 2 / (exp(x) - exp(-x)), lambda x: -cosh(x) / sinh(x) ** 2, (0.01, 300)),
    Gradient("tangent less its argument", lambda x: tan(x) - x, lambda x: tan(x) ** 2, (-1.5, 1.5)),
    Gradient(
        "exponential less one, over x", lambda x: expm1(x) / x, lambda x: exp(x) / x - expm1(x) / x**2, (0.01, 50)
    ),
    Gradient("exponential integral", lambda x: float(special.expi(x)), lambda x: exp(x) / x, (0.1, 50)),
    Gradient(
        "Lambert's W",
        lambda x: float(special.lambertw(x).real),
        lambda x: float((special.lambertw(x) / (x * (1 + special.lambertw(x)))).real),
        (0.01, 1000),
    ),
    Gradient(
        "Dawson's integral", lambda x: float(special.dawsn(x)), lambda x: float(1 - 2 * x * special.dawsn(x)), (-3, 3)
    ),
    Gradient("Airy function", lambda x: float(special.airy(x)[0]), lambda x: float(special.airy(x)[1]), (-10, 10)),
    Gradient("Bessel function", lambda x: float(special.j0(x)), lambda x: -float(special.j1(x)), (-50, 50)),
    Gradient("rounded logarithm", lambda x: round(log10(x), 3), lambda x: 1 / (x * log(10)), (1, 1000), 0.2),
]

"""Laws and potentials."""

# ruff: noqa: D103  the name of a formula says what it is

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import asin, cos, cosh, exp, log, log10, sin, sinh, sqrt, tanh

from scipy import special

from benchmarks.textbook.gradient import Gradient, Items


def fermi(energy: float, mu: float, t: float) -> float:
    return 1 / (exp((energy - mu) / t) + 1)


def fermi_gradient(energy: float, mu: float, t: float) -> tuple[float, ...]:
    x = (energy - mu) / t
    w = exp(x) / (exp(x) + 1) ** 2
    return -w / t, w / t, w * x / t


def eccentric_anomaly(mean: float) -> float:
    anomaly = mean
    for _ in range(20):
        anomaly -= (anomaly - 0.3 * sin(anomaly) - mean) / (1 - 0.3 * cos(anomaly))
    return anomaly


def heat_capacity(x: float) -> float:
    return x * x * exp(x) / (exp(x) - 1) ** 2


def heat_capacity_gradient(x: float) -> float:
    e = exp(x)
    return 2 * x * e / (e - 1) ** 2 + x * x * e / (e - 1) ** 2 - 2 * x * x * e * e / (e - 1) ** 3


def brillouin(x: float) -> float:
    return 4 / 3 / tanh(4 * x / 3) - 1 / 3 / tanh(x / 3)


def gravity(x: float, y: float, z: float) -> float:
    return -1 / sqrt(x * x + y * y + z * z)


def gravity_gradient(x: float, y: float, z: float) -> tuple[float, ...]:
    r3 = (x * x + y * y + z * z) ** 1.5
    return x / r3, y / r3, z / r3


def impedance(w: float) -> float:
    return sqrt(50**2 + (w * 0.1 - 1 / (w * 1e-5)) ** 2)


def chain_energy(xs: Sequence[float]) -> float:
    return sum([(b - a - 1) ** 2 / 2 for a, b in pairwise(xs)])


def chain_forces(xs: Sequence[float]) -> list[float]:
    stretch = [0.0, *[b - a - 1 for a, b in pairwise(xs)], 0.0]
    return [stretch[k] - stretch[k + 1] for k in range(len(xs))]


PHYSICS = [
    Gradient(
        "Planck's law in wavelengths",
        lambda w: 1 / (w**5 * (exp(1 / w) - 1)),
        lambda w: -5 / (w**6 * (exp(1 / w) - 1)) + exp(1 / w) / (w**7 * (exp(1 / w) - 1) ** 2),
        (0.01, 100),
    ),
    Gradient("Bose-Einstein", lambda x: 1 / (exp(x) - 1), lambda x: -exp(x) / (exp(x) - 1) ** 2, (1e-3, 300)),
    Gradient("Fermi-Dirac", fermi, fermi_gradient, [(-1, 1), (-1, 1), (0.01, 10)]),
    Gradient(
        "kinetic energy near light speed",
        lambda v: 1 / sqrt(1 - v * v) - 1,
        lambda v: v / (1 - v * v) ** 1.5,
        (0, 0.999),
    ),
    Gradient(
        "Doppler shift",
        lambda b: sqrt((1 + b) / (1 - b)),
        lambda b: 1 / ((1 - b) * sqrt(1 - b * b)),
        (-0.999, 0.999),
    ),
    Gradient(
        "addition of velocities",
        lambda u, v: (u + v) / (1 + u * v),
        lambda u, v: ((1 - v * v) / (1 + u * v) ** 2, (1 - u * u) / (1 + u * v) ** 2),
        (-0.999, 0.999),
    ),
    Gradient(
        "energy of a pendulum",
        lambda t, l: 9.81 * l * (1 - cos(t)),
        lambda t, l: (9.81 * l * sin(t), 9.81 * (1 - cos(t))),
        [(-3, 3), (0.1, 10)],
    ),
    Gradient("rocket equation", lambda m: 3000 * log(50 / m), lambda m: -3000 / m, (1, 50)),
    Gradient(
        "thin lens",
        lambda f, d: 1 / (1 / f - 1 / d),
        lambda f, d: (1 / (1 - f / d) ** 2, -1 / (d / f - 1) ** 2),
        [(0.1, 1), (2, 100)],
    ),
    Gradient(
        "Morse potential",
        lambda r: 4.5 * (1 - exp(-2 * (r - 0.74))) ** 2,
        lambda r: 18 * (1 - exp(-2 * (r - 0.74))) * exp(-2 * (r - 0.74)),
        (0.2, 30),
    ),
    Gradient(
        "Buckingham potential",
        lambda r: 1000 * exp(-3 * r) - 20 / r**6,
        lambda r: -3000 * exp(-3 * r) + 120 / r**7,
        (0.5, 50),
    ),
    Gradient(
        "Yukawa potential",
        lambda r: -exp(-r / 2) / r,
        lambda r: exp(-r / 2) / (2 * r) + exp(-r / 2) / r**2,
        (0.01, 100),
    ),
    Gradient(
        "van der Waals pressure",
        lambda t, v: t / (v - 0.04) - 1.4 / v**2,
        lambda t, v: (1 / (v - 0.04), -t / (v - 0.04) ** 2 + 2.8 / v**3),
        [(1, 100), (0.05, 10)],
    ),
    Gradient("Einstein heat capacity", heat_capacity, heat_capacity_gradient, (0.01, 100)),
    Gradient(
        "resonance",
        lambda x, g: g / ((x - 1) ** 2 + g**2),
        lambda x, g: (
            -2 * g * (x - 1) / ((x - 1) ** 2 + g**2) ** 2,
            ((x - 1) ** 2 - g**2) / ((x - 1) ** 2 + g**2) ** 2,
        ),
        [(-10, 10), (0.01, 1)],
    ),
    Gradient(
        "barometric formula",
        lambda h: 1013.25 * (1 - 0.0065 * h / 288.15) ** 5.255,
        lambda h: -1013.25 * 5.255 * 0.0065 / 288.15 * (1 - 0.0065 * h / 288.15) ** 4.255,
        (0, 11000),
    ),
    Gradient("fall with drag", lambda t: 50 * tanh(9.81 * t / 50), lambda t: 9.81 / cosh(9.81 * t / 50) ** 2, (0, 200)),
    Gradient(
        "path of a fall with drag",
        lambda t: 2500 / 9.81 * log(cosh(9.81 * t / 50)),
        lambda t: 50 * tanh(9.81 * t / 50),
        (0, 1000),
    ),
    Gradient(
        "refraction",
        lambda t: asin(sin(t) / 1.33),
        lambda t: cos(t) / (1.33 * sqrt(1 - (sin(t) / 1.33) ** 2)),
        (-1.5, 1.5),
    ),
    Gradient("reflectance", lambda n: ((n - 1) / (n + 1)) ** 2, lambda n: 4 * (n - 1) / (n + 1) ** 3, (1, 5)),
    Gradient(
        "width of a beam",
        lambda z: 0.3 * sqrt(1 + (z / 1.7) ** 2),
        lambda z: 0.3 * z / 1.7**2 / sqrt(1 + (z / 1.7) ** 2),
        (-100, 100),
    ),
    Gradient(
        "discharge of a capacitor",
        lambda v, t, r, c: v * exp(-t / (r * c)),
        lambda v, t, r, c: (
            exp(-t / (r * c)),
            -v / (r * c) * exp(-t / (r * c)),
            v * t / (r * r * c) * exp(-t / (r * c)),
            v * t / (r * c * c) * exp(-t / (r * c)),
        ),
        [(0, 10), (0, 10), (0.5, 5), (0.5, 5)],
    ),
    Gradient(
        "impedance",
        impedance,
        lambda w: (w * 0.1 - 1 / (w * 1e-5)) * (0.1 + 1 / (w * w * 1e-5)) / impedance(w),
        (10, 1e5),
    ),
    Gradient("gravity", gravity, gravity_gradient, [(-10, 10), (-10, 10), (0.1, 10)]),
    Gradient(
        "Brillouin function",
        brillouin,
        lambda x: (1 / 3 / sinh(x / 3)) ** 2 - (4 / 3 / sinh(4 * x / 3)) ** 2,
        (0.01, 100),
    ),
    Gradient(
        "time dilation",
        lambda m, r: sqrt(1 - 2 * m / r),
        lambda m, r: (-1 / (r * sqrt(1 - 2 * m / r)), m / (r * r * sqrt(1 - 2 * m / r))),
        [(1e-9, 1), (3, 100)],
    ),
    Gradient("distance modulus", lambda d: 5 * log10(d / 10), lambda d: 5 / (d * log(10)), (0.1, 1e9)),
    Gradient("radiated heat", lambda t: 5.67e-8 * (t**4 - 293.15**4), lambda t: 4 * 5.67e-8 * t**3, (100, 1000)),
    Gradient("sinc", lambda x: sin(x) / x, lambda x: cos(x) / x - sin(x) / x**2, (1e-3, 50)),
    Gradient(
        "single slit",
        lambda x: (sin(x) / x) ** 2,
        lambda x: 2 * sin(x) * (x * cos(x) - sin(x)) / x**3,
        (1e-3, 50),
    ),
    Gradient("Airy disc", lambda x: float(special.j1(x) / x), lambda x: -float(special.jv(2, x) / x), (0.01, 30)),
    Gradient(
        "period of a pendulum",
        lambda m: float(special.ellipk(m)),
        lambda m: float((special.ellipe(m) - (1 - m) * special.ellipk(m)) / (2 * m * (1 - m))),
        (0.1, 0.99),
    ),
    Gradient("Kepler's equation", eccentric_anomaly, lambda m: 1 / (1 - 0.3 * cos(eccentric_anomaly(m))), (-6, 6)),
    Gradient("chain of springs", chain_energy, chain_forces, [Items(4, -10, 10)]),
]

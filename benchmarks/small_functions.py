"""What `benchmarks.calls` calls: small functions of one list of numbers, each written once for all who compute it.

A function takes a module of elementary functions (`math`, microgrand, CasADi, or what JAX has) and the numbers. Their
derivatives, written by hand in C, stand in `by_hand.c`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

SAMPLES, FEATURES, CLASSES = 60, 30, 2
SMALL, LARGE = 1.0, 0.2  # what a call may take, in calls of plain floats: fewer than ten numbers, and more


class Case(NamedTuple):
    """A function and where it is differentiated.

    name        what it is, in a few words
    function    (module of functions, numbers) -> result
    x           the numbers
    c_name      the name of its derivatives in `by_hand.c`
    limit       what `compiled` may take, in calls of plain floats
    derivative  "gradient", with the value, or "jacobian"
    ours        the same as users of microgrand's functions write it, if that is otherwise
    on_arrays   the same as users of JAX write it, with operations on arrays, if it has such a form
    """

    name: str
    function: Callable[[Any, Any], Any]
    x: list[float]
    c_name: str
    limit: float
    derivative: str = "gradient"
    ours: Callable[[Any, Any], Any] | None = None
    on_arrays: Callable[[Any, Any], Any] | None = None


def rosenbrock(m: Any, x: Any) -> Any:
    """Σ 100·(xₖ₊₁ - xₖ²)² + (1 - xₖ)²."""
    total = 0.0
    for a, b in pairwise(x):
        d, e = b - a * a, 1.0 - a
        total = total + (100.0 * d * d + e * e)
    return total


def rosenbrock_on_arrays(m: Any, x: Any) -> Any:
    """The same of an array."""
    d, e = x[1:] - x[:-1] * x[:-1], 1.0 - x[:-1]
    return (100.0 * d * d + e * e).sum()


def option(m: Any, x: Any) -> Any:
    """The price of a European call by Black and Scholes: of spot, strike, years, interest and volatility."""
    spot, strike, years, interest, volatility = x
    deviation = volatility * m.sqrt(years)
    d1 = (m.log(spot / strike) + (interest + 0.5 * volatility * volatility) * years) / deviation
    return spot * normal(m, d1) - strike * m.exp(-interest * years) * normal(m, d1 - deviation)


def normal(m: Any, x: Any) -> Any:
    """The standard normal distribution function."""
    return 0.5 * (1.0 + m.erf(x * 0.7071067811865476))


def neuron(m: Any, y: Any) -> Any:
    """The right-hand side of Hodgkin and Huxley's equations: ẏ of y = (voltage, and the gates m, h, n)."""
    v, a, b, c = y
    sodium, potassium = 120.0 * a * a * a * b * (v - 50.0), 36.0 * (c * c) * (c * c) * (v + 77.0)
    return [
        10.0 - sodium - potassium - 0.3 * (v + 54.387),
        0.1 * (v + 40.0) / (1.0 - m.exp(-(v + 40.0) / 10.0)) * (1.0 - a) - 4.0 * m.exp(-(v + 65.0) / 18.0) * a,
        0.07 * m.exp(-(v + 65.0) / 20.0) * (1.0 - b) - b / (1.0 + m.exp(-(v + 35.0) / 10.0)),
        0.01 * (v + 55.0) / (1.0 - m.exp(-(v + 55.0) / 10.0)) * (1.0 - c) - 0.125 * m.exp(-(v + 65.0) / 80.0) * c,
    ]


def _drawn() -> tuple[list[tuple[list[float], int]], list[float]]:
    """Samples and their classes, and θ."""
    source = random.Random(2)
    samples = [([source.gauss(0.0, 1.0) for _ in range(FEATURES)], source.randrange(CLASSES)) for _ in range(SAMPLES)]
    return samples, [source.uniform(-0.3, 0.3) for _ in range(FEATURES * CLASSES)]


DATA, THETA = _drawn()


def rows(theta: Sequence[Any]) -> list[Any]:
    """θ, one row of it for each class."""
    return [theta[k * FEATURES : (k + 1) * FEATURES] for k in range(CLASSES)]


def softmax(m: Any, theta: Any) -> Any:
    """-Σ log(e^(xᵀθ_y) / Σₖ e^(xᵀθₖ)) over all samples, in operators."""
    total = 0.0
    for x, y in DATA:
        exponentials = []
        for row in rows(theta):
            score = row[0] * x[0]
            for w, xi in zip(row[1:], x[1:]):  # noqa: B905  of one length, and timed
                score = score + w * xi
            exponentials.append(m.exp(score))
        total = total - m.log(exponentials[y] / (exponentials[0] + exponentials[1]))
    return total


def softmax_in_rows(m: Any, theta: Any) -> Any:
    """The same in microgrand's `dot` and `log_softmax`."""
    return -m.sum([m.log_softmax([m.dot(row, x) for row in rows(theta)], y) for x, y in DATA])


def softmax_on_arrays(m: Any, theta: Any) -> Any:
    """The same of an array."""
    features, classes = m.array([x for x, _ in DATA]), m.array([y for _, y in DATA])
    logarithms = m.log_softmax(features @ theta.reshape(CLASSES, FEATURES).T)
    return -logarithms[m.arange(SAMPLES), classes].sum()


def _start(n: int) -> list[float]:
    return [0.1 * (k % 7) - 0.3 for k in range(n)]


CASES = {
    case.name: case
    for case in [
        *[
            Case(f"Rosenbrock {n}", rosenbrock, _start(n), f"rosenbrock_{n}", SMALL if n < 10 else LARGE,
                 on_arrays=rosenbrock_on_arrays)
            for n in (2, 10, 100)
        ],
        Case("option's price", option, [100.0, 110.0, 0.75, 0.03, 0.2], "option", SMALL),
        Case("neuron's ODE", neuron, [-60.0, 0.1, 0.5, 0.4], "neuron", SMALL, derivative="jacobian"),
        Case("softmax 60 × 30, operators", softmax, THETA, "softmax", LARGE, on_arrays=softmax_on_arrays),
        Case("softmax 60 × 30, rows", softmax, THETA, "softmax", LARGE, ours=softmax_in_rows,
             on_arrays=softmax_on_arrays),
    ]
}  # fmt: skip

"""Functions that compute in 32 bits: to a checker they move in steps of 1e-7, and yet a slope 1 % off shows."""

from __future__ import annotations

import math
from functools import partial

import mpmath
import numpy

from corpus.cases import Case


def single(formula):
    """The formula on 32-bit numbers, its arguments rounded to them first."""

    def f(*arguments):
        with numpy.errstate(all="ignore"):
            return float(formula(numpy, *[numpy.float32(x) for x in arguments]))

    return f


def logistic(m, x):
    return 1 / (1 + m.exp(-x))


def bell_and_sine(m, x):
    return m.exp(-x * x / 2) * m.sin(3 * x)


def bell_and_sine_slope(x):
    return math.exp(-x * x / 2) * (3 * math.cos(3 * x) - x * math.sin(3 * x))


def cubic(m, x):
    return x**3 - 2 * x + 5


def length(m, x, y):
    return m.sqrt(x * x + y * y)


def stored_single(x):
    """x² computed in 64 bits, handed over in 32."""
    with numpy.errstate(all="ignore"):
        return float(numpy.float32(x * x))


def case(name, formula, gradient, at, truth, why):
    return Case(name, single(formula), gradient, at, None, truth, why, partial(formula, mpmath))


def logistic_slope(x):
    return 1 / ((1 + math.exp(-x)) * (1 + math.exp(x)))


def logistic_slope_single(x):
    z = logistic(numpy, numpy.float32(x))
    return z * (1 - z)


def tanh_slope_single(x):
    z = numpy.tanh(numpy.float32(x))
    return 1 - z * z


def shrunk(x, y):
    return 0.99 * x / math.hypot(x, y), 0.99 * y / math.hypot(x, y)


RIGHT = [
    case("single-logistic", logistic, logistic_slope, 0.5, "right", "the slope in 64 bits"),
    case("single-logistic-slope", logistic, logistic_slope_single, 0.5, "right", "the slope in 32 bits, too"),
    case("single-tanh", lambda m, x: m.tanh(x), tanh_slope_single, -0.75, "right", "the slope in 32 bits, too"),
    case("single-bell", bell_and_sine, bell_and_sine_slope, 1.25, "right", "a product of two functions"),
    case("single-cubic", cubic, lambda x: 3 * x * x - 2, 2.0, "right", "cancellation among terms"),
    case("single-log", lambda m, x: m.log(x), lambda x: 1 / x, 1000.0, "right", "an argument of 1000"),
    case("single-exp", lambda m, x: m.exp(x), math.exp, -8.5, "right", "a value of 2e-4"),
    case("single-length", length, lambda x, y: (x / 5, y / 5), (3.0, -4.0), "right", "two inputs"),
    Case("single-result", stored_single, lambda x: 2 * x, 1.75, None, "right", "only the result", lambda x: x * x),
]

WRONG = [
    case("single-logistic-5-percent", logistic, lambda x: 1.05 * logistic_slope(x), 0.5, "wrong", "5 % off"),
    case("single-logistic-z", logistic, lambda x: logistic(math, x), 0.5, "wrong", "z for z·(1 - z)"),
    case("single-tanh-unsquared", lambda m, x: m.tanh(x), lambda x: 1 - math.tanh(x), -0.75, "wrong", "1 - z"),
    case("single-bell-sign", bell_and_sine, lambda x: -bell_and_sine_slope(x), 1.25, "wrong", "the sign"),
    case("single-cubic-1-percent", cubic, lambda x: 1.01 * (3 * x * x - 2), 2.0, "wrong", "1 % off"),
    case("single-log-as-log10", lambda m, x: m.log(x), lambda x: 0.434 / x, 1000.0, "wrong", "log10's slope"),
    case("single-exp-shifted", lambda m, x: m.exp(x), lambda x: math.exp(x) + 1e-5, -8.5, "wrong", "5 % off"),
    case("single-length-1-percent", length, shrunk, (3.0, -4.0), "wrong", "1 % off"),
    Case("single-result-as-x", stored_single, lambda x: x, 1.75, None, "wrong", "x for 2x", lambda x: x * x),
]

"""Gradients that are right everywhere but in a small region, by what makes it small, and where to search for it."""

import math
from typing import Any, NamedTuple


class Region(NamedTuple):
    """A right gradient and the region in which it is replaced by a wrong one.

    f, gradient  right together
    inside       tells the region
    domain       that is searched
    """

    f: Any
    gradient: Any
    inside: Any
    domain: Any


def sine(inside, domain=(-10, 10)):
    return Region(math.sin, math.cos, inside, domain)


def product(inside, domain=(-10, 10)):
    return Region(lambda x, y: x * y, lambda x, y: (y, x), inside, domain)


def of_three(inside, domain=(-10, 10)):
    return Region(lambda x, y, z: x * y + z * z, lambda x, y, z: (y, x, 2 * z), inside, domain)


EDGE = 6.25


def in_closure(edge):
    return lambda x: abs(x - edge) < 1e-4


REGIONS = {
    "one number": sine(lambda x: x == 3),
    "one broken number": sine(lambda x: x == 0.7),
    "one large number": sine(lambda x: x == 1234.5, (-1e4, 1e4)),
    "one of several": sine(lambda x: x in (2.5, 7.1)),
    "zero": sine(lambda x: x == 0),
    "tiny": sine(lambda x: 0 < x < 1e-8),
    "tiny of both signs": sine(lambda x: 0 < abs(x) < 1e-5),
    "subnormal": Region(lambda x: 3 * x, lambda x: 3.0, lambda x: 0 < x < 2.3e-308, (0, 1)),
    "a tenth": sine(lambda x: 0.2 < x < 0.21),
    "a thousandth": sine(lambda x: 4.5 < x < 4.501),
    "a millionth": sine(lambda x: abs(x - 1.7) < 1e-6),
    "above a number": sine(lambda x: 2.5 < x < 2.5 * (1 + 1e-9)),
    "below a number": sine(lambda x: 5.5 * (1 - 1e-12) < x < 5.5),
    "a global number": sine(lambda x: abs(x - EDGE) < 1e-3),
    "a number of a closure": sine(in_closure(8.125)),
    "before the overflow": Region(math.tanh, lambda x: (1 / math.cosh(x)) ** 2, lambda x: x > 709, (-710, 710)),
    "above 1e300": Region(lambda x: 2 * x, lambda x: 2.0, lambda x: x > 1e300, "reals"),
    "the low end": sine(lambda x: x == -10),
    "the high end": sine(lambda x: x == 10),
    "close to the low end": sine(lambda x: x < -10 + 1e-9),
    "close to the high end": sine(lambda x: x > 10 * (1 - 1e-12)),
    "close to an open end": Region(math.log, lambda x: 1 / x, lambda x: x < 1e-200, "positive"),
    "an odd whole number": sine(lambda x: x == int(x) and int(x) % 2 == 1),
    "whole tens": sine(lambda x: x == round(x, -1) and x > 0, (1, 1000)),
    "a small square": sine(lambda x: 0 < x * x < 1e-6),
    "where the sine is small": sine(lambda x: 0 < abs(math.sin(x)) < 1e-4),
    "where the cosine is one": sine(lambda x: x and math.cos(x) > 1 - 1e-6),
    "a logarithm": Region(math.log, lambda x: 1 / x, lambda x: abs(math.log(x) - 2) < 1e-4, (0.01, 100)),
    "between two numbers": sine(lambda x: 3.1 < x < 3.11),
    "negative only": sine(lambda x: -3.001 < x < -3),
    "a tie": product(lambda x, y: x == y),
    "nearly a tie": product(lambda x, y: x != y and abs(x - y) < 1e-3),
    "a tie but for the last digits": product(lambda x, y: x != y and abs(x - y) <= 4e-16 * abs(x)),
    "mirrored": product(lambda x, y: x == -y),
    "nearly mirrored": product(lambda x, y: x != -y and abs(x + y) < 1e-4),
    "both zero": product(lambda x, y: x == 0 == y),
    "close to the origin": product(lambda x, y: x * x + y * y < 1e-6),
    "a reciprocal": product(lambda x, y: abs(x * y - 1) < 1e-3),
    "a sum": product(lambda x, y: abs(x + y - 7.5) < 1e-4),
    "one of them one": product(lambda x, y: y == 1),
    "one of them tiny": product(lambda x, y: 0 < abs(y) < 1e-12),
    "a large ratio": product(lambda x, y: abs(x) > 1e6 * abs(y) > 0),
    "a square": product(lambda x, y: y == x * x),
    "a corner": product(lambda x, y: x > 9.99 and y > 9.99),
    "a small box": product(lambda x, y: 0.3 < x < 0.31 and 0.7 < y < 0.72),
    "in order": of_three(lambda x, y, z: x < y < z),
    "in order from a tie": of_three(lambda x, y, z: x == y < z),
    "in reverse order, close": of_three(lambda x, y, z: 0 < x - y < 1e-2 and y > z),
    "all the same": of_three(lambda x, y, z: x == y == z),
    "the middle one zero": of_three(lambda x, y, z: y == 0 and x < 0 < z),
}  # fmt: skip


def spoiled(region, wrong=lambda slope: 1.5 * slope + 0.25):
    """The gradient that is wrong in the region."""

    def gradient(*xs):
        slopes = region.gradient(*xs)
        if not region.inside(*xs):
            return slopes
        return tuple([wrong(slope) for slope in slopes]) if isinstance(slopes, tuple) else wrong(slopes)

    return gradient

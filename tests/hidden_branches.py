"""Functions that hide a steep branch behind a row that selects, beside the same functions with Python's own `if`."""

import math

import numpy
from hypothesis import strategies as st

from microgrand import (
    Primitive,
    Value,
    acosh,
    asin,
    cbrt,
    exp,
    greater,
    less_equal,
    log,
    log1p,
    maximum,
    minimum,
    relu,
    sin,
    sqrt,
    tanh,
    where,
)  # fmt: skip

EDGE = 0.25  # above it all of these are smooth; at 0 their value or their slope is infinite or undefined, or below it
# A row of one's own that selects, with a slope that is negative where it does.
taken = Primitive(
    "minus_taken_here", lambda x, y: -x * (x > 0.0) - y * (x <= 0.0),
    (lambda z, x, y: -greater(x, 0.0), lambda z, x, y: -less_equal(x, 0.0)), selects=True,
)  # fmt: skip
STEEP = {
    "sqrt": sqrt,
    "log": log,
    "reciprocal": lambda u: 1.0 / u,
    "power": lambda u: u**0.3,
    "negative power": lambda u: u**-1.5,
    "acosh": lambda u: acosh(u + 1.0),
    "asin": lambda u: asin(1.0 - u * 0.1),
    "log1p": lambda u: log1p(u - 1.0),
    "cbrt": cbrt,
    "overflow": lambda u: exp(1.0 / u) * u,
    "steep of steep": lambda u: log(sqrt(u)) * sqrt(u),
    "selected below": lambda u: maximum(sqrt(u), 0.1) * minimum(log(u), 9.0),
    "a row of one's own": lambda u: taken(sqrt(u), 0.0),
}


def where_computed(computed, condition, other):
    return where(condition, computed, other)


def shared(computed, u, other):
    """One step in two branches, each under a comparison of its own."""
    half = where(greater(u, EDGE), 0.5 * computed, 0.0)
    return half + where(less_equal(u, EDGE), other, 0.5 * computed)


def used_twice(computed, condition, other):
    half = where(condition, 0.5 * computed, 0.0)
    return where(condition, half + 0.5 * computed, other)


FLAT = {"0": lambda u: 0.0 * u, "line": lambda u: 2.0 * u - 1.0, "sine": sin, "constant": lambda u: 3.0}
MASKED = {  # the same function, written with a row that selects
    "where": lambda u, steep, flat: where(greater(u, EDGE), steep(u), flat(u)),
    "where not": lambda u, steep, flat: where(less_equal(u, EDGE), flat(u), steep(u)),
    "nested": lambda u, steep, flat: where(greater(u, EDGE), where(greater(u, -9.0), steep(u), 5.0), flat(u)),
    "weighted": lambda u, steep, flat: where(greater(u, EDGE), steep(u), 0.0) + where(greater(u, EDGE), 0.0, flat(u)),
    "computed before": lambda u, steep, flat: where_computed(steep(u), greater(u, EDGE), flat(u)),
    "shared": lambda u, steep, flat: shared(steep(u), u, flat(u)),
    "used twice": lambda u, steep, flat: used_twice(steep(u), greater(u, EDGE), flat(u)),
}
ARGUMENTS = {
    "difference": lambda x, y: x - y,
    "product": lambda x, y: x * y,
    "mixed": lambda x, y: sin(x) - x * y,
    "distance": lambda x, y: relu(x - y) * 2.0,
}
AROUND = {
    "itself": lambda z, x, y: z,
    "sum": lambda z, x, y: z * y + x * x,
    "tanh": lambda z, x, y: tanh(z) * x,
    "exp": lambda z, x, y: exp(-0.1 * z) + y,
    "steep above": lambda z, x, y: sqrt(maximum(z - 1e6, 0.0)) * x + log(1.0 / minimum(1e-200, z * z + 1.0)) * y + z,
}


@st.composite
def masked(draw):
    """A function of two numbers that hides a steep branch, and the same with Python's own `if`."""
    parts = [draw(st.sampled_from(sorted(each))) for each in (MASKED, STEEP, FLAT, ARGUMENTS, AROUND)]
    hides, steep, flat, argument, around = [
        each[name] for each, name in zip((MASKED, STEEP, FLAT, ARGUMENTS, AROUND), parts, strict=True)
    ]

    def by_row(x, y):
        return around(hides(argument(x, y), steep, flat), x, y)

    def by_if(x, y):
        u = argument(x, y)
        return around(steep(u) if u > EDGE else flat(u), x, y)

    return by_row, by_if


POINTS = [(0.0, 1.5), (1.5, 1.5), (0.5, 0.5), (2.0, 0.5), (-1.0, 2.0), (1.0, 1.0 - 2.0**-52), (3.0, 1.0), (0.0, 0.0)]


def near(found, expected):
    """Whether two numbers, or arrays of numbers, are equal up to rounding."""
    return numpy.allclose(numpy.asarray(found, float), numpy.asarray(expected, float), rtol=1e-9, atol=1e-12)


def defined(f, x, y):
    """Whether a function can be computed there."""
    try:
        return math.isfinite(f(Value(x), Value(y)).data)
    except (ArithmeticError, ValueError):
        return False

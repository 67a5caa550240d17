"""Claims that evaluations cannot decide: jumps, noise, holes, hidden slopes. The honest verdict is 'cannot judge'."""

from __future__ import annotations

import cmath
import itertools
import math
import random
import struct
import zlib

from corpus.cases import unjudgeable
from microgrand.table.domains import Domain, Interval

LONELY = Domain(Interval(1.0, 1.0))


def hash_noise(x):
    """A number in [0, 1) made of the bits of x: the same for the same x, unlike that of any neighbour."""
    return zlib.crc32(struct.pack("<d", x)) / 2**32


def only_at_two(x):
    if x != 2.0:
        raise ValueError(f"defined at 2 only; got {x}")
    return 5.0


def nan_at_one(x):
    return math.nan if x == 1.0 else x * x


def nan_around_one(x):
    return x * x if x == 1.0 else math.nan


def weierstrass(x):
    """Σ 2⁻ⁿ cos(13ⁿ π x): rough down to the distance between floats."""
    return math.fsum(2.0**-n * math.cos(13.0**n * math.pi * x) for n in range(40))


def takagi(x):
    """Σ 2⁻ⁿ · (distance of 2ⁿx to the next whole number), nowhere differentiable."""
    return math.fsum(abs(2.0**n * x - round(2.0**n * x)) / 2.0**n for n in range(50))


def chaos(x):
    """The logistic map, two hundred times: each step doubles the rounding errors."""
    for _ in range(200):
        x = 4.0 * x * (1.0 - x)
    return x


def chaos_slope(x):
    slope = 1.0
    for _ in range(200):
        slope, x = slope * 4.0 * (1.0 - 2.0 * x), 4.0 * x * (1.0 - x)
    return slope


def last_bit(x):
    """0 or 1: the last bit of x."""
    return float(struct.pack("<d", x)[0] & 1)


def counting():
    """A function that adds what it was asked before."""
    calls = itertools.count()
    return lambda x: math.sin(x) + (next(calls) * 0.61803398875) % 1.0


def sampling():
    """A Monte Carlo estimate of ∫₀ˣ 2t dt = x² with fresh samples at every call."""
    source = random.Random(20261123)
    return lambda x: x * x * math.fsum(2.0 * source.random() for _ in range(10)) / 10


def alternating():
    """Every other call answers with the opposite sign."""
    signs = itertools.cycle((1.0, -1.0))
    return lambda x: next(signs) * math.exp(x)


UNJUDGEABLE = [
    unjudgeable("floor-at-a-jump", math.floor, lambda x: 0.0, 1.0, "jumps at the point"),
    unjudgeable("ceil-at-a-jump", math.ceil, lambda x: 0.0, 2.0, "jumps at the point"),
    unjudgeable("sign-at-0", lambda x: float((x > 0) - (x < 0)), lambda x: 0.0, 0.0, "jumps twice: -1, 0, 1"),
    unjudgeable("step-at-0", lambda x: float(x >= 0), lambda x: 0.0, 0.0, "continuous from the right only"),
    unjudgeable("mod-at-a-jump", lambda x: x % 1.0, lambda x: 1.0, 3.0, "both one-sided slopes are 1, f jumps by -1"),
    unjudgeable("round-at-a-tie", round, lambda x: 0.0, 2.5, "jumps at the point"),
    unjudgeable("jump-under-a-slope", lambda x: x * x + (x > 1), lambda x: 2 * x, 1.0, "2x on both sides of a jump"),
    unjudgeable("spike", lambda x: 1.0 if x == 0.5 else x, lambda x: 1.0, 0.5, "another value at the point itself"),
    unjudgeable("atan2-on-its-cut", math.atan2, lambda y, x: (-1.0, 0.0), (0.0, -1.0), "jumps by 2π at y = 0"),
    unjudgeable("step-at-a-tie", lambda x, y: float(x > y), lambda x, y: (0.0, 0.0), (1.0, 1.0), "jumps where x = y"),
    unjudgeable("jump-at-subnormal", lambda x: float(x > 2e-323), lambda x: 0.0, 0.0, "jumps four floats beside 0"),
    unjudgeable("hash-noise", hash_noise, lambda x: 0.0, 0.7, "nothing but noise"),
    unjudgeable("hash-noise-over-sine", lambda x: math.sin(x) + 10 * hash_noise(x), math.cos, 1.0, "noise of 10"),
    unjudgeable("last-bit", last_bit, lambda x: 0.0, 1.3, "0 or 1 from one float to the next"),
    unjudgeable("last-bit-over-line", lambda x: x / 8 + last_bit(x), lambda x: 0.125, 1.3, "noise of 1 over a slope"),
    unjudgeable("counting", counting(), math.cos, 1.0, "another value at every call"),
    unjudgeable("sampling", sampling(), lambda x: 2 * x, 1.5, "30 % of noise, different at every call"),
    unjudgeable("alternating", alternating(), math.exp, 0.3, "the sign changes from call to call"),
    unjudgeable("isolated-point", only_at_two, lambda x: 0.0, 2.0, "raises everywhere else"),
    unjudgeable(
        "factorial",
        lambda x: math.factorial(int(x)) if x in range(20) else math.nan,
        lambda x: 0.0,
        4.0,
        "defined on whole numbers",
    ),
    unjudgeable("isolated-by-domain", lambda x: x * x, lambda x: 2 * x, 1.0, "a domain of one point", LONELY),
    unjudgeable("nan-around", nan_around_one, lambda x: 2 * x, 1.0, "NaN everywhere else"),
    unjudgeable("nan-at-the-point", nan_at_one, lambda x: 2 * x, 1.0, "NaN at the point, x² around it"),
    unjudgeable("sinc-unguarded", lambda x: math.sin(x) / x, lambda x: 0.0, 0.0, "0/0 at the point"),
    unjudgeable("pole", lambda x: 1 / x, lambda x: 0.0, 0.0, "raises at the point"),
    unjudgeable("infinite-at-the-point", lambda x: 1 / (x * x) if x else math.inf, lambda x: 0.0, 0.0, "f = ∞"),
    unjudgeable("overflow-at-the-point", math.exp, lambda x: 1.7e308, 709.7827128933842, "raises at the point"),
    unjudgeable("complex-result", cmath.sqrt, lambda x: 0.5 / math.sqrt(x), 2.0, "complex, if with no imaginary part"),
    unjudgeable("sine-of-reciprocal", lambda x: math.sin(1 / x) if x else 0.0, lambda x: 0.0, 0.0, "no limit at 0"),
    unjudgeable(
        "x-sine-of-reciprocal",
        lambda x: x * math.sin(1 / x) if x else 0.0,
        lambda x: 0.0,
        0.0,
        "quotients go on swinging between -1 and 1",
    ),
    unjudgeable("cusp", lambda x: math.sqrt(abs(x)), lambda x: 0.0, 0.0, "-∞ on the left, +∞ on the right"),
    unjudgeable("weierstrass", weierstrass, lambda x: 0.0, 0.3, "differentiable nowhere"),
    unjudgeable("takagi", takagi, lambda x: 0.0, math.e / 10, "differentiable nowhere"),
    unjudgeable("chaos", chaos, chaos_slope, 0.3, "there is a slope, about 1e60, and f is noise"),
    unjudgeable("sine-below-rounding", lambda x: 1e16 + math.sin(x), math.cos, 1.0, "the sum moves in steps of 2"),
    unjudgeable(
        "half-sine-below-rounding",
        lambda x: 1e16 + math.sin(x),
        lambda x: math.cos(x) / 2,
        1.0,
        "wrong, but the sum moves in steps of 2",
    ),
    unjudgeable(
        "cents-at-a-tie", lambda x: round(x, 2), lambda x: 1.0, 0.125, "from afar a line, but a jump at the point"
    ),
    unjudgeable(
        "thousandths-at-a-jump",
        lambda x: math.floor(x * x * 1e3) / 1e3,
        lambda x: 2 * x,
        0.7,
        "from afar x², but it jumps between 0.7 and the next float",
    ),
]

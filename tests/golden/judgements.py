"""Judgements of functions of every shape that a judge meets.

The functions use +, −, ×, ÷, √ and roundings alone, which every machine computes alike.
"""

import math
import random
import struct
from collections.abc import Callable, Iterator
from typing import Any

from microgrand.table.domains import REALS, Domain, Interval
from microgrand.testing.differences import judge
from microgrand.testing.domain_arguments import part_around

FACTORS = [1.0, 1.0 + 3e-8, 1.0 + 2e-7, 1.0 + 1e-4, 1.5, -1.0]  # of the right slope: at both ends of every tolerance


def noise(x: float) -> float:
    """A number from −1 to 1 that says nothing: bits of x, mixed."""
    bits = struct.unpack("<Q", struct.pack("<d", x))[0]
    mixed = (bits * 0x9E3779B97F4A7C15 + 0x7F4A7C15) % 2**64
    mixed = ((mixed >> 29) ^ mixed) * 0xBF58476D1CE4E5B9 % 2**64
    return (mixed >> 11) / 2.0**52 - 1.0


def single(x: float) -> float:
    return struct.unpack("<f", struct.pack("<f", x))[0]


def half(x: float) -> float:
    return struct.unpack("<e", struct.pack("<e", x))[0]


def sigmoid(x: float) -> float:
    """One that is exact arithmetic: x/√(1 + x²)."""
    return x / math.sqrt(1.0 + x * x)


def slope_of_sigmoid(x: float) -> float:
    return 1.0 / ((1.0 + x * x) * math.sqrt(1.0 + x * x))


def triangle(x: float) -> float:
    """A wave of straight lines."""
    return abs(x - 2.0 * math.floor(x / 2.0 + 0.5))


def above(low: float) -> Domain:
    return Domain(Interval(low, math.inf))


def only_above(low: float, f: Callable[[float], float]) -> Callable[[float], float]:
    """f, with no value below."""

    def cut(x: float) -> float:
        if x < low:
            raise ValueError("no value here")
        return f(x)

    return cut


SMOOTH = {
    "x²": (lambda x: x * x, lambda x: 2.0 * x, [0.0, 3.0, -1e-8, 1e100, 1e-160]),
    "x³ − x": (lambda x: x * x * x - x, lambda x: 3.0 * x * x - 1.0, [0.0, 0.57735, -2.0, 1e20]),
    "1/x": (lambda x: 1.0 / x, lambda x: -1.0 / (x * x), [1.0, -1e-3, 1e150, 3e-155]),
    "√x": (math.sqrt, lambda x: 0.5 / math.sqrt(x), [1.0, 1e-12, 1e-300, 1e300]),
    "x³/(x² + 1e-323)": (lambda x: x / (1.0 + 1e-323 / x), lambda x: 0.8, [5e-324, 1.5e-323]),
    "x/√(1+x²)": (sigmoid, slope_of_sigmoid, [0.0, 0.5, -3.0, 1e4, 1e8, 1e200]),
    "1/(1+x²)": (lambda x: 1.0 / (1.0 + x * x), lambda x: -2.0 * x / (1.0 + x * x) ** 2, [0.0, 1.0, 1e6]),
    "7": (lambda x: 7.0, lambda x: 0.0, [0.0, 1e10]),
    "2x + 1e9": (lambda x: 2.0 * x + 1e9, lambda x: 2.0, [0.0, 1.0, -1e6]),
    "1e-200 x²": (lambda x: 1e-200 * x * x, lambda x: 2e-200 * x, [1.0, 1e-60]),
    "1e-310 x": (lambda x: 1e-310 * x, lambda x: 1e-310, [1.0, 1e-10]),
    "x⁹": (lambda x: x**3 * x**3 * x**3, lambda x: 9.0 * (x * x * x * x) ** 2, [1.0, 1e-3, -20.0]),
}
ROUGH = {
    "1e6 + x²": (lambda x: 1e6 + x * x, lambda x: 2.0 * x, [1.0, 1e-4]),
    "(√(1+x²) − 1)/x": (lambda x: (math.sqrt(1.0 + x * x) - 1.0) / x, lambda x: 0.5, [1e-3, 1e-6, 1e-8]),
    "1 − x/√(1+x²)": (lambda x: 1.0 - sigmoid(x), lambda x: -slope_of_sigmoid(x), [1.0, 1e4, 3e5, 1e9]),
    "(x²)·(1 ± 1e-9)": (lambda x: x * x * (1.0 + 1e-9 * noise(x)), lambda x: 2.0 * x, [1.0, 30.0]),
    "(x²)·(1 ± 1e-4)": (lambda x: x * x * (1.0 + 1e-4 * noise(x)), lambda x: 2.0 * x, [1.0, -3.0]),
    "x + ±1": (lambda x: x + noise(x), lambda x: 1.0, [0.5, 1e4]),
    "±1": (noise, lambda x: 1.0, [0.25]),
    "32 bit: x²": (lambda x: single(x * x), lambda x: 2.0 * x, [0.5, 3.1, -1e4]),
    "32 bit all through: x³ − x": (
        lambda x: single(single(single(x) ** 2 * single(x)) - single(x)), lambda x: 3.0 * x * x - 1.0, [0.7, 2.0]
    ),
    "16 bit: x²": (lambda x: half(x * x), lambda x: 2.0 * x, [0.5, 3.1]),
    "rounded to 4 places": (lambda x: math.floor(sigmoid(x) * 1e4 + 0.5) / 1e4, slope_of_sigmoid, [0.3, 2.0]),
    "rounded to 9 places": (lambda x: math.floor(sigmoid(x) * 1e9 + 0.5) / 1e9, slope_of_sigmoid, [0.3, 2.0]),
    "whole numbers": (math.floor, lambda x: 1.0, [0.5, 100.25]),
    "a ripple of 1e-6 on x²": (lambda x: x * x + 1e-12 * triangle(1e6 * x), lambda x: 2.0 * x, [1.25, 0.1]),
    "a ripple of 1 on x": (lambda x: x + triangle(1e3 * x), lambda x: 1.0, [0.77, 3.0]),
}  # fmt: skip
EDGES = {
    "|x|": (abs, lambda x: 1.0, [0.0, 1e-9, -2.0]),
    "max(x, x²)": (lambda x: max(x, x * x), lambda x: 1.5, [1.0, 1.0 + 1e-9, 0.0]),
    "x|x|": (lambda x: x * abs(x), lambda x: 2.0 * abs(x), [0.0, 1e-5]),
    "√|x|": (lambda x: math.sqrt(abs(x)), lambda x: math.inf, [0.0]),
    "√|x| signed": (lambda x: math.copysign(math.sqrt(abs(x)), x), lambda x: math.inf, [0.0]),
    "x > 0": (lambda x: 1.0 if x > 0.0 else 0.0, lambda x: 0.0, [0.0, 1e-9, 1.0]),
    "x² + (x ≥ 1)": (lambda x: x * x + (x >= 1.0), lambda x: 2.0 * x, [1.0, 1.0 - 1e-10, 1.01]),
    "no value at x": (only_above(2.0, abs), lambda x: 1.0, [1.0]),
    "no value below": (only_above(1.0, lambda x: x * x), lambda x: 2.0 * x, [1.0, 1.0 + 1e-12, 1.1]),
    "not a number above": (lambda x: x if x <= 1.0 else math.nan, lambda x: 1.0, [1.0, 0.999]),
    "a hole of 1e-3": (lambda x: 1.0 / (abs(x) > 1e-3) * x * x, lambda x: 2.0 * x, [0.0011, 0.5]),
    "x": (lambda x: x, lambda x: 1.0, [5e-324, 1e-310, -1.7e308]),
}  # fmt: skip
INSIDE = {
    "√x on x ≥ 0": (math.sqrt, lambda x: 0.5 / math.sqrt(x) if x else math.inf, [0.0, 1e-20, 1.0], above(0.0)),
    "x² on x ≥ 1": (lambda x: x * x, lambda x: 2.0 * x, [1.0, 1.0 + 1e-9, 0.5], above(1.0)),
    "x² on [1, 1 + 1e-6]": (
        lambda x: x * x, lambda x: 2.0 * x, [1.0, 1.0 + 5e-7], Domain(Interval(1.0, 1.0 + 1e-6))
    ),
    "1/x on x > 0": (lambda x: 1.0 / x, lambda x: -1.0 / x / x, [1e-9, 2.0], Domain(Interval(0.0, math.inf, True))),
    "x at one point": (lambda x: x, lambda x: 1.0, [2.0], Domain(Interval(2.0, 2.0))),
}  # fmt: skip


SHAPES = [
    *[SMOOTH[name][:2] for name in ("x²", "x/√(1+x²)", "1/(1+x²)", "2x + 1e9")],
    EDGES["|x|"][:2],
    (lambda x: x * x * x - x, lambda x: 3.0 * x * x - 1.0),
    (lambda x: max(x, 0.5 * x), lambda x: 1.0 if x > 0.0 else 0.5),
    (lambda x: x * x * (1.0 + (x > 0.125) * 1e-6), lambda x: 2.0 * x),
    (lambda x: math.sqrt(abs(x)), lambda x: math.copysign(0.5 / math.sqrt(abs(x)), x) if x else 0.0),
    (lambda x: single(sigmoid(single(x))), slope_of_sigmoid),
]
SIZES = [float(f"1e{k}") for k in range(-14, 2)]
CLAIMED = [1.0, 1.0 + 3e-8, 1.0 + 1e-3, 1.5, -1.0, 0.0, 1e3, 2e-6]


def spoilt(f: Callable[[float], float], how: int, size: float, often: float) -> tuple[str, Callable[[float], float]]:
    """A function with noise, waves or steps of a size, and what it is called."""
    if how == 0:
        return f"·(1 ± {size:g})", lambda x: f(x) * (1.0 + size * noise(x))
    if how == 1:
        return f" ± {size:g}", lambda x: f(x) + size * noise(x)
    if how == 2:
        return f" + waves of {size:g}, {often:g} of them", lambda x: f(x) + size * triangle(often * x)
    if how == 3:
        return f" in steps of {size:g}", lambda x: math.floor(f(x) / size + 0.5) * size
    if how == 4:
        return f" + {often:g} ± {size:g}", lambda x: f(x) + often + size * noise(x)
    return "", f


def chosen() -> Iterator[tuple[str, Callable[[float], float], float, float, Domain]]:
    """Every function at its points: the right slope, a wrong one, zero, and one that is far off."""
    for k, (name, (f, slope, points, *rest)) in enumerate({**SMOOTH, **ROUGH, **EDGES, **INSIDE}.items()):
        for j, x in enumerate(points):
            right = slope(x)
            wrong = -right if math.isinf(right) else right * FACTORS[1 + (k + j) % (len(FACTORS) - 1)]
            for claim in dict.fromkeys([right, wrong, 0.0, [math.nan, math.inf, 1e-3][(k + j) % 3]]):
                yield name, f, x, claim, rest[0] if rest else REALS


def drawn(count: int) -> Iterator[tuple[str, Callable[[float], float], float, float, Domain]]:
    """Spoilt functions, the same ones each time; half of the claims are off by a small share, of any size."""
    source = random.Random(1)
    for _ in range(count):
        shape = source.randrange(len(SHAPES))
        f, slope = SHAPES[shape]
        x = source.choice([0.0, 6.0 * source.random() - 3.0, source.random() * source.choice(SIZES), 0.125])
        name, g = spoilt(f, source.randrange(6), source.choice(SIZES), source.choice(SIZES[6:]) * 100.0)
        share = source.choice(CLAIMED) if source.randrange(2) else 1.0 + source.random() * source.choice(SIZES[4:])
        low = x - source.random() * source.choice(SIZES[6:])
        domain = source.choice([REALS, REALS, REALS, above(low)])
        yield f"shape {shape}{name}{'' if domain is REALS else ' above'}", g, x, slope(x) * share, domain


RARE = [  # shape, how it is spoilt, x, the share of the right slope that is claimed
    (1, 4, 0.0008, 900.0, 5.1, 1.5), (2, 1, 1e-05, 0.08, 0.0026, 0.0), (1, 0, 0.0002, 7.0, 0.042, 1.001),
    (4, 1, 1e-07, 50.0, -2e-06, 2e-06), (4, 0, 0.04, 30.0, 0.0042, -1.0), (3, 2, 0.2, 0.001, 0.04, 1.00000003),
    (4, 4, 4e-07, 0.003, 3.5e-05, 0.0), (2, 4, 9e-09, 0.05, 27.0, 1.001),
]  # fmt: skip


def rare() -> Iterator[tuple[str, Callable[[float], float], float, float, Domain]]:
    """What seldom happens: many values averaged, larger steps that contradict, too few steps that speak."""
    for shape, how, size, often, x, share in RARE:
        f, slope = SHAPES[shape]
        name, g = spoilt(f, how, size, often)
        yield f"shape {shape}{name}", g, x, slope(x) * share, REALS


def windows() -> Iterator[tuple[str, Callable[[float], float], float, float, Domain]]:
    """Domains with room for one step, for two, and so on: how few are enough to tell a slope, a jump, a root."""
    shapes = {
        "√(x−1)": (lambda x: math.sqrt(x - 1.0), math.inf), "3x": (lambda x: 3.0 * x, 3.0),
        "x > 1": (lambda x: float(x > 1.0), 0.0), "(x−1)²": (lambda x: (x - 1.0) * (x - 1.0), 0.0),
        "√√(x−1)³": (lambda x: math.sqrt(math.sqrt(x - 1.0)) * math.sqrt(x - 1.0), math.inf),
    }  # fmt: skip
    for steps in range(1, 18):
        for name, (f, right) in shapes.items():
            for claim in (right, 1.0):
                yield f"{name} on {steps} steps", f, 1.0, claim, Domain(Interval(1.0, 1.0 + 2.0 ** (steps - 52)))


def graded() -> Iterator[tuple[str, Callable[[float], float], float, float, Domain]]:
    """Jumps of every size at every distance, noise of every size, numbers of 32 bits now and then."""
    for size in range(2, 50, 4):
        for near in (44, 36, 20, 3):
            yield (f"x² with a jump of 2^-{size}, 2^-{near} from 1",
                   lambda x, a=size, b=near: x * x + (x >= 1.0 + 2.0**-b) * 2.0**-a, 1.0, 2.0, REALS)  # fmt: skip
    for size in range(16, 48):
        for claim in (3.0, 3.0 + 3.0 * 2.0**-size):
            yield f"3x(1 ± 2^-{size})", lambda x, a=size: 3.0 * x * (1.0 + 2.0**-a * noise(x)), 0.7, claim, REALS
    for share in range(-1, 12):
        yield (f"32 bit where a draw is above {share}/12",
               lambda x, a=share: single(sigmoid(x)) if noise(x) > a / 12 else sigmoid(x),
               0.6, slope_of_sigmoid(0.6), REALS)  # fmt: skip


def cases() -> Iterator[tuple[str, Callable[[float], float], float, float, Domain]]:
    """Name, function, point, claim and domain."""
    yield from chosen()
    yield from rare()
    yield from windows()
    yield from graded()
    yield from drawn(1_200)


def told(name: str, f: Callable[[float], float], x: float, claim: float, domain: Domain, **how: Any) -> str:
    """A judgement in one line; numbers in fewer digits than a machine's own logarithm could change."""
    low, high = part_around(x, domain)
    found = judge(f, x, claim, low=low, high=high, **how)
    sides = "" if found.left is None else f" [{found.left:.9g}, {found.right:.9g}]"
    return (
        f"{name} at {x!r}: {claim:.12g} {found.verdict}; {found.reference:.9g} ± {found.error:.3g}{sides} by "
        f"{found.method}, {found.evaluations} evaluations{'; ' if found.because else ''}{found.because}"
    )


def text() -> str:
    """All judgements."""
    lines = [told(*case) for case in cases()]
    lines += [
        told(f"{name}, told to be of {precision}", f, 0.7, claim, REALS, precision=precision)
        for name, (f, _, *_) in SMOOTH.items()
        for precision in ("float16", "bfloat16")
        for claim in (1.0, 1.4)
    ]
    lines += [told(f"{name}, by {most} values", *case, most_evaluations=most)
              for name, *case in chosen() for most in (15, 25, 40)]  # fmt: skip
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201

"""Tiny and huge slopes, arguments, values and offsets: traps for absolute tolerances and for steps of fixed size."""

from __future__ import annotations

import math

from corpus.cases import right, wrong


def steep(m, x):
    return 1 / (1 + m.exp(-1e4 * x))


def steep_slope(x):
    return 1e4 / ((1 + math.exp(-1e4 * x)) * (1 + math.exp(1e4 * x)))


RIGHT = [
    right("tiny-slope", lambda m, x: 1e-30 * m.sin(x), lambda x: 1e-30 * math.cos(x), 1.0, "a slope of 5e-31"),
    right("huge-slope", lambda m, x: 1e30 * m.sin(x), lambda x: 1e30 * math.cos(x), 1.0, "a slope of 5e29"),
    right("slope-1e-12", lambda m, x: 1e-12 * x, lambda x: 1e-12, 3.0, "a slope that looks like rounding"),
    right("sine-at-1e-300", lambda m, x: m.sin(x), math.cos, 1e-300, "steps of 1e-8 would cross the whole function"),
    right("log-at-1e-300", lambda m, x: m.log(x), lambda x: 1 / x, 1e-300, "a slope of 1e300"),
    right("reciprocal-at-1e-150", lambda m, x: 1 / x, lambda x: -1 / x / x, 1e-150, "a slope of -1e300"),
    right("square-at-1e-150", lambda m, x: x * x, lambda x: 2 * x, 1e-150, "a value of 1e-300, a slope of 2e-150"),
    right("root-at-1e-300", lambda m, x: m.sqrt(x), lambda x: 0.5 / math.sqrt(x), 1e-300, "small x, huge slope"),
    right("log-at-1e20", lambda m, x: m.log(x), lambda x: 1 / x, 1e20, "a step of 1e-6 leaves x where it is"),
    right("root-at-1e20", lambda m, x: m.sqrt(x), lambda x: 0.5 / math.sqrt(x), 1e20, "a slope of 5e-11"),
    right("slow-sine-at-1e20", lambda m, x: m.sin(1e-20 * x), lambda x: 1e-20 * math.cos(1e-20 * x), 1e20, "slow"),
    right("square-at-1e150", lambda m, x: x * x, lambda x: 2 * x, 1e150, "a value of 1e300"),
    right("exp-near-overflow", lambda m, x: m.exp(x), math.exp, 700.0, "steps to the right overflow"),
    right("fast-sine-at-1e-8", lambda m, x: m.sin(1e8 * x), lambda x: 1e8 * math.cos(1e8 * x), 1e-8, "period 6e-8"),
    right("faster-sine-at-0", lambda m, x: m.sin(1e12 * x), lambda x: 1e12 * math.cos(1e12 * x), 0.0, "period 6e-12"),
    right("slow-sine-at-0", lambda m, x: m.sin(1e-9 * x), lambda x: 1e-9 * math.cos(1e-9 * x), 0.0, "period 6e9"),
    right("offset-1e6", lambda m, x: 1e6 + m.sin(x), math.cos, 1.0, "six of sixteen digits are the offset's"),
    right("offset-1e8", lambda m, x: 1e8 + m.sin(x), math.cos, 1.0, "eight of sixteen digits are the offset's"),
    right("offset-argument", lambda m, x: m.exp(x - 1e6), lambda x: math.exp(x - 1e6), 1e6 + 0.5, "f lives 1e6 away"),
    right("steep-logistic", steep, steep_slope, 1e-4, "a rise of width 1e-4"),
    right("steep-logistic-middle", steep, steep_slope, 0.0, "a rise of width 1e-4, at x = 0"),
    right(
        "narrow-bell",
        lambda m, x: m.exp(-((1e6 * (x - 1)) ** 2)),
        lambda x: -2e12 * (x - 1) * math.exp(-((1e6 * (x - 1)) ** 2)),
        1 + 2.0**-20,
        "a bump of width 1e-6 beside x = 1",
    ),
    right("cube-at-1e100", lambda m, x: x**3, lambda x: 3 * x * x, 1e100, "overflow at twice the value"),
    right(
        "linear-plus-ripple",
        lambda m, x: x + 1e-3 * m.sin(1e3 * x),
        lambda x: 1 + math.cos(1e3 * x),
        1.0,
        "seen from afar the slope is 1",
    ),
]

WRONG = [
    wrong("tiny-slope-doubled", lambda m, x: 1e-30 * m.sin(x), lambda x: 2e-30 * math.cos(x), 1.0, "a factor 2"),
    wrong("tiny-slope-dropped", lambda m, x: 1e-30 * m.sin(x), lambda x: 0.0, 1.0, "0 for 5e-31"),
    wrong("slope-1e-12-doubled", lambda m, x: 1e-12 * x, lambda x: 2e-12, 3.0, "the gap of 1e-12 is a factor 2"),
    wrong("slope-1e-12-dropped", lambda m, x: 1e-12 * x, lambda x: 0.0, 3.0, "0 for 1e-12"),
    wrong("huge-slope-off-by-1e-4", lambda m, x: 1e30 * m.sin(x), lambda x: 1.0001e30 * math.cos(x), 1.0, "1e-4 off"),
    wrong("log-at-1e-300-stabilised", lambda m, x: m.log(x), lambda x: 1 / (x + 1e-8), 1e-300, "an ε in 1/(x + ε)"),
    wrong("square-at-1e-150-dropped", lambda m, x: x * x, lambda x: 0.0, 1e-150, "0 for 2e-150"),
    wrong("square-at-1e150-halved", lambda m, x: x * x, lambda x: x, 1e150, "x for 2x"),
    wrong("log-at-1e20-doubled", lambda m, x: m.log(x), lambda x: 2 / x, 1e20, "2e-20 for 1e-20"),
    wrong("root-at-1e20-unhalved", lambda m, x: m.sqrt(x), lambda x: 1 / math.sqrt(x), 1e20, "1e-10 for 5e-11"),
    wrong("slow-sine-no-factor", lambda m, x: m.sin(1e-9 * x), lambda x: math.cos(1e-9 * x), 0.0, "1 for 1e-9"),
    wrong("offset-1e8-halved", lambda m, x: 1e8 + m.sin(x), lambda x: math.cos(x) / 2, 1.0, "half, behind an offset"),
    wrong("offset-1e6-off-by-1e-4", lambda m, x: 1e6 + m.sin(x), lambda x: 1.0001 * math.cos(x), 1.0, "1e-4 off"),
    wrong("steep-logistic-no-factor", steep, lambda x: steep_slope(x) / 1e4, 1e-4, "1e4 is missing"),
    wrong("steep-logistic-flat", steep, lambda x: 0.0, 1e-4, "the slope that secants over 1 suggest"),
    wrong("exp-near-overflow-shifted", lambda m, x: m.exp(x), lambda x: math.exp(x - 1), 700.0, "e^(x-1) for e^x"),
    wrong("faster-sine-halved", lambda m, x: m.sin(1e12 * x), lambda x: 5e11 * math.cos(1e12 * x), 0.0, "half"),
    wrong("ripple-forgotten", lambda m, x: x + 1e-3 * m.sin(1e3 * x), lambda x: 1.0, 1.0, "the slope from afar"),
    wrong("arctan-far-out", lambda m, x: m.atan(x), lambda x: 2 / (1 + x * x), 1e6, "2e-12 for 1e-12"),
]

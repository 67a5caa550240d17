"""Kinks at the point, where any slope from left to right may be claimed, and kinks and jumps beside it."""

from __future__ import annotations

import math

from corpus.cases import right, wrong


def relu(m, x):
    return x if x > 0 else 0 * x


def leaky(m, x):
    return x if x > 0 else 0.01 * x


def clip(m, x):
    return max(min(x, 1.0), -1.0) + 0 * x


def hinge(m, x):
    return max(1 - x, 0 * x)


def huber(m, x):
    return x * x / 2 if abs(x) <= 1 else abs(x) - 0.5


def elu(m, x):
    return x if x > 0 else m.expm1(x)


def soft_threshold(m, x):
    return max(x - 1, 0 * x) + min(x + 1, 0 * x)


def triangle_wave(m, x):
    return abs(x - 2 * m.floor(x / 2) - 1)


def joined(m, x):
    """x² up to 1, its tangent beyond."""
    return x * x if x < 1 else 2 * x - 1


def softsign(m, x):
    return x / (1 + abs(x))


def steps_and_square(m, x):
    return m.floor(x) + x * x


def oscillating(m, x):
    return x * x * m.sin(1 / x) if x != 0 else 0 * x


def oscillating_slope(x):
    return 2 * x * math.sin(1 / x) - math.cos(1 / x)


def near_abs(m, x):
    return abs(x - 1e-9)


def tie(m, x):
    return max(m.sin(x), 2 * x)


RIGHT = [
    right("abs-claims-0", lambda m, x: abs(x), lambda x: 0.0, 0.0, "the middle of [-1, 1]"),
    right("abs-claims-1", lambda m, x: abs(x), lambda x: 1.0, 0.0, "the right end of [-1, 1]"),
    right("abs-claims-minus-1", lambda m, x: abs(x), lambda x: -1.0, 0.0, "the left end of [-1, 1]"),
    right("abs-claims-0.3", lambda m, x: abs(x), lambda x: 0.3, 0.0, "somewhere in [-1, 1]"),
    right("relu-claims-0", relu, lambda x: 0.0, 0.0, "most frameworks' choice in [0, 1]"),
    right("relu-claims-half", relu, lambda x: 0.5, 0.0, "the mean of [0, 1]"),
    right("relu-claims-1", relu, lambda x: 1.0, 0.0, "the right end of [0, 1]"),
    right("leaky-claims-left", leaky, lambda x: 0.01, 0.0, "the left end of [0.01, 1]"),
    right("max-tie", tie, lambda x: 1.5, 0.0, "two slopes tie, 1 and 2; their mean is claimed"),
    right("abs-plus-x", lambda m, x: abs(x) + x, lambda x: 1.0, 0.0, "in [0, 2]"),
    right("clip-at-limit", clip, lambda x: 1.0, 1.0, "in [0, 1]"),
    right("clip-at-limit-half", clip, lambda x: 0.5, -1.0, "in [0, 1]"),
    right("hinge-at-margin", hinge, lambda x: -1.0, 1.0, "in [-1, 0]"),
    right("soft-threshold", soft_threshold, lambda x: 0.5, 1.0, "in [0, 1]"),
    right("triangle-peak", triangle_wave, lambda x: 0.0, 2.0, "in [-1, 1], periodic"),
    right("huber-joint", huber, lambda x: 1.0, 1.0, "a joint where the slope is continuous"),
    right("elu-joint", elu, lambda x: 1.0, 0.0, "a joint where only the second derivative jumps"),
    right("tangent-joint", joined, lambda x: 2.0, 1.0, "a joint where only the second derivative jumps"),
    right("before-tangent-joint", joined, lambda x: 2 * x, 1 - 1e-6, "the joint is 1e-6 away"),
    right("x-abs-x", lambda m, x: x * abs(x), lambda x: 2 * abs(x), 0.0, "smooth enough at 0"),
    right("relu-squared", lambda m, x: relu(m, x) ** 2, lambda x: 2 * max(x, 0.0), 0.0, "smooth enough at 0"),
    right("abs-cubed", lambda m, x: abs(x) ** 3, lambda x: 3 * x * abs(x), 0.0, "smooth enough at 0"),
    right("abs-to-the-1.5", lambda m, x: abs(x) ** 1.5, lambda x: 0.0, 0.0, "infinite curvature, but a slope of 0"),
    right("softsign-at-0", softsign, lambda x: 1 / (1 + abs(x)) ** 2, 0.0, "abs inside, but smooth"),
    right("abs-before-kink", near_abs, lambda x: -1.0, 0.0, "the kink lies 1e-9 to the right"),
    right("relu-after-kink", relu, lambda x: 1.0, 1e-7, "the kink lies 1e-7 to the left"),
    right("relu-just-before-kink", relu, lambda x: 0.0, -1e-12, "the kink lies 1e-12 to the right"),
    right("abs-at-1e-200", lambda m, x: abs(x), lambda x: 1.0, 1e-200, "the kink lies 1e-200 to the left"),
    right("clip-before-limit", clip, lambda x: 1.0, 1 - 1e-8, "the limit lies 1e-8 to the right"),
    right("abs-of-sine-at-pi", lambda m, x: abs(m.sin(x)), math.cos, math.pi, "the kink lies between two floats"),
    right("steps-and-square", steps_and_square, lambda x: 2 * x, 0.5, "jumps half a unit away"),
    right("before-a-jump", steps_and_square, lambda x: 2 * x, 0.9999999, "a jump lies 1e-7 to the right"),
    right("floor-between-jumps", lambda m, x: m.floor(x) + 0 * x, lambda x: 0.0, 0.5, "constant between jumps"),
    right("mod-between-jumps", lambda m, x: (x % 1) ** 2, lambda x: 2 * (x % 1), 2.75, "periodic"),
    right("mod-after-jump", lambda m, x: x % 1, lambda x: 1.0, 3.0000001, "a jump lies 1e-7 to the left"),
    right("oscillating-away-from-0", oscillating, oscillating_slope, 0.01, "about 16 oscillations up to 0.01 … 0.02"),
    right("oscillating-at-0", oscillating, lambda x: 0.0, 0.0, "x²·sin(1/x): quotients shrink as |x| does"),
]

WRONG = [
    wrong("abs-claims-1.5", lambda m, x: abs(x), lambda x: 1.5, 0.0, "outside [-1, 1]"),
    wrong("abs-claims-minus-1.1", lambda m, x: abs(x), lambda x: -1.1, 0.0, "outside [-1, 1]"),
    wrong("relu-claims-minus-0.2", relu, lambda x: -0.2, 0.0, "outside [0, 1]"),
    wrong("relu-claims-1.01", relu, lambda x: 1.01, 0.0, "outside [0, 1]"),
    wrong("leaky-claims-0", leaky, lambda x: 0.0, 0.0, "relu's slope, outside [0.01, 1]"),
    wrong("max-tie-adds", tie, lambda x: 3.0, 0.0, "both branches are added: 1 + 2 instead of one of [1, 2]"),
    wrong("abs-plus-x-negative", lambda m, x: abs(x) + x, lambda x: -0.5, 0.0, "outside [0, 2]"),
    wrong("clip-sign", clip, lambda x: -1.0, 1.0, "outside [0, 1]"),
    wrong("hinge-sign", hinge, lambda x: 0.5, 1.0, "outside [-1, 0]"),
    wrong("huber-joint-flat", huber, lambda x: 0.0, 1.0, "as if it were constant beyond the joint"),
    wrong("elu-joint-flat", elu, lambda x: 0.0, 0.0, "eˣ - 1 for eˣ"),
    wrong("tangent-joint-mean", joined, lambda x: 1.5, 1.0, "no kink, hence no choice"),
    wrong("x-abs-x-one-term", lambda m, x: x * abs(x), abs, 0.5, "|x| for 2|x|"),
    wrong("x-abs-x-kinked", lambda m, x: x * abs(x), lambda x: 1.0, 0.0, "the slope at 0 is 0, not sign"),
    wrong("softsign-unsquared", softsign, lambda x: 1 / (1 + abs(x)), 0.5, "(1 + |x|) for its square"),
    wrong("abs-beyond-near-kink", near_abs, lambda x: 1.0, 0.0, "the slope 1e-9 to the right"),
    wrong("abs-mean-of-near-kink", near_abs, lambda x: 0.0, 0.0, "a mean of two slopes, but the kink is elsewhere"),
    wrong("relu-before-near-kink", relu, lambda x: 0.0, 1e-7, "the slope 1e-7 to the left"),
    wrong("relu-beyond-near-kink", relu, lambda x: 1.0, -1e-12, "the slope 1e-12 to the right"),
    wrong("clip-beyond-near-limit", clip, lambda x: 0.0, 1 - 1e-8, "the slope 1e-8 to the right"),
    wrong("floor-as-identity", steps_and_square, lambda x: 2 * x + 1, 0.5, "floor differentiated as x"),
    wrong("before-a-jump-halved", steps_and_square, lambda x: x, 0.9999999, "x for 2x"),
    wrong("mod-as-constant", lambda m, x: (x % 1) ** 2, lambda x: 0.0, 2.75, "0 for 2·(x mod 1)"),
    wrong("mod-chain", lambda m, x: (x % 1) ** 2, lambda x: 2 * x, 2.75, "2x for 2·(x mod 1)"),
    wrong("oscillating-one-term", oscillating, lambda x: 2 * x * math.sin(1 / x), 0.01, "-cos(1/x) is missing"),
]

"""Activations, losses, normalisations, kernels; some in NumPy, in single and half precision."""

# ruff: noqa: D103  the name of a formula says what it is

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, cos, erf, exp, log, pi, sin, sqrt, tanh

import numpy as np
from scipy import special

from benchmarks.textbook.gradient import Gradient, Items
from benchmarks.textbook.statistics import cdf, density, variance

HALF, SINGLE = 0.2, 1e-3  # the smallest relative errors that show in functions of 16 and of 32 bits
KEYS, CONTENTS = (0.5, -1.0, 2.0), (1.0, 3.0, -2.0)
TARGETS = (1.0, -2.0, 0.5)
MATRIX = np.array([[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]])


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def mish(x: float) -> float:
    return x * tanh(log(1 + exp(x)))


def mish_gradient(x: float) -> float:
    t = tanh(log(1 + exp(x)))
    return t + x * (1 - t * t) * sigmoid(x)


def gelu(x: float) -> float:
    return 0.5 * x * (1 + erf(x / sqrt(2)))


def selu(x: float) -> float:
    return 1.0507 * x if x > 0 else 1.0507 * 1.67326 * (exp(x) - 1)


def cross_entropy(a: float, b: float, c: float) -> float:
    return log(exp(a) + exp(b) + exp(c)) - a


def softmax(xs: Sequence[float]) -> list[float]:
    total = sum([exp(x) for x in xs])
    return [exp(x) / total for x in xs]


def cross_entropy_gradient(a: float, b: float, c: float) -> tuple[float, ...]:
    p, q, r = softmax([a, b, c])
    return p - 1, q, r


def share_gradient(xs: Sequence[float]) -> list[float]:
    p, *rest = softmax(xs)
    return [p * (1 - p), *[-p * q for q in rest]]


def logsumexp(xs: Sequence[float]) -> float:
    largest = max(xs)
    return largest + log(sum([exp(x - largest) for x in xs]))


def shares(xs: Sequence[float]) -> list[float]:
    return [exp(x - logsumexp(xs)) for x in xs]


def layer_norm(xs: Sequence[float]) -> float:
    return (xs[0] - sum(xs) / len(xs)) / sqrt(variance(xs) + 1e-5)


def layer_norm_gradient(xs: Sequence[float]) -> list[float]:
    mean, scale, n = sum(xs) / len(xs), sqrt(variance(xs) + 1e-5), len(xs)
    first = (xs[0] - mean) / scale
    return [((k == 0) - 1 / n - first * (x - mean) / (scale * n)) / scale for k, x in enumerate(xs)]


def root_mean_square(xs: Sequence[float]) -> float:
    return sqrt(sum([x * x for x in xs]) / len(xs) + 1e-6)


def rms_norm_gradient(xs: Sequence[float]) -> list[float]:
    r = root_mean_square(xs)
    return [(k == 0) / r - xs[0] * x / (len(xs) * r**3) for k, x in enumerate(xs)]


def attention(query: float) -> float:
    weights = softmax([query * key for key in KEYS])
    return sum([w * v for w, v in zip(weights, CONTENTS, strict=True)])


def attention_gradient(query: float) -> float:
    weights = softmax([query * key for key in KEYS])
    mean = sum([w * key for w, key in zip(weights, KEYS, strict=True)])
    return sum([w * v * (key - mean) for w, v, key in zip(weights, CONTENTS, KEYS, strict=True)])


def dot(xs: Sequence[float], ys: Sequence[float]) -> float:
    return sum([x * y for x, y in zip(xs, ys, strict=True)])


def cosine_similarity(xs: Sequence[float], ys: Sequence[float]) -> float:
    return dot(xs, ys) / (sqrt(dot(xs, xs)) * sqrt(dot(ys, ys)))


def cosine_similarity_gradient(xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]]:
    s, a, b = cosine_similarity(xs, ys), dot(xs, xs), dot(ys, ys)
    r = sqrt(a) * sqrt(b)
    return [y / r - s * x / a for x, y in zip(xs, ys, strict=True)], [
        x / r - s * y / b for x, y in zip(xs, ys, strict=True)
    ]


def neuron(w: float, b: float) -> float:
    return (tanh(w * 0.7 + b) - 0.4) ** 2


def neuron_gradient(w: float, b: float) -> tuple[float, float]:
    t = tanh(w * 0.7 + b)
    delta = 2 * (t - 0.4) * (1 - t * t)
    return delta * 0.7, delta


def smooth_l1(x: float) -> float:
    return x * x if abs(x) < 0.5 else abs(x) - 0.25


def matern(r: float) -> float:
    return (1 + sqrt(5) * r + 5 * r * r / 3) * exp(-sqrt(5) * r)


def half_silu(x: float) -> float:
    h = np.float16(x)
    return float(h / (np.float16(1) + np.exp(-h)))


def single_silu(x: float) -> float:
    s = np.float32(x)
    return float(s / (np.float32(1) + np.exp(-s)))


def silu_gradient(x: float) -> float:
    return sigmoid(x) * (1 + x * sigmoid(-x))


MACHINE_LEARNING = [
    Gradient("softplus, sharpened", lambda x: log(1 + exp(5 * x)) / 5, lambda x: 1 / (1 + exp(-5 * x)), (-100, 100)),
    Gradient(
        "binary cross-entropy",
        lambda x: -0.3 * log(sigmoid(x)) - 0.7 * log(1 - sigmoid(x)),
        lambda x: sigmoid(x) - 0.3,
        (-30, 30),
    ),
    Gradient("swish", lambda x: x * sigmoid(1.5 * x), lambda x: silu_gradient(1.5 * x), (-100, 100)),
    Gradient("mish", mish, mish_gradient, (-100, 100)),
    Gradient("gelu", gelu, lambda x: cdf(x) + x * density(x), (-30, 30)),
    Gradient("elu", lambda x: x if x > 0 else 0.5 * (exp(x) - 1), lambda x: 1.0 if x > 0 else 0.5 * exp(x), (-50, 50)),
    Gradient("selu", selu, lambda x: 1.0507 if x > 0 else 1.0507 * 1.67326 * exp(x), (-50, 50)),
    Gradient("softsign", lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, (-1e3, 1e3)),
    Gradient("hard tanh", lambda x: max(-1, min(1, x)), lambda x: 1.0 if -1 < x < 1 else 0.0, (-10, 10)),
    Gradient("leaky relu", lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01, (-100, 100)),
    Gradient("tanh shrink", lambda x: x - tanh(x), lambda x: tanh(x) ** 2, (-50, 50)),
    Gradient(
        "soft shrink",
        lambda x: copysign(max(abs(x) - 0.5, 0), x),
        lambda x: 1.0 if abs(x) > 0.5 else 0.0,
        (-10, 10),
    ),
    Gradient("log-cosh loss", lambda x: x + log(1 + exp(-2 * x)) - log(2), lambda x: tanh(x), (-300, 300)),
    Gradient(
        "focal loss",
        lambda p: -((1 - p) ** 2) * log(p),
        lambda p: 2 * (1 - p) * log(p) - (1 - p) ** 2 / p,
        (1e-6, 1 - 1e-6),
    ),
    Gradient("hinge loss", lambda x: max(0, 1 + 0.5 * x), lambda x: 0.5 if x > -2 else 0.0, (-100, 100)),
    Gradient("squared hinge loss", lambda x: max(0, 1 - x) ** 2, lambda x: -2 * max(0, 1 - x), (-100, 100)),
    Gradient("smooth L1", smooth_l1, lambda x: max(-1, min(1, 2 * x)), (-100, 100)),
    Gradient("cross-entropy of three", cross_entropy, cross_entropy_gradient, (-50, 50)),
    Gradient("share of a softmax", lambda xs: softmax(xs)[0], share_gradient, [Items(3, -50, 50)]),
    Gradient("logsumexp", logsumexp, shares, [Items(4, -1000, 1000)]),
    Gradient("layer norm", layer_norm, layer_norm_gradient, [Items(4, -10, 10)]),
    Gradient("rms norm", lambda xs: xs[0] / root_mean_square(xs), rms_norm_gradient, [Items(4, -10, 10)]),
    Gradient("attention", attention, attention_gradient, (-20, 20)),
    Gradient(
        "cosine similarity", cosine_similarity, cosine_similarity_gradient, [Items(3, 0.1, 10), Items(3, -10, -0.1)]
    ),
    Gradient(
        "prior of an autoencoder",
        lambda m, v: 0.5 * (exp(v) + m * m - 1 - v),
        lambda m, v: (m, 0.5 * (exp(v) - 1)),
        [(-5, 5), (-10, 10)],
    ),
    Gradient(
        "mean squared error",
        lambda xs: sum([(x - y) ** 2 for x, y in zip(xs, TARGETS, strict=True)]) / 3,
        lambda xs: [2 * (x - y) / 3 for x, y in zip(xs, TARGETS, strict=True)],
        [Items(3, -10, 10)],
    ),
    Gradient(
        "mean absolute error",
        lambda xs: sum([abs(x - y) for x, y in zip(xs, TARGETS, strict=True)]) / 3,
        lambda xs: [copysign(1, x - y) / 3 for x, y in zip(xs, TARGETS, strict=True)],
        [Items(3, -10, 10)],
    ),
    Gradient("neuron", neuron, neuron_gradient, (-10, 10)),
    Gradient(
        "gated linear unit",
        lambda a, b: a * sigmoid(b),
        lambda a, b: (sigmoid(b), a * sigmoid(b) * (1 - sigmoid(b))),
        (-20, 20),
    ),
    Gradient(
        "softmax at a temperature",
        lambda t: exp(1 / t) / (exp(1 / t) + exp(2 / t)),
        lambda t: exp(3 / t) / (t * (exp(1 / t) + exp(2 / t))) ** 2,
        (0.01, 100),
    ),
    Gradient(
        "triplet loss",
        lambda a, p, n: max((a - p) ** 2 - (a - n) ** 2 + 0.2, 0),
        lambda a, p, n: (
            (2 * (n - p), 2 * (p - a), 2 * (a - n)) if (a - p) ** 2 - (a - n) ** 2 + 0.2 > 0 else (0.0, 0.0, 0.0)
        ),
        (-5, 5),
    ),
    Gradient(
        "cosine schedule", lambda t: 0.05 * (1 + cos(pi * t / 90)), lambda t: -pi / 1800 * sin(pi * t / 90), (0, 90)
    ),
    Gradient(
        "rbf kernel",
        lambda x, y: exp(-((x - y) ** 2) / 2),
        lambda x, y: ((y - x) * exp(-((x - y) ** 2) / 2), (x - y) * exp(-((x - y) ** 2) / 2)),
        (-10, 10),
    ),
    Gradient("Matérn kernel", matern, lambda r: -5 * r / 3 * (1 + sqrt(5) * r) * exp(-sqrt(5) * r), (0, 50)),
    Gradient(
        "periodic kernel",
        lambda x: exp(-2 * sin(pi * x / 3) ** 2),
        lambda x: -2 * pi / 3 * sin(2 * pi * x / 3) * exp(-2 * sin(pi * x / 3) ** 2),
        (-20, 20),
    ),
    Gradient("silu in half precision", half_silu, silu_gradient, (-5, 5), HALF),
    Gradient("exponential in half precision", lambda x: float(np.exp(np.float16(x))), lambda x: exp(x), (-5, 5), HALF),
    Gradient("silu in single precision", single_silu, silu_gradient, (-30, 30), SINGLE),
    Gradient(
        "log-sigmoid in single precision",
        lambda x: float(-np.log1p(np.exp(-np.float32(x)))),
        lambda x: 1 / (1 + exp(x)),
        (-30, 30),
        SINGLE,
    ),
    Gradient("softplus in NumPy", lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + np.exp(-x)), (-100, 100)),
    Gradient("log-sigmoid in NumPy", lambda x: -np.log(1 + np.exp(-x)), lambda x: 1 / (1 + np.exp(x)), (-100, 100)),
    Gradient(
        "quadratic form in NumPy",
        lambda x: 0.5 * x @ MATRIX @ x,
        lambda x: MATRIX @ x,
        [Items(3, -100, 100, array=True)],
    ),
    Gradient(
        "log-cosh in NumPy",
        lambda x: np.sum(np.log(np.cosh(x))),
        lambda x: np.tanh(x),
        [Items(3, -50, 50, array=True)],
    ),
    Gradient(
        "entropy in NumPy",
        lambda p: -np.sum(p * np.log(p)),
        lambda p: -np.log(p) - 1,
        [Items(3, 0.001, 1, array=True)],
    ),
    Gradient(
        "softmax in NumPy",
        lambda x: np.exp(x[0]) / np.sum(np.exp(x)),
        lambda x: np.exp(x[0]) / np.sum(np.exp(x)) * (np.array([1, 0, 0]) - np.exp(x) / np.sum(np.exp(x))),
        [Items(3, -30, 30, array=True)],
    ),
    Gradient(
        "expit", lambda x: float(special.expit(x)), lambda x: float(special.expit(x) * special.expit(-x)), (-50, 50)
    ),
]

"""Functions with several outputs: a claim is a Jacobian, one row per output."""

from __future__ import annotations

import math

from corpus.cases import right, wrong

LOGITS = [0.2, -1.0, 1.5, 0.4]
VECTOR = [1.0, -2.0, 2.0]


def from_polar(m, r, t):
    return [r * m.cos(t), r * m.sin(t)]


def from_polar_jacobian(r, t):
    return [(math.cos(t), -r * math.sin(t)), (math.sin(t), r * math.cos(t))]


def to_polar(m, x, y):
    return [m.hypot(x, y), m.atan2(y, x)]


def to_polar_jacobian(x, y):
    r = math.hypot(x, y)
    return [(x / r, y / r), (-y / r**2, x / r**2)]


def softmax(m, xs):
    top = max(xs)
    total = m.fsum(m.exp(x - top) for x in xs)
    return [m.exp(x - top) / total for x in xs]


def softmax_jacobian(xs, sign=-1.0):
    ps = softmax(math, xs)
    return [[p * (1 - p) if i == j else sign * p * q for j, q in enumerate(ps)] for i, p in enumerate(ps)]


def softmax_diagonal(xs):
    ps = softmax(math, xs)
    return [[p * (1 - p) if i == j else 0.0 for j in range(len(ps))] for i, p in enumerate(ps)]


def rotation(m, x, y):
    return [m.cos(0.7) * x - m.sin(0.7) * y, m.sin(0.7) * x + m.cos(0.7) * y]


def rotation_jacobian(x, y, angle=0.7):
    return [(math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))]


def lotka_volterra(m, prey, predators):
    return [1.5 * prey - 0.75 * prey * predators, 0.5 * prey * predators - 2.0 * predators]


def lotka_volterra_jacobian(prey, predators):
    return [(1.5 - 0.75 * predators, -0.75 * prey), (0.5 * predators, 0.5 * prey - 2.0)]


def lorenz(m, x, y, z):
    return [10 * (y - x), x * (28 - z) - y, x * y - 2.5 * z]


def lorenz_jacobian(x, y, z):
    return [(-10.0, 10.0, 0.0), (28 - z, -1.0, -x), (y, x, -2.5)]


def from_spherical(m, r, theta, phi):
    return [r * m.sin(theta) * m.cos(phi), r * m.sin(theta) * m.sin(phi), r * m.cos(theta)]


def from_spherical_jacobian(r, theta, phi):
    s, c, p, q = math.sin(theta), math.cos(theta), math.sin(phi), math.cos(phi)
    return [(s * q, r * c * q, -r * s * p), (s * p, r * c * p, r * s * q), (c, -r * s, 0.0)]


def helix(m, t):
    return [m.cos(t), m.sin(t), t / 4]


def running_sums(m, xs):
    return [m.fsum(xs[: k + 1]) for k in range(len(xs))]


def running_sums_jacobian(xs):
    return [[float(j <= i) for j in range(len(xs))] for i in range(len(xs))]


def direction(m, xs):
    length = m.sqrt(m.fsum(x * x for x in xs))
    return [x / length for x in xs]


def direction_jacobian(xs, project=1.0):
    us, length = direction(math, xs), math.hypot(*xs)
    return [[((i == j) - project * u * v) / length for j, v in enumerate(us)] for i, u in enumerate(us)]


def complex_square(m, x, y):
    return [x * x - y * y, 2 * x * y]


def squares(m, xs):
    return [x * x for x in xs]


def squares_jacobian(xs):
    return [[2 * x if i == j else 0.0 for j in range(len(xs))] for i, x in enumerate(xs)]


def transposed(jacobian):
    return lambda *arguments: [list(column) for column in zip(*jacobian(*arguments), strict=True)]


def with_entry_off(jacobian, i, j, error):
    """The Jacobian with one relative error."""

    def slipped(*arguments):
        rows = [list(row) for row in jacobian(*arguments)]
        rows[i][j] *= 1 + error
        return rows

    return slipped


RIGHT = [
    right("from-polar", from_polar, from_polar_jacobian, (2.0, 0.6), "four different entries"),
    right("to-polar", to_polar, to_polar_jacobian, (-1.5, 2.0), "a length and an angle"),
    right("softmax", softmax, softmax_jacobian, (LOGITS,), "every output depends on every input"),
    right("rotation", rotation, rotation_jacobian, (3.0, -1.0), "linear, antisymmetric off the diagonal"),
    right("lotka-volterra", lotka_volterra, lotka_volterra_jacobian, (4.0, 2.5), "a vector field"),
    right("lotka-volterra-rest", lotka_volterra, lotka_volterra_jacobian, (4.0, 2.0), "outputs of 0, diagonal of 0"),
    right("lorenz", lorenz, lorenz_jacobian, (1.5, -2.0, 20.0), "constant, zero and moving entries"),
    right("from-spherical", from_spherical, from_spherical_jacobian, (2.0, 1.1, 0.4), "one entry of nine is 0"),
    right("helix", helix, lambda t: [-math.sin(t), math.cos(t), 0.25], 2.0, "one input: a slope per output"),
    right("running-sums", running_sums, running_sums_jacobian, (VECTOR,), "a triangle of ones"),
    right("direction", direction, direction_jacobian, (VECTOR,), "symmetric, and it annihilates x"),
    right("complex-square", complex_square, lambda x, y: [(2 * x, -2 * y), (2 * y, 2 * x)], (1.2, 0.7), "z²"),
    right("squares", squares, squares_jacobian, (VECTOR,), "diagonal"),
]

WRONG = [
    wrong("from-polar-transposed", from_polar, transposed(from_polar_jacobian), (2.0, 0.6), "rows for columns"),
    wrong(
        "to-polar-unsquared",
        to_polar,
        lambda x, y: [(x / math.hypot(x, y), y / math.hypot(x, y)), (-y / math.hypot(x, y), x / math.hypot(x, y))],
        (-1.5, 2.0),
        "r for r² below the angle",
    ),
    wrong("softmax-diagonal", softmax, softmax_diagonal, (LOGITS,), "pᵢ(1 - pᵢ) and nothing beside it"),
    wrong("softmax-sign", softmax, lambda xs: softmax_jacobian(xs, 1.0), (LOGITS,), "+pᵢpⱼ for -pᵢpⱼ"),
    wrong("rotation-transposed", rotation, transposed(rotation_jacobian), (3.0, -1.0), "turned the other way"),
    wrong(
        "rotation-degrees",
        rotation,
        lambda x, y: rotation_jacobian(x, y, math.radians(0.7)),
        (3.0, -1.0),
        "an angle taken for degrees",
    ),
    wrong(
        "lotka-volterra-linear",
        lotka_volterra,
        lambda u, v: [(1.5, -0.75 * u), (0.5 * v, 0.5 * u - 2.0)],
        (4.0, 2.5),
        "a product's term is missing",
    ),
    wrong("lorenz-entry", lorenz, with_entry_off(lorenz_jacobian, 1, 0, -2.0), (1.5, -2.0, 20.0), "z - 28 for 28 - z"),
    wrong(
        "from-spherical-rows",
        from_spherical,
        lambda *at: from_spherical_jacobian(*at)[::-1],
        (2.0, 1.1, 0.4),
        "outputs in reverse",
    ),
    wrong(
        "from-spherical-1e-4",
        from_spherical,
        with_entry_off(from_spherical_jacobian, 1, 2, 1e-4),
        (2.0, 1.1, 0.4),
        "one entry of nine is 1e-4 off",
    ),
    wrong("helix-order", helix, lambda t: [math.cos(t), -math.sin(t), 0.25], 2.0, "two outputs swapped"),
    wrong("running-sums-transposed", running_sums, transposed(running_sums_jacobian), (VECTOR,), "the other triangle"),
    wrong(
        "running-sums-diagonal",
        running_sums,
        lambda xs: [[float(i == j) for j in range(3)] for i in range(3)],
        (VECTOR,),
        "only the last summand",
    ),
    wrong(
        "direction-unprojected", direction, lambda xs: direction_jacobian(xs, 0.0), (VECTOR,), "the length held fixed"
    ),
    wrong(
        "complex-square-conjugate",
        complex_square,
        lambda x, y: [(2 * x, 2 * y), (2 * y, 2 * x)],
        (1.2, 0.7),
        "the Cauchy-Riemann sign",
    ),
    wrong("squares-row-sums", squares, lambda xs: [[2 * x] * 3 for x in xs], (VECTOR,), "every entry of a row alike"),
]

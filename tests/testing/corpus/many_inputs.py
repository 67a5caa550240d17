"""Functions of several inputs and of lists: every partial counts, and one wrong one makes the gradient wrong."""

from __future__ import annotations

import math

from corpus.cases import right, wrong

TEN = [0.1, -1.2, 2.0, 0.7, -0.3, 1.1, 0.0, -2.2, 1.9, 0.4]
WIDE = [0.0, -8.0, 8.0]
XS, YS = [1.0, -2.0, 0.5], [3.0, 0.25, -1.5]
SKEW = ((2.0, -1.0, 0.5), (3.0, 1.0, 0.0), (-0.5, 2.0, 4.0))
WEIGHTS = [0.5, -0.3, 0.8, 0.2, -0.6, 0.9, 0.7, -1.1, 0.4, 0.1, -0.2, 0.3, 0.05]


def rosenbrock(m, x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def rosenbrock_gradient(x, y):
    return -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)


def power(m, x, y):
    return x**y


def quotient(m, x, y):
    return x / y


def angle(m, y, x):
    return m.atan2(y, x)


def dot(m, xs, ys):
    return m.fsum(x * y for x, y in zip(xs, ys, strict=True))


def norm(m, xs):
    return m.sqrt(m.fsum(x * x for x in xs))


def mean_square(m, xs):
    return m.fsum(x * x for x in xs) / len(xs)


def variance(m, xs):
    mean = m.fsum(xs) / len(xs)
    return m.fsum((x - mean) ** 2 for x in xs) / len(xs)


def variance_gradient(xs):
    mean = math.fsum(xs) / len(xs)
    return [2 * (x - mean) / len(xs) for x in xs]


def logsumexp(m, xs):
    top = max(xs)
    return top + m.log(m.fsum(m.exp(x - top) for x in xs))


def softmax(xs):
    total = logsumexp(math, xs)
    return [math.exp(x - total) for x in xs]


def cross_entropy(m, xs):
    """-log softmax(x)₂"""
    return logsumexp(m, xs) - xs[2]


def quadratic_form(m, xs):
    return m.fsum(SKEW[i][j] * xs[i] * xs[j] for i in range(3) for j in range(3))


def row_products(xs):
    return [math.fsum(a * x for a, x in zip(row, xs, strict=True)) for row in SKEW]


def quadratic_gradient(xs):
    return [math.fsum((SKEW[i][j] + SKEW[j][i]) * xs[j] for j in range(3)) for i in range(3)]


def network(m, theta):
    """Two inputs, three tanh units, one output: tanh(W·(0.6, -1.4) + b)·v + c."""
    return m.fsum(v * h for v, h in zip(theta[9:12], hidden(m, theta), strict=True)) + theta[12]


def hidden(m, theta):
    return [m.tanh(0.6 * theta[2 * k] - 1.4 * theta[2 * k + 1] + theta[6 + k]) for k in range(3)]


def network_gradient(theta, first=0.6, second=-1.4, bias=1.0):
    units = hidden(math, theta)
    deltas = [v * (1 - h * h) for v, h in zip(theta[9:12], units, strict=True)]
    return [d * x for d in deltas for x in (first, second)] + [d * bias for d in deltas] + units + [1.0]


def surprise(m, x, mu, sigma):
    """-log of the normal density."""
    return ((x - mu) / sigma) ** 2 / 2 + m.log(sigma)


def call_price(m, spot, volatility):
    """Black and Scholes' price of a call: strike 100, no interest, two years."""
    spread = volatility * m.sqrt(2)
    ahead = m.log(spot / 100) / spread + spread / 2
    return spot * share(m, ahead) - 100 * share(m, ahead - spread)


def share(m, z):
    return m.erfc(-z / m.sqrt(2)) / 2


def vega(spot, volatility):
    """∂price/∂volatility, but for the √T."""
    ahead = math.log(spot / 100) / (volatility * math.sqrt(2)) + volatility * math.sqrt(2) / 2
    return spot * math.exp(-ahead * ahead / 2) / math.sqrt(2 * math.pi)


def delta(spot, volatility):
    spread = volatility * math.sqrt(2)
    return share(math, math.log(spot / 100) / spread + spread / 2)


def cosine(m, xs, ys):
    return dot(m, xs, ys) / (norm(m, xs) * norm(m, ys))


def cosine_gradient(xs, ys, project=True):
    def half(us, vs):
        n, c = norm(math, us), cosine(math, us, vs) if project else 0.0
        return [(v / norm(math, vs) - c * u / n) / n for u, v in zip(us, vs, strict=True)]

    return half(xs, ys), half(ys, xs)


def determinant(m, a, b, c, d):
    return a * d - b * c


def shared(m, x, y):
    """x reaches the output on two paths."""
    return m.sin(x * y) + x


def unused(m, x, y, z):
    return x * z + 0 * y


def largest(m, x, y, z):
    return max(x, y, z)


def taxicab(m, xs):
    return m.fsum(abs(x) for x in xs)


def sign(x):
    return (x > 0) - (x < 0)


def product(m, xs):
    return xs[0] * xs[1] * xs[2] * xs[3]


def product_gradient(xs):
    return [math.prod(xs[:k] + xs[k + 1 :]) for k in range(4)]


RIGHT = [
    right("rosenbrock", rosenbrock, rosenbrock_gradient, (1.2, 1.0), "a curved valley"),
    right("rosenbrock-minimum", rosenbrock, rosenbrock_gradient, (1.0, 1.0), "both partials are 0, curvature 1000"),
    right("power", power, lambda x, y: (y * x ** (y - 1), x**y * math.log(x)), (2.0, 3.0), "base and exponent"),
    right("quotient", quotient, lambda x, y: (1 / y, -x / y**2), (3.0, -0.7), "numerator and denominator"),
    right("angle", angle, lambda y, x: (x / (x * x + y * y), -y / (x * x + y * y)), (0.5, -2.0), "y comes first"),
    right("dot", dot, lambda xs, ys: (ys, xs), (XS, YS), "the gradient is the other list"),
    right("norm", norm, lambda xs: [x / norm(math, xs) for x in xs], (TEN,), "one partial is 0"),
    right("mean-square", mean_square, lambda xs: [2 * x / len(xs) for x in xs], (TEN,), "2x/n"),
    right("variance", variance, variance_gradient, (TEN,), "the mean depends on x as well, to no effect"),
    right("logsumexp", logsumexp, softmax, (TEN,), "softmax is its gradient"),
    right("logsumexp-wide", logsumexp, softmax, (WIDE,), "partials from 1 down to 1e-7"),
    right("cross-entropy", cross_entropy, lambda xs: [p - (k == 2) for k, p in enumerate(softmax(xs))], (XS,), "p - y"),
    right("quadratic-form", quadratic_form, quadratic_gradient, (XS,), "(A + Aᵀ)·x for an asymmetric A"),
    right("network", network, network_gradient, (WEIGHTS,), "thirteen parameters, by hand"),
    right(
        "surprise",
        surprise,
        lambda x, mu, s: ((x - mu) / s**2, (mu - x) / s**2, (1 - ((x - mu) / s) ** 2) / s),
        (1.5, 0.5, 2.0),
        "sigma twice",
    ),
    right("call-price", call_price, lambda s, v: (delta(s, v), vega(s, v) * math.sqrt(2)), (105.0, 0.2), "Δ and vega"),
    right("cosine-similarity", cosine, cosine_gradient, (XS, YS), "invariant to length"),
    right("determinant", determinant, lambda a, b, c, d: (d, -c, -b, a), (1.0, 2.0, 3.0, 4.0), "cofactors"),
    right("shared-input", shared, lambda x, y: (y * math.cos(x * y) + 1, x * math.cos(x * y)), (0.8, 1.5), "two paths"),
    right("unused-input", unused, lambda x, y, z: (z, 0.0, x), (2.0, 1.0, -3.0), "a partial that is 0 everywhere"),
    right("largest-of-three", largest, lambda x, y, z: (0.0, 1.0, 0.0), (1.0, 2.5, -3.0), "only one input counts"),
    right("largest-tie", largest, lambda x, y, z: (0.5, 0.5, 0.0), (2.5, 2.5, -3.0), "two inputs share a tie"),
    right("taxicab", taxicab, lambda xs: [float(sign(x)) for x in xs], (TEN,), "a kink in one of ten inputs"),
    right("product", product, product_gradient, ([1.5, -2.0, 0.5, 3.0],), "all but one"),
    right("product-with-0", product, product_gradient, ([1.5, 0.0, 0.5, 3.0],), "f = 0, and one partial is not"),
    right("mixed-scales", lambda m, x, y: x * y, lambda x, y: (y, x), (1e-8, 1e8), "partials of 1e8 and 1e-8"),
]

WRONG = [
    wrong(
        "rosenbrock-inner-sign",
        rosenbrock,
        lambda x, y: (2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
        (1.2, 1.0),
        "the sign of the first term",
    ),
    wrong(
        "rosenbrock-inner-factor",
        rosenbrock,
        lambda x, y: (-2 * (1 - x) - 200 * (y - x * x), 200 * (y - x * x)),
        (1.2, 1.0),
        "the inner 2x is missing",
    ),
    wrong("power-swapped", power, lambda x, y: (x**y * math.log(x), y * x ** (y - 1)), (2.0, 3.0), "partials swapped"),
    wrong("quotient-sign", quotient, lambda x, y: (1 / y, x / y**2), (3.0, -0.7), "-x/y² without the minus"),
    wrong(
        "angle-swapped", angle, lambda y, x: (-y / (x * x + y * y), x / (x * x + y * y)), (0.5, -2.0), "x came first"
    ),
    wrong("dot-own-list", dot, lambda xs, ys: (xs, ys), (XS, YS), "its own list, not the other"),
    wrong("norm-undivided", norm, lambda xs: xs, (TEN,), "x for x/r"),
    wrong("mean-square-no-n", mean_square, lambda xs: [2 * x for x in xs], (TEN,), "1/n is missing"),
    wrong(
        "variance-n-minus-1",
        variance,
        lambda xs: [g * len(xs) / (len(xs) - 1) for g in variance_gradient(xs)],
        (TEN,),
        "n - 1 for n",
    ),
    wrong("logsumexp-unnormalised", logsumexp, lambda xs: [math.exp(x) for x in xs], (TEN,), "eˣ for softmax"),
    wrong(
        "logsumexp-one-in-ten",
        logsumexp,
        lambda xs: [p * (1.001 if k == 7 else 1) for k, p in enumerate(softmax(xs))],
        (TEN,),
        "the smallest of ten partials is 1e-3 off",
    ),
    wrong("logsumexp-wide-rounded", logsumexp, lambda xs: [round(p, 6) for p in softmax(xs)], (WIDE,), "0 for 1e-7"),
    wrong("cross-entropy-no-label", cross_entropy, softmax, (XS,), "p for p - y"),
    wrong(
        "cross-entropy-wrong-label",
        cross_entropy,
        lambda xs: [p - (k == 1) for k, p in enumerate(softmax(xs))],
        (XS,),
        "the label's index is off by one",
    ),
    wrong("quadratic-form-symmetric", quadratic_form, lambda xs: [2 * r for r in row_products(xs)], (XS,), "2A·x"),
    wrong("quadratic-form-one-path", quadratic_form, row_products, (XS,), "A·x: the other factor is held fixed"),
    wrong(
        "network-input-index", network, lambda t: network_gradient(t, first=-1.4, second=0.6), (WEIGHTS,), "x₁ for x₂"
    ),
    wrong("network-stopped-bias", network, lambda t: network_gradient(t, bias=0.0), (WEIGHTS,), "no gradient to b"),
    wrong(
        "network-1e-5",
        network,
        lambda t: [g * (1 + 1e-5 * (k == 4)) for k, g in enumerate(network_gradient(t))],
        (WEIGHTS,),
        "one of thirteen partials is 1e-5 off",
    ),
    wrong(
        "surprise-no-normaliser",
        surprise,
        lambda x, mu, s: ((x - mu) / s**2, (mu - x) / s**2, -(((x - mu) / s) ** 2) / s),
        (1.5, 0.5, 2.0),
        "1/σ of log σ is missing",
    ),
    wrong("call-price-vega", call_price, lambda s, v: (delta(s, v), vega(s, v)), (105.0, 0.2), "√T is missing"),
    wrong("cosine-unprojected", cosine, lambda xs, ys: cosine_gradient(xs, ys, False), (XS, YS), "lengths held fixed"),
    wrong("determinant-signs", determinant, lambda a, b, c, d: (d, c, b, a), (1.0, 2.0, 3.0, 4.0), "cofactors' signs"),
    wrong(
        "shared-input-one-path",
        shared,
        lambda x, y: (y * math.cos(x * y), x * math.cos(x * y)),
        (0.8, 1.5),
        "the second path of x is missing",
    ),
    wrong("unused-input-claimed", unused, lambda x, y, z: (z, 1e-9, x), (2.0, 1.0, -3.0), "1e-9 for 0"),
    wrong("unused-input-order", unused, lambda x, y, z: (x, 0.0, z), (2.0, 1.0, -3.0), "partials in reverse"),
    wrong(
        "largest-wrong-index", largest, lambda x, y, z: (1.0, 0.0, 0.0), (1.0, 2.5, -3.0), "the first, not the largest"
    ),
    wrong("taxicab-values", taxicab, lambda xs: xs, (TEN,), "x for sign x"),
    wrong(
        "product-with-0-divided",
        product,
        lambda xs: [product(math, xs) / x if x else 0.0 for x in xs],
        ([1.5, 0.0, 0.5, 3.0],),
        "f/x, guarded against 0/0 with 0",
    ),
]

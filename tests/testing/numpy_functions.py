"""Functions of NumPy as people write them, each with arguments at which it has a derivative."""

import math

import ml_dtypes
import numpy as np
import scipy.special as special
from scipy.special import expit, logsumexp
from scipy.stats import norm

CHANCE = np.random.default_rng(0)
X = CHANCE.normal(size=(6, 3))
Y = CHANCE.normal(size=6)
LABELS = np.array([0, 2, 1, 1, 0, 2])
FUNCTIONS = {}  # by name: the function, and the tuple of its arguments


def at(*arguments):
    """Keep the function, with these arguments."""

    def keep(f):
        FUNCTIONS[f.__name__] = (f, arguments)
        return f

    return keep


def normal(*shape):
    return CHANCE.normal(size=shape)


@at(normal(3, 3))
def softmax_cross_entropy(w):
    z = X @ w
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(6), LABELS]))


@at(normal(3, 4), normal(4), normal(4))
def mean_square_error_of_a_network(w, b, v):
    return np.mean((np.tanh(X @ w + b) @ v - Y) ** 2)


@at(normal(3))
def logistic_loss(w):
    sign = np.where(LABELS > 0, 1, -1)
    return np.sum(np.log1p(np.exp(-sign * (X @ w)))) + 0.1 * np.dot(w, w)


@at(normal(5))
def euclidean_norm(x):
    return np.linalg.norm(x)


@at(normal(3), np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 3.0]]))
def gaussian_log_density(mean, covariance):
    apart = np.array([1.0, 2.0, 3.0]) - mean
    _, logarithm = np.linalg.slogdet(covariance)
    return -0.5 * (apart @ np.linalg.solve(covariance, apart) + logarithm + 3 * np.log(2 * np.pi))


@at(normal(7), normal(3))
def convolution(x, kernel):
    return np.sum(np.convolve(x, kernel, mode="valid") ** 2)


@at(normal(2, 5), normal(5))
def layer_norm(x, gain):
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (gain * (x - mean) / np.sqrt(variance + 1e-5)).sum() ** 2


@at(normal(3, 4), normal(3, 4), normal(3, 4))
def attention(queries, keys, values):
    scores = queries @ keys.T / np.sqrt(4)
    scores = np.where(np.tril(np.ones((3, 3), bool)), scores, -np.inf)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    scores /= scores.sum(-1, keepdims=True)
    return np.sum((scores @ values) ** 2)


@at(normal(6))
def huber(r):
    return np.sum(np.where(np.abs(r) <= 0.7, 0.5 * r**2, 0.7 * (np.abs(r) - 0.35)))


@at(normal(6) * 0.1)
def cumulative_returns(r):
    return np.cumprod(1 + r)[-1] - 1 + np.cumsum(r).max()


@at(normal(8))
def rolling_mean(x):
    sums = np.cumsum(np.concatenate([[0.0], x]))
    return (sums[3:] - sums[:-3]) / 3.0


@at(np.array([1.0, -3.0, 5.0], dtype=np.float16))
def half_sigmoid(x):
    return 1 / (1 + np.exp(-x))


@at(1.5)
def half_sigmoid_of_a_float(x):
    x = np.float16(x)
    return 1 / (1 + np.exp(-x))


@at(np.array([1.0, 2.0], dtype=ml_dtypes.bfloat16))
def brain_floats(x):
    return x * x + np.exp(x)


@at(np.array([0.2, 0.3], dtype=np.float32))
def single_precision(x):
    return (1 - np.cos(x)) / x + x.astype(np.float64) * 2


@at(normal(6))
def masked_mean(x):
    mask = np.array([True, False, True, True, False, True])
    return x[mask].mean() * np.average(x, weights=mask)


@at(normal(3))
def accumulated_in_place(w):
    total = np.zeros(3, dtype=float)
    for i in range(6):
        total += w * X[i]
        total[i % 3] *= 1.5
    return total.sum()


@at(0.3, 2.0)
def matrices_of_scalars(a, b):
    matrix = np.array([[a, b], [b, 4 * a * b + 9]])
    return np.linalg.det(matrix) + np.linalg.inv(matrix)[0, 1]


@at(normal(3, 4))
def functions_of_scipy(x):
    return np.sum(logsumexp(x, axis=1) * special.softmax(x, axis=0)[:, 0]) + special.erf(x).sum() + expit(x[0, 0])


@at(0.7)
def pieces(x):
    both = np.array([x, -x])
    pieced = np.piecewise(both, [both < 0], [lambda t: t**2, lambda t: 3 * t])
    return np.polyval([1, 2.5, -3], x) + np.interp(x, [0, 1, 2], [3, 1, 4.0]) + pieced[0] + pieced[1]


@at(normal(5))
def order_statistics(x):
    return np.median(x) + np.percentile(x, 30) + np.sort(x)[2] * np.std(x, ddof=1) + np.ptp(x)


@at(normal(2, 3), normal(3, 2))
def products(a, b):
    return np.einsum("ij,jk->ik", a, b) + np.tensordot(a, b, 1) + np.outer(a[0], a[1])[:2, :2]


@at(2.0)
def integral(a):
    t = np.linspace(0, 1, 11)
    return np.trapezoid(np.exp(-a * t**2), t)


@at(np.array([0.1, 0.5, 2.0]))
def entropy(p):
    p = p / (1.0 + p.sum())
    return -np.sum(p * np.log(p)) + special.xlogy(p, p).sum() / 2


@np.vectorize
def _one(x):
    return x**2 if x > 0 else math.exp(x)


@at(normal(4))
def vectorized(x):
    return _one(x).sum()


@at(normal(4, 4))
def gated_recurrence(w):
    h = np.zeros(4)
    for t in range(3):
        z = 1 / (1 + np.exp(-(w @ h + t)))
        h = (1 - z) * h + z * np.tanh(w.T @ h - 1)
    return h


@at(normal(3), normal(3))
def cosine_similarity(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b)) + np.cross(a, b)[0]


@at([0.5, 0.25])
def rosenbrock(x):
    x = np.asarray(x)
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@at(normal(5))
def clipped(x):
    return np.clip(x, -0.5, 0.5).sum() + np.maximum(x, 0).sum() + x.max() * x.min() + np.abs(x).sum()


@at(np.linspace(80.0, 120.0, 4))
def option_price(s):
    d = (np.log(s / 100) + 0.05) / 0.2
    phi = lambda z: 0.5 * (1 + special.erf(z / np.sqrt(2)))
    return s * phi(d) - 100 * np.exp(-0.03) * phi(d - 0.2)


@at(normal(4))
def simplex(x):
    u = np.sort(x)[::-1]
    sums = np.cumsum(u) - 1
    last = np.nonzero(u * np.arange(1, 5) > sums)[0][-1]
    return np.maximum(x - sums[last] / (last + 1.0), 0) ** 2


@at({"w": normal(3), "b": 0.5})
def parameters_in_a_dict(parameters):
    return np.sum((X @ parameters["w"] + parameters["b"] - Y) ** 2)


@at(normal(4), normal(3, 2))
def convolved_by_hand(x, filters):
    windows = np.stack([x[k : k + 3] for k in range(2)])
    return np.maximum(windows @ filters, 0.0).max(axis=0).sum()


@at(normal(6))
def correlation(x):
    return np.corrcoef(x, Y)[0, 1] + np.cov(x, Y)[0, 1]


@at(normal(4))
def least_squares(y):
    return np.linalg.lstsq(np.vstack([np.arange(4.0), np.ones(4)]).T, y, rcond=None)[0]


@at(normal(3, 3))
def norms_of_a_matrix(a):
    return np.linalg.norm(a, 2) + np.linalg.norm(a, "nuc") + np.linalg.eigvalsh(a + a.T)[-1]


@at(normal(5))
def gaussian_process(x):
    kernel = np.exp(-((x[:, None] - x[None, :]) ** 2) / 2) + 0.1 * np.eye(5)
    lower = np.linalg.cholesky(kernel)
    return 2 * np.sum(np.log(np.diag(lower))) + Y[:5] @ np.linalg.solve(kernel, Y[:5])


@at(1.3, 0.2)
def runge_kutta(k, start):
    y = np.array([start, 1.0])
    f = lambda y: np.array([y[1], -k * y[0]])
    for _ in range(5):
        a = f(y)
        b = f(y + 0.05 * a)
        c = f(y + 0.05 * b)
        y = y + 0.1 / 6 * (a + 2 * b + 2 * c + f(y + 0.1 * c))
    return y


@at(np.array([120.0, 90.0]), 0.2)
def black_scholes(s, sigma):
    d = (np.log(s / 100) + 0.03 + sigma**2 / 2) / sigma
    return s * norm.cdf(d) - 100 * np.exp(-0.03) * norm.cdf(d - sigma)


@at(0.5, 1.5)
def normal_likelihood(mean, scale):
    return norm.logpdf(Y, mean, scale).sum() + norm(mean, scale).logcdf(0.3)


@at(normal(5))
def swapped_in_place(x):
    x = x.copy()
    x[[0, 1]] = x[[1, 0]]
    x[x < 0] *= 0.1
    x[1:] += x[:-1]
    return x

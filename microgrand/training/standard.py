"""Coordinates in which the cost of a softmax classifier is round: features centred, and divided by their deviation.

Descent in these coordinates comes to the same θ and b as in any others, for cost and penalty are the same numbers; but
it does so in few steps, whatever units and offsets the features have.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from microgrand.networks.losses import l2_penalty
from microgrand.program import record
from microgrand.program.pieces import is_dask
from microgrand.program.threads import in_threads
from microgrand.table.rows import sum as total
from microgrand.training.recorded import is_sparse


class Standard(NamedTuple):
    """x″ = (x - mean) / deviation, θ″ = θ · deviation and b″ = b + θ · mean, so that θ″x″ + b″ = θx + b.

    mean       of every feature; 0 where there is no bias to make up for it, or x is sparse
    deviation  √(σ² + 1/(hCW)), whose second term is the penalty's share of the curvature; W is the sum of the weights,
               and h = (K-1)/K² the curvature of log-softmax in each of its K scores at θ = 0
    shrinkage  the penalty is ½ Σ (shrinkage · θ″)²
    """

    mean: Any
    deviation: Any
    shrinkage: Any

    def inward(self, rows: Any, biases: Any) -> tuple[Any, Any]:
        """θ″ and b″ of θ and b."""
        return rows * self.deviation, biases + rows @ self.mean if len(biases) else biases

    def outward(self, rows: Any, biases: Any) -> tuple[Any, Any]:
        """θ and b of θ″ and b″."""
        rows = rows / self.deviation
        return rows, biases - rows @ self.mean if len(biases) else biases


class Shrinkage:
    """P(θ)/C = ½ Σ (shrinkage · θ″)² over the rows of θ″, of two classes over θ″₂ - θ″₁: recorded of one row.

    parameters  θ″, row by row, and b″, which is not penalised
    """

    def __init__(self, parameters: list[Any], classes: int, shrinkage: Any) -> None:
        self.parameters, self.classes, self.shrinkage = parameters, classes, shrinkage
        self.program = record(_shrunk, [0.0] * len(shrinkage), [1.0] * len(shrinkage))

    def __call__(self) -> Any:
        """The penalty as a Value made of the parameters."""
        n = len(self.shrinkage)
        rows = [self.parameters[k * n : (k + 1) * n] for k in range(self.classes)]
        if self.classes == 2:
            rows = [[b - a for a, b in zip(*rows, strict=True)]]
        return total([_shrunk(row, self.shrinkage.tolist()) for row in rows])

    def of_numbers(self, theta: Any) -> tuple[float, Any]:
        """The penalty at the numbers θ, and its gradient: every row is a lane."""
        import numpy

        split = self.classes * len(self.shrinkage)
        rows = theta[:split].reshape(self.classes, -1)
        pair = self.classes == 2
        costs, slopes = self.program.value_and_grad(
            rows[1:] - rows[:1] if pair else rows, self.shrinkage, argnums=0, allow_nonfinite=True
        )
        slopes = numpy.concatenate([-slopes, slopes]) if pair else slopes
        return float(costs.sum()), numpy.concatenate([slopes.ravel(), numpy.zeros(len(theta) - split)])


def _shrunk(row: Any, shrinkage: Any) -> Any:
    return l2_penalty([factor * theta for factor, theta in zip(shrinkage, row, strict=True)])


def standardised(X: Any, weights: Any, classes: int, C: float, centred: bool) -> tuple[Standard, Any]:
    """The standard of the samples, and the samples in it; a feature that is constant has deviation 1 without penalty.

    Raises ValueError for numbers so large that their differences are not finite.
    """
    import numpy

    size = float(X.shape[0] if weights is None else weights.sum())
    share = None if weights is None else weights / size
    mean = _averages(X, share, lambda x: x) if centred else None
    largest = _largest(X, mean)
    if not numpy.isfinite(largest).all():
        k = int(numpy.flatnonzero(~numpy.isfinite(largest))[0])
        raise ValueError(f"the numbers of feature {k} are too large to be centred: give it in another unit")
    largest[largest == 0.0] = 1.0
    sigma = numpy.sqrt(_averages(X, share, lambda x: _squares(_scaled(x, mean, largest)))) * largest
    root = math.sqrt(size) * math.sqrt(classes - 1) / classes  # √(hW)
    deviation = numpy.hypot(sigma, 1.0 / (root * math.sqrt(C)))
    shrinkage = 1.0 / numpy.hypot(sigma * math.sqrt(C), 1.0 / root) if math.inf > C else 0.0 * sigma
    deviation[deviation == 0.0] = 1.0
    centre = numpy.zeros(len(deviation)) if mean is None else mean
    return Standard(centre, deviation, shrinkage), _all_scaled(X, mean, deviation)


# ---- what is found of each feature: of arrays by the stretch of samples ----------------------------------------------

TOGETHER = 2**18  # numbers of a stretch: more would leave the processor's caches


def _averages(X: Any, share: Any, function: Callable[[Any], Any]) -> Any:
    """The mean over the samples of a function of them, weighted by their shares."""
    parts = _by_stretches(
        lambda x, shares: _numbers(function(x).sum(axis=0) if shares is None else shares @ function(x)), X, share
    )
    total = sum(parts[1:], parts[0])
    return total / X.shape[0] if share is None else total


def _largest(X: Any, mean: Any) -> Any:
    """max |x - mean|."""
    import numpy

    def largest(x: Any, _: Any) -> Any:
        centred = x if mean is None else x - mean
        return numpy.maximum(_numbers(centred.max(axis=0)), -_numbers(centred.min(axis=0)))

    return numpy.max(_by_stretches(largest, X, None), axis=0)


def _all_scaled(X: Any, mean: Any, deviation: Any) -> Any:
    """(x - mean) / deviation: an array of NumPy's is made once, and filled by the stretch."""
    import numpy

    if not isinstance(X, numpy.ndarray):
        return _scaled(X, mean, deviation)
    found = numpy.empty(X.shape)

    def fill(some: slice) -> None:
        found[some] = _scaled(_double(X[some]), mean, deviation)

    in_threads(fill, stretches(X))
    return found


def _by_stretches(function: Callable[[Any, Any], Any], X: Any, share: Any) -> list[Any]:
    """The function of stretches of an array of NumPy's and their shares; of others, of all of it."""
    import numpy

    if not isinstance(X, numpy.ndarray):
        return [function(X, share)]
    return in_threads(lambda some: function(_double(X[some]), None if share is None else share[some]), stretches(X))


def _double(x: Any) -> Any:
    return x.astype(float, copy=False)


def stretches(X: Any) -> list[slice]:
    """Samples that stay in the processor's caches together."""
    rows = max(TOGETHER // max(X.shape[1], 1), 1)
    return [slice(start, start + rows) for start in range(0, X.shape[0], rows)]


def _scaled(x: Any, mean: Any, deviation: Any) -> Any:
    """(x - mean) / deviation; where there is no mean, x / deviation, which may be sparse."""
    if is_sparse(x):
        return x.multiply(1.0 / deviation).tocsr()
    return (x if mean is None else x - mean) / deviation


def _squares(x: Any) -> Any:
    return x.multiply(x) if is_sparse(x) else x * x


def _numbers(x: Any) -> Any:
    """What was found of each feature, as an array of numbers: computed, if it is of Dask's, and not sparse."""
    import numpy

    x = x.compute() if is_dask(x) else x
    return numpy.asarray(x.todense() if is_sparse(x) else x, dtype=numpy.float64).ravel()

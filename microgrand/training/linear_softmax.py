"""The cost of a linear softmax classifier: one matrix product for the scores z², and a recording from there on.

Of K classes the layer log-softmax makes K nodes of K operands each. A recording of Σₖ e^zₖ takes them once, as a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from microgrand.networks.layers import Layer, Linear, LogSoftmax, Sequential
from microgrand.networks.losses import Cost, NegativeLogLikelihood
from microgrand.program import Program, record
from microgrand.program.replay import rows_of_gradient
from microgrand.program.threads import in_threads
from microgrand.table.arrays import quietly
from microgrand.table.rows import dot, exp, log
from microgrand.table.rows import sum as total
from microgrand.training.labels import targets, weights_of

TOGETHER = 2**15  # scores that are computed at a time: more would leave the processor's caches
SMALL = 2**14  # numbers of all samples, whose products BLAS takes on one thread anyhow
FEWEST_ROWS = 128  # samples at a time at least: each replay has a cost of its own


class LinearSoftmax(NamedTuple):
    """w C(x, t; θ) of linear → log-softmax → NLL: the same interface as `Recorded`, for dense and sparse samples.

    program  s · log Σₖ e^zₖ - Σₖ uₖ zₖ, of the scores z, less the largest of them, u = w t and s = Σₖ uₖ
    frozen   none of its parameters
    cost     the layer that makes the numbers t of a target y
    outputs  K, how many scores there are
    """

    program: Program
    frozen: list[Any]
    cost: Cost
    outputs: int

    def labels(self, ys: Any, weights: Any) -> tuple[Any, ...]:
        """u and s of each sample, in one row: a batch then reads one place in memory for each sample."""
        import numpy

        u = targets(self.cost, self.outputs, ys)
        if weights is not None:
            u = u * weights_of(len(ys), weights)[:, None]
        return (numpy.ascontiguousarray(numpy.hstack([u, u.sum(axis=1, keepdims=True)])),)

    def summed(self, theta: Any, x: Any, labels: Sequence[Any], gradient: bool = True) -> tuple[float, Any]:
        """Σ w C over the samples and, if asked for, its gradient in θ, an array."""
        size = max(TOGETHER // self.outputs, FEWEST_ROWS)
        if x.shape[0] * x.shape[1] <= SMALL:
            return quietly(self._part, [theta, x, labels, gradient])  # type: ignore[no-any-return]
        stretches = [slice(start, start + size) for start in range(0, x.shape[0], size)]
        parts = in_threads(
            lambda some: self._part(theta, x[some], [each[some] for each in labels], gradient), stretches
        )
        return sum([cost for cost, _ in parts]), sum([slopes for _, slopes in parts]) if gradient else None

    def _part(self, theta: Any, x: Any, labels: Sequence[Any], gradient: bool) -> tuple[float, Any]:
        """The same of a few samples."""
        import numpy

        (label,) = labels
        u_and_s = label[:, :-1], label[:, -1]
        split = self.outputs * x.shape[1]
        rows, biases = theta[:split].reshape(self.outputs, -1), theta[split:]
        z = rows @ x.T  # z² = θz¹ + b, a row for every score
        if len(biases):
            z += biases[:, None]
        z -= z.max(axis=0)  # changes no probability, and keeps e^z from overflowing
        if not gradient:
            return float(self.program(z.T, *u_and_s, allow_nonfinite=True).sum()), None
        costs, delta = rows_of_gradient(self.program, (z.T, *u_and_s), 0)
        slopes = (delta @ x).ravel()  # ∂C/∂θ = Σᵢ δ² z¹
        if len(biases):
            slopes = numpy.concatenate([slopes, delta.sum(axis=1)])  # ∂C/∂b = Σᵢ δ²
        return float(costs.sum()), slopes


def linear_softmax(network: Layer, parameters: Sequence[Any], shape: tuple[int, ...]) -> LinearSoftmax | None:
    """The recording of linear → log-softmax → NLL on samples of this shape, if all its parameters are trained.

    None for any other network.
    """
    layers: Any = network.layers if type(network) is Sequential else ()
    if [type(layer) for layer in layers] != [Linear, LogSoftmax, NegativeLogLikelihood]:
        return None
    linear, _, cost = layers
    own = [theta for row in linear.parameter_rows() for theta in row]
    if shape != (len(linear.theta[0]),) or len(own) != len(parameters):
        return None
    if any([theta is not other for theta, other in zip(own, parameters, strict=True)]):
        return None
    outputs = len(linear.theta)

    def cost_of_scores(z: Any, u: Any, s: Any) -> Any:
        return s * log(total([exp(zk) for zk in z])) - dot(u, z)

    program = record(cost_of_scores, [0.0] * outputs, [1.0] + [0.0] * (outputs - 1), 1.0)
    return LinearSoftmax(program, [], cost, outputs)

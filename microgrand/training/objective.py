"""What training minimises: the cost of N samples as a function of the numbers θ.

This is the seam between those who minimise, who ask for cost and gradient at θ, and whoever computes them: the recorded
cost of one sample, replayed over all of them, or graphs of a few samples each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from microgrand.engine.value import Value
from microgrand.errors import NonFiniteError
from microgrand.networks.layers import Layer
from microgrand.program import Program
from microgrand.program.pieces import is_dask
from microgrand.shortening import how_many
from microgrand.table.rows import dot
from microgrand.table.rows import sum as total
from microgrand.training.blockwise import BlockwiseReplay
from microgrand.training.optimisers import as_list
from microgrand.training.recorded import Replay, is_sparse

FEWEST = 16  # samples for which it is worthwhile to record the cost
TOGETHER = 64  # samples that stand in one graph: more would leave the processor's caches, fewer cost a sweep each


class Objective:
    """C(θ) = Σᵢ wᵢ C(x⁽ⁱ⁾, y⁽ⁱ⁾; θ) + penalty(θ), summed over the samples and not averaged, unless `mean` says so.

    network  ends in a cost; its `parameters()` are θ
    xs, ys   N vectors and their targets; or a Dask array of vectors, whose blocks are loaded once and give their parts
             of the cost where they lie; or, of linear → log-softmax → NLL, a sparse matrix of SciPy's and targets
    weights  wᵢ, one per sample; 1 by default
    penalty  gives a Value made of the parameters, such as `lambda: 0.1 * l2_penalty(network.parameters())`; or a
             Program of the list θ, such as `record(l2_penalty, theta)`
    mean     divide the sum by Σᵢ wᵢ (the penalty is not divided)

    From 16 samples on the cost of one is recorded as a `Program`, at the first call, and replayed over arrays of all of
    them: xs, ys, weights, and whatever layers hold beside their parameters are read then, and not again. Where that
    cannot be (a layer that branches on its numbers, or draws lots; a cost without a `target`), graphs of a few samples
    are made and swept each time.

    Called on the numbers θ it sets the parameters to them, and gives C(θ) and ∂C/∂θ:

    >>> from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    >>> network = Sequential(Linear(1, 2, theta=[[0.0], [0.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> objective = Objective(network, [[-1.0], [1.0]], [0, 1])
    >>> cost, gradient = objective([0.0, 0.0])
    >>> f"{cost:.4f}", gradient
    ('1.3863', [1.0, -1.0])

    Raises ValueError for a network without parameters or without a cost, for no samples, and for unequal numbers of
    samples, targets and weights. At the call, NonFiniteError where cost or gradient is no number, and the DomainError
    of a layer that θ has driven out of its domain.
    """

    def __init__(
        self,
        network: Layer,
        xs: Sequence[Any],
        ys: Sequence[Any],
        *,
        weights: Any = None,
        penalty: Callable[[], Any] | Program | None = None,
        mean: bool = False,
    ) -> None:
        if not isinstance(network, Layer):
            raise TypeError(f"training takes a network, then xs and ys; got {network!r:.60}")
        if not (hasattr(xs, "__len__") or is_sparse(xs)) or not hasattr(ys, "__len__"):
            raise TypeError(f"training takes lists of samples and targets; got {xs!r:.60} and {ys!r:.60}")
        if penalty is not None and not callable(penalty):
            raise TypeError(f"penalty is a function of nothing that returns a number; got {penalty!r:.60}")
        self.network = network
        self.parameters: list[Value] = network.parameters()
        self.xs: Any = xs
        self.ys = ys
        self.weights = weights
        self.penalty = penalty
        self.mean = mean
        sizes = [self.size, len(ys), self.size if weights is None else len(weights)]
        if not self.parameters:
            raise ValueError("there is nothing to train: the network has no parameters, or all of them are frozen")
        if not network.takes_target:
            raise ValueError(f"training takes a network that ends in a cost; {network!r:.60} ends in none")
        if sizes[0] == 0 or len(set(sizes)) > 1:
            raise ValueError(f"training takes samples, and as many targets and weights; got {sizes}")
        self._replay: Replay | BlockwiseReplay | None = None
        self._is_read = False

    @property
    def size(self) -> int:
        """N, the number of samples."""
        return self.xs.shape[0] if is_sparse(self.xs) else len(self.xs)

    def weight(self, batch: Sequence[int] | None = None) -> float:
        """How many samples the cost is a sum over: Σᵢ wᵢ, over all samples or those of a batch; 1 for a mean."""
        return 1.0 if self.mean else self._sum_of_weights(range(self.size) if batch is None else batch)

    def theta(self) -> list[float]:
        """The numbers that the parameters now have."""
        return [parameter.data for parameter in self.parameters]

    def assign(self, theta: Sequence[float], gradient: Sequence[float] | None = None) -> None:
        """Give the parameters these numbers and, where it is given, this `grad`."""
        self._require_all_of(theta)
        for parameter, number in zip(self.parameters, theta, strict=True):
            parameter.data = number
        for parameter, slope in zip(self.parameters, gradient or (), strict=False):
            parameter.grad = slope

    def _require_all_of(self, theta: Any) -> None:
        if len(theta) != len(self.parameters):
            raise ValueError(f"θ has {len(self.parameters)} numbers, one per parameter; got {len(theta)}")

    def __call__(self, theta: Sequence[float], batch: Sequence[int] | None = None) -> tuple[float, list[float]]:
        """C(θ) and ∂C/∂θ, of all samples or of those whose indices are in `batch`.

        A batch bears its share of the penalty, so that the costs of the batches of an epoch add up to C(θ); a mean is
        one over the batch, with the whole penalty.
        """
        self.assign(theta)
        cost, gradient = self.value_and_grad(theta, batch)
        slopes: list[float] = as_list(gradient)
        self.assign(theta, slopes)
        return cost, slopes

    def value_and_grad(self, theta: Any, batch: Sequence[int] | None = None) -> tuple[float, Any]:
        """C(θ) and ∂C/∂θ as in a call, for the steps of a descent.

        Where the cost is replayed, θ may be an array, the gradient is one, and no parameter is set: setting the data
        and the grad of each takes longer than a small batch. Elsewhere the parameters are set, as in a call.
        """
        self._require_all_of(theta)
        found = self._replayed(theta, batch, True)
        if found is not None:
            return found
        self.assign(as_list(theta), [0.0] * len(self.parameters))
        costs = []
        for cost in self._parts(range(self.size) if batch is None else as_list(batch)):
            cost.backward(accumulate=True)
            costs.append(cost.data)
        return _finite(costs), [parameter.grad for parameter in self.parameters]

    def cost(self, theta: Sequence[float] | None = None) -> float:
        """C(θ) alone; at the numbers that the parameters have, unless θ is given."""
        if theta is not None:
            self.assign(theta)
        found = self._replayed(self.theta(), None, False)
        return _finite([cost.data for cost in self._parts(range(self.size))]) if found is None else found[0]

    def as_value(self) -> Any:
        """C(θ) as one Value, at the numbers that the parameters have: to be drawn, walked, differentiated by hand."""
        cost = self._of_samples(range(self.size), self._scale(range(self.size)))
        return cost if self.penalty is None else cost + self.penalty_value()

    def __repr__(self) -> str:
        sizes = f"{how_many(self.size, 'sample')}, {how_many(len(self.parameters), 'parameter')}"
        return f"<Objective: {sizes}, {self.network!r}>"

    def _recording(self) -> Replay | BlockwiseReplay | None:
        if is_dask(self.xs):
            return BlockwiseReplay(self)
        found = Replay.of(self) if self.size >= FEWEST or is_sparse(self.xs) else None
        if found is None and is_sparse(self.xs):
            raise ValueError(
                "sparse samples take linear → log-softmax → NLL with all its parameters; others, dense arrays"
            )
        return found

    def _replayed(self, theta: Any, batch: Sequence[int] | None, gradient: bool) -> tuple[float, Any] | None:
        """C(θ) and ∂C/∂θ, an array, by replay; None where there is none, or where a number is not finite."""
        if not self._is_read:
            self._is_read = True
            self._replay = self._recording()
        if self._replay is None:
            return None
        from numpy import isfinite

        indices = range(self.size) if batch is None else batch
        scale = self._scale(indices)
        share = 1.0 if self.mean else len(indices) / self.size
        cost, slopes = self._replay(theta, batch, scale, share, gradient)
        if not (math.isfinite(cost) and (slopes is None or isfinite(slopes).all())):
            if is_dask(self.xs) or is_sparse(self.xs):
                raise NonFiniteError(f"the cost is {cost}: take smaller steps, or other data")
            return None  # the graphs will tell where that comes from
        return cost, slopes

    def _parts(self, indices: Sequence[int]) -> Any:
        """C(θ) as Values to be added: the costs of a few samples at a time, and the penalty."""
        scale = self._scale(indices)
        for start in range(0, len(indices), TOGETHER):
            yield self._of_samples(indices[start : start + TOGETHER], scale)
        if self.penalty is not None:
            share = 1.0 if self.mean else len(indices) / self.size
            yield share * self.penalty_value()

    def penalty_value(self) -> Any:
        """The penalty, as a Value made of the parameters."""
        if isinstance(self.penalty, Program):
            return self.penalty(self.parameters)
        return 0.0 if self.penalty is None else self.penalty()

    def _of_samples(self, indices: Sequence[int], scale: float) -> Any:
        costs = [self.network(self.xs[i], self.ys[i]) for i in indices]
        if self.weights is None and scale == 1.0:
            return total(costs)
        return dot([scale * (1.0 if self.weights is None else self.weights[i]) for i in indices], costs)

    def _scale(self, indices: Sequence[int]) -> float:
        """What the sum over these samples is multiplied by."""
        if not self.mean:
            return 1.0
        total = self._sum_of_weights(indices)
        if total == 0.0:
            raise ValueError("there is no mean of samples whose weights add up to 0: leave them out, or take the sum")
        return 1.0 / total

    @cached_property
    def _total_weight(self) -> float:
        """The sum of weights that are Dask's, which are loaded for it."""
        return float(self.weights.sum())

    def _sum_of_weights(self, indices: Sequence[int]) -> float:
        if self.weights is None:
            return float(len(indices))
        if is_dask(self.weights):
            return self._total_weight
        return math.fsum([self.weights[i] for i in indices])


def _finite(costs: list[float]) -> float:
    """Their sum; NonFiniteError where it is none."""
    if not all(map(math.isfinite, costs)):
        raise NonFiniteError(f"the cost is {sum(costs)}: take smaller steps, or other data")
    return math.fsum(costs)

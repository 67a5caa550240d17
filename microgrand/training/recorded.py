"""The cost of one sample, recorded once and replayed over all of them: what makes an `Objective` fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from microgrand.engine.node import Node
from microgrand.engine.sweep import sweep
from microgrand.errors import GraphError
from microgrand.networks.layers import Layer, Sequential
from microgrand.networks.losses import Cost
from microgrand.program import Program, record
from microgrand.program.totals import summed
from microgrand.training.labels import targets, weights_of
from microgrand.training.linear_softmax import LinearSoftmax, linear_softmax

TRIED = 3  # samples whose replay is compared with the network itself
CLOSE = 1e-9  # relative: regrouped sums differ by far less


class Recorded(NamedTuple):
    """w C(x, t; θ) of one sample, as a program of θ, the frozen parameters, x, t, and its weight w.

    program  the program
    frozen   the parameters that stay as they are, or their numbers
    cost     the layer that makes the numbers t of a target y
    outputs  how many outputs the cost is of
    """

    program: Program
    frozen: list[Any]
    cost: Cost
    outputs: int

    def labels(self, ys: Any, weights: Any) -> tuple[Any, ...]:
        """t and w of each sample."""
        return targets(self.cost, self.outputs, ys), weights_of(len(ys), weights)

    def summed(self, theta: Any, x: Any, labels: Sequence[Any], gradient: bool = True) -> tuple[float, Any]:
        """Σ w C over the samples and, if asked for, its gradient in θ, an array."""
        held = [getattr(parameter, "data", parameter) for parameter in self.frozen]
        cost, slopes = summed(self.program, (theta, held, x, *labels), 0 if gradient else None)
        return cost, slopes[0] if slopes else None


def is_sparse(x: Any) -> bool:
    """Whether x is a sparse matrix or array of SciPy; SciPy itself is not imported for that."""
    return type(x).__module__.startswith("scipy.sparse")


class Replay:
    """Cost and gradient of an objective's samples, by replay.

    sample  the cost of one of them
    x       their vectors, an array (of a linear classifier also sparse)
    labels  arrays of what else the cost is made of
    """

    def __init__(self, objective: Any, sample: Recorded | LinearSoftmax, x: Any) -> None:
        self.objective, self.sample, self.x = objective, sample, x
        self.labels = sample.labels(objective.ys, objective.weights)

    @staticmethod
    def of(objective: Any) -> Replay | None:
        """For samples that are an array without Values; None where a replay is not possible."""
        network, parameters = objective.network, objective.parameters
        try:
            import numpy

            if is_sparse(objective.xs):
                linear = linear_softmax(network, parameters, objective.xs.shape[1:])
                return None if linear is None else Replay(objective, linear, objective.xs.tocsr())
            x = numpy.asarray(objective.xs)
        except (ImportError, ValueError):  # no array, or vectors of several lengths
            return None
        if x.dtype.kind not in "fiub" or x.ndim < 2:
            return None
        if x.dtype not in (numpy.float64, numpy.float32):  # single precision is converted a stretch at a time
            x = x.astype(numpy.float64)
        sample = recorded(network, parameters, x, objective.ys)
        return None if sample is None else Replay(objective, sample, x)

    def __call__(
        self, theta: Any, batch: Sequence[int] | None, scale: float, share: float, gradient: bool
    ) -> tuple[float, Any]:
        """scale · Σ wᵢCᵢ + share · penalty, of all samples or those of a batch, and its gradient if asked for."""
        import numpy

        theta = numpy.asarray(theta)
        x, labels = self.x, self.labels
        if batch is not None:
            some = numpy.asarray(batch)
            x = x[some] if is_sparse(x) else x.take(some, axis=0)  # in a third of the time that x[some] takes
            labels = tuple([array.take(some, axis=0) for array in labels])
        cost, slopes = self.sample.summed(theta, x, labels, gradient)
        if self.objective.penalty is None and scale == 1.0:
            return cost, slopes
        more, theirs = penalty_at(self.objective, theta)
        return scale * cost + share * more, scale * slopes + share * theirs if gradient else None


def penalty_at(objective: Any, theta: Any) -> tuple[float, Any]:
    """The penalty on an objective's parameters at θ, an array, and its gradient."""
    import numpy

    if objective.penalty is None:
        return 0.0, 0.0
    if isinstance(objective.penalty, Program):
        values, slopes = objective.penalty.value_and_grad(theta[None], allow_nonfinite=True)
        return float(values[0]), slopes[0]
    if hasattr(objective.penalty, "of_numbers"):
        value, gradient = objective.penalty.of_numbers(theta)
        return float(value), gradient
    objective.assign(theta.tolist())
    z = objective.penalty_value()
    if not isinstance(z, Node):
        return float(z), 0.0
    adjoints = sweep(z)
    return z.data, numpy.asarray([adjoints.get(parameter) for parameter in objective.parameters])


def recorded(network: Layer, parameters: Sequence[Any], xs: Any, ys: Sequence[Any]) -> Recorded | LinearSoftmax | None:
    """The cost of a sample, recorded; None for what must be computed sample by sample.

    That is a network with branches that depend on the numbers, with a layer that draws lots, with a cost of its own
    that makes no `target`, with parameters that are not found in its attributes. The recordings of two samples are
    compared, and replays of a few with the network itself.

    xs  the samples as an array
    """
    cost = _last(network)
    if not isinstance(cost, Cost):
        return None
    linear = linear_softmax(network, parameters, xs.shape[1:])
    if linear is not None:
        return linear
    chosen = {id(parameter) for parameter in parameters}
    frozen = [theta for theta in network.named_parameters().values() if id(theta) not in chosen]
    try:
        outputs = len(network(xs[0].tolist()))
        if cost.target(ys[0], outputs) is None:
            return None
        found = Recorded(
            _program(network, parameters, frozen, xs[0], cost.target(ys[0], outputs)), frozen, cost, outputs
        )
        other = _program(network, parameters, frozen, xs[-1], cost.target(ys[-1], outputs))
    except (ArithmeticError, AttributeError, TypeError, ValueError, GraphError):
        return None  # the network itself will tell what is wrong, if anything is
    outside = found.program.parameters or found.program.guards
    alike = found.program.steps == other.steps and found.program.constants == other.constants
    return found if alike and not outside and _is_faithful(found, network, parameters, xs, ys) else None


def _program(network: Layer, parameters: Sequence[Any], frozen: Sequence[Any], x: Any, t: Any) -> Program:
    def cost_of_sample(theta: Any, frozen: Any, x: Any, t: Any, w: Any) -> Any:
        return w * network(x, t)

    return record(cost_of_sample, list(parameters), list(frozen), x.tolist(), list(t), 1.0)


def _is_faithful(found: Recorded, network: Layer, parameters: Sequence[Any], xs: Any, ys: Sequence[Any]) -> bool:
    import numpy

    theta = numpy.asarray([parameter.data for parameter in parameters])
    for k in range(0, len(xs), max(len(xs) // TRIED, 1)):
        eager = network(xs[k].tolist(), ys[k])
        replayed, _ = found.summed(theta, xs[k : k + 1], found.labels(ys[k : k + 1], None), False)
        if not abs(replayed - float(eager.data)) <= CLOSE * (1.0 + abs(replayed)):
            return False
    return True


def _last(network: Layer) -> Layer:
    return _last(network.layers[-1]) if isinstance(network, Sequential) else network

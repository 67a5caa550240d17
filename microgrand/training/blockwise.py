"""Cost and gradient of samples in Dask arrays: each block gives its part where it lies, on the user's own cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from microgrand.program import Program
from microgrand.training.linear_softmax import LinearSoftmax
from microgrand.training.recorded import Recorded, penalty_at, recorded, targets


def is_dask(x: Any) -> bool:
    """Whether x is a Dask array; Dask itself is not imported for that."""
    return type(x).__module__.startswith("dask.")


class BlockwiseReplay:
    """The same as `Replay`, block by block: θ goes out, cost and gradient come back, samples stay where they are.

    Dask computes on threads by default, and on a cluster where a `distributed.Client` is active.
    """

    def __init__(self, objective: Any) -> None:
        x, y, weights = objective.xs, objective.ys, objective.weights
        ends = [array.compute() for array in (x[[0, -1]], y[[0, -1]])]
        found = recorded(objective.network, objective.parameters, ends[0].astype("float64"), ends[1].tolist())
        if found is None:
            raise ValueError("Dask arrays take a network whose cost can be recorded: without branches on its numbers")
        x = x.rechunk(dict.fromkeys(range(1, x.ndim), -1))
        columns = [x, y.rechunk({0: x.chunks[0]})]
        if weights is not None:
            columns.append(weights.rechunk({0: x.chunks[0]}))
        self.objective, self.sample = objective, found
        self.blocks = list(zip(*[column.to_delayed().ravel() for column in columns], strict=True))

    def __call__(
        self, batch: Sequence[int] | None, scale: float, share: float, gradient: bool
    ) -> tuple[float, list[float]]:
        """scale · Σ wᵢCᵢ + share · penalty over all blocks, added in their order, and its gradient if asked for."""
        import dask
        import numpy

        if batch is not None:
            raise ValueError("Dask arrays are gone through block by block: leave batch_size out")
        theta = numpy.asarray(self.objective.theta())
        sample = dask.delayed(self.sample._replace(frozen=[float(x.data) for x in self.sample.frozen]), traverse=False)
        of_block = dask.delayed(part)
        parts = dask.compute(*[of_block(sample, theta, gradient, *block) for block in self.blocks])
        more, theirs = penalty_at(self.objective, theta)
        cost = scale * math.fsum([cost for cost, _ in parts]) + share * more
        if not gradient:
            return cost, []
        return cost, (scale * numpy.sum([slopes for _, slopes in parts], axis=0) + share * theirs).tolist()


def part(
    sample: Recorded | LinearSoftmax, theta: Any, gradient: bool, x: Any, y: Any, weights: Any = None
) -> tuple[float, Any]:
    """What one block of samples costs, and the gradient."""
    import numpy

    sample = sample._replace(program=_warm(sample.program))
    w = numpy.ones(len(x)) if weights is None else numpy.asarray(weights, dtype=numpy.float64)
    return sample.summed(theta, numpy.asarray(x, dtype=numpy.float64), targets(sample, y), w, gradient)


@lru_cache(maxsize=8)
def _warm(program: Program) -> Program:
    """The equal program that this process has replayed before: its adjoint and its plans stand already."""
    return program

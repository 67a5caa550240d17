"""Cost and gradient of samples in Dask arrays: each block gives its part where it lies, on the user's own cluster."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from microgrand.errors import NonFiniteError
from microgrand.program import Program
from microgrand.program.arrays import in_order
from microgrand.program.dask_arrays import Graph
from microgrand.program.pairwise import added, pairwise
from microgrand.program.pieces import is_dask
from microgrand.program.totals import exact_sum
from microgrand.program.workers import client, require_workers
from microgrand.training.linear_softmax import LinearSoftmax
from microgrand.training.recorded import Recorded, penalty_at, recorded

OfBlocks = tuple[list[float], Any]  # what each block costs, and the sum of their gradients, an array, if asked for


class BlockwiseReplay:
    """The same as `Replay`, block by block: θ goes out, cost and gradient come back, samples stay where they are.

    Dask computes on threads by default, and on a cluster where a `distributed.Client` is active. Samples are loaded
    once, and kept. Gradients are added in pairs where they lie, so that a cluster gives the same bits as threads.
    """

    def __init__(self, objective: Any) -> None:
        import dask

        require_workers()
        given = aligned(objective.xs, objective.ys, objective.weights)
        x, y, weights = kept(*given, tells=True)
        found = _recorded(objective, x, y)
        self.objective = objective
        self.sample = dask.delayed(
            found._replace(frozen=[float(theta.data) for theta in found.frozen]), traverse=False
        ).persist()
        self.x = x
        graph = Graph([self.sample, *[each for each in (y, weights) if each is not None]])
        calls = [
            (labels, self.sample.key, (y.name, i, *[0] * (y.ndim - 1)), None if weights is None else (weights.name, i))
            for i in range(x.numblocks[0])
        ]
        self.labels = graph.array(calls, ((1,) * len(calls),), 0, object)
        if is_kept(y):
            self.labels = self.labels.persist()

    def __call__(
        self, theta: Any, batch: Sequence[int] | None, scale: float, share: float, gradient: bool
    ) -> tuple[float, Any]:
        """scale · Σ wᵢCᵢ + share · penalty over all blocks and, if asked for, its gradient."""
        import numpy

        if batch is not None:
            raise ValueError("Dask arrays are gone through block by block: leave batch_size out")
        theta = numpy.asarray(theta)
        graph = Graph([self.sample, self.x, self.labels])
        at = graph.held(theta)
        places = [(i, *[0] * (self.x.ndim - 1)) for i in range(self.x.numblocks[0])]
        parts = [
            graph.task(part, self.sample.key, at, gradient, (self.x.name, *place), (self.labels.name, place[0]))
            for place in places
        ]
        costs, slopes = graph.computed(graph.reduced(merged, parts))
        more, theirs = penalty_at(self.objective, theta)
        cost = scale * exact_sum(costs) + share * more
        return cost, scale * slopes + share * theirs if gradient else None


def labels(sample: Recorded | LinearSoftmax, y: Any, weights: Any) -> tuple[Any, ...]:
    """The labels of the samples of a block."""
    return sample.labels(y, weights)


def part(sample: Recorded | LinearSoftmax, theta: Any, gradient: bool, x: Any, labels: tuple[Any, ...]) -> OfBlocks:
    """What one block of samples costs, and the gradient."""
    import numpy

    if len(x) == 0:
        return [], numpy.zeros(len(theta))
    sample = sample._replace(program=_warm(sample.program))
    at, rows = in_order(theta, numpy.float64), in_order(x, numpy.float64)
    cost, slopes = sample.summed(at, rows, labels, gradient)
    return [cost], slopes if gradient else None


def merged(some: list[OfBlocks]) -> OfBlocks:
    """Neighbouring blocks together."""
    costs = [cost for costs, _ in some for cost in costs]
    if some[0][1] is None:
        return costs, None
    (slopes,) = pairwise([[slopes] for _, slopes in some], added)
    return costs, slopes


@lru_cache(maxsize=8)
def _warm(program: Program) -> Program:
    """The equal program that this process has replayed before: its adjoint and its plans stand already."""
    return program


def _recorded(objective: Any, x: Any, y: Any) -> Recorded | LinearSoftmax:
    """The cost of one sample; two of them are looked at, the first and the last."""
    import dask
    import numpy

    xs, ys = dask.compute(x[[0, -1]], y[[0, -1]])
    for number, sample in zip((0, len(x) - 1), xs, strict=True):
        if not numpy.isfinite(sample).all():
            raise NonFiniteError(f"sample {number} holds a number that is not finite: leave it out, or fill it in")
    found = recorded(objective.network, objective.parameters, xs.astype(numpy.float64), ys.tolist())
    if found is None:
        raise ValueError("Dask arrays take a network whose cost can be recorded: without branches on its numbers")
    return found


# ---- blocks, and where they are kept ---------------------------------------------------------------------------------


def aligned(x: Any, *others: Any) -> list[Any]:
    """Dask arrays in the same blocks of rows, and all columns of a row in one block; None stays.

    x       a Dask array, whose blocks of rows the others get
    others  Dask arrays, or what NumPy makes an array of
    """
    import dask.array
    import numpy

    rows = x.chunks[0]
    found = []
    for array in (x, *others):
        if array is not None and not is_dask(array):
            array = dask.array.from_array(numpy.asarray(array), chunks=-1, name=False)
        found.append(None if array is None else array.rechunk({**dict.fromkeys(range(array.ndim), -1), 0: rows}))
    return found


COPIES = 3.0  # of the samples stand in memory at once, at most: as they are, standardised, and in work
GB = 1e9


def kept(*arrays: Any, tells: bool = False) -> list[Any]:
    """The Dask arrays, loaded once and kept in the memory of this process or of the workers, if there is enough of it.

    tells  whether a warning tells that there is not, and what can be done
    """
    import dask

    there = [array for array in arrays if array is not None and not is_kept(array)]
    needed = COPIES * sum([8.0 * array.size for array in there])
    room = _room() if there else 0.0
    if needed <= room:
        some = iter(dask.persist(*[array for array in arrays if array is not None]))
        return [None if array is None else next(some) for array in arrays]
    if tells:
        warnings.warn(
            f"training on these samples takes {needed / GB:.3g} GB of memory, and there are {room / GB:.3g} GB: they "
            "are loaded again at every epoch, unless there are more workers, or the samples are persisted before",
            stacklevel=2,
        )
    return list(arrays)


def is_kept(array: Any) -> bool:
    """Whether its blocks are computed: there is no task left."""
    return not any([isinstance(task, tuple) or hasattr(task, "func") for task in dict(array.dask).values()])


def _room() -> float:
    """How many bytes of memory there are: of all workers together, or of this machine."""
    active = client()
    if active is not None:
        limits = active.run_on_scheduler(_asked_for_limits())
        return sum([float(limit) if limit else float("inf") for limit in limits])
    names = getattr(os, "sysconf_names", {})  # none on Windows
    return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) if "SC_PHYS_PAGES" in names else float("inf")


def _asked_for_limits() -> Callable[[Any], list[Any]]:
    """A function for the scheduler, which need not have microgrand: it travels by its code."""

    def limits(dask_scheduler: Any) -> list[Any]:
        return [worker.memory_limit for worker in dask_scheduler.workers.values()]

    return limits

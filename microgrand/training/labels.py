"""What is known of each sample beside its vector: its target as numbers, and its weight."""

from __future__ import annotations

from typing import Any

from microgrand.networks.losses import Cost


def targets(cost: Cost, outputs: int, ys: Any) -> Any:
    """The targets as rows of numbers t, in Fortran order; `cost.target` is called once for each different y.

    cost     the layer that makes t of a target y
    outputs  how many outputs the cost is of
    """
    import numpy

    ys = numpy.asarray(ys)
    if len(ys) == 0:
        return numpy.empty((0, outputs))
    if ys.ndim != 1:
        return numpy.asfortranarray([cost.target(y, outputs) for y in ys.tolist()], dtype=numpy.float64)
    kinds, which = numpy.unique(ys, return_inverse=True)
    columns = numpy.asarray([cost.target(y, outputs) for y in kinds.tolist()], dtype=numpy.float64).T
    return numpy.take(columns, which, axis=1).T


def weights_of(count: int, weights: Any) -> Any:
    """A weight for each of so many samples: 1, unless they are given."""
    import numpy

    return numpy.ones(count) if weights is None else numpy.asarray(weights, dtype=numpy.float64)

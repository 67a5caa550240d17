"""The ways to minimise an objective, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrand.outer_errors import MissingExtraError
from microgrand.training.curvature import Coordinates
from microgrand.training.lbfgs import lbfgs
from microgrand.training.loop import History, train
from microgrand.training.objective import Objective
from microgrand.training.optimisers import Adam, GradientDescent, Momentum
from microgrand.training.recorded import is_sparse

RULES = {"gradient-descent": GradientDescent, "momentum": Momentum, "adam": Adam}
SOLVERS = ("lbfgs", *RULES)
FIRST_LEG = 20  # epochs of L-BFGS, after which the curvature is looked at again


def minimise(
    objective: Objective,
    solver: str,
    *,
    epochs: int,
    step: float | None,
    tolerance: float,
    coordinates: Callable[[Any], Coordinates | None] | None = None,
    **rest: Any,
) -> History:
    """Train the objective's network by the solver of that name, all samples at every step.

    epochs       at most; it is over as soon as no component of the gradient exceeds `tolerance`, per sample
    step         of the rules; L-BFGS finds its own
    coordinates  for L-BFGS: those in which the cost curves alike in all directions around a θ, looked for now and then
    rest         `callback`, `progress`: see `train`
    """
    if solver not in SOLVERS:
        raise ValueError(f"there is no solver {solver!r}: choose from {', '.join(SOLVERS)}")
    if solver == "lbfgs":
        return _in_legs(objective, coordinates or (lambda theta: None), epochs, tolerance, rest)
    if step is None:
        raise ValueError(f"{solver} takes a step: a number above 0")
    return train(objective, RULES[solver](step), epochs=epochs, tolerance=tolerance, **rest)


def _in_legs(
    objective: Objective, coordinates: Callable[[Any], Coordinates | None], epochs: int, tolerance: float, rest: Any
) -> History:
    """L-BFGS in legs, each twice as long as the one before, and each in the coordinates of where it begins."""
    import numpy

    costs: list[float] = []
    leg = FIRST_LEG
    while True:
        found = coordinates(numpy.asarray(objective.theta()))
        left = epochs + 1 - max(len(costs), 1)
        most = left if found is None else min(leg, left)
        history = lbfgs(objective, epochs=most, tolerance=tolerance, coordinates=found, **rest)
        costs = [*costs[:-1], *history.costs]
        if history.epochs < most or most == left:
            return History(costs, [])
        leg *= 2


def safe_step(x: Any, curvature: float, solver: str = "gradient-descent") -> float:
    """A step of a softmax classifier's descent that cannot diverge: 1/(λ/2 + curvature), λ = max eigenvalue of XᵀX.

    The summed cost curves by at most λ/2 along any direction of θ, for the Hessian of log-softmax is at most ½
    (Böhning, 1992), and the penalty by at most `curvature`. Descent would be stable up to twice this step. Adam's steps
    do not depend on the cost's scale: they are 0.05 long.

    x  the samples as rows, each times the root of its weight; an array, also of Dask's, or a sparse matrix
    """
    if solver == "adam":
        return 0.05
    try:
        import numpy
    except ImportError as error:
        raise MissingExtraError("a safe step", "train", "numpy") from error
    rows = x if hasattr(x, "T") else numpy.asarray(x, dtype=numpy.float64)
    if is_sparse(rows):
        largest = _largest_of_sparse(rows)
    else:
        largest = float(numpy.linalg.eigvalsh(numpy.asarray(rows.T @ rows))[-1])
    return 1.0 / (0.5 * max(largest, 1e-300) + curvature)


def _largest_of_sparse(rows: Any) -> float:
    """The largest eigenvalue of XᵀX, to a hundredth, without that matrix."""
    import numpy

    v = numpy.random.default_rng(0).standard_normal(rows.shape[1])
    largest = 0.0
    for _ in range(1000):  # the power method
        v /= max(float(numpy.linalg.norm(v)), 1e-300)
        before, v = largest, rows.T @ (rows @ v)
        largest = float(numpy.linalg.norm(v))
        if largest <= 1.001 * before:
            break
    return 1.05 * largest

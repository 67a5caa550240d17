"""SciPy's L-BFGS on an objective: for convex costs, which have one lowest point and no step size to choose."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from microgrand.errors import MissingExtraError
from microgrand.training.loop import Callback, History, counted
from microgrand.training.objective import Objective


def lbfgs(
    objective: Objective,
    *,
    epochs: int = 1000,
    tolerance: float = 1e-6,
    callback: Callback | None = None,
    progress: bool = True,
) -> History:
    """Train the objective's network in place until no component of ∂C/∂θ exceeds `tolerance`, per sample.

    epochs     iterations at most; one goes through all samples once or, rarely, several times
    tolerance  ≥ 0, of max |∂C/∂θ| / Σᵢ wᵢ (a mean is not divided)
    callback   called with the `History` after each iteration; where it returns True, training stops
    progress   whether a progress bar is drawn on stderr (needs the extra `train`)

    Byrd, Lu, Nocedal & Zhu (1995), as `scipy.optimize.minimize(method="L-BFGS-B")` carries it out. Where rounding ends
    the descent first, the tolerance is not reached; θ then is as low as the arithmetic of the cost can tell.

    Raises ValueError for wrong arguments, NonFiniteError where cost or gradient is no number, and MissingExtraError
    without SciPy.

    >>> from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    >>> from microgrand.training import Objective
    >>> network = Sequential(Linear(1, 2, theta=[[0.0], [0.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> history = lbfgs(Objective(network, [[-1.0], [1.0], [0.5]], [0, 1, 0]), progress=False)
    >>> f"{history.costs[0]:.3f} {history.costs[-1]:.3f}"
    '2.079 1.539'
    """
    if epochs < 0 or not tolerance >= 0.0:
        raise ValueError(f"L-BFGS takes epochs and a tolerance from 0 up; got {epochs} and {tolerance}")
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise MissingExtraError("L-BFGS", "train", "scipy") from error
    size = objective.weight()
    history = History([objective.cost()], [])
    steps = iter(counted(epochs, history.costs, progress))

    def scaled(theta: Any) -> tuple[float, list[float]]:
        cost, gradient = objective(theta.tolist())
        return cost / size, [slope / size for slope in gradient]

    def taken(intermediate_result: Any) -> None:
        history.costs.append(float(intermediate_result.fun) * size)
        next(steps, None)
        if callback is not None and callback(history) is True:
            raise StopIteration

    if epochs > 0:
        next(steps)
        limits = {"maxiter": epochs, "maxfun": 20 * epochs, "gtol": tolerance, "ftol": 64.0 * 2.0**-52, "maxls": 50}
        with _one_thread_for_scipy():
            found = minimize(scaled, objective.theta(), jac=True, method="L-BFGS-B", callback=taken, options=limits)
        objective.assign(found.x.tolist())
    return history


def _one_thread_for_scipy() -> AbstractContextManager[Any]:
    """Keep the BLAS that SciPy brings to one thread.

    Its others spin for a while after each call, on the processors that NumPy's own BLAS needs for cost and gradient
    (over 60,000 samples of 784 numbers these took 0.12 s each in place of 0.07 s).
    """
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:  # it comes with scikit-learn
        return nullcontext()
    pools = ThreadpoolController()
    own = [pool["filepath"] for pool in pools.info() if "scipy.libs" in pool["filepath"]]
    return pools.select(filepath=own).limit(limits=1)  # type: ignore[no-any-return]

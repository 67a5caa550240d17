"""SciPy's L-BFGS on an objective: for convex costs, which have one lowest point and no step size to choose."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from microgrand.outer_errors import MissingExtraError
from microgrand.training.loop import Callback, History, counted
from microgrand.training.objective import Objective
from microgrand.training.optimisers import from_zero, whole

NUDGE = 1e-6  # of θ, for differences of gradients
SOLVED = 0.1  # the share of the gradient that conjugate gradients leave
SOLVING = 300  # of their steps, at most
SEARCHED = 20  # points along one direction, at most
PATIENCE = 3  # Newton's steps without a new smallest gradient, until rounding has the last word
HALVED = 0.5  # the share of the slope along a direction that a step by slopes leaves, at most


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

    Byrd, Lu, Nocedal & Zhu (1995), as `scipy.optimize.minimize(method="L-BFGS-B")` carries it out. Where rounding hides
    that the cost still falls before the tolerance is reached, Newton's steps follow, which look at the gradient alone:
    it still tells where the lowest point is. With a tolerance of 0 they are left out.

    Raises ValueError for wrong arguments, NonFiniteError where cost or gradient is no number, and MissingExtraError
    without SciPy.

    >>> from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    >>> from microgrand.training import Objective
    >>> network = Sequential(Linear(1, 2, theta=[[0.0], [0.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> history = lbfgs(Objective(network, [[-1.0], [1.0], [0.5]], [0, 1, 0]), progress=False)
    >>> f"{history.costs[0]:.3f} {history.costs[-1]:.3f}"
    '2.079 1.539'
    """
    if not isinstance(objective, Objective):
        raise TypeError(f"lbfgs takes an Objective(network, xs, ys); got {objective!r:.60}")
    whole("epochs", epochs, 0)
    from_zero("tolerance", tolerance)
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
            if found.status in (0, 2) and tolerance > 0.0:  # neither the epochs nor the callback ended it
                found.x = _by_newton(scaled, found, tolerance, epochs - found.nit, taken)
        objective.assign(found.x.tolist())
    return history


def _by_newton(
    scaled: Callable[[Any], Any], found: Any, tolerance: float, epochs: int, taken: Callable[[Any], None]
) -> Any:
    """θ after Newton's steps, each to where the slope along it is small: the θ with the smallest gradient.

    Near the lowest point the cost differs by its square, and is lost in rounding where slopes are not: these are the
    approximate Wolfe conditions of Hager & Zhang (2005). A step solves H d = -∂C/∂θ by conjugate gradients, with H v as
    a difference of gradients, and with what L-BFGS knows of H.
    """
    from numpy import abs, asarray
    from scipy.optimize import OptimizeResult
    from scipy.sparse.linalg import LinearOperator, cg

    theta, cost, gradient = found.x, found.fun, asarray(found.jac)
    best, smallest, age = theta, abs(gradient).max(), 0
    while epochs > 0 and smallest > tolerance and age < PATIENCE:

        def curved(v: Any, at: Any = theta, slopes: Any = gradient) -> Any:
            nudge = NUDGE / max(abs(v).max(), 1e-300)
            return (asarray(scaled(at + nudge * v)[1]) - slopes) / nudge

        hessian = LinearOperator((len(theta), len(theta)), curved, dtype=float)
        direction, _ = cg(hessian, -gradient, rtol=SOLVED, maxiter=SOLVING, M=found.hess_inv)
        step = _to_a_small_slope(scaled, theta, gradient, direction, cost)
        if step is None:
            break
        length, cost, gradient = step
        theta = theta + length * direction
        epochs, age = epochs - 1, age + 1
        if abs(gradient).max() < smallest:
            best, smallest, age = theta, abs(gradient).max(), 0
        try:
            taken(OptimizeResult(fun=cost))
        except StopIteration:
            break
    return best


def _to_a_small_slope(
    scaled: Callable[[Any], Any], theta: Any, gradient: Any, direction: Any, cost: float
) -> tuple[float, float, Any] | None:
    """How far to go in a direction, with cost and gradient there; None where no point is better but for rounding."""
    from numpy import asarray

    first = direction @ gradient
    length = 1.0
    for _ in range(SEARCHED if first < 0.0 else 0):
        there, after = scaled(theta + length * direction)
        after = asarray(after)
        slope = direction @ after
        if abs(slope) <= -HALVED * first:
            return (length, there, after) if there <= cost + 1e-12 * (1.0 + abs(cost)) else None
        crossing = first / (first - slope) if slope > first else 10.0  # where the line through both slopes is 0
        length *= min(max(crossing, 0.1), 10.0)
    return None


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

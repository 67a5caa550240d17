"""SciPy's L-BFGS on an objective: for convex costs, which have one lowest point and no step size to choose."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from microgrand.outer_errors import MissingExtraError
from microgrand.program.threads import one_thread_for_scipy
from microgrand.training.curvature import Coordinates
from microgrand.training.loop import Callback, History, counted
from microgrand.training.objective import Objective
from microgrand.training.optimisers import as_list, from_zero, whole

NUDGE = 1e-6  # of θ, for differences of gradients
SOLVED = 0.1  # conjugate gradients stop at this share of the gradient
SOLVING = 300  # of their steps, at most
SEARCHED = 20  # points along one direction, at most
PATIENCE = 3  # Newton steps without a smaller gradient, after which the rest is rounding
FLATTENED = 0.5  # a step may leave at most this share of the slope along its direction


def lbfgs(
    objective: Objective,
    *,
    epochs: int = 1000,
    tolerance: float = 1e-6,
    coordinates: Coordinates | None = None,
    callback: Callback | None = None,
    progress: bool = True,
) -> History:
    """Train the objective's network in place until no component of ∂C/∂θ exceeds `tolerance`, per sample.

    epochs       iterations at most; one goes through all samples once or, rarely, several times
    tolerance    ≥ 0, of max |∂C/∂θ| / Σᵢ wᵢ and, with `coordinates`, of the same in φ (a mean is not divided)
    coordinates  in which the steps are taken, such as decorrelated ones; θ itself by default
    callback     called with the `History` after each iteration; where it returns True, training stops
    progress     whether a progress bar is drawn on stderr (needs the extra `train`)

    Byrd, Lu, Nocedal & Zhu (1995), as `scipy.optimize.minimize(method="L-BFGS-B")` carries it out. Where rounding hides
    that the cost still falls before the tolerance is reached, Newton's steps follow, which use the gradient alone, as
    it is still accurate there. With a tolerance of 0 they are left out. In the end the parameters have their `grad`.

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
    if not 0.0 < size < math.inf:
        raise ValueError(f"the weights of the samples add up to {size}: there is nothing to be lowered")
    descent = _Descent(objective, size, coordinates, tolerance, callback, epochs, progress)
    limits = {"maxiter": epochs, "maxfun": 20 * epochs, "gtol": 0.0, "ftol": 64.0 * 2.0**-52, "maxls": 50}
    try:
        if epochs > 0 and not descent.is_flat():
            next(descent.steps)
            with one_thread_for_scipy():  # more would spin after each call, on the processors that NumPy needs
                found = minimize(
                    descent.scaled, descent.phi, jac=True, method="L-BFGS-B", callback=descent.taken, options=limits
                )
                descent.phi = found.x
                if found.status in (0, 2) and tolerance > 0.0:  # neither the epochs nor the callback ended it
                    descent.phi = _by_newton(descent, found, epochs - found.nit)
        descent.scaled(descent.phi)
    finally:
        objective.assign(descent.theta())
    objective.assign(descent.theta(), as_list(descent.gradient))
    return descent.history


class _Descent:
    """A descent in the coordinates φ: where it is, and what SciPy asks and tells.

    phi             the last iterate
    known           the φ of the last evaluation
    cost, gradient  C and ∂C/∂θ there
    steps           the progress bar
    """

    def __init__(
        self,
        objective: Objective,
        size: float,
        coordinates: Coordinates | None,
        tolerance: float,
        callback: Callback | None,
        epochs: int,
        progress: bool,
    ) -> None:
        from numpy import asarray

        self.objective, self.size, self.tolerance, self.callback = objective, size, tolerance, callback
        self.to_phi: Callable[[Any], Any] = coordinates.to_phi if coordinates else asarray
        self.to_theta: Callable[[Any], Any] = coordinates.to_theta if coordinates else asarray
        self._start = objective.theta()
        self._first = self.phi = self.known = self.to_phi(asarray(self._start))
        self.cost, self.gradient = objective.value_and_grad(asarray(self._start))
        self.history = History([self.cost], [])
        self.steps = iter(counted(epochs, self.history.costs, progress))

    def theta(self) -> list[float]:
        """θ at the last iterate; at the first one as it was given, to the last bit."""
        found: list[float] = self._start if self.phi is self._first else self.to_theta(self.phi).tolist()
        return found

    def scaled(self, phi: Any) -> tuple[float, Any]:
        """Cost and ∂C/∂φ, per sample."""
        from numpy import array_equal, asarray

        if not array_equal(phi, self.known):  # SciPy and the tests for convergence ask for the same point
            self.known = phi.copy()
            self.cost, self.gradient = self.objective.value_and_grad(self.to_theta(phi))
        return self.cost / self.size, self.to_theta(asarray(self.gradient)) / self.size

    def steepest(self, gradient: Any) -> float:
        """The largest slope, in θ and in φ: ∂C/∂θ alone is also small far along a flat valley."""
        return float(max(abs(self.to_phi(gradient)).max(), abs(gradient).max()))

    def is_flat(self) -> bool:
        """Whether no slope exceeds the tolerance."""
        return self.steepest(self.scaled(self.phi)[1]) <= self.tolerance

    def taken(self, intermediate_result: Any) -> None:
        """Called by SciPy after each iteration. Raises StopIteration where the descent is over."""
        self.phi = intermediate_result.x.copy()
        self.history.costs.append(float(intermediate_result.fun) * self.size)
        next(self.steps, None)
        if self.callback is not None:
            self.objective.assign(self.theta())
            if self.callback(self.history) is True:
                raise StopIteration
        if self.tolerance > 0.0 and self.is_flat():
            raise StopIteration


def _by_newton(descent: _Descent, found: Any, epochs: int) -> Any:
    """φ after Newton's steps, each to where the slope along it is small: that with the smallest gradient.

    Near the lowest point the cost differs by its square, and is lost in rounding where slopes are not: these are the
    approximate Wolfe conditions of Hager & Zhang (2005). A step solves H d = -∂C/∂φ by conjugate gradients, with H v as
    a difference of gradients, and with what L-BFGS knows of H.
    """
    from numpy import abs
    from scipy.optimize import OptimizeResult
    from scipy.sparse.linalg import LinearOperator, cg

    phi, cost, gradient = found.x, found.fun, found.jac
    best, smallest, age = phi, descent.steepest(gradient), 0
    while epochs > 0 and smallest > descent.tolerance and age < PATIENCE:

        def curved(v: Any, at: Any = phi, slopes: Any = gradient) -> Any:
            nudge = NUDGE / max(abs(v).max(), 1e-300)
            return (descent.scaled(at + nudge * v)[1] - slopes) / nudge

        hessian = LinearOperator((len(phi), len(phi)), curved, dtype=float)
        direction, _ = cg(hessian, -gradient, rtol=SOLVED, maxiter=SOLVING, M=found.hess_inv)
        step = _to_a_small_slope(descent.scaled, phi, gradient, direction, cost)
        if step is None:
            break
        length, cost, gradient = step
        phi = phi + length * direction
        epochs, age = epochs - 1, age + 1
        if descent.steepest(gradient) < smallest:
            best, smallest, age = phi, descent.steepest(gradient), 0
        try:
            descent.taken(OptimizeResult(x=phi, fun=cost))
        except StopIteration:
            break
    return best


def _to_a_small_slope(
    scaled: Callable[[Any], Any], theta: Any, gradient: Any, direction: Any, cost: float
) -> tuple[float, float, Any] | None:
    """How far to go in a direction, with cost and gradient there; None where no point is better but for rounding."""
    first = direction @ gradient
    length = 1.0
    for _ in range(SEARCHED if first < 0.0 else 0):
        there, after = scaled(theta + length * direction)
        slope = direction @ after
        if abs(slope) <= -FLATTENED * first:
            return (length, there, after) if there <= cost + 1e-12 * (1.0 + abs(cost)) else None
        crossing = first / (first - slope) if slope > first else 10.0  # where the line through both slopes is 0
        length *= min(max(crossing, 0.1), 10.0)
    return None

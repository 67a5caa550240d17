"""Training: forward, backward, update θ, repeat."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from microgrand.outer_errors import MissingExtraError
from microgrand.shortening import how_many
from microgrand.training.objective import Objective
from microgrand.training.optimisers import Optimiser, as_list, from_zero, whole

Callback = Callable[["History"], object]


class History(NamedTuple):
    """How the cost fell.

    costs       C(θ) before each epoch, and after the last; with mini-batches, an epoch's is the sum (or the mean) of
                its batches' costs as they were met
    validation  the same cost of the validation samples after each epoch, where there are any

    >>> History([3.0, 2.0, 1.5], validation=[]).epochs
    2
    """

    costs: list[float]
    validation: list[float]

    @property
    def epochs(self) -> int:
        """How many times all samples have been gone through."""
        return len(self.costs) - 1

    def __repr__(self) -> str:
        ends = " → ".join([f"{cost:.6g}" for cost in [*self.costs[:1], *self.costs[1:][-1:]]]) or "not known"
        return f"<History of {how_many(max(self.epochs, 0), 'epoch')}: cost {ends}; .costs holds all>"


def train(
    objective: Objective,
    optimiser: Optimiser,
    *,
    epochs: int,
    batch_size: int | None = None,
    seed: int | None = None,
    tolerance: float | None = None,
    validation: Objective | None = None,
    patience: int | None = None,
    callback: Callback | None = None,
    progress: bool = True,
) -> History:
    """Train the objective's network in place, by the optimiser's rule, and tell how the cost fell.

    epochs      how many times all samples are gone through, at most
    batch_size  samples a step; all of them by default, which is gradient descent as the lecture writes it
    seed        of the order in which samples come into mini-batches, another in each epoch
    tolerance   stop as soon as no component of a step's ∂C/∂θ exceeds this, per sample (a mean is not divided); where a
                step is of all samples, θ stays where that was so
    validation  an `Objective` of the same network on samples that it is not trained on
    patience    stop after so many epochs without a new lowest cost (of the validation samples, where there are any,
                else of the training's own), and leave θ where that cost was lowest
    callback    called with the `History` after each epoch; where it returns True, training stops
    progress    whether a progress bar is drawn on stderr (needs the extra `train`)

    Raises ValueError for wrong arguments, and NonFiniteError where the descent diverges.

    >>> from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    >>> from microgrand.training import GradientDescent, Objective
    >>> network = Sequential(Linear(1, 2, theta=[[0.0], [0.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> objective = Objective(network, [[-1.0], [1.0]], [0, 1])
    >>> history = train(objective, GradientDescent(0.5), epochs=3, progress=False)
    >>> [round(cost, 3) for cost in history.costs]
    [1.386, 0.627, 0.389, 0.281]
    """
    _require(objective, optimiser, epochs, batch_size, patience)
    if tolerance is not None:
        from_zero("tolerance", tolerance)
    history = History([], [])
    order = random.Random(seed)
    best = _Best(objective.theta())
    for _ in counted(epochs, history.costs, progress):
        start = objective.theta()
        cost, steepest = _epoch(objective, optimiser, _batches(objective.size, batch_size, order), tolerance)
        history.costs.append(cost)
        if validation is None:
            best.met(cost, start)
        else:
            history.validation.append(validation.cost())
            best.met(history.validation[-1], objective.theta())
        if callback is not None and callback(history) is True:
            break
        if (tolerance is not None and steepest <= tolerance) or (patience is not None and best.age >= patience):
            break
    if patience is not None:
        if validation is None:
            best.met(objective.cost(), objective.theta())
        objective.assign(best.theta)
    history.costs.append(objective.cost())
    return history


def _epoch(
    objective: Objective, optimiser: Optimiser, batches: Iterable[Sequence[int] | None], tolerance: float | None
) -> tuple[float, float]:
    """Go once through all samples; the cost as it was met, and the last step's largest slope, per sample."""
    costs = []
    steepest = 0.0
    theta: Any = objective.theta()
    gradient: Any = None
    try:
        for batch in batches:
            # set z¹ = x, go forward to zᴸ = C, and backward to ∂C/∂θ
            cost, gradient = objective.value_and_grad(theta, batch)
            costs.append(cost)
            if tolerance is not None:
                steepest = max(map(abs, as_list(gradient))) / (objective.weight(batch) or 1.0)
                if batch is None and steepest <= tolerance:
                    break  # θ has converged: leave it where that was found
            theta = optimiser.moved(theta, gradient)  # update θ, repeat
    finally:
        objective.assign(as_list(theta), as_list(gradient))
    return math.fsum(costs) / (len(costs) if objective.mean else 1), steepest


class _Best:
    """The lowest cost met, the θ that had it, and how many epochs ago that was."""

    def __init__(self, theta: list[float]) -> None:
        self.cost = math.inf
        self.theta = theta
        self.age = 0

    def met(self, cost: float, theta: list[float]) -> None:
        """An epoch's cost."""
        self.age += 1
        if cost < self.cost:
            self.cost, self.theta, self.age = cost, theta, 0


def counted(epochs: int, costs: Sequence[float], progress: bool) -> Iterable[int]:
    """0, 1, …, epochs - 1, with a progress bar that shows the latest cost."""
    if not progress:
        return range(epochs)
    try:
        from tqdm import tqdm
    except ImportError as error:
        raise MissingExtraError("a progress bar", "train", "tqdm") from error

    def steps() -> Iterator[int]:
        with tqdm(range(epochs), desc="training", unit="epoch") as bar:
            for epoch in bar:
                yield epoch
                bar.set_postfix(cost=f"{costs[-1]:.4g}", refresh=False)

    return steps()


def _batches(size: int, batch_size: int | None, order: random.Random) -> Iterator[Sequence[int] | None]:
    """The indices of the samples of each step of an epoch: all, or a few at a time in a new order."""
    if batch_size is None or batch_size >= size:
        yield None
        return
    indices = _shuffled(size, order)
    for start in range(0, size, batch_size):
        yield indices[start : start + batch_size]


def _shuffled(size: int, order: random.Random) -> Sequence[int]:
    """The numbers below `size` in a new order: by NumPy, where it is installed, in a twentieth of the time."""
    try:
        import numpy
    except ImportError:
        return order.sample(range(size), size)
    shuffled: Any = numpy.random.default_rng(order.getrandbits(128)).permutation(size)
    return shuffled  # type: ignore[no-any-return]


def _require(objective: Any, optimiser: Any, epochs: int, batch_size: int | None, patience: int | None) -> None:
    if not isinstance(objective, Objective):
        raise TypeError(f"train takes an Objective(network, xs, ys) and an optimiser; got {objective!r:.60}")
    if not isinstance(optimiser, Optimiser):
        raise TypeError(f"the optimiser is a rule such as Adam(0.1); got {optimiser!r:.60}")
    whole("epochs", epochs, 0)
    for name, number in (("batch_size", batch_size), ("patience", patience)):
        if number is not None:
            whole(name, number, 1)

"""Gradient descent on the cost C(θ), as the lecture writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from microgrand.errors import MissingExtraError
from microgrand.layers import Layer
from microgrand.primitives import dot
from microgrand.primitives import sum as total
from microgrand.value import Value


def cost_of(network: Layer, xs: Sequence[Any], ys: Sequence[Any], l2: float = 0.0) -> Value:
    """C(θ) = Σᵢ C(x⁽ⁱ⁾, y⁽ⁱ⁾; θ) + l2/2 · Σ θ², summed over the samples and not averaged."""
    cost: Value = total([network(x, y) for x, y in zip(xs, ys, strict=True)])
    if l2 != 0.0:
        theta = network.parameters()
        cost = cost + 0.5 * l2 * dot(theta, theta)
    return cost


def gradient_descent(
    network: Layer,
    xs: Sequence[Any],
    ys: Sequence[Any],
    *,
    step: float,
    epochs: int,
    l2: float = 0.0,
    progress: bool = True,
) -> list[float]:
    """Train in place by θ ← θ - step · ∂C/∂θ, and return the cost before each epoch and after the last.

    step      of the *summed* cost: for a mean of N samples it would be N times as large
    epochs    how many times all samples are gone through
    l2        the weight of the penalty l2/2 · Σ θ²
    progress  whether a progress bar is drawn on stderr (needs the extra `train`)

    Raises NonFiniteError where the descent diverges.

    >>> from microgrand.layers import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    >>> network = Sequential(Linear(1, 2, theta=[[0.0], [0.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> history = gradient_descent(network, [[-1.0], [1.0]], [0, 1], step=0.5, epochs=3, progress=False)
    >>> [round(cost, 3) for cost in history]
    [1.386, 0.627, 0.389, 0.281]
    """
    if epochs < 0 or not step > 0.0:
        raise ValueError(f"gradient descent takes epochs ≥ 0 and step > 0; got epochs={epochs} and step={step}")
    theta = network.parameters()
    if not theta or len(xs) == 0 or l2 < 0.0:
        raise ValueError(f"descent takes parameters, samples and l2 ≥ 0; got {len(theta)}, {len(xs)} and {l2}")
    history: list[float] = []
    for _ in _counted(epochs, history, progress):
        cost = cost_of(network, xs, ys, l2)  # set z¹ = x, go forward to zᴸ = C
        cost.backward()  # δᴸ = 1, then backward to δ²
        gradient = [parameter.grad for parameter in theta]  # collect ∂C/∂θ
        for parameter, slope in zip(theta, gradient, strict=True):
            parameter.data -= step * slope  # update θ
        history.append(cost.data)  # repeat
    history.append(cost_of(network, xs, ys, l2).data)
    return history


def _counted(epochs: int, history: list[float], progress: bool) -> Iterable[int]:
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
                bar.set_postfix(cost=f"{history[-1]:.4g}", refresh=False)

    return steps()

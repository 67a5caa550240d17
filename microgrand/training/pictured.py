"""One sample in a trained model: its graph as a picture that fits a page, its trace, and the live page of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.drawing import draw
from microgrand.drawing.drawing import Drawing
from microgrand.engine.value import Value
from microgrand.networks.layers import Linear, Sequential
from microgrand.networks.trace import Trace
from microgrand.training.model import Model
from microgrand.training.report import weights
from microgrand.walk.walkthrough import Walkthrough, walkthrough

MOST_INPUTS = 3  # that a picture shows by name, and by number: as many as a box writes out
MOST_CLASSES = 3  # that are drawn one by one


def trace_of(model: Model, x: Sequence[float], y: int, step: float | None = None) -> Trace:
    """The trace of a standardised sample, its inputs called as the columns are."""
    return model.network.trace(_named(model, x), y, step)


def graph_of(model: Model, x: Sequence[float], y: int, where: str) -> Drawing:
    """The graph of a standardised sample's cost, by layers; it shows the inputs that matter most.

    where  the sample comes from, for the title
    """
    network, shown = _narrowed(model, x)
    inputs = [_named(model, x)[i] for i in shown]
    others = len(x) - len(shown)
    rest = f"; b holds what the other {others:,} inputs add" if others else ""
    title = f"{where}: {', '.join([model.features[i] for i in shown])}{rest}"
    if model.hidden:
        return draw(network, sample=[each.data for each in inputs], target=y, title=title)
    cost = network(inputs, y)
    depth = 1 if len(model.classes) > MOST_CLASSES else 2
    return draw(cost, names={"cost": cost}, depth=depth, show=("value", "delta"), title=title)


def page_of(model: Model, x: Sequence[float], y: int) -> Walkthrough:
    """The steps of the same graph, to be played."""
    network, shown = _narrowed(model, x)
    return walkthrough(network.trace([_named(model, x)[i] for i in shown], y), names={})


def _named(model: Model, x: Sequence[float]) -> list[Value]:
    """The inputs of the network, each with the name of its column."""
    return [Value(number, name=name) for name, number in zip(model.features, x, strict=True)]


def _narrowed(model: Model, x: Sequence[float]) -> tuple[Any, list[int]]:
    """The network with the inputs that matter most, and the places of these.

    What the others add to the first layer, for this sample, stands in the bias there: the cost is the same.
    """
    network: Any = model.network
    order = {weight.feature: k for k, weight in enumerate(weights(model))}
    shown = sorted(range(len(x)), key=lambda i: order[model.features[i]])[:MOST_INPUTS]
    if len(x) <= MOST_INPUTS + 1:
        return network, list(range(len(x)))
    first, *rest = network.layers
    theta = model.first_theta
    layer = Linear(len(shown), len(theta), bias=True, theta=[[row[i] for i in shown] for row in theta])
    others = [i for i in range(len(x)) if i not in shown]
    given = [0.0] * len(theta) if first.bias is None else [b.data for b in first.bias]
    for b, row, own in zip(layer.bias or (), theta, given, strict=True):
        b.data = own + sum([row[i] * x[i] for i in others])
    return Sequential(layer, *rest), shown

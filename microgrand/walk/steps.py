"""`steps(root)`: the sweep, one record at a time, forwards and then backwards."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from microgrand.drawing.names import caller_names
from microgrand.progress import progress
from microgrand.walk.layer_steps import LayerSteps
from microgrand.walk.node_steps import NodeSteps
from microgrand.walk.root import fresh_root
from microgrand.walk.step import Step, Steps

GRANULARITIES = ("node", "edge", "layer")


def steps(root: Any, granularity: str = "node", *, names: Mapping[str, Any] | None = None) -> Sequence[Step]:
    """Every step of computing `root` and its gradient: what is given, forwards in topological order, and backwards.

    root         a Value, or the trace of a network
    granularity  "node": one step a value and one a δ, with all children's terms; "edge": the terms arrive one by one;
                 "layer": z¹ … zᴸ, δᴸ = 1, and δˡ from δˡ⁺¹ with the matrix ∂zˡ⁺¹/∂zˡ, for graphs made of layers
    names        as for `draw`

    Nothing is changed: δ is computed for this root, and no `.grad` is read. δˡ is ∂C/∂zˡ with the other elements of zˡ
    held fixed, also where a layer computes one of them from another.

    Raises GraphError if a leaf was changed and the graph not refreshed, ValueError for layers where there are none.

    >>> from microgrand import Value
    >>> x, w = Value(2.0), Value(-3.0)
    >>> y = w * x + x
    >>> for step in steps(y):
    ...     print(step)
    ▶ w = -3, x = 2
    ▶ z₃ = w·x = -3·2 = -6, ∂z₃/∂w = 2, ∂z₃/∂x = -3
    ▶ y = z₃ + x = -6 + 2 = -4, ∂y/∂z₃ = 1, ∂y/∂x = 1
    ◀ δ(y) = 1
    ◀ δ(z₃) = δ(y)·∂y/∂z₃ = 1·1 = 1
    ◀ δ(x) = δ(y)·∂y/∂x + δ(z₃)·∂z₃/∂x = 1·1 + 1·(-3) = -2
    ◀ δ(w) = δ(z₃)·∂z₃/∂w = 1·2 = 2
    """
    if granularity not in GRANULARITIES:
        raise ValueError(f"granularity is one of {', '.join(map(repr, GRANULARITIES))}; got {granularity!r:.60}")
    called = caller_names(names, sys._getframe(1).f_locals)
    top = fresh_root(root, "steps")
    with progress("walking", ("reading the graph", "forwards", "backwards")) as task:
        if granularity == "layer":
            layers, rate = LayerSteps(top, called), getattr(root, "step", None)
            task.next()
            placed = layers.forward()
            task.next()
            update = layers.update(rate, root.parameters) if rate is not None else []
            return Steps([step for _, step in [*placed, *layers.backward(), *update]])
        walk = NodeSteps(top, called)
        task.next()
        forward = walk.forward()
        task.next()
        return Steps([*forward, *(walk.backward() if granularity == "node" else walk.arriving())])

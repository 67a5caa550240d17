"""The root of a walk: a graph whose recorded numbers are those of its leaves."""

from __future__ import annotations

from typing import Any

from microgrand.drawing.draw import root_of
from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.errors import GraphError
from microgrand.stale import stale


def fresh_root(root: Any, who: str) -> Node:
    """The node that a Value or a trace stands for; `who` walks through its graph.

    Raises TypeError for anything else, and GraphError if a leaf was changed and the graph not refreshed: equations that
    mix the new number with old ones would be false.
    """
    top = root_of(root, who)
    old = len(stale(top))
    if old > 0:
        numbers = "1 number of this graph is" if old == 1 else f"{old:,} numbers of this graph are"
        raise GraphError(
            f"{numbers} stale, since a leaf was changed, and equations would be false: `microgrand.refresh(root)` helps"
        )
    return top


def unused_inputs(root: Node) -> list[Node]:
    """What the layers in a graph were called on, and the root does not use."""
    order = topological_order(root)
    used = set(order)
    scopes = dict.fromkeys([node.scope for node in order if node.scope is not None])
    for scope in list(scopes):
        while scope.outer is not None and scope.outer not in scopes:
            scope = scope.outer
            scopes[scope] = None
    inputs = dict.fromkeys([item for scope in scopes for item in scope.inputs if isinstance(item, Node)])
    return [item for item in inputs if item not in used]

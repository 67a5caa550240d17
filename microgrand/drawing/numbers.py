"""The numbers that a drawing and its steps tell of: values, local partials and δ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.drawing.groups import Group
from microgrand.drawing.links import Edge, Link
from microgrand.drawing.vertices import Vertex
from microgrand.engine.node import Node
from microgrand.engine.sweep import Adjoints, sweep


class Numbers:
    """The numbers of a graph as it stands: floats."""

    def __init__(self, adjoints: Adjoints) -> None:
        self.adjoints = adjoints

    def value(self, node: Node) -> float:
        """The value of a node."""
        return node.data

    def delta(self, node: Node) -> float:
        """δ of a node; 0 where the root does not depend on it."""
        return self.adjoints.get(node)

    def partials(self, node: Node) -> Sequence[float]:
        """The local partials of a node, one for each parent."""
        return node.partials

    def rate(self, eta: float) -> float:
        """The step size of a descent."""
        return eta

    def sweep(self, root: Node, weight: float, below: Sequence[Node]) -> Any:
        """∂root/∂node for each node, by node, where those `below` are held fixed."""
        return sweep(root, weight, below, allow_stale=True)

    def items(self, group: Group) -> list[float]:
        """The numbers of a box, in order."""
        return [self.of(item) if isinstance(item, Vertex) else float(item) for item in group.items]

    def deltas(self, group: Group) -> list[float]:
        """δ of each vertex of a box."""
        found = group.held_apart(self.sweep)
        return [self.delta_of(vertex) for vertex in group.vertices] if found is None else found

    def of(self, vertex: Vertex) -> float:
        """The value of a vertex."""
        return vertex.data

    def delta_of(self, vertex: Vertex) -> float:
        """δ of a vertex, which may be a step of the derivation of a node."""
        return vertex.delta

    def partial(self, edge: Edge) -> float:
        """The local partial along an edge."""
        return edge.partial

    def between(self, links: Sequence[Link]) -> dict[Vertex, float]:
        """For each vertex at the lower ends of these links, its partials along them together."""
        found: dict[Vertex, float] = {}
        for edge in [edge for link in links for edge in link.edges]:
            found[edge.parent] = found.get(edge.parent, 0.0) + self.partial(edge)
        return found

"""The sweep layer by layer, as the lecture writes it: z¹ … zᴸ, δᴸ = 1, and δˡ from δˡ⁺¹ through ∂zˡ⁺¹/∂zˡ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrand.drawing.draw import Composition, compose, root_of
from microgrand.drawing.groups import Group
from microgrand.drawing.links import Link, jacobian
from microgrand.drawing.names import one_line
from microgrand.drawing.vertices import Vertex
from microgrand.node import Node
from microgrand.walk.formulas import Style, formula
from microgrand.walk.nodes import NodeSteps, listed
from microgrand.walk.step import Step

ALL = 10**9  # boxes: nothing is left out
DEEPEST = 50  # networks in networks that are looked into for the first with several layers


class LayerSteps:
    """The steps of a graph that is made of layers.

    root    a Value, or a trace; where the trace was made with a step size η, the update θ - η ∂C/∂θ follows
    called  the name of a node, if it has one

    Raises ValueError for a graph without layers.
    """

    def __init__(self, root: Any, called: Callable[[Node], str | None], composed: Composition | None = None) -> None:
        self.composed = composed if composed is not None else layers_only(root, called)[1]
        self._rate = getattr(root, "step", None)
        self._grouping, self._links = self.composed.grouping, self.composed.links
        self._root = self.composed.seen.root
        self._nodes = NodeSteps(root_of(root), called)
        self.groups = sorted(self._drawn(), key=self._turn)

    def all(self) -> list[Step]:
        """Forwards, backwards, and the update, where there is a step size."""
        update = self.update(self._rate) if self._rate is not None else []
        return [step for _, step in [*self.forward(), *self.backward(), *update]]

    def forward(self) -> list[tuple[Group, Step]]:
        """One step for each vector."""
        return [(group, self._computed(group)) for group in self.groups]

    def backward(self) -> list[tuple[Group, Step]]:
        """One step for each δˡ and each ∂C/∂θˡ, from the root down."""
        return [(group, self._delta(group)) for group in reversed(self.groups) if group.vertices]

    def update(self, rate: float) -> list[tuple[Group, Step]]:
        """One step for each row of parameters: θ ← θ - η ∂C/∂θ."""
        return [(group, self.updated(group, rate)) for group in self.groups if self._is_parameter(group)]

    def _drawn(self) -> list[Group]:
        return [group for group in self._links.groups if group.kind in ("vector", "node")]

    def _turn(self, group: Group) -> int:
        """Inputs come first, then parameters, then what is computed from them."""
        if any([not vertex.is_leaf for vertex in group.vertices]):
            return 2
        return 1 if self._is_parameter(group) else 0

    # ---- forward ----

    def _computed(self, group: Group) -> Step:
        made = self._made_by(group)
        if group.kind == "node" or (made is None and self._turn(group) == 2):
            return self._nodes.computed(self.places(group)[0])
        name, numbers = self.name(group), _numbers(group)
        into = [link.tail for link in self._links.all if link.head is made] if made is not None else []
        below = [self.name(each) for each in sorted(into, key=self._is_parameter)]
        vectors = len([each for each in into if not self._is_parameter(each)])

        def write(style: Style) -> str:
            arguments = [style.name(each) for each in below]
            inside = "; ".join([", ".join(part) for part in (arguments[:vectors], arguments[vectors:]) if part])
            call = [style.name(one_line(made.name)) + style.bracketed(inside)] if made is not None else []
            return " = ".join([style.name(name), *call, style.vector(numbers)])

        if made is not None:
            sentence = f"The layer {one_line(made.name)} computes {name} from {listed(below)}."
        elif self._is_parameter(group):
            sentence = f"{name} is a parameter: training changes it."
        else:
            sentence = f"{name} is the input: it is given."
        return Step("forward", name, self.places(group), _plain(numbers), (), (), (), sentence, formula(write))

    # ---- backward ----

    def _delta(self, group: Group) -> Step:
        if group.kind == "node":
            return self._nodes.delta(self.places(group)[0])
        name, deltas = self.delta_name(group), [vertex.delta for vertex in group.vertices]
        onward = self.onward(group)
        if self.is_root(group):
            written = formula(lambda style: f"{self._delta_of(style, group)} = {style.vector(deltas)}")
            sentence = f"The sweep starts at the cost: {self.name(group)} changes with itself one to one."
            return Step("backward", name, self.places(group), _plain(deltas), (), (), (), sentence, written)
        above = [self.above(link) for link in onward]
        matrices = [self.matrix(link) for link in onward]

        def write(style: Style) -> str:
            symbols = [
                self._delta_of(style, each) + style.times + style.partial(self.name(each), self.name(group))
                for each in above
            ]
            numbers = [
                style.vector([vertex.delta for vertex in each.vertices])
                + style.times
                + (style.vector(matrix[0]) if len(matrix) == 1 else style.matrix(matrix))
                for each, matrix in zip(above, matrices, strict=True)
            ]
            parts = [self._delta_of(style, group), " + ".join(symbols), " + ".join(numbers), style.vector(deltas)]
            return " = ".join(parts)

        slopes = tuple(
            [
                (f"∂{self.name(each)}/∂{self.name(group)}", tuple(map(tuple, m)))
                for each, m in zip(above, matrices, strict=True)
            ]
        )
        sources = listed([self.delta_name(each) for each in above])
        sentence = (
            f"{name} follows from {sources}: each δ above, times how it changes with {self.name(group)}, summed up."
        )
        return Step("backward", name, self.places(group), _plain(deltas), (), slopes, (), sentence, formula(write))

    def matrix(self, link: Link) -> list[list[float]]:
        """∂(what the link leads to)/∂(its tail)."""
        if link.head.layer is not None:
            return jacobian(self._grouping, self._links, link)
        by_parent: dict[int, float] = {}
        for edge in link.edges:
            by_parent[id(edge.parent)] = by_parent.get(id(edge.parent), 0.0) + edge.partial
        return [[by_parent.get(id(vertex), 0.0) for vertex in link.tail.vertices]]

    def above(self, link: Link) -> Group:
        """The vector whose δ comes back along the link."""
        if link.head.layer is None:
            return link.head
        return self._grouping.of[id(link.head.layer.outputs[0])]

    def updated(self, group: Group, rate: float) -> Step:
        """The step of gradient descent for a row of parameters."""
        name = self.name(group)
        new = [vertex.data - rate * vertex.delta for vertex in group.vertices]

        def write(style: Style) -> str:
            change = style.number(rate) + style.times + self._delta_of(style, group)
            old, slope = style.vector(_numbers(group)), style.vector([vertex.delta for vertex in group.vertices])
            numbers = f"{old} - {style.number(rate)}{style.times}{slope}"
            return f"{style.name(name)}{style.to}{style.name(name)} - {change} = {numbers} = {style.vector(new)}"

        sentence = f"{name} takes a step against its gradient, so that the cost falls."
        return Step("update", name, self.places(group), _plain(new), (), (), (), sentence, formula(write))

    # ---- names ----

    def name(self, group: Group) -> str:
        """zˡ, θₖ, or the name of the one vertex."""
        return one_line(group.name) if group.name else self.element_name(group.vertices[0])

    def element_name(self, vertex: Vertex) -> str:
        """What a vertex is called: zˡₖ where it is an element of a vector."""
        return one_line(vertex.name if vertex.named else self._grouping.symbols.get(id(vertex), vertex.name))

    def delta_name(self, group: Group) -> str:
        """δˡ, ∂C/∂θₖ, or δ of the one vertex."""
        return self._delta_of(Style("text"), group)

    def _delta_of(self, style: Style, group: Group) -> str:
        name = self.name(group)
        if group.role == "z":
            return style.name(f"δ{name[1:]}")
        return style.partial("C", name) if self._is_parameter(group) else style.delta(name)

    def _is_parameter(self, group: Group) -> bool:
        return any([self._grouping.is_parameter(vertex) for vertex in group.vertices])

    def _made_by(self, group: Group) -> Group | None:
        return next((link.tail for link in self._links.all if link.head is group and link.made), None)

    def is_root(self, group: Group) -> bool:
        """Whether it holds the root."""
        return self._root in group.vertices

    def onward(self, group: Group) -> list[Link]:
        """The links to what uses a vector."""
        return [link for link in self._links.all if link.tail is group and link.edges]

    def group_of(self, node: Node) -> Group:
        """The vector that a node is an element of."""
        return self._grouping.of[id(self.composed.seen.of[id(node)])]

    def depends_on(self, group: Group, below: Group) -> bool:
        """Whether a vector depends on another, or is it."""
        waiting, met = [below], {id(below)}
        while waiting:
            for link in self.onward(waiting.pop()):
                above = self.above(link)
                if id(above) not in met:
                    met.add(id(above))
                    waiting.append(above)
        return id(group) in met

    def places(self, group: Group) -> tuple[int, ...]:
        """Where the vertices of a group stand in the topological order."""
        return tuple([self._nodes.place[id(vertex.node)] for vertex in group.vertices])


def layers_only(root: Any, called: Callable[[Node], str | None], most: int = ALL) -> tuple[int, Composition]:
    """The graph as its layers, and the depth at which these lie: further in where the graph is but one network."""
    for depth in range(1, DEEPEST):
        composed = compose(root_of(root), called, depth=depth, max_nodes=most)
        layers = [group.layer for group in composed.links.groups if group.layer is not None]
        if len(layers) != 1 or not layers[0].inner:
            break
    if not composed.grouping.regions.all:
        raise ValueError("this graph has no layers to be walked through: walk it node by node")
    return depth, composed


def _numbers(group: Group) -> list[float]:
    return [item.data if isinstance(item, Vertex) else float(item) for item in group.items]


def _plain(numbers: list[float]) -> float | tuple[float, ...]:
    return numbers[0] if len(numbers) == 1 else tuple(numbers)

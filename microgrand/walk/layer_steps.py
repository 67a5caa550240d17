"""The sweep layer by layer, as the lecture writes it: z¹ … zᴸ, δᴸ = 1, and δˡ from δˡ⁺¹ through ∂zˡ⁺¹/∂zˡ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from microgrand.drawing.draw import Composition, compose
from microgrand.drawing.groups import Group
from microgrand.drawing.links import Link, layer_jacobian, sweeps_through
from microgrand.drawing.names import one_line
from microgrand.drawing.regions import key_of
from microgrand.drawing.vertices import Vertex
from microgrand.drawing.words import SHOWABLE
from microgrand.engine.node import Node
from microgrand.walk import sentences
from microgrand.walk.elements import Element
from microgrand.walk.formulas import Style, formula
from microgrand.walk.node_steps import NodeSteps, given_step, plain, sum_text
from microgrand.walk.step import Step

Placed = tuple[tuple[Group, ...], Step]  # a step, with the boxes of what it computes

ALL = 10**9  # boxes: nothing is left out
DEEPEST = 50  # networks in networks that are looked into for the first with several layers


class LayerSteps:
    """The steps of a graph that is made of layers.

    root    the cost
    called  the name of a node, if it has one
    nodes   its steps node by node, where they are known

    Raises ValueError for a graph without layers.
    """

    def __init__(
        self,
        root: Node,
        called: Callable[[Node], str | None],
        composed: Composition | None = None,
        nodes: NodeSteps | None = None,
    ) -> None:
        self.composed = composed if composed is not None else layers_only(root, called)[1]
        self._grouping, self._links = self.composed.grouping, self.composed.links
        self._root = self.composed.seen.root
        self._nodes = nodes if nodes is not None else NodeSteps(root, called, self._grouping)
        self._numbers = self._nodes.numbers
        self._sweeps: dict[Group, list[Any]] = {}
        self._shown = set(self._links.groups)
        self.groups = sorted(self._drawn(), key=self._turn)

    def forward(self) -> list[Placed]:
        """One step for all that is given, and one for each vector that is computed."""
        given = [group for group in self.groups if not self._is_computed(group)]
        computed: list[Placed] = [((each,), self._computed(each)) for each in self._computed_groups]
        return [(tuple(given), self._given(given)), *computed] if given else computed

    def backward(self) -> list[Placed]:
        """One step for each δˡ and each ∂C/∂θˡ, from the root down."""
        return [((group,), self._delta(group)) for group in reversed(self.groups) if group.vertices]

    @cached_property
    def _computed_groups(self) -> list[Group]:
        return [group for group in self.groups if self._is_computed(group)]

    @cached_property
    def _first_node(self) -> Group | None:
        """The first node whose step explains what a local partial is."""
        return next((group for group in self._computed_groups if group.kind == "node"), None)

    @cached_property
    def _first_matrix(self) -> Group | None:
        """The first vector whose δ follows through a matrix, which is explained."""
        for group in reversed(self.groups):
            if len(group.vertices) > 1 and any([len(above.vertices) > 1 for above in self.above(group)[0]]):
                return group
        return None

    def update(self, rate: float, theta: Sequence[Node]) -> list[Placed]:
        """One step for each row of these parameters: θ ← θ - η ∂C/∂θ; for each of them, where it is part of a row."""
        wanted = set(theta)
        found: list[Placed] = []
        for group in self.groups:
            vertices = [vertex for vertex in group.vertices if vertex.node in wanted]
            if vertices and group.kind == "vector" and len(vertices) == len(group.items):
                found.append(((group,), self.updated(group, rate)))
            else:
                places = [self._nodes.place[vertex.node] for vertex in vertices]
                found += [((group,), self._nodes.updated(place, rate)) for place in places]
        return found

    def _drawn(self) -> list[Group]:
        return [group for group in self._links.groups if group.kind in ("vector", "node")]

    def _turn(self, group: Group) -> tuple[int, int]:
        """Inputs come first, then parameters row by row, then what is computed from them."""
        return (2, 0) if self._is_computed(group) else self._row(group)

    def _row(self, group: Group) -> tuple[int, int]:
        """Parameters come last, row by row."""
        return (1, self._rows.get(group.name, 0)) if self._is_parameter(group) else (0, 0)

    def _is_computed(self, group: Group) -> bool:
        return any([not vertex.is_leaf for vertex in group.vertices])

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The place of each row of parameters among them all."""
        return {name: k for k, name in enumerate(self._grouping.named.values())}

    # ---- forward ----

    def _given(self, groups: Sequence[Group]) -> Step:
        names, numbers = [self.name(group) for group in groups], [self._numbers.items(group) for group in groups]
        places = tuple([place for group in groups for place in self.places(group)])
        return given_step(places, names, numbers, self._given_in_words(groups))

    def _given_in_words(self, groups: Sequence[Group]) -> str:
        """What is given, in words: the input z¹; the parameters θ₁ and b¹, which training changes; what is frozen."""
        frozen = [group for group in groups if group.vertices and self._grouping.frozen.issuperset(group.vertices)]
        trained = [group for group in groups if self._is_parameter(group) and group not in frozen]
        inputs = [group for group in groups if group not in frozen and group not in trained]
        kind = "input" if all([group.role == "z" for group in inputs]) else ""
        return sentences.given(
            (kind, [self.name(group) for group in inputs], ""),
            ("parameter", [self.name(group) for group in trained], ", which training changes"),
            ("", [self.name(group) for group in frozen], f", which {'is' if len(frozen) == 1 else 'are'} frozen"),
        )

    def _computed(self, group: Group) -> Step:
        if group.kind == "node":
            explained = self._nodes.first and group is self._first_node
            return self._nodes.computed(self.places(group)[0], explained)
        name, numbers = self.name(group), self._numbers.items(group)
        makers = [link.tail for link in self._links.into(group) if link.made and link.tail.layer is not None]
        element = self._element(group, makers)

        def write(style: Style) -> str:
            calls = [self._call(style, maker) for maker in makers]
            others = [style.ellipsis] if makers and not self._is_made_by(group, makers) else []
            parts = [*calls, *others]
            call = parts if len(parts) < 2 else [style.bracketed(", ".join(parts))]
            root = [style.name(self.cost)] if self.is_root(group) and self.cost != name else []
            if element is None:
                return " = ".join([*root, style.name(name), *call, style.vector(numbers)])
            if len(group.items) == 1:
                return " = ".join([*root, style.name(name), *call, element.write(style), style.vector(numbers)])
            first = f"{style.name(self.element_name(group.vertices[0]))} = {element.write(style)}"
            return style.comma.join([" = ".join([style.name(name), *call, style.vector(numbers)]), first])

        if makers:
            layers = [one_line(maker.name) for maker in makers]
            sources = [self.name(each) for maker in makers for each in self._applied_to(maker)]
            sentence = sentences.from_layers(name, layers, list(dict.fromkeys(sources)))
        else:
            sentence = f"{name} is computed by what is not shown."
        return Step("forward", name, self.places(group), plain(numbers), (), (), (), sentence, formula(write))

    def _element(self, group: Group, makers: list[Group]) -> Element | None:
        """How the first element is computed, where that can be read, and says more than the name of the layer."""
        if not makers or not self._is_made_by(group, makers):
            return None
        element, text = Element(self._grouping, self._shown, group.vertices[0]), Style("text")
        if not element.is_short or (len(makers) == 1 and element.write(text) == self._call(text, makers[0])):
            return None
        return element

    def _call(self, style: Style, maker: Group) -> str:
        """A layer, applied: "linear(z¹; θ₁, θ₂)"."""
        given = self._applied_to(maker)
        vectors = [style.name(self.name(each)) for each in given if not self._is_parameter(each)]
        parameters = [style.name(self.name(each)) for each in given if self._is_parameter(each)]
        inside = "; ".join([", ".join(part) for part in (vectors, parameters) if part])
        return style.name(one_line(maker.name)) + style.bracketed(inside)

    def _applied_to(self, maker: Group) -> list[Group]:
        """What a layer is applied to, its parameters last."""
        return sorted([link.tail for link in self._links.into(maker)], key=self._row)

    def _is_made_by(self, group: Group, makers: list[Group]) -> bool:
        """Whether these layers compute all of a vector."""
        layers = {maker.layer for maker in makers}
        computed = [vertex for vertex in group.vertices if not vertex.is_leaf]
        boxes = [self._grouping.regions.box_of(vertex) for vertex in computed if not self._is_idle(vertex)]
        return len(computed) == len(group.items) and all([box in layers for box in boxes])

    # ---- backward ----

    def _delta(self, group: Group) -> Step:
        name, deltas = self.delta_name(group), self._numbers.deltas(group)
        if self.is_root(group):
            written = formula(lambda style: f"{self._delta_of(style, group)} = {style.vector(deltas)}")
            sentence = self._start_in_words(group)
            return Step("backward", name, self.places(group), plain(deltas), (), (), (), sentence, written)
        if group.kind == "node" and all([link.head.kind in ("node", "vector") for link in self.onward(group)]):
            return self._nodes.delta(self.places(group)[0])
        above, far = self.above(group)
        matrices = [self.matrix(each, group) for each in above]

        def write(style: Style) -> str:
            symbols = [
                self._delta_of(style, each) + style.times + style.partial(self.name(each), self.name(group))
                for each in above
            ]
            numbers = [
                style.factors(self._numbers.deltas(each))
                + style.times
                + (style.factors(matrix[0]) if len(matrix) == 1 else style.matrix(matrix))
                for each, matrix in zip(above, matrices, strict=True)
            ]
            more = [style.ellipsis] if far else []
            sums = [" + ".join([sum_text(style, terms, len(terms)), *more]) for terms in (symbols, numbers) if terms]
            return " = ".join([self._delta_of(style, group), *sums, style.vector(deltas)])

        slopes = tuple(
            [
                (f"∂{self.name(each)}/∂{self.name(group)}", tuple(map(tuple, m)))
                for each, m in zip(above, matrices, strict=True)
            ]
        )
        sentence = self._delta_in_words(group, above, far)
        return Step("backward", name, self.places(group), plain(deltas), (), slopes, (), sentence, formula(write))

    def _start_in_words(self, group: Group) -> str:
        delta, name = self.delta_name(group), self.name(group)
        if len(group.items) > 1:
            told = sentences.start_in_vector(delta, self.element_name(self._root))
        else:
            told = sentences.start(delta, self.cost, name)
        return told + f" {sentences.what_delta_is_of_vectors(self.cost)}" * self._nodes.first

    def _delta_in_words(self, group: Group, above: Sequence[Group], far: bool) -> str:
        name, users = self.name(group), [self.name(each) for each in above]
        contributions = [f"{self.delta_name(each)}·∂{self.name(each)}/∂{name}" for each in above]
        told = sentences.delta_of_vector(name, self.delta_name(group), users, contributions, far)
        if not self._nodes.first or group is not self._first_matrix:
            return told
        first = next(self.name(each) for each in above if len(each.vertices) > 1)
        return f"{told} {sentences.what_a_matrix_is(f'∂{first}/∂{name}', first, name)}"

    def matrix(self, above: Group, below: Group) -> list[list[float]]:
        """∂above/∂below, a row for each number above."""
        if above.kind == "node" and self._grouping.regions.box_of(above.vertices[0]) is None:
            by_parent = self._numbers.between([link for link in self.onward(below) if link.head is above])
            return [[by_parent.get(vertex, 0.0) for vertex in below.vertices]]
        if above not in self._sweeps:
            self._sweeps[above] = sweeps_through(self._grouping, self._links, above, self._numbers.sweep)
        return layer_jacobian(self._grouping, self._sweeps[above], above, below)

    def above(self, group: Group) -> tuple[list[Group], bool]:
        """The vectors whose δ come back to a group, each once; and whether some come from where nothing is shown."""
        found: dict[Group, None] = {}
        between = list(group.vertices)
        for link in self.onward(group):
            outputs = link.head.layer.outputs if link.head.layer is not None else []
            between += link.head.vertices if link.head.layer is not None else []
            for each in [self._grouping.of[output] for output in outputs] or [link.head]:
                found[each] = None
        shown = [each for each in found if each.kind != "more" and each in self._shown]
        return shown, len(shown) < len(found) or any([self._is_used_beyond(vertex) for vertex in between])

    def _is_used_beyond(self, vertex: Vertex) -> bool:
        """Whether something that is not looked at uses it."""
        return self.composed.seen.beyond > 0 and self._unseen.get(vertex.node, 0) > 0

    @cached_property
    def _unseen(self) -> dict[Node, int]:
        """How often each node is used by nodes that are not looked at."""
        of = self.composed.seen.of
        return Counter([parent for node in self._nodes.order if node not in of for parent in node.parents])

    def updated(self, group: Group, rate: float) -> Step:
        """The step of gradient descent for a row of parameters."""
        name = self.name(group)
        rate, data, deltas = self._numbers.rate(rate), self._numbers.items(group), self._numbers.deltas(group)
        new = [x - rate * delta for x, delta in zip(data, deltas, strict=True)]

        def write(style: Style) -> str:
            change = style.rate + style.times + self._delta_of(style, group)
            numbers = f"{style.vector(data)} - {style.factor(rate)}{style.times}{style.factors(deltas)}"
            return f"{style.name(name)}{style.to}{style.name(name)} - {change} = {numbers} = {style.vector(new)}"

        sentence = sentences.updated(name, self.delta_name(group))
        return Step("update", name, self.places(group), plain(new), (), (), (), sentence, formula(write))

    # ---- names ----

    @property
    def cost(self) -> str:
        """What the root is called in ∂C/∂θ."""
        return one_line(self._grouping.names.cost)

    def name(self, group: Group) -> str:
        """zˡ, θₖ, or the name of the one vertex."""
        if group.kind == "more":
            return "…"
        return one_line(group.name) if group.name else self.element_name(group.vertices[0])

    def element_name(self, vertex: Vertex) -> str:
        """What a vertex is called: zˡₖ where it is an element of a vector."""
        return one_line(self._grouping.names.of.get(vertex, vertex.name))

    def delta_name(self, group: Group) -> str:
        """δˡ, ∂C/∂θₖ, or δ of the one vertex."""
        return self._delta_of(Style("text"), group)

    def _delta_of(self, style: Style, group: Group) -> str:
        name = self.name(group)
        if group.role == "z":
            return style.name(f"δ{name[1:]}")
        return style.partial(self.cost, name) if self._is_parameter(group) else style.delta(name)

    def _is_parameter(self, group: Group) -> bool:
        return any([self._grouping.is_parameter(vertex) for vertex in group.vertices])

    def _is_idle(self, vertex: Vertex) -> bool:
        """Whether the root does not use it: a vector may have elements that do not count."""
        return vertex.node not in self._nodes.place

    def is_root(self, group: Group) -> bool:
        """Whether it holds the root."""
        return self._root in group.vertices

    def onward(self, group: Group) -> list[Link]:
        """The links to what uses a vector."""
        return [link for link in self._links.out_of(group) if link.edges]

    def group_of(self, node: Node) -> Group:
        """The vector that a node is an element of."""
        return self._grouping.of[self.composed.seen.of[node]]

    def row_name(self, group: Group, columns: Sequence[int]) -> str:
        """What those elements of a group are called, if they are all of it, or one row of a matrix; else ""."""
        if list(columns) == list(range(len(group.items))):
            return self.name(group)
        return one_line(self._grouping.named.get(key_of([group.vertices[k] for k in columns]), ""))

    def leading_on(self, below: Group) -> set[Group]:
        """The vectors that depend on one, and this itself."""
        waiting, met = [below], {below}
        while waiting:
            for above in self.above(waiting.pop())[0]:
                if above not in met:
                    met.add(above)
                    waiting.append(above)
        return met

    def places(self, group: Group) -> tuple[int, ...]:
        """Where the vertices of a group stand in the topological order, as far as the root uses them."""
        return tuple([self._nodes.place[vertex.node] for vertex in group.vertices if not self._is_idle(vertex)])


def layers_only(
    root: Node, called: Callable[[Node], str | None], most: int = ALL, show: Sequence[str] = SHOWABLE
) -> tuple[int, Composition]:
    """The graph as its layers, and the depth at which these lie: further in where the graph is but one network."""
    for depth in range(1, DEEPEST):
        composed = compose(root, called, depth=depth, show=show, max_nodes=most)
        layers = [group.layer for group in composed.links.groups if group.layer is not None]
        if len(layers) != 1 or not layers[0].inner:
            break
    if not composed.grouping.regions.all:
        raise ValueError("this graph has no layers to be walked through: walk it node by node")
    return depth, composed

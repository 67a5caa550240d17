"""The scenes of a walkthrough in the making: which there are, and what happens in each, iteration by iteration."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import nan

from microgrand.drawing.draw import Composition, compose
from microgrand.drawing.names import one_line
from microgrand.drawing.numbers import Numbers
from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.engine.scope import Scope
from microgrand.engine.sweep import sweep
from microgrand.errors import DomainError
from microgrand.program.reading import Decision
from microgrand.stale import refresh
from microgrand.walk.layer_steps import LayerSteps, Placed, layers_only
from microgrand.walk.leaves import Leaves
from microgrand.walk.live import LiveNumbers
from microgrand.walk.node_steps import NodeSteps
from microgrand.walk.root import unused_inputs
from microgrand.walk.scene import MOVING, Scene

TITLES = {"layer": "layer by layer", "node": "node by node", "edge": "term by term"}
MOST_BOXES = 800  # of all scenes together: more do not fit into a page


class Tour:
    """One walkthrough in the making: on a copy of the graph, if a descent changes it."""

    def __init__(
        self,
        root: Node,
        called: Callable[[Node], str | None],
        theta: list[Node],
        rate: float,
        most: int,
        decisions: Sequence[Decision],
    ) -> None:
        self.rate, self.most, self.decisions = rate, most, decisions
        self.root, self.called = root, called
        self.theta = list(dict.fromkeys(theta))
        self._idle: list[Node] = []
        self.rounds: list[Leaves] = []
        if theta:
            self.root, self.theta, self.called = _copied(root, self.theta, called)
            self._idle = unused_inputs(self.root)
        self.scenes: list[Scene] = []
        self._boxes = 0  # of all drawings
        self.opens: list[dict[str, int]] = []
        self.losses: list[float] = []
        self._plans: list[tuple[str, Composition, Callable[[], Composition]]] = []  # granularity, what is drawn, again

    @property
    def name(self) -> str:
        """What the root is called, and how it is computed, in a few characters."""
        return self.scenes[0].heading

    def plan(self, granularity: str | None) -> None:
        """Choose the scenes: layers and the inside of each, nodes, and nodes whose terms arrive one by one.

        granularity  of the first one
        """
        whole = compose(self.root, self.called, show=MOVING, max_nodes=self.most)
        layered = bool(whole.grouping.regions.all)
        first = granularity or ("layer" if layered else "node")
        if first == "layer" or (layered and whole.collapsed):
            self._plan_layers()
            if not whole.collapsed and self._boxes + len(whole.links.groups) <= MOST_BOXES:
                self._plan_nodes(whole, ("node", "edge"))
        else:
            self._plan_nodes(whole, tuple(sorted(("node", "edge"), key=lambda each: each != first)))

    def _plan_nodes(self, whole: Composition, granularities: Sequence[str]) -> None:
        """One drawing of all nodes, walked through in several ways; a part of a large graph as layers would be."""
        drawing = len(self.scenes)
        for granularity in granularities[:1] if whole.collapsed else granularities:
            shown = "layer" if whole.collapsed else granularity
            again = functools.partial(compose, self.root, self.called, show=MOVING, max_nodes=self.most)
            self._add(TITLES[granularity], shown, whole, again, drawing)

    def _plan_layers(self) -> None:
        depth, composed = layers_only(self.root, self.called, self.most, MOVING)
        again = functools.partial(compose, self.root, self.called, depth=depth, show=MOVING, max_nodes=self.most)
        self._add(TITLES["layer"], "layer", composed, again)
        self._boxes = len(composed.links.groups)
        layers = [group for group in composed.links.groups if group.layer is not None]
        for number, group in enumerate(layers, 1):
            assert group.layer is not None  # chosen above
            inside = functools.partial(again, expand=[group.layer.scope])
            opened = inside()
            self._boxes += len(opened.links.groups)
            if self._boxes > MOST_BOXES:
                break
            if not opened.links.hidden and len(opened.links.groups) <= self.most:
                self.opens[0][composed.links.box_id(group)] = len(self.scenes)
                self._add(f"inside layer {number}, {one_line(group.name)}", "layer", opened, inside)

    def _add(
        self,
        title: str,
        granularity: str,
        composed: Composition,
        composer: Callable[[], Composition],
        drawing: int | None = None,
    ) -> None:
        self.scenes.append(Scene(title, composed, len(self.scenes) if drawing is None else drawing))
        self.opens.append({})
        self._plans.append((granularity, composed, composer))

    def walk(self, number: int) -> None:
        """Go through the graph once: in every scene, unless the page can compute what comes after the first time."""
        alone = bool(self.rounds) and not self.rounds[0].why
        adjoints = sweep(self.root)
        numbers = Numbers(adjoints) if alone else LiveNumbers(adjoints)
        plans = list(zip(self.scenes, self._plans, strict=True))
        for scene, (granularity, composed, composer) in plans[:1] if alone else plans:
            drawn = composed if number == 0 else composer()
            nodes = NodeSteps(self.root, self.called, drawn.grouping, numbers, first=number == 0)
            if isinstance(numbers, LiveNumbers) and len(self.rounds) == number:
                self.rounds.append(Leaves(nodes, numbers, self.theta, self.rate, self.decisions))
            self._play(scene, granularity, drawn, nodes)

    def descend(self, number: int, last: bool) -> None:
        """Change θ, where there is one: θ ← θ - η ∂C/∂θ."""
        if not self.theta:
            return
        self.losses = [*self.losses[:-1], self.root.data]
        adjoints = sweep(self.root)
        for leaf, delta in [(leaf, adjoints[leaf]) for leaf in self.theta]:
            leaf.data -= self.rate * delta
        try:
            refresh(self.root)
        except DomainError as error:
            if not last:
                raise type(error)(f"iteration {number + 2} of the descent: {error}") from error
            self.losses.append(nan)  # what was walked is whole; only where it would go on is the cost not defined
            return
        self.losses.append(self.root.data)
        self._refresh_idle()

    def _refresh_idle(self) -> None:
        """Recompute what is shown beside the graph: elements of vectors that the root does not use."""
        for node in self._idle:
            with suppress(DomainError):  # it does not count
                refresh(node)

    def _play(self, scene: Scene, granularity: str, composed: Composition, nodes: NodeSteps) -> None:
        placed: list[Placed]
        if granularity == "layer":
            boxes = LayerSteps(self.root, self.called, composed, nodes)
            placed = [*boxes.forward(), *boxes.backward(), *boxes.update(self.rate, self.theta)]
        else:
            backward = nodes.backward() if granularity == "node" else nodes.arriving()
            updates = [nodes.updated(nodes.place[leaf], self.rate) for leaf in self.theta]
            of = {nodes.place[vertex.node]: composed.grouping.of[vertex] for vertex in composed.seen.vertices}
            walked = [*nodes.forward(), *backward, *updates]
            placed = [(tuple(dict.fromkeys([of[place] for place in step.nodes])), step) for step in walked]
        shown = set(composed.links.groups)
        told = [each for each in placed if shown.issuperset(each[0])]
        scene.add_round(composed, told, nodes.numbers, nodes.place)


def _copied(
    root: Node, theta: list[Node], called: Callable[[Node], str | None]
) -> tuple[Node, list[Node], Callable[[Node], str | None]]:
    """A copy of the graph, its parameters, and what its nodes are called."""
    order = topological_order(root)
    below = set(order)
    for leaf in theta:
        if leaf not in below or not leaf.is_leaf:
            raise ValueError(f"theta is of leaves that the root depends on; got {leaf!r:.60}")
    new_root = copy.deepcopy(root)
    pairs = list(zip(topological_order(new_root), order, strict=True))
    originals = dict(pairs)
    for new, old in pairs:
        _know_layers(new.scope, old.scope)
    new_of = {old: new for new, old in pairs}
    return new_root, [new_of[leaf] for leaf in theta], lambda node: called(originals[node])


def _know_layers(copied: Scope | None, original: Scope | None) -> None:
    """Let the calls of a copy know the layers that were called: a copy of a graph alone does not."""
    while copied is not None and original is not None:
        copied._layer = original._layer
        copied, original = copied.outer, original.outer

"""`walkthrough(root)`: the sweep as a player, in a notebook, as one offline page, or as text."""

from __future__ import annotations

import base64
import copy
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from microgrand.drawing.draw import MAX_NODES, Composition, compose, root_of
from microgrand.drawing.groups import Group
from microgrand.drawing.names import caller_names
from microgrand.files import write_whole
from microgrand.graph import as_nodes, refresh
from microgrand.node import Node
from microgrand.numeric import as_number
from microgrand.walk.layers import LayerSteps, layers_only
from microgrand.walk.nodes import NodeSteps
from microgrand.walk.page import final_picture, page
from microgrand.walk.scene import Scene
from microgrand.walk.step import Step

GRANULARITIES = ("node", "edge", "layer")
MOST_BYTES = 1_600_000  # of a page; a layer that would make it larger stays closed


class Walkthrough:
    """The steps of a sweep, to be played: see `walkthrough`.

    steps       all of them, in order; iterating gives these too
    html()      the player, as one page with everything in it
    save(path)  the same as a file, `.html`
    str(…)      one line a step, for terminals

    In a notebook it shows the player; where no script may run, a picture of the final state.
    """

    def __init__(self, scenes: Sequence[Scene], opens: Sequence[dict[str, int]], losses: Sequence[float]) -> None:
        self.scenes = tuple(scenes)
        self.losses = tuple(losses)
        self.steps: tuple[Step, ...] = tuple([frame.step for frame in self.scenes[0].frames])
        self._opens = opens
        self.title = f"{len(self.steps):,} steps of backpropagation through {scenes[0].root}"

    def html(self) -> str:
        """The player as one page, which needs no network; needs the extra `draw`.

        Layers that would make it too large stay closed.
        """
        for kept in range(len(self.scenes), 0, -1):
            opens = [{box: k for box, k in leads.items() if k < kept} for leads in self._opens[:kept]]
            written = page(self.title, self.scenes[:kept], opens, self.losses)
            if kept == 1 or len(written.encode()) <= MOST_BYTES:
                break
        return written

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the player as one file that any browser opens; the file is whole or is not there."""
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"a walkthrough is saved as .html; got {target.name!r}")
        write_whole({target: self.html().encode()})
        return target

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        lines: list[str] = []
        rounds = {frame.round for frame in self.scenes[0].frames}
        for k, frame in enumerate(self.scenes[0].frames):
            begins = k == 0 or self.scenes[0].frames[k - 1].round != frame.round
            if begins and len(rounds) > 1:
                lines.append(f"iteration {frame.round + 1}: cost {self.losses[frame.round]:.6g}")
            lines.append(str(frame.step))
        return "\n".join([*lines, *self.scenes[0].view.notes])

    def __repr__(self) -> str:
        return f"<walkthrough: {self.title}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        picture = final_picture(self.scenes[0])
        return {
            "text/html": _framed(self.html(), picture, self.title),
            "image/svg+xml": picture,
            "text/plain": str(self),
        }


def walkthrough(
    root: Any,
    *,
    granularity: str | None = None,
    names: Mapping[str, Any] | None = None,
    theta: Any = (),
    rate: float = 0.1,
    iterations: int = 1,
    max_nodes: int = MAX_NODES,
) -> Walkthrough:
    """Watch backpropagation happen: values forwards, then every δ backwards, step by step.

    root         a Value, or the trace of a network; it is not changed
    granularity  "node", "edge" or "layer", as for `steps`; by default layers where there are any, else nodes
    names        as for `draw`
    theta        parameters, a Value or several: after each sweep they take a step of gradient descent
    rate         the size η of these steps, θ ← θ - η ∂C/∂θ
    iterations   how often: forward, backward, update θ, repeat; the curve of the cost stands beside the graph
    max_nodes    a larger graph is walked layer by layer, and where it has none, near its root; its layers can be opened

    >>> from microgrand import Value
    >>> w = Value(3.0)
    >>> cost = (w - 1.0) ** 2
    >>> print(walkthrough(cost, theta=w, rate=0.25, iterations=2))
    iteration 1: cost 4
    ▶ w = 3
    ▶ z₂ = w - 1 = 3 - 1 = 2, ∂z₂/∂w = 1
    ▶ cost = z₂^2 = 2^2 = 4, ∂cost/∂z₂ = 4
    ◀ δ(cost) = 1
    ◀ δ(z₂) = δ(cost)·∂cost/∂z₂ = 1·4 = 4
    ◀ δ(w) = δ(z₂)·∂z₂/∂w = 4·1 = 4
    ● w ← w - 0.25·δ(w) = 3 - 0.25·4 = 2
    iteration 2: cost 1
    ▶ z₂ = w - 1 = 2 - 1 = 1, ∂z₂/∂w = 1
    ▶ cost = z₂^2 = 1^2 = 1, ∂cost/∂z₂ = 2
    ◀ δ(cost) = 1
    ◀ δ(z₂) = δ(cost)·∂cost/∂z₂ = 1·2 = 2
    ◀ δ(w) = δ(z₂)·∂z₂/∂w = 2·1 = 2
    ● w ← w - 0.25·δ(w) = 2 - 0.25·2 = 1.5
    """
    if granularity is not None and granularity not in GRANULARITIES:
        raise ValueError(f"granularity is one of {', '.join(map(repr, GRANULARITIES))}; got {granularity!r:.60}")
    if as_number(iterations) < 1 or as_number(iterations) % 1 != 0:
        raise ValueError(f"iterations is a whole number from 1 up; got {iterations!r:.60}")
    called = caller_names(names, sys._getframe(1).f_locals)
    if not len(as_nodes(theta)) and getattr(root, "step", None) is not None:
        theta, rate = root.parameters, root.step
    tour = _Tour(root_of(root), called, as_nodes(theta), as_number(rate), max_nodes)
    tour.plan(granularity)
    for number in range(int(iterations) if tour.theta else 1):
        tour.walk(number)
    return Walkthrough(tour.scenes, tour.opens, tour.losses)


class _Tour:
    """One walkthrough in the making: on a copy of the graph, if a descent changes it."""

    def __init__(
        self, root: Node, called: Callable[[Node], str | None], theta: list[Node], rate: float, most: int
    ) -> None:
        self.rate, self.most = rate, most
        self.root, self.theta, self.called = root, theta, called
        if theta:
            self.root, self.theta, self.called = _copied(root, theta, called)
        self.scenes: list[Scene] = []
        self.opens: list[dict[str, int]] = []
        self.losses: list[float] = []
        self._plans: list[tuple[str, Callable[[], Composition]]] = []  # granularity, and what is drawn

    def plan(self, granularity: str | None) -> None:
        """Choose the scenes: all nodes, or all layers and the inside of each."""
        whole = compose(self.root, self.called, max_nodes=self.most)
        layered = bool(whole.grouping.regions.all)
        if granularity is None:
            granularity = "layer" if layered else "node"
        if granularity == "layer" or (layered and whole.collapsed):
            self._plan_layers()
        else:
            self._add(
                "nodes",
                granularity if not whole.collapsed else "layer",
                lambda: compose(self.root, self.called, max_nodes=self.most),
            )

    def _plan_layers(self) -> None:
        depth, composed = layers_only(self.root, self.called, self.most)
        self._add("all layers", "layer", lambda: compose(self.root, self.called, depth=depth, max_nodes=self.most))
        layers = [group for group in composed.links.groups if group.layer is not None]
        for number, group in enumerate(layers, 1):
            assert group.layer is not None  # chosen above
            scope = group.layer.scope

            def inside(scope: Any = scope) -> Composition:
                return compose(self.root, self.called, depth=depth, expand=[scope], max_nodes=self.most)

            if not inside().links.hidden and len(inside().links.groups) <= self.most:
                self.opens[0][composed.links.box_id(group)] = len(self.scenes)
                self._add(f"inside layer {number}, {group.name}", "layer", inside)

    def _add(self, title: str, granularity: str, composer: Callable[[], Composition]) -> None:
        self.scenes.append(Scene(title, composer()))
        self.opens.append({})
        self._plans.append((granularity, composer))

    def walk(self, number: int) -> None:
        """Go through the graph once, in every scene, and change θ, where there is one."""
        for scene, (granularity, composer) in zip(self.scenes, self._plans, strict=True):
            self._play(scene, granularity, composer(), number)
        if self.theta:
            self.losses = [*self.losses[:-1], self.root.data]
            walk = NodeSteps(self.root, self.called)
            for leaf in self.theta:
                leaf.data -= self.rate * walk.deltas[walk.place[id(leaf)]]
            refresh(self.root)
            self.losses.append(self.root.data)

    def _play(self, scene: Scene, granularity: str, composed: Composition, number: int) -> None:
        walk = NodeSteps(self.root, self.called)
        pairs: list[tuple[Group, Step]]
        if granularity == "layer":
            boxes = LayerSteps(self.root, self.called, composed)
            pairs = [*boxes.forward(), *boxes.backward()]
        else:
            backward = walk.backward() if granularity == "node" else walk.arriving()
            of = {walk.place[id(vertex.node)]: composed.grouping.of[id(vertex)] for vertex in composed.seen.vertices}
            pairs = [(of[step.nodes[0]], step) for step in [*walk.forward(), *backward]]
        shown = {id(group) for group in composed.links.groups}
        pairs += self._updates(composed, walk, granularity)
        scene.add_round(composed, [pair for pair in pairs if id(pair[0]) in shown], walk.place, number)

    def _updates(self, composed: Composition, walk: NodeSteps, granularity: str) -> list[tuple[Group, Step]]:
        """The steps that change θ: one for each box of parameters, or for each parameter."""
        groups = {id(theta): composed.grouping.of[id(composed.seen.of[id(theta)])] for theta in self.theta}
        if granularity != "layer":
            return [(groups[id(theta)], walk.updated(walk.place[id(theta)], self.rate)) for theta in self.theta]
        boxes = LayerSteps(self.root, self.called, composed)
        return [
            (
                group,
                boxes.updated(group, self.rate)
                if group.kind == "vector"
                else walk.updated(boxes.places(group)[0], self.rate),
            )
            for group in {id(group): group for group in groups.values()}.values()
        ]


def _copied(
    root: Node, theta: list[Node], called: Callable[[Node], str | None]
) -> tuple[Node, list[Node], Callable[[Node], str | None]]:
    """A copy of the graph, its parameters, and what its nodes are called."""
    order = NodeSteps(root, called).order
    below = {id(node) for node in order}
    for leaf in theta:
        if id(leaf) not in below or not leaf.is_leaf:
            raise ValueError(f"theta is of leaves that the root depends on; got {leaf!r:.60}")
    copies = copy.deepcopy(order)
    originals = {id(new): old for new, old in zip(copies, order, strict=True)}
    new_of = {id(old): new for new, old in zip(copies, order, strict=True)}
    return new_of[id(root)], [new_of[id(leaf)] for leaf in theta], lambda node: called(originals[id(node)])


def _framed(html: str, picture: str, title: str) -> str:
    """What a notebook shows: the picture, and the player in a frame, which hides the picture once it runs."""
    data = base64.b64encode(picture.encode()).decode()
    return (
        f'<img alt="{escape(title)}" style="width:100%;background:white" src="data:image/svg+xml;base64,{data}">'
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" style="width:100%;height:620px;border:0" '
        f'onload="this.previousElementSibling.style.display=\'none\'" srcdoc="{escape(html)}"></iframe>'
    )

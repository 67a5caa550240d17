"""`walkthrough(root)`: the sweep as a player, in a notebook, as one offline page, or as text."""

from __future__ import annotations

import copy
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from html import escape
from math import nan
from pathlib import Path
from typing import Any

from microgrand.drawing.bundle import Bundle, as_image, bundle_of
from microgrand.drawing.draw import MAX_NODES, Composition, compose, require_whole
from microgrand.drawing.names import caller_names, one_line
from microgrand.drawing.numbers import Numbers
from microgrand.engine.node import Node
from microgrand.engine.order import as_nodes, topological_order
from microgrand.engine.scope import Scope
from microgrand.engine.sweep import sweep
from microgrand.errors import DomainError
from microgrand.files import write_whole
from microgrand.stale import refresh
from microgrand.table.numbers import as_number
from microgrand.walk.layer_steps import LayerSteps, Placed, layers_only
from microgrand.walk.leaves import Leaves
from microgrand.walk.live import LiveNumbers
from microgrand.walk.node_steps import NodeSteps
from microgrand.walk.page import final_picture, page
from microgrand.walk.page_data import Story
from microgrand.walk.root import fresh_root, unused_inputs
from microgrand.walk.scene import Frame, Scene
from microgrand.walk.step import Step

GRANULARITIES = ("node", "edge", "layer")
MOST_BYTES = 1_600_000  # of a page; a layer that would make it larger stays closed
MOST_BOXES = 800  # of all scenes together: more do not fit into a page


class Walkthrough:
    """The steps of a sweep, to be played: see `walkthrough`.

    steps       all of them, in order; iterating gives these too
    html()      the player, as one page with everything in it
    save(path)  the same as a file, `.html`
    str(…)      one line a step, for terminals

    In a notebook it shows the player; where no script may run, a picture of the final state.

    >>> from microgrand import Value
    >>> x = Value(3.0); y = x * x
    >>> [step.name for step in walkthrough(y)]
    ['x', 'y', 'δ(y)', 'δ(x)']
    """

    def __init__(self, story: Story, losses: Sequence[float]) -> None:
        self.scenes = tuple(story.scenes)
        self.losses = tuple(losses)
        self._story = story
        self._rounds = [_told(frames, k) for k, frames in enumerate(self.scenes[0].rounds)]
        self.steps: tuple[Step, ...] = tuple([step for steps in self._rounds for step in steps])
        self.title = f"{len(self.steps):,} steps of backpropagation through {self.scenes[0].root}"

    def html(self) -> str:
        """The player as one page, which needs no network; needs the extra `draw`.

        Layers that would make it too large stay closed.
        """
        return page(self._story, MOST_BYTES)

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
        for k, steps in enumerate(self._rounds):
            if len(self._rounds) > 1:
                lines.append(f"iteration {k + 1}: cost {self.losses[k]:.6g}")
            lines += map(str, steps)
        return "\n".join([*lines, *self.scenes[0].view.notes])

    def __repr__(self) -> str:
        return f"<walkthrough: {self.title}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        picture = final_picture(self.scenes[0])
        forms, sizes = bundle_of(picture, str(self))
        return {"text/html": _framed(self.html(), picture, self.title), **forms}, sizes


def _told(frames: Sequence[Frame], number: int) -> list[Step]:
    """The steps of an iteration: what leaves were given is told in the first."""
    return [frame.step for frame in frames if number == 0 or not frame.given]


def walkthrough(
    root: Any,
    *,
    granularity: str | None = None,
    names: Mapping[str, Any] | None = None,
    theta: Any = (),
    rate: float = 0.1,
    iterations: int = 1,
    predict: bool = False,
    max_nodes: int = MAX_NODES,
) -> Walkthrough:
    """Watch backpropagation happen: values forwards, then every δ backwards, step by step.

    root         a Value, or the trace of a network; it is not changed
    granularity  "node", "edge" or "layer", as for `steps`; by default layers where there are any, else nodes
    names        as for `draw`
    theta        parameters, a Value or several: after each sweep they take a step of gradient descent; by default those
                 of a trace that was made with a step size, and this is then their rate
    rate         the size η of these steps, θ ← θ - η ∂C/∂θ
    iterations   how often: forward, backward, update θ, repeat; the curve of the cost stands beside the graph
    predict      whether the page asks the reader for each number, and tells it only then
    max_nodes    a larger graph is walked layer by layer, and where it has none, near its root; its layers can be opened

    Raises GraphError if a leaf was changed and the graph not refreshed, DomainError, with the iteration, if a descent
    leaves the domain of a function (after its last step the cost is then NaN), ValueError and TypeError for arguments
    that make no sense.

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
    require_whole("iterations", iterations)
    called = caller_names(names, sys._getframe(1).f_locals)
    top, parameters = fresh_root(root, "walkthrough"), as_nodes(theta)
    if not parameters and getattr(root, "step", None) is not None:
        used = set(topological_order(top))
        parameters, rate = [leaf for leaf in root.parameters if leaf in used], root.step
    tour = _Tour(top, called, parameters, _rate(rate), max_nodes)
    tour.plan(granularity)
    count = int(iterations) if tour.theta else 1
    for number in range(count):
        tour.walk(number)
        tour.descend(number, number == count - 1)
    story = Story(f"Backpropagation through {tour.name}", tour.scenes, tour.opens, tour.rounds, count, bool(predict))
    return Walkthrough(story, tour.losses)


def _rate(rate: Any) -> float:
    try:
        return as_number(rate)
    except OverflowError:
        raise ValueError(f"rate is a number that a float can hold; got {rate!r:.60}") from None


class _Tour:
    """One walkthrough in the making: on a copy of the graph, if a descent changes it."""

    def __init__(
        self, root: Node, called: Callable[[Node], str | None], theta: list[Node], rate: float, most: int
    ) -> None:
        self.rate, self.most = rate, most
        self.root, self.called = root, called
        self.theta = list(dict.fromkeys(theta))
        self._idle: list[Node] = []
        self.rounds: list[Leaves] = []
        if theta:
            self.root, self.theta, self.called = _copied(root, self.theta, called)
            self._idle = unused_inputs(self.root)
        self.scenes: list[Scene] = []
        self.opens: list[dict[str, int]] = []
        self.losses: list[float] = []
        self._plans: list[tuple[str, Composition, Callable[[], Composition]]] = []  # granularity, what is drawn, again

    @property
    def name(self) -> str:
        """What the root is called, and how it is computed, in a few characters."""
        return self.scenes[0].heading

    def plan(self, granularity: str | None) -> None:
        """Choose the scenes: all nodes, or all layers and the inside of each."""
        whole = compose(self.root, self.called, max_nodes=self.most)
        layered = bool(whole.grouping.regions.all)
        if granularity is None:
            granularity = "layer" if layered else "node"
        if granularity == "layer" or (layered and whole.collapsed):
            self._plan_layers()
        else:
            shown = granularity if not whole.collapsed else "layer"
            self._add("nodes", shown, whole, lambda: compose(self.root, self.called, max_nodes=self.most))

    def _plan_layers(self) -> None:
        depth, composed = layers_only(self.root, self.called, self.most)

        def closed() -> Composition:
            return compose(self.root, self.called, depth=depth, max_nodes=self.most)

        self._add("all layers", "layer", composed, closed)
        boxes = len(composed.links.groups)
        layers = [group for group in composed.links.groups if group.layer is not None]
        for number, group in enumerate(layers, 1):
            assert group.layer is not None  # chosen above
            scope = group.layer.scope

            def inside(scope: Any = scope) -> Composition:
                return compose(self.root, self.called, depth=depth, expand=[scope], max_nodes=self.most)

            opened = inside()
            boxes += len(opened.links.groups)
            if boxes > MOST_BOXES:
                break
            if not opened.links.hidden and len(opened.links.groups) <= self.most:
                self.opens[0][composed.links.box_id(group)] = len(self.scenes)
                self._add(f"inside layer {number}, {one_line(group.name)}", "layer", opened, inside)

    def _add(self, title: str, granularity: str, composed: Composition, composer: Callable[[], Composition]) -> None:
        self.scenes.append(Scene(title, granularity, composed))
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
            nodes = NodeSteps(self.root, self.called, drawn.grouping, numbers)
            if isinstance(numbers, LiveNumbers) and len(self.rounds) == number:
                self.rounds.append(Leaves(nodes, numbers, self.theta, self.rate))
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


def _framed(html: str, picture: str, title: str) -> str:
    """What a notebook shows: the picture, and the player in a frame, which hides the picture once it runs."""
    return (
        as_image(picture, title)
        + f'<iframe title="{escape(title)}" sandbox="allow-scripts" style="width:100%;height:620px;border:0" '
        f'onload="this.previousElementSibling.style.display=\'none\'" srcdoc="{escape(html)}"></iframe>'
    )

"""The numbers of a graph as a drawing shows them: each with its step, its δ and its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from microgrand.compiled.release import release_in_a_loop
from microgrand.drawing.nearby import nearest_first
from microgrand.engine.node import Node
from microgrand.engine.order import as_nodes, topological_order
from microgrand.engine.scope import Scope
from microgrand.engine.sweep import Adjoints, sweep
from microgrand.engine.value import Value
from microgrand.errors import DomainError, GraphError
from microgrand.stale import stale
from microgrand.table.primitive import Primitive
from microgrand.table.rows import sum as total
from microgrand.table.signature import subscript

WINDOW = 10_000  # numbers that a drawing looks at, the nearest to the root; the others are counted
MOST_PINNED = 12  # leaves with a name that are looked at wherever they are
MOST_CHECKED = 100_000  # operands up to which a node is looked at for being stale
MOST_SWEPT = 3  # roots whose δ are told
MOST_PATHS = 10**9  # paths are counted as far as this


class Vertex:
    """One number z of the graph.

    operands  vertices and plain numbers, in order; `BEYOND` for what is not looked at
    edges     the operands that are vertices, in order and with repeats, each with its local partial
    name      what it is called; `named`: whether by a name of its own, and not by its place, zᵢ
    deltas    δ with respect to each root, if there are few; `delta` is the largest of them, or 0
    place     in the topological order, counted from 1; 5.2 is the second step of the derivation of the fifth
    stale     whether `refresh` would change it
    lit       whether it depends on what the drawing is to light
    """

    __slots__ = (
        "data", "delta", "deltas", "edges", "lit", "name", "named", "node", "operands", "place", "primitive", "scope",
        "stale",
    )  # fmt: skip

    def __init__(self, node: Node, deltas: tuple[float, ...], name: str | None, place: str) -> None:
        self.node = node
        self.data = node.data
        self.deltas = deltas
        self.delta = deltas[0] if len(deltas) == 1 else max(deltas, key=abs, default=0.0)
        self.name = name or f"z{subscript(place)}"
        self.place = place
        self.named = bool(name)
        self.primitive: Primitive | None = node.primitive
        self.scope: Scope | None = node.scope
        self.operands: tuple[Vertex | float, ...] = ()
        self.edges: list[tuple[Vertex, float]] = []
        self.stale = False
        self.lit = False

    def connect(self, node: Node, of: dict[Node, Vertex]) -> None:
        """Take over the operands of a node; `of` holds the vertices of those that are looked at."""
        self.operands = tuple([of.get(x, BEYOND) if isinstance(x, Node) else x for x in node.operands])
        pairs = zip(self.operands, node.operand_partials, strict=True)
        steps = [(x, slope) for x, slope in pairs if isinstance(x, Vertex)]
        self.edges = [(x, slope) for x, slope in steps if x is not BEYOND]
        beyond = [slope for x, slope in steps if x is BEYOND]
        if beyond:
            self.edges.append((BEYOND, max(beyond, key=abs)))  # one stands for all

    @property
    def is_leaf(self) -> bool:
        """Whether it was made from a number, and not computed."""
        return self.primitive is None


BEYOND = Vertex(Value(0.0), (0.0,), "…", "")


class Seen(NamedTuple):
    """What a drawing looks at.

    vertices  in topological order, the last root last
    roots     the vertices that everything is differentiated from
    of        the vertex of each node
    size      how many numbers the graph has
    beyond    how many of them are not looked at
    paths     how many paths lead to the root from what the drawing is to light
    adjoints  δ of every node of the graph, of those too that are not looked at; of several roots those of their sum
    """

    vertices: list[Vertex]
    roots: list[Vertex]
    of: dict[Node, Vertex]
    size: int
    beyond: int
    paths: int
    adjoints: Adjoints

    @property
    def root(self) -> Vertex:
        """The last of the roots."""
        return self.roots[-1]


def look(
    roots: Sequence[Node], called: Callable[[Node], str | None], unfolds: Callable[[Node], bool], to: Any = None
) -> Seen:
    """The numbers below the roots, with the δ of each root.

    called   the name of a node, if it has one
    unfolds  whether a node is shown as the steps of its derivation
    to       a node, or several: what depends on them is lit
    """
    top = roots[0] if len(roots) == 1 else total(roots)  # of several, their sum, which is not shown
    adjoints = sweep(top, allow_stale=True)
    several = roots if 1 < len(roots) <= MOST_SWEPT else ()
    sweeps = [adjoints] if len(roots) == 1 else [sweep(root, allow_stale=True) for root in several]
    paths = paths_to(adjoints.order, to) if to is not None else {}
    near = _nearest(adjoints.order)
    if len(near) < len(adjoints):
        named = (node for node in adjoints.order if node.is_leaf and called(node))
        near |= set(islice(named, MOST_PINNED))
    old = set(_stale(near))
    vertices: list[Vertex] = []
    of: dict[Node, Vertex] = {}
    for k, node in enumerate(adjoints.order):
        if node in near and (node is not top or len(roots) == 1):
            place = str(k + 1)
            vertex = Vertex(node, tuple([each.get(node) for each in sweeps]), called(node), place)
            vertex.lit = node in paths
            vertex.connect(node, of)
            vertex.stale = node in old
            if (
                unfolds(node) and not vertex.stale
            ):  # its operands' numbers are no longer those that it was computed from
                vertices += _unfolded(node, vertex, place, unfolds)
            vertices.append(vertex)
            of[node] = vertex
    hidden_top = int(len(roots) > 1)
    size, beyond = len(adjoints) - hidden_top, len(adjoints) - len(near)
    return Seen(vertices, [of[root] for root in roots], of, size, beyond, paths.get(top, 0), adjoints)


def _nearest(order: list[Node]) -> set[Node]:
    """The nodes nearest to the last one of this topological order, as many as a drawing looks at."""
    if len(order) <= WINDOW:
        return set(order)
    return set(islice(nearest_first(order[-1:], order, lambda node: node.parents, lambda node: node.is_leaf), WINDOW))


def paths_to(order: list[Node], to: Any) -> dict[Node, int]:
    """How many paths lead from the nodes of `to` to each node that depends on them."""
    below = set(order)
    paths: dict[Node, int] = {}
    try:
        targets = as_nodes(to)
    except TypeError:
        raise TypeError(f"to names Values of the graph; got {to!r:.60}") from None
    if not targets:
        raise ValueError("to names one Value or more, from which paths lead to the root; got none")
    for node in targets:
        if node not in below:
            what = repr(node.name) if node.name is not None else repr(node)
            raise GraphError(f"the root does not depend on {what}: there is no path to light")
        paths[node] = 1
    for node in order:
        found = sum([paths.get(parent, 0) for parent in node.parents])
        if found > 0:
            paths[node] = min(paths.get(node, 0) + found, MOST_PATHS)
    return paths


def _stale(near: set[Node]) -> list[Node]:
    """The stale nodes among those looked at; what lies beyond them counts as it stands.

    So does a node of very many operands: to recompute it would take longer than to draw it.
    """
    small = [node for node in near if len(node.operands) <= MOST_CHECKED]
    known = set(small)
    beyond = dict.fromkeys([parent for node in small for parent in node.parents if parent not in known])
    return stale(small, beyond)


def _unfolded(node: Node, vertex: Vertex, place: str, unfolds: Callable[[Node], bool]) -> list[Vertex]:
    """The steps of a node's derivation, as vertices before its own, which then becomes the last of the steps."""
    stand_ins: dict[Node, Value] = {}
    operands: list[Any] = []
    met: dict[Node, Vertex] = {}
    for operand, seen in zip(node.operands, vertex.operands, strict=True):
        if isinstance(operand, Node):
            assert isinstance(seen, Vertex)  # they stand in the same places
            stand_in = stand_ins.setdefault(operand, Value(operand.data))
            met[stand_in] = seen
            operands.append(stand_in)
        else:
            operands.append(operand)
    last = _derived(node, operands)
    if last is None or last in met:
        return []
    sweeps = [sweep(last, delta, stand_ins.values()) for delta in vertex.deltas]
    steps: list[Vertex] = []
    order = topological_order(last, stand_ins.values())
    for k, inner in enumerate(order[len(met) :], 1):
        its_place = f"{place}.{k}"
        deltas = tuple([each.get(inner) for each in sweeps])
        step = vertex if inner is last else Vertex(inner, deltas, None, its_place)
        step.primitive = inner.primitive
        step.scope = vertex.scope
        step.connect(inner, met)
        step.lit = any([parent.lit for parent, _ in step.edges])
        if unfolds(inner) and inner.primitive is not node.primitive:
            steps += _unfolded(inner, step, its_place, unfolds)
        met[inner] = step
        steps.append(step)
    return steps[:-1]


def _derived(node: Node, operands: Sequence[Any]) -> Node | None:
    """The last step of the node's derivation, on other operands; None where there is none, or none at these."""
    row = node.primitive
    if row is None or row.derivation is None:
        return None
    try:
        last = row.derivation(*operands)
    except DomainError:
        return None
    return last if isinstance(last, Node) else None


release_in_a_loop(Vertex, "operands", "edges")

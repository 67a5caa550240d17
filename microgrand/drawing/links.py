"""What connects the boxes of a drawing, and which boxes are too far from the root to be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from microgrand.drawing.groups import Group, Grouping
from microgrand.drawing.nearby import nearest_first
from microgrand.drawing.regions import Region, key_of
from microgrand.drawing.vertices import BEYOND, MOST_PINNED, Vertex
from microgrand.engine.node import Node
from microgrand.engine.sweep import sweep

Swept = Callable[[Node, float, Sequence[Node]], Any]  # a sweep: its root, the root's δ, what is held fixed
MOST_PARALLEL = 8  # arrows between two boxes that are drawn one by one


class Edge(NamedTuple):
    """One edge of the graph: the child's k-th operand that is a vertex, and the local partial along it."""

    parent: Vertex
    child: Vertex
    k: int
    partial: float

    @property
    def flow(self) -> float:
        """|δₖ ∂zₖ/∂zᵢ|, the child's term in the parent's δ."""
        return abs(self.child.delta * self.partial)

    @property
    def lit(self) -> bool:
        """Whether a path that the drawing lights goes along it."""
        return self.parent.lit and self.child.lit


class Link:
    """What is drawn between two boxes: edges of the graph, or a layer that makes a vector, or plain numbers used."""

    def __init__(self, tail: Group, head: Group) -> None:
        self.tail = tail
        self.head = head
        self.edges: list[Edge] = []
        self.made: list[Vertex] = []

    @property
    def flow(self) -> float:
        """The largest |δₖ ∂zₖ/∂zᵢ| along it; NaN if one is."""
        flows = [edge.flow for edge in self.edges] + [abs(vertex.delta) for vertex in self.made]
        return next((flow for flow in flows if flow != flow), max(flows, default=0.0))

    @property
    def lit(self) -> bool:
        """Whether a path that the drawing lights goes along it."""
        return any([edge.lit for edge in self.edges]) or any([vertex.lit for vertex in self.made])


class Links:
    """The links between the groups, and the groups that remain.

    groups  those that are shown; where others are not, a group of the kind "more" stands for them
    all     the links between these
    hidden  how many numbers of the graph "more" stands for
    """

    def __init__(self, grouping: Grouping, most: int) -> None:
        self._grouping = grouping
        self._more = Group("more", [])
        self._found: dict[tuple[Group, Group], Link] = {}
        self._connect_edges()
        self._connect_constants()
        seen = grouping.seen
        shown = self._nearest([grouping.of[root] for root in seen.roots], most)
        near = {vertex for group in grouping.groups if group in shown for vertex in group.vertices}
        self.hidden = len(set(seen.vertices) - near) + seen.beyond
        linked = {group for ends in self._found for group in ends}
        self.groups = [g for g in grouping.groups if g in shown and (g.vertices or g.layer or g in linked)]
        if self.hidden > 0:
            self.groups.insert(0, self._more)
        self.all = self._merged(shown)
        self._into: dict[Group, list[Link]] = {}
        self._out_of: dict[Group, list[Link]] = {}
        for link in self.all:
            self._into.setdefault(link.head, []).append(link)
            self._out_of.setdefault(link.tail, []).append(link)
        self._ids = {group: f"n{k}" for k, group in enumerate(self.groups)}

    def into(self, group: Group) -> list[Link]:
        """The links that lead to a group."""
        return self._into.get(group, [])

    def out_of(self, group: Group) -> list[Link]:
        """The links that lead on from a group."""
        return self._out_of.get(group, [])

    def box_id(self, group: Group) -> str:
        """What the box of a group that is shown is called in a picture."""
        return self._ids[group]

    def arrow_id(self, link: Link, edge: Edge | None = None) -> str:
        """What an arrow is called: between two vertices there is one for each edge."""
        head, tail = self.box_id(link.head), self.box_id(link.tail)
        single = link.tail.kind == link.head.kind == "node" and len(link.edges) <= MOST_PARALLEL
        return f"e{head[1:]}_{edge.k if single and edge is not None else tail}"

    def _link(self, tail: Group, head: Group) -> Link:
        key = (tail, head)
        if key not in self._found:
            self._found[key] = Link(tail, head)
        return self._found[key]

    def _connect_edges(self) -> None:
        grouping = self._grouping
        for child in grouping.seen.vertices:
            box = grouping.regions.box_of(child)
            head = grouping.of[child] if box is None else grouping.inside[box]
            for k, (parent, partial) in enumerate(child.edges):
                tail = self._more if parent is BEYOND else grouping.of[parent]
                if tail is not head and (box is None or grouping.regions.box_of(parent) is not box):
                    self._link(tail, head).edges.append(Edge(parent, child, k, partial))
            if box is not None and grouping.of[child] is not head:
                self._link(head, grouping.of[child]).made.append(child)

    def _connect_constants(self) -> None:
        """Vectors of plain numbers lead to the layers that were called on them, or to the nodes that use them there."""
        grouping = self._grouping
        constants = {key_of(group.items): group for group in grouping.groups if not group.vertices}
        for region in grouping.regions.finest():
            group = constants.get(key_of(region.inputs))
            if group is None:
                continue
            if region.box is region:
                self._link(group, grouping.inside[region])
                continue
            for vertex in region.own:
                if _uses(vertex, region):
                    self._link(group, grouping.of[vertex])

    def _nearest(self, roots: Sequence[Group], most: int) -> set[Group]:
        """All groups, if they are not too many; else those nearest to the roots, and leaves that have names.

        No arrow leads from these to what is not shown, but for arrows from leaves.
        """
        groups = self._grouping.groups
        if len(groups) <= most and self._grouping.seen.beyond == 0:
            return set(groups)
        below: dict[Group, list[Group]] = {}
        for link in self._found.values():
            below.setdefault(link.head, []).append(link.tail)
        pinned = [group for group in groups if self._is_pinned(group)][: min(MOST_PINNED, most // 3)]
        shown = set(pinned)
        for group in nearest_first(roots, groups, lambda group: below.get(group, []), _is_leaf):
            if len(shown) >= most:
                break
            if group is not self._more:
                shown.add(group)
        return shown

    def _is_pinned(self, group: Group) -> bool:
        """Whether it is shown however far it is from the root: an input, a parameter, or a leaf with a name."""
        named = any([vertex.is_leaf and vertex.named for vertex in group.vertices])
        return named or (group.kind == "vector" and _is_leaf(group))

    def _merged(self, shown: set[Group]) -> list[Link]:
        """The links between what is shown, where "more" takes the place of what is not."""
        merged: dict[tuple[Group, Group], Link] = {}
        for link in self._found.values():
            tail = link.tail if link.tail in shown else self._more
            head = link.head if link.head in shown else self._more
            if tail is not head:
                link_of_both = merged.setdefault((tail, head), Link(tail, head))
                link_of_both.edges += link.edges
                link_of_both.made += link.made
        connected = {tail for tail, _ in merged}
        for group in self.groups if self.hidden > 0 else []:
            if group is not self._more and group not in connected and _is_leaf(group):
                merged[(group, self._more)] = loose = Link(group, self._more)
                loose.made = group.vertices
        return list(merged.values())


def _is_leaf(group: Group) -> bool:
    """Whether nothing in it is computed."""
    return all([vertex.is_leaf for vertex in group.vertices])


def sweeps_through(grouping: Grouping, links: Links, above: Group, swept: Swept = sweep) -> list[Any]:
    """∂zₖ/∂… of every vertex of a box, through the layer that makes it: whatever this layer is given is held fixed."""
    makers = [link.tail for link in links.into(above) if link.made]
    cut: dict[Region | None, list[Node]] = {}
    found: list[Any] = []
    for vertex in above.vertices:
        box = grouping.regions.box_of(vertex)
        if box not in cut:
            cut[box] = _given(links, [maker for maker in makers if maker.layer is box] or makers, above)
        found.append(swept(vertex.node, 1.0, cut[box]))
    return found


def _given(links: Links, makers: Sequence[Group], above: Group) -> list[Node]:
    """What layers, or the steps of a box that none makes, are applied to."""
    computed = [vertex.node for group in makers or [above] for vertex in group.vertices]
    inside = set(computed)
    tails = [vertex.node for maker in makers for link in links.into(maker) for vertex in link.tail.vertices]
    parents = [parent for node in computed for parent in node.parents]
    return [node for node in [*tails, *parents] if node not in inside]


def layer_jacobian(grouping: Grouping, found: Sequence[Any], above: Group, below: Group) -> list[list[float]]:
    """∂above/∂below from these sweeps: a row for each vertex above, a column for each below.

    What one output of a layer hands on to another is 0 here: it happens inside the layer, and is part of the total.
    """
    box = grouping.regions.box_of
    return [
        [0.0 if box(own) is box(vertex) is not None else deltas.get(vertex.node) for vertex in below.vertices]
        for own, deltas in zip(above.vertices, found, strict=True)
    ]


def _uses(vertex: Vertex, region: Region) -> bool:
    """Whether the step that made the vertex is applied to the plain numbers that its layer was called on, or to one."""
    if vertex.primitive is not None:
        lists, _ = vertex.primitive.signature.grouped(vertex.operands)
        if any([key_of(items) == key_of(region.inputs) for items in lists]):
            return True
    return any([operand is number for operand in vertex.operands for number in region.scope.inputs])

"""The calls of layers in a graph: which lies in which, which of them are drawn as one box, and their vectors zˡ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgrand.drawing.vertices import Seen, Vertex
from microgrand.engine.node import Node
from microgrand.engine.scope import Scope
from microgrand.table.numbers import as_number

Items = Sequence["Vertex | float"]


class Region:
    """One call of a layer.

    outer    the call in which it was made, or None
    inner    the calls made in it, in order
    own      the computed vertices that belong to this call and to none inside it, in order
    level    how deep it lies, counted from 1 just inside the network that is the whole graph
    box      the call, this one or one around it, that is drawn as one box; None where its vertices are drawn
    inputs   the vector that the layer was called on
    outputs  what others use of the vector that it computes; the root among them
    """

    def __init__(self, scope: Scope, outer: Region | None) -> None:
        self.scope = scope
        self.outer = outer
        self.inner: list[Region] = []
        self.own: list[Vertex] = []
        self.level = 0
        self.box: Region | None = None
        self.inputs: list[Vertex | float] = []
        self.outputs: list[Vertex] = []
        if outer is not None:
            outer.inner.append(self)

    def vertices(self) -> list[Vertex]:
        """The computed vertices of this call, those of the calls inside it among them."""
        found: list[Vertex] = []
        waiting = [self]
        while waiting:
            region = waiting.pop()
            found += region.own
            waiting += region.inner
        return found


class Regions:
    """The calls of layers that the vertices were made in.

    all        in the order in which the graph meets them, outer ones before inner ones
    of         the call of each vertex that was computed in one
    deepest    the largest level
    """

    def __init__(self, seen: Seen) -> None:
        self.all: list[Region] = []
        self.of: dict[Vertex, Region] = {}
        self._seen = seen
        self._by_scope: dict[Scope, Region] = {}
        self._idle: dict[Node, Vertex] = {}
        outside = 0
        for vertex in seen.vertices:
            if vertex.scope is not None:
                region = self._region(vertex.scope)
                self.of[vertex] = region
                region.own.append(vertex)
            elif not vertex.is_leaf:
                outside += 1
        self._number_levels(outside)
        self._find_outputs()
        self.deepest = max([region.level for region in self.all], default=0)

    def _region(self, scope: Scope) -> Region:
        missing: list[Scope] = []
        around: Scope | None = scope
        while around is not None and around not in self._by_scope:
            missing.append(around)
            around = around.outer
        for each in reversed(missing):
            outer = self._by_scope[each.outer] if each.outer is not None else None
            region = self._by_scope[each] = Region(each, outer)
            region.inputs = self._vector(each.inputs)
            self.all.append(region)
        return self._by_scope[scope]

    def _vector(self, items: Sequence[Any]) -> list[Vertex | float]:
        """What a layer was called on, if that is a vector; Values that are not looked at get a vertex here."""
        found: list[Vertex | float] = []
        for item in items:
            if isinstance(item, Node):
                vertex = self._seen.of.get(item) or self._idle.get(item)
                if vertex is None:
                    vertex = self._idle[item] = Vertex(item, (self._seen.adjoints.get(item),), item.name, "")
                found.append(vertex)
            else:
                try:
                    found.append(as_number(item))
                except (TypeError, ValueError, OverflowError):
                    return []
        return found

    def _number_levels(self, outside: int) -> None:
        """Level 1 is what lies just inside the innermost network that holds everything, or else the outermost calls."""
        top: Region | None = None
        within = [region for region in self.all if region.outer is None]
        while len(within) == 1 and outside == 0 and within[0].inner:
            top = within[0]
            within, outside = top.inner, len(top.own)
        above = 0
        while top is not None:
            top, above = top.outer, above + 1
        for region in self.all:
            region.level = 1 - above if region.outer is None else region.outer.level + 1

    def fold(self, depth: int | None, opened: Callable[[Region], bool]) -> None:
        """Draw the calls at level `depth` and below as boxes, but for those that are opened."""
        for region in self.all:
            region.box = region.outer.box if region.outer is not None else None
            if region.box is None and depth is not None and region.level >= max(depth, 1) and not opened(region):
                region.box = region

    def finest(self) -> list[Region]:
        """The calls whose inputs and outputs are shown: those drawn as boxes, and open ones with none inside."""
        return [region for region in self.all if region.box is region or (region.box is None and not region.inner)]

    def box_of(self, vertex: Vertex) -> Region | None:
        """The call, drawn as one box, in which the vertex was computed."""
        region = self.of.get(vertex)
        return region.box if region is not None else None

    def _find_outputs(self) -> None:
        outputs: dict[Region, dict[Vertex, None]] = {}
        for parent, child in self._crossings():
            region = self.of.get(parent)
            there = self.of.get(child) if child is not None else None
            while region is not None and not _lies_in(there, region):
                outputs.setdefault(region, {})[parent] = None
                region = region.outer
        for region in self.all:
            region.outputs = list(outputs.get(region, {}))

    def _crossings(self) -> list[tuple[Vertex, Vertex | None]]:
        """Every (parent, child), and (root, None) for each root."""
        pairs: list[tuple[Vertex, Vertex | None]] = []
        for child in self._seen.vertices:
            pairs += [(parent, child) for parent, _ in child.edges]
        return [*pairs, *[(root, None) for root in self._seen.roots]]


def _lies_in(region: Region | None, outer: Region) -> bool:
    while region is not None and region is not outer:
        region = region.outer
    return region is outer


def key_of(items: Items) -> tuple[Any, ...]:
    """What tells vectors apart: their vertices, and the numbers that stand between these."""
    return tuple([item if isinstance(item, Vertex) else repr(float(item)) for item in items])

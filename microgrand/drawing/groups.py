"""Which vertices share a box: a vector zˡ between layers, the parameters of a layer, its inside, very many leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgrand.drawing.numbering import levels_of_rows, numbered
from microgrand.drawing.regions import Items, Region, Regions, key_of
from microgrand.drawing.scene_names import SceneNames, base_of, common_name
from microgrand.drawing.vertices import Seen, Vertex
from microgrand.engine.node import Node
from microgrand.engine.sweep import sweep
from microgrand.table.signature import subscript
from microgrand.table.symbols import element_name, row_name

MOST_LEAVES = 8  # leaves with the same children that are drawn one by one
MOST_ROWS = 3  # rows of a layer's parameters that are drawn one by one


class Group:
    """What is drawn as one box.

    kind    "node", one vertex by itself; "vector", several side by side; "layer", the inside of one; "more", the rest
    items   its vertices, and the plain numbers among them
    name    zˡ, θₖ, or what else several vertices are called together
    region  the call that it is drawn within
    layer   the call whose inside it is
    rows    the lengths of the rows, where it is a matrix of parameters
    role    "z" for a vector between layers, "θ" for parameters of a layer, else ""
    deltas  δ of its vertices: ∂C/∂zˡ, where each element of zˡ changes by itself and the others are held fixed
    """

    def __init__(self, kind: str, items: Items, name: str = "", region: Region | None = None) -> None:
        self.kind = kind
        self.items = list(items)
        self.name = name
        self.region = region
        self.layer: Region | None = None
        self.rows: list[int] = []
        self.role = ""
        self._root: Node | None = None
        self._apart: list[Node] = []
        self._deltas: list[float] | None = None

    @property
    def vertices(self) -> list[Vertex]:
        """Its vertices, without the plain numbers."""
        return [item for item in self.items if isinstance(item, Vertex)]

    @property
    def deltas(self) -> list[float]:
        """δ of each of its vertices; where one is computed from another, by a sweep that stops at each of them."""
        if self._deltas is None:
            found = self.held_apart(sweep)
            self._deltas = [vertex.delta for vertex in self.vertices] if found is None else found
        return self._deltas

    def held_apart(self, swept: Callable[[Node, float, Sequence[Node]], Any]) -> list[float] | None:
        """δ of each vertex by a sweep that stops at each of them, where one is computed from another; else None."""
        if self._root is None:
            return None
        nodes = [vertex.node for vertex in self.vertices]
        adjoints = swept(self._root, 1.0, [*nodes, *self._apart])
        return [adjoints.get(node) for node in nodes]

    @property
    def is_entangled(self) -> bool:
        """Whether an output of its layer is computed from another: δ is then not the whole derivative of the root."""
        return self._root is not None

    def hold_apart(self, root: Node, outputs: Sequence[Vertex]) -> None:
        """Tell that one of these outputs of a layer, its vertices among them, is computed from another."""
        self._root, self._apart = root, [vertex.node for vertex in outputs]


class Grouping:
    """The boxes of a drawing, for the calls that are folded at the moment.

    groups   all of them, in the order of the graph
    of       the group of each vertex
    inside   the group of each call that is drawn as one box
    named    what vectors are called, by key: zˡ and θₖ
    roles    which of the two they are, by key
    names    what each vertex is called, in boxes, sentences and formulas alike
    frozen   parameters that training leaves alone
    """

    def __init__(self, seen: Seen, regions: Regions) -> None:
        self.seen = seen
        self.regions = regions
        self.named: dict[tuple[Any, ...], str] = {}
        self.roles: dict[tuple[Any, ...], str] = {}
        self.names = SceneNames(seen)
        self.frozen: set[Vertex] = set()
        self.of: dict[Vertex, Group] = {}
        self.inside: dict[Region, Group] = {}
        self._constants: list[Group] = []
        self._layer_numbers: dict[Region, int] = {}
        self._children: dict[Vertex, list[Vertex]] = {}
        self._lists: dict[Vertex, dict[Vertex | float, int]] = {}
        self._turns = {vertex: k for k, vertex in enumerate(seen.vertices)}
        for child in seen.vertices:
            for parent in dict.fromkeys([parent for parent, _ in child.edges]):
                self._children.setdefault(parent, []).append(child)
        vectors = self._numbered_vectors()
        self._gather_insides()
        self._gather_vectors(vectors)
        self._gather_parameters()
        self._gather_leaves()
        self.groups = self._in_order()
        shown = [vertex for group in self.groups if group.kind != "layer" for vertex in group.vertices]
        vectors = [group.items for group in self.groups if group.kind == "vector"]
        self.names.find(bool(regions.all), sorted(shown, key=self._turn_of), vectors)
        for group in self.groups:
            if group.kind == "vector" and not group.name:
                group.name = common_name([self.names.of[vertex] for vertex in group.vertices])

    def _turn_of(self, vertex: Vertex) -> int:
        return self._turns.get(vertex, -1)

    # ---- zˡ ----

    def _numbered_vectors(self) -> list[Items]:
        """z¹, z², …: the inputs and outputs of the calls that are shown, in the order in which they are computed."""
        vectors, self._layer_numbers = numbered(self.regions, self.seen)
        for vector in vectors:
            key = key_of(vector.items)
            self.named[key], self.roles[key] = vector.name, "z"
            if vector.items == [self.seen.root] and self.names.own(self.seen.root):
                self.named[key], self.roles[key] = self.seen.root.name, ""
            for k, item in enumerate(vector.items, 1):
                if isinstance(item, Vertex):
                    if item.is_leaf:
                        self.names.automatic.setdefault(item, f"x{subscript(k)}")
                    element = vector.name + subscript(k) if len(vector.items) > 1 else vector.name
                    self.names.symbols.setdefault(item, element)
        self._inputs = set(self.names.symbols)
        return [vector.items for vector in vectors]

    def _gather_vectors(self, vectors: list[Items]) -> None:
        """A vector is one box where it stands between layers that are drawn as boxes, or holds plain numbers only."""
        made = self._made_in_boxes(vectors)
        entangled = self._entangled([*vectors, *made])
        for k, items in enumerate(vectors):
            members = [item for item in items if not isinstance(item, Vertex) or self._is_between(item)]
            for part in self._by_producer(members) if k in entangled else [members]:
                self._gather_vector(items, part)
        for k, outputs in enumerate(made, len(vectors)):
            for output in outputs if k in entangled and len(self.seen.roots) == 1 else []:
                self.of[output].hold_apart(self.seen.root.node, outputs)

    def _made_in_boxes(self, vectors: Sequence[Items]) -> list[list[Vertex]]:
        """For each box the elements of vectors that it computes."""
        made: dict[Region, list[Vertex]] = {}
        for item in dict.fromkeys([item for items in vectors for item in items]):
            box = self.regions.box_of(item) if isinstance(item, Vertex) else None
            if isinstance(item, Vertex) and box is not None:
                made.setdefault(box, []).append(item)
        return list(made.values())

    def _gather_vector(self, items: Items, members: Items) -> None:
        """Those members of a vector that are one box."""
        vertices = [item for item in members if isinstance(item, Vertex)]
        whole = len(members) == len(items)
        if vertices or whole:
            boxes = [box for vertex in vertices if (box := self.regions.box_of(vertex)) is not None]
            region = boxes[0].outer if boxes else None
            group = Group("vector", _each_once(members), self.named[key_of(items)] if whole else "", region)
            group.role = self.roles[key_of(items)] if whole else ""
            self._take(group)
            if not vertices:
                self._constants.append(group)

    def _entangled(self, vectors: Sequence[Items]) -> set[int]:
        """Which of the vectors, by their places, have an element that is computed from another one of theirs."""
        bits: dict[Vertex, int] = {}  # the vectors that it is in, as the bits of one number
        for k, items in enumerate(vectors):
            members = [item for item in items if isinstance(item, Vertex)]
            if len(members) > 1 and any([not item.is_leaf for item in members]):
                for item in members:
                    bits[item] = bits.get(item, 0) | 1 << k
        below: dict[Vertex, int] = {}  # the vectors that it is computed from, or in
        found = 0
        for vertex in self.seen.vertices if bits else []:
            from_these = 0
            for parent, _ in vertex.edges:
                from_these |= below.get(parent, 0)
            own = bits.get(vertex, 0)
            found |= from_these & own
            below[vertex] = from_these | own
        return {k for k in range(len(vectors)) if found >> k & 1}

    def _by_producer(self, members: Items) -> list[Items]:
        """The members of a vector apart, by the box that computes them: else a path could leave it and come back."""
        parts: dict[Region | None, list[Vertex | float]] = {}
        idle: list[Vertex | float] = []  # plain numbers, and what the root does not use: on no path
        for item in members:
            known = isinstance(item, Vertex) and item in self._turns
            box = self.regions.box_of(item) if isinstance(item, Vertex) else None
            (parts.setdefault(box, []) if known else idle).append(item)
        if len(parts) < 2:
            return [members]
        first, *others = parts.values()
        return [[*first, *idle], *others]

    def _is_between(self, vertex: Vertex) -> bool:
        if vertex in self.of and self.of[vertex].kind == "vector":
            return False
        if vertex not in self._turns:  # the root does not use it
            return True
        return self._is_used_in_a_box(vertex) if vertex.is_leaf else self.regions.box_of(vertex) is not None

    def _is_used_in_boxes(self, vertex: Vertex) -> bool:
        children = self._children.get(vertex, [])
        return bool(children) and all([self.regions.box_of(child) is not None for child in children])

    def _is_used_in_a_box(self, vertex: Vertex) -> bool:
        return any([self.regions.box_of(child) is not None for child in self._children.get(vertex, [])])

    def _gather_insides(self) -> None:
        for vertex in self.seen.vertices:
            box = self.regions.box_of(vertex)
            if box is not None:
                if box not in self.inside:
                    group = self.inside[box] = Group("layer", [], box.scope.name, box.outer)
                    group.layer = box
                self.inside[box].items.append(vertex)
                self.of[vertex] = self.inside[box]

    # ---- θ ----

    def _gather_parameters(self) -> None:
        shown = [(region, self._rows(region)) for region in self.regions.finest()]
        numbers = [self._layer_numbers.get(region, 0) for region, _ in shown]
        levels = levels_of_rows(numbers, [[row for _, row in rows] for _, rows in shown])
        for (region, rows), level in zip(shown, levels, strict=True):
            names = [row_name(name, level) for name, _ in rows]
            size = len(rows), max([len(row) for _, row in rows], default=0)
            for name, (plain_name, row) in zip(names, rows, strict=True):
                self.named.setdefault(key_of(row), name)
                self.roles.setdefault(key_of(row), "θ")
                if getattr(region.scope.layer, "frozen", False):
                    self.frozen.update(row)
                for k, theta in enumerate(row, 1):
                    self.names.automatic.setdefault(theta, element_name(plain_name, k, size))
                    self.names.symbols.setdefault(theta, element_name(name, k, size) if len(row) > 1 else name)
            if region.box is region:
                self._gather_rows(level, names, [row for _, row in rows], region)
        self._gather_strays()

    def _rows(self, region: Region) -> list[tuple[str, list[Vertex]]]:
        """The rows of parameters of the layer that was called, as far as the drawing sees them, with their names.

        Of a layer that is gone the rows are the vectors of parameters that its steps use.
        """
        layer: Any = region.scope.layer
        if not hasattr(layer, "parameter_rows"):
            return self._used_rows(region)
        rows = [[self.seen.of[theta] for theta in row if theta in self.seen.of] for row in layer.parameter_rows()]
        names = layer.row_names()
        if len(names) != len(rows):
            raise ValueError(
                f"{layer!r:.60} has {len(rows)} rows of parameters, but row_names() gives {len(names)} names"
            )
        found = [(name, row) for name, row in zip(names, rows, strict=True) if row]
        return found or self._used_rows(region)  # of a copy of the graph

    def _used_rows(self, region: Region) -> list[tuple[str, list[Vertex]]]:
        """The vectors of parameters that the steps of a call use, and other parameters by their names, as b₁ and b₂."""
        inside = sorted(region.vertices(), key=self._turn_of)
        used = {key_of(items): items for vertex in inside for items in self._parameter_lists(vertex)}
        rows = [(f"θ{subscript(k)}", items) for k, items in enumerate(used.values(), 1)]
        met = {theta for _, row in rows for theta in row}
        others: dict[str, dict[Vertex, None]] = {}
        for vertex in inside:
            for parent, _ in vertex.edges:
                base = base_of(parent.name) if parent.named else ""
                if base and parent not in met and self.is_parameter(parent):
                    others.setdefault(base, {})[parent] = None
        return rows + [(base, list(row)) for base, row in others.items()]

    def _parameter_lists(self, vertex: Vertex) -> list[list[Vertex]]:
        if vertex.primitive is None:
            return []
        lists = [
            [x for x in items if isinstance(x, Vertex)]
            for items in vertex.primitive.signature.grouped(vertex.operands)[0]
        ]
        return [items for items in lists if items and all([self.is_parameter(item) for item in items])]

    def _gather_rows(self, level: object, names: list[str], rows: list[list[Vertex]], region: Region) -> None:
        rows = [[theta for theta in row if theta not in self.of] for row in rows]
        if len(rows) > MOST_ROWS:
            alike: dict[str, list[list[Vertex]]] = {}  # by letter: θ, and b
            for name, row in zip(names, rows, strict=True):
                alike.setdefault(row_name("b" if name.startswith("b") else "θ", level), []).append(row)
            for name, matrix in alike.items():
                group = Group("vector", [theta for row in matrix for theta in row], name, region.outer)
                group.rows, group.role = [len(row) for row in matrix], "θ"
                self._take(group)
        else:
            for name, row in zip(names, rows, strict=True):
                group = Group("vector", row, name, region.outer)
                group.role = "θ"
                self._take(group)

    def _gather_strays(self) -> None:
        """Leaves that boxes use, and no layer that is still there owns: those of one box together."""
        strays: dict[frozenset[Region | None], list[Vertex]] = {}
        for vertex in self.seen.vertices:
            if vertex.is_leaf and vertex not in self.of and self._is_used_in_boxes(vertex):
                boxes = frozenset([self.regions.box_of(child) for child in self._children[vertex]])
                strays.setdefault(boxes, []).append(vertex)
        for leaves in strays.values():
            self._take(Group("vector", leaves))

    # ---- the rest ----

    def _gather_leaves(self) -> None:
        """Leaves with the same children are one box where they are very many, or a vector that steps name."""
        alike: dict[tuple[tuple[Vertex, int], ...], list[Vertex]] = {}
        for vertex in self.seen.vertices:
            if vertex.is_leaf and vertex not in self.of:
                children = self._children.get(vertex, [])
                alike.setdefault(tuple([(child, self._list_of(vertex, child)) for child in children]), []).append(
                    vertex
                )
        for leaves in alike.values():
            name = self.named.get(key_of(leaves), "")
            if len(leaves) > MOST_LEAVES or (name and len(leaves) > 1 and self._is_used_whole(leaves[0])):
                group = Group("vector", leaves, name, self._region_of_leaf(leaves[0]))
                group.role = self.roles.get(key_of(leaves), "")
                self._take(group)
        for vertex in self.seen.vertices:
            if vertex not in self.of:
                region = self.regions.of.get(vertex) or self._region_of_leaf(vertex)
                self.of[vertex] = Group("node", [vertex], region=region)

    def _list_of(self, vertex: Vertex, child: Vertex) -> int:
        """In which of the child's lists of operands a vertex stands: w and x are two vectors of dot(w, x)."""
        if child not in self._lists:
            lists = child.primitive.signature.grouped(child.operands)[0] if child.primitive is not None else []
            self._lists[child] = {item: k for k, items in enumerate(lists) for item in items}
        return self._lists[child].get(vertex, -1)

    def _is_used_whole(self, leaf: Vertex) -> bool:
        """Whether only functions of vectors use it, whose steps are written with the vector's name."""
        rows = [child.primitive for child in self._children.get(leaf, [])]
        return all([row is not None and row.signature.lists and row.signature.brackets for row in rows])

    def _region_of_leaf(self, vertex: Vertex) -> Region | None:
        """The call in which alone a parameter is used; None for the inputs of a call."""
        used_in = {self.regions.of.get(child): child for child in self._children.get(vertex, [])}
        if not self.is_parameter(vertex) or len(used_in) != 1:
            return None
        return self.regions.of.get(next(iter(used_in.values())))

    def is_input(self, vertex: Vertex) -> bool:
        """Whether it is a leaf on which a layer was called."""
        return vertex.is_leaf and vertex in self._inputs

    def is_parameter(self, vertex: Vertex) -> bool:
        """Whether it is a leaf that a layer uses without being called on it."""
        if not vertex.is_leaf or vertex.scope is not None or self.is_input(vertex):
            return False
        return any(child in self.regions.of for child in self._children.get(vertex, []))  # the first will do

    def _take(self, group: Group) -> None:
        for vertex in group.vertices:
            self.of[vertex] = group

    def _in_order(self) -> list[Group]:
        found = dict.fromkeys(self._constants)
        for vertex in self.seen.vertices:
            box = self.regions.box_of(vertex)
            for group in ([self.inside[box]] if box is not None else []) + [self.of[vertex]]:
                found.setdefault(group)
        return list(found)


def _each_once(items: Items) -> Items:
    """The items without repeats of a vertex: a layer may give the same number twice, but it has one δ."""
    met: set[Vertex | float] = set()
    once: list[Vertex | float] = []
    for item in items:
        if not isinstance(item, Vertex) or item not in met:
            once.append(item)
            met.add(item)
    return once

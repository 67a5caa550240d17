"""The words of a drawing: what each box and each arrow says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from microgrand.drawing.groups import Group, Grouping
from microgrand.drawing.links import MOST_PARALLEL, Edge, Link, Links, layer_jacobian, sweeps_through
from microgrand.drawing.names import one_line, printable
from microgrand.drawing.numbers import Numbers
from microgrand.drawing.regions import Items, Region, key_of
from microgrand.drawing.scene_names import slots
from microgrand.drawing.signs import sign_of
from microgrand.drawing.vertices import MOST_SWEPT, Vertex
from microgrand.drawing.view import Arrow, Box, Cluster, View
from microgrand.kinks import is_on_kink
from microgrand.table.formula import number
from microgrand.table.symbols import UNKNOWN, vector

SHOWABLE = ("value", "delta", "partial", "kink")  # the last: that a node is on one
DIGITS = 4
SHOWN = 3  # numbers of a long vector
LONGEST_STEP = 30
LONGEST_SYMBOL = 16  # of a name inside ∂z/∂x
MOST_ENTRIES = 6  # of a Jacobian that is written out
MOST_INSIDE = 1_000  # nodes of a layer whose Jacobian is computed
MOST_TOLD = 6  # leaves, and roots, in the title


def view_of(
    grouping: Grouping, links: Links, show: Sequence[str], notes: Sequence[str], lights: bool, digits: int
) -> View:
    """The words on every box and arrow that is shown.

    show    what is written beside the names, of `SHOWABLE`
    notes   what the drawing says of itself
    lights  whether it lights some paths
    digits  of each number
    """
    writer = Words(grouping, links, show, digits)
    boxes = tuple([writer.box(group) for group in links.groups])
    arrows = tuple([arrow for link in links.all for arrow in writer.arrows(link)])
    return View(boxes, arrows, writer.clusters(), writer.title(), tuple(notes), lights)


class Words:
    """Writes the words on what is shown.

    numbers  where they take their numbers from: by default the graph as it stands
    write    how a number is written, with so many `digits`
    """

    def __init__(
        self,
        grouping: Grouping,
        links: Links,
        show: Sequence[str],
        digits: int = DIGITS,
        numbers: Numbers | None = None,
        write: Callable[..., str] = number,
    ) -> None:
        self._digits = digits
        self._numbers = numbers if numbers is not None else Numbers(grouping.seen.adjoints)
        self._write = write
        self._slots: dict[Vertex, list[str]] = {}
        self._grouping = grouping
        self._links = links
        self._show = show
        self._root = grouping.seen.root
        self._clusters = self._framed()

    # ---- boxes ----

    def box(self, group: Group) -> Box:
        """What one box says."""
        heading, value, delta = self._lines(group)
        shown_value, shown_delta = value if "value" in self._show else "", delta if "delta" in self._show else ""
        vertices = group.vertices
        return Box(
            self._links.box_id(group),
            self._kind(group),
            heading,
            shown_value if group.kind != "layer" else value,
            shown_delta,
            self._words(group, [line for line in (heading, value, delta) if line]),
            self._clusters.get(group.region, ""),
            any([vertex.stale for vertex in vertices]),
            any([vertex.lit for vertex in vertices]),
            sign_of(vertices[0], self._plain) if group.kind == "node" else "",
            self._own_name(vertices[0]) if group.kind == "node" else heading,
            self._state(group),
        )

    def _own_name(self, vertex: Vertex) -> str:
        """What a vertex is called, if not by its place alone."""
        return self.name(vertex) if vertex.is_leaf or vertex.named else ""

    def _kind(self, group: Group) -> str:
        vertices = group.vertices
        if group.kind in ("layer", "more"):
            return group.kind
        if not vertices or any([self._grouping.is_input(vertex) for vertex in vertices]):
            return "input"
        if any([root in vertices for root in self._grouping.seen.roots]):
            return "root"
        if any([self._grouping.is_parameter(vertex) for vertex in vertices]):
            return "parameter"
        return "leaf" if vertices[0].is_leaf else "node"

    def _lines(self, group: Group) -> tuple[str, str, str]:
        """Heading, value and δ of a box."""
        if group.kind == "more":
            return f"… {self._links.hidden:,} more", "", ""
        if group.layer is not None:
            sizes = f"{len(group.layer.inputs)} → {len(group.layer.outputs)}" if group.layer.inputs else ""
            return one_line(group.name), sizes, ""
        vertices = group.vertices
        if group.kind == "node":
            return self._heading(vertices[0]), self._number(self._numbers.items(group)[0]), self._delta(group)
        numbers = self._numbers.items(group)
        return self._vector_heading(group), self.array_text(numbers), self._delta(group)

    def _delta(self, group: Group) -> str:
        """δ of a box; of several roots a number, or a vector, for each."""
        vertices, roots = group.vertices, len(self._grouping.seen.roots)
        if not vertices or roots > MOST_SWEPT:
            return ""
        symbol = self.delta_symbol(group)
        if roots == 1:
            return f"{symbol} = {self.array_text(self._numbers.deltas(group))}"
        rows = [[vertex.deltas[k] for vertex in vertices] for k in range(roots)]
        if len(vertices) == 1:
            return f"{symbol} = {vector([row[0] for row in rows], digits=self._digits)}"
        return f"{symbol} = {'; '.join([self.array_text(row) for row in rows])}"

    def _state(self, group: Group) -> str:
        """What is to be known of a box besides its numbers: what is wrong with these, and whether it is frozen."""
        vertices = group.vertices if group.kind in ("node", "vector") else []
        numbers = [vertex.data for vertex in vertices] if "value" in self._show else []
        numbers += [delta for vertex in vertices for delta in vertex.deltas] if "delta" in self._show else []
        told = {
            "frozen": self._is_frozen(group.layer) or (bool(vertices) and self._grouping.frozen.issuperset(vertices)),
            "stale": any([vertex.stale for vertex in vertices]),
            "not a number": any([x != x for x in numbers]),
            "infinite": any([abs(x) == inf for x in numbers]),
            "on a kink": "kink" in self._show and group.kind == "node" and _is_on_kink(vertices[0]),
        }
        return ", ".join([word for word, holds in told.items() if holds])

    def _is_frozen(self, region: Region | None) -> bool:
        return region is not None and bool(getattr(region.scope.layer, "frozen", False))

    def delta_symbol(self, group: Group) -> str:
        """What the δ of a box is called: δˡ of zˡ, ∂C/∂θₖ of a row of parameters, else δ."""
        if len(self._grouping.seen.roots) > 1:
            return "δ"
        return {"z": f"δ{group.name[1:]}", "θ": f"∂{self.cost}/∂{one_line(group.name)}"}.get(group.role, "δ")

    @property
    def cost(self) -> str:
        """What the root is called in ∂C/∂θ."""
        return one_line(self._grouping.names.cost)

    def _heading(self, vertex: Vertex) -> str:
        name = self._with_cost(self.name(vertex), [vertex])
        return name if vertex.primitive is None else f"{name} = {self._step(vertex)}"

    def _vector_heading(self, group: Group) -> str:
        if group.rows:
            even = len(group.rows) > 1 and len(set(group.rows)) == 1
            return f"{one_line(group.name)} ({f'{len(group.rows)} × {group.rows[0]}' if even else len(group.items)})"
        own = self._grouping.names.together(group.items) if group.role == "z" else ""
        if own:
            return f"{group.name} = {one_line(own)}"
        return self._with_cost(one_line(group.name, 2 * LONGEST_STEP), group.vertices)

    def title_of(self, root: Vertex) -> str:
        """What a root is called, and by layers: C = z⁴."""
        return self._with_cost(self.name(root), [root])

    def _with_cost(self, name: str, vertices: Sequence[Vertex]) -> str:
        """The heading of what holds the root, where layers call it by another name: C = z⁴."""
        single = len(self._grouping.seen.roots) == 1
        told = single and self._root in vertices and self._grouping.regions.all and self.cost != name
        return f"{self.cost} = {name}" if told else name

    def _words(self, group: Group, lines: list[str]) -> str:
        if group.layer is not None and group.layer.scope.layer is not None:
            lines = [_described(group.layer.scope.layer), *lines[1:], f"{len(group.items):,} nodes"]
        elif group.kind == "node" and group.vertices[0].primitive is not None and group.vertices[0].primitive.doc:
            lines = [*lines, f"{group.vertices[0].primitive.name}: {group.vertices[0].primitive.doc}"]
        return printable(" | ".join(lines))

    def name(self, vertex: Vertex) -> str:
        """What a vertex is called here: by its own name, as an element of a vector, by its place."""
        return one_line(self._grouping.names.of.get(vertex, vertex.name))

    def _step(self, vertex: Vertex) -> str:
        """The step that made the vertex, in the names of its operands: "x·w"; plain numbers stand inside it."""
        assert vertex.primitive is not None
        notation = vertex.primitive.notation
        lists, rest = vertex.primitive.signature.grouped(vertex.operands)
        if lists:
            step = notation.applied("text", [self._list(items) for items in lists], [self._operand(x) for x in rest])
        else:
            step = notation.write("text", [self._operand(operand) for operand in vertex.operands])
        return printable(step if len(step) <= LONGEST_STEP else notation.label)

    def _list(self, items: Items) -> str:
        name = self._grouping.named.get(key_of(items))
        return name or f"[{', '.join([self._operand(item) for item in items[:LONGEST_STEP]])}]"

    def _operand(self, operand: Vertex | float) -> str:
        return self.name(operand) if isinstance(operand, Vertex) else self._plain(operand)

    # ---- numbers ----

    def array_text(self, numbers: Sequence[float | None]) -> str:
        """The numbers of a box; None stands for one that is not known yet."""
        if len(numbers) != 1:
            return vector(numbers, SHOWN, self._digits, self._write)
        return UNKNOWN if numbers[0] is None else self._number(numbers[0])

    def _number(self, x: float) -> str:
        return self._write(x, digits=self._digits)

    def _plain(self, x: float) -> str:
        """A plain number as an operand."""
        return f"({self._number(x)})" if x < 0 else self._number(x)

    # ---- arrows ----

    def arrows(self, link: Link) -> list[Arrow]:
        """One arrow, or, between two vertices, one for each edge."""
        name, tail, head = self._links.arrow_id, self._links.box_id(link.tail), self._links.box_id(link.head)
        if link.tail.kind == link.head.kind == "node" and len(link.edges) > MOST_PARALLEL:
            symbol, _ = self._partial(link.edges[0])
            label = (symbol, f"× {len(link.edges):,}") if "partial" in self._show else ()
            words, term = f"{symbol}, {len(link.edges):,} times", self._term(link, link.edges)
            return [Arrow(name(link), tail, head, label, words, link.flow, link.lit, term=term)]
        if link.tail.kind == link.head.kind == "node":
            return [
                Arrow(
                    *(name(link, edge), tail, head, *self._told(self._partial(edge)), edge.flow, edge.lit),
                    self._number(self._numbers.partial(edge)) if "partial" in self._show else "",
                    self._term(link, [edge]),
                )
                for edge in link.edges
            ]
        flow = link.flow if link.edges or link.made else float("nan")
        told = self._told(self._derivative(link))
        return [Arrow(name(link), tail, head, *told, flow, link.lit, term=self._term(link, link.edges))]

    def _term(self, link: Link, edges: Sequence[Edge]) -> str:
        """What comes back along these edges, Σ δₖ ∂zₖ/∂zᵢ: for each vertex of the link's tail, or for each root."""
        tails, roots = link.tail.vertices, range(len(self._grouping.seen.roots))
        told = "delta" in self._show and edges and "more" not in (link.tail.kind, link.head.kind)
        if not told or (len(tails) > 1 and len(roots) > 1) or any([len(e.child.deltas) < len(roots) for e in edges]):
            return ""
        terms = {(vertex, root): 0.0 for vertex in tails for root in roots}
        for edge in edges:
            for root in roots:
                terms[edge.parent, root] += edge.child.deltas[root] * edge.partial
        return self.array_text(list(terms.values()))

    def _told(self, derivative: tuple[str, list[str]]) -> tuple[tuple[str, ...], str]:
        """A symbol and the rows of its numbers as the lines of a label, and in one line."""
        symbol, rows = derivative
        lines = (symbol, f"= {rows[0]}") if len(rows) == 1 else (f"{symbol} ="[: None if rows else -2], *rows)
        words = f"{symbol} = {'; '.join(rows)}" if rows else symbol
        return (lines if "partial" in self._show and symbol else (), words)

    def _partial(self, edge: Edge) -> tuple[str, list[str]]:
        if edge.child not in self._slots:
            self._slots[edge.child] = slots([self.name(parent) for parent, _ in edge.child.edges])
        below = self._slots[edge.child][edge.k]
        return self._symbol(self.name(edge.child), below), [self._number(self._numbers.partial(edge))]

    def _symbol(self, above: str, below: str) -> str:
        return f"∂{one_line(above, LONGEST_SYMBOL)}/∂{one_line(below, LONGEST_SYMBOL)}"

    def _derivative(self, link: Link) -> tuple[str, list[str]]:
        """∂z²/∂z¹ and the like, with rows of numbers where these are few."""
        if not link.edges or "more" in (link.tail.kind, link.head.kind):
            return "", []
        if len(link.edges) == 1 and link.head.layer is None:
            return self._partial(link.edges[0])
        below = link.tail.name or self.name(link.tail.vertices[0])
        if link.head.layer is None:
            partials = self._numbers.between([link])
            row = [partials.get(vertex, 0.0) for vertex in link.tail.vertices]
            return self._symbol(self.name(link.edges[0].child), below), [self.array_text(row)]
        outputs = {self._grouping.of[vertex].name for vertex in link.head.layer.outputs}
        return (self._symbol(outputs.pop(), below), self._jacobian(link)) if len(outputs) == 1 else ("", [])

    def _jacobian(self, link: Link) -> list[str]:
        """The rows of the derivative of a layer's output, where they are few."""
        layer, below = link.head.layer, link.tail.vertices
        if layer is None or len(layer.outputs) * len(below) > MOST_ENTRIES or len(link.head.items) > MOST_INSIDE:
            return []
        above = self._grouping.of[layer.outputs[0]]
        if any([vertex.scope is not None and self._box_of(vertex) not in (layer, None) for vertex in above.vertices]):
            return []  # another layer computes a part of it
        sweeps = sweeps_through(self._grouping, self._links, above, self._numbers.sweep)
        rows = layer_jacobian(self._grouping, sweeps, above, link.tail)
        write = self._write
        return [
            self.array_text(row) if len(rows) == 1 else vector(row, digits=self._digits, write=write) for row in rows
        ]

    def _box_of(self, vertex: Vertex) -> Region | None:
        return self._grouping.regions.box_of(vertex)

    # ---- clusters, title ----

    def _framed(self) -> dict[Region | None, str]:
        """The ids of the frames, by region: those of the open calls that boxes stand in."""
        found: dict[Region | None, str] = {}
        for region in self._grouping.regions.all:
            if region.level >= 1 and region.box is None and self._is_shown(region):
                found[region] = f"cluster_{len(found)}"
        return found

    def _is_shown(self, region: Region) -> bool:
        for group in self._links.groups:
            around = group.region
            while around is not None and around is not region:
                around = around.outer
            if around is region:
                return True
        return False

    def clusters(self) -> tuple[Cluster, ...]:
        """The frames around the boxes of one call."""
        regions = [region for region in self._grouping.regions.all if region in self._clusters]
        return tuple(
            [
                Cluster(self._clusters[region], self._frame(region), self._clusters.get(region.outer, ""))
                for region in regions
            ]
        )

    def _frame(self, region: Region) -> str:
        below = self._grouping.named.get(key_of(region.inputs), "")
        above = self._grouping.named.get(key_of(region.outputs), "")
        name = one_line(region.scope.name) + " (frozen)" * self._is_frozen(region)
        return f"{name}: {below} → {above}" if below and above else name

    def title(self) -> str:
        """What the drawing is of, in a sentence."""
        seen = self._grouping.seen
        leaves = [vertex for vertex in seen.vertices if vertex.is_leaf and vertex.named][:MOST_TOLD]
        told = ", ".join([f"{self.name(leaf)} = {self._number(leaf.data)}" for leaf in leaves])
        root = ", ".join([f"{self.name(root)} = {self._number(root.data)}" for root in seen.roots[:MOST_TOLD]])
        return f"A gradient graph of {seen.size:,} node{'s' * (seen.size != 1)}: {root}{' from ' * bool(told)}{told}"


def _described(layer: object) -> str:
    """A layer in one line, whatever its own repr does."""
    try:
        return one_line(repr(layer), 200)
    except Exception:
        return type(layer).__name__


def _is_on_kink(vertex: Vertex) -> bool:
    return not vertex.stale and is_on_kink(vertex.node)

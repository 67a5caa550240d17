"""The DOT text of a view in the style of lectures: round gates, the value above each wire and the gradient below it.

A gate shows the sign of its operation. The wire that leaves it, or a leaf, carries its value above and its δ below.
Where a node is used several times its wire forks: below each branch stands the term δₖ ∂zₖ/∂zᵢ that comes back along
it, and δ of the node is their sum. The local partial stands above the wire where it enters the gate: ∂ and a number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from microgrand.drawing.colors import palette
from microgrand.drawing.dot import FONT, ROW, TANGLED, field, put_in_order, stacked, text
from microgrand.drawing.look import Look
from microgrand.drawing.order import index_rows
from microgrand.drawing.view import Arrow, Box, View
from microgrand.drawing.wires import DELTA, NAME, PARTIAL, VALUE, wire_class
from microgrand.outer_errors import MissingExtraError

LEGEND = (
    "Above a wire its value, below it δ, the derivative of the root; ∂ is the local partial of the gate.",
    "Where a wire forks, each branch has the term that comes back along it; δ is their sum.",
)
PLATES, SHAPES = ("layer", "more"), ("layer", "more", "reference")
_GRAPH = {"fontname": FONT, "nodesep": "0.12", "ranksep": "0.1", "pad": "0.12"}
_NODE = {"fontname": FONT, "margin": "0.01,0.01", "width": "0", "height": "0"}
_EDGE = {"arrowsize": "0.55"}
_CLUSTER = {"style": "rounded", "labeljust": "l", "margin": "8", "peripheries": "1"}
_GATE = {"shape": "circle", "style": "filled", "fixedsize": "true"}
_PLATE = {"shape": "box", "style": "rounded,filled", "margin": "0.08,0.05"}
_FORK = "0.06"  # inches
_ROOT, _LIT = "1.8", "2.5"  # points, the thickness of the last gate, and of what is lit
_DIAMETERS = {1: 1.6, 2: 1.9, 3: 2.5, 4: 3.0, 5: 3.5}  # of a gate, in letters' heights, by the length of its sign
_WIDEST_LETTER = 0.65  # of those that numbers are written with, in letters' heights
_INCH = 72.0  # points


class Piece(NamedTuple):
    """One node of the DOT text: a gate, a plate, or a piece of wire; `cluster` is the frame that it stands in."""

    id: str
    label: str
    cluster: str
    look: dict[str, str]


def gates_text(view: View, look: Look) -> str:
    """The view as DOT text; the same view gives the same bytes."""
    try:
        from graphviz import Digraph
    except ImportError as error:
        raise MissingExtraError("drawing", "draw", "graphviz") from error
    plan, inks, size = _Plan(view, look), palette(look.colors), f"{look.font_size:g}"
    told = [line for line in (look.title, *view.notes, *(LEGEND if look.legend else ())) if line]
    caption = {"label": text("\n".join(told)), "labelloc": "t" if look.title else "b"} if told else {}
    whole = {"bgcolor": inks.ground, "fontcolor": inks.quiet, "fontsize": size, "rankdir": plan.direction}
    graph = Digraph(
        graph_attr={**_GRAPH, **(TANGLED if view.tangled else {}), **whole, **caption},
        node_attr={**_NODE, "fontsize": size, "color": inks.line}, edge_attr={**_EDGE, "color": inks.line},
        comment="drawn by microgrand",
    )  # fmt: skip
    plan.write(graph, "")
    for tail, head, line in plan.lines:
        graph.edge(tail, head, **line)
    source: str = graph.source
    return source


class _Plan:
    """The pieces of a picture, and the lines between them."""

    def __init__(self, view: View, look: Look) -> None:
        self.direction = "LR" if look.direction == "auto" else look.direction
        self.pieces: list[Piece] = []
        self.lines: list[tuple[str, str, dict[str, str]]] = []
        self._flat = self.direction in ("LR", "RL")
        self._letter = look.font_size
        self._colors = look.colors
        self._inks = palette(look.colors)
        self._lights = view.lights
        self._boxes = {box.id: box for box in view.boxes}
        self._referred = {box.heading for box in view.boxes if box.kind == "reference"}
        self._several = len([box for box in view.boxes if box.kind == "root"]) > 1
        self._reached = {arrow.head for arrow in view.arrows}
        self._leaving: dict[str, list[Arrow]] = {}
        for arrow in view.arrows:
            self._leaving.setdefault(arrow.tail, []).append(arrow)
        self._clusters = stacked(view.clusters, self.direction)
        self._rows = index_rows(view)
        for box in view.boxes:
            self._add(box, self._leaving.get(box.id, []))

    def write(self, graph: Any, cluster: str) -> None:
        """Write the pieces that stand in one cluster, "" for none, and the clusters inside it."""
        for piece in self.pieces:
            if piece.cluster == cluster:
                graph.node(piece.id, piece.label, **piece.look)
        for row in self._rows.get(cluster, []):
            put_in_order(graph, row, cluster, self.direction)
        framing = {**_CLUSTER, "peripheries": "1", "color": self._inks.frame, "fontcolor": self._inks.quiet}
        for inner in self._clusters:
            if inner.outer == cluster:
                with graph.subgraph(name=inner.id) as frame:
                    told = text(inner.label)
                    frame.attr(label=told, tooltip=told, **(framing if inner.label else ROW))
                    self.write(frame, inner.id)

    def _add(self, box: Box, leaving: list[Arrow]) -> None:
        """The pieces of one box, and the lines from it to the pieces of others."""
        if box.kind in PLATES:
            self._add_plate(box)
            self.lines += [(box.id, self._entry(arrow.head), self._line(arrow)) for arrow in leaving]
            return
        if box.kind == "reference":
            self._add_reference(box, leaving)
            return
        if box.sign:
            self._add_gate(box)
            shade = self._shade(box.lit)
            self.lines.append((box.id, self._port(f"{box.id}_out", "in"), {"arrowhead": "none", **shade}))
        wire = f"{box.id}_out" if box.sign else box.id
        along = leaving[0] if len(leaving) == 1 else None
        self._add_wire(wire, self._fields(box, along), box, along is not None and along.flow == 0.0)
        if along is not None:
            self.lines.append((self._port(wire, "out"), self._entry(along.head), self._line(along)))
        elif leaving:
            self._add_fork(wire, box)
            for arrow in leaving:
                self._add_branch(f"{box.id}_fork", arrow, box)

    def _add_gate(self, box: Box) -> None:
        diameter = _DIAMETERS.get(len(box.sign), 0.0) * self._letter / _INCH
        size = {"width": f"{diameter:.3f}", "height": f"{diameter:.3f}"} if diameter else {}
        self._add_shape(box, box.sign, {**(_GATE if diameter else _PLATE), **size})

    def _add_plate(self, box: Box) -> None:
        dashes = {"style": "rounded,filled,dashed"} if box.kind == "more" else {}
        self._add_shape(box, "\n".join([line for line in (box.heading, box.value) if line]), {**_PLATE, **dashes})

    def _add_shape(self, box: Box, label: str, shape: dict[str, str]) -> None:
        look = {**shape, "id": box.id, "fillcolor": self._inks.layer, "fontcolor": self._inks.ink}
        if box.stale:
            look["style"] += ",dashed"
        if box.kind == "root":
            look["penwidth"] = _ROOT
        look |= {"tooltip": text(box.words), **self._shade(box.lit)}
        self.pieces.append(Piece(box.id, text(label), box.cluster, look))

    def _add_reference(self, box: Box, leaving: list[Arrow]) -> None:
        """A name, and a wire from it to each use."""
        if len(leaving) == 1:
            self._add_branch("", leaving[0], box)
            return
        self._add_shape(box, box.heading, {"shape": "plaintext"})
        for arrow in leaving:
            self._add_branch(box.id, arrow, box)

    def _fields(self, box: Box, along: Arrow | None) -> list[list[tuple[str, str]]]:
        """The columns of a wire where it leaves a box: its name, its value over δ, and the partial of its only use."""
        name, value, delta = self._name(box), box.value, box.delta.rpartition(" = ")[2]
        starts, ends = (
            not box.sign and box.id not in self._reached,
            box.kind == "root" and not self._leaving.get(box.id),
        )
        if name and not (starts or ends):
            value = f"{name} = {value}" if value else name
        columns = [[(VALUE, value), (DELTA, delta)]]
        if along is not None and along.partial and along.label:
            columns.append([(PARTIAL, f"∂{along.partial}"), (DELTA, "")])
        if name and (starts or ends):
            columns = [[(NAME, name)], *columns] if starts else [*columns, [(NAME, name)]]
        return columns

    def _name(self, box: Box) -> str:
        """What is written beside a wire: a name that was given, or that a reference elsewhere in the picture has."""
        called = box.heading.partition(" = ")[0]
        own = box.name if box.name.strip() else ""
        return own or (called if called in self._referred or (box.kind == "root" and self._several) else "")

    def _add_fork(self, wire: str, box: Box) -> None:
        """The point at which a wire forks."""
        fork, shade = f"{box.id}_fork", self._shade(box.lit)
        self.pieces.append(Piece(fork, "", box.cluster, {"shape": "point", "width": _FORK, "id": fork, **shade}))
        self.lines.append((self._port(wire, "out"), fork, {"arrowhead": "none", "weight": "9", **shade}))

    def _add_branch(self, fork: str, arrow: Arrow, box: Box) -> None:
        """One of several wires that leave a box: the local partial above it, the term that comes back below.

        fork  where it begins; "" for the name of the box, at the wire itself
        """
        branch, line = f"{arrow.id}_term", self._line(arrow)
        columns = [[(PARTIAL, f"∂{arrow.partial}" if arrow.partial and arrow.label else ""), (DELTA, arrow.term)]]
        if not fork:
            columns.insert(0, [(NAME, box.heading)])
        inner = box._replace(cluster=self._boxes[arrow.head].cluster, lit=arrow.lit, words=arrow.words)
        self._add_wire(branch if fork else box.id, columns, inner, arrow.flow == 0.0)
        if fork:
            self.lines.append((fork, self._port(branch, "in"), {**line, "arrowhead": "none"}))
        start = self._port(branch if fork else box.id, "out")
        self.lines.append((start, self._entry(arrow.head), {**line, "id": arrow.id}))

    def _add_wire(self, id: str, columns: list[list[tuple[str, str]]], box: Box, idle: bool) -> None:
        """One piece of wire that a box leads to; `idle`: whether no δ comes back along it."""
        if self.direction in ("RL", "BT"):
            columns = columns[::-1]
        fields = [[field(written) for _, written in column] for column in columns]
        label = "|".join([column[0] if len(column) == 1 else f"{{{'|'.join(column)}}}" for column in fields])
        kinds = [kind for column in columns for kind, written in column if written]
        look = {"shape": "record", "id": id, "class": wire_class(self._colors, self._flat, kinds)}
        if not self._flat:
            look["width"] = f"{self._widest(columns) / _INCH:.3f}"
        look |= {"style": "dashed" if box.stale else "dotted" if idle else "solid", "tooltip": text(box.words)}
        self.pieces.append(Piece(id, f"{{{label}}}", box.cluster, {**look, **self._shade(box.lit)}))

    def _widest(self, columns: list[list[tuple[str, str]]]) -> float:
        """A width, in points, in which an upright wire has room for its numbers on either side."""
        longest = max([len(written) for column in columns for kind, written in column if kind != NAME], default=0)
        return 2.0 * (longest * _WIDEST_LETTER + 1.0) * self._letter

    def _line(self, arrow: Arrow) -> dict[str, str]:
        """How the line of an arrow looks: without a point where it goes on as a wire, dotted where no δ comes back."""
        head = self._boxes[arrow.head]
        line = {"tooltip": text(arrow.words), **self._shade(arrow.lit)}
        if not head.sign and head.kind not in SHAPES:
            line["arrowhead"] = "none"
        return line | {"style": "dotted"} if arrow.flow == 0.0 else line

    def _shade(self, lit: bool) -> dict[str, str]:
        """The colour and thickness of a piece or a line, in a picture that lights some."""
        if not self._lights:
            return {}
        if lit:
            return {"color": self._inks.lit, "penwidth": _LIT}
        return {"color": self._inks.unlit, "fontcolor": self._inks.unlit_ink}

    def _entry(self, id: str) -> str:
        """Where a line ends that leads to a box: at its gate or plate, or where its wire begins."""
        box = self._boxes[id]
        return id if box.sign or box.kind in SHAPES else self._port(id, "in")

    def _port(self, wire: str, side: str) -> str:
        """Where a line meets a piece of wire."""
        start, end = {"LR": ("w", "e"), "RL": ("e", "w"), "TB": ("n", "s"), "BT": ("s", "n")}[self.direction]
        return f"{wire}:{start if side == 'in' else end}"

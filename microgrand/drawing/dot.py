"""The DOT text of a view: what each kind of box and arrow looks like."""

from __future__ import annotations

from typing import Any

from microgrand.drawing.look import Look
from microgrand.drawing.names import printable
from microgrand.drawing.view import Arrow, Box, View
from microgrand.errors import MissingExtraError

# The embedded engine knows this font's widths; nearly every viewer has it, or Verdana, which is as wide.
FONT = "DejaVu Sans"

# Okabe and Ito's colours, which remain apart for the colour-blind; kinds of boxes differ in shape as well.
_GRAPH = {"bgcolor": "white", "fontname": FONT, "fontsize": "12", "nodesep": "0.3", "ranksep": "0.5", "pad": "0.15"}
_NODE = {
    "shape": "record",
    "fontname": FONT,
    "fontsize": "12",
    "color": "#333333",
    "fillcolor": "white",
    "style": "filled",
}
_EDGE = {"fontname": FONT, "fontsize": "10", "color": "#666666", "fontcolor": "#A34400", "arrowsize": "0.7"}
_CLUSTER = {
    "style": "rounded",
    "color": "#999999",
    "fontcolor": "#333333",
    "labeljust": "l",
    "labelloc": "t",
    "margin": "10",
}
_LOOKS = {
    "node": {},
    "leaf": {"shape": "Mrecord", "fillcolor": "#DCEBF7"},
    "input": {"shape": "cylinder", "margin": "0.15,0.06", "fillcolor": "#DCEBF7"},
    "parameter": {"shape": "note", "margin": "0.12,0.08", "fillcolor": "#D9F0E5"},
    "root": {"shape": "box", "peripheries": "2", "margin": "0.12,0.08", "fillcolor": "#FBE3C8"},
    "layer": {"shape": "box3d", "fillcolor": "#EEEEEE"},
    "reference": {"shape": "box", "style": "dashed", "margin": "0.06,0.03", "width": "0", "height": "0"},
    "more": {"shape": "Mrecord", "style": "filled,dashed", "fillcolor": "#F5F5F5"},
}
_LIT = {"color": "#C04A00"}
_UNLIT = {"color": "#BBBBBB", "fontcolor": "#777777"}
_TANGLED = {"nslimit": "1", "nslimit1": "1", "mclimit": "0.05", "splines": "line"}  # else the search takes minutes
_THINNEST, _THICKEST = 0.6, 4.0


def dot_text(view: View, look: Look) -> str:
    """The view as DOT text; the same view gives the same bytes."""
    try:
        from graphviz import Digraph
    except ImportError as error:
        raise MissingExtraError("drawing", "draw", "graphviz") from error
    direction = "LR" if look.direction == "auto" else look.direction
    caption = {"label": text("\n".join(view.notes)), "labelloc": "b"} if view.notes else {}
    graph = Digraph(
        graph_attr={**_GRAPH, **(_TANGLED if view.tangled else {}), "rankdir": direction, **caption},
        node_attr=_NODE, edge_attr=_EDGE, comment="drawn by microgrand",
    )  # fmt: skip
    _add_boxes(graph, view, "")
    largest = max([arrow.flow for arrow in view.arrows if arrow.flow - arrow.flow == 0.0], default=0.0)
    for arrow in view.arrows:
        graph.edge(
            arrow.tail,
            arrow.head,
            "" if view.tangled else text("\n".join(arrow.label)),
            **_line(arrow, largest, view.lights),
        )
    source: str = graph.source
    return source


def _add_boxes(graph: Any, view: View, cluster: str) -> None:
    """The boxes that stand in one cluster, "" for none, and the clusters inside it."""
    for box in view.boxes:
        if box.cluster == cluster:
            graph.node(box.id, _label(box), **_look(box, view.lights))
    for inner in view.clusters:
        if inner.outer == cluster:
            with graph.subgraph(name=inner.id) as frame:
                frame.attr(label=text(inner.label), tooltip=text(inner.label), **_CLUSTER)
                _add_boxes(frame, view, inner.id)


def _label(box: Box) -> str:
    lines = [line for line in (box.heading, box.value, box.delta) if line]
    if _LOOKS[box.kind].get("shape", "record") in ("record", "Mrecord"):
        return "|".join([field(line) for line in lines])
    return text("\n".join(lines))


def _look(box: Box, lights: bool) -> dict[str, str]:
    look = {**_LOOKS[box.kind], "id": box.id, "tooltip": text(box.words)}
    if box.stale:
        look["style"] = "filled,dashed"
    if lights:
        look |= {**_LIT, "penwidth": "2"} if box.lit else _UNLIT
    return look


def _line(arrow: Arrow, largest: float, lights: bool) -> dict[str, str]:
    """How an arrow looks: thick where much of a δ flows, dotted where none does."""
    line = {"id": arrow.id, "tooltip": text(arrow.words)}
    if arrow.flow == 0.0 or (arrow.flow != arrow.flow and not arrow.words):
        line |= {"style": "dotted"}
    else:
        share = arrow.flow / largest if arrow.flow <= largest and largest > 0.0 else 1.0
        line |= {"penwidth": f"{_THINNEST + (_THICKEST - _THINNEST) * share:.2f}"}
    if lights:
        line |= _LIT if arrow.lit else {**_UNLIT, "style": "dashed"}
    return line


def text(label: str) -> str:
    """User text, so that Graphviz shows it verbatim: its escapes, entities and HTML-like labels are all disarmed."""
    escaped = printable(label).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return _plain(escaped)


def field(label: str) -> str:
    """User text as one field of a record, whose own characters are disarmed too; it loses a space at its beginning."""
    start = len(label) - len(label.lstrip(" "))
    escaped = text(start * "\u00a0" + label[start:])
    for character in "{}|<> ":
        escaped = escaped.replace(character, "\\" + character)
    return _plain(escaped)


def _plain(escaped: str) -> str:
    """The graphviz package takes <…> for HTML-like labels; this marks the text as none."""
    from graphviz import nohtml

    marked: str = nohtml(escaped)
    return marked

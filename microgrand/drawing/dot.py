"""The DOT text of a view: what each kind of box and arrow looks like."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from microgrand.drawing.colors import Palette, palette
from microgrand.drawing.look import Look
from microgrand.drawing.names import printable
from microgrand.drawing.order import index_rows
from microgrand.drawing.view import Arrow, Box, Cluster, View
from microgrand.outer_errors import MissingExtraError

# The embedded engine knows this font's widths; nearly every viewer has it, or Verdana, which is as wide.
FONT = "DejaVu Sans"
SIDEWAYS = ("LR", "RL")

# A second search for few crossings would forget the order of boxes in clusters.
_GRAPH = {"fontname": FONT, "ranksep": "0.5", "pad": "0.15", "remincross": "false"}
_NODE = {"shape": "record", "fontname": FONT, "style": "filled"}
_EDGE = {"fontname": FONT, "arrowsize": "0.7"}
_CLUSTER = {"style": "rounded", "labeljust": "l", "labelloc": "t", "margin": "10"}
ROW = {"peripheries": "0", "margin": "4"}  # of a picture that is wrapped: a frame without a line
_SHAPES = {
    "node": {},
    "leaf": {"shape": "Mrecord"},
    "input": {"shape": "cylinder", "margin": "0.15,0.06"},
    "parameter": {"shape": "note", "margin": "0.12,0.08"},
    "root": {"shape": "box", "peripheries": "2", "margin": "0.12,0.08"},
    "layer": {"shape": "box3d"},
    "reference": {"shape": "box", "style": "dashed", "margin": "0.06,0.03", "width": "0", "height": "0"},
    "more": {"shape": "Mrecord", "style": "filled,dashed"},
}
TANGLED = {  # else the search takes minutes; straight lines run behind the boxes
    "nslimit": "1", "nslimit1": "1", "mclimit": "0.05", "splines": "line", "outputorder": "edgesfirst",
}  # fmt: skip
_THINNEST, _THICKEST, _PLAIN = 0.6, 4.0, 1.0
_LIT_LEAST = 2.0  # thickness of what is lit: it differs from the rest by more than its hue
_ON_ARROWS = 10 / 12  # size of the letters there, in those of the boxes


def dot_text(view: View, look: Look) -> str:
    """The view as DOT text; the same view gives the same bytes."""
    try:
        from graphviz import Digraph
    except ImportError as error:
        raise MissingExtraError("drawing", "draw", "graphviz") from error
    direction = "LR" if look.direction == "auto" else look.direction
    told = [line for line in (look.title, *view.notes) if line]
    caption = {"label": text("\n".join(told)), "labelloc": "t" if look.title else "b"} if told else {}
    inks, size = palette(look.colors), f"{look.font_size:g}"
    apart = "0.3" if direction in SIDEWAYS else "0.2"
    whole = {"nodesep": apart, "bgcolor": inks.ground, "fontcolor": inks.quiet, "fontsize": size, "rankdir": direction}
    graph = Digraph(
        graph_attr={**_GRAPH, **(TANGLED if view.tangled else {}), **whole, **caption},
        node_attr={**_NODE, "fontsize": size, "color": inks.line, "fillcolor": inks.ground, "fontcolor": inks.ink},
        edge_attr={
            **_EDGE, "fontsize": f"{look.font_size * _ON_ARROWS:g}", "color": inks.edge, "fontcolor": inks.partial,
        },
        comment="drawn by microgrand",
    )  # fmt: skip
    _add_boxes(graph, view, "", _Manner(inks, direction, index_rows(view)))
    largest = max([arrow.flow for arrow in view.arrows if arrow.flow - arrow.flow == 0.0], default=0.0)
    for arrow in view.arrows:
        graph.edge(
            arrow.tail,
            arrow.head,
            "" if view.tangled else text("\n".join(arrow.label)),
            **_line(arrow, largest if view.weighed else None, view.lights, inks),
        )
    source: str = graph.source
    return source


class _Manner(NamedTuple):
    """How boxes are written: their colours, where the graph goes, and which are kept in order."""

    inks: Palette
    direction: str
    rows: dict[str, list[list[str]]]


def _add_boxes(graph: Any, view: View, cluster: str, manner: _Manner) -> None:
    """The boxes that stand in one cluster, "" for none, and the clusters inside it."""
    inks = manner.inks
    for box in view.boxes:
        if box.cluster == cluster:
            graph.node(box.id, _label(box, manner.direction), **_look(box, view.lights, inks))
    for row in manner.rows.get(cluster, []):
        put_in_order(graph, row, cluster, manner.direction)
    for inner in stacked(view.clusters, manner.direction):
        if inner.outer == cluster:
            with graph.subgraph(name=inner.id) as frame:
                told = text(inner.label)
                frame.attr(label=told, tooltip=told, color=inks.frame, fontcolor=inks.quiet, **_CLUSTER)
                if not inner.label:
                    frame.attr(**ROW)
                elif view.is_wrapped:  # else it would be without a line, as the row is in which it stands
                    frame.attr(peripheries="1")
                _add_boxes(frame, view, inner.id, manner)


def stacked(clusters: tuple[Cluster, ...], direction: str) -> tuple[Cluster, ...]:
    """Clusters so that engines put the first one first: where a graph goes sideways they stack them upwards."""
    return clusters[::-1] if direction in SIDEWAYS else clusters


def put_in_order(graph: Any, ids: list[str], cluster: str, direction: str) -> None:
    """Keep these boxes of a cluster side by side in this order, by arrows between them that nobody sees.

    Engines turn what is in a cluster the other way round, where a graph goes sideways.
    """
    with graph.subgraph() as row:
        row.attr(rank="same")
        for before, after in pairwise(ids[::-1] if cluster and direction in SIDEWAYS else ids):
            row.edge(before, after, style="invis")


def _label(box: Box, direction: str) -> str:
    """Its lines, one below the other: engines put the fields of a record side by side where a graph goes up or down."""
    lines = [line for line in (box.heading, box.value, box.delta, box.state) if line]
    if _SHAPES[box.kind].get("shape", "record") in ("record", "Mrecord"):
        fields = "|".join([field(line) for line in lines])
        return fields if direction in SIDEWAYS or len(lines) == 1 else f"{{{fields}}}"
    return text("\n".join(lines))


def _look(box: Box, lights: bool, inks: Palette) -> dict[str, str]:
    look = {**_SHAPES[box.kind], **_filled(box.kind, inks), "id": box.id, "tooltip": text(box.words)}
    if "frozen" in box.state:
        look |= {"style": "filled,dotted", "fillcolor": inks.ground}
    if box.stale:
        look["style"] = "filled,dashed"
    if lights and box.lit:
        look |= {"color": inks.lit, "penwidth": f"{_LIT_LEAST:g}"}
    elif lights:
        look |= {"color": inks.unlit, "fontcolor": inks.unlit_ink}
    return look


def _filled(kind: str, inks: Palette) -> dict[str, str]:
    """The inside of a box: an input is a leaf like others, with a shape of its own."""
    fill: str | None = getattr(inks, {"input": "leaf"}.get(kind, kind), None)
    return {"fillcolor": fill} if fill is not None else {}


def _line(arrow: Arrow, largest: float | None, lights: bool, inks: Palette) -> dict[str, str]:
    """How an arrow looks: thick where much of a δ flows, dotted where none does; plain where `largest` is None."""
    line = {"id": arrow.id, "tooltip": text(arrow.words)}
    width = _PLAIN
    if largest is not None and (arrow.flow == 0.0 or (arrow.flow != arrow.flow and not arrow.words)):
        line["style"] = "dotted"
    elif largest is not None:
        share = arrow.flow / largest if arrow.flow <= largest and largest > 0.0 else 1.0
        width = _THINNEST + (_THICKEST - _THINNEST) * share
    if lights and arrow.lit:
        return line | {"color": inks.lit, "penwidth": f"{max(width, _LIT_LEAST):.2f}"}
    if lights:
        dim = {"color": inks.unlit, "fontcolor": inks.unlit_ink, "penwidth": f"{_THINNEST:g}"}
        return {"style": "dashed", **line, **dim}
    return line if "style" in line else line | {"penwidth": f"{width:.2f}"}


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

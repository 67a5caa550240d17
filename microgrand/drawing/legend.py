"""The legend of a picture: each sign that occurs in it, drawn small, with what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from microgrand.drawing.colors import Palette
from microgrand.drawing.references import REST
from microgrand.drawing.view import Arrow, View

WIDE, HIGH = 26.0, 14.0  # points of a sample, at letters of 12 points
_MEANINGS = {
    "node": "computed",
    "leaf": "leaf: a number that was given",
    "input": "input of a layer",
    "parameter": "parameter",
    "root": "root: what is differentiated",
    "layer": "layer",
    "reference": "stands for the box of that name",
    "more": "not shown",
}


class Shape(NamedTuple):
    """A part of a sample: an SVG path, with what it is filled with and the line around it.

    width  of the line, in points
    dash   of the line, as SVG writes it; "" for none
    """

    path: str
    fill: str
    stroke: str
    width: float = 1.0
    dash: str = ""


class Entry(NamedTuple):
    """One sign and what it means."""

    shapes: tuple[Shape, ...]
    words: str


def entries(view: View, inks: Palette) -> list[Entry]:
    """The signs that occur in a picture, those of boxes first."""
    kinds = {box.kind for box in view.boxes}
    found = [Entry(tuple(_SAMPLES[kind](inks)), words) for kind, words in _MEANINGS.items() if kind in kinds]
    found += [Entry(shapes, words) for shapes, words in _of_boxes(view, inks)]
    return [*found, *[Entry(shapes, words) for shapes, words in _of_arrows(view, inks)]]


def _of_boxes(view: View, inks: Palette) -> Iterator[tuple[tuple[Shape, ...], str]]:
    if any(["frozen" in box.state for box in view.boxes]):
        yield (_rectangle(inks.ground, inks.line, dash="1,3"),), "frozen: training leaves it as it is"
    if any([box.stale for box in view.boxes]):
        yield (_rectangle(inks.ground, inks.line, dash="4,3"),), "stale: a leaf was changed since it was computed"
    if any([cluster.label for cluster in view.clusters]):
        yield (_rounded("none", inks.frame),), "what one call of a layer computed"


def _of_arrows(view: View, inks: Palette) -> Iterator[tuple[tuple[Shape, ...], str]]:
    lights, shown = view.lights, view.arrows
    ends = {box.id for box in view.boxes if box.kind == "reference" and box.heading == REST}
    if lights and any([arrow.lit for arrow in shown]):
        yield _arrow(inks.lit, 2.5), "lit: on a path that was asked for"
    if lights and any([not arrow.lit for arrow in shown]):
        yield _arrow(inks.unlit, 0.6, "5,3"), "not on such a path"
    if any([arrow.label for arrow in shown]) and not view.tangled:
        yield _partial(inks.partial, inks.edge), "local partial: change where the arrow ends, per unit where it begins"
    if view.weighed and not lights and len({arrow.flow for arrow in shown if _flows(arrow)}) > 1:
        yield _wedge(inks.edge), "the thicker, the more of δ flows back: |δ · local partial|"
    if view.weighed and any([arrow.flow == 0.0 for arrow in shown]):
        yield _arrow(inks.edge, 1.0, "1,4"), "no δ flows back"
    if any([arrow.head in ends for arrow in shown]):
        yield _arrow(inks.edge, 1.0, "1,4"), "to …: leads on in the next row, from the box of its name"


def _flows(arrow: Arrow) -> bool:
    """Whether the arrow is drawn as a line, and not dotted."""
    return arrow.flow != 0.0 and (arrow.flow == arrow.flow or bool(arrow.words))


# ---- samples, between (0, 0) and (WIDE, HIGH) ----


def _rectangle(fill: str, stroke: str, inset: float = 0.0, dash: str = "") -> Shape:
    right, bottom = WIDE - inset, HIGH - inset
    return Shape(f"M{inset:g},{inset:g} H{right:g} V{bottom:g} H{inset:g} Z", fill, stroke, dash=dash)


def _rounded(fill: str, stroke: str, dash: str = "") -> Shape:
    path = "M4,0 H22 C25,0 26,1 26,4 V10 C26,13 25,14 22,14 H4 C1,14 0,13 0,10 V4 C0,1 1,0 4,0 Z"
    return Shape(path, fill, stroke, dash=dash)


def _cylinder(inks: Palette) -> list[Shape]:
    body = "M1,2.5 C1,-0.8 25,-0.8 25,2.5 V11.5 C25,14.8 1,14.8 1,11.5 Z"
    return [Shape(body, inks.leaf, inks.line), Shape("M1,2.5 C1,5.8 25,5.8 25,2.5", "none", inks.line)]


def _note(inks: Palette) -> list[Shape]:
    page = Shape("M0,0 H20 L26,6 V14 H0 Z", inks.parameter, inks.line)
    return [page, Shape("M20,0 V6 H26", "none", inks.line)]


def _solid(inks: Palette) -> list[Shape]:
    outline = "M0,4 L4,0 H26 V10 L22,14 H0 Z"
    return [Shape(outline, inks.layer, inks.line), Shape("M0,4 H22 L26,0 M22,4 V14", "none", inks.line)]


def _arrow(stroke: str, width: float, dash: str = "") -> tuple[Shape, ...]:
    return Shape("M0,7 H20", "none", stroke, width, dash), Shape("M20,4 L26,7 L20,10 Z", stroke, stroke)


def _wedge(stroke: str) -> tuple[Shape, ...]:
    return Shape("M0,2.5 H26", "none", stroke, 0.6), Shape("M0,9.5 H26", "none", stroke, 4.0)


def _partial(ink: str, edge: str) -> tuple[Shape, ...]:
    """An arrow under two lines of writing."""
    return Shape("M3,1.5 H17 M6,5.5 H14", "none", ink, 1.6), *[
        shape._replace(path=path)
        for shape, path in zip(_arrow(edge, 1.0), ("M0,11 H20", "M20,8 L26,11 L20,14 Z"), strict=True)
    ]


_SAMPLES: dict[str, Callable[[Palette], Sequence[Shape]]] = {
    "node": lambda inks: [_rectangle(inks.ground, inks.line)],
    "leaf": lambda inks: [_rounded(inks.leaf, inks.line)],
    "input": _cylinder,
    "parameter": _note,
    "root": lambda inks: [_rectangle("none", inks.line), _rectangle(inks.root, inks.line, 2.5)],
    "layer": _solid,
    "reference": lambda inks: [_rectangle("none", inks.line, dash="4,3")],
    "more": lambda inks: [_rounded(inks.more, inks.line, "4,3")],
}

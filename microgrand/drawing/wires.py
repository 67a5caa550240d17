"""Wires with numbers at their sides: as an engine lays them out, and as the SVG shows them.

An engine lays out a piece of wire as a box of fields: a name, the value over δ, the local partial over nothing. The
class of the box says which texts it has, in their order, and whether the wire lies flat. In the SVG the box becomes a
line through its middle, from the name on, with the value on one side and δ on the other, each in its colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from microgrand.drawing.colors import palette

WIRE, FLAT, INKED = "wire", "flat", "inked"
NAME, VALUE, DELTA, PARTIAL = "name", "value", "delta", "partial"
KINDS = (NAME, VALUE, DELTA, PARTIAL)
SMALLER = 0.85  # the letters of local partials, beside the others
SEAM = 1.5  # points by which a wire is longer than its box, so that no gap is left
SPACE = 2.0  # points between a name and its wire
GAP = 3.0  # points between an upright wire and the numbers at its sides

Span = tuple[float, float]


def draw_wires(root: Element) -> None:
    """Turn every box of the class "wire" in an SVG into a piece of wire; give texts of classes their colours.

    The tags of the SVG have no namespace.
    """
    for group in root.iter("g"):
        words = group.get("class", "").split()
        told = {WIRE, INKED}.intersection(words)
        if told:
            inner = group.find("g")  # with a tooltip, engines draw a box inside another group
            box = group if inner is None else inner
            _classify(box, [kind for kind in words if kind in KINDS])
            frame = box.find("polygon")
            chosen = palette(words[words.index(told.pop()) + 1])
            if WIRE in words and frame is not None:
                _draw(box, frame, FLAT in words)
                frame.attrib = {"fill": chosen.ground, "stroke": "none", "points": frame.get("points", "")}
            _write(box, {NAME: chosen.ink, VALUE: chosen.value, DELTA: chosen.delta, PARTIAL: chosen.quiet})


def shrinking(words: str) -> float:
    """How much smaller the smallest letters in something of this class become than an engine has them."""
    return SMALLER if PARTIAL in words.split() else 1.0


def ink_class(colors: str, kinds: Sequence[str]) -> str:
    """The class of something in a picture of such colors, whose texts are of these kinds."""
    return " ".join([INKED, colors, *kinds])


def _classify(box: Element, kinds: Sequence[str]) -> None:
    """Tell each text of which kind it is; an empty field has a text, too."""
    texts = [text for text in box.findall("text") if (text.text or "").strip()]
    for text, kind in zip(texts, kinds, strict=False):
        text.set("class", kind)


def wire_class(colors: str, flat: bool, kinds: Sequence[str]) -> str:
    """The class of a piece of wire in a picture of such colors, whose texts are of these kinds."""
    return " ".join([WIRE, colors, *[FLAT] * flat, *kinds])


def _draw(group: Element, frame: Element, flat: bool) -> None:
    separators = group.findall("polyline")
    kinds = [kind for text in group.findall("text") if (kind := text.get("class")) is not None]
    along, across = _spans(frame, flat)
    middle = sum(across) / 2.0
    ends = [_spans(line, flat)[0][0] for line in separators if _runs_across(line, flat, across)]
    start = min(ends) + SPACE if kinds[:1] == [NAME] and ends else along[0] - SEAM
    stop = max(ends) - SPACE if kinds[-1:] == [NAME] and len(kinds) > 1 and ends else along[1] + SEAM
    line = Element("polyline", {key: value for key, value in frame.attrib.items() if key.startswith("stroke")})
    points = [(start, middle), (stop, middle)] if flat else [(middle, start), (middle, stop)]
    line.set("points", " ".join([f"{x:g},{y:g}" for x, y in points]))
    line.set("fill", "none")
    for separator in separators:
        group.remove(separator)
    group.insert(list(group).index(frame) + 1, line)
    for text in [] if flat else group.findall("text"):
        if text.get("class") in (VALUE, DELTA, PARTIAL):
            right = text.get("class") == DELTA
            text.set("x", f"{middle + GAP if right else middle - GAP:g}")
            text.set("text-anchor", "start" if right else "end")


def _write(group: Element, colors: dict[str, str]) -> None:
    """Colour and size of the texts; those that have a colour of their own, as beside lit paths, keep it."""
    for text in group.findall("text"):
        kind = text.get("class", "")
        if kind in colors and text.get("fill") is None:
            text.set("fill", colors[kind])
        if kind == PARTIAL:  # smaller letters leave room for a space after ∂
            text.text = f"{(text.text or '')[:1]} {(text.text or '')[1:]}"
            text.set("font-size", f"{float(text.get('font-size', '12')) * SMALLER:.2f}")


def _spans(shape: Element, flat: bool) -> tuple[Span, Span]:
    """From where to where a shape goes, along the wire and across it."""
    points = [pair.split(",") for pair in shape.get("points", "").split()]
    xs, ys = [float(x) for x, _ in points], [float(y) for _, y in points]
    level, height = (min(xs), max(xs)), (min(ys), max(ys))
    return (level, height) if flat else (height, level)


def _runs_across(line: Element, flat: bool, across: Span) -> bool:
    """Whether a line between two fields cuts the whole box in two."""
    low, high = _spans(line, flat)[1]
    return high - low > 0.9 * (across[1] - across[0])

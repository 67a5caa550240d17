"""The SVG of an engine, made fit to be shown anywhere: only shapes and text, words for those who cannot see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from microgrand.drawing.dot import FONT
from microgrand.drawing.placing import LIFT, Shift
from microgrand.drawing.wires import draw_wires

SVG = "http://www.w3.org/2000/svg"
TITLE = f"{{{SVG}}}title"
XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"
ELEMENTS = {"svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse"}
PIXELS = 96 / 72  # of a point
SHRINKING = "max-width:100%;height:auto"
FALLBACKS = f"{FONT},Verdana,Helvetica,Arial,sans-serif"


def tidied(drawn: str, title: str, shifts: Mapping[str, Shift] | None = None) -> str:
    """The SVG with a title and a role of its own; what engines write as links become titles of what they stand in.

    shifts  how far the label of each arrow moves, by the arrow's id
    """
    root = ElementTree.fromstring(drawn)
    for element in list(root.iter()):
        _unlink(element)
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name not in ELEMENTS:
            raise ValueError(f"a drawing has no element {name!r}")
        element.tag = name
        element.attrib = {key: value for key, value in element.attrib.items() if not key.startswith("{")}
        if name == "text":
            element.set("font-family", FALLBACKS)
    draw_wires(root)
    for arrow in root.iterfind(".//g[@class='edge']"):
        _move_label(arrow, *(shifts or {}).get(arrow.get("id", ""), (0.0, -LIFT)))
    for frame in root.iterfind(".//g[@class='cluster']/title"):
        frame.text = "" if (frame.text or "").startswith("cluster_") else frame.text  # a row has no words of its own
    whole = root.find("g/title")
    if whole is not None:
        whole.text = title  # an engine calls a graph without a name %3
    heading = ElementTree.Element("title")
    heading.text = title
    root.insert(0, heading)
    root.set("xmlns", SVG)
    root.set("role", "img")
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _unlink(element: ElementTree.Element) -> None:
    """Engines write a tooltip as <g><a title="…">…</a></g>: its words become the title, its content stays."""
    for child in element:
        link = child[0] if len(child) == 1 else None
        if link is not None and link.tag.endswith("}a"):
            title = element.find(TITLE)
            words = link.get(XLINK_TITLE)
            if title is not None and words:
                title.text = words
            child[:] = link[:]


def _move_label(arrow: ElementTree.Element, dx: float, dy: float) -> None:
    for label in arrow.iter("text"):
        for side, by in (("x", dx), ("y", dy)):
            label.set(side, f"{float(label.get(side, 0)) + by:.2f}")


def sized(picture: str, width: float | None) -> str:
    """The SVG with its size in pixels, at most that width; where its column is narrower it shrinks, if styles are read.

    A viewer that shows it as an image, as JupyterLab does, reads the size and shrinks nothing.
    """
    head, end, body = picture.partition(">")
    sides = re.findall(r' (?:width|height)="([\d.]+)pt"', head)
    if len(sides) != 2:
        return picture
    across, down = [float(side) * PIXELS for side in sides]
    scale = min(1.0, width / across) if width is not None else 1.0
    new = f' width="{across * scale:.0f}" height="{down * scale:.0f}" style="{SHRINKING}"'
    return re.sub(r' width="[^"]*"', new, re.sub(r' height="[^"]*"', "", head), count=1) + end + body

"""The SVG of an engine, made fit to be shown anywhere: only shapes and text, words for those who cannot see it."""

from __future__ import annotations

from xml.etree import ElementTree

from microgrand.drawing.dot import FONT

SVG = "http://www.w3.org/2000/svg"
TITLE = f"{{{SVG}}}title"
XLINK_TITLE = "{http://www.w3.org/1999/xlink}title"
ELEMENTS = {"svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse"}
LIFT = 3.0  # points between a label and the arrow below it, where engines leave none
FALLBACKS = f"{FONT},Verdana,Helvetica,Arial,sans-serif"


def tidied(drawn: str, title: str) -> str:
    """The SVG with a title and a role of its own; what engines write as links become titles of what they stand in."""
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
    for label in root.iterfind(".//g[@class='edge']//text"):
        label.set("y", f"{float(label.get('y', 0)) - LIFT:.2f}")
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

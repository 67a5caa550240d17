"""What stands around a drawn graph: its title above it, its legend below it, and the rules of its colours."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from microgrand.drawing.colors import ADAPTING, Palette, palette, stylesheet
from microgrand.drawing.legend import HIGH, WIDE, Entry, entries
from microgrand.drawing.look import FONT_SIZE, Look
from microgrand.drawing.svg import FALLBACKS, SVG
from microgrand.drawing.view import View

_TITLE, _BOLD = 1.5, 1.15  # its size, in letters of the boxes, and how much wider it is for being bold
_PER_LETTER = 0.57  # the width of a letter, in its size: more than DejaVu Sans takes on average
_GAP, _SIDE = 8.0, 11.0  # points between a sample and its words, and at the sides of the picture
_LINE = 22.0  # points from one line of the legend to the next, at letters of 12 points


def with_margins(drawn: str, view: View, look: Look, adapts: bool) -> str:
    """The SVG of a graph with title and legend; where it `adapts`, with the rules by which it turns dark."""
    rules = stylesheet(look.colors) if adapts else ""
    shown = entries(view, palette(look.colors)) if look.legend and look.style == "boxes" else []
    if not (rules or shown or look.title):
        return drawn
    root = ElementTree.fromstring(drawn)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    root.set("xmlns", SVG)
    if shown or look.title:
        _surround(root, look, shown)
    if rules:
        root.set("class", ADAPTING)
        style = ElementTree.Element("style")
        style.text = rules
        root.insert(1, style)  # after its title
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _surround(root: ElementTree.Element, look: Look, shown: Sequence[Entry]) -> None:
    """Make room above and below the graph, and write there."""
    inks, scale = palette(look.colors), look.font_size / FONT_SIZE
    left, top, width, height = [float(side) for side in root.get("viewBox", "").split()]
    title = _wrapped(look.title, width - 2 * _SIDE, look.font_size * _TITLE * _BOLD)
    rows = _rows(shown, width / scale - 2 * _SIDE)
    widest = max([sum(map(_width, row)) for row in rows], default=0.0) * scale
    widest = max([widest, *[_length(line) * look.font_size * _TITLE * _BOLD for line in title]]) + 2 * _SIDE
    above = len(title) * look.font_size * _TITLE * 1.25 + 0.6 * look.font_size * bool(title)
    below = (len(rows) * _LINE + _GAP) * scale * bool(rows)
    wide = max(width, widest)
    box = (left - (wide - width) / 2, top - above, wide, above + height + below)
    root.set("viewBox", " ".join([f"{side:.2f}" for side in box]))
    root.set("width", f"{_grown(root.get('width', ''), width, box[2])}")
    root.set("height", f"{_grown(root.get('height', ''), height, box[3])}")
    x, y = box[0], box[1]
    ground = {
        "points": f"{x:.2f},{y:.2f} {x + wide:.2f},{y:.2f} {x + wide:.2f},{y + box[3]:.2f} {x:.2f},{y + box[3]:.2f}"
    }
    _add(root, "polygon", {"fill": inks.ground, "stroke": "none", **ground}, place=1)
    for k, line in enumerate(title, 1):
        where = {"x": f"{x + wide / 2:.2f}", "y": f"{y + k * look.font_size * _TITLE * 1.25:.2f}"}
        _write(root, line, look.font_size * _TITLE, inks.ink, {"text-anchor": "middle", "font-weight": "bold", **where})
    _draw_rows(root, rows, (x + _SIDE * scale, top + height), scale, inks)


def _draw_rows(
    root: ElementTree.Element, rows: Sequence[Sequence[Entry]], corner: tuple[float, float], scale: float, inks: Palette
) -> None:
    """The legend, as one group that starts at a corner."""
    if not rows:
        return
    shift = f"translate({corner[0]:.2f} {corner[1]:.2f}) scale({scale:g})"
    legend = _add(root, "g", {"class": "legend", "transform": shift})
    for k, row in enumerate(rows):
        x, y = 0.0, k * _LINE + _GAP / 2
        for entry in row:
            sample = _add(legend, "g", {"transform": f"translate({x:.2f} {y:.2f})"})
            for shape in entry.shapes:
                line = {"stroke": shape.stroke, "stroke-width": f"{shape.width:g}"}
                dash = {"stroke-dasharray": shape.dash} if shape.dash else {}
                _add(sample, "path", {"d": shape.path, "fill": shape.fill, **line, **dash})
            where = {"x": f"{x + WIDE + _GAP:.2f}", "y": f"{y + HIGH - 3:.2f}"}
            _write(legend, entry.words, FONT_SIZE * 10 / 12, inks.quiet, where)
            x += _width(entry)


def _rows(shown: Sequence[Entry], width: float) -> list[list[Entry]]:
    """The entries in lines that are no wider than the picture, as far as they can be."""
    rows: list[list[Entry]] = []
    used = 0.0
    for entry in shown:
        if not rows or used + _width(entry) > width:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += _width(entry)
    return rows


def _width(entry: Entry) -> float:
    return WIDE + _GAP + _length(entry.words) * FONT_SIZE * 10 / 12 + 2 * _GAP


def _length(line: str) -> float:
    return len(line) * _PER_LETTER


def _wrapped(title: str, width: float, size: float) -> list[str]:
    """The lines of a title, each in lines that are no wider than the picture, broken between words."""
    lines: list[str] = []
    for given in title.splitlines():
        begun = len(lines)
        for word in given.split():
            if len(lines) > begun and _length(f"{lines[-1]} {word}") * size <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
    return lines


def _grown(side: str, old: float, new: float) -> str:
    """A side of the picture in its own unit, after one in the units of its view box has grown."""
    digits = side.rstrip("abcdefghijklmnopqrstuvwxyz%")
    unit = side[len(digits) :]
    return side if unit == "%" or not digits else f"{float(digits) * new / old:.2f}{unit}"


def _write(root: ElementTree.Element, words: str, size: float, ink: str, attributes: dict[str, str]) -> None:
    text = _add(root, "text", {**attributes, "font-family": FALLBACKS, "font-size": f"{size:.2f}", "fill": ink})
    text.text = words


def _add(
    parent: ElementTree.Element, name: str, attributes: dict[str, str], place: int | None = None
) -> ElementTree.Element:
    element = ElementTree.Element(name, attributes)
    parent.insert(len(parent) if place is None else place, element)
    return element

"""Where an engine has put everything in a picture: the geometry, in points, that says whether the picture fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from microgrand.drawing.wires import shrinking

PAD = 10.8  # points around a picture
ASCENT, DESCENT = 0.93, 0.24  # of a line of text, in heights of its letters, from its baseline


class Rect(NamedTuple):
    """A rectangle; `top` is less than `bottom`, as on a screen."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, dx: float, dy: float) -> Rect:
        """The same, so far to the right and down."""
        return Rect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def wider(self, by: float) -> Rect:
        """The same with so much more on each side."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: Rect) -> bool:
        """Whether the two have a point in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def lies_in(self, other: Rect) -> bool:
        """Whether all of it is inside the other one."""
        return (
            other.left <= self.left
            and other.top <= self.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


class Layout(NamedTuple):
    """A picture that is laid out.

    width     of all of it, with its margins; `height` too
    smallest  the height of its smallest letters
    boxes     where each box stands, by its id
    labels    where the label of each arrow stands, by the arrow's id
    curves    points along each arrow, by its id
    heads     where the arrowheads are
    frames    the lines around the boxes of layers
    said      where the titles of frames and the notes stand
    """

    width: float
    height: float
    smallest: float
    boxes: dict[str, Rect]
    labels: dict[str, Rect]
    curves: dict[str, list[tuple[float, float]]]
    heads: list[Rect]
    frames: list[Rect]
    said: list[Rect]


def layout_of(drawn: dict[str, Any]) -> Layout:
    """The geometry of what an engine has drawn, from its output in the form "json"."""
    _, _, width, height = _numbers(drawn["bb"])
    found = Layout(width + 2.0 * PAD, height + 2.0 * PAD, 0.0, {}, {}, {}, [], [], [])
    sizes = [size for _, size in _texts(drawn, height)]
    found.said.extend([rect for rect, _ in _texts(drawn, height)])
    for item in drawn.get("objects", []):
        texts = _texts(item, height)
        sizes += [size * shrinking(item.get("class", "")) for _, size in texts]
        if "pos" in item:
            found.boxes[item["name"]] = _box(item, height)
        elif "bb" in item:
            found.said.extend([rect for rect, _ in texts])
            if item.get("_draw_"):
                left, low, right, high = _numbers(item["bb"])
                found.frames.append(Rect(left, height - high, right, height - low))
    for edge in drawn.get("edges", []):
        if "id" in edge:
            texts = _texts(edge, height)
            sizes += [size for _, size in texts]
            if texts:
                found.labels[edge["id"]] = around([rect for rect, _ in texts])
            found.curves[edge["id"]] = [(x, height - y) for x, y in _points(edge.get("_draw_", []))]
            tip = [Rect(x, height - y, x, height - y) for x, y in _points(edge.get("_hdraw_", []))]
            if tip:
                found.heads.append(around(tip))
    return found._replace(smallest=min(sizes, default=1.0))


def around(rects: list[Rect]) -> Rect:
    """The smallest rectangle around all of them."""
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return Rect(min(lefts), min(tops), max(rights), max(bottoms))


def _box(item: dict[str, Any], height: float) -> Rect:
    x, y = _numbers(item["pos"])
    across, up = 36.0 * float(item["width"]), 36.0 * float(item["height"])  # half of them, which are in inches
    return Rect(x - across, height - y - up, x + across, height - y + up)


def _texts(item: dict[str, Any], height: float) -> list[tuple[Rect, float]]:
    """The lines of text of a box, an arrow or a frame: where they are, and how high their letters."""
    found: list[tuple[Rect, float]] = []
    size = 0.0
    for step in item.get("_ldraw_", []):
        if step["op"] == "F":
            size = step["size"]
        elif step["op"] == "T" and step["text"]:
            (x, y), width = step["pt"], step["width"]
            left = x - width * {"l": 0.0, "c": 0.5, "r": 1.0}[step["align"]]
            base = height - y
            found.append((Rect(left, base - ASCENT * size, left + width, base + DESCENT * size), size))
    return found


def _points(steps: list[dict[str, Any]]) -> Iterator[tuple[float, float]]:
    for step in steps:
        yield from step.get("points", [])


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]

"""What a browser shows of pictures in a column of 900 pixels: where each text, box, arrowhead and frame stands."""

from itertools import combinations
from typing import NamedTuple

COLUMN = 900
SMALLEST = 9.0  # pixels of a letter's height that can be read
SLACK = 1.5  # pixels: the box that a browser reports for a text has room above and below the letters

MEASURE = """
pictures => pictures.map(picture => {
  document.body.innerHTML = `<div style="width:900px">${picture}</div>`;
  const svg = document.querySelector("svg"), corner = svg.getBoundingClientRect();
  const shrunk = svg.getScreenCTM().a;
  const rect = element => {
    const r = element.getBoundingClientRect();
    return [r.left - corner.left, r.top - corner.top, r.right - corner.left, r.bottom - corner.top];
  };
  const around = elements => elements.map(rect).reduce(
    (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const shapes = "polygon, path, ellipse, polyline";
  return {
    canvas: [0, 0, corner.width, corner.height],
    texts: all(svg, "text").map(
      text => [text.textContent, rect(text), parseFloat(getComputedStyle(text).fontSize) * shrunk]),
    boxes: all(svg, "g.node").map(box => [all(box, "text").map(text => text.textContent), around(all(box, shapes))]),
    labels: all(svg, "g.edge").filter(edge => edge.querySelector("text")).map(
      edge => [all(edge, "text").map(text => text.textContent).join(" "), around(all(edge, "text"))]),
    heads: all(svg, "g.edge polygon").map(rect),
    frames: all(svg, "g.cluster").filter(frame => frame.querySelector(shapes)).map(frame => around(all(frame, shapes))),
    titles: all(svg, "g.cluster").filter(frame => frame.querySelector("text")).map(
      frame => [all(frame, "text").map(text => text.textContent).join(" "), around(all(frame, "text"))]),
    notes: all(svg, "g.graph > text").map(text => [text.textContent, rect(text)]),
  };
})
"""


class Rect(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def smaller(self, by=SLACK):
        return Rect(self.left + by, self.top + by, self.right - by, self.bottom - by)

    def meets(self, other):
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other):
        return (
            other.left <= self.left
            and other.top <= self.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


def faults(measured):
    """What is wrong with one picture, in words: small letters, what is cut off, and labels over something else."""
    canvas = Rect(*measured["canvas"])
    texts = [(words, Rect(*rect), size) for words, rect, size in measured["texts"]]
    labels, titles, notes = [
        [(words, Rect(*rect).smaller()) for words, rect in measured[kind]] for kind in ("labels", "titles", "notes")
    ]
    boxes = [(" | ".join(words), Rect(*rect).smaller(0.5)) for words, rect in measured["boxes"]]
    heads = [Rect(*rect).smaller(0.5) for rect in measured["heads"]]
    frames = [Rect(*rect) for rect in measured["frames"]]
    found = [f"{words!r} is {size:.1f} px high" for words, _, size in texts if size < SMALLEST]
    found += [f"{words!r} is cut off" for words, rect, _ in texts if not rect.smaller().within(canvas)]
    found += [f"box {words!r} is cut off" for words, rect in boxes if not rect.within(canvas)]
    said = [*labels, *titles, *notes]
    found += [f"{words!r} over box {other!r}" for words, rect in said for other, box in boxes if rect.meets(box)]
    found += [f"{words!r} over {other!r}" for (words, rect), (other, box) in combinations(said, 2) if rect.meets(box)]
    found += [f"{words!r} over an arrowhead" for words, rect in said for head in heads if rect.meets(head)]
    found += [
        f"{words!r} over a frame's line"
        for words, rect in said
        for frame in frames
        if rect.meets(frame) and not rect.within(frame)
    ]
    found += [f"box {a!r} over box {b!r}" for (a, one), (b, two) in combinations(boxes, 2) if one.meets(two)]
    if measured["canvas"][2] > COLUMN:
        found.append(f"{measured['canvas'][2]} px wide")
    return found

"""A view as text for terminals: one line per box, with its value, its δ and the local partials that lead to it."""

from __future__ import annotations

from microgrand.drawing.view import Box, View

INDENT = "  "
LIT = " ◀"


def lines_of(view: View) -> list[str]:
    """The lines; the boxes of a cluster follow its title, further in."""
    arriving: dict[str, list[str]] = {}
    for arrow in view.arrows:
        if arrow.label:
            arriving.setdefault(arrow.head, []).append(arrow.words + LIT * arrow.lit)
    boxes = [box for box in view.boxes if box.kind != "reference"]  # each arrow tells what it comes from
    frames = _frames(view)
    rows = {box.id: (INDENT * len(frames[box.id]) + _heading(box), box.value, box.delta) for box in boxes}
    widths = [max([len(row[column]) for row in rows.values()], default=0) for column in range(3)]
    labels = {cluster.id: cluster.label for cluster in view.clusters}
    lines: list[str] = []
    open_frames: list[str] = []
    for box in _in_frames(boxes, frames):
        for depth, frame in enumerate(frames[box.id]):
            if open_frames[depth : depth + 1] != [frame]:
                lines.append(INDENT * depth + labels[frame])
        open_frames = frames[box.id]
        heading, value, delta = rows[box.id]
        middle = f"{'= ' * bool(value):2}{value:<{widths[1]}}  " if widths[1] else ""
        line = f"{heading:<{widths[0]}}  {middle}{delta:<{widths[2]}}  {', '.join(arriving.get(box.id, []))}"
        lines.append(line.rstrip())
    return [*lines, *view.notes]


def _heading(box: Box) -> str:
    kind = f" ({box.kind})" if box.kind in ("input", "parameter", "layer") else ""
    return box.heading + kind + f" ({box.state})" * bool(box.state) + LIT * box.lit


def _frames(view: View) -> dict[str, list[str]]:
    """The clusters around each box, the outermost first."""
    around: dict[str, list[str]] = {"": []}
    for cluster in view.clusters:  # outer ones come first
        around[cluster.id] = [*around[cluster.outer], cluster.id]
    return {box.id: around[box.cluster] for box in view.boxes}


def _in_frames(boxes: list[Box], frames: dict[str, list[str]]) -> list[Box]:
    """The boxes so that those of a cluster follow each other, where the last of them stood."""
    last = {frame: k for k, box in enumerate(boxes) for frame in frames[box.id]}
    places = {box.id: [*[last[frame] for frame in frames[box.id]], k] for k, box in enumerate(boxes)}
    return sorted(boxes, key=lambda box: places[box.id])

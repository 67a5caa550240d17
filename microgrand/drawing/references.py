"""Small boxes that stand for another one, where arrows from that one would run through half of the drawing.

The layout of an arrow costs as much as the ranks that it passes, and nobody can follow many long ones: the leaf of a
chain of two hundred steps would lead to every second of them.
"""

from __future__ import annotations

from collections import Counter

from microgrand.drawing.ranks import ranks_of
from microgrand.drawing.view import Arrow, Box, View

LONGEST_REACH = 400  # ranks that the arrows from one box may pass, together
MOST_FROM_REST = 4  # arrows that one box leads to for everything that is not shown
REST = "…"
MOST_CURVED = 250  # ranks that all arrows may skip and still be drawn as curves around the boxes
UNWRITTEN = "local partials: in an SVG, where the pointer rests on an arrow"


def with_references(view: View) -> View:
    """The view with the longest arrows of far-reaching boxes starting from a reference beside their head."""
    ranks = ranks_of(view)
    spans = {arrow.id: ranks[arrow.head] - ranks[arrow.tail] for arrow in view.arrows}
    reach: dict[str, int] = {}
    for arrow in view.arrows:
        reach[arrow.tail] = reach.get(arrow.tail, 0) + abs(spans[arrow.id])
    boxes = {box.id: box for box in view.boxes}
    references: list[Box] = []
    arrows: list[Arrow] = []
    nearest: dict[str, str] = {}
    for arrow in sorted(view.arrows, key=lambda arrow: abs(spans[arrow.id])):
        nearest.setdefault(arrow.tail, arrow.id)
    leading = Counter([arrow.tail for arrow in view.arrows])
    for arrow in view.arrows:
        box = boxes[arrow.tail]
        far = reach[arrow.tail] > LONGEST_REACH and abs(spans[arrow.id]) > 1
        rest = box.kind == "more" and leading[box.id] > MOST_FROM_REST
        if (far or rest) and nearest[arrow.tail] != arrow.id:
            name = REST if box.kind == "more" else box.heading.partition(" = ")[0]
            reference = box._replace(
                id=f"r{arrow.id}", kind="reference", heading=name, value="", delta="", cluster=boxes[arrow.head].cluster
            )
            references.append(reference)
            arrow = arrow._replace(tail=reference.id)
        arrows.append(arrow)
    return untangled(view._replace(boxes=(*view.boxes, *references), arrows=tuple(arrows)))


def untangled(view: View) -> View:
    """The view, tangled only if the arrows in it still are too long to be led around the boxes."""
    ranks, kinds = ranks_of(view), {box.id: box.kind for box in view.boxes}
    spans = [abs(ranks[arrow.head] - ranks[arrow.tail]) for arrow in view.arrows if kinds[arrow.tail] != "reference"]
    skipped = sum(spans) - len(spans)
    tangled = skipped > MOST_CURVED
    notes = [note for note in view.notes if note != UNWRITTEN]
    silent = tangled and any([arrow.label for arrow in view.arrows])
    return view._replace(notes=(*notes, UNWRITTEN) if silent else tuple(notes), tangled=tangled)

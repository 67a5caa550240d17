"""A long picture cut into rows, each from left to right below the one before it, as lines of text are.

Where an arrow leads from one row into another, it starts from a reference: a small dashed box with the name of the box
that it comes from. A box from which everything leads into later rows has an arrow to "…".
"""

from __future__ import annotations

from microgrand.drawing.layout import Layout
from microgrand.drawing.references import REST
from microgrand.drawing.view import Arrow, Box, Cluster, View

PLAY = 0.3  # of a row's length, by which it may be shorter where few arrows cross its end
NOWHERE = float("nan")


def wrapped(view: View, layout: Layout, length: float) -> View:
    """The view in rows of at most that length, in points; `layout` has it in one, from left to right."""
    row_of = _rows(view, layout, length)
    boxes = {box.id: box for box in view.boxes}
    references, arrows = _led_in(view, boxes, row_of)
    row_of |= {box.id: row for (_, row), box in references.items()}
    ends = _led_out({tail for tail, _ in references}, boxes, arrows)
    row_of |= {arrow.head: row_of[arrow.tail] for _, arrow in ends}
    everything = [*view.boxes, *references.values(), *[box for box, _ in ends]]
    return view._replace(
        boxes=tuple([box._replace(cluster=_piece(box.cluster, row_of[box.id])) for box in everything]),
        arrows=(*arrows, *[arrow for _, arrow in ends]),
        clusters=_pieces(view, everything, row_of),
    )


def _led_in(
    view: View, boxes: dict[str, Box], row_of: dict[str, int]
) -> tuple[dict[tuple[str, int], Box], list[Arrow]]:
    """The references, by the box that they stand for and their row; and all arrows, of which some start there."""
    frames = {cluster.id: cluster for cluster in view.clusters}
    references: dict[tuple[str, int], Box] = {}
    arrows: list[Arrow] = []
    for arrow in view.arrows:
        tail, row = boxes[arrow.tail], row_of[arrow.head]
        if row_of[tail.id] != row:
            around = _common(tail.cluster, boxes[arrow.head].cluster, frames)
            reference = _reference(tail, f"r{tail.id}_{row}", tail.heading.partition(" = ")[0], around)
            arrow = arrow._replace(tail=references.setdefault((tail.id, row), reference).id)
        arrows.append(arrow)
    return references, arrows


def _led_out(tails: set[str], boxes: dict[str, Box], arrows: list[Arrow]) -> list[tuple[Box, Arrow]]:
    """An arrow to "…" for each of these boxes from which no arrow leads on in its row."""
    idle = tails - {arrow.tail for arrow in arrows}
    return [
        (
            _reference(box, f"r{box.id}", REST, box.cluster),
            Arrow(f"o{box.id}", box.id, f"r{box.id}", (), "", NOWHERE, box.lit),
        )
        for box in boxes.values()
        if box.id in idle
    ]


def _reference(box: Box, name: str, heading: str, cluster: str) -> Box:
    return box._replace(id=name, kind="reference", heading=heading, value="", delta="", state="", cluster=cluster)


def _rows(view: View, layout: Layout, length: float) -> dict[str, int]:
    """In which row each box stands: the picture is cut where few arrows cross, into pieces of at most that length."""
    column_of = {name: round(rect.left + rect.right) for name, rect in layout.boxes.items()}
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    for name, rect in layout.boxes.items():
        column = column_of[name]
        starts[column] = min(starts.get(column, rect.left), rect.left)
        ends[column] = max(ends.get(column, rect.right), rect.right)
    crossing = _crossing(view, column_of)
    columns = sorted(ends)
    cuts: list[int] = []
    while True:
        rest = [column for column in columns if not cuts or column > cuts[-1]]
        within = [column for column in rest if ends[column] - starts[rest[0]] <= length] or rest[:1]
        if within == rest:
            break
        furthest = ends[within[-1]]
        near = [column for column in within if furthest - ends[column] <= PLAY * length]
        cuts.append(min(near, key=lambda column: (crossing[column], -column)))
    return _with_leaves(view, {name: sum([column > cut for cut in cuts]) for name, column in column_of.items()})


def _crossing(view: View, column_of: dict[str, int]) -> dict[int, int]:
    """From how many boxes arrows lead across each column's end."""
    furthest: dict[str, int] = {}
    for arrow in view.arrows:
        furthest[arrow.tail] = max(furthest.get(arrow.tail, column_of[arrow.head]), column_of[arrow.head])
    columns = set(column_of.values())
    return {column: sum([column_of[tail] <= column < last for tail, last in furthest.items()]) for column in columns}


def _with_leaves(view: View, row_of: dict[str, int]) -> dict[str, int]:
    """The rows, with what no arrow leads to in the first row in which it is used; none is empty."""
    computed = {arrow.head for arrow in view.arrows}
    first: dict[str, int] = {}
    for arrow in view.arrows:
        if arrow.tail not in computed:
            first[arrow.tail] = min(first.get(arrow.tail, row_of[arrow.head]), row_of[arrow.head])
    moved = row_of | first
    number = {row: k for k, row in enumerate(sorted(set(moved.values())))}
    return {name: number[row] for name, row in moved.items()}


def _common(one: str, other: str, frames: dict[str, Cluster]) -> str:
    """The innermost frame around both."""
    around = set()
    while one:
        around.add(one)
        one = frames[one].outer
    while other and other not in around:
        other = frames[other].outer
    return other


def _piece(cluster: str, row: int) -> str:
    """The id of a frame's piece in a row; that of the row itself for no frame."""
    return f"{cluster or 'cluster_of'}_row{row}"


def _pieces(view: View, boxes: list[Box], row_of: dict[str, int]) -> tuple[Cluster, ...]:
    """The rows, and in each of them the pieces of the frames that reach into it."""
    frames = {cluster.id: cluster for cluster in view.clusters}
    found: list[Cluster] = []
    begun: set[str] = set()
    for row in range(max(row_of.values()) + 1):
        used: set[str] = set()
        for box in boxes:
            around = box.cluster if row_of[box.id] == row else ""
            while around and around not in used:
                used.add(around)
                around = frames[around].outer
        pieces = [cluster for cluster in view.clusters if cluster.id in used]
        found.append(Cluster(_piece("", row), "", ""))
        for frame in pieces:
            label = f"… {frame.label}" if frame.id in begun else frame.label
            found.append(Cluster(_piece(frame.id, row), label, _piece(frame.outer, row)))
        begun |= used
    return tuple(found)

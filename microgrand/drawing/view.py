"""What a drawing shows, as plain data: boxes, arrows, clusters, and the words on them. Nothing here knows of DOT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from microgrand.drawing.names import one_line


class Box(NamedTuple):
    """One box.

    kind     "node", "leaf", "input", "parameter", "root", "layer" or "more"
    heading  its name and the step that made it; then its value and its δ, where these are shown
    words    all of it in one line, for those who point at the box
    sign     of the operation that made it, in a few characters: ×, σ; "" where none did, or several
    name     what it is called, if not by its place alone
    state    what is to be known besides: "frozen", "stale", "not a number", "infinite", "on a kink"; "" if nothing is
    """

    id: str
    kind: str
    heading: str
    value: str
    delta: str
    words: str
    cluster: str
    stale: bool
    lit: bool
    sign: str = ""
    name: str = ""
    state: str = ""


class Arrow(NamedTuple):
    """One arrow.

    label    the lines on it: the local partial, ∂z/∂x and the number, where it is shown
    words    the local partial in one line in any case, for those who point at the arrow
    flow     the largest |δₖ ∂zₖ/∂zᵢ| along it; NaN where it carries no derivative
    partial  the number of the local partial alone, where it is one and is shown
    term     δₖ ∂zₖ/∂zᵢ, what comes back along it, where δ is shown: the terms of a box add up to its δ
    """

    id: str
    tail: str
    head: str
    label: tuple[str, ...]
    words: str
    flow: float
    lit: bool
    partial: str = ""
    term: str = ""


class Cluster(NamedTuple):
    """A frame around the boxes of one call of a layer; `outer` is the frame around it, or "".

    Without a label it has no line either: it is a row of a picture that is wrapped.
    """

    id: str
    label: str
    outer: str


class View(NamedTuple):
    """A drawing as plain data.

    title    what it is of
    notes    what it leaves out
    lights   whether some paths are lit
    tangled  whether its arrows are too long to be led around the boxes
    weighed  whether arrows tell by their thickness how much of a δ flows along them
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    clusters: tuple[Cluster, ...]
    title: str
    notes: tuple[str, ...]
    lights: bool
    tangled: bool = False
    weighed: bool = True

    @property
    def is_wrapped(self) -> bool:
        """Whether it is cut into rows."""
        return any([cluster.label == "" for cluster in self.clusters])


def side_by_side(views: Sequence[View], titles: Sequence[str]) -> View:
    """One view of several, each in a cluster of its own."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    clusters: list[Cluster] = []
    for k, (view, title) in enumerate(zip(views, titles, strict=True)):
        frame = f"cluster_{k}"
        framed = [Cluster(frame, one_line(title), "")]
        for cluster in view.clusters:
            outer = f"{cluster.outer}_{k}" if cluster.outer else frame
            framed.append(Cluster(f"{cluster.id}_{k}", cluster.label, outer))
        clusters += framed
        for box in view.boxes:
            inside = f"{box.cluster}_{k}" if box.cluster else frame
            boxes.append(box._replace(id=f"{box.id}_{k}", cluster=inside))
        for arrow in view.arrows:
            arrows.append(arrow._replace(id=f"{arrow.id}_{k}", tail=f"{arrow.tail}_{k}", head=f"{arrow.head}_{k}"))
    told = "; ".join([f"{one_line(title)}: {view.title}" for view, title in zip(views, titles, strict=True)])
    notes = tuple([note for view in views for note in view.notes])
    lights, tangled = any([view.lights for view in views]), any([view.tangled for view in views])
    weighed = all([view.weighed for view in views])
    return View(tuple(boxes), tuple(arrows), tuple(clusters), told, notes, lights, tangled, weighed)

"""A drawing and the steps that bring it to life: for each step what is lit, and what is written where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from microgrand.drawing.draw import Composition
from microgrand.drawing.groups import Group
from microgrand.drawing.links import Link, Links
from microgrand.drawing.vertices import Vertex
from microgrand.drawing.view import View
from microgrand.drawing.words import SHOWABLE, Words
from microgrand.engine.node import Node
from microgrand.table.formula import number as number_text
from microgrand.walk.step import Step

VALUE, DELTA = 1, 2  # the lines of a box; line 0 is its heading

Writing = tuple[str, int, str]  # the box, or the arrow, the line of its text, and what is written there


class Frame(NamedTuple):
    """What one step shows.

    step     the step
    boxes    the boxes that are lit; the first is the one that is computed
    arrows   the arrows that are lit
    written  what is written anew
    round    which iteration of a descent it belongs to, from 0
    """

    step: Step
    boxes: tuple[str, ...]
    arrows: tuple[str, ...]
    written: tuple[Writing, ...]
    round: int


class Scene:
    """One drawing with its frames.

    title   what it shows
    root    what is differentiated, and its number
    view    the drawing; its boxes hold the widest texts that will be written there
    blank   what is written before the first step
    frames  one for each step
    """

    def __init__(self, title: str, composed: Composition) -> None:
        self.title = title
        self.view: View = composed.view
        self.frames: list[Frame] = []
        self.blank = _Round(composed, {}, 0).blank()
        words = Words(composed.grouping, composed.links, SHOWABLE)
        self.root = f"{words.title_of(composed.seen.root)} = {number_text(composed.seen.root.data)}"

    def add_round(
        self,
        composed: Composition,
        steps: Sequence[tuple[tuple[Group, ...], Step]],
        place: dict[Node, int],
        number: int,
    ) -> None:
        """Add the frames of one pass through the graph, forwards, backwards, and perhaps an update.

        steps   with the boxes that each of them is about
        place   of each node in the topological order
        number  of the pass, from 0
        """
        playing = _Round(composed, place, number)
        anew = playing.blank() if number > 0 else ()
        for groups, step in steps:
            frame = playing.frame(groups, step)
            if number == 0 or step.direction != "forward" or any([playing.is_computed(group) for group in groups]):
                self.frames.append(frame._replace(written=(*anew, *frame.written)))
                anew = ()
        self.view = self._widest()

    def _widest(self) -> View:
        """The view with room for every text that is written into it."""
        widest: dict[tuple[str, int], str] = {}
        for name, line, text in [*self.blank, *[each for frame in self.frames for each in frame.written]]:
            if len(text) > len(widest.get((name, line), "")):
                widest[name, line] = text
        boxes = [
            box._replace(value=widest.get((box.id, VALUE), box.value), delta=widest.get((box.id, DELTA), box.delta))
            for box in self.view.boxes
        ]
        arrows = [
            arrow._replace(label=tuple([widest.get((arrow.id, k)) or line for k, line in enumerate(arrow.label)]))
            for arrow in self.view.arrows
        ]
        return self.view._replace(boxes=tuple(boxes), arrows=tuple(arrows))


class _Round:
    """One pass through a graph: what is known of its numbers so far."""

    def __init__(self, composed: Composition, place: dict[Node, int], number: int) -> None:
        self._links: Links = composed.links
        self._words = Words(composed.grouping, composed.links, SHOWABLE)
        self._number = number
        self._known: dict[tuple[Vertex, int], float] = {}  # by vertex and line
        self._into: dict[Group, list[Link]] = {}
        self._from: dict[Group, list[Link]] = {}
        for link in composed.links.all:
            self._into.setdefault(link.head, []).append(link)
            self._from.setdefault(link.tail, []).append(link)
        self._labels = {arrow.id: arrow.label for arrow in composed.view.arrows}
        self._place = {vertex: place.get(vertex.node) for vertex in composed.seen.vertices}

    def blank(self) -> tuple[Writing, ...]:
        """Every number unknown; after the first pass the leaves are known: they were given, or updated."""
        groups = [group for group in self._links.groups if group.kind in ("node", "vector") and group.vertices]
        if self._number > 0:
            for group in groups:
                self._known |= {(vertex, VALUE): vertex.data for vertex in group.vertices if vertex.is_leaf}
        boxes = [self._line(group, line) for group in groups for line in (VALUE, DELTA)]
        return (*boxes, *[(name, k, "") for name, label in self._labels.items() for k in range(len(label))])

    def is_computed(self, group: Group) -> bool:
        """Whether anything in the box is computed, and not given."""
        return any([not vertex.is_leaf for vertex in group.vertices])

    def frame(self, groups: Sequence[Group], step: Step) -> Frame:
        """What the step shows, which computes something in the boxes of `groups`."""
        field = DELTA if step.direction == "backward" else VALUE
        numbers = step.result if isinstance(step.result, tuple) else (step.result,)
        for item, number in zip(self._items(groups, step, len(numbers)), numbers, strict=True):
            if isinstance(item, Vertex):
                self._known[item, field] = number
        written = [self._line(group, field) if group.vertices else self._constants(group) for group in groups]
        boxes, arrows = self._lit(groups, step)
        labels = [(name, k, line) for name in arrows for k, line in enumerate(self._labels.get(name, ()))]
        return Frame(step, boxes, arrows, (*written, *(labels if field == VALUE else [])), self._number)

    def _items(self, groups: Sequence[Group], step: Step, count: int) -> Sequence[Vertex | float]:
        """What of the boxes a step computes: some vertices, or all; forwards also the plain numbers of a vector."""
        if count == len(step.nodes):
            vertices = {self._place.get(vertex): vertex for group in groups for vertex in group.vertices}
            return [vertices[place] for place in step.nodes]
        items = [item for group in groups for item in group.items]
        return items if count == len(items) else [vertex for group in groups for vertex in group.vertices]

    def _line(self, group: Group, field: int) -> Writing:
        known = [self._known.get((item, field)) for item in group.items if isinstance(item, Vertex)]
        if field == DELTA:
            delta = f"{self._words.delta_symbol(group)} = {self._words.array_text(known)}"
            return self._links.box_id(group), field, delta
        numbers = [self._known.get((item, field)) if isinstance(item, Vertex) else item for item in group.items]
        return self._links.box_id(group), field, self._words.array_text(numbers)

    def _constants(self, group: Group) -> Writing:
        numbers = [float(item) for item in group.items if not isinstance(item, Vertex)]
        return self._links.box_id(group), VALUE, self._words.array_text(numbers)

    def _lit(self, groups: Sequence[Group], step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The boxes that are computed, those that they are computed from, and the arrows between them."""
        if step.direction == "backward":
            links = [link for group in groups for link in self._from.get(group, []) if link.edges]
            layers = [link.head for link in links if link.head.layer is not None]
            links = [*links, *[link for layer in layers for link in self._from.get(layer, [])]]
            others = [link.head for link in links]
        else:
            links = [link for group in groups for link in self._into.get(group, [])]
            makers = [link.tail for link in links if link.made]
            links = [*links, *[link for maker in makers for link in self._into.get(maker, [])]]
            others = [link.tail for link in links]
        arrows = [name for link in links for name in self._arrows(link, step)]
        boxes = [self._links.box_id(each) for each in [*groups, *others]]
        return tuple(dict.fromkeys(boxes)), tuple(dict.fromkeys(arrows))

    def _arrows(self, link: Link, step: Step) -> list[str]:
        """The arrows of a link that a step goes along: of a term that arrives alone only its own."""
        if not link.edges:
            return [self._links.arrow_id(link)]
        alone = {(term.child, term.operand) for term in step.terms} if len(step.terms) == 1 else None
        edges = [edge for edge in link.edges if alone is None or (self._place.get(edge.child), edge.k) in alone]
        return [self._links.arrow_id(link, edge) for edge in edges]

"""A drawing and the steps that bring it to life: for each step what is lit, and what is written where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from microgrand.drawing.draw import Composition
from microgrand.drawing.groups import Group
from microgrand.drawing.links import Link, Links
from microgrand.drawing.numbers import Numbers
from microgrand.drawing.vertices import Vertex
from microgrand.drawing.view import View
from microgrand.drawing.words import DIGITS, SHOWABLE, Words
from microgrand.engine.node import Node
from microgrand.table.formula import number
from microgrand.walk.live import Figure, Live, cut_at_figures, placeholder
from microgrand.walk.step import Step

MOVING = tuple([each for each in SHOWABLE if each != "kink"])  # what a page writes whose numbers change
VALUE, DELTA = 1, 2  # the lines of a box; line 0 is its heading
ROOM = "-0.1234"  # as wide as what a number may become when a leaf is changed

Pieces = tuple[str | Figure, ...]


class Writing(NamedTuple):
    """What is written on a line of a box, or of an arrow: text, and between it numbers."""

    name: str
    line: int
    pieces: Pieces

    @property
    def text(self) -> str:
        """All of it as text."""
        return "".join([piece if isinstance(piece, str) else piece.text for piece in self.pieces])

    @property
    def widest(self) -> str:
        """A text as wide as this one may become."""
        texts = [piece if isinstance(piece, str) else max(piece.text, ROOM, key=len) for piece in self.pieces]
        return "".join(texts)


class Frame(NamedTuple):
    """What one step shows.

    step     the step
    boxes    the boxes that are lit
    made     how many of them, the first ones, are computed by the step
    arrows   the arrows that are lit
    written  what is written anew
    given    whether it only tells what leaves were given
    """

    step: Step
    boxes: tuple[str, ...]
    made: int
    arrows: tuple[str, ...]
    written: tuple[Writing, ...]
    given: bool


class Scene:
    """One drawing with its frames.

    title        what it shows
    drawing      the number of the first scene with the same drawing
    heading      what is differentiated; `root` with its number
    view         the drawing; its boxes hold the widest texts that will be written there
    blank        what is written before the first step
    rounds       for each iteration of a descent its frames, one for each step
    terms        for each iteration what comes back along each arrow that has a number of its own
    leaves       for each box with leaves in it, these, in order
    """

    def __init__(self, title: str, composed: Composition, drawing: int = 0) -> None:
        self.title = title
        self.drawing = drawing
        self.view: View = composed.view
        self.rounds: list[list[Frame]] = []
        self.blank: tuple[Writing, ...] = ()
        self.terms: list[dict[str, Figure]] = []
        self.leaves = {
            composed.links.box_id(group): [vertex.node for vertex in group.vertices if vertex.is_leaf]
            for group in composed.links.groups
            if group.kind in ("node", "vector")
        }
        words = Words(composed.grouping, composed.links, MOVING)
        self.heading = words.title_of(composed.seen.root)
        self.root = f"{self.heading} = {number(composed.seen.root.data)}"

    def add_round(
        self,
        composed: Composition,
        steps: Sequence[tuple[tuple[Group, ...], Step]],
        numbers: Numbers,
        place: dict[Node, int],
    ) -> None:
        """Add the frames of one pass through the graph, forwards, backwards, and perhaps an update.

        steps    with the boxes that each of them is about
        numbers  where the words take theirs from
        place    of each node in the topological order
        """
        playing = _Round(composed, numbers, place)
        if not self.rounds:
            self.blank = playing.blank()
        self.terms.append(playing.terms())
        self.rounds.append([playing.frame(groups, step) for groups, step in steps])
        self.view = self._widest()

    def _widest(self) -> View:
        """The view with room for every text that is written into it."""
        widest: dict[tuple[str, int], str] = {}
        written = [each for frames in self.rounds for frame in frames for each in frame.written]
        for each in [*self.blank, *written]:
            if len(each.widest) > len(widest.get((each.name, each.line), "")):
                widest[each.name, each.line] = each.widest
        return written_on(self.view, widest)


def written_on(view: View, texts: dict[tuple[str, int], str]) -> View:
    """The view with these texts on the lines of its boxes and arrows."""
    boxes = [
        box._replace(value=texts.get((box.id, VALUE), box.value), delta=texts.get((box.id, DELTA), box.delta))
        for box in view.boxes
    ]
    arrows = [
        arrow._replace(label=tuple([texts.get((arrow.id, k)) or line for k, line in enumerate(arrow.label)]))
        for arrow in view.arrows
    ]
    return view._replace(boxes=tuple(boxes), arrows=tuple(arrows))


class _Round:
    """One pass through a graph: what is known of its numbers so far."""

    def __init__(self, composed: Composition, numbers: Numbers, place: dict[Node, int]) -> None:
        self._links: Links = composed.links
        self._numbers = numbers
        self._figures: list[Figure] = []
        self._words = Words(composed.grouping, composed.links, MOVING, DIGITS, numbers, self._hold)
        self._known: dict[tuple[Vertex, int], float] = {}  # by vertex and line
        self._into: dict[Group, list[Link]] = {}
        self._from: dict[Group, list[Link]] = {}
        for link in composed.links.all:
            self._into.setdefault(link.head, []).append(link)
            self._from.setdefault(link.tail, []).append(link)
        self._labels = {
            arrow.id: [self._cut(line) for line in arrow.label]
            for link in composed.links.all
            for arrow in self._words.arrows(link)
        }
        self._place = {vertex: place.get(vertex.node) for vertex in composed.seen.vertices}

    def _hold(self, x: float, digits: int) -> str:
        """How the words write a number: as a placeholder, if it can be computed again."""
        if not isinstance(x, Live):
            return number(x, digits=digits)
        self._figures.append(Figure(x, digits))
        return placeholder(len(self._figures) - 1)

    def _cut(self, text: str) -> Pieces:
        return tuple(cut_at_figures(text, self._figures))

    def terms(self) -> dict[str, Figure]:
        """δₖ ∂zₖ/∂zᵢ of each arrow that stands for one edge."""
        numbers = self._numbers
        return {
            self._links.arrow_id(link, edge): Figure(numbers.delta(edge.child.node) * numbers.partial(edge), DIGITS)
            for link in self._links.all
            if link.tail.kind == link.head.kind == "node"
            for edge in link.edges
        }

    def blank(self) -> tuple[Writing, ...]:
        """Every number unknown."""
        groups = [group for group in self._links.groups if group.kind in ("node", "vector") and group.vertices]
        boxes = [self._line(group, line) for group in groups for line in (VALUE, DELTA)]
        return (*boxes, *[Writing(name, k, ()) for name, label in self._labels.items() for k in range(len(label))])

    def _is_given(self, groups: tuple[Group, ...], step: Step) -> bool:
        vertices = [vertex for group in groups for vertex in group.vertices]
        return step.direction == "forward" and all([vertex.is_leaf for vertex in vertices])

    def frame(self, groups: tuple[Group, ...], step: Step) -> Frame:
        """What the step shows, which computes something in the boxes of `groups`."""
        field = DELTA if step.direction == "backward" else VALUE
        self._learn(groups, step, field)
        written = [self._line(group, field) if group.vertices else self._constants(group) for group in groups]
        boxes, arrows = self._lit(groups, step)
        labels = [
            Writing(name, k, line)
            for name in arrows
            for k, line in enumerate(self._labels.get(name, ()))
            if field == VALUE
        ]
        return Frame(step, boxes, len(groups), arrows, (*written, *labels), self._is_given(groups, step))

    def _learn(self, groups: tuple[Group, ...], step: Step, field: int) -> None:
        """Take note of the numbers that a step computes; those of leaves are given."""
        if self._is_given(groups, step):
            vertices = [vertex for group in groups for vertex in group.vertices]
            self._known |= {(vertex, VALUE): self._numbers.value(vertex.node) for vertex in vertices}
            return
        results = step.result if isinstance(step.result, tuple) else (step.result,)
        items = self._items(groups[0], step, len(results))
        for item, x in zip(items, results, strict=True):
            if isinstance(item, Vertex):
                self._known[item, field] = x

    def _items(self, group: Group, step: Step, count: int) -> Sequence[Vertex | float]:
        """What of the box a step computes: one vertex, or all; forwards also the plain numbers of a vector."""
        if count == 1 and group.vertices:
            return [vertex for vertex in group.vertices if self._place.get(vertex) in step.nodes]
        return group.items if count == len(group.items) else group.vertices

    def _line(self, group: Group, field: int) -> Writing:
        known = [self._known.get((item, field)) for item in group.items if isinstance(item, Vertex)]
        if field == DELTA:
            delta = f"{self._words.delta_symbol(group)} = {self._words.array_text(known)}"
            return Writing(self._links.box_id(group), field, self._cut(delta))
        numbers = [self._known.get((item, field)) if isinstance(item, Vertex) else item for item in group.items]
        return Writing(self._links.box_id(group), field, self._cut(self._words.array_text(numbers)))

    def _constants(self, group: Group) -> Writing:
        numbers = [float(item) for item in group.items if not isinstance(item, Vertex)]
        return Writing(self._links.box_id(group), VALUE, self._cut(self._words.array_text(numbers)))

    def _lit(self, groups: tuple[Group, ...], step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
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

"""What a page is told, as plain data: numbers are named by their slots, so that nothing is written down twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree

from microgrand.walk.leaves import Leaf, Leaves
from microgrand.walk.live import Figure, cut_at_figures
from microgrand.walk.scene import Frame, Pieces, Scene, Writing
from microgrand.walk.slots import Slots, packed
from microgrand.walk.step import ARROWS, Step

DIGITS, MOST_ASKED = 6, 6  # of a number, numbers in one step
NOT_DRAWN = ("reference", "more")  # boxes that nothing is written on


class Story(NamedTuple):
    """All that a page shows.

    title       of the page
    scenes      what is shown, one at a time
    opens       for each scene, which box of a layer leads to which scene
    rounds      the leaves in each iteration of a descent; of a page that computes by itself in the first alone
    iterations  how many of these are shown at first
    predict     whether the reader is asked for each number
    """

    title: str
    scenes: Sequence[Scene]
    opens: Sequence[Mapping[str, int]]
    rounds: Sequence[Leaves]
    iterations: int
    predict: bool


class PageData:
    """The data of a page, scene by scene: what is not added is left out."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._encoders = [_Encoder(each, story.predict) for each in story.rounds]
        self._scenes: list[dict[str, Any]] = []

    def add(self) -> int:
        """Add the next scene: how many bytes it takes."""
        scene = self._story.scenes[len(self._scenes)]
        found = [encoder.scene(scene, k) for k, encoder in enumerate(self._encoders)]
        self._scenes.append(found[0])
        return len(embedded(found[0]).encode())

    def function(self) -> str:
        """The function that computes all numbers, as JavaScript; null where there is none."""
        leaves = self._story.rounds[0]
        return leaves.source(self._encoders[0].slots) if not leaves.why else "const numbers = null;"

    def whole(self, count: int) -> dict[str, Any]:
        """All of it, with the first scenes, so many."""
        leaves, first = self._story.rounds[0], self._encoders[0]
        scenes = [
            {**scene, "opens": {box: to for box, to in opens.items() if to < count}}
            for scene, opens in zip(self._scenes[:count], self._story.opens, strict=False)
        ]
        for inside in scenes[0]["opens"].values():
            scenes[inside]["closes"] = 0
        return {
            "predict": self._story.predict,
            "why": leaves.why,
            "leaves": first.leaves,
            "start": packed([leaf.start for leaf in leaves.all]),
            "eta": leaves.rate,
            "iterations": self._story.iterations,
            "root": first.root,
            "root_name": leaves.root_name,
            "scenes": scenes,
            "formulas": first.formulas,
            "runs": [packed(each.slots.floats) for each in self._encoders] if leaves.why else [],
        }


class _Encoder:
    """Writes what stands in one iteration: the same each time, but for the numbers in the slots."""

    def __init__(self, leaves: Leaves, predict: bool) -> None:
        self.slots = Slots()
        self._predict = predict
        self.formulas: list[Any] = []
        self._places: dict[str, int] = {}
        self._place = {leaf.node: k for k, leaf in enumerate(leaves.all)}
        self.root = self.slots.of(leaves.root)
        self.leaves = [self._leaf(leaf) for leaf in leaves.all]

    def _leaf(self, leaf: Leaf) -> dict[str, Any]:
        figures = {"value": leaf.value, "delta": leaf.delta, "after": leaf.after}
        slots = {name: None if each is None else self.slots.of(each) for name, each in figures.items()}
        return {"name": leaf.name, "low": leaf.low, "high": leaf.high, **slots}

    def scene(self, scene: Scene, number: int) -> dict[str, Any]:
        """A scene, with the frames of one iteration."""
        boxes = [box for box in scene.view.boxes if box.kind not in NOT_DRAWN]
        place = self._place
        return {
            "title": scene.title,
            "drawing": scene.drawing,
            "boxes": {box.id: [box.heading, box.kind] for box in boxes},
            "leaves": {box: [place[each] for each in nodes if each in place] for box, nodes in scene.leaves.items()},
            "terms": {name: self.slots.of(figure) for name, figure in scene.terms[number].items()},
            "blank": [self._written(each) for each in scene.blank],
            "frames": [self._frame(frame) for frame in scene.rounds[number]],
        }

    def _frame(self, frame: Frame) -> dict[str, Any]:
        step = frame.step
        return {
            "direction": step.direction,
            "mark": ARROWS[step.direction],
            "nodes": [min(step.nodes, default=0), max(step.nodes, default=0)],
            "boxes": frame.boxes,
            "made": frame.made,
            "arrows": frame.arrows,
            "written": [self._written(each) for each in frame.written],
            "asks": self._asks(step) if self._predict and not frame.given else [],
            "sentence": step.sentence,
            "formula": self._formula(step),
        }

    def _asks(self, step: Step) -> list[tuple[str, int]]:
        """What a reader is asked for: the numbers that the step computes, and its local partials."""
        results = step.result if isinstance(step.result, tuple) else (step.result,)
        names = [step.name] if len(results) == 1 else [f"{step.name} {k}" for k in range(1, len(results) + 1)]
        asks = list(zip(names, results, strict=True))
        asks += [(name, x) for name, x in step.partials if isinstance(x, float) and step.direction == "forward"]
        return [(name, self.slots.of(Figure(x, DIGITS))) for name, x in asks[:MOST_ASKED]]

    def _written(self, writing: Writing) -> list[Any]:
        return [writing.name, writing.line, *self._pieces(writing.pieces)]

    def _pieces(self, pieces: Pieces) -> list[Any]:
        """Text as it is, and of a figure its slot and how it is written: with how many digits, in parentheses."""
        return [
            piece if isinstance(piece, str) else [self.slots.of(piece), piece.digits, *[piece.factor][: piece.factor]]
            for piece in pieces
        ]

    def _formula(self, step: Step) -> int:
        """The place of a step's formula among all: the same step may stand in several scenes."""
        tree = self._tree(step.formula.tree(live=True), step.formula.figures)
        key = json.dumps(tree)
        if key not in self._places:
            self._places[key] = len(self.formulas)
            self.formulas.append(tree)
        return self._places[key]

    def _tree(self, element: ElementTree.Element, figures: Sequence[Figure]) -> list[Any]:
        """An element as [tag, its attributes if it has any, text, figures and elements in it]."""
        inside: list[Any] = self._pieces(tuple(cut_at_figures(element.text or "", figures)))
        inside += [self._tree(child, figures) for child in element]
        if element.tag == "mrow" and len(inside) == 1 and isinstance(inside[0], list):
            return inside[0]
        return [element.tag, *([dict(element.attrib)] if element.attrib else []), *inside]


def embedded(data: Any) -> str:
    """JSON that can stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text

"""`draw(root)`: from a graph and what is asked of its picture to a `Drawing`."""

from __future__ import annotations

import sys
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from microgrand.drawing.drawing import Drawing
from microgrand.drawing.expansion import Expansion
from microgrand.drawing.groups import Grouping
from microgrand.drawing.links import Links
from microgrand.drawing.look import FONT_SIZE, WIDTH, Look
from microgrand.drawing.names import caller_names, one_line
from microgrand.drawing.network import draw_network
from microgrand.drawing.references import with_references
from microgrand.drawing.regions import Region, Regions
from microgrand.drawing.repeats import folded, require_runs
from microgrand.drawing.vertices import MOST_PATHS, MOST_SWEPT, Seen, look
from microgrand.drawing.view import View
from microgrand.drawing.words import DIGITS, SHOWABLE, view_of
from microgrand.engine.node import Node
from microgrand.networks.layers import Layer
from microgrand.outer_errors import CollapsedWarning
from microgrand.progress import progress
from microgrand.table.numbers import as_number

MAX_NODES = 250
ALL = 10**9
FEWEST = 3  # boxes of a picture, beside the one for the rest


def draw(
    root: Any,
    *,
    names: Mapping[str, Any] | None = None,
    depth: int | None = None,
    expand: Any = (),
    show: Iterable[str] = SHOWABLE,
    style: str = "boxes",
    direction: str = "auto",
    width: float | None = WIDTH,
    max_nodes: int = MAX_NODES,
    digits: int = DIGITS,
    to: Any = None,
    legend: bool = False,
    title: str = "",
    colors: str = "auto",
    font_size: float = FONT_SIZE,
    sample: Any = None,
    target: Any = None,
) -> Drawing:
    """The picture of everything that `root` was computed from: δ is computed for this root, and no `.grad` is read.

    root       a Value, the trace of a network, a program, or several of these in a list: δ is then one number for each
               root, in their order; a program has its outputs for roots. A network, or another layer, is drawn as
               columns of neurons, its weights as lines, thick where |θ| is large, and dashed where θ is negative
    names      what nodes are called, a mapping from name to Value or list of Values, as `locals()` is one; by default
               the caller's variables name those nodes that have no name; `{}` leaves these zᵢ, i their place
    depth      1 shows layers only (z¹ → linear → z² → …), 2 what is in these, and so on; by default all nodes
    expand     what is shown in steps: functions of many operands (a Value, a row of the table, or its name), and layers
               that `depth` would hide (a layer, or its name), or that are one box as they are equal ("Residual × 12")
    show       what is written: any of "value", "delta", "partial", "kink" (that a node is on one)
    style      "boxes", or "gates": round gates, with the value above each wire and δ below it
    direction  "LR" from left to right, "TB" from top to bottom, "RL", "BT"; "auto" takes what fits
    width      the column in which the picture is to be read, in pixels: it is laid out, and collapsed, so that its text
               is at least 9 pixels high there; None for any width
    max_nodes  a larger graph collapses, layers first, then what is far from the root; a `CollapsedWarning` says so
    digits     significant digits of the numbers
    to         a Value, or several: every path from there to the root is lit, the terms of the chain rule's sum
    legend     whether the picture explains its own signs
    title      what is written above it
    colors     "light", "dark" or "grey"; "auto" is light, or dark where the reader's screen is
    font_size  of the text in boxes, in points
    sample     of a network, a vector: its numbers stand in the neurons; `target`, that of the sample, adds δ

    A node shows its name and the step that made it, its value and its δ; an arrow its local partial, and by its
    thickness |δₖ ∂zₖ/∂zᵢ|. Leaves, inputs and parameters of layers, and the root differ in shape. Dashed nodes are
    stale: a leaf was changed, and `refresh` not called. More than eight leaves that go the same way are one box.

    Raises GraphError if there is no path to light, ValueError and TypeError for arguments that make no sense.

    >>> from microgrand import Value
    >>> x, w = Value(3.0), Value(-2.0)
    >>> y = w * x + x
    >>> print(draw(y))
    w           = -2  δ = 3
    x           = 3   δ = -1
    z₃ = w·x    = -6  δ = 1   ∂z₃/∂w = 3, ∂z₃/∂x = -2
    y = z₃ + x  = -3  δ = 1   ∂y/∂z₃ = 1, ∂y/∂x = 1
    """
    called = caller_names(names, sys._getframe(1).f_locals)
    how = Look(style, direction, width, font_size, colors, title, legend).checked()
    if isinstance(root, Layer):
        require_whole("digits", digits)
        require_whole("depth", 1 if depth is None else depth)
        require_whole("max_nodes", max_nodes)
        _require_no_graph(to, expand, style)
        return draw_network(root, sample, target, depth, digits, how, _shown(show))
    if sample is not None or target is not None:
        raise TypeError(f"sample and target are of a network; got {root!r:.60} of type {type(root).__name__}")
    with progress("drawing", ("reading the graph", "choosing what is shown")) as task:
        sight = sight_of(root, called, expand, show, digits, to)
        task.next()
        composed = sight.composed(depth, max_nodes)
    composed.warn(2)
    opened = Expansion(expand).runs
    require_runs(composed.view, opened)
    view = folded(composed.view, opened)
    return Drawing(view, how, lambda: (folded(each, opened) for each in sight.coarser(view, how.width)))


class Composition(NamedTuple):
    """A drawing and what it is made of: what is looked at, the boxes, the links between them, and all of it in words.

    collapsed  what is not shown, in words; "" if everything is
    """

    seen: Seen
    grouping: Grouping
    links: Links
    view: View
    collapsed: str

    def warn(self, level: int) -> None:
        """Tell the caller, `level` calls up, what is not shown."""
        if self.collapsed:
            warnings.warn(self.collapsed, CollapsedWarning, level + 1)


def compose(
    root: Any,
    called: Callable[[Node], str | None],
    *,
    depth: int | None = None,
    expand: Any = (),
    show: Iterable[str] = SHOWABLE,
    max_nodes: int = MAX_NODES,
    digits: int = DIGITS,
    to: Any = None,
) -> Composition:
    """What `draw` shows, before it is drawn; `called` gives the name of a node, the rest are arguments of `draw`."""
    return sight_of(root, called, expand, show, digits, to).composed(depth, max_nodes)


def sight_of(
    root: Any, called: Callable[[Node], str | None], expand: Any, show: Iterable[str], digits: int, to: Any
) -> Sight:
    """The numbers below a root, or several, with the names that `called` gives; the rest are arguments of `draw`."""
    tops = roots_of(root)
    shown = _shown(show)
    require_whole("digits", digits)
    asked = Expansion(expand)
    seen = look(tops, called, asked.unfolds, to)
    sight = Sight(seen, Regions(seen), asked.opens, shown, int(digits), to is not None)
    asked.require_known(seen, sight.regions)
    return sight


class Sight(NamedTuple):
    """The numbers of a graph as they are when it is drawn, and what is asked of every picture of them.

    opens  whether a layer is shown in steps that the depth would hide
    shown  what is written, of `SHOWABLE`
    lights whether some paths are lit
    """

    seen: Seen
    regions: Regions
    opens: Callable[[Region], bool]
    shown: tuple[str, ...]
    digits: int
    lights: bool

    def composed(self, depth: int | None, most: int, why: str = "") -> Composition:
        """What is shown at that depth, with at most so many boxes; a last note says why."""
        if depth is not None:
            require_whole("depth", depth)
        require_whole("max_nodes", most)
        seen = self.seen
        grouping, notes = _grouped(seen, self.regions, depth, self.opens, most)
        links = Links(grouping, most)
        if links.hidden > 0:
            notes.append(f"{links.hidden:,} far from the root are not shown")
        advice = "raise max_nodes to see more, or draw a part of it"
        collapsed = f"this graph has {seen.size:,} nodes: {'; '.join(notes)}; {advice}" if notes else ""
        if self.lights:
            notes.append(_lit(seen))
        if len(seen.roots) > 1:
            notes.append(_swept(grouping, seen))
        if why:
            notes.append(why)
        view = with_references(view_of(grouping, links, self.shown, notes, self.lights, self.digits))
        view = view._replace(weighed="delta" in self.shown and len(seen.roots) <= MOST_SWEPT)
        return Composition(seen, grouping, links, view, collapsed)

    def coarser(self, view: View, width: float | None) -> Iterator[View]:
        """The same with fewer and fewer boxes, for a column of that width: layers are closed first.

        Slopes of layers are computed from the nodes themselves: once these have changed, there is nothing coarser.
        """
        told = f"so that its text can be read at {width:g} px; width=None shows all"
        boxes, level = len(view.boxes), None
        for level in range(self.regions.deepest, 0, -1):
            if self._has_changed():
                return
            closed = self.composed(level, ALL, f"drawn at depth {level}, {told}").view
            if len(closed.boxes) < boxes:
                boxes = len(closed.boxes)
                yield closed
        while boxes > FEWEST and not self._has_changed():
            boxes = boxes * 2 // 3
            yield self.composed(level or 1, boxes, f"drawn with {boxes} boxes, {told}").view

    def _has_changed(self) -> bool:
        """Whether a number is no longer what it was; NaN is."""
        pairs = [(vertex.data, vertex.node.data) for vertex in self.seen.vertices]
        return any([then != now and not (then != then and now != now) for then, now in pairs])


def root_of(root: Any, who: str = "draw") -> Node:
    """The node that a Value, a trace or a program stands for; `who` takes it, for the error about anything else."""
    top = root.as_value() if hasattr(root, "as_value") else getattr(root, "cost", root)
    if not isinstance(top, Node):
        got = f"{root!r:.60} of type {type(root).__name__}{_way_out(root)}"
        raise TypeError(f"{who} takes a Value, a trace or a program; got {got}")
    return top


def _way_out(root: Any) -> str:
    """What to do with something that is no root, if that is known."""
    if isinstance(root, str):
        return f": an expression as text is drawn by the command microgrand draw {root!r:.20}"
    if isinstance(root, (float, int)):
        return ": a number has no graph, Value(3.0) begins one"
    if hasattr(root, "trace"):
        return ": network.trace(x, y) gives a trace"
    return ": record(f, 2.0) makes a program of a function" if callable(root) else ""


def roots_of(root: Any, who: str = "draw") -> list[Node]:
    """The nodes that a Value, a trace, a program, or several of these stand for, each once."""
    if isinstance(root, (list, tuple)):
        if not root:
            raise ValueError(f"{who} takes one root or more; got none")
        return list(dict.fromkeys([top for each in root for top in roots_of(each, who)]))
    outputs = root.as_values() if hasattr(root, "as_values") else []
    return outputs or [root_of(root, who)]


def require_whole(name: str, number: Any) -> None:
    """Raise a ValueError for what is no whole number from 1 up, None among it."""
    try:
        if as_number(number) >= 1 and as_number(number) % 1 == 0:
            return
    except OverflowError:  # larger than any float
        if number > 0:
            return
    except TypeError:
        pass
    raise ValueError(f"{name} is a whole number from 1 up; got {number!r:.60}")


def _shown(show: Iterable[str]) -> tuple[str, ...]:
    """What is written, of `SHOWABLE`; a ValueError for anything else."""
    shown = (show,) if isinstance(show, str) else tuple(show)
    for item in shown:
        if item not in SHOWABLE:
            raise ValueError(f"show takes some of {', '.join(map(repr, SHOWABLE))}; got {item!r:.60}")
    return shown


def _require_no_graph(to: Any, expand: Any, style: str) -> None:
    """Raise a ValueError for arguments that mean something for graphs alone, not for a network."""
    nothing = isinstance(expand, (list, tuple, set, frozenset)) and not expand
    asked = {"to": to is not None, "expand": not nothing, "style='gates'": style == "gates"}
    given = [name for name, is_given in asked.items() if is_given]
    if given:
        be = "is" if len(given) == 1 else "are"
        raise ValueError(
            f"{' and '.join(given)} {be} for graphs, not for a network; draw the trace of a sample for that"
        )


def _grouped(
    seen: Seen, regions: Regions, depth: int | None, opens: Callable[[Region], bool], most: int
) -> tuple[Grouping, list[str]]:
    """The boxes at that depth; by default at the largest depth at which there are not too many."""

    def at(level: int | None) -> Grouping:
        regions.fold(level, opens)
        return Grouping(seen, regions)

    if depth is not None or seen.size <= most or regions.deepest < 1:
        return at(depth), []
    fitting = bisect_right(range(1, regions.deepest + 1), most, key=lambda level: len(at(level).groups))
    grouping = at(max(fitting, 1))
    return grouping, [f"layers are drawn as boxes, at depth {max(fitting, 1)}"]


def _swept(grouping: Grouping, seen: Seen) -> str:
    """What δ is of several roots, in words."""
    if len(seen.roots) > MOST_SWEPT:
        return f"δ is not shown: it would be {len(seen.roots):,} numbers in each box, one for each root"
    names = [one_line(grouping.names.of[root]) for root in seen.roots]
    return f"δ has one number for each root: those of {', '.join(names[:-1])} and {names[-1]}"


def _lit(seen: Seen) -> str:
    """What is lit, in words."""
    many = f"more than {seen.paths:,}" if seen.paths >= MOST_PATHS else f"{seen.paths:,}"
    return f"lit: {many} path{'s' * (seen.paths != 1)} to the root, the terms of the chain rule's sum"

"""What the numbers of a graph are called in one scene: one name each, wherever it is written.

The user's names come first. What a layer computes is an element of zˡ, what it is trained by an element of θˡ or bˡ;
between these stand u₁, u₂, … A graph without layers has zᵢ, i the place in topological order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING

from microgrand.drawing.vertices import Vertex
from microgrand.table.indices import plain, subscript, superscript

if TYPE_CHECKING:
    from microgrand.drawing.groups import Group, Grouping

COST = "C"
MOST_LISTED = 4  # names of a vector's elements that are written in its box
MOST_SLOTS = 8  # of one operand: of more, an arrow says how many there are
LETTERS = "zuvstaq"  # the first of which no automatic name could be taken for one of the user's
_INDEX = re.compile(r"[₀₁₂₃₄₅₆₇₈₉‚]+$|\[[^\[\]]*\]$")


def scene_names(grouping: Grouping, shown: Iterable[Vertex]) -> dict[Vertex, str]:
    """A name for each vertex, no two the same; those that are shown are numbered first."""
    vertices = list(dict.fromkeys([*shown, *grouping.seen.vertices, *grouping.symbols]))
    names: dict[Vertex, str] = {}
    nameless: list[Vertex] = []
    for vertex in vertices:
        group = grouping.of.get(vertex)
        own = (
            own_name(grouping, vertex)
            if group is None or group.kind != "vector" or called_together(grouping, group)
            else ""
        )
        name = own or grouping.symbols.get(vertex, "")
        if name:
            names[vertex] = name
        else:
            nameless.append(vertex)
    _tell_apart(names)
    root = grouping.seen.root
    layered = bool(grouping.regions.all)
    taken = {plain(name) for name in names.values()}
    if layered and root not in names and COST not in taken:
        names[root] = COST
        nameless.remove(root)
    places = _places(nameless, layered)
    letter = next((each for each in LETTERS[layered:] if taken.isdisjoint([each + p for p in places.values()])), "_")
    return names | {vertex: letter + subscript(place) for vertex, place in places.items()}


def _told_name(grouping: Grouping, vertex: Vertex) -> str:
    """The user's name for a vertex, if its box tells it."""
    group = grouping.of.get(vertex)
    told = group is None or group.kind != "vector" or called_together(grouping, group)
    return own_name(grouping, vertex) if told else ""


def called_together(grouping: Grouping, group: Group) -> str:
    """The user's name for the numbers of one box: x for x₁ and x₂, (a, b) for a few others; "" where none tells all."""
    own = [own_name(grouping, item) if isinstance(item, Vertex) else "" for item in group.items]
    given = [item.name if isinstance(item, Vertex) and item.named else "" for item in group.items]
    bases = {base_of(name) for name in given}
    if len(own) == 1:
        return own[0]
    if len(bases) == 1 and "" not in bases:
        return bases.pop()
    return f"({', '.join(own)})" if all(own) and len(own) <= MOST_LISTED else ""


def cost_name(grouping: Grouping) -> str:
    """What is differentiated, in ∂C/∂θ: by its own name, else C, where nothing else has that name."""
    root = grouping.seen.root
    return own_name(grouping, root) or (COST if COST not in grouping.names.values() else grouping.names[root])


def own_name(grouping: Grouping, vertex: Vertex) -> str:
    """The name that the user gave; "" where there is none, or only the one that a layer or a trace gives by itself."""
    if not vertex.named or vertex.name == grouping.automatic.get(vertex):
        return ""
    return vertex.name


def base_of(name: str) -> str:
    """What a vector is called of which this is an element: x for x₁ and x[0]; "" for other names."""
    index = _INDEX.search(name)
    return name[: index.start()] if index is not None else ""


def slots(names: Sequence[str]) -> list[str]:
    """What operands are called below a ∂: one that is used more than once by its place among them, x⁽¹⁾ and x⁽²⁾.

    >>> slots(["x", "y", "x"])
    ['x⁽¹⁾', 'y', 'x⁽²⁾']
    """
    used: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        used[name] = used.get(name, 0) + 1
        found.append(f"{name}⁽{superscript(used[name])}⁾")
    return [slot if 1 < used[name] <= MOST_SLOTS else name for slot, name in zip(found, names, strict=True)]


def _tell_apart(names: dict[Vertex, str]) -> None:
    """Give those that were named alike an upper index in brackets: x, x⁽²⁾, x⁽³⁾."""
    taken = set(names.values())
    met: set[str] = set()
    for vertex, name in names.items():
        if name in met:
            names[vertex] = name = next(each for each in _indexed(name) if each not in taken)
            taken.add(name)
        met.add(name)


def _indexed(name: str) -> Iterator[str]:
    return (f"{name}⁽{superscript(k)}⁾" for k in count(2))


def _places(vertices: Iterable[Vertex], layered: bool) -> dict[Vertex, str]:
    """The index of each: its place among all, or among these where layers number the others."""
    numbers: dict[str, int] = {}
    places: dict[Vertex, str] = {}
    for vertex in vertices:
        whole, dot, step = vertex.place.partition(".")
        number = numbers.setdefault(whole, len(numbers) + 1) if layered else whole
        places[vertex] = f"{number}{dot}{step}"
    return places

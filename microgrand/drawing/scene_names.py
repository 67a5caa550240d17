"""What the numbers of a graph are called in one scene: one name each, wherever it is written.

The user's names come first. What a layer computes is an element of zˡ, what it is trained by an element of θˡ or bˡ;
between these stand u₁, u₂, … A graph without layers has zᵢ, i the place in topological order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from microgrand.drawing.regions import Items
from microgrand.drawing.vertices import Seen, Vertex
from microgrand.table.indices import plain, superscript
from microgrand.table.signature import subscript

COST = "C"
MOST_LISTED = 4  # names of a vector's elements that are written in its box
MOST_SLOTS = 8  # of one operand: of more, an arrow says how many there are
LETTERS = "zuvstaq"  # the first of which no automatic name could be taken for one of the user's
_INDEX = re.compile(r"[₀₁₂₃₄₅₆₇₈₉‚]+$|\[[^\[\]]*\]$")


class SceneNames:
    """The names in one scene.

    symbols    zˡₖ of the elements of vectors, θˡₖᵢ and bˡₖ of parameters
    automatic  names that layers and traces give by themselves, where symbols say more
    of         what each vertex is called
    cost       what the root is called in ∂C/∂θ
    """

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self.symbols: dict[Vertex, str] = {}
        self.automatic: dict[Vertex, str] = {}
        self.of: dict[Vertex, str] = {}
        self.cost = ""

    def own(self, vertex: Vertex) -> str:
        """The name that the user gave; "" where there is none, or only one that a layer or a trace gives by itself."""
        return "" if not vertex.named or vertex.name == self.automatic.get(vertex) else vertex.name

    def together(self, items: Items) -> str:
        """The user's name for the numbers of one box: x for x₁ and x₂, (a, b) for a few; "" where none tells all."""
        own = [self.own(item) if isinstance(item, Vertex) else "" for item in items]
        given = [item.name if isinstance(item, Vertex) and item.named else "" for item in items]
        bases = {base_of(name) for name in given}
        if len(set(own)) == 1 and own[0]:
            return own[0]
        if len(bases) == 1 and "" not in bases:
            return bases.pop()
        if not all(own) or len(own) > MOST_LISTED:
            return ""
        return f"({', '.join([self.of.get(item, item.name) for item in items if isinstance(item, Vertex)])})"

    def find(self, layered: bool, shown: Iterable[Vertex], vectors: Iterable[Items]) -> None:
        """Name every vertex, no two alike; those that are shown are numbered first.

        layered  whether the graph has layers
        vectors  the boxes of several numbers: their elements have the user's names only where the box tells these
        """
        vertices = list(dict.fromkeys([*shown, *self._seen.vertices, *self.symbols]))
        untold = {item for items in vectors if not self.together(items) for item in items}
        for vertex in vertices:
            name = ("" if vertex in untold else self.own(vertex)) or self.symbols.get(vertex, "")
            if name:
                self.of[vertex] = name
        _tell_apart(self.of)
        root = self._seen.root
        taken = {plain(name) for name in self.of.values()}
        if layered and root not in self.of and COST not in taken:
            self.of[root] = COST
        places = _places([vertex for vertex in vertices if vertex not in self.of], layered)
        free = (each for each in LETTERS[layered:] if taken.isdisjoint([each + place for place in places.values()]))
        letter = next(free, "_")
        self.of.update({vertex: letter + subscript(place) for vertex, place in places.items()})
        self.cost = self.own(root) or (COST if COST not in taken else self.of[root])


def base_of(name: str) -> str:
    """What a vector is called of which this is an element: x for x₁ and x[0]; "" for other names."""
    index = _INDEX.search(name)
    return name[: index.start()] if index is not None else ""


def common_name(names: Sequence[str]) -> str:
    """What several vertices are called: x for x₁, x₂, …; else the first and the last of them."""
    bases = {base_of(name) for name in names}
    if len(bases) == 1 and "" not in bases and len(names) > 1:
        return bases.pop()
    return f"{names[0]} … {names[-1]}" if len(names) > 2 else ", ".join(names)


def slots(names: Sequence[str]) -> list[str]:
    """What operands are called below a ∂: one that is used more than once by its place among them, x⁽¹⁾ and x⁽²⁾.

    >>> slots(["x", "y", "x"])
    ['x⁽¹⁾', 'y', 'x⁽²⁾']
    """
    used: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        used[name] = used.get(name, 0) + 1
        found.append(_indexed(name, used[name]))
    return [slot if 1 < used[name] <= MOST_SLOTS else name for slot, name in zip(found, names, strict=True)]


def _tell_apart(names: dict[Vertex, str]) -> None:
    """Give those that were named alike an upper index in brackets: x, x⁽²⁾, x⁽³⁾."""
    taken = set(names.values())
    met: set[str] = set()
    indices: dict[str, Iterator[int]] = {}
    for vertex, name in names.items():
        if name in met:
            numbers = indices.setdefault(name, count(2))
            names[vertex] = name = next(each for k in numbers if (each := _indexed(name, k)) not in taken)
        met.add(name)


def _indexed(name: str, k: int) -> str:
    return f"{name}⁽{superscript(k)}⁾"


def _places(vertices: Iterable[Vertex], layered: bool) -> dict[Vertex, str]:
    """The index of each: its place among all, or among these where layers number the others."""
    numbers: dict[str, int] = {}
    places: dict[Vertex, str] = {}
    for vertex in vertices:
        whole, dot, step = vertex.place.partition(".")
        number = numbers.setdefault(whole, len(numbers) + 1) if layered else whole
        places[vertex] = f"{number}{dot}{step}"
    return places

"""How an element of a layer's output is computed from what is shown around the layer, as one expression in symbols.

The rows inside the layer know how they are written: with lists that have names, by a running index k.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from microgrand.drawing.groups import Group, Grouping
from microgrand.drawing.names import one_line
from microgrand.drawing.regions import key_of
from microgrand.drawing.vertices import Vertex
from microgrand.walk.formulas import Style
from microgrand.walk.node_steps import applied, operand_text

SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉‚"
MOST_STEPS = 6  # inside a layer, of an expression that is written


class Element:
    """One element of a vector that a layer computes; `shown` are the boxes of the picture."""

    def __init__(self, grouping: Grouping, shown: Iterable[Group], vertex: Vertex) -> None:
        own = grouping.names.of
        named = [group.name or next((own.get(each, "") for each in group.vertices), "") for group in shown]
        self._boxes = {one_line(name) for name in named if name}
        self._grouping = grouping
        self._vertex = vertex

    @property
    def is_short(self) -> bool:
        """Whether its expression can be read: a few steps, all of which are looked at."""
        steps, waiting = 0, [self._vertex]
        while waiting:
            vertex = waiting.pop()
            steps += 1
            if steps > MOST_STEPS or vertex.primitive is None or not vertex.operands:  # no operands: not looked at
                return False
            lists = vertex.primitive.signature.grouped(vertex.operands)[0]
            if any([len(items) == 1 for items in lists]):
                return False
            below = [x for x in vertex.operands if isinstance(x, Vertex)]
            waiting += [x for x in below if not self._is_shown(x)]
        written = Style("text")
        self.write(written)
        return all([self._stands(name) for name in written.mentions])

    def _stands(self, name: str) -> bool:
        """Whether a box of the picture is called so, or the name is an element of one."""
        return any([name.startswith(box) and not name[len(box) :].strip(SUBSCRIPTS) for box in self._boxes])

    def write(self, style: Style) -> str:
        """The expression."""
        return self._steps(style, self._vertex, 0)

    def _is_shown(self, vertex: Vertex) -> bool:
        group = self._grouping.of.get(vertex)
        return group is not None and group.kind in ("vector", "node") and vertex in self._grouping.names.of

    def _steps(self, style: Style, vertex: Vertex, slot: int) -> str:
        assert vertex.primitive is not None  # it is no leaf
        notation = vertex.primitive.notation
        lists, rest = notation.signature.grouped(vertex.operands)
        names = [self._named(items) for items in lists]
        if notation.indexed is not None and all(names):
            chosen = [self._written(style, lists[0][int(float(k))], 0) for k in rest if not isinstance(k, Vertex)]
            text = notation.indexed.write(style.style, [*chosen, *[style.running(name) for name in names]])
            notation = notation.indexed
        else:
            operands = [
                self._written(style, x, notation.slot(k))
                if isinstance(x, Vertex)
                else operand_text(style, notation, k, x)
                for k, x in enumerate(vertex.operands)
            ]
            text = applied(style, notation, operands, [style.name(name) if name else "" for name in names])
        return text if notation.binds >= slot else style.bracketed(text)

    def _written(self, style: Style, item: Any, slot: int) -> str:
        if not isinstance(item, Vertex):
            return style.number(item)
        if self._is_shown(item):
            group = self._grouping.of[item]
            return style.name(
                one_line(group.name if group.name and len(group.items) == 1 else self._grouping.names.of[item])
            )
        return self._steps(style, item, slot)

    def _named(self, items: Sequence[Any]) -> str:
        """What a list is called, if it is shown."""
        shown = all([self._is_shown(item) for item in items if isinstance(item, Vertex)])
        return one_line(self._grouping.named.get(key_of(items), "")) if shown else ""

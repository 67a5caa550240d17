"""What a drawing is asked to show step by step: functions of many operands, and layers that it would else fold."""

from __future__ import annotations

from typing import Any

from microgrand.drawing.regions import Region, Regions
from microgrand.drawing.repeats import TIMES
from microgrand.drawing.vertices import Seen
from microgrand.engine.node import Node
from microgrand.table.primitive import Primitive


class Expansion:
    """What `expand` names: Values, rows of the table, layers, calls of layers, or names of these; one, or several.

    runs  the names of equal layers in a row, "Residual × 12"
    """

    def __init__(self, expand: Any) -> None:
        single = isinstance(expand, (str, Node, Primitive)) or not hasattr(expand, "__iter__")
        self._items: list[Any] = [expand] if single else list(expand)
        self._words = {item for item in self._items if isinstance(item, str)}
        self.runs = {word for word in self._words if TIMES in word}
        self._ids = {id(item) for item in self._items}
        self._met: dict[int | str, Primitive] = {}  # what was found in the graph

    def unfolds(self, node: Node) -> bool:
        """Whether a node is to be shown as the steps of its derivation."""
        row = node.primitive
        if row is None or not (id(node) in self._ids or id(row) in self._ids or row.name in self._words):
            return False
        self._met |= {id(node): row, id(row): row, row.name: row}
        return True

    def opens(self, region: Region) -> bool:
        """Whether a call of a layer is to be shown open."""
        scope = region.scope
        return scope.name in self._words or id(scope) in self._ids or id(scope.layer) in self._ids

    def require_known(self, seen: Seen, regions: Regions) -> None:
        """Raise a ValueError for what is not in the graph, or has no steps."""
        layers = {region.scope.name for region in regions.all}
        opened = {id(each) for region in regions.all for each in (region.scope, region.scope.layer)}
        rows = {vertex.node.primitive.name: vertex.node.primitive for vertex in seen.vertices if vertex.node.primitive}
        for item in self._items:
            if id(item) in opened or (isinstance(item, str) and (item in layers or item in self.runs)):
                continue
            row = self._met.get(item if isinstance(item, str) else id(item))
            if row is None:
                known = {name for name, each in rows.items() if each.derivation is not None} | layers
                if not known:
                    raise ValueError(f"expand names {item!r:.60}, but nothing in this graph has steps to be shown in")
                raise ValueError(
                    f"expand names {item!r:.60}, which is not in this graph; here it may name "
                    f"{', '.join(sorted(known))}"
                )
            if row.derivation is None:
                raise ValueError(f"expand names {item!r:.60}, but {row.name} has no steps to be shown in")

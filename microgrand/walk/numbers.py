"""The numbers that steps tell of: values, local partials and δ, as floats, or as what a page can compute again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from microgrand.drawing.groups import Group
from microgrand.drawing.links import Link
from microgrand.drawing.vertices import Vertex
from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.engine.sweep import Adjoints, accumulate, edges_of_values, sweep
from microgrand.engine.value import Value
from microgrand.table.formula import number


class Numbers:
    """The numbers of a graph as it stands: floats."""

    def __init__(self, adjoints: Adjoints) -> None:
        self._adjoints = adjoints

    def value(self, node: Node) -> float:
        """The value of a node."""
        return node.data

    def delta(self, node: Node) -> float:
        """δ of a node; 0 where the root does not depend on it."""
        return self._adjoints[node]

    def partials(self, node: Node) -> Sequence[float]:
        """The local partials of a node, one for each parent."""
        return node.partials

    def rate(self, eta: float) -> float:
        """The step size of a descent."""
        return eta

    def sweep(self, root: Node, weight: float, below: Sequence[Node]) -> Any:
        """∂root/∂node for each node, by node, where those `below` are held fixed."""
        return sweep(root, weight, below)

    def items(self, group: Group) -> list[float]:
        """The numbers of a box, in order."""
        return [self.value(item.node) if isinstance(item, Vertex) else float(item) for item in group.items]

    def deltas(self, group: Group) -> list[float]:
        """δ of each vertex of a box."""
        found = group.held_apart(self.sweep)
        return [self.delta(vertex.node) for vertex in group.vertices] if found is None else found

    def between(self, links: Sequence[Link]) -> dict[Vertex, float]:
        """For each vertex at the lower ends of these links, its partials along them together."""
        found: dict[Vertex, float] = {}
        for edge in [edge for link in links for edge in link.edges]:
            partial = self.partials(edge.child.node)[edge.k]
            found[edge.parent] = found[edge.parent] + partial if edge.parent in found else partial
        return found


class Live(float):
    """A number of a graph that knows of which Value it is the number: whoever changes a leaf can compute it again.

    value  the Value; None where the graph cannot say: the row of the step tells its partials as floats only

    >>> x = Live(3.0, Value(3.0))
    >>> y = x * 2.0 - x
    >>> y, y.value.data
    (3.0, 3.0)
    """

    __slots__ = ("value",)
    value: Any

    def __new__(cls, x: float, value: Any) -> Live:
        """The number x of a Value."""
        self = super().__new__(cls, x)
        self.value = value
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return float, (float(self),)  # a number that is kept needs no graph

    def __add__(self, other: Any) -> Any:
        return self._with(other, float(self) + float(other), lambda a, b: a + b)

    def __radd__(self, other: Any) -> Any:
        return self._with(other, float(other) + float(self), lambda a, b: b + a)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, float(self) - float(other), lambda a, b: a - b)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, float(self) * float(other), lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Any:
        return self._with(other, float(other) * float(self), lambda a, b: b * a)

    def _with(self, other: Any, result: float, compute: Any) -> Live:
        value = other.value if isinstance(other, Live) else float(other)
        known = self.value is not None and value is not None
        return Live(result, compute(self.value, value) if known else None)


class LiveNumbers(Numbers):
    """The numbers of a graph with their Values: its nodes, and what a sweep that is recorded makes of them.

    whole  whether every step tells its partials as Values; where one does not, no number has a Value
    why    what keeps one from it; "" if nothing does
    """

    def __init__(self, adjoints: Adjoints) -> None:
        super().__init__(adjoints)
        self._eta: Value | None = None
        self._partials: dict[Node, list[Any]] = {}
        self._deltas: Mapping[Node, Any] = {}
        self.why = ""
        try:
            self._deltas = self._swept(adjoints.order[-1], ())
        except Exception as error:  # the partials of a row of one's own are whatever its author wrote, for floats
            self.why = str(error) or type(error).__name__
        self.whole = not self.why

    def _swept(self, root: Node, below: Sequence[Node]) -> dict[Node, Any]:
        """δ of every node above those `below`, as Values, and on the way the partials."""
        delta: dict[Node, Any] = {root: 1.0}
        held = set(below)
        for node in reversed(topological_order(root, below)):
            if node in held or node not in delta or node.is_leaf:
                continue
            edges = edges_of_values(node)
            self._partials[node] = [partial for _, partial in edges]
            accumulate(delta, node, edges)
        return delta

    def value(self, node: Node) -> float:
        """The value of a node, with the node."""
        return Live(node.data, node if self.whole else None)

    def delta(self, node: Node) -> float:
        """δ of a node, with its Value."""
        return Live(super().delta(node), self._deltas.get(node, 0.0) if self.whole else None)

    def partials(self, node: Node) -> Sequence[float]:
        """The local partials of a node, with the Values that its row makes of them."""
        if not self.whole:
            return [Live(partial, None) for partial in node.partials]
        if node not in self._partials:
            self._partials[node] = [partial for _, partial in edges_of_values(node)]
        return [Live(x, value) for x, value in zip(node.partials, self._partials[node], strict=True)]

    def rate(self, eta: float) -> float:
        """The step size, with the leaf that stands for it."""
        if self._eta is None:
            self._eta = Value(eta, name="η")
        return Live(eta, self._eta if self.whole else None)

    @property
    def eta(self) -> Value | None:
        """The step size as a leaf, if anybody asked for it."""
        return self._eta

    def sweep(self, root: Node, weight: float, below: Sequence[Node]) -> Any:
        """A sweep whose δ know their Values."""
        found = sweep(root, weight, below)
        values = self._swept(root, below) if self.whole else {}
        return _LiveSweep(found, values if self.whole else None)


class _LiveSweep:
    """The δ of one sweep, by node."""

    def __init__(self, found: Adjoints, values: Mapping[Node, Any] | None) -> None:
        self._found = found
        self._values = values

    def __getitem__(self, node: Node) -> Live:
        return Live(self._found[node], None if self._values is None else self._values.get(node, 0.0))


class Figure(NamedTuple):
    """A number in a text, and how it is written: with how many digits, and whether in parentheses if it is negative."""

    number: float
    digits: int
    factor: bool = False

    @property
    def text(self) -> str:
        """The number as plain text."""
        return self.written("text")

    def written(self, style: str) -> str:
        """The number in a style of formulas."""
        text = number(self.number, style, self.digits)
        return f"({text})" if self.factor and self.number < 0 else text

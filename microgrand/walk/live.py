"""Numbers that know how they are computed, so that a page can compute them again when a leaf is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from microgrand.drawing.links import Edge
from microgrand.drawing.numbers import Numbers
from microgrand.drawing.vertices import Vertex
from microgrand.engine.node import Node
from microgrand.engine.order import topological_order
from microgrand.engine.sweep import Adjoints, sweep
from microgrand.engine.value import Value
from microgrand.errors import GraphError
from microgrand.selections import Recorded
from microgrand.table.formula import number
from microgrand.value_sweeps import add_terms, edges_of_values

_FIRST = 0xF0000  # of the placeholders


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
    eta    the leaf that stands for the step size of a descent
    """

    def __init__(self, adjoints: Adjoints) -> None:
        super().__init__(adjoints)
        self.eta = Value(0.0, name="η")
        self._partials: dict[Node, list[Any]] = {}
        self._shown = _Shown({})
        self.why = ""
        try:
            self._shown = _Shown(self._swept(adjoints.order[-1], ()))
        except GraphError as error:
            self.why = str(error)
        self.whole = not self.why

    def _swept(self, root: Node, below: Sequence[Node]) -> dict[Node, Any]:
        """δ of every node above those `below`, as Values, and on the way the partials."""
        delta: dict[Node, Any] = {root: 1.0}
        held = set(below)
        order = topological_order(root, below)
        chosen = Recorded([node for node in order if node not in held])  # the page computes it of other numbers too
        for node in reversed(order):
            if node in held or node not in delta or node.is_leaf:
                continue
            edges = self._edges(node)
            self._partials[node] = [partial for _, partial in edges]
            add_terms(delta, chosen.back(node, edges, delta[node], set(node.parents)))
        return delta

    def _edges(self, node: Node) -> list[tuple[Any, Any]]:
        try:
            return edges_of_values(node)
        except Exception as error:  # the partials of a row of one's own are whatever its author wrote, for floats
            assert node.primitive is not None  # a leaf is not asked
            raise GraphError(f"the partials of {node.primitive.name} are made for floats only") from error

    def value(self, node: Node) -> float:
        """The value of a node, with the node."""
        return Live(node.data, node if self.whole else None)

    def delta(self, node: Node) -> float:
        """δ of a node, with its Value."""
        return Live(super().delta(node), self._shown[node] if self.whole else None)

    def partials(self, node: Node) -> Sequence[float]:
        """The local partials of a node, with the Values that its row makes of them."""
        if not self.whole:
            return [Live(partial, None) for partial in node.partials]
        if node not in self._partials and not node.is_leaf:
            self._partials[node] = [partial for _, partial in edges_of_values(node)]
        return [Live(x, value) for x, value in zip(node.partials, self._partials.get(node, []), strict=True)]

    def of(self, vertex: Vertex) -> float:
        """The value of a vertex, with its node."""
        return self.value(vertex.node)

    def delta_of(self, vertex: Vertex) -> float:
        """δ of a vertex, with its Value."""
        return self.delta(vertex.node)

    def partial(self, edge: Edge) -> float:
        """The local partial along an edge, with its Value."""
        return self.partials(edge.child.node)[edge.k]

    def rate(self, eta: float) -> float:
        """The step size, with the leaf that stands for it."""
        return Live(eta, self.eta if self.whole else None)

    def sweep(self, root: Node, weight: float, below: Sequence[Node]) -> Any:
        """A sweep whose δ know their Values."""
        found = sweep(root, weight, below, allow_stale=True)  # what the root does not use may be stale
        values = self._swept(root, below) if self.whole else {}
        return _LiveSweep(found, _Shown(values) if self.whole else None)


class _LiveSweep:
    """The δ of one sweep, by node."""

    def __init__(self, found: Adjoints, values: _Shown | None) -> None:
        self._found = found
        self._values = values

    def get(self, node: Node) -> Live:
        """δ of a node; 0 where the root does not depend on it."""
        return Live(self._found.get(node), None if self._values is None else self._values[node])


class _Shown(dict[Node, Any]):
    """δ as they are shown: none is -0, since a sweep of floats starts each sum at 0; of what is unused it is 0."""

    def __init__(self, deltas: Mapping[Node, Any]) -> None:
        super().__init__()
        self._deltas = deltas

    def __missing__(self, node: Node) -> Any:
        self[node] = self._deltas.get(node, 0.0) + 0.0
        return self[node]


class Figure(NamedTuple):
    """A number in a text, and how it is written: with how many digits, and when in parentheses.

    factor  0: never; 1: if it is negative; 2: as a base, also with a power of ten, which another would be added to
    """

    number: float
    digits: int
    factor: int = 0

    @property
    def text(self) -> str:
        """The number as plain text."""
        text = number(self.number, digits=self.digits)
        return f"({text})" if self.factor and self.number < 0 else text


def placeholder(k: int) -> str:
    """What stands for the k-th figure of a text: a character that no text has, of the second private use area."""
    return chr(_FIRST + k)


def cut_at_figures(text: str, figures: Sequence[Figure]) -> list[str | Figure]:
    """A text with placeholders, cut into what stands between them and the figures that they stand for.

    >>> cut_at_figures(f"x = {placeholder(0)}", [Figure(0.5, 6)])
    ['x = ', Figure(number=0.5, digits=6, factor=0)]
    """
    pieces: list[str | Figure] = [""]
    for character in text:
        k = ord(character) - _FIRST
        if 0 <= k < len(figures):
            pieces += [figures[k], ""]
        else:
            pieces[-1] = f"{pieces[-1]}{character}"
    return [piece for piece in pieces if piece != ""]
